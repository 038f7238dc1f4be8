"""A search through texts that the palette begins while a person types in it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from app.ui.kit.commands import Entry
from app.ui.kit.presenter import Presenter


class TextFinder(Presenter):
    """A search through texts, by a subclass. `found` carries the words that were looked for, and entries that have
    them; `ended` the words for which nothing more will come. `keys` end the palette and go on with what is typed
    (`further`); `hint` says what these do."""

    found = Signal(str, object)
    ended = Signal(str)

    def __init__(self, keys: QKeySequence, hint: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.keys = keys
        self.hint = hint

    def find(self, words: str) -> None:
        """Look for these words, and no longer for those before."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop looking: nobody waits for what may still be found."""
        raise NotImplementedError

    def further(self, words: str) -> Entry:
        """Return the last entry of the palette, for what is typed: to find more than at a glance."""
        raise NotImplementedError
