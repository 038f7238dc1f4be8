"""A new table while a document is imported, while the model loads, and before the questions of a person."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.cell import CellState
from app.core.conversations.conversation import BookRef, PageRange
from app.core.settings import RemoteTexts
from app.features.tables.service import sheets_of
from app.features.tables.window.list_table import ListTable
from app.features.tables.window.setup import SheetSetup
from app.features.tables.window.tables import TablesWindow
from app.wording.i18n import use_language
from tests.features.tables.window.new_table import asked, editor, tick, write
from tests.store.deleting import delete_book
from tests.ui import shelf_of_books
from tests.ui.fakes import SCOUT
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, Room, wait


def _begin(room: Room, *books: int) -> SheetSetup:
    use_language("en")
    room.reader.documents["survey.pdf"] = shelf_of_books.survey()
    room.add_books()
    delete_book(room.fake.books, room.books[3].id)  # the survey, which is to be opened
    room.add_conversation("A", [room.books[place] for place in books])
    room.add_conversation("B", days_ago=1)
    room.open()
    room.feature(TablesWindow).open()
    room.settle()
    tick(room, *books)
    return editor(room)


def _drop(room: Room) -> Gate:
    gate = Gate()
    room.reader.steps["survey.pdf"] = [gate]
    room.presenter.shelf_area.openings.take_files([shelf_of_books.file("survey.pdf")])
    wait(gate.reached.is_set)
    return gate


def _ask(room: Room, qtbot: QtBot) -> None:
    write(room, "When?", "Who?")
    editor(room).together.click()
    qtbot.mouseClick(editor(room).start, Qt.MouseButton.LeftButton)


def _titles(room: Room) -> list[str]:
    return [book.title for _item, book in editor(room).documents.tree.documents()]


def _asked_of(room: Room) -> list[list[str]]:
    return [[document.untrusted_title for document in prompt.documents] for prompt in room.engine.prompts]


def _states(room: Room) -> list[CellState]:
    table = room.feature(TablesWindow).panel.list_view.model()
    assert isinstance(table, ListTable)
    return [row.state for row in table.cells()]


def test_a_document_that_is_imported_can_be_ticked_once_it_is_there(qtbot: QtBot, room: Room) -> None:
    setup = _begin(room, LETTERS)
    gate = _drop(room)
    assert "Survey of the quay walls" not in _titles(room)
    gate.open()
    room.settle()
    assert "Survey of the quay walls" in _titles(room)
    assert setup.documents.counted.text() == "1 of 5 documents", "what was ticked stays, and nothing comes unasked"
    _ask(room, qtbot)
    room.settle()
    assert _asked_of(room) == [["Side letters 2019–2024"]] * 2
    assert _states(room) == [CellState.ANSWERED] * 2
    assert (asked(room), setup.documents.chosen, setup.start.text()) == ((), (), "Ask")


def test_the_documents_on_the_desk_are_taken_with_one_click_and_with_their_pages(qtbot: QtBot, room: Room) -> None:
    setup = _begin(room, LEASE)
    some = BookRef(room.books[LETTERS].id, PageRange(2, 4))
    room.desk.conversations.set_books(room.shown().id, (some,))
    room.presenter.places.navigation.open_conversation(room.desk.conversations.all()[1].id)
    room.settle()
    assert not setup.documents.desk.isVisible(), "nothing is on that desk"
    room.presenter.places.navigation.open_conversation(room.desk.conversations.all()[0].id)
    room.feature(TablesWindow).open()
    room.settle()
    tick(room)
    assert setup.documents.desk.isVisible()
    qtbot.mouseClick(setup.documents.desk, Qt.MouseButton.LeftButton)
    assert setup.documents.chosen == (some,)
    assert not setup.documents.desk.isVisible()
    assert "p. 2–4 of 96" in _notes(room)


def _notes(room: Room) -> set[str]:
    role = Qt.ItemDataRole.AccessibleDescriptionRole
    return {item.data(0, role) for item, _book in editor(room).documents.tree.documents()}


def test_a_template_of_chapters_follows_the_documents_until_it_is_changed(room: Room) -> None:
    setup = _begin(room)
    setup.template.chosen.emit("chapters")
    room.settle()
    assert not setup.start.isEnabled()
    tick(room, LEASE)
    room.settle()
    before = len(asked(room))
    assert before > 0
    assert setup.together.isChecked()
    assert not any("Side letters" in question for question in asked(room))
    tick(room, LEASE, LETTERS)
    room.settle()
    assert any("Side letters" in question for question in asked(room))
    write(room, "Why?")
    tick(room, LEASE)
    room.settle()
    assert asked(room) == ("Why?",)


def test_a_question_comes_before_the_rest_of_a_sheet_that_a_server_answers(qtbot: QtBot, room: Room) -> None:
    """On this machine it is refused, and the person may stop the sheet."""
    room.engine.info = msgspec.structs.replace(SCOUT, host="models.example.org")
    room.fake.desk.settings.change("remote.texts", RemoteTexts.AS_IS)
    _begin(room, LETTERS)
    gate = Gate()
    room.engine.answers = [(gate, "In May."), ("Because.",), ("Ferris.",)]
    _ask(room, qtbot)
    wait(gate.reached.is_set)
    room.ask("Why?", settle=False)
    gate.open()
    wait(lambda: len(room.engine.prompts) == 3)
    room.settle()
    asked = [prompt.messages[-1].text for prompt in room.engine.prompts]
    assert ["When?" in asked[0], "Why?" in asked[1], "Who?" in asked[2]] == [True] * 3, asked
    sheet = sheets_of(room.desk).get(sheets_of(room.desk).all()[0].id)
    assert sheet is not None
    assert sheet.finished


def test_a_sheet_waits_for_the_model_to_load(qtbot: QtBot, room: Room) -> None:
    gate = Gate()
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.open()
    room.feature(TablesWindow).open()
    room.settle()
    room.engine.loads = [(gate,)]
    room.presenter.model_area.model.load_again()
    wait(gate.reached.is_set)
    setup = editor(room)
    tick(room, LEASE)
    _ask(room, qtbot)
    waits = "Waiting for the model to load…"
    assert (setup.count.text(), setup.start.text(), setup.questions.views[0].question.isReadOnly()) == (
        waits, "Cancel", True
    )  # fmt: skip
    qtbot.keyClick(setup.questions.views[0].question, Qt.Key.Key_Escape)
    assert (setup.count.text(), setup.questions.views[0].question.isReadOnly()) == ("2 questions · 1 document", False)
    assert room.feature(TablesWindow).is_shown, "another Esc would leave it"
    _ask(room, qtbot)
    room.presenter.model_area.model.load_again()
    assert setup.count.text() == waits, "another model takes nothing away that waits"
    gate.open()
    room.settle()
    assert [prompt.said for prompt in room.engine.prompts] == [("When?",), ("Who?",)]
