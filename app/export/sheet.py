"""What the export of a question sheet says, whatever its format: a line for every question."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

from app.core.document import Book
from app.core.sheet import RowState, Sheet, SheetRow
from app.export.html import STYLE
from app.export.markdown import harmless, parser
from app.export.report import CLOSE, OPEN, REFERENCE, Reference, cleaned, note_on, number_references
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.support import basis_words


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
    question, answer = cleaned(row.question.text), row.answer
    if answer is None:
        return SheetLine(number, question, "", (), _("This question has not been asked yet."))
    text, references = number_references(answer, books)
    note = note_on(row.question, answer)
    if row.state is RowState.FAILED and answer.problem is not None:
        note = " ".join(filter(None, (basis_words(row.question, answer), cleaned(sentence(answer.problem)))))
    return SheetLine(number, question, text, tuple(references), note)


_PIPE = "&#124;"  # an escaped one would end the cell all the same behind a backslash


def write_markdown(report: SheetReport) -> str:
    """A row of a table is one line: what an answer says in several stands in one cell, with breaks."""
    lines = [f"# {_cell(report.title)}", ""]
    if report.books:
        lines += [_("Books: {books}").format(books=_cell(report.books)), ""]
    lines += ["| | {} | {} | {} |".format(*map(_cell, headings())), "|---|---|---|---|"]
    for line in report.lines:
        answer = _cell(line.plain_answer)
        note = f"*{_cell(line.note)}*" if line.note else ""
        cells = (str(line.number), _cell(line.question), "<br>".join(filter(None, (answer, note))))
        lines.append(f"| {' | '.join(cells)} | {'<br>'.join(map(_cell, line.listed))} |")
    return "\n".join(lines) + "\n"


def write_html(report: SheetReport) -> str:
    """One page that needs nothing else: no script, no picture, no address that is fetched."""
    markdown = parser()
    title = html.escape(report.title)
    body = [f"<h1>{title}</h1>"]
    if report.books:
        body.append(f'<p class="note">{html.escape(_("Books: {books}").format(books=report.books))}</p>')
    body.append("<table><tr><th></th>" + "".join(f"<th>{html.escape(name)}</th>" for name in headings()) + "</tr>")
    for line in report.lines:
        answer = markdown.render(REFERENCE.sub(r"[\1]", line.answer))
        note = f'<p class="note">{html.escape(line.note)}</p>' if line.note else ""
        references = "".join(f"<p>{html.escape(words)}</p>" for words in line.listed)
        question = html.escape(line.question).replace("\n", "<br>")
        body.append(f"<tr><td>{line.number}</td><td>{question}</td><td>{answer}{note}</td><td>{references}</td></tr>")
    body.append("</table>")
    style = f"{STYLE}body{{max-width:none}}td{{vertical-align:top}}"
    head = f'<meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    page = f"<!doctype html><html><head>{head}</head><body>{''.join(body)}</body></html>\n"
    return page.replace(OPEN, "").replace(CLOSE, "")


def _cell(text: str) -> str:
    lines = (" ".join(line.split()) for line in harmless(text).replace("|", _PIPE).splitlines())
    return "<br>".join(lines).removesuffix("<br>")
