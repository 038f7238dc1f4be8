"""Reads Word documents and lays out their body on pages. Source: ECMA-376, parts 1 and 2."""

from __future__ import annotations

from collections import Counter

from lxml import etree

from app.core.documents.document import Document, Format
from app.documents.formats.archive import Archive
from app.documents.formats.contract import Content, Progress, refuse_damaged
from app.documents.formats.facts import package_facts
from app.documents.formats.xml import (
    attribute,
    child,
    children,
    find_all,
    is_on,
    local_name,
    switch,
    text_in,
    text_of,
    value_in,
    whole_number,
)
from app.documents.tables.charts import describe_drawn
from app.documents.text import notation
from app.documents.text.colours import TINY_POINTS, WHITE, Colour, is_lost, read_hex
from app.documents.text.flow import Block
from app.documents.text.runs import PLAIN, Change, RunStyle, Shift
from app.documents.word import omml
from app.documents.word.block_builder import BlockBuilder, ListItem, Walker, paginate
from app.documents.word.docx_styles import DocxStyle, DocxStyles, ground_of, read_numbers
from app.documents.word.list_numbers import ListNumbers

format = Format.DOCX

_DOCUMENT = "word/document.xml"
_SKIPPED = {
    *("ppr", "rpr", "tblpr", "tblgrid", "tcpr", "sectpr", "sdtpr", "instrtext", "delinstrtext", "rt", "annotationref"),
    *("footnoteref", "endnoteref", "docpr", "headerreference", "footerreference"),
}
_NO_STYLE = DocxStyle()
_NOTES = {"footnotereference": "footnotes", "endnotereference": "endnotes"}
_PARTS = {"styles", "numbering", "comments", *_NOTES.values()}
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "nobreakhyphen": "-", "softhyphen": ""}
_CHANGES = {**dict.fromkeys(("del", "movefrom"), Change.STRUCK), **dict.fromkeys(("ins", "moveto"), Change.INSERTED)}
_CHANGING = {*_CHANGES, "tr"}
_GROUNDED = {"tbl", "tc", "txbxcontent"}
_COMMENTED = {"commentrangestart", "commentreference"}


def parse(content: Content, progress: Progress) -> Document:
    """Parse a document. Headers and footers are left out, comments kept apart; recorded changes are in the text, as
    people see them."""
    progress(0, 1)
    archive = Archive(content, format)
    package = {each.kind: each.part for each in archive.relations()}
    name = package.get("officeDocument", _DOCUMENT)
    root = archive.tree(name)
    body = child(root, "body")
    if body is None:
        refuse_damaged(content, format)
    related = archive.relations(name)
    parts = {each.kind: archive.optional_tree(each.part) for each in related if each.kind in _PARTS}
    core, styles = archive.optional_tree(package.get("core-properties", "")), parts.get("styles")
    notes = {(kind, attribute(note, "id")): note for kind in _NOTES.values() for note in children(parts.get(kind))}
    comments = {attribute(comment, "id"): comment for comment in children(parts.get("comments"))}
    numbers = read_numbers(parts.get("numbering"))
    is_coloured, drawn = child(root, "background") is not None, describe_drawn(archive, related)
    walker = _Walker(DocxStyles(styles), numbers, notes, comments, drawn, is_coloured)
    walker.read_all(body, progress)
    walker.read_other_comments()
    title, language, facts = text_in(core, "title"), _language(core, styles), package_facts(core)
    document = paginate(walker.builder.finish(), content, format, title, language, facts)
    progress(len(body), len(body))
    return document


def _language(core: etree._Element | None, styles: etree._Element | None) -> str:
    defaults = child(child(child(styles, "docdefaults"), "rprdefault"), "rpr")
    return text_in(core, "language") or value_in(defaults, "lang")


class _Walker(Walker):
    def __init__(
        self,
        styles: DocxStyles,
        numbers: ListNumbers,
        notes: dict[tuple[str, str], etree._Element],
        comments: dict[str, etree._Element],
        untrusted_drawn: dict[str, str],
        is_coloured: bool,
    ) -> None:
        """`is_coloured` tells that the pages have a colour."""
        super().__init__()
        self._grounds = [None if is_coloured else WHITE]  # behind what is open: the pages, tables, cells, boxes
        self._styles = styles
        self._list_numbers = numbers
        self._notes = notes
        self._numbers: dict[tuple[str, str], int] = {}  # of the notes that were referred to
        self._comments = comments  # that were not added yet
        self._untrusted_drawn = untrusted_drawn
        self._in_note = self._in_comment = False
        self._paragraphs: list[DocxStyle] = []  # that are open, a text box's inside the one that it belongs to
        self._marks: list[str] = []  # of each of them in its list
        self._runs: list[DocxStyle] = []  # that are open
        self._changes = Counter[Change]()  # that are open
        self._hidden_rows = 0
        self._values: list[str | None] = []  # for each open control, what replaces its content
        self._choices: list[bool] = []  # for each open alternative, whether it has a choice better than its fallback
        self._fields: list[bool] = []  # for each open field, whether its instruction is open
        self._instructions = 0

    def _enter(self, element: etree._Element, name: str) -> bool:
        if name in _SKIPPED or (name == "fallback" and self._choices and self._choices[-1]):
            return False
        if name == "p":
            self._open_paragraph(self._styles.of(child(element, "ppr")), element)
        elif name == "r":
            self._runs.append(self._styles.of_run(child(element, "rpr"), self._paragraph))
        elif name in ("t", "deltext"):
            self._add_text(element.text or "")
        elif name in _CHARACTERS:
            self._add_text(_CHARACTERS[name])
        elif name == "sym":
            self._add_text(_symbol(attribute(element, "char")))
        elif name == "fldchar":
            self._turn_field(attribute(element, "fldCharType"), child(element, "ffdata"))
        elif name in _NOTES:
            self._refer((_NOTES[name], attribute(element, "id")))
        elif name in _COMMENTED:
            self._comment(attribute(element, "id"))
        elif name == "sdt":
            self._values.append(_value_of_control(child(element, "sdtpr")))
        elif name == "omath":
            self._add_formula(element)
            return False
        elif name == "chart":
            self._add_text(self._untrusted_drawn.get(attribute(element, "id"), notation.chart()))
        elif name == "relids":
            self._add_text(self._untrusted_drawn.get(attribute(element, "dm"), notation.diagram(())))
        elif name == "tr":
            self._hidden_rows += _is_hidden_row(element)
        elif name == "alternatecontent":
            self._choices.append(child(element, "choice") is not None)
        elif name in _GROUNDED:
            self._open_ground(element, name)
        if name in _CHANGING:
            self._changes[_change_of(element, name)] += 1
        return True

    def _open_ground(self, element: etree._Element, name: str) -> None:
        """Open a table, a cell or a box, with what is behind its text."""
        if name == "tbl":
            self.builder.open_table()
            self._grounds.append(self._behind_table(child(element, "tblpr")))
        elif name == "tc":
            ground = ground_of(child(child(element, "tcpr"), "shd"))
            self._grounds.append(read_hex(ground) if ground else self._grounds[-1])
        else:
            self._builders.append(BlockBuilder())
            self._grounds.append(None)

    def _leave(self, element: etree._Element, name: str) -> None:
        if name in _CHANGING:
            self._changes[_change_of(element, name)] -= 1
        if name == "p":
            style, mark = self._paragraphs.pop(), self._marks.pop()
            item = ListItem(style.level, mark) if style.level >= 0 else None
            self.builder.end_paragraph(style.heading_level or 0, item)
            self._fields = [False] * len(self._fields) if self._instructions else self._fields
            self._instructions = 0  # one that does not end must not hide the rest of the book
        elif name == "r":
            self._runs.pop()
        elif name == "sdt":
            self._values.pop()
        elif name == "alternatecontent":
            self._choices.pop()
        elif name == "txbxcontent":
            blocks = self._builders.pop().finish()
            self._grounds.pop()
            self.builder.add_box(blocks)
        elif name == "tc":
            self._grounds.pop()
            self.builder.end_cell()
        elif name == "tr":
            self.builder.end_row()
            self._hidden_rows -= _is_hidden_row(element)
        elif name == "tbl":
            self._grounds.pop()
            self.builder.close_table()

    def _open_paragraph(self, style: DocxStyle, paragraph: etree._Element) -> None:
        mark = self._list_numbers.next(style.list_id or "", style.level) if style.level >= 0 else ""
        self._paragraphs.append(style)
        self._marks.append(mark)
        if style.heading_level and mark and text_of(paragraph):
            self._add_text(f"{mark} ")

    def _add_text(self, untrusted_text: str, formula: bool = False) -> None:
        if self._instructions:
            return
        if self._hidden_rows or (self._runs and self._is_unseen(self._runs[-1])):
            if untrusted_text.strip():
                self.builder.hide(untrusted_text)
        elif self._values and (value := self._values[-1]) is not None:
            self.builder.add_text(value, self._look)
            self._values[-1] = ""
        elif formula:
            self.builder.add_formula(untrusted_text, self._look)
        else:
            self.builder.add_text(untrusted_text, self._look)

    def _is_unseen(self, run: DocxStyle) -> bool:
        """Return whether a run is hidden, too small to be seen, or in the colour that is behind it."""
        if run.hidden or (run.size is not None and run.size <= 2 * TINY_POINTS):
            return True
        return is_lost(read_hex(run.colour or ""), read_hex(run.ground) if run.ground else self._grounds[-1])

    def _behind_table(self, properties: etree._Element | None) -> Colour | None:
        """Return the colour behind a table's text; None if the table's style fills cells, or if the table is in a box
        or on pages of a colour."""
        ground = ground_of(child(properties, "shd"))
        if ground:
            return read_hex(ground)
        return None if self._styles.shades_tables(value_in(properties, "tblstyle")) else self._grounds[-1]

    def _add_formula(self, math: etree._Element) -> None:
        before = math.getprevious()
        if before is not None and local_name(before) == "omath":
            self._add_text("\n")
        said = omml.latex(math, lambda properties: self._styles.of_run(properties, self._paragraph))
        self._add_text(said.text, formula=True)
        if said.hidden:
            self.builder.hide(said.hidden)

    @property
    def _paragraph(self) -> DocxStyle:
        return self._paragraphs[-1] if self._paragraphs else _NO_STYLE

    @property
    def _look(self) -> RunStyle:
        run = self._runs[-1] if self._runs else _NO_STYLE
        shift, change = run.shift or Shift.NONE, Change.NONE
        if self._changes[Change.STRUCK] or run.struck:
            change = Change.STRUCK
        elif self._changes[Change.INSERTED]:
            change = Change.INSERTED
        return RunStyle(shift, change) if shift or change else PLAIN

    def _turn_field(self, kind: str, form: etree._Element | None) -> None:
        """Follow a field: its instruction goes from `begin` to `separate`, its result from there to `end`."""
        if kind == "begin":
            self._add_text(_value_of_field(form))
            self._fields.append(True)
            self._instructions += 1
        elif kind in ("separate", "end") and self._fields:
            self._instructions -= self._fields[-1]
            self._fields[-1] = False
            if kind == "end":
                self._fields.pop()

    def _refer(self, key: tuple[str, str]) -> None:
        """Add a note's mark, and its text the first time: else a small file could hold a large one."""
        note = self._notes.get(key)
        if note is None or self._in_note or self._in_comment or self._instructions or self._hidden_rows:
            return
        known = key in self._numbers
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        self.builder.add_reference(number, self._look)
        if not known:
            self._in_note = True
            self.builder.add_note(number, self._read_aside(note))
            self._in_note = False

    def _comment(self, identifier: str) -> None:
        """Add a comment once, where the text that it is on begins."""
        if self._in_comment or (comment := self._comments.pop(identifier, None)) is None:
            return
        self._in_comment = True
        blocks = self._read_aside(comment)
        self._in_comment = False
        self.builder.comment(" ".join(block.untrusted_text for block in blocks), attribute(comment, "author"))

    def read_other_comments(self) -> None:
        """Add the comments that the text does not refer to."""
        for identifier in tuple(self._comments):
            self._comment(identifier)

    def _read_aside(self, element: etree._Element) -> list[Block]:
        around = self._runs, self._changes, self._values, self._fields, self._instructions, self._hidden_rows
        self._runs, self._changes, self._values, self._fields = [], Counter(), [], []
        self._instructions = self._hidden_rows = 0
        self._builders.append(BlockBuilder())
        self._grounds.append(self._grounds[0])
        self.read(element)
        self._grounds.pop()
        self._runs, self._changes, self._values, self._fields, self._instructions, self._hidden_rows = around
        return self._builders.pop().finish()


def _is_hidden_row(row: etree._Element) -> bool:
    return bool(switch(child(row, "trpr"), "hidden"))


def _change_of(element: etree._Element, name: str) -> Change:
    """Return the recorded change of all that is in an element."""
    if name != "tr":
        return _CHANGES.get(name, Change.NONE)
    marks = (_CHANGES.get(local_name(each), Change.NONE) for each in children(child(element, "trpr")))
    return next(filter(None, marks), Change.NONE)


def _symbol(untrusted_code: str) -> str:
    try:
        code = int(untrusted_code, 16)
    except ValueError:
        return ""
    return chr(code) if 0x20 <= code < 0xD800 else ""  # the rest is mostly of a symbol font


def _value_of_control(properties: etree._Element | None) -> str | None:
    """Return the text that replaces a content control's own: the state of a box, a field for a prompt; None if its own
    text is its value."""
    box = child(properties, "checkbox")
    if box is not None:
        return notation.check_box("", ticked=bool(switch(box, "checked")))
    if switch(properties, "showingplchdr"):
        return notation.field(value_in(properties, "alias"), "")
    return None


def _value_of_field(form: etree._Element | None) -> str:
    """Return the value of a box or a list of choices, whose fields have no text of their own; "" for other fields."""
    box, choices = child(form, "checkbox"), child(form, "ddlist")
    if box is not None:
        state = child(box, "checked")
        state = child(box, "default") if state is None else state
        return notation.check_box("", ticked=state is not None and is_on(state))
    if choices is not None:
        index = whole_number(value_in(choices, "result"), 0)
        entries = [attribute(each, "val") for each in find_all(choices, "listentry")]
        return entries[index] if index < len(entries) else ""
    return ""
