"""Scenes of what a model thinks before it answers: folded, open, coming, stopped."""

from __future__ import annotations

from app.core.conversations.events import Reading, Thinking
from app.core.settings import ThemeChoice
from app.wording.i18n import use_language
from tests.tools.screens.stage import Stage
from tests.ui.fakes import Step
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, pause, wait

_QUESTION = "When must the tenant give notice to leave, and does a side letter change it?"
_ANSWER = (
    "The lease asks for twelve months: the tenant shall give notice to end the Term “not less than twelve months "
    "before the end of the then current Term” [p. 87]. Notice sent by e-mail alone does not count."
)
_THOUGHT = (
    "The question has two parts: when notice must be given, and whether one of the side letters changes that.\n\n"
    "Clause 14.2 of the lease says “not less than twelve months before the end of the then current Term”. That is on "
    "p. 87. The next clause says how notice is sent.\n\n"
    "The side letter of 3 May 2021 speaks of berths 4 to 7 only. Which berths does this tenant have? The schedule "
    "names berth 5, so the shorter period may apply. I should say both, and quote both."
)


def _thoughts(tokens: int, seconds: float, *, limited: bool = False) -> tuple[Thinking, ...]:
    half = _THOUGHT.index("\n\n", len(_THOUGHT) // 2)
    first, rest = _THOUGHT[:half], _THOUGHT[half:]
    return Thinking(), Thinking(first, tokens // 2, seconds / 2), Thinking(rest, tokens, seconds, limited)


def _begin(stage: Stage, answer: tuple[Step, ...], **options: object) -> None:
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.engine.answers = [(Reading(900, 900, 0), *answer)]
    stage.open(**options)  # type: ignore[arg-type]


def _asked(stage: Stage, **options: object) -> None:
    _begin(stage, (*_thoughts(340, 12.3), _ANSWER), **options)
    stage.ask(_QUESTION)


def _coming(stage: Stage, **options: object) -> None:
    gate = Gate()
    _begin(stage, (*_thoughts(340, 12.3), gate, _ANSWER), **options)
    stage.ask(_QUESTION, settle=False)
    wait(gate.reached.is_set)
    pause(300)


def _unfold(stage: Stage) -> None:
    stage.last_answer().thought.fold.click()
    pause(100)


def thought_folded(stage: Stage) -> None:
    _asked(stage)


def thought_open(stage: Stage) -> None:
    _asked(stage)
    _unfold(stage)


def thought_open_dark(stage: Stage) -> None:
    _asked(stage, theme=ThemeChoice.DARK)
    _unfold(stage)


def thought_coming(stage: Stage) -> None:
    _coming(stage)


def thought_coming_open(stage: Stage) -> None:
    _coming(stage)
    _unfold(stage)


def thought_limited(stage: Stage) -> None:
    _begin(stage, (*_thoughts(4096, 131, limited=True), _ANSWER))
    stage.ask(_QUESTION)


def thought_stopped(stage: Stage) -> None:
    _coming(stage)
    stage.presenter.talk_area.asking.stop()
    stage.settle()
    _unfold(stage)


def thought_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _asked(stage)
        _unfold(stage)
    finally:
        use_language("en")


def thought_small(stage: Stage) -> None:
    _asked(stage, size=(1024, 700))
    _unfold(stage)


SCENES = (
    thought_folded,
    thought_open,
    thought_open_dark,
    thought_coming,
    thought_coming_open,
    thought_limited,
    thought_stopped,
    thought_japanese,
    thought_small,
)
