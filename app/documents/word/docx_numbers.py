"""Numbers the lists and headings of a Word document, which stores no numbers. Source: ECMA-376, part 1, 17.9."""

from __future__ import annotations

import re

import msgspec
from lxml import etree

from app.documents.formats.xml import attribute, child, children, local_name, value_in, whole_number
from app.documents.text.notation import roman

_LEVELS = 9
_MAX_MARK_CHARACTERS = 60
_PLACE = re.compile("%([1-9])")
_MAX_ROMAN = 4_999


class _Level(msgspec.Struct, frozen=True):
    kind: str = "bullet"
    start: int = 1
    untrusted_text: str = ""


class Numbers:
    """Counts the paragraphs of lists; lists of the same definition continue one another, as in Word."""

    def __init__(self, root: etree._Element | None) -> None:
        self._definitions: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}  # where a list starts again
        self._counts: dict[str, list[int | None]] = {}
        for element in children(root):
            if local_name(element) == "abstractnum":
                self._definitions[attribute(element, "abstractNumId")] = _read_levels(element)
            elif local_name(element) == "num":
                self._read_list(element)

    def next(self, list_id: str, level: int) -> str:
        """The mark of the next paragraph at this level, from 0; "" for bullets and unknown lists."""
        definition = self._lists.get(list_id, "")
        levels = self._definitions.get(definition, {})
        own = levels.get(level)
        if own is None or not 0 <= level < _LEVELS:
            return ""
        counts = self._counts.setdefault(definition, [None] * _LEVELS)
        for restarted, start in self._restarts.pop(list_id, {}).items():
            counts[restarted:] = [start - 1, *[None] * (_LEVELS - restarted - 1)]
        before = counts[level]
        counts[level:] = [own.start if before is None else before + 1, *[None] * (_LEVELS - level - 1)]
        if own.kind in ("bullet", "none"):
            return ""

        def number(place: re.Match[str]) -> str:
            index = int(place[1]) - 1
            shown = levels.get(index, _Level())
            count = counts[index]
            return _written(shown.start if count is None else count, shown.kind)

        return _PLACE.sub(number, own.untrusted_text[:_MAX_MARK_CHARACTERS])[:_MAX_MARK_CHARACTERS].strip()

    def _read_list(self, element: etree._Element) -> None:
        name = attribute(element, "numId")
        self._lists[name] = value_in(element, "abstractnumid")
        for override in children(element):
            start = child(override, "startoverride")
            level = whole_number(attribute(override, "ilvl"), _LEVELS)
            if start is not None and level < _LEVELS:
                self._restarts.setdefault(name, {})[level] = whole_number(attribute(start, "val"), 1)


def _read_levels(definition: etree._Element) -> dict[int, _Level]:
    levels = {}
    for element in children(definition):
        if local_name(element) == "lvl":
            levels[whole_number(attribute(element, "ilvl"), _LEVELS)] = _Level(
                value_in(element, "numfmt", "decimal"),
                whole_number(value_in(element, "start", "0"), 1),
                value_in(element, "lvltext"),
            )
    return levels


def _written(number: int, kind: str) -> str:
    """The number as this kind writes it; kinds of other scripts get our digits."""
    if kind in ("lowerLetter", "upperLetter") and number > 0:
        letters = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)
        return letters.upper() if kind == "upperLetter" else letters
    if kind in ("lowerRoman", "upperRoman") and 0 < number <= _MAX_ROMAN:
        written = roman(number)
        return written.upper() if kind == "upperRoman" else written
    return f"{number:02}" if kind == "decimalZero" else str(number)
