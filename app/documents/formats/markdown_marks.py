"""Raised, lowered, struck and inserted words of Markdown, as the text of a page writes them. Source: GFM 0.29, 6.5."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from app.documents.formats.xhtml_line import Line, Mark
from app.documents.formats.xhtml_looks import MARKS_BY_NAME

_MAX_OPEN = 50
_TILDES = "~~"
_TAGS = "|".join(MARKS_BY_NAME)
_SIGN = re.compile(
    rf"(?P<escape>\\.)|(?P<ticks>`+)|(?P<tildes>~+)|<(?P<close>/?)(?P<name>{_TAGS})(?:\s[^<>]{{0,200}})?>",
    re.IGNORECASE | re.DOTALL,
)
_HAS_MARKS = re.compile(rf"~~|<(?:{_TAGS})\b", re.IGNORECASE)


def with_marks(untrusted_text: str) -> str:
    """A block that is no code; in code inside it nothing is changed, nor is what is opened and never closed."""
    if not _HAS_MARKS.search(untrusted_text):
        return untrusted_text
    signs = _signs_outside_of_code(untrusted_text)
    pairs = _pairs(untrusted_text, signs)
    line = Line(markup="*_")
    done = 0
    for index, sign in enumerate(signs):
        if index in pairs:
            line.say(untrusted_text[done : sign.start()])
            mark = pairs[index]
            if mark is None:
                line.close()
            else:
                line.open(mark)
            done = sign.end()
    line.say(untrusted_text[done:])
    return line.take()


def _signs_outside_of_code(untrusted_text: str) -> list[re.Match[str]]:
    """A code span goes from a run of backticks to the next one of the same length."""
    found = list(_SIGN.finditer(untrusted_text))
    runs: dict[int, list[int]] = {}  # by length, where they stand among the signs
    for index, sign in enumerate(found):
        if sign["ticks"]:
            runs.setdefault(len(sign["ticks"]), []).append(index)
    signs: list[re.Match[str]] = []
    index = 0
    while index < len(found):
        sign = found[index]
        if sign["ticks"]:
            same = runs[len(sign["ticks"])]
            following = bisect_right(same, index)
            index = same[following] if following < len(same) else index
        elif not sign["escape"]:
            signs.append(sign)
        index += 1
    return signs


def _pairs(untrusted_text: str, signs: Sequence[re.Match[str]]) -> dict[int, Mark | None]:
    """For each sign that has a partner, the mark that it opens, or None where it closes one."""
    pairs: dict[int, Mark | None] = {}
    opened: list[tuple[str, int]] = []
    for index, sign in enumerate(signs):
        name = sign["tildes"] or sign["name"].lower()
        closes = sign["close"] or (name == _TILDES and not untrusted_text[sign.start() - 1 : sign.start()].isspace())
        partner = next((place for place in range(len(opened) - 1, -1, -1) if opened[place][0] == name), None)
        if closes and partner is not None:
            pairs[opened[partner][1]] = MARKS_BY_NAME.get(name, Mark.STRUCK)
            pairs[index] = None
            del opened[partner:]
        elif name == _TILDES:
            if (
                partner is None
                and not untrusted_text[sign.end() : sign.end() + 1].isspace()
                and len(opened) < _MAX_OPEN
            ):
                opened.append((name, index))
        elif name in MARKS_BY_NAME and not sign["close"] and len(opened) < _MAX_OPEN:
            opened.append((name, index))
    return pairs
