"""Comparing books of the shelf, and what a model is asked about it, with a scripted engine and a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import CitationState
from app.core.documents.document import Book, Document, Format
from app.core.errors import AppError, Code
from app.core.work import Cancel, Stopped, finish
from app.documents.formats.contract import Content
from app.documents.word import docx
from app.features.comparison.data import ComparedBooks, Comparing
from app.features.comparison.service import ComparedQuestion, Comparisons, comparisons_of
from app.models import local
from tests.features.comparison.contract import CHANGES, as_docx
from tests.ui.fakes import SCOUT, FakeDesk, ScriptedEngine, open_desk
from tests.work import answered, run

ASKED = "What does it mean for the tenant?"


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


@pytest.fixture
def comparisons(fake: FakeDesk) -> Comparisons:
    return comparisons_of(fake.desk)


def add(fake: FakeDesk, new: bool) -> Book:
    document = docx.parse(Content("lease", as_docx(new), str(int(new)) * 64), lambda done, total: None)
    return fake.books.add(document, Path(f"/lease-{1 + new}.docx"))


@pytest.fixture
def compared(fake: FakeDesk, comparisons: Comparisons) -> ComparedBooks:
    first, second = add(fake, False), add(fake, True)
    return finish(comparisons.compare(first.id, second.id, Cancel()))


def question(comparisons: Comparisons, compared: ComparedBooks) -> ComparedQuestion:
    return finish(comparisons.question(compared, ASKED, Cancel()))


def test_versions_with_one_title_are_told_apart_by_their_files(compared: ComparedBooks) -> None:
    assert (compared.first.title, compared.second.title) == ("Lease of a berth", "Lease of a berth (lease-2)")
    assert len(compared.found.changes) == len(CHANGES)


def test_a_third_version_from_a_file_of_that_name_gets_a_number(fake: FakeDesk) -> None:
    pages = docx.parse(Content("lease", as_docx(False), ""), lambda done, total: None).pages
    titles = [
        fake.books.add(Document("Lease", Format.DOCX, sha * 64, pages), Path(f"/{sha}/draft.docx")).title
        for sha in "abc"
    ]
    assert titles == ["Lease", "Lease (draft)", "Lease (draft) (2)"]
    long = Document("Lease", Format.DOCX, "d" * 64, pages)
    assert fake.books.add(long, Path("/Lease of Berth 12 final.docx")).title == "Lease (Berth-12-final)"


def test_a_comparison_is_told_on_the_way_and_can_be_stopped(fake: FakeDesk, comparisons: Comparisons) -> None:
    first, second, cancel = add(fake, False), add(fake, True), Cancel()
    told, _found = run(comparisons.compare(first.id, second.id, cancel))
    assert isinstance(told[-1], Comparing)
    assert told[-1].done == told[-1].total
    cancel.request()
    with pytest.raises(Stopped):
        finish(comparisons.compare(first.id, second.id, cancel))


def test_a_book_that_is_gone_is_said(fake: FakeDesk, comparisons: Comparisons) -> None:
    with pytest.raises(AppError) as raised:
        finish(comparisons.compare(add(fake, False).id, "gone", Cancel()))
    assert raised.value.code is Code.FILE_MISSING


def test_the_question_has_all_changes_with_the_pages_of_both_books(
    comparisons: Comparisons, compared: ComparedBooks
) -> None:
    made = question(comparisons, compared)
    assert (made.shown, made.excerpts) == (len(CHANGES), False)
    lines = made.question.text.split("\n")
    assert lines[0].endswith("12 in number:")
    assert (
        "2. Changed, [Lease of a berth, p. 1] and [Lease of a berth (lease-2), p. 1]: “31 March” became “30 June”."
        " It now reads: “The lease begins on 1 April 2026 and ends on 30 June 2031.”"
    ) in lines
    (removed,) = (line for line in lines if ". Removed, " in line)
    assert removed.endswith("“6. Watch The Landlord provides a night watchman from October until the end of March.”")
    assert lines[-1].endswith(f"Question: {ASKED}")


def test_both_books_are_on_the_desk_and_marks_of_both_are_checked(
    fake: FakeDesk, comparisons: Comparisons, compared: ComparedBooks
) -> None:
    first, second = compared.first.title, compared.second.title
    fake.engine.answers[:] = [(f"It ends on “31 March 2031” [{first}, p. 1], now on “30 June 2031” [{second}, p. 1].",)]
    made = question(comparisons, compared)
    answer = answered(fake.desk.asking.ask.ask(made.question, Cancel()))
    assert [document.untrusted_title for document in fake.engine.prompts[-1].documents] == [first, second]
    assert [(each.book_id, each.state) for each in answer.citations] == [
        (compared.first.id, CitationState.VERIFIED),
        (compared.second.id, CitationState.VERIFIED),
    ]
    conversation = fake.desk.conversations.get(made.question.conversation_id)
    assert conversation is not None
    assert conversation.title == ASKED


def test_books_that_do_not_fit_give_way_to_their_changes(tmp_path: Path) -> None:
    room = open_desk(tmp_path / "desk")
    compared = finish(comparisons_of(room.desk).compare(add(room, False).id, add(room, True).id, Cancel()))
    whole = question(comparisons_of(room.desk), compared).question.text
    room.desk.close()
    for tokens, excerpts, shown in ((len(whole) // 4 + 400, True, 12), (600, True, 6)):
        engine = ScriptedEngine(info=msgspec.structs.replace(SCOUT, context_tokens=tokens))
        small = open_desk(tmp_path / "desk", engine)
        made = question(comparisons_of(small.desk), compared)
        assert (made.excerpts, made.shown) == (excerpts, shown)
        small.desk.close()


def test_the_starter_gets_the_bare_question(
    fake: FakeDesk, comparisons: Comparisons, compared: ComparedBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "is_starter", lambda path: True)
    assert question(comparisons, compared).question.text == ASKED


def test_the_same_book_twice_is_on_the_desk_once(fake: FakeDesk, comparisons: Comparisons) -> None:
    book = add(fake, False)
    same = finish(comparisons.compare(book.id, book.id, Cancel()))
    assert same.found.changes == ()
    made = question(comparisons, same)
    assert [ref.book_id for ref in made.question.books] == [book.id]
    assert made.question.text.startswith("A program compared the text of the two documents and found no difference.")


def test_of_a_long_paragraph_what_changed_is_shown(fake: FakeDesk, comparisons: Comparisons) -> None:
    long = "The quay is long and made of stone. " * 40
    texts = (f"{long}The rent is 5. {long}", f"{long}The rent is 6. {long}")
    books = []
    for number, text in enumerate(texts):
        pages = docx.parse(Content("a", as_docx(False, [text]), ""), lambda done, total: None).pages
        books.append(fake.books.add(Document(f"Book {number}", Format.DOCX, str(number), pages), Path(f"/{number}")))
    compared = finish(comparisons.compare(books[0].id, books[1].id, Cancel()))
    (line,) = (line for line in question(comparisons, compared).question.text.split("\n") if line.startswith("1."))
    assert ": “5” became “6”. It now reads: “… " in line
    assert "The rent is 6." in line
    assert len(line) < 2_000
