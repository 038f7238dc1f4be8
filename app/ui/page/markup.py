"""Markdown's own signs in a page's plain text: where they stand, so that they can step back behind the words.

The text stays plain: signs are set small or in the look that they ask for, and every character keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

_ZERO_WIDTH = "\u200b"

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+")
_ITEM = re.compile(r"([ \t]*)([-*+]|\d{1,9}[.)])[ \t]+")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_BLOCK = re.compile(r" {0,3}(#{1,6}[ \t]|>|\||([-*_])[ \t]*(\2[ \t]*){2,}$)")
_HARD_BREAK = re.compile(r"( {2}|\\)$")
_STRONG = re.compile(r"\*\*(?=\S)([^*\n]{1,400}?)(?<=\S)\*\*")
_SLANTED = re.compile(r"(?<![*\w])\*(?=[^*\s])([^*\n]{1,400}?)(?<=[^*\s])\*(?![*\w])")
_CODE = re.compile(r"(?<!`)`([^`\n]{1,400})`(?!`)")


class MarkupStyle(Enum):
    SIGN = auto()  # stands back
    STRONG = auto()
    SLANTED = auto()
    CODE = auto()


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of a line."""

    start: int
    end: int
    look: MarkupStyle


def flow_markdown(untrusted_text: str) -> str:
    """Paragraphs and list items on one line each, as Markdown means them; a bullet becomes `•`.

    The result has as many characters as the text: a line break inside a paragraph becomes a space, what indents the
    next line zero-width spaces.
    """
    flowed: list[str] = []
    open_paragraph = fenced = False
    for line in untrusted_text.split("\n"):
        if _FENCE.match(line):
            fenced, open_paragraph = not fenced, False
            flowed.append(line)
            continue
        starts = fenced or not line.strip() or _BLOCK.match(line) or _ITEM.match(line)
        if open_paragraph and not starts:
            words = line.lstrip(" \t")
            flowed[-1] += " " + _ZERO_WIDTH * (len(line) - len(words)) + words
        else:
            flowed.append(line if fenced else _bullet(line))
        open_paragraph = bool(not fenced and line.strip() and not _BLOCK.match(line) and not _HARD_BREAK.search(line))
    return "\n".join(flowed)


def indent_of(line: str) -> int:
    """Of a list item: at which character its words begin; 0 for anything else."""
    item = re.match(r"([ \t]*)(•|\d{1,9}[.)])[ \t]+", line)
    return item.end() if item else 0


def heading_level(line: str) -> int:
    """1 to 6 for a heading, 0 for anything else."""
    heading = _HEADING.match(line)
    return len(heading[1]) if heading else 0


def spans_of(line: str) -> Iterator[Span]:
    """The signs of one line and the words that they set off."""
    heading = _HEADING.match(line)
    if heading:
        yield Span(0, heading.end(), MarkupStyle.SIGN)
    code = [match.span() for match in _CODE.finditer(line)]
    for pattern, sign, look in (
        (_CODE, 1, MarkupStyle.CODE),
        (_STRONG, 2, MarkupStyle.STRONG),
        (_SLANTED, 1, MarkupStyle.SLANTED),
    ):
        for match in pattern.finditer(line):
            start, end = match.span()
            if look is MarkupStyle.CODE or not any(first < end and start < last for first, last in code):
                yield Span(start, start + sign, MarkupStyle.SIGN)
                yield Span(start + sign, end - sign, look)
                yield Span(end - sign, end, MarkupStyle.SIGN)


def _bullet(line: str) -> str:
    item = _ITEM.match(line)
    if item is None or item[2] not in "-*+":
        return line
    return f"{line[: item.start(2)]}•{line[item.end(2) :]}"
