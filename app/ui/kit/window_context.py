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
    """The events of a window, told by the kernel to whom they may concern, and the wishes that anybody in it has of the
    program."""

    books_changed = Signal()
    """Emitted when documents came or went, were restored, or were read again."""

    book_changed = Signal(object)
    """Carries the `Book` whose pages may be others from now on."""

    book_removed = Signal(str)
    """Carries the id of a document that is no longer on the shelf."""

    conversation_shown = Signal(object)
    """Carries the `Conversation` that is shown from now on; None for none."""

    settings_changed = Signal()
    """Emitted when a person changed settings, which are saved by then."""

    engine_changed = Signal()
    """Emitted when `Activity` says something else."""

    notes_changed = Signal()
    """Emitted when some note of a document, or of an answer, is new, another or gone: by the kernel and by features."""

    context_measured = Signal()
    """Emitted when the use of the context may have changed."""

    restart_wanted = Signal()
    """Emitted when the program shall start anew."""

    engine_released = Signal()
    """Emitted when whoever had the engine has put all away, and questions of conversations have gone first: what waits
    may begin."""

    engine_used = Signal()
    """Emitted when a feature has asked something: what the engine holds in its context is to be measured again."""

    binned = Signal(object)
    """Carries the `BinEntry` of what a feature has put into the bin."""

    restored = Signal(object)
    """Carries the `BinEntry` of what is back from the bin."""

    @Slot()
    def tell_books_changed(self) -> None:
        """Emit `books_changed`; for signals that carry something else."""
        self.books_changed.emit()

    @Slot()
    def tell_settings_changed(self) -> None:
        """Emit `settings_changed`; for a signal that carries the settings."""
        self.settings_changed.emit()


@dataclass(frozen=True)
class WindowContext:
    """The context of a window. `window` is the one over which dialogs are opened; `activity` knows who has the engine,
    `shown` what the window shows. `now` returns the local time, aware of its zone; `parent` lives as long as the desk
    is open in the window."""

    desk: Services
    bridge: Bridge
    icons: Icons
    window: QWidget
    activity: Activity
    shown: Shown
    events: WindowEvents
    now: Callable[[], datetime]
    parent: QObject
