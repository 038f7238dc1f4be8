"""The mark that is shown as long as text leaves this machine, and that nobody can dismiss."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from app.ui.icons import Icons, Symbol
from app.ui.theme import SPACE_S, SPACE_XL
from app.ui.widgets.labels import ElidedLabel, Separator, plain_tip
from app.ui.widgets.layouts import column, row
from app.wording.remote import short_words, whole_words

_HEIGHT = 32


class RemoteMark(QWidget):
    """Hidden while all stays on this machine."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.host = ""
        self._symbol = QLabel()
        self._words = ElidedLabel(role="warning")
        strip = QFrame()
        strip.setProperty("role", "leaving")
        strip.setFixedHeight(_HEIGHT)
        row(self._symbol, (self._words, 1), of=strip, margins=(SPACE_XL, 0) * 2, spacing=SPACE_S)
        column(Separator(), strip, of=self)
        icons.theme.changed.connect(self._recolour)
        self.hide()

    def words(self) -> str:
        return self._words.text()

    def show_host(self, host: str) -> None:
        """Where text goes; empty hides the mark."""
        self.host = host
        words = short_words(host) if host else ""
        self._words.setText(words)
        self.setAccessibleName(words)
        self.setToolTip(plain_tip(whole_words(host)) if host else "")
        self._recolour()
        self.setVisible(bool(host))

    @Slot()
    def _recolour(self) -> None:
        colour = self._icons.theme.palette.near
        self._symbol.setPixmap(self._icons.pixmap(Symbol.LEAVING, colour, ratio=self.devicePixelRatioF()))
