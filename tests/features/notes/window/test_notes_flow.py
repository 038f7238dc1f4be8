"""The notes of all books in the middle of the window: listed by books and pages, searched, opened, exported."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.core.conversations.conversation import Citation
from app.core.documents.note import Marker, Note, NotePlace, NoteSource
from app.core.kept import KeptWhere
from app.features.notes.service import note_keeping_of
from app.features.notes.window.notes import NotesWindow
from app.features.notes.window.panel import NotesPanel
from app.features.notes.window.presenter import NotesPresenter
from app.ui.chat.text.chip import ChipButton
from app.ui.frame.note_removal import deleted_words
from app.ui.kit.commands import MenuEntry
from app.ui.kit.rows import RowRole
from app.ui.page.note_popup import NotesPopup
from app.ui.page.note_rows import NoteHeading, NoteRow
from app.ui.widgets.buttons import TextButton
from tests.tools.screens.page_scenes import draw, read_layer
from tests.ui.room import LEASE, LETTERS, Room, wait

NINE = "shortened to nine months"


@pytest.fixture
def noted(room: Room) -> Room:
    """A room with notes on two books, one of an answer, and the list of them."""
    room.reader.draw, room.reader.layer = draw, read_layer
    room.add_books()
    keep, letters = room.desk.documents.notes, room.books[LETTERS]
    text = room.desk.documents.library.page(letters.id, 22).text
    start = text.index(NINE)
    keep.mark(letters.id, 22, (start, start + len(NINE)), Marker.BLUE, "Which berths?")
    keep.mark(letters.id, 4, None, None, "Ask the Harbour Office.")
    keep.mark(room.books[LEASE].id, 1, (0, 7), Marker.GREEN, "")
    note_keeping_of(room.desk).keep_words("Nine months. (Side letters, p. 22)", NoteSource.ANSWER, "gone")
    room.open()
    _notes(room).open()
    room.settle()
    return room


def _notes(room: Room) -> NotesPresenter:
    return room.feature(NotesWindow).notes


def _rows(panel: NotesPanel) -> list[str]:
    model = panel.view.notes
    rows = [model.index(number, 0).data(RowRole) for number in range(model.rowCount())]
    return [f"# {row.text}" if isinstance(row, NoteHeading) else f"{row.place}: {row.words}|{row.text}" for row in rows]


def test_notes_are_listed_by_books_and_pages(noted: Room) -> None:
    panel = _notes(noted).panel
    rows = _rows(panel)
    assert [row for row in rows if row.startswith("#")] == [
        "# Harbour Lease, consolidated", "# Side letters 2019–2024", "# Kept from answers"
    ]  # fmt: skip
    assert rows[3:5] == ["p. 4: |Ask the Harbour Office.", f"p. 22: {NINE}|Which berths?"]
    assert panel.count.text() == "4 notes"
    assert noted.window.panes.isVisible()


def test_what_is_searched_is_left(noted: Room) -> None:
    panel = _notes(noted).panel
    panel.find_field.setText("NINE MONTHS")
    panel._later.timeout.emit()
    noted.settle()
    assert [row for row in _rows(panel) if "#" not in row] == [
        f"p. 22: {NINE}|Which berths?", ": Nine months. (Side letters, p. 22)|"
    ]  # fmt: skip
    panel.find_field.setText("wharfinger")
    panel._later.timeout.emit()
    noted.settle()
    assert panel.empty.text() == "No note contains “wharfinger”."
    assert not panel.view.isVisible()


def test_a_note_opens_its_page_with_its_words_lit(noted: Room) -> None:
    panel = _notes(noted).panel
    (letter,) = [note for note in panel.view.notes.notes() if note.text == "Which berths?"]
    panel.view.setCurrentIndex(panel.view.notes.index_of(letter.id))
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    noted.settle()
    assert noted.presenter.shown.place == (noted.books[LETTERS].id, 22)
    image = noted.window.page.image
    assert image.lit(22) == image.marks(22).notes[0].boxes
    QTest.keyClick(panel.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    assert copied == f"“{NINE}” (Side letters 2019–2024, p. 22)\n\nWhich berths?"
    (kept,) = [note for note in panel.view.notes.notes() if note.place is None]
    panel.view.opened.emit(kept)
    noted.settle()
    assert panel.notice.text() == "The answer that this note was kept of was deleted."


def test_a_note_is_edited_deleted_and_had_back(noted: Room) -> None:
    panel, presenter = _notes(noted).panel, _notes(noted)
    (lease,) = [note for note in panel.view.notes.notes() if note.marker is Marker.GREEN]
    panel.view.setCurrentIndex(panel.view.notes.index_of(lease.id))
    QTest.keyClick(panel.view, Qt.Key.Key_F2)
    card = presenter.card
    assert card is not None
    card.editor.setPlainText("Begins here.")
    card.close()
    noted.settle()
    row = panel.view.currentIndex().data(RowRole)
    assert isinstance(row, NoteRow)
    assert row.text == "Begins here.", "it stays the current one"
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    noted.settle()
    assert panel.count.text() == "3 notes"
    assert panel.notice.text() == deleted_words()
    QTest.keyClick(panel.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    noted.settle()
    assert panel.count.text() == "4 notes"


def test_the_notes_of_one_book(noted: Room, tmp_path: Path) -> None:
    presenter = _notes(noted)
    noted.presenter.places.pages.first.open_book(noted.books[LETTERS].id)
    noted.settle()
    presenter.open_of_book()
    noted.settle()
    assert presenter.panel.title.text() == "Notes: Side letters 2019–2024"
    assert presenter.panel.count.text() == "2 notes"
    presenter.write(noted.books[LETTERS].id, str(tmp_path / "notes.md"))
    noted.settle()
    assert (tmp_path / "notes.md").read_text("utf-8").count("## ") == 3, "a book and two pages"
    assert "notes.md" in presenter.panel.notice.text()
    presenter.panel.all.click()
    noted.settle()
    assert presenter.panel.count.text() == "4 notes"
    QTest.keyClick(presenter.panel, Qt.Key.Key_Escape)
    assert noted.window.talk.isVisible()


def test_the_shelf_leads_to_the_notes(noted: Room) -> None:
    noted.presenter.places.navigation.close_view()
    assert noted.window.talk.isVisible()
    noted.window.shelf.tables.buttons["Notes and highlights"].click()
    noted.settle()
    assert _notes(noted).panel.isVisible()


def test_a_removed_book_takes_its_notes_from_the_list(noted: Room) -> None:
    noted.presenter.shelf_area.shelf.remove_book(noted.books[LETTERS].id)
    noted.settle()
    assert _notes(noted).panel.count.text() == "2 notes"


def test_an_answer_and_its_quotation_are_kept(noted: Room) -> None:
    room = noted
    room.presenter.places.navigation.close_view()
    letters = room.books[LETTERS]
    room.engine.answers = [(f"“For Berths 4 to 7 the notice period is {NINE}” [p. 22].",)]
    conversation = room.add_conversation("A", [letters])
    room.presenter.places.navigation.open_conversation(conversation.id)
    room.settle()
    room.ask("How long?")
    answer = room.last_answer()
    chip = answer.findChildren(ChipButton)[0]
    actions = {action.text(): action for action in answer.menu(chip.geometry().center()).actions()}
    actions["Highlight the quotation"].trigger()
    actions["Keep the answer as a note"].trigger()
    room.settle()
    assert room.window.talk.notice.text() == "Kept as a note."
    kept, lit = room.desk.documents.notes.store.all()[:2]
    if kept.place is not None:
        kept, lit = lit, kept
    assert kept.words.endswith("(Side letters 2019–2024, p. 22 ✓).")
    assert (kept.source, kept.source_id) == (NoteSource.ANSWER, room.answer().id)
    assert (lit.words, lit.marker) == (f"For Berths 4 to 7 the notice period is {NINE}.", Marker.BLUE)
    room.presenter.places.navigation.new_conversation()
    _notes(room).show_note(kept)
    room.settle()
    assert room.shown().id == conversation.id


def test_of_a_long_list_the_current_note_comes_into_sight_once_it_is_laid_out(room: Room) -> None:
    room.add_books()
    room.open()
    book, panel = room.books[LEASE], _notes(room).panel
    view = panel.view
    notes = [
        Note(id=str(number), words=f"Words {number}", place=NotePlace(book.id, number + 1)) for number in range(400)
    ]
    room.window.show_view(panel)
    panel.show_notes(notes, {book.id: book}, None, "")
    view.go_to("380")
    wait(lambda: view.viewport().rect().intersects(view.visualRect(view.notes.index_of("380"))))
    panel.show_notes(notes[1:], {book.id: book}, None, "")
    assert view.currentIndex() == view.notes.index_of("380")
    wait(lambda: view.viewport().rect().intersects(view.visualRect(view.notes.index_of("380"))))


def test_the_notes_of_a_page_lead_to_all(noted: Room) -> None:
    noted.presenter.places.navigation.close_view()
    noted.presenter.places.pages.first.open_page(noted.books[LETTERS].id, 22)
    noted.settle()
    noted.window.page.header.notes.click()
    (popup,) = noted.window.page.findChildren(NotesPopup)
    (button,) = popup.findChildren(TextButton)
    assert button.text() == "All notes"
    button.click()
    noted.settle()
    assert _notes(noted).panel.isVisible()
    assert not noted.window.page.findChildren(NotesPopup)


def test_words_of_another_feature_are_kept_beside_their_quotation(noted: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    noted.presenter.places.navigation.close_view()
    noted.engine.answers = [(f"“For Berths 4 to 7 the notice period is {NINE}” [p. 22].",)]
    conversation = noted.add_conversation("A", [noted.books[LETTERS]])
    noted.presenter.places.navigation.open_conversation(conversation.id)
    noted.settle()
    noted.ask("How long?")
    question_id, citation = noted.turns()[-1].question.id, noted.citation(0)
    assert not _words_entry(noted, "", citation, question_id).can, "there is nothing to keep yet"
    for words, rests_on in (("Period: nine months", citation), ("Rent: none", None)):
        keep = _words_entry(noted, words, rests_on, question_id).run
        assert keep is not None
        keep()
        noted.settle()
    other, note = noted.desk.documents.notes.store.all()[:2]
    if note.place is None:
        other, note = note, other
    assert (note.source, note.text, note.words) == (NoteSource.CELL, "Period: nine months", citation.shown)
    assert note.place is not None
    assert (note.place.page, other.words) == (citation.page, "Rent: none")
    opened: list[tuple[str, str]] = []
    monkeypatch.setattr(noted.presenter.places.navigation, "open_kept", lambda kind, id: opened.append((kind, id)))
    _notes(noted).show_note(other)
    noted.settle()
    assert opened == [(KeptWhere.SHEETS, conversation.id)]


def _words_entry(room: Room, words: str, citation: Citation | None, question_id: str) -> MenuEntry:
    (entry,) = room.feature(NotesWindow).words_menu(words, citation, question_id)
    return entry
