"""Texts as the models get them: without lines, and cut into sentences."""

from __future__ import annotations

from app.embedding.protocol import MOST_SENTENCES
from app.embedding.sentences import flow, sentences


def test_lines_do_not_part_words() -> None:
    assert flow("an extra-\nordinary\nword ") == "an extraordinary word"
    assert flow("メンバー\nシップ は 動的 PAM です") == "メンバーシップは動的 PAM です"


def test_a_sentence_goes_on_in_the_next_line() -> None:
    wrapped = "Der Vermieter darf die Miete erst nach einem Jahr er-\nhöhen. Er muss es schriftlich ankündigen."
    assert sentences(wrapped) == [
        "Der Vermieter darf die Miete erst nach einem Jahr erhöhen.",
        "Er muss es schriftlich ankündigen.",
    ]
    long = "契約を解除するには三か月前に書面で通知しなければならず、口頭での通知は認められないことが\n定められている。"
    assert sentences(long + "署名は要りませんし、費用もかかりません。") == [
        long.replace("\n", ""),
        "署名は要りませんし、費用もかかりません。",
    ]


def test_headings_and_short_lines_stand_alone() -> None:
    assert sentences("第四章 契約の解除について\n契約は書面で解除します。\n費用はかかりません。") == [
        "第四章契約の解除について",
        "契約は書面で解除します。",
        "費用はかかりません。",
    ]


def test_what_is_too_short_belongs_to_what_is_before_it() -> None:
    assert sentences("契約は書面で解除します。必須。") == ["契約は書面で解除します。 必須。"]
    assert sentences("") == [""]
    assert sentences(" \n ") == [""]


def test_nothing_is_left_out_however_many_there_are() -> None:
    found = sentences("契約は書面で解除します。" * 100)
    assert len(found) == MOST_SENTENCES
    assert sum(sentence.count("解除") for sentence in found) == 100
