"""Text in one normal form, so that wording can be compared, with the way back to the characters it came from."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right

from rapidfuzz import fuzz

JOINT = "\u00ad"
"""Stands in a normal form for a hyphen at a line's end: the word may be written with it or without it."""

_HYPHENS = "\\-\u2010\u2011"
_DASHES = _HYPHENS + "\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_SINGLE = "'\u2018\u2019\u201a\u201b\u2032\u2035\u00b4\uff07"
_DOUBLE = '"\u201c\u201d\u201e\u201f\u2033\u2036\u301d\u301e\u301f\uff02'
_OPENING, _CLOSING = "«‹", "»›"
_SWAPPED = {"『": "「", "｢": "「", "』": "」", "｣": "」", "〜": "~"}
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u2e80-\u303f\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff9f"  # full-width punctuation, half-width kana; no Latin
    "\U00020000-\U0003ffff"
)
_SPECIAL = _DASHES + _SINGLE + _DOUBLE + _OPENING + _CLOSING + "".join(_SWAPPED) + _INVISIBLE + "…"

_PIECE = re.compile(
    rf"""(?=[^A-Za-z0-9,;:()!?/\ ] | \ (?![A-Za-z0-9(]) | (?<=[{_UNSPACED}])\ )(?:  # keeps the search fast
      (?P<gone>\u00ad[^\S\n]*\n\s* | [{_INVISIBLE}]+
          | (?<![\w*])\*{{1,3}}(?=[^\s*]) | (?<=[^\s*])\*{{1,3}}(?![\w*])
          | (?<!\w)_{{1,3}}(?=[^\W_]) | (?<=[^\W_])_{{1,3}}(?!\w)
          | (?<!`)`(?!`) | `{{3,}})
    | (?P<joint>(?<=[^\W\d_])[{_HYPHENS}][^\S\n]*\n\s*(?=[^\W\d_]))
    | (?P<dash>\s*(?:[{_DASHES}]\s*)+)
    | (?P<quote>[{_OPENING}]\s* | \s*[{_CLOSING}] | `` | [{_SINGLE}{_DOUBLE}]+)
    | (?P<space>[^\S\ ]\s* | \ \s+ | (?<=[{_UNSPACED}])\  | \ (?=[{_UNSPACED}]))
    | (?P<dots>…+ | \.(?:[^\S\n]?\.){{2,}})
    | (?P<swap>[{"".join(_SWAPPED)}])
    | (?P<wide>[^\x00-\x7f\s{_SPECIAL}]+)
    )""",
    re.VERBOSE,
)
_UNSPACED_CHARACTER = re.compile(f"[{_UNSPACED}]")
_HANGUL_TAIL = re.compile("[\u1160-\u11ff\uff9e\uff9f]")  # composes with what stands before, though not a mark
_EDGES = " .,;:…'\"*_-、。" + JOINT
_SIGNS = "-\u2013\u2212\ufe63\uff0d"


class Normal:
    """The normal form of `source`; `text` is what is compared.

    What a reader takes for the same wording has the same form: compatibility forms as Unicode's NFKC has them
    (ligatures, full-width letters, composed accents), one kind each of dash, quotation mark, ellipsis and space, no
    space beside characters of scripts that use none, no soft hyphens, no invisible characters, no emphasis marks of
    Markdown. Case is kept. A hyphen at a line's end between letters becomes `JOINT`.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._parts: list[str] = []
        self._length = 0
        self._at: list[int] = []  # where a piece begins in `text`
        self._pieces: list[tuple[int, int, bool]] = []  # its begin and end in `source`; can it be cut inside?
        self._build()
        self.text = "".join(self._parts)
        self.skeleton = bare(self.text)

    def _build(self) -> None:
        source, done = self.source, 0
        for match in _PIECE.finditer(source):
            begin, end = match.span()
            kind = match.lastgroup
            if kind == "wide":
                if not unicodedata.is_normalized("NFKC", source[max(done, begin - 1) : end]):
                    begin -= begin > done and _continues(source[begin])
                    self._keep(done, begin)
                    self._compose(begin, end)
                    done = end
                continue
            self._keep(done, begin)
            done = end
            if kind == "joint":
                self._put(JOINT, begin, end)
            elif kind == "dash":
                self._put("-", begin, end)
            elif kind == "quote":
                self._put(self._quote(match.group()), begin, end)
            elif kind == "space":
                self._put("" if self._beside_unspaced(end) else " ", begin, end)
            elif kind == "dots":
                self._put("…", begin, end)
            elif kind == "swap":
                self._put(_SWAPPED[match.group()], begin, end)
        self._keep(done, len(source))

    def _keep(self, begin: int, end: int) -> None:
        if end > begin:
            self._put(self.source[begin:end], begin, end, divisible=True)

    def _put(self, text: str, begin: int, end: int, divisible: bool = False) -> None:
        if text:
            self._at.append(self._length)
            self._pieces.append((begin, end, divisible))
            self._parts.append(text)
            self._length += len(text)

    def _compose(self, begin: int, end: int) -> None:
        source = self.source
        while begin < end:
            stop = begin + 1
            while stop < end and _continues(source[stop]):
                stop += 1
            self._put(unicodedata.normalize("NFKC", source[begin:stop]), begin, stop)
            begin = stop

    def _last(self) -> str:
        return self._parts[-1][-1] if self._parts else ""

    def _quote(self, written: str) -> str:
        # After a digit they may be feet and inches, minutes and seconds: there the kinds stay apart.
        if not self._last().isdigit():
            return "'"
        return "".join('"' if mark in _DOUBLE else "'" for mark in written if not mark.isspace())

    def _beside_unspaced(self, end: int) -> bool:
        following = self.source[end] if end < len(self.source) else ""
        return is_unspaced(self._last()) or is_unspaced(following)

    def origin(self, start: int, end: int) -> tuple[int, int] | None:
        """The range of `source` that `text[start:end]` (not empty) came from; None if it cuts a character in two."""
        first = bisect_right(self._at, start) - 1
        begin, _, divisible = self._pieces[first]
        if start > self._at[first]:
            if not divisible:
                return None
            begin += start - self._at[first]
        last = bisect_right(self._at, end - 1) - 1
        last_begin, last_stop, divisible = self._pieces[last]
        if end < self._at[last] + len(self._parts[last]):
            if not divisible:
                return None
            last_stop = last_begin + end - self._at[last]
        return begin, last_stop

    def is_whole(self, start: int, end: int) -> bool:
        """Whether `text[start:end]` cuts no word, compound or number of the text: `lawful` in `unlawful` does."""
        span = self.origin(start, end)
        if span is None:
            return False
        text, source = self.text, self.source
        first, before, beyond = text[start], text[start - 1 : start], text[max(0, start - 2) : max(0, start - 1)]
        if _cuts(first, before, beyond) or _splits_compound(first, source[: span[0]][-1:-3:-1]):
            return False
        if first.isdigit() and _is_sign(source[max(0, span[0] - 2) : span[0]]):
            return False
        last, after, beyond = text[end - 1], text[end : end + 1], text[end + 1 : end + 2]
        if _cuts(last, after, beyond) or _splits_compound(last, source[span[1] : span[1] + 2]):
            return False
        return not (last.isdigit() and after in tuple("%‰°"))


def find(page: Normal, quotation: Normal) -> tuple[int, int] | None:
    """The range of the page's source where the quotation stands, None where it does not; whole words only.

    Punctuation at the quotation's edges may differ from the page's, as careful writers let it.
    """
    for wanted in dict.fromkeys((quotation.text.strip(), _trim(quotation.text))):
        if not wanted or bare(wanted) not in page.skeleton:
            continue
        pattern, start = re.compile(_pattern(wanted)), 0
        while match := pattern.search(page.text, start):
            span = page.origin(*match.span())
            if span is not None and page.is_whole(*match.span()):
                return _without_space(page.source, *span)
            start = match.start() + 1
    return None


def find_near(page: Normal, quotation: Normal, min_likeness: float) -> tuple[int, int] | None:
    """The range of the page's source, whole words, that is most like the quotation; None if nothing is enough.

    `min_likeness` from 0 to 100: `rapidfuzz.fuzz.partial_ratio` of the normal forms.
    """
    wanted = quotation.text.strip()
    if not wanted or len(wanted) > len(page.text):
        return None
    found = fuzz.partial_ratio_alignment(wanted, page.text, score_cutoff=min_likeness)
    if found is None:
        return None
    start, end = found.dest_start, found.dest_end
    while start > 0 and (page.text[start] == JOINT or _cuts(page.text[start], page.text[start - 1 : start], "")):
        start -= 1
    while end < len(page.text) and (
        page.text[end - 1] == JOINT or _cuts(page.text[end - 1], page.text[end : end + 1], "")
    ):
        end += 1
    span = page.origin(start, end)
    return None if span is None else _without_space(page.source, *span)


def find_all(page: Normal, words: Normal) -> tuple[tuple[int, int], ...]:
    """Every range of the page's source where the words stand, whatever their case, parts of words too."""
    wanted = words.text.strip()
    if not wanted:
        return ()
    found = (page.origin(*match.span()) for match in re.finditer(_pattern(wanted), page.text, re.IGNORECASE))
    return tuple(span for span in found if span is not None)


def _without_space(source: str, begin: int, end: int) -> tuple[int, int]:
    begin = end - len(source[begin:end].lstrip())
    return begin, begin + len(source[begin:end].rstrip())


def _trim(text: str) -> str:
    trimmed = text.rstrip(_EDGES)
    shorter = trimmed.lstrip(_EDGES)
    signed = shorter[:1].isdigit() and trimmed[: -len(shorter)].endswith("-")
    return "-" + shorter if signed else shorter


def _pattern(wanted: str) -> str:
    """A regular expression for it in which every hyphen may be a joint, and a joint may stand between any letters."""
    pieces: list[str] = []
    for index, character in enumerate(wanted):
        if character == JOINT:
            pieces.append(f"[-{JOINT}]?")
        elif character == "-":
            pieces.append(f"[-{JOINT}]")
        else:
            if index and character.isalpha() and wanted[index - 1].isalpha():
                pieces.append(f"{JOINT}?")
            pieces.append(re.escape(character))
    return "".join(pieces)


def bare(text: str) -> str:
    """A normal form without its hyphens and joints: equal for texts that differ in nothing else."""
    return text.replace("-", "").replace(JOINT, "")


def is_unspaced(character: str) -> bool:
    """Whether it belongs to a script that puts no spaces between words (Chinese, Japanese, Thai, and their like)."""
    return bool(character) and _UNSPACED_CHARACTER.match(character) is not None


def is_wordlike(character: str) -> bool:
    return bool(character) and (character.isalnum() or unicodedata.category(character).startswith("M"))


def _continues(character: str) -> bool:
    return unicodedata.combining(character) != 0 or _HANGUL_TAIL.match(character) is not None


def _cuts(edge: str, next_to_it: str, beyond: str) -> bool:
    if not is_wordlike(edge) or not next_to_it:
        return False
    if next_to_it == JOINT:
        return True
    if is_unspaced(edge):
        return False
    if is_wordlike(next_to_it):
        return not is_unspaced(next_to_it)
    if next_to_it == "'":
        return is_wordlike(beyond) and not is_unspaced(beyond)
    return edge.isdigit() and next_to_it in ".,:/⁄" and beyond.isdigit()


def _splits_compound(edge: str, neighbours: str) -> bool:
    """`neighbours`: up to two source characters beside the edge, the nearer first."""
    return (
        is_wordlike(edge)
        and len(neighbours) == 2
        and neighbours[0] in "-\u2010\u2011"
        and is_wordlike(neighbours[1])
        and not is_unspaced(neighbours[1])
    )


def _is_sign(before: str) -> bool:
    return before[-1:] in tuple(_SIGNS) and not is_wordlike(before[:-1])
