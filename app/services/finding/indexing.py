"""Indexing: every passage of a book gets its vectors, so that it is found by what it means."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from app.core.conversations.events import Indexing
from app.core.errors import AppError
from app.core.work import Cancel, Stopped, Work
from app.embedding.client import Embedder
from app.embedding.packages import kinds_of_text
from app.embedding.protocol import MOST_TEXTS
from app.isolation.client import DIED
from app.store.vectors import Vectors

_log = logging.getLogger("octavo.search")


@dataclass(frozen=True)
class Indexer:
    """May be used from any thread; one thread at a time does the work of a book."""

    vectors: Vectors
    embedder: Embedder

    def unfinished(self) -> tuple[str, ...]:
        """Return the books on the shelf that are not indexed yet, the newest first."""
        return self.vectors.unfinished(self.embedder.model)

    def index_shelf(self, cancel: Cancel) -> Work[Indexing, None]:
        """Index all books that are not indexed yet, as `index` does, patiently."""
        yield from self.index(self.unfinished(), cancel, patient=True)

    def index(self, book_ids: Iterable[str], cancel: Cancel, *, patient: bool = False) -> Work[Indexing, None]:
        """Index what these books lack, one book after the other. What is done stays done, however this ends.

        Without a model, or if its process cannot work, a book is left to be searched by its words. If `patient`, all
        others on this machine compute first. Raises AppError as the database does; Stopped.
        """
        try:
            for book_id in dict.fromkeys(book_ids):
                yield from self._index(book_id, cancel, patient=patient)
        except AppError as error:
            if error.code not in DIED:
                raise
            _log.warning("not indexed: %s", error.code.value)
        finally:
            self.embedder.rest()

    def _index(self, book_id: str, cancel: Cancel, *, patient: bool) -> Work[Indexing, None]:
        model = self.embedder.model
        self.vectors.prepare(book_id, model)
        if book_id not in self.vectors.unfinished(model):
            return
        done, total = self.vectors.progress(book_id)
        kinds = kinds_of_text(english=self.vectors.language(book_id) == "en")
        while model and (wanting := self.vectors.wanting(book_id, MOST_TEXTS)):
            yield Indexing(done, total, book_id)
            if cancel.requested:
                raise Stopped
            texts = [text for _id, text in wanting]
            vectors = self.embedder.embed(texts, kinds, cancel, patient=patient)
            self.vectors.keep([id for id, _text in wanting], list(map(msgspec.msgpack.encode, vectors)))
            done += len(wanting)
        yield Indexing(total, total, book_id)
        self.vectors.finish(book_id)
