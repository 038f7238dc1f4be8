"""A report as a Word document, its references as footnotes; and the parts that other reports have, too."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence

from docx.document import Document as DocumentObject
from docx.oxml.ns import qn
from docx.oxml.text.run import CT_R
from docx.shared import Inches, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from markdown_it.token import Token

from app.core.errors import AppError
from app.export import footnotes
from app.export.formulas import read_formula
from app.export.markdown import read_answer
from app.export.references import RAISED, REFERENCE, CheckedSentence, Reference, legend, table_headings, table_title
from app.export.report import PICTURE_SIDE, PIXELS_PER_INCH, LoadPicture, Picture, Report
from app.export.title_block import TitleBlock
from app.export.word_file import BULLETS, MONOSPACED, WordFile, set_numbering
from app.wording.i18n import _

_LIST_LEVELS = 3  # the styles "List Bullet" to "List Bullet 3"
_LARGEST_HEADING = 2  # the report's own headings are 0 and 1
_SENTENCES_MM = (9, 46, 43, 42)
_FACT_MM = 28


def write(report: Report, load: LoadPicture) -> bytes:
    file = WordFile(report.title)
    document = file.document
    write_head(file, report.head)
    found = {reference.number: reference for reference in report.references}
    written: dict[int, Reference] = {}
    for part in report.parts:
        if part.label:
            document.add_paragraph(part.label, style="Question Label")
        for picture in part.pictures:
            last = _write_picture(document, picture, load)
            last.paragraph_format.keep_with_next = picture is part.pictures[-1]
        if part.question or not part.pictures:
            question = document.add_paragraph(part.question, style="Question")
            if not part.label:
                question.paragraph_format.space_before = Pt(24)
        if part.thought is not None:
            for words in (part.thought.words, part.thought.text):
                document.add_paragraph(words, style="Note")
        writer = DocxWriter(file, document, found)
        writer.write(read_answer(part.answer))
        written |= writer.notes
        if part.note:
            document.add_paragraph(part.note, style="Note")
    if report.sentences:
        document.add_heading(table_title(report.sentences), 1)
        write_legend(file, report.sentences)
        notes = {each.number: number for number, each in written.items()}
        for part in report.parts:
            if part.sentences and part.label:
                document.add_paragraph(part.label, style="Question Label")
            if part.sentences:
                _write_sentences(file, part.sentences, notes)
    write_documents(file, report.head)
    return file.save()


def write_head(file: WordFile, head: TitleBlock) -> None:
    document = file.document
    document.add_heading(head.title, 0)
    table = file.add_table((_FACT_MM, file.width_mm - _FACT_MM))
    for name, value in head.facts:
        label, said = file.add_row(table)
        label.paragraphs[0].add_run(name, style="Label")
        said.paragraphs[0].add_run(value)
    if head.preface:
        document.add_paragraph(head.preface, style="Note").paragraph_format.space_before = Pt(8)


def write_documents(file: WordFile, head: TitleBlock) -> None:
    if not head.documents:
        return
    file.document.add_heading(_("Documents"), 1)
    table = file.add_table((file.width_mm - _FACT_MM, _FACT_MM))
    for each in head.documents:
        title, pages = file.add_row(table)
        title.paragraphs[0].add_run(each.title)
        pages.paragraphs[0].add_run(each.pages, style="Label")
        if each.digest:
            title.add_paragraph(each.digest, style="Digest")


def write_legend(file: WordFile, sentences: Sequence[CheckedSentence]) -> None:
    if words := legend(sentences):
        file.document.add_paragraph(words, style="Note").paragraph_format.space_before = Pt(8)


def _write_sentences(file: WordFile, sentences: Sequence[CheckedSentence], notes: Mapping[int, int]) -> None:
    """Write a table with a row for each sentence. `notes` are the numbers of the footnotes, by those of the
    references."""
    table = file.add_table(_SENTENCES_MM, ("", *table_headings()))
    for each in sentences:
        number, sentence, finding, evidence = file.add_row(table)
        number.paragraphs[0].add_run(", ".join(str(notes[mark]) for mark in each.numbers if mark in notes))
        sentence.paragraphs[0].add_run(each.sentence or "–")
        finding.paragraphs[0].add_run(each.finding.verdict, style=each.finding.tone.value)
        evidence.paragraphs[0].add_run(each.finding.evidence or "–")


def _write_picture(document: DocumentObject, picture: Picture, load: LoadPicture) -> Paragraph:
    """Write an image and return the last paragraph of it."""
    paragraph = document.add_paragraph()
    try:
        png = load(picture.ref, PICTURE_SIDE)
    except AppError as error:
        paragraph.style = "Note"
        paragraph.add_run(picture.missing(error.problem))
        return paragraph
    paragraph.paragraph_format.keep_with_next = True
    width, height = (Inches(pixels / PIXELS_PER_INCH) for pixels in picture.size)
    run = paragraph.add_run()
    run.add_picture(io.BytesIO(png), width, height)
    (properties,) = run.element.xpath(".//wp:docPr")
    properties.set("descr", picture.caption)  # what is read out in its place
    return document.add_paragraph(picture.caption, style="Caption")


class DocxWriter:
    """Writes the tokens of an answer into a document, or into a cell of a table.

    `references` become footnotes, by their numbers; those that are not among them keep these. `notes` are those that
    were written, by the numbers of the footnotes. `_own` are the words of footnotes that the answer has itself.
    `_lists` are the numberings of those that are open.
    """

    def __init__(
        self, file: WordFile, place: DocumentObject | _Cell, references: Mapping[int, Reference] | None = None
    ) -> None:
        self._file = file
        self._place = place
        self._references = references or {}
        self.notes: dict[int, Reference] = {}
        self._own: dict[int, str] = {}
        self._lists: list[int] = []
        self._continues = False
        self._quotes = 0
        self._in_table = False
        self._row: list[Sequence[Token]] = []
        self._rows: list[list[Sequence[Token]]] = []
        self._heading = 0

    def write(self, tokens: Sequence[Token]) -> None:
        body, self._own = footnotes.split_notes(tokens)
        for token in body:
            match token.type:
                case "bullet_list_open":
                    self._lists.append(BULLETS)
                case "ordered_list_open":
                    self._lists.append(self._file.begin_numbers(int(token.attrs.get("start", 1))))
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                case "list_item_open":
                    self._continues = False
                case "blockquote_open" | "blockquote_close":
                    self._quotes += token.nesting
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
                    self._write_text(self._place.add_paragraph(style="Code"), token.content.rstrip("\n"))
                case "math_block":
                    self._write_text(self._place.add_paragraph(style="Code"), read_formula(token).source)
                case "inline":
                    self._write_inline(token.children or ())

    def _write_inline(self, children: Sequence[Token]) -> None:
        if self._in_table:
            self._row.append(children)
            return
        if self._heading and not self._in_cell:
            level = min(9, self._heading + _LARGEST_HEADING - 1)
            paragraph = self._place.add_paragraph(style=f"Heading {level}")
        else:
            paragraph = self._place.add_paragraph(style=self._style())
            if self._lists and not self._continues:
                set_numbering(paragraph, self._lists[-1], min(len(self._lists), _LIST_LEVELS) - 1)
            self._continues = True
        self._write_runs(paragraph, children, bold=bool(self._heading) and self._in_cell)

    @property
    def _in_cell(self) -> bool:
        return isinstance(self._place, _Cell)

    def _style(self) -> str | None:
        if self._in_cell:
            return "Cell"
        if self._lists and self._continues:
            return "List Continue"
        if self._lists:
            level = min(len(self._lists), _LIST_LEVELS)
            name = "List Bullet" if self._lists[-1] == BULLETS else "List Number"
            return name if level == 1 else f"{name} {level}"
        return "Quote" if self._quotes else None

    def _write_table(self) -> None:
        rows, self._rows, self._in_table = self._rows, [], False
        if not rows:
            return
        table = self._place.add_table(len(rows), max(len(row) for row in rows))
        table.style = "Ruled"
        for number, (row, cells) in enumerate(zip(table.rows, rows, strict=True)):
            for cell, children in zip(row.cells, cells, strict=False):
                cell.paragraphs[0].style = "Cell"
                self._write_runs(cell.paragraphs[0], children, bold=number == 0)
        self._place.add_paragraph(style="Fact")  # two tables that touch would be one

    def _write_runs(self, paragraph: Paragraph, children: Sequence[Token], *, bold: bool = False) -> None:
        strong, emphasis, struck = int(bold), 0, 0
        address = ""
        for child in children:
            match child.type:
                case "strong_open" | "strong_close":
                    strong += child.nesting
                case "em_open" | "em_close":
                    emphasis += child.nesting
                case "s_open" | "s_close":
                    struck += child.nesting
                case "link_open":
                    address = str(child.attrs.get("href", ""))
                case "link_close":
                    paragraph.add_run(f" ({address})")
                case "softbreak":
                    paragraph.add_run(" ")
                case "hardbreak":
                    paragraph.add_run().add_break()
                case "math_inline" | "math_inline_double":
                    self._write_formula(paragraph, child)
                case footnotes.REFERENCE:
                    words = self._own.get(int(child.meta["id"]), "")
                    self._file.notes.add(paragraph, REFERENCE.sub(self._say, words))
                case "text" | "code_inline":
                    for run in self._write_text(paragraph, child.content):
                        run.bold, run.italic = bool(strong) or None, bool(emphasis) or None
                        run.font.strike = bool(struck) or None
                        if child.type == "code_inline":
                            run.font.name = MONOSPACED

    def _write_text(self, paragraph: Paragraph, text: str) -> list[Run]:
        """Write a text and return the runs that it makes: all of a long paragraph take long to look through."""
        before = len(paragraph._p)
        for number, piece in enumerate((RAISED if self._references else REFERENCE).split(text)):
            if number % 2:
                self._write_reference(paragraph, int(piece))
            elif piece:
                paragraph.add_run(piece)
        added: list[CT_R] = paragraph._p[before:]  # type: ignore[index, assignment]  # as of any element
        return [Run(each, paragraph) for each in added if each.tag == qn("w:r")]

    def _write_formula(self, paragraph: Paragraph, token: Token) -> None:
        """Write a formula's source, set off as code if it is a formula."""
        written = read_formula(token)
        for run in self._write_text(paragraph, written.source):
            if written.is_one:
                run.font.name = MONOSPACED

    def _say(self, found: re.Match[str]) -> str:
        """Return a page mark inside a footnote, in words."""
        reference = self._references.get(int(found[1]))
        return f"[{found[1]}]" if reference is None else f"({reference.place})"

    def _write_reference(self, paragraph: Paragraph, number: int) -> None:
        reference = self._references.get(number)
        if reference is None:
            paragraph.add_run(f"[{number}]").font.superscript = True
        else:
            self.notes[self._file.notes.add(paragraph, reference.words)] = reference
