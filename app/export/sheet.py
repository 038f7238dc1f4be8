"""What the export of a question sheet says, whatever its format: a line for every question; as an Excel workbook."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from app.core.document import Book
from app.core.sheet import RowState, Sheet, SheetRow
from app.export.report import REFERENCE, Reference, cleaned, note_on, number_references
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.support import basis_words, question_words
from app.wording.weighing import weighed_words


@dataclass(frozen=True)
class SheetLine:
    """`answer` is Markdown with the places of its references, which are counted from 1 in every line; `note` says what
    is to be said about the answer, or why there is none."""

    number: int
    question: str
    answer: str
    references: tuple[Reference, ...]
    note: str

    @property
    def plain_answer(self) -> str:
        """With [1] in the place of a reference."""
        return REFERENCE.sub(r"[\1]", self.answer)

    @property
    def listed(self) -> tuple[str, ...]:
        """The references, in words."""
        return tuple(f"[{reference.number}] {reference.words}" for reference in self.references)


@dataclass(frozen=True)
class SheetReport:
    """`books`: the titles of those that were asked, as one text."""

    title: str
    books: str
    lines: tuple[SheetLine, ...]


def compose_sheet(sheet: Sheet, books: Mapping[str, Book]) -> SheetReport:
    """`books` are those that were asked, by their ids."""
    lines = tuple(_line(number, row, books) for number, row in enumerate(sheet.rows, 1))
    return SheetReport(cleaned(sheet.title), cleaned("; ".join(book.title for book in books.values())), lines)


def headings() -> tuple[str, str, str]:
    """Of the columns that all formats have."""
    return _("Question"), _("Answer"), _("References")


def _line(number: int, row: SheetRow, books: Mapping[str, Book]) -> SheetLine:
    question, answer = cleaned(question_words(row, books)), row.answer
    if answer is None:
        return SheetLine(number, question, "", (), _("This question has not been asked yet."))
    text, references = number_references(answer, books)
    note = " ".join(filter(None, (note_on(row.question, answer), cleaned(weighed_words(answer, books)))))
    if row.state is RowState.FAILED and answer.problem is not None:
        note = " ".join(filter(None, (basis_words(row.question, answer), cleaned(sentence(answer.problem)))))
    return SheetLine(number, question, text, tuple(references), note)


# ---- an Excel workbook; every cell is text: no program that opens it computes one as a formula


CELL_CHARACTERS = 32_767
"""What Excel holds in a cell; a longer text continues in the row below."""

_WIDTHS = (5, 40, 80, 60, 40)  # of the columns, in characters
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def write_workbook(report: SheetReport) -> bytes:
    import xlsxwriter  # when a file is written

    file = io.BytesIO()
    texts_only = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, **texts_only}) as workbook:
        workbook.set_properties({"title": report.title})
        sheet = workbook.add_worksheet(_("Questions"))
        look = {"text_wrap": True, "valign": "top"}
        plain = workbook.add_format(look)
        bold = workbook.add_format({**look, "bold": True})
        quoted = workbook.add_format({**look, "quote_prefix": True})  # so that editing the cell leaves it a text
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        for column, words in enumerate(("", *headings(), _("Note"))):
            sheet.write_string(0, column, words, bold)
        sheet.freeze_panes(1, 0)
        row = 1
        for line in report.lines:
            for cells in zip_longest(*map(_pieces, _cells(line)), fillvalue=""):
                for column, text in enumerate(cells):
                    sheet.write_string(row, column, text, quoted if text.startswith(FORMULA_BEGINS) else plain)
                row += 1
    return file.getvalue()


def _cells(line: SheetLine) -> Sequence[str]:
    return str(line.number), line.question, line.plain_answer, "\n".join(line.listed), line.note


def _pieces(text: str) -> list[str]:
    return [text[start : start + CELL_CHARACTERS] for start in range(0, max(1, len(text)), CELL_CHARACTERS)]
