"""Weighing an answer's sentences against the pages, by tests of our own and by the judgement of the model that holds
the books. It comes after the answer, which is whole and kept without it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from app.core.conversation import Answer, Ending, Support, WeighedSentence
from app.core.document import CitedBook
from app.core.errors import AppError, Code, Problem
from app.core.events import Looking, Notice, Reading, Tokenizing, Weighing
from app.core.settings import Settings
from app.core.values import ValueState, read_value
from app.core.work import Cancel, Work, relay
from app.engine.kv.saved_states import fingerprint
from app.engine.protocol import Engine, ModelInfo, Prompt, Weigh
from app.models import local
from app.services import judgement
from app.services.ask import Ask
from app.store.conversations import Conversations
from app.store.judges import Judge, Judges

if TYPE_CHECKING:
    from app.documents.citations.placing import PlacedClaim

_log = logging.getLogger("octavo.weighing")

WeighingProgress: TypeAlias = Tokenizing | Looking | Reading | Weighing | Notice


@dataclass(frozen=True)
class AnswerWeighed:
    """The answer with its sentences weighed, as far as they are. `off`: why the model was not asked; then none is."""

    answer: Answer
    off: Problem | None = None


@dataclass(frozen=True)
class SentenceWeighing:
    """Belongs to the engine's one executor, as `Ask` does."""

    engine: Engine
    ask: Ask
    conversations: Conversations
    judges: Judges
    settings: Callable[[], Settings]

    def is_wanted(self, answer: Answer) -> bool:
        """Whether there may be anything to weigh, or a reason to be said: there is an answer from books, and weighing
        is not switched off."""
        question = self.conversations.question(answer.question_id)
        of_documents = question is not None and question.asks_documents
        return self.settings().weigh_sentences and bool(answer.text) and of_documents

    def weigh(self, answer: Answer, cancel: Cancel) -> Work[WeighingProgress, AnswerWeighed]:
        """Weigh and keep. The first time a model is asked, what its judgement is worth is measured before.

        The context is in the end what it was. Raises AppError as `Ask` does where the books have to be read again, and
        MODEL_FAILED; Stopped: then nothing is kept.
        """
        model = self.ask.model()
        if (off := why_not_asked(model, answer)) is not None:
            return AnswerWeighed(answer, off)
        try:
            return (yield from self._weigh(model, answer, cancel))
        except AppError as error:
            if error.code is Code.WEIGHING_REMOTE:
                return AnswerWeighed(answer, error.problem)
            raise

    def _weigh(self, model: ModelInfo, answer: Answer, cancel: Cancel) -> Work[WeighingProgress, AnswerWeighed]:
        fitted = yield from self.ask.written_from(answer, cancel)
        prompt, placed = fitted.prompt, self._placed(answer, fitted.books)
        if answer.ending is Ending.LENGTH and placed and placed[-1].claim.end == len(answer.text.rstrip()):
            placed = placed[:-1]  # it was cut off, and says who knows what
        asked = [each for each in placed if each.needs_judgement]
        key, weights = _key(model), list[float | None]()
        judge = self.judges.of(key, judgement.VERSION)
        if asked and judge is None:
            judge = yield from self._measure(key, prompt, cancel)
            if judge is None:
                return AnswerWeighed(answer, Problem(Code.WEIGHING_NO_ROOM))
        if judge is not None and not judgement.is_sound(judge):
            return AnswerWeighed(answer, Problem(Code.WEIGHING_UNSOUND, {"right": round(judge.area * 100)}))
        if asked:
            weights = yield from self._weights(prompt, [_question(each) for each in asked], cancel)
        sentences = tuple(_sentences(placed, asked, weights, judge))
        weighed = msgspec.structs.replace(answer, weighed=sentences)
        self.conversations.keep_weighed(weighed)
        return AnswerWeighed(weighed)

    def _placed(self, answer: Answer, books: Sequence[CitedBook]) -> tuple[PlacedClaim, ...]:
        """The sentences of an answer, or its values where it is held to a form or a schema."""
        from app.documents.citations.placing import place, place_value  # with the first answer: it takes a while

        question = self.conversations.question(answer.question_id)
        if question is not None and question.form.schema:
            from app.documents.citations.json_values import place_values

            return tuple(each.placed_claim for each in place_values(answer.text, question.text, books))
        if question is None or not question.form.is_held:
            return place(answer.text, answer.citations, books)
        value = read_value(answer.text, question.form)
        if value.state is not ValueState.HAS:
            return ()
        return place_value(question.text, answer.text, value.text, answer.citations, books)

    def _measure(self, key: str, prompt: Prompt, cancel: Cancel) -> Work[WeighingProgress, Judge | None]:
        """What the model's judgement is worth; None where the context has no room to find out. It is measured right
        after the prompt that the context holds, so that no book has to be read again for it."""
        questions = judgement.calibration_questions()
        found = yield from self._weights(prompt, questions, cancel, calibrating=True)
        weights = [weight for weight in found if weight is not None]
        if len(weights) < len(questions):
            return None
        judge = judgement.measure(key, weights)
        self.judges.keep(judge)
        _log.info("judgement measured: area %.3f, slope %.3f, offset %.3f", judge.area, judge.slope, judge.offset)
        return judge

    def _weights(
        self, prompt: Prompt, questions: Sequence[str], cancel: Cancel, *, calibrating: bool = False
    ) -> Work[WeighingProgress, list[float | None]]:
        """Of each question; None where it did not fit."""

        def passing(event: WeighingProgress) -> Work[WeighingProgress, None]:
            yield msgspec.structs.replace(event, calibrating=calibrating) if isinstance(event, Weighing) else event

        work = self.engine.run(Weigh(prompt, tuple(questions), judgement.WORDS), cancel)
        weighed = yield from relay(work, passing)
        _log.info(
            "%d sentences weighed: %d tokens in %.2f s, %d read before",
            len(questions),
            weighed.question_tokens,
            weighed.seconds,
            weighed.usage.evaluated_tokens,
        )
        return [None if logs is None else judgement.weight(logs) for logs in weighed.logs]


def why_not_asked(model: ModelInfo, answer: Answer) -> Problem | None:
    """Why a model weighs nothing, as far as that is known without asking it: a server may not say how sure it is."""
    if answer.from_search or local.is_starter(model.path):
        return Problem(Code.WEIGHING_STARTER)
    return None


def _key(model: ModelInfo) -> str:
    """Tells a model with its adapters from every other one."""
    try:
        return " ".join((fingerprint(Path(model.path)), *model.adapters))
    except OSError:  # the file was moved while the model is loaded
        return " ".join((model.path, model.name if model.host else "", str(model.size_bytes), *model.adapters))


def _question(placed: PlacedClaim) -> str:
    label = placed.page.label or str(placed.page.number) if placed.page is not None else ""
    return judgement.question(label, placed.tested.statement, placed.claim.text)


def _sentences(
    placed: Sequence[PlacedClaim], asked: Sequence[PlacedClaim], weights: Sequence[float | None], judge: Judge | None
) -> list[WeighedSentence]:
    found: list[WeighedSentence] = []
    of = dict(zip(map(id, asked), weights, strict=True))
    for each in placed:
        weight = of.get(id(each))
        probability = judge.probability(weight) if judge is not None and weight is not None else -1.0
        lacks_room = each.needs_judgement and probability < 0
        support = Support.NO_ROOM if lacks_room else each.support(probability)
        place = (
            ()
            if each.page is None or each.book is None
            else (each.book.book_id, each.book.title, each.page.number, each.page.label, each.tested.statement)
        )
        sentence = WeighedSentence(each.claim.start, each.claim.end, support, *place)
        found.append(msgspec.structs.replace(sentence, probability=probability))
    return found
