"""The context that every part of a window is given: its desk, its frame, who has the engine, what is shown, what
happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.services.services import Services
from app.ui.kit.activity import Activity
from app.ui.kit.bridge import Bridge
from app.ui.kit.shown import Shown
from app.ui.look.icons import Icons


class WindowEvents(QObject):
    """The events of a window, told by the kernel to whom they may concern; and what anybody in it asks of the
    program."""

    books_changed = Signal()
    """Documents came or went, were restored, or were read again."""

    book_changed = Signal(object)
    """The `Book` whose pages may be others from now on."""

    book_removed = Signal(str)
    """The id of a document that is no longer on the shelf."""

    conversation_shown = Signal(object)
    """The `Conversation` that is shown from now on; None for none."""

    settings_changed = Signal()
    """A person changed settings; they are saved."""

    engine_changed = Signal()
    """`Activity` says something else."""

    notes_changed = Signal()
    """Some note of a document, or of an answer, is new, another or gone: told by the kernel and by features."""

    context_measured = Signal()
    """How the context is used may have changed."""

    restart_wanted = Signal()
    """The program shall start anew."""

    engine_released = Signal()
    """Whoever had the engine has put all away, and questions of conversations have gone first: what waits may begin."""

    engine_used = Signal()
    """A feature has asked something: what the engine holds in its context is to be measured again."""

    binned = Signal(object)
    """A feature has put something into the bin: its `BinEntry`."""

    restored = Signal(object)
    """Something is back from the bin: its `BinEntry`."""

    @Slot()
    def tell_books_changed(self) -> None:
        """Heard by signals that carry something else."""
        self.books_changed.emit()

    @Slot()
    def tell_settings_changed(self) -> None:
        """Heard by a signal that carries the settings."""
        self.settings_changed.emit()


@dataclass(frozen=True)
class WindowContext:
    """`window`: over which dialogs are opened; `activity`: who has the engine; `shown`: what the window shows. `now`
    gives the local time, aware of its zone; `parent` lives as long as the desk is open in the window."""

    desk: Services
    bridge: Bridge
    icons: Icons
    window: QWidget
    activity: Activity
    shown: Shown
    events: WindowEvents
    now: Callable[[], datetime]
    parent: QObject
