"""DOCX: the body of a Word document, flowed onto pages. Source: ECMA-376, parts 1 and 2."""

from __future__ import annotations

import posixpath

from lxml import etree

from app.core.document import Document, Format
from app.core.errors import AppError, Code
from app.documents.flow import Block
from app.documents.formats.archive import Archive
from app.documents.formats.base import Content, Progress, refuse_damaged
from app.documents.formats.detect import OLE
from app.documents.formats.docx_numbers import Numbers
from app.documents.formats.docx_styles import Style, Styles, children, switch
from app.documents.formats.galley import Item, bind
from app.documents.formats.office import Walker, child, read_optional_part, read_part, text_in
from app.documents.formats.xml import attribute, text_of

format = Format.DOCX

_DOCUMENT = "word/document.xml"
_OLD_WORD = "WordDocument".encode("utf-16-le")  # a stream of the format before OOXML
_SKIPPED = {
    *("ppr", "rpr", "tblpr", "tblgrid", "tcpr", "sectpr", "sdtpr", "instrtext", "delinstrtext", "rt", "annotationref"),
    *("footnoteref", "endnoteref", "docpr", "headerreference", "footerreference"),
}
_NOTES = {"footnotereference": "footnotes", "endnotereference": "endnotes"}
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "nobreakhyphen": "-", "softhyphen": ""}
_REMOVED = {"del", "movefrom"}


def parse(content: Content, progress: Progress) -> Document:
    """Raises AppError DOCUMENT_ENCRYPTED for one under a password, which is an OLE file. Headers, footers, comments
    and what was deleted under tracked changes are no part of the text.
    """
    progress(0, 1)
    if content.data[: len(OLE)] == OLE:
        if _OLD_WORD in bytes(content.data):
            refuse_damaged(content, format)
        raise AppError(Code.DOCUMENT_ENCRYPTED, path=content.name)
    archive = Archive(content, format)
    package = _related(archive, "", content)
    name = package.get("officeDocument", _DOCUMENT)
    body = child(read_part(archive, name, content, format), "body")
    if body is None:
        refuse_damaged(content, format)
    parts = _related(archive, name, content)
    core = read_optional_part(archive, package.get("core-properties", ""), content, format)
    styles = read_optional_part(archive, parts.get("styles", ""), content, format)
    notes = {
        (kind, attribute(note, "id")): note
        for kind in _NOTES.values()
        for note in children(read_optional_part(archive, parts.get(kind, ""), content, format))
    }
    numbering = read_optional_part(archive, parts.get("numbering", ""), content, format)
    walker = _Walker(Styles(styles), Numbers(numbering), notes)
    walker.read_all(body, progress)
    document = bind(walker.galley.finish(), content, format, text_in(core, "title"), _language(core, styles))
    progress(len(body), len(body))
    return document


def _related(archive: Archive, part: str, content: Content) -> dict[str, str]:
    """The parts that `part` names in its relationships, by the last word of their type."""
    folder, name = posixpath.split(part)
    root = read_optional_part(archive, posixpath.join(folder, "_rels", f"{name}.rels"), content, format)
    return {
        attribute(each, "Type").rpartition("/")[2]: posixpath.normpath(
            posixpath.join("/", folder, attribute(each, "Target"))
        ).lstrip("/")
        for each in children(root)
        if attribute(each, "TargetMode") != "External"
    }


def _language(core: etree._Element | None, styles: etree._Element | None) -> str:
    default = child(child(child(child(styles, "docdefaults"), "rprdefault"), "rpr"), "lang")
    return text_in(core, "language") or (attribute(default, "val") if default is not None else "")


class _Walker(Walker):
    def __init__(self, styles: Styles, numbers: Numbers, notes: dict[tuple[str, str], etree._Element]) -> None:
        super().__init__()
        self._styles = styles
        self._list_numbers = numbers
        self._notes = notes
        self._numbers: dict[tuple[str, str], int] = {}  # of the notes that were referred to
        self._in_note = False
        self._paragraphs: list[Style] = []  # that are open, a text box's inside the one that it hangs from
        self._marks: list[str] = []  # of each of them in its list
        self._runs: list[bool] = []  # whether each open run is hidden
        self._choices: list[bool] = []  # whether each open alternative has one that is better than its fallback
        self._removed = 0
        self._tables = [0]  # how many are open, for each open galley
        self._fields: list[bool] = []  # for each open field, whether its instruction is open
        self._instructions = 0

    def _enter(self, element: etree._Element, name: str) -> bool:
        if name in _SKIPPED or (name == "fallback" and self._choices and self._choices[-1]):
            return False
        if name == "p":
            self._open_paragraph(self._styles.of(child(element, "ppr")), element)
        elif name == "r":
            self._runs.append(self._is_hidden(element))
        elif name in ("t", "deltext"):
            self._say(element.text or "")
        elif name in _CHARACTERS:
            self._say(_CHARACTERS[name])
        elif name == "sym":
            self._say(_symbol(attribute(element, "char")))
        elif name == "fldchar":
            self._turn_field(attribute(element, "fldCharType"))
        elif name in _NOTES:
            self._refer((_NOTES[name], attribute(element, "id")))
        elif name == "commentreference":
            self.galley.hide()
        elif name in _REMOVED or (name == "tr" and _is_unseen_row(element)):
            self._removed += 1
        elif name == "alternatecontent":
            self._choices.append(child(element, "choice") is not None)
        elif name == "txbxcontent":
            self._open_galley()
            self._tables.append(0)
        elif name == "tbl":
            self._turn_table(1)
        return True

    def _leave(self, element: etree._Element, name: str) -> None:
        if name == "p":
            style, mark = self._paragraphs.pop(), self._marks.pop()
            item = Item(style.level, mark) if style.level >= 0 else None
            self.galley.end_paragraph(style.heading_level or 0, item)
            self._fields = [False] * len(self._fields) if self._instructions else self._fields
            self._instructions = 0  # one that does not end must not take the rest of the book with it
        elif name == "r":
            self._runs.pop()
        elif name in _REMOVED:
            self._removed -= 1
        elif name == "alternatecontent":
            self._choices.pop()
        elif name == "txbxcontent":
            self._tables.pop()
            blocks = self._close_galley().finish()
            self.galley.put_box(blocks)
        elif name == "tc":
            self.galley.end_cell()
        elif name == "tr":
            self.galley.end_row()
            self._removed -= _is_unseen_row(element)
        elif name == "tbl":
            self._turn_table(-1)

    def _open_paragraph(self, style: Style, paragraph: etree._Element) -> None:
        mark = self._list_numbers.next(style.list_id or "", style.level) if style.level >= 0 else ""
        self._paragraphs.append(style)
        self._marks.append(mark)
        if style.heading_level and mark and text_of(paragraph):
            self._say(f"{mark} ")

    def _say(self, untrusted_text: str) -> None:
        if self._instructions:
            return
        if self._removed or (self._runs and self._runs[-1]):
            if untrusted_text.strip():
                self.galley.hide(untrusted_text)
        else:
            self.galley.say(untrusted_text)

    def _is_hidden(self, run: etree._Element) -> bool:
        own = self._styles.of(properties).hidden if (properties := child(run, "rpr")) is not None else None
        return bool(self._paragraphs and self._paragraphs[-1].hidden) if own is None else own

    def _turn_table(self, change: int) -> None:
        self._tables[-1] += change
        self.galley.set_table_depth(self._tables[-1])

    def _turn_field(self, kind: str) -> None:
        """A field's instruction goes from `begin` to `separate`, its result from there to `end`."""
        if kind == "begin":
            self._fields.append(True)
            self._instructions += 1
        elif kind in ("separate", "end") and self._fields:
            self._instructions -= self._fields[-1]
            self._fields[-1] = False
            if kind == "end":
                self._fields.pop()

    def _refer(self, key: tuple[str, str]) -> None:
        """A note's text comes once, however often it is referred to: else a small file could hold a large one."""
        note = self._notes.get(key)
        if note is None or self._in_note or self._instructions or self._removed:
            return
        known = key in self._numbers
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        self._say(f"[{number}]")
        if not known:
            self.galley.put_note(number, self._read_note(note))

    def _read_note(self, note: etree._Element) -> list[Block]:
        runs, self._runs, self._in_note = self._runs, [], True
        self._open_galley()
        self._tables.append(0)
        self.read(note)
        self._tables.pop()
        self._runs, self._in_note = runs, False
        return self._close_galley().finish()


def _is_unseen_row(row: etree._Element) -> bool:
    properties = child(row, "trpr")
    return child(properties, "del") is not None or bool(switch(properties, "hidden"))


def _symbol(untrusted_code: str) -> str:
    try:
        code = int(untrusted_code, 16)
    except ValueError:
        return ""
    return chr(code) if 0x20 <= code < 0xD800 else ""  # the rest is mostly a symbol font's own
