"""The texts and numbers of an answer in JSON, each with its place in it, and with the page that has it."""

from __future__ import annotations

import json

import pytest

from app.core.conversations.verdict import Verdict
from app.core.documents.document import CitedBook, Page
from app.documents.citations.json_values import place_values, values_of

LEASE = CitedBook(
    "b",
    "A lease",
    (
        Page(1, "1", "This lease is made between Anna Smith and Harbour Homes Ltd. It begins on 1 April 2031."),
        Page(2, "2", "The tenant pays a monthly rent of EUR 1,248.50. The deposit is three times EUR 900."),
        Page(3, "3", "The tenant gives notice not less than twelve months before the end of the Term."),
        Page(4, "4", "賃料は月額二十五万円とし、貸主の口座に振り込む。契約は令和13年4月1日に始まる。"),
        *(Page(n, str(n), f"Annex {n}. The harbour opens at six.") for n in range(5, 15)),
    ),
)


def test_each_value_has_its_pointer_and_its_place() -> None:
    answer = ' {"a/b": ["x \\"y\\"", {"c~d": -1.5e3, "no": null}], "monthlyRent_paid": true, "": "", "最後": "終" } '
    found = {value.pointer: value for value in values_of(answer)}
    assert {pointer: value.text for pointer, value in found.items()} == {
        "/a~1b/0": 'x "y"',
        "/a~1b/1/c~0d": "-1.5e3",
        "/最後": "終",
    }
    assert json.loads('"' + answer[found["/a~1b/0"].start : found["/a~1b/0"].end] + '"') == 'x "y"'
    assert answer[found["/最後"].start : found["/最後"].end] == "終"
    assert found["/a~1b/1/c~0d"].name == "a/b c~d"
    assert values_of('{"monthlyRent_paid": 7}')[0].name == "monthly Rent paid"
    assert [value.pointer for value in values_of("7")] == [""]


@pytest.mark.parametrize("answer", ["", "{", '{"a": 1', "The rent is 7.", '{"a": 1} {"b": 2}', "[" * 9000 + "]" * 9000])
def test_what_is_no_json_has_no_values(answer: str) -> None:
    assert values_of(answer) == ()


@pytest.mark.parametrize(
    ("value", "page", "verdict"),
    [
        ({"notice": "not less than twelve months before the end of the Term"}, 3, Verdict.VERBATIM),
        ({"": "The tenant pays a monthly rent of EUR 1,248.50."}, 2, Verdict.VERBATIM),
        ({"monthly_rent": 1248.5}, 2, Verdict.VERBATIM),
        ({"monthlyRent": "1248.50"}, 2, Verdict.VERBATIM),
        ({"duty": "not less than twelve months before the end of the Term"}, 3, Verdict.COMPARE),
        ({"notice": "twelve months before the end of the Term"}, 3, Verdict.COMPARE),
        ({"landlord": "Harbour Homes Ltd"}, 1, Verdict.COMPARE),
        ({"tenant": "Anna Smith"}, 1, Verdict.COMPARE),
        ({"begins": "2031-04-01"}, 1, Verdict.COMPARE),
        ({"契約の開始": "2031-04-01"}, 4, Verdict.COMPARE),
        ({"賃料": 250000}, 4, Verdict.COMPARE),
        ({"deposit": 1248.5}, 2, Verdict.COMPARE),
        ({"tenant": "Bruno Smith"}, 0, Verdict.NOTHING),
        ({"monthly_rent": 1249}, 0, Verdict.NOTHING),
        ({"begins": "2031-04-02"}, 0, Verdict.NOTHING),
        ({"notice": "not more than twelve months before the end of the Term"}, 0, Verdict.NOTHING),
    ],
)
def test_a_value_is_word_for_word_only_where_its_sentence_says_it_of_its_name(
    value: dict[str, object], page: int, verdict: Verdict
) -> None:
    answer = json.dumps(value, ensure_ascii=False)
    (placed,) = place_values(answer, "What does the lease say?", (LEASE,))
    found = placed.verdict
    assert (found.page, found.verdict) == (page, verdict)
    assert answer[found.start : found.end] == placed.value.text
    if page:
        assert placed.statement == found.on_page
        assert placed.statement in LEASE.pages[page - 1].text
