"""The use of the context: measures it whenever it can have changed, and shows it in the spine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversation import Conversation
from app.core.document import Book
from app.core.errors import Problem
from app.messages import _
from app.services.context import ContextUse
from app.services.desk import Desk
from app.ui.bridge import Bridge, Executor
from app.ui.jobs import Job
from app.ui.presenters.words import use_parts, use_words
from app.ui.theme import Theme
from app.ui.widgets.spine import Spine


class ContextPresenter(QObject):
    """`measured` carries the ContextUse, None while it is not known."""

    measured = Signal(object)

    def __init__(
        self,
        desk: Desk,
        bridge: Bridge,
        spine: Spine,
        theme: Theme,
        *,
        books: Callable[[], dict[str, Book]],
        parent: QObject | None = None,
    ) -> None:
        """`books` gives what stands on the shelf, by id."""
        super().__init__(parent)
        self._desk = desk
        self._bridge = bridge
        self._spine = spine
        self._theme = theme
        self._books = books
        self._shown: Conversation | None = None
        self._use: ContextUse | None = None
        self._job: Job | None = None
        self._tokens_per_second = 0.0
        theme.changed.connect(self._draw)
        self._draw()

    @Slot(object)
    def show_conversation(self, conversation: Conversation | None) -> None:
        before, self._shown = self._shown, conversation
        if conversation is None or before is None or before.id != conversation.id or before.books != conversation.books:
            self.measure()

    def note_pace(self, tokens_per_second: float) -> None:
        """How fast the model reads: tells how long a change of the desk will take."""
        self._tokens_per_second = tokens_per_second

    @Slot()
    def measure(self) -> None:
        """Ask the engine; the answer comes when it is not busy."""
        if self._job is not None:
            self._job.cancel()
        if self._shown is None:
            self._take(None)
            return
        work = partial(self._desk.context.use, self._shown.id)
        self._job = self._bridge.call(Executor.ENGINE, work, self._take, self._on_problem)

    @Slot(object)
    def _take(self, use: ContextUse | None) -> None:
        self._use = use
        self._draw()
        self.measured.emit(use)

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:  # noqa: ARG002 - the chip says what is wrong with the model
        self._take(None)

    @Slot()
    def _draw(self) -> None:
        if self._use is None:
            self._spine.show_use((), 0, _("measured once a model is loaded"))
        else:
            parts = use_parts(self._use, self._theme.palette)
            words = use_words(self._use, self._books(), self._tokens_per_second)
            self._spine.show_use(parts, self._use.context_tokens, words)
