"""The text of an answer while it is being written, and where its open block begins."""

from __future__ import annotations

from dataclasses import dataclass

from app.ui.chat.markdown import Block, parse
from app.ui.chat.marks import Mark, embed, mark_stream
from app.ui.chat.untrusted import disarm


@dataclass(frozen=True)
class Tail:
    """The blocks from the open one on: the last is still open, those before it are closed for good."""

    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...]


class OpenText:
    """Takes the text as it comes. A block is closed once another begins after it; closed ones are not parsed again."""

    def __init__(self) -> None:
        self._raw: list[str] = []
        self._tail = ""

    @property
    def text(self) -> str:
        """All of it, as it came."""
        return "".join(self._raw)

    def append(self, untrusted_text: str) -> str:
        """Take more text; gives it as it may be shown."""
        self._raw.append(untrusted_text)
        shown = disarm(untrusted_text)
        self._tail += shown
        return shown

    def parse_tail(self) -> Tail:
        """Parse from where the open block began; what is closed now will not come again."""
        marks = mark_stream(self._tail)
        blocks = parse(embed(self._tail, marks))
        if len(blocks) > 1:
            lines = self._tail.split("\n", blocks[-1].line)
            self._tail = lines[-1]
        return Tail(tuple(blocks), tuple(marks))
