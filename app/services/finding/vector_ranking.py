"""Nearness: the passages that mean what a question means, by the vectors of both.

How near two vectors of one model are is the cosine between them. What counts is how far it is above that of the other
passages: the standard score, over all that are searched, which is the same measure for every model, so that books of
several languages compare. Where passage and question are English, these are the vectors of the model of English, else
those of a model of many languages. What a passage means follows from what is around it: the vectors of the passages
before and behind it count too.

The nearest are looked at closely: by the vectors of a model that tells better, of the whole or of its sentences, of
which the three nearest count. The standard scores of that, among the passages that are looked at, are brought to the
mean and the spread that these have by the first measure, and averaged with it. So a closer look sorts the nearest anew,
and makes none of them nearer or farther than all of them were.

In the end it is divided by what the largest of so many standard scores would be by chance, about the square root of
2 ln n for n passages (Cramér, Mathematical Methods of Statistics, 28.6): so one book and a library compare.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from app.embedding.packages import is_made
from app.embedding.protocol import CLOSER, ENGLISH, OF_SENTENCES, WIDTHS, TextVectors, VectorKind
from app.services.finding.indexing import unpacked
from app.store.vectors import BookVectors

_AROUND = 0.3
"""The weight of each of the two passages around one, whose own weight is 1."""

_NEAREST_SENTENCES = 3
_BY_CLOSER_LOOK = 0.5
"""The weight of that measure; the first one has the rest."""

CLOSELY = 64
"""The most passages that are looked at closely."""

_BLOCK = 1_024  # rows that are made floating-point numbers at a time: they fit a processor's cache

Floats: TypeAlias = npt.NDArray[np.float32]
Look: TypeAlias = Callable[[Sequence[VectorKind], Sequence[int]], Mapping[int, TextVectors]]
"""Returns, by their ids, the vectors of these kinds of these passages, the nearest first, as far as they can be had."""

_NOTHING = np.zeros(0, np.float32)


@dataclass(frozen=True)
class Rows:
    """Vectors of one kind: whole numbers, each row's one after the other, and the length of each."""

    numbers: npt.NDArray[np.int8]
    lengths: Floats


@dataclass(frozen=True)
class Matrix:
    """The vectors of a book, of the passages `ids`, which ascend. `version`: as the store says."""

    version: int
    ids: npt.NDArray[np.int64]
    kinds: dict[VectorKind, Rows]

    @property
    def size(self) -> int:
        """The size of all numbers in bytes."""
        return sum(rows.numbers.nbytes for rows in self.kinds.values())

    def compared(self, question: Container[VectorKind]) -> VectorKind | None:
        """Return the kind by which a question with these kinds is compared with this book."""
        return next((kind for kind in CLOSER if kind in question and kind in self.kinds), None)


def matrix(version: int, found: BookVectors) -> Matrix:
    """Return the vectors of a book by which everything is searched, of the kinds that all of its passages have."""
    texts = list(map(unpacked, found.vectors))
    every = [kind for kind in CLOSER if texts and all(kind in text for text in texts)]
    if VectorKind.USE in every and VectorKind.E5 in every:
        every.remove(VectorKind.E5)  # one of many languages is enough
    kinds = {kind: _rows([text[kind] for text in texts], kind) for kind in every}
    return Matrix(version, np.array(found.ids, np.int64), kinds)


def kinds_of_question(searched: Iterable[Matrix], *, english: bool) -> tuple[VectorKind, ...]:
    """Return the kinds of vectors that have to be made of a question to compare it with these books."""
    some = [kind for kind in VectorKind if english or kind not in ENGLISH]
    first = {kind for matrix in searched if (kind := matrix.compared(some)) is not None}
    closer = {OF_SENTENCES.get(closer, closer) for kind in first for closer in CLOSER[kind] if is_made(closer)}
    return tuple(kind for kind in VectorKind if kind in first | closer)


def nearest(
    searched: Sequence[tuple[Matrix, range]], question: TextVectors, limit: int, look: Look
) -> dict[int, float]:
    """Return the passages, of these with these ids, whose vectors are nearest to those of the question, nearest first,
    each with how near it is. `look` is asked for the vectors of those that are looked at closely."""
    asked = {kind: np.frombuffer(vector, np.int8).astype(np.float32) for kind, vector in question.items()}
    bounds = [np.searchsorted(matrix.ids, (ids.start, ids.stop)) for matrix, ids in searched]
    books = [
        _Searched(matrix, matrix.compared(asked), int(low), int(high))
        for (matrix, _ids), (low, high) in zip(searched, bounds, strict=True)
    ]
    scores = _by_wholes(books, asked)
    ids = np.concatenate([book.matrix.ids[book.low : book.high] for book in books])
    _look_closely(books, asked, ids, scores, look)
    scores = _standard_scores(scores) / np.float32(math.sqrt(2 * math.log(max(2, len(scores)))))
    best = _sorted(scores, _largest(scores, limit))
    return dict(zip(ids[best].tolist(), scores[best].tolist(), strict=True))


@dataclass(frozen=True)
class _Searched:
    """The passages of a book from `low` to `high`. `kind`: the one by which it is compared."""

    matrix: Matrix
    kind: VectorKind | None
    low: int
    high: int


def _by_wholes(books: Sequence[_Searched], asked: Mapping[VectorKind, Floats]) -> Floats:
    """Return the scores of all passages, one book's after the other's."""
    scores = [np.zeros(book.high - book.low, np.float32) for book in books]
    for kind in {book.kind for book in books if book.kind is not None}:
        using = [at for at, book in enumerate(books) if book.kind is kind]
        rows = [books[at].matrix.kinds[kind] for at in using]
        cosines = [
            _cosines(some, asked[kind], books[at].low, books[at].high) for at, some in zip(using, rows, strict=True)
        ]
        found = _standard_scores(np.concatenate((_NOTHING, *cosines)))
        for at, standard in zip(using, np.split(found, np.cumsum(list(map(len, cosines)))), strict=False):
            scores[at] = _with_around(standard)
    return np.concatenate((_NOTHING, *scores))


def _look_closely(
    books: Sequence[_Searched],
    asked: Mapping[VectorKind, Floats],
    ids: npt.NDArray[np.int64],
    scores: Floats,
    look: Look,
) -> None:
    """Sort the nearest passages anew: change their scores."""
    near = _sorted(scores, _largest(scores, CLOSELY))
    ends = np.cumsum([book.high - book.low for book in books])
    firsts = [books[at].kind for at in np.searchsorted(ends, near, side="right")]
    for first in dict.fromkeys(first for first in firsts if first is not None):
        kinds = [kind for kind in CLOSER[first] if OF_SENTENCES.get(kind, kind) in asked]
        some = [at for at, its in zip(near, firsts, strict=True) if its is first]
        vectors = look(kinds, ids[some].tolist()) if kinds else {}
        places = [at for at in some if int(ids[at]) in vectors]
        if not places:
            continue
        measured = np.zeros(len(places), np.float32)
        for kind in kinds:
            question = asked[OF_SENTENCES.get(kind, kind)]
            nearest_rows = [_nearest_rows(_rows([vectors[int(ids[at])][kind]], kind), question) for at in places]
            measured += _standard_scores(np.array(nearest_rows, np.float32))
        again = scores[places].mean() + scores[places].std() * _standard_scores(measured)
        scores[places] += np.float32(_BY_CLOSER_LOOK) * (again - scores[places])


def _rows(vectors: Sequence[bytes], kind: VectorKind) -> Rows:
    numbers = np.frombuffer(b"".join(vectors), np.int8).reshape(-1, WIDTHS[kind])
    squares = np.einsum("ij,ij->i", numbers, numbers, dtype=np.int64)
    return Rows(numbers, np.sqrt(squares.astype(np.float32)))


def _cosines(rows: Rows, asked: Floats, low: int, high: int) -> Floats:
    found = np.empty(high - low, np.float32)
    for start in range(low, high, _BLOCK):
        stop = min(start + _BLOCK, high)
        block = rows.numbers[start:stop].astype(np.float32)  # no `@`: its threads would wait for each other
        found[start - low : stop - low] = np.einsum("ij,j->i", block, asked)
    found /= np.maximum(rows.lengths[low:high] * np.sqrt(np.einsum("i,i", asked, asked)), 1)
    return found


def _nearest_rows(rows: Rows, asked: Floats) -> float:
    """Return the mean of the largest cosines, at most _NEAREST_SENTENCES."""
    return float(np.sort(_cosines(rows, asked, 0, len(rows.numbers)))[-_NEAREST_SENTENCES:].mean())


def _with_around(scores: Floats) -> Floats:
    """Return the scores with a share of those of the passages before and after. At either end the passage itself stands
    for the one that is not there."""
    around = np.concatenate((scores[:1], scores, scores[-1:]))
    return scores + np.float32(_AROUND) * (around[:-2] + around[2:])


def _standard_scores(every: Floats) -> Floats:
    if not len(every):
        return every
    found: Floats = (every - every.mean()) / max(float(every.std()), 1e-6)
    return found


def _largest(scores: Floats, limit: int) -> npt.NDArray[np.int64]:
    """Return the places of at most `limit` of the largest scores, in no order."""
    return np.argpartition(-scores, limit - 1)[:limit] if 0 < limit < len(scores) else np.arange(len(scores))[:limit]


def _sorted(scores: Floats, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return these places, those of the largest scores first, and of the same score as they are in the book."""
    found: npt.NDArray[np.int64] = places[np.lexsort((places, -scores[places]))]
    return found
