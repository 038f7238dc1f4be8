"""The passages that belong next to a question: for follow-ups, chapters, summaries, comparisons, in the languages of
the table."""

from __future__ import annotations

import msgspec
import pytest

from app.core.conversations.conversation import (
    Answer,
    BookRef,
    Citation,
    CitationState,
    Ending,
    PageRange,
    StoredQuestion,
    Turn,
)
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.core.documents.document import Book, Format, Section
from app.services.finding.conversation_search import PassageQuery, QuestionKind, decide

LEASE, MILL = BookRef("lease"), BookRef("mill")
OUTLINE = (
    Section("Contents", 1),
    Section("1. Parties and house", 2),
    Section("2. Rent", 3),
    Section("2.1 Deposit", 3, 2),
    Section("2.2 Arrears", 4, 2),
    Section("3. Notice", 5),
    Section("4. The berth", 7),
    Section("Appendix A: Inventory", 9),
)
NOTHING, FOLLOW_UP, WHOLE = QuestionKind.NOTHING, QuestionKind.FOLLOW_UP, QuestionKind.WHOLE
CHAPTER, ORDINARY = QuestionKind.CHAPTER, QuestionKind.ORDINARY


def book(id: str) -> Book:
    title, outline = ("Harbour Lease", OUTLINE) if id == LEASE.book_id else ("The Mill", ())
    return Book(id, title, Format.TEXT, "", "", 0.0, page_count=10, characters=20_000, outline=outline)


def turn(question: str, answer: str, *, left_out: bool = False) -> Turn:
    return Turn(
        StoredQuestion("q", "c", None, question, (LEASE,), 0.0),
        Answer("a", "q", answer, Ending.COMPLETE, "m", 0.0, left_out=left_out),
    )


def of(question: str, *turns: Turn, refs: tuple[BookRef, ...] = (LEASE,)) -> PassageQuery:
    return decide(question, refs, turns, book)


NOTICE = ("When must the tenant give notice?", "Jonas Feld gives notice twelve weeks before a quarter ends [p. 5].")
KÜNDIGUNG = ("Wann muss der Mieter kündigen?", "Zwölf Wochen vor dem Ende des Quartals [p. 5].")
PRÉAVIS = ("Quel est le préavis du locataire ?", "Douze semaines avant la fin du trimestre [p. 5].")
PREAVISO = ("¿Cuál es el preaviso del inquilino?", "Doce semanas antes del fin del trimestre [p. 5].")
KAIYAKU = ("賃借人の解約通知の期限はいつですか？", "解約通知は四半期末の十二週間前までです [p. 5]。")

PAIRS = (
    (NOTICE, "And what about him?", FOLLOW_UP),
    (NOTICE, "Why?", NOTHING),
    (NOTICE, "Go on.", NOTHING),
    (NOTICE, "Thanks!", NOTHING),
    (NOTICE, "How long is it?", FOLLOW_UP),
    (NOTICE, "Is that also true for the landlord?", FOLLOW_UP),
    (NOTICE, "Is there an exception?", FOLLOW_UP),
    (NOTICE, "And in winter?", FOLLOW_UP),
    (NOTICE, "Explain that in simpler words.", NOTHING),
    (NOTICE, "Who else?", FOLLOW_UP),
    (NOTICE, "What is the rent?", ORDINARY),
    (NOTICE, "What does the tenant have to repair when he leaves the house?", ORDINARY),
    (KÜNDIGUNG, "Und er?", FOLLOW_UP),
    (KÜNDIGUNG, "Warum?", NOTHING),
    (PRÉAVIS, "Et lui ?", FOLLOW_UP),
    (PREAVISO, "¿Y él?", FOLLOW_UP),
    (KAIYAKU, "それはなぜ？", FOLLOW_UP),
    (KAIYAKU, "続けて", NOTHING),
    (KAIYAKU, "では、家賃は？", FOLLOW_UP),
    (KAIYAKU, "敷金はいくらですか？", ORDINARY),
)


@pytest.mark.parametrize(("before", "question", "kind"), PAIRS, ids=[pair[1] for pair in PAIRS])
def test_a_follow_up_is_searched_with_what_it_refers_to(before: tuple[str, str], question: str, kind: str) -> None:
    query = of(question, turn(*before))
    assert query.kind == kind
    if kind == FOLLOW_UP:
        own, asked, answered = query.text.split("\n")
        assert (own, asked) == (question, before[0])
        assert answered
        assert "[" not in answered
    else:
        assert query.text == ("" if kind == NOTHING else question)


def test_a_short_question_may_go_on_from_the_turn_before_without_a_word_that_says_so() -> None:
    short = of("Who may take part?", turn(*NOTICE))
    assert (short.kind, short.text) == (ORDINARY, "Who may take part?")
    assert short.with_turns.split("\n")[:2] == ["Who may take part?", NOTICE[0]]
    assert not of("Who may take part?").with_turns
    assert not of("Who has to repair the roof of the boathouse?", turn(*NOTICE)).with_turns


def test_a_chain_of_follow_ups_leads_back_to_what_was_asked_first() -> None:
    second = turn("And in winter?", "The same [p. 5].")
    query = of("And for her?", turn("Who pays the dues of the berth?", "Feld [p. 7]."), turn(*NOTICE), second)
    assert query.text.split("\n")[:3] == ["And for her?", "And in winter?", NOTICE[0]]
    assert "berth" not in query.text


def test_a_follow_up_is_searched_with_the_section_that_the_answer_cites() -> None:
    before = turn(*NOTICE)
    assert before.answer is not None
    cited = Citation("lease", "Harbour Lease", 4, "4", "", CitationState.PAGE)
    cites = msgspec.structs.replace(before, answer=msgspec.structs.replace(before.answer, citations=(cited,)))
    (*asked, answered) = of("And in winter?", cites).text.split("\n")
    assert asked == ["And in winter?", NOTICE[0]]
    assert answered.startswith("2.2 Arrears jonas feld")
    assert "2.2" not in of("And in winter?", cites, refs=(MILL,)).text, "a book that is not asked is not looked into"


def test_where_an_answer_names_no_page_it_is_the_section_that_has_its_words() -> None:
    before = turn(*NOTICE)
    assert before.answer is not None
    evidence = (Evidence("lease", "Harbour Lease", 4, "4", "x"),)
    for verdict in Verdict:
        found = msgspec.structs.replace(before.answer, verdicts=(SentenceVerdict(0, 9, verdict, evidence),))
        said = of("And in winter?", msgspec.structs.replace(before, answer=found)).text
        assert ("2.2 Arrears" in said) == (verdict in (Verdict.VERBATIM, Verdict.SEEMS))


def test_what_the_model_does_not_read_is_not_searched_with() -> None:
    query = of("And him?", turn(*NOTICE), turn("Who owns the berth?", "Lunde.", left_out=True))
    assert "berth" not in query.text
    assert NOTICE[0] in query.text


@pytest.mark.parametrize("question", ["Why?", "Thanks", "Go on", "なぜ？", "Warum?"])
def test_without_a_turn_before_it_no_matter_is_nothing(question: str) -> None:
    assert of(question).kind is NOTHING


CHAPTERS = (
    ("Summarise chapter 3", (5, 6), ""),
    ("What does chapter 2 say about the deposit?", (3, 4), "what does say about the deposit?"),
    ("What is in section 2.1?", (3, 3), ""),
    ("Chapter two, please", (3, 4), ""),
    ("the last chapter", (7, 8), ""),
    ("What does the first chapter say?", (2, 2), ""),
    ("Fasse Kapitel 4 zusammen", (7, 8), ""),
    ("Résume le chapitre III", (5, 6), ""),
    ("第3章を要約して", (5, 6), ""),
    ("Summarise the chapter on notice", (5, 6), ""),
)


@pytest.mark.parametrize(("question", "pages", "text"), CHAPTERS, ids=[each[0] for each in CHAPTERS])
def test_a_chapter_is_found_in_the_outline(question: str, pages: tuple[int, int], text: str) -> None:
    query = of(question, turn(*NOTICE))
    assert query.kind is CHAPTER
    assert query.text == text
    (ref,) = query.scope
    assert ref.pages == PageRange(*pages)


def test_what_is_under_the_heading_of_another_chapter_is_left_out() -> None:
    query = of("What does chapter 2 say about the deposit?", turn(*NOTICE))
    left_out = [
        title for title in ("2. Rent", "Rent", "2.1 Deposit", "Deposit", "", "Terms") if query.leaves_out(title)
    ]
    assert left_out == [], "its own, its parts, none, and a heading that the outline lacks"
    assert query.leaves_out("3. Notice")
    assert query.leaves_out("Notice")
    assert not of("What is the deposit?").leaves_out("3. Notice")


@pytest.mark.parametrize("question", ["Summarise chapter 12", "What does the first part of your answer mean?"])
def test_a_chapter_that_is_not_there_is_none(question: str) -> None:
    assert of(question, turn(*NOTICE)).kind is not CHAPTER


SUMMARIES = (
    "Summarise the book",
    "What is it about?",
    "List all chapters",
    "Worum geht es in dem Buch?",
    "この本の要点を教えて",
)


@pytest.mark.parametrize("question", SUMMARIES)
@pytest.mark.parametrize("before", [(), (turn(*NOTICE),)], ids=["first", "later"])
def test_what_is_asked_of_the_whole_restates_no_passage(question: str, before: tuple[Turn, ...]) -> None:
    assert of(question, *before) == PassageQuery(WHOLE, scope=(LEASE,))


def test_a_summary_of_something_is_searched() -> None:
    assert of("Summarise the rules on notice.").kind is ORDINARY
    assert of("Summarise that.", turn(*NOTICE)).kind is NOTHING


def test_a_book_is_meant_by_its_title_too() -> None:
    assert of("Summarise the Harbour Lease", refs=(LEASE, MILL)) == PassageQuery(WHOLE, scope=(LEASE,))
    assert of("Summarise the handbook", turn(*NOTICE)) == PassageQuery(WHOLE, scope=(LEASE,))


@pytest.mark.parametrize(
    "question", ["What is the difference between the deposits?", "Vergleiche die Kautionen", "家賃を比較して"]
)
def test_a_comparison_gets_passages_of_each_book_alike(question: str) -> None:
    assert of(question, refs=(LEASE, MILL)) == PassageQuery(ORDINARY, question, (LEASE, MILL), alike=True)
    assert not of(question).alike


@pytest.mark.parametrize("question", ["Compare these two contracts", "二つの契約を比較して"])
def test_a_comparison_of_all_is_about_the_whole(question: str) -> None:
    assert of(question, turn(*NOTICE), refs=(LEASE, MILL)) == PassageQuery(WHOLE, scope=(LEASE, MILL), alike=True)


def test_only_pages_on_the_desk_count() -> None:
    ref = BookRef("lease", PageRange(6, 8))
    assert of("Summarise chapter 3", refs=(ref,)).scope == (BookRef("lease", PageRange(6, 6)),)


def test_a_page_that_was_pasted_in_is_searched_as_it_is() -> None:
    pasted = "And it was summarised in chapter 3. " * 100
    assert of(pasted, turn(*NOTICE)) == PassageQuery(ORDINARY, pasted, (LEASE,))
