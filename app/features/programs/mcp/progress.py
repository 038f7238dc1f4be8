"""Progress that a program hears while it waits for an answer: one number that only grows, and words."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

from app.core.conversations.conversation import Answer, Question, StoredQuestion
from app.core.conversations.events import (
    Loading,
    Looking,
    PartBegun,
    PartEnded,
    Reading,
    Thinking,
    Tokenizing,
    Weighing,
)
from app.core.conversations.image import ImageRef
from app.core.errors import Problem
from app.services.asking.fitting import Choices
from app.services.asking.schemas import JsonAnswer
from app.services.asking.weighing import AnswerWeighed
from app.wording.i18n import _
from app.wording.support import part_words
from app.wording.units import count

STEPS = 6.0
"""Waiting, loading, counting, reading, writing, weighing: each counts 1."""

Report: TypeAlias = Callable[[float, str], None]
"""Takes the progress, up to STEPS, and words for it."""

_EVERY_S = 0.25
_WAITING, _LOADING, _COUNTING, _READING, _WRITING, _WEIGHING = range(6)
_HALF_WRITTEN = 200  # pieces of an answer, whose length nobody knows


class Progress:
    """An `AnswerScreen` that reports progress. `weighed` is the answer with the verdicts on its sentences, once it has
    ended."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._reported, self._reported_at = -1.0, 0.0
        self._pieces = 0
        self.weighed: Answer | None = None

    def waiting(self, fraction: float) -> None:
        self._tell(_WAITING, fraction, _("waiting for permission in Octavo’s window"))

    def planning(self, event: Loading | Tokenizing) -> None:
        self.loading(event) if isinstance(event, Loading) else self.tokenizing(event)

    def images(self, images: Sequence[ImageRef], tokens: Sequence[int]) -> None:
        """Do nothing, as no image is shown to the model."""

    def loading(self, event: Loading) -> None:
        self._tell(_LOADING, event.fraction, _("loading the model"))

    def tokenizing(self, event: Tokenizing) -> None:
        self._tell(_COUNTING, event.done / max(event.total, 1), _("counting words"))

    def looking(self, event: Looking) -> None:
        """Do nothing, as no image is shown to the model."""

    def reading(self, event: Reading) -> None:
        words = _("reading: {done} of {total} tokens").format(done=count(event.done), total=count(event.total))
        self._tell(_READING, event.done / max(event.total, 1), words)

    def part_begun(self, event: PartBegun) -> None:
        self._tell(_READING, 0.0, part_words(event.number, event.total))

    def part_ended(self, event: PartEnded) -> None:
        """Begin to count the next part."""

    def noting(self) -> None:
        self._write(_("writing notes"))

    def thinking(self, event: Thinking) -> None:  # noqa: ARG002 - the answer comes as a whole
        self._write(_("The model is thinking…"))

    def token(self, text: str) -> None:  # noqa: ARG002 - the answer comes as a whole
        self._write(_("writing the answer"))

    def weighing(self, event: Weighing) -> None:
        self._tell(_WEIGHING, event.done / max(event.total, 1), _("weighing sentences"))

    def notice(self, problem: Problem) -> None:
        """Say nothing of a problem by itself: the answer says what it means for it."""

    def written(self, question: Question | StoredQuestion, answer: Answer) -> None:
        """Do nothing: the answer comes with the verdicts on its sentences."""

    def finished(self, question: Question | StoredQuestion, weighed: AnswerWeighed) -> None:  # noqa: ARG002
        self.weighed = weighed.answer

    def judged(self, answer: Answer, judged: JsonAnswer) -> None:
        """Do nothing, as no tool asks for JSON."""

    def stopped(self, answer: Answer) -> None:
        """Do nothing: whoever stopped it knows."""

    def choices(self, choices: Choices) -> None:
        """Do nothing: the choices are options of a terminal."""

    def _write(self, words: str) -> None:
        self._pieces += 1
        self._tell(_WRITING, self._pieces / (self._pieces + _HALF_WRITTEN), words)

    def _tell(self, step: int, fraction: float, words: str) -> None:
        reached, now = step + min(max(fraction, 0.0), 0.999), time.monotonic()
        if reached > self._reported and (int(reached) > int(self._reported) or now - self._reported_at >= _EVERY_S):
            self._reported, self._reported_at = reached, now
            self._report(reached, words)
