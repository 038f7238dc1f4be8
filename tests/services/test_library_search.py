"""All of the desk is searched: documents, conversations, sheets; what a query excludes is never there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.conversation import Ending, Question
from app.core.conversations.sources import PlaceState, SourcePlace
from app.core.documents.document import Book, Document, Flag, Format, Page
from app.core.documents.facts import DocumentPerson, Facts, Role
from app.core.kept import KeptWhere
from app.core.search_query import SearchPlace, literally
from app.core.work import Cancel, Stopped, finish
from app.services.library_search import LibraryFound, LibraryHit, LibrarySearch, library_search_of
from app.store.sources import Sources
from tests.ui import shelf_of_books
from tests.ui.fakes import FakeDesk, open_desk
from tests.whole import needs

_REPAIRS = """The tenant shall keep the roof in good re-
pair and pay for what the storm has torn away.

The landlord terminates the lease when the rent is late for a second time."""
_JAPANESE = "借主は乾ドッ\nクとその設備を返還する。\n\n解約の通知は書面によって行う。"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


@pytest.fixture
def books(desk: FakeDesk) -> dict[str, Book]:
    scanned = Page(1, "1", "The tenant paid the rent in coins.", flags=(Flag.RECOGNISED, Flag.LOW_CONFIDENCE))
    hidden = Page(2, "2", "The rent is nothing.", flags=(Flag.HIDDEN_TEXT,), hidden="Pay twice.")
    kept = (
        ("Lease", Format.PDF, "/home/me/Contracts/2024/lease.pdf", (Page(1, "1", _REPAIRS),)),
        ("Receipt", Format.PDF, "/home/me/Receipts/receipt.pdf", (scanned, hidden)),
        ("Mail", Format.EML, "/home/me/Mail/rent.eml", (Page(1, "1", "Dear landlord, the rent is late again."),)),
        ("係留", Format.DOCX, "/home/me/Contracts/係留.docx", (Page(1, "1", _JAPANESE),)),
    )
    sender = DocumentPerson("Jane Roe", Role.SENDER, "jane@octavo.example")
    facts = {"Receipt": Facts("2024"), "Mail": Facts("2024-07-01T09:30", (sender,))}
    return {
        title: desk.books.add(
            Document(title, format, title.encode().hex().ljust(64, "0"), pages, facts=facts.get(title, Facts())),
            Path(path),
        )
        for title, format, path, pages in kept
    }


def _library(desk: FakeDesk) -> LibrarySearch:
    return library_search_of(desk.desk)


def _find(desk: FakeDesk, text: str, limit: int = 50) -> LibraryFound:
    library = _library(desk)
    return finish(library.find(library.understand(text), Cancel(), limit=limit))


def _titles(found: LibraryFound, place: str = SearchPlace.DOCUMENTS) -> set[str]:
    return {hit.title for hit in found.of(place)}


def _lit(hit: LibraryHit) -> list[str]:
    return [hit.excerpt.text[slice(*match)] for match in hit.excerpt.matches]


def _on_page(desk: FakeDesk, hit: LibraryHit) -> str:
    assert hit.span is not None
    page = desk.books.page(hit.id, hit.span.page)
    return page.text[hit.span.start : hit.span.end]


def test_a_word_is_found_in_all_documents_with_its_sentence_lit(desk: FakeDesk, books: dict[str, Book]) -> None:
    found = _find(desk, "rent")
    assert _titles(found) == {"Lease", "Receipt", "Mail"}
    assert found.counts == {books["Lease"].id: 1, books["Receipt"].id: 2, books["Mail"].id: 1}
    assert (found.documents, found.complete) == (4, True)
    lease = next(hit for hit in found.hits if hit.title == "Lease")
    assert lease.excerpt.text == "The landlord terminates the lease when the rent is late for a second time."
    assert _lit(lease) == ["rent"]
    assert _on_page(desk, lease) == lease.excerpt.text


def test_another_form_of_a_word_is_lit_too(desk: FakeDesk, books: dict[str, Book]) -> None:
    (found,) = [hit for hit in _find(desk, "terminating").hits if not hit.by_meaning]
    assert _lit(found) == ["terminates"]


@pytest.mark.parametrize(
    ("phrase", "titles", "words"),
    [
        ('"the rent is late"', {"Lease", "Mail"}, {"the rent is late"}),
        ('"IN GOOD REPAIR AND"', {"Lease"}, {"in good re-\npair and"}),
        ('"ｒｅｎｔ is nothing"', {"Receipt"}, None),
        ("「乾ドックとその」", {"係留"}, {"乾ドッ\nクとその"}),
        ("「通知」", {"係留"}, {"通知"}),
        ('"rent the late"', set(), None),
        ('"late is the rent"', set(), None),
        ('"rent is" late', {"Lease", "Mail", "Receipt"}, {"rent is"}),
    ],
)
def test_a_phrase_is_found_exactly_whatever_its_lines(
    desk: FakeDesk, books: dict[str, Book], phrase: str, titles: set[str], words: set[str] | None
) -> None:
    hits = [hit for hit in _find(desk, phrase).hits if not hit.by_meaning]
    assert {hit.title for hit in hits} == titles
    if words is not None:
        assert {_on_page(desk, hit) for hit in hits} == words


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("rent kind:pdf", {"Lease", "Receipt"}),
        ("rent kind:mail", {"Mail"}),
        ("rent folder:contracts", {"Lease"}),
        ("rent folder:me/Receipts", {"Receipt"}),
        ("rent folder:rec", set()),
        ("rent page:scanned", {"Receipt"}),
        ("rent page:hidden", {"Receipt"}),
        ("rent page:flagged kind:eml", set()),
        ("rent -coins -nothing", {"Lease", "Mail"}),
        ('rent -"late again"', {"Lease", "Receipt"}),
        ("rent -terminating", {"Receipt", "Mail"}),
        ("rent after:2100", set()),
        ("rent before:2000", set()),
        ("rent after:2023", {"Receipt", "Mail"}),
        ("rent before:2024-06-01", {"Receipt"}),
        ('rent person:"roe jane"', {"Mail"}),
        ("rent person:jane@octavo.example", {"Mail"}),
        ("rent person:Doe", set()),
        ("rent in:conversations", set()),
        ("解約通知", {"係留"}),
        ("約", {"係留"}),
        ("-rent", {"係留"}),
        ("kind:docx", {"係留"}),
        ("page:hidden", {"Receipt"}),
        ("kind:docx -設備", set()),
        ("", set()),
    ],
)
def test_what_a_query_excludes_is_never_there(
    desk: FakeDesk, books: dict[str, Book], query: str, titles: set[str]
) -> None:
    assert _titles(_find(desk, query)) == titles


def test_documents_that_filters_let_pass_are_listed_with_their_beginning(
    desk: FakeDesk, books: dict[str, Book]
) -> None:
    found = _find(desk, "folder:Contracts")
    assert [(hit.title, hit.excerpt.text[:20]) for hit in found.hits] == [
        ("係留", "借主は乾ドックとその設備を返還する。"),
        ("Lease", "The tenant shall kee"),
    ]
    assert (found.listed, found.counts) == (True, {books["係留"].id: 1, books["Lease"].id: 1})


def test_a_document_is_found_by_its_title(desk: FakeDesk, books: dict[str, Book]) -> None:
    first = _find(desk, "lease").hits[0]
    assert (first.title, first.excerpt.text[:10], first.passage) == ("Lease", "The tenant", None)
    (found,) = _find(desk, "係留").hits
    assert (found.title, found.span is not None) == ("係留", True)
    assert "Receipt" in _titles(_find(desk, '"receipt"'))
    for query in ("receipt kind:eml", "receipt -coins", "receipt parrots", "receipt page:flagged zeppelin"):
        assert not _find(desk, query).hits, query


def test_the_page_that_a_filter_is_about_is_shown(desk: FakeDesk, books: dict[str, Book]) -> None:
    (hit,) = _find(desk, "page:hidden").hits
    assert hit.span is not None
    assert (hit.span.page, hit.excerpt.text) == (2, "The rent is nothing.")


def _say(desk: FakeDesk, title: str, question: str, answer: str) -> str:
    kept = desk.desk.conversations
    asked = kept.add_question(Question(kept.create(title).id, question))
    kept.save_answer(msgspec.structs.replace(kept.begin_answer(asked.id, "Scout"), text=answer, ending=Ending.COMPLETE))
    return asked.id


def test_conversations_are_searched_in_their_text(desk: FakeDesk, books: dict[str, Book]) -> None:
    asked = _say(desk, "Dues", "When is it due?", "On the first day.\n\nThe **rent** of May was late.")
    (said,) = _find(desk, "rent").of(SearchPlace.CONVERSATIONS)
    assert (said.title, said.question_id, said.excerpt.text) == ("Dues", asked, "The rent of May was late.")
    assert _titles(_find(desk, "rent in:conversations"), SearchPlace.CONVERSATIONS) == {"Dues"}
    for query in ("rent kind:pdf", "rent -may -due", '"rent late"', "rent in:documents", "rent after:2100"):
        assert not _find(desk, query).of(SearchPlace.CONVERSATIONS), query


def test_what_is_in_the_bin_is_not_found(desk: FakeDesk, books: dict[str, Book]) -> None:
    _say(desk, "Dues", "When is the rent due?", "Today.")
    (talk,) = desk.desk.conversations.all()
    desk.desk.documents.removal.delete(BinKind.CONVERSATION, talk.id)
    desk.desk.documents.removal.delete(BinKind.BOOK, books["Mail"].id)
    for query in ("rent", '"the rent is late"', "kind:eml", "Dear"):
        found = _find(desk, query)
        assert "Mail" not in _titles(found)
        assert not found.of(SearchPlace.CONVERSATIONS)


def test_words_come_first_then_what_was_said_and_no_more_than_wanted(desk: FakeDesk, books: dict[str, Book]) -> None:
    _say(desk, "Dues", "When is the rent due?", "Today.")
    library = _library(desk)
    first, second = library.find(library.understand("rent"), Cancel(), limit=2)
    assert [len(found.of(SearchPlace.DOCUMENTS)) for found in (first, second)] == [2, 2]
    assert not first.of(SearchPlace.CONVERSATIONS)
    assert len(second.of(SearchPlace.CONVERSATIONS)) == 1
    assert not second.complete
    assert sum(first.counts.values()) == 4


def test_it_stops_when_other_words_are_typed(desk: FakeDesk) -> None:
    cancel = Cancel()
    cancel.request()
    library = _library(desk)
    with pytest.raises(Stopped):
        finish(library.find(library.understand("tide"), cancel))


def test_a_glance_finds_what_has_all_words(desk: FakeDesk, books: dict[str, Book]) -> None:
    _say(desk, "Dues", "When is the rent due?", "Today.")
    for number in range(3):
        _say(desk, f"{number}", "The tide?", "Yes.")
    desk.books.add(shelf_of_books.rules(), Path("/home/me/rules.pdf"))

    def glance(text: str) -> list[LibraryHit]:
        return list(_library(desk).at_once(literally(text), Cancel(), limit=2))

    assert {hit.title for hit in glance("rent late")} == {"Lease", "Mail"}
    assert [hit.title for hit in glance("tide")][:2] == ["2", "1"]
    assert glance("rent zeppelin") == glance(" ") == []


def test_documents_without_a_date_are_counted(desk: FakeDesk, books: dict[str, Book]) -> None:
    queries = ("rent", "rent after:2023", "before:2020", "before:2020 kind:pdf")
    assert [_find(desk, query).undated for query in queries] == [0, 2, 2, 1]


@needs("chronology")
def test_a_person_is_found_who_stands_on_the_pages(desk: FakeDesk, books: dict[str, Book]) -> None:
    database = desk.desk.database
    database.run("INSERT INTO timeline_entities (id, name, kind) VALUES ('e', 'Ms Ada Coin', 'person')")
    values = (books["Receipt"].id,)
    database.run("INSERT INTO timeline_entity_places VALUES ('e', ?, 1, 'Ada Coin', 1, 'rules')", values)
    assert _titles(_find(desk, 'rent person:"coin ada"')) == {"Receipt"}
    assert set(_library(desk).filters.people()) == {"Jane Roe", "Ms Ada Coin"}


def test_notes_are_searched_and_lead_to_their_page(desk: FakeDesk, books: dict[str, Book]) -> None:
    start = _REPAIRS.index("landlord")
    desk.desk.documents.notes.mark(books["Lease"].id, 1, (start, start + 8), None, "Ask the owner whether she agrees.")
    (hit,) = _find(desk, "owner agrees").of(KeptWhere.NOTES)
    assert (hit.title, hit.book_id, _lit(hit)) == ("Lease", books["Lease"].id, ["owner", "agrees"])
    assert hit.span is not None
    assert (hit.span.page, hit.span.start) == (1, start)
    for query in ("owner -agrees", "owner kind:pdf", "owner in:documents", "owner before:2000"):
        assert not _find(desk, query).of(KeptWhere.NOTES), query


def test_a_document_is_in_every_folder_that_has_it(desk: FakeDesk, books: dict[str, Book]) -> None:
    sources = Sources(desk.desk.database)
    case = sources.add(Path("/home/you/Case"), 0)
    place = SourcePlace(case.id, Path("Old/lease.pdf"), book_id=books["Lease"].id, state=PlaceState.READ)
    sources.put([place], 0)
    assert _titles(_find(desk, "rent folder:case")) == _titles(_find(desk, "rent folder:Case/Old")) == {"Lease"}
    filters = _library(desk).filters
    assert set(filters.folders()) == {"2024", "Receipts", "Mail", "Contracts", "Old"}
    assert filters.people() == ("Jane Roe",)
    assert filters.kinds()[0] is Format.PDF


def test_an_excerpt_has_no_signs_of_markdown_and_leads_to_the_page(desk: FakeDesk) -> None:
    text = (
        "# The **Octavo** handbook\n\nSomething else is here.\n\n"
        "| Quarter | Due | EUR |\n|---|---|---|\n| Whitsun | 2 May | 12,500.00 |\n"
    )
    desk.books.add(Document("Handbook", Format.MARKDOWN, "e" * 64, (Page(1, "1", text),)), Path("/home/me/handbook.md"))
    (found,) = _find(desk, "whitsun").hits
    assert found.excerpt.text == "Quarter · Due · EUR; Whitsun · 2 May · 12,500.00"
    assert _lit(found) == ["Whitsun"]
    assert "| Whitsun | 2 May |" in _on_page(desk, found)
    (titled,) = _find(desk, "octavo").hits
    assert titled.excerpt.text == "The Octavo handbook"
    assert _lit(titled) == ["Octavo"]
