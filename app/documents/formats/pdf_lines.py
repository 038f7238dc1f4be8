"""The lines of a page, made into paragraphs: lightly, since they tell little of its layout."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from app.documents.formats.pdf_words import SOFT_HYPHEN, Words, join

_MIN_FULL_LINE = 40  # characters; what is narrower is verse, a table, a form
_MIN_FULL_COLUMN_LINE = 20
_FULL_SHARE = 0.9
ITEM = re.compile(r"(?:[•‣◦▪●○■□➢✓–—*·-]|\(?\d{1,3}[.)]|\(?[A-Za-z][.)]|\d+(?:\.\d+)+\.?)\s")
LEADER = re.compile(r"(?:\.\s?){4,}|…{2,}")
WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]"
)


def join_lines(
    untrusted_lines: Sequence[str],
    starts: Collection[int] = frozenset(),
    in_columns: bool = False,
    *,
    code: Collection[int] = frozenset(),
    words: Words | None = None,
) -> str:
    """Lines that run up to the right margin go on in the next one; all others end there, and those before `starts`.

    `code` are the lines that program code runs across the end of. `words` are those of the whole book, which say
    whether a hyphen at a line's end belongs to its word; without them, these lines' own.
    """
    words = Words([untrusted_lines]) if words is None else words
    least = _MIN_FULL_COLUMN_LINE if in_columns else _MIN_FULL_LINE
    lines, first, code = _mend(untrusted_lines, starts, code, words)
    widths = [len(line) + len(WIDE.findall(line)) for line in lines]
    full = _FULL_SHARE * _usual_width(widths)
    joined = lines[:1]
    for place, (before, width, line) in enumerate(zip(lines, widths, lines[1:], strict=False), 1):
        if place in first or width < least or not _goes_on(before, width, line, full):
            joined.append(line)
        elif WIDE.match(before[-1]) and WIDE.match(line[0]):
            joined[-1] += line
        else:
            joined[-1] = join(joined[-1], line, words, place - 1 in code)
    return "\n".join(joined).strip("\n")


def _mend(
    untrusted_lines: Sequence[str], starts: Collection[int], code: Collection[int], words: Words
) -> tuple[list[str], set[int], set[int]]:
    """Lines without PDFium's marks, which of them are `starts`, and which `code`: a word that has a mark goes on in the
    next line."""
    lines: list[str] = []
    first, ends_in_code = set(), set()
    for place, line in enumerate(untrusted_lines):
        if lines and place not in starts and lines[-1].endswith(SOFT_HYPHEN):
            lines[-1] = join(lines[-1], line, words, place - 1 in code)
            ends_in_code.discard(len(lines) - 1)
        else:
            if place in starts:
                first.add(len(lines))
            lines.append(line)
        if place in code:
            ends_in_code.add(len(lines) - 1)
    return [line.replace(SOFT_HYPHEN, "-").strip() for line in lines], first, ends_in_code


def _usual_width(widths: list[int]) -> int:
    """The width of a full line: all but the widest tenth, which may be headers or tables."""
    lines = sorted(width for width in widths if width)
    return lines[min(len(lines) * 9 // 10, len(lines) - 1)] if lines else 0


def _goes_on(before: str, width: int, line: str, full: float) -> bool:
    """Whether the next line's first word would not have fitted any more, and nothing speaks against one paragraph."""
    if not before or not line or ITEM.match(line) or LEADER.search(before) or LEADER.search(line):
        return False
    word = 2 if WIDE.match(line) else len(line.split(maxsplit=1)[0]) + 1
    return width + word > full
