"""Walks through OpenDocument's paragraphs, lists, tables and shapes. Source: OpenDocument 1.3, part 3."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from functools import cache

from lxml import etree

from app.core.documents.document import Format
from app.core.errors import AppError, Code
from app.documents.formats.archive import Archive
from app.documents.formats.contract import Content, refuse_damaged
from app.documents.formats.facts import package_facts
from app.documents.formats.xml import attribute, child, find, find_all, local_name, text_in, text_of, whole_number
from app.documents.opendocument.odf_styles import OdfStyle, OdfStyles, page_ground
from app.documents.text import notation
from app.documents.text.colours import NO_COLOUR, TINY_POINTS, WHITE, Colour, is_lost
from app.documents.text.flow import Block
from app.documents.text.runs import PLAIN, Change, RunStyle, Shift
from app.documents.web import mathml
from app.documents.word.block_builder import BlockBuilder, ListItem, Walker

MAX_SPACES = 100  # in one element

CONTENT = "content.xml"
_STYLES, _META, _MANIFEST = "styles.xml", "meta.xml", "META-INF/manifest.xml"
_SPACES = re.compile(r"[ \t\r\n]+")
_PARAGRAPHS = {"p", "h"}
_STYLED = {*_PARAGRAPHS, "span", "a"}
_SHORT = {"annotation", "change", "control", "object"}
_SKIPPED = {
    *("tracked-changes", "note-citation", "ruby-text", "number", "script", "forms", "object-ole"),
    *("covered-table-cell", "glue-point", "event-listeners", "list-style"),
}
_DESCRIPTION = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"  # a picture's title and description
_SHAPES = {
    *("text-box", "custom-shape", "rect", "line", "polyline", "polygon", "regular-polygon", "path", "circle"),
    *("ellipse", "connector", "caption", "measure"),
}
_FILLED = {"table": "table", "table-row": "table-row", "table-cell": "table-cell", "section": "section"}
_FILLED |= dict.fromkeys(("frame", *_SHAPES - {"text-box"}), "graphic")
"""The elements that may have a colour of their own behind their text, with the family of their style."""

_OFF_SCREEN = {"none", "printer"}
_HIDEABLE = {"section", "hidden-text", "hidden-paragraph"}
_BOXES = {"checkbox": "current-state", "radio": "current-selected"}
_TICKED = {"checked", "true"}
_LABELS = {"fixed-text", "button", "frame"}
_UNSEEN = {"hidden", "password", "generic-control", "properties"}


class OdfPackage:
    """The parts of an OpenDocument file. Opening raises AppError DOCUMENT_ENCRYPTED for a file with a password, and as
    `Archive` does; DOCUMENT_DAMAGED if its body is not of `kind`."""

    def __init__(self, content: Content, format: Format, kind: str) -> None:
        self.archive = Archive(content, format)
        if find(self.archive.optional_tree(_MANIFEST), "encryption-data") is not None:
            raise AppError(Code.DOCUMENT_ENCRYPTED, path=content.name)
        self.root = self.archive.tree(CONTENT)
        body = child(child(self.root, "body"), kind)
        if body is None:
            refuse_damaged(content, format)
        self.body = body
        self.styles = self.archive.optional_tree(_STYLES)
        meta = self.archive.optional_tree(_META)
        self.title = text_in(meta, "title")
        self.facts = package_facts(meta)
        self.language = text_in(meta, "language") or self._default_language()

    def walker(self, ground: Colour | None = WHITE) -> OdfWalker:
        """Return what walks through the body; `ground` is what is behind all text, None if that is not known."""
        return OdfWalker(OdfStyles((self.styles, self.root)), self.body, self._read_object, ground)

    def page_ground(self) -> Colour | None:
        """Return the colour behind the text of all pages; None if that is not known."""
        return page_ground(self.root, self.styles)

    def _read_object(self, address: str) -> etree._Element | None:
        return self.archive.optional_tree(posixpath.normpath(f"{address}/{CONTENT}"))

    def _default_language(self) -> str:
        for style in find_all(self.styles, "default-style"):
            properties = child(style, "text-properties")
            if attribute(style, "family") == "paragraph" and properties is not None:
                return attribute(properties, "language")
        return ""


class OdfWalker(Walker):
    def __init__(
        self,
        styles: OdfStyles,
        body: etree._Element,
        read_object: Callable[[str], etree._Element | None],
        ground: Colour | None,
    ) -> None:
        super().__init__()
        self._grounds = [ground]  # behind what is open
        self._hidden_paragraphs = _hidden_paragraphs(body)
        self._styles = styles
        self._open_styles = [OdfStyle()]  # of open paragraphs and spans, each filled from those around it
        self._controls = _texts_of_controls(body)
        self._object = cache(lambda address: _describe(read_object(address)))
        self._deletions, self._insertions = _recorded_changes(body)
        self._open_insertions: set[str] = set()
        self._in_deletion = False
        self._notes = 0
        self._open_notes: list[int] = []
        self._paragraphs = [0]  # how many are open, for each open builder
        self._lists: list[list[bool]] = [[]]  # for each builder and open list, whether the open item has a mark
        self._after_space = True

    def _enter(self, element: etree._Element, name: str) -> bool:
        if name in _SKIPPED or str(element.tag).startswith(_DESCRIPTION):
            return False
        if name in _SHORT:
            self._add_replacement(element, name)
            return False
        if name == "content-control" and (value := _value_of_control(element)) is not None:
            self._add_as_is(value)
            return False
        style = self._style(element, name) if name in _STYLED else None
        hidden = _is_hidden(element, name) if style is None else style.hidden
        if hidden or element in self._hidden_paragraphs:
            if text := text_of(element):
                self.builder.hide(text)
            return False
        if style is not None:
            self._open_styles.append(style if name in _PARAGRAPHS else style.within(self._open_styles[-1]))
        if name in _FILLED:
            self._grounds.append(self._ground(_FILLED[name], attribute(element, "style-name")))
        self._begin(element, name)
        self._add_text(element.text)
        return True

    def _begin(self, element: etree._Element, name: str) -> None:
        if name in _PARAGRAPHS:
            self._paragraphs[-1] += 1
            self._after_space = True
        elif name == "change-start":
            self._open_insertions |= {attribute(element, "change-id")} & self._insertions
        elif name == "change-end":
            self._open_insertions.discard(attribute(element, "change-id"))
        elif name in ("fieldmark", "fieldmark-start"):
            self._add_as_is(_value_of_mark(element))
        elif name == "s":
            count = min(whole_number(attribute(element, "c"), 1), MAX_SPACES)
            self._add_as_is(" " * count)
        elif name in ("tab", "line-break"):
            self._add_as_is("\t" if name == "tab" else "\n")
        elif name == "list":
            self._lists[-1].append(False)
        elif name in ("list-item", "list-header") and self._lists[-1]:
            self._lists[-1][-1] = name == "list-header"
        elif name == "table":
            self.builder.open_table()
        elif name == "note":
            self._notes += 1
            self.builder.add_reference(self._notes, self._look)
        elif name == "note-body" or name in _SHAPES:
            self._open(self._notes)

    def _leave(self, element: etree._Element, name: str) -> None:
        if name in _STYLED:
            self._open_styles.pop()
        if name in _FILLED:
            self._grounds.pop()
        if name in _PARAGRAPHS:
            self._paragraphs[-1] -= 1
            level = max(1, whole_number(attribute(element, "outline-level"), 1)) if name == "h" else 0
            self.builder.end_paragraph(level, self._item())
            self._after_space = True
        elif name == "list":
            self._lists[-1].pop()
        elif name == "table-cell":
            self.builder.end_cell()
        elif name == "table-row":
            self.builder.end_row()
        elif name == "table":
            self.builder.close_table()
        elif name == "note-body" or name in _SHAPES:
            number, blocks = self._close()
            self._after_space = False
            if name == "note-body":
                self.builder.add_note(number, blocks)
            else:
                self.builder.add_box(blocks)

    def _add_tail(self, element: etree._Element) -> None:
        self._add_text(element.tail)

    def _add_text(self, untrusted_text: str | None) -> None:
        if not untrusted_text or not self._paragraphs[-1]:
            return
        text = _SPACES.sub(" ", untrusted_text)
        if self._after_space:
            text = text.removeprefix(" ")
        if text:
            self._add(text)
            self._after_space = text.endswith(" ")

    def _add_as_is(self, text: str) -> None:
        if text and self._paragraphs[-1]:
            self._add(text)
            self._after_space = False

    def _add(self, text: str) -> None:
        if not text.isspace() and self._is_unseen:
            self.builder.hide(text)
        else:
            self.builder.add_text(text, self._look)

    @property
    def _is_unseen(self) -> bool:
        """True if text is too small to be seen here, or in the colour that is behind it."""
        style = self._open_styles[-1]
        if style.points is not None and style.points <= TINY_POINTS:
            return True
        return style.colour is not None and is_lost(style.colour.colour, style.behind_text(self._grounds[-1]))

    def _ground(self, family: str, style: str) -> Colour | None:
        """Return the colour behind the text in an element; None if it is unknown, since a shape may be on anything."""
        paint = self._styles.of(family, style).ground
        if paint is not None and paint.colour != NO_COLOUR:
            return paint.colour
        return None if family == "graphic" else self._grounds[-1]

    def _add_replacement(self, element: etree._Element, name: str) -> None:
        """Add what replaces an element and the text in it."""
        if name == "annotation":
            text = " ".join(block.untrusted_text for block in self.read_aside(element))
            self.builder.comment(text, text_in(child(element, "creator"), "creator"))
        elif name == "change":
            self._add_deleted(attribute(element, "change-id"))
        elif name == "control":
            self._put(self._controls.get(attribute(element, "control"), ""), self._look)
        else:
            inside = find(element, "math")
            text = self._object(attribute(element, "href")) if inside is None else mathml.latex(inside)
            self._put(text, RunStyle(change=self._look.change, formula=True))

    def _add_deleted(self, identifier: str) -> None:
        """Add deleted text once, where it was."""
        if self._in_deletion or (deletion := self._deletions.pop(identifier, None)) is None:
            return
        self._in_deletion = True
        blocks = self.read_aside(deletion)
        self._in_deletion = False
        self.builder.leave_out(blocks)
        text = "\n".join(block.untrusted_text for block in blocks if block.untrusted_text)
        self._put(text, RunStyle(change=Change.STRUCK))

    def _put(self, text: str, look: RunStyle) -> None:
        """Put text here, or into a paragraph of its own if none is open."""
        if text:
            self.builder.add_text(text, look)
            self._after_space = False
            if not self._paragraphs[-1]:
                self.builder.end_paragraph()

    def strikes(self, cell_style: str) -> bool:
        """Return whether a style of table cells strikes out their text."""
        return bool(cell_style and self._styles.of("table-cell", cell_style).struck)

    def hides(self, cell_style: str) -> bool:
        """Return whether a style of table cells shows nothing of their text on a white sheet."""
        style = self._styles.of("table-cell", cell_style) if cell_style else OdfStyle()
        ground = style.behind_text(WHITE)
        return style.colour is not None and not style.changes and is_lost(style.colour.colour, ground)

    def read_aside(self, elements: Iterable[etree._Element]) -> list[Block]:
        """Return the blocks of elements, apart from all that is read before and after."""
        after_space, insertions, self._open_insertions = self._after_space, self._open_insertions, set()
        self._open(self._notes)
        for each in elements:
            self.read(each)
        _, blocks = self._close()
        self._after_space, self._open_insertions = after_space, insertions
        return blocks

    @property
    def _look(self) -> RunStyle:
        style = self._open_styles[-1]
        if not (style.struck or style.shift or self._open_insertions):
            return PLAIN
        change = Change.STRUCK if style.struck else Change.INSERTED if self._open_insertions else Change.NONE
        return RunStyle(style.shift or Shift.NONE, change)

    def _style(self, element: etree._Element, name: str) -> OdfStyle:
        return self._styles.of("paragraph" if name in _PARAGRAPHS else "text", attribute(element, "style-name"))

    def _item(self) -> ListItem | None:
        lists = self._lists[-1]
        if not lists:
            return None
        continues, lists[-1] = lists[-1], True
        return ListItem(len(lists) - 1, continues=continues)

    def _open(self, number: int) -> None:
        self._builders.append(BlockBuilder())
        self._open_notes.append(number)
        self._paragraphs.append(0)
        self._lists.append([])

    def _close(self) -> tuple[int, list[Block]]:
        self._paragraphs.pop()
        self._lists.pop()
        return self._open_notes.pop(), self._builders.pop().finish()


def _is_hidden(element: etree._Element, name: str) -> bool:
    """Return whether the element itself is hidden, whatever its style."""
    if _FILLED.get(name) == "graphic":
        return attribute(element, "display") in _OFF_SCREEN
    if name not in _HIDEABLE:
        return False
    return attribute(element, "display") == "none" or attribute(element, "is-hidden") == "true"


def _hidden_paragraphs(body: etree._Element) -> set[etree._Element]:
    """Return the paragraphs that a field in them hides."""
    fields = (each for each in find_all(body, "hidden-paragraph") if attribute(each, "is-hidden") == "true")
    around = (
        next((above for above in each.iterancestors() if local_name(above) in _PARAGRAPHS), None) for each in fields
    )
    return {each for each in around if each is not None}


def _recorded_changes(body: etree._Element) -> tuple[dict[str, etree._Element], set[str]]:
    """Return deleted text by the identifier of its place, and the identifiers of insertions."""
    deletions, insertions = dict[str, etree._Element](), set[str]()
    for region in find_all(body, "changed-region"):
        for change in region:
            if local_name(change) == "deletion":
                deletions[attribute(region, "id")] = change
            elif local_name(change) == "insertion":
                insertions.add(attribute(region, "id"))
    return deletions, insertions


def _describe(root: etree._Element | None) -> str:
    """Return the text of an embedded object: a formula, or a chart's title and names of series."""
    if (math := find(root, "math")) is not None:
        return mathml.latex(math)
    if find(root, "chart") is None:
        return ""
    rows = find_all(root, "table-header-rows")
    names = (text_of(cell) for row in rows for cell in find_all(row, "table-cell"))
    return notation.chart(text_in(root, "title"), filter(None, names))


def _texts_of_controls(body: etree._Element) -> dict[str, str]:
    """Return the text of each form control, by the identifier that a place on a page refers to."""
    return {
        attribute(control, "id"): _said(control)
        for forms in find_all(body, "forms")
        for control in forms.iter()
        if attribute(control, "id") and local_name(control) not in _UNSEEN
    }


def _value_of_control(control: etree._Element) -> str | None:
    """Return the text that replaces a content control's own; None if its own text is its value."""
    if attribute(control, "checkbox") == "true":
        return notation.check_box("", ticked=attribute(control, "checked") == "true")
    return (
        notation.field(attribute(control, "alias"), "")
        if attribute(control, "showing-place-holder") == "true"
        else None
    )


def _value_of_mark(mark: etree._Element) -> str:
    """Return the value of a box or a list of choices that came from Word, which have no text of their own; "" for other
    fields."""
    values: dict[str, list[str]] = {}
    for each in find_all(mark, "param"):
        values.setdefault(attribute(each, "name").rpartition("_")[2], []).append(attribute(each, "value"))
    kind = attribute(mark, "type")
    if kind.endswith("FORMCHECKBOX"):
        return notation.check_box("", ticked=values.get("Checked") == ["true"])
    entries = values.get("ListEntry", [])
    if kind.endswith("FORMDROPDOWN") and entries:
        index = whole_number("".join(values.get("Selected", values.get("Result", []))), 0)
        return entries[index] if index < len(entries) else ""
    return ""


def _said(control: etree._Element) -> str:
    kind = local_name(control)
    label = attribute(control, "label")
    if kind in _LABELS:
        return label
    if kind in _BOXES:
        state = _BOXES[kind]
        value = attribute(control, state) or attribute(control, state.removeprefix("current-"))
        return notation.check_box(label or attribute(control, "name"), ticked=value in _TICKED)
    if kind == "listbox":
        options = find_all(control, "option")
        states = ((each, attribute(each, "current-selected") or attribute(each, "selected")) for each in options)
        chosen = [attribute(each, "label") for each, state in states if state == "true"]
        return notation.field(attribute(control, "name"), ", ".join(chosen))
    value = attribute(control, "current-value") or attribute(control, "value")
    return notation.field(label or attribute(control, "name"), value or text_of(control))
