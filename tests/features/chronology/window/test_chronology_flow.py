"""The chronology in the window: found when it is opened, opened at its pages, changed, merged, deleted, exported."""

from __future__ import annotations

import hashlib
from pathlib import Path
from unittest import mock

import msgspec
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.core.documents.document import Document, Format, Page
from app.core.names import EntityKind
from app.features.chronology.store import Timeline
from app.features.chronology.window.chronology import ChronologyWindow
from app.features.chronology.window.dialogs import EntityDialog, EventDialog
from app.features.chronology.window.presenter import TimelinePresenter
from app.features.chronology.window.rows import EventRow, NameRow, YearRow
from app.features.chronology.words import limits_words
from app.ui.widgets.dialogs import Confirmation, SmallDialog
from tests.ui.gate import Gate
from tests.ui.room import Room, wait

_FIRST = "Mr Smith and Marlow Rigging Ltd signed the lease on 5 March 2024.\n\nThe following day Anna Berg was told."
_SECOND = "John Smith left on 31 March 2031."
_MANY = 200
_MAIL = "Anna Berg wrote on 2 January 2024 about the berth."


def _document(title: str, *texts: str) -> Document:
    pages = tuple(Page(number, str(number), text) for number, text in enumerate(texts, 1))
    return Document(title, Format.TEXT, hashlib.sha256(title.encode()).hexdigest(), pages)


def _open(room: Room, *, people: bool = False) -> None:
    room.add_book(_document("Lease", _FIRST, _SECOND))
    room.add_book(_document("Letter", _MAIL), 1)
    room.open()
    chronology = room.feature(ChronologyWindow)
    (chronology.open_people if people else chronology.open_events)()
    room.settle()


def _timeline(room: Room) -> TimelinePresenter:
    return room.feature(ChronologyWindow).timeline


def _rows(room: Room) -> list[EventRow | NameRow]:
    return [row for row in _timeline(room).panel.view.model().rows if not isinstance(row, YearRow)]  # type: ignore[attr-defined]


def _days(room: Room) -> list[str]:
    return [row.day for row in _rows(room) if isinstance(row, EventRow)]


def _names(room: Room) -> dict[str, str]:
    return {row.name: row.mentions for row in _rows(room) if isinstance(row, NameRow)}


def _choose(room: Room, *places: int) -> None:
    view = _timeline(room).panel.view
    view.clearSelection()
    rows = _rows(room)
    for place in places:
        index = view.model().index_of(rows[place].id)  # type: ignore[attr-defined]
        view.selectionModel().select(index, view.selectionModel().SelectionFlag.Select)


def _menu(room: Room) -> dict[str, object]:
    menu = _timeline(room).menu_of(_timeline(room).panel.chosen())
    return {action.text(): action for action in menu.actions()}


def test_events_are_found_when_the_chronology_is_opened(room: Room) -> None:
    _open(room)
    panel = _timeline(room).panel
    assert panel.isVisible()
    assert _days(room) == ["2 January 2024", "5 March 2024", "6 March 2024", "31 March 2031"]
    years = [row.words for row in panel.view.model().rows if isinstance(row, YearRow)]  # type: ignore[attr-defined]
    assert years == ["2024", "2031"]
    reckoned = _rows(room)[2]
    assert isinstance(reckoned, EventRow)
    assert reckoned.remark == "date calculated"
    assert [chip.label for chip in reckoned.chips] == ["Lease p. 1"]
    assert panel.foot.text() == f"4 events. {limits_words()}"
    room.presenter.places.navigation.close_view()
    assert room.window.talk.isVisible()


def test_a_click_opens_the_page_with_the_words_lit(qtbot: QtBot, room: Room) -> None:
    _open(room)
    view = _timeline(room).panel.view
    index = view.model().index_of(_rows(room)[3].id)  # type: ignore[attr-defined]
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).topLeft() + QPoint(40, 16))
    room.settle()
    lease = next(book for book in room.desk.documents.library.books() if book.title == "Lease")
    assert room.presenter.shown.place == (lease.id, 2)
    assert room.window.page.text.is_lit
    view.setCurrentIndex(view.model().index_of(_rows(room)[0].id))  # type: ignore[attr-defined]
    qtbot.keyClick(view, Qt.Key.Key_Return)
    room.settle()
    assert room.presenter.shown.place is not None
    assert room.presenter.shown.place[0] != lease.id


def test_a_document_that_comes_while_it_is_shown_is_looked_through(room: Room) -> None:
    _open(room)
    book = room.add_book(_document("Minutes", "They met on 9 May 2025."), 2)
    room.presenter.shelf_area.openings.opened.emit(book, (), "")
    room.settle()
    assert "9 May 2025" in _days(room)


def test_the_filter_finds_words_documents_and_people(qtbot: QtBot, room: Room) -> None:
    _open(room)
    panel = _timeline(room).panel
    qtbot.keyClicks(panel.field, "letter")
    assert _days(room) == ["2 January 2024"]
    qtbot.keyClick(panel.field, Qt.Key.Key_Escape)
    assert len(_days(room)) == 4
    qtbot.keyClicks(panel.field, "nothing such")
    assert panel.empty_title.isVisible()
    panel.field.clear()

    panel.show_tab(1)
    _choose(room, list(_names(room)).index("Anna Berg"))
    _menu(room)["Show events with this name"].trigger()  # type: ignore[attr-defined]
    assert _days(room) == ["2 January 2024", "6 March 2024"]
    assert panel.only.text() == "Anna Berg  ✕"
    panel.only.click()
    assert len(_days(room)) == 4


def test_an_event_is_edited(qtbot: QtBot, room: Room) -> None:
    _open(room)
    _choose(room, 1)
    _menu(room)["Edit…"].trigger()  # type: ignore[attr-defined]
    dialog = room.window.findChild(EventDialog)
    assert dialog is not None
    dialog.first.setText("2024-13")
    assert not dialog.action.isEnabled()
    dialog.first.setText("2024-03-07")
    dialog.last.setText("2024-03")
    assert not dialog.action.isEnabled(), "it ends before it begins"
    dialog.last.clear()
    dialog.words.setPlainText("The lease is signed")
    qtbot.mouseClick(dialog.action, Qt.MouseButton.LeftButton)
    room.settle()
    row = _rows(room)[2]
    assert isinstance(row, EventRow)
    assert (row.day, row.words, row.remark) == ("7 March 2024", "The lease is signed", "edited")


def test_an_event_is_shown_and_edited_without_signs_of_markdown(qtbot: QtBot, room: Room) -> None:
    written = "**Rent** is `due` on 2 January 2023."
    room.add_book(msgspec.structs.replace(_document("Rent", written), format=Format.MARKDOWN))
    room.open()
    room.feature(ChronologyWindow).open_events()
    room.settle()
    row = _rows(room)[0]
    assert isinstance(row, EventRow)
    assert row.words == "Rent is due on 2 January 2023."
    assert row.chips[0].citation.quote == written, "the page is searched for what it has"
    _timeline(room).edit(row)
    dialog = room.window.findChild(EventDialog)
    assert dialog is not None
    assert dialog.words.toPlainText() == row.words
    dialog.first.setText("2023-01-03")
    qtbot.mouseClick(dialog.action, Qt.MouseButton.LeftButton)
    room.settle()
    row = _rows(room)[0]
    assert isinstance(row, EventRow)
    assert (row.day, row.words, row.event.text) == ("3 January 2023", "Rent is due on 2 January 2023.", "")


def test_events_are_merged_and_deleted(qtbot: QtBot, room: Room) -> None:
    _open(room)
    _choose(room, 1, 2)
    _menu(room)["Merge 2 events into one"].trigger()  # type: ignore[attr-defined]
    room.settle()
    assert _days(room) == ["2 January 2024", "5 March 2024", "31 March 2031"]
    _choose(room, 0)
    qtbot.keyClick(_timeline(room).panel.view, Qt.Key.Key_Delete)
    dialog = room.window.findChild(Confirmation)
    assert dialog is not None
    qtbot.mouseClick(dialog.action, Qt.MouseButton.LeftButton)
    room.settle()
    assert _days(room) == ["5 March 2024", "31 March 2031"]


def test_names_are_merged_and_edited(qtbot: QtBot, room: Room) -> None:
    _open(room, people=True)
    assert _names(room) == {
        "Anna Berg": "2 mentions",
        "John Smith": "1 mention",
        "Marlow Rigging Ltd": "1 mention",
        "Mr Smith": "1 mention",
    }
    _choose(room, 3)
    below = next(action.menu() for action in _menu(room).values() if action.menu())  # type: ignore[attr-defined]
    assert [action.text() for action in below.actions()] == ["John Smith"]
    below.actions()[0].trigger()
    room.settle()
    assert _names(room)["John Smith"] == "2 mentions"
    _choose(room, 2)
    _timeline(room).edit(_timeline(room).panel.chosen()[0])
    dialog = room.window.findChild(EntityDialog)
    assert dialog is not None
    dialog.name.setText("Marlow")
    dialog.kind.set_value(EntityKind.PERSON)
    qtbot.mouseClick(dialog.action, Qt.MouseButton.LeftButton)
    room.settle()
    marlow = next(row for row in _rows(room) if isinstance(row, NameRow) and row.name == "Marlow")
    assert marlow.kind == "Person"
    _timeline(room).panel.view.citation_clicked.emit(marlow.chips[0].citation)
    room.settle()
    assert room.window.page.text.is_lit


def test_what_is_listed_is_exported(qtbot: QtBot, room: Room) -> None:
    _open(room)
    _timeline(room).panel.export.click()
    dialog = room.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.close()
    target = room.desk.paths.log.parent / "list.csv"
    qtbot.keyClicks(_timeline(room).panel.field, "lease")
    _timeline(room).write(str(target))
    room.settle()
    assert len(target.read_text("utf-8-sig").splitlines()) == 4
    QApplication.processEvents()


def test_a_stopped_search_goes_on_when_it_is_opened_again(room: Room) -> None:
    _open(room)
    presenter = _timeline(room)
    presenter.stop()
    book = room.add_book(_document("Minutes", "They met on 9 May 2025."), 2)
    room.presenter.shelf_area.openings.opened.emit(book, (), "")
    room.settle()
    assert "9 May 2025" not in _days(room)
    room.feature(ChronologyWindow).open_events()
    room.settle()
    assert "9 May 2025" in _days(room)


_LISTED = """\
"They met in the spring." [p. 3] | 2024-04 | A meeting in spring
Name | Olga | person | [p. 3]
"They flew away." [p. 3] | 2024-05-01 | Invented"""


def _ask(qtbot: QtBot, room: Room) -> None:
    qtbot.mouseClick(_timeline(room).panel.ask, Qt.MouseButton.LeftButton)
    dialog = room.window.findChild(SmallDialog)
    assert dialog is not None
    qtbot.mouseClick(dialog.action, Qt.MouseButton.LeftButton)


def test_the_model_adds_what_the_rules_missed(qtbot: QtBot, room: Room) -> None:
    room.add_book(_document("Lease", _FIRST, _SECOND, "In 2024 much happened. They met in the spring. Olga was there."))
    room.open()
    room.feature(ChronologyWindow).open_events()
    room.settle()
    room.engine.answers = [(_LISTED,)]
    _ask(qtbot, room)
    room.settle()
    added = next(row for row in _rows(room) if isinstance(row, EventRow) and row.quote)
    assert (added.words, added.quote) == ("A meeting in spring", "“They met in the spring.”")
    assert [chip.citation.quote for chip in added.chips] == ["They met in the spring."]
    assert _timeline(room).panel.notice.text() == (
        "2 entries were added. 1 was left out: no page has the words that the model quotes."
    )


def test_a_question_comes_first_and_the_asking_goes_on_later(qtbot: QtBot, room: Room) -> None:
    room.add_book(_document("Lease", *(f"They met in spring {n}. " * 400 for n in range(2))))
    room.add_conversation("Talk")
    room.open()
    room.feature(ChronologyWindow).open_events()
    room.settle()
    gate = Gate()
    room.engine.answers = [("none",), (gate, "none"), ("Yes.",)]
    _ask(qtbot, room)
    wait(gate.reached.is_set)
    panel = _timeline(room).panel
    assert panel.stop.isVisible()
    room.presenter.talk_area.asking.submit("Is it so?")
    gate.open()
    room.settle()
    assert room.answer().text == "Yes."
    assert not panel.stop.isVisible()
    assert panel.ask.isEnabled()
    asked = len(room.engine.prompts)
    room.feature(ChronologyWindow).open_events()
    room.settle()
    room.engine.answers = [("none",)]
    _ask(qtbot, room)
    room.settle()
    assert len(room.engine.prompts) == asked + 1


def test_it_is_on_the_shelf_once_there_are_documents(qtbot: QtBot, room: Room) -> None:
    room.open()
    room.add_book(_document("Lease", _FIRST))
    room.presenter.shelf_area.shelf.list_books()
    room.settle()
    qtbot.mouseClick(room.window.shelf.tables.buttons["Chronology"], Qt.MouseButton.LeftButton)
    room.settle()
    assert len(_days(room)) == 2


def test_the_asking_is_stopped_like_everything_else(qtbot: QtBot, room: Room) -> None:
    room.add_book(_document("Lease", _FIRST))
    room.open()
    room.feature(ChronologyWindow).open_events()
    room.settle()
    gate = Gate()
    room.engine.answers = [(gate, "none")]
    _ask(qtbot, room)
    wait(gate.reached.is_set)
    assert "The question about all documents will stop" in room.presenter.shelf_area.matters._busy_words()
    room.presenter.places.navigation.stop()
    gate.open()
    room.settle()
    assert not _timeline(room).panel.stop.isVisible()
    assert _timeline(room).panel.ask.isEnabled()


def test_one_stays_where_one_is_when_an_entry_is_changed(room: Room) -> None:
    days = "\n\n".join(f"The tenant wrote a letter of complaint on {n % 28 + 1} May {1900 + n}." for n in range(120))
    room.add_book(_document("Letters", days))
    room.open()
    room.feature(ChronologyWindow).open_events()
    room.settle()
    view = _timeline(room).panel.view
    index = view.model().index_of(_rows(room)[90].id)  # type: ignore[attr-defined]
    wait(lambda: view.visualRect(index).isValid())
    view.scrollTo(index, view.ScrollHint.PositionAtCenter)
    _choose(room, 90)
    before = view.visualRect(index).top()
    assert view.verticalScrollBar().value() > 0
    _timeline(room).merge([_rows(room)[90].id, _rows(room)[91].id])
    room.settle()
    index = view.model().index_of(_rows(room)[90].id)  # type: ignore[attr-defined]
    wait(lambda: view.visualRect(index).top() == before)
    assert [row.id for row in view.chosen()] == [_rows(room)[90].id]


def test_its_title_says_which_list_is_shown(room: Room) -> None:
    _open(room, people=True)
    panel = _timeline(room).panel
    assert (panel.title.text(), panel.accessibleName()) == ("People", "People")
    room.feature(ChronologyWindow).open_events()
    assert (panel.title.text(), panel.accessibleName()) == ("Chronology", "Chronology")


def test_what_is_found_of_many_documents_is_loaded_a_few_times(room: Room) -> None:
    with room.desk.database.write():
        for number in range(_MANY):
            page = Page(1, "1", f"They met in berth {number} on 9 May 2025.")
            title = f"Minutes {number}"
            document = Document(title, Format.TEXT, hashlib.sha256(title.encode()).hexdigest(), (page,))
            room.fake.books.add(document, Path(f"/home/me/{title}.txt"))
    room.open()
    chronology = room.feature(ChronologyWindow)
    with mock.patch.object(Timeline, "events", autospec=True, side_effect=Timeline.events) as loaded:
        chronology.open_events()
        room.settle()
    assert len(_days(room)) == _MANY
    assert 3 <= loaded.call_count <= 8  # when it is opened, on the way, and at the end
