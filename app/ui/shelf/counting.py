"""Counts the tokens of the books on the shelf, one book after the other, while nothing else needs the engine."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.core.conversations.events import Tokenizing
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.window_context import WindowContext

_MS_FOR_EACH = 0.2
"""The milliseconds that the shelf waits for each book that is still to be counted, before it is drawn again: to draw it
takes the longer, the more books there are."""


class BookCounting(QObject):
    """Counts the tokens of books while nothing else needs the engine. The text of a book that was tokenized before an
    interruption is not tokenized again."""

    changed = Signal()

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._library = context.desk.documents.library
        self._bridge = context.bridge
        self._activity = context.activity
        self._wanted: dict[str, None] = {}  # in the order in which they are counted
        self._looks_up = False  # what was counted before is to be read first, in one step
        self._job: Job | None = None
        self._telling = QTimer(self, singleShot=True)
        self._telling.timeout.connect(self.changed)
        self.tokens: dict[str, int] = {}
        """The number of tokens of each book that was counted so far, by the book's id."""
        self.percent: dict[str, int] = {}
        """The share in percent that is counted of the book that is being counted, if that takes a moment."""

    def want(self, *book_ids: str) -> None:
        """Count these books, for the first time or again."""
        for book_id in book_ids:
            self.tokens.pop(book_id, None)
            self._wanted[book_id] = None
        self._looks_up = len(self._wanted) > 1
        self.give_way()
        self.look()

    def drop(self, book_id: str) -> None:
        """Forget a book that is gone."""
        self.tokens.pop(book_id, None)
        self._wanted.pop(book_id, None)

    @Slot()
    def look(self) -> None:
        """Count on while nothing else needs the engine, and stop when something does."""
        if self._activity.holder is not None:
            self.give_way()
        elif self._job is None and self._wanted and self._looks_up:
            self._job = self._bridge.stream(Executor.ENGINE, self._library.known_tokens, self._on_known)
        elif self._job is None and self._wanted:
            book_id = next(iter(self._wanted))
            work = partial(self._library.tokens, book_id)
            self._job = self._bridge.stream(Executor.ENGINE, work, partial(self._on_event, book_id))

    @Slot()
    def give_way(self) -> None:
        """Let what is put into the engine's line now come first."""
        if self._job is not None:
            self._job.cancel()

    def _on_known(self, event: Tokenizing | Done[dict[str, int]] | Cancelled | Failed) -> None:
        if self._job is None or isinstance(event, Tokenizing):
            return
        stopped, self._job = self._job.token.requested, None
        if not stopped:
            self._looks_up = False
            known = event.result if isinstance(event, Done) else {}
            found = {book_id: known[book_id] for book_id in self._wanted if book_id in known}
            self.tokens.update(found)
            self._wanted = {book_id: None for book_id in self._wanted if book_id not in found}
            if found:
                self._tell()
        self.look()

    def _on_event(self, book_id: str, event: Tokenizing | Done[int | None] | Cancelled | Failed) -> None:
        if self._job is None:
            return
        if isinstance(event, Tokenizing):
            self.percent = {book_id: 100 * event.done // max(1, event.total)}
            self._tell()
            return
        stopped, shown = self._job.token.requested, bool(self.percent)
        self._job = None
        self.percent.clear()
        if not stopped and book_id in self._wanted:
            del self._wanted[book_id]
            if isinstance(event, Done) and event.result is not None:
                self.tokens[book_id], shown = event.result, True
        if shown:
            self._tell()
        self.look()

    def _tell(self) -> None:
        """Say that something is counted, at once where few books are left; else with what is counted soon after."""
        wait = int(_MS_FOR_EACH * len(self._wanted))
        if not wait:
            self._telling.stop()
            self.changed.emit()
        elif not self._telling.isActive():
            self._telling.start(wait)
