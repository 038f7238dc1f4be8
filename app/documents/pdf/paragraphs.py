"""Joins the lines of a page into paragraphs, only where it is clear: lines show little of the layout."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from app.documents.pdf.hyphenation import SOFT_HYPHEN, Words, is_broken_inside, join

_MIN_FULL_LINE = 40  # characters; narrower text is verse, a table or a form
_MIN_FULL_COLUMN_LINE = 20
_FULL_SHARE = 0.9
ITEM = re.compile(r"(?:[•‣◦▪●○■□➢✓–—*·-]|\(?\d{1,3}[.)]|\(?[A-Za-z][.)]|\d+(?:\.\d+)+\.?)\s")
_LEADER = re.compile(r"(?:\.\s?){4,}|…{2,}")
WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]"
)


def has_leader(text: str) -> bool:
    """Return whether a text has a dot leader, as in a table of contents. Most lines have too few dots: this is for
    speed."""
    return (text.count(".") >= 4 or "……" in text) and _LEADER.search(text) is not None


def join_lines(
    untrusted_lines: Sequence[str],
    starts: Collection[int] = frozenset(),
    in_columns: bool = False,
    *,
    code: Collection[int] = frozenset(),
    filled: Collection[int] = frozenset(),
    words: Words | None = None,
) -> str:
    """Join lines that reach the right margin to the next one; all others end there, and so do those before `starts`.

    `code` are the lines whose program code runs on into the next; `filled` are the lines that are full. `words` are
    those of the whole book, which show whether a hyphen at a line's end belongs to its word; by default those of these
    lines.
    """
    words = Words([untrusted_lines]) if words is None else words
    least = _MIN_FULL_COLUMN_LINE if in_columns else _MIN_FULL_LINE
    lines, first, lasts = _mend(untrusted_lines, starts, code, words)
    widths = [len(line) + len(WIDE.findall(line)) for line in untrusted_lines]
    full = _FULL_SHARE * _usual_width(widths)
    joined = lines[:1]
    for place, (before, last, line) in enumerate(zip(lines, lasts, lines[1:], strict=False), 1):
        is_code, is_filled = last in code, last in filled
        goes_on = place not in first and _goes_on(before, widths[last], line, full)
        if goes_on and widths[last] < least:  # a narrow line ends there, unless it breaks a path
            goes_on = is_broken_inside(joined[-1], line, is_code, is_filled)
        if not goes_on:
            joined.append(line)
        elif WIDE.match(before[-1]) and WIDE.match(line[0]):
            joined[-1] += line
        else:
            joined[-1] = join(joined[-1], line, words, is_code, is_filled)
    return "\n".join(joined).strip("\n")


def _mend(
    untrusted_lines: Sequence[str], starts: Collection[int], code: Collection[int], words: Words
) -> tuple[list[str], set[int], list[int]]:
    """Return the lines without PDFium's hyphens, which of them are `starts`, and the last line that each was made of: a
    word with such a hyphen goes on in the next line."""
    lines: list[str] = []
    first: set[int] = set()
    lasts: list[int] = []
    for place, line in enumerate(untrusted_lines):
        if lines and place not in starts and lines[-1].endswith(SOFT_HYPHEN):
            lines[-1] = join(lines[-1], line, words, place - 1 in code)
            lasts[-1] = place
        else:
            if place in starts:
                first.add(len(lines))
            lines.append(line)
            lasts.append(place)
    return [line.replace(SOFT_HYPHEN, "-").strip() for line in lines], first, lasts


def _usual_width(widths: list[int]) -> int:
    """Return the width of a full line, without the widest tenth, which may be headers or tables."""
    lines = sorted(width for width in widths if width)
    return lines[min(len(lines) * 9 // 10, len(lines) - 1)] if lines else 0


def _goes_on(before: str, width: int, line: str, full: float) -> bool:
    """Return whether the next line's first word would not have fitted, and nothing else divides the lines."""
    if not before or not line or ITEM.match(line) or has_leader(before) or has_leader(line):
        return False
    word = 2 if WIDE.match(line) else len(line.split(maxsplit=1)[0]) + 1
    return width + word > full
