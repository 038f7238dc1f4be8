"""Asking the loaded model about those sentences of an answer that words alone do not decide. It comes after the answer,
which is whole and kept without it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from app.core.conversations.conversation import Answer
from app.core.conversations.events import Notice, Weighing
from app.core.conversations.verdict import SentenceVerdict, Unweighed, give_up
from app.core.errors import AppError, Code, Problem
from app.core.settings import Settings
from app.core.work import Cancel, Work, relay
from app.engine.protocol import Engine, ModelInfo, Prompt, Weigh
from app.models import local
from app.services.asking.ask import Ask
from app.services.models import judgement
from app.store.conversations import Conversations
from app.store.judges import Judge, Judges

_log = logging.getLogger("octavo.weighing")

WeighingProgress: TypeAlias = Weighing | Notice


@dataclass(frozen=True)
class AnswerWeighed:
    """The answer with the verdicts on its sentences, as far as there are any. `off` says why the model was not
    asked."""

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
        """Return whether there are sentences that only a model may decide, and it may be asked about them."""
        return self.settings().weigh_sentences and any(each.waits for each in answer.verdicts)

    def may_judge(self) -> bool | None:
        """Return whether the loaded model may be asked in some language; None if that was not found out yet, or none is
        loaded."""
        model = self.engine.model()
        return judgement.may_judge(self.judges, model) if model is not None else None

    def weigh(self, answer: Answer, cancel: Cancel) -> Work[WeighingProgress, AnswerWeighed]:
        """Ask and keep. The first time a model is asked, it is found out before how far it can be believed.

        Nothing that the model holds is touched, and no book is read for it. Raises AppError MODEL_FAILED, REMOTE_*;
        Stopped: then nothing is kept.
        """
        model = self.ask.model()
        if (off := why_not_asked(model, answer)) is not None:
            return self._given_up(answer, Unweighed.NO_JUDGE, off)
        try:
            return (yield from self._weigh(model, answer, cancel))
        except AppError as error:
            if error.code is Code.WEIGHING_REMOTE:
                return self._given_up(answer, Unweighed.NO_JUDGE, error.problem)
            raise

    def _weigh(self, model: ModelInfo, answer: Answer, cancel: Cancel) -> Work[WeighingProgress, AnswerWeighed]:
        key = judgement.model_key(model)
        prompt = self._prompt(answer)
        judge = self.judges.of(key, judgement.VERSION)
        if judge is None:
            judge = yield from self._measure(key, prompt, cancel)
            if judge is None:
                return self._given_up(answer, Unweighed.NO_ROOM, Problem(Code.WEIGHING_NO_ROOM))
        if not any(map(judgement.is_sound, judge.languages)):
            return self._given_up(answer, Unweighed.NO_JUDGE, Problem(Code.WEIGHING_UNSOUND))
        asked = [each for each in answer.verdicts if each.waits and _is_judged(judge, answer, each)]
        questions = [judgement.question(each, _claim(answer, each)) for each in asked]
        weights = (yield from self._weights(prompt, questions, cancel)) if asked else []
        of = dict(zip(map(id, asked), weights, strict=True))
        verdicts = tuple(
            _decided(judge, answer, each, of.get(id(each))) if id(each) in of else give_up(each, Unweighed.LANGUAGE)
            for each in answer.verdicts
        )
        return self._kept(answer, verdicts)

    def _prompt(self, answer: Answer) -> Prompt:
        """Return the texts that come before each question, and whose pseudonyms are used for a server."""
        question = self.conversations.question(answer.question_id)
        about = tuple(dict.fromkeys(place.book_id for each in answer.verdicts for place in each.evidence))
        conversation_id = question.conversation_id if question is not None else ""
        return msgspec.structs.replace(judgement.PROMPT, conversation_id=conversation_id, about=about)

    def _measure(self, key: str, prompt: Prompt, cancel: Cancel) -> Work[WeighingProgress, Judge | None]:
        """Measure how far the model can be believed; None if there was no memory to find out."""
        bare = msgspec.structs.replace(prompt, about=())
        questions = [case.question for case in judgement.calibration()]
        found = yield from self._weights(bare, questions, cancel, calibrating=True)
        weights = [weight for weight in found if weight is not None]
        if len(weights) < len(questions):
            return None
        judge = judgement.measure(key, weights)
        self.judges.keep(judge)
        for each in judge.languages:
            _log.info("judgement in %s: area %.3f, keeps %.2f of the true", each.language, each.area, each.kept)
        return judge

    def _weights(
        self, prompt: Prompt, questions: Sequence[str], cancel: Cancel, *, calibrating: bool = False
    ) -> Work[WeighingProgress, list[float | None]]:
        """Return the weight of each question; None for those that there was no room for."""

        def passing(event: WeighingProgress) -> Work[WeighingProgress, None]:
            yield msgspec.structs.replace(event, calibrating=calibrating) if isinstance(event, Weighing) else event

        work = self.engine.run(Weigh(prompt, tuple(questions), judgement.WORDS), cancel)
        weighed = yield from relay(work, passing)
        _log.info(
            "%d sentences weighed: %d tokens in %.2f s", len(questions), weighed.evaluated_tokens, weighed.seconds
        )
        return [None if logs is None else judgement.weight(logs) for logs in weighed.logs]

    def _given_up(self, answer: Answer, reason: Unweighed, off: Problem) -> AnswerWeighed:
        verdicts = tuple(give_up(each, reason) for each in answer.verdicts)
        return AnswerWeighed(self._kept(answer, verdicts).answer, off)

    def _kept(self, answer: Answer, verdicts: tuple[SentenceVerdict, ...]) -> AnswerWeighed:
        weighed = msgspec.structs.replace(answer, verdicts=verdicts)
        self.conversations.keep_verdicts(weighed)
        return AnswerWeighed(weighed)


def why_not_asked(model: ModelInfo, answer: Answer) -> Problem | None:
    """Return why a model is asked nothing, as far as that is known without asking it: a server may not say how sure it
    is."""
    if answer.from_search or local.is_starter(model.path):
        return Problem(Code.WEIGHING_STARTER)
    return None


def _claim(answer: Answer, verdict: SentenceVerdict) -> str:
    from app.documents.citations.statements import plain_claim  # with the first answer: it takes a while

    return plain_claim(answer.text[verdict.start : verdict.end])


def _is_judged(judge: Judge, answer: Answer, verdict: SentenceVerdict) -> bool:
    return judgement.is_sound(judgement.judged_in(judge, _claim(answer, verdict)))


def _decided(judge: Judge, answer: Answer, verdict: SentenceVerdict, weight: float | None) -> SentenceVerdict:
    from app.documents.citations.verdict import decide

    judged = judgement.judged_in(judge, _claim(answer, verdict))
    if weight is None or judged is None:
        return give_up(verdict, Unweighed.NO_ROOM)
    if weight > judged.believed:
        return decide(verdict, True)
    return decide(verdict, False if weight < judged.denied else None)
