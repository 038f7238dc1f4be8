"""The report of what is kept of a name: every text of it is found, and nothing once it is deleted."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.conversation import BookRef, Question
from app.core.documents.document import Document, Format, Page
from app.core.kept import KeptWhere
from app.core.machine.secret import Key, KeyOrigin
from app.core.record import Happening, RecordKind
from app.core.work import Cancel, finish
from app.features.governance.data import PersonalDataFileKind, PersonalDataReport
from app.features.governance.keeping import keeping_of, written
from app.features.governance.store import PersonalDataTexts
from app.store.db import Database
from tests.store.fixtures.fill import fill
from tests.ui.fakes import FakeDesk, open_desk
from tests.whole import KEEPS_OF_ALL


@pytest.fixture
def fake(tmp_path: Path) -> FakeDesk:
    return open_desk(tmp_path / "desk")


@pytest.fixture
def book(fake: FakeDesk) -> BookRef:
    pages = (Page(1, "", "Ms Ｚｗｅｉｇ pays the rent."), Page(2, "", "Nobody."), Page(3, "", "zweig again."))
    return BookRef(fake.books.add(Document("Lease", Format.TEXT, "ab" * 32, pages), Path("/lease.txt")).id)


def report(fake: FakeDesk, name: str = "Zweig", *, everywhere: bool = False) -> PersonalDataReport:
    return finish(keeping_of(fake.desk).report(name, Cancel(), everywhere=everywhere))


def places(found: PersonalDataReport) -> list[tuple[str, str, int]]:
    return [(each.where, each.title, each.count) for desk in found.desks for each in desk.places]


def test_a_name_is_found_wherever_it_is(fake: FakeDesk, book: BookRef) -> None:
    desk = fake.desk
    talk = desk.conversations.create("Rent", (book,))
    desk.conversations.add_question(Question(talk.id, "What does ZWEIG pay?", (book,)))
    desk.record.exported("conversation", Path("a.docx"), item=talk.id, books=(book.book_id,))
    desk.record.note(Happening(RecordKind.ANSWER, talk.id))
    found = report(fake)
    assert places(found)[:2] == [(KeptWhere.DOCUMENTS, "Lease", 2), (KeptWhere.CONVERSATIONS, "Rent", 1)]
    assert [where for where, *_rest in places(found)[2:]] == [KeptWhere.EXPORTS, KeptWhere.RECORD]
    assert report(fake, "Nemo").is_empty
    assert {file.kind for file in found.files} >= {PersonalDataFileKind.DATABASE, PersonalDataFileKind.RECORD}


def test_what_a_rescue_put_aside_is_named(fake: FakeDesk) -> None:
    """It still has whatever is deleted from now on."""
    aside = fake.desk.paths.database.with_name("octavo.db.damaged-1")
    aside.write_bytes(b"encrypted")
    named = {file.path for file in report(fake).files if file.kind is PersonalDataFileKind.DAMAGED}
    assert named == {str(aside)}


def test_what_is_deleted_is_not_kept(fake: FakeDesk, book: BookRef) -> None:
    fake.desk.documents.removal.delete(BinKind.BOOK, book.book_id)
    assert report(fake).desks[0].places[0].in_bin
    fake.desk.settings.change("use_bin", False)
    for entry in fake.desk.documents.removal.kept.all():
        fake.desk.documents.removal.purge(entry)
    assert report(fake).is_empty


def test_other_matters_are_looked_into_with_leave_alone(fake: FakeDesk) -> None:
    desk = fake.desk
    matter = desk.shared.matters.create("Zweig v Harbour")
    with contextlib.closing(desk.shared.matters.look_into(matter.id)) as database:
        from app.store.conversations import Conversations

        Conversations(database).create("Zweig")
    assert places(report(fake)) == [(KeptWhere.MATTERS, "Zweig v Harbour", 1)]
    found = report(fake, everywhere=True)
    assert [desk.name for desk in found.desks] == ["", "Zweig v Harbour"]
    assert (KeptWhere.CONVERSATIONS, "Zweig", 1) in places(found)


def test_all_that_a_desk_can_have_is_counted(tmp_path: Path) -> None:
    with contextlib.closing(Database.open(tmp_path / "full.db", Key("5a" * 32, KeyOrigin.FILE))) as database:
        fill(database)
        texts = PersonalDataTexts(database, KEEPS_OF_ALL)
        (*_steps, (_done, _total, found)) = texts.find("Ishmael")
        assert {each.where for each in found} >= {
            *(KeptWhere.DOCUMENTS, KeptWhere.CONVERSATIONS, KeptWhere.SHEETS, KeptWhere.NOTES)
        }
        (*_steps, (_done, _total, found)) = texts.find("Captain Ahab")
        assert "people" in {each.where for each in found}
        assert texts.totals()[KeptWhere.NOTES] == 1


def test_it_is_written_as_json_and_csv(fake: FakeDesk, book: BookRef) -> None:
    found = report(fake)
    assert msgspec.json.decode(written(found, ".json"), type=PersonalDataReport) == found
    lines = written(found, ".csv").decode("utf-8-sig").splitlines()
    assert lines[0] == "desk,where,id,title,texts,in the bin"
    assert lines[1] == f",documents,{book.book_id},Lease,2,False"
