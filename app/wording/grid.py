"""What a grid says of its cells: values, kinds, what the program found out, and how many there are of each."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from app.core.document import Book
from app.core.sheet import GridRow
from app.core.values import AnswerForm, CellValue, ValueKind, ValueState
from app.services.cells import CellFinding, ReadCell
from app.wording.errors import sentence
from app.wording.i18n import _, language
from app.wording.page_names import cited_page, page_words
from app.wording.units import count

_YEAR_LENGTH, _MONTH_LENGTH = len("2031"), len("2031-03")


def kind_words(form: AnswerForm) -> str:
    """What the answers of a column are."""
    return {
        ValueKind.PROSE: _("full answer"),
        ValueKind.TEXT: _("text"),
        ValueKind.YES_NO: _("yes / no"),
        ValueKind.DATE: _("date"),
        ValueKind.AMOUNT: _("amount"),
        ValueKind.CHOICE: _("choice"),
    }[form.kind]


def value_words(value: CellValue, kind: ValueKind) -> str:
    """A value as a person writes it; of a document that has none, that it has none."""
    if value.state is ValueState.ABSENT:
        return _("Not in this document")
    if value.state is ValueState.UNFIT:
        return _("No value")
    if value.state is ValueState.UNDECIDED:
        return _("Undecided: read the page")
    if value.day is not None:
        return _day_words(value.day, value.text)
    if value.number is not None:
        return f"{value.currency} {_grouped(value.number)}".strip()
    if value.yes is not None:
        return _("Yes") if value.yes else _("No")
    return value.text if kind is ValueKind.PROSE else " ".join(value.text.split())


def cell_words(read: ReadCell) -> str:
    """What stands in a cell: its value, or how far it is."""
    match read.finding:
        case CellFinding.WAITING:
            return ""
        case CellFinding.ANSWERING:
            return _("answering…")
        case CellFinding.STOPPED:
            return _("stopped")
        case CellFinding.FAILED:
            answer = read.cell.answer
            return sentence(answer.problem) if answer is not None and answer.problem is not None else _("failed")
    return value_words(read.value, read.kind)


def place_words(read: ReadCell, books: Mapping[str, Book]) -> str:
    """The page that a cell rests on, and what it says where that is something else; empty for none. In a row of several
    books the page has its book's title."""
    if read.citation is None:
        return ""
    page = page_words(cited_page(read.citation, books))
    if len(read.cell.question.books) > 1:
        page = f"{read.citation.document}, {page}"
    return _("{page} · page says {value}").format(page=page, value=on_page_words(read)) if read.on_page else page


def on_page_words(read: ReadCell) -> str:
    """What the page has in the place of the value."""
    if read.kind is ValueKind.DATE:
        return _day_words(date.fromisoformat(f"{read.on_page}-01"[:10]), read.on_page)
    return read.on_page


def finding_words(finding: CellFinding) -> str:
    """In a word or a few."""
    return {
        CellFinding.WAITING: _("waiting"),
        CellFinding.ANSWERING: _("answering"),
        CellFinding.STOPPED: _("stopped"),
        CellFinding.FAILED: _("failed"),
        CellFinding.VERIFIED: _("verified"),
        CellFinding.DISAGREES: _("disagrees with its page"),
        CellFinding.UNVERIFIED: _("not verified"),
        CellFinding.ABSENT: _("not in the document"),
        CellFinding.UNDECIDED: _("undecided"),
        CellFinding.UNFIT: _("no value"),
        CellFinding.CORRECTED: _("corrected by hand"),
    }[finding]


def count_findings(reads: Iterable[ReadCell]) -> list[tuple[CellFinding, str]]:
    """How many cells there are of each finding, as far as they are answered: `71 verified`."""
    counted = Counter(read.finding for read in reads)
    unsaid = (CellFinding.WAITING, CellFinding.ANSWERING)
    order = [finding for finding in _SAID if finding not in unsaid and counted[finding]]
    return [(finding, f"{count(counted[finding])} {_counted_words(finding, counted[finding])}") for finding in order]


def row_title(row: GridRow, books: Mapping[str, Book]) -> str:
    """The documents of a row, by their titles."""
    return "; ".join(books[ref.book_id].title for ref in row.books if ref.book_id in books)


_SAID = (
    CellFinding.VERIFIED,
    CellFinding.DISAGREES,
    CellFinding.UNVERIFIED,
    CellFinding.ABSENT,
    CellFinding.CORRECTED,
    CellFinding.UNDECIDED,
    CellFinding.UNFIT,
    CellFinding.STOPPED,
    CellFinding.FAILED,
)


def _counted_words(finding: CellFinding, number: int) -> str:
    if finding is CellFinding.DISAGREES and number != 1:
        return _("disagree with their pages")
    if finding is CellFinding.UNFIT:
        return _("without a value")
    return finding_words(finding)


def _grouped(number: Decimal) -> str:
    return f"{number:,f}"


def _day_words(day: date, written: str) -> str:
    """`31 Mar 2031`, `Mar 2031`, `2031`: as exactly as it is written."""
    if language() == "ja":
        parts = (f"{day.year}年", f"{day.month}月", f"{day.day}日")
        return "".join(parts[: 1 if len(written) == _YEAR_LENGTH else 2 if len(written) == _MONTH_LENGTH else 3])
    if len(written) == _YEAR_LENGTH:
        return str(day.year)
    month = calendar.month_abbr[day.month]
    return f"{month} {day.year}" if len(written) == _MONTH_LENGTH else f"{day.day} {month} {day.year}"
