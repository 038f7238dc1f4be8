"""The normal form of a text, for comparing wording: plain spellings of characters, and the way back to the source."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache, cached_property

from app.documents.text.notation import subscript, superscript
from app.language.grammar import ENGLISH, leading_language
from app.language.terms import UNSPACED, is_unspaced

JOINT = "\u00ad"
"""Stands for a hyphen at a line's end: the word may be written with it or without it."""
ASIDE, ASIDE_END = "\ufdd4", "\ufdd5"
"""The signs around what a quotation may leave out: the mark of a note, words that are struck out."""
DIVIDER = "\ufdd6"
"""Stands between two cells of a table's row, neither of them empty."""
GROUP = "\ufdd7"
"""The sign or narrow space between the thousands of a number, if it can mean nothing else."""

FREE_CASE = "\ufdd8"
"""Stands in a quotation before a letter whose case its writer changed."""

_PLAIN_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "0123456789+-=()ni", strict=True))
_PLAIN_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", "0123456789+-=()", strict=True))
RAISED, LOWERED = "".join(_PLAIN_RAISED), "".join(_PLAIN_LOWERED)
"""The characters that are raised or lowered in Unicode itself."""
_PLAIN = str.maketrans(_PLAIN_RAISED | _PLAIN_LOWERED)

_SAME_DIGITS = frozenset({"", "<wide>", "<narrow>", "<font>"})
_OWN = {"№": "No."}

_HYPHENS = "\\-\u2010\u2011"
_DASHES = _HYPHENS + "\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_SINGLE = "'\u2018\u2019\u201a\u201b\u2032\u2035\u00b4\uff07"
_DOUBLE = '"\u201c\u201d\u201e\u201f\u2033\u2036\u301d\u301e\u301f\uff02'
_OPENING, _CLOSING = "«‹", "»›"
_SWAPPED = {"『": "「", "｢": "「", "』": "」", "｣": "」", "〜": "~", "\u2044": "/", "\u2215": "/"}
_INVISIBLE = (
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufdd0-\ufdd7\ufdd9-\ufdef\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
)
_SPECIAL = _DASHES + _SINGLE + _DOUBLE + _OPENING + _CLOSING + "".join(_SWAPPED) + _INVISIBLE + RAISED + LOWERED + "…"
_GROUPING = "'\u2019\u00a0\u2007-\u200a\u202f"

_PIECE = re.compile(
    rf"""(?=[^A-Za-z0-9,;:()!?/\ ] | \ (?![A-Za-z0-9(]) | (?<=[{UNSPACED}])\ )(?:  # keeps the search fast
      (?P<note>\ {{0,3}}\n?\ {{0,8}}\[(?:\d{{1,3}}(?:\s?[,;\u2013-]\s?\d{{1,3}})*|[a-z]|[ivx]{{1,4}})\])
    | (?P<raised>[{RAISED}]+ | <sup>[^<>\n]{{1,30}}</sup>)
    | (?P<lowered>[{LOWERED}]+ | <sub>[^<>\n]{{1,30}}</sub>)
    | (?P<braced>[\^_]\{{[-+\u2212]?(?:\d+|[^\W\d_])\}})
    | (?P<bar>[^\S\n]*\|[^\S\n]*)
    | (?P<group>(?<=\d)[{_GROUPING}](?=\d{{3}}(?!\d)))
    | (?P<gone>\u00ad[^\S\n]*\n\s* | [{_INVISIBLE}]+
          | (?<![\w*])\*{{1,3}}(?=[^\s*]) | (?<=[^\s*])\*{{1,3}}(?![\w*])
          | (?<!\w)_{{1,3}}(?=[^\W_]) | (?<=[^\W_])_{{1,3}}(?![\w{{])
          | (?<!`)`(?!`) | `{{3,}})
    | (?P<joint>(?<=[^\W\d_])[{_HYPHENS}][^\S\n]*\n\s*(?=[^\W\d_]))
    | (?P<dash>\s*(?:[{_DASHES}]\s*)+)
    | (?P<quote>[{_OPENING}]\s* | \s*[{_CLOSING}] | `` | [{_SINGLE}{_DOUBLE}]+)
    | (?P<space>[^\S\ ]\s* | \ \s+ | (?<=[{UNSPACED}])\  | \ (?=[{UNSPACED}]))
    | (?P<dots>…+ | \.(?:[^\S\n]?\.){{2,}})
    | (?P<swap>[{"".join(_SWAPPED)}])
    | (?P<wide>[^\x00-\x7f\s{_SPECIAL}]+)
    )""",
    re.VERBOSE,
)
_HANGUL_TAIL = re.compile("[\u1160-\u11ff\uff9e\uff9f]")  # composes with the character before it, though not a mark
_SIGNS = "-\u2013\u2212\ufe63\uff0d"
_MARKED = re.compile(r"\[(?P<kind>struck|inserted|field)(?=[ :])(?::\s?|\s)")
_BRACKET = re.compile(r"[\[\]]")
_GROUPED = re.compile(rf"(?:^|[^\w.,])\d{{1,3}}(?:[ {_GROUPING}]\d{{3}})*$")
_BEFORE_NOTE = re.compile(r"(?:[^\W\d_]{2}|[.,;:!?)\]\"'”’»%]|\d|[" + UNSPACED + "])$")
_BEFORE_SPACED_NOTE = re.compile(r"(?:[^\W\d_]{4}|[.,;:!?)”’])$")
_AFTER_NOTE = re.compile(rf"$|\s(?!\s*=)|[.,;:!?)\]'\"”’»](?!\w)|[-\u2013\u2014|\[]|[{UNSPACED}]")
_OPEN_RAISED = re.compile(r"[\^_](?:\{[^{}]*|[-+])?$")
NOTE = r"(?:\d{1,3}(?:\s?[,;\u2013-]\s?\d{1,3})*|[a-z]|[ivx]{1,4})"
_ASIDES = re.compile(rf"{ASIDE}[^{ASIDE_END}]*{ASIDE_END}|\[{NOTE}\]")
_LETTERS = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[^\W\d_]+")
_TAG = re.compile(r"</?su[pb]>")
_THOUSANDS_BEFORE, _THOUSANDS_AFTER = re.compile(r"(?<![\w.,])\d{1,3}\ $"), re.compile(r"\ \d{3}(?!\d)")
_FRACTION_BEFORE, _FRACTION_AFTER = re.compile(r"\d\ $"), re.compile(r"\ \d+/\d")


def plain_of(text: str) -> str:
    """Return the text with raised and lowered characters on the line: `²` as `2`."""
    return text.translate(_PLAIN)


def spell(untrusted_text: str, before: str, after: str) -> str:
    """Return a character with its combining marks in plain form. `before` and `after` are the characters next to it.

    Fractions become 1/2, circled characters get brackets, a unit keeps its power (m^2); the rest follows NFKC.
    """
    text, is_number = _spell(untrusted_text)
    if is_number and text[0].isdigit() and before.isdigit():
        text = f" {text}"
    return f"{text} " if is_number and text[-1] in "0123456789." and after.isdigit() else text


@cache
def _spell(text: str) -> tuple[str, bool]:
    """Return the plain form, and whether it may hold a number that the text does not write in digits."""
    head, *rest = (unicodedata.decomposition(text) if len(text) == 1 else "").split() or [""]
    tag = head if head.startswith("<") else ""
    spelled = unicodedata.normalize("NFKC", text)
    if text in _OWN:
        spelled = _OWN[text]
    elif tag == "<circle>":
        spelled = f"({spelled})"
    elif tag in ("<square>", "<fraction>"):
        parts = [chr(int(code, 16)) for code in rest]
        spelled = "".join(
            f"^{plain_of(part)}" if part in RAISED else unicodedata.normalize("NFKC", part) for part in parts
        )
        spelled = spelled.replace("\u2044", "/").replace("\u2215", "/")
    return spelled, tag not in _SAME_DIGITS and bool(spelled)


class Normal:
    """The normal form of `source`; `text` is compared, and its case is kept.

    What a reader takes for the same wording has the same form: characters as `spell` writes them (ligatures, full-width
    letters, composed accents), powers as `app.documents.text.notation` does, one kind each of dash, quotation mark,
    ellipsis and space, no space beside characters of scripts without spaces, no soft hyphens, no invisible characters,
    no emphasis marks of Markdown. A hyphen at a line's end between letters becomes `JOINT`. What a quotation may leave
    out is between `ASIDE` and `ASIDE_END`, or is a `DIVIDER`.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._parts: list[str] = []
        self._length = 0
        self._at: list[int] = []  # where a piece begins in `text`
        self._pieces: list[tuple[int, int, bool]] = []  # its begin and end in `source`; can it be cut inside?
        self._aside = 0
        self._build()
        self.text = "".join(self._parts)
        self.skeleton = bare(self.text)

    @cached_property
    def thousands(self) -> str:
        """The thousands sign of the text's apparent language; empty if that is not clear."""
        words = [word.casefold() for word in _WORD.findall(self.text)]
        if any(map(is_unspaced, self.text)) or not words:
            return ","
        language = leading_language(words)
        return "" if language is None else "," if language == ENGLISH else "."

    def _build(self) -> None:
        done = 0
        for begin, end, sign in _marked(self.source):
            self._run(done, begin)
            self._aside += {ASIDE: 1, ASIDE_END: -1}.get(sign, 0)
            self._put(sign, begin, end)
            done = end
        self._run(done, len(self.source))

    def _run(self, done: int, stop: int) -> None:
        source = self.source
        for match in _PIECE.finditer(source, done, stop):
            begin, end = match.span()
            if match.lastgroup == "wide":
                if not unicodedata.is_normalized("NFKC", source[max(done, begin - 1) : end]):
                    begin -= begin > done and _continues(source[begin])
                    self._keep(done, begin)
                    self._compose(begin, end)
                    done = end
                continue
            self._keep(done, begin)
            done = begin
            form = self._form(match.lastgroup or "", match.group(), begin, end)
            if form is not None:
                self._put(form, begin, end)
                done = end
        self._keep(done, stop)

    def _form(self, kind: str, written: str, begin: int, end: int) -> str | None:
        """Return the text that replaces a piece of the source; None if the piece stays as it is."""
        match kind:
            case "joint":
                return JOINT
            case "dash":
                return "-"
            case "quote":
                return self._quote(written)
            case "space":
                return "" if self._beside_unspaced(end) else " "
            case "dots":
                return "…"
            case "swap":
                return _SWAPPED[written]
            case "braced":
                return written[0] + written[2:-1].replace("\u2212", "-")
            case "raised" | "lowered":
                return self._moved(kind, written, begin, end)
            case "note":
                return self._note(written, begin, end)
            case "bar":
                return DIVIDER if self._divides(begin, end) else "|"
            case "group":
                if _GROUPED.search(self.source[max(0, begin - 16) : begin]):
                    return GROUP
                return " " if written.isspace() else self._quote(written)
        return ""

    def _moved(self, kind: str, written: str, begin: int, end: int) -> str:
        """Return a power, an index or a note's mark, as `app.documents.text.notation` writes it."""
        text = plain_of(_TAG.sub("", written))
        before = self.source[max(0, begin - 24) : begin]
        if kind == "lowered":
            form = subscript(text, before)
        else:
            form = superscript(text, before)
            if before.rstrip()[-1:].isdigit():
                form = superscript(text, before.rstrip(), note=False)
        if form[:1] == "[" and not self._aside:
            return f"{ASIDE}{form[1:-1]}{ASIDE_END}"
        form = form.replace("\u2212", "-")
        return f"{form} " if form[-1:].isdigit() and self.source[end : end + 1].isdigit() else form

    def _note(self, written: str, begin: int, end: int) -> str | None:
        before, after = self.source[max(0, begin - 4) : begin], self.source[end : end + 12]
        mark = written.strip(" \n[]")
        follows = _BEFORE_SPACED_NOTE if written[0] != "[" else _BEFORE_NOTE
        is_number = mark[0].isdigit() or written[0] == "["
        if self._aside or not is_number or not follows.search(before) or not _AFTER_NOTE.match(after):
            return None
        return f"{ASIDE}{mark}{ASIDE_END}"

    def _divides(self, begin: int, end: int) -> bool:
        """Return whether the bar divides two filled cells of a row, with another row above or below."""
        source = self.source
        first, last = source.rfind("\n", 0, begin) + 1, source.find("\n", end)
        last = len(source) if last < 0 else last
        if source[first:begin].strip()[-1:] in ("", "|") or source[end:last].strip()[:1] in ("", "|"):
            return False
        above = source[source.rfind("\n", 0, max(0, first - 1)) + 1 : max(0, first - 1)]
        below = source[last + 1 : source.find("\n", last + 1) if source.find("\n", last + 1) >= 0 else len(source)]
        return " | " in f"{above}\n{below}"

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
            self._put(spell(source[begin:stop], self._last(), source[stop : stop + 1]), begin, stop)
            begin = stop

    def _last(self) -> str:
        return self._parts[-1][-1] if self._parts else ""

    def _quote(self, written: str) -> str:
        # Prime signs after a digit may be feet and inches, minutes and seconds: there the kinds stay apart.
        if not self._last().isdigit():
            return "'"
        return "".join('"' if mark in _DOUBLE else "'" for mark in written if not mark.isspace())

    def _beside_unspaced(self, end: int) -> bool:
        following = self.source[end] if end < len(self.source) else ""
        return is_unspaced(self._last()) or is_unspaced(following)

    def origin(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the range of `source` behind `text[start:end]`, which is not empty; None if it cuts a character in
        two."""
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
        """Return whether `text[start:end]` cuts no word, compound or number: `lawful` cuts `unlawful`."""
        span = self.origin(start, end)
        if span is None:
            return False
        text, source = self.text, self.source
        first, before, beyond = text[start], text[start - 1 : start], text[max(0, start - 2) : max(0, start - 1)]
        if cuts_word(first, before, beyond) or _splits_compound(first, source[: span[0]][-1:-3:-1]):
            return False
        if first.isdigit() and _is_sign(source[max(0, span[0] - 2) : span[0]]):
            return False
        last, after, beyond = text[end - 1], text[end : end + 1], text[end + 1 : end + 2]
        if cuts_word(last, after, beyond) or _splits_compound(last, source[span[1] : span[1] + 2]):
            return False
        return not (self._is_in_power(start, end) or self._is_in_number(start, end))

    def _is_in_power(self, start: int, end: int) -> bool:
        """Return whether a power or an index is cut, or cut off from its base."""
        text = self.text
        if _OPEN_RAISED.search(text[max(0, start - 24) : start]) or text[end : end + 1] == "^":
            return True
        return text[end : end + 1] == "_" and (is_wordlike(text[end + 1 : end + 2]) or text[end + 1 : end + 2] == "{")

    def _is_in_number(self, start: int, end: int) -> bool:
        """Return whether a number with a space inside (1 250, 1 1/2) is cut."""
        text = self.text
        before, whole, after = text[max(0, start - 6) : start], text[start:end], text[end : end + 8]
        if re.match(r"\d{3}(?!\d)", whole) and _THOUSANDS_BEFORE.search(before):
            return True
        if re.match(r"\d+/\d", whole) and _FRACTION_BEFORE.search(before):
            return True
        if not whole[-1:].isdigit():
            return False
        own = re.search(r"(?<![\w.,])\d{1,3}$", whole) is not None
        return _FRACTION_AFTER.match(after) is not None or (own and _THOUSANDS_AFTER.match(after) is not None)


def _marked(source: str) -> Iterator[tuple[int, int, str]]:
    """Yield where each sign of `app.documents.text.notation` (`[struck: ...]`) begins and ends, and what replaces
    it."""
    waiting: list[tuple[int, int, str]] = []
    found: list[tuple[int, int, str]] = []
    if _MARKED.search(source) is None:
        return
    for bracket in _BRACKET.finditer(source):
        at = bracket.start()
        if bracket.group() == "[":
            sign = _MARKED.match(source, at)
            waiting.append((at, sign.end() if sign else at, sign["kind"] if sign else ""))
        elif waiting:
            begin, end, kind = waiting.pop()
            if not kind:
                continue
            struck = kind == "struck" and not any(other == "struck" for _, _, other in waiting)
            stop = at + 1
            if struck and (not begin or source[begin - 1].isspace()):
                stop += len(source[stop:]) - len(source[stop:].lstrip(" "))
            found += [(begin, end, ASIDE if struck else ""), (at, stop, ASIDE_END if struck else "")]
    yield from sorted(found)


def bare(text: str) -> str:
    """Return only the letters and digits, in lower case: equal for texts that differ in nothing else."""
    return "".join(_LETTERS.findall(_ASIDES.sub("", text) if ASIDE in text or "[" in text else text)).lower()


def is_wordlike(character: str) -> bool:
    return bool(character) and (character.isalnum() or unicodedata.category(character).startswith("M"))


def _continues(character: str) -> bool:
    return unicodedata.combining(character) != 0 or _HANGUL_TAIL.match(character) is not None


def cuts_word(edge: str, next_to_it: str, beyond: str) -> bool:
    """Return whether a word or number continues where it is cut; `beyond` is the character after `next_to_it`."""
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
    """Return whether a hyphen joins the edge to a word; `neighbours` are two source characters beside it, the nearer
    first."""
    return (
        is_wordlike(edge)
        and len(neighbours) == 2
        and neighbours[0] in "-\u2010\u2011"
        and is_wordlike(neighbours[1])
        and not is_unspaced(neighbours[1])
    )


def _is_sign(before: str) -> bool:
    return before[-1:] in tuple(_SIGNS) and not is_wordlike(before[:-1])
