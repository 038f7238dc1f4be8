"""Books: pages come back as they were, one file is one book, and a deleted book leaves every desk."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import (
    BookRef,
    Citation,
    CitationState,
    MatterPlan,
    PageRange,
    PassageRef,
    Question,
)
from app.core.documents.document import READING, Book, Document, Flag, Format, Page, Section
from app.core.documents.facts import NO_FACTS, DocumentPerson, Facts, Role
from app.core.errors import AppError, Code
from app.language.folding import fold, places
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.passages import Passages
from tests.store.deleting import delete_book

ATLAS = Document(
    title="Atlas 地図",
    format=Format.PDF,
    sha256="a" * 64,
    pages=(
        Page(1, "i", "", "", (Flag.EMPTY,)),
        Page(2, "ii", "The ﬁrst Sea\nof Clouds", "Seas", (Flag.HIDDEN_TEXT, Flag.ODD_CHARACTERS), "not to be seen"),
        Page(3, "1", "ラテン語の海", "Seas"),
        Page(4, "2", "the END\0 of the sea", "Ends"),
    ),
    outline=(Section("Seas", 2), Section("Deep", 3, level=2)),
    language="la",
)


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database)


def another(number: int) -> Document:
    return msgspec.structs.replace(ATLAS, title=f"Book {number}", sha256=f"{number:064x}")


def test_a_book_comes_back_as_it_was(books: Books, tmp_path: Path) -> None:
    book = books.add(ATLAS, tmp_path / "atlas.pdf")
    assert (book.title, book.format, book.sha256, book.language) == ("Atlas 地図", Format.PDF, "a" * 64, "la")
    assert (book.page_count, book.characters, book.flagged_pages) == (4, ATLAS.characters, 1)
    assert book.outline == ATLAS.outline
    assert book.path == str(tmp_path / "atlas.pdf")
    assert books.get(book.id) == book
    assert books.all() == (book,)
    assert books.pages(book.id) == ATLAS.pages
    assert books.get("nothing") is None


def test_facts_come_back_and_follow_what_is_read_again(books: Books, database: Database) -> None:
    facts = Facts("1851", (DocumentPerson("Herman Melville", Role.AUTHOR),))
    book = books.add(msgspec.structs.replace(ATLAS, facts=facts), Path("atlas.pdf"))
    assert (book.facts, books.book(book.id).facts) == (facts, facts)
    assert database.row("SELECT facts ->> 'date' FROM books") == ("1851",)
    replaced = books.replace_pages(book.id, ATLAS)
    assert replaced is not None
    assert (replaced.facts, books.book(book.id).facts) == (NO_FACTS, NO_FACTS)
    assert database.row("SELECT facts ->> 'date' FROM books") == (None,)
    books.set_reading(book.id, READING, facts)
    assert books.book(book.id).facts == facts


def test_a_book_inside_another_file_knows_its_place(books: Books, tmp_path: Path) -> None:
    def place(book: Book) -> tuple[str, Path, str, str]:
        return book.id, Path(book.path), book.member, book.parent_id

    letter, other, atlas = tmp_path / "letter.eml", tmp_path / "other.eml", tmp_path / "atlas.pdf"
    mail = books.add(another(1), letter)
    book = books.add(ATLAS, letter, member="0", parent_id=mail.id)
    assert place(book) == (book.id, letter, "0", mail.id)
    assert place(books.add(ATLAS, other, member="1/0", parent_id="x")) == (book.id, other, "1/0", "x")
    assert place(books.add(ATLAS, atlas)) == (book.id, atlas, "", "")
    assert place(books.add(ATLAS, letter, member="0", parent_id=mail.id)) == (book.id, atlas, "", "")
    assert place(books.book(book.id)) == (book.id, atlas, "", "")


def test_pages_can_be_had_one_by_one_and_in_ranges(books: Books) -> None:
    book = books.add(ATLAS, Path("atlas.pdf"))
    books.add(another(1), Path("other.pdf"))
    assert books.page(book.id, 3) == ATLAS.pages[2]
    for number in (0, 5):
        with pytest.raises(AppError) as caught:
            books.page(book.id, number)
        assert caught.value.code is Code.PAGES_INVALID
    with pytest.raises(AppError) as caught:
        books.page("nothing", 1)
    assert caught.value.code is Code.FILE_MISSING
    assert books.pages(book.id, PageRange(2, 3)) == ATLAS.pages[1:3]
    assert books.pages(book.id, PageRange(4, 99)) == ATLAS.pages[3:]
    assert books.pages("nothing") == ()


def test_the_same_bytes_are_one_book_wherever_they_lie(books: Books) -> None:
    first = books.add(ATLAS, Path("/somewhere/atlas.pdf"))
    again = books.add(msgspec.structs.replace(ATLAS, title="Renamed", pages=()), Path("/elsewhere/copy.pdf"))
    assert again == msgspec.structs.replace(first, path=str(Path("/elsewhere/copy.pdf").absolute()))
    assert books.all() == (again,)
    assert books.pages(again.id) == ATLAS.pages


@pytest.mark.skipif(os.name == "nt", reason="file names are text on this system")
def test_a_file_name_that_is_no_text_is_kept(books: Books) -> None:
    path = Path(os.fsdecode(b"/books/\xff\xfe.pdf"))
    book = books.add(msgspec.structs.replace(ATLAS, title=path.stem), path)
    assert books.get(book.id) == book
    assert Path(book.path) == path


def test_the_newest_book_comes_first(books: Books) -> None:
    ids = [books.add(another(number), Path(f"{number}.pdf")).id for number in range(3)]
    assert [book.id for book in books.all()] == ids[::-1]


@pytest.mark.parametrize(
    ("text", "pages"),
    [("sea", (2, 4)), ("SEA OF clouds", (2,)), ("first", (2,)), ("の海", (3,)), ("end", (4,)), ("e_d", ()), (" ", ())],
)
def test_search_finds_pages(books: Books, text: str, pages: tuple[int, ...]) -> None:
    book = books.add(ATLAS, Path("atlas.pdf"))
    books.add(another(1), Path("other.pdf"))
    found = books.search(book.id, text)
    assert tuple(page.number for page in found) == pages
    for page in found:
        assert page.places == len(places(ATLAS.pages[page.number - 1].text, fold(text))) >= 1


def test_token_counts_are_kept_by_vocabulary(books: Books) -> None:
    book = books.add(ATLAS, Path("atlas.pdf"))
    assert books.tokens(book.id, "llama4") is None
    books.set_tokens(book.id, "llama4", 120)
    books.set_tokens(book.id, "smollm2", 150)
    books.set_tokens(book.id, "llama4", 121)
    assert (books.tokens(book.id, "llama4"), books.tokens(book.id, "smollm2")) == (121, 150)
    delete_book(books, book.id)
    books.set_tokens(book.id, "llama4", 122)
    assert books.tokens(book.id, "llama4") is None


def test_a_deleted_book_leaves_every_desk_and_no_text(books: Books, database: Database) -> None:
    gone, kept = books.add(ATLAS, Path("atlas.pdf")), books.add(another(1), Path("other.pdf"))
    books.set_tokens(gone.id, "llama4", 120)
    conversations = Conversations(database)
    talk = conversations.create("", (BookRef(gone.id), BookRef(kept.id), BookRef(gone.id, PageRange(1, 2))))
    asked = conversations.add_question(Question(talk.id, "Where?", (BookRef(gone.id),)))
    delete_book(books, gone.id)
    assert database.path.with_name("octavo.db-wal").stat().st_size == 0
    assert books.all() == (kept,)
    assert books.pages(gone.id) == ()
    assert books.pages(kept.id) == ATLAS.pages
    desk = conversations.get(talk.id)
    assert desk is not None
    assert desk.books == (BookRef(kept.id),)
    assert conversations.question(asked.id) == asked  # a record of what was asked
    assert books.add(ATLAS, Path("atlas.pdf")).id != gone.id


def test_whether_hidden_text_is_read_is_kept_and_its_tokens_are_counted_anew(books: Books, tmp_path: Path) -> None:
    book = books.add(ATLAS, tmp_path / "atlas.pdf")
    books.set_tokens(book.id, "llama4", 12)
    assert not book.hidden_read
    for hidden_read in (True, False):
        books.set_hidden_read(book.id, hidden_read)
        found = books.get(book.id)
        assert found is not None
        assert found.hidden_read is hidden_read
        assert books.tokens(book.id, "llama4") is None
    assert books.search(book.id, "not to be seen") == ()


def test_pages_are_replaced_by_those_of_a_newer_reading(books: Books, database: Database, tmp_path: Path) -> None:
    """The book stays the same one on desks and in answers; what was counted or restated of its old pages goes."""
    older = msgspec.structs.replace(ATLAS, reading=READING - 1)
    book = books.add(older, tmp_path / "atlas.pdf")
    other = books.add(another(1), tmp_path / "other.pdf")
    assert book.is_outdated
    assert not other.is_outdated
    books.set_hidden_read(book.id, True)
    books.set_tokens(book.id, "llama4", 7)
    conversations = Conversations(database)
    talk = conversations.create("Seas", (BookRef(book.id),))
    restated = tuple(PassageRef(each.id, each.title, 2, "ii", 0, 9) for each in (other, book, other))
    planned = MatterPlan(restated, ("left",))
    question = conversations.add_question(Question(talk.id, "Which?", (BookRef(book.id),), plan=planned))
    cited = (Citation(book.id, book.title, 2, "ii", "first Sea", CitationState.VERIFIED),)
    answer = msgspec.structs.replace(
        conversations.begin_answer(question.id, "tiny"), passages=restated, citations=cited
    )
    conversations.save_answer(answer)

    pages = (*ATLAS.pages[:1], Page(2, "ii", "10^6 seas of clouds"), Page(3, "iii", "Kiel |  | 2019"))
    newer = msgspec.structs.replace(ATLAS, title="Another title", pages=pages, outline=(Section("Seas", 2),))
    replaced = books.replace_pages(book.id, newer)
    assert replaced == books.get(book.id)
    assert replaced is not None
    assert not replaced.is_outdated
    assert (replaced.title, replaced.hidden_read, replaced.page_count) == (book.title, True, 3)
    assert (replaced.outline, replaced.labels) == (newer.outline, ("i", "ii", "iii"))
    assert books.pages(book.id) == pages
    assert books.tokens(book.id, "llama4") is None
    assert [found.number for found in books.search(book.id, "clouds")] == [2]
    passages = Passages(database)
    found = passages.by_words(passages.scopes([(book.id, None)]), "Which seas have clouds, and which ends?")
    assert [passage.text for passage in passages.take(found.coverage)] == ["10^6 seas of clouds"]
    (turn,) = conversations.turns(talk.id)
    assert turn.answer is not None
    assert turn.answer.citations == cited
    assert [passage.book_id for passage in turn.answer.passages] == [other.id, other.id]
    assert turn.question.plan == MatterPlan((restated[0], restated[2]), ("left", book.id))
    assert [kept.books for kept in conversations.all()] == [(BookRef(book.id),)]


def test_a_book_that_is_gone_gets_no_pages(books: Books, tmp_path: Path) -> None:
    book = books.add(ATLAS, tmp_path / "atlas.pdf")
    delete_book(books, book.id)
    assert books.replace_pages(book.id, ATLAS) is None
    assert books.pages(book.id) == ()


@pytest.mark.parametrize(
    ("file", "title"),
    [
        ("Lease-of-Berth-2-(draft-2).pdf", "Lease of Berth 2 (draft-2)"),
        ("Lease-of-Berth-2.pdf", "Lease of Berth 2 (2)"),
        ("Lease of Berth 2, signed by both.pdf", "Lease of Berth 2 (signed-by-both)"),
        ("Signed lease of berth 2.pdf", "Lease of Berth 2 (Signed)"),
        ("Lease of the great southern mooring 2.pdf", "Lease of Berth 2 (mooring-2)"),
    ],
)
def test_books_of_one_title_are_told_apart_by_whole_words_of_their_files(books: Books, file: str, title: str) -> None:
    first, second = (msgspec.structs.replace(another(each), title="Lease of Berth 2") for each in range(2))
    books.add(first, Path("/home/me/lease.pdf"))
    assert books.add(second, Path("/home/me") / file).title == title


def test_a_book_that_is_renamed_keeps_its_former_titles_and_loses_what_was_made_of_them(
    books: Books, database: Database
) -> None:
    book = books.add(ATLAS, Path("/home/me/atlas.pdf"))
    books.set_tokens(book.id, "v", 90)
    renamed = books.rename(book.id, "  Charts of \n the coast ")
    assert (renamed.title, renamed.former_titles) == ("Charts of the coast", (ATLAS.title,))
    assert books.cited(BookRef(book.id)).former_titles == (ATLAS.title,)
    assert books.tokens(book.id, "v") is None
    assert books.rename(book.id, " ") == books.rename(book.id, "Charts of the coast") == renamed
    back = books.rename(book.id, ATLAS.title)
    assert (back.title, back.former_titles) == (ATLAS.title, ("Charts of the coast",))
    assert books.all() == (back,)


def test_no_two_books_get_one_title(books: Books) -> None:
    first, second = (books.add(another(each), Path(f"/home/me/{each}-signed.pdf")) for each in range(2))
    assert books.rename(second.id, first.title).title == f"{first.title} (1-signed)"
    assert books.rename(second.id, first.title).title == f"{first.title} (1-signed)", "its own title is free for it"


def test_a_book_that_is_gone_gets_no_title(books: Books) -> None:
    with pytest.raises(AppError) as caught:
        books.rename("gone", "A title")
    assert caught.value.code is Code.FILE_MISSING
