"""The lock of the window: its screen, the desk while it is locked, and what locks it."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.core.errors import Problem
from app.core.machine import desk_window
from app.core.machine.secret import KeyOrigin, Password
from app.core.settings import LockedWork, LockSettings
from app.features.lock.window.clipboard import CopiedWords
from app.features.lock.window.forgetting import Forgetting, fill_freed, overwrite_freed
from app.features.lock.window.lock_now import LockNow
from app.features.lock.window.watch import LockWatch
from app.services.services import Services
from app.store.keys import is_passphrase
from app.ui.kit.activity import Activity
from app.ui.kit.bridge import Executor
from app.ui.window.shell_feature import Shell, ShellFeature
from app.wording.errors import sentence

if TYPE_CHECKING:
    from app.features.lock.window.screen import LockScreen
    from app.ui.window.window import WindowPresenter

_log = logging.getLogger("octavo.ui")

_GOES_ON = (Executor.ADDING, Executor.COPYING, Executor.FETCHING, Executor.BACKING_UP)
"""The executors whose work goes on while the desk is locked: what a person began there needs no window."""


def going_on(activity: Activity, settings: LockSettings) -> frozenset[Executor]:
    """Return the executors whose work goes on while the desk is locked."""
    if settings.work is LockedWork.STOPS:
        return frozenset()
    return frozenset((*_GOES_ON, Executor.ENGINE) if activity.works else _GOES_ON)


class DeskLock(ShellFeature):
    """Has the desk from `lock` on, and closes it once nothing uses it any more. If the right passphrase comes before
    that, the desk itself is given back; else it is opened again.

    `screen` is the lock screen while it is shown. `is_late` tells that the desk was to be locked while it was being
    opened; if it was locked, since the passphrase was entered.
    """

    def __init__(self, shell: Shell, parent: QObject | None = None) -> None:
        super().__init__(shell, parent)
        self._bridge = shell.bridge
        self._desk: Services | None = None
        self._wanted = False  # the right passphrase was given
        self.screen: LockScreen | None = None
        self.is_late = False
        self._settings = LockSettings()
        self.copied = CopiedWords(self)
        self._forgetting = Forgetting(shell.forget, self)
        self._watch = LockWatch(self._bridge, self)
        self._watch.due.connect(self.lock)

    def desk_shown(self, window: WindowPresenter) -> None:
        for feature in window.features:
            if isinstance(feature, LockNow):
                feature.lock_wanted.connect(self.lock, Qt.ConnectionType.QueuedConnection)
        for changed in (window.events.settings_changed, window.model_area.passphrase.changed):
            changed.connect(self._follow)
        self._follow()
        if self.is_late:
            QTimer.singleShot(0, self, self.lock)

    @Slot()
    def _follow(self) -> None:
        """Lock when the settings say so."""
        window, desk = self._shell.presenter, self._shell.desk
        if window is not None and desk is not None:
            self._settings = window.model_area.preferences.settings.lock
            self.copied.clear_after(self._settings.clipboard_s)
            self._watch.follow(self._settings, desk.shared.matters.home.key.origin)

    @Slot()
    def lock(self) -> None:
        """Put away all that the window shows, and show the lock screen; the desk is closed once nothing uses it any
        more. Nothing happens if it has no passphrase. A desk that is being opened is locked once it is open."""
        window, desk = self._shell.presenter, self._shell.desk
        self.is_late = window is None
        if window is None or desk is None or desk.shared.matters.home.key.origin is not KeyOrigin.PASSPHRASE:
            return
        spared = going_on(window.activity, self._settings)
        overwrite_freed(True)  # until the desk is shown again, nothing that goes is left in memory
        desk_window.note_locked(desk.paths, True)
        del window, desk  # they are to go
        self._desk, self._wanted = self._shell.let_go(), False
        self._show_screen()
        self.copied.clear()
        self._close_others()
        assert self.screen is not None
        self.screen.show_work(bool(self._bridge.busy & spared))
        self._bridge.drain(self._on_rested, spared=spared, all_of_it=True)
        self._forgetting.begin()
        _log.info("locked")

    def _show_screen(self) -> None:
        from app.features.lock.window.screen import LockScreen  # now: most starts need none

        screen = self.screen = LockScreen()
        screen.given.connect(self._take)
        screen.stop_wanted.connect(self._bridge.stop)
        screen.ended.connect(self._on_shown_again)
        self._shell.ask(screen)
        self._shell.window.setWindowTitle("Octavo")
        self._shell.window.repaint()

    def _close_others(self) -> None:
        """Close all windows but the one with the lock screen."""
        for other in QApplication.topLevelWidgets():
            if other is not self._shell.window and other.parent() is None:
                other.close()
                other.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    @Slot()
    def _on_rested(self) -> None:
        desk, self._desk = self._desk, None
        if desk is None:
            return
        if self._wanted:
            self._shell.take_back(desk)
        else:
            if self.screen is not None:
                self.screen.show_work(False)
            self._bridge.do(Executor.STORE, desk.close, self._on_closed, self._on_problem)

    @Slot()
    def _on_closed(self) -> None:
        """Wait until no thread has the desk any more: one that did something with it may have it until it does
        something else."""
        self._bridge.drain(self._on_let_go, spared=tuple(Executor), all_of_it=True)

    @Slot()
    def _on_let_go(self) -> None:
        if self.screen is not None:  # else it was opened again meanwhile
            self._bridge.everywhere(fill_freed, self._on_filled)

    @Slot()
    def _on_filled(self) -> None:
        """Clear, on this thread too, what was shown and is in memory yet."""
        if self.screen is not None:
            self._forgetting.begin()

    @Slot(str)
    def _take(self, passphrase: str) -> None:
        """Take the passphrase that was entered: open the desk with it or, while something uses the desk yet, compare
        it."""
        self.is_late = False
        if (desk := self._desk) is None:
            self._shell.open(passphrase)
            return
        on_compared = partial(self._on_compared, Password(passphrase))
        self._bridge.call(
            Executor.STORE,
            partial(is_passphrase, desk.shared.matters.home, desk.paths, passphrase),
            on_compared,
            self._on_problem,
        )

    def _on_compared(self, passphrase: Password, is_right: bool) -> None:
        if self.screen is None:
            return
        if not is_right:
            self.screen.show_wrong()
        elif self._desk is None:  # closed meanwhile
            self._shell.open(passphrase.secret)
        else:
            self._wanted = True
            self.screen.show_opening()

    @Slot()
    def _on_shown_again(self) -> None:
        self._forgetting.stop()
        overwrite_freed(False)
        self.screen = None

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        if self.screen is not None:
            self.screen.show_problem(sentence(problem))

    def close(self) -> None:
        if self._settings.clipboard_s:
            self.copied.clear()
        if self._desk is not None:
            self._desk.close()
