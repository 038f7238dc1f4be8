"""The text of the books in the form in which an answer may quote it, searchable by bytes.

A page's canonical text is what a careful writer would copy: ligatures spelled out, hyphens at line ends resolved, white
space single. It is searched in a folded form, one character for one, in which kinds of dashes and quotation marks are
equal where `app.documents.citations.normal_form` holds them for equal: the model may write ' for ’.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

import numpy as np

from app.engine.protocol import DocumentText
from app.engine.quotes.beginnings import Apostrophes, word_beginnings
from app.engine.quotes.characters import continues, is_unspaced, is_wordlike
from app.engine.quotes.occurrences import PADDING, Occurrences, Offsets

BARRIER = b"\x00"
"""Stands between pages, and where no quotation may pass; no quoted byte ever equals it."""

_HYPHENS = "\\-\u2010\u2011"
_DASHES = _HYPHENS + "\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_SINGLE = "'\u2018\u2019\u201a\u201b\u2032\u2035\u00b4\uff07"
_DOUBLE = '"\u201c\u201d\u201e\u201f\u2033\u2036\u301d\u301e\u301f\uff02'
_SWAPPED = {"『": "「", "｢": "「", "』": "」", "｣": "」"}
_WIDE = "\uff07\u301d\u301e\u301f\uff02\uff0d"  # not equal to the narrow ones: the check drops spaces beside them
_SPACES = "\t\n\u00a0\u2009\u202f\u3000"
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})

# Each begins with what is rare, for which a text is searched fast, and looks back from there.
_SPLIT_WORD = re.compile(rf"([{_HYPHENS}])(?<=[^\W\d_].)[^\S\n]*\n\s*(?=([^\W\d_]+))")
_LINE_END_DASH = re.compile(rf"([{_DASHES}])(?<=\w.)[^\S\n]*\n\s*(?=\w)")
_SOFT_HYPHEN = re.compile("\u00ad[^\\S\n]*\n\\s*|\u00ad")
_WHITE = re.compile(r" *[^\S ]\s*| {2,}")
_COMPOSABLE = re.compile("[^\\W\\d_][\u0300-\u036f\u3099\u309a]+|[\u1100-\u11ff]{2,}")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_WORD = re.compile(r"[^\W\d_]+")
_COMPOUND = re.compile(rf"[{_HYPHENS}](?<=[^\W\d_].)(?=([^\W\d_]+))")

_FOLDED = str.maketrans(
    {
        **dict.fromkeys(_SINGLE + _DOUBLE, "'"),
        **dict.fromkeys(_DASHES.replace("\\", ""), "-"),
        **dict.fromkeys(_SPACES, " "),
        **_SWAPPED,
    }
)
for _mark in _WIDE:
    del _FOLDED[ord(_mark)]
_NUMERIC = "".join(
    character
    for character in map(chr, range(0xA1, 0x3400))
    if not character.isdecimal() and unicodedata.normalize("NFKC", character)[-1].isdigit()
)
"""Characters that the check takes for several with a digit at the end, or for a digit: fractions, ², ①, ㎡."""

# After a digit kinds of quotation marks may be feet and inches; where it is not plain that none comes before, they
# are kept apart. It must not matter which of equal characters comes before.
_MEASURE = re.compile(rf"(?<![^\W\d_{_NUMERIC}])(?<![\s.,;:!?…(){_DASHES}])(?<!^)(?![{_WIDE}])[{_DOUBLE}]")

_SIGNS = "-\u2013\u2212\ufe63\uff0d"
_NO_END = set(_DASHES.replace("\\", "") + "([{（［【〔「『“„«‹^")
_NO_BEGINNING = set(".,;:!?)]}%‰°^。、，．！？：；）］】〕」』”»›/…")
_GONE_OR_QUOTE = f"[{_SINGLE}{_DOUBLE}*_`{_INVISIBLE}]"
_BRIDGE = rf"(?:{_GONE_OR_QUOTE}|[«‹]\s?|\s?[»›])+"
_BRIDGE_BEFORE = re.compile(rf"(.){_BRIDGE}$")
_BRIDGE_AFTER = re.compile(rf"{_BRIDGE}(.)")
_OPEN_POWER = re.compile(r"\^(?:\{[^{}]*)?$|_\{[^{}]*$")
"""The beginning of a power or an index, as the books' pages write them: none is cut."""
_NOTE_MARK = re.compile(r"\[(?:\d{1,3}(?:\s?[,;\u2013-]\s?\d{1,3})*|[a-z]|[ivx]{1,4})\]")
"""In the text, of a note that belongs to it: none is cut either."""
_SPACED_NUMBERS = (  # 1 250 and 1 1/2
    (re.compile(r"(?<!\w)(?<!\d[.,])\d{1,3}$"), re.compile(r"\s\d{3}(?!\d)")),
    (re.compile(r"(?<!\w)(?<!\d[.,])\d{1,3}\s$"), re.compile(r"\d{3}(?!\d)")),
    (re.compile(r"\d$"), re.compile(r"\s\d+/\d")),
    (re.compile(r"\d\s$"), re.compile(r"\d+/\d")),
)
_ACUTE, _END = "´”"
_CONTEXT = 24
"""Characters looked at beside a word's edge."""

_LISTED = re.compile(r"(?:\s|[.·…_|])(?:\d{1,4}|[ivxlcdm]{1,6})\s*$|(?:[.·…]\s?){4,}")
_MIN_LISTED = 3
"""So many lines, and half of all, end in a number or have leaders where a page is a list, such as the contents."""
_ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_PLAIN = re.compile("[\u3041-\u3096\u309d-\u30ff\u3400-\u9fff]{2}")


@dataclass(frozen=True)
class Position:
    """The place of an offset: the document's place in the prompt and its title, the page's place in it and its
    label."""

    document: int
    title: str
    page: int
    label: str


def fold(text: str, before: str = "") -> str:
    """Return the form in which text is compared, one character for one; `before` is the character in front of it."""
    if before:
        return fold(before + text)[1:]
    measures = [match.start() for match in _MEASURE.finditer(text)]
    folded = text.translate(_FOLDED)
    for index in measures:
        folded = f'{folded[:index]}"{folded[index + 1 :]}'
    return folded


VARIANTS: dict[str, str] = {}
"""The characters that may be written for a folded one, itself not included."""
for _code, _plain in _FOLDED.items():
    VARIANTS[_plain] = VARIANTS.get(_plain, "") + chr(_code)
VARIANTS['"'] = "".join(mark for mark in _DOUBLE if mark not in _WIDE)


class QuotableText:
    """The text that may be quoted, built once for the documents of a prompt."""

    def __init__(self, documents: Sequence[DocumentText]) -> None:
        compounds = _kept_compounds(documents)
        marked = _marked({page.label for document in documents for page in document.pages})
        self._starts: list[int] = []
        self._positions: list[Position] = []
        self._pages: list[str] = []
        self._documents = tuple(documents)
        self._lists: dict[int, bool] = {}
        parts: list[bytes] = []
        length = 1
        for index, document in enumerate(documents):
            for number, page in enumerate(document.pages):
                text = canonical(page.untrusted_text, compounds)
                folded = marked.sub(lambda found: "\x00" * len(found.group()), fold(text))
                encoded = folded.encode("utf-8", "replace")
                self._starts.append(length)
                self._positions.append(Position(index, document.untrusted_title, number, page.label))
                self._pages.append(text)
                parts.append(encoded)
                length += len(encoded) + len(BARRIER)
        self.folded = BARRIER + b"".join(part + BARRIER for part in parts) + PADDING
        self._beginnings = word_beginnings(self.folded, self._begin_words, _apostrophes(self._pages))
        self.beginnings = Occurrences.of(self.folded, self._beginnings)
        """All places at which a quotation may begin."""

    def beginnings_in(self, ranges: Iterable[tuple[int, int]]) -> Occurrences:
        """Return the places where a quotation may begin that are in any of the ranges, which do not overlap: each goes
        from its first offset to before its second."""
        edges = (np.searchsorted(self._beginnings, each) for each in ranges)
        parts = [self._beginnings[start:stop] for start, stop in edges]
        places: Offsets = np.concatenate(parts) if parts else self._beginnings[:0]
        return Occurrences.of(self.folded, places)

    def reach(self, offset: int) -> int:
        """Return where the page after that of `offset` ends, or its own if it is the last of its document."""
        number = bisect_right(self._starts, offset) - 1
        if number + 1 < len(self._positions) and self._positions[number + 1].page:
            number += 1
        return self._starts[number + 1] if number + 1 < len(self._starts) else len(self.folded)

    def begins_word(self, offset: int) -> bool:
        """Return whether a quotation that begins at `offset` cuts no word, compound or number in two."""
        text = self.folded
        before, first = text[offset - 1], text[offset]
        if first in _ALNUM:
            if before in _ALNUM:
                return False
            if before == 0 or (before == 32 and text[offset - 2] < 128 and first not in b"0123456789"):
                return True
        elif first & 0xC0 == 0x80 or first in b'\x00 "':
            return False
        elif _are_plain(text[offset - 3 : offset], text[offset : offset + 3]):
            return True
        return _begins(*self._context(offset))

    def _begin_words(self, offsets: Iterable[int]) -> Iterator[bool]:
        """Yield what `begins_word` says of ascending offsets, none of which is at a byte that no word begins with."""
        page, index, at, stop = "", 0, 0, 0
        for offset in offsets:
            if offset >= stop:
                number = bisect_right(self._starts, offset) - 1
                page, index, at = self._pages[number], 0, self._starts[number]
                stop = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.folded)
            index += len(self.folded[at:offset].decode("utf-8", "replace"))
            at = offset
            yield _begins(page, index)

    def ends_word(self, offset: int) -> bool:
        """Return whether a quotation that ends before `offset` cuts no word, compound or number in two."""
        text = self.folded
        after, last = text[offset], text[offset - 1]
        if after & 0xC0 == 0x80 or last == 0 or last == 32 or (last in _ALNUM and after in _ALNUM):
            return False
        if _are_plain(text[offset - 3 : offset], text[offset : offset + 3]):
            return True
        page, index = self._context(offset)
        before, following = page[max(0, index - _CONTEXT) : index], page[index : index + _CONTEXT]
        announces = before.rstrip(" .…").endswith("№")  # the number behind it belongs to it
        return not (announces or _is_inside(before, following)) and _may_end(before, following)

    def character(self, offset: int) -> str:
        """Return the folded character at `offset`."""
        return self.folded[offset : offset + 4].decode("utf-8", "ignore")[:1]

    def last_character(self, offset: int) -> str:
        """Return the folded character before `offset`."""
        return self.folded[max(0, offset - 4) : offset].decode("utf-8", "ignore")[-1:]

    def position(self, offset: int) -> Position:
        return self._positions[bisect_right(self._starts, offset) - 1]

    def is_list(self, offset: int) -> bool:
        """Return whether the page of `offset` is a list whose lines end in numbers, such as a table of contents."""
        number = bisect_right(self._starts, offset) - 1
        if number not in self._lists:
            at = self._positions[number]
            text = self._documents[at.document].pages[at.page].untrusted_text
            lines = [line for line in text.splitlines() if line.strip()]
            listed = sum(_LISTED.search(line) is not None for line in lines)
            self._lists[number] = listed >= _MIN_LISTED and 2 * listed >= len(lines)
        return self._lists[number]

    def between(self, begin: int, end: int) -> str:
        """Return the canonical text of a range within one page."""
        page, index = self._context(begin)
        return page[index : index + len(self.folded[begin:end].decode("utf-8", "replace"))]

    def _context(self, offset: int) -> tuple[str, int]:
        """Return the canonical page around `offset`, and the index of the character there."""
        number = bisect_right(self._starts, offset) - 1
        start = self._starts[number]
        return self._pages[number], len(self.folded[start:offset].decode("utf-8", "replace"))


def canonical(untrusted_text: str, compounds: Set[tuple[str, str]] = frozenset()) -> str:
    """Return a page as it is quoted; `compounds` are the words that keep a hyphen at a line's end."""

    def mend(found: re.Match[str]) -> str:
        left = _LAST_WORD.search(found.string, max(0, found.start() - 40), found.start())
        kept = left is not None and (left.group(), found[2]) in compounds
        return found[1] if kept or not found[2][0].islower() else ""

    text = _SPLIT_WORD.sub(mend, untrusted_text) if "\n" in untrusted_text else untrusted_text
    text = _LINE_END_DASH.sub(r"\1", text)
    text = _WHITE.sub(_one_space, _SOFT_HYPHEN.sub("", text))
    if not text.isascii():
        text = _COMPOSABLE.sub(lambda found: unicodedata.normalize("NFC", found.group()), text.translate(_LIGATURES))
    return text.strip()


def _apostrophes(pages: Sequence[str]) -> Apostrophes:
    def anywhere(text: str) -> bool:
        return any(text in page for page in pages)

    return Apostrophes(anywhere(_ACUTE), anywhere(_END), any(anywhere(blank + _END) for blank in " " + _SPACES))


def _one_space(found: re.Match[str]) -> str:
    run = found.group()
    if "\n" not in run:
        return "\u3000" if "\u3000" in run else " "
    left = found.string[max(0, found.start() - 1) : found.start()]
    right = found.string[found.end() : found.end() + 1]
    # The later check also looks at what the character on the left has become. Marks of emphasis are told by the space
    # beside them, so there it stays.
    unspaced = is_unspaced(unicodedata.normalize("NFKC", left)[-1:]) and left != "〜"
    return "" if (unspaced or is_unspaced(right)) and not {left, right} & set("*_`.…") else " "


def _kept_compounds(documents: Sequence[DocumentText]) -> frozenset[tuple[str, str]]:
    """Return the words split at a line's end that the books elsewhere write with a hyphen, and never without."""
    texts = [page.untrusted_text for document in documents for page in document.pages]
    split = _parted(texts, _SPLIT_WORD, 40)
    if not split:
        return frozenset()
    split &= _parted(texts, _COMPOUND, 41)  # no word that is longer than any of the others
    if not split:
        return frozenset()
    words = {word for text in texts for word in _WORD.findall(text)}
    return frozenset(pair for pair in split if "".join(pair) not in words)


def _parted(texts: Sequence[str], hyphen: re.Pattern[str], longest: int) -> set[tuple[str, str]]:
    """Return the words on both sides of each hyphen; of those before it at most so many letters."""
    parted = set()
    for text in texts:
        for found in hyphen.finditer(text):
            if (left := _LAST_WORD.search(text, max(0, found.start() - longest), found.start())) is not None:
                parted.add((left.group(), found[hyphen.groups]))
    return parted


def _marked(labels: Set[str]) -> re.Pattern[str]:
    """Return the pattern of what the later check would take for a page mark of the model's, if it were inside a
    quotation."""
    odd = "|".join(re.escape(fold(label)) for label in sorted(labels) if label and not re.search(r"\d", label))
    brackets = r"\[\]［］【】〔〕()（）"
    return re.compile(
        rf"\s?[\[［【〔(（][^{brackets}]{{0,200}}?(?<![^\W_])(?:pages?|pgs?|pp?|ｐｐ?)(?:[.．]\s*|\s+|(?=\d))"
        rf"[\s(]*(?:\w*\d\w*|[ivxlcdm]+{'|' if odd else ''}{odd})(?!\w)",
        re.IGNORECASE,
    )


def _are_plain(left: bytes, right: bytes) -> bool:
    """Return whether both are kana or ideographs, between which any place is a word's edge."""
    if left < b"\xe3\x81" or right < b"\xe3\x81":
        return False
    return _PLAIN.fullmatch((left + right).decode("utf-8", "ignore")) is not None


def _begins(page: str, index: int) -> bool:
    if page[index] in _NO_BEGINNING:
        return False
    left, right = page[max(0, index - _CONTEXT) : index], page[index : index + _CONTEXT]
    return not _is_inside(left, right) and _may_begin(left, right[0])


def _may_begin(before: str, first: str) -> bool:
    head = unicodedata.normalize("NFKC", first)[0]
    if continues(first) or first.isspace() or _OPEN_POWER.search(before):
        return False
    tail = unicodedata.normalize("NFKC", before)
    previous, beyond = tail[-1:], tail[-2:-1]
    if not is_wordlike(head):
        parted = not is_wordlike(previous) or is_unspaced(previous)
        return parted and first not in _NO_BEGINNING and not _bridges(_BRIDGE_BEFORE.search(before))
    if is_wordlike(previous) and not is_unspaced(head) and not is_unspaced(previous):
        return False
    if _bridges(_BRIDGE_BEFORE.search(before)) or (previous in ("-", "\u2010", "\u2011") and is_wordlike(beyond)):
        return False
    if unicodedata.category(head)[0] != "N":
        return True
    return before[-1:] not in tuple(_SIGNS) and not (previous in tuple(".,:/⁄") and beyond.isdigit())


def _may_end(before: str, after: str) -> bool:
    last = unicodedata.normalize("NFKC", before[-1:])[-1:]
    if before[-1:].isspace() or before[-1:] in _NO_END or _OPEN_POWER.search(before):
        return False
    if not after:
        return True
    head = unicodedata.normalize("NFKC", after)
    following, beyond = head[:1], head[1:2]
    if continues(after[0]) or continues(following) or head.startswith(("^", "_{")):
        return False
    joined = is_wordlike(following) and not is_unspaced(following)
    if not is_wordlike(last):
        return not joined and not _bridges(_BRIDGE_AFTER.match(after))
    if joined and not is_unspaced(last):
        return False
    if _bridges(_BRIDGE_AFTER.match(after)) or (following in ("-", "\u2010", "\u2011") and is_wordlike(beyond)):
        return False
    if not last.isdigit():
        return True
    unit = head.lstrip()[:1]  # between signs that are written without spaces, the later check sees none
    return unit not in tuple("%‰°") and not (following in tuple(".,:/⁄") and beyond.isdigit())


def _is_inside(before: str, after: str) -> bool:
    """Return whether both sides belong together: the mark of a note, or a number with a space in it."""
    if after and not (after[0].isspace() or unicodedata.normalize("NFKC", after[0])[0].isdigit()) and "[" not in before:
        return False
    at = before.rfind("[")
    if at >= 0 and "]" not in before[at:] and _NOTE_MARK.match(before[at:] + after):
        return True
    plain = (side.replace("№", "No. ") for side in (before, after))  # as the later check writes it
    left, right = (unicodedata.normalize("NFKC", side).replace("\u2044", "/") for side in plain)
    return any(head.search(left) and rest.match(right) for head, rest in _SPACED_NUMBERS)


def _bridges(gap: re.Match[str] | None) -> bool:
    """Return whether marks alone part a word from the edge, so that the later check may take both for one word."""
    return gap is not None and any(map(is_wordlike, unicodedata.normalize("NFKC", gap[1])))
