"""A chronology, or the persons and organisations of a desk, as a table with the pages that each entry stands on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app import __version__
from app.core.documents.document import Book
from app.documents.text.amounts import amounts_in
from app.export import files
from app.export.markdown import harmless
from app.export.references import cleaned
from app.export.table import disarm_cell
from app.export.workbook import Cell, CellNumber, add_sheet, new_workbook
from app.features.chronology.data import EntityPlace, EventPlace, NamedEntity, TimelineEvent
from app.features.chronology.words import event_words, kind_words, limits_words, quote_words, source_words
from app.wording.i18n import _
from app.wording.page_names import name_words, page_words
from app.wording.units import day

ENDINGS = (".xlsx", ".csv", ".md")

_EVENT_WIDTHS = (12, 12, 56, 40, 18, 28, 56)
_NAME_WIDTHS = (32, 14, 10, 60, 40)
_ABOUT_WIDTHS = (18, 60, 72)
_MOST_PAGES = 40
"""The most pages of a document that are listed for one name; more are counted."""


@dataclass(frozen=True)
class TimelineReport:
    """A table. `documents` are the titles and SHA-256 of those that something stands in."""

    title: str
    written: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | CellNumber, ...], ...]
    widths: tuple[int, ...]
    documents: tuple[tuple[str, str], ...]


def compose_chronology(
    events: Sequence[TimelineEvent], books: Mapping[str, Book], now: datetime | None = None
) -> TimelineReport:
    """Make the table of a chronology. `books` are by their ids; `now` is aware of its zone."""
    head = (_("Date"), _("Until"), _("Event"), _("Where"), _("Amounts"), _("Basis"), _("Quotation"))
    rows = tuple(
        (
            event.span.first.text,
            event.span.last.text if event.span.last else "",
            cleaned(event_words(event, books)),
            "; ".join(_place(place, books) for place in event.places),
            "; ".join(map(cleaned, amounts_in("\n".join(place.quote for place in event.places)))),
            source_words(event),
            cleaned(quote_words(event.places[0], books)),
        )
        for event in events
    )
    used = (place.book_id for event in events for place in event.places)
    return TimelineReport(_("Chronology"), _written(now), head, rows, _EVENT_WIDTHS, _documents(used, books))


def compose_people(
    entities: Sequence[NamedEntity], books: Mapping[str, Book], now: datetime | None = None
) -> TimelineReport:
    """Compose the table of persons and organisations. `books` are by their ids; `now` is aware of its zone."""
    head = (_("Name"), _("Kind"), _("Mentions"), _("Where"), _("Also named"))
    rows = tuple(
        (
            cleaned(entity.name),
            kind_words(entity.kind),
            CellNumber(entity.count),
            "; ".join(pages_of(entity.places, books)),
            "; ".join(cleaned(name) for name in entity.names if name != entity.name),
        )
        for entity in entities
    )
    used = (place.book_id for entity in entities for place in entity.places)
    return TimelineReport(_("People"), _written(now), head, rows, _NAME_WIDTHS, _documents(used, books))


def pages_of(places: Iterable[EntityPlace], books: Mapping[str, Book]) -> list[str]:
    """Return each document with its pages, such as `Harbour Lease, p. 3, 7, 12`."""
    pages: dict[str, dict[int, None]] = {}
    for place in places:
        pages.setdefault(place.book_id, {})[place.page] = None
    found = []
    for book_id, numbers in pages.items():
        if (book := books.get(book_id)) is None:
            continue
        named = [name_words(book.page_names.of(number)) for number in list(numbers)[:_MOST_PAGES]]
        more = len(numbers) - len(named)
        listed = ", ".join(named) + (_(" and {n} more").format(n=more) if more else "")
        found.append(cleaned(f"{book.title}, {_('p. {page}').format(page=listed)}"))
    return found


def write(report: TimelineReport, path: Path) -> None:
    """Write a file of the format that its name says, as `app.export.files.write` does. Raises AppError
    EXPORT_FORMAT, EXPORT_NOT_WRITTEN, DISK_FULL."""
    files.check_ending(path, ENDINGS)
    files.write_bytes(_bytes(report, path.suffix.lower()), path)


def _bytes(report: TimelineReport, ending: str) -> bytes:
    match ending:
        case ".xlsx":
            return _workbook(report)
        case ".csv":
            return _csv(report)
        case _:
            return _markdown(report).encode()


def _workbook(report: TimelineReport) -> bytes:
    about: list[Sequence[Cell]] = [(_("Date"), report.written, ""), (_("Note"), limits_words(), "")]
    about.append((_("Written with"), f"Octavo {__version__}", ""))
    about += [(_("Document"), title, digest) for title, digest in report.documents]
    with new_workbook(report.title) as (workbook, file):
        add_sheet(workbook, report.title, report.head, report.rows, report.widths)
        add_sheet(workbook, _("About"), (report.title, "", ""), about, _ABOUT_WIDTHS)
    return file.getvalue()


def _csv(report: TimelineReport) -> bytes:
    """Return the table as CSV, with a byte order mark, by which Excel knows UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(report.head)
    writer.writerows([disarm_cell(_text(cell)) for cell in row] for row in report.rows)
    return file.getvalue().encode("utf-8-sig")


def _markdown(report: TimelineReport) -> str:
    rows = [report.head, *([_text(cell) for cell in row] for row in report.rows)]
    table = ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    table.insert(1, "|" + "---|" * len(report.head))
    lines = [f"# {report.title}", "", f"*{report.written}. {limits_words()}*", "", *table, ""]
    lines += [f"- {_('Document')}: {_cell(title)} · {digest}" for title, digest in report.documents]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(harmless(text).replace("|", "&#124;").split())


def _text(cell: str | CellNumber) -> str:
    return f"{cell.value:.0f}" if isinstance(cell, CellNumber) else cell


def _place(place: EventPlace, books: Mapping[str, Book]) -> str:
    book = books.get(place.book_id)
    return cleaned(f"{book.title}, {page_words(book.page_names.of(place.page))}") if book is not None else ""


def _written(now: datetime | None) -> str:
    return day(now or datetime.now().astimezone())


def _documents(used: Iterable[str], books: Mapping[str, Book]) -> tuple[tuple[str, str], ...]:
    found = (books.get(book_id) for book_id in dict.fromkeys(used))
    return tuple((cleaned(book.title), f"SHA-256 {book.sha256}") for book in found if book is not None)
