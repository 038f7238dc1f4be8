"""Which page a sentence rests on, and what is made of it."""

from __future__ import annotations

import pytest

from app.core.conversation import Support
from app.core.document import CitedBook, Page
from app.documents.citations.checker import check
from app.documents.citations.placing import PlacedClaim, place

PAGES = (
    "The ferry reaches Orm in 55 minutes. Dogs must be kept on a leash.",
    "The lighthouse was lit in 1871. Its tower is 38 metres high.",
    "通行料は一隻につき八百円である。",
)
BOOK = CitedBook("b", "Harbour", tuple(Page(n, str(n), text) for n, text in enumerate(PAGES, 1)))


def placed(answer: str) -> tuple[PlacedClaim, ...]:
    return place(answer, check(answer, (BOOK,)), (BOOK,))


def pages(answer: str) -> list[int]:
    return [each.page.number if each.page else 0 for each in placed(answer)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("The crossing to Orm takes 55 minutes [p. 1]. The tower is 38 metres high [p. 2].", [1, 2]),
        ("The crossing to Orm takes 55 minutes. [p. 1] The tower is 38 metres high. [p. 2]", [1, 2]),
        ("The tower is 38 metres tall. The ferry reaches Orm in 55 minutes.", [2, 1]),
        ("The tower is 38 metres high [p. 1].", [2]),  # the page that is named says nothing of it
        ("Elephants fly to the moon on broomsticks.", [0]),
        ("# Rules\n\nWhat about dogs? They must be kept on a leash [p. 1].", [1]),
        ("船一隻の通行料は八百円である[p. 3]。", [3]),
    ],
)
def test_the_page_that_is_named_or_else_the_nearest(answer: str, expected: list[int]) -> None:
    assert pages(answer) == expected


def test_a_sentence_in_another_script_than_its_page_is_not_weighed() -> None:
    first, second = placed("A ship pays eight hundred yen [p. 3]. The tower is 38 metres high [p. 2].")
    assert (first.page, first.support(-1), first.needs_judgement) == (BOOK.pages[2], Support.OTHER_SCRIPT, False)
    assert second.support(0.9) is Support.SUPPORTED


def test_without_a_mark_the_script_of_the_books_counts() -> None:
    answer = "灯台は千八百七十一年に点灯した。"
    english = CitedBook("b", "Harbour", BOOK.pages[:2])
    (claim,) = place(answer, (), (english,))
    assert (claim.page, claim.support(-1)) == (None, Support.OTHER_SCRIPT)
    (claim,) = place(answer, (), (english, CitedBook("c", "港", BOOK.pages[2:])))
    assert claim.support(-1) is Support.NOTHING


def test_a_quotation_needs_no_judgement() -> None:
    (claim,) = placed("It says “Dogs must be kept on a leash” [p. 1].")
    assert claim.quoted
    assert not claim.needs_judgement
    assert claim.support(-1) is Support.QUOTED


@pytest.mark.parametrize(
    ("answer", "probability", "support"),
    [
        ("The crossing to Orm takes 55 minutes [p. 1].", 0.9, Support.SUPPORTED),
        ("The crossing to Orm takes 55 minutes [p. 1].", 0.1, Support.NOTHING),
        ("The ferry gets to Orm in 35 minutes [p. 1].", 0.1, Support.OTHERWISE),
        ("The ferry gets to Orm in 35 minutes [p. 1].", 0.99, Support.NOTHING),
        ("Dogs need not be kept on a leash [p. 1].", 0.99, Support.NOTHING),
        ("Dogs need not be kept on a leash [p. 1].", 0.01, Support.OTHERWISE),
        ("Elephants fly to the moon on broomsticks [p. 1].", -1, Support.NOTHING),
    ],
)
def test_what_the_tests_and_the_model_give_together(answer: str, probability: float, support: Support) -> None:
    (claim,) = placed(answer)
    assert claim.support(probability) is support
