"""The line along the bottom of the window while a model is fetched: what, how far, and whom Octavo is talking to."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QWidget

from app.ui.icons import Icons, Symbol
from app.ui.theme import SPACE_L, SPACE_S, SPACE_XL
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import ElidedLabel
from app.ui.widgets.layouts import row
from app.wording.i18n import _

_HEIGHT = 36
_BAR_WIDTH = 160
_STEPS = 1000


class FetchLine(QFrame):
    """Hidden while nothing is fetched."""

    models_wanted = Signal()
    pause_wanted = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        """Empty words: nothing is fetched."""
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
