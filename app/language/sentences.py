"""Splits a text into sentences: headings, list entries and blank lines end one, line ends do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.language.terms import is_unspaced

_HEADING_CHARACTERS = 90
_SHORT_LINE = 0.7
"""A line with a smaller share of its paragraph's longest line was ended on purpose, not by the margin."""
_SHORTEST_MARGIN = 50
"""No margin ends a line of fewer characters; one of a script without spaces counts twice."""

_CLOSERS = r"['\"”’»)\]*_`]*"
_END = re.compile(rf"[.!?…]{_CLOSERS}(?=\s)|[。！？][」』）”’]*")
_ENDS = re.compile(rf"(?:[.!?…]{_CLOSERS}|[。！？][」』）”’]*)$")
_QUESTION = re.compile(r"(?:[?？]|か。)['\"”’»)\]*_`」』）]*$")
_ABBREVIATION = re.compile(
    r"(?:(?<!\S)[A-Z]|\b(?:[a-z]\.[a-z]|cf|mr|mrs|ms|dr|prof|st|vs|ca|approx|resp|bzw|vgl|inkl|ggf|bspw))\.$",
    re.IGNORECASE,
)
_BEFORE_NUMBER = re.compile(r"\b(?:p|pp|pg|no|nos|nr|vol|figs?|secs?|art|ch|abs|s)\.$", re.IGNORECASE)
_DAY = re.compile(r"(?<!\S)(?:[12]?\d|3[01])\.$")
_MONTH = re.compile(
    r"(?:Jan(?:uar)?|Feb(?:ruar)?|März|Apr(?:il)?|Mai|Juni?|Juli?|Aug(?:ust)?|Sept?(?:ember)?|Okt(?:ober)?|Nov(?:ember)?"
    r"|Dez(?:ember)?)\b"
)
_SPACE = re.compile(r"(?<=(\S))\s+(?=(\S))")
_BULLET = re.compile(r"(?:[-*•‣▪–>✓✗?·]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])\s+(?=\S)")
_RULE = re.compile(r"[^\w\s]{3,}\s*$")
_LEADER = re.compile(r"(?:\s?[.·…]){4,}|…{2,}")  # of a table of contents
_TABLE = re.compile(r"\t|\s\|\s|^\|")
_NUMBERED = re.compile(
    r"(?:(?:chapter|section|part|appendix|annex|article|kapitel|abschnitt|teil|anhang|artikel)\s+)?"
    r"(?:§\s*\d+\w?|\d+(?:\.\d+)+\.?|\d{1,3}\.?|[A-Z](?:\.\d+)*\.|[IVXLC]+\.)\s+(?=[^\W\d_])"
    r"|第[\d０-９一二三四五六七八九十百]+[章節条編部]",
    re.IGNORECASE,
)


class SentenceKind(StrEnum):
    """The kind of a piece of text: only sentences and list entries state something."""

    SENTENCE = "sentence"
    ENTRY = "entry"  # of a list, or a row of a table: complete without a full stop
    QUESTION = "question"
    HEADING = "heading"
    FRAGMENT = "fragment"  # its beginning or its end is missing


@dataclass(frozen=True)
class Sentence:
    """A sentence or a heading. `text` is as written, with line breaks, without the sign of a list.

    `under` is the heading above it and the line that leads to its list; `asked` are the questions before it in its
    paragraph; each may be empty. If it is `first`, it begins its paragraph; if it `leads`, it is the first below its
    heading.
    """

    text: str
    kind: SentenceKind
    under: str = ""
    asked: str = ""
    first: bool = False
    leads: bool = False

    @property
    def line(self) -> str:
        """The text on one line; in a script without spaces, line ends leave none."""
        return _SPACE.sub(_shorten, self.text.strip())


@dataclass(frozen=True)
class _Block:
    """The lines of a heading, a paragraph or an entry of a list."""

    lines: tuple[str, ...]
    heading: bool = False
    entry: bool = False


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a text, in order."""
    heading = lead = ""
    leads = False
    for block in _blocks(text):
        whole = "\n".join(block.lines).strip()
        if not any(map(str.isalpha, whole)):
            continue  # the number of a list's entry, a rule
        if block.heading:
            heading, lead, leads = whole.lstrip("# "), "", True
            yield Sentence(whole, SentenceKind.HEADING)
            continue
        if not block.entry:
            lead = ""
        asked = ""
        for number, piece in enumerate(cut(whole)):
            kind = _kind(piece, first=not number, entry=block.entry)
            yield Sentence(piece, kind, f"{heading}\n{lead}".strip(), asked, first=not number, leads=leads)
            leads = False
            if kind is SentenceKind.QUESTION:
                asked = f"{asked}\n{piece}".strip()
        if not block.entry and whole.endswith((":", "：")):
            lead = piece


def is_ended(text: str) -> bool:
    """Return whether a text ends as a sentence does, perhaps inside quotation marks."""
    return _ENDS.search(text) is not None


def _shorten(space: re.Match[str]) -> str:
    beside_unspaced = "\n" in space.group() and is_unspaced(space[1]) and is_unspaced(space[2])
    return "" if beside_unspaced else " "


def cut(paragraph: str) -> Iterator[str]:
    """Yield the sentences of a paragraph, with what is left behind the last one."""
    begin = 0
    for match in _END.finditer(paragraph):
        following = paragraph[match.end() :].lstrip()
        piece = paragraph[begin : match.end()]
        if following[:1].islower() or following[:1] in tuple(",;)") or _is_abbreviated(piece, following):
            continue
        yield piece.strip()
        begin = match.end()
    if rest := paragraph[begin:].strip():
        yield rest


def _is_abbreviated(piece: str, following: str) -> bool:
    if _DAY.search(piece) is not None and _MONTH.match(following) is not None:
        return True  # a German date, 31. März
    before_number = following[:1].isdigit() and _BEFORE_NUMBER.search(piece) is not None
    return before_number or _ABBREVIATION.search(piece) is not None


def _kind(piece: str, *, first: bool, entry: bool) -> SentenceKind:
    if _QUESTION.search(piece):
        return SentenceKind.QUESTION
    ended = is_ended(piece)
    if first and not entry and piece.lstrip("“\"'‘«„([*_")[:1].islower():
        return SentenceKind.FRAGMENT
    if ended:
        return SentenceKind.SENTENCE
    if entry and first and piece[-1:] not in tuple(",;:，、：") and not piece.endswith((" or", " and")):
        return SentenceKind.ENTRY
    return SentenceKind.FRAGMENT


def _blocks(text: str) -> Iterator[_Block]:
    for paragraph in _paragraphs(text):
        width = max(map(len, paragraph))
        lines: list[str] = []
        entry = False
        for number, line in enumerate(paragraph):
            following = paragraph[number + 1] if number + 1 < len(paragraph) else ""
            bullet = _BULLET.match(line)
            table = _TABLE.search(line) is not None
            may_begin = not lines or is_ended(lines[-1])
            if _RULE.match(following) or _is_heading(line, following, width, may_begin=may_begin, alone=not number):
                yield from _made(lines, entry=entry)
                yield _Block((line,), heading=True)
                lines, entry = [], False
            elif _RULE.match(line):
                yield from _made(lines, entry=entry)
                lines, entry = [], False
            elif bullet or table:
                yield from _made(lines, entry=entry)
                lines, entry = [line[bullet.end() :] if bullet else line], True
                if table:
                    yield from _made(lines, entry=True)
                    lines, entry = [], False
            else:
                lines.append(line)
        yield from _made(lines, entry=entry)


def _made(lines: list[str], *, entry: bool) -> Iterator[_Block]:
    if lines:
        yield _Block(tuple(lines), entry=entry)


def _paragraphs(text: str) -> Iterator[list[str]]:
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip():
            lines.append(line.strip())
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def _is_heading(line: str, following: str, width: int, *, may_begin: bool, alone: bool) -> bool:
    """Return whether a line is a heading. `following` is the paragraph's next line, `width` the characters of its
    longest line; with `may_begin` the text before has ended; with `alone` nothing of the paragraph is before the
    line."""
    if line.startswith("#"):
        return re.match(r"#{1,6}\s", line) is not None
    if _LEADER.search(line):
        return True
    if len(line) > _HEADING_CHARACTERS or line[-1:] in tuple(".!?…。！？:;,：；，、") or not may_begin:
        return False
    goes_on = bool(following) and not _begins(following)
    if _NUMBERED.match(line):
        listed = bool(following) and (
            _BULLET.match(following) or _TABLE.search(following) or _NUMBERED.match(following)
        )
        return not goes_on and (not following or bool(listed) or not _fills(line, width))
    if _BULLET.match(line) or _TABLE.search(line) or not _begins(line):
        return False
    if not following:
        return alone and len(line.split()) <= 12
    return not goes_on and following[0].isupper() and len(line) < _SHORT_LINE * width


def _fills(line: str, width: int) -> bool:
    """Return whether a line was ended by the margin: it is long, and about as wide as its paragraph."""
    signs = sum(2 if is_unspaced(sign) else 1 for sign in line)
    return signs >= _SHORTEST_MARGIN and len(line) >= _SHORT_LINE * width


def _begins(line: str) -> bool:
    """Return whether a sentence may begin with this line, by its first letter."""
    first = line.lstrip("“\"'‘«„([")[:1]
    return not first.islower()
