"""What is written and not asked yet, of every conversation: kept on disk soon after it changes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.core.conversation import Draft
from app.core.errors import Problem
from app.store.conversations import Drafts
from app.ui.bridge import Bridge, Executor
from app.wording.errors import sentence

KEEP_AFTER_MS = 1000
"""The most that is lost when the program is killed while somebody types."""


class DraftsPresenter(QObject):
    """Ids are those of conversations; an empty one stands for the one that will be shown first."""

    failed = Signal(str)

    def __init__(self, store: Drafts, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._bridge = bridge
        self._drafts: dict[str, Draft] = {}
        self._kept: dict[str, Draft] = {}  # as the store has them
        self._failing = False
        self._timer = QTimer(self, singleShot=True, interval=KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep)

    def of(self, conversation_id: str) -> Draft:
        return self._drafts.get(conversation_id, Draft())

    def take_in(self, conversation_id: str, stored: Draft) -> bool:
        """A conversation is shown; what the store has of it counts unless it was shown before. Whether it did."""
        counts = conversation_id not in self._kept
        if counts:
            self._kept[conversation_id] = self._drafts[conversation_id] = stored
        early = self._drafts.pop("", Draft()).text
        if early:
            draft = self.of(conversation_id)
            self.put(conversation_id, Draft(f"{draft.text}\n{early}".lstrip("\n"), draft.question_id, draft.edited))
        return counts

    def put(self, conversation_id: str, draft: Draft) -> None:
        if draft == self.of(conversation_id):
            return
        self._drafts[conversation_id] = draft
        if not self._timer.isActive():
            self._timer.start()

    def forget(self, conversation_id: str) -> None:
        """The conversation is deleted, and what was kept of it."""
        self._drafts.pop(conversation_id, None)
        self._kept.pop(conversation_id, None)

    @Slot()
    def keep(self) -> None:
        """Have what changed written, off this thread."""
        self._timer.stop()
        for conversation_id, draft in self._unkept():
            work = partial(self._store.keep, conversation_id, draft)
            self._bridge.call(Executor.STORE, work, partial(self._note_kept, conversation_id, draft), self._on_problem)

    def close(self) -> None:
        """Write at once what changed: nothing is delivered any more. Raises AppError as the store does."""
        self._timer.stop()
        for conversation_id, draft in self._unkept():
            self._store.keep(conversation_id, draft)

    def _unkept(self) -> list[tuple[str, Draft]]:
        return [
            (conversation_id, draft)
            for conversation_id, draft in self._drafts.items()
            if conversation_id and draft != self._kept.get(conversation_id, Draft())
        ]

    def _note_kept(self, conversation_id: str, draft: Draft, nothing: None) -> None:  # noqa: ARG002 - of the bridge
        self._failing = False
        if conversation_id in self._drafts:
            self._kept[conversation_id] = draft

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        """Tried again with the next change; told once."""
        if not self._failing:
            self._failing = True
            self.failed.emit(sentence(problem))
