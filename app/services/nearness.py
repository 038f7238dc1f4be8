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
class Matrix:
    """The vectors of a book: whole numbers, a row for each of `ids`, which ascend. `version`: as the store says."""

    version: int
    ids: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int8]
    lengths: dict[int, _Floats]  # of the rows in each part, by where it begins

    @property
    def size(self) -> int:
        """In bytes."""
        return self.rows.nbytes

    @property
    def english(self) -> bool:
        return any(lengths.any() for start, lengths in self.lengths.items() if start != ANY_LANGUAGE.start)


def matrix(version: int, found: BookVectors) -> Matrix:
    rows = np.frombuffer(found.vectors, np.int8).reshape(-1, DIMENSIONS)
    lengths = {}
    for part in (ANY_LANGUAGE, *ENGLISH):
        squares = np.einsum("ij,ij->i", rows[:, part], rows[:, part], dtype=np.int64)
        lengths[part.start] = np.sqrt(squares.astype(np.float32))
    return Matrix(version, np.array(found.ids, np.int64), rows, lengths)


def nearest(searched: Sequence[tuple[Matrix, range]], question: bytes, limit: int) -> list[int]:
    """The passages, of these with these ids, whose vectors are nearest to that of the question, nearest first."""
    asked = np.frombuffer(question, np.int8).astype(np.float32)
    in_english = any(asked[part].any() for part in ENGLISH)
    bounds = [np.searchsorted(matrix.ids, (ids.start, ids.stop)) for matrix, ids in searched]
    parts = [ENGLISH if in_english and matrix.english else (ANY_LANGUAGE,) for matrix, _ids in searched]
    scores = [np.zeros(high - low, np.float32) for low, high in bounds]
    for part in (ANY_LANGUAGE, *ENGLISH):
        using = [at for at, some in enumerate(parts) if part in some]
        cosines = [_cosines(searched[at][0], part, asked[part], *bounds[at]) for at in using]
        every = np.concatenate((np.zeros(0, np.float32), *cosines))
        if not len(every):
            continue
        spread = max(float(every.std()), 1e-6)
        for at, found in zip(using, cosines, strict=True):
            scores[at] += (found - every.mean()) / spread / len(parts[at])
    ids = np.concatenate([matrix.ids[low:high] for (matrix, _), (low, high) in zip(searched, bounds, strict=True)])
    every = np.concatenate([_with_around(each) for each in scores])
    return [int(id) for id in ids[np.argsort(-every, kind="stable")[:limit]]]


def _cosines(matrix: Matrix, part: slice, asked: _Floats, low: int, high: int) -> _Floats:
    found = np.empty(high - low, np.float32)
    for start in range(low, high, _BLOCK):
        stop = min(start + _BLOCK, high)
        block = matrix.rows[start:stop, part].astype(np.float32)  # no `@`: its threads would wait for each other
        found[start - low : stop - low] = np.einsum("ij,j->i", block, asked)
    lengths = matrix.lengths[part.start][low:high] * np.sqrt(np.einsum("i,i", asked, asked))
    found /= np.maximum(lengths, 1)
    return found


def _with_around(scores: _Floats) -> _Floats:
    """At either end the passage itself stands for the one that is not there."""
    around = np.concatenate((scores[:1], scores, scores[-1:]))
    return scores + np.float32(_AROUND) * (around[:-2] + around[2:])
