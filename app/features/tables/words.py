"""The words of sheets and grids about their cells: values, kinds, what the program found out, and how many of each."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import msgspec

from app.core.conversations.conversation import PageRange
from app.core.conversations.values import AnswerForm, CellValue, ValueKind, ValueState
from app.core.conversations.verdict import SentenceVerdict, Verdict
from app.core.documents.document import Book
from app.features.tables.cells import CellFinding, ReadCell
from app.features.tables.columns import MAX_QUESTION_CHARACTERS, MOST_CHOICES
from app.features.tables.data import GridRow, SheetCell
from app.features.tables.rows import QuestionRow, RowFault
from app.wording.errors import sentence
from app.wording.i18n import _, language
from app.wording.page_lines import page_line
from app.wording.page_names import cited_page, page_words, span_words
from app.wording.units import count
from app.wording.verdicts import SIGNS, count_verdicts, verdict_label

_YEAR_LENGTH, _MONTH_LENGTH = len("2031"), len("2031-03")


def kind_words(form: AnswerForm) -> str:
    """Name the kind of answers that a column has."""
    return {
        ValueKind.PROSE: _("full answer"),
        ValueKind.TEXT: _("text"),
        ValueKind.YES_NO: _("yes / no"),
        ValueKind.DATE: _("date"),
        ValueKind.AMOUNT: _("amount"),
        ValueKind.CHOICE: _("choice"),
    }[form.kind]


def kind_choices(choices: str = "") -> tuple[tuple[str, str], ...]:
    """Return each kind of answers with an example, for a person to choose from; `choices` are what a choice is between,
    if that is known."""
    examples = {
        ValueKind.TEXT: _("A few words: twelve months"),
        ValueKind.YES_NO: _("Yes or no"),
        ValueKind.DATE: _("Date: 31 March 2031"),
        ValueKind.AMOUNT: _("Amount: EUR 22,750"),
        ValueKind.CHOICE: _("One of: {choices}").format(choices=shortened(choices) or _("tenant, landlord")),
        ValueKind.PROSE: _("Full answer with quotations"),
    }
    return tuple((kind.value, words) for kind, words in examples.items())


def fault_words(fault: RowFault, row: QuestionRow) -> str:
    """Say why a row cannot be asked, and what to do."""
    match fault:
        case RowFault.NO_QUESTION:
            return _("Write the question, or remove the row.")
        case RowFault.TOO_LONG:
            return _("Shorten it to {limit} characters.").format(limit=count(MAX_QUESTION_CHARACTERS))
        case RowFault.CHOICES:
            return _("Name 2 to {limit} answers between commas.").format(limit=count(MOST_CHOICES))
    kind = row.question.partition("]")[0].removeprefix("[")
    return _("“{kind}” is no kind of answer. Choose one in the menu, and delete the brackets.").format(kind=kind)


def shortened(text: str, most: int = 24) -> str:
    """Return a text, or its beginning if it has more characters than `most`."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def value_words(value: CellValue, kind: ValueKind) -> str:
    """Return a value as a person writes it; if the document has none, say so."""
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
    """Say a cell's value, or how far it is."""
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


def place_words(read: ReadCell, books: Mapping[str, Book], title: str = "") -> str:
    """Return the mark of a cell: its page with the finding, such as `p. 2 ✓`; empty if there is no page. `title` is
    that of the book, for a row of several books."""
    verdict = read.verdict
    if verdict is None or read.finding in (CellFinding.STOPPED, CellFinding.FAILED):
        return ""
    if read.finding in _VERDICTS:
        return verdict_label(msgspec.structs.replace(verdict, verdict=_VERDICTS[read.finding]), books, title)
    page = f"{title} {page_words(cited_page(verdict, books))}".strip() if verdict.page else ""
    if page and read.finding is CellFinding.ABSENT:
        return _("{page} has words of your question").format(page=page)
    return page


def short_place_words(read: ReadCell, books: Mapping[str, Book]) -> str:
    """Return the mark of a cell for places without room for words: its page with the sign of the finding, such as `p. 2
    ≠`."""
    if not place_words(read, books) or read.verdict is None or not read.verdict.page:
        return ""
    page = page_words(cited_page(read.verdict, books))
    return f"{page} {SIGNS[_VERDICTS[read.finding]]}" if read.finding in _VERDICTS else page


def finding_words(finding: CellFinding) -> str:
    """Return a finding in a word or a few."""
    return {
        CellFinding.WAITING: _("waiting"),
        CellFinding.ANSWERING: _("answering"),
        CellFinding.STOPPED: _("stopped"),
        CellFinding.FAILED: _("failed"),
        CellFinding.WORD_FOR_WORD: _("word for word"),
        CellFinding.OTHERWISE: _("the page says otherwise"),
        CellFinding.COMPARE: _("compare"),
        CellFinding.NOTHING: _("no page says this"),
        CellFinding.ABSENT: _("not in the document"),
        CellFinding.UNDECIDED: _("undecided"),
        CellFinding.UNFIT: _("no value"),
        CellFinding.CORRECTED: _("entered by hand"),
    }[finding]


def found_words(read: ReadCell) -> str:
    """Return the finding on a cell in words, as the window, the terminal and exports say it."""
    words = finding_words(read.finding)
    if read.is_of_another_kind:
        return f"{words}, {not_of_kind_words(read.kind)}"
    if read.finding is CellFinding.ABSENT and read.evidence is not None:
        return _("{finding}, but a page has words of the question").format(finding=words)
    return words


def not_of_kind_words(kind: ValueKind) -> str:
    """Say that what a person entered is no value of its column's kind."""
    return {
        ValueKind.DATE: _("not a date"),
        ValueKind.AMOUNT: _("not an amount"),
        ValueKind.YES_NO: _("not a yes or a no"),
        ValueKind.CHOICE: _("not one of the choices"),
    }.get(kind, "")


def kept_as_text_words(typed: str, kind: ValueKind) -> str:
    """Say that what a person typed, which is no value of its column's kind, will be kept as text, and how such a value
    is written."""
    if kind is ValueKind.DATE:
        from app.documents.citations.entered_values import dates_meant  # as in `value_entered`

        if len(meant := [date.fromisoformat(day) for day in dates_meant(typed)]) > 1:
            first, second, *_more = (_day_words(day, day.isoformat()) for day in meant)
            words = _("{first} or {second}? Write the month as a word. As it is, it will be kept as text.")
            return words.format(first=first, second=second)
    return {
        ValueKind.DATE: _("Not a date, so it will be kept as text. Write a date like 30 December 2028."),
        ValueKind.AMOUNT: _("Not an amount, so it will be kept as text. Write an amount like EUR 1,475.00."),
        ValueKind.YES_NO: _("Neither yes nor no, so it will be kept as text."),
        ValueKind.CHOICE: _("Not one of the choices, so it will be kept as text."),
    }[kind]


def evidence_words(read: ReadCell, books: Mapping[str, Book]) -> str:
    """Return the evidence for the finding, in words: its page and that page's sentence; empty if there is none."""
    verdict, found = read.verdict, read.evidence
    if verdict is None or found is None:
        return ""
    place = _("{page} of {title}").format(page=page_words(cited_page(verdict, books)), title=found.document)
    words = page_line(found.text, found.book_id, books)
    return f"{place}: “{words}”" if words else place


def count_findings(reads: Iterable[ReadCell]) -> list[tuple[CellFinding, str]]:
    """Count the cells of each finding, as far as they are answered, such as `71 word for word`."""
    counted = Counter(read.finding for read in reads)
    return [(finding, _counted_words(finding, counted[finding])) for finding in _SAID if counted[finding]]


def row_title(row: GridRow, books: Mapping[str, Book]) -> str:
    """Return the documents of a row, by their titles."""
    return "; ".join(books[ref.book_id].title for ref in row.books if ref.book_id in books)


_SAID = (
    CellFinding.WORD_FOR_WORD,
    CellFinding.COMPARE,
    CellFinding.OTHERWISE,
    CellFinding.NOTHING,
    CellFinding.ABSENT,
    CellFinding.CORRECTED,
    CellFinding.UNDECIDED,
    CellFinding.UNFIT,
    CellFinding.STOPPED,
    CellFinding.FAILED,
)
_VERDICTS = {
    CellFinding.WORD_FOR_WORD: Verdict.VERBATIM,
    CellFinding.COMPARE: Verdict.COMPARE,
    CellFinding.OTHERWISE: Verdict.OTHERWISE,
    CellFinding.NOTHING: Verdict.NOTHING,
}


def _counted_words(finding: CellFinding, number: int) -> str:
    if finding in _VERDICTS:
        counted = [SentenceVerdict(0, 0, _VERDICTS[finding])] * number
        return "".join(words for _verdict, words in count_verdicts(counted))
    words = _("without a value") if finding is CellFinding.UNFIT else finding_words(finding)
    return f"{count(number)} {words}"


def _grouped(number: Decimal) -> str:
    return f"{number:,f}"


def _day_words(day: date, written: str) -> str:
    """Return a day as exactly as it is written: `31 Mar 2031`, `Mar 2031`, `2031`."""
    if language() == "ja":
        parts = (f"{day.year}年", f"{day.month}月", f"{day.day}日")
        return "".join(parts[: 1 if len(written) == _YEAR_LENGTH else 2 if len(written) == _MONTH_LENGTH else 3])
    if len(written) == _YEAR_LENGTH:
        return str(day.year)
    month = calendar.month_abbr[day.month]
    return f"{month} {day.year}" if len(written) == _MONTH_LENGTH else f"{day.day} {month} {day.year}"


def question_words(row: SheetCell, shelf: Mapping[str, Book]) -> str:
    """Return a row's question, or its pages if it asks for notes. `shelf` has the books by their ids."""
    if not row.notes:
        return row.question.text
    named = []
    for ref in row.question.books:
        names, pages = shelf[ref.book_id].page_names, ref.pages or PageRange(1, shelf[ref.book_id].page_count)
        span = _("p. {page}").format(page=span_words(names.of(pages.first), names.of(pages.last)))
        named.append(f"{shelf[ref.book_id].title}, {span}")
    return "; ".join(named)
