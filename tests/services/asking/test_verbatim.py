"""Where answers in the documents' own words are wanted, and where a model can be held to them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import Answer, BookRef, Ending, Question
from app.core.conversations.events import Reading, Token
from app.core.conversations.values import AnswerForm
from app.core.conversations.verdict import Verdict
from app.core.documents.document import CitedBook, Document, Format, Page
from app.core.settings import AnswerWords
from app.core.work import Cancel
from app.documents.citations.whole_sentences import WholeSentence
from app.services.asking.rules import ABSENT
from app.services.asking.verbatim import chosen, is_possible, is_wanted, likeliest
from tests.ui.fakes import SCOUT, ScriptedEngine, open_desk
from tests.work import run

ELSEWHERE = msgspec.structs.replace(SCOUT, path="https://models.example.org", host="models.example.org")


@pytest.mark.parametrize(
    ("words", "judges", "wanted"),
    [
        (AnswerWords.AUTOMATIC, True, False),
        (AnswerWords.AUTOMATIC, None, False),
        (AnswerWords.AUTOMATIC, False, True),
        (AnswerWords.DOCUMENTS, True, True),
        (AnswerWords.DOCUMENTS, False, True),
        (AnswerWords.FREE, False, False),
    ],
)
def test_automatic_asks_what_the_model_is_worth(words: AnswerWords, judges: bool | None, wanted: bool) -> None:
    assert is_wanted(words, SCOUT, lambda: judges) is wanted


@pytest.mark.parametrize("words", AnswerWords)
def test_a_server_the_starter_and_no_model_are_never_held(words: AnswerWords, starter: Path) -> None:
    for model in (None, ELSEWHERE, msgspec.structs.replace(SCOUT, path=str(starter))):
        assert not is_possible(model)
        assert not is_wanted(words, model, lambda: False)
    assert is_possible(SCOUT)


@pytest.mark.parametrize("words", [AnswerWords.FREE, AnswerWords.DOCUMENTS])
def test_the_file_of_the_model_is_read_only_where_that_decides(words: AnswerWords) -> None:
    def read() -> bool:
        raise AssertionError("nobody wants to know")

    is_wanted(words, SCOUT, read)


PAGES = (
    "The ferry leaves at ten. Dogs may ride on deck. However, dogs that bite stay ashore.",
    "A ticket costs nine crowns. The mate sells tickets on board. The captain rings the bell twice.",
)


def ask(folder: Path, question: str, weights: dict[str, float]) -> tuple[list[object], Answer]:
    made = open_desk(folder / "desk", ScriptedEngine(weighs=True, weights=weights))
    try:
        pages = tuple(Page(n, str(n), text) for n, text in enumerate(PAGES, 1))
        book = made.books.add(Document("Ferry", Format.TEXT, "00" * 32, pages), Path("/ferry.txt"))
        talk = made.desk.conversations.create(books=(BookRef(book.id),))
        asked = Question(talk.id, question, talk.books, form=AnswerForm(verbatim=True))
        told, answer = run(made.desk.asking.ask.ask(asked, Cancel()))
        assert made.desk.conversations.answer(answer.id) == answer
        assert not made.engine.prompts, "nothing is written, and no book is read"
        return [*told], answer
    finally:
        made.desk.close()


def test_a_model_that_may_not_judge_is_asked_which_sentences_answer(tmp_path: Path) -> None:
    weights = {"A ticket costs": 3.0, "The mate sells": 2.8, "The ferry leaves": 1.0}
    told, answer = ask(tmp_path, "What does a ticket cost?", weights)
    assert answer.text == "A ticket costs nine crowns. [p. 2]\n\nThe mate sells tickets on board. [p. 2]"
    assert answer.ending is Ending.COMPLETE
    assert [each.verdict for each in answer.verdicts] == [Verdict.VERBATIM] * 2
    assert [event.text for event in told if isinstance(event, Token)] == [answer.text]
    assert any(isinstance(event, Reading) for event in told)


@pytest.mark.parametrize(
    ("question", "words"), [("Who built the ferry?", ABSENT[0]), ("船は誰が造ったか。", ABSENT[1])]
)
def test_where_no_sentence_answers_that_is_said(tmp_path: Path, question: str, words: str) -> None:
    _told, answer = ask(tmp_path, question, {})
    assert (answer.text, answer.verdicts) == (words, ())


def test_a_sentence_comes_with_the_exception_that_follows_it(tmp_path: Path) -> None:
    _told, answer = ask(tmp_path, "May dogs ride?", {"Dogs may ride": 3.0})
    assert answer.text == "Dogs may ride on deck. However, dogs that bite stay ashore. [p. 1]"
    assert [each.verdict for each in answer.verdicts] == [Verdict.VERBATIM] * 2


def test_the_best_are_chosen_and_no_more_than_four() -> None:
    book = CitedBook("b", "The book", tuple(Page(n, str(n), f"Sentence number {n} is here.") for n in range(1, 10)))
    sentences = [WholeSentence(book, page, page.text) for page in book.pages]
    text = chosen("Which?", sentences, [3.0 - 0.1 * n for n in range(9)], several_books=True)
    assert text.split("\n\n") == [f"Sentence number {n} is here. [The book, p. {n}]" for n in range(1, 5)]
    assert chosen("Which?", sentences, [0.5] * 9, several_books=False) == ABSENT[0]
    assert chosen("Which?", (), (), several_books=False) == ABSENT[0]


def test_those_with_most_of_the_questions_words_are_asked_about() -> None:
    pages = (Page(1, "1", PAGES[0]), Page(2, "2", PAGES[1]))
    found = likeliest("What does a ticket cost?", (CitedBook("f", "Ferry", pages),), ())
    assert found[0].text == "A ticket costs nine crowns."
    assert len(found) == 5
