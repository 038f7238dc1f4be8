"""Text made comparable for searching: width, case and line breaks do not count."""

from __future__ import annotations

import re
import unicodedata

_CLUSTER = re.compile(r"\s+|\S[\u0300-\u036f\u1160-\u11ff\u3099\u309a\uff9e\uff9f]*")
"""A run of white space, or a character with what composes with it."""


def fold(text: str) -> str:
    """NFKC (so that a ligature or a full-width letter is found), case folded, every run of white space one space."""
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split())


def contains(text: str, folded_needle: str) -> bool:
    """Whether `text` contains a text that `fold` returned."""
    return folded_needle in fold(text)


def count_places(text: str, folded_needle: str) -> int:
    """How often `text` contains a text that `fold` returned, without overlapping."""
    return fold(text).count(folded_needle)


def places(text: str, folded_needle: str) -> tuple[tuple[int, int], ...]:
    """The ranges of `text` where a text that `fold` returned is found: as many as `count_places` counts."""
    if not folded_needle:
        return ()
    folded: list[str] = []
    origins: list[tuple[int, int]] = []  # of each folded character
    for match in _CLUSTER.finditer(text):
        if match.group().isspace():
            piece = " " if folded else ""
        else:
            piece = unicodedata.normalize("NFKC", match.group()).casefold()
        for character in piece:
            if character != " " or (folded and folded[-1] != " "):
                folded.append(character)
                origins.append(match.span())
    joined = "".join(folded)
    found = []
    at = joined.find(folded_needle)
    while at >= 0:
        end = at + len(folded_needle)
        found.append((origins[at][0], origins[end - 1][1]))
        at = joined.find(folded_needle, end)
    return tuple(found)


def storable(text: str) -> str:
    """`text` without lone surrogates (a command line's undecodable bytes), which the database could not hold."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
