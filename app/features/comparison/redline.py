"""A comparison as a Word document with tracked changes, which can be accepted and rejected one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from app.export.word_file import WordFile
from app.features.comparison.data import ChangeKind, ComparedBooks, ComparedParagraph, Stretch, WordState
from app.features.comparison.words import change_word, places, renumbered_words, reservation_sentences, summary
from app.language.terms import is_unspaced

if TYPE_CHECKING:
    from docx.document import Document as DocumentObject
    from lxml.etree import _Element

AUTHOR, INITIALS = "Octavo", "O"
_HEADING = "Heading 2"
_UNWRITABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAGS = {WordState.REMOVED: "w:del", WordState.ADDED: "w:ins"}
_MOVES = {ChangeKind.LEFT: "w:moveFrom", ChangeKind.MOVED: "w:moveTo"}
_SPACES = {ChangeKind.SPLIT: WordState.REMOVED, ChangeKind.JOINED: WordState.ADDED}
"""The fate of the space where a paragraph now ends, or ended: it is removed or added."""
_HEADED = frozenset({ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.MOVED, ChangeKind.LEFT})
"""The kinds for which the first of several lines is a heading: it goes with its paragraph only there."""


def write(compared: ComparedBooks, now: datetime) -> bytes:
    """Return the whole text as a Word document: if all is accepted, it is the second book's, if all is rejected, the
    first one's, but for clauses' numbers that only moved on. Each change has a comment with its pages in both. `now` is
    aware of its zone."""
    file = WordFile(_writable(f"{compared.first.title} → {compared.second.title}"))
    file.document.core_properties.author = AUTHOR
    writer = _Redline(file.document, compared, now)
    for paragraph in compared.found.paragraphs:
        writer.add(paragraph)
    writer.say_all()
    return file.save()


class _Redline:
    def __init__(self, document: DocumentObject, compared: ComparedBooks, now: datetime) -> None:
        self._document = document
        self._compared = compared
        self._when = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._ids = 0
        moved = [each for each in compared.found.changes if each.kind is ChangeKind.MOVED]
        self._moves = {each.before: f"move{number}" for number, each in enumerate(moved, 1)}

    def add(self, paragraph: ComparedParagraph) -> None:
        lines = list(_lines(_stretches_here(paragraph)))
        written: list[_Element] = []
        for number, line in enumerate(lines):
            headed = paragraph.heading or (paragraph.kind in _HEADED and number == 0 and len(lines) > 1)
            added = self._document.add_paragraph(style=_HEADING if headed else None)._p
            if number < len(lines) - 1 and paragraph.kind in _SPACES and not _is_wide(line):
                line.append(Stretch(_SPACES[paragraph.kind], " "))
            for stretch in line:
                added.append(self._stretch(stretch, _MOVES.get(paragraph.kind, "")))
            self._mark_end(added, paragraph, last=number == len(lines) - 1)
            written.append(added)
        if name := self._moves.get(paragraph.before) if paragraph.kind in _MOVES else None:
            self._put_in_range(written, f"{_MOVES[paragraph.kind]}Range", name)
        if paragraph.is_change:
            self._comment(written[0], written[-1], self._words(paragraph))

    def say_all(self) -> None:
        """Write the findings, and what may be missing, as a comment on the first paragraph."""
        first, second, found = self._compared.first, self._compared.second, self._compared.found
        said = (summary(found), renumbered_words(found), *reservation_sentences(found, first, second))
        whole = self._document.paragraphs
        first_paragraph = (whole[0] if whole else self._document.add_paragraph())._p
        self._comment(first_paragraph, first_paragraph, " ".join(filter(None, said)))

    def _words(self, change: ComparedParagraph) -> str:
        said = f"{change_word(change)}, {places(change, self._compared.first, self._compared.second)}"
        if change.kind is not ChangeKind.MOVED or not change.has_other_words:
            return said
        signs = {WordState.REMOVED: "[-{}-]", WordState.ADDED: "{{+{}+}}"}
        words = (signs[each.state].format(each.text.strip()) for each in change.stretches if each.state in signs)
        return f"{said}: {' '.join(words)}"

    def _stretch(self, stretch: Stretch, move: str) -> _Element:
        tag = move or _TAGS.get(stretch.state, "")
        run = OxmlElement("w:r")
        text = OxmlElement("w:delText" if tag == "w:del" else "w:t")
        text.text = _writable(stretch.text)
        text.set(qn("xml:space"), "preserve")
        run.append(text)
        if not tag:
            return run
        around = self._tracked(tag)
        around.append(run)
        return around

    def _mark_end(self, paragraph: _Element, of: ComparedParagraph, *, last: bool) -> None:
        """Track the end of the paragraph itself, if it came, went or moved with its words."""
        tag = _MOVES.get(of.kind, "")
        if of.kind is ChangeKind.ADDED or (of.kind is ChangeKind.SPLIT and not last):
            tag = "w:ins"
        elif of.kind is ChangeKind.REMOVED or (of.kind is ChangeKind.JOINED and not last):
            tag = "w:del"
        if tag:
            look = OxmlElement("w:rPr")
            look.append(self._tracked(tag))
            properties = paragraph.find(qn("w:pPr"))
            if properties is None:
                properties = OxmlElement("w:pPr")
                paragraph.insert(0, properties)
            properties.append(look)

    def _tracked(self, tag: str) -> _Element:
        self._ids += 1
        element = OxmlElement(tag)
        element.set(qn("w:id"), str(self._ids))
        element.set(qn("w:author"), AUTHOR)
        element.set(qn("w:date"), self._when)
        return element

    def _put_in_range(self, paragraphs: Sequence[_Element], tag: str, name: str) -> None:
        start = self._tracked(f"{tag}Start")
        start.set(qn("w:name"), name)
        end = OxmlElement(f"{tag}End")
        end.set(qn("w:id"), str(start.get(qn("w:id"))))
        _after_properties(paragraphs[0], start)
        paragraphs[-1].append(end)

    def _comment(self, first: _Element, last: _Element, words: str) -> None:
        made = self._document.comments.add_comment(_writable(words), AUTHOR, INITIALS)
        ends = []
        for tag in ("w:commentRangeStart", "w:commentRangeEnd", "w:commentReference"):
            element = OxmlElement(tag)
            element.set(qn("w:id"), str(made.comment_id))
            ends.append(element)
        run = OxmlElement("w:r")
        run.append(ends[2])
        _after_properties(first, ends[0])
        last.append(ends[1])
        last.append(run)


def _after_properties(paragraph: _Element, element: _Element) -> None:
    properties = paragraph.find(qn("w:pPr"))
    if properties is None:
        paragraph.insert(0, element)
    else:
        properties.addnext(element)


def _stretches_here(paragraph: ComparedParagraph) -> tuple[Stretch, ...]:
    """Return the stretches to be written: for a moved paragraph what it is at this place, without what became of its
    words on the way; for joined ones what they were, since there one sees where they end."""
    if paragraph.kind is ChangeKind.JOINED and paragraph.before is not None:
        return (Stretch(WordState.SAME, paragraph.before.text),)
    gone = {ChangeKind.MOVED: WordState.REMOVED, ChangeKind.LEFT: WordState.ADDED}.get(paragraph.kind)
    return tuple(each for each in paragraph.stretches if each.state is not gone)


def _is_wide(line: Sequence[Stretch]) -> bool:
    """Return whether a line ends in a script that puts no space between sentences."""
    return bool(line) and is_unspaced(line[-1].text[-1:])


def _lines(stretches: Sequence[Stretch]) -> Iterator[list[Stretch]]:
    """Yield the stretches of each paragraph."""
    line: list[Stretch] = []
    for stretch in stretches:
        first, *others = stretch.text.split("\n")
        line += [Stretch(stretch.state, first)] if first else []
        for text in others:
            yield line
            line = [Stretch(stretch.state, text)] if text else []
    yield line


def _writable(untrusted_text: str) -> str:
    """Return a text without characters that XML cannot hold."""
    return _UNWRITABLE.sub("", untrusted_text)
