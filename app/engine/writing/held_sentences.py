"""Answers held to whole sentences of the documents: the model chooses which, and can write nothing else.

As with quotations (`quotes/constrained.py`), it knows neither a vocabulary nor probabilities: the writer asks it what
may come next. Sentences are looked up by bisection in a sorted list, so a token costs the same whatever their number.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence

from app.engine.protocol import QuotableSentence

_WORD = re.compile(r"\s*\S+")
_BETWEEN = "\n\n"
"""This stands between two sentences: each is a paragraph, so that none seems to go on from another."""


class HeldSentences:
    """Follows one answer. `is_done` tells that nothing comes any more."""

    def __init__(self, sentences: Sequence[QuotableSentence], absent: str, most: int) -> None:
        """`absent` is what is written, alone, if no sentence is chosen. `most` is how many sentences are written at
        most."""
        self._marks = {each.text.encode(): each.mark for each in reversed(sentences) if each.text}
        self._left = sorted(self._marks)
        self._absent = absent.encode()
        insort(self._left, self._absent)
        self._written = b""
        self._most, self._count = most, 0
        self.is_done = not self._marks

    @property
    def begins(self) -> bool:
        """True if a sentence is about to begin."""
        return not self._written

    @property
    def may_end(self) -> bool:
        """True if the answer may end here: a sentence stands there, and none is begun."""
        return self._count > 0 and self.begins

    def allows(self, piece: bytes) -> bool:
        """Return whether a token of these bytes goes on in some sentence, and is all of it."""
        return bool(piece) and self._first(self._with(piece)) is not None

    def gives_up(self, piece: bytes) -> bool:
        """Return whether a token of these bytes leads to nothing but the line that says that no sentence answers."""
        begun = self._with(piece)
        at = self._first(begun)
        following = self._left[at : at + 2] if at is not None else []
        alone = len(following) == 1 or (len(following) == 2 and not following[1].startswith(begun))
        return alone and following[0] == self._absent

    def feed(self, piece: bytes) -> str:
        """Take the bytes of a token that was chosen, and return what must follow, which may be nothing: the rest of the
        one sentence that is left, its page mark, and the beginning of the next line."""
        self._written = self._with(piece)
        first = self._first(self._written)
        assert first is not None, "only what is allowed is fed"
        if not self._is_only(first):
            return ""
        rest = self._left[first][len(self._written) :]
        try:
            return f"{rest.decode()}{self._end(self._left[first])}"
        except UnicodeDecodeError:
            return ""  # a token ended inside a character

    def end_sentence(self) -> str | None:
        """Return the text after a sentence that ends here although a longer one begins like it; None if none ends
        here."""
        at = bisect_left(self._left, self._written)
        whole = at < len(self._left) and self._left[at] == self._written
        return self._end(self._written) if whole and self._written else None

    def beginnings(self) -> Iterator[str]:
        """Yield the first words of all sentences, or what may come next in those that are left; not of the line that
        says that none answers, unless it is begun."""
        size, seen = len(self._written), set[str]()
        at = self._first(self._written) if self._written else 0
        for text in self._left[at if at is not None else len(self._left) :]:
            if not text.startswith(self._written):
                break
            if text == self._absent and not self.gives_up(b"") and len(self._left) > 1:
                continue
            word = _WORD.match(text[size:].decode("utf-8", "ignore"))
            following = word.group() if word is not None else ""
            if following and following not in seen:
                seen.add(following)
                yield following

    def _with(self, piece: bytes) -> bytes:
        return self._written + piece if self._written else piece.lstrip(b" ")

    def _first(self, begun: bytes) -> int | None:
        """Return the place of the first sentence that begins like this."""
        at = bisect_left(self._left, begun)
        return at if begun and at < len(self._left) and self._left[at].startswith(begun) else None

    def _is_only(self, first: int) -> bool:
        following = self._left[first + 1 : first + 2]
        return not (following and following[0].startswith(self._written))

    def _end(self, text: bytes) -> str:
        """End a sentence: what is written behind it. Each is written once."""
        self._written = b""
        if text == self._absent:
            self.is_done = True
            return ""
        self._left.remove(text)
        if not self._count:
            self._left.remove(self._absent)  # something was found
        self._count += 1
        mark = self._marks[text]
        self.is_done = self._count == self._most or not self._left
        return mark if self.is_done else f"{mark}{_BETWEEN}"
