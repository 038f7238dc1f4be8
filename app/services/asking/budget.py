"""The shares of a model's context: what an answer may take, what is kept free, what stands next to a question."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.settings import Settings
from app.engine.protocol import ModelInfo
from app.models import local

STARTER_ANSWER_TOKENS = 96
"""The most tokens of an answer of the starter without a book: what so small a model says further is repetition."""

_LEAST_ANSWER = 1024
_RESERVE_SHARE = 8  # of the context, at most, that has to be free for an answer
_THOUGHT_TIMES = 2  # as long as an answer is a thought that needs no word in the settings
_RETRIEVED_SHARE = 8  # of the context, at most, for what is repeated next to a question to whole books


@dataclass(frozen=True)
class _Ability:
    """The abilities of models of a size: those that have fewer than so many `parameters`. `answer_tokens` is the
    longest answer. `close_passages` are those that they can hold apart next to a whole book. Passages in place of books
    take 1 / `excerpts_share` of the context."""

    parameters: float
    answer_tokens: int
    close_passages: int
    excerpts_share: int


_ABILITIES = (_Ability(4e9, 1024, 4, 8), _Ability(20e9, 4096, 6, 4), _Ability(float("inf"), 8192, 8, 4))


@dataclass(frozen=True)
class Budget:
    """The tokens that the parts of a context may take, and one number of passages. `answer` is the longest answer;
    `thought` is what may be thought before it. `reserve` must be free for an answer, or nothing is asked. `retrieved`
    is for passages and outlines next to a question to whole books, `excerpts` for passages in place of books;
    `close_passages` are as in `_Ability`. `notes` is the longest that notes on a part of books that do not fit may
    be."""

    answer: int
    reserve: int
    notes: int
    retrieved: int
    excerpts: int
    close_passages: int
    thought: int = 0

    def for_passages(self, *, excerpts: bool) -> int:
        return self.excerpts if excerpts else self.retrieved


def budget_of(model: ModelInfo, settings: Settings) -> Budget:
    """Return the budget of a loaded model. A server on the network that does not say how large its model is counts as
    large."""
    shared = share_out(model.context_tokens, model.parameters, settings)
    if not local.is_starter(model.path) or settings.max_answer_tokens:
        return shared
    return replace(shared, answer=STARTER_ANSWER_TOKENS, reserve=min(STARTER_ANSWER_TOKENS, shared.reserve))


def share_out(context_tokens: int, parameters: int, settings: Settings) -> Budget:
    """Share out a context of so many tokens, of a model with so many parameters, 0 if that is not known. A number in
    the settings wins."""
    ability = next(ability for ability in _ABILITIES if (parameters or float("inf")) <= ability.parameters)
    usual = min(ability.answer_tokens, max(_LEAST_ANSWER, context_tokens // _RESERVE_SHARE))
    answer = settings.max_answer_tokens or usual
    return Budget(
        answer,
        min(answer, context_tokens // _RESERVE_SHARE),
        min(usual, context_tokens // _RESERVE_SHARE),
        context_tokens // _RETRIEVED_SHARE,
        context_tokens // ability.excerpts_share,
        ability.close_passages,
        settings.max_thought_tokens or _THOUGHT_TIMES * usual,
    )
