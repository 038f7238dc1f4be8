"""Prompt lookup: what is drafted, how far ahead, and when it is given up."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from app.engine.architectures import Attention, Geometry
from app.engine.quotes.prompt_lookup import MAX_DRAFT, Lookup, room_for_draft

SCOUT = Geometry(Attention.CHUNKED, 8192)
BOOK = array("i", [*range(100, 200), 7, 8, 9, *range(300, 400), 7, 8, 9, *range(500, 600)])


def started(prompt: array[int] = BOOK) -> Lookup:
    lookup = Lookup(prompt)
    lookup.note_single(0.01)
    return lookup


def test_what_followed_the_last_tokens_is_drafted() -> None:
    assert started().draft([1, 2, 110, 111, 112], 16) == array("i", [113, 114, 115, 116])
    assert started().draft([7, 8, 9], 3) == array("i", [500, 501, 502]), "the last place counts"
    assert started().draft([199, 7, 8, 9], 3) == array("i", [300, 301, 302]), "the longer match counts more"


def test_nothing_is_drafted_without_a_match_or_room() -> None:
    assert not started().draft([1, 110, 113], 16)
    assert not started().draft([111, 112], 16)
    assert not started().draft([597, 598, 599], 16), "nothing follows"
    assert not started().draft([110, 111, 112], 0)
    assert not Lookup(BOOK).draft([110, 111, 112], 16), "the time of a single token is not known yet"
    assert not started(array("i")).draft([1, 2, 3], 16)


def test_a_draft_that_is_right_grows_and_goes_on() -> None:
    lookup = started()
    written = [100, 101, 102]
    lengths = []
    for _ in range(3):
        draft = lookup.draft(written, 100)
        lengths.append(len(draft))
        lookup.note_draft(len(draft), len(draft), 0.012)
        written += [*draft, draft[-1] + 1]  # and the token that the batch gave beyond it
    assert lengths == [4, 8, MAX_DRAFT]
    assert written == list(range(100, 100 + len(written)))


def test_drafts_that_do_not_pay_are_given_up_for_a_while() -> None:
    lookup = started()
    tried = 0
    for _ in range(60):
        draft = lookup.draft([110, 111, 112], 16)
        if draft:
            tried += 1
            lookup.note_draft(len(draft), 0, 0.05)
    assert 3 <= tried <= 8


@given(st.integers(0, 100_000), st.integers(1, 100_000))
def test_no_draft_crosses_the_border_of_a_chunk(position: int, more: int) -> None:
    room = room_for_draft(position, position + more, SCOUT)
    assert room <= more - 1
    assert position // 8192 == (position + max(room, 0)) // 8192


def test_layers_without_a_way_back_get_no_draft() -> None:
    assert room_for_draft(100, 1000, Geometry()) == 899
    assert room_for_draft(100, 1000, Geometry(Attention.SLIDING, 512)) == 0
    assert room_for_draft(100, 1000, Geometry(Attention.RECURRENT)) == 0


@given(st.lists(st.integers(-1, 3), max_size=80), st.lists(st.integers(0, 3), min_size=1, max_size=8))
def test_the_longest_match_counts_and_of_those_the_last(prompt: list[int], written: list[int]) -> None:
    draft = started(array("i", prompt)).draft(written, 1)
    for length in (4, 3):
        ends = [end for end in range(length, len(prompt)) if prompt[end - length : end] == written[-length:]]
        if ends and len(written) >= length:
            following = prompt[ends[-1]]
            assert draft == array("i", [following] if following >= 0 else [])
            return
    assert not draft


@given(st.lists(st.integers(0, 4), max_size=60), st.lists(st.integers(0, 4), max_size=12))
def test_a_draft_always_follows_what_was_written(prompt: list[int], written: list[int]) -> None:
    draft = started(array("i", prompt)).draft(written, 5)
    if draft:
        whole = [*written[-3:], *draft]
        assert any(prompt[i : i + len(whole)] == whole for i in range(len(prompt)))
