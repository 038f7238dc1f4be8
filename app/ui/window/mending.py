"""Help with damaged data at the start of the window, before a desk is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal

from app.core.errors import Problem
from app.core.kept import Keeps
from app.core.machine.paths import Paths
from app.ui.frame.main_window import MainWindow
from app.ui.kit.bridge import Bridge


class Mending(QObject):
    """Mends damaged data if the person wants that. `ended` tells that the desk may be opened now; it carries False if
    the data is as it was."""

    ended = Signal(bool)

    def offer(self, problem: Problem, passphrase: str | None) -> None:
        """Ask the person, and mend the data; `ended` follows. `problem` is the damage; `passphrase` is the one that
        opens the desk, if it has one."""
        raise NotImplementedError


MakeMending: TypeAlias = Callable[[Paths, Keeps, Bridge, MainWindow], Mending]
"""Makes the help with damaged data. Its dialogs belong to the window, which may not be shown yet. The keeps are
everything that a desk can have."""
