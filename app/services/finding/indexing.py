"""Indexing: every passage of a book gets its vectors, so that it is found by what it means.

First all books get those by which everything is searched. When that is done, and the machine has nothing else to do,
passages get those of a closer look, which a search otherwise makes of the few that it needs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from app.core.conversations.events import Indexing
from app.core.errors import AppError
from app.core.work import Cancel, Stopped, Work
from app.embedding.client import Embedder
from app.embedding.packages import closer_kinds, first_kinds
from app.embedding.protocol import MOST_TEXTS, TextVectors, VectorKind
from app.isolation.client import DIED
from app.store.vectors import PassageVectors, Vectors

_log = logging.getLogger("octavo.search")
unpacked = msgspec.msgpack.Decoder(TextVectors).decode


@dataclass(frozen=True)
class Indexer:
    """May be used from any thread; one thread at a time does the work of a book."""

    vectors: Vectors
    embedder: Embedder

    def unfinished(self) -> tuple[str, ...]:
        """Return the books on the shelf that are not indexed yet, the newest first."""
        return self.vectors.unfinished(self.embedder.model)

    def index_shelf(self, cancel: Cancel) -> Work[Indexing, None]:
        """Index all books that are not indexed yet, as `index` does, patiently; then look closely at all."""
        yield from self.index(self.unfinished(), cancel, patient=True)
        close = self.vectors.seen_at_first_sight(self.embedder.model)
        yield from self._each(close, lambda book_id: self._look_closely(book_id, cancel))

    def index(self, book_ids: Iterable[str], cancel: Cancel, *, patient: bool = False) -> Work[Indexing, None]:
        """Index what these books lack, one book after the other. What is done stays done, however this ends.

        Without a model, or if its process cannot work, a book is left to be searched by its words. If `patient`, all
        others on this machine compute first. Raises AppError as the database does; Stopped.
        """
        yield from self._each(book_ids, lambda book_id: self._index(book_id, cancel, patient=patient))

    def _each(self, book_ids: Iterable[str], work: Callable[[str], Work[Indexing, None]]) -> Work[Indexing, None]:
        try:
            for book_id in dict.fromkeys(book_ids):
                yield from work(book_id)
        except AppError as error:
            if error.code not in DIED:
                raise
            _log.warning("not indexed: %s", error.code.value)
        finally:
            self.embedder.rest()

    def _index(self, book_id: str, cancel: Cancel, *, patient: bool) -> Work[Indexing, None]:
        model = self.embedder.model
        self.vectors.prepare(book_id, model)
        if not self.vectors.is_unfinished(book_id, model):
            return
        done, total = self.vectors.progress(book_id)
        kinds, last = first_kinds(english=self._is_english(book_id)), 0
        while model and (wanting := self.vectors.wanting(book_id, MOST_TEXTS, last)):
            yield Indexing(done, total, book_id)
            if cancel.requested:
                raise Stopped
            self._add(wanting, kinds, cancel, patient=patient)
            done, last = done + len(wanting), wanting[-1].id
        yield Indexing(total, total, book_id)
        self.vectors.finish(book_id)

    def _look_closely(self, book_id: str, cancel: Cancel) -> Work[Indexing, None]:
        kinds, last = closer_kinds(english=self._is_english(book_id)), 0
        done, total = 0, self.vectors.progress(book_id)[1]
        while some := self.vectors.next_of(book_id, MOST_TEXTS, last):
            yield Indexing(done, total, book_id, closely=True)
            if cancel.requested:
                raise Stopped
            self._add([each for each in some if not set(kinds) <= unpacked(each.vectors).keys()], kinds, cancel)
            done, last = done + len(some), some[-1].id
        self.vectors.finish_closely(book_id, self.embedder.model)

    def _is_english(self, book_id: str) -> bool:
        return self.vectors.language(book_id) == "en"

    def _add(
        self, passages: Sequence[PassageVectors], kinds: Sequence[VectorKind], cancel: Cancel, *, patient: bool = True
    ) -> None:
        if passages:
            made = self.embedder.embed([each.text for each in passages], kinds, cancel, patient=patient)
            keep(self.vectors, passages, made)


def keep(vectors: Vectors, passages: Sequence[PassageVectors], more: Sequence[TextVectors]) -> None:
    """Keep what was made of passages beside the vectors that they have."""
    every = [(unpacked(each.vectors) if each.vectors else {}) | some for each, some in zip(passages, more, strict=True)]
    vectors.keep([each.id for each in passages], list(map(msgspec.msgpack.encode, every)))
