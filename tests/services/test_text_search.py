"""Words are found in conversations and in books, with where they stand and what is around them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.bin import BinKind
from app.core.conversation import Ending, Question
from app.core.work import Cancel, Stopped
from app.services.text_search import MOST_OF_A_KIND, FoundInBook, FoundInConversation, FoundText, excerpt_of
from app.store.folding import fold
from tests.ui import shelf_of_books
from tests.ui.fakes import FakeDesk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


def _say(desk: FakeDesk, title: str, question: str, answer: str) -> str:
    kept = desk.desk.conversations
    talk = kept.create(title)
    asked = kept.add_question(Question(talk.id, question))
    begun = kept.begin_answer(asked.id, "Scout")
    kept.save_answer(msgspec.structs.replace(begun, text=answer, ending=Ending.COMPLETE))
    return asked.id


def _find(desk: FakeDesk, text: str) -> list[FoundText]:
    return list(desk.desk.texts.find(text, Cancel()))


def test_what_was_said_is_found_with_the_words_around_it(desk: FakeDesk) -> None:
    said = _say(desk, "Berths", "Which berth is in repair?", "On the desk.\n\nThe **berth in repair** is number 7.")
    _say(desk, "Else", "Why?", "Because.")
    (found,) = _find(desk, "Berth  IN repair")
    assert isinstance(found, FoundInConversation)
    assert (found.conversation.title, found.question_id) == ("Berths", said)
    assert found.excerpt.text == "The berth in repair is number 7."
    assert [found.excerpt.text[slice(*match)] for match in found.excerpt.matches] == ["berth in repair"]
    (apart,) = _find(desk, "repair number")
    assert {apart.excerpt.text[slice(*match)] for match in apart.excerpt.matches} == {"repair", "number"}
    assert _find(desk, "berth out of repair") == _find(desk, "  ") == []


def test_pages_are_found_that_hold_all_of_the_words(desk: FakeDesk) -> None:
    lease, rules = shelf_of_books.lease(), shelf_of_books.rules()
    for document in (lease, rules):
        desk.books.add(document, Path("/home/me") / document.title)
    found = _find(desk, "dry dock excluded")
    assert found
    assert all(isinstance(each, FoundInBook) for each in found)
    best = found[0]
    assert isinstance(best, FoundInBook)
    page = desk.books.page(best.book_id, best.span.page)
    assert page.text[best.span.start : best.span.end].casefold() in ("dry", "dock", "excluded")
    assert {best.excerpt.text[slice(*match)].casefold() for match in best.excerpt.matches} >= {"dry", "dock"}
    (phrase, *_more) = _find(desk, "Every right of early termination")
    assert isinstance(phrase, FoundInBook)
    page = desk.books.page(phrase.book_id, phrase.span.page)
    assert fold(page.text[phrase.span.start : phrase.span.end]) == "every right of early termination"
    assert any(isinstance(each, FoundInBook) for each in _find(desk, "乾ドック"))
    assert _find(desk, "dry dock zeppelin") == []


def test_what_is_in_the_bin_is_not_found(desk: FakeDesk) -> None:
    _say(desk, "Berths", "Which berth is in repair?", "The berth in repair is number 7.")
    book = desk.books.add(shelf_of_books.lease(), Path("/home/me/lease.pdf"))
    assert _find(desk, "berth in repair")
    assert _find(desk, "dry dock excluded")
    (talk,) = desk.desk.conversations.all()
    desk.desk.removal.delete(BinKind.CONVERSATION, talk.id)
    desk.desk.removal.delete(BinKind.BOOK, book.id)
    assert _find(desk, "berth in repair") == _find(desk, "dry dock excluded") == []


def test_no_more_is_found_than_can_be_looked_at(desk: FakeDesk) -> None:
    for number in range(MOST_OF_A_KIND + 2):
        _say(desk, f"{number}", "The tide?", "Yes.")
    found = _find(desk, "tide")
    assert [each.conversation.title for each in found if isinstance(each, FoundInConversation)] == list("765432")


def test_it_stops_when_other_words_are_typed(desk: FakeDesk) -> None:
    _say(desk, "A", "The tide?", "Yes.")
    cancel = Cancel()
    cancel.request()
    with pytest.raises(Stopped):
        list(desk.desk.texts.find("tide", cancel))


@pytest.mark.parametrize(
    ("text", "needle", "shown"),
    [
        ("One two three.", "two", "One two three."),
        ("word " * 40 + "tide " + "word " * 40, "tide", None),
        ("あ" * 200 + "乾ドック" + "い" * 200, "乾ドック", None),
        ("First.\n\nSecond **bold tide** here.", "bold", "Second bold tide here."),
    ],
)
def test_an_excerpt_is_one_line_with_what_was_looked_for(text: str, needle: str, shown: str | None) -> None:
    made = excerpt_of(text, [fold(needle)])
    assert [made.text[slice(*match)] for match in made.matches] == [needle]
    assert "\n" not in made.text
    assert len(made.text) <= 150
    if shown is None:
        assert made.text.startswith("…")
        assert made.text.endswith("…")
    else:
        assert made.text == shown
