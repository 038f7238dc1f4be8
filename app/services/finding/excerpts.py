"""One line of a text around what was looked for in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from app.language.folding import contains, fold, places
from app.language.one_line import join_lines

_BEFORE, _AFTER = 32, 96
"""Characters of an excerpt around the place that was found."""
_MOST_LIT = 12
_END = re.compile(r"""(?<=[.!?…])["'”’»)\]]*\s+|[。！？．]["'”’」』）]*\s*|\n\s*\n""")


class Excerpt(msgspec.Struct, frozen=True):
    """One line of a text; `matches` are the ranges of its characters that were looked for."""

    text: str
    matches: tuple[tuple[int, int], ...]


def excerpt_of(text: str, needles: Sequence[str], *, before: int = _BEFORE, after: int = _AFTER) -> Excerpt:
    """Return one line around the first place of the first of `needles`, which `fold` returned, with so many characters
    before and after it; the beginning of the text, if there is none. `text` is what `hide_signs` returned, or a part of
    it."""
    first = needles[0] if needles else ""
    parts = [join_lines(part).strip() for part in text.split("\n\n")]
    part = next((part for part in parts if contains(part, first)), " ".join(parts))
    start, end = next(iter(places(part, first)), (0, 0))
    begin = _edge(part, start - before, start)
    until = part[: end + after].rfind(" ", end + after // 2) if end + after < len(part) else len(part)
    line = part[begin : until if until > end else end + after].strip()
    shift = 1 if begin else 0  # "…" would fold to three characters
    lit = _apart((low + shift, high + shift) for needle in needles for low, high in places(line, needle))
    return Excerpt(f"{'…' if begin else ''}{line}{'…' if until < len(part) else ''}", lit)


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
