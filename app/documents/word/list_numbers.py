"""Numbers the paragraphs of lists and headings, since Word documents store no numbers. Sources: ECMA-376, part 1, 17.9;
[MS-DOC], 2.4.6.3."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from app.documents.text.notation import roman

LEVELS = 9
_MAX_MARK_CHARACTERS = 60
_PLACE = re.compile("%([1-9])")
_MAX_ROMAN = 4_999


class ListLevel(msgspec.Struct, frozen=True):
    """The way in which a level is numbered. `kind` is a word of OOXML; in the text, `%1` to `%9` stand for the numbers
    of levels."""

    kind: str = "bullet"
    start: int = 1
    untrusted_text: str = ""


class ListNumbers:
    """Counts the paragraphs of lists; lists of the same definition continue one another, as in Word."""

    def __init__(
        self,
        definitions: Mapping[str, Mapping[int, ListLevel]],
        lists: Mapping[str, str],
        restarts: Mapping[str, Mapping[int, int]] | None = None,
    ) -> None:
        """`lists` are the definitions of each; `restarts` tell where a list starts again, and with what, by its
        levels."""
        self._definitions = definitions
        self._lists = lists
        self._restarts = dict(restarts or {})
        self._counts: dict[str, list[int | None]] = {}

    def next(self, list_id: str, level: int) -> str:
        """Return the mark of the next paragraph at this level, from 0; "" for bullets and unknown lists."""
        definition = self._lists.get(list_id, "")
        levels = self._definitions.get(definition, {})
        own = levels.get(level)
        if own is None or not 0 <= level < LEVELS:
            return ""
        counts = self._counts.setdefault(definition, [None] * LEVELS)
        for restarted, start in self._restarts.pop(list_id, {}).items():
            counts[restarted:] = [start - 1, *[None] * (LEVELS - restarted - 1)]
        before = counts[level]
        counts[level:] = [own.start if before is None else before + 1, *[None] * (LEVELS - level - 1)]
        if own.kind in ("bullet", "none"):
            return ""

        def number(place: re.Match[str]) -> str:
            index = int(place[1]) - 1
            shown = levels.get(index, ListLevel())
            count = counts[index]
            return written_number(shown.start if count is None else count, shown.kind)

        return _PLACE.sub(number, own.untrusted_text[:_MAX_MARK_CHARACTERS])[:_MAX_MARK_CHARACTERS].strip()


def written_number(number: int, kind: str) -> str:
    """Return the number as this kind writes it; kinds of other scripts get our digits."""
    if kind in ("lowerLetter", "upperLetter") and number > 0:
        letters = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)
        return letters.upper() if kind == "upperLetter" else letters
    if kind in ("lowerRoman", "upperRoman") and 0 < number <= _MAX_ROMAN:
        written = roman(number)
        return written.upper() if kind == "upperRoman" else written
    return f"{number:02}" if kind == "decimalZero" else str(number)
