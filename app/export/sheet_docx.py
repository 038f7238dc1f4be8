"""A question sheet as a Word document: one table across a page laid on its side."""

from __future__ import annotations

import io

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.shared import Mm
from docx.table import _Cell

from app.export.docx import DocxWriter
from app.export.markdown import parser
from app.export.sheet import SheetLine, SheetReport, headings
from app.wording.i18n import _

_PAGE_MM = (297, 210)
_MARGIN_MM = 18
_COLUMNS_MM = (10, 58, 118, 75)


def write(report: SheetReport) -> bytes:
    document = Document()
    document.core_properties.title = report.title
    document.core_properties.author = ""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = (Mm(length) for length in _PAGE_MM)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN_MM)
    document.add_heading(report.title, 0)
    if report.books:
        document.add_paragraph(_("Books: {books}").format(books=report.books))
    table = document.add_table(1, len(_COLUMNS_MM), style="Table Grid")
    table.autofit = False
    for cell, words in zip(table.rows[0].cells[1:], headings(), strict=True):
        cell.paragraphs[0].add_run(words).bold = True
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)  # the headings stand on every page
    for line in report.lines:
        _write_line(table.add_row().cells, line)
    for column, width in zip(table.columns, _COLUMNS_MM, strict=True):
        column.width = Mm(width)  # some programs look at these, others at the cells
    for row in table.rows:
        for cell, width in zip(row.cells, _COLUMNS_MM, strict=True):
            cell.width = Mm(width)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _write_line(cells: tuple[_Cell, ...], line: SheetLine) -> None:
    number, question, answer, references = cells
    number.paragraphs[0].add_run(str(line.number))
    question.paragraphs[0].add_run(line.question)
    DocxWriter(answer).write(parser().parse(line.answer))
    if line.note:
        answer.add_paragraph().add_run(line.note).italic = True
    _drop_first_paragraph(answer)
    for words in line.listed:
        references.add_paragraph(words)
    _drop_first_paragraph(references)


def _drop_first_paragraph(cell: _Cell) -> None:
    """A new cell begins with an empty one, which it must keep only while it holds nothing else."""
    first, *others = cell.paragraphs
    if others:
        cell._tc.remove(first._p)
