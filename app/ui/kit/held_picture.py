"""Holds the picture of a window still for a moment, while other things are put into the window.

Nothing else may switch off the updates of a window. If a painting is due when that happens, Qt drops it and then waits
for it, so that `update` paints nothing any more, not even once the updates are on again.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from shiboken6 import Shiboken

_OF_A_PERSON = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.ShortcutOverride,
        QEvent.Type.InputMethod,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TouchEnd,
        QEvent.Type.TabletPress,
    }
)


class HeldPicture(QObject):
    """Holds the picture of one window. The picture goes when somebody says so, and otherwise by itself: then the window
    is painted at once."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._held = self._is_deaf = False
        self._filtered: list[QObject] = []  # while it is deaf: those whose events pass here; some may be gone
        self._longest = QTimer(self, singleShot=True)
        self._longest.timeout.connect(self.let_go)
        self._hearing = QTimer(self, singleShot=True, interval=0)
        self._hearing.timeout.connect(self._hear)

    def hold(self, most_ms: int, *, deaf: bool = False) -> None:
        """Keep what is on the screen for so long at most. With `deaf`, what a person types or clicks meanwhile is
        dropped, since it is meant for what is seen and would go to what is not."""
        self._held = True
        self._longest.start(most_ms)
        self._window.setUpdatesEnabled(False)
        if deaf:
            self._hearing.stop()
            self._be_deaf()

    @Slot()
    def let_go(self) -> None:
        """Paint what there is now. Nothing happens if no picture is held."""
        if not self._held:
            return
        self._held = False
        self._longest.stop()
        self._window.setUpdatesEnabled(True)
        self._window.repaint()  # `update` would wait for the painting that was dropped
        if self._is_deaf:
            self._hearing.start()  # what was typed before this painting comes first

    # ---- deaf

    def _be_deaf(self) -> None:
        """Drop keys, clicks and words: the display gives keys and clicks to the window's handle, an input method gives
        words to what has the focus."""
        if self._is_deaf:
            return
        self._is_deaf = True
        _application().focusObjectChanged.connect(self._filter)
        self._filter(self._window.windowHandle())
        self._filter(QGuiApplication.focusObject())

    @Slot("QObject*")
    def _filter(self, listener: QObject | None) -> None:
        if listener is not None:
            listener.installEventFilter(self)
            self._filtered.append(listener)

    @Slot()
    def _hear(self) -> None:
        self._is_deaf = False
        _application().focusObjectChanged.disconnect(self._filter)
        for listener in self._filtered:
            if Shiboken.isValid(listener):
                listener.removeEventFilter(self)
        self._filtered.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Return whether an event goes no further: one that a person made."""
        if event.type() not in _OF_A_PERSON:
            return False
        event.accept()  # a key that is taken here starts no shortcut either
        return True


def _application() -> QGuiApplication:
    found = QGuiApplication.instance()
    assert isinstance(found, QGuiApplication)
    return found
