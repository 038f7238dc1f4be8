"""The shelf, the conversation and the page side by side: which of them are shown, and how wide, at every width."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from app.ui.look import motion
from app.ui.widgets.accessibility import speak_in_order

_NARROW = 1200
"""The width in px below which there is room for one side panel at a time."""
_SHELF_WIDTH, _SHELF_SMALLEST, _SHELF_SHARE = 264, 236, 0.23
_PAGE_SMALLEST, _PAGE_SHARE = 300, 0.315
_NARROW_PAGE_SHARE = 0.44
"""The share of a narrow window that the page has at least, as long as the person chose nothing else."""
_MIDDLE_SMALLEST = 360
_READABLE = 760
"""The width in px that a conversation in its usual size needs at most: its lines are no longer. The page has the rest
of a wide window."""


class Side(StrEnum):
    SHELF = "shelf"
    PAGE = "page"


class MiddleRoom(StrEnum):
    """The room that what is in the middle has use for."""

    READABLE = "readable"  # as wide as lines of text may be
    SPACIOUS = "spacious"  # as wide as there is room beside the page
    PAGE_TOO = "page too"  # that of the page, until a person opens one


class Panes(QSplitter):
    """The three panels. A side is shown if it is wanted; in a narrow window, of two that are wanted, the one that was
    asked for last. The other comes back when that is folded, or when the window is wide again.

    `changed` tells that another side is shown.
    """

    changed = Signal()

    def __init__(self, shelf: QWidget, middle: QWidget, page: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        smallest = (_SHELF_SMALLEST, _MIDDLE_SMALLEST, _PAGE_SMALLEST)
        for pane, width in zip((shelf, middle, page), smallest, strict=True):
            pane.setMinimumWidth(width)
            self.addWidget(pane)
        self.setStretchFactor(self.indexOf(page), 1)
        self._panels = {Side.SHELF: shelf, Side.PAGE: page}
        self._wanted = dict.fromkeys(Side, True)
        self._front = Side.SHELF
        self._shelf_width = self._middle_width = 0
        self._room, self._text_percent = MiddleRoom.READABLE, 100
        self.splitterMoved.connect(self._note_widths)

    # ---- which sides

    def shows(self, side: Side) -> bool:
        return not self._panels[side].isHidden()

    def wants(self, side: Side) -> bool:
        """Return whether a side is open, though perhaps behind the other one."""
        return self._wanted[side]

    @property
    def front(self) -> Side:
        """The side that was asked for last."""
        return self._front

    def show_side(self, side: Side) -> None:
        self._wanted[side], self._front = True, side
        if side is Side.PAGE and self._room is MiddleRoom.PAGE_TOO:
            self._room = MiddleRoom.SPACIOUS
        self._look()

    def fold(self, side: Side) -> None:
        self._wanted[side] = False
        self._look()

    def toggle(self, side: Side) -> None:
        if self.shows(side):
            self.fold(side)
        else:
            self.show_side(side)

    def replace(self, side: Side, panel: QWidget) -> None:
        """Put another widget in the place of a side's, which is deleted."""
        before = self._panels[side]
        panel.setMinimumWidth(before.minimumWidth())
        sizes, hidden = self.sizes(), before.isHidden()
        self.replaceWidget(self.indexOf(before), panel)
        self.setStretchFactor(self.indexOf(panel), int(side is Side.PAGE))
        panel.setHidden(hidden)
        before.deleteLater()
        self._panels[side] = panel
        self.setSizes(sizes)
        numbers = range(self.count())
        speak_in_order(each for number in numbers if (each := self.widget(number)) is not None)
        speak_in_order(self.handle(number) for number in numbers[1:])  # on top: the mouse takes them

    # ---- how wide

    @property
    def chosen_widths(self) -> tuple[int, int]:
        """The widths in pixels of the shelf and the conversation, as the person left them; 0 if none was chosen."""
        return self._shelf_width, self._middle_width

    def restore(self, *, shelf_width: int, middle_width: int, shelf: bool, page: bool, front: Side) -> None:
        """Restore the widths that were chosen, and which sides are wanted."""
        self._shelf_width, self._middle_width = max(0, shelf_width), max(0, middle_width)
        self._wanted = {Side.SHELF: shelf, Side.PAGE: page}
        self._front = front
        self._look()

    def restore_page(self, *, middle_width: int, wanted: bool) -> None:
        """Restore the width that was chosen beside the page, and whether the page is wanted."""
        self._middle_width = max(0, middle_width)
        self._wanted[Side.PAGE] = wanted
        self._look()

    def give_middle(self, room: MiddleRoom) -> None:
        self._room = room
        self._look()

    @Slot(int)
    def set_text(self, percent: int) -> None:
        """Set how large the text of conversations is, in percent: their lines are longer then, too."""
        self._text_percent = percent
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._look()

    def _look(self) -> None:
        narrow = self.width() < _NARROW
        wanted = dict(self._wanted)
        wanted[Side.PAGE] &= self._room is not MiddleRoom.PAGE_TOO
        both = all(wanted.values())
        shown = {side: wanted[side] and not (narrow and both and side is not self._front) for side in Side}
        other = any(self.shows(side) != shown[side] for side in Side)
        for side in sorted(Side, key=lambda side: shown[side]):  # one goes before the other comes
            if shown[side]:
                motion.show_gently(self._panels[side])
            else:
                self._panels[side].hide()
        self._arrange()
        if other:
            self.changed.emit()

    def _arrange(self) -> None:
        """Give the conversation what it needs, and the page all that is left. Panels that are hidden have no width."""
        width = self.width() - self.handleWidth() * sum(self.shows(side) for side in Side)
        shelf = self._shelf_width or min(_SHELF_WIDTH, round(self.width() * _SHELF_SHARE))
        shelf = max(_SHELF_SMALLEST, min(shelf, width - _MIDDLE_SMALLEST)) if self.shows(Side.SHELF) else 0
        middle = width - shelf
        if self.shows(Side.PAGE):
            share = _NARROW_PAGE_SHARE if self.width() < _NARROW else _PAGE_SHARE
            wanted = self._middle_width or middle - max(_PAGE_SMALLEST, round(self.width() * share))
            if not self._middle_width and self._room is MiddleRoom.READABLE:
                wanted = min(wanted, round(_READABLE * self._text_percent / 100))
            middle = max(_MIDDLE_SMALLEST, min(wanted, middle - _PAGE_SMALLEST))
        self.setSizes([shelf, middle, width - shelf - middle])

    @Slot(int, int)
    def _note_widths(self, position: int, handle: int) -> None:  # noqa: ARG002 - of the signal
        """Note the widths after the person moved a handle, which is numbered after the panel to its right."""
        shelf, middle, _page = self.sizes()
        if handle == self.indexOf(self._panels[Side.PAGE]):
            self._middle_width = middle
        else:
            self._shelf_width = shelf
