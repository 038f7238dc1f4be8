"""The command that locks the desk, and its button on the shelf."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction

from app.core.machine.secret import KeyOrigin
from app.ui.kit.commands import Anchor, Command, Group, PlacedCommands
from app.ui.look.icons import Symbol
from app.ui.widgets.buttons import IconButton
from app.ui.window_feature import WindowFeature
from app.ui.workspace import Workspace
from app.wording.i18n import _

_KEYS, _ICON = "Ctrl+Alt+L", 18


class LockNow(WindowFeature):
    """The command. `lock_wanted` tells that the desk, which has a passphrase, is to be locked."""

    lock_wanted = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.button = IconButton(workspace.icons, Symbol.LOCK, _("Lock now"), shortcut=_KEYS, size=_ICON)
        self.button.clicked.connect(self.lock_now)
        workspace.window.shelf.add_to_foot(self.button)
        workspace.passphrase.changed.connect(self._look)
        self._look()

    @Slot()
    def _look(self) -> None:
        """Show the button, one click on which locks, once there is a passphrase to unlock with."""
        self.button.setVisible(self._workspace.passphrase.origin is KeyOrigin.PASSPHRASE)

    @Slot()
    def lock_now(self) -> None:
        """Lock the desk; if there is nothing to unlock it with, ask for a passphrase first."""
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
            _KEYS,
            self.lock_now,
            words=_("passphrase, hide, away, screen"),
            role=QAction.MenuRole.ApplicationSpecificRole,
            symbol=Symbol.LOCK,
        )
        return (PlacedCommands(Group.PROGRAM, Anchor.SETTINGS, (lock,)),)
