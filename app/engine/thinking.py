"""Separates a model's thoughts from its answer while both come: only the answer is let through.

Thoughts come where an answer begins: between `<think>` and `</think>` or the like, or, in Harmony (gpt-oss), in every
channel but `final`: `<|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>…`. The same
marks further on are part of the answer. At most so many bytes are held back as may still become a mark.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from enum import Enum, auto

from app.core.conversation import Ending
from app.core.errors import AppError, Code

_TAGS = {b"<think>": b"</think>", b"<thinking>": b"</thinking>", b"[THINK]": b"[/THINK]"}
_CHANNEL, _MESSAGE, _START = b"<|channel|>", b"<|message|>", b"<|start|>"
_ENDS = (b"<|end|>", b"<|return|>", b"<|call|>")
_FINAL = b"final"
_MARKS = frozenset({*_TAGS, *_TAGS.values(), _CHANNEL, _MESSAGE, _START, *_ENDS})
_ASSISTANT = b"assistant"
_BARE_THOUGHTS, _BARE_FINAL = (b"analysis", b"commentary"), b"assistantfinal"
_LONGEST_HEADER = 256


class _State(Enum):
    BEGINNING = auto()  # of the answer, or of a thought
    THOUGHT = auto()  # until its mark
    CHANNEL = auto()  # its name comes, then the mark of its message
    FINAL = auto()  # the answer in its channel
    ANSWER = auto()  # to the end


class Thoughts:
    """Takes what a model writes, bytes in pieces of any length, and gives what of it belongs to the answer.

    `thinking`: what is coming is no part of the answer. `any`: there were thoughts.
    """

    def __init__(self, before: str = "", *, bare: bool = False, begun: bool = False) -> None:
        """`before`: the end of the prompt, which may open a thought. `bare`: marks of control tokens are left out of
        what comes, so that of Harmony's only words are left. `begun`: there is something of the answer already."""
        self._closing = b"" if begun else _opened(before)
        self._state = _State.THOUGHT if self._closing else _State.ANSWER if begun else _State.BEGINNING
        self._bare = bare and _is_harmony(before)
        self._held = b""
        self.any = bool(self._closing)

    @property
    def thinking(self) -> bool:
        return self._state in (_State.THOUGHT, _State.CHANNEL)

    def feed(self, piece: bytes, control: bytes = b"") -> bytes:
        """What of the answer is certain now. `control`: the text of a control token, which has no piece."""
        if self._state is _State.ANSWER:
            return piece
        self._held += piece or (control if control in _MARKS else b"")
        said = b""
        while True:
            state, more = self._state, self._step()
            said += more
            if self._state is state:
                return said

    def end(self) -> bytes:
        """Nothing more comes: what was held back and belongs to the answer."""
        held, self._held = self._held, b""
        match self._state:
            case _State.THOUGHT | _State.CHANNEL:
                return b""
            case _State.BEGINNING if self.any:
                return held.lstrip()
            case _State.FINAL if held.startswith(_ENDS):
                return b""
        return held

    def _step(self) -> bytes:
        """Take what can be taken in this state; where the state stays, more has to come."""
        match self._state:
            case _State.BEGINNING:
                return self._begin()
            case _State.THOUGHT:
                self._think()
            case _State.CHANNEL:
                self._enter_channel()
            case _State.FINAL:
                return self._finish()
            case _State.ANSWER:
                said, self._held = self._held, b""
                return said
        return b""

    def _begin(self) -> bytes:
        begun = self._held.lstrip()
        words = (*_BARE_THOUGHTS, _FINAL) if self._bare else ()
        for opening in (*_TAGS, _CHANNEL, *words):
            if begun.startswith(opening):
                self._open(opening, begun.removeprefix(opening))
                return b""
        if not begun or any(opening.startswith(begun) for opening in (*_TAGS, _CHANNEL, *words)):
            return b""
        said, self._held = begun if self.any else self._held, b""
        self._state = _State.ANSWER
        return said

    def _open(self, opening: bytes, rest: bytes) -> None:
        self._held = rest
        self._state = _State.CHANNEL if opening == _CHANNEL else _State.THOUGHT
        if opening in _TAGS:
            self._closing = _TAGS[opening]
        elif opening in _BARE_THOUGHTS:
            self._closing = _BARE_FINAL
        elif opening == _FINAL:
            self._state = _State.ANSWER
            return
        self.any = True

    def _think(self) -> None:
        _thought, found, rest = self._held.partition(self._closing)
        if not found:
            self._held = self._held[len(self._held) - _overlap(self._held, (self._closing,)) :]
            return
        self._held = rest
        self._state = _State.CHANNEL if self._closing == _CHANNEL else _State.BEGINNING

    def _enter_channel(self) -> None:
        name, found, rest = self._held.partition(_MESSAGE)
        if not found and len(self._held) <= _LONGEST_HEADER:
            return
        self._held = rest
        if name.strip().startswith(_FINAL):
            self._state = _State.FINAL
        else:
            self._state, self._closing = _State.THOUGHT, _CHANNEL

    def _finish(self) -> bytes:
        """An end counts if nothing or another message follows; else the answer speaks of it."""
        at = min((at for at in map(self._held.find, _ENDS) if at >= 0), default=-1)
        if at < 0:
            at = len(self._held) - _overlap(self._held, _ENDS)
            said, self._held = self._held[:at], self._held[at:]
            return said
        said, self._held = self._held[:at], self._held[at:]
        end = next(end for end in _ENDS if self._held.startswith(end))
        rest = self._held.removeprefix(end)
        if rest.startswith(_START):
            self._state, self._closing = _State.THOUGHT, _CHANNEL
        elif not _START.startswith(rest):
            self._held = rest
            return said + end + self._finish()
        return said


def opens_thoughts(before: str) -> bool:
    """Whether the end of a prompt opens a thought, or leaves it to the model to name a channel."""
    return bool(_opened(before)) or _is_harmony(before)


def _opened(before: str) -> bytes:
    """The mark that closes the thought that the end of a prompt opened; empty for none."""
    end = before.rstrip().encode()
    return next((closing for opening, closing in _TAGS.items() if end.endswith(opening)), b"")


def _is_harmony(before: str) -> bool:
    return before.encode().endswith(_START + _ASSISTANT)


class AnswerText:
    """The text of one answer while it is written, without the model's thoughts."""

    def __init__(self, thoughts: Thoughts, on_text: Callable[[str], None], on_thinking: Callable[[], None]) -> None:
        """`on_text` gets whole characters as they come; `on_thinking` is called once, when a thought begins."""
        self.thoughts = thoughts
        self.text = ""
        self._on_text = on_text
        self._on_thinking = on_thinking
        self._has_thought = False
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def is_whole(self) -> bool:
        """Whether what has come so far ends with a whole character."""
        return not self._decoder.getstate()[0]

    def add(self, said: bytes, *, thinking: bool = False) -> None:
        """`said`: what `thoughts` let through. `thinking`: the model thinks now, inside the text or apart from it."""
        if thinking and not self._has_thought:
            self._has_thought = True
            self._on_thinking()
        if piece := self._decoder.decode(said):
            self.text += piece
            self._on_text(piece)

    def end(self) -> None:
        """Nothing more comes. A character that is not whole is left out."""
        self.add(self.thoughts.end())

    def check(self, ending: Ending) -> None:
        """Raises AppError ANSWER_ALL_THOUGHT, ANSWER_MISSING where an answer ended with nothing but thoughts, and was
        not stopped."""
        if self.thoughts.any and not self.text.strip() and ending is not Ending.CANCELLED:
            raise AppError(Code.ANSWER_ALL_THOUGHT if ending is Ending.LENGTH else Code.ANSWER_MISSING)


def _overlap(text: bytes, marks: Sequence[bytes]) -> int:
    """How many of the last bytes of `text` may be the beginning of a mark."""
    longest = max(map(len, marks)) - 1
    lengths = range(min(longest, len(text)), 0, -1)
    return next((n for n in lengths if any(mark.startswith(text[-n:]) for mark in marks)), 0)
