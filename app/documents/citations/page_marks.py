"""Finds page marks such as `[p. 12]`, and quotations, in an answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from app.language.grammar import QUOTATION_MARKS
from app.language.terms import is_unspaced

MIN_QUOTED_WORDS = 3
MIN_QUOTED_CHARACTERS = 8
"""A shorter quotation (in words; in characters of a script without spaces) is a term, not evidence."""
MAX_QUOTED_CHARACTERS = 4000

_BRACKETS = re.compile(
    r"[\[［【〔](?P<square>[^\[\]［］【】〔〕\n]{1,200})[\]］】〕]|[(（](?P<round>[^()（）\[\]［］\n]{1,120})[)）]"
)
_PAGE_WORD = re.compile(r"((?<![^\W_])(?:pages?|pgs?|pp?)(?:\.\s*|\s+|(?=\d)))", re.IGNORECASE)
_BETWEEN_PLACES = re.compile(r"\s*(?:[,;&、]|\b(?:and|of|in)\b)\s*")
_RANGE = re.compile(r"(?P<first>\w+)\s*(?:[-\u2010-\u2015\u2212~〜]|\b(?:to|through)\b)\s*(?P<last>\w+)")
_LABEL = re.compile(r"(?=.*\d)\w[\w.\-–:/]*|[ivxlcdm]+|[A-Z]{1,3}|[IVXLCDM]+")
_NO_TITLE = re.compile(
    r"(?:(?:(?:see|cf|also|at|on|from|in|the|this|book|document|source)\b"
    r"|(?:(?:chapter|section|clause|part|article|paragraph|appendix)s?\b|§)\s*+[\w.]*+)[\s,.:;]*+)++",
    re.IGNORECASE,
)

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_QUOTATION_MARK = re.compile(
    "[" + re.escape("".join({*QUOTATION_MARKS, *"".join(QUOTATION_MARKS.values())})) + r"]|\n\s*\n"
)
_BLOCK = re.compile(r"(?:^[ \t]{0,3}>[^\n]*(?:\n|$))+", re.MULTILINE)
_BLOCK_SIGN = re.compile(r"^[ \t]{0,3}(?:>[ \t]?)+", re.MULTILINE)
_PLURAL_APOSTROPHE = re.compile(r"s’ (?=[^\W\d_])(?:(?!\n\s*\n)[^‘’])+’(?!\w)")  # within ‘the tenants’ rent’
_OPENS_AFTER = re.compile(r"[\s(\[{（［「『\-\u2010-\u2015/:：,、。>*_|=~\"“„«»‹›‘‚]")
_SENTENCE_END = re.compile(r"[。！？]|[.!?…][\"'”’»)\]*_]*\s+(?P<next>\S)|\n\s*(?:\n|[-*•>#]|\d+[.)]\s)")
_TRAILING = ' \t\n.。!?！？…,;:、*_>"”’»」』)）'
_LINKS = re.compile(r"(?:[\s,;&、]|\b(?:and|see|also)\b)*")


@dataclass(frozen=True)
class MarkedPages:
    """A page (`last` is empty) or a run of pages, as a mark names it. `written` is all of it.

    `title` is the book's title as written, or empty; `vague` tells that it may be something else.
    """

    title: str
    vague: bool
    written: str
    first: str
    last: str = ""


@dataclass(frozen=True)
class PageMark:
    """A mark. `start` and `end` are offsets in the answer; `spans` are the part of each place, without gaps; `round`
    tells that it is in round brackets, where it may be a reference of the book's own."""

    start: int
    end: int
    places: tuple[MarkedPages, ...]
    spans: tuple[tuple[int, int], ...]
    round: bool


@dataclass(frozen=True)
class Quotation:
    """A quotation. `text` is without the quotation marks; `start` and `end` include them."""

    start: int
    end: int
    text: str


def find_marks(answer: str, labels: Set[str]) -> list[PageMark]:
    """Find all marks, in order. `labels` are the books' page labels in lower case, since any text may be a label."""
    marks: list[PageMark] = []
    for match in _BRACKETS.finditer(answer):
        body = unicodedata.normalize("NFKC", match["square"] or match["round"])
        if places := _places(body, labels):
            spans = tuple(_spans(answer, *match.span(), places))
            marks.append(PageMark(*match.span(), places, spans, match["square"] is None))
    return marks


def _spans(answer: str, start: int, end: int, places: Sequence[MarkedPages]) -> Iterator[tuple[int, int]]:
    begin = start
    for place in places[:-1]:
        found = re.compile(rf"(?<!\w){re.escape(place.written)}(?!\w)").search(answer, begin, end)
        stop = found.end() if found else begin
        yield begin, stop
        begin = stop
    yield begin, end


def _places(body: str, labels: Set[str]) -> tuple[MarkedPages, ...]:
    written_title, *rest = _PAGE_WORD.split(body)
    places: list[MarkedPages] = []
    for page_word, part in zip(rest[::2], rest[1::2], strict=True):
        texts, after = _labels_at_start(part, labels)
        if not texts:  # the word belongs to a title
            written_title += page_word + part
            continue
        title = _clean_title(written_title)
        vague = not title and bool(after)
        places += [_place(_clean_title(after) if vague else title, vague, text, labels) for text in texts]
        written_title = after or written_title
    return tuple(places)


def _labels_at_start(part: str, labels: Set[str]) -> tuple[list[str], str]:
    """Return the labels at the beginning of `part`, and what follows them."""
    part = part.strip(" ()").rstrip(".")
    if part.casefold() in labels:
        return [part], ""
    chunks = [chunk.rstrip(".") for chunk in _BETWEEN_PLACES.split(part) if chunk]
    texts: list[str] = []
    for chunk in chunks:
        whole = _RANGE.fullmatch(chunk)
        ends = [whole["first"], whole["last"]] if whole else [chunk]
        if not all(_LABEL.fullmatch(end) or end.casefold() in labels for end in ends):
            break
        texts.append(chunk)
    return texts, ", ".join(chunks[len(texts) :])


def _place(title: str, vague: bool, text: str, labels: Set[str]) -> MarkedPages:
    whole = _RANGE.fullmatch(text)
    if whole is None or text.casefold() in labels:
        return MarkedPages(title, vague, text, text)
    first, last = whole["first"], whole["last"]
    if first.isdecimal() and last.isdecimal() and len(last) < len(first):  # 112-14
        last = first[: len(first) - len(last)] + last
    return MarkedPages(title, vague, text, first, last)


def _clean_title(text: str) -> str:
    text = text.strip(" ,:;.-–—'\"“”«»*_(")
    return "" if _NO_TITLE.fullmatch(text) else text


def find_quotations(answer: str, marks: Sequence[PageMark]) -> list[Quotation]:
    """Find the outermost quotations, in order, without the marks inside them; none runs beyond its paragraph.

    A block quotation of Markdown (`>`) is one, unless it has quotation marks.
    """
    found: list[Quotation] = []
    for start, end in sorted(_pairs_of_quotation_marks(answer)):
        if end - start <= MAX_QUOTED_CHARACTERS and (not found or start >= found[-1].end):
            found.append(Quotation(start, end, _without_marks(answer, start + 1, end - 1, marks)))
    blocks = [block.span() for block in _BLOCK.finditer(answer)]
    for start, end in blocks:
        if not any(start <= each.start < end for each in found):
            found.append(_block_quotation(answer, start, end, marks))
    return sorted(found, key=lambda each: each.start)


def _block_quotation(answer: str, start: int, end: int, marks: Sequence[PageMark]) -> Quotation:
    """Return the block up to the mark at its end, or the dash before that, without the signs of its lines and without
    what precedes another mark inside it."""
    last = next(
        (mark for mark in reversed(marks) if start < mark.start and not answer[mark.end : end].strip(" .\n>")), None
    )
    begin = start
    if last is not None and start < last.start < end:
        first = next(mark for mark in marks if mark.start > start and not _between(answer, marks, mark, last))
        begin = max((mark.end for mark in marks if start < mark.start < first.start), default=start)
        end = first.start
    text = _BLOCK_SIGN.sub("", _without_marks(answer, begin, end, marks))
    return Quotation(start, end, text.strip().rstrip("-\u2013\u2014(").strip())


def _between(answer: str, marks: Sequence[PageMark], first: PageMark, last: PageMark) -> str:
    """Return the text between two marks, without other marks and what links them."""
    return _LINKS.sub("", _without_marks(answer, first.end, max(first.end, last.start), marks))


def _pairs_of_quotation_marks(answer: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges from an opening mark to its closing one, both included; they may be nested."""
    waiting: list[tuple[str, int]] = []
    for match in _QUOTATION_MARK.finditer(answer):
        mark, index = match.group(), match.start()
        if len(mark) > 1:  # the end of a paragraph
            waiting = []
            continue
        opened = next((at for at in _closable(waiting, mark)), None) if _may_close(answer, index) else None
        if opened is not None and not (mark in _TWO_WAYS and _must_open(answer, index)):
            start = waiting[opened][1]
            del waiting[opened:]  # and what was opened inside and never closed
            yield start, index + 1
        elif mark in QUOTATION_MARKS and _may_open(answer, index):
            waiting.append((mark, index))


def _closable(waiting: Sequence[tuple[str, int]], mark: str) -> Iterator[int]:
    """Yield the open marks that this one may close, the innermost first; the usual pairs before the others."""
    inner_first = [at for at in reversed(range(len(waiting))) if mark in QUOTATION_MARKS[waiting[at][0]]]
    yield from sorted(inner_first, key=lambda at: waiting[at][0] == mark != '"')


_TWO_WAYS = frozenset("".join(QUOTATION_MARKS.values())) & QUOTATION_MARKS.keys() - {'"'}
"""The marks that open in one language and close in another."""


def _without_marks(answer: str, start: int, end: int, marks: Sequence[PageMark]) -> str:
    kept: list[str] = []
    for mark in marks:
        if start <= mark.start and mark.end <= end:
            kept.append(answer[start : mark.start])
            start = mark.end
    return "".join([*kept, answer[start:end]])


def _may_open(answer: str, index: int) -> bool:
    before, after = answer[index - 1 : index] if index else "", answer[index + 1 : index + 2]
    mark = answer[index]
    if mark in '"‘‚”»›':
        if not after or (after.isspace() and not (mark in "»›" and after in "\u00a0\u202f")):
            return False
        if mark in '"‘‚':
            return not (before.isalnum() and not is_unspaced(before))
        return not before or _OPENS_AFTER.match(before) is not None or is_unspaced(before)
    return True


def _may_close(answer: str, index: int) -> bool:
    before, after = answer[index - 1 : index], answer[index + 1 : index + 2]
    mark = answer[index]
    if mark == "’" and _PLURAL_APOSTROPHE.match(answer, index - 1):
        return False
    if mark in '"’‘':
        return not before.isspace() and not (after.isalnum() and not is_unspaced(after))
    return True


def _must_open(answer: str, index: int) -> bool:
    """Return whether a mark that may also close has a space before it and none after it."""
    before, after = answer[index - 1 : index], answer[index + 1 : index + 2]
    return (not before or before.isspace()) and bool(after) and (after.isalnum() or after in "[(")


def is_evidence(text: str) -> bool:
    """Return whether a quotation is long enough to be looked up."""
    unspaced = sum(is_unspaced(character) and character.isalnum() for character in text)
    words = [word for word in _WORD.findall(text) if not any(map(is_unspaced, word))]
    return len(words) / MIN_QUOTED_WORDS + unspaced / MIN_QUOTED_CHARACTERS >= 1


def pair(
    answer: str, marks: Sequence[PageMark], quotations: Sequence[Quotation]
) -> Iterator[tuple[PageMark, Quotation | None]]:
    """Yield every mark with its quotation, if any: the one before it in its sentence, or around it."""
    for index, mark in enumerate(marks):
        yield mark, _quotation_of(answer, mark, marks[:index], quotations)


def _quotation_of(
    answer: str, mark: PageMark, earlier: Sequence[PageMark], quotations: Sequence[Quotation]
) -> Quotation | None:
    last_end = earlier[-1].end if earlier else 0
    for quotation in reversed(quotations):
        if quotation.start < mark.start < quotation.end:  # the mark is inside the quotation marks
            begin = max(quotation.start + 1, last_end)
            return Quotation(quotation.start, quotation.end, answer[begin : mark.start])
        if quotation.end > mark.start:
            continue
        if quotation.end < last_end and not _LINKS.fullmatch(answer[last_end : mark.start]):
            return None  # an earlier mark took it, and there are words between
        between = _without_marks(answer, quotation.end, mark.start, earlier)
        return None if _ends_sentence(between) else quotation
    return None


def _ends_sentence(between: str) -> bool:
    if "\n\n" in between:
        return True
    for match in _SENTENCE_END.finditer(between.rstrip(_TRAILING) + " "):
        following = match["next"]
        if following is None or not (following.islower() or following.isdigit()):
            return True
    return False
