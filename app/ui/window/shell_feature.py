"""The addition of a feature to the program around its window: something that outlives the desk that is open in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias

from PySide6.QtCore import QObject

from app.ui.frame.main_window import MainWindow
from app.ui.kit.bridge import Bridge
from app.ui.window.passphrase_screen import PassphraseScreen

if TYPE_CHECKING:
    from app.services.services import Services
    from app.ui.window.window import WindowPresenter


class Shell(Protocol):
    """The program around its window, whether a desk is open in that or not."""

    @property
    def window(self) -> MainWindow: ...

    @property
    def bridge(self) -> Bridge: ...

    @property
    def desk(self) -> Services | None:
        """The desk that is open."""

    @property
    def presenter(self) -> WindowPresenter | None:
        """The presenter that fills the window with the open desk; None while none does."""

    def open(self, passphrase: str) -> None:
        """Open the desk, which is closed. What goes wrong is said on the screen that asks for the passphrase."""

    def ask(self, screen: PassphraseScreen) -> None:
        """Show this screen, and nothing else, until a desk is open."""

    def let_go(self) -> Services:
        """Put away all that the window shows of the open desk, and hand the desk over: whoever has it from now on
        closes it, or gives it back."""

    def take_back(self, desk: Services) -> None:
        """Show a desk again that was let go of, and is still open."""

    def forget(self) -> None:
        """Let the collector look through everything there is, for what a desk left behind."""


class ShellFeature(QObject):
    """A feature in the program, made when the first desk is shown."""

    def __init__(self, shell: Shell, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shell = shell

    def desk_shown(self, window: WindowPresenter) -> None:
        """Note that a desk is open, and that `window` shows it: at the start, and whenever it or another one was
        opened."""

    def close(self) -> None:
        """End with the program; no work is under way any more."""


MakeShellFeature: TypeAlias = Callable[[Shell, QObject], ShellFeature]
"""Makes a feature of this program; it lives as long as the object that is given."""
