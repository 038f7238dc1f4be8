"""A message: pieces of text below each other that can be read, selected and copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from shiboken6 import isValid

from app.core.documents.document import Book
from app.ui.chat.text.block import MessageBlock
from app.ui.chat.text.block_tools import ToolBar, Tools
from app.ui.chat.text.buttons import LinkButton
from app.ui.chat.text.chip import ChipButton, gap_before, place_chip
from app.ui.chat.text.inline import Link, PlacedMark, PlacedSentence
from app.ui.look.theme import Theme
from app.ui.widgets.accessibility import speak_as
from app.wording.i18n import _

Place: TypeAlias = tuple[int, int]
"""The number of a piece, and a character position in it."""
_Overlay = tuple[PlacedMark, ChipButton] | tuple[Link, LinkButton] | tuple[Tools, ToolBar]
_FADED = 0.62
"""Opacity of a message that the model no longer reads; people can still read it."""
_KEPT_SCREENS = 4_500  # px around the shown part within which documents are kept


class MessageSelection:
    """The two ends of the selection in a message: the place where it began and the place where it ends. There are none
    while nothing is selected."""

    def __init__(self) -> None:
        self._ends: tuple[Place, Place] | None = None

    @property
    def exists(self) -> bool:
        return self._ends is not None

    @property
    def is_empty(self) -> bool:
        return self._ends is None or self._ends[0] == self._ends[1]

    def span(self) -> tuple[Place, Place] | None:
        """Return the first and the last place of the selection, in the order of reading; None if nothing is
        selected."""
        return (min(self._ends), max(self._ends)) if self._ends else None

    def begin(self, place: Place) -> None:
        self._ends = (place, place)

    def extend(self, place: Place) -> None:
        if self._ends is not None:
            self._ends = (self._ends[0], place)

    def set(self, start: Place, end: Place) -> None:
        self._ends = (start, end)

    def clear(self) -> None:
        self._ends = None

    def cut(self, kept: int) -> None:
        """Clear the selection where it goes beyond the first `kept` pieces."""
        if self._ends is not None and max(self._ends)[0] >= kept:
            self._ends = None

    def within(self, number: int, piece: MessageBlock) -> tuple[int, int] | None:
        """Return the range of positions that is selected in piece number `number`, which is built; None if nothing
        is."""
        span = self.span()
        if span is None or not span[0][0] <= number <= span[1][0]:
            return None
        first = span[0][1] if number == span[0][0] else 0
        return first, span[1][1] if number == span[1][0] else piece.end()


def find_place(pieces: Sequence[MessageBlock], point: QPointF) -> Place | None:
    """Return the place nearest to a point, `point` measured from the left edge of the text; None while nothing is
    built."""
    shown = [number for number, piece in enumerate(pieces) if piece.written is not None]
    if not shown:
        return None
    number = next((number for number in shown if point.y() < pieces[number].bottom), shown[-1])
    piece = pieces[number]
    return number, piece.position_at(point - QPointF(0, piece.top))


class Overlays(QObject):
    """Makes the buttons of the pieces that are built, and keeps them where the text has room for them."""

    scrolled = Signal(object, int)  # a piece with a table, px from its left
    citation_clicked = Signal(object)  # Citation
    link_clicked = Signal(str)  # a web address
    table_saved = Signal(object)  # rows: a table is to be saved as a file
    again_wanted = Signal()

    def __init__(self, theme: Theme, shelf: Mapping[str, Book], message: QWidget) -> None:
        super().__init__(message)
        self.offers_again = False
        """True if the answer that the overlays belong to can be written again."""
        self._theme = theme
        self._shelf = shelf
        self._message = message
        self._made: dict[MessageBlock, list[_Overlay]] = {}
        self._placed: dict[MessageBlock, tuple[int, ...]] = {}

    def build(self, piece: MessageBlock) -> None:
        """Make the buttons of a piece that was just written."""
        chips = [(placed.position, self._make_chip(placed)) for placed in piece.chips() if placed.mark.citation]
        links = [(link.start, self._make_link(link)) for link in piece.links()]
        self._made[piece] = [overlay for _, overlay in sorted([*chips, *links], key=lambda pair: pair[0])]
        if piece.tools is not None:
            self._made[piece].append(self._make_bar(piece, piece.tools))

    def release(self, piece: MessageBlock) -> None:
        self._placed.pop(piece, None)
        for _mark, button in self._made.pop(piece, ()):
            button.hide()
            button.deleteLater()

    def place(self, left: int, width: int) -> None:
        """Put every button over its text, whose left edge in the message and whose width are these."""
        for piece, overlays in self._made.items():
            place = (left, width, piece.top, piece.height, piece.scroll.value if piece.scroll is not None else 0)
            if self._placed.get(piece) == place:
                continue
            self._placed[piece] = place
            for what, button in overlays:
                if isinstance(what, PlacedMark):
                    room = piece.rectangle_at(what.position, 1).translated(left, piece.top)
                    y = place_chip(room.y(), piece.ascent_at(what.position), self._theme.sizes)
                    button.move(round(room.x() + gap_before(what.mark)), y)
                elif isinstance(button, ToolBar):
                    scrolled = piece.scroll.value if piece.scroll is not None else 0
                    button.place(left, piece.top, piece.bottom, width, piece.overflow, scrolled)
                elif isinstance(what, Link):
                    room = piece.rectangle_at(what.start, what.end - what.start).translated(left, piece.top)
                    button.setGeometry(room.toAlignedRect())
                button.show()

    def stops(self, pieces: Iterable[MessageBlock]) -> list[QWidget]:
        """Return the buttons of these pieces in the order of reading."""
        found: list[QWidget] = []
        for _what, button in (overlay for piece in pieces for overlay in self._made.get(piece, ())):
            found += button.buttons if isinstance(button, ToolBar) else [button]
        return found

    def chip_of(self, piece: MessageBlock, sentence: PlacedSentence) -> ChipButton | None:
        """Return the chip that speaks for a sentence; None if it has none."""
        for what, button in self._made.get(piece, ()):
            if isinstance(what, PlacedMark) and isinstance(button, ChipButton) and what.mark.verdict == sentence.found:
                return button
        return None

    def has_focus(self, piece: MessageBlock) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and focused in self.stops([piece])

    def _make_chip(self, placed: PlacedMark) -> _Overlay:
        assert placed.mark.citation is not None
        chip = ChipButton(placed.mark, self._theme, self._shelf, self._message)
        chip.offers_again = self.offers_again
        chip.clicked.connect(self._emit_citation)
        chip.again_wanted.connect(self.again_wanted)
        return placed, chip

    def _make_bar(self, piece: MessageBlock, tools: Tools) -> _Overlay:
        bar = ToolBar(tools, self._theme, self._message)
        bar.scrolled.connect(partial(self.scrolled.emit, piece))
        bar.table_saved.connect(self.table_saved)
        return tools, bar

    def _make_link(self, link: Link) -> _Overlay:
        button = LinkButton(link.address, self._theme, self._message)
        button.clicked.connect(self._emit_address)
        return link, button

    def _emit_citation(self) -> None:
        chip = self.sender()
        assert isinstance(chip, ChipButton)
        if chip.leads_somewhere:
            self.citation_clicked.emit(chip.citation)
        else:
            chip.show_card()

    def _emit_address(self) -> None:
        button = self.sender()
        assert isinstance(button, LinkButton)
        self.link_clicked.emit(button.address)


class MessageWidget(QWidget):
    """Lays its pieces out, builds those that are shown, and lets the mouse select in them.

    A subclass says where the text is (`_text_box`), and places what is below it (`_arrange_below`).
    """

    citation_clicked = Signal(object)  # Citation
    link_clicked = Signal(str)  # a web address
    table_saved = Signal(object)  # rows: a table is to be saved as a file
    changed = Signal()  # the height may be another one now
    selecting = Signal(QPoint)  # the mouse is here, in global coordinates, with the button down

    def __init__(self, theme: Theme, shelf: Mapping[str, Book], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        speak_as(self, QAccessible.Role.ListItem)
        self._theme = theme
        self._pieces: list[MessageBlock] = []
        self._overlays = Overlays(theme, shelf, self)
        self._overlays.citation_clicked.connect(self.citation_clicked)
        self._overlays.link_clicked.connect(self.link_clicked)
        self._overlays.table_saved.connect(self.table_saved)
        self._overlays.scrolled.connect(self._scroll)
        self._selection = MessageSelection()
        self._pressed_link: Link | None = None
        self._told: ChipButton | None = None  # whose card is shown because the mouse rests on its sentence
        self.needed = 0
        """The height in px, exact for what was shown and a guess for the rest."""
        self._changed = False  # since buttons got their places
        self._faded = False
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMouseTracking(True)

    # ---- what a subclass overrides

    def plain_text(self) -> str:
        """Return the whole text as it was written."""
        raise NotImplementedError

    def _text_box(self, width: int) -> QRect:
        """Return the left edge, top and width (px) of the text in a message of this width; the height means nothing."""
        return QRect(0, 0, width, 0)

    def _arrange_below(self, top: int, width: int) -> int:  # noqa: ARG002
        """Place what is below the text, which ends at `top`, and return the height of the whole message."""
        return top

    def _shows_caret(self) -> bool:
        return False

    # ---- layout

    @property
    def pieces(self) -> tuple[MessageBlock, ...]:
        return tuple(self._pieces)

    def expose(self, width: int, top: int, bottom: int) -> None:
        """Build what is between `top` and `bottom` (px)."""
        before = (self.width(), self.needed)
        box = self._text_box(width)
        y = box.y()
        changed = False
        for number, piece in enumerate(self._pieces):
            y += piece.gap if number else 0
            changed |= piece.top != y
            piece.top = y
            if piece.bottom >= top and y <= bottom:
                changed |= self._build(piece, box.width())
            elif (piece.bottom < top - _KEPT_SCREENS or y > bottom + _KEPT_SCREENS) and not self._is_pinned(piece):
                self._release(piece)
            y += piece.height
        self.needed = self._arrange_below(y, width)
        self.resize(width, self.needed)
        self._changed |= changed or before != (width, self.needed)

    def place_buttons(self) -> None:
        """Put them over their text, once all that had to be built is."""
        if self._changed:
            self._changed = False
            box = self._text_box(self.width())
            self._overlays.place(box.x(), box.width())
            self.update()

    def restyle(self) -> None:
        """Write every document again, in other colours."""
        for piece in self._pieces:
            self._release(piece)
        self._selection.clear()

    def set_faded(self, faded: bool) -> None:
        """Draw the message paler, if the model no longer reads it."""
        self._faded = faded
        self.update()

    def is_pinned(self) -> bool:
        """Return whether the message has to stay a widget because the person has selected something in it or has the
        focus there."""
        focused = QApplication.focusWidget()
        return self._selection.exists or (focused is not None and self.isAncestorOf(focused)) or self.hasFocus()

    def stops(self) -> list[QWidget]:
        """Return the widgets that Tab visits, in the order of reading."""
        return self._overlays.stops(self._pieces)

    def reading_order(self) -> list[QWidget]:
        """Return all widgets beside the message's text, in the order of reading, whether Tab visits them or not."""
        return self.stops()

    def _set_pieces(self, pieces: Sequence[MessageBlock], kept: int = 0) -> None:
        """Take new pieces after the first `kept` ones."""
        for piece in self._pieces[kept:]:
            self._release(piece)
        self._selection.cut(kept)
        self._pieces[kept:] = pieces

    def _build(self, piece: MessageBlock, width: int) -> bool:
        fresh = piece.written is None
        changed = piece.build(width)
        if fresh:
            self._overlays.build(piece)
        return changed

    def _release(self, piece: MessageBlock) -> None:
        piece.release()
        self._overlays.release(piece)

    def _is_pinned(self, piece: MessageBlock) -> bool:
        return self._selection.exists or self._overlays.has_focus(piece)

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_pieces(painter, event.rect())

    def _paint_pieces(self, painter: QPainter, dirty: QRect) -> None:
        box = self._text_box(self.width())
        caret = self._pieces[-1] if self._pieces and self._shows_caret() else None
        for number, piece in enumerate(self._pieces):
            if piece.bottom < dirty.top() or piece.top > dirty.bottom():
                continue
            painter.save()
            painter.setOpacity(_FADED if self._faded else 1.0)
            painter.translate(box.x(), piece.top)
            clip = QRectF(dirty.translated(-box.x(), -piece.top))
            piece.paint(painter, clip, self._theme.palette, self._selection.within(number, piece), piece is caret)
            painter.restore()

    def _scroll(self, piece: MessageBlock, value: int) -> None:
        """Move a table, all its stretches, so far to the left."""
        value = max(0, min(piece.overflow, value))
        if piece.scroll is not None and piece.scroll.value != value:
            piece.scroll.value = value
            box = self._text_box(self.width())
            self._overlays.place(box.x(), box.width())
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll a table that is too wide sideways; leave all other turns of the wheel to the conversation."""
        turned = event.angleDelta()
        sideways = turned.x() or (turned.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        y = event.position().y()
        piece = next((piece for piece in self._pieces if piece.top <= y < piece.bottom and piece.overflow), None)
        if sideways and piece is not None and piece.scroll is not None:
            self._scroll(piece, piece.scroll.value - sideways // 2)
        else:
            event.ignore()

    # ---- selection

    def selected_text(self) -> str:
        span = self._selection.span()
        if span is None:
            return ""
        if span == ((0, 0), self._last_place()):
            return self.plain_text()
        parts: list[str] = []
        for piece, selected in self._selected():
            parts += [piece.joint] * bool(parts) + [piece.copy(*selected)]
        return "".join(parts)

    def selected_html(self) -> str:
        """Return the selection as HTML, for word processors."""
        return "".join(piece.copy_html(*selected) for piece, selected in self._selected())

    def _selected(self) -> Iterator[tuple[MessageBlock, tuple[int, int]]]:
        """Yield the pieces that are selected, each with the range of positions that is selected in it."""
        span = self._selection.span()
        for number in range(span[0][0], span[1][0] + 1) if span is not None else ():
            piece = self._pieces[number]
            self._build(piece, self._text_box(self.width()).width())
            if (selected := self._selection.within(number, piece)) is not None:
                yield piece, selected

    def select_all(self) -> None:
        if self._pieces:
            self._selection.set((0, 0), self._last_place())
            self.update()

    def clear_selection(self) -> None:
        if self._selection.exists:
            self._selection.clear()
            self.update()

    def extend_to(self, point: QPointF) -> None:
        """Let the selection that was begun end at a point of the message."""
        place = self._place_at(point)
        if place is not None and self._selection.exists:
            self._selection.extend(place)
            self.update()

    def copy_selection(self) -> None:
        data = QMimeData()
        data.setText(self.selected_text())
        data.setHtml(f'<html><head><meta charset="utf-8"></head><body>{self.selected_html()}</body></html>')
        QGuiApplication.clipboard().setMimeData(data)

    def _last_place(self) -> Place:
        last = len(self._pieces) - 1
        self._build(self._pieces[last], self._text_box(self.width()).width())
        return last, self._pieces[last].end()

    def _place_at(self, point: QPointF) -> Place | None:
        return find_place(self._pieces, point - QPointF(self._text_box(self.width()).x(), 0))

    def _link_at(self, point: QPointF) -> Link | None:
        left = self._text_box(self.width()).x()
        for piece in self._pieces:
            if piece.top <= point.y() < piece.bottom:
                return piece.link_at(point - QPointF(left, piece.top))
        return None

    def _chip_at(self, point: QPointF) -> ChipButton | None:
        """Return the chip that speaks for the sentence at a point; None if there is none."""
        left = self._text_box(self.width()).x()
        piece = next((piece for piece in self._pieces if piece.top <= point.y() < piece.bottom), None)
        sentence = piece.sentence_at(point - QPointF(left, piece.top)) if piece is not None else None
        return self._overlays.chip_of(piece, sentence) if piece is not None and sentence is not None else None

    def _tell(self, chip: ChipButton | None) -> None:
        """Show the card of this chip, or let that go which is shown."""
        told = self._told if self._told is not None and isValid(self._told) else None
        if chip is not None:
            self._told = chip
            chip.show_card()
        elif told is not None:
            told.leave_card()

    def _keep_telling(self, point: QPointF) -> None:
        """Keep the card while the mouse is on its sentence."""
        told = self._told
        if told is None or not isValid(told) or told.card is None:
            self._told = None
        else:
            self._tell(told if self._chip_at(point) is told else None)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._tell(self._chip_at(QPointF(event.pos())))
            return True
        return super().event(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._tell(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed_link = self._link_at(event.position())
        place = self._place_at(event.position())
        if place is None:
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._selection.exists:
            self._selection.extend(place)
        else:
            self._selection.begin(place)
        self.selecting.emit(event.globalPosition().toPoint())
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._keep_telling(event.position())
            link = self._link_at(event.position())
            self.setCursor(Qt.CursorShape.PointingHandCursor if link else Qt.CursorShape.IBeamCursor)
            return
        self.extend_to(event.position())
        self.selecting.emit(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._selection.exists and self._selection.is_empty:
            self._selection.clear()
            if self._pressed_link is not None and self._link_at(event.position()) == self._pressed_link:
                self.link_clicked.emit(self._pressed_link.address)
        self._pressed_link = None
        self.selecting.emit(QPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            start, end = self._pieces[place[0]].word_at(place[1])
            self._selection.set((place[0], start), (place[0], end))
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self._selection.exists:
            self.copy_selection()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu(event.pos()).popup(event.globalPos())

    def menu(self, at: QPoint) -> QMenu:  # noqa: ARG002 - for those that have something there
        """Make the menu of actions for the selected text, or for the thing at this place."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction(_("Copy"))
        copy.setEnabled(self._selection.exists)
        copy.triggered.connect(self.copy_selection)
        menu.addAction(_("Select all")).triggered.connect(self.select_all)
        return menu
