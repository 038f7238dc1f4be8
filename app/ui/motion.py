"""How long motion takes: as usual, or no time where the system asks for less of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

_still = False


def milliseconds(usual: int) -> int:
    """0 where nothing is to move."""
    hints = QGuiApplication.styleHints()  # what it returns lives as long as it is held
    wanted = hints.accessibility().motionPreference()
    return 0 if _still or wanted == Qt.MotionPreference.ReducedMotion else usual


def keep_still() -> None:
    """From now on nothing moves: for pictures, and for tests."""
    global _still
    _still = True
