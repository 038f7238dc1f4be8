"""Nearness: one measure for several models, the one of the language, and what is around a passage."""

from __future__ import annotations

import numpy as np

from app.embedding.protocol import ANY_LANGUAGE, DIMENSIONS, ENGLISH
from app.services.nearness import Matrix, matrix, nearest
from app.store.vectors import BookVectors


def vector(any_language: int, *english: int) -> bytes:
    """Of each part one direction: the place of its only number."""
    found = np.zeros(DIMENSIONS, np.int8)
    for part, place in zip((ANY_LANGUAGE, *ENGLISH), (any_language, *english), strict=False):
        found[part.start + place] = 127
    return found.tobytes()


def book(first_id: int, *vectors: bytes) -> tuple[Matrix, range]:
    ids = range(first_id, first_id + len(vectors))
    return matrix(1, BookVectors(tuple(ids), b"".join(vectors))), ids


def test_the_models_of_english_decide_where_both_are_english() -> None:
    english = book(1, vector(0, 5, 5), vector(9, 9, 9), vector(9, 9, 9), vector(9, 1, 1))
    assert nearest([english], vector(0, 1, 1), 1) == [4]
    assert nearest([english], vector(0), 1) == [1]
    other = book(1, vector(0), vector(9), vector(9), vector(9))
    assert nearest([other], vector(0, 1, 1), 1) == [1]


def test_books_of_two_languages_are_searched_together() -> None:
    english = book(1, *[vector(9, 9, 9)] * 3, vector(9, 1, 1))
    other = book(11, vector(0), *[vector(9)] * 3)
    assert set(nearest([english, other], vector(0, 1, 1), 2)) == {4, 11}


def test_of_two_that_are_as_near_the_one_among_others_wins() -> None:
    alone, among = vector(0), vector(0)
    found = nearest([book(1, vector(9), alone, vector(9), vector(9), among, vector(0), vector(9))], vector(0), 7)
    assert found[:2] == [5, 6]
    assert found[2] == 2


def test_what_is_around_ends_with_the_book() -> None:
    first = book(1, vector(9), vector(9), vector(9), vector(0))
    second = book(5, vector(9), vector(9), vector(9), vector(9))
    assert nearest([first, second], vector(0), 2) == [4, 3]
    assert nearest([(first[0], range(1, 4))], vector(0), 9) == [1, 2, 3]


def test_nothing_is_near_to_nothing() -> None:
    assert nearest([book(1)], vector(0), 9) == []
    assert nearest([book(1, bytes(DIMENSIONS))], vector(0), 9) == [1]
