"""Where words stand: as often as the search counts them, and at the characters that a person sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.language.folding import contains, count_places, fold, places, sorting_key


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("The Sea, the sea\nof clouds", "sea", ["Sea", "sea"]),
        ("The sea\n  of clouds", "SEA of", ["sea\n  of"]),
        ("the ﬁrst oﬃce", "first office", ["ﬁrst oﬃce"]),
        ("Straße and STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("ｆｕｌｌ width", "full", ["ｆｕｌｌ"]),
        ("cafe\u0301 noir", "café", ["cafe\u0301"]),
        ("か\u3099く", "がく", ["か\u3099く"]),
        ("  leading", "leading", ["leading"]),
        ("aaa", "aa", ["aa"]),
        ("nothing", "", []),
    ],
)
def test_places_are_those_of_the_text(text: str, words: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in places(text, fold(words))] == found
    if words:
        assert count_places(text, fold(words)) == len(found)


_LETTERS = st.text(alphabet="aAbﬁßé \n\u0301İ日", max_size=12)


@given(text=_LETTERS, words=_LETTERS)
def test_what_is_contained_has_a_place(text: str, words: str) -> None:
    needle = fold(words)
    if needle:
        assert bool(places(text, needle)) == contains(text, needle)
        assert len(places(text, needle)) == count_places(text, needle)


def test_texts_are_sorted_as_people_do() -> None:
    texts = ["Berth 1", "berth 2, draft", "Berth 2, final", "Berth 10", "berth 010", "第２条", "第10条", "", "7"]
    expected = ["", "7", "Berth 1", "berth 2, draft", "Berth 2, final", "Berth 10", "berth 010", "第２条", "第10条"]
    assert sorted(texts, key=sorting_key) == expected
    assert len({sorting_key("9" * 10_000), sorting_key("9" * 10_001)}) == 2
