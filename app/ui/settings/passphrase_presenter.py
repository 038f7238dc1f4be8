"""Sets, changes and removes the passphrase of the open desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QApplication

from app.core.errors import Problem
from app.core.machine.secret import KeyOrigin, Password
from app.store.keys import is_passphrase
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.wording.errors import sentence
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.ui.settings.passphrase import PassphraseDialog, PassphraseStep, PassphraseWords


class PassphrasePresenter(Presenter):
    """Sets the passphrase. `changed` tells that the key is stored in another place now; `done` carries a sentence about
    it."""

    changed = Signal()
    done = Signal(str)

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        desk = context.desk
        self._database, self._paths, self._protect = desk.shared.matters.home, desk.paths, desk.protect
        self._bridge = context.bridge
        self._window = context.window
        self._shown: PassphraseDialog | None = None
        self._then: Callable[[], object] | None = None  # once the passphrase is set

    @property
    def origin(self) -> KeyOrigin:
        """The place where the key is stored."""
        return self._database.key.origin

    @property
    def dialog(self) -> PassphraseDialog | None:
        """The dialog while it is open; else None."""
        return self._shown if self._shown is not None and shiboken6.isValid(self._shown) else None

    @Slot()
    def open(self) -> None:
        """Ask for a passphrase, or for another one."""
        from app.ui.settings.passphrase import PassphraseStep  # when it is opened

        self._open(PassphraseStep.CHANGE if self.origin is KeyOrigin.PASSPHRASE else PassphraseStep.SET)

    def set_first(self, words: PassphraseWords, then: Callable[[], object]) -> None:
        """Ask for a passphrase for the sake of something else, which is done once it is set."""
        from app.ui.settings.passphrase import PassphraseStep  # when it is opened

        self._open(PassphraseStep.SET, words, then)

    @Slot()
    def remove(self) -> None:
        from app.ui.settings.passphrase import PassphraseStep  # when it is opened

        self._open(PassphraseStep.REMOVE)

    def _open(
        self, step: PassphraseStep, words: PassphraseWords | None = None, then: Callable[[], object] | None = None
    ) -> None:
        from app.ui.settings.passphrase import PassphraseDialog  # when it is opened

        self._then = then
        dialog = self._shown = PassphraseDialog(step, QApplication.activeModalWidget() or self._window, words=words)
        dialog.given.connect(self._change)
        dialog.open()

    @Slot(str, str)
    def _change(self, present: str, new: str) -> None:
        work = partial(self._set, Password(present), Password(new))
        self._call(work, self._on_set, self._on_refused)

    def _set(self, present: Password, new: Password) -> bool:
        """Protect the desk by a new passphrase, or, if that is empty, without one. Return whether the present one was
        right."""
        database, paths = self._database, self._paths
        if database.key.origin is KeyOrigin.PASSPHRASE and not is_passphrase(database, paths, present.secret):
            return False
        self._protect(new.secret or None)
        return True

    @Slot(object)
    def _on_set(self, was_right: bool) -> None:
        if not was_right:
            self._say(_("The present passphrase is wrong. Nothing was changed."))
            return
        if self.dialog is not None:
            self.dialog.finish()
        self.changed.emit()
        if self._then is not None:
            self._then()
            return
        is_locked = self.origin is KeyOrigin.PASSPHRASE
        self.done.emit(
            _("Your data is locked with the passphrase. Octavo asks for it at each start.")
            if is_locked
            else _("The passphrase was removed. Octavo opens without a question.")
        )

    @Slot(object)
    def _on_refused(self, problem: Problem) -> None:
        self._say(sentence(problem))

    def _say(self, words: str) -> None:
        if self.dialog is not None:
            self.dialog.show_problem(words)
        else:
            self.failed.emit(words)
