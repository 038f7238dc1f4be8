"""Reads Excel workbooks: the visible sheets, row by row, with stored values, comments and charts. Source: ECMA-376."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from app.core.documents.document import Document, Format
from app.documents.formats.archive import Archive
from app.documents.formats.contract import Content, Progress, none_if_damaged
from app.documents.formats.facts import package_facts
from app.documents.formats.xml import (
    attribute,
    child,
    find_all,
    local_name,
    parse_xml,
    relation_id,
    text_in,
    text_of,
    whole_number,
)
from app.documents.tables import charts
from app.documents.tables.rows import RowComment
from app.documents.tables.workbook import SheetAsides, read_workbook
from app.documents.tables.xlsx_checks import repack
from app.documents.text import notation

format = Format.XLSX

_PROPERTIES = "docProps/core.xml"
_WORKBOOK = "xl/workbook.xml"
_CELL = re.compile(r"[A-Za-z]{1,3}([0-9]{1,7})")
_CHARTS = {"chart", "chartEx"}
_STAND_IN = "tc="  # the author of a note that Excel adds for programs without threads


def parse(content: Content, progress: Progress) -> Document:
    """Parse a workbook. Hidden sheets, and cells that do not show what is in them, are left out and flagged."""
    progress(0, 0)
    archive = Archive(content, format)
    asides = _CommentsAndCharts(archive)
    repacked = repack(archive, content, progress)

    def asides_of(sheet: str) -> SheetAsides:
        struck, unseen = (each.get(asides.part(sheet), frozenset()) for each in (repacked.struck, repacked.unseen))
        return SheetAsides(struck, unseen, tuple(asides.comments(sheet)), tuple(asides.charts(sheet)))

    core = _properties(archive, content)
    title = text_in(core, "title")
    return read_workbook(repacked.packed, content, format, progress, title, asides_of, package_facts(core))


def _properties(archive: Archive, content: Content) -> etree._Element | None:
    if _PROPERTIES not in archive:
        return None
    untrusted_xml = archive.read(_PROPERTIES)
    return none_if_damaged(lambda: parse_xml(untrusted_xml, content))


class _CommentsAndCharts:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        package = {each.kind: each.part for each in archive.relations()}
        self._workbook = package.get("officeDocument", _WORKBOOK)
        self._related = archive.relations(self._workbook)
        self._people = dict(self._read_people())
        self._parts = dict(self._read_parts())

    def part(self, sheet: str) -> str:
        """Return the path of a sheet's part; "" if it is unknown."""
        return self._parts.get(sheet, "")

    def comments(self, sheet: str) -> list[RowComment]:
        """Return the comments in the order of their rows; replies follow their comment."""
        found: list[RowComment] = []
        for each in self._archive.relations(self.part(sheet)):
            if each.kind == "comments":
                found += self._notes(each.part)
            elif each.kind == "threadedComment":
                found += self._threads(each.part)
        return sorted(found, key=lambda comment: comment.row)

    def charts(self, sheet: str) -> list[str]:
        relations = self._archive.relations
        drawings = [each.part for each in relations(self.part(sheet)) if each.kind == "drawing"]
        parts = [each.part for drawing in drawings for each in relations(drawing) if each.kind in _CHARTS]
        return [charts.describe(self._archive.optional_tree(part)) for part in parts]

    def _all(self, part: str, name: str) -> Iterator[etree._Element]:
        return find_all(self._archive.optional_tree(part), name)

    def _read_people(self) -> Iterator[tuple[str, str]]:
        for each in self._related:
            if each.kind == "person":
                for person in self._all(each.part, "person"):
                    yield attribute(person, "id"), attribute(person, "displayName")

    def _read_parts(self) -> Iterator[tuple[str, str]]:
        parts = {each.id: each.part for each in self._related}
        for sheet in self._all(self._workbook, "sheet"):
            yield attribute(sheet, "name"), parts.get(relation_id(sheet), "")

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
