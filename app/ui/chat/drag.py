"""Scrolls on while the mouse selects beyond the edge of the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QPointF, QTimer
from PySide6.QtWidgets import QScrollBar, QWidget

from app.ui.chat.message import MessageWidget

_INTERVAL_MS = 30


class DragScroller(QObject):
    """`window` is the part of the conversation that can be seen, `bar` moves it."""

    def __init__(self, window: QWidget, bar: QScrollBar) -> None:
        super().__init__(window)
        self._window = window
        self._bar = bar
        self._message: MessageWidget | None = None
        self._point = QPoint()  # of the mouse, in global coordinates
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self._scroll)

    def follow(self, message: MessageWidget, point: QPoint) -> None:
        """The mouse selects in `message` and is at `point`."""
        self._message, self._point = message, point
        if self._window.rect().contains(self._window.mapFromGlobal(point)):
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def end(self) -> None:
        self._message = None
        self._timer.stop()

    def forget(self, message: MessageWidget) -> None:
        """The message goes away."""
        if self._message is message:
            self.end()

    def _scroll(self) -> None:
        if self._message is None:
            return
        y = self._window.mapFromGlobal(self._point).y()
        past = y if y < 0 else max(0, y - self._window.height())
        self._bar.setValue(self._bar.value() + past // 2)
        self._message.extend_to(QPointF(self._message.mapFromGlobal(self._point)))
