"""An answer while it is being written: kept on disk every few seconds, and ended exactly once."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from app.core.conversation import Answer, Citation, Ending, PassageRef, Timings, Usage
from app.core.errors import Problem
from app.store.conversations import Conversations

_NOTHING_USED, _NO_TIME = Usage(), Timings()
_SAVE_INTERVAL_S = 2.0


class OpenAnswer:
    """The answer while it is being written: kept every few seconds, and ended exactly once."""

    def __init__(self, answer: Answer, conversations: Conversations) -> None:
        self.answer = answer
        self._conversations = conversations
        self._pieces: list[str] = []
        self._saved_at = time.monotonic()

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def by(self, model: str) -> None:
        """Name the model that writes it."""
        self.answer = msgspec.structs.replace(self.answer, model=model)

    def saw(self, passages: tuple[PassageRef, ...], excerpts: bool) -> None:
        """Note the passages that are restated next to the question."""
        self.answer = msgspec.structs.replace(self.answer, passages=passages, excerpts=excerpts)

    def found(self) -> None:
        """Note that its sentences are chosen by a search, and none is the model's."""
        self.answer = msgspec.structs.replace(self.answer, from_search=True)

    def add(self, text: str) -> None:
        self._pieces.append(text)
        if time.monotonic() - self._saved_at > _SAVE_INTERVAL_S:
            self._save(text=self.text)

    def end(
        self,
        ending: Ending,
        usage: Usage = _NOTHING_USED,
        timings: Timings = _NO_TIME,
        citations: tuple[Citation, ...] = (),
        problem: Problem | None = None,
    ) -> Answer:
        """Keep the whole answer. Raises AppError when it cannot be kept; `answer` is whole all the same."""
        self._save(text=self.text, ending=ending, usage=usage, timings=timings, citations=citations, problem=problem)
        return self.answer

    def abandon(self) -> None:
        """Whoever listened has left, or a fault of ours came between: what was written stays."""
        if self.answer.ending is Ending.OPEN:
            self.end(Ending.CANCELLED)

    def _save(self, **changes: Any) -> None:
        self.answer = msgspec.structs.replace(self.answer, **changes)
        self._conversations.save_answer(self.answer)
        self._saved_at = time.monotonic()
