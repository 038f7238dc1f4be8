"""Answers held to a JSON Schema: which tokens of a model's vocabulary go on to JSON that the schema allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from app.core.errors import AppError, Code
from app.engine.llama.llama import LlamaModel

if TYPE_CHECKING:
    from llguidance import LLMatcher, LLTokenizer

_SPECIAL = b"\xff"
"""Begins the text of a control token, for llguidance: nothing that is written has this byte."""


class HeldSchemas:
    """Holds answers of one model to schemas. Its vocabulary is looked through with the first one."""

    def __init__(self, model: LlamaModel) -> None:
        self._model = model
        self._tokens: LLTokenizer | None = None

    def hold(self, schema: str, begun: Sequence[int] = ()) -> HeldSchema:
        """Follow an answer, of which `begun` is there already. Raises AppError ANSWER_SCHEMA_LIMIT."""
        from llguidance import LLMatcher  # with the first answer that is held to a schema

        from app.engine.writing.json_grammar import grammar_of

        if self._tokens is None:
            self._tokens = _tokens_of(self._model)
        held = HeldSchema(LLMatcher(self._tokens, grammar_of(schema, whole=False), log_level=0))
        held.resume(begun)
        return held


class HeldSchema:
    """Follows one answer. What it was before `resume` may be no beginning of JSON that the schema allows: then nothing
    is held any more."""

    def __init__(self, matcher: LLMatcher) -> None:
        self._matcher = matcher
        self._is_lost = False
        self._check()

    @property
    def is_done(self) -> bool:
        """True if nothing can follow."""
        return not self._is_lost and self._matcher.is_stopped()

    def resume(self, written: Sequence[int]) -> None:
        """Take what was written before."""
        self._is_lost = self._matcher.try_consume_tokens([*written]) < len(written)

    def masked(self, logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return a copy of the logits in which only allowed tokens have any probability. Raises AppError
        ANSWER_SCHEMA_LIMIT."""
        if self._is_lost:
            return logits
        bits = np.frombuffer(self._matcher.compute_bitmask(), np.uint8)
        self._check()
        allowed = np.unpackbits(bits, count=len(logits), bitorder="little").view(np.bool_)
        return np.where(allowed, logits, np.float32(-np.inf))

    def feed(self, token: int) -> list[int]:
        """Take a token that was chosen, and return those that must follow it. Raises AppError ANSWER_SCHEMA_LIMIT."""
        if self._is_lost:
            return []
        self._matcher.consume_token(token)
        self._check()
        following = self._matcher.compute_ff_tokens()
        following = following[: self._matcher.try_consume_tokens(following)]
        self._check()
        return following

    def _check(self) -> None:
        if self._matcher.is_error():
            raise AppError(Code.ANSWER_SCHEMA_LIMIT, detail=self._matcher.get_error().partition("\n")[0])


def _tokens_of(model: LlamaModel) -> LLTokenizer:
    from llguidance import LLTokenizer, TokenizerWrapper

    ends = [token for token in range(model.vocabulary_size) if model.is_end(token)]
    return LLTokenizer(TokenizerWrapper(_Vocabulary(model, ends[0])), eos_token=ends)


class _Vocabulary:
    """A model's tokens as llguidance wants them."""

    bos_token_id = None

    def __init__(self, model: LlamaModel, end: int) -> None:
        self._model = model
        self.eos_token_id = end
        self.tokens = [
            _SPECIAL + model.token_text(token) if model.is_control(token) else model.piece(token)
            for token in range(model.vocabulary_size)
        ]
        self.special_token_ids = [token for token, text in enumerate(self.tokens) if text.startswith(_SPECIAL)]

    def __call__(self, text: bytes) -> list[int]:
        return [*self._model.tokenize(text.decode("utf-8", "replace"), special=False)]
