"""Which language a text is in, and when that is better left open."""

from __future__ import annotations

import pytest

from app.documents.text import language

_ENGLISH = "The lighthouse keeper wrote every evening into the book that lay beside the lamp."


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (_ENGLISH, "en"),
        ("吾輩は猫である。", "ja"),
        ("昨日、図書館で古い本を三冊借りて、夜遅くまで読みました。", "ja"),
        ("Der Leuchtturmwärter schrieb jeden Abend in das Buch, das neben der Lampe lag.", "de"),
        ("Le gardien du phare écrivait chaque soir dans le livre posé près de la lampe.", "fr"),
        ("他们在图书馆里读书，然后一起回家吃饭。", "zh"),
        ("", ""),
        ("12345 67890 11.5 %", ""),
        ("ok", ""),
        ("Xq7 zzkw 9 brrp", ""),
        (_ENGLISH.upper(), "en"),
        (f"\ud800{_ENGLISH}\x00\n\r", "en"),
    ],
)
def test_a_language_is_told_from_its_text(text: str, code: str) -> None:
    assert language.detect([text]) == code


@pytest.mark.parametrize(
    ("text", "declared", "code"),
    [
        ("ok", "en-US", "en"),
        ("ok", "JA", "ja"),
        ("ok", "eng", ""),
        ("ok", "zz", ""),
        ("ok", "e\n", ""),
        (_ENGLISH, "en_GB.UTF-8", "en"),
        (_ENGLISH, "ja", "en"),
        ("吾輩は猫である。名前はまだ無い。", "en", "ja"),
        (_ENGLISH, "und", "en"),
    ],
)
def test_what_a_document_declares_is_believed_where_it_can_be(text: str, declared: str, code: str) -> None:
    assert language.detect([text], declared) == code


def test_the_whole_document_is_sampled() -> None:
    latin = ["Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor."] * 3
    assert language.detect([*latin, *[_ENGLISH * 30] * 97]) == "en"
    assert language.detect([_ENGLISH * 50_000]) == "en"
