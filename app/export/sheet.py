"""What the export of a question sheet says, whatever its format: a line for every question; as an Excel workbook."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING

from app.core.document import Book
from app.core.sheet import RowState, Sheet, SheetRow
from app.export.references import REFERENCE, Reference, cleaned, number_references
from app.export.report import note_on
from app.export.title_block import TitleBlock, compose_title_block, foot_words
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.support import basis_words, question_words
from app.wording.weighing import weighed_words

if TYPE_CHECKING:
    from xlsxwriter import Workbook


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
    head: TitleBlock
    lines: tuple[SheetLine, ...]

    @property
    def title(self) -> str:
        return self.head.title


def compose_sheet(sheet: Sheet, books: Mapping[str, Book], *, now: datetime | None = None) -> SheetReport:
    """`books` are those that were asked, by their ids. `now`: when it is written, aware of its zone."""
    lines = tuple(_line(number, row, books) for number, row in enumerate(sheet.rows, 1))
    asked = [(row.question, row.answer) for row in sheet.rows]
    now = now or datetime.now().astimezone()
    return SheetReport(compose_title_block(cleaned(sheet.title), asked, books, now), lines)


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
_ABOUT_WIDTHS = (24, 40, 80)
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
_FONT, _POINTS = "Source Sans Pro", 11
_A4 = 9  # as Excel counts papers
_RULE, _HEAD = "#D9D2C6", "#F5EFE6"


def write_workbook(report: SheetReport) -> bytes:
    """The questions, and a second sheet that says when, by which model and of which documents they were asked."""
    import xlsxwriter  # when a file is written

    file = io.BytesIO()
    look = {"font_name": _FONT, "font_size": _POINTS}
    texts_only = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_format_properties": look, **texts_only}) as workbook:
        workbook.set_properties({"title": report.title})
        _write_table(
            workbook, _("Questions"), _WIDTHS, ("", *headings(), _("Note")), [_cells(line) for line in report.lines]
        )
        head = report.head
        about = [(name, value, "") for name, value in head.facts]
        about += [(_("Document"), document.title, document.pages) for document in head.documents]
        about += [(_("Document"), document.title, document.digest) for document in head.documents if document.digest]
        about += [(_("Note"), head.preface, "")] if head.preface else []
        _write_table(workbook, _("About"), _ABOUT_WIDTHS, (report.title, "", ""), about)
    return file.getvalue()


def _write_table(
    workbook: Workbook, name: str, widths: Sequence[int], head: Sequence[str], lines: Sequence[Sequence[str]]
) -> None:
    sheet = workbook.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L&A&R{foot_words('&P', '&N')}")
    look = {"text_wrap": True, "valign": "top", "bottom": 1, "bottom_color": _RULE}
    plain = workbook.add_format(look)
    bold = workbook.add_format({**look, "bold": True, "bg_color": _HEAD})
    quoted = workbook.add_format({**look, "quote_prefix": True})  # so that editing the cell leaves it a text
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for column, words in enumerate(head):
        sheet.write_string(0, column, words, bold)
    sheet.freeze_panes(1, 0)
    row = 1
    for line in lines:
        for cells in zip_longest(*map(_pieces, line), fillvalue=""):
            for column, text in enumerate(cells):
                sheet.write_string(row, column, text, quoted if text.startswith(FORMULA_BEGINS) else plain)
            row += 1


def _cells(line: SheetLine) -> Sequence[str]:
    return str(line.number), line.question, line.plain_answer, "\n".join(line.listed), line.note


def _pieces(text: str) -> list[str]:
    return [text[start : start + CELL_CHARACTERS] for start in range(0, max(1, len(text)), CELL_CHARACTERS)]
