"""Text that a page hides, and its comments: kept from the page, and kept to be shown as such."""

from __future__ import annotations

from app.core.document import MAX_COMMENT_CHARACTERS, MAX_HIDDEN_CHARACTERS
from app.documents.text import notation
from app.documents.text.clean import clean


class LeftOut:
    """What was left out, in its order: hidden text up to MAX_HIDDEN_CHARACTERS, then comments up to
    MAX_COMMENT_CHARACTERS; what is over is cut off in the one case, and told in the other.
    """

    def __init__(self) -> None:
        self._empty()

    @property
    def is_full(self) -> bool:
        """Whether no more hidden text is kept."""
        return self._room <= 0

    def add(self, untrusted_text: str) -> None:
        """Pieces of hidden text are joined as they are; white space does not count."""
        if self._room > 0 and untrusted_text:
            piece = untrusted_text[: 2 * self._room]
            self._pieces.append(piece)
            self._room -= len("".join(piece.split()))

    def add_comment(self, untrusted_text: str) -> None:
        """A comment, as `notation.comment` writes it; one that is too long is cut."""
        if self._comment_room <= 0:
            self._more_comments += 1
            return
        comment = _single_spaced(untrusted_text[: 2 * MAX_COMMENT_CHARACTERS])
        cut = len(comment) > self._comment_room
        self._comments.append(f"{comment[: self._comment_room].rstrip()}…]" if cut else comment)
        self._comment_room -= len(comment)

    def join(self, following: LeftOut) -> None:
        """Take over what follows."""
        self.add(" ")
        for piece in following._pieces:
            self.add(piece)
        for comment in following._comments:
            self.add_comment(comment)
        self._more_comments += following._more_comments

    def text(self) -> str:
        """All of it, clean and with single spaces."""
        hidden = _single_spaced("".join(self._pieces))[:MAX_HIDDEN_CHARACTERS]
        more = notation.more_comments(self._more_comments) if self._more_comments else ""
        return " ".join(filter(None, (hidden, *self._comments, more)))

    def take(self) -> str:
        """The `text`; then there is nothing any more."""
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
