"""A report as a Word document; a sheet as one table across landscape pages."""

from __future__ import annotations

import io
from collections.abc import Sequence

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.shared import Inches, Mm
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from markdown_it.token import Token

from app.core.errors import AppError
from app.export.markdown import parser
from app.export.report import PICTURE_SIDE, PIXELS_PER_INCH, REFERENCE, LoadPicture, Picture, Report
from app.export.sheet import SheetLine, SheetReport, headings
from app.wording.i18n import _

_MONOSPACED = "Courier New"
_LIST_LEVELS = 3  # the styles "List Bullet" to "List Bullet 3"
_LARGEST_HEADING = 2  # the report's own headings are 0 and 1
_PAGE_MM = (297, 210)
_MARGIN_MM = 18
_COLUMNS_MM = (10, 58, 118, 75)


def write(report: Report, load: LoadPicture) -> bytes:
    document = _titled(report.title)
    for part in report.parts:
        for picture in part.pictures:
            last = _write_picture(document, picture, load)
            last.paragraph_format.keep_with_next = picture is part.pictures[-1]
        if part.question or not part.pictures:
            document.add_paragraph(part.question, style="Intense Quote")
        DocxWriter(document).write(parser().parse(part.answer))
        if part.note:
            document.add_paragraph().add_run(part.note).italic = True
    if report.references:
        document.add_heading(_("References"), 1)
    for reference in report.references:
        document.add_paragraph(f"[{reference.number}] {reference.words}")
    return _saved(document)


def write_sheet(report: SheetReport) -> bytes:
    document = _titled(report.title)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = (Mm(length) for length in _PAGE_MM)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN_MM)
    if report.books:
        document.add_paragraph(_("Books: {books}").format(books=report.books))
    table = document.add_table(1, len(_COLUMNS_MM), style="Table Grid")
    table.autofit = False
    for cell, words in zip(table.rows[0].cells[1:], headings(), strict=True):
        cell.paragraphs[0].add_run(words).bold = True
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)  # the headings are repeated on every page
    for line in report.lines:
        _write_line(table.add_row().cells, line)
    for column, width in zip(table.columns, _COLUMNS_MM, strict=True):
        column.width = Mm(width)  # some programs use these, others those of the cells
    for row in table.rows:
        for cell, width in zip(row.cells, _COLUMNS_MM, strict=True):
            cell.width = Mm(width)
    return _saved(document)


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
    """A new cell begins with an empty one, which it must keep only while it has no other."""
    first, *others = cell.paragraphs
    if others:
        cell._tc.remove(first._p)


def _titled(title: str) -> DocumentObject:
    document = Document()
    document.core_properties.title = title
    document.core_properties.author = ""
    document.add_heading(title, 0)
    return document


def _saved(document: DocumentObject) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _write_picture(document: DocumentObject, picture: Picture, load: LoadPicture) -> Paragraph:
    """The last paragraph of it."""
    paragraph = document.add_paragraph()
    try:
        png = load(picture.ref, PICTURE_SIDE)
    except AppError as error:
        paragraph.add_run(picture.missing(error.problem)).italic = True
        return paragraph
    paragraph.paragraph_format.keep_with_next = True
    width, height = (Inches(pixels / PIXELS_PER_INCH) for pixels in picture.size)
    run = paragraph.add_run()
    run.add_picture(io.BytesIO(png), width, height)
    (properties,) = run.element.xpath(".//wp:docPr")
    properties.set("descr", picture.caption)  # what is read out in its place
    return document.add_paragraph(picture.caption, style="Caption")


class DocxWriter:
    """Writes the tokens of an answer into a document, or into a cell of a table; `_lists` are the open ones, True for
    those that are numbered."""

    def __init__(self, place: DocumentObject | _Cell) -> None:
        self._place = place
        self._lists: list[bool] = []
        self._quotes = 0
        self._in_table = False
        self._row: list[Sequence[Token]] = []
        self._rows: list[list[Sequence[Token]]] = []
        self._heading = 0

    def write(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            match token.type:
                case "bullet_list_open" | "ordered_list_open":
                    self._lists.append(token.type == "ordered_list_open")
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                case "blockquote_open":
                    self._quotes += 1
                case "blockquote_close":
                    self._quotes -= 1
                case "heading_open":
                    self._heading = int(token.tag[1:])
                case "heading_close":
                    self._heading = 0
                case "table_open":
                    self._in_table = True
                case "tr_close":
                    self._rows.append(self._row)
                    self._row = []
                case "table_close":
                    self._write_table()
                case "fence" | "code_block":
                    self._place.add_paragraph().add_run(token.content.rstrip("\n")).font.name = _MONOSPACED
                case "inline":
                    self._write_inline(token.children or ())

    def _write_inline(self, children: Sequence[Token]) -> None:
        if self._in_table:
            self._row.append(children)
            return
        if self._heading:
            level = min(9, self._heading + _LARGEST_HEADING - 1)
            paragraph = self._place.add_paragraph(style=f"Heading {level}")
        else:
            paragraph = self._place.add_paragraph(style=self._style())
        _write_runs(paragraph, children)

    def _style(self) -> str | None:
        if self._lists:
            level = min(len(self._lists), _LIST_LEVELS)
            name = "List Number" if self._lists[-1] else "List Bullet"
            return name if level == 1 else f"{name} {level}"
        return "Quote" if self._quotes else None

    def _write_table(self) -> None:
        rows, self._rows, self._in_table = self._rows, [], False
        if not rows:
            return
        table = self._place.add_table(len(rows), max(len(row) for row in rows))
        table.style = "Table Grid"
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, children in zip(row.cells, cells, strict=False):
                _write_runs(cell.paragraphs[0], children)


def _write_runs(paragraph: Paragraph, children: Sequence[Token]) -> None:
    bold = italic = 0
    address = ""
    for child in children:
        match child.type:
            case "strong_open" | "strong_close":
                bold += child.nesting
            case "em_open" | "em_close":
                italic += child.nesting
            case "link_open":
                address = str(child.attrs.get("href", ""))
            case "link_close":
                paragraph.add_run(f" ({address})")
            case "softbreak":
                paragraph.add_run(" ")
            case "hardbreak":
                paragraph.add_run().add_break()
            case "text" | "code_inline":
                _write_text(paragraph, child, bold=bool(bold), italic=bool(italic))


def _write_text(paragraph: Paragraph, child: Token, *, bold: bool, italic: bool) -> None:
    for number, piece in enumerate(REFERENCE.split(child.content)):
        if not piece:
            continue
        run = paragraph.add_run(f"[{piece}]" if number % 2 else piece)
        run.bold, run.italic = bold or None, italic or None
        run.font.superscript = True if number % 2 else None
        if child.type == "code_inline":
            run.font.name = _MONOSPACED
