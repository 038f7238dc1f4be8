"""A question sheet as an Excel workbook."""

from __future__ import annotations

from collections.abc import Sequence

from app.export.plain import plain_text
from app.export.references import CheckedSentence, legend, table_headings, table_title
from app.export.workbook import Cell, CellNumber, add_sheet, new_workbook
from app.features.tables.export.sheet import SheetLine, SheetReport, headings
from app.wording.i18n import _

_WIDTHS = (5, 28, 56, 44, 24)  # of the columns, in characters
_SENTENCE_WIDTHS = (11, 8, 56, 36, 56)
_ABOUT_WIDTHS = (18, 60, 72)


def write_sheet(report: SheetReport) -> bytes:
    """The questions; what the pages have of each sentence of the answers, if there are some; and when, by which model
    and of which documents they were asked."""
    lines = [
        (CellNumber(line.number), line.question, plain_text(line.plain_answer), "\n".join(line.listed), line.note)
        for line in report.lines
    ]
    sentences = [_sentence(line, each) for line in report.lines for each in line.sentences]
    head = report.head
    about = [(name, value, "") for name, value in head.facts]
    about += [(_("Document"), document.title, document.pages) for document in head.documents]
    about += [(_("Document"), document.title, document.digest) for document in head.documents if document.digest]
    about += [(_("Note"), words, "") for words in (head.preface, legend(report.sentences)) if words]
    with new_workbook(report.title) as (workbook, file):
        add_sheet(workbook, _("Questions"), ("", *headings(), _("Note")), lines, _WIDTHS)
        if sentences:
            names = (_("Question"), "", *table_headings())
            add_sheet(workbook, table_title(report.sentences), names, sentences, _SENTENCE_WIDTHS)
        add_sheet(workbook, _("About"), (report.title, "", ""), about, _ABOUT_WIDTHS)
    return file.getvalue()


def _sentence(line: SheetLine, each: CheckedSentence) -> Sequence[Cell]:
    marks = "".join(f"[{number}]" for number in each.numbers)
    return CellNumber(line.number), marks, each.sentence, each.finding.verdict, each.finding.evidence
