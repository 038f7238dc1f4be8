"""Nearness: one measure for several models, those of the language, what is around a passage, and its sentences."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from app.embedding.protocol import WIDTHS, TextVectors, VectorKind
from app.services.finding import vector_ranking
from app.services.finding.vector_ranking import Matrix, matrix, nearest
from app.store.vectors import BookVectors


def direction(kind: VectorKind, place: int) -> bytes:
    """The place of its only number."""
    found = np.zeros(WIDTHS[kind], np.int8)
    found[place] = 127
    return found.tobytes()


def vector(any_language: int, *english: int) -> TextVectors:
    """Make the vectors of a text: of each kind one direction."""
    kinds = zip((VectorKind.E5, VectorKind.BGE, VectorKind.MINILM), (any_language, *english), strict=False)
    return {kind: direction(kind, place) for kind, place in kinds}


def said(whole: int, *sentences: int) -> TextVectors:
    """Make the vectors of a text and of its sentences: of the whole and of each sentence one direction."""
    apart = b"".join(direction(VectorKind.E5_SENTENCES, place) for place in sentences)
    return {VectorKind.E5: direction(VectorKind.E5, whole), VectorKind.E5_SENTENCES: apart}


def book(first_id: int, *vectors: TextVectors) -> tuple[Matrix, range]:
    ids = range(first_id, first_id + len(vectors))
    return matrix(1, BookVectors(tuple(ids), tuple(map(msgspec.msgpack.encode, vectors)))), ids


def test_the_models_of_english_decide_where_both_are_english() -> None:
    english = book(1, vector(0, 5, 5), vector(9, 9, 9), vector(9, 9, 9), vector(9, 1, 1))
    assert list(nearest([english], vector(0, 1, 1), 1)) == [4]
    assert list(nearest([english], vector(0), 1)) == [1]
    other = book(1, vector(0), vector(9), vector(9), vector(9))
    assert list(nearest([other], vector(0, 1, 1), 1)) == [1]


def test_books_of_two_languages_are_searched_together() -> None:
    english = book(1, *[vector(9, 9, 9)] * 3, vector(9, 1, 1))
    other = book(11, vector(0), *[vector(9)] * 3)
    assert set(nearest([english, other], vector(0, 1, 1), 2)) == {4, 11}


def test_of_two_that_are_as_near_the_one_among_others_wins() -> None:
    alone, among = vector(0), vector(0)
    found = list(nearest([book(1, vector(9), alone, vector(9), vector(9), among, vector(0), vector(9))], vector(0), 7))
    assert found[:2] == [5, 6]
    assert found[2] == 2


def test_what_is_around_ends_with_the_book() -> None:
    first = book(1, vector(9), vector(9), vector(9), vector(0))
    second = book(5, vector(9), vector(9), vector(9), vector(9))
    assert list(nearest([first, second], vector(0), 2)) == [4, 3]
    assert list(nearest([(first[0], range(1, 4))], vector(0), 9)) == [1, 2, 3]


def test_nothing_is_near_to_nothing() -> None:
    assert list(nearest([book(1)], vector(0), 9)) == []
    assert list(nearest([book(1, {VectorKind.E5: bytes(384)})], vector(0), 9)) == [1]


FAR = said(0, 9) | {VectorKind.E5: bytes([0x81]) + bytes(383)}
"""A text that as a whole is the contrary of what is asked, so that wholes differ at all."""


def test_the_nearest_three_sentences_count() -> None:
    one, two, three = said(9, 0, 9, 9), said(9, 9, 0, 0, 9), said(9, 9, 0, 9, 0, 9, 0)
    assert list(nearest([book(1, said(9, 9), one, three, said(9, 9), two, said(9, 9), FAR)], vector(0), 3)) == [3, 5, 2]
    assert list(nearest([book(1, said(9, 9, 9), said(9, 0), one, said(9, 9), FAR)], vector(0), 2)) == [2, 3]


def test_the_sentences_of_some_pages_are_those_of_their_passages() -> None:
    whole, _ids = book(1, said(9, 0, 0), said(9, 9), said(9, 9, 9, 0), said(9, 9), FAR, said(9, 0, 0, 0))
    assert list(nearest([(whole, range(2, 6))], vector(0), 1)) == [3]
    other = book(11, said(9, 9, 9), said(9, 9, 0))
    assert list(nearest([(whole, range(2, 6)), other], vector(0), 2)) == [12, 3]


def test_where_there_are_many_the_sentences_of_the_nearest_count(monkeypatch: pytest.MonkeyPatch) -> None:
    some = book(1, said(9, 0), said(9, 9), said(0, 9), said(0, 0), said(0, 9))
    assert list(nearest([some], vector(0), 1)) == [4]
    monkeypatch.setattr(vector_ranking, "_MOST_BY_SENTENCES", 3)
    assert list(nearest([some, book(11, FAR, said(9, 0, 0, 0), FAR)], vector(0), 3)) == [4, 5, 3]


def test_models_that_only_one_of_them_has_do_not_count() -> None:
    encoder = {VectorKind.USE: direction(VectorKind.USE, 3)}
    some = book(1, *[said(9, 9)] * 2, said(9, 0), said(9, 9), FAR)
    assert list(nearest([some], vector(0) | encoder, 1)) == [3]
    others = book(11, encoder, *[{VectorKind.USE: direction(VectorKind.USE, 4)}] * 2)
    assert set(nearest([some, others], vector(0) | encoder, 2)) == {3, 11}
