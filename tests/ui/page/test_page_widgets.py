"""The page as text and as a drawing: what is lit, what is copied, what is asked of the reader."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.documents.document import READING, Book, Flag, Format, Page, Section
from app.ui.kit.words import page_note
from app.ui.look.icons import Icons
from app.ui.look.theme import PAPER, SIZE_TEXT, Theme
from app.ui.page.panel import PagePanel
from app.ui.page.popups import OutlinePopup
from app.ui.page.text_page import TextPage, measure
from app.wording.page_flags import outdated_words
from tests.there import there

_TEXT = (
    "第三章 😀 係留\n\nThe first line of this paragraph was broken by a program\n"
    "to some width, and so was this second line of it, here.\n\nTHE END"
)


@pytest.fixture
def page(qtbot: QtBot) -> TextPage:
    made = TextPage(Theme())
    qtbot.addWidget(made)
    made.resize(420, 300)
    with qtbot.waitExposed(made):
        made.show()
    return made


def _lit(page: TextPage) -> list[tuple[str, str]]:
    return [
        (selection.cursor.selectedText(), selection.format.background().color().name().upper())
        for selection in page.extraSelections()
    ]


def test_the_quotation_is_lit_across_lines_and_beyond_the_first_plane(page: TextPage) -> None:
    page.show_page(_TEXT)
    start = _TEXT.index("program")
    end = _TEXT.index("some") + len("some")
    page.light((start, end))
    assert _lit(page) == [("program to some", PAPER.highlight)]
    assert page.lit_words() == "program\nto some"


def test_what_is_copied_has_the_pages_own_lines(page: TextPage) -> None:
    page.show_page(_TEXT)
    page.selectAll()
    page.copy()
    assert QGuiApplication.clipboard().text() == _TEXT
    assert QGuiApplication.clipboard().mimeData().formats() == ["text/plain"]


def test_words_are_found_whatever_their_case(page: TextPage) -> None:
    page.show_page(_TEXT)
    assert page.find_words("LINE") == 2
    assert [words for words, _colour in _lit(page)] == ["line", "line"]
    assert page.find_words("係留") == 1
    assert page.find_words("absent") == 0
    assert page.find_words("") == 0
    page.show_page("İstanbul ı İ")
    assert page.find_words("İ") == 2


def test_invisible_and_turning_characters_are_shown(page: TextPage) -> None:
    page.show_page("pay \u202e001\u202c euros\u200b now")
    assert "\u202e" not in page.toPlainText()
    assert "U+202E" in page.toPlainText()


def test_lines_are_never_longer_than_the_measure(qtbot: QtBot) -> None:
    panel = PagePanel(Icons(Theme()))
    qtbot.addWidget(panel)
    panel.resize(1600, 800)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.show_book(Book("b", "Book", Format.TEXT, "", "", 0.0, 1, 0))
    panel.show_text()
    panel.text.show_texts([Page(1, "1", "word " * 400)])
    sheet = panel.text.sheet()
    assert sheet is not None
    line = sheet.document().firstBlock().layout().lineAt(0)
    assert line.textLength() <= 90
    assert line.width() <= measure(SIZE_TEXT) + 2


def test_the_outline_shows_where_one_is_and_goes_where_one_chooses(qtbot: QtBot) -> None:
    sections = (Section("One", 1), Section("One a <b>", 5, 2), Section("Two", 9), Section("Deep", 12, 4))
    ground = QWidget()
    qtbot.addWidget(ground)
    popup = OutlinePopup(Book("b", "Book", Format.EPUB, "", "", 0.0, 20, 0, outline=sections), 7, ground)
    popup.show()
    assert popup.tree.topLevelItemCount() == 2
    assert there(popup.tree.currentItem()).text(0) == "One a <b>"
    popup.tree.setCurrentItem(there(popup.tree.topLevelItem(1)))
    with qtbot.waitSignal(popup.chosen) as chosen:
        qtbot.keyClick(popup.tree, Qt.Key.Key_Return)
    assert chosen.args == [9]
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # it is gone before the window


def test_every_flag_of_a_page_has_its_sentence() -> None:
    book = Book("b", "A book", Format.PDF, "a" * 64, "/a.pdf", 1.0, 1, 9)
    assert page_note(Page(1, "1", ""), book) == ""
    for flag in Flag:
        assert page_note(Page(1, "1", "", flags=(flag,)), book).endswith(".")


def test_a_page_of_an_older_reading_says_so() -> None:
    book = Book("b", "A book", Format.PDF, "a" * 64, "/a.pdf", 1.0, 1, 9, reading=READING - 1)
    assert page_note(Page(1, "1", "Text"), book) == f"{outdated_words()}."
