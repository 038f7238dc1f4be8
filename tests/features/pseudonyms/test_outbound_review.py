"""A server sees pseudonyms in a conversation, the same in every request; and a person sees names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.core.conversations.conversation import Answer, BookRef, CitationState, Conversation, Question, Sent
from app.core.conversations.values import AnswerForm
from app.core.documents.document import Book, Document, Format, Page
from app.core.errors import Code, Problem
from app.core.settings import RemoteTexts
from app.core.work import Cancel, finish
from app.features.pseudonyms.data import PseudonymUse
from app.features.pseudonyms.service import outbound_review_of
from tests.ui.fakes import SCOUT, FakeDesk, open_desk

_HOST = "models.example.org"
_PAGE = (
    "The lease of Mr John Smith, 12 Harbour Road, ends on 1 May 2030. Smith pays to DE89 3704 0044 0532 0130 00.\n"
    "The office is reached at office@example.org."
)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    made.engine.info = replace(SCOUT, host=_HOST)
    finish(made.desk.models.load(None, Cancel()))
    _want(made, RemoteTexts.REPLACED)
    yield made
    made.desk.close()


@pytest.fixture
def book(fake: FakeDesk) -> Book:
    pages = (Page(1, "1", _PAGE), Page(2, "2", "Ferris wrote it."))
    return fake.books.add(Document("Lease of John Smith", Format.TEXT, "00" * 32, pages), Path("/lease.txt"))


def _want(fake: FakeDesk, texts: RemoteTexts) -> None:
    fake.desk.settings.change("remote.texts", texts)


def _talk(fake: FakeDesk, book: Book) -> Conversation:
    return fake.desk.conversations.create(books=(BookRef(book.id),))


def _ask(fake: FakeDesk, talk: Conversation, text: str, after: Answer | None = None) -> Answer:
    question = Question(talk.id, text, talk.books, after.id if after else None)
    return finish(fake.desk.asking.ask.ask(question, Cancel()))


def _everything(fake: FakeDesk) -> str:
    return str(fake.engine.prompts)


def test_the_server_sees_none_of_it_and_the_answer_has_all_of_it(fake: FakeDesk, book: Book) -> None:
    fake.engine.answers = [("“[Person 1b] pays to [Acc", "ount 1]” [p. 1]. Ask [E-mail 1].")]
    answer = _ask(fake, _talk(fake, book), "To which account does Mr Smith pay?")
    sent = _everything(fake)
    for name in ("Smith", "Harbour Road", "DE89", "office@example.org"):
        assert name not in sent
    assert answer.text == "“Smith pays to DE89 3704 0044 0532 0130 00” [p. 1]. Ask office@example.org."
    assert [citation.state for citation in answer.citations] == [CitationState.VERIFIED]
    assert answer.sent == Sent(_HOST, 5)
    assert fake.desk.conversations.answer(answer.id) == answer


def test_books_and_earlier_turns_stay_equal_to_the_byte(fake: FakeDesk, book: Book) -> None:
    fake.engine.answers = [("[Person 1] pays.",)]
    talk = _talk(fake, book)
    first = _ask(fake, talk, "Who pays?")
    second = _ask(fake, talk, "Does Mrs Anna Berg know, or Mr Ferris?", first)
    before, after = fake.engine.prompts
    assert (after.rules, after.documents) == (before.rules, before.documents)
    assert after.messages[: len(before.messages)] == before.messages
    assert "Berg" not in after.messages[-1].text
    assert "Ferris" in after.messages[-1].text, "the book has it as it is, and was sent before"
    third = _ask(fake, talk, "And John Smith?", second)
    assert third.sent == Sent(_HOST, 6)
    assert fake.engine.prompts[-1].messages[: len(after.messages)] == after.messages


def test_what_a_person_adds_is_replaced_everywhere_and_what_is_taken_off_goes(fake: FakeDesk, book: Book) -> None:
    talk = _talk(fake, book)
    leaving = outbound_review_of(fake.desk)
    question = Question(talk.id, "What did Ferris write?", talk.books)
    assert "John Smith" in {each.text for each in leaving.found_in_question(question)}
    leaving.decide(talk.id, ["Ferris"], ["office@example.org"])
    _ask(fake, talk, question.text)
    sent = _everything(fake)
    assert "Ferris" not in sent
    assert "office@example.org" in sent
    leaving.decide(talk.id, ["office@example.org"], ["Ferris"])
    uses = {each.text: each.use for each in leaving.pseudonyms.of(talk.id)}
    assert uses["Ferris"] is PseudonymUse.NEVER
    assert uses["office@example.org"] is PseudonymUse.ALWAYS


def test_each_conversation_has_its_own_and_they_go_with_it(fake: FakeDesk, book: Book) -> None:
    talk, other = _talk(fake, book), _talk(fake, book)
    _ask(fake, talk, "Mr Zed?")
    _ask(fake, other, "Who?")
    pseudonyms = outbound_review_of(fake.desk).pseudonyms
    assert "Zed" in {each.text for each in pseudonyms.of(talk.id)}
    assert "Zed" not in {each.text for each in pseudonyms.of(other.id)}
    fake.desk.conversations.delete(talk.id)
    assert pseudonyms.of(talk.id) == []
    fake.desk.database.run("DELETE FROM books WHERE id = ?", (book.id,))
    assert pseudonyms.of(other.id) == [], "they are of the book"


def test_as_it_is_where_a_person_wants_it(fake: FakeDesk, book: Book) -> None:
    talk = _talk(fake, book)
    _want(fake, RemoteTexts.ASKED)
    assert outbound_review_of(fake.desk).must_ask() == _HOST
    outbound_review_of(fake.desk).send_as_is(talk.id)
    answer = _ask(fake, talk, "Who is Smith?")
    assert answer.sent == Sent(_HOST, 0)
    assert _PAGE in fake.engine.prompts[-1].documents[0].pages[0].untrusted_text
    outbound_review_of(fake.desk).decide(talk.id, [], [])
    _ask(fake, talk, "Who is Smith?")
    assert "Smith" not in str(fake.engine.prompts[-1])
    _want(fake, RemoteTexts.AS_IS)
    assert outbound_review_of(fake.desk).must_ask() == ""
    _ask(fake, talk, "Who is Smith?")
    assert "Smith" in str(fake.engine.prompts[-1])


def test_nothing_is_replaced_for_a_model_on_this_machine(fake: FakeDesk, book: Book) -> None:
    fake.engine.info = SCOUT
    answer = _ask(fake, _talk(fake, book), "Who is Smith?")
    assert answer.sent is None
    assert "Smith" in _everything(fake)


def test_until_it_is_decided_names_stay_here(fake: FakeDesk, book: Book) -> None:
    _want(fake, RemoteTexts.UNDECIDED)
    talk = _talk(fake, book)
    seen: list[object] = []
    measure = fake.engine.measure
    fake.engine.measure = lambda prompt: measure(seen.append(prompt) or prompt)  # type: ignore[method-assign,func-returns-value]
    finish(fake.desk.asking.context.use(talk, Cancel()))
    assert seen
    assert "Smith" not in str(seen)


def test_what_was_held_back_comes_with_a_failure(fake: FakeDesk, book: Book) -> None:
    fake.engine.answers = [("[Person 1] pays [Per", Problem(Code.REMOTE_CUT, {"host": _HOST}))]
    answer = _ask(fake, _talk(fake, book), "Who pays?")
    assert answer.text == "John Smith pays [Per"
    assert answer.problem is not None


def test_a_schema_is_sent_with_its_names_replaced(fake: FakeDesk, book: Book) -> None:
    fake.engine.answers = [('{"party": "[Per', 'son 1]"}')]
    schema = '{"type": "object", "properties": {"party": {"enum": ["John Smith", "nobody"]}}}'
    talk = _talk(fake, book)
    question = Question(talk.id, "Who rents it?", talk.books, form=AnswerForm(schema=schema))
    answer = finish(fake.desk.asking.ask.ask(question, Cancel()))
    assert answer.text == '{"party": "John Smith"}'
    (sent,) = fake.engine.schemas
    assert "John" not in sent
    assert json.loads(sent)["properties"]["party"]["enum"] == ["[Person 1]", "nobody"]
    assert "Smith" not in _everything(fake)
