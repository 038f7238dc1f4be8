"""The menu of how pages are shown: how large, side by side, turned, dark."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.page.zoom import ACTUAL, PageFit, PageZoom
from app.wording.i18n import _

FIT_WIDTH_KEYS, FIT_PAGE_KEYS, ACTUAL_KEYS = "Ctrl+0", "Ctrl+9", "Ctrl+8"
ZOOM_IN_KEYS, ZOOM_OUT_KEYS = "Ctrl++", "Ctrl+-"
ACROSS_KEYS, TURN_KEYS, TURN_BACK_KEYS = "Ctrl+Shift+B", "Ctrl+Shift+E", "Ctrl+Shift+W"


class ViewMenu(QMenu):
    """One for each time that it is opened: it shows what is chosen now."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)

    def add(self, words: str, keys: str, do: Callable[[], object]) -> QAction:
        return self.addAction(f"{words}\t{keys}" if keys else words, do)

    def add_choices(self, choices: tuple[tuple[str, str, Callable[[], object], bool], ...]) -> None:
        """Of which one holds: words, keys, what it does, whether it holds now."""
        group = QActionGroup(self)
        for words, keys, do, chosen in choices:
            action = self.add(words, keys, do)
            action.setCheckable(True)
            action.setChecked(chosen)
            group.addAction(action)

    def add_check(self, words: str, do: Callable[[], object], *, chosen: bool) -> None:
        action = self.add(words, "", do)
        action.setCheckable(True)
        action.setChecked(chosen)


def fit_choices(
    zoom: PageZoom, choose: Callable[[PageZoom], Callable[[], object]]
) -> tuple[tuple[str, str, Callable[[], object], bool], ...]:
    """`choose` makes what sets a zoom."""
    fits = (
        (_("Fit width"), FIT_WIDTH_KEYS, PageZoom()),
        (_("Whole page"), FIT_PAGE_KEYS, PageZoom(PageFit.PAGE)),
        (_("Actual size"), ACTUAL_KEYS, ACTUAL),
    )
    return tuple((words, keys, choose(each), each == zoom) for words, keys, each in fits)
