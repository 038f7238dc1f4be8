"""An excerpt is one line around what was looked for, which is lit; and the sentence that has most of it is found."""

from __future__ import annotations

import pytest

from app.core.documents.document import Format
from app.language.folding import fold
from app.language.one_line import hide_signs
from app.services.finding.excerpts import best_sentence, excerpt_of


@pytest.mark.parametrize(
    ("text", "needle", "shown"),
    [
        ("One two three.", "two", "One two three."),
        ("word " * 40 + "tide " + "word " * 40, "tide", None),
        ("あ" * 200 + "乾ドック" + "い" * 200, "乾ドック", None),
        ("First.\n\nSecond **bold tide** here.", "bold", "Second bold tide here."),
        ("# The **Octavo** handbook", "Octavo", "The Octavo handbook"),
        ("| Quarter | Due |\n|---|---|\n| First | 2 May |", "First", "Quarter · Due; First · 2 May"),
        ("in good re-\npair and", "repair", "in good repair and"),
        ("その乾ドッ\nクを返す", "乾ドック", "その乾ドックを返す"),
    ],
)
def test_an_excerpt_is_one_line_with_what_was_looked_for(text: str, needle: str, shown: str | None) -> None:
    made = excerpt_of(hide_signs(text, Format.MARKDOWN), [fold(needle)])
    assert [made.text[slice(*match)] for match in made.matches] == [needle]
    assert "\n" not in made.text
    assert len(made.text) <= 150
    if shown is None:
        assert made.text.startswith("…")
        assert made.text.endswith("…")
    else:
        assert made.text == shown


def test_what_is_lit_does_not_overlap() -> None:
    made = excerpt_of("The dry dock, dry and docked.", ["dry dock", "dry", "dock"])
    assert [made.text[slice(*match)] for match in made.matches] == ["dry dock", "dry", "dock"]


@pytest.mark.parametrize(
    ("text", "needles", "sentence"),
    [
        ("The tide comes. The tide\nof May goes! Who knows?", ["tide", "may"], "The tide\nof May goes!"),
        ("潮が来る。潮は五月に引く。", ["潮", "五月"], "潮は五月に引く。"),
        ("Heading\n\nThe text.", ["text"], "The text."),
        ("No end", ["nowhere"], "No end"),
        ("", ["x"], ""),
    ],
)
def test_the_sentence_that_has_most_is_found(text: str, needles: list[str], sentence: str) -> None:
    assert text[slice(*best_sentence(text, needles))] == sentence
