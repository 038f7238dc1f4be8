"""Motion: what appears and goes fades, unless the system, or the person, asks for less motion."""

from __future__ import annotations

import os

from PySide6.QtCore import QEasingCurve, QObject, QPropertyAnimation, Qt, QVariantAnimation, Slot
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QGraphicsOpacityEffect, QLabel, QWidget

FADE_MS = 120
LESS_MOTION = "OCTAVO_LESS_MOTION"
"""The environment variable that asks for less motion, if the desktop has no such setting, or Qt does not know of it."""


def is_reduced() -> bool:
    """Return whether nothing may move: what would take a while to arrive is there at once."""
    styles = QGuiApplication.styleHints()  # named: without it what it owns would be gone
    reduced = styles.accessibility().motionPreference() == Qt.MotionPreference.ReducedMotion
    return reduced or bool(os.environ.get(LESS_MOTION))


def milliseconds(usual: int) -> int:
    """Return how long motion takes in ms: 0 if nothing is to move."""
    return 0 if is_reduced() else usual


def show_gently(widget: QWidget) -> None:
    """Show a widget; if it was hidden, let it appear over `FADE_MS`."""
    appears = widget.isHidden() and not is_reduced()
    widget.show()
    if appears:
        _Fade(widget, 0.0, 1.0)


def hide_gently(widget: QWidget) -> None:
    """Hide a widget at once, so that it takes no key and no click; a picture of it fades in its place."""
    parent = widget.parentWidget()
    if widget.isVisible() and parent is not None and not is_reduced():
        picture = _Picture(widget.grab(), parent)
        picture.move(widget.pos())
        picture.show()
        _Fade(picture, 1.0, 0.0).finished.connect(picture.deleteLater)
    widget.hide()


class _Picture(QLabel):
    """A picture of a widget that is not there any more; nothing can be done with it."""

    def __init__(self, pixmap: QPixmap, parent: QWidget) -> None:
        super().__init__(parent)
        self.setPixmap(pixmap)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


class _Fade(QPropertyAnimation):
    """Fades a widget. It belongs to that, and takes its effect away in the end: a widget with one is painted twice."""

    def __init__(self, widget: QWidget, begin: float, end: float) -> None:
        self._widget = widget
        self._effect = QGraphicsOpacityEffect(widget)
        self._effect.setOpacity(begin)
        widget.setGraphicsEffect(self._effect)
        super().__init__(self._effect, b"opacity", widget)
        self.setDuration(FADE_MS)
        self.setStartValue(begin)
        self.setEndValue(end)
        self.finished.connect(self._end)
        self.start(QPropertyAnimation.DeletionPolicy.DeleteWhenStopped)

    @Slot()
    def _end(self) -> None:
        if self._widget.graphicsEffect() is self._effect:
            self._widget.setGraphicsEffect(None)  # type: ignore[arg-type]


class Transition(QVariantAnimation):
    """A way from one number to another, fast at first; `valueChanged` carries those between."""

    def __init__(self, usual_ms: int, parent: QObject | None = None) -> None:
        super().__init__(parent, easingCurve=QEasingCurve(QEasingCurve.Type.OutCubic))
        self._usual = usual_ms

    @property
    def runs(self) -> bool:
        return self.state() == QVariantAnimation.State.Running

    def begin(self, start: float, end: float) -> bool:
        """Begin, and return whether anything is to move."""
        self.stop()
        if not (duration := milliseconds(self._usual)):
            return False
        self.setDuration(duration)
        self.setStartValue(start)
        self.setEndValue(end)
        self.start()
        return True
