"""Moving: a conversation goes with its books, a book with its sheets, and the source is left clean."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.conversation import (
    BookRef,
    Citation,
    CitationState,
    Conversation,
    Draft,
    Ending,
    MatterPlan,
    MatterScope,
    PageRange,
    PassageRef,
    Question,
    StoredQuestion,
)
from app.core.conversations.image import Image, ImageRef, Raster
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.core.documents.document import Document, Format, Page
from app.core.documents.note import Marker, Note, NotePlace, NoteSource
from app.core.kept import Keeps
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.store.bin import BinStore
from app.store.books import Books
from app.store.cells import PartNotesStore
from app.store.conversations import Conversations, Drafts
from app.store.covers import KeptCovers
from app.store.db import Database
from app.store.images import ImageStore
from app.store.moving import INDEXES, Moved, move
from app.store.notes import NoteStore
from app.store.passages import Passages
from app.store.vectors import Vectors
from tests.store.decrypted import decrypted


class Kept:
    def __init__(self, path: Path) -> None:
        self.database = database = Database.open(path, Key(draw_secret(), KeyOrigin.FILE))
        self.books, self.conversations = Books(database), Conversations(database)
        self.images, self.vectors = ImageStore(database), Vectors(database)
        self.notes = PartNotesStore(database, self.conversations)

    def add(self, title: str, byte: str) -> str:
        """A book with all that is made of it."""
        pages = (Page(1, "1", f"{title}: the unmistakable wharf."), Page(2, "2", "船は港へ入る。"))
        id = self.books.add(Document(title, Format.PDF, byte * 32, pages), Path(f"/{title}.pdf")).id
        self.vectors.prepare(id, "toy 1")
        self.vectors.keep([each.id for each in self.vectors.wanting(id, 9)], [title.encode()] * 2)
        self.vectors.finish(id)
        KeptCovers(self.database).keep(id, Raster(1, 1, b"rgb"))
        self.database.run("INSERT INTO suggested_questions VALUES (?, 1, '[]')", (id,))
        return id

    def talk(self, title: str, *books: str) -> Conversation:
        """With a question that has an image, an answer with a citation, another one below it, notes and a draft."""
        refs = tuple(BookRef(id, PageRange(1, 1)) for id in books)
        talk = self.conversations.create(title, refs)
        image = Image(ImageRef(title.encode().hex()[:8] * 8, f"{title}.png", 1, 1), b"png", Raster(1, 1, b"rgb"))
        first = self.conversations.add_question(Question(talk.id, f"{title}?", refs, images=(image,)))
        answer = self.conversations.begin_answer(first.id, "tiny")
        cited = tuple(Citation(id, title, 1, "1", "wharf", CitationState.VERIFIED, 0, 5) for id in books)
        evidence = tuple(Evidence(id, title, 1, "1", "wharf") for id in books)
        found = {"citations": cited, "verdicts": (SentenceVerdict(0, 5, Verdict.COMPARE, evidence),)}
        whole = msgspec.structs.replace(answer, text=f"{title}.", ending=Ending.COMPLETE, **found)
        self.conversations.save_answer(whole)
        self.conversations.add_question(Question(talk.id, "And then?", refs, parent_id=answer.id))
        self.notes.create(f"{title} notes", ("Note",), [refs], first.id, shortens=False)
        Drafts(self.database).keep(talk.id, Draft("Later", first.id, "Else?"))
        return talk

    def question(self, talk: str) -> StoredQuestion:
        return self.conversations.turns(talk)[0].question

    def found(self, word: str, book: str) -> int:
        passages = Passages(self.database)
        return len(passages.by_words(passages.scopes([(book, None)]), word).ranked)

    def count(self, table: str) -> int:
        return int(self.database.rows(f"SELECT count(*) FROM {table}")[0][0])


def _move(source: Database, target: Database, books: Iterable[str] = (), conversations: Iterable[str] = ()) -> Moved:
    return move(source, target, books, conversations, keeps=Keeps(of_documents=frozenset(("suggested_questions",))))


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Kept, Kept]]:
    made = Kept(tmp_path / "source.db"), Kept(tmp_path / "target.db")
    with contextlib.closing(made[0].database), contextlib.closing(made[1].database):
        yield made


def test_a_conversation_takes_along_all_that_is_of_it(both: tuple[Kept, Kept]) -> None:
    source, target = both
    target.talk("Tern", target.add("Tern lease", "ee"))
    source.talk("Olsen", source.add("Olsen lease", "dd"))
    lease, letters = source.add("Lease", "aa"), source.add("Letters", "bb")
    talk, other = source.talk("Marlow", lease, letters), source.talk("Atlas", letters)
    before = source.conversations.turns(talk.id), source.conversations.get(talk.id)
    notes = source.notes.of_question(source.question(talk.id).id)
    covers, drafts = KeptCovers(target.database), Drafts(target.database)
    moved = _move(source.database, target.database, conversations=[talk.id])
    assert set(moved.conversations) == {talk.id, notes[0].id}
    assert moved.books == {lease: lease}, "the other one is asked about elsewhere too"
    assert (target.conversations.turns(talk.id), target.conversations.get(talk.id)) == before
    assert target.notes.of_question(target.question(talk.id).id) == notes
    assert drafts.get(talk.id).text == "Later"
    assert target.images.png(target.question(talk.id).images[0].sha256) == b"png"
    for book in (lease, letters):
        assert [page.number for page in target.books.pages(book)] == [1, 2]
        assert covers.find(book) is not None
        assert len(target.vectors.of_book(book).vectors) == 2
        assert target.database.row("SELECT 1 FROM suggested_questions WHERE book_id = ?", (book,)) is not None
        assert (target.found("wharf", book), target.found("港", book)) == (1, 1)
    assert source.books.ids() == {letters, *source.books.ids() - {lease}}
    assert source.conversations.get(talk.id) is None
    assert source.conversations.get(other.id) is not None
    assert source.found("wharf", letters) == 1
    assert source.found("wharf", lease) == 0


def test_documents_that_a_question_saw_passages_of_go_with_it(both: tuple[Kept, Kept]) -> None:
    source, target = both
    lease, letters = source.add("Lease", "aa"), source.add("Letters", "bb")
    source.add("Atlas", "cc")
    talk = source.conversations.create("All", scope=MatterScope())
    plan = MatterPlan((PassageRef(letters, "Letters", 1, "1", 0, 7),), nothing=("cc",))
    source.conversations.add_question(Question(talk.id, "When?", (BookRef(lease),), plan=plan))
    _move(source.database, target.database, conversations=[talk.id])
    assert target.books.ids() == {lease, letters}
    assert target.question(talk.id).plan == plan
    moved = target.conversations.get(talk.id)
    assert moved is not None
    assert moved.scope == MatterScope()


def test_a_book_that_moves_alone_leaves_the_desks_that_it_lay_on(both: tuple[Kept, Kept]) -> None:
    source, target = both
    lease, letters = source.add("Lease", "aa"), source.add("Letters", "bb")
    talk = source.conversations.create("Both", (BookRef(lease), BookRef(letters)))
    assert _move(source.database, target.database, books=[lease]) == Moved({lease: lease}, ())
    assert (target.books.ids(), source.books.ids()) == (frozenset({lease}), frozenset({letters}))
    left = source.conversations.get(talk.id)
    assert left is not None
    assert [ref.book_id for ref in left.books] == [letters]


def test_a_file_that_the_target_has_keeps_its_id_there(both: tuple[Kept, Kept]) -> None:
    source, target = both
    there, binned = target.add("Lease", "aa"), target.add("Letters", "bb")
    BinStore(target.database).put(BinKind.BOOK, binned)
    lease, letters = source.add("Lease again", "aa"), source.add("Letters", "bb")
    talk = source.talk("Marlow", lease, letters)
    moved = _move(source.database, target.database, conversations=[talk.id])
    assert moved.books == {lease: there, letters: binned}
    assert target.books.ids() == {there, binned}, "what was in the bin is back"
    assert [ref.book_id for ref in target.question(talk.id).books] == [there, binned]
    answer = target.conversations.turns(talk.id)[0].answer
    assert answer is not None
    assert [citation.book_id for citation in answer.citations] == [there, binned]
    assert [evidence.book_id for evidence in answer.verdicts[0].evidence] == [there, binned]


def test_what_was_cut_short_is_ended_by_moving_again(both: tuple[Kept, Kept], monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = both
    talk = source.talk("Marlow", source.add("Lease", "aa"))
    turns = source.conversations.turns(talk.id)

    class Killed(Exception):
        pass

    def kill() -> None:
        raise Killed

    monkeypatch.setattr(source.database, "write", kill)
    with pytest.raises(Killed):
        _move(source.database, target.database, conversations=[talk.id])
    monkeypatch.undo()
    assert source.conversations.turns(talk.id) == target.conversations.turns(talk.id) == turns
    rows = target.count("passages")
    _move(source.database, target.database, conversations=[talk.id])
    assert source.conversations.get(talk.id) is None
    assert target.conversations.turns(talk.id) == turns
    assert target.count("passages") == rows


def test_nothing_of_what_went_is_left_in_the_source(both: tuple[Kept, Kept]) -> None:
    source, target = both
    talk = source.talk("Marlowtalk", source.add("Leasehold", "aa"))
    source.talk("Atlas", source.add("Rivers", "bb"))
    _move(source.database, target.database, conversations=[talk.id])
    pages = decrypted(source.database.path, source.database.key)
    assert b"Atlas" in pages
    for trace in (b"arlowtalk", b"easehold", b"leasehold"):
        assert trace not in pages


def test_what_is_in_the_bin_stays(both: tuple[Kept, Kept]) -> None:
    source, target = both
    lease, talk = source.add("Lease", "aa"), source.conversations.create("Marlow")
    BinStore(source.database).put(BinKind.BOOK, lease)
    BinStore(source.database).put(BinKind.CONVERSATION, talk.id)
    assert _move(source.database, target.database, [lease, "nothing"], [talk.id]).books == {}
    assert len(BinStore(source.database).all()) == 2


def test_every_index_of_words_is_moved_with_its_table(both: tuple[Kept, Kept]) -> None:
    """Who adds one that no trigger fills names it in `INDEXES`."""
    database = both[0].database
    rows = database.rows("SELECT name, sql FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")
    indexes = {name for name, sql in rows if "fts5 (" in sql or "fts5(" in sql}
    filled = {
        index
        for index in indexes
        if database.rows(
            "SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE ?", (f"%INSERT INTO {index} (rowid%",)
        )
    }
    assert indexes - filled == {index for each in INDEXES.values() for index in each}


def test_a_table_of_another_part_goes_with_what_it_belongs_to(both: tuple[Kept, Kept]) -> None:
    """The tables are like those in which a highlight belongs to a book, and a cell to a book and a grid that stays."""
    source, target = both
    for kept in both:
        with kept.database.write() as connection:
            connection.execute(
                """CREATE TABLE marks (id INTEGER PRIMARY KEY, book_id TEXT REFERENCES books (id) ON DELETE CASCADE);
                CREATE TABLE mark_notes (mark INTEGER REFERENCES marks (id) ON DELETE CASCADE, text TEXT);
                CREATE TABLE grids (id TEXT PRIMARY KEY);
                CREATE TABLE cells (grid_id TEXT REFERENCES grids (id) ON DELETE CASCADE,
                    book_id TEXT REFERENCES books (id) ON DELETE CASCADE)"""
            )
    lease = source.add("Lease", "aa")
    source.database.run("INSERT INTO marks VALUES (7, ?)", (lease,))
    source.database.run("INSERT INTO mark_notes VALUES (7, 'Here')")
    source.database.run("INSERT INTO grids VALUES ('g')")
    source.database.run("INSERT INTO cells VALUES ('g', ?)", (lease,))
    target.database.run("INSERT INTO marks VALUES (7, NULL)")
    source.database.run("INSERT INTO cells VALUES ('g', NULL)")
    _move(source.database, target.database, books=[lease])
    assert target.database.rows("SELECT * FROM marks ORDER BY id") == [(7, None), (8, lease)]
    assert target.database.rows("SELECT * FROM mark_notes") == [(8, "Here")]
    assert target.database.rows("SELECT * FROM cells") == [("g", lease)]
    assert target.count("grids") == 1
    assert source.books.ids() == frozenset()
    assert source.count("marks") == source.count("mark_notes") == 0
    assert source.count("cells") == 1


def test_notes_go_with_what_they_were_made_of(both: tuple[Kept, Kept]) -> None:
    source, target = both
    statute = source.add("Statute", "aa")
    talk, other = source.talk("Marlow", statute), source.talk("Atlas", statute)
    notes = NoteStore(source.database), NoteStore(target.database)
    answers = [turn.answer for id in (talk.id, other.id) for turn in source.conversations.turns(id)[:1]]
    kept = [
        notes[0].keep(Note("", "wharf", text, NotePlace(statute, 1, 0, 5), source=NoteSource.ANSWER, source_id=of))
        for text, of in zip(("ours", "others"), [answer.id for answer in answers if answer], strict=True)
    ]
    notes[0].keep(Note("", "wharf", "on the page", NotePlace(statute, 1, 0, 5), Marker.YELLOW))
    moved = _move(source.database, target.database, conversations=[talk.id])
    assert moved.books == {}, "the statute is asked about elsewhere too"
    assert notes[1].all() == (kept[0],), "what was noted of the others' answer, and on the page, stays"
    assert sorted(note.text for note in notes[0].all()) == ["on the page", "others"]


def test_a_mail_takes_along_what_is_attached_and_links_lead_nowhere_else(both: tuple[Kept, Kept]) -> None:
    source, target = both
    mail, attached, newer = (source.add(title, byte) for title, byte in (("Mail", "aa"), ("Plan", "bb"), ("New", "cc")))
    source.database.run("UPDATE books SET parent_id = ? WHERE id = ?", (mail, attached))
    source.database.run("UPDATE books SET newer_id = ? WHERE id = ?", (newer, mail))
    assert set(_move(source.database, target.database, books=[mail]).books) == {mail, attached}
    links = dict(target.database.rows("SELECT id, parent_id || newer_id FROM books"))
    assert links == {mail: "", attached: mail}
    assert source.books.ids() == {newer}
