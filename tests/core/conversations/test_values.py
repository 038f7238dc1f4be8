"""Values of cells: what fits its kind, and what an answer says that has none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.core.conversations.values import AnswerForm, ValueKind, ValueState, held_form, is_amount, is_date, read_value

CHOICE = AnswerForm(ValueKind.CHOICE, ("tenant", "landlord"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ValueKind.DATE, "2031-03-31"),
        (ValueKind.DATE, "2031-03"),
        (ValueKind.AMOUNT, "EUR 48,000.50"),
        (ValueKind.AMOUNT, "-12"),
        (ValueKind.YES_NO, "Yes"),
        (ValueKind.YES_NO, "いいえ"),
        (ValueKind.TEXT, "12 months"),
    ],
)
def test_the_first_line_is_the_value(kind: ValueKind, text: str) -> None:
    value = read_value(f' {text}\n"The Term ends then." [p. 2]', AnswerForm(kind))
    assert (value.state, value.text) == (ValueState.HAS, text)


def test_below_a_quotation_the_last_line_is_the_value() -> None:
    value = read_value('"The Term ends then." [p. 2]\n2031-03-31\n', AnswerForm(ValueKind.DATE))
    assert (value.state, value.text) == (ValueState.HAS, "2031-03-31")


@pytest.mark.parametrize("mark", ["[p. 1]", " [Lease, p. xii]", "［p. 3］"])
def test_a_page_mark_behind_a_value_is_no_part_of_it(mark: str) -> None:
    assert read_value(f"12 months [sic]{mark}\n“Twelve.” [p. 1]", AnswerForm(ValueKind.TEXT)).text == "12 months [sic]"
    assert read_value(f"2031-03-31{mark}", AnswerForm(ValueKind.DATE)).text == "2031-03-31"


def test_values_can_be_compared() -> None:
    assert read_value("2031-03-31", AnswerForm(ValueKind.DATE)).day == date(2031, 3, 31)
    amount = read_value("EUR 48,000.50", AnswerForm(ValueKind.AMOUNT))
    assert (amount.number, amount.currency) == (Decimal("48000.50"), "EUR")
    assert [read_value(text, AnswerForm(ValueKind.YES_NO)).yes for text in ("Yes", "いいえ")] == [True, False]
    assert read_value("Tenant", CHOICE).text == "tenant"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (AnswerForm(ValueKind.DATE), "the last day of March"),
        (AnswerForm(ValueKind.DATE), "2031-02-30"),
        (AnswerForm(ValueKind.AMOUNT), "about 48,000"),
        (AnswerForm(ValueKind.AMOUNT), "48,00"),
        (AnswerForm(ValueKind.YES_NO), "Yes, but only with consent"),
        (CHOICE, "both"),
        (AnswerForm(ValueKind.TEXT), "x" * 400),
        (AnswerForm(ValueKind.TEXT), ""),
    ],
)
def test_what_is_nothing_of_its_kind_does_not_fit(form: AnswerForm, text: str) -> None:
    assert read_value(text, form).state is ValueState.UNFIT


@pytest.mark.parametrize("text", ["Not in this document", "not in this document.", "この文書にはありません"])
def test_a_document_can_have_none(text: str) -> None:
    for form in (CHOICE, *map(AnswerForm, (ValueKind.DATE, ValueKind.TEXT))):
        assert read_value(text, form).state is ValueState.ABSENT


def test_the_form_is_in_the_language_of_the_question() -> None:
    yes_no = AnswerForm(ValueKind.YES_NO)
    english, japanese = held_form(yes_no, "May she?"), held_form(yes_no, "できますか。")
    assert english is not None
    assert japanese is not None
    assert english.options == ("Yes", "No", "Not in this document")
    assert (japanese.options[0], japanese.absent) == ("はい", "この文書にはありません")
    assert held_form(AnswerForm(), "Why?") is None


def test_dates_and_amounts_are_told_from_other_texts() -> None:
    assert [is_date(text) for text in ("2031", "2031-13", "31-03-2031")] == [True, False, False]
    assert [is_amount(text) for text in ("1,200", "1,20", "EUR", "12.5")] == [True, False, False, True]
