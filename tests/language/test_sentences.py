"""Texts cut into sentences: what ends one, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.language.sentences import SentenceKind, sentences

SYNOPSIS = "possible packages.\n3.4.1 The single line synopsis\nThe single line synopsis should be kept brief."


def stated(text: str) -> list[str]:
    return [each.line for each in sentences(text) if each.kind in (SentenceKind.SENTENCE, SentenceKind.ENTRY)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SYNOPSIS, "The single line synopsis should be kept brief."),
        (
            "The names are in the preface to all of the list.\nBase system\nThe base system is the\nleast of it.",
            "The names are in the preface to all of the list. / The base system is the least of it.",
        ),
        ("# Leaving\n\nNotice to leave\n\nThe tenant gives notice.", "The tenant gives notice."),
        ("The deposit\n===========\n\nThe deposit is two rents.", "The deposit is two rents."),
        ("第二章 敷金\n敷金は家賃二か月分です。", "敷金は家賃二か月分です。"),
        ("4.2 Removing packages . . . . . . . . . 17\n4.3 Adding them ........ 18", ""),
        (
            "He, i.e. the\ntenant, paid, cf. Art. 5. Then he left.",
            "He, i.e. the tenant, paid, cf. Art. 5. / Then he left.",
        ),
        ("See p. 12 and Fig. 3 by J. Smith. It is Green.", "See p. 12 and Fig. 3 by J. Smith. / It is Green."),
        ("To start one, press Ctrl+N. Each keeps its books.", "To start one, press Ctrl+N. / Each keeps its books."),
        ("the end of something. A whole sentence. The begin-", "A whole sentence."),
        ("これは最初の\n文です。次の文です。", "これは最初の文です。 / 次の文です。"),
        ("- Ctrl+O: add a book\n- the file is\n  missing\n- this, or", "Ctrl+O: add a book / the file is missing"),
        ("name | age\nAda Lovelace | 36", "name | age / Ada Lovelace | 36"),
        ("Is it safe? Nobody knows.", "Nobody knows."),
        ("敷金はいくらですか。敷金は家賃二か月分です。", "敷金は家賃二か月分です。"),
    ],
)
def test_what_states_something(text: str, found: str) -> None:
    assert " / ".join(stated(text)) == found


def test_what_a_sentence_belongs_to() -> None:
    text = "## Keys\n\nThese work everywhere:\n\n- Esc: stop it\n- How do I leave? Press Ctrl+Q twice.\n\nThat is all."
    found = {each.line: (each.under, each.asked, each.first) for each in sentences(text)}
    assert found["Esc: stop it"] == ("Keys\nThese work everywhere:", "", True)
    assert found["Press Ctrl+Q twice."] == ("Keys\nThese work everywhere:", "How do I leave?", False)
    assert found["That is all."] == ("Keys", "", True)
    assert [each.line for each in sentences(text) if each.leads] == ["These work everywhere:"]


def test_a_numbered_heading_is_no_sentence() -> None:
    assert stated(SYNOPSIS) == ["The single line synopsis should be kept brief."]


@given(st.text(alphabet="aB .!?\n-#1。の“”", max_size=80))
def test_no_text_is_made_up_or_told_twice(text: str) -> None:
    position = 0
    for sentence in sentences(text):
        for word in sentence.text.split():
            position = text.index(word, position) + len(word)
