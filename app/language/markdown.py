"""The signs of Markdown: which characters of a line only say how its words look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

NO_SIGN = "\u200b"
"""A character that takes no room and shows nothing."""
FENCE = re.compile(r" {0,3}(?:```[^`\n]*|~~~.*)$")
"""The line before and the line after a block of code."""

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+")
_ITEM = re.compile(r"([ \t]*)([-*+]|\d{1,9}[.)])[ \t]+")
_BLOCK = re.compile(r" {0,3}(#{1,6}[ \t]|>|\||([-*_])[ \t]*(\2[ \t]*){2,}$)")
_HARD_BREAK = re.compile(r"( {2}|\\)$")
_BOTH = re.compile(r"(?<!\*)\*\*\*(?=[^*\s])([^*\n\u2028]{1,400}?)(?<=\S)\*\*\*(?!\*)")
_STRONG = re.compile(r"(?<!\*)\*\*(?=[^*\s])((?:[^*\n\u2028]|(?<!\*)\*(?!\*)){1,400}?)(?<=[^*\s])\*\*(?!\*)")
_SLANTED = re.compile(r"(?<![*\w])\*(?=[^*\s])([^*\n\u2028]{1,400}?)(?<=[^*\s])\*(?![*\w])")
_CODE = re.compile(r"(?<!`)`([^`\n\u2028]{1,400})`(?!`)")


class MarkupStyle(Enum):
    SIGN = auto()  # not shown
    STRONG = auto()
    SLANTED = auto()
    CODE = auto()


@dataclass(frozen=True)
class Span:
    """The characters [`start`, `end`) of a line, and how they look."""

    start: int
    end: int
    look: MarkupStyle


def flow_markdown(untrusted_text: str) -> str:
    """Return a text with paragraphs and list items on one line each, as Markdown means them; a bullet becomes `•`.

    The result has as many characters as the text: a line break inside a paragraph becomes a space, what indents the
    next line zero-width spaces.
    """
    flowed: list[str] = []
    open_paragraph = fenced = False
    for line in untrusted_text.split("\n"):
        if FENCE.match(line):
            fenced, open_paragraph = not fenced, False
            flowed.append(line)
            continue
        starts = fenced or not line.strip() or _BLOCK.match(line) or _ITEM.match(line)
        if open_paragraph and not starts:
            words = line.lstrip(" \t")
            flowed[-1] += " " + NO_SIGN * (len(line) - len(words)) + words
        else:
            flowed.append(line if fenced else _bullet(line))
        open_paragraph = bool(not fenced and line.strip() and not _BLOCK.match(line) and not _HARD_BREAK.search(line))
    return "\n".join(flowed)


def heading_level(line: str) -> int:
    """Return the level of a heading, 1 to 6; 0 for any other line."""
    heading = _HEADING.match(line)
    return len(heading[1]) if heading else 0


def without_heading_signs(untrusted_text: str) -> str:
    """Return a text as its page shows it: without the signs of headings, which are set in larger type there."""
    return "\n".join(
        _HEADING.sub("", line, count=1) if _HEADING.match(line) else line for line in untrusted_text.split("\n")
    )


def spans_of(line: str) -> Iterator[Span]:
    """Yield the signs of one line of Markdown and the words that they set off."""
    heading = _HEADING.match(line)
    if heading:
        yield Span(0, heading.end(), MarkupStyle.SIGN)
    code = [match.span() for match in _CODE.finditer(line)]
    for pattern, sign, look in (
        (_CODE, 1, MarkupStyle.CODE),
        (_BOTH, 3, MarkupStyle.STRONG),
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
