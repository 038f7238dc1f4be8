"""A grid whose names and numbers are replaced."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

from app.core.conversations.conversation import Answer, BookRef, Ending, StoredQuestion
from app.core.conversations.values import AnswerForm, ValueKind
from app.core.documents.document import Book, Format
from app.features.pseudonyms.data import NamedKind, Pseudonym
from app.features.pseudonyms.export import with_stand_ins
from app.features.pseudonyms.stand_ins import Replacer
from app.features.tables.data import GridColumn, GridRow, Sheet, SheetCell
from app.features.tables.export import files
from app.features.tables.export.report import compose_grid

_SMITH = Pseudonym(1, NamedKind.PERSON, "John Smith", "[Person 1]")


_BORN = Pseudonym(2, NamedKind.BIRTH_DATE, "4 Mar 1970", "[Date of birth 1]")


_REPLACER = Replacer([_SMITH, _BORN])


_BOOK = Book("b", "Lease of John Smith", Format.PDF, "5" * 64, "/cases/John Smith.pdf", 0.0, 61, 0)


def _without(text: str) -> str:
    return _REPLACER.replaced(text)[0]


def test_a_date_of_birth_is_in_no_cell_and_no_file_is_named(tmp_path: Path) -> None:
    form = AnswerForm(ValueKind.DATE)
    question = StoredQuestion("1", "s", None, "Born?", (BookRef("b"),), 0.0, form=form)
    answer = Answer("a", "1", "1970-03-04", Ending.COMPLETE, "Scout", 0.0)
    cells = (SheetCell(question, answer),)
    rows = (GridRow(1, (BookRef("b"),)),)
    sheet = Sheet("s", "Births", 0.0, (), cells, columns=(GridColumn("Born?", "", form, 1),), rows=rows)
    grid = compose_grid(sheet, {"b": _BOOK}, now=datetime(2026, 11, 27, tzinfo=UTC))
    assert grid.lines[0].cells[0].words == _BORN.text
    made = with_stand_ins(grid, _without)
    path = tmp_path / "births.csv"
    files.write(made, path)
    assert "[Date of birth 1]" in path.read_text("utf-8-sig")
    assert "1970" not in path.read_text("utf-8-sig")
    path = tmp_path / "births.xlsx"
    files.write(made, path)
    with zipfile.ZipFile(path) as opened:
        inside = "".join(opened.read(name).decode("utf-8", "replace") for name in opened.namelist())
    assert "Smith" not in inside
