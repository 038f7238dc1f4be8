"""A column of messages that scrolls, of which only those near the window are widgets."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QAccessible, QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QScrollBar, QWidget

from app.ui.chat.messages.message import MessageWidget
from app.ui.chat.messages.slots import Slot, SlotColumn
from app.ui.chat.text.buttons import PlainButton
from app.ui.look.fonts import column_width
from app.ui.look.theme import SPACE_L, SPACE_XL, Theme
from app.ui.widgets.accessibility import speak_as, speak_in_order
from app.wording.i18n import _

_DRAG_INTERVAL_MS = 30
OVERSCAN = 600  # px above and below the window in which messages are ready, once there was time for it
_OVERSCAN_STEP = 150  # px of it that are made ready together
_OVERSCAN_MS = 8  # between two steps, so that what a person does, and sees, comes first
KEPT = 3_000  # px above and below the window in which they are kept
_PASSES = 9  # rounds at most until all heights are right
_NOWHERE = -(10**9)  # px
_NARROWEST = 120  # px


class DragScroller(QObject):
    """Scrolls while the mouse selects beyond the edge. `window` is the visible part of the conversation, `bar` its
    scroll bar."""

    def __init__(self, window: QWidget, bar: QScrollBar) -> None:
        super().__init__(window)
        self._window = window
        self._bar = bar
        self._message: MessageWidget | None = None
        self._point = QPoint()  # of the mouse, in global coordinates
        self._timer = QTimer(self)
        self._timer.setInterval(_DRAG_INTERVAL_MS)
        self._timer.timeout.connect(self._scroll)

    def follow(self, message: MessageWidget, point: QPoint) -> None:
        """Scroll while the mouse, now at `point`, selects in `message` and is outside the window."""
        self._message, self._point = message, point
        if self._window.rect().contains(self._window.mapFromGlobal(point)):
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def end(self) -> None:
        self._message = None
        self._timer.stop()

    def forget(self, message: MessageWidget) -> None:
        """Forget a message that goes away."""
        if self._message is message:
            self.end()

    def _scroll(self) -> None:
        if self._message is None:
            return
        y = self._window.mapFromGlobal(self._point).y()
        past = y if y < 0 else max(0, y - self._window.height())
        self._bar.setValue(self._bar.value() + past // 2)
        self._message.extend_to(QPointF(self._message.mapFromGlobal(self._point)))


@dataclass(frozen=True)
class ScrollAnchor:
    """A point that stays put while heights change: a slot, a piece in it, and how many px of that are out of sight."""

    slot: Slot
    piece: int
    offset: int


class Scroller(QAbstractScrollArea):
    """Makes messages when they come near the window (`_create`), and drops them when they are far from it.

    A message that was never shown has a guessed height. When its true height differs, everything is placed again
    without moving what the person reads. While the end is shown, the view follows it.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._column = SlotColumn()
        self._alive: list[Slot] = []
        self._read: list[QWidget] = []  # the order that Qt has
        self._following = True
        self._settling = False
        self._ahead = _OVERSCAN_STEP  # px above and below the window in which messages are ready
        self._get_ahead = QTimer(self, singleShot=True, interval=_OVERSCAN_MS)
        self._get_ahead.timeout.connect(self._ready_more)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(_("Conversation"))
        speak_as(self, QAccessible.Role.Grouping)
        self.viewport().setAccessibleName(_("Questions and answers"))
        speak_as(self.viewport(), QAccessible.Role.List)
        self._drag = DragScroller(self.viewport(), self.verticalScrollBar())
        theme.changed.connect(self._restyle)
        theme.resized.connect(self._resize_text)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow_focus)

    def messages(self) -> tuple[MessageWidget, ...]:
        """Return the messages that are widgets now, from the top."""
        alive = sorted(self._alive, key=lambda slot: slot.index)
        return tuple(slot.message for slot in alive if slot.message is not None)

    def measure(self) -> int:
        """Return the width of the column in px: 72 characters, or as much as there is room for."""
        return max(_NARROWEST, min(column_width(self._theme.sizes.answer), self.width() - 2 * SPACE_XL))

    # ---- what a subclass overrides

    def _create(self, slot: Slot) -> MessageWidget:
        """Make the message of a slot."""
        raise NotImplementedError

    def _first_stops(self) -> list[QWidget]:
        """Return the widgets that Tab visits before the messages."""
        return []

    def _adopt(self, slot: Slot, message: MessageWidget) -> MessageWidget:
        """Put a message into its slot."""
        message.changed.connect(self._settle)
        message.selecting.connect(self._follow_drag)
        slot.message = message
        self._alive.append(slot)
        return message

    def _drop(self, slot: Slot) -> None:
        if slot.message is None:
            return
        self._drag.forget(slot.message)
        slot.message.hide()
        slot.message.deleteLater()
        slot.message = None
        self._alive.remove(slot)

    def _guess_heights(self) -> None:
        """Give every slot that has no height a guessed one."""
        width = self.measure()
        for slot in self._column.slots:
            if slot.height == 0:
                slot.guess_height(width, self._theme.sizes)
        self._column.measure()

    def _find_anchor(self) -> ScrollAnchor | None:
        value = self.verticalScrollBar().value()
        index = self._column.index_at(value)
        if index < 0:
            return None
        slot = self._column.slots[index]
        offset = value - slot.top
        pieces = slot.message.pieces if slot.message else ()
        if pieces and offset >= pieces[-1].bottom and index + 1 < len(self._column.slots):  # its text is out of sight
            slot = self._column.slots[index + 1]
            return ScrollAnchor(slot, -1, value - slot.top)
        for number in reversed(range(len(pieces))):
            if pieces[number].top <= offset:
                return ScrollAnchor(slot, number, offset - pieces[number].top)
        return ScrollAnchor(slot, -1, offset)

    def _settle(self, anchor: ScrollAnchor | None = None) -> None:
        """Build what is near the window, and put everything in its place without moving what the person reads."""
        if self._settling:
            return
        self._settling = True
        try:
            self._settle_passes(None if self._following else anchor or self._find_anchor())
        finally:
            self._settling = False
        if self._ahead < OVERSCAN and not self._get_ahead.isActive():
            self._get_ahead.start()

    def _begin_near(self) -> None:
        """Begin anew with what is in the window; what lies around it comes later."""
        self._ahead = _OVERSCAN_STEP

    def _ready_more(self) -> None:
        """Make messages ready a little farther from the window than last time; those in it do not wait for that."""
        self._ahead = min(OVERSCAN, self._ahead + _OVERSCAN_STEP)
        self._settle()

    def _show_first(self, slot: Slot) -> None:
        """Scroll this message to the top of the window, with the same space above it as the first one has."""
        self._following = False
        self._settle(ScrollAnchor(slot, -1, -SPACE_XL))

    def _settle_passes(self, anchor: ScrollAnchor | None) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        for _pass in range(_PASSES):
            bar.setRange(0, max(0, self._column.total - height))
            bar.setPageStep(height)
            bar.setSingleStep(SPACE_XL)
            self._go_to(bar.maximum() if anchor is None else self._value_of(anchor))
            if not self._expose(bar.value(), height):
                break
            self._column.measure()
        self._place(bar.value(), height)

    def _go_to(self, value: int) -> None:
        """Scroll to a value of the scroll bar, and note that less is ready around the new place."""
        bar = self.verticalScrollBar()
        self._ahead = max(_OVERSCAN_STEP, self._ahead - abs(value - bar.value()))
        bar.setValue(value)

    def _value_of(self, anchor: ScrollAnchor) -> int:
        pieces = anchor.slot.message.pieces if anchor.slot.message else ()
        inside = pieces[anchor.piece].top if 0 <= anchor.piece < len(pieces) else 0
        return anchor.slot.top + inside + anchor.offset

    def _expose(self, value: int, height: int) -> bool:
        """Make the messages around the window ready; True when they are not yet, as a height changed, or one is new:
        what of it is in sight is known once its pieces are.
        """
        width, changed = self.measure(), False
        top, bottom = value - self._ahead, value + height + self._ahead
        for slot in self._column.slots[max(0, self._column.index_at(top)) :]:
            if slot.top > bottom:
                break
            message = slot.message
            if message is None:
                message, changed = self._create(slot), True
                message.expose(width, _NOWHERE, _NOWHERE)
            else:
                message.expose(width, top - slot.top, bottom - slot.top)
            changed |= message.needed != slot.height
            slot.height = message.needed
        return changed

    def _place(self, value: int, height: int) -> None:
        """Move the widgets to their places, and drop those that are far away."""
        left = (self.width() - self.measure()) // 2  # of the whole width: so a scroll bar that appears moves nothing
        for slot in list(self._alive):
            top = slot.top - value
            far = top > height + KEPT or top + slot.height < -KEPT
            assert slot.message is not None
            if far and not slot.is_open and not slot.message.is_pinned():
                self._drop(slot)
                continue
            slot.message.place_buttons()
            slot.message.move(left, top)
            slot.message.show()
        self._order()

    def _order(self) -> None:
        """Set the order of the messages and their parts for Tab and for screen readers."""
        orders = [(message, message.reading_order()) for message in self.messages()]
        read = self._first_stops() + [part for message, parts in orders for part in (message, *parts)]
        if read == self._read:
            return
        self._read = read
        before: QWidget = self
        for stop in read:
            if stop.focusPolicy() != Qt.FocusPolicy.NoFocus:
                QWidget.setTabOrder(before, stop)
                before = stop
        for message, parts in orders:
            speak_in_order([message])
            speak_in_order(_part_of(message, part) for part in parts)

    # ---- events

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: ARG002
        if not self._settling:
            self._ahead = max(_OVERSCAN_STEP, self._ahead - abs(dy))
            self._following = self.verticalScrollBar().value() >= self.verticalScrollBar().maximum() - 2
            self._settle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._begin_near()
        self._settle()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self.viewport()).fillRect(event.rect(), QColor(self._theme.palette.ground))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        if event.key() == Qt.Key.Key_Home:
            bar.setValue(bar.minimum())
        elif event.key() == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        if forward and self.hasFocus():
            seen = self.viewport().rect()
            for message in self.messages():
                for stop in message.stops():
                    if seen.contains(QRect(stop.mapTo(self.viewport(), QPoint()), stop.size())):
                        stop.setFocus(Qt.FocusReason.TabFocusReason)
                        return True
        return super().focusNextPrevChild(forward)

    def _restyle(self) -> None:
        for message in self.messages():
            message.restyle()
        self._begin_near()
        self._settle()
        self.viewport().update()

    def _resize_text(self) -> None:
        anchor = self._find_anchor()
        for slot in self._column.slots:
            slot.height = 0
        for message in self.messages():
            message.restyle()
        self._begin_near()
        self._guess_heights()
        self._settle(anchor)
        self.viewport().update()

    def _follow_focus(self, old: QWidget | None, new: QWidget | None) -> None:  # noqa: ARG002
        if not isinstance(new, PlainButton) or not self.viewport().isAncestorOf(new):
            return
        bar = self.verticalScrollBar()
        for _pass in range(_PASSES):  # what comes near the window may turn out higher than it was guessed
            place = QRect(new.mapTo(self.viewport(), QPoint()), new.size()).adjusted(0, -SPACE_L, 0, SPACE_L)
            below = place.bottom() - self.viewport().height()
            wanted = bar.value() + (place.top() if place.top() < 0 else max(0, below))
            if wanted == bar.value():
                break
            bar.setValue(wanted)

    def _follow_drag(self, point: QPoint) -> None:
        message = self.sender()
        assert isinstance(message, MessageWidget)
        if point.isNull():
            self._drag.end()
            return
        for other in self.messages():
            if other is not message:
                other.clear_selection()
        self._drag.follow(message, point)


def _part_of(message: MessageWidget, stop: QWidget) -> QWidget:
    """Return the child of the message that is this stop, or contains it."""
    while (above := stop.parentWidget()) is not None and above is not message:
        stop = above
    return stop
