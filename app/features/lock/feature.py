"""The lock: the desk is closed while nobody is at it, and the window shows nothing until the passphrase is entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.feature import Feature

if TYPE_CHECKING:
    from app.ui.window.shell_feature import MakeShellFeature
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.lock.window.lock_now import LockNow

    return LockNow(workspace)


def _shell() -> MakeShellFeature:
    from app.features.lock.window.desk_lock import DeskLock

    return DeskLock


LOCK = Feature(name="lock", window=_window, shell=_shell)
