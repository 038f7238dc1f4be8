"""A question sheet that is to be asked while a book is being opened waits for it."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.cell import CellState
from app.core.errors import Code, Problem
from app.core.settings import RemoteTexts
from app.features.tables.service import sheets_of
from app.features.tables.window.list_table import ListTable
from app.features.tables.window.setup import SheetSetup
from app.features.tables.window.tables import TablesWindow
from app.wording.i18n import use_language
from tests.store.deleting import delete_book
from tests.ui import shelf_of_books
from tests.ui.fakes import SCOUT, Gate
from tests.ui.room import LEASE, LETTERS, Room, wait

_WAITING = "Waiting for “survey”…"


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
    return room.feature(TablesWindow).panel.setup


def _drop(room: Room, *steps: Problem) -> Gate:
    gate = Gate()
    room.reader.steps["survey.pdf"] = [gate, *steps]
    room.presenter.shelf_area.openings.take_files([shelf_of_books.file("survey.pdf")])
    wait(gate.reached.is_set)
    return gate


def _ask(room: Room, qtbot: QtBot, questions: str = "When?\nWho?") -> None:
    setup = room.feature(TablesWindow).panel.setup
    setup.editor.setPlainText(questions)
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)


def _asked_of(room: Room) -> list[list[str]]:
    return [[document.untrusted_title for document in prompt.documents] for prompt in room.engine.prompts]


def _states(room: Room) -> list[CellState]:
    table = room.feature(TablesWindow).panel.list_view.model()
    assert isinstance(table, ListTable)
    return [row.state for row in table.cells()]


def test_it_waits_for_the_book_and_asks_it(qtbot: QtBot, room: Room) -> None:
    setup = _begin(room, LETTERS)
    gate = _drop(room)
    assert setup.books.text() == "Documents: Side letters 2019–2024; survey (importing)"
    _ask(room, qtbot)
    assert (setup.count.text(), setup.without.text(), setup.start.text()) == (_WAITING, "Ask without it", "Cancel")
    assert setup.editor.isReadOnly()
    assert room.engine.prompts == []
    gate.open()
    room.settle()
    assert _asked_of(room) == [["Side letters 2019–2024", "Survey of the quay walls"]] * 2
    assert _states(room) == [CellState.ANSWERED] * 2
    assert (setup.start.text(), setup.editor.isReadOnly(), setup.questions()) == ("Ask all", False, ())


def test_on_an_empty_desk_it_can_be_asked_of_what_is_being_opened(qtbot: QtBot, room: Room) -> None:
    setup = _begin(room)
    gate = _drop(room)
    assert setup.books.text() == "Documents: survey (importing)"
    _ask(room, qtbot)
    gate.open()
    room.settle()
    assert _asked_of(room) == [["Survey of the quay walls"]] * 2


def test_it_is_taken_back(qtbot: QtBot, room: Room) -> None:
    setup = _begin(room, LETTERS)
    gate = _drop(room)
    _ask(room, qtbot)
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    assert (setup.count.text(), setup.editor.isReadOnly(), setup.questions()) == (
        "2 questions", False, ("When?", "Who?")
    )  # fmt: skip
    _ask(room, qtbot)
    assert setup.count.text() == _WAITING
    qtbot.keyClick(setup.editor, Qt.Key.Key_Escape)
    assert setup.count.text() == "2 questions"
    assert room.feature(TablesWindow).is_shown, "another Esc would leave it"
    gate.open()
    room.settle()
    assert room.engine.prompts == []


def test_it_is_asked_without_it(qtbot: QtBot, room: Room) -> None:
    setup = _begin(room, LETTERS)
    gate = _drop(room)
    _ask(room, qtbot)
    qtbot.mouseClick(setup.without, Qt.MouseButton.LeftButton)
    wait(lambda: len(room.engine.prompts) == 2 and not room.feature(TablesWindow).sheets.running)
    assert _asked_of(room) == [["Side letters 2019–2024"]] * 2
    gate.open()
    room.settle()


def test_of_a_book_that_does_not_open_it_is_given_back(qtbot: QtBot, room: Room) -> None:
    setup = _begin(room, LETTERS)
    gate = _drop(room, Problem(Code.FILE_MISSING, {"path": "survey.pdf"}))
    _ask(room, qtbot)
    gate.open()
    room.settle()
    assert setup.count.text() == "Not sent: “survey” could not be imported."
    assert (setup.questions(), setup.editor.isReadOnly(), room.engine.prompts) == (("When?", "Who?"), False, [])
    assert setup.books.text() == "Documents: Side letters 2019–2024"
    qtbot.mouseClick(setup.without, Qt.MouseButton.LeftButton)
    room.settle()
    assert _asked_of(room) == [["Side letters 2019–2024"]] * 2


def test_a_template_asks_of_the_book_that_it_waited_for(qtbot: QtBot, room: Room) -> None:
    setup = _begin(room, LEASE)
    gate = _drop(room)
    setup.template.set_value("chapters")
    setup.template.chosen.emit("chapters")
    wait(lambda: bool(setup.questions()))
    before = len(setup.questions())
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    assert setup.count.text() == _WAITING
    gate.open()
    room.settle()
    assert len(_states(room)) > before
    assert any("“Survey of the quay walls”" in prompt.messages[-1].text for prompt in room.engine.prompts)


def test_a_template_that_was_taken_early_is_filled_anew(qtbot: QtBot, room: Room) -> None:
    setup = _begin(room, LEASE)
    gate = _drop(room)
    setup.template.set_value("chapters")
    setup.template.chosen.emit("chapters")
    wait(lambda: bool(setup.questions()))
    assert not any("“Survey of the quay walls”" in question for question in setup.questions())
    gate.open()
    room.settle()
    assert any("“Survey of the quay walls”" in question for question in setup.questions())


def test_it_stays_with_its_conversation(qtbot: QtBot, room: Room) -> None:
    setup = _begin(room, LETTERS)
    gate = _drop(room)
    _ask(room, qtbot)
    asked = room.shown()
    other = next(talk for talk in room.desk.conversations.all() if talk.id != asked.id)
    room.presenter.places.navigation.open_conversation(other.id)
    wait(lambda: room.shown().id == other.id)
    assert (setup.editor.isReadOnly(), setup.start.text()) == (False, "Ask all")
    setup.editor.setPlainText("Something else?")
    gate.open()
    room.settle()
    assert _asked_of(room) == [["Side letters 2019–2024", "Survey of the quay walls"]] * 2
    assert setup.questions() == ("Something else?",)


def test_a_question_and_a_sheet_that_wait_for_the_same_book_follow_each_other(qtbot: QtBot, room: Room) -> None:
    _begin(room, LETTERS)
    gate = _drop(room)
    _ask(room, qtbot)
    room.presenter.talk_area.asking.submit("And I?")
    assert room.window.talk.composer.hold.words == _WAITING
    gate.open()
    room.settle()
    assert _asked_of(room) == [["Side letters 2019–2024", "Survey of the quay walls"]] * 3
    assert [turn.question.text for turn in room.turns()] == ["And I?"]
    assert _states(room) == [CellState.ANSWERED] * 2


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
    setup = room.feature(TablesWindow).panel.setup
    setup.editor.setPlainText("When?")
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    assert setup.count.text() == "Waiting for the model to load…"
    room.presenter.model_area.model.load_again()
    assert setup.count.text() == "Waiting for the model to load…", "another model takes nothing away that waits"
    gate.open()
    room.settle()
    assert [prompt.said for prompt in room.engine.prompts] == [("When?",)]
