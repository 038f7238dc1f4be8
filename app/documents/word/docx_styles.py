"""Works out the styles of paragraphs and runs in a Word document, and how its lists and headings are numbered. Source:
ECMA-376, part 1, 17.7 and 17.9."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from lxml import etree

from app.documents.formats.xml import attribute, child, children, find, is_on, local_name, value_in, whole_number
from app.documents.text.runs import Shift
from app.documents.word.list_numbers import LEVELS, ListLevel, ListNumbers

_MAX_BASED_ON = 32
_HEADING = "heading "
_BODY_LEVEL = 9  # the `outlineLvl` of text that is no heading
_DEFAULT_SIZE = 20  # half-points
_UNKNOWN = "?"
_HIGHLIGHTS = {
    "none": "", "white": "FFFFFF", "black": "000000", "yellow": "FFFF00", "green": "00FF00", "cyan": "00FFFF",
    "magenta": "FF00FF", "blue": "0000FF", "red": "FF0000", "darkBlue": "000080", "darkCyan": "008080",
    "darkGreen": "008000", "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000",
    "darkGray": "808080", "lightGray": "C0C0C0",
}  # fmt: skip
_SHIFTS = {"superscript": Shift.RAISED, "subscript": Shift.LOWERED}


class DocxStyle(msgspec.Struct):
    """The properties of a style; each is None if the style below decides."""

    based_on: str = ""
    heading_level: int | None = None  # 0 is no heading
    list_level: int | None = None  # -1 is no list
    list_id: str | None = None
    hidden: bool | None = None
    struck: bool | None = None
    shift: Shift | None = None  # by `vertAlign`
    position: int | None = None  # half-points above the base line
    size: int | None = None  # half-points
    colour: str | None = None  # six hexadecimal digits; others are chosen by programs so that they are seen
    ground: str | None = None  # so, behind the text; "" is none, others are not known

    shades_cells: bool = False

    @property
    def level(self) -> int:
        """The level in a list, from 0; -1 if there is none."""
        return -1 if self.list_level is None else self.list_level


class DocxStyles:
    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, DocxStyle] = {}
        self._default = self._default_table = ""
        defaults = child(child(child(root, "docdefaults"), "rprdefault"), "rpr")
        self._size = _read_look(defaults).size or _DEFAULT_SIZE
        for style in children(root):
            if local_name(style) != "style":
                continue
            identifier = attribute(style, "styleId")
            self._styles[identifier] = _read_style(style)
            if attribute(style, "type") == "paragraph" and attribute(style, "default") in ("1", "true", "on"):
                self._default = identifier
            elif attribute(style, "default") in ("1", "true", "on") and attribute(style, "type") == "table":
                self._default_table = identifier

    def of(self, properties: etree._Element | None) -> DocxStyle:
        """Return a paragraph's style by its properties and all styles below."""
        found = _read_properties(properties)
        for below in self._chain(value_in(properties, "pstyle", self._default)):
            _fill(found, below)
            _fill_look(found, below)
        return found

    def of_run(self, properties: etree._Element | None, paragraph: DocxStyle) -> DocxStyle:
        """Return a run's style in such a paragraph; a position with a smaller size also raises or lowers it."""
        found = _read_look(properties)
        for below in self._chain(found.based_on):
            _fill_look(found, below)
        _fill_look(found, paragraph)
        around = paragraph.size or self._size
        if found.shift is None and found.position and (found.size or around) < around:
            found.shift = Shift.RAISED if found.position > 0 else Shift.LOWERED
        return found

    def shades_tables(self, name: str) -> bool:
        """Return whether a style of tables may fill cells; "" is the default one."""
        return any(style.shades_cells for style in self._chain(name or self._default_table))

    def _chain(self, name: str) -> Iterator[DocxStyle]:
        """Yield a style and those that it is based on."""
        for _ in range(_MAX_BASED_ON):
            style = self._styles.get(name)
            if style is None:
                return
            yield style
            name = style.based_on


def _read_style(style: etree._Element) -> DocxStyle:
    found = _read_properties(child(style, "ppr"))
    found.based_on = value_in(style, "basedon")
    found.shades_cells = attribute(style, "type") == "table" and find(style, "shd") is not None
    _fill_look(found, _read_look(child(style, "rpr")))
    title = value_in(style, "name").lower()
    if found.heading_level is None and title.startswith(_HEADING):
        found.heading_level = whole_number(title.removeprefix(_HEADING), 0)
    return found


def _read_properties(properties: etree._Element | None) -> DocxStyle:
    outline, numbering = child(properties, "outlinelvl"), child(properties, "numpr")
    found = DocxStyle(ground=ground_of(child(properties, "shd")))
    if outline is not None:
        level = whole_number(attribute(outline, "val"), _BODY_LEVEL)
        found.heading_level = level + 1 if level < _BODY_LEVEL else 0
    if numbering is not None:
        found.list_id = value_in(numbering, "numid") if child(numbering, "numid") is not None else None
        found.list_level = -1 if found.list_id == "0" else whole_number(value_in(numbering, "ilvl"), 0)
    return found


def _read_look(properties: etree._Element | None) -> DocxStyle:
    """Return a run's own properties; `based_on` is its style."""
    found = DocxStyle()
    for element in children(properties):
        name = local_name(element)
        if name == "vanish":
            found.hidden = is_on(element)
        elif name in ("strike", "dstrike"):
            found.struck = is_on(element) or bool(found.struck)
        elif name == "vertalign":
            found.shift = _SHIFTS.get(attribute(element, "val"), Shift.NONE)
        elif name == "position":
            untrusted_points = attribute(element, "val").strip()
            number = whole_number(untrusted_points.removeprefix("-"), 0)
            found.position = -number if untrusted_points.startswith("-") else number
        elif name == "color":
            found.colour = attribute(element, "val")
        elif name in ("shd", "highlight"):
            found.ground = ground_of(element) or found.ground
        elif name == "sz":
            found.size = whole_number(attribute(element, "val"), 0) or None
        elif name == "rstyle":
            found.based_on = attribute(element, "val")
    return found


def ground_of(element: etree._Element | None) -> str:
    """Return the colour of a shading or a highlight, as in `DocxStyle.ground`."""
    if element is None:
        return ""
    if local_name(element) == "highlight":
        return _HIGHLIGHTS.get(attribute(element, "val"), _UNKNOWN)
    if attribute(element, "val") not in ("clear", "nil", ""):
        return _UNKNOWN  # a pattern
    fill = attribute(element, "fill")
    if fill.lower() == "auto":
        return _UNKNOWN if attribute(element, "themeFill") else ""
    return fill


def _fill(style: DocxStyle, below: DocxStyle) -> None:
    """Fill in the properties of paragraphs that a style leaves open."""
    style.heading_level = below.heading_level if style.heading_level is None else style.heading_level
    style.list_level = below.list_level if style.list_level is None else style.list_level
    style.list_id = below.list_id if style.list_id is None else style.list_id


def _fill_look(style: DocxStyle, below: DocxStyle) -> None:
    """Fill in the properties of runs that a style leaves open."""
    style.hidden = below.hidden if style.hidden is None else style.hidden
    style.struck = below.struck if style.struck is None else style.struck
    style.shift = below.shift if style.shift is None else style.shift
    style.position = below.position if style.position is None else style.position
    style.size = below.size if style.size is None else style.size
    style.colour = below.colour if style.colour is None else style.colour
    style.ground = style.ground or below.ground


def read_numbers(root: etree._Element | None) -> ListNumbers:
    """Read the numbers of lists from `root`, the part that defines the lists."""
    definitions: dict[str, dict[int, ListLevel]] = {}
    lists: dict[str, str] = {}
    restarts: dict[str, dict[int, int]] = {}
    for element in children(root):
        if local_name(element) == "abstractnum":
            definitions[attribute(element, "abstractNumId")] = _read_levels(element)
        elif local_name(element) == "num":
            name = attribute(element, "numId")
            lists[name] = value_in(element, "abstractnumid")
            if found := dict(_read_restarts(element)):
                restarts[name] = found
    return ListNumbers(definitions, lists, restarts)


def _read_restarts(element: etree._Element) -> Iterator[tuple[int, int]]:
    for override in children(element):
        start = child(override, "startoverride")
        level = whole_number(attribute(override, "ilvl"), LEVELS)
        if start is not None and level < LEVELS:
            yield level, whole_number(attribute(start, "val"), 1)


def _read_levels(definition: etree._Element) -> dict[int, ListLevel]:
    levels = {}
    for element in children(definition):
        if local_name(element) == "lvl":
            levels[whole_number(attribute(element, "ilvl"), LEVELS)] = ListLevel(
                value_in(element, "numfmt", "decimal"),
                whole_number(value_in(element, "start", "0"), 1),
                value_in(element, "lvltext"),
            )
    return levels
