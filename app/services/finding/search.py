"""Search: the passages of books that belong to a text, best first, by its words and by what it means.

Two measures are added, one by the words of the text (`store.passages`), one by the nearness of vectors
(`vector_ranking`). A passage that holds the part p of the text, by the weights of its words, rare ones weighing more,
that is at the place r, from 0, in the order by words, and as near as s (0 where it is farther than the mean), has the
score s + 1.3 p^3 + m^4 / (10 + r), where m is the largest p of all. What is nearest by chance has s = 1. So words
decide where a passage has nearly all of the text's words, however many others there are, and meaning where none has;
and of passages with the same words, the nearer one is the better one. Names and numbers count by the letter: a passage
that holds them comes before all that do not. Of a page that is there already, another passage counts a fifth.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, zip_longest
from threading import Lock
from typing import TYPE_CHECKING

import msgspec

from app.core.conversations.conversation import PageRange
from app.core.errors import AppError
from app.core.work import Cancel, Stopped
from app.embedding.client import Embedder
from app.embedding.protocol import TextVectors, VectorKind
from app.isolation.client import DIED
from app.language.grammar import seems_english
from app.services.finding.conversation_search import PassageQuery, QuestionKind
from app.services.finding.indexing import keep, unpacked
from app.store.passages import MOST_RANKED, NO_HITS, Passage, Passages, Scope, WordHits
from app.store.vectors import Vectors

if TYPE_CHECKING:
    from app.services.finding.vector_ranking import Matrix

_BY_WORDS = 1.3
_FIRST_PLACES = 10
_BY_NAMES = 10.0  # more than all else together
_SPARE = 4  # times as many as are wanted are looked at, since of one page not many are wanted

_MADE_AT_ONCE = 24
"""The number of passages that get a closer look in any case, which takes a second of a processor where nothing was
prepared. With half as many, Japanese questions find less."""

_MOST_BYTES = 512 << 20
"""The most bytes of vectors that are kept in memory: those of some 500 books of 300 pages."""

_log = logging.getLogger("octavo.search")


class Found(msgspec.Struct, frozen=True):
    """The passages that were found, best first. If `words_alone`, some of what was searched was searched by words
    alone, because it is not indexed yet, or the embedder does not work."""

    passages: tuple[Passage, ...] = ()
    words_alone: bool = False


class Neighbours(msgspec.Struct, frozen=True):
    """The neighbours of a passage or a question. `near` says how near passages are, by their ids, the nearest first.
    They are `complete` if all that was to be compared was."""

    near: Mapping[int, float]
    complete: bool

    @property
    def ids(self) -> Sequence[int]:
        return tuple(self.near)


@dataclass(frozen=True)
class Search:
    """May be used from any thread."""

    passages: Passages
    vectors: Vectors
    embedder: Embedder
    _matrices: OrderedDict[str, tuple[int, Matrix]] = field(default_factory=OrderedDict)
    _joined: list[tuple[object, Sequence[Matrix]]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def prepare(self, book_ids: Collection[str]) -> None:
        """Get ready for a search in these books that will come, and do not wait for it."""
        if not self.vectors.finished(self.embedder.model).keys().isdisjoint(book_ids):
            self.embedder.prepare()

    def find(
        self,
        scope: Sequence[tuple[str, PageRange | None]],
        text: str,
        limit: int,
        leaves_out: Callable[[str], bool] = lambda _heading: False,
    ) -> Found:
        """Find the passages of these books, or of these pages of them, that belong to `text`, best first; `leaves_out`
        says under which headings none is wanted.

        Books that are not indexed yet are searched by words alone. Raises AppError as the database does.
        """
        scopes = self.passages.scopes(scope)
        words = self.passages.by_words(scopes, text)
        nearest = self.nearest(scopes, text, words)
        scores = fuse(words, nearest.near)
        best = sorted(scores, key=lambda id: -scores[id])[: _SPARE * max(0, limit)]
        taken = self.passages.take({id: scores[id] for id in best})
        found = _spread([passage for passage in taken if not leaves_out(passage.heading)])
        return Found(found[: max(0, limit)], not nearest.complete)

    def passages_for(self, query: PassageQuery, limit: int) -> Found:
        """Find the passages that belong to a question, as `find` does; take them from all over its scope where it has
        no text, or a chapter has nothing of it. `query.alike`: the best of each book, then the second of each, and so
        on; `query.with_turns` alternates in the same way with `query.text`."""
        scope = [(ref.book_id, ref.pages) for ref in query.scope]
        if not query.alike:
            return self._passages_in(scope, query, limit)
        of_each = max(1, limit // len(scope))
        rankings = (self._passages_in([place], query, of_each) for place in scope)
        return _by_turns(*rankings)

    def _passages_in(self, scope: Sequence[tuple[str, PageRange | None]], query: PassageQuery, limit: int) -> Found:
        found = self.find(scope, query.text, limit, query.leaves_out) if query.text else Found()
        if found.passages and query.with_turns:
            both = _by_turns(found, self.find(scope, query.with_turns, limit))
            found = Found(both.passages[:limit], both.words_alone)
        if found.passages or (query.text and query.kind is not QuestionKind.CHAPTER):
            return found
        spread = self.passages.spread(scope, limit)
        return Found(tuple(passage for passage in spread if not query.leaves_out(passage.heading)) or spread)

    def nearest(
        self, scopes: Sequence[Scope], text: str, words: WordHits = NO_HITS, cancel: Cancel | None = None
    ) -> Neighbours:
        """Return the passages whose vectors are nearest to that of `text`. Those that `words` found are looked at
        closely before others that are as near. `cancel` is looked at between books, whose vectors may have to be read
        first; raises Stopped."""
        finished = self.vectors.finished(self.embedder.model)
        wanted, scopes = scopes, [scope for scope in scopes if scope.book_id in finished]
        if not scopes or not text.strip():
            return Neighbours({}, not wanted or not text.strip())
        from app.services.finding import vector_ranking  # late: the start of the desk needs no numpy

        searched = self._searched(scopes, finished, cancel)
        kinds = vector_ranking.kinds_of_question(searched, english=seems_english(text))
        try:
            (question,) = self.embedder.embed((text,), kinds, asked=True)
        except AppError as error:
            if error.code not in DIED:
                raise
            _log.warning("searched by words alone: %s", error.code.value)
            return Neighbours({}, complete=False)
        look = partial(self._look_closely, cancel=cancel)
        near = vector_ranking.nearest(searched, question, MOST_RANKED, look, fuse(words, {}))
        return Neighbours(near, len(scopes) == len(wanted))

    def _look_closely(
        self, kinds: Sequence[VectorKind], ids: Sequence[int], *, cancel: Cancel | None
    ) -> Mapping[int, TextVectors]:
        """Return, by their ids, the vectors of these kinds of these passages: of the first few they are made now, and
        kept, if they are not there. Where that fails, those that are there must do."""
        every = {id: unpacked(vectors) for id, vectors in self.vectors.kept(ids).items()}
        found = {id: vectors for id, vectors in every.items() if set(kinds) <= vectors.keys()}
        if lacking := self.vectors.these([id for id in ids[:_MADE_AT_ONCE] if id not in found]):
            try:
                made = self.embedder.embed([each.text for each in lacking], kinds, cancel)
                keep(self.vectors, lacking, made)
            except AppError as error:
                _log.warning("not looked at closely: %s", error.code.value)
            else:
                found |= {each.id: some for each, some in zip(lacking, made, strict=True)}
        return found

    def _searched(
        self, scopes: Sequence[Scope], finished: Mapping[str, int], cancel: Cancel | None
    ) -> Sequence[Matrix]:
        """Return the vectors of these passages. Those of all that was searched last stay joined."""
        from app.services.finding import vector_ranking

        wanted = tuple((scope, finished[scope.book_id]) for scope in scopes)
        with self._lock:
            if self._joined and self._joined[0][0] == wanted:
                return self._joined[0][1]
        parts: dict[frozenset[VectorKind], list[tuple[str, int, Matrix, Matrix]]] = {}
        for scope, version in wanted:
            if cancel is not None and cancel.requested:
                raise Stopped
            book = self._matrix(scope.book_id, version)
            parts.setdefault(frozenset(book.kinds), []).append((scope.book_id, version, book, book.within(scope.ids)))
        searched = [vector_ranking.joined([part for *_book, part in alike]) for alike in parts.values()]
        with self._lock:
            for alike, together in zip(parts.values(), searched, strict=True):
                for (book_id, version, book, part), again in zip(alike, together.books(), strict=True):
                    if part is book:  # its numbers are kept once
                        self._matrices[book_id] = version, again
            self._joined[:] = [(wanted, searched)]
            size = sum(matrix.size for _version, matrix in self._matrices.values())
            while len(self._matrices) > 1 and size > _MOST_BYTES:
                size -= self._matrices.popitem(last=False)[1][1].size
        return searched

    def _matrix(self, book_id: str, version: int) -> Matrix:
        """Return the vectors of a book, from memory if they are still the same."""
        from app.services.finding import vector_ranking

        with self._lock:
            kept = self._matrices.get(book_id)
            if kept is not None and kept[0] == version:
                self._matrices.move_to_end(book_id)
                return kept[1]
        read = vector_ranking.matrix(self.vectors.of_book(book_id))
        with self._lock:
            self._matrices[book_id] = version, read
            self._matrices.move_to_end(book_id)
        return read


def fuse(words: WordHits, near: Mapping[int, float]) -> Mapping[int, float]:
    """Return the scores of passages by their ids, as this module says."""
    largest = max(words.coverage.values(), default=0.0)
    scores = {id: max(0.0, nearness) for id, nearness in near.items()}
    for place, id in enumerate(words.ranked):
        by_words = _BY_WORDS * words.coverage[id] ** 3 + largest**4 / (_FIRST_PLACES + place)
        scores[id] = scores.get(id, 0.0) + by_words
    for id, named in words.named.items():
        scores[id] = scores.get(id, 0.0) + _BY_NAMES * named
    return scores


def _by_turns(*rankings: Found) -> Found:
    """Return the best passage of each ranking, then the second of each, and so on, no passage twice."""
    found: dict[tuple[str, int, int], Passage] = {}
    for each in chain.from_iterable(zip_longest(*(ranking.passages for ranking in rankings))):
        if each is not None:
            found.setdefault((each.book_id, each.page, each.start), each)
    return Found(tuple(found.values()), any(ranking.words_alone for ranking in rankings))


def _spread(found: Sequence[Passage]) -> tuple[Passage, ...]:
    """Sort passages by their scores anew, where a passage on the page of a better one counts a fifth."""
    seen: set[tuple[str, int]] = set()
    counted = []
    for passage in found:
        place = passage.book_id, passage.page
        counted.append(msgspec.structs.replace(passage, score=passage.score / (5 if place in seen else 1)))
        seen.add(place)
    return tuple(sorted(counted, key=lambda passage: -passage.score))
