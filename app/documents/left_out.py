"""Text that a page hides: kept from the page, and kept to be shown as such."""

from __future__ import annotations

from app.core.document import MAX_HIDDEN_CHARACTERS
from app.documents.hygiene import clean


class LeftOut:
    """What was left out, in its order, up to MAX_HIDDEN_CHARACTERS."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._room = 0
        self._empty()

    @property
    def is_full(self) -> bool:
        return self._room <= 0

    def add(self, untrusted_text: str) -> None:
        """Pieces are joined as they are; white space does not count."""
        if self._room > 0 and untrusted_text:
            piece = untrusted_text[: 2 * self._room]
            self._pieces.append(piece)
            self._room -= len("".join(piece.split()))

    def take(self) -> str:
        """All of it, clean and with single spaces; then there is nothing any more."""
        text = " ".join(clean("".join(self._pieces))[0].split())[:MAX_HIDDEN_CHARACTERS]
        self._empty()
        return text

    def _empty(self) -> None:
        self._pieces.clear()
        self._room = MAX_HIDDEN_CHARACTERS
