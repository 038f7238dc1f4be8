"""`octavo chronology` and `octavo people`: what rules find in documents, or in all that are on the shelf."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from app.cli.ask import prepare
from app.cli.bars import Bar
from app.cli.bars import bar as show_bar
from app.cli.opening import books_of
from app.cli.screen import print_json
from app.core.conversations.events import Loading, Notice, Reading
from app.core.documents.document import Book
from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.documents.text.amounts import amounts_in
from app.export import files
from app.features.chronology import export
from app.features.chronology.asking import TimelineAsking, TimelineProgress
from app.features.chronology.data import EventPlace, NamedEntity, TimelineEvent, TimelineFinding
from app.features.chronology.export import compose_chronology, compose_people, pages_of
from app.features.chronology.service import entities_of, events_of, timelines_of
from app.features.chronology.words import asked_words, event_words, kind_words, limits_words, span_words
from app.services.services import Services
from app.wording import units
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.page_names import page_words


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Open the documents that are named, look through what was not looked through yet, and print what was found.
    Raises AppError, Stopped."""
    if options.export is not None:
        files.check(options.export, export.ENDINGS)
    options.pages = None
    refs = prepare(options, desk, cancel) if options.ask else books_of(options, desk, cancel)
    named = [ref.book_id for ref in refs]
    books = {book.id: book for book in desk.documents.library.books() if not named or book.id in named}
    _find(desk, cancel, books)
    if options.ask:
        _ask(desk, cancel, books)
    if options.command == "people":
        _run_people(options, desk, books)
    else:
        _run_chronology(options, desk, books)
    if not options.json:
        print(f"octavo: {limits_words()}", file=sys.stderr)


def _find(desk: Services, cancel: Cancel, books: Mapping[str, Book]) -> None:
    bar = Bar()

    def show(progress: TimelineFinding) -> None:
        bar.show(_("looking for dates and names"), progress.done, progress.total)

    try:
        finish(timelines_of(desk).find(cancel, books), show)
    finally:
        bar.close()


def _ask(desk: Services, cancel: Cancel, books: Mapping[str, Book]) -> None:
    """Ask the model about the books. The findings are kept after each question, so another call goes on where this one
    was stopped."""
    bar, loading = Bar(), show_bar(_("loading the model"))

    def show(progress: TimelineProgress) -> None:
        match progress:
            case TimelineFinding(done, total):
                bar.show(_("asking the model"), done, total)
            case Loading():
                loading(progress)
            case Reading(done, total):
                bar.show(_("reading"), done, total)
            case Notice(problem):
                print(f"octavo: {sentence(problem)}", file=sys.stderr)

    try:
        asked = finish(TimelineAsking(desk.asking.ask, timelines_of(desk).store).run(cancel, books), show)
    finally:
        bar.close()
    print(f"octavo: {asked_words(asked.added, asked.dropped)}", file=sys.stderr)


def _run_chronology(options: argparse.Namespace, desk: Services, books: Mapping[str, Book]) -> None:
    entity = _entity(options.person, desk, books) if options.person else None
    events = events_of(timelines_of(desk).store.events(), books=books, entity=entity)
    if options.export is not None:
        export.write(compose_chronology(events, books), options.export.absolute())
        desk.record.exported("chronology", options.export, books=books)
    if options.json:
        print_json({"events": [_event(event, books) for event in events]})
        return
    if not events:
        print(_("No dated events were found."))
    for event in events:
        places = "; ".join(_place(place, books) for place in event.places)
        print(units.printable(f"{span_words(event.span)}  {event_words(event, books)}  [{places}]"))


def _run_people(options: argparse.Namespace, desk: Services, books: Mapping[str, Book]) -> None:
    entities = entities_of(timelines_of(desk).store.entities(), books)
    if options.export is not None:
        export.write(compose_people(entities, books), options.export.absolute())
        desk.record.exported("people", options.export, books=books)
    if options.json:
        print_json({"people": [_described(entity, books) for entity in entities]})
        return
    if not entities:
        print(_("No persons or organisations were found."))
    for entity in entities:
        places = "; ".join(pages_of(entity.places, books))
        print(units.printable(f"{entity.name}  {kind_words(entity.kind)}  {units.count(entity.count)}×  [{places}]"))


def _entity(name: str, desk: Services, books: Mapping[str, Book]) -> NamedEntity:
    """Return the one whom a name on the command line means: all of it, or a part that only one has. Raises AppError
    USAGE."""
    entities = entities_of(timelines_of(desk).store.entities(), books)
    wanted = name.casefold()
    meant = [each for each in entities if wanted in (written.casefold() for written in (each.name, *each.names))]
    meant = meant or [each for each in entities if wanted in each.name.casefold()]
    if len(meant) == 1:
        return meant[0]
    words = _("--person {name}: several are named so: {names}") if meant else _("--person {name}: nobody is named so")
    names = "; ".join(each.name for each in meant[:5])
    raise AppError(Code.USAGE, detail=units.printable(words.format(name=name, names=names)))


def _event(event: TimelineEvent, books: Mapping[str, Book]) -> dict[str, object]:
    return {
        "date": event.span.first.text,
        "until": event.span.last.text if event.span.last else None,
        "text": event.words,
        "reckoned": event.is_reckoned,
        "edited": event.is_edited,
        "amounts": amounts_in("\n".join(place.quote for place in event.places)),
        "places": [
            {
                **_page(place.book_id, place.page, books),
                "quote": place.quote,
                "date_words": place.words,
                "source": place.source,
            }
            for place in event.places
        ],
    }


def _described(entity: NamedEntity, books: Mapping[str, Book]) -> dict[str, object]:
    return {
        "name": entity.name,
        "kind": entity.kind,
        "mentions": entity.count,
        "names": entity.names,
        "places": [
            {**_page(place.book_id, place.page, books), "name": place.name, "mentions": place.count}
            for place in entity.places
        ],
    }


def _page(book_id: str, page: int, books: Mapping[str, Book]) -> dict[str, object]:
    book = books[book_id]
    return {"document": book.title, "page": book.page_names.of(page).plain, "page_index": page}


def _place(place: EventPlace, books: Mapping[str, Book]) -> str:
    book = books[place.book_id]
    return f"{book.title}, {page_words(book.page_names.of(place.page))}"
