"""Walks through the text of DrawingML: paragraphs, lists, tables, charts, formulas. Source: ECMA-376, part 1, 21.1."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from app.documents.formats.xml import attribute, child, local_name, whole_number
from app.documents.text import notation
from app.documents.text.colours import TINY_POINTS, Colour, is_lost, read_hex
from app.documents.text.flow import Block
from app.documents.text.runs import PLAIN, Change, RunStyle, Shift
from app.documents.word import omml
from app.documents.word.block_builder import BlockBuilder, ListItem, Walker
from app.documents.word.docx_styles import DocxStyle
from app.documents.word.list_numbers import written_number

_SKIPPED = {
    *("ppr", "rpr", "endpararpr", "bodypr", "lststyle", "tblpr", "tblgrid", "tcpr", "extlst", "style"),
    *("nvsppr", "nvgraphicframepr", "sppr", "xfrm"),
}
_RUNS = {"r", "fld"}
_STRUCK = {"sngStrike", "dblStrike"}
_MARKED = {"buautonum", "buchar", "bublip", "bunone"}
_NUMBERED = re.compile(r"(?P<kind>arabic|alphaLc|alphaUc|romanLc|romanUc)(?P<around>Period|ParenR|ParenBoth|Plain)")
_KINDS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
_AROUND = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}"}
_NO_STYLE = DocxStyle()


class DrawingWalker(Walker):
    """Walks through a drawing. `drawn` are charts and diagrams as text, by the relation that leads to them."""

    def __init__(self, untrusted_drawn: Mapping[str, str]) -> None:
        super().__init__()
        self._untrusted_drawn = untrusted_drawn
        self._listed = False
        self._counts: list[int] = []  # of the numbered paragraphs before, for each level
        self._looks = [PLAIN]  # of the runs that are open
        self._unseen = [False]  # whether nobody sees them
        self._ground: Colour | None = None  # behind the text of the shape

    def blocks(self, shape: etree._Element, listed: bool) -> tuple[Block, ...]:
        """Return the text of a shape. `listed` tells that its paragraphs are points of a list, unless they say
        otherwise."""
        self._builders.append(BlockBuilder())
        self._listed, self._counts = listed, []
        self._ground = _filled_with(child(shape, "sppr"))
        self.read(shape)
        return tuple(self._builders.pop().finish())

    def _enter(self, element: etree._Element, name: str) -> bool:
        if name in _SKIPPED or (name == "fallback" and _has_choice(element)):
            return False
        if name in _RUNS:
            self._looks.append(_look(child(element, "rpr")))
            self._unseen.append(_is_unseen(child(element, "rpr"), None if self.builder.in_table else self._ground))
        elif name == "t" and self._unseen[-1]:
            self.builder.hide(element.text or "")
        elif name == "t":
            self.builder.add_text(element.text or "", self._looks[-1])
        elif name == "br":
            self.builder.add_text("\n")
        elif name == "omath":
            self.builder.add_formula(omml.latex(element, lambda _properties: _NO_STYLE).text)
            return False
        elif name in ("chart", "relids"):
            stand_in = notation.chart() if name == "chart" else notation.diagram(())
            address = attribute(element, "id" if name == "chart" else "dm")
            self.builder.add_text(self._untrusted_drawn.get(address, stand_in))
            self.builder.end_paragraph()
        elif name == "tbl":
            self.builder.open_table()
        return True

    def _leave(self, element: etree._Element, name: str) -> None:
        if name in _RUNS:
            self._looks.pop()
            self._unseen.pop()
        elif name == "p":
            self.builder.end_paragraph(item=self._item(child(element, "ppr")))
        elif name == "tc":
            self.builder.end_cell()
        elif name == "tr":
            self.builder.end_row()
        elif name == "tbl":
            self.builder.close_table()

    def _item(self, properties: etree._Element | None) -> ListItem | None:
        mark = next((each for each in (() if properties is None else properties) if local_name(each) in _MARKED), None)
        kind = "" if mark is None else local_name(mark)
        if kind == "bunone" or not (kind or self._listed):
            return None
        level = 0 if properties is None else whole_number(attribute(properties, "lvl"), 0)
        if mark is None or kind != "buautonum":
            del self._counts[level:]
            return ListItem(level)
        return ListItem(level, self._number(mark, min(level, 8)))

    def _number(self, mark: etree._Element, level: int) -> str:
        del self._counts[level + 1 :]
        self._counts += [0] * (level + 1 - len(self._counts))
        first = whole_number(attribute(mark, "startAt"), 1)
        self._counts[level] += 1
        known = _NUMBERED.match(attribute(mark, "type"))
        number = first + self._counts[level] - 1
        return _AROUND[known["around"]].format(written_number(number, _KINDS[known["kind"]])) if known else f"{number}."


def _has_choice(fallback: etree._Element) -> bool:
    around = fallback.getparent()
    return around is not None and child(around, "choice") is not None


def _filled_with(properties: etree._Element | None) -> Colour | None:
    """Return the colour of a shape or a run; None if it has none of its own, or one of the theme, or a picture."""
    colour = child(child(properties, "solidfill"), "srgbclr")
    found = None if colour is None else read_hex(attribute(colour, "val"))
    opacity = child(colour, "alpha")
    if found is None or opacity is None:
        return found
    return found._replace(opacity=whole_number(attribute(opacity, "val"), 100_000) / 100_000)


def _is_unseen(properties: etree._Element | None, ground: Colour | None) -> bool:
    """Return whether text is too small, without colour, or in the colour that is behind it."""
    if properties is None:
        return False
    if 0 < whole_number(attribute(properties, "sz"), 0) <= 100 * TINY_POINTS:
        return True
    if child(properties, "ln") is not None:
        return False  # its outline may be drawn
    is_opaque = ground is not None and ground.opacity == 1
    is_bare = child(properties, "nofill") is not None
    return is_bare or is_lost(_filled_with(properties), ground if is_opaque else None)


def _look(properties: etree._Element | None) -> RunStyle:
    if properties is None:
        return PLAIN
    baseline = attribute(properties, "baseline").strip()
    shift = Shift.NONE if baseline.strip("-0%") == "" else Shift.LOWERED if baseline.startswith("-") else Shift.RAISED
    change = Change.STRUCK if attribute(properties, "strike") in _STRUCK else Change.NONE
    return RunStyle(shift, change) if shift or change else PLAIN
