"""Colours, type and spacing of the window: Paper by day, Lamp by night."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import SIGNAL, SLOT, QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL, SPACE_XXL = 4, 8, 12, 16, 24, 32
CORNER = 8
SIZE_SMALL, SIZE_UI, SIZE_TEXT, SIZE_TITLE, SIZE_DISPLAY = 12, 13, 15, 18, 24
ICON = 20
LINE_HEIGHT = 1.55
MEASURE_CHARACTERS = 72
HEADER_HEIGHT = 51
"""The height of a panel's header, in pixels; a line is drawn under it."""
FOOT_HEIGHT = SIZE_SMALL + 2 * SPACE_M
"""The height of the line below the conversation, in pixels."""

UI_FAMILY = "Source Sans Pro"
TEXT_FAMILY = "Source Serif Pro"


@dataclass(frozen=True)
class Palette:
    """The colours of a theme, as #RRGGBB. They keep the contrast that WCAG AA wants (tests/ui/look/test_look.py): 4.5
    for text on what it is written on, 3 for the edges of what is written in."""

    dark: bool
    ground: str
    surface: str
    ink: str
    soft_ink: str
    line: str  # between things; it says nothing
    edge: str  # of what can be typed into
    accent: str
    on_accent: str
    wash: str
    verified: str
    near: str
    not_found: str
    highlight: str
    handle: str  # what is there and of no use: a disabled control, memory that others have
    working: str  # how far something is; in the spine: what is neither book nor free
    projector: str  # these two in a model's fit bar
    context: str


PAPER = Palette(
    dark=False,
    ground="#FAF8F4",
    surface="#FFFFFF",
    ink="#211E1A",
    soft_ink="#69625A",
    line="#E7E1D6",
    edge="#8F8678",
    accent="#7A2E35",
    on_accent="#FFFFFF",
    wash="#F5EAEA",
    verified="#2F6B4F",
    near="#8A6116",
    not_found="#9B2C2C",
    highlight="#F3E3B0",
    handle="#CFC6B8",
    working="#827A6D",
    projector="#AF666D",
    context="#3F5A6B",
)
LAMP = Palette(
    dark=True,
    ground="#1A1917",
    surface="#232120",
    ink="#EDE8DF",
    soft_ink="#A39C91",
    line="#37332F",
    edge="#7C766E",
    accent="#D98A8A",
    on_accent="#211E1A",
    wash="#3A2A2B",
    verified="#8CC7A5",
    near="#E0B566",
    not_found="#E88E8E",
    highlight="#5A4718",
    handle="#524C46",
    working="#A39C91",
    projector="#B06C70",
    context="#86A6B8",
)

CLOTH = ("#7A2E35", "#3F5A6B", "#5B6B3F", "#8A6116", "#5C4468", "#2F625E", "#6E4A33", "#46506E", "#7A4A5E", "#4C5F4F")
"""Bookcloth: covers without a picture, the formats on the others, and the segments of books in the spine."""

CLOTH_BY_NIGHT = (
    "#C86D75", "#668DA5", "#7A8F54", "#A98138", "#9B7DAA", "#47948E", "#B27C59", "#7B87AB", "#AD798F", "#738F77"
)  # fmt: skip
"""The same dyes, lighter: these stand out from what is free in a bar of the dark theme."""


def cloth(book_id: str, *, dark: bool = False) -> str:
    """Return the colour of a book, always the same for the same id; `dark` is for what is written or drawn in the dark
    theme."""
    return (CLOTH_BY_NIGHT if dark else CLOTH)[zlib.crc32(book_id.encode()) % len(CLOTH)]


@dataclass(frozen=True)
class TextSizes:
    """The sizes that the conversation is set in, px of the window's scale; `percent` is that of the usual ones."""

    percent: int = 100

    @property
    def answer(self) -> int:
        return self._scale(16)  # the serif looks smaller than the sans, so one step above the question, as it is drawn

    @property
    def question(self) -> int:
        return self._scale(SIZE_TEXT)

    @property
    def title(self) -> int:
        return self._scale(SIZE_TITLE)

    @property
    def code(self) -> int:
        return self._scale(13)

    @property
    def chip(self) -> int:
        return self._scale(SIZE_SMALL)

    @property
    def answer_line(self) -> int:
        return round(self.answer * LINE_HEIGHT)

    @property
    def question_line(self) -> int:
        return round(self.question * LINE_HEIGHT)

    @property
    def code_line(self) -> int:
        return self._scale(20)

    @property
    def chip_height(self) -> int:
        return self._scale(19)

    def _scale(self, size: int) -> int:
        return round(size * self.percent / 100)


USUAL_SIZES = TextSizes()


class Theme(QObject):
    """The palette in force, and the sizes of text. Widgets that draw by hand read `palette` and ask for
    `repaint_on_change`; those that are set in `sizes` lay themselves out on `resized`."""

    changed = Signal()
    resized = Signal()

    def __init__(self, palette: Palette = PAPER, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._sizes = USUAL_SIZES

    @property
    def sizes(self) -> TextSizes:
        return self._sizes

    def use_sizes(self, sizes: TextSizes) -> None:
        if sizes != self._sizes:
            self._sizes = sizes
            self.resized.emit()

    @property
    def palette(self) -> Palette:
        return self._palette

    def use(self, palette: Palette) -> None:
        if palette is not self._palette:
            self._palette = palette
            self.changed.emit()

    def repaint_on_change(self, widget: QWidget) -> None:
        """Have a widget painted again on `changed`.

        Connected by the names that Qt has for both: PySide (6.12) keeps 48 bytes for ever of each connection to a
        method of Qt's own, such as `widget.update`, and an answer has twenty buttons."""
        QObject.connect(self, SIGNAL("changed()"), widget, SLOT("update()"))
