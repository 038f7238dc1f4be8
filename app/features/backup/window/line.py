"""The line of the window that says how far a backup is, while one is made."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar

from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_L, SPACE_S, SPACE_XL
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import ElidedLabel
from app.ui.widgets.layouts import row
from app.wording.i18n import _

_HEIGHT = 36
_BAR_WIDTH = 160
_STEPS = 1000


class BackupLine(QFrame):
    """The line itself, hidden while no backup is made."""

    stop_wanted = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self.setProperty("role", "bar")
        self.setFixedHeight(_HEIGHT)
        self._mark = QLabel()
        self.words = ElidedLabel(role="small")
        self.bar = QProgressBar(textVisible=False, maximum=_STEPS)
        self.bar.setFixedWidth(_BAR_WIDTH)
        self.stop = TextButton(_("Stop"), role="link")
        self.stop.clicked.connect(self.stop_wanted)
        shown = (self._mark, self.bar, (self.words, 1), self.stop)
        row(*shown, of=self, margins=(SPACE_XL, 0, SPACE_L, 0), spacing=SPACE_S)
        icons.theme.changed.connect(self._recolour)
        self._recolour()
        self.hide()

    def show_words(self, words: str, fraction: float) -> None:
        self.words.setText(words)
        self.setAccessibleName(words)
        self.bar.setAccessibleName(words)
        self.bar.setValue(round(_STEPS * fraction))
        self.show()

    @Slot()
    def _recolour(self) -> None:
        self._mark.setPixmap(
            self._icons.pixmap(Symbol.SAVE, self._icons.theme.palette.accent, 16, self.devicePixelRatioF())
        )
