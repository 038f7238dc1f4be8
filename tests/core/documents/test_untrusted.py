"""Nothing invisible and nothing that turns text around is shown; what scripts need stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.documents.untrusted import disarm, disarm_piece

_TRICKS = (
    "\u202a\u202e\u2066\u2069\u200b\u200c\u200d\u200e\u2060\ufeff\u00ad\U000e0041\x00\x1b\x7f\x85\u2028\ufffc\ufdd2"
)


@given(st.text(alphabet=st.one_of(st.sampled_from(_TRICKS), st.characters()), max_size=60))
@example("\u2060\ufe00")
def test_what_is_shown_can_be_seen(untrusted_text: str) -> None:
    shown = disarm(untrusted_text)
    assert disarm(shown) == shown
    for character in shown:
        category = unicodedata.category(character)
        assert category not in ("Cc", "Cs", "Zl", "Zp") or character in "\n\t"
        assert unicodedata.bidirectional(character) not in (
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        )
        assert character not in "\u200b\u200e\u200f\u2060\ufeff\u00ad\ufffc"
        assert not 0xE0000 <= ord(character) < 0xE0100


@pytest.mark.parametrize(
    "text",
    [
        "vector<int>, <think> and\n\ta tab",
        "日本語の文章、「引用」。",
        "葛\U000e0100城市",  # the variant of an ideograph that a name is written with
        "👩\u200d👧 and ❤\ufe0f",
        "क्\u200dष",
        "می\u200cخواهم",
    ],
)
def test_what_a_script_needs_stays(text: str) -> None:
    assert disarm(text) == text


def test_a_turned_name_is_shown_with_what_turned_it() -> None:
    assert disarm("invoice\u202efdp.exe\u200b\x1b[2J") == "invoice‹U+202E›fdp.exe␛[2J"
    assert disarm("a\u200db") == "ab"
    assert disarm("one\r\ntwo\rthree\u2028four") == "one\ntwo\nthree\nfour"


@given(st.text(alphabet=st.one_of(st.sampled_from(_TRICKS), st.characters()), max_size=20), st.integers(0, 20))
def test_a_cut_does_not_let_anything_through(untrusted_text: str, cut: int) -> None:
    apart = disarm_piece(untrusted_text[:cut]) + disarm_piece(untrusted_text[cut:])
    assert not set(apart) & set("\x00\x1b\x7f\x85\u202a\u202e\u2066\u2069\u200e\u200b\U000e0041")
    for joined in ("👩\u200d👧", "می\u200cخواهم"):
        assert "".join(map(disarm_piece, joined)) == joined
