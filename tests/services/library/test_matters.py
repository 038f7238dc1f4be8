"""Matters: each is a desk of its own, with what is the person's shared; deleting one leaves nothing of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.conversation import BookRef, Question
from app.core.documents.document import Document, Format, Page
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.matter import LIBRARY
from app.core.settings import Settings
from app.engine.kv.kept_files import kept_embeddings, kept_tokens
from app.services.services import Services
from app.store.books import Books
from app.store.db import Database
from app.store.key_derivation import Argon2Cost
from app.store.keys import set_passphrase
from tests.store.decrypted import decrypted
from tests.whole import open_desk


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Services]:
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as opened:
        yield opened


def add_book(desk: Services, title: str, byte: str) -> str:
    pages = (Page(1, "1", f"{title}: the unmistakable wharf."),)
    return Books(desk.database).add(Document(title, Format.PDF, byte * 32, pages), Path(f"/{title}.pdf")).id


def refused(code: Code, work: object, *values: object) -> None:
    with pytest.raises(AppError) as error:
        work(*values)  # type: ignore[operator]
    assert error.value.code is code


def test_what_is_in_one_desk_is_in_no_other(library: Services) -> None:
    add_book(library, "Atlas", "aa")
    library.conversations.create("Rivers")
    matter = library.shared.matters.create("Marlow")
    marlow = library.shared.turn_to(matter.id)
    assert marlow.matter is not None
    assert marlow.matter.name == "Marlow"
    assert marlow.documents.library.books() == ()
    assert marlow.conversations.all() == ()
    add_book(marlow, "Lease", "aa")
    talk = marlow.conversations.create("Notice periods")
    marlow.documents.removal.delete(BinKind.CONVERSATION, talk.id)
    again = marlow.shared.turn_to(LIBRARY)
    assert again.matter is None
    assert [book.title for book in again.documents.library.books()] == ["Atlas"], "the same file may be in both"
    assert [each.title for each in again.conversations.all()] == ["Rivers"]
    assert again.documents.removal.kept.all() == ()
    assert not marlow.database.is_open
    assert again.database is again.shared.matters.home
    marlow = again.shared.turn_to(matter.id)
    assert [book.title for book in marlow.documents.library.books()] == ["Lease"]
    assert [entry.title for entry in marlow.documents.removal.kept.all()] == ["Notice periods"]
    marlow.close()
    assert not marlow.shared.matters.home.is_open
    assert not marlow.database.is_open


def test_what_is_the_persons_is_in_every_desk(library: Services) -> None:
    library.settings.change("language", "ja")
    marlow = library.shared.turn_to(library.shared.matters.create("Marlow").id)
    assert marlow.settings.load().language == "ja"
    assert marlow.models.readings.spec().secret == library.models.readings.spec().secret
    assert marlow.models.readings.spec().desk == marlow.matter.id if marlow.matter else ""
    assert marlow.models is library.models
    marlow.own_settings.set_blob("window", b"marlow")
    assert library.own_settings.get_blob("window") is None


def test_a_matter_has_standing_instructions(library: Services) -> None:
    library.settings.change("instructions", "Be short.")
    marlow = library.shared.turn_to(library.shared.matters.create("Marlow").id)
    assert marlow.asking.ask.settings().instructions == "Be short."
    marlow.own_settings.change("instructions", "We act for the tenant.")
    assert marlow.asking.ask.settings().instructions == "Be short.\n\nWe act for the tenant."
    assert marlow.settings.load().instructions == "Be short."
    assert marlow.shared.turn_to(LIBRARY).asking.ask.settings().instructions == "Be short."


def test_settings_that_overrule_the_kept_ones_are_followed_and_not_kept(library: Services) -> None:
    library.settings.change("instructions", "Be short.")
    marlow = library.shared.turn_to(library.shared.matters.create("Marlow").id)
    marlow.own_settings.change("instructions", "We act for the tenant.")
    marlow.settings.overrule(Settings(instructions="Be thorough.", thinking=False))
    assert marlow.asking.ask.settings().instructions == "Be thorough.\n\nWe act for the tenant."
    assert not marlow.asking.ask.settings().thinking
    marlow.settings.change("language", "ja")
    assert marlow.settings.load() == Settings(instructions="Be short.", language="ja")
    assert not marlow.asking.weighing.settings().thinking, "a change of what is kept changes nothing for this process"
    marlow.settings.overrule(None)
    assert marlow.asking.ask.settings() == Settings(instructions="Be short.\n\nWe act for the tenant.", language="ja")


def test_a_desk_that_does_not_open_leaves_the_one_that_is_open(library: Services) -> None:
    broken, gone = library.shared.matters.create("Broken"), library.shared.matters.create("Gone")
    library.paths.matter(broken.id).write_bytes(b"no database" * 1000)
    Database.discard(library.paths.matter(gone.id))
    refused(Code.DATABASE_KEY, library.shared.turn_to, broken.id)
    refused(Code.MATTER_MISSING, library.shared.turn_to, gone.id)
    refused(Code.MATTER_UNKNOWN, library.shared.turn_to, "nobody")
    assert library.conversations.all() == ()
    for matter in (broken, gone):
        library.shared.matters.delete(matter.id)
    assert library.shared.matters.all() == ()


def test_a_new_passphrase_leaves_matters_as_they_are(library: Services) -> None:
    matter = library.shared.matters.create("Marlow")
    before = library.paths.matter(matter.id).read_bytes()
    set_passphrase(library.shared.matters.home, library.paths, "lantern quay otter violet", cost=Argon2Cost(32, 1, 1))
    assert library.paths.matter(matter.id).read_bytes() == before
    assert library.shared.turn_to(matter.id).conversations.all() == ()


# ---- deleting


def test_a_deleted_matter_leaves_nothing(library: Services) -> None:
    matter = library.shared.matters.create("Marlowquay")
    marlow = library.shared.turn_to(matter.id)
    book_id = add_book(marlow, "Leasehold", "ab")
    talk = marlow.conversations.create("Marlowtalk")
    marlow.conversations.add_question(Question(talk.id, "Marlowquestion", (BookRef(book_id),)))
    secret = marlow.shared.matters.kept.key(matter.id).secret
    kept_embeddings(marlow.models.readings.spec()).write("ef" * 32, "projector", BookRef(book_id), memoryview(b"x"))
    kept_tokens(marlow.models.readings.spec()).write(book_id, "vocabulary", BookRef(book_id), memoryview(b"x"))
    library = marlow.shared.turn_to(LIBRARY)
    before = {path.name for path in library.paths.readings.rglob("*.*")}
    assert len(before) == 2
    library.shared.matters.delete(matter.id)
    assert library.shared.matters.all() == ()
    assert library.shared.matters.kept.given_up() == ()
    assert [path for path in library.paths.readings.rglob("*") if path.is_file()] == []
    assert list(library.paths.matters.iterdir()) == []
    pages = decrypted(library.paths.database, library.shared.matters.home.key)
    for trace in (secret, "Marlow", "marlow", "Leasehold"):
        assert trace.encode() not in pages
    for file in library.paths.data.rglob("*"):
        assert "arlow" not in file.name
        assert matter.id not in file.name
        assert not file.is_file() or b"arlow" not in file.read_bytes()


def test_one_that_is_open_elsewhere_is_not_deleted(library: Services) -> None:
    matter = library.shared.matters.create("Marlow")
    add_book(library.shared.turn_to(matter.id), "Lease", "ab")  # and this desk stays open
    refused(Code.MATTER_IN_USE, library.shared.matters.delete, matter.id)
    assert [each.name for each in library.shared.matters.all()] == ["Marlow"]
    assert len(library.shared.turn_to(matter.id).documents.library.books()) == 1


def test_a_deletion_that_was_cut_short_ends_with_the_next_start(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "desk")
    with contextlib.closing(open_desk(paths)) as library:
        matter = library.shared.matters.create("Marlow")
        library.shared.matters.kept.give_up(matter.id)
        assert paths.matter(matter.id).exists()
    with contextlib.closing(open_desk(paths)) as library:
        assert library.shared.matters.kept.given_up() == ()
        assert not paths.matter(matter.id).exists()


# ---- in one file

_WORDS = "four unrelated words"


def test_an_exported_matter_is_imported_on_another_desk(library: Services, tmp_path: Path) -> None:
    matter = library.shared.matters.create("Marlow")
    marlow = library.shared.turn_to(matter.id)
    add_book(marlow, "Leasehold", "ab")
    talk = marlow.conversations.create("Notice periods")
    marlow.own_settings.change("instructions", "We act for the tenant.")
    file = tmp_path / "Marlow.octavo-matter"
    marlow.shared.matters.export(matter.id, file, _WORDS)
    assert file.stat().st_mode & 0o777 == 0o600
    for trace in (b"Leasehold", b"Marlow", b"Notice"):
        assert trace not in file.read_bytes()
    with contextlib.closing(open_desk(Paths(tmp_path / "another"))) as other:
        assert other.shared.matters.take(file, _WORDS).name == "Marlow"
        assert other.shared.matters.take(file, _WORDS).name == "Marlow (2)"
        assert sorted(path.suffix for path in other.paths.matters.iterdir()) == [".db", ".db"], "nothing else is left"
        opened = other.shared.turn_to(other.shared.matters.kept.named("marlow").id)
        assert [book.title for book in opened.documents.library.books()] == ["Leasehold"]
        assert [each.id for each in opened.conversations.all()] == [talk.id]
        assert opened.asking.ask.settings().instructions == "We act for the tenant."
        assert opened.database.key.secret != marlow.database.key.secret
        opened.database.close()
    marlow.database.close()
    assert sorted(path.name for path in library.paths.matters.iterdir()) == [f"{matter.id}.db"]


def test_a_weak_passphrase_protects_no_exported_matter(library: Services, tmp_path: Path) -> None:
    matter = library.shared.matters.create("Marlow")
    file = tmp_path / "Marlow.octavo-matter"
    with pytest.raises(AppError) as raised:
        library.shared.matters.export(matter.id, file, "password1")
    assert raised.value.code is Code.PASSPHRASE_WEAK
    assert list(tmp_path.glob("*.octavo-matter*")) == []


def test_what_is_no_exported_matter_is_refused(library: Services, tmp_path: Path) -> None:
    matter = library.shared.matters.create("Marlow")
    file = tmp_path / "Marlow.octavo-matter"
    library.shared.matters.export(matter.id, file, _WORDS)
    whole = file.read_bytes()
    assert b"argon2" in whole[:300]
    refused(Code.FILE_MISSING, library.shared.matters.take, tmp_path / "nothing", "x")
    refused(Code.MATTER_PASSPHRASE, library.shared.matters.take, file, "four unrelated Words")
    for bad in (
        b"",
        b"octavo-matter\n",
        b"%PDF-1.7" + whole,
        b"octavo-matter\n\xff\xff\xff\x7f",
        whole[:-4096],
        whole[:-3000] + bytes([whole[-3000] ^ 1]) + whole[-2999:],
        whole.replace(b'"passes":1', b'"passes":2', 1),
        whole.replace(b'"memory_kib":32,"passes":1', b'"memory_kib":1048576,"passes":1024', 1),
        whole.replace(b'"memory_kib":32', b'"memory_kib":1', 1),
        whole.replace(b'"argon2"', b'"other_"', 1),
    ):
        file.write_bytes(bad)
        with pytest.raises(AppError) as error:
            library.shared.matters.take(file, _WORDS)
        assert error.value.code in (Code.MATTER_FILE, Code.MATTER_PASSPHRASE)
    assert [each.name for each in library.shared.matters.all()] == ["Marlow"]
    assert len(list(library.paths.matters.iterdir())) == 1


def test_a_file_with_other_tables_or_triggers_is_refused(library: Services, tmp_path: Path) -> None:
    marlow = library.shared.turn_to(library.shared.matters.create("Marlow").id)
    marlow.database.run("CREATE TRIGGER odd AFTER INSERT ON books BEGIN DELETE FROM books; END")
    assert marlow.matter is not None
    refused(Code.MATTER_FILE, marlow.shared.matters.export, marlow.matter.id, tmp_path / "odd.octavo-matter", _WORDS)
    assert [path.name for path in tmp_path.iterdir()] == ["desk"], "a file that is not proved is not left there"


def test_a_matter_of_a_newer_octavo_is_refused_by_its_own_sentence(
    library: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter, file = library.shared.matters.create("Marlow"), tmp_path / "Marlow.octavo-matter"
    with contextlib.closing(library.shared.matters.open(matter.id)) as database:
        database.run("PRAGMA user_version = 999")
    refused(Code.DATABASE_NEWER, library.shared.matters.export, matter.id, file, _WORDS)
    monkeypatch.setattr("app.store.db.is_older", lambda *_: False)
    monkeypatch.setattr("app.store.db.migrate", lambda *_: None)
    monkeypatch.setattr(Database, "check", lambda _self: None)
    library.shared.matters.export(matter.id, file, _WORDS)
    monkeypatch.undo()
    with pytest.raises(AppError) as error:
        library.shared.matters.take(file, _WORDS)
    assert error.value.code is Code.DATABASE_NEWER
    assert error.value.params["path"] == str(file)
