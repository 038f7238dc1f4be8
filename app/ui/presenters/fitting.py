"""Books that do not fit: asks the engine what could be done, lets the person choose, and has it done."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.core.conversation import Conversation
from app.core.errors import Problem
from app.messages import sentence
from app.services.context import Choices, ContextUse
from app.services.desk import Desk
from app.ui.bridge import Bridge, Executor
from app.ui.fit_dialog import FitDialog


class Fitting(QObject):
    room_chosen = Signal(object)  # Room
    pages_chosen = Signal(str)  # a book's id
    excerpts_chosen = Signal()
    failed = Signal(str)

    def __init__(self, desk: Desk, bridge: Bridge, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._bridge = bridge
        self._window = window

    def offer(self, conversation: Conversation, use: ContextUse | None, *, asked: bool) -> None:
        """Show the choices for a conversation; `asked` says that its last question got no answer."""
        needed = use.used_tokens if use is not None else 0
        work = partial(self._desk.context.choices, conversation.books, needed)
        self._bridge.call(Executor.ENGINE, work, partial(self._show, asked), self._on_problem)

    def _show(self, asked: bool, choices: Choices) -> None:
        model = self._desk.models.loaded()
        if model is None:
            return
        dialog = FitDialog(choices, model.kv_type, asked=asked, parent=self._window)
        dialog.room_chosen.connect(self.room_chosen)
        dialog.pages_chosen.connect(self.pages_chosen)
        dialog.excerpts_chosen.connect(self.excerpts_chosen)
        dialog.open()

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        self.failed.emit(sentence(problem))
