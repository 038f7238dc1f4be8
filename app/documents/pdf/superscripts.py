"""Writes raised and lowered small characters of a PDF's line as powers, indices and marks of notes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import msgspec

from app.documents.pdf.characters import NO_CHARACTER, CharacterFinder, plain
from app.documents.pdf.columns import LinePiece
from app.documents.pdf.rulings import Box
from app.documents.text.notation import subscript, superscript

# The sizes and distances are all in shares of the size of the characters beside them.
_SMALLER = (0.4, 0.92)  # smaller text follows a drop cap
_RAISED = (0.14, 0.75)  # higher text is ruby, a limit or another line
_LOWERED = (0.08, 0.6)
_LEVEL = 0.05
_SPACE, _DRAWN_SPACE = 0.2, 0.12  # the least gap that is a space; the least if PDFium has one there
_SPAN_SPACE = 0.1  # between parts that PDFium takes for two lines
_DETACHED = 0.6  # the widest gap before a note's mark
_LEADING = 1.5  # the widest gap after one that begins a line
_TOUCHING = 0.1
_HIGH = 0.25  # capitals that are raised less belong to a logo, as in TeX
_STACKED = (0.33, 0.3)  # how far above and below the base line the parts of a fraction are
_ALIGNED = 0.3

_MAX_CHARACTERS = 24
_MARK = re.compile(r"\(?[-+\u2212]?[\d,;*†‡§¶\u2013-]{1,8}\)?|[a-z]")
_SAME_SIZE = re.compile(r"[-+\u2212]?\d{1,3}")  # may be raised without being smaller
_NUMBER = re.compile(r"\d{1,4}")
_TAKES_POWER = re.compile(  # ten, units and variables, whatever notes are on the page
    r"(?<![\d.,])10$|\d\s?(?:[pnµumcdhkMG]?(?:[msgAKVNJW]|Pa|Hz)|ft|in|yd|mi)$|(?<![^\W_])[A-Za-zα-ω]$"
)
_SLASHES = ("/", "\u2044", "\u2215")
_SIGNS = str.maketrans({"\u25e6": "°", "\u2218": "°", "\u2217": "*"})  # TeX's degree, and its asterisk
_NOTE = re.compile(r"\(?(?:[1-9]\d{0,2}|[a-z])\)?")
_STARS = re.compile(r"[*†‡§¶]{1,3}")
_WORD = re.compile(r"[^\W\d_]{3}")


class CharacterRun(msgspec.Struct, frozen=True):
    """Characters on one base line; places are in points. `spaced` tells that PDFium has a space before them."""

    text: str
    left: float
    right: float
    base: float
    size: float  # of its first character
    last_size: float
    spaced: bool = False


def runs_of(finder: CharacterFinder, group: Sequence[LinePiece]) -> list[CharacterRun]:
    """Return the runs of a line that may have raised or lowered characters; empty if it has none."""
    first = group[0]
    if len(group) == 1 and not _may_hold_scripts(finder.rectangles_of(first), first.baseline, first.height):
        return []
    return _read_runs(finder, [(piece.begin, piece.end) for piece in group])


def settle(finder: CharacterFinder, mark: LinePiece, host: list[LinePiece]) -> list[LinePiece] | None:
    """Return the line with the raised mark inserted at its place; None if the mark is not raised or has no room
    there."""
    height = max(piece.height for piece in host)
    if mark.right <= host[0].left + 1.0:
        fits = host[0].left - mark.right <= 1.5 * height and _is_mark_raised(finder, mark, host[0].begin)
        return [mark, *host] if fits else None
    for place, piece in reversed(list(enumerate(host))):
        if not piece.left < mark.left <= piece.right + height:
            continue
        begin, right = piece.end, piece.right
        for index in range(piece.begin, piece.end):
            box = finder.box_of(index)
            if box is not None and box[2] > box[0] and not finder.characters(index, index + 1).isspace():
                if box[0] >= mark.left - 1.0:
                    begin = index
                    break
                right = box[2]
        if right > mark.left + 1.0 or begin == piece.begin or not _is_mark_raised(finder, mark, piece.begin):
            return None
        parts = finder.parts(((piece.begin, begin), (begin, piece.end)))
        return None if parts is None else [*host[:place], parts[0], mark, *parts[1:], *host[place + 1 :]]
    return None


def _is_mark_raised(finder: CharacterFinder, mark: LinePiece, index: int) -> bool:
    """Return whether the mark is raised above the character at `index`."""
    (above,), (level,) = finder.levels(mark.begin, mark.begin + 1), finder.levels(index, index + 1)
    return _is_raised(above - level, finder.size_of(mark.begin), finder.size_of(index))


def _may_hold_scripts(rectangles: Sequence[Box], bottom: float, height: float) -> bool:
    """Return whether one of a line's pieces looks raised or lowered against its first character, whose `bottom` and
    `height` are given. It is asked first, since reading its characters takes time."""
    if len(rectangles) < 2 or height <= 0:
        return False
    lowest, highest, deep, short = (bottom + share * height for share in (-0.08, 0.33, 0.15, 0.62))
    for left, low, right, top in rectangles:
        if lowest <= low <= highest and (top >= short or low >= deep):
            continue  # nearly all of them: this is for speed
        low, top, tall = (low - bottom) / height, (top - bottom) / height, (top - low) / height
        if low < -0.08:  # the first character is the raised one
            return True
        if low > 0.33 and top > 0.8 and not 0.12 < tall < 0.28:  # no letter, bullet or quotation mark is there
            return True
        if low < 0.15 and top < 0.62 and tall > 0.14 and right - left > 0.155 * height:  # nor a comma or a stroke
            return True
    return False


def _read_runs(finder: CharacterFinder, spans: Sequence[tuple[int, int]]) -> list[CharacterRun]:
    """Return the runs of a line, whose characters are in `spans`; empty if all are on one base line, or if PDFium does
    not know the place of one."""
    levels = [finder.levels(begin, end) for begin, end in spans]
    size = finder.size_of(spans[0][0])
    if max(map(max, levels)) - min(map(min, levels)) <= _LEVEL * size:
        return []
    runs: list[CharacterRun] = []
    for (begin, end), bases in zip(spans, levels, strict=True):
        last = start = begin - 1
        base = size = 0.0
        in_fraction = was_stroke = False
        for index, character, here in zip(range(begin, end), finder.characters(begin, end), bases, strict=True):
            if character.isspace() or character == NO_CHARACTER:
                continue
            was_in_fraction = in_fraction
            in_fraction = character in _SLASHES or (in_fraction and character.isdigit())
            changes = (
                last < begin
                or abs(here - base) > _LEVEL * size
                or (start == last and was_stroke and character.isdigit())
            )
            was_stroke = character in _SLASHES
            if not changes and (in_fraction or was_in_fraction):
                changes = abs(finder.size_of(index) - size) > _LEVEL * size
            if changes:
                if last >= begin and not _append(runs, finder, begin, start, last, base):
                    return []
                start, base, size = index, here, finder.size_of(index)
            last = index
        if last >= begin and not _append(runs, finder, begin, start, last, base):
            return []
    return runs


def _append(runs: list[CharacterRun], finder: CharacterFinder, begin: int, start: int, last: int, base: float) -> bool:
    """Add the characters from `start` to `last`, in a span that begins at `begin`; return whether their place is
    known."""
    first, end = finder.box_of(start), finder.box_of(last)
    size, last_size = finder.size_of(start), finder.size_of(last)
    if first is None or end is None or size <= 0 or last_size <= 0:
        return False
    left, right = min(first[0], end[0]), max(first[2], end[2])
    if start > begin:
        spaced = finder.characters(start - 1, start).isspace()
    else:
        spaced = bool(runs) and left - runs[-1].right > _SPAN_SPACE * size
    text = plain(finder.characters(start, last + 1))
    runs.append(CharacterRun(text, left, right, base, size, last_size, spaced))
    return True


def is_mark(text: str) -> bool:
    """Return whether the text may be a power or a note's mark by itself."""
    return _MARK.fullmatch(text) is not None


def _is_raised(rise: float, size: float, base_size: float) -> bool:
    """Return whether a character is raised against another of `base_size`; all in points."""
    smaller = _SMALLER[0] * base_size <= size < _SMALLER[1] * base_size
    return smaller and _RAISED[0] * base_size <= rise <= _RAISED[1] * base_size


def find_notes(lines: Sequence[Sequence[CharacterRun]]) -> frozenset[str]:
    """Find the raised numbers that begin a line: those of the notes that are on the page."""
    return frozenset(
        first.text.strip("()")
        for first, following in (runs[:2] for runs in lines if len(runs) > 1)
        if _NOTE.fullmatch(first.text) and _leads(first, following)
    )


def write_runs(runs: Sequence[CharacterRun], notes: Collection[str] = ()) -> str:
    """Write the text of a line; a raised number that is in `notes` is a note's mark."""
    return _Line(runs, notes).write()


class _Line:
    def __init__(self, runs: Sequence[CharacterRun], notes: Collection[str]) -> None:
        self._runs = runs
        self._notes = notes
        self._text = ""
        self._stem = ""  # the text up to the base of the raised or lowered part
        self._base: CharacterRun | None = None
        self._edge = runs[0].left if runs else 0.0
        self._after_script = False

    def write(self) -> str:
        at = 0
        while at < len(self._runs):
            at = self._fraction(at) or self._script(at) or self._plain(at)
        return self._text

    def _plain(self, at: int) -> int:
        run = self._runs[at]
        if self._after_script:
            space = "" if self._text.endswith(" ") else self._gap(run, self._base or run)
        else:
            space = " " if run.spaced and self._text else ""
        self._text += space + run.text
        if any(map(str.isalnum, run.text)):
            self._base = msgspec.structs.replace(run, size=run.last_size)
        self._stem, self._edge, self._after_script = self._text, run.right, False
        return at + 1

    def _script(self, at: int) -> int:
        """Write a raised or lowered part and return where it ends; 0 if none begins."""
        run = self._runs[at]
        base = self._base or self._following_base(at)
        if base is None:
            return 0
        direction = _direction(run, base) or self._same_size(at, base)
        if direction == 0 or self._text.endswith("\u221a"):
            return 0
        end = at + 1
        while (
            end < len(self._runs)
            and _direction(self._runs[end], base) == direction
            and self._runs[end].left - self._runs[end - 1].right <= _SPACE * base.size
            and self._runs[end].left >= self._runs[end - 1].left
        ):
            end += 1
        group = self._runs[at:end]
        text = write_runs(group).translate(_SIGNS)
        if self._base is None:
            if not (_NOTE.fullmatch(text) or _STARS.fullmatch(text)):
                return 0
            self._put(superscript(text, "") + " ", *group)
            return end
        space = self._gap(run, base) if self._text else ""
        if len(text) > _MAX_CHARACTERS or (space and not self._may_be_apart(text, run, base)):
            return 0
        if text.isalpha() and text.isupper() and len(text) == 1 and abs(run.base - base.base) < _HIGH * base.size:
            return 0
        if space:
            self._stem += space
        self._put(space + self._marked(text, direction, end), *group)
        return end

    def _marked(self, text: str, direction: int, end: int) -> str:
        if direction < 0:
            return subscript(text, self._stem)
        if text.strip("()") in self._notes and not _TAKES_POWER.search(self._stem):
            return superscript(text, self._stem, note=True)
        if self._stem[-1:].isspace() and self._touches(end) and self._runs[end].text[:1].isupper():
            return superscript(text, self._stem, note=False)  # an isotope
        return superscript(text, self._stem)

    def _fraction(self, at: int) -> int:
        """Write a fraction, two small numbers with a stroke between or one above the other, and return where it ends; 0
        if there is none."""
        upper, *rest = self._runs[at : at + 3]
        if not rest:
            return 0
        has_stroke = rest[0].text in _SLASHES and len(rest) == 2
        lower, end = (rest[1], at + 3) if has_stroke else (rest[0], at + 2)
        base = self._base or (self._runs[end] if end < len(self._runs) else None)
        if base is None or not (has_stroke or _stacked(upper, lower, base)) or _direction(upper, base) <= 0:
            return 0
        if not has_stroke:
            lower, end = self._whole_lower(lower, end, base)
        is_number = _NUMBER.fullmatch(upper.text) is not None and _NUMBER.fullmatch(lower.text) is not None
        is_low = _is_small(lower, base) and lower.base <= base.base + _LEVEL * base.size
        if not is_low or (has_stroke and not is_number) or len(upper.text + lower.text) > _MAX_CHARACTERS:
            return 0
        space = self._gap(upper, base) if self._text else ""
        if self._text[-1:].isdigit():
            space = " "
        written = f"{upper.text}/{lower.text}" if is_number else f"\\frac{{{upper.text}}}{{{lower.text}}}"
        self._text += space + written
        self._stem, self._edge, self._after_script = self._text, lower.right, True
        return end

    def _whole_lower(self, lower: CharacterRun, end: int, base: CharacterRun) -> tuple[CharacterRun, int]:
        """Return the lower part of a fraction with its raised and lowered parts, and where it ends."""
        parts = [lower]
        while (
            end < len(self._runs)
            and self._runs[end].base <= base.base - _LOWERED[0] * base.size
            and -_SPACE * base.size <= self._runs[end].left - parts[-1].right <= _SPACE * base.size
        ):
            parts.append(self._runs[end])
            end += 1
        return msgspec.structs.replace(lower, text=write_runs(parts), right=parts[-1].right), end

    def _put(self, text: str, *runs: CharacterRun) -> None:
        stem = len(self._stem)
        if self._after_script and runs[0].left < self._edge - _LEVEL * runs[0].size:
            self._text = self._text[:stem] + text + self._text[stem:]  # below what is raised: indices come first
        else:
            self._text += text
        self._edge = max(self._edge, *(run.right for run in runs))
        self._after_script = True

    def _gap(self, run: CharacterRun, base: CharacterRun) -> str:
        least = _DRAWN_SPACE if run.spaced else _SPACE
        return " " if run.left - self._edge > least * base.size else ""

    def _may_be_apart(self, text: str, run: CharacterRun, base: CharacterRun) -> bool:
        return run.left - self._edge <= _DETACHED * base.size and _MARK.fullmatch(text) is not None

    def _following_base(self, at: int) -> CharacterRun | None:
        """Return the run after this one, which begins the line, if this one is raised against it; else None."""
        following = self._runs[at + 1 : at + 2]
        return following[0] if following and _leads(self._runs[at], following[0]) else None

    def _same_size(self, at: int, base: CharacterRun) -> int:
        """Return 1 for a number that is raised but not smaller, after which the line goes on below; else 0."""
        run = self._runs[at]
        rise = (run.base - base.base) / base.size
        following = self._runs[at + 1 : at + 2]
        returns = not following or abs(following[0].base - base.base) <= _LEVEL * base.size
        touches = abs(run.left - self._edge) <= _TOUCHING * base.size
        raised = _HIGH <= rise <= 0.5 and run.size <= 1.05 * base.size
        return int(raised and touches and returns and _SAME_SIZE.fullmatch(run.text) is not None and self._base is base)

    def _touches(self, end: int) -> bool:
        if end >= len(self._runs):
            return False
        return self._runs[end].left - self._edge <= _TOUCHING * self._runs[end].size


def _is_small(run: CharacterRun, base: CharacterRun) -> bool:
    return _SMALLER[0] * base.size <= run.size < _SMALLER[1] * base.size


def _direction(run: CharacterRun, base: CharacterRun) -> int:
    """Return 1 for a smaller run that is raised, -1 for one that is lowered, else 0."""
    if _is_raised(run.base - base.base, run.size, base.size):
        return 1
    rise = (run.base - base.base) / base.size
    return -1 if _is_small(run, base) and _LOWERED[0] <= -rise <= _LOWERED[1] else 0


def _leads(first: CharacterRun, following: CharacterRun) -> bool:
    return (
        _direction(first, following) > 0
        and _WORD.search(following.text) is not None
        and -1.0 <= following.left - first.right <= _LEADING * following.size
    )


def _stacked(upper: CharacterRun, lower: CharacterRun, base: CharacterRun) -> bool:
    """Return whether two runs are the parts of a fraction, one above the other."""
    middles = (upper.left + upper.right - lower.left - lower.right) / 2
    return (
        abs(middles) <= _ALIGNED * base.size
        and lower.left < upper.right
        and upper.base - base.base >= _STACKED[0] * base.size
        and base.base - lower.base >= _STACKED[1] * base.size
    )
