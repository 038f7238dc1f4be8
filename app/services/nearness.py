"""Nearness: the passages that mean what a question means, by the vectors of both.

How near two vectors of one model are is the cosine between them. What counts is how far it is above that of the other
passages: the standard score, over all that are searched, which is the same measure for every model, so that several
are averaged. Where passage and question are English, these are the models of English, else it is the one of many
languages. What a passage means follows from what is around it: that of the passages before and behind it counts too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.embedding.protocol import ANY_LANGUAGE, DIMENSIONS, ENGLISH
from app.store.vectors import BookVectors

_AROUND = 0.3
"""The weight of each of the two passages around one, whose own weight is 1."""

_BLOCK = 2_048  # rows that are made floating-point numbers at a time: they fit a processor's cache

_Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Rows:
    """The vectors of a book that one model made: whole numbers, each row's one after the other."""

    numbers: npt.NDArray[np.int8]
    lengths: _Floats


@dataclass(frozen=True)
class Matrix:
    """The vectors of a book: a row for each of `ids`, which ascend. `parts`: by where each begins in a vector; those of
    English only where the book is. `version`: as the store says."""

    version: int
    ids: npt.NDArray[np.int64]
    parts: dict[int, Rows]

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(rows.numbers.nbytes for rows in self.parts.values())

    @property
    def english(self) -> bool:
        return all(part.start in self.parts for part in ENGLISH)


def matrix(version: int, found: BookVectors) -> Matrix:
    vectors = np.frombuffer(found.vectors, np.int8).reshape(-1, DIMENSIONS)
    parts = {}
    for part in (ANY_LANGUAGE, *ENGLISH):
        numbers = np.ascontiguousarray(vectors[:, part])  # apart: three times as fast to go through
        if part == ANY_LANGUAGE or numbers.any():
            squares = np.einsum("ij,ij->i", numbers, numbers, dtype=np.int64)
            parts[part.start] = Rows(numbers, np.sqrt(squares.astype(np.float32)))
    return Matrix(version, np.array(found.ids, np.int64), parts)


def nearest(searched: Sequence[tuple[Matrix, range]], question: bytes, limit: int) -> list[int]:
    """The passages, of these with these ids, whose vectors are nearest to that of the question, nearest first."""
    asked = np.frombuffer(question, np.int8).astype(np.float32)
    in_english = any(asked[part].any() for part in ENGLISH)
    bounds = [np.searchsorted(matrix.ids, (ids.start, ids.stop)) for matrix, ids in searched]
    parts = [ENGLISH if in_english and matrix.english else (ANY_LANGUAGE,) for matrix, _ids in searched]
    scores = [np.zeros(high - low, np.float32) for low, high in bounds]
    for part in (ANY_LANGUAGE, *ENGLISH):
        using = [at for at, some in enumerate(parts) if part in some]
        cosines = [_cosines(searched[at][0].parts[part.start], asked[part], *bounds[at]) for at in using]
        every = np.concatenate((np.zeros(0, np.float32), *cosines))
        if not len(every):
            continue
        spread = max(float(every.std()), 1e-6)
        for at, found in zip(using, cosines, strict=True):
            scores[at] += (found - every.mean()) / spread / len(parts[at])
    ids = np.concatenate([matrix.ids[low:high] for (matrix, _), (low, high) in zip(searched, bounds, strict=True)])
    every = np.concatenate([_with_around(each) for each in scores])
    first = np.argpartition(-every, limit - 1)[:limit] if 0 < limit < len(every) else np.arange(len(every))[:limit]
    return [int(id) for id in ids[first[np.lexsort((first, -every[first]))]]]


def _cosines(rows: Rows, asked: _Floats, low: int, high: int) -> _Floats:
    found = np.empty(high - low, np.float32)
    for start in range(low, high, _BLOCK):
        stop = min(start + _BLOCK, high)
        block = rows.numbers[start:stop].astype(np.float32)  # no `@`: its threads would wait for each other
        found[start - low : stop - low] = np.einsum("ij,j->i", block, asked)
    found /= np.maximum(rows.lengths[low:high] * np.sqrt(np.einsum("i,i", asked, asked)), 1)
    return found


def _with_around(scores: _Floats) -> _Floats:
    """At either end the passage itself stands for the one that is not there."""
    around = np.concatenate((scores[:1], scores, scores[-1:]))
    return scores + np.float32(_AROUND) * (around[:-2] + around[2:])
