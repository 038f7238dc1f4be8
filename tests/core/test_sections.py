"""Numbers of chapters and sections, as headings and as questions have them."""

from __future__ import annotations

import pytest

from app.core.sections import asked_number, is_inside, split_number


@pytest.mark.parametrize(
    ("title", "number", "rest"),
    [
        ("3.2.  Wages", "3.2", "Wages"),
        ("Chapter 4: Pay", "4", "Pay"),
        ("## 7 Notice", "7", "Notice"),
        ("第４章　手当", "4", "手当"),
        ("A.1 Forms", "A.1", "Forms"),
        ("Wages", "", "Wages"),
    ],
)
def test_the_number_of_a_heading(title: str, number: str, rest: str) -> None:
    assert split_number(title) == (number, rest)


@pytest.mark.parametrize(
    ("question", "number", "left"),
    [
        ("Summarise chapter 4.", "4", "Summarise ."),
        ("What does Section 3.2 say of rent?", "3.2", "What does say of rent?"),
        ("what is in chapter twelve", "12", "what is in"),
        ("第４章には何が書いてありますか", "4", "には何が書いてありますか"),
        ("第二十一章の要約", "21", "の要約"),
        ("What is due on 4 May?", "", "What is due on 4 May?"),
    ],
)
def test_the_number_that_a_question_names(question: str, number: str, left: str) -> None:
    found, without = asked_number(question)
    assert (found, " ".join(without.split())) == (number, left)


def test_a_section_is_inside_its_chapter() -> None:
    assert is_inside("4", "4.12")
    assert is_inside("4.1", "4.1")
    assert not is_inside("4.1", "4.12")
