"""A table as an Excel workbook: questions with their answers, or values as dates and numbers, each with what was found
out about it as a note and as a link to where all findings are listed with the sentences of the pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.core.conversations.values import ValueState
from app.export.plain import plain_text
from app.export.references import CheckedSentence, legend, table_headings, table_title
from app.export.workbook import Cell, CellDate, CellNumber, Noted, add_sheet, new_workbook
from app.features.tables.export.report import GridCell, GridReport, SheetLine, SheetReport, TableReport, headings
from app.wording.i18n import _

_WIDTHS = (5, 28, 56, 44, 24)  # of the columns, in characters
_SENTENCE_WIDTHS = (11, 8, 56, 36, 56)
_LIST_ABOUT_WIDTHS = (18, 60, 72)
_DOCUMENT_WIDTH, _VALUE_WIDTH, _PROSE_WIDTH = 34, 22, 48  # characters
_FINDING_WIDTHS = (34, 28, 22, 30, 26, 60, 30)
_SOURCE_WIDTHS = (44, 14, 70, 60)
_ABOUT_WIDTHS = (18, 80)
_FIRST_YEAR = 1900  # of which Excel has dates


def write(report: TableReport) -> bytes:
    return _write_sheet(report) if isinstance(report, SheetReport) else _write_grid(report)


def _write_sheet(report: SheetReport) -> bytes:
    """Return the workbook of a sheet: the questions; what the pages have of each sentence of the answers, if there are
    some; and when, by which model and of which documents they were asked."""
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
        add_sheet(workbook, _("About"), (report.title, "", ""), about, _LIST_ABOUT_WIDTHS)
    return file.getvalue()


def _sentence(line: SheetLine, each: CheckedSentence) -> Sequence[Cell]:
    marks = "".join(f"[{number}]" for number in each.numbers)
    return CellNumber(line.number), marks, each.sentence, each.finding.verdict, each.finding.evidence


def _write_grid(report: GridReport) -> bytes:
    """Return the workbook of a grid: the values; the findings; the documents with their files and hashes; when and by
    which model they were asked."""
    with new_workbook(report.title) as (workbook, file):
        names = [_("Document"), *(f"{each.title}\n{each.kind}" for each in report.headings)]
        widths = [_DOCUMENT_WIDTH, *(_width(report, column) for column in range(len(report.headings)))]
        add_sheet(workbook, _("Answers"), names, list(_rows(report)), widths, fixed_columns=1)
        findings = list(_findings(report))
        if findings:
            add_sheet(workbook, _("Findings"), _finding_names(), findings, _FINDING_WIDTHS)
        heads = (_("Document"), _("Pages"), "SHA-256", _("File"))
        add_sheet(workbook, _("Sources"), heads, _sources(report), _SOURCE_WIDTHS)
        about: list[Sequence[Cell]] = [*report.head.facts]
        about += [(_("Cells"), report.summary)] if report.summary else []
        about += [(each.title, each.question) for each in report.headings]
        about += [(_("Note"), report.head.preface)] if report.head.preface else []
        add_sheet(workbook, _("About"), (report.title, ""), about, _ABOUT_WIDTHS)
    return file.getvalue()


def _rows(report: GridReport) -> Iterator[Sequence[Cell]]:
    place = 1  # of the finding, below the head of its sheet
    for line in report.lines:
        cells: list[Cell] = [line.title]
        for cell in line.cells:
            target = ""
            if cell.finding:
                place += 1
                target = f"internal:'{_('Findings')}'!A{place}"
            cells.append(Noted(_value(cell), cell.note, target))
        yield cells


def _value(cell: GridCell) -> str | CellNumber | CellDate:
    value = cell.read.value
    if value.state is ValueState.HAS and value.number is not None:
        decimals = max(0, -int(value.number.as_tuple().exponent))
        currency = f'"{value.currency} "' if value.currency else ""
        return CellNumber(float(value.number), f"{currency}#,##0{'.' + '0' * decimals if decimals else ''}")
    if value.state is ValueState.HAS and value.day is not None and value.day.year >= _FIRST_YEAR:
        return CellDate(value.day, "yyyy-mm-dd"[: len(value.text)])
    return plain_text(cell.words)


def _finding_names() -> tuple[str, ...]:
    return _("Document"), _("Question"), _("Answer"), _("Finding"), _("Page"), _("The page says"), _("Comment")


def _findings(report: GridReport) -> Iterator[Sequence[Cell]]:
    for line in report.lines:
        for heading, cell in zip(report.headings, line.cells, strict=True):
            if cell.finding:
                comment = " ".join(filter(None, (cell.answered, cell.comment)))
                words = plain_text(cell.words)
                yield line.title, heading.title, words, cell.finding, cell.place, cell.sentence, comment


def _sources(report: GridReport) -> list[Sequence[Cell]]:
    return [
        (document.title, document.pages, document.sha256, report.paths.get(document.sha256, ""))
        for document in report.head.documents
    ]


def _width(report: GridReport, column: int) -> int:
    """Return the width of a column: one of prose is wide."""
    longest = max((len(line.cells[column].words) for line in report.lines if line.cells), default=0)
    return _PROSE_WIDTH if longest > 2 * _VALUE_WIDTH else _VALUE_WIDTH
