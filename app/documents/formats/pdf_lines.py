"""The lines of a page, made into paragraphs: lightly, since they tell little of its layout."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

SOFT_HYPHEN = "\ufffe"  # PDFium puts it, without a line end, where a hyphen ended a line
_MENDED_HYPHEN = re.compile(f"(?<=[^\\W\\d_]){SOFT_HYPHEN}(?=[^\\W\\d_])")
_MIN_FULL_LINE = 40  # characters; what is narrower is verse, a table, a form
_MIN_FULL_COLUMN_LINE = 20
_FULL_SHARE = 0.9
ITEM = re.compile(r"(?:[•‣◦▪●○■□➢✓–—*·-]|\(?\d{1,3}[.)]|\(?[A-Za-z][.)]|\d+(?:\.\d+)+\.?)\s")
LEADER = re.compile(r"(?:\.\s?){4,}|…{2,}")
WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]"
)


def join_lines(untrusted_lines: Sequence[str], starts: Collection[int] = frozenset(), in_columns: bool = False) -> str:
    """Lines that run up to the right margin go on in the next one; all others end there, and those before `starts`.

    Hyphens at line ends: between a letter and a small letter they go, elsewhere they stay.
    """
    least = _MIN_FULL_COLUMN_LINE if in_columns else _MIN_FULL_LINE
    lines, first = _mend(untrusted_lines, starts)
    widths = [len(line) + len(WIDE.findall(line)) for line in lines]
    full = _FULL_SHARE * _usual_width(widths)
    joined = lines[:1]
    for place, (before, width, line) in enumerate(zip(lines, widths, lines[1:], strict=False), 1):
        if place in first or width < least or not _goes_on(before, width, line, full):
            joined.append(line)
        elif WIDE.match(before[-1]) and WIDE.match(line[0]):
            joined[-1] += line
        elif len(before) > 1 and before[-1] in "-\u2010" and before[-2].isalpha() and line[0].islower():
            joined[-1] = joined[-1][:-1] + line
        else:
            joined[-1] += " " + line
    return "\n".join(joined).strip("\n")


def _mend(untrusted_lines: Sequence[str], starts: Collection[int]) -> tuple[list[str], set[int]]:
    """Lines without PDFium's marks, and which of them are `starts`: a word that has a mark goes on in the next line."""
    lines: list[str] = []
    first = set()
    is_open = False
    for place, line in enumerate(untrusted_lines):
        if is_open and place not in starts:
            lines[-1] += line
        else:
            if place in starts:
                first.add(len(lines))
            lines.append(line)
        is_open = line.endswith(SOFT_HYPHEN)
    mended = (_MENDED_HYPHEN.sub(lambda found: _hyphen(found.string, found.end()), line) for line in lines)
    return [line.replace(SOFT_HYPHEN, "-").strip() for line in mended], first


def _hyphen(text: str, following: int) -> str:
    return "" if text[following].islower() else "-"


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
