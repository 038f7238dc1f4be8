"""A sentence across the top of a panel: what went wrong or what to know, with at most one thing to do about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from app.ui import motion
from app.ui.icons import Icons, Symbol
from app.ui.theme import SPACE_M, SPACE_S, SPACE_XL
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import column, row
from app.wording.i18n import _


class NoticeBar(QWidget):
    """Hidden until there is something to say. `acted` carries the key that `show_sentence` was given."""

    acted = Signal(str)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._failed = True
        self._key = ""
        card = QFrame()
        card.setProperty("role", "card")
        column(card, of=self, margins=(SPACE_XL, SPACE_M, SPACE_XL, 0))
        self._mark = QLabel()
        self._text = PlainLabel(wraps=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.action = TextButton("", role="quiet")
        self.action.clicked.connect(self._act)
        close = IconButton(icons, Symbol.CLOSE, _("Close"), size=16)
        close.clicked.connect(self.leave)
        shown = ((self._mark, Qt.AlignmentFlag.AlignTop), (self._text, 1), self.action, close)
        row(*shown, of=card, margins=(SPACE_M, SPACE_S, SPACE_S, SPACE_S), spacing=SPACE_S)
        icons.theme.changed.connect(self._recolour)
        self.hide()

    def text(self) -> str:
        return self._text.text()

    def show_sentence(self, sentence: str, *, failed: bool = True, action: str = "", key: str = "") -> None:
        """`failed` chooses the mark; `action` is the word on the button, `key` what `acted` then says."""
        self._failed = failed
        self._key = key
        self._text.setText(sentence)
        self.action.setText(action)
        self.action.setVisible(bool(action))
        self.setAccessibleName(sentence)
        self._recolour()
        motion.show_gently(self)

    @Slot()
    def leave(self) -> None:
        """There is nothing to say any more."""
        motion.hide_gently(self)

    @Slot()
    def _act(self) -> None:
        self.leave()
        self.acted.emit(self._key)

    @Slot()
    def _recolour(self) -> None:
        palette = self._icons.theme.palette
        symbol, colour = (Symbol.WARNING, palette.not_found) if self._failed else (Symbol.INFO, palette.verified)
        self._mark.setPixmap(self._icons.pixmap(symbol, colour, ratio=self.devicePixelRatioF()))
