"""A question sheet as an Excel workbook."""

from __future__ import annotations

from collections.abc import Sequence

from app.export.plain import plain_text
from app.export.references import Reference, table_headings
from app.export.sheet import SheetLine, SheetReport, headings
from app.export.workbook import Cell, CellNumber, add_sheet, new_workbook
from app.wording.i18n import _

_WIDTHS = (5, 28, 56, 44, 24)  # of the columns, in characters
_QUOTATION_WIDTHS = (11, 6, 36, 14, 56, 28)
_ABOUT_WIDTHS = (18, 60, 72)


def write_sheet(report: SheetReport) -> bytes:
    """The questions; all quotations, if there are some; and when, by which model and of which documents they were
    asked."""
    lines = [
        (CellNumber(line.number), line.question, plain_text(line.plain_answer), "\n".join(line.listed), line.note)
        for line in report.lines
    ]
    quotations = [_quotation(line, reference) for line in report.lines for reference in line.references]
    head = report.head
    about = [(name, value, "") for name, value in head.facts]
    about += [(_("Document"), document.title, document.pages) for document in head.documents]
    about += [(_("Document"), document.title, document.digest) for document in head.documents if document.digest]
    about += [(_("Note"), head.preface, "")] if head.preface else []
    with new_workbook(report.title) as (workbook, file):
        add_sheet(workbook, _("Questions"), ("", *headings(), _("Note")), lines, _WIDTHS)
        if quotations:
            names = (_("Question"), "", *table_headings())
            add_sheet(workbook, _("Table of quotations"), names, quotations, _QUOTATION_WIDTHS)
        add_sheet(workbook, _("About"), (report.title, "", ""), about, _ABOUT_WIDTHS)
    return file.getvalue()


def _quotation(line: SheetLine, reference: Reference) -> Sequence[Cell]:
    finding = f"{reference.verdict}: {reference.finding}" if reference.explains else reference.verdict
    mark = f"[{reference.number}]"
    return CellNumber(line.number), mark, reference.title, reference.page, reference.quote, finding
