"""The finding on a cell follows from the verdict on its answer alone."""

from __future__ import annotations

import pytest

from app.core.conversations.conversation import Answer, Citation, CitationState, Ending, StoredQuestion
from app.core.conversations.values import FREE, AnswerForm, ValueKind, ValueState
from app.core.conversations.verdict import Evidence, SentenceVerdict, Unweighed, Verdict
from app.core.documents.document import Page
from app.documents.citations.checker import CitationChecker, CitedBook
from app.features.tables.cells import CellFinding, read_cell, value_entered
from app.features.tables.data import SheetCell
from app.features.tables.words import count_findings, found_words, place_words
from app.services.asking import search_answer

DATE, AMOUNT, YES_NO = map(AnswerForm, (ValueKind.DATE, ValueKind.AMOUNT, ValueKind.YES_NO))
CHOICE = AnswerForm(ValueKind.CHOICE, ("Tenant", "Landlord"))
SENTENCE = Evidence("b", "Lease", 2, "2", "The Term ends on 31 March 2031.")
QUOTED = Citation("b", "Lease", 2, "2", "ends on 31 March 2031", CitationState.VERIFIED, 36, 42)


def of(verdict: Verdict, *, named: str = "", reason: Unweighed | None = None) -> SentenceVerdict:
    evidence = () if verdict is Verdict.NOTHING else (SENTENCE,)
    return SentenceVerdict(0, 10, verdict, evidence, named, reason)


VERBATIM, SEEMS, COMPARE, OTHERWISE, NOTHING = map(
    of, (Verdict.VERBATIM, Verdict.SEEMS, Verdict.COMPARE, Verdict.OTHERWISE, Verdict.NOTHING)
)
UNWEIGHED = of(Verdict.UNWEIGHED, reason=Unweighed.NO_JUDGE)


def cell(
    text: str | None,
    *verdicts: SentenceVerdict,
    form: AnswerForm = DATE,
    ending: Ending = Ending.COMPLETE,
    correction: str = "",
    searched: bool = False,
) -> SheetCell:
    question = StoredQuestion("q", "s", None, "When does the Term end?", (), 0.0, form=form)
    cited = (QUOTED,) if text and "[p. 2]" in text else ()
    answer = None
    if text is not None:
        answer = Answer("a", "q", text, ending, "m", 0.0, cited, verdicts=verdicts, from_search=searched)
    return SheetCell(question, answer, correction=correction)


@pytest.mark.parametrize(
    ("made", "finding", "mark"),
    [
        (cell(None), CellFinding.WAITING, ""),
        (cell("2031", ending=Ending.OPEN), CellFinding.ANSWERING, ""),
        (cell("2031", VERBATIM, ending=Ending.CANCELLED), CellFinding.STOPPED, ""),
        (cell("", ending=Ending.FAILED), CellFinding.FAILED, ""),
        (cell("2031-03-31\n“…” [p. 2]", VERBATIM), CellFinding.WORD_FOR_WORD, "p. 2 ✓"),
        (cell("2029-09-30\n“…” [p. 2]", OTHERWISE), CellFinding.OTHERWISE, "p. 2 says otherwise"),
        (cell("2031-03-31\n“…” [p. 2]", COMPARE), CellFinding.COMPARE, "p. 2 · compare"),
        (cell("2031-03-31\n“…” [p. 2]", SEEMS), CellFinding.COMPARE, "p. 2 · compare"),
        (cell("2031-03-31\n“…” [p. 2]", UNWEIGHED), CellFinding.COMPARE, "p. 2 · compare"),
        (cell("2031-03-31", NOTHING), CellFinding.NOTHING, "no page says this"),
        (cell("2031-03-31\n“…” [p. 2]"), CellFinding.COMPARE, "p. 2 · compare"),
        (cell("2031-03-31"), CellFinding.COMPARE, ""),
        (cell("2031-03-31\n“…” [p. 2]", VERBATIM, ending=Ending.LENGTH), CellFinding.COMPARE, "p. 2 · compare"),
        (cell("2031-03-31\n“…” [p. 2]", searched=True), CellFinding.COMPARE, "p. 2 · compare"),
        (cell("Not in this document"), CellFinding.ABSENT, ""),
        (cell("Not in this document", COMPARE), CellFinding.ABSENT, "p. 2 has words of your question"),
        (cell("Undecided\n“…” [p. 2]", form=YES_NO, searched=True), CellFinding.UNDECIDED, "p. 2"),
        (cell("In spring\n“…” [p. 2]"), CellFinding.UNFIT, "p. 2"),
        (cell("2031-03-31\n“…” [p. 2]", VERBATIM, correction="2029-03-31"), CellFinding.CORRECTED, ""),
        (cell("2031-03-31\n“…” [p. 2]", OTHERWISE, correction="2031-03-31"), CellFinding.CORRECTED, ""),
        (cell("It ends [p. 2].", VERBATIM, VERBATIM, form=FREE), CellFinding.WORD_FOR_WORD, "p. 2 ✓"),
        (cell("It ends [p. 2].", VERBATIM, SEEMS, form=FREE), CellFinding.COMPARE, "p. 2 · compare"),
        (cell("It ends [p. 2].", VERBATIM, NOTHING, COMPARE, form=FREE), CellFinding.NOTHING, "no page says this"),
        (cell("It ends [p. 2].", NOTHING, OTHERWISE, form=FREE), CellFinding.OTHERWISE, "p. 2 says otherwise"),
        (cell("The lease says nothing of it.", form=FREE), CellFinding.COMPARE, ""),
    ],
)
def test_a_cell_has_one_finding_and_one_mark(made: SheetCell, finding: CellFinding, mark: str) -> None:
    read = read_cell(made)
    assert (read.finding, place_words(read, {})) == (finding, mark)
    assert (read.citation is not None) == (read.evidence is not None)


def test_the_finding_opens_the_sentence_of_the_page() -> None:
    read = read_cell(cell("2029-09-30\n“…” [p. 2]", OTHERWISE))
    assert read.citation is not None
    assert (read.value.text, read.citation.page, read.citation.shown) == ("2029-09-30", 2, SENTENCE.text)


def test_what_a_person_entered_takes_the_place_of_the_value_and_loses_all_marks() -> None:
    read = read_cell(cell("2031-03-31\n“…” [p. 2]", VERBATIM, correction="30 September 2029"))
    assert (read.value.text, read.answered.text) == ("2029-09-30", "2031-03-31")
    assert (read.verdict, read.citation, found_words(read)) == (None, None, "entered by hand")
    loose = read_cell(cell(None, correction="some day"))
    assert (loose.value.state, loose.value.text) == (ValueState.HAS, "some day")
    assert (loose.value.day, found_words(loose)) == (None, "entered by hand, not a date")


@pytest.mark.parametrize(
    ("form", "typed", "value"),
    [
        (DATE, "2028-12-30", "2028-12-30"),
        (DATE, "30 December 2028", "2028-12-30"),
        (DATE, "December 30, 2028", "2028-12-30"),
        (DATE, "30.12.2028", "2028-12-30"),
        (DATE, "3.4.2031", "2031-04-03"),
        (DATE, "30. Dezember 2028", "2028-12-30"),
        (DATE, "30 décembre 2028", "2028-12-30"),
        (DATE, "30 de diciembre de 2028", "2028-12-30"),
        (DATE, "30/12/2028", "2028-12-30"),
        (DATE, "30 dicembre 2028", "2028-12-30"),
        (DATE, "2028年12月30日", "2028-12-30"),
        (DATE, "令和10年12月30日", "2028-12-30"),
        (DATE, "December 2028", "2028-12"),
        (DATE, "Saturday, 30 December 2028", "2028-12-30"),
        (DATE, "Sat 30 Dec 2028", "2028-12-30"),
        (DATE, "Samstag, den 30. Dezember 2028", "2028-12-30"),
        (DATE, "2028年12月30日（土）", "2028-12-30"),
        (DATE, "Monday, 30 December 2028", ""),
        (DATE, "the 30th of December 2028", "2028-12-30"),
        (DATE, "am 30. Dezember 2028", "2028-12-30"),
        (DATE, "30-Dec-2028", "2028-12-30"),
        (DATE, "30.Dez.2028", "2028-12-30"),
        (DATE, "30December2028", "2028-12-30"),
        (DATE, "2028 December 30", "2028-12-30"),
        (DATE, "1. Jänner 2028", "2028-01-01"),
        (DATE, "3. Mrz. 2028", "2028-03-03"),
        (DATE, "30.12.28", "2028-12-30"),
        (DATE, "30.12.89", "1989-12-30"),
        (DATE, "12/2028", "2028-12"),
        (DATE, "2028年", "2028"),
        (DATE, "13/2028", ""),
        (DATE, "30/12/28", ""),
        (DATE, "28/12/30", ""),
        (DATE, "December 2028, 30", ""),
        (DATE, "30 December", ""),
        (DATE, "3/4/2031", ""),
        (DATE, "not before 30.12.2028", ""),
        (DATE, "30 February 2028", ""),
        (AMOUNT, "EUR 48,000", "EUR 48,000"),
        (AMOUNT, "48.000,50 €", "EUR 48000.50"),
        (AMOUNT, "48 000 euros", "EUR 48000"),
        (AMOUNT, "CHF 1'200", "CHF 1200"),
        (AMOUNT, "25万円", "JPY 250000"),
        (AMOUNT, "1,475", "1,475"),
        (AMOUNT, "EUR 48.000", "EUR 48000"),
        (AMOUNT, "-5.50", "-5.50"),
        (AMOUNT, "1.475", ""),
        (AMOUNT, "about 48,000", ""),
        (AMOUNT, "- 500", "-500"),
        (AMOUNT, "-500 EUR", "EUR -500"),
        (AMOUNT, "EUR −1.475,00", "EUR -1475.00"),
        (AMOUNT, "500.-", "500"),
        (AMOUNT, "(500)", ""),
        (AMOUNT, "500 - 600", ""),
        (AMOUNT, "EUR48,000", "EUR 48000"),
        (AMOUNT, "USD 1.5 million", "USD 1500000"),
        (YES_NO, "ja", "Yes"),
        (YES_NO, "Nein.", "No"),
        (YES_NO, "YES!", "Yes"),
        (YES_NO, "y", "Yes"),
        (YES_NO, "n", "No"),
        (YES_NO, "あり", "Yes"),
        (YES_NO, "無", "No"),
        (YES_NO, "○", "Yes"),
        (YES_NO, "No", "No"),
        (YES_NO, "perhaps", ""),
        (CHOICE, "tenant", "Tenant"),
        (CHOICE, "both", ""),
    ],
)
def test_a_value_is_entered_in_the_usual_ways_of_six_languages(form: AnswerForm, typed: str, value: str) -> None:
    assert value_entered(typed, form).text == value


def test_a_person_may_enter_that_the_document_has_none() -> None:
    read = read_cell(cell("2031-03-31", VERBATIM, correction="Not in this document"))
    assert (read.value.state, found_words(read)) == (ValueState.ABSENT, "entered by hand")


def test_cells_are_counted_by_their_findings() -> None:
    made = (
        cell("2031-03-31", VERBATIM),
        cell("2031-03-31", VERBATIM),
        cell("2031-03-31", OTHERWISE),
        cell("2031-03-31", COMPARE),
        cell("Not in this document", COMPARE),
        cell("2031-03-31", VERBATIM, correction="2030-03-31"),
        cell(None),
    )
    words = [words for _finding, words in count_findings(map(read_cell, made))]
    assert words == [
        "2 word for word",
        "1 to compare",
        "1 says otherwise",
        "1 not in the document",
        "1 entered by hand",
    ]


@pytest.mark.parametrize(
    ("sentence", "value", "finding"),
    [
        ("The tenant may sublet the berth.", "Yes", CellFinding.COMPARE),
        ("Subletting by the tenant needs a letter to the landlord.", "Undecided", CellFinding.UNDECIDED),
        ("The harbour opens at six.", "Not in this document", CellFinding.ABSENT),
    ],
)
def test_a_yes_or_no_is_decided_left_to_a_person_or_absent(sentence: str, value: str, finding: CellFinding) -> None:
    book = CitedBook("b", "Lease", (Page(1, "1", sentence),))
    form, asked = AnswerForm(ValueKind.YES_NO), "May the tenant sublet the berth?"
    text = search_answer.answer(asked, (book,), (), form)
    assert text.splitlines()[0] == value
    question = StoredQuestion("q", "s", None, asked, (), 0.0, form=form)
    citations = CitationChecker((book,)).check(text)
    answer = Answer("a", "q", text, Ending.COMPLETE, "m", 0.0, tuple(citations), from_search=True)
    read = read_cell(SheetCell(question, answer))
    assert (read.finding, read.value.state is ValueState.UNFIT) == (finding, False)
