"""Highlights and notes on pages: made with keys and with the bar, drawn where they are, opened with a click."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent, QTextCharFormat
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QTextEdit, QToolTip

from app.core.documents.document import Book, Document, Format, Page
from app.core.documents.facts import DocumentPerson, Facts, Role
from app.core.documents.note import Marker, Note
from app.documents.marked_words import around
from app.ui.frame.note_removal import deleted_words
from app.ui.page.note_popup import NotesPopup
from app.ui.page.notes import PageNotes
from app.ui.page.text_page import TextPage
from app.ui.page.tints import Ground, Tint
from tests.tools.screens.page_scenes import draw, read_layer
from tests.ui.room import LETTERS, RULES, Room, wait

WORDS = "shortened to nine months"


def _letters(room: Room) -> Book:
    room.reader.draw, room.reader.layer = draw, read_layer
    room.add_books()
    room.open()
    room.presenter.places.pages.first.open_page(room.books[LETTERS].id, 22)
    room.settle()
    return room.books[LETTERS]


def _select_drawn(room: Room, words: str = WORDS) -> None:
    image, text = room.window.page.image, read_layer(22).text
    image.setFocus()
    image.select(text.index(words), text.index(words) + len(words))


def _select_text(room: Room, words: str) -> TextPage:
    pages = room.window.page.text
    sheet = pages.sheet()
    assert sheet is not None
    cursor = sheet.textCursor()
    start = sheet.page_text().index(words)
    cursor.setPosition(start)
    cursor.setPosition(start + len(words), cursor.MoveMode.KeepAnchor)
    sheet.setTextCursor(cursor)
    pages.setFocus()
    return sheet


def _underlined(sheet: TextPage) -> list[QTextEdit.ExtraSelection]:
    line = QTextCharFormat.UnderlineStyle.SingleUnderline
    return [each for each in sheet.extraSelections() if each.format.underlineStyle() is line]


def _noting(room: Room) -> PageNotes:
    return room.window.page.findChildren(PageNotes)[0]


def _kept(room: Room, book: Book) -> list[Note]:
    return list(room.desk.documents.notes.store.of_book(book.id))


def test_a_key_highlights_what_is_selected_on_a_drawing(room: Room) -> None:
    book = _letters(room)
    image = room.window.page.image
    _select_drawn(room)
    assert room.window.page.selection.bar.isVisible()
    QTest.keyClick(image, Qt.Key.Key_H)
    room.settle()
    (note,) = _kept(room, book)
    assert (note.words, note.marker) == (WORDS, Marker.BLUE)
    assert note.place is not None
    assert room.desk.documents.library.page(book.id, 22).text[note.place.start : note.place.end] == WORDS
    assert [drawn.note_id for drawn in image.marks(22).notes] == [note.id]
    layer = image.layer(22)
    assert layer is not None
    start = layer.text.index(WORDS)
    assert image.marks(22).notes[0].boxes == layer.bands(start, start + len(WORDS))
    assert image.selected_text() == ""
    assert not room.window.page.selection.bar.isVisible()


def test_the_same_words_get_another_marker_in_place_of_a_second_one(room: Room) -> None:
    book = _letters(room)
    for marker in (Marker.BLUE, Marker.GREEN):
        _select_drawn(room)
        room.window.page.selection.bar.markers[list(Marker).index(marker)].click()
        room.settle()
    assert [note.marker for note in _kept(room, book)] == [Marker.GREEN]
    _select_drawn(room, "In particular")
    QTest.keyClick(room.window.page.image, Qt.Key.Key_H)
    room.settle()
    assert {note.marker for note in _kept(room, book)} == {Marker.GREEN}, "the key takes the marker used last"


def test_a_click_on_a_highlight_opens_its_card_and_a_link_or_a_drag_does_not(room: Room) -> None:
    book = _letters(room)
    image, noting = room.window.page.image, _noting(room)
    _select_drawn(room)
    QTest.keyClick(image, Qt.Key.Key_N)
    room.settle()
    card = noting.card
    assert card is not None
    card.editor.setPlainText("Which berths?")
    QTest.keyClick(card.editor, Qt.Key.Key_Escape)
    room.settle()
    (note,) = _kept(room, book)
    assert note.text == "Which berths?"
    noting.card = None
    area = image.placed(22).on_view(image.marks(22).notes[0].boxes[0])
    QTest.mouseClick(image.viewport(), Qt.MouseButton.LeftButton, pos=area.center().toPoint())
    opened = noting.card
    assert opened is not None
    assert opened.editor.toPlainText() == "Which berths?"
    opened.markers[1].click()
    opened.close()
    room.settle()
    assert _kept(room, book)[0].marker is Marker.YELLOW
    noting.card = None
    QTest.mouseClick(image.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert noting.card is None


def test_a_highlight_in_a_text_is_shown_and_opened_there(room: Room) -> None:
    room.add_books()
    room.open()
    book = room.books[RULES]
    room.presenter.places.pages.first.open_book(book.id)
    room.settle()
    pages = room.window.page.text
    wait(lambda: pages.sheet() is not None)
    sheet = pages.sheet()
    assert sheet is not None
    words = sheet.page_text().strip()[10:24]
    _select_text(room, words)
    QTest.keyClick(pages, Qt.Key.Key_H)
    room.settle()
    (note,) = _kept(room, book)
    assert note.words == words.strip()
    (marked,) = _underlined(sheet)
    assert marked.cursor.selectedText() == note.words
    assert sheet.selected_text() == ""
    at = sheet.cursorRect(marked.cursor).center() - QPoint(4, 0)
    QTest.mouseClick(sheet.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert _noting(room).card is not None


def test_a_deleted_note_can_be_had_back(room: Room) -> None:
    book = _letters(room)
    _select_drawn(room)
    QTest.keyClick(room.window.page.image, Qt.Key.Key_N)
    room.settle()
    before = _kept(room, book)
    card = _noting(room).card
    assert card is not None
    card.delete.click()
    room.settle()
    assert _kept(room, book) == []
    assert room.window.page.image.marks(22).notes == ()
    assert room.window.talk.notice.text() == deleted_words()
    room.window.talk.notice.action.click()
    room.settle()
    assert [(n.id, n.words, n.created_at) for n in _kept(room, book)] == [(n.id, n.words, n.created_at) for n in before]
    assert len(room.window.page.image.marks(22).notes) == 1


def test_the_second_page_shows_the_highlights_too(room: Room) -> None:
    _letters(room)
    room.presenter.places.navigation.new_conversation()
    room.settle()
    room.presenter.places.pages.first.open_page(room.books[LETTERS].id, 22)
    room.settle()
    room.presenter.places.pages.toggle()
    room.settle()
    beside = room.presenter.places.pages.second
    assert beside is not None
    _select_drawn(room)
    QTest.keyClick(room.window.page.image, Qt.Key.Key_H)
    room.settle()
    assert len(beside.panel.image.marks(22).notes) == 1


def test_turned_pages_have_their_highlights_at_the_words(room: Room) -> None:
    _letters(room)
    image = room.window.page.image
    _select_drawn(room)
    QTest.keyClick(image, Qt.Key.Key_H)
    room.settle()
    image.set_turns(1)
    room.settle()
    marks = image.marks(22)
    centre = QPointF(image.placed(22).on_view(marks.notes[0].boxes[0]).center())
    assert marks.note_at(centre, image.placed(22)) == marks.notes[0].note_id


def test_the_reference_of_a_book_is_copied_where_its_file_says_enough(room: Room) -> None:
    room.add_books()
    facts = Facts("2021", (DocumentPerson("Ann Marlow", Role.AUTHOR),))
    document = Document("Quays", Format.TEXT, "ef" * 32, (Page(1, "1", "All about quays."),), facts=facts)
    cited = room.add_book(document, 7)
    room.open()
    room.presenter.places.pages.first.open_book(room.books[RULES].id)
    room.settle()
    assert not room.presenter.places.pages.is_citable()
    names = [action.text() for action in room.window.page.selection.menu().actions()]
    assert "Copy the document’s reference" not in names
    room.presenter.places.pages.first.open_book(cited.id)
    room.settle()
    below = next(
        a.menu() for a in room.window.page.selection.menu().actions() if a.text().startswith("Copy the document’s")
    )
    assert isinstance(below, QMenu)
    assert [action.text() for action in below.actions()] == ["As text", "BibTeX", "CSL JSON"]
    below.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == "Ann Marlow (2021): Quays."
    room.presenter.commands.actions["Copy the document’s reference as BibTeX"].trigger()
    assert QGuiApplication.clipboard().text().startswith("@misc{marlow2021quays,")


def test_what_is_written_is_the_tip_of_its_highlight(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    book = _letters(room)
    tips: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: tips.append(text))
    text = room.desk.documents.library.page(book.id, 22).text
    start = text.index(WORDS)
    room.desk.documents.notes.mark(book.id, 22, (start, start + len(WORDS)), Marker.BLUE, "Which <b>berths</b>?")
    room.presenter.events.notes_changed.emit()
    room.settle()
    panel = room.window.page
    area = panel.image.placed(22).on_view(panel.image.marks(22).notes[0].boxes[0])
    view = panel.image.viewport()
    for at in (area.center().toPoint(), QPoint(2, 2)):
        QApplication.sendEvent(view, QHelpEvent(QEvent.Type.ToolTip, at, view.mapToGlobal(at)))
    assert tips == ["<span>Which &lt;b&gt;berths&lt;/b&gt;?</span>"]
    panel.toggle_drawing()
    room.settle()
    wait(lambda: panel.text.sheet(22) is not None)
    sheet = panel.text.sheet(22)
    assert sheet is not None
    (marked,) = _underlined(sheet)
    at = sheet.cursorRect(marked.cursor).center() - QPoint(8, 0)
    QApplication.sendEvent(sheet.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, sheet.viewport().mapToGlobal(at)))
    assert tips[1:] == tips[:1]


def test_the_notes_of_the_book_drop_down_and_lead_to_their_places(room: Room) -> None:
    book = _letters(room)
    header = room.window.page.header
    assert header.notes.isHidden(), "there is nothing to show"
    text = room.desk.documents.library.page(book.id, 4).text
    room.desk.documents.notes.mark(book.id, 4, (4, 40), Marker.GREEN, "")
    room.presenter.events.notes_changed.emit()
    room.settle()
    assert header.notes.isVisible()
    header.notes.click()
    (popup,) = room.window.page.findChildren(NotesPopup)
    assert [note.words for note in popup.view.notes.notes()] == [text[4:40].strip()]
    popup.view.setCurrentIndex(popup.view.notes.index(0, 0))
    QTest.keyClick(popup.view, Qt.Key.Key_Return)
    room.settle()
    assert room.presenter.shown.place == (book.id, 4)
    assert room.window.page.image.lit(4)


def test_a_note_about_a_page_in_which_nothing_is_written_is_none(room: Room) -> None:
    book = _letters(room)
    room.window.page.selection.note_wanted.emit()
    room.settle()
    card = _noting(room).card
    assert card is not None
    assert not any(button.isVisible() for button in card.markers), "there are no words to mark"
    card.close()
    room.settle()
    assert _kept(room, book) == []
    room.window.page.selection.note_wanted.emit()
    room.settle()
    card = _noting(room).card
    assert card is not None
    card.editor.setPlainText("Ask Marlow.")
    card.close()
    room.settle()
    (note,) = _kept(room, book)
    assert (note.text, note.words, note.marker) == ("Ask Marlow.", "", None)
    assert room.window.page.header.notes.isVisible()


def test_a_tint_is_on_the_drawing_too_and_stays_when_the_book_is_opened_again(room: Room) -> None:
    book = _letters(room)
    panel, text = room.window.page, room.desk.documents.library.page(book.id, 22).text
    start = text.index(WORDS)
    tint = Tint(start, start + len(WORDS), Ground.RED, WORDS, around(text, (start, start + len(WORDS))))
    panel.set_tints({book.id: {22: (tint,)}})
    layer = panel.image.layer(22)
    assert layer is not None
    at = layer.text.index(WORDS)
    wanted = ((Ground.RED, layer.bands(at, at + len(WORDS))),)
    assert panel.image.marks(22).tints == wanted
    room.presenter.places.pages.first.open_page(room.books[RULES].id, 1)
    room.settle()
    room.presenter.places.pages.first.open_page(book.id, 22)
    room.settle()
    assert panel.image.marks(22).tints == wanted
    panel.set_tints({})
    assert panel.image.marks(22).tints == ()
