"""The lock of the window: its screen, the desk while it is locked, and what locks it."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal, Slot
from PySide6.QtWidgets import QApplication

from app.core.secret import KeyOrigin, Password
from app.core.settings import LockedWork, LockSettings
from app.services.services import Services
from app.store.keys import is_passphrase
from app.ui.activity import Activity
from app.ui.bridge import Bridge, Executor
from app.ui.lock.clipboard import CopiedWords
from app.ui.lock.forgetting import fill_freed, forget_shown, overwrite_freed
from app.ui.lock.watch import IdleWatch, SessionWatch
from app.ui.main_window import MainWindow
from app.ui.presenter import Presenter
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.ui.lock.screen import LockScreen


_GOES_ON = (Executor.ADDING, Executor.COPYING, Executor.FETCHING, Executor.BACKING_UP)
"""What a person began on these needs no window."""


def going_on(activity: Activity, settings: LockSettings) -> frozenset[Executor]:
    """Whose work goes on while the desk is locked."""
    if settings.work is LockedWork.STOPS:
        return frozenset()
    return frozenset((*_GOES_ON, Executor.ENGINE) if activity.works else _GOES_ON)


class DeskLock(Presenter):
    """Has the desk from `lock` on, and closes it once nothing uses it any more.

    `due`: the desk is to be locked, as the settings say. `opening_wanted` carries a passphrase, with which the closed
    desk is to be opened; `desk_given` the desk itself, if the right one came before it was closed. `closed`: nothing of
    it is in memory. `files_given`: they were dropped on the screen.
    """

    due = Signal()
    opening_wanted = Signal(str)
    desk_given = Signal(object)  # Services
    closed = Signal()
    files_given = Signal(object)  # list[Path]
    quit_wanted = Signal()

    def __init__(self, window: MainWindow, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window, self._bridge = window, bridge
        self._desk: Services | None = None
        self._wanted = False  # the right passphrase was given
        self.screen: LockScreen | None = None
        self.is_late = False
        """It was to be locked while it was being opened; since the passphrase was entered, if it was locked."""
        self._settings, self._can_lock = LockSettings(), False
        self.copied = CopiedWords(self)
        self._idle, self._session = IdleWatch(self), SessionWatch(bridge, self)
        self._idle.idle.connect(self.due)
        self._session.locked.connect(self._on_session_locked)

    # ---- what locks it

    def follow(self, settings: LockSettings, origin: KeyOrigin) -> None:
        """Lock when these say so, if there is a passphrase to unlock with."""
        can_lock = origin is KeyOrigin.PASSPHRASE
        self._settings, self._can_lock = settings, can_lock
        self.copied.clear_after(settings.clipboard_s)
        self._idle.wait_for(settings.idle_minutes if can_lock else 0)
        if can_lock and settings.with_session:
            self._session.begin()

    @Slot()
    def _on_session_locked(self) -> None:
        if self._can_lock and self._settings.with_session:
            self.due.emit()

    # ---- locked

    def ask(self, sentence: str = "") -> None:
        """Show the screen; `sentence`: why, where there is more to say than that the desk is locked."""
        from app.ui.lock.screen import LockScreen  # now: most starts need none

        words = sentence or _("Enter your passphrase to open your books and conversations.")
        screen = self.screen = LockScreen(words)
        screen.given.connect(self._take)
        screen.files_given.connect(self.files_given)
        screen.quit_wanted.connect(self.quit_wanted)
        screen.stop_wanted.connect(self._bridge.stop)
        self._window.show_alone(screen)

    def begin(self) -> None:
        """Before the window is emptied: until the desk is shown again, nothing that goes is left in memory."""
        overwrite_freed(True)

    def lock(self, desk: Services, spared: Collection[Executor]) -> None:
        """In the place of a window that was emptied. What `spared` executors do goes on (`going_on`)."""
        self._desk, self._wanted = desk, False
        self.ask()
        assert self.screen is not None
        self._window.setWindowTitle("Octavo")
        self._window.repaint()
        self.copied.clear()
        for other in QApplication.topLevelWidgets():
            if other is not self._window and other.parent() is None:
                other.close()
                other.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.screen.show_work(bool(self._bridge.busy & frozenset(spared)))
        self._bridge.drain(self._on_rested, spared=spared, all_of_it=True)

    @Slot()
    def _on_rested(self) -> None:
        desk, self._desk = self._desk, None
        if desk is None:
            return
        if self._wanted:
            self.desk_given.emit(desk)
        else:
            if self.screen is not None:
                self.screen.show_work(False)
            self._bridge.call(Executor.STORE, desk.close, self._on_closed, self._on_problem)

    @Slot(object)
    def _on_closed(self, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        """A thread that did something with the desk may have it a moment longer: until it does something else."""
        self._bridge.drain(self._on_let_go, spared=tuple(Executor), all_of_it=True)

    @Slot()
    def _on_let_go(self) -> None:
        if self.screen is not None:  # else it was opened again meanwhile
            self._bridge.everywhere(fill_freed, self._ignore)
            self.closed.emit()

    @Slot(str)
    def _take(self, passphrase: str) -> None:
        """What was entered: to be opened with or, while something uses the desk yet, compared."""
        self.is_late = False
        if (desk := self._desk) is None:
            self.opening_wanted.emit(passphrase)
            return
        on_compared = partial(self._on_compared, Password(passphrase))
        self._bridge.call(
            Executor.STORE, partial(is_passphrase, desk.home, desk.paths, passphrase), on_compared, self._on_problem
        )

    def _on_compared(self, passphrase: Password, is_right: bool) -> None:
        if self.screen is None:
            return
        if not is_right:
            self.screen.show_wrong()
        elif self._desk is None:  # closed meanwhile
            self.opening_wanted.emit(passphrase.secret)
        else:
            self._wanted = True
            self.screen.show_opening()

    def open(self) -> None:
        """The desk is shown again."""
        overwrite_freed(False)
        if self.screen is not None:
            self._window.show_all()
            self.screen.deleteLater()
            self.screen = None

    def forget(self) -> None:
        """What was shown, and is in memory yet."""
        forget_shown()

    def close(self) -> None:
        """The program ends."""
        if self._settings.clipboard_s:
            self.copied.clear()
        if self._desk is not None:
            self._desk.close()
