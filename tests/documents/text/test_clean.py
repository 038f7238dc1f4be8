"""Cleaning takes some things out of untrusted text, and not others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.text.clean import _INVISIBLE, _MAYBE_INVISIBLE, clean, clean_line, is_misread, odd_share

_SMUGGLED = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all")


@pytest.mark.parametrize(
    ("given_text", "text", "invisible"),
    [
        ("a\u200bb\u2060c\ufeffd", "abcd", 3),
        ("a\u202eb\u2066c\u2069", "abc", 3),
        (f"a{_SMUGGLED}b", "ab", len(_SMUGGLED)),
        ("a\ufe00\ufe01\U000e0100b", "ab", 3),
        ("a\u200d\u200d\u200cb 1\u200d\u200d👩\u200b\u200da\ufe0f\u200d", "ab 1👩a", 9),
        ("in\u200dvis\u200cible", "invisible", 2),
        ("hy\u00adphen \u200emark", "hyphen mark", 0),
        ("a\x00b\x1bc\x7fd\x9fe\tf", "abcde\tf", 0),
        ("a\r\nb\rc\u2028d\x0be\x85f\x0cg", "a\nb\nc\nd\ne\nf\ng", 0),
        ("a\ud800b\ufdd0c\uffff", "a\ufffdb\ufffdc\ufffd", 0),
    ],
)
def test_what_cannot_be_seen_goes(given_text: str, text: str, invisible: int) -> None:
    assert clean(given_text) == (text, invisible)


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # Persian: the joiner decides how the letters look
        "क्\u200dष",  # Devanagari
        "👩\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f⃣ ☺\ufe0e",
        "葛\U000e0100城市 﨑\ufe00",  # ideographic variants
        "naïve “quotes” … 日本語、\u3000 한국어 \u00a0x\tz\n",
    ],
)
def test_what_is_meant_stays(text: str) -> None:
    assert clean(text) == (text, 0)


@settings(deadline=None, database=None, max_examples=300)
@given(
    st.text(st.characters(codec=None, exclude_categories=()))
    | st.text(st.sampled_from("\u200d\u200c\ufe0f\ufe00\u200b\u061c\u180e\u00ad\r\na1👩क日"))
)
def test_clean_text_is_clean(untrusted_text: str) -> None:
    text, _ = clean(untrusted_text)
    assert clean(text) == (text, 0)
    text.encode()
    assert "\r" not in text


def test_a_line_is_a_line() -> None:
    assert clean_line("  A \u202e\r\n title\t of\u00adten ") == "A title often"
    assert clean_line("x" * 1_000, limit=10) == "x" * 10
    assert clean_line(" \u200b\n") == ""


def test_the_share_of_odd_characters() -> None:
    assert odd_share("plain, naïve, 日本語 👩") == 0
    assert odd_share("") == 0
    assert odd_share("ab \ufffd\ue000\n") == 0.5
    assert odd_share("\x01\U000f0000") == 1


@pytest.mark.parametrize(
    "text",
    [
        "Größe und Maß – déjà vu, 25 °C ± 3 µm".encode().decode("cp1252"),
        "Le café où l’été s’achève".encode().decode("latin-1"),
        "ここに日本語の文章があります。".encode().decode("cp932", "ignore"),
        "ひらがなとカタカナ".encode().decode("cp932", "replace"),
    ],
)
def test_text_that_was_read_in_another_encoding_is_told(text: str) -> None:
    assert is_misread(f"Plain words before. {text}. Plain words after.")


@pytest.mark.parametrize(
    "text",
    [
        "Plain words.",
        "Größe und Maß – déjà vu, “quoted”; 25 °C ± 3 µm, α ≤ β, ½ × 3 € § ¶ © ®",
        "ここに日本語の文章があります。第三章　係留と退去。Ａ４、ｶﾀｶﾅ、①②③、繝の字",
        "Привет, мир. Ελληνικά. שלום. مرحبا. 你好，世界。안녕하세요.",
        "Œuvres complètes · naïve Ångström façade Š Ž ñ ¿qué?",
        "One sign \ufffd is unknown, and \ufffd\ufffd too",
    ],
)
def test_text_of_many_scripts_is_not_taken_for_misread(text: str) -> None:
    assert not is_misread(text)


def test_what_may_be_invisible_is_all_that_is_ever_taken_out() -> None:
    """The quick look before the whole pattern passes nothing over."""
    for code in range(0x80, 0x110000):
        character = chr(code)
        if _INVISIBLE.search(f"a{character}"):
            assert _MAYBE_INVISIBLE.search(character), hex(code)
