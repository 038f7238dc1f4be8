"""One line of a text around what was looked for in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from app.language.folding import UNSPACED, contains, fold, places

_BEFORE, _AFTER = 32, 96
"""Characters of an excerpt around the place that was found."""
_MOST_LIT = 12
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad]\n\s*(?=[^\W\d_])")
_BROKEN_LINE = re.compile(rf"(?<=[{UNSPACED}])[^\S\n]*\n\s*(?=[{UNSPACED}])")
_GAP = re.compile(r"[ \t\r\f\v\n\u00a0]+")
_END = re.compile(r"""(?<=[.!?…])["'”’»)\]]*\s+|[。！？．]["'”’」』）]*\s*|\n\s*\n""")


class Excerpt(msgspec.Struct, frozen=True):
    """One line of a text; `matches` are the ranges of its characters that were looked for."""

    text: str
    matches: tuple[tuple[int, int], ...]


def excerpt_of(text: str, needles: Sequence[str], *, before: int = _BEFORE, after: int = _AFTER) -> Excerpt:
    """Return one line around the first place of the first of `needles`, which `fold` returned, with so many characters
    before and after it; the beginning of the text, if there is none."""
    first = needles[0] if needles else ""
    parts = [_one_line(part) for part in text.split("\n\n")]
    part = next((part for part in parts if contains(part, first)), " ".join(parts))
    start, end = next(iter(places(part, first)), (0, 0))
    begin = _edge(part, start - before, start)
    until = part[: end + after].rfind(" ", end + after // 2) if end + after < len(part) else len(part)
    line = part[begin : until if until > end else end + after].strip()
    shift = 1 if begin else 0  # "…" would fold to three characters
    lit = _apart((low + shift, high + shift) for needle in needles for low, high in places(line, needle))
    return Excerpt(f"{'…' if begin else ''}{line}{'…' if until < len(part) else ''}", lit)


def _one_line(text: str) -> str:
    """Return a text on one line: words that a line broke are whole, and so is text without spaces; without Markdown's
    marks of bold words."""
    whole = _BROKEN_LINE.sub("", _BROKEN_WORD.sub("", text.replace("**", "")))
    return _GAP.sub(" ", whole).strip()


def best_sentence(text: str, needles: Sequence[str]) -> tuple[int, int]:
    """Return the range of the sentence of a text that has most of `needles`, which `fold` returned; the first of
    several."""
    best, most = (0, len(text)), -1
    for start, end in _sentences(text):
        folded = fold(text[start:end])
        held = sum(needle in folded for needle in needles)
        if held > most:
            best, most = (start, end), held
    return best


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in _END.finditer(text):
        if text[start : end.start()].strip():
            yield start, start + len(text[start : end.end()].rstrip())
        start = end.end()
    if text[start:].strip():
        yield start, start + len(text[start:].rstrip())


def _apart(found: Iterator[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the ranges in their order, none over another."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda place: (place[0], -place[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(kept[:_MOST_LIT])


def _edge(text: str, wanted: int, last: int) -> int:
    """Return where a word begins, about at `wanted`; `wanted` itself in a text without spaces."""
    if wanted <= 0:
        return 0
    space = text.find(" ", wanted, last)
    return space + 1 if space >= 0 else wanted
