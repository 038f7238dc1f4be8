"""Nearness: the passages that mean what a question means, by the vectors of both.

How near two vectors of one model are is the cosine between them. What counts is how far it is above that of the other
passages: the standard score, over all that are searched, which is the same measure for every model, so that books of
several languages compare. Where passage and question are English, these are the vectors of the model of English, else
those of a model of many languages. What a passage means follows from what is around it: the vectors of the passages
before and behind it count too.

The nearest, with the words of the text in mind, are looked at closely: by the vectors of a model that tells better, of
the whole or of its sentences, of which the three nearest count. The standard scores of that, among the passages that
are looked at, are brought to the mean and the spread that these have by the first measure, and put together with it. So
a closer look sorts the nearest anew, and makes none of them nearer or farther than all of them were.

In the end it is divided by what the largest of so many standard scores would be by chance, about the square root of
2 ln n for n passages (Cramér, Mathematical Methods of Statistics, 28.6): so one book and a library compare.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from types import MappingProxyType
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
_BY_CLOSER_LOOK = 0.6
"""The weight of that measure; the first one has the rest."""

CLOSELY = 256
"""The most passages that are looked at closely, where that was prepared."""

_BLOCK = 1_024  # rows that are made floating-point numbers at a time: they fit a processor's cache

Floats: TypeAlias = npt.NDArray[np.float32]
Look: TypeAlias = Callable[[Sequence[VectorKind], Sequence[int]], Mapping[int, TextVectors]]
"""Returns, by their ids, the vectors of these kinds of these passages, the nearest first, as far as they can be had."""

_NOTHING = np.zeros(0, np.float32)
_AT_ONCE = np.zeros(1, np.int64)  # where the only book begins


@dataclass(frozen=True)
class Rows:
    """Vectors of one kind: whole numbers, each row's one after the other, and the length of each."""

    numbers: npt.NDArray[np.int8]
    lengths: Floats


@dataclass(frozen=True)
class Matrix:
    """The vectors of passages with the ids `ids`, of one book or of several, one after the other, each of which begins
    at one of `begins`. All have the same kinds."""

    ids: npt.NDArray[np.int64]
    kinds: dict[VectorKind, Rows]
    begins: npt.NDArray[np.int64]

    @property
    def size(self) -> int:
        """The size of all numbers in bytes."""
        return sum(rows.numbers.nbytes for rows in self.kinds.values())

    def compared(self, question: Container[VectorKind]) -> VectorKind | None:
        """Return the kind by which a question with these kinds is compared with these passages."""
        return next((kind for kind in CLOSER if kind in question and kind in self.kinds), None)

    def part(self, low: int, high: int) -> Matrix:
        """Return the passages of one book from one place to another."""
        kinds = {kind: Rows(rows.numbers[low:high], rows.lengths[low:high]) for kind, rows in self.kinds.items()}
        return Matrix(self.ids[low:high], kinds, _AT_ONCE)

    def within(self, ids: range) -> Matrix:
        """Return the passages of one book that have these ids, which ascend."""
        low, high = np.searchsorted(self.ids, (ids.start, ids.stop))
        return self if high - low == len(self.ids) else self.part(int(low), int(high))

    def books(self) -> list[Matrix]:
        """Return the books apart."""
        return list(starmap(self.part, pairwise((*self.begins.tolist(), len(self.ids)))))


def matrix(found: BookVectors) -> Matrix:
    """Return the vectors of a book by which everything is searched, of the kinds that all of its passages have."""
    texts = list(map(unpacked, found.vectors))
    every = [kind for kind in CLOSER if texts and all(kind in text for text in texts)]
    if VectorKind.USE in every and VectorKind.E5 in every:
        every.remove(VectorKind.E5)  # one of many languages is enough
    kinds = {kind: _rows([text[kind] for text in texts], kind) for kind in every}
    return Matrix(np.array(found.ids, np.int64), kinds, _AT_ONCE)


def joined(books: Sequence[Matrix]) -> Matrix:
    """Return books that have the same kinds as one: thousands of them take as long to search as one that is as long."""
    if len(books) == 1:
        return books[0]
    lengths = [len(book.ids) for book in books]
    kinds = {
        kind: Rows(
            np.concatenate([book.kinds[kind].numbers for book in books]),
            np.concatenate([book.kinds[kind].lengths for book in books]),
        )
        for kind in books[0].kinds
    }
    return Matrix(np.concatenate([book.ids for book in books]), kinds, np.cumsum([0, *lengths[:-1]]))


def kinds_of_question(searched: Iterable[Matrix], *, english: bool) -> tuple[VectorKind, ...]:
    """Return the kinds of vectors that have to be made of a question to compare it with these books."""
    some = [kind for kind in VectorKind if english or kind not in ENGLISH]
    first = {kind for matrix in searched if (kind := matrix.compared(some)) is not None}
    closer = {OF_SENTENCES.get(closer, closer) for kind in first for closer in CLOSER[kind] if is_made(closer)}
    return tuple(kind for kind in VectorKind if kind in first | closer)


def nearest(
    searched: Sequence[Matrix],
    question: TextVectors,
    limit: int,
    look: Look,
    by_words: Mapping[int, float] = MappingProxyType({}),
) -> dict[int, float]:
    """Return the passages, of these, whose vectors are nearest to those of the question, nearest first, each with how
    near it is. `look` is asked for the vectors of those that are looked at closely. `by_words` says of passages by
    their ids how much nearer their words bring them, where it is decided at which to look."""
    asked = {kind: np.frombuffer(vector, np.int8).astype(np.float32) for kind, vector in question.items()}
    scores = _by_wholes(searched, asked)
    ids = np.concatenate([matrix.ids for matrix in searched])
    chance = np.float32(math.sqrt(2 * math.log(max(2, len(scores)))))
    _look_closely(searched, asked, ids, scores, look, _of_words(ids, by_words) * chance)
    scores = _standard_scores(scores) / chance
    best = _sorted(scores, _largest(scores, limit))
    return dict(zip(ids[best].tolist(), scores[best].tolist(), strict=True))


def _by_wholes(searched: Sequence[Matrix], asked: Mapping[VectorKind, Floats]) -> Floats:
    """Return the scores of all passages, as they are searched."""
    scores = [np.zeros(len(matrix.ids), np.float32) for matrix in searched]
    compared = [matrix.compared(asked) for matrix in searched]
    for kind in {kind for kind in compared if kind is not None}:
        using = [at for at, its in enumerate(compared) if its is kind]
        cosines = [_cosines(searched[at].kinds[kind], asked[kind]) for at in using]
        found = _standard_scores(np.concatenate(cosines))
        for at, standard in zip(using, np.split(found, np.cumsum(list(map(len, cosines)))), strict=False):
            scores[at] = _with_around(standard, searched[at].begins)
    return np.concatenate((_NOTHING, *scores))


def _look_closely(
    searched: Sequence[Matrix],
    asked: Mapping[VectorKind, Floats],
    ids: npt.NDArray[np.int64],
    scores: Floats,
    look: Look,
    by_words: Floats,
) -> None:
    """Sort the nearest passages anew: change their scores. `by_words` are standard scores, too."""
    promising = _standard_scores(scores) + by_words
    near = _sorted(promising, _largest(promising, CLOSELY))
    ends = np.cumsum([len(matrix.ids) for matrix in searched])
    firsts = [searched[at].compared(asked) for at in np.searchsorted(ends, near, side="right")]
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
            measured += _standard_scores(_nearest_rows([vectors[int(ids[at])][kind] for at in places], kind, question))
        again = scores[places].mean() + scores[places].std() * _standard_scores(measured)
        scores[places] += np.float32(_BY_CLOSER_LOOK) * (again - scores[places])


def _rows(vectors: Sequence[bytes], kind: VectorKind) -> Rows:
    numbers = np.frombuffer(b"".join(vectors), np.int8).reshape(-1, WIDTHS[kind])
    squares = np.einsum("ij,ij->i", numbers, numbers, dtype=np.int64)
    return Rows(numbers, np.sqrt(squares.astype(np.float32)))


def _cosines(rows: Rows, asked: Floats) -> Floats:
    found = np.empty(len(rows.numbers), np.float32)
    for start in range(0, len(found), _BLOCK):
        block = rows.numbers[start : start + _BLOCK].astype(np.float32)  # no `@`: its threads would wait for each other
        found[start : start + _BLOCK] = np.einsum("ij,j->i", block, asked)
    found /= np.maximum(rows.lengths * np.sqrt(np.einsum("i,i", asked, asked)), 1)
    return found


def _nearest_rows(vectors: Sequence[bytes], kind: VectorKind, asked: Floats) -> Floats:
    """Return the mean of the largest cosines of the vectors of each passage, at most _NEAREST_SENTENCES."""
    ends = np.cumsum([len(some) // WIDTHS[kind] for some in vectors])
    each = np.split(_cosines(_rows(vectors, kind), asked), ends[:-1])
    return np.array([np.sort(some)[-_NEAREST_SENTENCES:].mean() for some in each], np.float32)


def _of_words(ids: npt.NDArray[np.int64], by_words: Mapping[int, float]) -> Floats:
    """Return what words say of the passages with these ids, 0 where they say nothing."""
    found = np.zeros(len(ids), np.float32)
    at = np.flatnonzero(np.isin(ids, np.fromiter(by_words, np.int64, len(by_words))))
    found[at] = [by_words[id] for id in ids[at].tolist()]
    return found


def _with_around(scores: Floats, begins: npt.NDArray[np.int64]) -> Floats:
    """Return the scores with a share of those of the passages before and after. At either end of a book the passage
    itself stands for the one that is not there."""
    before, after = np.roll(scores, 1), np.roll(scores, -1)
    firsts = begins[begins < len(scores)]
    lasts = np.append(firsts[1:], len(scores))[: len(firsts)] - 1
    before[firsts], after[lasts] = scores[firsts], scores[lasts]
    return scores + np.float32(_AROUND) * (before + after)


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
