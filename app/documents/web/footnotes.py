"""Finds footnotes in XHTML, and the links to them. Sources: EPUB Structural Semantics 1.1; DPUB-ARIA 1.1."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeAlias

from lxml import etree

from app.documents.formats.xml import attribute, find_all, local_name, text_of

Element: TypeAlias = etree._Element
Elsewhere: TypeAlias = Callable[[str], Element | None]
"""Finds what an address leads to outside of the chapter."""

MAX_NOTE_ELEMENTS = 1_000  # with more it is a part of the book
MAX_NOTE_CHARACTERS = 20_000

_REFERENCE_ROLES = {"noteref", "doc-noteref"}
_REFERENCE_CLASSES = {"footnote-ref", "noteref", "footnote-reference", "sdfootnoteanc", "sdendnoteanc"}
_NOTE_ROLES = {"footnote", "endnote", "rearnote", "note", "doc-footnote", "doc-endnote"}
_BACK_ROLES = {"doc-backlink"}
_MARK = re.compile(r"[\[(]?(?:\d{1,4}|[a-z]|[ivxlc]{1,6}|[*†‡§¶]{1,4})[\])]?")
_MARK_ELEMENTS = 20  # with more it is no mark
_INLINE = {"a", "span", "sup", "b", "i", "em", "strong", "small"}
_WRAPPERS = {"li", "aside", "div", "dd"}
_NO_NOTES = {"html", "body", "section", "nav", "table", "ol", "ul", "h1", "h2", "h3", "h4", "h5", "h6"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


class Notes:
    """The notes of a book, numbered in the order of their references; each follows its first reference."""

    def __init__(self) -> None:
        self._numbers: dict[Element, int] = {}

    def number(self, note: Element) -> tuple[int, bool]:
        """Return the note's number, and whether it was referred to before."""
        known = note in self._numbers
        return self._numbers.setdefault(note, len(self._numbers) + 1), known

    def is_placed(self, note: Element) -> bool:
        return note in self._numbers


def find_notes(root: Element, elsewhere: Elsewhere | None = None) -> dict[Element, Element]:
    """Find for each link to a note the note's element.

    A link is one if it says so, or if it is a raised mark and its target says that it is a note, or links back.
    """
    anchors = anchors_of(root)
    notes: dict[Element, Element] = {}
    seen: dict[Element, Element | None] = {}
    for link in find_all(root, "a"):
        href = attribute(link, "href").strip()
        explicit = bool(_words(link) & (_REFERENCE_ROLES | _REFERENCE_CLASSES))
        if "#" not in href or _words(link) & _BACK_ROLES or not (explicit or _is_raised_mark(link)):
            continue
        target = anchors.get(href[1:]) if href.startswith("#") else elsewhere(href) if elsewhere else None
        if target is None:
            continue
        note = seen[target] = seen[target] if target in seen else note_at(target)
        if note is None or note in link.iterancestors():
            continue
        if explicit or _words(note) & _NOTE_ROLES or (_leads_to(note, link) and not _begins_block(link)):
            notes[link] = note
    # A note inside another one is part of it: else nesting could make much of a small file.
    found = set(notes.values())
    return {link: note for link, note in notes.items() if found.isdisjoint(note.iterancestors())}


def anchors_of(root: Element) -> dict[str, Element]:
    anchors: dict[str, Element] = {}
    for element in root.iter():
        for name in (element.get("id"), element.get("name") if local_name(element) == "a" else None):
            if name:
                anchors.setdefault(name, element)
    return anchors


def note_at(target: Element) -> Element | None:
    """Return the whole note of an anchor; None if that would be a part of the book."""
    note = target
    while local_name(note) in _INLINE and (parent := note.getparent()) is not None:
        note = parent
    while (parent := note.getparent()) is not None and local_name(parent) in _WRAPPERS and _is_all_of(note, parent):
        note = parent
    if local_name(note) in _NO_NOTES or next(islice(note.iter(), MAX_NOTE_ELEMENTS, None), None) is not None:
        return None
    if sum(len(piece) for piece in note.itertext()) > MAX_NOTE_CHARACTERS:
        return None
    return None if any(local_name(each) in _HEADINGS for each in note.iter()) else note


def says_to_refer(link: Element) -> bool:
    """Return whether a link says that it is a note's mark; the note may be missing."""
    if len(link.text or "") > _MARK_ELEMENTS:
        return False
    return _is_numbered(link) and not _words(link).isdisjoint(_REFERENCE_ROLES | _REFERENCE_CLASSES)


def is_mark_of_note(raised: Element) -> bool:
    """Return whether a raised element has a link in or around it, as note marks have, unlike numbers in formulas."""
    parent = raised.getparent()
    around = parent is not None and local_name(parent) == "a" and len(parent) == 1
    within = (each for each in islice(raised.iter(), _MARK_ELEMENTS) if local_name(each) == "a")
    link = parent if around else next(within, None)
    return link is not None and "#" in attribute(link, "href") and _is_numbered(link)


def back_links(note: Element) -> Iterator[Element]:
    """Yield the links of a note back to its reference."""
    for link in find_all(note, "a"):
        text = text_of(link)
        label = len(text) == 1 or (len(text) <= 4 and not any(map(str.isalpha, text)))
        if _words(link) & _BACK_ROLES or ("#" in attribute(link, "href") and label):
            yield link


def without_mark(text: str, link: Element) -> str:
    """Return a note's text without the mark at its beginning, which is that of the link to it."""
    mark = re.escape(text_of(link).strip("[]()"))
    found = re.match(rf"\s*(?:[\[(]?(?:{mark})?[\])]?[.:]?\s+|[\[(]{mark}[\])][.:]?)", text)
    return text[found.end() :] if found else text


def _words(element: Element) -> set[str]:
    said = (attribute(element, "type"), element.get("role") or "", element.get("class") or "")
    return set(" ".join(said).lower().split())


def _is_raised_mark(link: Element) -> bool:
    parent = link.getparent()
    raised = (parent is not None and local_name(parent) == "sup") or next(find_all(link, "sup"), None) is not None
    return raised and _is_mark(link)


def _is_mark(link: Element) -> bool:
    return _MARK.fullmatch(_short_text(link)) is not None


def _is_numbered(link: Element) -> bool:
    """Return whether a link is a mark with a letter or number: stars and the like are clear without this."""
    return _is_mark(link) and any(map(str.isalnum, _short_text(link)))


def _short_text(link: Element) -> str:
    return "".join(islice(map(str, link.itertext()), _MARK_ELEMENTS)).strip()


def _leads_to(note: Element, link: Element) -> bool:
    parent = link.getparent()
    near = [link, *link, *([parent] if parent is not None else [])]
    names = {name for each in near for name in (each.get("id"), each.get("name")) if name}
    return any(attribute(each, "href").rpartition("#")[2] in names for each in find_all(note, "a"))


def _begins_block(link: Element) -> bool:
    """Return whether the link begins a block, as a note's own mark does, which leads back to the text."""
    element = link
    while local_name(element) in _INLINE and (parent := element.getparent()) is not None:
        before = element.getprevious()
        if (before is not None) or (parent.text or "").strip():
            return False
        element = parent
    return True


def _is_all_of(first: Element, parent: Element) -> bool:
    """Return whether `first` is the first child, and the others cannot be notes of their own."""
    return parent[0] is first and not any(each.get("id") for child in first.itersiblings() for each in child.iter())
