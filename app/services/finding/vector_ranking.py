"""Nearness: the passages that mean what a question means, by the vectors of both.

How near two vectors of one model are is the cosine between them. What counts is how far it is above that of the other
passages: the standard score, over all that are searched, which is the same measure for every model, so that several
are averaged. Where passage and question are English, these are the models of English, else those of many languages that
both have. What a passage means follows from what is around it: the vectors of the passages before and behind it count
too.

A passage is about more than one thing. Where its sentences have vectors, the mean of the three nearest is one more
measure. It is taken of the passages that are nearest as wholes, which of one book are all, and is brought to the mean
and the spread that these have by the other measures, so that it compares with passages that have none.

In the end it is divided by what the largest of so many standard scores would be by chance, about the square root of
2 ln n for n passages (Cramér, Mathematical Methods of Statistics, 28.6): so one book and a library compare.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from app.embedding.protocol import ENGLISH, OF_SENTENCES, WIDTHS, TextVectors, VectorKind
from app.store.vectors import BookVectors

_AROUND = 0.3
"""The weight of each of the two passages around one, whose own weight is 1."""

_NEAREST_SENTENCES = 3
_BY_SENTENCES = 1 / 3
"""The weight of that measure; what the others say together has the rest."""

_MOST_BY_SENTENCES = 4_096

_BLOCK = 1_024  # rows that are made floating-point numbers at a time: they fit a processor's cache

_Floats = npt.NDArray[np.float32]
_NOTHING = np.zeros(0, np.float32)
_unpacked = msgspec.msgpack.Decoder(TextVectors).decode


@dataclass(frozen=True)
class Rows:
    """The vectors of one kind of a book: whole numbers, each row's one after the other. `begins` are the rows at which
    those of each passage begin, and, last, how many there are."""

    numbers: npt.NDArray[np.int8]
    lengths: _Floats
    begins: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Matrix:
    """The vectors of a book, of the passages `ids`, which ascend. `version` is the store's."""

    version: int
    ids: npt.NDArray[np.int64]
    kinds: dict[VectorKind, Rows]

    @property
    def size(self) -> int:
        """The size of all numbers in bytes."""
        return sum(rows.numbers.nbytes for rows in self.kinds.values())

    def compared(self, question: Container[VectorKind]) -> list[VectorKind]:
        """Return the kinds by which a question with these kinds is compared with this book."""
        both = [kind for kind in self.kinds if OF_SENTENCES.get(kind, kind) in question]
        return [kind for kind in both if kind in ENGLISH] or both


def matrix(version: int, found: BookVectors) -> Matrix:
    texts = list(map(_unpacked, found.vectors))
    kinds = {kind: _rows([text[kind] for text in texts], WIDTHS[kind]) for kind in (texts[0] if texts else ())}
    return Matrix(version, np.array(found.ids, np.int64), kinds)


def kinds_of_question(searched: Iterable[Matrix], *, english: bool) -> tuple[VectorKind, ...]:
    """Return the kinds of vectors that have to be made of a question to compare it with these books."""
    some = [kind for kind in VectorKind if english or kind not in ENGLISH]
    compared = {OF_SENTENCES.get(kind, kind) for matrix in searched for kind in matrix.compared(some)}
    return tuple(kind for kind in some if kind in compared)


def nearest(searched: Sequence[tuple[Matrix, range]], question: TextVectors, limit: int) -> dict[int, float]:
    """Return the passages, of these with these ids, whose vectors are nearest to those of the question, nearest first,
    each with how near it is."""
    asked = {kind: np.frombuffer(vector, np.int8).astype(np.float32) for kind, vector in question.items()}
    bounds = [np.searchsorted(matrix.ids, (ids.start, ids.stop)) for matrix, ids in searched]
    books = [
        _Searched(matrix, int(low), int(high)) for (matrix, _ids), (low, high) in zip(searched, bounds, strict=True)
    ]
    scores = _by_wholes(books, asked)
    first = np.sort(_largest(scores, max(limit, _MOST_BY_SENTENCES)))
    _add_sentences(books, asked, scores, first)
    scores = _standard_scores(scores) / np.float32(math.sqrt(2 * math.log(max(2, len(scores)))))
    best = first[_largest(scores[first], limit)]
    best = best[np.lexsort((best, -scores[best]))]
    ids = np.concatenate([book.matrix.ids[book.low : book.high] for book in books])
    return dict(zip(ids[best].tolist(), scores[best].tolist(), strict=True))


@dataclass(frozen=True)
class _Searched:
    """The passages of a book from `low` to `high`."""

    matrix: Matrix
    low: int
    high: int


def _by_wholes(books: Sequence[_Searched], asked: Mapping[VectorKind, _Floats]) -> _Floats:
    """Return the scores of all passages, one book's after the other's."""
    scores = [np.zeros(book.high - book.low, np.float32) for book in books]
    kinds = [[kind for kind in book.matrix.compared(asked) if kind in asked] for book in books]
    for kind, vector in asked.items():
        using = [at for at, some in enumerate(kinds) if kind in some]
        cosines = [_cosines(books[at].matrix.kinds[kind], vector, books[at].low, books[at].high) for at in using]
        found = _standard_scores(np.concatenate((_NOTHING, *cosines)))
        for at, standard in zip(using, np.split(found, np.cumsum(list(map(len, cosines)))), strict=False):
            scores[at] += standard / len(kinds[at])
    return np.concatenate((_NOTHING, *map(_with_around, scores)))


def _add_sentences(
    books: Sequence[_Searched], asked: Mapping[VectorKind, _Floats], scores: _Floats, first: npt.NDArray[np.int64]
) -> None:
    """Add the scores of sentences to those of the passages `first`, which ascend."""
    places, found = [first[:0]], [_NOTHING]
    start = 0
    for book in books:
        some = first[slice(*np.searchsorted(first, (start, start + book.high - book.low)))]
        for kind in OF_SENTENCES.keys() & book.matrix.compared(asked):
            places.append(some)
            passages = some - start + book.low
            found.append(_best_sentences(book.matrix.kinds[kind], asked[OF_SENTENCES[kind]], passages))
        start += book.high - book.low
    at = np.concatenate(places)
    if len(at):
        by_sentences = scores[at].mean() + scores[at].std() * _standard_scores(np.concatenate(found))
        scores[at] += np.float32(_BY_SENTENCES) * (by_sentences - scores[at])


def _rows(vectors: Sequence[bytes], width: int) -> Rows:
    numbers = np.frombuffer(b"".join(vectors), np.int8).reshape(-1, width)
    squares = np.einsum("ij,ij->i", numbers, numbers, dtype=np.int64)
    counts = [0, *(len(each) // width for each in vectors)]
    return Rows(numbers, np.sqrt(squares.astype(np.float32)), np.cumsum(counts))


def _cosines(rows: Rows, asked: _Floats, low: int, high: int) -> _Floats:
    found = np.empty(high - low, np.float32)
    for start in range(low, high, _BLOCK):
        stop = min(start + _BLOCK, high)
        block = rows.numbers[start:stop].astype(np.float32)  # no `@`: its threads would wait for each other
        found[start - low : stop - low] = np.einsum("ij,j->i", block, asked)
    found /= np.maximum(rows.lengths[low:high] * np.sqrt(np.einsum("i,i", asked, asked)), 1)
    return found


def _best_sentences(rows: Rows, asked: _Floats, passages: npt.NDArray[np.int64]) -> _Floats:
    """Return the mean of the cosines of each passage's nearest sentences, at most _NEAREST_SENTENCES."""
    counts = rows.begins[passages + 1] - rows.begins[passages]
    begins = np.cumsum(counts) - counts
    owners = np.repeat(np.arange(len(passages)), counts)
    some = (rows.begins[passages] - begins)[owners] + np.arange(len(owners))
    cosines = _cosines(Rows(rows.numbers[some], rows.lengths[some], begins), asked, 0, len(some))
    ordered = 4.0 * owners - np.sort(4.0 * owners - cosines)  # so far apart, no passage's numbers pass another's
    total = np.zeros(len(passages))
    for place in range(_NEAREST_SENTENCES):
        has = counts > place
        total[has] += ordered[begins[has] + place]
    found: _Floats = (total / np.clip(counts, 1, _NEAREST_SENTENCES)).astype(np.float32)
    return found


def _with_around(scores: _Floats) -> _Floats:
    """Return the scores with a share of those of the passages before and after. At either end the passage itself stands
    for the one that is not there."""
    around = np.concatenate((scores[:1], scores, scores[-1:]))
    return scores + np.float32(_AROUND) * (around[:-2] + around[2:])


def _standard_scores(every: _Floats) -> _Floats:
    if not len(every):
        return every
    found: _Floats = (every - every.mean()) / max(float(every.std()), 1e-6)
    return found


def _largest(scores: _Floats, limit: int) -> npt.NDArray[np.int64]:
    """Return the places of at most `limit` of the largest scores, in no order."""
    return np.argpartition(-scores, limit - 1)[:limit] if 0 < limit < len(scores) else np.arange(len(scores))[:limit]
