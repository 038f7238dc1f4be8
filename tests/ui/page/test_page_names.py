"""One page has one name in the whole window: what its book calls it, with its number where that alone would not do."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import BookRef, PageRange
from app.core.conversations.events import Reading
from app.core.conversations.image import Raster
from app.core.documents.document import Book, PageLayer
from app.core.documents.page_names import PageName
from app.documents import worker
from app.documents.formats.contract import Content
from app.ui.chat.text.chip import ChipButton
from app.ui.page.popups import OutlinePopup, ThumbnailPopup
from app.ui.shelf.pages_dialog import PagesDialog, pages_tokens_words
from app.ui.shelf.rows import BookList, read_to_words
from app.wording.page_names import no_page_words, range_words
from tests.documents import labelled
from tests.there import there
from tests.ui.gate import Gate
from tests.ui.room import Room, wait

_TOKENS = 10_300  # a hundred a page
_RULES = 48  # tokens before the first page
_CONTENT = Content("manual.pdf", labelled.pdf(), "")


def _draw(page: int, width: int) -> Raster:
    return worker.page_image(_CONTENT, page, width)


def _layer(page: int) -> PageLayer:
    return worker.page_layer(_CONTENT, page)


def _open(room: Room) -> Book:
    """Open the window with the book on the desk."""
    room.engine.tokens = {labelled.TITLE: _TOKENS}
    room.reader.draw, room.reader.layer = _draw, _layer
    made = room.add_book(labelled.document())
    room.add_conversation("Lamps", [made])
    room.open()
    return made


@pytest.fixture
def book(room: Room) -> Book:
    return _open(room)


def _go(qtbot: QtBot, room: Room, typed: str) -> tuple[str, str]:
    """Type it into Go to page; where that leads, and what is said about it."""
    room.window.page.focus_pager()
    field = room.window.page.pager.field
    field.setText(typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    room.settle()
    return room.window.page.pager.place(), room.window.page.note()


def _rows(room: Room) -> BookList:
    rows = room.window.shelf.book_view.model()
    assert isinstance(rows, BookList)
    return rows


def _marks(room: Room) -> list[str]:
    """In the order of reading, first those in the text."""
    message = room.last_answer()
    return [chip.text() for chip in message.stops() if isinstance(chip, ChipButton)]


def _names(words: str) -> set[str]:
    return {name for name in ("p. 3 (11 of 103)", "p. 3", "p. 11") if name in words}


def test_the_eleventh_page_that_is_called_3_is_so_named_where_it_is_read(qtbot: QtBot, room: Room, book: Book) -> None:
    panel = room.window.page
    room.presenter.places.pages.first.open_page(book.id, 11)
    room.settle()
    assert panel.pager.place() == "3 (11 of 103)"
    assert panel.pager.field.text() == "3"
    assert "#11" in panel.pager.field.toolTip()

    panel.header.find_field.setText("number 11 lamp")
    wait(lambda: panel.found.hits.hits.rowCount() == 1)
    assert _names(panel.found.hits.hits.index(0).data()) == {"p. 3"}

    panel.text.select_all()
    panel.selection.menu().actions()[0].trigger()
    assert QGuiApplication.clipboard().text().endswith("(Harbour Policy Manual, p. 3)")

    with qtbot.waitSignal(room.presenter.places.pages.first.image_taken) as taken:
        room.presenter.places.pages.first.questions.ask_about_page()
    assert taken.args[0].ref.untrusted_name == "Harbour Policy Manual, p. 3"
    room.presenter.talk_area.attachments.clear(room.shown().id)

    panel.open_outline()
    (outline,) = room.window.findChildren(OutlinePopup)
    assert [there(outline.tree.topLevelItem(row)).text(1) for row in range(4)] == ["iii", "1 (9 of 103)", "3", "5"]
    outline.close()

    panel.header.thumbnails.click()
    (thumbnails,) = room.window.findChildren(ThumbnailPopup)
    shown = [thumbnails.pages.index(row).data() for row in (0, 2, 8, 10)]
    assert shown == ["1 (1 of 103)", "i", "1 (9 of 103)", "3"]
    assert thumbnails.pages.index(10).data(Qt.ItemDataRole.AccessibleTextRole) == "p. 3"
    thumbnails.close()

    room.presenter.shelf_area.report.open(book)
    room.settle()
    assert room.presenter.shelf_area.report.dialog is not None
    assert room.presenter.shelf_area.report.dialog.pages.index(10).data() == "p. 3 · text"
    room.presenter.shelf_area.report.dialog.close()


def test_it_is_so_named_where_the_model_reads_it(room: Room) -> None:
    room.engine.to_read = _TOKENS + _RULES
    begun, middle = Gate(), Gate()
    room.engine.readings = [(Reading(0, _TOKENS, 0), begun, Reading(_RULES + 1_050, _TOKENS, 0), middle)]
    book = _open(room)
    room.presenter.places.pages.first.open_page(book.id, 11)
    room.settle()
    room.window.talk.spine.action.click()
    wait(begun.reached.is_set)
    begun.open()
    wait(middle.reached.is_set)
    wait(lambda: room.row(book).state_text.startswith("model is reading, p. 3 (11 of "))
    middle.open()


def test_what_the_model_has_read_is_told_by_the_same_names(room: Room) -> None:
    room.engine.to_read = _TOKENS - 1_100
    book = _open(room)
    room.presenter.places.pages.first.open_page(book.id, 50)
    room.settle()
    assert room.row(book).state_text == read_to_words(PageName("3"))


def test_it_is_so_named_where_pages_are_chosen(qtbot: QtBot, room: Room, book: Book) -> None:
    names = book.page_names
    room.presenter.shelf_area.shelf.ask_pages(book.id)
    room.settle()
    (dialog,) = room.window.findChildren(PagesDialog)
    chapters = [dialog.outline.item(row).text().split(" · ")[0] for row in range(4)]
    assert chapters == [
        "Preface   iii–vi",
        "About this manual   1–2 (9–10 of 103)",
        "Scope of this document   3–4",
        "Berths   5–95",
    ]
    dialog.outline.setCurrentRow(2)
    assert (dialog.first.text(), dialog.last.text()) == ("3", "4")
    assert dialog.range.text() == range_words(names.of(11), names.of(12))
    dialog.first.setText("iii")
    dialog.last.setText("#11")
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.accept()
    assert chosen.args == [book.id, PageRange(5, 11)]
    qtbot.waitUntil(lambda: room.row(book).pages == PageRange(5, 11))
    index = _rows(room).index_of(book.id)
    assert range_words(names.of(5), names.of(11)) in index.data(Qt.ItemDataRole.AccessibleDescriptionRole)


def test_a_page_that_there_is_not_is_not_chosen(qtbot: QtBot, room: Room, book: Book) -> None:
    names = book.page_names
    room.presenter.shelf_area.shelf.ask_pages(book.id)
    room.settle()
    (dialog,) = room.window.findChildren(PagesDialog)
    wait(lambda: dialog.tokens.text() == pages_tokens_words(10_300))
    dialog.last.setText("200")
    with qtbot.assertNotEmitted(dialog.chosen):
        dialog.accept()
    assert dialog.isVisible()
    assert dialog.last.text() == "200", "it stays to be mended"
    assert dialog.range.text() == no_page_words("200", names)
    assert dialog.tokens.text() == " "
    dialog.last.setText("95")
    dialog.last.editingFinished.emit()
    assert dialog.range.text() == range_words(names.of(1), names.of(103))
    wait(lambda: dialog.tokens.text() == pages_tokens_words(10_300))
    dialog.last.setText("1")
    assert dialog.last.page() == 9, "the nearest of both"
    assert dialog.last.text() == "1 (9 of 103)"
    assert dialog.range.text().startswith("p. 1–1 (1–9 of 103). This document has 2 pages called 1. #9 is the last")


def test_marks_references_and_exports_name_it_so(room: Room, book: Book, tmp_path: Path) -> None:
    room.engine.answers = [
        (
            " ".join(
                f"“Rule {n}: the harbour office keeps the number {n} lamp burning until the morning” [p. {label}]."
                for n, label in ((11, 3), (9, 1), (1, 1), (12, 3))
            ),
        )
    ]
    room.ask("Which lamp 11?")
    marks = ["p. 3 ✓", "p. 1 (9 of 103) ✓", "p. 1 (1 of 103) ✓", "p. 3 → 4 ✓"]
    assert _marks(room)[:4] == marks
    assert [citation.page for citation in room.answer().citations] == [11, 9, 1, 12]
    for mark, page in zip(marks, (11, 9, 1, 12), strict=True):
        chip = next(chip for chip in room.last_answer().findChildren(ChipButton) if chip.text() == mark)
        chip.click()
        room.settle()
        assert room.presenter.shown.place == (book.id, page)
    room.last_answer().foot.numbers_button.click()
    restated = _marks(room)[4:]
    assert "p. 3" in restated
    assert "p. 11" not in restated
    tip = next(chip for chip in room.last_answer().findChildren(ChipButton) if chip.text() == marks[1])
    assert "p. 1 (9 of 103) of Harbour Policy Manual" in tip.accessibleDescription()

    for ending in (".md", ".html"):
        room.presenter.places.exporting.export()
        dialog = room.window.findChildren(QFileDialog)[-1]
        dialog.fileSelected.emit(str(tmp_path / f"out{ending}"))
        dialog.reject()
        room.settle()
        written = (tmp_path / f"out{ending}").read_text(encoding="utf-8")
        for named in ("p. 3", "p. 1 (9 of 103)", "p. 1 (1 of 103)"):
            assert f"On {named} of Harbour Policy Manual, word for word" in written


@pytest.mark.parametrize(
    ("typed", "place", "said"),
    [
        ("3", "3 (11 of 103)", ""),
        ("IV", "iv (6 of 103)", ""),
        ("#11", "3 (11 of 103)", ""),
        ("103", "95 (103 of 103)", "No page of this document is called 103. This is p. 95 (103 of 103)."),
        ("0", "v (7 of 103)", "No page of this document is called 0. You can also count its 103 pages: #1 to #103."),
        ("#104", "v (7 of 103)", "No page of this document is called #104. You can also count its 103 pages"),
        ("1", "1 (9 of 103)", "This document has 2 pages called 1. This is p. 1 (9 of 103); Return goes to the next"),
    ],
)
def test_one_goes_to_a_page_by_what_it_is_called_or_by_its_number(
    qtbot: QtBot, room: Room, book: Book, typed: str, place: str, said: str
) -> None:
    room.presenter.places.pages.first.open_page(book.id, 7)
    room.settle()
    header, note = _go(qtbot, room, typed)
    assert header == place
    assert note.startswith(said) if said else note == ""


def test_return_goes_on_among_pages_of_the_same_name(qtbot: QtBot, room: Room, book: Book) -> None:
    room.presenter.places.pages.first.open_page(book.id, 50)
    room.settle()
    assert _go(qtbot, room, "1")[0] == "1 (9 of 103)", "the nearest"
    assert _go(qtbot, room, "1")[0] == "1 (1 of 103)"
    assert room.window.page.pager.field.text() == "1 (1 of 103)"
    assert _go(qtbot, room, "1 (1 of 103)")[0] == "1 (9 of 103)", "as it stands in the field"
    assert _go(qtbot, room, "3") == ("3 (11 of 103)", "")
    assert _go(qtbot, room, "3") == ("3 (11 of 103)", "")


def test_a_book_that_counts_its_pages_is_only_counted(room: Room) -> None:
    room.add_books()
    lease = room.books[0]
    room.add_conversation("A")
    room.desk.conversations.set_books(room.desk.conversations.all()[0].id, (BookRef(lease.id, PageRange(3, 40)),))
    room.open()
    room.presenter.places.pages.first.open_page(lease.id, 11)
    room.settle()
    assert room.window.page.pager.place() == "11 of 412"
    index = _rows(room).index_of(lease.id)
    assert "p. 3–40 of 412" in index.data(Qt.ItemDataRole.AccessibleDescriptionRole)


def test_in_japanese_it_is_named_as_shortly(room: Room, book: Book) -> None:
    from app.wording.i18n import use_language

    use_language("ja")
    try:
        room.presenter.places.pages.first.open_page(book.id, 11)
        room.settle()
        assert room.window.page.pager.place() == "3 （11/103）"
        room.presenter.places.pages.first.open_page(book.id, 9)
        room.settle()
        assert room.window.page.pager.place() == "1（9/103）"
    finally:
        use_language("en")
