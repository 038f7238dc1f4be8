"""The dates of a text, and the value that a search takes from a sentence."""

from __future__ import annotations

import pytest

from app.core.conversations.values import AnswerForm, ValueKind
from app.documents.citations.agreement import value_in
from app.language.dates import dates_of

DATE, AMOUNT, TEXT = map(AnswerForm, (ValueKind.DATE, ValueKind.AMOUNT, ValueKind.TEXT))


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("The Term ends on 31 March 2031.", ("2031-03-31",)),
        ("until the 31st day of March, 2031", ("2031-03-31",)),
        ("from March 1st, 2021 to Feb. 28, 2031", ("2021-03-01", "2031-02-28")),
        ("on 2031-03-31", ("2031-03-31",)),
        ("am 31.3.2031", ("2031-03-31",)),
        ("due 03/04/2031", ("2031-04-03", "2031-03-04")),
        ("in March 2031", ("2031-03",)),
        ("le 1er août 2030", ("2030-08-01",)),
        ("el 3 de mayo de 2029", ("2029-05-03",)),
        ("期間は令和13年3月31日に終わる。", ("2031-03-31",)),
        ("平成元年一月八日から二〇三一年三月まで", ("1989-01-08", "2031-03")),
        ("R13.3.31", ("2031-03-31",)),
        ("on 30/2/2031; clause 9.2; 2031 people", ()),
    ],
)
def test_dates_are_found_however_they_are_written(text: str, dates: tuple[str, ...]) -> None:
    assert dates_of(text) == dates


@pytest.mark.parametrize(
    ("question", "form", "value"),
    [
        ("When does it begin?", DATE, "2024-05-01"),
        ("When does the term end?", DATE, "2026-06-30"),
        ("What is the rent?", AMOUNT, "1200"),
        ("How much is the deposit?", AMOUNT, "300"),
        ("Who holds the deposit?", AnswerForm(ValueKind.CHOICE, ("Tenant", "Landlord")), "Landlord"),
        ("What is the rent?", TEXT, ""),
    ],
)
def test_of_several_values_in_a_sentence_the_one_that_is_asked_for_is_taken(
    question: str, form: AnswerForm, value: str
) -> None:
    sentence = (
        "The tenant pays a rent of EUR 1,200, and a deposit of EUR 300 is held by the Landlord; the lease begins on "
        "1 May 2024 and its term ends on June 30, 2026."
    )
    assert value_in(sentence, form, question) == value


YES_NO = AnswerForm(ValueKind.YES_NO)


@pytest.mark.parametrize(
    ("question", "sentence", "value"),
    [
        ("May the Tenant sublet?", "The Tenant may sublet the berth.", "Yes"),
        ("May the Tenant sublet?", "The Tenant shall not sublet the berth to anybody.", "No"),
        ("Must the Tenant insure the berth?", "The Tenant must insure the berth against fire.", "Yes"),
        ("Darf der Mieter untervermieten?", "Der Mieter darf nicht untervermieten.", "No"),
        ("転貸してもよいですか。", "賃借人は転貸してもよい。", "はい"),
        ("May the Tenant sublet?", "The Tenant pays a yearly rent.", ""),
        ("May the Tenant sublet?", "The Tenant may sublet, but only to a member of the club.", ""),
        ("May the Tenant sublet?", "The Tenant shall not sublet without the Landlord's consent.", ""),
        ("May the Tenant sublet?", "Unless the Landlord agrees, the Tenant may not sublet.", ""),
        ("May the Tenant sublet?", "Subletting by the Tenant is forbidden.", ""),
        ("Must the Tenant insure the berth?", "The Tenant may insure the berth.", ""),
        ("Does the lease renew itself?", "The lease renews itself.", ""),
        ("May a party not assign?", "A party may assign.", ""),
        ("May the Tenant sublet?", "The Tenant may sublet; the Tenant may not sublet the store.", ""),
    ],
)
def test_a_yes_or_no_is_taken_only_where_the_words_say_just_that(question: str, sentence: str, value: str) -> None:
    assert value_in(sentence, YES_NO, question) == value
