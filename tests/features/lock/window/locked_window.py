"""The program over a desk that has a passphrase."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.core.machine.paths import Paths
from app.features.lock.window.desk_lock import DeskLock
from app.features.lock.window.screen import LockScreen
from app.services.services import Services
from app.store.key_derivation import Argon2Cost
from app.store.keys import obtain, set_passphrase
from tests.ui import fakes
from tests.ui.matter_window import Window, furnish
from tests.ui.room import wait

PASSPHRASE = "lantern quay otter violet"
CHEAP = Argon2Cost(memory_kib=32, passes=1, lanes=1)


class LockedWindow(Window):
    """`protect` gives the desk its passphrase; from then on it opens by it alone."""

    def __init__(self, folder: Path, fill: Callable[[Services, str, str], None] = furnish) -> None:
        self._has_passphrase = False
        super().__init__(folder, fill=fill)

    def open_desk(self, paths: Paths, passphrase: str | None) -> Services:
        if not self._has_passphrase:
            return super().open_desk(paths, passphrase)
        before, fakes._KEY = fakes._KEY, obtain(paths, passphrase)
        try:
            return super().open_desk(paths, passphrase)
        finally:
            fakes._KEY = before

    def protect(self) -> None:
        set_passphrase(self.desk.shared.matters.home, self.desk.paths, PASSPHRASE, cost=CHEAP)
        self._has_passphrase = True
        self.presenter.model_area.passphrase.changed.emit()
        self.settle()

    @property
    def desk_lock(self) -> DeskLock:
        return next(each for each in self.start.features if isinstance(each, DeskLock))

    @property
    def screen(self) -> LockScreen:
        found = self.start.window.findChild(LockScreen)
        assert isinstance(found, LockScreen)
        return found

    def lock_now(self) -> None:
        self.presenter.commands.actions["Lock now"].trigger()

    def lock(self) -> None:
        """And wait until the desk is closed, and what was shown is forgotten."""
        self.lock_now()
        wait(lambda: self.start.presenter is None)
        self.wait_closed()

    def wait_closed(self) -> None:
        wait(lambda: self.start.presenter is None)
        lock = self.desk_lock
        wait(lambda: lock._desk is None and self.start._bridge.idle and not lock._forgetting.is_under_way)

    def unlock(self, passphrase: str = PASSPHRASE) -> None:
        self.screen.secret.line.setText(passphrase)
        self.screen.accept()
        self.settle()
