"""The command that locks the desk."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction

from app.core.machine.secret import KeyOrigin
from app.ui.kit.commands import Anchor, Command, Group, PlacedCommands
from app.ui.look.icons import Symbol
from app.ui.window_feature import WindowFeature
from app.wording.i18n import _


class LockNow(WindowFeature):
    """`lock_wanted`: the desk, which has a passphrase, is to be locked."""

    lock_wanted = Signal()

    @Slot()
    def lock_now(self) -> None:
        """Where there is nothing to unlock with, a passphrase is asked for first."""
        passphrase = self._workspace.passphrase
        if passphrase.origin is KeyOrigin.PASSPHRASE:
            self.lock_wanted.emit()
            return
        from app.ui.settings.passphrase import PassphraseWords, forgotten_words  # when it is opened

        sentence = _(
            "Octavo can be locked once there is a passphrase to unlock it with. Octavo then asks for it at each"
            " start, too. {forgotten}"
        )
        words = PassphraseWords(
            _("Set a passphrase first"), sentence.format(forgotten=forgotten_words()), _("Set and lock")
        )
        passphrase.set_first(words, self.lock_wanted.emit)

    def commands(self) -> Sequence[PlacedCommands]:
        lock = Command(
            _("Lock now"),
            "Ctrl+Alt+L",
            self.lock_now,
            words=_("passphrase, hide, away, screen"),
            role=QAction.MenuRole.ApplicationSpecificRole,
            symbol=Symbol.LOCK,
        )
        return (PlacedCommands(Group.PROGRAM, Anchor.SETTINGS, (lock,)),)
