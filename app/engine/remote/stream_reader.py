"""Reads the events of one answer of a server, and counts what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.core.conversations.conversation import Ending, Usage
from app.engine.remote import wire

MAX_CHARACTERS_A_TOKEN = 64
"""No token of a vocabulary is that long on average: an answer that is longer than its limit allows is cut off."""

_LENGTH = "length"
_COMPLETE = ("stop", "eos", "stop_sequence")


def _nothing(_text: str, _thought: str) -> None:
    """Take no text."""


@dataclass
class StreamReader:
    """The streams of one answer, one after the other, and what has come of them.

    `total` is how many tokens the prompt has. `on_text` gets each piece of text, and of a thought that the server keeps
    apart from it; what it raises ends the stream. `reused` is how many tokens of the prompt the server held before, as
    far as it says so (`tells_reused`). `first_text_at` is by the monotonic clock, 0 before any text. `is_held` tells
    that the server was asked to hold the last stream to a form or schema, and took that.
    """

    total: int
    on_progress: Callable[[int, int, int], None]
    on_text: Callable[[str, str], None] = _nothing
    text: list[str] = field(default_factory=list)
    ending: Ending | None = None
    first_text_at: float = 0.0
    chunks: int = 0
    reused: int = 0
    tells_reused: bool = False
    is_held: bool = False
    _streams: int = 0
    _reported: list[int] = field(default_factory=list)
    _characters: int = 0
    _most_characters: int = 0
    _done: int = 0

    @property
    def is_too_long(self) -> bool:
        """True if there is more text than the limit of tokens allows."""
        return self._characters > self._most_characters

    @property
    def written(self) -> str:
        """Everything that the model has written, what it thought as well."""
        return "".join(self.text)

    @property
    def reported_tokens(self) -> int | None:
        """The tokens that were written, as the server says; None if it did not say so of each stream."""
        return sum(self._reported) if len(self._reported) == self._streams else None

    def begin(self, max_tokens: int) -> None:
        """Begin a stream of at most so many tokens."""
        self._streams += 1
        self.ending, self._characters = None, 0
        self._most_characters = max(1, max_tokens) * MAX_CHARACTERS_A_TOKEN
        if not self.first_text_at:
            self._show(0, 0)

    def drop_text(self) -> None:
        """Drop the text of a stream that was broken off to be asked for again."""
        self.text.clear()
        self.chunks = 0

    def take(self, chunk: wire.Chunk) -> bool:
        """Take a chunk of the stream; return False for one that no sound server sends. Raises what `on_text` raises."""
        if (progress := chunk.prompt_progress) is not None and not self.first_text_at:
            reused, self.tells_reused = min(progress.cache, self.total), True
            self._show(max(reused, min(progress.processed, self.total)), reused)
        if (usage := chunk.usage) is not None:
            self._count(usage)
        for choice in chunk.choices[:1]:
            if choice.finish_reason is not None:
                if choice.finish_reason not in (_LENGTH, *_COMPLETE):
                    return False
                self.ending = Ending.LENGTH if choice.finish_reason == _LENGTH else Ending.COMPLETE
            if (choice.said or choice.thought) and not self._add(choice.said, choice.thought):
                return False
        return True

    def usage(self, generated: int) -> Usage:
        """Return what was used for an answer of so many tokens."""
        return Usage(self.total, self.reused, self.total - self.reused, generated, tells_reused=self.tells_reused)

    def _add(self, text: str, thought: str) -> bool:
        if not self.first_text_at and self._done < self.total:  # not every server says how far it is
            self._show(self.total, self.reused)
        self.first_text_at = self.first_text_at or time.monotonic()
        self.chunks += 1
        self._characters += len(text) + len(thought)
        if self.is_too_long:
            return False
        self.text += [thought, text]
        self.on_text(text, thought)
        return True

    def _count(self, usage: wire.UsageReport) -> None:
        """Take what a server counted: its prompt is that of the question in the first stream alone."""
        if usage.completion_tokens is not None:
            self._reported.append(usage.completion_tokens)
        if self._streams > 1:
            return
        self.total = usage.prompt_tokens or self.total
        details = usage.prompt_tokens_details
        cached = None if details is None else details.cached_tokens
        self.tells_reused = self.tells_reused or cached is not None
        self.reused = min(self.reused if cached is None else cached, self.total)

    def _show(self, done: int, reused: int) -> None:
        self._done, self.reused = done, reused
        self.on_progress(done, self.total, reused)
