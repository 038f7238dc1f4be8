"""A table as a Word document: across landscape pages."""

from __future__ import annotations

from docx.shared import Pt
from docx.table import _Cell

from app.core.conversations.values import ValueKind
from app.export.docx import DocxWriter, write_documents, write_head, write_legend
from app.export.markdown import read_answer
from app.export.plain import plain_text
from app.export.references import Tone
from app.export.word_file import WordFile
from app.features.tables.cells import CellFinding
from app.features.tables.export.report import GridCell, GridReport, SheetLine, SheetReport, TableReport, headings
from app.wording.i18n import _

_SHEET_MM = (10, 58, 118, 75)
_DOCUMENT_MM, _COLUMNS_SIDE_BY_SIDE = 46, 5
_GRID_TONES = {
    CellFinding.WORD_FOR_WORD: Tone.VERIFIED,
    CellFinding.COMPARE: Tone.NEAR,
    CellFinding.OTHERWISE: Tone.NOT_FOUND,
    CellFinding.NOTHING: Tone.NOT_FOUND,
}


def write(report: TableReport) -> bytes:
    return _write_sheet(report) if isinstance(report, SheetReport) else _write_grid(report)


def _write_sheet(report: SheetReport) -> bytes:
    file = WordFile(report.title, landscape=True)
    write_head(file, report.head)
    file.document.add_paragraph(style="Fact")
    table = file.add_table(_SHEET_MM, ("", *headings()))
    for line in report.lines:
        _write_line(file, file.add_row(table, whole=False), line)
    write_legend(file, report.sentences)
    write_documents(file, report.head)
    return file.save()


def _write_grid(report: GridReport) -> bytes:
    """Return the grid across landscape pages, its columns side by side as far as they can be read, then below each
    other."""
    file = WordFile(report.title, landscape=True)
    write_head(file, report.head)
    for first in range(0, len(report.headings), _COLUMNS_SIDE_BY_SIDE):
        headings = report.headings[first : first + _COLUMNS_SIDE_BY_SIDE]
        file.document.add_paragraph(style="Fact")
        width = (sum(_SHEET_MM) - _DOCUMENT_MM) / len(headings)
        names = (_("Document"), *(heading.title for heading in headings))
        table = file.add_table((_DOCUMENT_MM, *[width] * len(headings)), names)
        for line in report.lines:
            title, *cells = file.add_row(table)
            title.paragraphs[0].add_run(line.title)
            for place, cell in zip(cells, line.cells[first : first + len(headings)], strict=True):
                _write_grid_cell(place, cell)
    if report.summary:
        file.document.add_paragraph(report.summary, style="Note").paragraph_format.space_before = Pt(8)
    write_documents(file, report.head)
    return file.save()


def _write_grid_cell(place: _Cell, cell: GridCell) -> None:
    words = place.paragraphs[0].add_run(plain_text(cell.words))
    words.bold = cell.read.has_value and cell.read.kind is not ValueKind.PROSE
    tone = _GRID_TONES.get(cell.read.finding, Tone.NAMED).value
    if cell.place:
        place.paragraphs[0].add_run().add_break()
        place.paragraphs[0].add_run(cell.place, style=tone)
    finding = "" if cell.place and cell.read.finding in _GRID_TONES else cell.finding
    for words_below in (f"“{cell.sentence}”" * bool(cell.sentence), finding, cell.answered, cell.comment):
        if words_below:
            place.paragraphs[0].add_run().add_break()
            place.paragraphs[0].add_run(words_below, style="Label")


def _write_line(file: WordFile, cells: tuple[_Cell, ...], line: SheetLine) -> None:
    number, question, answer, references = cells
    number.paragraphs[0].add_run(str(line.number))
    question.paragraphs[0].add_run(line.question)
    DocxWriter(file, answer).write(read_answer(line.answer))
    if line.note:
        answer.add_paragraph(line.note, style="Note")
    _drop_first_paragraph(answer)
    for each in line.sentences:
        paragraph = references.add_paragraph(style="Cell")
        paragraph.add_run(f"{each.mark} ")
        paragraph.add_run(each.finding.verdict, style=each.finding.tone.value)
        paragraph.add_run(f". {each.finding.evidence}".rstrip())
    _drop_first_paragraph(references)


def _drop_first_paragraph(cell: _Cell) -> None:
    """Drop the empty paragraph with which a new cell begins, which it must keep only while it has no other."""
    first, *others = cell.paragraphs
    if others:
        cell._tc.remove(first._p)
