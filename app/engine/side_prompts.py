"""Requests to a model after an answer that leave no trace: each is evaluated after the prompt, and taken back."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from app.core.conversations.conversation import Ending
from app.core.settings import Sampling
from app.core.work import Stopped
from app.engine.architectures import Geometry
from app.engine.control import RunControl
from app.engine.formats.thinking import AnswerText, Thoughts
from app.engine.kv.cached_sequence import CachedSequence, OnProgress
from app.engine.llama.llama import LlamaContext, LlamaModel
from app.engine.prompt import LaidOutPrompt, PromptTokenizer
from app.engine.protocol import WrittenAside
from app.engine.writing.generation import Writer, Written, write_text
from app.engine.writing.sampler import Sampler


@dataclass(frozen=True)
class SidePrompts:
    """The asides of one session. All methods raise what `CachedSequence.read` raises; Stopped."""

    model: LlamaModel
    context: LlamaContext
    sequence: CachedSequence
    tokenizer: PromptTokenizer
    geometry: Geometry
    control: RunControl

    def write(self, laid: LaidOutPrompt, request: str, max_tokens: int, on_progress: OnProgress) -> WrittenAside:
        """See `protocol.WriteAside`."""
        usage = self.sequence.reach(laid.tokens, laid.books, on_progress, laid.images)
        asked = self.tokenizer.next_question(request)
        text = AnswerText(Thoughts())
        sampler, written = Sampler(Sampling(temperature=0)), Written()
        with self.sequence.aside(asked, max_tokens) as fits:
            if fits:
                writer = Writer(self.model, self.context, self.sequence, sampler, self.geometry, text.thoughts)
                write_text(writer, text, max_tokens, written, self.control.wait)
        if written.ending is Ending.CANCELLED:
            raise Stopped
        text.end()
        usage = msgspec.structs.replace(usage, generated_tokens=len(written.tokens))
        tokens = len(asked) if fits else 0
        return WrittenAside(text.text, written.ending, usage, tokens, self.sequence.take_counts())
