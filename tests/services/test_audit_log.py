"""The record gets every answer however it ended, cells, what came and went; and nothing of what was said."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.conversation import BookRef, Ending, Question
from app.core.documents.document import Document, Format, Page
from app.core.errors import Code, Problem
from app.core.record import RecordEntry, RecordKind
from app.core.work import Cancel, finish
from app.services.audit_log import close_open_answers
from tests.ui.fakes import FakeDesk, open_desk

SHA256 = "ab" * 32


@pytest.fixture
def fake(tmp_path: Path) -> FakeDesk:
    return open_desk(tmp_path / "desk")


@pytest.fixture
def book(fake: FakeDesk) -> BookRef:
    pages = (Page(1, "", "The tenant pays the secret rent."),)
    return BookRef(fake.books.add(Document("Secret lease", Format.TEXT, SHA256, pages), Path("/lease.txt")).id)


def entries(fake: FakeDesk) -> list[RecordEntry]:
    return list(fake.desk.record.store.entries()[1:])


def asked(fake: FakeDesk, book: BookRef) -> str:
    """Its conversation."""
    talk = fake.desk.conversations.create("Secret talk", (book,))
    finish(fake.desk.asking.ask.ask(Question(talk.id, "Who pays the secret rent?", talk.books), Cancel()))
    return talk.id


def test_an_answer_is_recorded_without_a_word(fake: FakeDesk, book: BookRef) -> None:
    talk = asked(fake, book)
    (entry,) = entries(fake)
    assert (entry.kind, entry.item, entry.documents) == (RecordKind.ANSWER, talk, SHA256)
    assert (entry.engine, entry.ending, entry.model) == ("local", Ending.COMPLETE, fake.engine.info.name)
    assert "secret" not in repr(entry).casefold()
    assert fake.desk.record.store.verify().flaw is None


def test_one_that_failed_was_asked_too(fake: FakeDesk, book: BookRef) -> None:
    fake.engine.answers = [("The ", Problem(Code.ENGINE_CRASHED, {"signal": 9}))]
    asked(fake, book)
    assert [(entry.ending, entry.detail) for entry in entries(fake)] == [(Ending.FAILED, Code.ENGINE_CRASHED)]


def test_one_that_a_kill_cut_short_is_recorded_at_the_next_start(fake: FakeDesk, book: BookRef) -> None:
    desk = fake.desk
    talk = desk.conversations.create("Talk", (book,))
    question = desk.conversations.add_question(Question(talk.id, "Who?", (book,)))
    desk.conversations.begin_answer(question.id, "Scout")
    close_open_answers(desk.conversations, desk.record)
    close_open_answers(desk.conversations, desk.record)
    assert [(entry.kind, entry.ending) for entry in entries(fake)] == [(RecordKind.ANSWER, Ending.CLOSED)]


def test_what_is_deleted_stays_recorded_and_loses_its_text(fake: FakeDesk, book: BookRef) -> None:
    desk = fake.desk
    desk.settings.change("record_texts", True)
    talk = asked(fake, book)
    assert entries(fake)[-1].text == "Who pays the secret rent?"
    entry = desk.documents.removal.delete(BinKind.CONVERSATION, talk)
    assert entry is not None
    assert entries(fake)[-1].text == "Secret talk"
    desk.documents.removal.restore(entry.id)
    desk.settings.change("use_bin", False)
    desk.documents.removal.delete(BinKind.CONVERSATION, talk)
    desk.documents.removal.delete(BinKind.BOOK, book.book_id)
    found = entries(fake)
    assert [each.kind for each in found if each.kind != RecordKind.SETTING] == [
        *(RecordKind.ANSWER, RecordKind.DELETED, RecordKind.RESTORED, RecordKind.PURGED, RecordKind.PURGED)
    ]
    assert found[-1].documents == SHA256
    assert not any(each.text for each in found)
    assert desk.record.store.verify().flaw is None


def test_what_a_program_searched_goes_with_what_it_found(fake: FakeDesk, book: BookRef) -> None:
    desk = fake.desk
    desk.settings.change("record_texts", True)
    desk.record.by_program("search", books=(book.book_id,), text="Zweig rent")
    desk.record.by_program("search", text="Zweig nowhere")
    found, nothing = entries(fake)[-2:]
    assert (found.text, found.item, found.documents) == ("Zweig rent", book.book_id, SHA256)
    assert (nothing.text, nothing.item) == ("", "")
    desk.settings.change("use_bin", False)
    desk.documents.removal.delete(BinKind.BOOK, book.book_id)
    assert not any(each.text for each in entries(fake))
    assert desk.record.store.verify().flaw is None


def test_the_name_of_an_exported_file_goes_with_what_is_in_it(fake: FakeDesk, book: BookRef, tmp_path: Path) -> None:
    desk = fake.desk
    desk.settings.change("record_texts", True)
    desk.record.exported("notes", tmp_path / "Zweig notes.md", books=("gone", book.book_id))
    desk.record.exported("report", tmp_path / "What is kept of Zweig.csv")
    notes, of_a_person = entries(fake)[-2:]
    assert (notes.text, of_a_person.text) == ("Zweig notes.md", "")
    desk.settings.change("use_bin", False)
    desk.documents.removal.delete(BinKind.BOOK, book.book_id)
    assert not any(each.text for each in entries(fake))


def test_an_export_is_recorded_by_what_it_has(fake: FakeDesk, book: BookRef) -> None:
    fake.desk.record.exported("conversation", Path("/home/a/Secret.docx"), item="c", books=(book.book_id,))
    (entry,) = entries(fake)
    assert (entry.kind, entry.item, entry.documents, entry.detail) == (
        *(RecordKind.EXPORT, "c", SHA256, "conversation as docx"),
    )


def test_a_matter_that_is_exported_imported_and_deleted_is_in_the_record_of_the_library(
    fake: FakeDesk, tmp_path: Path
) -> None:
    matters = fake.desk.shared.matters
    made = matters.create("Secret matter")
    matters.delete(made.id)
    assert [(each.kind, each.item, each.detail) for each in entries(fake)] == [(RecordKind.PURGED, made.id, "matter")]


def test_what_moves_to_a_matter_is_in_both_records(fake: FakeDesk, book: BookRef) -> None:
    desk = fake.desk
    talk = desk.conversations.create("Talk", (book,))
    matter = desk.shared.matters.create("Case")
    desk.shared.matters.move(desk.database, matter.id, conversations=(talk.id,))
    moved = entries(fake)[0]
    assert (moved.kind, moved.detail) == (RecordKind.MOVED, f"to {matter.id}")
    there = desk.shared.turn_to(matter.id)
    assert [each.detail for each in there.record.store.entries()][1] == "from another matter"
