"""The start of the window in tests: its dialogs before a desk is open, and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtWidgets import QApplication

from app.core.machine.paths import Paths
from app.services.services import Services
from app.ui.widgets.dialogs import SmallDialog
from app.ui.window.application import WindowStart

OpenDesk: TypeAlias = Callable[[Paths, "str | None"], Services]
Start: TypeAlias = Callable[[OpenDesk], WindowStart]
"""Begins the program in the data folder `desk` of the test, with all features."""


def visible(kind: type[SmallDialog]) -> list[SmallDialog]:
    """The dialogs of this kind that are on the screen."""
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind) and widget.isVisible()]


def end(opening: WindowStart) -> None:
    """End the program, with all of its windows."""
    opening.close()
    for widget in QApplication.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    opening.deleteLater()
    QApplication.processEvents()
