"""The lock of the window: its screen, and how far locking and unlocking are."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum, auto

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal, Slot
from PySide6.QtWidgets import QApplication

from app.ui.bridge import Bridge, Executor
from app.ui.lock.forgetting import forget_shown
from app.ui.lock.screen import LockScreen
from app.ui.main_window import MainWindow
from app.wording.i18n import _


class _State(Enum):
    OPEN = auto()
    WORKING = auto()  # locked; the database is open, since work goes on or ends
    WANTED = auto()  # the same, and the right passphrase was given
    CLOSED = auto()  # nothing of the desk is in memory


class DeskLock(QObject):
    """`given` carries a passphrase, `files_given` files that were dropped on the screen. `rested`: nothing uses the
    desk any more, so that it can be closed, or opened if that is `wanted` by now."""

    given = Signal(str)
    files_given = Signal(object)
    quit_wanted = Signal()
    rested = Signal()

    def __init__(self, window: MainWindow, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window, self._bridge = window, bridge
        self._state = _State.OPEN
        self.screen: LockScreen | None = None

    @property
    def works(self) -> bool:
        """It is locked, and something still uses the desk."""
        return self._state in (_State.WORKING, _State.WANTED)

    @property
    def wanted(self) -> bool:
        """The right passphrase was given while something used the desk."""
        return self._state is _State.WANTED

    def ask(self, sentence: str = "") -> LockScreen:
        """Show the screen: the desk is closed. `sentence`: why, where there is more to say than that."""
        self._state = _State.CLOSED
        screen = self.screen = LockScreen(sentence or _("Enter your passphrase to open your books and conversations."))
        screen.given.connect(self.given)
        screen.files_given.connect(self.files_given)
        screen.quit_wanted.connect(self.quit_wanted)
        screen.stop_wanted.connect(self._bridge.stop)
        self._window.show_alone(screen)
        return screen

    def lock(self, spared: Collection[Executor]) -> None:
        """In the place of a window that was emptied. What `spared` executors do goes on."""
        screen = self.ask()
        self._state = _State.WORKING
        self._window.setWindowTitle("Octavo")
        self._window.repaint()
        for other in QApplication.topLevelWidgets():
            if other is not self._window and other.parent() is None:
                other.close()
                other.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        screen.show_work(bool(self._bridge.busy & frozenset(spared)))
        self._bridge.drain(self._on_rested, spared=spared, all_of_it=True)

    def forget(self) -> None:
        """What was shown, and is in memory yet."""
        forget_shown()

    @Slot()
    def _on_rested(self) -> None:
        wanted = self.wanted
        self.rested.emit()
        if not wanted:
            self._state = _State.CLOSED
            if self.screen is not None:
                self.screen.show_work(False)

    @Slot(object)
    def take_checked(self, is_right: bool) -> None:
        """Whether the passphrase was right that was given while something used the desk."""
        if self.screen is None:
            return
        if not is_right:
            self.screen.show_wrong()
        elif self._state is _State.WORKING:
            self._state = _State.WANTED
            self.screen.show_opening()

    def open(self) -> None:
        """The desk is shown again."""
        self._state = _State.OPEN
        if self.screen is not None:
            self._window.show_all()
            self.screen.deleteLater()
            self.screen = None
