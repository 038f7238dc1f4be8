"""What is found out about a cell."""

from __future__ import annotations

import pytest

from app.core.conversation import Answer, Citation, CitationState, Ending, StoredQuestion
from app.core.sheet import SheetCell
from app.core.values import FREE, AnswerForm, ValueKind, ValueState
from app.services.cells import CellFinding, read_cell

DATE = AnswerForm(ValueKind.DATE)
QUOTED = Citation("b", "Lease", 2, "2", "ends on 31 March 2031", CitationState.VERIFIED, 36, 42)
BESIDE = Citation("b", "Lease", 2, "2", "the Tenant pays in advance", CitationState.VERIFIED, 36, 42)
MISQUOTED = Citation("b", "Lease", 2, "2", "ends in spring", CitationState.NOT_FOUND, 36, 42)


def cell(
    text: str | None,
    *citations: Citation,
    form: AnswerForm = DATE,
    ending: Ending = Ending.COMPLETE,
    correction: str = "",
) -> SheetCell:
    question = StoredQuestion("q", "s", None, "When?", (), 0.0, form=form)
    answer = None if text is None else Answer("a", "q", text, ending, "m", 0.0, citations)
    return SheetCell(question, answer, correction=correction)


@pytest.mark.parametrize(
    ("made", "finding"),
    [
        (cell(None), CellFinding.WAITING),
        (cell("2031", ending=Ending.OPEN), CellFinding.ANSWERING),
        (cell("2031", ending=Ending.CANCELLED), CellFinding.STOPPED),
        (cell("", ending=Ending.FAILED), CellFinding.FAILED),
        (cell("2031-03-31\n“…” [p. 2]", QUOTED), CellFinding.VERIFIED),
        (cell("2029-09-30\n“…” [p. 2]", QUOTED), CellFinding.DISAGREES),
        (cell("2031-03-31\n“…” [p. 2]", MISQUOTED), CellFinding.UNVERIFIED),
        (cell("2031-03-31\n“…” [p. 2]", BESIDE), CellFinding.UNVERIFIED),
        (cell("2031-03-31"), CellFinding.UNVERIFIED),
        (cell("Not in this document"), CellFinding.ABSENT),
        (cell("In spring\n“…” [p. 2]", QUOTED), CellFinding.UNFIT),
        (cell("2029-09-30\n“…” [p. 2]", QUOTED, correction="2031-03-31"), CellFinding.CORRECTED),
        (cell("It ends soon [p. 2].", QUOTED, form=FREE), CellFinding.VERIFIED),
        (cell("It ends soon [p. 2].", QUOTED, MISQUOTED, form=FREE), CellFinding.UNVERIFIED),
    ],
)
def test_a_cell_has_one_finding(made: SheetCell, finding: CellFinding) -> None:
    assert read_cell(made).finding is finding


def test_the_page_says_otherwise() -> None:
    read = read_cell(cell("2029-09-30\n“…” [p. 2]", QUOTED))
    assert (read.value.text, read.on_page, read.citation) == ("2029-09-30", "2031-03-31", QUOTED)


def test_a_correction_takes_the_place_of_the_value_and_the_value_stays() -> None:
    read = read_cell(cell("2029-09-30\n“…” [p. 2]", QUOTED, correction="2031-03-31"))
    assert (read.value.text, read.value.day is not None, read.answered.text) == ("2031-03-31", True, "2029-09-30")
    loose = read_cell(cell(None, correction="some day"))
    assert (loose.value.state, loose.value.text) == (ValueState.HAS, "some day")


SUBLET = "May the tenant sublet the berth?"
INSURES = "Who insures the berth against fire and storm?"
ENDS, TERM = "On which date does the Term end?", "The lease begins on 1 February 2021 and the Term ends on 29 May 2033."
TERM_JA = "本契約は令和3年2月1日に始まり、令和13年3月31日に期間が終わる。"
RENT = "How high is the yearly rent?"
DATE, AMOUNT = AnswerForm(ValueKind.DATE), AnswerForm(ValueKind.AMOUNT)
YES_NO, CHOICE = AnswerForm(ValueKind.YES_NO), AnswerForm(ValueKind.CHOICE, ("Tenant", "Landlord"))


@pytest.mark.parametrize(
    ("question", "form", "value", "quote", "finding"),
    [
        (SUBLET, YES_NO, "Yes", "The Tenant may sublet the berth.", CellFinding.VERIFIED),
        (SUBLET, YES_NO, "No", "The Tenant may not sublet the berth or any part of it.", CellFinding.VERIFIED),
        (SUBLET, YES_NO, "Yes", "The Tenant may not sublet the berth or any part of it.", CellFinding.UNVERIFIED),
        (SUBLET, YES_NO, "No", "The Tenant may sublet the berth.", CellFinding.UNVERIFIED),
        (SUBLET, YES_NO, "Yes", "The Tenant pays the rent.", CellFinding.UNVERIFIED),
        (SUBLET, YES_NO, "Yes", "Either party may end the lease by notice.", CellFinding.UNVERIFIED),
        (INSURES, CHOICE, "Landlord", "The Landlord insures the berth.", CellFinding.VERIFIED),
        (INSURES, CHOICE, "Landlord", "Landlord shall light the ladder at night.", CellFinding.UNVERIFIED),
        (INSURES, CHOICE, "Tenant", "The Landlord insures the berth, and the Tenant pays.", CellFinding.UNVERIFIED),
        (ENDS, DATE, "2033-05-29", TERM, CellFinding.VERIFIED),
        (ENDS, DATE, "2021-02-01", TERM, CellFinding.UNVERIFIED),
        (ENDS, DATE, "2021-02-01", "The lease begins on 1 February 2021.", CellFinding.UNVERIFIED),
        (ENDS, DATE, "2031-04-03", "The Term ends on 03/04/2031.", CellFinding.UNVERIFIED),
        (RENT, AMOUNT, "EUR 48,000", "A yearly rent of EUR 48,000 and EUR 500 for water.", CellFinding.VERIFIED),
        (RENT, AMOUNT, "EUR 500", "A yearly rent of EUR 48,000 and EUR 500 for water.", CellFinding.UNVERIFIED),
        (RENT, AMOUNT, "EUR 48,000", "He pays EUR 48,000; Mr Berg pays EUR 500.", CellFinding.UNVERIFIED),
        ("期間はいつ終わりますか。", DATE, "2021-02-01", TERM_JA, CellFinding.UNVERIFIED),
        ("期間はいつ終わりますか。", DATE, "2031-03-31", TERM_JA, CellFinding.VERIFIED),
        ("転貸できますか。", YES_NO, "はい", "賃借人は転貸できない。", CellFinding.UNVERIFIED),
        ("転貸できますか。", YES_NO, "いいえ", "賃借人は転貸できない。", CellFinding.VERIFIED),
        ("May the tenant sublet?", YES_NO, "No", "賃借人は転貸できない。", CellFinding.VERIFIED),
    ],
)
def test_a_value_is_proven_by_words_about_what_was_asked(
    question: str, form: AnswerForm, value: str, quote: str, finding: CellFinding
) -> None:
    asked = StoredQuestion("q", "s", None, question, (), 0.0, form=form)
    quoted = Citation("b", "Lease", 2, "2", quote, CitationState.VERIFIED, 9, 12)
    answer = Answer("a", "q", f"{value}\n“{quote}” [p. 2]", Ending.COMPLETE, "m", 0.0, (quoted,))
    assert read_cell(SheetCell(asked, answer)).finding is finding
