"""The places where one was before one followed a mark, an entry of the outline or a hit, so that one can go back and
forward."""

from __future__ import annotations

from dataclasses import dataclass

from app.ui.page.page_column import Spot

_MOST = 100


@dataclass(frozen=True)
class HistoryPlace:
    book_id: str
    spot: Spot


class PageHistory:
    def __init__(self) -> None:
        self._behind: list[HistoryPlace] = []
        self._ahead: list[HistoryPlace] = []

    @property
    def leads_back(self) -> bool:
        return bool(self._behind)

    @property
    def leads_forward(self) -> bool:
        return bool(self._ahead)

    def leave(self, here: HistoryPlace) -> None:
        """Remember the place from which one follows something."""
        self._behind = [*self._behind, here][-_MOST:]
        self._ahead.clear()

    def go(self, by: int, here: HistoryPlace) -> HistoryPlace | None:
        """Return the place one step back for -1, or forward for 1; None if the trail ends there."""
        left, found = (self._behind, self._ahead) if by > 0 else (self._ahead, self._behind)
        if not found:
            return None
        left.append(here)
        return found.pop()

    def forget(self, book_id: str) -> None:
        """Forget the places of a book that was removed."""
        self._behind = [place for place in self._behind if place.book_id != book_id]
        self._ahead = [place for place in self._ahead if place.book_id != book_id]
