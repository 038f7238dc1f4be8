"""Events and names are kept with their books; what a person changed, merged or deleted stays so."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.conversations.bin import BinKind
from app.core.dates import DateSpan, PartialDate
from app.core.documents.document import Book, Document, Format, Page
from app.core.names import EntityKind, FoundName
from app.features.chronology.data import FoundEvent
from app.features.chronology.store import Timeline
from app.store.bin import BinStore
from app.store.books import Books
from app.store.db import Database
from tests.store.deleting import delete_book

RULES = 1
SIGNED = FoundEvent(DateSpan(PartialDate(2024, 3, 5)), 1, "They signed on 5 March 2024.", "5 March 2024")
ENDS = FoundEvent(DateSpan(PartialDate(2031)), 2, "It ends in 2031.", "2031")
MR_SMITH, SMITH = FoundName("Mr Smith", EntityKind.PERSON, 1, 2), FoundName("John Smith", EntityKind.PERSON, 2)
BANK = FoundName("Bank of England", EntityKind.ORGANISATION, 1)


@pytest.fixture
def timeline(database: Database) -> Timeline:
    return Timeline(database)


@pytest.fixture
def book(database: Database) -> Book:
    return add(database, "Lease")


def add(database: Database, title: str) -> Book:
    document = Document(title, Format.TEXT, title.encode().hex().ljust(64, "0"), (Page(1, "", "Text."),))
    return Books(database).add(document, Path(f"/books/{title}.txt"))


def names(timeline: Timeline) -> dict[str, int]:
    return {entity.name: entity.count for entity in timeline.entities()}


def days(timeline: Timeline) -> list[str]:
    return [event.span.first.text for event in timeline.events()]


def test_what_was_found_is_there_in_its_order(timeline: Timeline, book: Book) -> None:
    assert timeline.wanting(RULES) == (book.id,)
    timeline.keep_found(book.id, RULES, [ENDS, SIGNED], [MR_SMITH, SMITH, BANK])
    assert timeline.wanting(RULES) == ()
    assert timeline.wanting(RULES + 1) == (book.id,)
    signed, ends = timeline.events()
    assert (signed.span, signed.words, signed.places[0].page) == (SIGNED.span, SIGNED.quote, 1)
    assert (ends.places[0].book_id, ends.places[0].words) == (book.id, "2031")
    assert names(timeline) == {"Mr Smith": 2, "Bank of England": 1, "John Smith": 1}


def test_the_same_words_in_two_books_are_one_event(timeline: Timeline, book: Book, database: Database) -> None:
    copy = add(database, "Copy")
    for each in (book, copy):
        timeline.keep_found(each.id, RULES, [SIGNED], [SMITH])
    (event,), (smith,) = timeline.events(), timeline.entities()
    assert [place.book_id for place in event.places] == [book.id, copy.id]
    assert smith.count == 2


def test_what_is_found_later_takes_the_place_of_what_was_found_before(timeline: Timeline, book: Book) -> None:
    timeline.keep_found(book.id, RULES, [SIGNED, ENDS], [MR_SMITH, BANK])
    timeline.keep_found(book.id, RULES + 1, [SIGNED], [MR_SMITH])
    assert (days(timeline), names(timeline)) == (["2024-03-05"], {"Mr Smith": 2})


def test_what_a_person_changed_stays(timeline: Timeline, book: Book) -> None:
    timeline.keep_found(book.id, RULES, [SIGNED, ENDS], [MR_SMITH])
    signed, ends = timeline.events()
    timeline.change_event(signed.id, DateSpan(PartialDate(2024, 3, 6)), "The lease is signed")
    timeline.merge_events([signed.id, ends.id])
    timeline.change_entity(timeline.entities()[0].id, "J. Smith", EntityKind.PERSON)
    for found in ([SIGNED, ENDS], []):
        timeline.keep_found(book.id, RULES, found, [MR_SMITH])
        (event,) = timeline.events()
        assert (event.span.first.text, event.text, len(event.places)) == ("2024-03-06", "The lease is signed", 2)
        assert event.is_edited
        assert names(timeline) == {"J. Smith": 2}


def test_two_names_of_one_person_stay_one(timeline: Timeline, book: Book, database: Database) -> None:
    timeline.keep_found(book.id, RULES, [], [MR_SMITH, SMITH, BANK])
    by_name = {entity.name: entity.id for entity in timeline.entities()}
    timeline.merge_entities([by_name["John Smith"], by_name["Mr Smith"]])
    assert names(timeline) == {"John Smith": 3, "Bank of England": 1}
    timeline.keep_found(book.id, RULES, [], [MR_SMITH, SMITH])
    timeline.keep_found(add(database, "Mail").id, RULES, [], [FoundName("MR.  SMITH", EntityKind.PERSON, 1)])
    (smith,) = timeline.entities()
    assert (smith.count, smith.names) == (4, ("Mr Smith", "John Smith", "MR.  SMITH"))


def test_whom_a_person_renamed_keeps_the_name_where_it_is_not_found_for_a_while(timeline: Timeline, book: Book) -> None:
    timeline.keep_found(book.id, RULES, [], [MR_SMITH, BANK])
    by_name = {entity.name: entity.id for entity in timeline.entities()}
    timeline.change_entity(by_name["Mr Smith"], "J. Smith", EntityKind.PERSON)
    timeline.keep_found(book.id, RULES + 1, [], [])
    assert names(timeline) == {}, "it stands on no page"
    timeline.keep_found(book.id, RULES + 2, [], [MR_SMITH, BANK])
    assert names(timeline) == {"J. Smith": 2, "Bank of England": 1}


@pytest.mark.parametrize("by_rules", [False, True])
def test_whom_a_model_found_and_a_person_renamed_keeps_the_name_when_the_book_is_read_again(
    timeline: Timeline, book: Book, database: Database, by_rules: bool
) -> None:
    timeline.keep_asked(book.id, "granite", 1, [], [MR_SMITH, BANK])
    by_name = {entity.name: entity.id for entity in timeline.entities()}
    timeline.change_entity(by_name["Mr Smith"], "J. Smith", EntityKind.PERSON)
    Books(database).replace_pages(book.id, Document("Lease", Format.TEXT, book.sha256, (Page(1, "", "Other."),)))
    timeline.keep_found(book.id, RULES, [], [MR_SMITH] if by_rules else [])
    assert names(timeline) == ({"J. Smith": 2} if by_rules else {})
    assert timeline.keep_asked(book.id, "granite", 1, [], [MR_SMITH]) == (0 if by_rules else 1)
    assert names(timeline) == {"J. Smith": 2}


def test_what_a_person_deleted_is_not_found_again(timeline: Timeline, book: Book) -> None:
    timeline.keep_found(book.id, RULES, [SIGNED, ENDS], [MR_SMITH, SMITH])
    signed, _ends = timeline.events()
    timeline.change_event(signed.id, DateSpan(PartialDate(1999)), "")
    timeline.delete_events([signed.id])
    timeline.delete_entities([entity.id for entity in timeline.entities() if entity.name == "Mr Smith"])
    timeline.keep_found(book.id, RULES, [SIGNED, ENDS], [MR_SMITH, SMITH])
    assert (days(timeline), names(timeline)) == (["2031"], {"John Smith": 1})


def test_a_book_takes_along_what_stands_in_it_alone(timeline: Timeline, book: Book, database: Database) -> None:
    other = add(database, "Other")
    timeline.keep_found(book.id, RULES, [SIGNED, ENDS], [SMITH, BANK])
    timeline.keep_found(other.id, RULES, [SIGNED], [SMITH])
    entry = BinStore(database).put(BinKind.BOOK, book.id)
    assert entry is not None
    assert (days(timeline), names(timeline)) == (["2024-03-05"], {"John Smith": 1}), "it is in the bin"
    BinStore(database).restore(entry.id)
    assert names(timeline) == {"John Smith": 2, "Bank of England": 1}
    delete_book(Books(database), book.id)
    assert (days(timeline), names(timeline)) == (["2024-03-05"], {"John Smith": 1})
    delete_book(Books(database), other.id)
    for table in ("books", "events", "event_places", "entities", "names", "entity_places", "left_out"):
        assert database.row(f"SELECT count(*) FROM timeline_{table}") == (0,), table


def test_a_book_that_is_read_again_is_looked_through_again(timeline: Timeline, book: Book, database: Database) -> None:
    timeline.keep_found(book.id, RULES, [SIGNED], [])
    Books(database).replace_pages(book.id, Document("Lease", Format.TEXT, book.sha256, (Page(1, "", "Other."),)))
    assert timeline.wanting(RULES) == (book.id,)


def test_a_book_that_is_gone_gets_nothing(timeline: Timeline) -> None:
    timeline.keep_found("gone", RULES, [SIGNED], [SMITH])
    assert timeline.events() == ()
