"""The hidden text and the comments of a page, which are kept apart from its text."""

from __future__ import annotations

from app.core.documents.document import MAX_COMMENT_CHARACTERS, MAX_HIDDEN_CHARACTERS
from app.documents.text import notation
from app.documents.text.clean import clean


class LeftOut:
    """The text that a page leaves out, in order: hidden text up to MAX_HIDDEN_CHARACTERS, which is cut, then comments
    up to MAX_COMMENT_CHARACTERS, of which the rest is counted.
    """

    def __init__(self) -> None:
        self._empty()

    @property
    def is_full(self) -> bool:
        """True if more hidden text would be dropped."""
        return self._room <= 0

    def add(self, untrusted_text: str) -> None:
        """Add hidden text as it is, without a space; white space does not count."""
        if self._room > 0 and untrusted_text:
            piece = untrusted_text[: 2 * self._room]
            self._pieces.append(piece)
            self._room -= len("".join(piece.split()))

    def add_comment(self, untrusted_text: str) -> None:
        """Add a comment as `notation.comment` writes it; one that is too long is cut."""
        if self._comment_room <= 0:
            self._more_comments += 1
            return
        comment = _single_spaced(untrusted_text[: 2 * MAX_COMMENT_CHARACTERS])
        cut = len(comment) > self._comment_room
        self._comments.append(f"{comment[: self._comment_room].rstrip()}…]" if cut else comment)
        self._comment_room -= len(comment)

    def join(self, following: LeftOut) -> None:
        """Add what follows on another page."""
        self.add(" ")
        for piece in following._pieces:
            self.add(piece)
        for comment in following._comments:
            self.add_comment(comment)
        self._more_comments += following._more_comments

    def text(self) -> str:
        """Return everything, clean and with single spaces."""
        hidden = _single_spaced("".join(self._pieces))[:MAX_HIDDEN_CHARACTERS]
        more = notation.more_comments(self._more_comments) if self._more_comments else ""
        return " ".join(filter(None, (hidden, *self._comments, more)))

    def take(self) -> str:
        """Return the `text`, and empty this."""
        text = self.text()
        self._empty()
        return text

    def _empty(self) -> None:
        self._pieces: list[str] = []
        self._room = MAX_HIDDEN_CHARACTERS
        self._comments: list[str] = []
        self._comment_room = MAX_COMMENT_CHARACTERS
        self._more_comments = 0


def _single_spaced(untrusted_text: str) -> str:
    return " ".join(clean(untrusted_text)[0].split())
