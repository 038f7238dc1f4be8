"""Works out the styles of paragraphs and spans in an OpenDocument text. OpenDocument 1.3, part 3, 16 and 20."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import msgspec
from lxml import etree

from app.documents.formats.xml import attribute, child, find_all
from app.documents.text.runs import Shift

_MAX_PARENTS = 32
_POSITION = re.compile(r"\s*(?P<place>super|sub|(?P<percent>-?\d{1,3}(?:\.\d{1,9})?)%)(?:\s+(?P<size>\d{1,3})\S*)?\s*")
_WHOLE_SIZE = 100


class OdfStyle(msgspec.Struct, frozen=True):
    """The properties of a style; None where the text around it decides."""

    parent: str = ""
    hidden: bool | None = None
    struck: bool | None = None
    shift: Shift | None = None

    def within(self, around: OdfStyle) -> OdfStyle:
        """The style, with what it leaves open taken from `around`."""
        if self.hidden is None and self.struck is None and self.shift is None:
            return around
        return OdfStyle(
            hidden=around.hidden if self.hidden is None else self.hidden,
            struck=around.struck if self.struck is None else self.struck,
            shift=around.shift if self.shift is None else self.shift,
        )


class OdfStyles:
    def __init__(self, roots: Iterable[etree._Element | None]) -> None:
        """`roots`: those of the parts with styles, or None; a later style replaces an earlier one."""
        self._own: dict[tuple[str, str], OdfStyle] = {}
        for root in roots:
            for style in find_all(root, "style"):
                self._own[attribute(style, "family"), attribute(style, "name")] = _read_style(style)
        self.of = cache(self._find)

    def _find(self, family: str, name: str) -> OdfStyle:
        """The style, with all that it is based on."""
        found = OdfStyle()
        for _ in range(_MAX_PARENTS):
            below = self._own.get((family, name))
            if below is None:
                break
            found = found.within(below)
            name = below.parent
        return found


def _read_style(style: etree._Element) -> OdfStyle:
    parent, properties = attribute(style, "parent-style-name"), child(style, "text-properties")
    if properties is None:
        return OdfStyle(parent)
    display = attribute(properties, "display")
    lines = [attribute(properties, f"text-line-through-{kind}") for kind in ("style", "type")]
    position = _POSITION.fullmatch(attribute(properties, "text-position"))
    return OdfStyle(
        parent,
        hidden=display == "none" if display else None,
        struck="none" not in lines if any(lines) else None,
        shift=_shift(position) if position else None,
    )


def _shift(position: re.Match[str]) -> Shift:
    """The shift of text that is raised or lowered, and smaller."""
    if position["place"] in ("super", "sub"):
        return Shift.RAISED if position["place"] == "super" else Shift.LOWERED
    percent = float(position["percent"])
    if not percent or int(position["size"] or _WHOLE_SIZE) >= _WHOLE_SIZE:
        return Shift.NONE
    return Shift.RAISED if percent > 0 else Shift.LOWERED
