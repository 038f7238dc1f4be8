"""A sentence across the top of a panel: what went wrong or what to know, with at most two things to do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from app.ui.look import motion
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_M, SPACE_S, SPACE_XL
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import column, row
from app.wording.i18n import _


@dataclass(frozen=True)
class NoticeAction:
    """A button in a notice: the words on it, and what it does."""

    words: str
    do: Callable[[], object]


class NoticeBar(QWidget):
    """The notice, hidden until there is something to say. `acted` carries the key that `show_sentence` was given."""

    acted = Signal(str)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._failed = True
        self._key = ""
        self._actions: tuple[NoticeAction, ...] = ()
        card = QFrame()
        card.setProperty("role", "card")
        column(card, of=self, margins=(SPACE_XL, SPACE_M, SPACE_XL, 0))
        self._mark = QLabel()
        self._text = PlainLabel(wraps=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.action, self.other = TextButton(""), TextButton("", role="quiet")
        self.action.clicked.connect(self._act)
        self.other.clicked.connect(self._act_otherwise)
        close = IconButton(icons, Symbol.CLOSE, _("Close"), size=16)
        close.clicked.connect(self.leave)
        shown = ((self._mark, Qt.AlignmentFlag.AlignTop), (self._text, 1), self.action, self.other, close)
        row(*shown, of=card, margins=(SPACE_M, SPACE_S, SPACE_S, SPACE_S), spacing=SPACE_S)
        self._passing = QTimer(self, singleShot=True)
        self._passing.timeout.connect(self.leave)
        icons.theme.changed.connect(self._recolour)
        self.hide()

    def text(self) -> str:
        return self._text.text()

    def show_sentence(
        self,
        sentence: str,
        *,
        failed: bool = True,
        action: str = "",
        key: str = "",
        actions: Sequence[NoticeAction] = (),
        passes_ms: int = 0,
    ) -> None:
        """Show a sentence. `failed` chooses the mark; `action` is the word on the button, `key` what `acted` then
        carries. Or there are one or two `actions`. With `passes_ms` the notice goes by itself after that time."""
        self._failed = failed
        self._key = key
        self._actions = tuple(actions)
        self._text.setText(sentence)
        words = [each.words for each in actions] or [action]
        for button, word in zip((self.action, self.other), (*words, ""), strict=False):
            button.setText(word)
            button.setVisible(bool(word))
        self.setAccessibleName(sentence)
        self._recolour()
        self._passing.stop()
        if passes_ms:
            self._passing.start(passes_ms)
        motion.show_gently(self)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @Slot()
    def leave(self) -> None:
        """Hide the notice, as there is nothing to say any more."""
        motion.hide_gently(self)

    @Slot()
    def _act(self) -> None:
        self.leave()
        if self._actions:
            self._actions[0].do()
        else:
            self.acted.emit(self._key)

    @Slot()
    def _act_otherwise(self) -> None:
        self.leave()
        self._actions[1].do()

    @Slot()
    def _recolour(self) -> None:
        palette = self._icons.theme.palette
        symbol, colour = (Symbol.WARNING, palette.not_found) if self._failed else (Symbol.INFO, palette.verified)
        self._mark.setPixmap(self._icons.pixmap(symbol, colour, ratio=self.devicePixelRatioF()))
