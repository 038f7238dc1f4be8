"""ODT: the body of an OpenDocument text, flowed onto pages. Source: OpenDocument 1.3, part 3."""

from __future__ import annotations

import re

from lxml import etree

from app.core.document import Document, Format
from app.core.errors import AppError, Code
from app.documents.formats.archive import Archive
from app.documents.formats.base import Content, Progress, refuse_damaged
from app.documents.formats.galley import Item, bind
from app.documents.formats.office import Walker, child, read_optional_part, read_part, text_in, whole_number
from app.documents.formats.xml import attribute, find_all, text_of

format = Format.ODT

MAX_SPACES = 100  # that one element may stand for

_CONTENT, _STYLES, _META, _MANIFEST = "content.xml", "styles.xml", "meta.xml", "META-INF/manifest.xml"
_MAX_PARENTS = 32
_SPACES = re.compile(r"[ \t\r\n]+")
_PARAGRAPHS = {"p", "h"}
_SKIPPED = {
    *("tracked-changes", "note-citation", "ruby-text", "number", "script", "forms", "math", "object", "object-ole"),
    *("covered-table-cell", "glue-point", "event-listeners", "list-style"),
}
_DESCRIPTION = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"  # a picture's title and description
_SHAPES = {
    *("text-box", "custom-shape", "rect", "line", "polyline", "polygon", "regular-polygon", "path", "circle"),
    *("ellipse", "connector", "caption", "measure"),
}
_HIDEABLE = {"section", "hidden-text", "hidden-paragraph"}


def parse(content: Content, progress: Progress) -> Document:
    """Raises AppError DOCUMENT_ENCRYPTED for one under a password. Headers, footers, comments and what was deleted
    under tracked changes are no part of the text.
    """
    progress(0, 1)
    archive = Archive(content, format)
    manifest = read_optional_part(archive, _MANIFEST, content, format)
    if manifest is not None and next(find_all(manifest, "encryption-data"), None) is not None:
        raise AppError(Code.DOCUMENT_ENCRYPTED, path=content.name)
    root = read_part(archive, _CONTENT, content, format)
    body = child(child(root, "body"), "text")
    if body is None:
        refuse_damaged(content, format)
    styles = read_optional_part(archive, _STYLES, content, format)
    meta = read_optional_part(archive, _META, content, format)
    walker = _Walker(_hidden_styles([each for each in (styles, root) if each is not None]))
    walker.read_all(body, progress)
    document = bind(
        walker.galley.finish(), content, format, text_in(meta, "title"), text_in(meta, "language") or _language(styles)
    )
    progress(len(body), len(body))
    return document


def _language(styles: etree._Element | None) -> str:
    for style in find_all(styles, "default-style") if styles is not None else ():
        properties = child(style, "text-properties")
        if attribute(style, "family") == "paragraph" and properties is not None:
            return attribute(properties, "language")
    return ""


def _hidden_styles(roots: list[etree._Element]) -> set[tuple[str, str]]:
    """The styles of text that is not displayed, by family and name."""
    own: dict[tuple[str, str], tuple[str, str]] = {}  # parent, display
    for root in roots:
        for style in find_all(root, "style"):
            properties = child(style, "text-properties")
            display = attribute(properties, "display") if properties is not None else ""
            key = attribute(style, "family"), attribute(style, "name")
            own[key] = attribute(style, "parent-style-name"), display
    return {key for key in own if _display(key, own) == "none"}


def _display(key: tuple[str, str], styles: dict[tuple[str, str], tuple[str, str]]) -> str:
    family, name = key
    for _ in range(_MAX_PARENTS):
        parent, display = styles.get((family, name), ("", ""))
        if display or not parent:
            return display
        name = parent
    return ""


class _Walker(Walker):
    def __init__(self, hidden_styles: set[tuple[str, str]]) -> None:
        super().__init__()
        self._hidden_styles = hidden_styles
        self._notes = 0
        self._open_notes: list[int] = []
        self._paragraphs = [0]  # how many are open, for each open galley
        self._lists: list[list[bool]] = [[]]  # for each galley and open list, whether the open item has its mark
        self._tables = [0]
        self._after_space = True

    def _enter(self, element: etree._Element, name: str) -> bool:
        if name in _SKIPPED or str(element.tag).startswith(_DESCRIPTION):
            return False
        if name in ("annotation", "change"):  # a comment; the place of what was deleted
            self.galley.hide()
            return False
        if self._is_hidden(element, name):
            if text := text_of(element):
                self.galley.hide(text)
            return False
        if name in _PARAGRAPHS:
            self._paragraphs[-1] += 1
            self._after_space = True
        elif name == "s":
            count = min(whole_number(attribute(element, "c"), 1), MAX_SPACES)
            self._say_as_is(" " * count)
        elif name in ("tab", "line-break"):
            self._say_as_is("\t" if name == "tab" else "\n")
        elif name == "list":
            self._lists[-1].append(False)
        elif name in ("list-item", "list-header") and self._lists[-1]:
            self._lists[-1][-1] = name == "list-header"
        elif name == "table":
            self._turn_table(1)
        elif name == "note":
            self._notes += 1
            self.galley.refer(self._notes)
        elif name == "note-body" or name in _SHAPES:
            self._open(self._notes)
        self._say(element.text)
        return True

    def _leave(self, element: etree._Element, name: str) -> None:
        if name in _PARAGRAPHS:
            self._paragraphs[-1] -= 1
            level = max(1, whole_number(attribute(element, "outline-level"), 1)) if name == "h" else 0
            self.galley.end_paragraph(level, self._item())
            self._after_space = True
        elif name == "list":
            self._lists[-1].pop()
        elif name == "table-cell":
            self.galley.end_cell()
        elif name == "table-row":
            self.galley.end_row()
        elif name == "table":
            self._turn_table(-1)
        elif name == "note-body" or name in _SHAPES:
            number = self._close()
            self._after_space = False
            blocks = self._close_galley().finish()
            if name == "note-body":
                self.galley.put_note(number, blocks)
            else:
                self.galley.put_box(blocks)

    def _say_tail(self, element: etree._Element) -> None:
        self._say(element.tail)

    def _say(self, untrusted_text: str | None) -> None:
        if not untrusted_text or not self._paragraphs[-1]:
            return
        text = _SPACES.sub(" ", untrusted_text)
        if self._after_space:
            text = text.removeprefix(" ")
        if text:
            self.galley.say(text)
            self._after_space = text.endswith(" ")

    def _say_as_is(self, text: str) -> None:
        if self._paragraphs[-1]:
            self.galley.say(text)
            self._after_space = False

    def _is_hidden(self, element: etree._Element, name: str) -> bool:
        family = "paragraph" if name in _PARAGRAPHS else "text" if name in ("span", "a") else ""
        if family:
            return (family, attribute(element, "style-name")) in self._hidden_styles
        if name not in _HIDEABLE:
            return False
        return attribute(element, "display") == "none" or attribute(element, "is-hidden") == "true"

    def _item(self) -> Item | None:
        lists = self._lists[-1]
        if not lists:
            return None
        continues, lists[-1] = lists[-1], True
        return Item(len(lists) - 1, continues=continues)

    def _turn_table(self, change: int) -> None:
        self._tables[-1] += change
        self.galley.set_table_depth(self._tables[-1])

    def _open(self, number: int) -> None:
        self._open_galley()
        self._open_notes.append(number)
        self._paragraphs.append(0)
        self._lists.append([])
        self._tables.append(0)

    def _close(self) -> int:
        self._paragraphs.pop()
        self._lists.pop()
        self._tables.pop()
        return self._open_notes.pop()
