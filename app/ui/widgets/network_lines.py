"""The lines of the window that say whom Octavo talks to: while a model is fetched, and as long as text leaves."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QWidget

from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_L, SPACE_S, SPACE_XL
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import ElidedLabel, Separator, set_tip
from app.ui.widgets.layouts import column, row
from app.wording.i18n import _
from app.wording.remote import short_words, whole_words

_HEIGHT = 36
_BAR_WIDTH = 160
_STEPS = 1000


class FetchLine(QFrame):
    """A line that says what is fetched, and how far it is. Hidden while nothing is fetched."""

    models_wanted = Signal()
    pause_wanted = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self.setProperty("role", "bar")
        self.setFixedHeight(_HEIGHT)
        self._mark = QLabel()
        self.words = ElidedLabel(role="small")
        self.bar = QProgressBar(textVisible=False, maximum=_STEPS)
        self.bar.setFixedWidth(_BAR_WIDTH)
        self.pause = TextButton(_("Pause"), role="link")
        self.models = TextButton(_("Models…"), role="link")
        self.pause.clicked.connect(self.pause_wanted)
        self.models.clicked.connect(self.models_wanted)
        shown = (self._mark, self.bar, (self.words, 1), self.pause, self.models)
        row(*shown, of=self, margins=(SPACE_XL, 0, SPACE_L, 0), spacing=SPACE_S)
        icons.theme.changed.connect(self._recolour)
        self._recolour()
        self.hide()

    def show_words(self, words: str, fraction: float | None) -> None:
        """Show what is fetched; empty words hide the line."""
        self.words.setText(words)
        self.setAccessibleName(words)
        self.bar.setAccessibleName(words)
        self.bar.setVisible(fraction is not None)
        self.bar.setValue(round(_STEPS * (fraction or 0.0)))
        self.setVisible(bool(words))

    def _recolour(self) -> None:
        self._mark.setPixmap(
            self._icons.pixmap(Symbol.DOWNLOAD, self._icons.theme.palette.accent, 16, self.devicePixelRatioF())
        )


_MARK_HEIGHT = 32


class RemoteMark(QWidget):
    """A mark that says that text leaves this machine. Nobody can dismiss it. It is hidden while all stays here."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self.host = ""
        self._symbol = QLabel()
        self._words = ElidedLabel(role="warning")
        strip = QFrame()
        strip.setProperty("role", "leaving")
        strip.setFixedHeight(_MARK_HEIGHT)
        row(self._symbol, (self._words, 1), of=strip, margins=(SPACE_XL, 0) * 2, spacing=SPACE_S)
        column(Separator(), strip, of=self)
        icons.theme.changed.connect(self._recolour)
        self.hide()

    def words(self) -> str:
        return self._words.text()

    def show_host(self, host: str) -> None:
        """Show where text goes; an empty host hides the mark."""
        self.host = host
        words = short_words(host) if host else ""
        self._words.setText(words)
        self.setAccessibleName(words)
        set_tip(self, whole_words(host) if host else "")
        self._recolour()
        self.setVisible(bool(host))

    @Slot()
    def _recolour(self) -> None:
        colour = self._icons.theme.palette.near
        self._symbol.setPixmap(self._icons.pixmap(Symbol.LEAVING, colour, ratio=self.devicePixelRatioF()))
