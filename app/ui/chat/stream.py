"""The text of an answer while it is being written, and where its open block begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.core.untrusted import LINE_BREAK, disarm
from app.ui.chat.citations import CitationMark, embed, mark_stream
from app.ui.chat.markdown import MarkdownBlock, parse


@dataclass(frozen=True)
class Tail:
    """The blocks from the open one on: the last is still open, those before it are closed for good."""

    blocks: tuple[MarkdownBlock, ...]
    marks: tuple[CitationMark, ...]


class OpenText:
    """Takes the text as it comes. A block is closed once another begins after it; closed ones are not parsed again,
    unless a page mark in one of them is checked afterwards.
    """

    def __init__(self) -> None:
        self._raw: list[str] = []
        self._untrusted_tail = ""
        self._closed = 0  # characters before the tail
        self._checked: tuple[CitationMark, ...] = ()

    @property
    def text(self) -> str:
        """All of it, as it came."""
        return "".join(self._raw)

    def append(self, untrusted_text: str) -> str:
        """Take more text; gives it as it may be shown."""
        self._raw.append(untrusted_text)
        self._untrusted_tail += untrusted_text
        return disarm(untrusted_text)

    def take_checked(self, marks: Sequence[CitationMark]) -> bool:
        """Take the marks that were checked so far. True when one stands in a closed block that did not show it so:
        then all blocks are open again."""
        known, self._checked = set(self._checked), tuple(marks)
        if all(mark.start >= self._closed for mark in marks if mark not in known):
            return False
        self._untrusted_tail, self._closed = self.text, 0
        return True

    def parse_tail(self) -> Tail:
        """Parse from where the open block began; what is closed now will not come again."""
        marks = self._marks()
        blocks = parse(embed(self._untrusted_tail, marks))
        if len(blocks) > 1 and (line := blocks[-1].line):
            begin = [found.end() for found in LINE_BREAK.finditer(self._untrusted_tail)][line - 1]
            self._untrusted_tail = self._untrusted_tail[begin:]
            self._closed += begin
        return Tail(tuple(blocks), tuple(marks))

    def _marks(self) -> list[CitationMark]:
        """Of the tail: those that were checked, and neutral ones for those that were not yet."""
        checked = [
            replace(mark, start=mark.start - self._closed, end=mark.end - self._closed)
            for mark in self._checked
            if mark.start >= self._closed
        ]
        taken = [range(mark.start, mark.end) for mark in checked]
        return checked + [
            mark for mark in mark_stream(self._untrusted_tail) if not any(mark.start in span for span in taken)
        ]
