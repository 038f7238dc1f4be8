"""What is copied of an answer or of a table: HTML for word processors and spreadsheets, plain text for all else."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from app.core.conversation import Answer, CitationState
from app.core.document import Book
from app.export.html import ENCODED
from app.export.markdown import read_answer, render_answer
from app.export.references import CLOSE, OPEN, REFERENCE, Reference, number_references
from app.export.table import Rows, disarm_cell
from app.wording.i18n import _


@dataclass(frozen=True)
class ClipboardText:
    html: str
    plain: str


def copy_answer(answer: Answer, books: Mapping[str, Book]) -> ClipboardText:
    """An answer with its page marks in words, such as “(Harbour Lease, p. 87)”: there is nothing to click elsewhere.
    `books` by their ids: they name their pages."""
    placed = tuple(citation for citation in answer.citations if citation.start >= 0)
    text, references = number_references(msgspec.structs.replace(answer, citations=placed), books)
    missed = {
        number
        for number, citation in enumerate(sorted(placed, key=lambda each: each.start), 1)
        if citation.state is CitationState.NOT_FOUND
    }

    def say(found: re.Match[str]) -> str:
        number = int(found[1])
        return _word(references[number - 1], missed=number in missed)

    shown = ENCODED.sub("", render_answer(read_answer(text)))
    rich = REFERENCE.sub(lambda found: html.escape(say(found)), shown)
    return ClipboardText(_fragment(_without_marks(rich)), _without_marks(REFERENCE.sub(say, text)))


def copy_table(rows: Rows) -> ClipboardText:
    """A table that a spreadsheet takes cell by cell. `rows` are untrusted; none becomes a formula."""
    cells = [[disarm_cell(" ".join(cell.split())) for cell in row] for row in rows]
    lines = []
    for number, row in enumerate(cells):
        tag = "td" if number else "th"
        lines.append("<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>")
    plain = "\n".join("\t".join(row) for row in cells)
    return ClipboardText(_fragment(f"<table>{''.join(lines)}</table>"), plain)


def _word(reference: Reference, *, missed: bool) -> str:
    if missed:
        return _("({place}: not found there)").format(place=reference.place)
    return f"({reference.place})"


def _without_marks(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")


def _fragment(body: str) -> str:
    return f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>'
