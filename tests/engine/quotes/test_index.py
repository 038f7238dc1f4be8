"""The index of words' beginnings: it finds what a search through the whole text finds, and the rule decides each."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.engine.protocol import DocumentText, PageText
from app.engine.quotes.beginnings import Apostrophes, word_beginnings
from app.engine.quotes.index import QuotableText
from app.engine.quotes.occurrences import DEPTH, Occurrences

PARTS = (
    "the ", "of", "-refundable", "well-known ", "\n", " ", "o\ufb03ce ", "’", "'", "don’t ", "“", "” ", '"', " — ", "–",
    "--", "1,250.50", "5", " -5", "%", ".", ", ", "…", "! ", "(", ") ", "*word* ", "_so_ ", "x_y", "`", "cafe\u0301 ",
    "é", "été ", "½", "« ", " »", "/", "[p. 3] ", "[2", "] ", "[a", "[ivx]", "{", "}", "^{", "_{k", "10^6 ", "10² ",
    "10 000 ", "#", "$", "=", "<b>", "~", "|", "\\", "+", "´", " ´x ", "´”", " ”", ".”", "(p. 4-", "page ^{ p. 3",
    "賃借人", "は", "十二か月", "　", "。", "、", "「", "」", "『", "』", "第12条", "か\u3099", "ﾊﾟｰﾄ", "Ａ４", "・",
    "ー", "々", "䷀", "हिन्दी ", "한국어", "ไทยคำ", "שלום ", "Привет", "😀", "ﾞ", "\ufe0f", "\u200b", "x« 'y",
    "ᄒ\u1161\u11ab", "ǅ", "ⅷ", "ª",
)  # fmt: skip
PAGES = st.lists(st.lists(st.sampled_from(PARTS), max_size=40).map("".join), min_size=1, max_size=4)
REPEATED = st.tuples(st.sampled_from(PARTS), st.integers(1, 60), st.sampled_from(PARTS)).map(
    lambda parts: (parts[0] * parts[1] + parts[2]) * 3
)


def quotable(pages: list[str]) -> QuotableText:
    return QuotableText([DocumentText("Book", tuple(PageText(str(n), text) for n, text in enumerate(pages, 1)))])


def searched(text: QuotableText, needle: bytes) -> list[int]:
    """Where these bytes are and a quotation may begin, by a look at every place."""
    size = len(needle)
    every = (at for at in range(1, len(text.folded)) if text.folded[at : at + size] == needle)
    return [at for at in every if text.begins_word(at)]


@settings(max_examples=300)
@given(PAGES)
@example(["x _{ " + "y" * 20 + " 'a' [1 2", "[ivx a] x^ y ^{ é"])
def test_every_beginning_is_found_and_nothing_else(pages: list[str]) -> None:
    text = quotable(pages)
    assert list(text.beginnings) == searched(text, b"")


@given(PAGES, st.integers(1, 300))
def test_wherever_the_text_is_cut_for_the_search_the_beginnings_are_the_same(pages: list[str], chunk: int) -> None:
    text = quotable(pages)
    found = word_beginnings(text.folded, lambda places: map(text.begins_word, places), Apostrophes(), chunk)
    assert found.tolist() == list(text.beginnings)


@given(PAGES | st.lists(REPEATED, min_size=1, max_size=2), st.data())
def test_words_are_found_however_far_they_are_followed(pages: list[str], data: st.DataObject) -> None:
    """In steps of any size, far beyond what the order of the index decides at once."""
    text = quotable(pages)
    now, needle = text.beginnings, b""
    while now and len(needle) < 4 * DEPTH:
        at = data.draw(st.sampled_from(list(now))) + len(needle)
        step = text.folded[at : at + data.draw(st.integers(1, 2 * DEPTH))].partition(b"\0")[0]
        if not step:
            break
        now, needle = now.narrowed(step), needle + step
        assert list(now) == searched(text, needle)
        assert now.length == len(needle)
    assert not now.narrowed(b"\xff")


@given(st.lists(REPEATED, min_size=1, max_size=2), st.integers(0, 3 * DEPTH))
def test_the_next_characters_are_those_of_the_text(pages: list[str], length: int) -> None:
    text = quotable(pages)
    if not text.beginnings:
        return
    first = next(iter(text.beginnings))
    quoted = text.folded[first : first + length].partition(b"\0")[0].decode("utf-8", "ignore").encode()
    now = text.beginnings.narrowed(quoted)
    expected = {text.character(at + len(quoted)) for at in searched(text, quoted)}
    assert sorted(now.next_characters()) == sorted(expected)
    for begun in (b"\xe3", b"\xe2\x80", b"t"):
        assert set(now.next_characters(begun)) == {each for each in expected if each.encode().startswith(begun)}


def test_a_part_of_the_places_is_searched_alone() -> None:
    text = quotable(["one two one", "one three", "two one"])
    first, second, third = (text.folded.index(word) for word in (b"one two", b"one three", b"\0two one"))
    part = text.beginnings_in([(first, first + 5), (second, third)])
    assert [text.folded[at : at + 5] for at in part] == [b"one t", b"two o", b"one t", b"three"]
    assert list(part.narrowed(b"one t")) == [first, second]
    assert not text.beginnings_in([])


@pytest.mark.parametrize("pages", [[], [""], [" \n", ""]])
def test_a_text_without_words_has_no_beginnings(pages: list[str]) -> None:
    assert isinstance(quotable(pages).beginnings, Occurrences)
    assert not quotable(pages).beginnings
