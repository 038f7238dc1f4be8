"""A sheet says in every file that an answer rests on no book."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from app.core.conversations.conversation import Answer, BookRef, Ending, StoredQuestion
from app.core.conversations.image import ImageRef
from app.features.tables.data import Sheet, SheetCell
from app.features.tables.export import files
from app.features.tables.export.report import compose_sheet

IMAGE = ImageRef("cd" * 32, "chart.png", 400, 300)


ALONE = StoredQuestion("q", "c", None, "When?", (), 0.0)


READ = msgspec.structs.replace(ALONE, books=(BookRef("b"),), images=(IMAGE,))


ANSWER = Answer("a", "q", "In May.", Ending.COMPLETE, "Scout", 0.0)


WORDS = "Answered without any document."


def text_of(path: Path) -> str:
    match path.suffix:
        case ".docx":
            document = Document(str(path))
            cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
            return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
        case ".xlsx":
            rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
            return "\n".join(str(cell) for row in rows for cell in row)
        case _:
            return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", files.SHEET_ENDINGS)
def test_in_every_file_of_a_sheet(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    rows = (SheetCell(ALONE, ANSWER), SheetCell(msgspec.structs.replace(READ, images=()), ANSWER), SheetCell(ALONE))
    files.write(compose_sheet(Sheet("s", "Sheet", 0.0, (), rows), {}), path)
    assert text_of(path).count(WORDS) == 1
