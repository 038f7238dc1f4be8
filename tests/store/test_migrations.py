"""Migrations: a desk of every version that there ever was opens, and a step that fails leaves all as it was."""

from __future__ import annotations

import contextlib
import re
import shutil
from pathlib import Path

import apsw
import msgspec
import pytest

from app.core.bin import BinKind
from app.core.conversation import (
    BookRef,
    Citation,
    CitationState,
    Draft,
    Ending,
    MatterPlan,
    MatterScope,
    OutlineRef,
    PageRange,
    PartState,
    PassageRef,
    Thought,
    Timings,
    Usage,
)
from app.core.document import Flag, Format, Recognition, Section
from app.core.errors import AppError, Code, Problem
from app.core.facts import NO_FACTS, DocumentPerson, Facts, Role
from app.core.image import Raster
from app.core.matter import LIBRARY
from app.core.note import Marker, NotePlace
from app.core.pseudonym import NamedKind, Pseudonym, PseudonymUse, Sent
from app.core.record import RecordKind
from app.core.secret import Key, KeyOrigin
from app.core.settings import EngineSettings, KvType, Settings, ThemeChoice
from app.core.sources import Shelved
from app.core.suggestion import SuggestedQuestion
from app.core.values import FREE, ValueKind
from app.core.verdict import Evidence, SentenceVerdict, Verdict
from app.store.bin import BinStore
from app.store.books import Books, Recognitions
from app.store.cells import PartNotesStore
from app.store.conversations import Conversations, Drafts
from app.store.covers import KeptCovers
from app.store.cutting import CUT
from app.store.db import Database
from app.store.images import ImageStore
from app.store.matters import MatterStore
from app.store.mcp_clients import McpClients
from app.store.migrations import MIGRATIONS, migrate
from app.store.notes import NoteStore
from app.store.passages import Passages
from app.store.pseudonyms import KnownText, PseudonymStore
from app.store.record import RecordStore
from app.store.saved_prompts import SavedPrompts
from app.store.settings import SettingsStore
from app.store.sheets import SheetStore
from app.store.sources import Sources
from app.store.suggestions import SuggestedQuestions
from app.store.vectors import Vectors

FIXTURES = Path(__file__).parent / "fixtures"
KEY = Key("5a" * 32, KeyOrigin.FILE)


def schema(database: Database) -> set[tuple[str, str]]:
    """Names and definitions, without comments and spacing."""
    with database.read() as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    return {(name, " ".join(re.sub(r"--.*", "", sql).split())) for name, sql in rows}


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_a_desk_of_every_version_opens(tmp_path: Path, version: int) -> None:
    """Files written once, when the version was current (fixtures/fill.py), and never again."""
    path = tmp_path / "octavo.db"
    shutil.copy(FIXTURES / f"v{version}.db", path)
    with contextlib.closing(Database.open(path, KEY)) as database:
        books, conversations, settings = Books(database), Conversations(database), SettingsStore(database)

        (book,) = books.all()
        assert (book.title, book.format, book.sha256) == ("Moby-Dick 白鯨", Format.EPUB, "ab" * 32)
        assert (book.path, book.outline) == ("/books/moby.epub", (Section("Loomings", 1, 2),))
        assert book.labels == ("i", "1")
        assert [(page.label, page.text, page.chapter, page.flags) for page in books.pages(book.id)] == [
            ("i", "Call me Ishmael.", "Loomings", ()),
            ("1", "海の物語", "", (Flag.HIDDEN_TEXT,)),
        ]
        assert books.tokens(book.id, "llama4") == 12
        passages = Passages(database)
        hits = passages.by_words(passages.scopes([(book.id, None)]), "語")
        assert len(hits.ranked) == 1, "the last character of a passage is found"

        (talk,) = conversations.all()
        assert not talk.pinned
        assert not talk.archived
        assert (talk.title, talk.books) == ("Whales", (BookRef(book.id, PageRange(1, 2)), BookRef(book.id)))
        first, second = conversations.turns(talk.id)
        assert (first.question.text, first.question.books) == ("Who speaks?", (BookRef(book.id),))
        (image,) = first.question.images
        assert (image.untrusted_name, image.width, image.height) == ("whale.png", 2, 3)
        assert ImageStore(database).png(image.sha256) == b"\x89PNG\0"
        assert ImageStore(database).all() == {image.sha256}
        assert (first.answer_variant, first.answer_variants) == (2, 2)
        answer = first.answer
        assert answer is not None
        assert (answer.text, answer.ending, answer.model) == ("Ishmael. [p. i]", Ending.COMPLETE, "tiny")
        assert (answer.usage, answer.timings) == (Usage(9, 4, 5, 3), Timings(0.5, 1.0, 1.5, 2.0))
        assert ([passage.label for passage in answer.passages], answer.excerpts) == (["i"], True)
        assert [(cited.page, cited.quote, cited.state) for cited in answer.citations] == [
            (1, "Call me Ishmael", CitationState.VERIFIED)
        ]
        failed = conversations.answer(conversations.answer_variants(first.question.id)[0])
        assert failed is not None
        assert (failed.ending, failed.problem) == (Ending.FAILED, Problem(Code.ENGINE_CRASHED, {"signal": 9}))
        assert (second.question.text, second.question_variant) == ("Where does he go?", 2)
        assert second.question_variants == (3 if version >= 10 else 2)
        assert second.answer is not None
        assert second.answer.ending is Ending.OPEN

        assert settings.load() == Settings(EngineSettings(kv_type=KvType.Q4_0, threads=3), theme=ThemeChoice.DARK)
        assert settings.get_blob("window") == b"\0\1\2"

        if version >= 2:
            page = books.pages(book.id)[1]
            assert (page.hidden, page.confidence, page.picture) == ("波", 0.97, "ef" * 32)
            sheets, part_notes = SheetStore(database, conversations), PartNotesStore(database, conversations)
            entry, *_later = sorted(sheets.all(), key=lambda entry: entry.created_at)
            assert (entry.title, entry.questions) == ("People", 2)
            assert len(part_notes.of_question(first.question.id)) == (1 if version >= 6 else 0)
            people = sheets.get(entry.id)
            assert people is not None
            assert [(column.question, column.form) for column in people.columns] == [("Who?", FREE), ("Where?", FREE)]
            assert [(cell.row, cell.column, cell.question.text) for cell in people.cells] == [
                (1, 1, "Who?"),
                (1, 2, "Where?"),
            ]
            assert not people.is_grid
            for notes in part_notes.of_question(first.question.id):
                assert [(cell.row, cell.question.text) for cell in notes.cells] == [(1, "Note!")]
            assert Recognitions(database).find("cd" * 32) == Recognition("Call me", 0.99)
        if version >= 10:
            (days,) = (found for each in sheets.all() if (found := sheets.get(each.id)) and found.is_grid)
            assert [column.form.kind for column in days.columns] == [ValueKind.DATE, ValueKind.CHOICE]
            assert (days.cells[0].correction, days.cells[0].comment) == ("1851-10-18", "London came first.")
        if version >= 3:
            assert image.book_id == book.id
            assert ImageStore(database).thumbnail(image.sha256) == Raster(1, 2, b"abcdef")
        written = Draft("And then?", second.question.id, "Where does he sail?") if version >= 4 else Draft()
        assert Drafts(database).get(talk.id) == written
        assert answer.from_search == (version >= 4)
        assert answer.words_alone == (version >= 7)
        assert not book.hidden_read
        readings = {1: 1, 5: 2, 10: 3, 12: 4, 13: 5}
        assert book.reading == max(reading for since, reading in readings.items() if version >= since)
        assert answer.left_out == (version >= 4)
        binned = [(entry.title, entry.kind) for entry in BinStore(database).all()]
        assert binned == ([("Sharks", BinKind.CONVERSATION)] if version >= 8 else [])
        vectors = Vectors(database)
        assert list(vectors.finished("toy 1")) == ([book.id] if version >= 7 else [])
        assert vectors.of_book(book.id).vectors == ((b"\x01\x7f",) * 2 if version >= 7 else ())
        is_of_these_rules = database.row("SELECT cut FROM books") == (CUT,)
        assert vectors.unfinished("toy 1") == (() if is_of_these_rules else (book.id,))
        suggested = (SuggestedQuestion("Who is Ishmael?", book.id, 1, "en"),) if version >= 7 else None
        assert SuggestedQuestions(database).of_book(book.id, 1) == suggested
        author = DocumentPerson("Herman Melville", Role.AUTHOR)
        assert book.facts == (Facts("1851", (author,), "Harper") if version >= 10 else NO_FACTS)
        assert KeptCovers(database).find(book.id) == (Raster(1, 2, b"abcdef") if version >= 8 else None)
        dated = database.rows(
            """SELECT first_day, last_day, quote, page FROM timeline_events e
                JOIN timeline_event_places ON event_id = e.id"""
        )
        assert dated == ([("1851-10", "1851-11", "He sailed.", 1)] if version >= 10 else [])
        named = database.rows("SELECT name, count FROM timeline_entity_places")
        assert named == ([("Captain Ahab", 3)] if version >= 10 else [])
        assert talk.rules == (2 if version >= 6 else 1), "it goes on with the rules that it began with"
        assert talk.instructions == ("Use fathoms." if version >= 6 else "")
        matters = [(matter.name, matter.archived) for matter in MatterStore(database).all()]
        assert matters == ([("Pequod v Whale", True)] if version >= 10 else [])
        outlines = (OutlineRef(book.id, "Moby-Dick 白鯨", 2),)
        assert (answer.outlines, answer.instructions) == ((outlines, "Like a sailor.") if version >= 6 else ((), ""))
        read = [("i", PartState.READ), ("1", PartState.UNREAD)] if version >= 6 else []
        assert [(part.pages, part.state) for part in answer.parts] == read
        saved = [(prompt.name, prompt.text, prompt.shortcut) for prompt in SavedPrompts(database).all()]
        assert saved == ([("Whales", "List all whales.", "w")] if version >= 6 else [])
        evidence = Evidence(book.id, "Moby-Dick 白鯨", 1, "i", "Call me Ishmael.")
        verdict = SentenceVerdict(0, 8, Verdict.VERBATIM, (evidence,), "iv")
        assert answer.verdicts == ((verdict,) if version >= 13 else ()), "what was said of it before is not kept"
        added = [(counts.source.path, counts.read, counts.failed) for counts in Sources(database).all()]
        assert added == ([(Path("/books"), 1, 1)] if version >= 10 else [])
        shelved = {book.id: Shelved(1, Path(), places=(Path("/books/moby.epub"),))}
        assert Sources(database).shelf() == (shelved if version >= 10 else {})
        noted = [(note.words, note.text, note.place, note.marker) for note in NoteStore(database).all()]
        written_on = NotePlace(book.id, 1, 0, 15)
        assert noted == ([("Call me Ishmael", "Who?", written_on, Marker.BLUE)] if version >= 10 else [])

        assert talk.scope == (MatterScope((book.id,)) if version >= 10 else None)
        if version >= 10:
            planned = conversations.question(conversations.question_variants(second.question.id)[2])
            assert planned is not None
            passage = PassageRef(book.id, "Moby-Dick 白鯨", 1, "i", 0, 4)
            assert planned.plan == MatterPlan((passage,), ("left",), ("no",), words_alone=True)

        if version >= 11:
            ahab = Pseudonym(1, NamedKind.PERSON, "Captain Ahab", "[Person 1]", PseudonymUse.NEVER)
            assert PseudonymStore(database).of(talk.id) == [ahab]
            assert PseudonymStore(database).texts(talk.id) == {b"\x01" * 16: KnownText(1, book.id)}
            assert PseudonymStore(database).is_sent_as_is(talk.id)
            recorded = [(entry.kind, entry.item, entry.text) for entry in RecordStore(database).entries()]
            assert recorded == [(RecordKind.BEGUN, "", ""), (RecordKind.ANSWER, talk.id, "Who?")]
            assert RecordStore(database).verify().flaw is None
        known = Thought("Who calls him that?", 9, 1.5, limited=True)
        assert answer.thought == (known if version >= 12 else None)
        if version >= 12:
            (editor,) = McpClients(database).all()
            assert (editor.name, editor.desks, editor.program) == ("editor", (LIBRARY,), "/usr/bin/editor")
        assert answer.sent == (Sent("models.example.org", 3) if version >= 11 else None)

        with database.read() as connection:
            assert connection.pragma("user_version") == len(MIGRATIONS)
            assert connection.pragma("integrity_check") == "ok"
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_findings_of_older_versions_are_no_longer_kept(tmp_path: Path) -> None:
    """From what a program found beside an answer before version 13 only page marks and quotations are left."""
    path = tmp_path / "some.db"
    states = ("verified", "found", "related", "differs", "differs", "page")
    starts = (9, -1, -1, 20, -1, 31)
    citations = [
        Citation("b", "Lease", number, str(number), f"quote {number}", CitationState.VERIFIED, start, start + 6)
        for number, start in enumerate(starts, 1)
    ]
    kept = [msgspec.to_builtins(each) | {"state": state} for each, state in zip(citations, states, strict=True)]
    with contextlib.closing(apsw.Connection(str(path))) as connection:
        migrate(connection, path, MIGRATIONS[:12])
        connection.pragma("foreign_keys", False)
        for id, found in (("some", kept), ("none", [])):
            connection.execute(
                """INSERT INTO answers (id, question_id, text, ending, model, created_at, citations, usage, timings,
                        problem, passages, excerpts, shown, weighed)
                    VALUES (?, 'q', 'text', 'complete', 'tiny', 0.0, ?, '{}', '{}', 'null', '[]', 0, 0, ?)""",
                (id, msgspec.json.encode(found).decode(), '[{"start": 0}]'),
            )
        migrate(connection, path)
        rows = dict(connection.execute("SELECT id, citations FROM answers").fetchall())
        assert connection.execute("SELECT DISTINCT verdicts FROM answers").fetchall() == [("[]",)]
    assert rows["none"] == "[]"
    left = msgspec.json.decode(rows["some"], type=list[Citation])
    page = msgspec.structs.replace(citations[3], state=CitationState.PAGE, quote="")
    assert left == [citations[0], page, msgspec.structs.replace(citations[5], state=CitationState.PAGE)]


def test_a_released_script_is_never_changed(tmp_path: Path, database: Database) -> None:
    """Else desks of the same version would differ: what is new belongs into a script of its own, at the end."""
    path = tmp_path / "octavo.db"
    shutil.copy(FIXTURES / f"v{len(MIGRATIONS)}.db", path)
    with contextlib.closing(Database.open(path, KEY)) as old:
        assert schema(old) == schema(database)


def test_all_pending_scripts_are_one_step(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    first, second = "CREATE TABLE a (x); INSERT INTO a VALUES (1);", "CREATE TABLE b (x);"
    with contextlib.closing(apsw.Connection(str(path))) as connection:
        migrate(connection, path, (first,))
        with pytest.raises(apsw.SQLError):
            migrate(connection, path, (first, second, "INSERT INTO a VALUES (2); SELECT nonsense;"))
        assert connection.pragma("user_version") == 1
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")] == ["a"]
        assert connection.execute("SELECT x FROM a").fetchall() == [(1,)]

        migrate(connection, path, (first, second, "INSERT INTO a VALUES (2);"))
        migrate(connection, path, (first, second, "INSERT INTO a VALUES (2);"))
        assert connection.pragma("user_version") == 3
        assert connection.execute("SELECT x FROM a").fetchall() == [(1,), (2,)]

        with pytest.raises(AppError) as caught:
            migrate(connection, path, (first, second))
        assert caught.value.code is Code.DATABASE_NEWER
        assert caught.value.params == {"path": str(path), "found": 3, "known": 2}
