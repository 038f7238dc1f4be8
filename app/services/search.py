"""Search: the passages of books that belong to a text, best first, by its words and by what it means.

Two scores are added: how near the vectors of passage and text are, as a standard score over all that is searched
(`nearness`), and 2 c * c, where c is the part of the text that the passage holds, rare words weighing more
(`store.passages`). So words decide where the book has the text's words, and meaning where it has others; and a sum of
scores keeps the distances that a fusion of ranks loses (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for
Hybrid Retrieval", ACM TOIS 2023). Names and numbers count by the letter: a passage that holds them comes before all
that do not. Passages of a page that is there already come after the first ones of others.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from threading import Lock
from typing import TYPE_CHECKING

import msgspec

from app.core.conversation import PageRange
from app.core.errors import AppError
from app.core.grammar import seems_english
from app.embedding.client import Embedder
from app.isolation.client import DIED
from app.services.conversation_search import PassageQuery, QuestionKind
from app.store.passages import MOST_RANKED, Passage, Passages, Scope, WordHits
from app.store.vectors import Vectors

if TYPE_CHECKING:
    from app.services.nearness import Matrix

_BY_WORDS = 2.0
_BY_NAMES = 100.0
_SPARE = 4  # times as many as are wanted are looked at, since of one page not many are wanted

_MOST_BYTES = 512 << 20
"""Of the vectors that are kept in memory: those of some 150 books of 300 pages."""

_log = logging.getLogger("octavo.search")


class Found(msgspec.Struct, frozen=True):
    """Passages, best first. `words_alone`: some of what was searched was searched by words alone, because it is not
    indexed yet, or the embedder does not work."""

    passages: tuple[Passage, ...] = ()
    words_alone: bool = False


class Neighbours(msgspec.Struct, frozen=True):
    """How near passages are, by their ids, nearest first. `complete`: all that was to be compared was; else so much as
    has its ids in `compared`."""

    scores: Mapping[int, float]
    complete: bool
    compared: Sequence[range] = ()

    def knows(self, id: int) -> bool:
        """Whether this passage was compared."""
        return self.complete or any(id in ids for ids in self.compared)


@dataclass(frozen=True)
class Search:
    """May be used from any thread."""

    passages: Passages
    vectors: Vectors
    embedder: Embedder
    _matrices: OrderedDict[str, Matrix] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def prepare(self, book_ids: Collection[str]) -> None:
        """Something will be searched for in these books: get ready, and do not wait for it."""
        if not self.vectors.finished(self.embedder.model).keys().isdisjoint(book_ids):
            self.embedder.prepare()

    def find(self, scope: Sequence[tuple[str, PageRange | None]], text: str, limit: int) -> Found:
        """The passages of these books, or of these pages of them, that belong to `text`, best first.

        Books that are not indexed yet are searched by words alone. Raises AppError as the database does.
        """
        scopes = self.passages.scopes(scope)
        words = self.passages.by_words(scopes, text)
        nearest = self.nearest(scopes, text)
        scores = fuse(words, nearest.scores, nearest.knows)
        best = sorted(scores, key=lambda id: (-scores[id], id))[: _SPARE * max(0, limit)]
        found = _spread(self.passages.take({id: scores[id] for id in best}))
        return Found(found[: max(0, limit)], not nearest.complete)

    def passages_for(self, query: PassageQuery, limit: int) -> Found:
        """What belongs to a question, as `find`; from all over its scope where it has no text, or a chapter has nothing
        of it. `query.alike`: the best of each book, then the second of each, and so on; so `query.with_turns`."""
        scope = [(ref.book_id, ref.pages) for ref in query.scope]
        if not query.alike:
            return self._passages_in(scope, query, limit)
        of_each = max(1, limit // len(scope))
        rankings = (self._passages_in([place], query, of_each) for place in scope)
        return _by_turns(*rankings)

    def _passages_in(self, scope: Sequence[tuple[str, PageRange | None]], query: PassageQuery, limit: int) -> Found:
        found = self.find(scope, query.text, limit) if query.text else Found()
        if found.passages and query.with_turns:
            both = _by_turns(found, self.find(scope, query.with_turns, limit))
            found = Found(both.passages[:limit], both.words_alone)
        if found.passages or (query.text and query.kind is not QuestionKind.CHAPTER):
            return found
        return Found(self.passages.spread(scope, limit))

    def nearest(self, scopes: Sequence[Scope], text: str) -> Neighbours:
        """The passages whose vectors are nearest to that of `text`."""
        finished = self.vectors.finished(self.embedder.model)
        wanted, scopes = scopes, [scope for scope in scopes if scope.book_id in finished]
        if not scopes or not text.strip():
            return Neighbours({}, not wanted or not text.strip())
        from app.services import nearness  # late: the start of the desk needs no numpy

        searched = [(self._matrix(scope.book_id, finished[scope.book_id]), scope.ids) for scope in scopes]
        kinds = nearness.kinds_of_question([matrix for matrix, _ids in searched], english=seems_english(text))
        try:
            (question,) = self.embedder.embed((text,), kinds, asked=True)
        except AppError as error:
            if error.code not in DIED:
                raise
            _log.warning("searched by words alone: %s", error.code.value)
            return Neighbours({}, complete=False)
        compared = [scope.ids for scope in scopes]
        return Neighbours(nearness.nearest(searched, question, MOST_RANKED), len(scopes) == len(wanted), compared)

    def _matrix(self, book_id: str, version: int) -> Matrix:
        """The vectors of a book, from memory where they are the same still."""
        from app.services import nearness

        with self._lock:
            kept = self._matrices.get(book_id)
            if kept is not None and kept.version == version:
                self._matrices.move_to_end(book_id)
                return kept
        read = nearness.matrix(version, self.vectors.of_book(book_id))
        with self._lock:
            self._matrices[book_id] = read
            self._matrices.move_to_end(book_id)
            while len(self._matrices) > 1 and sum(each.size for each in self._matrices.values()) > _MOST_BYTES:
                self._matrices.popitem(last=False)
        return read


def fuse(words: WordHits, nearest: Mapping[int, float], is_compared: Callable[[int], bool]) -> Mapping[int, float]:
    """The scores of passages by their ids, as this module says. One that was not compared, because it has no vector,
    is taken to be as near as the one that has its place among the nearest."""
    near = list(nearest.values()) or [1 / (1 + place) for place, _id in enumerate(words.ranked)] or [0.0]
    farthest = near[-1]
    scores = {id: score - farthest for id, score in nearest.items()}
    for place, id in enumerate(words.ranked):
        if id not in scores:
            is_far = nearest and is_compared(id)
            scores[id] = 0.0 if is_far else near[min(place, len(near) - 1)] - farthest
        scores[id] += _BY_WORDS * words.coverage[id] ** 2 if nearest else 0.0
    for id, named in words.named.items():
        scores[id] = scores.get(id, 0.0) + _BY_NAMES * named
    return scores


def _by_turns(*rankings: Found) -> Found:
    """The best of each, then the second of each, and so on, no passage twice."""
    found: dict[tuple[str, int, int], Passage] = {}
    for each in chain.from_iterable(zip_longest(*(ranking.passages for ranking in rankings))):
        if each is not None:
            found.setdefault((each.book_id, each.page, each.start), each)
    return Found(tuple(found.values()), any(ranking.words_alone for ranking in rankings))


def _spread(found: Sequence[Passage]) -> tuple[Passage, ...]:
    """The best of each page, then the others, whose scores are brought below theirs."""
    places = set[tuple[str, int]]()
    first, others = list[Passage](), list[Passage]()
    for passage in found:
        place = passage.book_id, passage.page
        (others if place in places else first).append(passage)
        places.add(place)
    if others and others[0].score > 0:
        share = min(1.0, first[-1].score / others[0].score)
        others = [msgspec.structs.replace(passage, score=passage.score * share) for passage in others]
    return (*first, *others)
