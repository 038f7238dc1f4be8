"""Questions about a sentence, asked apart from what the context holds, in a small context of their own.

A model that has just written a sentence, and holds it, says yes to it: asked in the same context it believes most of
its own mistakes. In a small context it sees the page's words and the claim alone, no book is read for the question,
and nothing of what the large context holds changes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from app.core.errors import AppError, Code
from app.core.work import Stopped
from app.engine.architectures import Geometry
from app.engine.beginnings import Beginnings
from app.engine.control import RunControl
from app.engine.kv.cached_sequence import CachedSequence
from app.engine.llama.llama import LlamaContext, LlamaModel
from app.engine.prompt import PromptTokenizer
from app.engine.protocol import Prompt, Weighed

CONTEXT_TOKENS = 2048
"""Room for the instructions, a few sentences of a page and a claim."""

_NO_MEMORY = (Code.MODEL_FAILED, Code.MODEL_CARD_FULL, Code.MODEL_OUT_OF_MEMORY)
_log = logging.getLogger("octavo.engine")


@dataclass(frozen=True)
class Judging:
    """The place in which one session asks its questions apart. `open_context` makes a context of so many tokens over
    the same weights."""

    model: LlamaModel
    tokenizer: PromptTokenizer
    geometry: Geometry
    control: RunControl
    open_context: Callable[[int], LlamaContext]

    def weigh(
        self, prompt: Prompt, questions: Sequence[str], words: Sequence[str], on_weighed: Callable[[int, int], None]
    ) -> Weighed:
        """See `protocol.Weigh`. `on_weighed` gets the questions that were asked, and their number. Raises AppError
        MODEL_FAILED while it evaluates; Stopped, also between two questions."""
        started = time.monotonic()
        try:
            context = self.open_context(CONTEXT_TOKENS)
        except AppError as error:
            if error.code not in _NO_MEMORY:
                raise
            _log.info("no memory to ask apart: %s", error.code)
            return Weighed((None,) * len(questions), 0, time.monotonic() - started)
        with closing(context):
            return self._weigh(context, prompt, questions, Beginnings(self.model, words), on_weighed)

    def _weigh(
        self,
        context: LlamaContext,
        prompt: Prompt,
        questions: Sequence[str],
        beginnings: Beginnings,
        on_weighed: Callable[[int, int], None],
    ) -> Weighed:
        sequence = CachedSequence(context, self.geometry, self.control, snapshot_bytes=0)
        logs: list[tuple[float, ...] | None] = []
        evaluated, started, waited_s = 0, time.monotonic(), self.control.waited_s
        for question in questions:
            if self.control.wait():
                raise Stopped
            tokens = self.tokenizer.lay_out(prompt.asking(question)).tokens
            if len(tokens) <= context.size:
                evaluated += sequence.read(tokens, (), lambda *_: None).evaluated_tokens
                logs.append(beginnings.logs(context.logits()))
            else:
                logs.append(None)
            on_weighed(len(logs), len(questions))
        seconds = time.monotonic() - started - (self.control.waited_s - waited_s)
        return Weighed(tuple(logs), evaluated, seconds)
