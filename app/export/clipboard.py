"""Copies of an answer or of a table: HTML for word processors and spreadsheets, plain text for all else."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.core.conversations.conversation import Answer
from app.core.documents.document import Book
from app.export.html import ENCODED
from app.export.markdown import read_answer, render_answer
from app.export.references import CLOSE, OPEN, REFERENCE, check_answer, cleaned, marks_with_owners
from app.export.table import Rows, disarm_cell
from app.wording.verdicts import verdict_label


@dataclass(frozen=True)
class ClipboardText:
    html: str
    plain: str


def copy_answer(answer: Answer, books: Mapping[str, Book]) -> ClipboardText:
    """Return an answer with its page marks in words, such as “(Harbour Lease, p. 87)”: there is nothing to click
    elsewhere. One mark of a sentence says what the pages have of it. `books` by their ids: they name their pages."""
    checked = check_answer(answer, books)
    said = _said_at(answer, books)

    def say(found: re.Match[str]) -> str:
        number = int(found[1])
        return f"({said.get(number) or checked.references[number - 1].place})"

    shown = ENCODED.sub("", render_answer(read_answer(checked.text)))
    rich = REFERENCE.sub(lambda found: html.escape(say(found)), shown)
    return ClipboardText(_fragment(_without_marks(rich)), _without_marks(REFERENCE.sub(say, checked.text)))


def copy_table(rows: Rows) -> ClipboardText:
    """Return a table that a spreadsheet takes cell by cell. `rows` are untrusted; none becomes a formula."""
    cells = [[disarm_cell(" ".join(cell.split())) for cell in row] for row in rows]
    lines = []
    for number, row in enumerate(cells):
        tag = "td" if number else "th"
        lines.append("<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>")
    plain = "\n".join("\t".join(row) for row in cells)
    return ClipboardText(_fragment(f"<table>{''.join(lines)}</table>"), plain)


def _said_at(answer: Answer, books: Mapping[str, Book]) -> dict[int, str]:
    """Return the words of one mark of each sentence, by the number of that mark: the one of the verdict's page, else
    the last."""
    speaking: dict[int, tuple[bool, int]] = {}
    for number, (mark, owner) in enumerate(marks_with_owners(answer), 1):
        if owner is not None:
            verdict = answer.verdicts[owner]
            is_its_page = (mark.book_id, mark.page) == (verdict.book_id, verdict.page)
            speaking[owner] = max(speaking.get(owner, (False, 0)), (is_its_page, number))
    said = {}
    for owner, (_is_its_page, number) in speaking.items():
        verdict = answer.verdicts[owner]
        title = f"{cleaned(verdict.document)}," if verdict.document else ""
        said[number] = cleaned(verdict_label(verdict, books, title))
    return said


def _without_marks(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")


def _fragment(body: str) -> str:
    return f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>'
