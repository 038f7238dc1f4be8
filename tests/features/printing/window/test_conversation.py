"""The shown conversation on paper. Into a file, since there is no printer."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.features.printing.window.printing import PrintingWindow
from tests.conftest import OFFSCREEN
from tests.ui.room import Room


def test_a_conversation_is_printed(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    room.add_conversation("Notice")
    room.open()
    room.window.activateWindow()
    qtbot.keyClick(room.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert room.window.findChild(QPrintDialog) is None, "nothing was asked yet"
    room.ask("When?")
    qtbot.keyClick(room.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    dialog = room.window.findChild(QPrintDialog)
    assert dialog is not None
    printer = dialog.printer()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "paper.pdf"))
    assert printer.docName() == "Notice"
    dialog.done(QPrintDialog.DialogCode.Accepted)
    room.settle()
    with pypdfium2.PdfDocument(tmp_path / "paper.pdf") as document:
        assert "When?" in document[0].get_textpage().get_text_range()
    assert room.window.talk.notice.text() == "Saved as “paper.pdf”."


def test_it_is_in_the_menu_of_the_conversation_behind_the_export(room: Room) -> None:
    room.add_conversation("Notice")
    room.open()
    room.window.talk.more.click()
    (menu,) = (menu for menu in room.window.findChildren(QMenu) if menu.isVisible())
    words = [action.text() for action in menu.actions()]
    menu.close()
    assert words.index("Export the conversation…") < words.index("Print the conversation…")
    assert words.index("Print the conversation…") < words.index("Delete the conversation")


@pytest.mark.qt_log_ignore("QPainter::begin", OFFSCREEN, extend=True)
def test_a_printer_that_does_not_work_is_told_of(room: Room, tmp_path: Path) -> None:
    room.add_conversation("Notice")
    room.open()
    room.ask("When?")
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "gone" / "paper.pdf"))
    room.feature(PrintingWindow).conversation.print_on(room.shown(), printer)
    room.settle()
    assert room.window.talk.notice.text().endswith(
        "did not accept the pages. Check that it is switched on and connected, then print again."
    )
