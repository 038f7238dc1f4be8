"""Says what was found out about the sentences of a text: one chip for each, and where it begins and ends."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from app.core.conversations.conversation import Citation, CitationState
from app.core.conversations.verdict import SentenceVerdict, Verdict
from app.core.documents.document import Book
from app.ui.chat.text.citations import CitationMark, shorten_title
from app.ui.look.theme import Palette
from app.wording.verdicts import verdict_label

_WORD = re.compile(r"[^\W_]")
_LINE_BEGINNING = re.compile(r"\s*(?:(?:[-+*>]|#{1,6}|\d{1,9}[.)]|\[\^[^\]\s]+\]:|\[[ xX]\])\s+)*")
"""The signs of lists, headings, quotations and footnotes, which come before the words of a line."""

_NO_PLACE = re.compile(
    r"\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)"  # where a link leads
    r"|<[^<>\s]+>|\[\^[^\]\s]+\]|&#?\w{1,32};"  # an address, the sign of a footnote, a character by its name
    r"|\$\$?[^$\n]+\$\$?|\\\(.*?\\\)|\\\[.*?\\\]"  # a formula
)
"""Stretches of Markdown that a mark inside them would break."""

_CLOSERS = frozenset("”’\"'»」』)）】》〉%‰°€")
"""These end a sentence together with the word before them."""

_GRAVEST = (Verdict.OTHERWISE, Verdict.NOTHING, Verdict.COMPARE, Verdict.UNWEIGHED, Verdict.SEEMS, Verdict.VERBATIM)


@dataclass(frozen=True)
class _Edges:
    """The range of the words of a sentence in its text, and a place for a chip behind them."""

    first: int
    last: int
    chip: int


def mark_verdicts(
    text: str,
    marks: Sequence[CitationMark],
    verdicts: Sequence[SentenceVerdict],
    shelf: Mapping[str, Book],
    *,
    several: bool = False,
) -> list[CitationMark]:
    """Return the marks of a text's citations, with what was found out about its sentences.

    One chip speaks for a sentence: its mark that names the page of its verdict, or else its first mark, or else a mark
    without length at its end. A sentence on which nothing is known is not underlined. `several` tells that chips name
    their books.
    """
    found = list(marks)
    bare = _blank(text, [(mark.start, mark.end) for mark in marks if mark.start >= 0])
    for given, own in zip(verdicts, _own_marks(bare, marks, verdicts), strict=True):
        at = next((number for number in own if _names(marks[number], given)), own[0] if own else None)
        verdict = _as_written(given, [marks[number] for number in own])
        edges = _edges(text, bare, verdict)
        said = text[verdict.start : verdict.end]
        place = verdict if verdict.page or at is None else marks[at].citation
        title = shorten_title(_title_of(place, shelf)) if several and place is not None else ""
        label = verdict_label(verdict, shelf, title)
        if verdict.verdict is Verdict.UNWEIGHED and at is not None:
            found[at] = replace(marks[at], verdict=verdict, said=said)  # it names what the answer names, and no more
        elif at is not None:
            first = next(number for number in own if marks[number].start == marks[at].start)
            found[at] = marks[first]  # of several pages in one mark, only the first has a chip in the text
            citation = _citation_of(verdict, marks[at], said)
            found[first] = replace(
                marks[at], label=label or marks[at].label, citation=citation, verdict=verdict, said=said
            )
        elif label and edges is not None:
            chip = CitationMark(edges.chip, edges.chip, "", label, verdict=verdict, said=said)
            found.append(replace(chip, citation=_citation_of(verdict, chip, said)))
        if edges is not None and verdict.verdict is not Verdict.UNWEIGHED:
            found.append(CitationMark(edges.first, edges.first, "", "", verdict=verdict))
            found.append(CitationMark(edges.last, edges.last, "", ""))
    return found


def colour_verdict(verdict: Verdict | None, palette: Palette) -> str:
    """Return the colour of a verdict; green is for sentences that a page has word for word, and for nothing else. None
    stands for a mark about which nothing is said."""
    match verdict:
        case Verdict.VERBATIM:
            return palette.verified
        case Verdict.COMPARE:
            return palette.near
        case Verdict.OTHERWISE | Verdict.NOTHING:
            return palette.not_found
        case _:
            return palette.soft_ink


def gravest(verdicts: Sequence[Verdict]) -> Verdict | None:
    """Return the one of several verdicts that a person should look at first; None if there are none."""
    return min(verdicts, key=_GRAVEST.index, default=None)


def _own_marks(bare: str, marks: Sequence[CitationMark], verdicts: Sequence[SentenceVerdict]) -> list[list[int]]:
    """Return the numbers of the marks of each sentence, in their order: they are in it, or right behind it. `bare` is
    the text with spaces for its marks."""
    own: list[list[int]] = [[] for _verdict in verdicts]
    starts = [verdict.start for verdict in verdicts]
    for number in sorted(range(len(marks)), key=lambda number: marks[number].start):
        at = marks[number].start
        owner = bisect_right(starts, at) - 1
        if owner >= 0 and not _WORD.search(bare, starts[owner], at):
            owner -= 1  # it is before the first word, and so belongs to the sentence before
        if at >= 0 and owner >= 0 and not _WORD.search(bare, verdicts[owner].end, at):
            own[owner].append(number)
    return own


def _names(mark: CitationMark, verdict: SentenceVerdict) -> bool:
    cited = mark.citation
    return cited is not None and (cited.book_id, cited.page) == (verdict.book_id, verdict.page)


def _as_written(verdict: SentenceVerdict, own: Sequence[CitationMark]) -> SentenceVerdict:
    """Return the verdict with the page that the sentence's marks name, if it rests on another one, or on none."""
    cited = [mark.citation for mark in own if mark.citation is not None]
    agrees = any((each.book_id, each.page) == (verdict.book_id, verdict.page) and not each.named for each in cited)
    if agrees or verdict.named or not cited or verdict.verdict is Verdict.UNWEIGHED:
        return verdict
    named = dict.fromkeys(each.named or each.label for each in cited)
    return msgspec.structs.replace(verdict, named=", ".join(filter(None, named)))


def _citation_of(verdict: SentenceVerdict, mark: CitationMark, said: str) -> Citation:
    """Return the address that opens the page with the sentence that the verdict rests on."""
    if not verdict.page:
        quote = " ".join(said.split())
        nothing = Citation("", "", 0, verdict.named, quote, CitationState.NOT_FOUND, mark.start, mark.end)
        return mark.citation or nothing
    lit = verdict.on_page.removesuffix(" …")
    place = (verdict.book_id, verdict.document, verdict.page, verdict.label)
    return Citation(*place, "", CitationState.PAGE, mark.start, mark.end, on_page=lit)


def _title_of(place: SentenceVerdict | Citation, shelf: Mapping[str, Book]) -> str:
    """Return the title of the book at a place, which is untrusted text."""
    book = shelf.get(place.book_id)
    return place.document if book is None else book.title


def _edges(text: str, bare: str, verdict: SentenceVerdict) -> _Edges | None:
    """Return the places where the marks of a sentence stand; None if it has no words that a mark could stand beside."""
    start, end = verdict.start, min(verdict.end, len(text))
    if match := _LINE_BEGINNING.match(bare, start, end):
        start = match.end()
    taken = [found.span() for found in _NO_PLACE.finditer(bare, start, end)]
    words = _blank(bare[start:end], [(begin - start, close - start) for begin, close in taken])
    first = _WORD.search(words)
    if first is None:
        return None
    last = len(words)
    while not _WORD.match(words, last - 1):
        last -= 1
    closed = _close(words, last)
    behind = max([closed, *(close - start for _begin, close in taken)])
    return _Edges(start + first.start(), start + closed, start + _close(words, behind))


def _close(words: str, at: int) -> int:
    """Return the end of what belongs to the word before: accents of its own, a closing quotation mark."""
    while at < len(words) and (words[at] in _CLOSERS or unicodedata.category(words[at]).startswith("M")):
        at += 1
    return at


def _blank(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return the text, as long as before, with spaces in the place of these stretches."""
    return "".join(_blanked(text, spans))


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    position = 0
    for start, end in sorted(spans):
        if start >= position:
            yield text[position:start]
            yield " " * (end - start)
            position = end
    yield text[position:]
