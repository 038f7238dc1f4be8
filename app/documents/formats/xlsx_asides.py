"""What hangs from a workbook's sheets beside their cells: comments and charts. ECMA-376, 1, 18.7; MS-XLSX, 2.6."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from app.core.document import Format
from app.documents import notation
from app.documents.formats import charts
from app.documents.formats.archive import Archive
from app.documents.formats.base import Content
from app.documents.formats.office import child, read_optional_part, whole_number
from app.documents.formats.opc import Relation, relations
from app.documents.formats.rows import RowComment
from app.documents.formats.xml import attribute, find_all, local_name, text_of

_WORKBOOK = "xl/workbook.xml"
_CELL = re.compile(r"[A-Za-z]{1,3}([0-9]{1,7})")
_CHARTS = {"chart", "chartEx"}
_STAND_IN = "tc="  # the author of a note that Excel puts there for programs that know no threads


class Asides:
    def __init__(self, archive: Archive, content: Content) -> None:
        self._archive = archive
        self._content = content
        package = {each.kind: each.part for each in relations(archive, "", content, Format.XLSX)}
        self._workbook = package.get("officeDocument", _WORKBOOK)
        self._related = relations(archive, self._workbook, content, Format.XLSX)
        self._people = dict(self._read_people())
        self._parts = dict(self._read_parts())

    def part(self, sheet: str) -> str:
        """The path of a sheet's part; "" where it is not known."""
        return self._parts.get(sheet, "")

    def comments(self, sheet: str) -> list[RowComment]:
        """In the order of their rows; the answers to one follow it."""
        found: list[RowComment] = []
        for each in self._of(self.part(sheet)):
            if each.kind == "comments":
                found += self._notes(each.part)
            elif each.kind == "threadedComment":
                found += self._threads(each.part)
        return sorted(found, key=lambda comment: comment.row)

    def charts(self, sheet: str) -> list[str]:
        drawings = [each.part for each in self._of(self.part(sheet)) if each.kind == "drawing"]
        parts = [each.part for drawing in drawings for each in self._of(drawing) if each.kind in _CHARTS]
        return [charts.describe(self._read(part)) for part in parts]

    def _of(self, part: str) -> tuple[Relation, ...]:
        return relations(self._archive, part, self._content, Format.XLSX)

    def _read(self, part: str) -> etree._Element | None:
        return read_optional_part(self._archive, part, self._content, Format.XLSX)

    def _all(self, part: str, name: str) -> Iterator[etree._Element]:
        root = self._read(part)
        return find_all(root, name) if root is not None else iter(())

    def _read_people(self) -> Iterator[tuple[str, str]]:
        for each in self._related:
            if each.kind == "person":
                for person in self._all(each.part, "person"):
                    yield attribute(person, "id"), attribute(person, "displayName")

    def _read_parts(self) -> Iterator[tuple[str, str]]:
        parts = {each.id: each.part for each in self._related}
        for sheet in self._all(self._workbook, "sheet"):
            identifiers = [str(value) for key, value in sheet.attrib.items() if str(key).endswith("}id")]
            yield attribute(sheet, "name"), parts.get("".join(identifiers), "")

    def _notes(self, part: str) -> Iterator[RowComment]:
        authors = [text_of(author) for author in self._all(part, "author")]
        for note in self._all(part, "comment"):
            number = whole_number(attribute(note, "authorId"), len(authors))
            author = authors[number] if number < len(authors) else ""
            text = child(note, "text")
            if text is not None and not author.startswith(_STAND_IN):
                words = "".join(each.text or "" for run in (text, *find_all(text, "r")) for each in _texts(run))
                yield from _comment(note, words.strip().removeprefix(f"{author}:"), author)

    def _threads(self, part: str) -> Iterator[RowComment]:
        for comment in self._all(part, "threadedcomment"):
            text = child(comment, "text")
            if text is not None:
                yield from _comment(comment, text_of(text), self._people.get(attribute(comment, "personId"), ""))


def _texts(run: etree._Element) -> Iterator[etree._Element]:
    return (each for each in run if local_name(each) == "t")


def _comment(element: etree._Element, untrusted_text: str, untrusted_author: str) -> Iterator[RowComment]:
    reference = attribute(element, "ref")
    cell = _CELL.fullmatch(reference)
    if untrusted_text.strip():
        place = reference if cell else ""
        yield RowComment(int(cell[1]) if cell else 1, notation.comment(untrusted_text, untrusted_author, place))
