"""Words that an answer has from a book without quotation marks: found, verified, and a wrong page repaired."""

from __future__ import annotations

import pytest

from app.core.conversation import Citation, CitationState
from app.core.document import Page
from app.documents.citations.checker import CitedBook, check, locate
from app.documents.citations.verbatim import Verbatim

VERIFIED, REPAIRED, PAGE, DIFFERS = (
    CitationState.VERIFIED,
    CitationState.REPAIRED,
    CitationState.PAGE,
    CitationState.DIFFERS,
)

POLICY = CitedBook(
    "policy",
    "Policy",
    (
        Page(1, "1", "Contents. 3.3 The maintainer of a package. 3.4 The description of a package."),
        Page(
            2,
            "2",
            "Every package must have a maintainer, except for orphaned packages. Some packages are of no use. The\n"
            "maintainer is respon-\nsible for keeping the package in line with this policy, and answers bug reports.",
        ),
        Page(
            3,
            "3",
            "An orphaned package is one with no current maintainer. Orphaned packages should have their Maintainer\n"
            "field set to the quality group of the project. The deposit that each of them leaves is 1,250 euros.",
        ),
        Page(4, "4", "第一条　借主は、契約期間の満了の十二か月前までに書留郵便によって通知しなければならない。"),
    ),
)
_LONG = "Orphaned packages should have their Maintainer field set to the quality group of the project"


def _cited(answer: str) -> list[tuple[int, CitationState, str, str]]:
    return [(c.page, c.state, c.quote, c.named) for c in check(answer, (POLICY,))]


def test_a_run_with_the_right_page_is_verified() -> None:
    assert _cited(f"{_LONG} [p. 3].") == [(3, VERIFIED, _LONG, "")]


def test_a_run_with_a_wrong_page_gets_the_right_one() -> None:
    assert _cited(f"{_LONG} [p. 2].") == [(3, REPAIRED, _LONG, "2")]
    assert _cited(f"{_LONG} [p. 77].") == [(3, REPAIRED, _LONG, "77")]


def test_a_run_without_a_page_gets_one() -> None:
    answer = f"It says this: {_LONG}."
    (citation,) = check(answer, (POLICY,))
    assert (citation.page, citation.state, citation.start) == (3, VERIFIED, -1)
    assert locate(POLICY.pages[2].text, citation.shown) is not None, "it can be lit"


def test_only_the_run_is_what_was_verified() -> None:
    """Over a line's end of the page, without the hyphen there."""
    answer = "So the maintainer is responsible for keeping the package in line with this policy, says the book [p. 2]."
    ((page, state, quote, _named),) = _cited(answer)
    assert (page, state) == (2, VERIFIED)
    assert quote == "maintainer is responsible for keeping the package in line with this policy"


def test_a_claim_of_which_a_run_is_the_smaller_part_keeps_its_page() -> None:
    answer = (
        "The chapter on descriptions, which is listed at the very beginning of the book together with the one on those"
        " who look after packages, and their Maintainer field set to the quality group of the project, is there [p. 1]."
    )
    (found, named) = check(answer, (POLICY,))
    assert (found.page, found.state, found.start) == (3, VERIFIED, -1)
    assert (named.page, named.state) == (1, PAGE)


@pytest.mark.parametrize(
    "answer",
    [
        "An orphaned package is one with no current maintainer.",  # as it stands there
        "Orphaned packages should have their Maintainer field set to the quality group",
    ],
)
def test_a_run_of_eight_words_is_enough(answer: str) -> None:
    ((page, state, _quote, _named),) = _cited(answer)
    assert (page, state) == (3, VERIFIED)


@pytest.mark.parametrize(
    "answer",
    [
        "Packages should have their Maintainer field set to something else.",  # seven words
        "orphaned Packages Should have their maintainer field Set to the Quality Group.",  # other letters
        "Orphaned packages should have their Maintainer, field set to: the quality, group of the project.",
        "The deposit that each of them leaves is 1,250 dollars.",
        "The deposit that each of them leaves is 1,350 euros.",
        "The deposit that each of them leaves is 1,250.50 euros.",
        "Orphaned packages should not have their Maintainer field set to the quality group of the project.",
        "Orphaned packages must have their Maintainer field set to the quality group of the project.",
    ],
)
def test_what_is_no_run_or_says_something_else_is_not_verified(answer: str) -> None:
    assert check(answer, (POLICY,)) == ()
    (named,) = check(f"{answer[:-1]} [p. 3].", (POLICY,))
    assert named.state in (PAGE, DIFFERS)


def test_a_run_that_the_page_takes_back_is_not_verified() -> None:
    assert check("Every package must have a maintainer and packages of no use.", (POLICY,)) == ()
    page = Page(1, "1", "It is not the case that the tenant may keep two dogs in each of his cabins.")
    assert check("The tenant may keep two dogs in each of his cabins.", (CitedBook("b", "B", (page,)),)) == ()
    page = Page(1, "1", "The tenant may keep two dogs in each of his cabins, unless the captain objects.")
    assert check("The tenant may keep two dogs in each of his cabins.", (CitedBook("b", "B", (page,)),)) == ()


def test_a_quotation_is_judged_as_a_whole() -> None:
    """The part of it that stands there does not make it true."""
    (citation,) = check(f"“{_LONG}, or of another one” [p. 3].", (POLICY,))
    assert citation.state is not VERIFIED


def test_without_spaces_between_words() -> None:
    same, other = "借主は、契約期間の満了の十二か月前までに書留郵便によって通知しなければならない", "十一か月前"
    (citation,) = check(f"{same}［p. 1］。", (POLICY,))
    assert (citation.page, citation.state, citation.quote) == (4, REPAIRED, same)
    assert check(f"{same.replace('十二か月前', other)}。", (POLICY,)) == ()
    assert check("契約期間の満了の前に言う。", (POLICY,)) == ()


def test_copied_sentences_name_each_page_once() -> None:
    answer = f"- {_LONG}\n- An orphaned package is one with no current maintainer\n- {_LONG}"
    assert [(c.page, c.state) for c in check(answer, (POLICY,))] == [(3, VERIFIED)]


def test_a_run_does_not_cross_from_page_to_page() -> None:
    pages = ("one two three four five", "six seven eight nine ten")
    assert not list(Verbatim(pages).runs(" ".join(pages), 0, 99, lambda _run: True))
    (run,) = Verbatim([" ".join(pages)]).runs(" ".join(pages), 0, 99, lambda _run: True)
    assert (run.start, run.end, run.page) == (0, len(" ".join(pages)), 0)


def test_an_answer_that_grows_gets_the_same_as_one_that_is_whole() -> None:
    pages = [page.text for page in POLICY.pages]
    answer = f"It says: {_LONG}. And so on."
    index = Verbatim(pages)
    for length in range(0, len(answer), 7):
        list(index.runs(answer, 0, length, lambda _run: True))
    runs = list(index.runs(answer, 0, len(answer), lambda _run: True))
    assert runs == list(Verbatim(pages).runs(answer, 0, len(answer), lambda _run: True))
    assert [answer[run.start : run.end] for run in runs] == [_LONG]


def test_nothing_is_made_of_no_books() -> None:
    found: tuple[Citation, ...] = check(_LONG, ())
    assert found == ()
