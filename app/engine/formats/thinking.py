"""Separates a model's thoughts from its answer while both come.

Thoughts come where an answer begins, as the families' table says (`thought_marks`): between two marks, or as messages
of their own. The same marks further on are part of the answer. At most so many bytes are held back as may still become
a mark.
"""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Thinking, Token
from app.core.errors import AppError, Code
from app.engine.formats.thought_marks import FAMILIES, Messages, ThoughtFamily, opened_at

_TAGGED = {family.opens.encode(): family for family in FAMILIES if family.messages is None}
_MESSAGED = tuple((family, family.messages) for family in FAMILIES if family.messages is not None)
_AROUND = {family.around[0].encode(): family.around[1].encode() for family in FAMILIES if family.around is not None}
_CONTROL = re.compile(rb"<[|/]?[^<>\s]+>|\[/?[A-Z]+\]")
_LONGEST_HEADER = 256


def _texts() -> Iterable[str]:
    for family in FAMILIES:
        yield from (family.opens, family.closes, family.off, family.after, *(family.around or ()))
        if family.messages is not None:
            yield from (family.messages.start, *family.messages.ends)


_MARKS = frozenset(mark for text in _texts() for mark in _CONTROL.findall(text.encode()))


class _State(Enum):
    BEGINNING = auto()  # of the answer, or of a thought
    THOUGHT = auto()  # until its mark
    HEADER = auto()  # of a message, up to its text
    MESSAGE = auto()  # the answer, up to a mark behind which nothing, or another message, comes
    ANSWER = auto()  # to the end


class Thoughts:
    """Takes what a model writes, bytes in pieces of any length, and returns what of it belongs to the answer.

    `thinking` tells that what is coming is no part of the answer, `any` that there were thoughts. `tokens` counts the
    pieces that were no part of the answer, or brought marks of a thought. `has_closed` tells that the last piece ended
    a thought.
    """

    def __init__(self, before: str = "", *, bare: bool = False, begun: bool = False) -> None:
        """`before` is the end of the prompt, which may open a thought, or the answer's message. `bare` tells that marks
        of control tokens are left out of what comes, so that only the words of messages are left; `begun` that there is
        something of the answer already."""
        self._family = None if begun else opened_at(before)
        self._closing = b"" if self._family is None else self._family.closes.encode()
        self._of_messages = tuple(pair for pair in _MESSAGED if before.endswith(pair[1].prompt))
        self._messages = next((of for family, of in _MESSAGED if family.off and before.endswith(family.off)), None)
        self._ends: tuple[bytes, ...] = ()
        self._state = _State.ANSWER if begun else _State.THOUGHT if self._family else _State.BEGINNING
        if self._messages is not None and not begun:
            self._answer_message(self._messages)
        self._bare = bare and bool(self._of_messages)
        self._held = b""
        self._thought: list[bytes] = []
        self.any = self._family is not None
        self.tokens = 0
        self.has_closed = False

    @property
    def thinking(self) -> bool:
        return self._state in (_State.THOUGHT, _State.HEADER)

    @property
    def may_begin(self) -> bool:
        """True if the next token may begin a thought: there is nothing of the answer yet, as far as is certain."""
        return self._state is _State.BEGINNING

    def opens(self, piece: bytes, control: bytes) -> bool:
        """Return whether a token begins a thought, or a message, here: one mark alone, or a control token that a mark
        begins with. `control` is the text of a control token, which has no piece."""
        if not self.may_begin:
            return False
        if not piece:
            return self._may_open(control)
        begun = (self._held + piece).lstrip()
        return any(begun.startswith(opening) for opening in self._openings())

    @property
    def opening(self) -> str:
        """The mark that a thought that is coming began with."""
        return self._family.opens if self._family is not None else ""

    @property
    def closes(self) -> str:
        """The mark that the last thought ends with; empty before any."""
        return self._family.closes if self._family is not None else ""

    @property
    def closing(self) -> str:
        """The text that ends the thought that is coming, so that the answer begins; empty between thoughts."""
        if self._state is not _State.THOUGHT or self._family is None:
            return ""
        family = self._family
        return family.closes + family.after if family.messages else f"\n{family.closes}{family.after}"

    def feed(self, piece: bytes, control: bytes = b"") -> bytes:
        """Take a piece, and return the bytes of the answer that are certain now. `control` is the text of a control
        token, which has no piece."""
        if self._state is _State.ANSWER:
            return piece
        was_thinking, thought, self.has_closed = self.thinking, len(self._thought), False
        self._held += piece or (control if self._may_open(control) else b"")
        said = b""
        while True:
            state, more = self._state, self._step()
            said += more
            if self._state is state:
                break
        self.tokens += was_thinking or self.thinking or len(self._thought) > thought
        return said

    def apart(self, text: str) -> None:
        """Take a piece of a thought that came apart from the text: the thought that the prompt opened does not go on in
        the text."""
        if self._state is _State.THOUGHT and not (self._held or self._thought or self.tokens):
            self._state = _State.BEGINNING
        self._thought.append(text.encode())
        self.tokens, self.any = self.tokens + 1, True

    def take_thought(self) -> bytes:
        """Return the bytes that were thought since the last call."""
        thought = b"".join(self._thought)
        self._thought.clear()
        return thought

    def end(self) -> bytes:
        """End the text, since nothing more comes, and return what was held back and belongs to the answer."""
        held, self._held = self._held, b""
        match self._state:
            case _State.THOUGHT:
                self._thought.append(held)
                return b""
            case _State.HEADER:
                return b""
            case _State.BEGINNING if self.any:
                return held.lstrip()
            case _State.MESSAGE if any(held.rstrip() == end for end in self._ends) or held.startswith(self._ends):
                return b""
        return held

    def _may_open(self, control: bytes) -> bool:
        """Return whether a control token means anything here."""
        begun = (self._held + control).lstrip()
        return control in _MARKS and (
            self._state is not _State.BEGINNING
            or any(opening.startswith(begun) or begun.startswith(opening) for opening in self._openings())
        )

    def _step(self) -> bytes:
        """Take what can be taken in this state; where the state stays, more has to come."""
        match self._state:
            case _State.BEGINNING:
                return self._begin()
            case _State.THOUGHT:
                self._think()
            case _State.HEADER:
                self._read_header()
            case _State.MESSAGE:
                return self._answer_until_end()
            case _State.ANSWER:
                said, self._held = self._held, b""
                return said
        return b""

    def _begin(self) -> bytes:
        begun = self._held.lstrip()
        spaced = self._held if self._of_messages else begun
        openings = tuple(self._openings())
        for opening in openings:
            for text in (begun, spaced):
                if text.startswith(opening):
                    self._open(opening, text)
                    return b""
        if not begun or any(opening.startswith((begun, spaced)) for opening in openings):
            return b""
        said, self._held = begun if self.any else self._held, b""
        self._state = _State.ANSWER
        return said

    def _openings(self) -> Iterable[bytes]:
        """Yield the marks that may come where a thought or a message begins."""
        yield from _TAGGED
        yield from (begin for begin in _AROUND if self.any or begin.startswith(b"<|"))
        for family, messages in _MESSAGED:
            if (family, messages) in self._of_messages or messages.headers[0].startswith("<"):
                yield from (header.encode() for header in messages.headers)
            if self._bare and family.bare is not None:
                yield from (word.encode() for word in (*family.bare.opens, family.bare.answer))

    def _open(self, opening: bytes, text: bytes) -> None:
        """Enter the thought or the message that a mark opens at the beginning of `text`."""
        self._held = text.removeprefix(opening)
        if opening in _TAGGED:
            self._enter_thought(_TAGGED[opening], _TAGGED[opening].closes.encode())
        elif opening in _AROUND:
            self._state, self._messages, self._ends = _State.MESSAGE, None, (_AROUND[opening],)
            if not _AROUND[opening]:
                self._state = _State.ANSWER
        elif self._bare:
            self._open_bare(opening)
        else:
            self._held, self._state, self.any = text, _State.HEADER, True

    def _open_bare(self, word: bytes) -> None:
        for family, _messages in _MESSAGED:
            if family.bare is not None and word.decode() in family.bare.opens:
                self._enter_thought(family, family.bare.between.encode())
                return
        self._state = _State.ANSWER

    def _enter_thought(self, family: ThoughtFamily, closing: bytes) -> None:
        self._family, self._closing, self._state, self.any = family, closing, _State.THOUGHT, True

    def _think(self) -> None:
        """Take the thought up to the mark that ends it, or to one that ends its message and begins another."""
        family = self._family
        messages = family.messages if family is not None and not self._bare else None
        marks = tuple(end.encode() for end in messages.ends) if messages else (self._closing,)
        at, mark = min(((at, mark) for mark in marks if (at := self._held.find(mark)) >= 0), default=(-1, b""))
        if at < 0:
            at = len(self._held) - _overlap(self._held, marks)
            self._thought.append(self._held[:at])
            self._held = self._held[at:]
            return
        self._thought.append(self._held[:at])
        self._held = self._held[at:]
        rest = self._held.removeprefix(mark)
        if messages is None:
            self._held, self._state = rest, _State.BEGINNING
        elif rest.startswith(messages.start.encode()):
            self._held, self._state = rest, _State.HEADER
        elif not messages.start.encode().startswith(rest):
            self._thought.append(mark)
            self._held = rest
            self._think()
            return
        self.has_closed = True

    def _read_header(self) -> None:
        known = self._of_messages or _MESSAGED
        header, found, rest = self._held.partition(known[0][1].text.encode())
        if not found and len(self._held) <= _LONGEST_HEADER:
            return
        self._held = rest if found else self._held
        name = header.decode("utf-8", "replace")
        for _family, messages in known:
            if found and messages.answer in name:
                self._answer_message(messages)
                return
        family = next(
            (family for family, messages in known if any(begin in name for begin in messages.headers)), known[0][0]
        )
        self._thought.append(b"\n\n")
        self._enter_thought(family, family.closes.encode())

    def _answer_message(self, messages: Messages) -> None:
        self._state, self._messages = _State.MESSAGE, messages
        self._ends = tuple(end.encode() for end in messages.ends)

    def _answer_until_end(self) -> bytes:
        """Return the answer up to a mark that ends it. The mark counts only if nothing or another message follows; else
        the answer speaks of it."""
        at = min((at for at in map(self._held.find, self._ends) if at >= 0), default=-1)
        if at < 0:
            at = len(self._held) - _overlap(self._held, self._ends)
            said, self._held = self._held[:at], self._held[at:]
            return said
        said, self._held = self._held[:at], self._held[at:]
        end = next(end for end in self._ends if self._held.startswith(end))
        rest = self._held.removeprefix(end)
        start = b"" if self._messages is None else self._messages.start.encode()
        if start and rest.startswith(start):
            self._held, self._state = rest, _State.HEADER
        elif rest.strip() and not (start and start.startswith(rest)):
            self._held = rest
            return said + end + self._answer_until_end()
        return said


def opens_thoughts(before: str) -> bool:
    """Return whether the end of a prompt opens a thought, or leaves it to the model to name what it writes."""
    return opened_at(before) is not None or any(before.endswith(messages.prompt) for _family, messages in _MESSAGED)


class AnswerText:
    """The text of one answer while it is written, and apart from it what the model thinks."""

    def __init__(
        self,
        thoughts: Thoughts,
        tell: Callable[[Token | Thinking], None] = lambda _written: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`tell` gets whole characters as they come, and what is thought, of which first of all that something is.
        `clock` counts seconds, without those in which the engine waits."""
        self.thoughts = thoughts
        self.text = ""
        self.limited = False
        self._tell, self._clock = tell, clock
        self._has_thought = self._has_thought_words = False
        self._begun_at, self._counted = 0.0, 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._thought_decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def is_whole(self) -> bool:
        """True if the text so far ends with a whole character."""
        return not self._decoder.getstate()[0]

    def add(self, said: bytes) -> None:
        """Add `said`, the part of the text that `thoughts` let through."""
        if self.thoughts.tokens != self._counted or (self.thoughts.thinking and not self._counted):
            self._add_thought()
        if piece := self._decoder.decode(said):
            self.text += piece
            self._tell(Token(piece))

    def end(self) -> None:
        """End the answer, since nothing more comes. A character that is not whole is left out."""
        said = self.thoughts.end()
        if self._has_thought and self.thoughts.thinking:
            self._add_thought()
        self.add(said)

    def check(self, ending: Ending) -> None:
        """Check what came in the end. Raises AppError ANSWER_ALL_THOUGHT, ANSWER_MISSING if an answer ended with
        nothing but thoughts, and was not stopped."""
        if self.thoughts.any and not self.text.strip() and ending is not Ending.CANCELLED:
            raise AppError(Code.ANSWER_ALL_THOUGHT if ending is Ending.LENGTH else Code.ANSWER_MISSING)

    def _add_thought(self) -> None:
        if not self._has_thought:
            self._has_thought, self._begun_at = True, self._clock()
            self._tell(Thinking())
        self._counted = self.thoughts.tokens
        text = self._thought_decoder.decode(self.thoughts.take_thought())
        if not self._has_thought_words:
            text = text.lstrip()
        self._has_thought_words = self._has_thought_words or bool(text)
        if text or not self.thoughts.thinking:
            self._tell(Thinking(text, self._counted, self._clock() - self._begun_at, self.limited))


def _overlap(text: bytes, marks: Sequence[bytes]) -> int:
    """Return how many of the last bytes of `text` may be the beginning of a mark."""
    longest = max(map(len, marks)) - 1
    lengths = range(min(longest, len(text)), 0, -1)
    return next((n for n in lengths if any(mark.startswith(text[-n:]) for mark in marks)), 0)
