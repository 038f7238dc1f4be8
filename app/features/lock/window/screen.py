"""The lock screen: the passphrase is asked for while the window shows nothing else, and work may go on behind it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.window.passphrase_screen import PassphraseScreen
from app.wording.i18n import _


class LockScreen(PassphraseScreen):
    """The screen. `stop_wanted` tells that what is under way is to end, so that the desk opens."""

    stop_wanted = Signal()

    def __init__(self) -> None:
        self.stop = TextButton(_("Stop it and open now"))
        self.work = PlainLabel(role="small", wraps=True)
        super().__init__()
        for late in (self.stop, self.work):
            late.hide()
        self.stop.clicked.connect(self._stop)

    def _more_actions(self) -> tuple[QWidget, ...]:
        return (self.stop,)

    def _remarks(self) -> tuple[PlainLabel, ...]:
        return (self.work, *super()._remarks())

    def show_work(self, goes_on: bool) -> None:
        """Show whether something is under way."""
        self.work.setText(_("What you started goes on meanwhile."))
        self.work.setVisible(goes_on)

    def show_opening(self) -> None:
        """Show that the passphrase was right; the desk opens once what is under way has ended."""
        self.secret.line.clear()
        self._set_busy(True)
        self.secret.hide()
        self.work.hide()
        self.sentence.setText(_("Octavo opens as soon as what is under way has ended."))
        self.stop.show()
        self.stop.setFocus()
        self.action.hide()

    @Slot()
    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.stop_wanted.emit()
