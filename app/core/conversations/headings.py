"""Headings: which lines of a page are some, the outline that those of a book make, and the numbers they give to one."""

from __future__ import annotations

import bisect
import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from app.core.conversations.chapters import name_of
from app.core.documents.document import Page, Section

_MARKDOWN = re.compile(r"#{1,6}\s+")
_KIND = r"(?:chapter|section|part|appendix|annex|article|kapitel|abschnitt|teil|anhang|artikel|chapitre|capítulo)"
_NUMBER = re.compile(
    rf"(?P<kind>{_KIND}\s+)?(?P<number>\d+(?:\.\d+)*|[A-Z](?:\.\d+)+)(?:[.:)]?\s+|[.:)]?$)(?=[^\W\d_]|$)"
    r"|第(?P<unspaced>\d+|[一二三四五六七八九十百]+)[章節条編部]\s*",
    re.IGNORECASE,
)

_LEAST_LINES = 4
_LISTED_SHARE = 0.6
_HEADING_CHARACTERS = 90
_LEADER = re.compile(r"(?:[.·…]\s?){4,}\s*[\divxlc]*\s*$", re.IGNORECASE)
_INDEXED = re.compile(r"\D,\s*\d{1,4}(?:\s?[-–]\s?\d{1,4})?(?:,\s*\d{1,4}(?:\s?[-–]\s?\d{1,4})?)*\s*$")
_ENDS = (*"ivxlcIVXLC…·", "...", ". .")
_ENDS_IN_PAGE = re.compile(r"\D\s(\d{1,4})\s*$")
ROW = re.compile(r"\S \| \S|^\||\t")
SENTENCE_END = re.compile(r"""(?:[.!?…]["'”’»)\]*_`]*|[。！？．]["'”’」』）]*)\s*$""")
_SPACE = re.compile(r"\s+")
_BARE = re.compile(r"\s*\d{1,2}[.:]?\s+[^\W\d_].{0,80}$")
_KIND_ALONE = re.compile(rf"{_KIND}$", re.IGNORECASE)
_NUMBER_ALONE = re.compile(rf"{_KIND}\s+\w+[.:]?$|第(?:\d+|[一二三四五六七八九十百]+)[章節条編部]$", re.IGNORECASE)


def split_number(title: str) -> tuple[str, str]:
    """Return the number that a heading begins with, "" if none, and the text after it: "3.2", "Wages"; "4" for "第4章
    手当"."""
    title = unicodedata.normalize("NFKC", _MARKDOWN.sub("", title.strip(), count=1))
    found = _NUMBER.match(title)
    return ("", title) if found is None else (found["number"] or found["unspaced"], title[found.end() :])


def is_titled(title: str) -> bool:
    """Return whether a heading calls itself one: "Chapter 4", "第4章", "# Wages"."""
    title = unicodedata.normalize("NFKC", title.strip())
    found = _NUMBER.match(title)
    return _MARKDOWN.match(title) is not None or (found is not None and bool(found["kind"] or found["unspaced"]))


def fold_title(title: str) -> str:
    """Return a title of an outline in the form in which pages are searched for it: without number, white space and
    case."""
    return _fold(split_number(title)[1])


def heading_of(line: str, titles: AbstractSet[str] = frozenset()) -> str:
    """Return the line if it is a heading, else "". A heading is a title of the outline (`titles`, made by
    `fold_title`), or has a Markdown sign, or a number before few words."""
    words = line.strip()
    if not words or len(words) > _HEADING_CHARACTERS or ROW.search(words):
        return ""
    number, rest = split_number(words)
    if _fold(rest) in titles or _fold(words) in titles:
        return words
    stands_alone = (is_titled(words) or "." in number) and not SENTENCE_END.search(words)
    return words.lstrip("# ") if stands_alone and rest[:1].upper() == rest[:1] else ""


def _fold(title: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", title).replace("’", "'")).casefold()


def is_listing(text: str) -> bool:
    """Return whether a page is (part of) a table of contents or an index: most of its lines end in a page number."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    wanted = _LISTED_SHARE * len(lines)
    numbered = sum(line.endswith(_ENDS) or line[-1].isdigit() for line in lines)  # most pages have few: quickly seen
    if len(lines) < _LEAST_LINES or numbered < wanted / 2 or any(map(ROW.search, lines)):
        return False
    if sum(_LEADER.search(line) is not None for line in lines) >= wanted / 2:
        return True
    if sum(_INDEXED.search(line) is not None for line in lines) >= wanted:
        return True
    numbers = [int(found[1]) for line in lines if (found := _ENDS_IN_PAGE.search(line))]
    rising = all(low <= high for low, high in itertools.pairwise(numbers))
    return len(numbers) >= max(wanted, 2 * _LEAST_LINES) and rising and numbers[0] < numbers[-1]


# ---- an outline, for a book whose file has none


_FEWEST = 3
"""Headings of one kind: fewer may be anything."""

_DEPTHS = {"part": 0, "section": 2}
"""The depth below the book of a heading of a kind, where its number does not say it."""

_HARDLY_ANYTHING = 16  # characters, such as "CHAPTER FOUR"

_OF_CHAPTERS = ("", "chapter", "section")
"""Kinds whose number may stand alone before a title."""


class _Numbered(msgspec.Struct, frozen=True):
    """A heading with its number, and its place among all headings of the book."""

    place: int
    page: int
    title: str
    number: tuple[int, ...]
    depth: int


def outline_of(pages: Sequence[Page], of_file: Sequence[Section] = ()) -> tuple[Section, ...]:
    """Return the outline of a book: its file's own, `of_file`, with the numbers that the pages give to the titles.
    Without one, return the outline that the numbered headings make, empty if they are too few. Each entry says whether
    it begins its page."""
    texts = {page.number: page.text for page in pages}
    outline = _with_numbers(of_file, pages) if of_file else _of_headings(pages)
    return tuple(
        msgspec.structs.replace(section, begins_page=_begins_page(section.title, texts.get(section.page, "")))
        for section in outline
    )


def _of_headings(pages: Sequence[Page]) -> tuple[Section, ...]:
    """Return the sections that the headings on these pages begin. Of each kind, such as chapters with what is in them,
    or articles, those count that make the longest sequence of rising numbers: what only mentions a chapter, or repeats
    its heading, is out of order.
    """
    kinds: dict[str, list[_Numbered]] = {}
    for kind, heading in _numbered(pages):
        kinds.setdefault(kind, []).append(heading)
    sequences = [rising for found in kinds.values() if len(rising := _longest_rising(found)) >= _FEWEST]
    headings = sorted(itertools.chain.from_iterable(sequences), key=lambda heading: heading.place)
    depths = sorted({heading.depth for heading in headings})
    return tuple(Section(heading.title, heading.page, 1 + depths.index(heading.depth)) for heading in headings)


def _with_numbers(outline: Sequence[Section], pages: Sequence[Page]) -> tuple[Section, ...]:
    """Give each title without a number the one before it on its page, else that of the first section in it: the title
    that holds 4.1 is number 4. Otherwise "chapter 4" could only be counted, and a preface would be one."""
    wanted = {section.page for section in outline if name_of(section.title) is None}
    numbers: dict[tuple[int, str], tuple[int, ...]] = {}
    for page, heading, _stands_alone in _candidates([page for page in pages if page.number in wanted]):
        name = name_of(heading)
        if name is not None and name.kind in _OF_CHAPTERS and name.number[0] > 0:
            numbers.setdefault((page, _fold(name.rest)), name.number)
    numbered: list[Section] = []
    for section in reversed(outline):
        number = () if name_of(section.title) else numbers.get((section.page, _fold(section.title)), ())
        below = numbered[-1] if numbered else None
        if not number and name_of(section.title) is None and below is not None and below.level == section.level + 1:
            first = name_of(below.title)
            number = first.number[:-1] if first is not None and first.kind == "" and first.number[-1] == 1 else ()
        title = f"{'.'.join(map(str, number))} {section.title}" if number else section.title
        numbered.append(msgspec.structs.replace(section, title=title))
    return tuple(reversed(numbered))


def _begins_page(title: str, text: str) -> bool:
    """Return whether hardly any text stands before a title on its page; True if the title is not found there."""
    wanted, before = _fold(title), 0
    for line in text.splitlines():
        folded = _fold(split_number(line)[1]), _fold(line)
        if folded[1] and (wanted in folded or fold_title(title) in folded):
            return before <= _HARDLY_ANYTHING
        before += len(folded[1])
    return True


def _numbered(pages: Sequence[Page]) -> Iterator[tuple[str, _Numbered]]:
    """Yield the headings with a number, each with its kind. A number alone, as in "4 Results", makes a heading if 4.1
    is next."""
    bare: _Numbered | None = None
    for place, (page, title, stands_alone) in enumerate(_candidates(pages)):
        name = name_of(title)
        if name is None or name.number[0] < 1:
            continue
        of_its_own = name.kind in ("part", "appendix") or (name.kind == "section" and len(name.number) == 1)
        depth = _DEPTHS.get(name.kind, 1) if of_its_own else len(name.number)
        heading = _Numbered(place, page, title, name.number, depth)
        if not stands_alone:
            bare = heading
            continue
        if bare is not None and name.number == (*bare.number, 1):
            yield "", bare
        bare = None
        yield (name.kind if of_its_own else ""), heading


def _candidates(pages: Sequence[Page]) -> Iterator[tuple[int, str, bool]]:
    """Yield each line that may be a heading with a number: its page, its text, and whether it is one whatever follows.
    A number that stands alone gets its title from the next line: "Chapter 2", or "CHAPTER" and "TWO", and then
    "Rent"."""
    for page in pages:
        lines = [] if is_listing(page.text) else [line.strip() for line in page.text.splitlines() if line.strip()]
        for at, line in enumerate(lines):
            words = f"{line} {lines[at + 1]}" if _KIND_ALONE.match(line) and at + 1 < len(lines) else line
            if _NUMBER_ALONE.match(words):
                following = lines[at + 1 + (words != line) :][:1]
                yield page.number, " ".join((words, *filter(_may_be_title, following))), True
            elif heading := heading_of(line):
                yield page.number, heading, True
            elif _BARE.match(line):
                yield page.number, line, False


def _may_be_title(line: str) -> bool:
    return len(line) <= _HEADING_CHARACTERS and not (heading_of(line) or SENTENCE_END.search(line) or ROW.search(line))


def _longest_rising(headings: Sequence[_Numbered]) -> list[_Numbered]:
    """Return the longest subsequence with strictly rising numbers; the first, if several are equally long."""
    numbers: list[tuple[int, ...]] = []  # the lowest that a sequence of each length ends with, and that sequence's end
    ends: list[int] = []
    before: list[int] = []
    for at, heading in enumerate(headings):
        length = bisect.bisect_left(numbers, heading.number)
        before.append(ends[length - 1] if length else -1)
        if length == len(numbers):
            numbers.append(heading.number)
            ends.append(at)
        elif heading.number < numbers[length]:
            numbers[length], ends[length] = heading.number, at
    rising = []
    at = ends[-1] if ends else -1
    while at >= 0:
        rising.append(headings[at])
        at = before[at]
    return rising[::-1]
