"""Has a server write what its model thinks and then the answer, each within its own limit of tokens.

A server knows one limit for both. So the first request has the limit of what the answer begins as; a thought that is
not over by then goes on in a second request, up to its own limit, and the answer is asked for in a last one, behind the
thought. The server holds what it read and wrote, so that a further request costs it little.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import TypeAlias

from app.core.conversations.conversation import Ending
from app.engine.formats.thinking import AnswerText, opens_thoughts
from app.engine.protocol import AnswerTo
from app.engine.remote.dialects import ServerDialect
from app.engine.remote.guided import JsonSchema, Wanted, answer_form
from app.engine.remote.layout import Chat, Laid, Sent
from app.engine.remote.stream_reader import StreamReader

Stream: TypeAlias = Callable[[Sent, int, Wanted | None], Ending]
"""Streams an answer of at most so many tokens to what is sent, held to a form or schema, and returns how it ended."""


class AnswerRequests:
    """Writes one answer by as many requests as its thought needs.

    A thought that cannot be sent back shares one request with its answer: in a chat, where it comes in a field of its
    own, and where the model names its messages by control tokens that servers leave out. There the pieces of the
    answer are counted, of which each server sends one for a token.
    """

    def __init__(
        self, order: AnswerTo, laid: Laid, server: ServerDialect, reader: StreamReader, text: AnswerText
    ) -> None:
        """Take what `reader` reads from now on, and put the answer into `text`."""
        self._order, self._sent, self._server = order, laid.sent, server
        self._reader, self._text, self._thoughts = reader, text, text.thoughts
        self._most_thought = self._left = order.max_thought_tokens
        """The limit of the thought, and what of it no request has had yet, in tokens."""
        self.wanted = _wanted(order)
        """The schema or form that the answer is held to, if there is one."""
        self._held = None if self._thoughts.thinking else self.wanted
        if isinstance(laid.sent, Chat):
            may_share, self._splits = laid.sent.thinks, False
        else:
            may_share = opens_thoughts(laid.before_answer) and not self._thoughts.thinking
            self._splits = self._most_thought > 0 or self._held is not self.wanted
        self._shares = self._most_thought > 0 and may_share
        self._is_behind = False
        self._pieces = 0
        reader.on_text = self._take

    def write(self, stream: Stream) -> Ending:
        """Have everything written; return how the answer ended. Raises what `stream` raises."""
        sent, held, limit = self._sent, self._held, self._order.max_tokens
        if self._shares:
            limit += self._most_thought
        elif self._thoughts.thinking and self._most_thought:
            limit = self._most_thought
        while True:
            self._left -= limit
            try:
                ending = stream(sent, limit, held)
            except _AnswerFullError:
                return Ending.LENGTH
            except _ThoughtApartError:
                self._shares = True
                self._reader.drop_text()
                limit = self._order.max_tokens + self._most_thought
                continue
            except _ThoughtOverError:
                sent, held, limit = self._behind_thought(), self.wanted, self._order.max_tokens
                continue
            if ending is not Ending.LENGTH or self._is_behind or self._shares or not self._splits:
                return ending
            if self._thoughts.closing and self._left > 0:
                sent, limit = self._sent_back(), self._left
            elif self._thoughts.closing:
                sent, held, limit = self._behind_thought(), self.wanted, self._order.max_tokens
            elif self._thoughts.closes and 0 < self._pieces < self._order.max_tokens:
                sent, limit, self._is_behind = self._sent_back(), self._order.max_tokens - self._pieces, True
            else:
                return ending

    def _take(self, piece: str, thought: str) -> None:
        """Take a piece of the answer's text, and one of a thought that comes apart from it."""
        thoughts, text = self._thoughts, self._text
        if thought:
            if self._most_thought and not self._shares:
                raise _ThoughtApartError
            thoughts.apart(thought)
        before = len(text.text)
        text.add(thoughts.feed(piece.encode()) if piece else b"")
        self._pieces += len(text.text) > before
        has_thought = self._most_thought > 0 and thoughts.any and not self._is_behind
        if (self._shares or has_thought) and self._pieces >= self._order.max_tokens:
            raise _AnswerFullError
        if self._shares or self._is_behind or not self._splits:
            return
        if thoughts.closing and 0 < self._most_thought <= thoughts.tokens:
            raise _ThoughtOverError
        is_over = thoughts.closes and not thoughts.thinking and not text.text
        if is_over and thoughts.closes in self._reader.written:
            raise _ThoughtOverError

    def _behind_thought(self) -> Sent:
        """Return what to send so that the answer is written behind the thought, which is closed if it is not over."""
        closing, self._is_behind = self._thoughts.closing, True
        if closing:
            sent = self._sent_back(closing)
            self._text.limited = True
            self._text.add(self._thoughts.feed(closing.encode()))
            return sent
        return self._sent_back()

    def _sent_back(self, closing: str = "") -> Sent:
        """Return the text or tokens to send so that the server goes on behind all that it has written, and `closing`
        behind that: it holds all but what closes a thought. Raises AppError REMOTE_*; Stopped."""
        written, sent = self._reader.written, self._sent
        assert not isinstance(sent, Chat)
        if isinstance(sent, str):
            return sent + written + closing
        thoughts = self._thoughts
        before, opening, rest = written.partition(thoughts.opening)
        if not opening:  # the prompt has it
            before, rest = "", written
        thought, closes, said = rest.partition(thoughts.closes)
        marks = self._server.tokenize([before + opening, closes + closing], special=True)
        texts = self._server.tokenize([thought, said], special=False)
        return sent + array("i", [*marks[0], *texts[0], *marks[1], *texts[1]])


class _ThoughtOverError(Exception):
    """A thought has ended, or reached its limit."""


class _ThoughtApartError(Exception):
    """A thought comes in a field of its own, from which it cannot be sent back."""


class _AnswerFullError(Exception):
    """An answer has as many pieces as it may have tokens."""


def _wanted(order: AnswerTo) -> Wanted | None:
    """Return the schema or form that an answer is held to; None for none, and where the model goes on with what is
    written already."""
    goes_on = bool(order.prompt.messages) and order.prompt.messages[-1].role == "assistant"
    if goes_on:
        return None
    if order.schema:
        return JsonSchema(order.schema)
    if order.held is None:
        return None
    return answer_form(order.held, order.prompt.quoted or order.prompt.documents)
