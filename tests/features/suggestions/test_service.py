"""Suggested questions of books: checked by the finder, kept, of several books in turn, and after an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.core.conversations.conversation import Answer, BookRef, Citation, CitationState, Ending, PageRange
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.core.documents.document import Document, Page
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.core.settings import Settings
from app.core.work import Cancel, Stopped, finish
from app.embedding.client import Embedder
from app.features.suggestions.service import MOST, MOST_AFTER, RULES, Suggestions
from app.features.suggestions.store import SuggestedQuestions
from app.services.finding.search import Search
from app.store.books import Books
from app.store.db import Database
from app.store.passages import Passages
from app.store.vectors import Vectors
from tests.ui.shelf_of_books import agreement, work_rules


class Desk:
    def __init__(self, database: Database) -> None:
        self.books, self.settings = Books(database), Settings()
        search = Search(Passages(database), Vectors(database), Embedder(model=""))
        self.kept = SuggestedQuestions(database)
        self.suggestions = Suggestions(search, self.books, self.kept, lambda: self.settings)

    def add(self, document: Document) -> BookRef:
        return BookRef(self.books.add(document, Path("/books") / f"{document.sha256[:4]}.docx").id)

    def questions(self, *refs: BookRef) -> list[str]:
        return [one.text for one in finish(self.suggestions.for_desk(refs, Cancel()))]

    def after(self, answer: Answer, *refs: BookRef, asked: str = "") -> list[str]:
        return [one.text for one in finish(self.suggestions.after(answer, refs, (asked,), Cancel()))]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = Database.open(tmp_path / "octavo.db", Key(draw_secret(), KeyOrigin.FILE))
    yield Desk(database)
    database.close()


def _answer(book: BookRef, page: int, text: str = "So it is.", ending: Ending = Ending.COMPLETE) -> Answer:
    cited = Citation(book.book_id, "Agreement", page, str(page), "", CitationState.VERIFIED, 0, 4)
    return Answer("answer", "question", text, ending, "model", 0.0, (cited,))


def test_a_book_gets_questions_from_all_over_it(desk: Desk) -> None:
    book = desk.add(agreement())
    assert desk.questions(book) == [
        "How much is the annual maintenance fee?",
        "What happens if delivery is late?",
        "When may a party disclose confidential information?",
        "Who is Anne Kilbride?",
        "How long is the warranty period?",
    ]


def test_a_page_with_much_to_ask_about_does_not_take_the_place_of_others(desk: Desk) -> None:
    document = agreement()
    first, second, third, last = document.pages
    dense = "\n\n".join(page.text for page in (first, second, last))
    pages = (replace(first, text=dense), replace(third, number=2, label="2"))
    book = desk.add(replace(document, pages=pages, outline=()))
    asked = finish(desk.suggestions.for_desk((book,), Cancel()))
    assert {one.page for one in asked[:2]} == {1, 2}


def test_they_are_in_the_language_of_the_book(desk: Desk) -> None:
    asked = desk.questions(desk.add(work_rules()))
    assert "通勤手当はいくらですか。" in asked
    assert len(asked) == MOST


def test_they_are_the_same_each_time_and_made_once(desk: Desk) -> None:
    book = desk.add(agreement())
    asked = desk.questions(book)
    kept = desk.kept.of_book(book.book_id, RULES)
    assert kept is not None
    assert [one.text for one in kept][:MOST] == asked
    desk.kept.keep(book.book_id, RULES, kept[:1])
    assert desk.questions(book) == asked[:1]


def test_a_question_that_does_not_find_its_passage_is_not_shown(desk: Desk) -> None:
    document = agreement()
    elsewhere = "\n\n".join(f"The warranty period is long, it says in letter {n} from the harbour." for n in range(20))
    more = [replace(document.pages[0], number=n, label=str(n), text=elsewhere) for n in range(5, 12)]
    book = desk.add(replace(document, pages=(*document.pages, *more)))
    assert "How long is the warranty period?" not in desk.questions(book)


def test_only_the_pages_on_the_desk_are_asked_about(desk: Desk) -> None:
    book = desk.add(agreement())
    first = finish(desk.suggestions.for_desk((replace(book, pages=PageRange(1, 2)),), Cancel()))
    assert first
    assert all(one.page <= 2 for one in first)


def test_books_are_asked_about_in_turn(desk: Desk) -> None:
    asked = desk.questions(desk.add(work_rules()), desk.add(agreement()))
    assert len(asked) == MOST
    assert [question.endswith("か。") for question in asked] == [True, False] * 2 + [True]


def test_a_book_is_named_where_another_is_found_first(desk: Desk) -> None:
    contract = desk.add(agreement())
    says = "Of the annual maintenance fee: how much the annual maintenance fee is, is said elsewhere."
    pages = [Page(number, str(number), f"{says} The letter has the number {number}.") for number in range(1, 5)]
    letters = desk.add(replace(agreement(), title="Letters", sha256="cd" * 32, pages=tuple(pages), outline=()))
    asked = desk.questions(contract, letters)
    assert asked[0] == "According to “Tide gauge agreement”, how much is the annual maintenance fee?"
    assert asked[1] == "What happens if delivery is late?"


def test_versions_of_a_book_are_compared(desk: Desk) -> None:
    old = desk.add(replace(agreement(), title="Agreement 2025"))
    new = desk.add(replace(agreement(), title="Agreement 2026", sha256="cd" * 32))
    asked = desk.questions(old, new)
    assert asked[-1] == "How do “Agreement 2025” and “Agreement 2026” differ?"
    assert asked[:-1] == desk.questions(old)[: MOST - 1], "both answer them, so each is there once and names none"


def test_books_in_other_languages_get_none(desk: Desk) -> None:
    assert desk.questions(desk.add(replace(agreement(), language="nl"))) == []


def test_the_setting_switches_them_off(desk: Desk) -> None:
    book = desk.add(agreement())
    desk.settings = replace(desk.settings, suggest_questions=False)
    assert desk.questions(book) == []
    assert desk.after(_answer(book, 4), book) == []
    assert desk.kept.of_book(book.book_id, RULES) is None


def test_a_book_that_is_gone_gets_none(desk: Desk) -> None:
    assert desk.questions(BookRef("gone")) == []
    assert desk.after(_answer(BookRef("gone"), 1), BookRef("gone")) == []


def test_it_can_be_stopped(desk: Desk) -> None:
    book, cancel = desk.add(agreement()), Cancel()
    cancel.request()
    with pytest.raises(Stopped):
        finish(desk.suggestions.for_desk((book,), cancel))
    assert desk.kept.of_book(book.book_id, RULES) is None


# ---- after an answer


def test_after_an_answer_what_is_beside_the_cited_page_is_asked_about(desk: Desk) -> None:
    book = desk.add(agreement())
    assert desk.after(_answer(book, 3), book) == ["How long is the warranty period?", "Who is Anne Kilbride?"]
    assert len(desk.after(_answer(book, 1), book)) <= MOST_AFTER


def test_what_was_asked_or_answered_is_not_suggested(desk: Desk) -> None:
    book = desk.add(agreement())
    said = _answer(book, 3, "The warranty period is 24 months long.")
    asked = desk.after(said, book, asked="How long is the notice period?")
    assert asked
    assert "How long is the notice period?" not in asked
    assert "How long is the warranty period?" not in asked


@pytest.mark.parametrize("ending", [ending for ending in Ending if ending is not Ending.COMPLETE])
def test_an_answer_that_is_not_whole_suggests_nothing(desk: Desk, ending: Ending) -> None:
    book = desk.add(agreement())
    assert desk.after(_answer(book, 3, ending=ending), book) == []


def test_an_answer_that_cites_nothing_suggests_nothing(desk: Desk) -> None:
    book = desk.add(agreement())
    answer = _answer(book, 3)
    assert desk.after(replace(answer, citations=()), book) == []
    missed = replace(answer.citations[0], state=CitationState.NOT_FOUND)
    assert desk.after(replace(answer, citations=(missed,)), book) == []


def test_an_answer_without_page_marks_goes_on_from_the_page_that_has_its_words(desk: Desk) -> None:
    book = desk.add(agreement())
    answer = _answer(book, 3)
    evidence = (Evidence(book.book_id, "Agreement", 3, "3", "So it is."),)
    for verdict in Verdict:
        found = replace(answer, citations=(), verdicts=(SentenceVerdict(0, 9, verdict, evidence),))
        says = verdict in (Verdict.VERBATIM, Verdict.SEEMS)
        assert desk.after(found, book) == (desk.after(answer, book) if says else [])
    assert desk.after(answer, book)
