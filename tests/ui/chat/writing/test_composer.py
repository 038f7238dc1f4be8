"""The composer: its keys, an input method, what is pasted and dropped, and its looks."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QInputMethodEvent, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.chat.writing.composer import Composer
from app.ui.chat.writing.editor import MAX_LINE_CHARACTERS
from app.ui.look.theme import LAMP, TextSizes, Theme
from tests.ui.chat.talk import colours
from tests.ui.focus import in_focus

Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def said(composer: Composer) -> list[object]:
    """Collect what the composer told, in turn."""
    told: list[object] = []
    composer.submitted.connect(told.append)
    composer.stop_requested.connect(lambda: told.append("stop"))
    composer.left.connect(lambda: told.append("left"))
    composer.add_book_requested.connect(lambda: told.append("book"))
    composer.add_image_requested.connect(lambda: told.append("image"))
    composer.edit_last_requested.connect(lambda: told.append("edit last"))
    composer.cancelled_edit.connect(lambda: told.append("cancelled"))
    composer.files_dropped.connect(told.append)
    composer.image_given.connect(told.append)
    return told


def test_return_asks_and_shift_return_begins_a_line(composer: Composer, said: list[object]) -> None:
    QTest.keyClicks(composer.editor, "one")
    QTest.keyClick(composer.editor, Key.Key_Return, Modifier.ShiftModifier)
    QTest.keyClicks(composer.editor, "two")
    QTest.keyClick(composer.editor, Key.Key_Return)
    QTest.keyClick(composer.editor, Key.Key_Enter, Modifier.ControlModifier | Modifier.KeypadModifier)
    assert said == ["one\ntwo", "one\ntwo"]
    assert composer.text() == "one\ntwo"  # whoever keeps the question empties the field


def test_what_is_typed_is_as_large_as_the_questions_above_it(composer: Composer, theme: Theme) -> None:
    composer.set_text("one line")
    before = composer.sizeHint().height()
    theme.use_sizes(TextSizes(150))
    assert composer.editor.font().pixelSize() == theme.sizes.question
    assert composer.sizeHint().height() > before
    theme.use_sizes(TextSizes())
    assert composer.sizeHint().height() == before


def test_nothing_but_blanks_is_not_asked(composer: Composer, said: list[object]) -> None:
    assert not composer.send_button.isEnabled()
    QTest.keyClicks(composer.editor, "   ")
    QTest.keyClick(composer.editor, Key.Key_Return)
    assert said == []


def test_the_button_asks_and_stops(composer: Composer, said: list[object]) -> None:
    composer.set_text("a question")
    QTest.mouseClick(composer.send_button, Qt.MouseButton.LeftButton)
    composer.set_busy(True)
    assert composer.send_button.text() == "Stop  Esc"
    QTest.mouseClick(composer.send_button, Qt.MouseButton.LeftButton)
    QTest.keyClick(composer.editor, Key.Key_Escape)
    QTest.keyClick(composer.editor, Key.Key_Return)  # what is asked next
    composer.set_busy(False)
    QTest.keyClick(composer.editor, Key.Key_Escape)
    assert composer.send_button.text() == "Send"
    assert said == ["a question", "stop", "left", "a question", "left"]


def test_the_button_stops_also_while_nothing_is_written(composer: Composer, said: list[object]) -> None:
    composer.set_busy(True)
    QTest.keyClick(composer.send_button, Key.Key_Return)
    QTest.keyClick(composer.send_button, Key.Key_Escape)
    assert said == ["stop", "left"]


def test_up_in_the_empty_field_edits_the_last_question(composer: Composer, said: list[object]) -> None:
    QTest.keyClick(composer.editor, Key.Key_Up)
    composer.set_text("x")
    QTest.keyClick(composer.editor, Key.Key_Up)
    assert said == ["edit last"]


def test_escape_leaves_an_edit(composer: Composer, said: list[object]) -> None:
    QTest.keyClick(composer.editor, Key.Key_Escape)
    composer.set_editing(2)
    QTest.keyClick(composer.editor, Key.Key_Escape)
    composer.set_editing(0)
    QTest.keyClick(composer.editor, Key.Key_Escape)
    assert said == ["left", "cancelled", "left"]


def test_the_field_says_which_question_is_edited_and_a_button_cancels(composer: Composer, said: list[object]) -> None:
    height = composer.sizeHint().height()
    composer.set_editing(2)
    assert composer.editing.words == "Editing question 2"
    assert composer.sizeHint().height() > height
    QTest.mouseClick(composer.editing.button, Qt.MouseButton.LeftButton)
    composer.set_editing(0)
    assert not composer.editing.isVisible()
    assert composer.sizeHint().height() == height
    assert said == ["cancelled"]


def test_return_while_an_input_method_composes_belongs_to_it(composer: Composer, said: list[object]) -> None:
    composer.set_editing(2)
    for before in ("", "これは"):
        composer.set_text(before)
        QApplication.sendEvent(composer.editor, QInputMethodEvent("かんじ", []))
        for key in (Key.Key_Return, Key.Key_Escape, Key.Key_Up):
            QTest.keyClick(composer.editor, key)
        assert said == []
        assert composer.text() == before
    committed = QInputMethodEvent("", [])
    committed.setCommitString("漢字")
    QApplication.sendEvent(composer.editor, committed)
    assert composer.text() == "これは漢字"
    QTest.keyClick(composer.editor, Key.Key_Return)
    assert said == ["これは漢字"]


def test_changes_are_told(composer: Composer) -> None:
    told: list[str] = []
    composer.text_changed.connect(told.append)
    QTest.keyClicks(composer.editor, "ab")
    composer.set_text("")
    assert told == ["a", "ab", ""]


def paste(composer: Composer, source: QMimeData) -> None:
    QGuiApplication.clipboard().setMimeData(source)
    QTest.keyClick(composer.editor, Key.Key_V, Modifier.ControlModifier)


def test_rich_text_is_pasted_as_plain_text(composer: Composer) -> None:
    source = QMimeData()
    source.setHtml('<b>bold</b> <img src="file:///etc/passwd">')
    source.setText("bold\u202e text\u200b")
    paste(composer, source)
    assert composer.text() == "bold‹U+202E› text"


def test_an_image_is_pasted_as_its_bytes(composer: Composer, said: list[object]) -> None:
    source = QMimeData()
    source.setData("image/bmp", b"untrusted bitmap")
    source.setData("image/png", b"untrusted png")
    source.setHtml('<img src="https://example.org/a.png">')
    paste(composer, source)
    assert said == [b"untrusted png"], "the best that is offered, as it is"
    assert composer.text() == ""


def test_pixels_are_pasted_where_there_are_no_bytes(composer: Composer, said: list[object]) -> None:
    source = QMimeData()
    source.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    paste(composer, source)
    (given,) = said
    assert isinstance(given, QImage)
    assert given.width() == 4


def test_pixels_that_qt_would_have_to_decode_are_left_alone(composer: Composer, said: list[object]) -> None:
    source = QMimeData()
    source.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    source.setData("image/x-tga", b"untrusted")
    assert not composer.editor.canInsertFromMimeData(source)
    paste(composer, source)
    assert said == []


def test_text_wins_over_a_picture_of_it(composer: Composer, said: list[object]) -> None:
    source = QMimeData()
    source.setText("Rent\t12")
    source.setData("image/png", b"a picture of the cells")
    paste(composer, source)
    assert composer.text() == "Rent\t12"
    assert said == []


def files(folder: Path) -> tuple[QMimeData, list[str]]:
    paths = [str(folder / "Ein Vertrag ü.pdf"), str(folder / "b.txt")]
    source = QMimeData()
    source.setUrls([QUrl.fromLocalFile(path) for path in paths])
    source.setText("\n".join(paths))
    return source, paths


def drop(composer: Composer, data: QMimeData) -> None:
    actions, buttons, modifiers = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Modifier.NoModifier
    enter = QDragEnterEvent(QPointF(50, 20), actions, data, buttons, modifiers)
    QApplication.sendEvent(composer, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(composer, QDropEvent(QPointF(50, 20), actions, data, buttons, modifiers))


def test_pasted_files_are_told(composer: Composer, said: list[object], tmp_path: Path) -> None:
    source, paths = files(tmp_path)
    paste(composer, source)
    assert said == [paths]
    assert composer.text() == ""


def test_dropped_files_are_told_and_dropped_text_is_text(
    composer: Composer, said: list[object], tmp_path: Path
) -> None:
    source, paths = files(tmp_path)
    words = QMimeData()
    words.setText("dropped")
    for data in (source, words):
        drop(composer, data)
    assert said == [paths]
    assert composer.text() == "dropped"


def test_an_address_of_the_web_is_pasted_as_text(composer: Composer, said: list[object]) -> None:
    source = QMimeData()
    source.setUrls([QUrl("https://example.org/a.pdf")])
    source.setText("https://example.org/a.pdf")
    paste(composer, source)
    assert composer.text() == "https://example.org/a.pdf"
    assert said == []


@pytest.mark.parametrize("separator", [" ", "\n", ""])
def test_a_book_can_be_pasted(composer: Composer, separator: str) -> None:
    text = ("word" * 12 + separator) * 21_000
    source = QMimeData()
    source.setText(text)
    paste(composer, source)
    assert len(composer.text()) >= len(text)
    assert composer.text().replace("\n", "") == text.replace("\n", "")
    assert max(len(line) for line in composer.text().split("\n")) <= MAX_LINE_CHARACTERS
    QTest.keyClicks(composer.editor, "!")
    assert composer.text().endswith("!")


def test_the_field_grows_with_the_text_up_to_eight_lines(composer: Composer) -> None:
    heights = []
    for lines in (1, 2, 5, 8, 40):
        composer.set_text("\n".join(["a line"] * lines))
        heights.append(composer.sizeHint().height())
    assert heights[0] < heights[1] < heights[2] < heights[3] <= heights[4]
    composer.set_text("word " * 60)  # wrapped
    assert heights[1] < composer.sizeHint().height() < heights[4]
    composer.set_text("\n" * 400)
    assert composer.sizeHint().height() == heights[4]


def test_a_question_of_a_few_lines_is_seen_whole(composer: Composer) -> None:
    for lines in range(1, 8):
        composer.set_text("\n".join(["line"] * lines))
        composer.resize(composer.width(), composer.sizeHint().height())
        assert composer.editor.verticalScrollBar().maximum() == 0


def test_a_quotation_comes_before_what_is_written(composer: Composer) -> None:
    composer.set_text("What does it mean?")
    composer.take_quotation("“words” (Book, p. 1)")
    assert composer.text() == "“words” (Book, p. 1)\nWhat does it mean?"
    assert composer.editor.textCursor().atEnd()


def test_the_buttons_that_add(composer: Composer, said: list[object]) -> None:
    for button in (composer.book_button, composer.image_button):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        QTest.keyClick(button, Key.Key_Return)
    assert said == ["book", "book", "image", "image"]


def test_tab_leaves_the_field_for_the_buttons(composer: Composer) -> None:
    composer.set_instructed(True)
    composer.set_text("text")
    visited = []
    for _ in range(4):
        QTest.keyClick(in_focus(), Key.Key_Tab)
        visited.append(in_focus().accessibleName())
    assert visited == ["+ Document", "Instructions ✓", "+ Image", "Send"]
    assert composer.text() == "text"


def test_a_change_of_theme_repaints(composer: Composer, theme: Theme) -> None:
    composer.set_text("text")
    theme.use(LAMP)
    assert {LAMP.surface.lower(), LAMP.accent.lower(), LAMP.ink.lower()} <= colours(composer)


def test_the_hint_and_the_note(composer: Composer) -> None:
    composer.set_hint("Ask about the documents on the desk")
    composer.set_note("18 tokens")
    assert composer.editor.placeholderText() == "Ask about the documents on the desk"
    assert composer.accessibleDescription() == "18 tokens"


def test_a_held_question_cannot_be_written_on_and_is_taken_back(
    composer: Composer, said: list[object], tmp_path: Path
) -> None:
    composer.set_text("When?")
    height = composer.sizeHint().height()
    composer.show_hold("Waiting for “lease”…", "Ask without it", locked=True)
    assert composer.sizeHint().height() > height
    QTest.keyClicks(composer.editor, " And why?")
    QTest.keyClick(composer.editor, Key.Key_Return)
    QTest.keyClick(composer.editor, Key.Key_Return, Modifier.ShiftModifier)
    words = QMimeData()
    words.setText("pasted")
    paste(composer, words)
    drop(composer, words)
    assert (composer.text(), said) == ("When?", [])
    source, paths = files(tmp_path)
    drop(composer, source)
    QTest.keyClick(composer.editor, Key.Key_Escape)
    QTest.mouseClick(composer.send_button, Qt.MouseButton.LeftButton)
    assert said == [paths, "left", "stop"]


def test_what_is_offered_beside_a_held_question_is_reached_by_tab(composer: Composer) -> None:
    told: list[str] = []
    composer.hold_answered.connect(lambda: told.append("answered"))
    composer.set_text("When?")
    composer.show_hold("Waiting for “lease”…", "Ask without it", locked=True)
    QTest.keyClick(composer.editor, Key.Key_Tab)
    focused = in_focus()
    assert (focused.accessibleName(), focused.accessibleDescription()) == (
        "Ask without it", "Waiting for “lease”…"
    )  # fmt: skip
    QTest.keyClick(focused, Key.Key_Return)
    assert told == ["answered"]
    composer.show_hold("", "", locked=False)
    QTest.keyClicks(composer.editor, "!")
    assert (composer.text(), composer.send_button.text()) == ("When?!", "Send")


def test_another_placeholder_is_drawn_whole(composer: Composer) -> None:
    """Qt itself draws nothing anew when it changes: what the caret's blinking does not reach stays as it was."""
    composer.set_hint("Add a document, then ask")
    composer.editor.setFocus()
    QApplication.processEvents()
    painted: list[QRect] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QPaintEvent):
                painted.append(event.rect())
            return False

    watch = Watch()
    viewport = composer.editor.viewport()
    viewport.installEventFilter(watch)
    composer.set_hint("Ask about the documents on the desk")
    QApplication.processEvents()
    viewport.removeEventFilter(watch)
    assert any(rect.contains(viewport.rect()) for rect in painted), painted


def _paste(composer: Composer, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    composer.editor.insertFromMimeData(data)


def test_a_long_paste_can_be_kept_as_a_document_and_what_is_written_around_it_stays(composer: Composer) -> None:
    given: list[str] = []
    composer.document_given.connect(given.append)
    lower = composer.sizeHint().height()
    QTest.keyClicks(composer.editor, "Who is meant here? ")
    _paste(composer, "short")
    assert not composer.pasted.words
    text = "Minutes of the meeting\n" + "The quay is closed. " * 150
    _paste(composer, text)
    QTest.keyClicks(composer.editor, " Thank you.")
    assert composer.pasted.isVisibleTo(composer)
    assert composer.sizeHint().height() > lower
    assert composer.pasted.button.text() == "Keep as a document"
    assert given == [], "never unasked"
    QTest.mouseClick(composer.pasted.button, Qt.MouseButton.LeftButton)
    assert given == [text]
    assert composer.text() == "Who is meant here? short Thank you."
    assert not composer.pasted.words
    QTest.keyClick(composer.editor, Key.Key_Z, Modifier.ControlModifier)
    assert composer.text() == f"Who is meant here? short{text} Thank you."


def test_nothing_is_offered_of_a_long_paste_that_is_gone(composer: Composer) -> None:
    for undo in (composer.editor.undo, partial(composer.set_text, "")):
        _paste(composer, "word " * 1_000)
        assert composer.pasted.words
        undo()
        assert not composer.pasted.words


def test_it_is_as_high_before_anything_is_written_as_afterwards(composer: Composer) -> None:
    before = composer.sizeHint().height()
    composer.set_text("When?")
    assert composer.sizeHint().height() == before
    composer.set_text("")
    assert composer.sizeHint().height() == before
