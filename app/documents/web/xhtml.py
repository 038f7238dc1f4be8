"""Reads a chapter of XHTML into blocks of plain text, as a person would read it."""

from __future__ import annotations

import re
from collections.abc import Collection, Set
from typing import TypeVar

import msgspec
from lxml import etree

from app.core.documents.document import Flag
from app.documents.formats.xml import find_all, local_name, text_of
from app.documents.text import notation
from app.documents.text.flow import Block, Heading
from app.documents.text.hidden import LeftOut
from app.documents.text.open_paragraph import OpenParagraph
from app.documents.web.css import StyleSheet
from app.documents.web.footnotes import Elsewhere, Notes, back_links, find_notes, without_mark
from app.documents.web.mathml import latex
from app.documents.web.visibility import Visibility, is_off
from app.documents.web.xhtml_fields import FIELDS, Fields
from app.documents.web.xhtml_styles import SEEN_BY, Rules, is_spare_formula, is_unseen, marks_of, read_rules

_SKIPPED = {
    *("head", "script", "style", "template", "noscript", "iframe", "object", "embed", "audio", "video", "canvas"),
    *("svg", "button", "datalist", "rp", "rt", "rtc"),
}
_PARAGRAPHS = {
    *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl"),
    *("dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "legend", "main", "nav", "p"),
    *("section", "summary"),
}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = {"ul", "ol", "menu"}
_CELLS = {"td", "th"}
_MAIN = {"main", "article"}
_BLOCKS = {*_PARAGRAPHS, *_HEADINGS, *_LISTS, *_CELLS, "li", "tr", "pre", "table"}
PICTURE = "[picture]"
_UNREAD = -1
_WHOLE_NUMBER = re.compile(r"\s*(-?[0-9]{1,9})\s*")
_Otherwise = TypeVar("_Otherwise", int, None)
# An ideographic space is intended layout; single spaces, by far the most frequent, need no replacing.
_SPACES = re.compile(r"[^\S \u3000][^\S\u3000]*| [^\S\u3000]+")
_SPACES_IN_LINE = re.compile(r"[^\S\n \u3000][^\S\n\u3000]*| [^\S\n\u3000]+")


class XhtmlChapter(msgspec.Struct, frozen=True):
    """The blocks of a chapter; `anchors` has for each id the index of its block or the next one; `main_parts` has the
    blocks, from and to, of each element that claims to hold the main text.
    """

    blocks: tuple[Block, ...]
    anchors: dict[str, int]
    main_parts: tuple[tuple[int, int], ...] = ()


class _List:
    """An open list; `last` is the number of its latest item, None if items have none."""

    def __init__(self, last: int | None) -> None:
        self._last = last
        self._has_line = False

    def open_item(self, value: int | None) -> None:
        self._has_line = False
        if self._last is not None:
            self._last = self._last + 1 if value is None else value

    def take_mark(self) -> str:
        """Return the beginning of the open item's next line."""
        if self._has_line:
            return "  "
        self._has_line = True
        return "- " if self._last is None else f"{self._last}. "


def read_chapter(
    root: etree._Element,
    skipped: frozenset[str] = frozenset(),
    aria: bool = False,
    notes: Notes | None = None,
    elsewhere: Elsewhere | None = None,
    pictures: bool = False,
    rules: Rules | None = None,
    sheet: StyleSheet | None = None,
) -> XhtmlChapter:
    """Read a chapter. Headings and paragraphs are blocks; a list is one block, a line an item; a table is one block, a
    line a row with " | " between cells; preformatted text stays as it is. A picture is its description in brackets;
    with `pictures`, one without a description is noted, too.

    What is not seen (`hidden`, and as `Visibility` finds it) is left out and flagged; `sheet` is all style sheets that
    the page links to, None if they are not at hand. With `aria`, what is hidden from screen readers is left out, too.
    Elements named in `skipped` are left out, like scripts. A footnote follows the paragraph, item or table that refers
    to it, and is left out in its own place; `notes` are those of the chapters before. What is raised, struck out and
    the like, by its element, its style, `rules` or the chapter's own rules, is written as by `notation`, a formula as
    by `mathml`, a form field with its value.
    """
    own = read_rules("\n".join(text_of(each) for each in root.iter("{*}style")))
    rules, sight = {**(rules or {}), **own}, Visibility(root, sheet)
    reader = _Reader(skipped, aria, pictures, notes or Notes(), find_notes(root, elsewhere), rules, sight)
    reader.read(root)
    return XhtmlChapter(tuple(reader.blocks), reader.anchors, tuple(reader.main_parts))


def read_title(element: etree._Element) -> str:
    """Read the text of an element in one line, for a heading or an entry of a table of contents."""
    reader = _Reader(frozenset(), False, False, Notes(), {}, {}, Visibility(element, StyleSheet()))
    reader.read(element)
    return " ".join(" ".join(block.untrusted_text for block in reader.blocks).split())


class _Reader:
    def __init__(
        self,
        skipped: Set[str],
        aria: bool,
        pictures: bool,
        notes: Notes,
        references: dict[etree._Element, etree._Element],
        rules: Rules,
        sight: Visibility,
        back: frozenset[etree._Element] = frozenset(),
        note: etree._Element | None = None,
    ) -> None:
        self.blocks: list[Block] = []
        self.anchors: dict[str, int] = {}
        self.main_parts: list[tuple[int, int]] = []
        self._skipped = _SKIPPED | skipped
        self._aria = aria
        self._pictures = pictures
        self._notes = notes
        self._references = references  # links to notes
        self._moved = set(references.values())  # notes that follow their reference
        self._rules = rules
        self._sight = sight
        self._note = note  # that is read, which opens when its mark is clicked
        self._back = back  # links from a note to its reference
        self._asides: list[Block] = []  # the notes of what is open
        self._open_main: list[tuple[etree._Element, int]] = []
        self._line = OpenParagraph()  # the paragraph that is open
        self._fields = Fields()
        self._lines: list[str] = []  # of the list or table that is open
        self._lists: list[_List] = []  # that are open
        self._rows: list[list[str]] = []  # for each open table, the cells of the open row
        self._preformatted = 0
        self._hidden = False
        self._left_out = LeftOut()

    def read(self, root: etree._Element) -> None:
        """Walk with a stack of its own: deeply nested elements must not become deeply nested calls."""
        stack: list[tuple[etree._Element, str, int]] = [(root, local_name(root), _UNREAD)]
        while stack:
            element, name, marks = stack.pop()
            if marks != _UNREAD:
                self._close(name)
                self._close_main(element)
                self._sight.leave()
                for _ in range(marks):
                    self._line.close()
                if stack:  # text after the root is no part of it
                    self._add_text(element.tail)
                continue
            attributes = element.keys()
            shows = self._sight.enter(element, name, attributes)
            if self._is_said_otherwise(element, name, attributes, shows or element is self._note):
                self._sight.leave()
                if stack:
                    self._add_text(element.tail)
                continue
            self._open(element, name, attributes)
            opened = marks_of(element, name, attributes, name in _BLOCKS, self._rules)
            for mark in opened:
                self._line.open(mark)
            self._add_text(element.text)
            stack.append((element, name, len(opened)))
            stack.extend((child, local_name(child), _UNREAD) for child in reversed(element))
        self._end_paragraph()
        self._end_lines()
        for link, note in self._references.items():
            if not self._notes.is_placed(note):  # its reference was left out
                self._add_note(self._notes.number(note)[0], note, link)
        self._put_asides()
        self._flag()

    def _is_said_otherwise(
        self, element: etree._Element, name: str, attributes: Collection[object], shows: bool
    ) -> bool:
        """Return whether something else replaces the element's content, which is then added here, or nothing does."""
        if not name or element in self._moved or element in self._back or self._notes.is_placed(element):
            return True
        if element in self._references:
            if self._sight.is_unseen:
                return True
            number, known = self._notes.number(self._references[element])
            self._line.add_reference(number)
            if not known:
                self._add_note(number, self._references[element], element)
            return True
        if name == "svg" and self._pictures and next(find_all(element, "image"), None) is not None:
            self._line.add_text(PICTURE)
        if name in self._skipped:
            return True
        if not shows or (not SEEN_BY.isdisjoint(attributes) and is_unseen(element, self._aria)):
            self._leave_out(element, name)
            return True
        if name == "math" and self._sight.is_unseen:
            self._leave_out(element, name)
            return True
        if name == "math":
            alone = "\n" if (element.get("display") or "").strip().lower() == "block" else ""
            self._line.add_text(alone)
            self._line.add_formula(latex(element))
            self._line.add_text(alone)
        elif name in FIELDS:
            self._line.add_text(f" {self._fields.written(element, name)} ")
        return name == "math" or name in FIELDS

    def _add_note(self, number: int, note: etree._Element, link: etree._Element) -> None:
        reader = _Reader(
            *(self._skipped, self._aria, self._pictures, Notes(), {}, self._rules, self._sight.within(note)),
            back=frozenset(back_links(note)),
            note=None if is_off(note) else note,
        )
        reader.read(note)
        text = without_mark("\n".join(block.untrusted_text for block in reader.blocks if block.untrusted_text), link)
        flags = dict.fromkeys(flag for block in reader.blocks for flag in block.flags)
        if text:
            self._asides.append(Block(f"{notation.note_mark(number)} {text}", flags=tuple(flags)))

    def _put_asides(self) -> None:
        self.blocks += self._asides
        self._asides = []

    def _leave_out(self, element: etree._Element, name: str) -> None:
        # Hidden navigation (a list of printed pages, for example) is customary, and no reason to warn.
        if name != "nav" and not is_spare_formula(element):
            self._hide(" ".join([*(str(piece) for piece in element.itertext() if str(piece).strip()), ""]))

    def _hide(self, text: str) -> None:
        """Keep words apart that are not seen; a sign that shows when the mouse is over it is no reason to warn."""
        if any(map(str.isalnum, text)):
            self._hidden = True
            self._left_out.add(text)

    def _add_text(self, text: str | None) -> None:
        if not text:
            return
        if self._sight.is_unseen and not text.isspace():
            self._hide(text)
            text = " " if text[0].isspace() or text[-1].isspace() else ""
        self._line.add_text(text if self._preformatted else _SPACES.sub(" ", text))

    def _open(self, element: etree._Element, name: str, attributes: Collection[object]) -> None:
        if name in _BLOCKS:
            self._end_paragraph()
        if name in _LISTS:
            self._lists.append(_List(_number(element.get("start"), 1) - 1 if name == "ol" else None))
        elif name == "li" and self._lists:
            self._lists[-1].open_item(_number(element.get("value"), None))
        elif name == "table":
            self._rows.append([])
        elif name in _CELLS and self._rows:
            self._rows[-1].append("")
        elif name == "pre":
            self._preformatted += 1
        elif name == "br":
            self._line.add_text("\n")
        elif name == "img" and not self._sight.is_concealed:
            description = " ".join((element.get("alt") or "").split())
            if description or self._pictures:
                self._line.add_text(f"[picture: {description}]" if description else PICTURE)
        if name in _MAIN or ("role" in attributes and element.get("role") == "main"):
            self._flag()
            self._open_main.append((element, len(self.blocks)))
        if "id" not in attributes and "name" not in attributes:
            return
        for anchor in (element.get("id"), element.get("name") if name == "a" else None):
            if anchor:
                self.anchors.setdefault(anchor, len(self.blocks))

    def _close(self, name: str) -> None:
        if name in _HEADINGS:
            self._end_paragraph(_HEADINGS[name])
        elif name in _PARAGRAPHS or name in _CELLS or name == "li":
            self._end_paragraph()
        elif name in _LISTS and self._lists:
            self._end_paragraph()
            self._lists.pop()
            self._end_lines()
        elif name == "tr" and self._rows:
            self._end_paragraph()
            self._end_row()
        elif name == "table" and self._rows:
            self._end_paragraph()
            self._end_row()
            self._rows.pop()
            self._end_lines()
        elif name == "pre":
            self._end_paragraph()
            self._preformatted = max(0, self._preformatted - 1)

    def _close_main(self, element: etree._Element) -> None:
        if self._open_main and self._open_main[-1][0] is element:
            self._flag()
            self.main_parts.append((self._open_main.pop()[1], len(self.blocks)))

    def _end_paragraph(self, heading_level: int = 0) -> None:
        text = self._line.take()
        if self._hidden:
            self._left_out.add(" ")
        if not self._preformatted:
            text = "\n".join(map(str.strip, _SPACES_IN_LINE.sub(" ", text).split("\n"))).strip()
        text = text.strip("\n").rstrip()
        if not text.strip():
            return
        if self._rows and self._rows[-1]:
            row = self._rows[-1]
            row[-1] = " ".join(filter(None, (row[-1], " ".join(text.split()))))
        elif self._lists:
            self._add_item(text)
        elif self._rows:
            self._lines.append(text)
        else:
            self._add(text, (Heading(" ".join(text.split()), heading_level),) if heading_level else ())

    def _add_item(self, text: str) -> None:
        indent = "  " * (len(self._lists) - 1)
        lines = text.split("\n")
        first = indent + self._lists[-1].take_mark() + lines[0]
        self._lines += [first, *(f"{indent}  {line}" for line in lines[1:])]
        if self._asides and not self._rows:
            text, self._lines = "\n".join(self._lines), []
            self._add(text)

    def _end_row(self) -> None:
        row = self._rows[-1]
        if any(row):
            self._lines.append(" | ".join(row))
        self._rows[-1] = []

    def _end_lines(self) -> None:
        """Add the block of the outermost list or table, if that is complete."""
        if self._lines and not self._lists and not self._rows:
            text, self._lines = "\n".join(self._lines), []
            self._add(text)

    def _flag(self) -> None:
        """Flag hidden text in its own part."""
        if self._hidden:
            self._add("")

    def _add(self, text: str, headings: tuple[Heading, ...] = ()) -> None:
        flags = (Flag.HIDDEN_TEXT,) if self._hidden else ()
        self.blocks.append(Block(text, headings, flags, untrusted_hidden=self._left_out.take()))
        self._hidden = False
        self._put_asides()


def _number(untrusted_text: str | None, otherwise: _Otherwise) -> int | _Otherwise:
    """Return a number in `start` or `value` of a list; `otherwise` if it is none."""
    found = _WHOLE_NUMBER.fullmatch(untrusted_text or "")
    return int(found[1]) if found else otherwise
