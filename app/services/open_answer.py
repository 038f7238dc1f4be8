"""An answer while it is being written: kept on disk every few seconds, and ended exactly once."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from app.core.conversation import Answer, Citation, Ending, PassageRef, Timings, Usage
from app.core.errors import AppError, Problem
from app.store.conversations import Conversations

_NOTHING_USED, _NO_TIME = Usage(), Timings()
_SAVE_INTERVAL_S = 2.0


class OpenAnswer:
    """The answer while it is being written: kept every few seconds, and ended exactly once.

    One that has text already gets longer. Where nothing comes of that, it is again what it was before.
    """

    def __init__(self, answer: Answer, conversations: Conversations) -> None:
        self._before = answer
        self._conversations = conversations
        self._pieces = [answer.text] if answer.text else []
        self._marked: tuple[Citation, ...] = ()
        self._saved_at = time.monotonic()
        self.answer = answer
        if answer.ending is not Ending.OPEN:
            self._save(ending=Ending.OPEN, problem=None)

    @property
    def goes_on(self) -> bool:
        """It had text before."""
        return bool(self._before.text)

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def by(self, model: str) -> None:
        """Name the model that writes it; of an answer that goes on, both where they differ."""
        known = self._before.model
        if self.goes_on and known:
            model = known if model in known.split(", ") else f"{known}, {model}"
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

    def mark(self, citations: tuple[Citation, ...]) -> bool:
        """Note the page marks in the text so far; whether something is new about them."""
        known, self._marked = self._marked, citations
        return citations != known

    def end(
        self,
        ending: Ending,
        usage: Usage = _NOTHING_USED,
        timings: Timings = _NO_TIME,
        citations: tuple[Citation, ...] = (),
        problem: Problem | None = None,
    ) -> Answer:
        """Keep the whole answer. Raises AppError when it cannot be kept; `answer` is whole all the same.

        `usage` and `timings` are those of what was done now; what was written before is counted in.
        """
        before = self._before
        if self.goes_on:
            if len(self._pieces) == 1 and ending not in (Ending.COMPLETE, Ending.LENGTH):
                ended = before if before.ending is not Ending.OPEN else msgspec.structs.replace(before, ending=ending)
                self.answer = ended
                self._save()
                return ended
            written = before.usage.generated_tokens + usage.generated_tokens
            usage = msgspec.structs.replace(usage, generated_tokens=written)
            timings = msgspec.structs.replace(
                timings,
                first_token_s=before.timings.first_token_s or timings.first_token_s,
                generate_s=before.timings.generate_s + timings.generate_s,
            )
        self._save(text=self.text, ending=ending, usage=usage, timings=timings, citations=citations, problem=problem)
        return self.answer

    def fail(self, problem: Problem, citations: tuple[Citation, ...] = ()) -> Answer:
        """Keep what there is. The answer that is returned says what went wrong, even where it could not be kept, or is
        kept as it was before."""
        try:
            self.end(Ending.FAILED, citations=citations, problem=problem)
        except AppError as error:  # the disk is full, say: the text is still in the window
            problem = error.problem
        return msgspec.structs.replace(self.answer, ending=Ending.FAILED, problem=problem)

    def abandon(self) -> None:
        """Whoever listened has left, or a fault of ours came between: what was written stays."""
        if self.answer.ending is Ending.OPEN:
            self.end(Ending.CANCELLED)

    def _save(self, **changes: Any) -> None:
        self.answer = msgspec.structs.replace(self.answer, **changes)
        self._conversations.save_answer(self.answer)
        self._saved_at = time.monotonic()
