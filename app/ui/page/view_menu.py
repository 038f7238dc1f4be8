"""The menu of how pages are shown: how large, side by side, turned, dark."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QWidget

from app.ui.kit.frame_state import PageLook
from app.ui.page.zoom import ACTUAL, PageFit, PageZoom
from app.ui.widgets.popups import ChoiceMenu
from app.wording.i18n import _

FIT_WIDTH_KEYS, FIT_PAGE_KEYS, ACTUAL_KEYS = "Ctrl+0", "Ctrl+9", "Ctrl+8"
ZOOM_IN_KEYS, ZOOM_OUT_KEYS = "Ctrl++", "Ctrl+-"
SPLIT_KEYS = "Ctrl+Shift+H"
ACROSS_KEYS, TURN_KEYS, TURN_BACK_KEYS = "Ctrl+Shift+B", "Ctrl+Shift+E", "Ctrl+Shift+W"


class ViewMenu(ChoiceMenu):
    """The menu of how pages are shown. It is made anew each time that it is opened, and shows what holds then.

    `zoom_chosen` carries a PageZoom, `look_chosen` a PageLook; `stepped` is +1 for larger, -1 for smaller, 0 for the
    usual size; `turned` is a quarter, to the right for +1; `split_wanted` asks for a second page beside this one, or
    for none.
    """

    zoom_chosen = Signal(object)
    look_chosen = Signal(object)
    stepped = Signal(int)
    turned = Signal(int)
    split_wanted = Signal()

    def __init__(self, look: PageLook, zoom: PageZoom | None, across: int, *, dark: bool, parent: QWidget) -> None:
        """`zoom` is that of the drawings, None for flowing text; so many pages are `across`; `dark` is the theme."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if zoom is not None:
            self._add_fits(zoom)
        else:
            self._add(_("Larger text"), ZOOM_IN_KEYS, partial(self.stepped.emit, 1))
            self._add(_("Smaller text"), ZOOM_OUT_KEYS, partial(self.stepped.emit, -1))
            self._add(_("Usual text size"), FIT_WIDTH_KEYS, partial(self.stepped.emit, 0))
        self.addSeparator()
        self._add_across(look, across)
        if zoom is not None:
            self.addSeparator()
            self._add(_("Rotate right"), TURN_KEYS, partial(self.turned.emit, 1))
            self._add(_("Rotate left"), TURN_BACK_KEYS, partial(self.turned.emit, -1))
        if zoom is not None and dark:
            self.addSeparator()
            chosen = PageLook(look.type_size, look.across, not look.dark)
            self._add(_("Dark pages"), "", partial(self.look_chosen.emit, chosen), checked=look.dark)
        self.addSeparator()

    def add_split(self, *, split: bool) -> None:
        """Add the entry for the second page; `split` tells that there is one."""
        self._add(_("Split view"), SPLIT_KEYS, self.split_wanted.emit, checked=split)

    def _add_fits(self, zoom: PageZoom) -> None:
        group = QActionGroup(self)
        for words, keys, each in (
            (_("Fit width"), FIT_WIDTH_KEYS, PageZoom()),
            (_("Whole page"), FIT_PAGE_KEYS, PageZoom(PageFit.PAGE)),
            (_("Actual size"), ACTUAL_KEYS, ACTUAL),
        ):
            group.addAction(self._add(words, keys, partial(self.zoom_chosen.emit, each), checked=each == zoom))
        self.addSeparator()
        self._add(_("Zoom in"), ZOOM_IN_KEYS, partial(self.stepped.emit, 1))
        self._add(_("Zoom out"), ZOOM_OUT_KEYS, partial(self.stepped.emit, -1))

    def _add_across(self, look: PageLook, across: int) -> None:
        group = QActionGroup(self)
        for words, number in ((_("Automatic"), 0), (_("One page"), 1), (_("Two pages side by side"), 2)):
            keys = ACROSS_KEYS if number == 3 - across else ""
            choose = partial(self.look_chosen.emit, PageLook(look.type_size, number, look.dark))
            group.addAction(self._add(words, keys, choose, checked=number == look.across))

    def _add(self, words: str, keys: str, do: Callable[[], object], *, checked: bool | None = None) -> QAction:
        """Add an entry with its keys; `checked` is None for one that cannot be on or off."""
        action = self.addAction(f"{words}\t{keys}" if keys else words, do)
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        return action
