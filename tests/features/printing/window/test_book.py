"""Pages of the open book on paper: as they are drawn, or set for it. Into a file, since there is no printer."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtPrintSupport import QPrintDialog, QPrinter

from app.core.conversations.conversation import PageRange
from app.core.conversations.image import Raster
from app.core.documents.document import Document, Format, Page
from app.core.errors import Code
from app.core.settings import ThemeChoice
from app.features.printing.window.printing import PrintingWindow
from tests.conftest import OFFSCREEN
from tests.said import says
from tests.ui.room import LEASE, LETTERS, Room


def _wide_red(page: int, width: int) -> Raster:
    """Page 2 lies across."""
    height = width // 2 if page == 2 else width * 2
    return Raster(width, height, b"\xc8\x1e\x1e" * (width * height))


def _open(room: Room, place: int, **options: object) -> None:
    room.reader.draw = _wide_red
    room.add_books()
    room.add_conversation("A", [room.books[LEASE], room.books[LETTERS]])
    room.open(**options)  # type: ignore[arg-type]
    room.presenter.places.pages.first.open_page(room.books[place].id, 2)
    room.settle()


def _choose(room: Room, path: Path, first: int, last: int) -> None:
    """Choose what to print, as a person does in the dialog."""
    actions = room.window.page.view_menu().actions()
    next(action for action in actions if action.text() == "Print…").trigger()
    dialog = room.window.findChild(QPrintDialog)
    assert dialog is not None
    printer = dialog.printer()
    assert (dialog.fromPage(), dialog.toPage()) == (2, 2), "the page that one reads"
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(path))
    printer.setResolution(96)
    printer.setFromTo(first, last)
    dialog.done(QPrintDialog.DialogCode.Accepted)
    room.settle()


def test_pages_of_a_pdf_are_printed_as_they_are_drawn(room: Room, tmp_path: Path) -> None:
    _open(room, LETTERS)
    _choose(room, tmp_path / "paper.pdf", 1, 3)
    with pypdfium2.PdfDocument(tmp_path / "paper.pdf") as printed:
        assert len(printed) == 3
        for page in printed:
            drawn = page.render(scale=0.2).to_pil()
            assert drawn.height > drawn.width, "one that lies across is turned"
            assert drawn.getpixel((drawn.width // 2, drawn.height // 2))[0] > 150
    assert room.window.talk.notice.text() == "Saved as “paper.pdf”."


def test_flowing_text_is_set_on_as_many_sheets_as_it_takes(room: Room, tmp_path: Path) -> None:
    _open(room, LEASE, theme=ThemeChoice.DARK)
    long = "The fjord’s left.\n\n" + "\n\n".join(f"Paragraph {number} of a page that is long." for number in range(90))
    book = room.add_book(Document("Long", Format.TEXT, "55" * 32, (Page(1, "i", long), Page(2, "ii", "The end."))), 6)
    room.presenter.places.pages.first.open_page(book.id, 2)
    room.settle()
    _choose(room, tmp_path / "paper.pdf", 1, 2)
    with pypdfium2.PdfDocument(tmp_path / "paper.pdf") as printed:
        texts = [page.get_textpage().get_text_range() for page in printed]
        ink = printed[0].render(scale=1).to_pil().convert("L")
    assert len(texts) >= 3
    assert "The fjord’s left." in texts[0], "as it is written, not as a font's table has it"
    assert "Paragraph 0 " in texts[0]
    assert "Paragraph 89 " in texts[-2]
    assert "The end." in texts[-1]
    assert all("Long · p. i" in text for text in texts)
    low, high = ink.getextrema()
    assert (low < 80, high) == (True, 255), "dark on white in the dark theme too"


def test_tables_are_printed_as_tables_each_row_on_one_page(room: Room, tmp_path: Path) -> None:
    _open(room, LEASE)
    rows = "\n".join(
        f"Row {number} | begins {number} and goes on in its cell, and on | ends {number}" for number in range(70)
    )
    tall = f"Tall | begins{' a cell that is higher than the paper' * 400} | ends tall"
    text = f"Title\n\nNo. | What | Amount\n{rows}\n{tall}\n\nThe end."
    book = room.add_book(Document("Long", Format.DOCX, "57" * 32, (Page(1, "i", text), Page(2, "ii", "After."))), 6)
    room.presenter.places.pages.first.open_page(book.id, 2)
    room.settle()
    _choose(room, tmp_path / "paper.pdf", 1, 1)
    with pypdfium2.PdfDocument(tmp_path / "paper.pdf") as printed:
        texts = [page.get_textpage().get_text_range() for page in printed]
    assert len(texts) > 2
    pages = ["".join(text.split()) for text in texts]
    assert "|" not in "".join(pages)
    for number in range(70):
        row = f"Row{number}begins{number}andgoesoninitscell,andonends{number}"
        assert sum(row in page for page in pages) == 1
    assert "".join(pages).replace("Long·p.i(1of2)", "").count("higherthanthepaper") == 400
    assert "Theend." in pages[-1]


@pytest.mark.qt_log_ignore("QPainter::begin", OFFSCREEN, extend=True)
def test_a_printer_that_does_not_work_is_told_of(room: Room, tmp_path: Path) -> None:
    _open(room, LEASE)
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "gone" / "paper.pdf"))
    room.feature(PrintingWindow).book.print_on(room.books[LEASE], printer, PageRange(1, 1))
    room.settle()
    assert says(room.window.talk.notice.text(), Code.PRINT_FAILED)
