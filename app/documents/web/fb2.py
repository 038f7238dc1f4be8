"""Reads FictionBook: sections with their titles, verses, tables, notes in their place. Source: FictionBook 2.21."""

from __future__ import annotations

from lxml import etree

from app.core.documents.document import Document, Format
from app.core.documents.facts import Facts
from app.documents.formats.contract import Content, Progress, refuse_damaged
from app.documents.formats.facts import authors, make_facts, texts
from app.documents.formats.xml import attribute, children, find, local_name, parse_xml, text_in, text_of
from app.documents.text.runs import PLAIN, Change, RunStyle, Shift
from app.documents.word.block_builder import BlockBuilder, Walker, paginate

format = Format.FB2

_LOOKS = {
    "sup": RunStyle(Shift.RAISED),
    "sub": RunStyle(Shift.LOWERED),
    "strikethrough": RunStyle(change=Change.STRUCK),
}
_PARAGRAPHS = {"p", "v", "subtitle", "text-author", "date"}
_CELLS = {"td", "th"}
_NOTES = {"notes", "comments", "footnotes"}


def parse(content: Content, progress: Progress) -> Document:
    """Parse a book. A note follows the paragraph that refers to it; pictures are left out."""
    progress(0, 1)
    try:
        root = parse_xml(bytes(content.data), content, mend=True)
    except ValueError as error:
        refuse_damaged(content, format, error)
    bodies = [each for each in root if local_name(each) == "body"]
    if not bodies:
        refuse_damaged(content, format)
    walker = _Walker({attribute(each, "id"): each for body in bodies if _is_notes(body) for each in body})
    for body in bodies:
        if not _is_notes(body):
            walker.read_all(body, progress)
    about = find(root, "title-info")
    title, language, facts = text_in(about, "book-title"), text_in(about, "lang"), _facts(root, about)
    document = paginate(walker.builder.finish(), content, format, title, language, facts)
    progress(1, 1)
    return document


def _facts(root: etree._Element, about: etree._Element | None) -> Facts:
    """Return the facts about a book. The year of the edition comes before the day on which the text was written."""
    published = find(root, "publish-info")
    parts = ("first-name", "middle-name", "last-name")
    people = [each for each in children(about) if local_name(each) == "author"]
    names = [" ".join(filter(None, (text_in(each, part) for part in parts))) for each in people]
    return make_facts(
        (text_in(published, "year"), *texts(about, "date")),
        authors(names),
        untrusted_publisher=text_in(published, "publisher"),
        untrusted_identifiers=text_in(published, "isbn"),
    )


def _is_notes(body: etree._Element) -> bool:
    return attribute(body, "name") in _NOTES


class _Walker(Walker):
    def __init__(self, notes: dict[str, etree._Element]) -> None:
        super().__init__()
        self._notes = notes
        self._noted: dict[str, int] = {}
        self._depth = 0  # of sections that are open
        self._looks = [PLAIN]
        self._in_note = False

    def _enter(self, element: etree._Element, name: str) -> bool:
        if name == "a" and attribute(element, "type") == "note":
            self._refer(attribute(element, "href").removeprefix("#"))
            return False
        if name == "title" and not self._in_note:
            self._add_title(element)
            return False
        if name == "section":
            self._depth += 1
        elif name == "table":
            self.builder.open_table()
        self._looks.append(_LOOKS.get(name, self._looks[-1]))
        self._add(element.text)
        return True

    def _leave(self, element: etree._Element, name: str) -> None:  # noqa: ARG002
        self._looks.pop()
        if name == "section":
            self._depth -= 1
        elif name in _PARAGRAPHS:
            self.builder.end_paragraph()
        elif name in _CELLS:
            self.builder.end_paragraph()
            self.builder.end_cell()
        elif name == "tr":
            self.builder.end_row()
        elif name == "table":
            self.builder.close_table()

    def _add_tail(self, element: etree._Element) -> None:
        self._add(element.tail)

    def _add(self, untrusted_text: str | None) -> None:
        if untrusted_text:
            text = " ".join(untrusted_text.split())
            left = " " if untrusted_text[:1].isspace() else ""
            right = " " if text and untrusted_text[-1:].isspace() else ""
            self.builder.add_text(f"{left}{text}{right}", self._looks[-1])

    def _add_title(self, title: etree._Element) -> None:
        """Add a title, whose paragraphs are one heading."""
        self.builder.add_text("\n".join(filter(None, map(text_of, title))))
        self.builder.end_paragraph(heading_level=max(1, self._depth))

    def _refer(self, identifier: str) -> None:
        """Add a note's mark, and its text the first time: else a small file could hold a large one."""
        note = self._notes.get(identifier)
        if note is None or self._in_note:
            return
        known = identifier in self._noted
        number = self._noted.setdefault(identifier, len(self._noted) + 1)
        self.builder.add_reference(number, self._looks[-1])
        if not known:
            self._in_note = True
            self._builders.append(BlockBuilder())
            for each in children(note):
                if local_name(each) != "title":
                    self.read(each)
            blocks = self._builders.pop().finish()
            self.builder.add_note(number, blocks)
            self._in_note = False
