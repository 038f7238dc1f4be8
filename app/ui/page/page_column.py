"""The pages of a book in one scrolled column: where one is, how one gets elsewhere, and what stays where it is when
pages come to have another size."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QKeyEvent, QMouseEvent, QNativeGestureEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame

from app.ui.look.motion import Transition
from app.ui.look.theme import Theme
from app.ui.page.page_strip import GAP, MARGIN, Strip
from app.ui.page.text_page import TRAVEL_BUTTONS
from app.ui.widgets.accessibility import speak_as

_STEP = 40
_KEPT_SHARE = 0.1  # of the view, that is still in sight after PageDown
_LIT_ABOVE_SHARE = 0.25
"""The share of the view's height at which a highlighted place is shown, counted from its top."""

_READ_SHARE = 1 / 3
"""The share of the view's height, from its top, at which the current page is looked for."""

_GLIDE_MS, _PULSE_MS = 180, 360
_GLIDE_SHARE = 0.6  # of the view: what is farther away is brought so near at once
_PINCH = 0.12


@dataclass(frozen=True)
class Goal:
    """A place where one wants to be until one moves on: the place that is lit on a page, or the page's top."""

    page: int
    lit: bool


@dataclass(frozen=True)
class Spot:
    """A place of a book: a page, a share of its height, and pixels of a gap."""

    page: int
    share: float = 0.0
    pixels: float = 0.0


class PageColumn(QAbstractScrollArea):
    """The pages of a book in one scrolled column. `reached` carries the page that became the current one because one
    scrolled or clicked there; `turned` is +1 or -1 for an arrow key, and `zoomed` for Ctrl and the wheel, and for two
    fingers."""

    reached = Signal(int)
    turned = Signal(int)
    zoomed = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._pages = 0
        self._across = 1
        self._strip = Strip((), 1, 0)
        self._current = 1
        self._goal: Goal | None = None
        self._placing = False
        self._pinched = 0.0
        self._glide = Transition(_GLIDE_MS, self)
        self._glide.valueChanged.connect(self._set_bar)
        self._pulse = Transition(_PULSE_MS, self)
        self._pulse.valueChanged.connect(self.repaint_lit)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        speak_as(self, QAccessible.Role.Document)
        self.viewport().setAutoFillBackground(False)
        self.setProperty("role", "plain")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().setSingleStep(_STEP)
        self.horizontalScrollBar().setSingleStep(_STEP)
        self.verticalScrollBar().valueChanged.connect(self._scroll)
        theme.repaint_on_change(self.viewport())

    # ---- what the kinds of pages say

    @abstractmethod
    def measure_pages(self, room: QSize) -> Sequence[tuple[int, int]]:
        """Return the width and the height of every page, in px; `room` is what there is for one page."""

    @abstractmethod
    def lit_area(self, page: int) -> QRectF | None:
        """Return the area that is lit on a page, in pixels from the page's upper left corner; None while none is."""

    @abstractmethod
    def show_seen(self) -> None:
        """Show what is in sight: other pages may be, or the same at other places."""

    @abstractmethod
    def repaint_lit(self) -> None:
        """Paint what is lit again, as `pulse` is another."""

    # ---- what is shown

    @property
    def pages(self) -> int:
        return self._pages

    @property
    def current(self) -> int:
        """The page that one reads."""
        return self._current

    @property
    def across(self) -> int:
        return self._across

    @property
    def pulse(self) -> float:
        """The strength of the pulse, from 1 down to 0 after a place was lit."""
        return float(self._pulse.currentValue()) if self._pulse.runs else 0.0

    def begin(self, pages: int) -> None:
        """Begin with another book, of so many pages."""
        self._glide.stop()
        self._pages, self._current = pages, 1
        self._goal = Goal(1, lit=False)
        self.lay_out()

    def set_across(self, across: int) -> None:
        """Set how many pages are beside each other."""
        if across != self._across:
            self._across = across
            self._goal = self._goal or Goal(self._current, lit=False)
            self.lay_out()

    def go_to(self, page: int, *, lit: bool = False) -> None:
        """Show the top of a page, or what is lit there; `lit` may be asked for before it is."""
        is_there = lit and self.lit_area(page) is not None
        self._current = page
        self._goal = None if is_there and self._is_in_sight(page) else Goal(page, lit)
        self._aim(smoothly=True)
        self.show_seen()
        if is_there:
            self._pulse.begin(1.0, 0.0)

    def arrive_lit(self, page: int) -> None:
        """Go to the lit place of a page whose place is known only now, if it is the goal."""
        if self._goal == Goal(page, lit=True) and self.lit_area(page) is not None:
            self._aim(smoothly=True)
            self._pulse.begin(1.0, 0.0)

    def spot(self, y: float = 0.0) -> Spot:
        """Return the spot that is `y` pixels below the top of the view."""
        if not self._strip.pages:
            return Spot(1)
        at = self.verticalScrollBar().value() + y
        page = self._strip.page_at(at)
        if self._strip.is_beside(page, self._current) and self._current <= self._strip.pages:
            page = self._current
        return self._spot_on(page, at)

    def here(self) -> Spot:
        """Return where the top of the view is, seen from the current page."""
        if not 1 <= self._current <= self._strip.pages:
            return Spot(self._current)
        return self._spot_on(self._current, self.verticalScrollBar().value())

    def _spot_on(self, page: int, at: float) -> Spot:
        place = self._strip.place(page)
        inside = min(float(place.height()), max(0.0, at - place.top()))
        return Spot(page, inside / max(1, place.height()), at - place.top() - inside)

    def go_to_spot(self, spot: Spot) -> None:
        """Scroll to where `spot` was at the top of the view."""
        if not 1 <= spot.page <= self._pages:
            return
        self._glide.stop()
        self._current = spot.page
        self._goal = None
        self._set_bar(self._y_of(spot))
        self.show_seen()

    def seen(self, beyond: float = 0.0) -> range:
        """Return the pages in sight, and those so much `beyond` it above and below, in heights of the view."""
        if not self._pages:
            return range(0)
        top, height = self.verticalScrollBar().value(), self.viewport().height()
        return self._strip.between(top - beyond * height, top + (1 + beyond) * height)

    def place_of(self, page: int) -> QRect:
        """Return the place of a page in the viewport."""
        return self._strip.place(page).translated(-self._corner())

    def page_under(self, at: QPointF) -> int | None:
        """Return the page whose paper is at a place in the viewport; None if there is none."""
        return next((page for page in self.seen() if self.place_of(page).contains(at.toPoint())), None)

    def take(self, page: int) -> None:
        """Make a page on which one clicked the current one."""
        if page != self._current:
            self._goal = None
            self._reach(page)

    def lay_out(self, at: float = 0.0) -> None:
        """Compute all places again. What is `at` pixels below the top of the view stays, unless one is at a goal."""
        spot = self.spot(at)
        view, beside = self.viewport().size(), self.verticalScrollBar().sizeHint().width()
        ground = view.width() + beside  # as far from the one edge as from the other
        room = QSize(
            max(80, (ground - 2 * MARGIN - GAP * (self._across - 1)) // self._across), max(80, view.height() - 2 * GAP)
        )
        self._strip = Strip(self.measure_pages(room) if self._pages else (), self._across, ground)
        self._placing = True
        down, aside = self.verticalScrollBar(), self.horizontalScrollBar()
        middle = (aside.value() + aside.pageStep() / 2) / max(1, aside.maximum() + aside.pageStep())
        down.setPageStep(view.height())
        down.setRange(0, max(0, self._strip.height - view.height()))
        aside.setPageStep(view.width())
        aside.setRange(0, self._strip.width - ground)
        aside.setValue(round(middle * (self._strip.width - beside) - view.width() / 2))
        self._placing = False
        if self._goal is None:
            self._set_bar(self._y_of(spot) - at)
        else:
            self._aim(smoothly=self._glide.runs)
        self.show_seen()
        self.viewport().update()

    # ---- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay_out()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if turns := event.angleDelta().y():
                self.zoomed.emit(1 if turns > 0 else -1)
            event.accept()
        else:
            self._stay()
            super().wheelEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._pinched += event.value()
            if abs(self._pinched) > _PINCH:
                self.zoomed.emit(1 if self._pinched > 0 else -1)
                self._pinched = 0.0
            return True
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        page = self.page_under(event.position())
        if event.button() in TRAVEL_BUTTONS:
            event.ignore()
        elif page is not None:
            self.take(page)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, bar = Qt.Key(event.key()), self.verticalScrollBar()
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        screen = round(bar.pageStep() * (1 - _KEPT_SHARE))
        step = {
            Qt.Key.Key_Down: _STEP,
            Qt.Key.Key_Up: -_STEP,
            Qt.Key.Key_PageDown: screen,
            Qt.Key.Key_PageUp: -screen,
            Qt.Key.Key_Space: -screen if back else screen,
            Qt.Key.Key_Home: bar.minimum() - bar.value(),
            Qt.Key.Key_End: bar.maximum() - bar.value(),
        }.get(key)
        if event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier):
            event.ignore()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._go_aside(1 if key == Qt.Key.Key_Right else -1)
        elif step is None:
            super().keyPressEvent(event)
        else:
            self._stay()
            bar.setValue(bar.value() + step)

    # ---- inside

    def _go_aside(self, direction: int) -> None:
        """Scroll pages that are wider than the view; else go to the page before or after."""
        bar = self.horizontalScrollBar()
        if bar.maximum() > 0:
            bar.setValue(bar.value() + direction * _STEP)
        else:
            self.turned.emit(direction)

    def _corner(self) -> QPoint:
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def _y_of(self, spot: Spot) -> float:
        place = self._strip.place(min(spot.page, self._pages)) if self._pages else QRect()
        return place.top() + spot.share * place.height() + spot.pixels

    def _aim(self, *, smoothly: bool) -> None:
        """Go to the goal, or as near as is known by now."""
        goal = self._goal
        if goal is None or not self._pages or self.viewport().height() <= 0:
            return
        place = self._strip.place(min(goal.page, self._pages))
        lit = self.lit_area(goal.page) if goal.lit else None
        if lit is None:
            self._move(place.top() - GAP, smoothly=smoothly)
            return
        self._reveal_aside(place.left() + lit.left(), place.left() + lit.right())
        self._move(place.top() + lit.top() - self.viewport().height() * _LIT_ABOVE_SHARE, smoothly=smoothly)

    def _is_in_sight(self, page: int) -> bool:
        """Return whether all that is lit on a page is in sight, and the view is at rest."""
        lit = self.lit_area(page)
        if lit is None or self._glide.runs:
            return False
        return QRectF(self.viewport().rect()).contains(lit.translated(QPointF(self.place_of(page).topLeft())))

    def _reveal_aside(self, left: float, right: float) -> None:
        bar = self.horizontalScrollBar()
        if not bar.value() <= left <= right <= bar.value() + bar.pageStep():
            bar.setValue(round(left - _STEP))

    def _move(self, y: float, *, smoothly: bool) -> None:
        bar = self.verticalScrollBar()
        goal = max(bar.minimum(), min(bar.maximum(), round(y)))
        near = round(bar.pageStep() * _GLIDE_SHARE)
        begin = max(goal - near, min(goal + near, bar.value()))
        self._glide.stop()
        if begin == goal or not smoothly or not self.isVisible() or not self._glide.begin(float(begin), float(goal)):
            self._set_bar(goal)

    def _stay(self) -> None:
        """Stop what moves the view, as the person moves it now."""
        self._glide.stop()
        self._goal = None

    @Slot(object)
    def _set_bar(self, y: float) -> None:
        self._placing = True
        self.verticalScrollBar().setValue(round(y))
        self._placing = False

    @Slot()
    def _scroll(self) -> None:
        """Make the page that is read the current one, if it was the person who scrolled."""
        self.show_seen()
        if self._placing or not self._pages:
            return
        self._stay()
        bar = self.verticalScrollBar()
        if bar.value() <= bar.minimum():
            page = 1
        elif bar.value() >= bar.maximum():
            page = self._pages
        else:
            page = self._strip.page_at(bar.value() + _READ_SHARE * bar.pageStep())
        if not self._strip.is_beside(page, self._current):
            self._reach(page)

    def _reach(self, page: int) -> None:
        self._current = page
        self.reached.emit(page)
