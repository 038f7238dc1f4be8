"""The library is searched in the window: typed, filtered, walked through with the keyboard, opened."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Ending, Question
from app.core.search_query import SearchFilter, SearchPlace
from app.features.library_search.window.library_search import LibrarySearchWindow
from app.features.library_search.window.panel import BY_WEIGHT, SearchPanel
from app.features.library_search.window.rows import DocumentRow, HitRow, MoreRow, PlaceRow, arrange
from app.services.finding.excerpts import Excerpt
from app.services.library_search import LibraryFound, LibraryHit
from app.ui.widgets.labels import plain_tip
from app.wording.search import undated_words
from tests.ui.room import LEASE, Room


def _open(room: Room, words: str = "") -> SearchPanel:
    room.add_books()
    room.add_conversation("Dues", [room.books[LEASE]])
    room.open()
    room.window.activateWindow()
    room.presenter.commands.actions["Search everything"].trigger()
    if words:
        _type(room, words)
    return room.feature(LibrarySearchWindow).search.panel


def _type(room: Room, words: str) -> None:
    panel = room.feature(LibrarySearchWindow).search.panel
    panel.line.setText(words)
    room.feature(LibrarySearchWindow).search.search()
    room.settle()


def _hits(panel: SearchPanel) -> list[HitRow]:
    return [row for row in panel.rows if isinstance(row, HitRow)]


def test_what_was_found_for_earlier_words_is_not_opened(room: Room, qtbot: QtBot) -> None:
    panel = _open(room, "registered post kind:epub")
    panel.line.setText("quarter rent interest kind:epub")
    qtbot.keyClick(panel.line, Qt.Key.Key_Return)
    room.settle()
    first = panel.selected
    assert isinstance(first, LibraryHit)
    assert "interest" in first.excerpt.text
    assert first.span is not None
    qtbot.keyClick(panel.line, Qt.Key.Key_Return)
    room.settle()
    assert room.presenter.places.pages.first.shown.place == (first.id, first.span.page)


def test_passages_stand_below_their_documents_with_words_lit(room: Room) -> None:
    panel = _open(room, "notice registered post kind:epub")
    document, *rows = panel.rows
    assert isinstance(document, DocumentRow)
    assert (document.title, document.detail) == ("Harbour Lease, consolidated", "410 passages")
    assert [row.page for row in rows[:3] if isinstance(row, HitRow)] == ["p. 88", "p. 1", "p. 2"]
    assert isinstance(rows[3], MoreRow)
    assert panel.status.text() == "410 passages in 1 document"
    panel.more_wanted.emit(rows[3].book_id)
    assert len(_hits(panel)) == 200
    panel.order_chosen.emit(BY_WEIGHT)
    assert _hits(panel)[0].place == "Harbour Lease, consolidated · p. 88"
    assert not any(isinstance(row, DocumentRow) for row in panel.rows)


def test_the_keyboard_walks_through_what_was_found_and_opens_pages(room: Room, qtbot: QtBot) -> None:
    panel = _open(room, "registered post kind:epub")
    first = panel.selected
    qtbot.keyClick(panel.line, Qt.Key.Key_Down)
    second = panel.selected
    assert isinstance(first, LibraryHit)
    assert isinstance(second, LibraryHit)
    assert first != second
    qtbot.keyClick(panel.line, Qt.Key.Key_Up)
    assert panel.selected == first
    qtbot.keyClick(panel.line, Qt.Key.Key_Return)
    room.settle()
    shown = room.presenter.places.pages.first.shown
    assert first.span is not None
    assert shown.place == (first.id, first.span.page)
    assert panel.isVisible(), "one goes on with the next hit"
    qtbot.keyClick(panel.line, Qt.Key.Key_Down)
    qtbot.keyClick(panel.line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    room.settle()
    beside = room.presenter.places.pages.second
    assert beside is not None
    assert second.span is not None
    assert beside.shown.place == (second.id, second.span.page)
    assert shown.place == (first.id, first.span.page)
    qtbot.keyClick(panel.line, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert room.window.talk.isVisible()


def test_what_filters_alone_let_pass_is_listed(room: Room) -> None:
    panel = _open(room, "kind:pdf")
    first, hit, *_others = panel.rows  # the one that was added last
    assert isinstance(first, DocumentRow)
    assert isinstance(hit, HitRow)
    assert (first.detail, hit.page, panel.status.text()) == ("96 pages", "p. 1", "2 documents")
    model = panel.view.model()
    assert model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole) == plain_tip(hit.place), "what may be cut"
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) is None
    assert hit.hit.excerpt.text.startswith("1.1 The Tenant")


def test_filters_are_put_into_the_text(room: Room) -> None:
    panel = _open(room, "notice")
    kind, date = panel.chips[SearchFilter.KIND], panel.chips[SearchFilter.AFTER]
    kind.chosen.emit("epub")
    room.settle()
    assert (panel.line.text(), kind.text()) == ("notice kind:epub", "EPUB")
    assert {row.hit.id for row in _hits(panel)} == {room.books[LEASE].id}
    date.chosen.emit("before:2026")
    room.settle()
    assert panel.line.text() == "notice kind:epub before:2026"
    assert panel.note.text().endswith(undated_words(1))
    date.chosen.emit("")
    kind.chosen.emit("")
    room.settle()
    assert panel.line.text() == "notice"
    assert kind.text() == "Kinds"
    assert not panel.chips[SearchFilter.PERSON].isEnabled(), "nobody is named"


def test_what_is_left_out_is_said_and_can_be_taken_back(room: Room) -> None:
    panel = _open(room, 'notice -L -interest -"side letter"')
    chips = panel.unwanted.chips
    assert [chip.text() for chip in chips] == ["Without “interest” ×", "Without “side letter” ×"]
    assert all(chip.isVisible() for chip in chips)
    chips[0].click()
    room.settle()
    assert panel.line.text() == 'notice -L -"side letter"'
    assert len(panel.unwanted.chips) == 1
    panel.unwanted.chips[0].click()
    assert not panel.unwanted.isVisible()


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("from:Jane", "There is no filter “from”."),
        ("after:", "Type after “after:” what you are looking for, such as: 2023, 2024-03, 2024-03-15."),
        ("zeppelin", "Nothing has these words."),
        ("", "Searches documents, conversations"),
    ],
)
def test_what_is_wrong_and_what_to_try_is_said(room: Room, words: str, begins: str) -> None:
    panel = _open(room, "notice")
    _type(room, words)
    assert panel.note.text().startswith(begins)
    assert not panel.rows


def test_what_was_said_leads_to_its_conversation(room: Room) -> None:
    panel = _open(room)
    kept = room.desk.conversations
    asked = kept.add_question(Question(kept.create("Tides").id, "When does the tide turn?"))
    kept.save_answer(msgspec.structs.replace(kept.begin_answer(asked.id, "Scout"), text="Now.", ending=Ending.COMPLETE))
    _type(room, "tide turn")
    heading, hit = panel.rows
    assert isinstance(heading, PlaceRow)
    assert isinstance(hit, HitRow)
    assert (heading.text, hit.place) == ("Conversations", "Tides")
    panel.chosen.emit(hit.hit, False)
    room.settle()
    assert room.presenter.shown.id == asked.conversation_id
    assert room.window.talk.isVisible()


def test_notes_lead_to_where_they_are(room: Room) -> None:
    panel = _open(room)
    lease = room.books[LEASE].id
    room.desk.documents.notes.mark(lease, 88, (0, 4), None, "No parrot here.")
    _type(room, "parrot")
    headings = [row.text for row in panel.rows if isinstance(row, PlaceRow)]
    (note,) = (row.hit for row in _hits(panel))
    assert headings == ["Notes"]
    panel.chosen.emit(note, False)
    room.settle()
    assert room.presenter.places.pages.first.shown.place == (lease, 88)


def test_what_is_only_known_by_its_number_is_said() -> None:
    hit = LibraryHit(SearchPlace.DOCUMENTS, "a", "A", Excerpt("x", ()), book_id="a")
    other = msgspec.structs.replace(hit, by_meaning=True, id="b", title="B")
    found = LibraryFound((hit, other), {"a": 9}, 2)
    *_rows, more, document, last = arrange(found, {}, (), by_document=True)
    assert more == MoreRow("a", 0, 8)
    assert isinstance(document, DocumentRow)
    assert document.detail == "in other words"
    assert isinstance(last, HitRow)
    assert last.place == "B · in other words"
