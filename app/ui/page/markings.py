"""Paints highlights and selections on the drawing of a page, at the places of the characters that the reader gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from app.core.documents.note import Marker
from app.ui.look.theme import LAMP, PAPER
from app.ui.page.note_look import LINE, look_of
from app.ui.page.tints import Ground, PageTints, Tint

if TYPE_CHECKING:
    from app.documents.layer import Box, Layer
    from app.services.library.notes import NoteInText

_BY_DAY = ("#F2D9DA", PAPER.highlight, "#E8B04A", "#C9DCEF")
_BY_NIGHT = ("#4A2F31", LAMP.highlight, "#A87F2A", "#2C4258")
"""The colours of what is found, of what is lit, of what is lit at the height of its pulse, and of what is selected."""
_AROUND = 1  # px


class PlacedPage:
    """The place of a page's drawing in the view: `area` in px, and `turns`, quarters of a turn clockwise."""

    def __init__(self, area: QRectF, turns: int = 0) -> None:
        self.area = area
        self.turns = turns % 4

    def share(self, at: QPointF) -> tuple[float, float]:
        """Return a place of the view in shares, 0 to 1, of the upright page's width and height."""
        x = (at.x() - self.area.left()) / max(1.0, self.area.width())
        y = (at.y() - self.area.top()) / max(1.0, self.area.height())
        for _turn in range(self.turns):
            x, y = y, 1 - x
        return x, y

    def on_view(self, box: tuple[float, float, float, float]) -> QRectF:
        """Return the place in the view of a box of the upright page."""
        left, top, right, bottom = box
        for _turn in range(self.turns):
            left, top, right, bottom = 1 - bottom, left, 1 - top, right
        area = self.area
        return QRectF(
            area.left() + left * area.width(),
            area.top() + top * area.height(),
            (right - left) * area.width(),
            (bottom - top) * area.height(),
        )

    def around(self, boxes: Iterable[Box]) -> QRectF:
        """Return the area of the view, in px, that holds all these boxes."""
        area = QRectF()
        for box in boxes:
            area = area.united(self.on_view(box))
        return area


@dataclass(frozen=True)
class DrawnNote:
    """A person's highlight on a drawing, with a box for each of its lines."""

    note_id: str
    marker: Marker
    boxes: tuple[Box, ...]


class Markings:
    """The highlights and the selection of one page."""

    def __init__(
        self, layer: Layer | None = None, notes: Sequence[NoteInText] = (), tints: Sequence[Tint] = ()
    ) -> None:
        """`layer` has the characters of the page; without it, nothing can be lit or selected. Nothing is yet."""
        self.layer = layer
        self.notes = _drawn(layer, notes) if layer is not None else ()
        self.tints = _tinted(layer, tints) if layer is not None else ()
        self.lit: tuple[Box, ...] = ()
        self.found: tuple[Box, ...] = ()
        self.selection: tuple[int, int] | None = None

    def light(self, lit: Iterable[Box], found: Iterable[Box]) -> None:
        self.lit, self.found = tuple(lit), tuple(found)

    def selected_text(self) -> str:
        return self.layer.text[slice(*self.selection)] if self.layer and self.selection else ""

    def selected_bands(self) -> tuple[Box, ...]:
        return self.layer.bands(*self.selection) if self.layer and self.selection else ()

    def note_at(self, at: QPointF, placed: PlacedPage) -> str:
        """Return the id of the highlight at a place in the view, empty if there is none; of several, the last one,
        which is on top."""
        found = (note for note in reversed(self.notes) for box in note.boxes if placed.on_view(box).contains(at))
        return next((note.note_id for note in found), "")

    def caret_at(self, at: QPointF, placed: PlacedPage) -> int | None:
        """Return the number of characters before a place in the view; None on a page without text."""
        if self.layer is None:
            return None
        x, y = placed.share(at)
        index = self.layer.character_at(x, y)
        return None if index is None else index + self.layer.is_behind(index, x)

    def character_under(self, at: QPointF, placed: PlacedPage) -> int | None:
        """Return the number of the character whose box holds a place in the view; None if no box does."""
        if self.layer is None:
            return None
        x, y = placed.share(at)
        index = self.layer.character_at(x, y)
        return index if index is not None and self.layer.holds(index, x, y) else None

    def paint(self, painter: QPainter, placed: PlacedPage, pulse: float = 0.0, *, dark: bool = False) -> None:
        """Paint the highlights like a marker pen, so that what is written stays as it is. A page is paper by night too,
        and the colours are those of day, unless it is drawn `dark`."""
        painter.save()
        modes = QPainter.CompositionMode
        painter.setCompositionMode(modes.CompositionMode_Lighten if dark else modes.CompositionMode_Multiply)
        found, lit, bright, selected = _BY_NIGHT if dark else _BY_DAY
        for ground, boxes in self.tints:
            for box in boxes:
                painter.fillRect(_wide(placed.on_view(box)), QColor(ground.fill(dark=dark)))
        for note in self.notes:
            for box in note.boxes:
                painter.fillRect(_wide(placed.on_view(box)), QColor(look_of(note.marker, dark=dark).fill))
        for boxes, colour in (
            (self.found, QColor(found)),
            (self.lit, blend(lit, bright, pulse)),
            (self.selected_bands(), QColor(selected)),
        ):
            for box in boxes:
                painter.fillRect(_wide(placed.on_view(box)), colour)
        painter.restore()
        self._underline(painter, placed, dark=dark)

    def _underline(self, painter: QPainter, placed: PlacedPage, *, dark: bool) -> None:
        """Draw lines that tell a person's highlights from what is lit, and from one another, even to an eye that does
        not tell their colours apart."""
        painter.save()
        for note in self.notes:
            look = look_of(note.marker, dark=dark)
            painter.setPen(QPen(QColor(look.line), LINE, look.style))
            for left, _top, right, bottom in note.boxes:
                edge = placed.on_view((left, bottom, right, bottom))
                painter.drawLine(edge.topLeft(), edge.bottomRight())
        painter.restore()


class BookMarkings:
    """The highlights and the selections of the pages of a book that are near."""

    def __init__(self) -> None:
        self._pages: dict[int, Markings] = {}
        self._notes: Mapping[int, Sequence[NoteInText]] = {}
        self._tints: PageTints = {}

    def of(self, page: int) -> Markings:
        return self._pages.get(page) or Markings()

    def put(self, page: int, layer: Layer) -> None:
        """Take the characters of a page. None is lit or selected yet; the tints and the person's highlights are."""
        self._pages[page] = Markings(layer, self._notes.get(page, ()), self._tints.get(page, ()))

    def show_notes(self, notes: Mapping[int, Sequence[NoteInText]]) -> None:
        """Take a person's highlights, by the numbers of the pages."""
        self._notes = notes
        for page, marks in self._pages.items():
            marks.notes = _drawn(marks.layer, notes.get(page, ())) if marks.layer is not None else ()

    def show_tints(self, tints: PageTints) -> None:
        """Take the passages on a coloured ground, by the numbers of the pages."""
        self._tints = tints
        for page, marks in self._pages.items():
            marks.tints = _tinted(marks.layer, tints.get(page, ())) if marks.layer is not None else ()

    def pages(self) -> list[int]:
        return list(self._pages)

    def keep(self, near: range) -> None:
        """Let go of all pages that are not near, but for one on which something is selected."""
        self._pages = {page: marks for page, marks in self._pages.items() if page in near or marks.selection}

    def light(self, page: int, lit: Iterable[Box], found: Iterable[Box]) -> bool:
        """Highlight these places of a page; return whether other places are lit there now."""
        marks = self._pages.setdefault(page, Markings())
        before = marks.lit
        marks.light(lit, found)
        return marks.lit != before

    def select(self, page: int, selection: tuple[int, int] | None) -> bool:
        """Select a range of one page, and nothing on the others; return whether that is another selection."""
        changed = False
        for number, marks in self._pages.items():
            wanted = selection if number == page else None
            changed = changed or marks.selection != wanted
            marks.selection = wanted
        return changed

    def selected_text(self) -> str:
        return next((words for marks in self._pages.values() if (words := marks.selected_text())), "")

    def selection(self) -> tuple[int, tuple[int, int]] | None:
        """Return the page on which characters are selected, and their range in its layer; None if nothing is
        selected."""
        return next(((page, marks.selection) for page, marks in self._pages.items() if marks.selection), None)

    def selected_band(self) -> tuple[int, Box] | None:
        """Return the page with the selection, and the last line of the selection; None if nothing is selected."""
        bands = ((page, marks.selected_bands()) for page, marks in self._pages.items())
        return next(((page, boxes[-1]) for page, boxes in bands if boxes), None)


def _drawn(layer: Layer, notes: Sequence[NoteInText]) -> tuple[DrawnNote, ...]:
    """Return the highlights whose words are on the drawing."""
    places = ((each.note, _boxes(layer, each.note.words, each.surroundings)) for each in notes)
    return tuple(DrawnNote(note.id, note.marker, boxes) for note, boxes in places if note.marker is not None and boxes)


def _tinted(layer: Layer, tints: Sequence[Tint]) -> tuple[tuple[Ground, tuple[Box, ...]], ...]:
    """Return the tints whose words are on the drawing, with a box for each of their lines."""
    return tuple((tint.ground, _boxes(layer, tint.words, tint.surroundings)) for tint in tints)


def _boxes(layer: Layer, words: str, surroundings: str) -> tuple[Box, ...]:
    """Return a box for each line of these words on the drawing; none if they are not there."""
    from app.documents.marked_words import on_drawing  # where there are some: its patterns take a while

    place = on_drawing(layer, words, surroundings)
    return layer.bands(*place) if place is not None else ()


def _wide(box: QRectF) -> QRectF:
    return box.adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND)


def blend(colour: str, other: str, share: float) -> QColor:
    """Return `colour` mixed with `share`, from 0 to 1, of the `other` colour."""
    first, second = QColor(colour), QColor(other)
    red, green, blue = (
        a + (b - a) * share
        for a, b in ((first.red(), second.red()), (first.green(), second.green()), (first.blue(), second.blue()))
    )
    return QColor(round(red), round(green), round(blue))
