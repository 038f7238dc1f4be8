"""What paragraphs and spans of an OpenDocument text are by their styles. OpenDocument 1.3, part 3, 16 and 20."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec
from lxml import etree

from app.documents.formats.office import child
from app.documents.formats.runs import Shift
from app.documents.formats.xml import attribute, find_all

_MAX_PARENTS = 32
_POSITION = re.compile(r"\s*(?P<place>super|sub|(?P<percent>-?\d{1,3}(?:\.\d{1,9})?)%)(?:\s+(?P<size>\d{1,3})\S*)?\s*")
_WHOLE_SIZE = 100


class Style(msgspec.Struct):
    """None where it is left to what is around."""

    parent: str = ""
    hidden: bool | None = None
    struck: bool | None = None
    shift: Shift | None = None


class Styles:
    def __init__(self, roots: Iterable[etree._Element]) -> None:
        """`roots` are those of the parts with styles; what a later one says holds."""
        self._own: dict[tuple[str, str], Style] = {}
        for root in roots:
            for style in find_all(root, "style"):
                self._own[attribute(style, "family"), attribute(style, "name")] = _read_style(style)

    def of(self, family: str, name: str) -> Style:
        """With all that it is based on worked in."""
        found = Style()
        for _ in range(_MAX_PARENTS):
            below = self._own.get((family, name))
            if below is None:
                break
            fill(found, below)
            name = below.parent
        return found


def fill(style: Style, below: Style) -> None:
    """What a style leaves to the one below it is as it is there."""
    style.hidden = below.hidden if style.hidden is None else style.hidden
    style.struck = below.struck if style.struck is None else style.struck
    style.shift = below.shift if style.shift is None else style.shift


def _read_style(style: etree._Element) -> Style:
    found, properties = Style(attribute(style, "parent-style-name")), child(style, "text-properties")
    if properties is None:
        return found
    if display := attribute(properties, "display"):
        found.hidden = display == "none"
    lines = [attribute(properties, f"text-line-through-{kind}") for kind in ("style", "type")]
    if any(lines):
        found.struck = "none" not in lines
    if position := _POSITION.fullmatch(attribute(properties, "text-position")):
        found.shift = _shift(position)
    return found


def _shift(position: re.Match[str]) -> Shift:
    """Raised or lowered, and smaller."""
    if position["place"] in ("super", "sub"):
        return Shift.RAISED if position["place"] == "super" else Shift.LOWERED
    percent = float(position["percent"])
    if not percent or int(position["size"] or _WHOLE_SIZE) >= _WHOLE_SIZE:
        return Shift.NONE
    return Shift.RAISED if percent > 0 else Shift.LOWERED
