"""Asks who has the keyboard."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget

from tests.there import there


def in_focus() -> QWidget:
    """Give the widget that gets what is typed; a test in which none does fails here."""
    return there(QApplication.focusWidget())
