"""Works out the styles of paragraphs and spans in an OpenDocument text. OpenDocument 1.3, part 3, 16 and 20."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import msgspec
from lxml import etree

from app.documents.formats.xml import attribute, child, find_all, local_name
from app.documents.text.colours import NO_COLOUR, WHITE, Colour, read_hex
from app.documents.text.runs import Shift

_MAX_PARENTS = 32
_POSITION = re.compile(r"\s*(?P<place>super|sub|(?P<percent>-?\d{1,3}(?:\.\d{1,9})?)%)(?:\s+(?P<size>\d{1,3})\S*)?\s*")
_WHOLE_SIZE = 100
_SIZE = re.compile(r"(\d{1,4}(?:\.\d{1,9})?)(pt|%|cm|mm|in|px)")
_POINTS = {"pt": 1.0, "%": 12 / 100, "cm": 72 / 2.54, "mm": 72 / 25.4, "in": 72.0, "px": 0.75}  # percent: of usual text
_GROUNDS = {f"{kind}-properties" for kind in ("paragraph", "table-cell", "table-row", "table", "section", "graphic")}
_PERCENT = re.compile(r"(\d{1,3})%")


class Paint(msgspec.Struct, frozen=True):
    """A colour; None if a program chooses one that is seen, or there is a picture."""

    colour: Colour | None


class OdfStyle(msgspec.Struct, frozen=True):
    """The properties of a style; each is None if the text around it decides."""

    parent: str = ""
    hidden: bool | None = None
    struck: bool | None = None
    shift: Shift | None = None
    points: float | None = None
    colour: Paint | None = None
    marked: Paint | None = None  # what is behind the text itself
    ground: Paint | None = None  # what is behind the whole of it
    changes: bool = False  # by conditions

    def within(self, around: OdfStyle) -> OdfStyle:
        """Return the style, with what it leaves open taken from `around`."""
        if self == OdfStyle(self.parent):
            return around
        return OdfStyle(
            hidden=around.hidden if self.hidden is None else self.hidden,
            struck=around.struck if self.struck is None else self.struck,
            shift=around.shift if self.shift is None else self.shift,
            points=around.points if self.points is None else self.points,
            colour=self.colour or around.colour,
            marked=self.marked or around.marked,
            ground=self.ground or around.ground,
            changes=self.changes or around.changes,
        )

    def behind_text(self, behind: Colour | None) -> Colour | None:
        """Return the colour behind text of this style, which itself lies on the colour `behind`; None if it is
        unknown."""
        for paint in (self.marked, self.ground):
            if paint is not None and paint.colour != NO_COLOUR:
                return paint.colour
        return behind


class OdfStyles:
    def __init__(self, roots: Iterable[etree._Element | None]) -> None:
        """`roots` are those of the parts with styles, or None; a later style replaces an earlier one."""
        self._own: dict[tuple[str, str], OdfStyle] = {}
        self._defaults: dict[str, OdfStyle] = {}
        for root in roots:
            for style in find_all(root, "style"):
                self._own[attribute(style, "family"), attribute(style, "name")] = _read_style(style)
            for style in find_all(root, "default-style"):
                self._defaults[attribute(style, "family")] = _read_style(style)
        self.of = cache(self._find)

    def _find(self, family: str, name: str) -> OdfStyle:
        """Return the style, with all that it is based on."""
        found = OdfStyle()
        for _ in range(_MAX_PARENTS):
            below = self._own.get((family, name))
            if below is None:
                break
            found = found.within(below)
            name = below.parent
        return found.within(self._defaults.get(family, OdfStyle()))


def _read_style(style: etree._Element) -> OdfStyle:
    parent, properties = attribute(style, "parent-style-name"), child(style, "text-properties")
    ground = next(filter(None, (_paint(each) for each in style if local_name(each) in _GROUNDS)), None)
    changes = child(style, "map") is not None
    if properties is None:
        return OdfStyle(parent, ground=ground, changes=changes)
    display = attribute(properties, "display")
    lines = [attribute(properties, f"text-line-through-{kind}") for kind in ("style", "type")]
    position = _POSITION.fullmatch(attribute(properties, "text-position"))
    return OdfStyle(
        parent,
        hidden=display == "none" if display else None,
        struck="none" not in lines if any(lines) else None,
        shift=_shift(position) if position else None,
        points=_points(attribute(properties, "font-size")),
        colour=_colour(properties),
        marked=_paint(properties),
        ground=ground,
        changes=changes,
    )


def page_ground(root: etree._Element, styles: etree._Element | None) -> Colour | None:
    """Return the colour behind the text of all pages; None if pages differ, or something may be drawn there."""
    layouts = (each for part in (styles, root) for each in find_all(part, "page-layout-properties"))
    paints = filter(None, map(_paint, layouts))
    shapes = (
        each for part in (styles, root) for each in find_all(child(part, "automatic-styles"), "graphic-properties")
    )
    if any(paint.colour not in (NO_COLOUR, WHITE) for paint in paints):
        return None
    return None if any(map(_is_over_text, shapes)) else WHITE


def _is_over_text(properties: etree._Element) -> bool:
    return attribute(properties, "wrap") == "run-through" or attribute(properties, "run-through") == "background"


def _colour(properties: etree._Element) -> Paint | None:
    if attribute(properties, "use-window-font-color") == "true":
        return Paint(None)
    untrusted_colour = attribute(properties, "color")
    found = read_hex(untrusted_colour)
    opacity = _PERCENT.fullmatch(attribute(properties, "opacity"))
    if found is not None and opacity:
        found = found._replace(opacity=int(opacity[1]) / 100)
    return Paint(found) if untrusted_colour else None


def _paint(properties: etree._Element) -> Paint | None:
    """Return the paint with which these properties fill an area; None if they leave that open."""
    picture, fill = child(properties, "background-image"), attribute(properties, "fill")
    if (picture is not None and attribute(picture, "href")) or (fill and fill not in ("none", "solid")):
        return Paint(None)
    if fill == "solid":
        is_whole = attribute(properties, "opacity") in ("", "100%")
        return Paint(read_hex(attribute(properties, "fill-color")) if is_whole else None)
    untrusted_colour = attribute(properties, "background-color")
    if untrusted_colour == "transparent" or fill == "none":
        return Paint(NO_COLOUR)
    return Paint(read_hex(untrusted_colour)) if untrusted_colour else None


def _points(untrusted_size: str) -> float | None:
    found = _SIZE.fullmatch(untrusted_size)
    return float(found[1]) * _POINTS[found[2]] if found else None


def _shift(position: re.Match[str]) -> Shift:
    """Return the shift of text that is raised or lowered, and smaller."""
    if position["place"] in ("super", "sub"):
        return Shift.RAISED if position["place"] == "super" else Shift.LOWERED
    percent = float(position["percent"])
    if not percent or int(position["size"] or _WHOLE_SIZE) >= _WHOLE_SIZE:
        return Shift.NONE
    return Shift.RAISED if percent > 0 else Shift.LOWERED
