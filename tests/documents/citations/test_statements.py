"""What an answer's sentences say, against the sentences of a page: nothing that was altered may count as supported."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.documents.citations.differences import Difference
from app.documents.citations.statements import claims, examine
from tests.documents.citations import test_altered_sentences, test_differences

FACTS = Path(__file__).parents[2] / "benchmarks" / "weighing" / "facts.toml"


def facts(*kinds: str) -> Iterator[tuple[str, str]]:
    """Sentences of these kinds, each with its page."""
    for page in tomllib.loads(FACTS.read_text())["page"]:
        text = ("" if page["language"] == "ja" else " ").join(fact["says"] for fact in page["facts"])
        yield from ((fact[kind], text) for fact in page["facts"] for kind in kinds)


@pytest.mark.parametrize("kinds", [("number",), ("negated",)])
def test_no_altered_sentence_of_the_set_passes(kinds: tuple[str, ...]) -> None:
    cases = list(facts(*kinds))
    assert len(cases) == 50
    assert not [said for said, page in cases if examine(said, page).may_support]


def test_the_pages_own_sentences_pass() -> None:
    assert all(examine(said, page).may_support for said, page in facts("says"))


def test_half_of_what_is_said_in_other_words_passes() -> None:
    """The tests know no synonyms, and take a duty that is said as a prohibition for something else."""
    assert sum(examine(said, page).may_support for said, page in facts("true")) >= 25


def test_no_altered_sentence_of_two_texts_passes() -> None:
    cases = [(altered, page.text) for _book, page, _true, altered in test_altered_sentences._cases()]
    assert not [said for said, page in cases if examine(said, page).may_support]


def test_sentences_that_differ_do_not_pass() -> None:
    (mark,) = test_differences.test_what_says_something_else.pytestmark  # type: ignore[attr-defined]
    assert not [said for said, source in mark.args[1] if examine(said, source).may_support]


@pytest.mark.parametrize(
    ("said", "source", "found"),
    [
        ("It opens in twelve days.", "It opens in eleven days.", Difference.NUMBER),
        ("Half of the berths are let.", "The berths are let.", Difference.NUMBER),
        ("三つの赤い灯を掲げる。", "赤い灯を掲げる。", Difference.NUMBER),
        ("十五冊まで借りられる。", "五冊まで借りられる。", Difference.NUMBER),
        ("The boat sails in April.", "The boat sails in March.", Difference.DATE),
        ("火曜日は閲覧室を休む。", "月曜日は閲覧室を休む。", Difference.DATE),
        ("The keeper Agnes Moor kept the light.", "The keeper Agnes Tull kept the light.", Difference.NAME),
        ("橋守の小野寺健二に通行料を払う。", "橋守の小野寺健一に通行料を払う。", Difference.NAME),
        ("ペーターは橋の通行料を払う。", "船は橋の通行料を払う。", Difference.NAME),
        ("The hive is opened in the cold.", "The hive is never opened in the cold.", Difference.NEGATION),
        ("He did not keep the light alone.", "He kept the light without help.", Difference.NEGATION),
        ("犬と猫を飼うことができる。", "犬と猫を飼うことはできない。", Difference.NEGATION),
        ("The dry dock is included in this right.", "The dry dock is excluded from this right.", Difference.NEGATION),
        ("The rent falls each year in May.", "The rent rises each year in May.", Difference.NEGATION),
        ("通知は四月以前に届く。", "通知は四月以降に届く。", Difference.NEGATION),
        ("The tenant may repair the roof.", "The tenant must repair the roof.", Difference.DUTY),
    ],
)
def test_what_is_found(said: str, source: str, found: Difference) -> None:
    assert found in examine(said, source).differences


def test_a_page_about_something_else_is_about_nothing() -> None:
    tested = examine("Bees need eighteen kilograms of honey.", "The ferry leaves at noon. Tickets are sold on board.")
    assert not tested.is_about
    assert not tested.may_support
    assert not tested.says_otherwise


def test_which_sentences_state_something() -> None:
    answer = (
        "# The lease\n\nThe rent is **4,200 euros** a month [p. 3]. What about dogs? The documents do not say whether"
        " dogs are allowed. In short:\n\n- Windows are replaced within 14 days. [p. 4]\n- Yes.\n\n"
        "犬については記載されていません。敷金は二か月分である [p. 5]。"
    )
    found = claims(answer)
    assert [claim.text for claim in found] == [
        "The rent is **4,200 euros** a month.",
        "Windows are replaced within 14 days.",
        "敷金は二か月分である。",
    ]
    assert all(answer[claim.start : claim.end].startswith(claim.text[:6]) for claim in found)


def test_a_short_answer_without_a_full_stop_is_no_heading() -> None:
    assert [claim.text for claim in claims("The rent is 4,200 euros [p. 3]")] == ["The rent is 4,200 euros"]
    assert claims("# Rent of page three [p. 3]") == claims("The rent of the house") == ()
