"""Nearness: one measure for several models, those of the language, what is around a passage, and a closer look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import pytest

from app.embedding.protocol import WIDTHS, TextVectors, VectorKind
from app.services.finding import vector_ranking
from app.services.finding.vector_ranking import Look, Matrix, joined, kinds_of_question, matrix
from app.store.vectors import BookVectors


def direction(kind: VectorKind, *places: int) -> bytes:
    """Return a vector for each place, where its only number is."""
    found = np.zeros((len(places), WIDTHS[kind]), np.int8)
    found[np.arange(len(places)), places] = 127
    return found.tobytes()


def vector(any_language: int, *english: int) -> TextVectors:
    """Make the vectors of a text: of each kind one direction."""
    kinds = zip((VectorKind.USE, VectorKind.MINILM), (any_language, *english), strict=False)
    return {kind: direction(kind, place) for kind, place in kinds}


def book(first_id: int, *vectors: TextVectors) -> Matrix:
    ids = range(first_id, first_id + len(vectors))
    return matrix(BookVectors(tuple(ids), tuple(map(msgspec.msgpack.encode, vectors))))


def nothing(_kinds: Sequence[VectorKind], _ids: Sequence[int]) -> Mapping[int, TextVectors]:
    return {}


def nearest(searched: Sequence[Matrix], question: TextVectors, limit: int, look: Look = nothing) -> list[int]:
    return list(vector_ranking.nearest(searched, question, limit, look))


class Closely:
    """What a closer look tells: of each passage the directions of its sentences."""

    def __init__(self, sentences: Mapping[int, Sequence[int]]) -> None:
        self._sentences = sentences
        self.looked_at: list[tuple[Sequence[VectorKind], Sequence[int]]] = []

    def __call__(self, kinds: Sequence[VectorKind], ids: Sequence[int]) -> Mapping[int, TextVectors]:
        self.looked_at.append((kinds, ids))
        found = [id for id in ids if id in self._sentences]
        return {id: {kind: direction(kind, *self._sentences[id]) for kind in kinds} for id in found}


ASKED: TextVectors = vector(0) | {VectorKind.E5: direction(VectorKind.E5, 0)}
"""A question, with the vector that sentences are compared with."""


def test_the_model_of_english_decides_where_both_are_english() -> None:
    english = book(1, vector(0, 5), vector(9, 9), vector(9, 9), vector(9, 1))
    assert nearest([english], vector(0, 1), 1) == [4]
    assert nearest([english], vector(0), 1) == [1]
    other = book(1, vector(0), vector(9), vector(9), vector(9))
    assert nearest([other], vector(0, 1), 1) == [1]


def test_books_of_two_languages_are_searched_together() -> None:
    english = book(1, *[vector(9, 9)] * 3, vector(9, 1))
    other = book(11, vector(0), *[vector(9)] * 3)
    assert set(nearest([english, other], vector(0, 1), 2)) == {4, 11}


def test_of_two_that_are_as_near_the_one_among_others_wins() -> None:
    alone, among = vector(0), vector(0)
    found = nearest([book(1, vector(9), alone, vector(9), vector(9), among, vector(0), vector(9))], vector(0), 7)
    assert found[:2] == [5, 6]
    assert found[2] == 2


def test_what_is_around_ends_with_the_book() -> None:
    first = book(1, vector(9), vector(9), vector(9), vector(0))
    second = book(5, vector(9), vector(9), vector(9), vector(9))
    assert nearest([first, second], vector(0), 2) == [4, 3]
    assert nearest([first.within(range(1, 4))], vector(0), 9) == [1, 2, 3]


def test_books_that_are_joined_are_searched_as_if_apart() -> None:
    books = [book(1, vector(0), vector(9), vector(0)), book(4), book(11, vector(9), vector(0), vector(0), vector(9))]
    apart = vector_ranking.nearest([each for each in books if each.kinds], vector(0), 9, nothing)
    together = joined([each for each in books if each.kinds])
    assert vector_ranking.nearest([together], vector(0), 9, nothing) == pytest.approx(apart)
    assert [each.ids.tolist() for each in together.books()] == [[1, 2, 3], [11, 12, 13, 14]]


def test_nothing_is_near_to_nothing() -> None:
    assert nearest([book(1)], vector(0), 9) == []
    assert nearest([book(1, {VectorKind.USE: bytes(512)})], vector(0), 9) == [1]


def test_a_closer_look_sorts_the_nearest_anew() -> None:
    some = book(1, vector(9), vector(0), vector(9), vector(0), vector(9))
    assert nearest([some], ASKED, 2) == [2, 4]
    look = Closely({1: [9], 2: [9], 3: [9], 4: [0], 5: [9]})
    assert nearest([some], ASKED, 2, look) == [4, 2]
    assert nearest([some], vector(0), 2, look) == [2, 4], "without a vector to compare it with"


def test_of_sentences_the_nearest_three_count() -> None:
    some = book(1, *[vector(0)] * 4, *[vector(9)] * 4)
    look = Closely({1: [9, 0, 9, 9], 2: [9, 9, 0, 9, 0, 9, 0], 3: [9, 9, 0, 0, 9], 4: [9, 9, 9], 8: [9]})
    assert nearest([some], ASKED, 4, look) == [2, 3, 1, 4]


def test_some_are_looked_at_closely_the_nearest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_ranking, "CLOSELY", 3)
    some = book(1, vector(9), vector(0), vector(9), vector(0), vector(0), vector(0), vector(9))
    look = Closely({})
    nearest([some], ASKED, 2, look)
    assert look.looked_at == [([VectorKind.E5_SENTENCES], [5, 4, 6])]


def test_words_bring_a_passage_to_a_closer_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_ranking, "CLOSELY", 1)
    some = book(1, vector(9), vector(0), vector(9), vector(9), vector(9), vector(9))
    for by_words, looked_at in (({5: 3.0, 99: 9.0}, [5]), ({5: 0.1}, [2]), ({}, [2])):
        look = Closely({})
        found = vector_ranking.nearest([some], ASKED, 9, look, by_words)
        assert look.looked_at == [([VectorKind.E5_SENTENCES], looked_at)]
        assert next(iter(found)) == 2, "words only say where to look"


def test_each_book_is_looked_at_by_the_model_of_its_own_language() -> None:
    english, other = book(1, *[vector(9, 9)] * 3, vector(9, 1)), book(11, vector(0), *[vector(9)] * 3)
    look = Closely({})
    question = vector(0, 1) | {VectorKind.E5: bytes(384), VectorKind.BGE: bytes(384)}
    nearest([english, other], question, 2, look)
    assert {tuple(kinds): {id > 10 for id in ids} for kinds, ids in look.looked_at} == {
        (VectorKind.BGE, VectorKind.BGE_SENTENCES): {False},
        (VectorKind.E5_SENTENCES,): {True},
    }
    assert set(kinds_of_question([english, other], english=True)) == set(question)
    assert set(kinds_of_question([english], english=False)) == {VectorKind.USE, VectorKind.E5}


def test_what_not_all_passages_of_a_book_have_does_not_count() -> None:
    some = book(1, vector(9), vector(0) | {VectorKind.MINILM: bytes(384)}, vector(9))
    assert list(some.kinds) == [VectorKind.USE]
    assert nearest([some], vector(0, 1), 1) == [2]


def test_of_what_an_earlier_octavo_made_one_model_of_many_languages_is_enough() -> None:
    e5 = {VectorKind.E5: bytes(384)}
    assert list(book(1, vector(0) | e5).kinds) == [VectorKind.USE]
    assert list(book(1, e5).kinds) == [VectorKind.E5]
