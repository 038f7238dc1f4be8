"""Sentences of a text that a question is about."""

from __future__ import annotations

from app.documents.citations.attribution import statements_about


def test_statements_about_a_question_come_best_first() -> None:
    texts = (
        "# Removing a package\n\n5.9.2 Removing packages\n\nHow is a package removed? Nobody knows the weather.",
        "A bug report asks for the removal of a package. Packages are built every day.",
        "契約は十二か月前の通知で終わります。天気は晴れです。",
    )
    found = statements_about("How do I request removal of a package?", texts, 3)
    assert found[0] == (1, "A bug report asks for the removal of a package.")
    assert all("?" not in sentence and not sentence.startswith(("#", "5.9.2")) for _, sentence in found)
    assert statements_about("契約はいつ終わりますか", texts, 1) == ((2, "契約は十二か月前の通知で終わります。"),)
    assert statements_about("xylophone", texts, 3) == ()
