"""A question that is sent too early is held until its books are open, and never asked without them in silence."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import BookRef, Conversation
from app.core.conversations.events import Loading
from app.core.errors import Code, Problem
from app.ui.chat.messages.empty import EmptyConversation
from app.ui.chat.writing.attachments_presenter import still_opening_words
from app.ui.kit.activity import EngineTask
from app.ui.kit.bridge import Executor
from app.ui.kit.words import unopened_words, waiting_words
from tests.ui import shelf_of_books
from tests.ui.direct_images import png_of
from tests.ui.gate import Gate
from tests.ui.room import HANDBOOK, LEASE, SURVEY, Room, wait

_LEASE, _SURVEY = shelf_of_books.file("lease.epub"), shelf_of_books.file("survey.pdf")
_WAITING = "Waiting for “lease”…"
_WITHOUT = "Answered without any document."


def _begin(room: Room, *titles: str) -> list[Conversation]:
    """The first of these is shown; `lease.epub` stops at the gate that is opened by `room.reader.steps`."""
    room.reader.documents = {"lease.epub": shelf_of_books.lease(), "survey.pdf": shelf_of_books.survey()}
    made = [room.add_conversation(title, days_ago=place) for place, title in enumerate(titles or ("A",))]
    room.open()
    room.window.activateWindow()
    return made


def _drop(room: Room, *paths: Path, steps: tuple[Problem, ...] = ()) -> Gate:
    """The first of these files is stopped while it is being opened; `steps` follow once the gate is open."""
    gate = Gate()
    room.reader.steps[paths[0].name] = [gate, *steps]
    room.presenter.shelf_area.openings.take_files(list(paths))
    wait(gate.reached.is_set)
    return gate


def _type(room: Room, qtbot: QtBot, words: str) -> None:
    editor = room.window.talk.composer.editor
    editor.setFocus()
    qtbot.keyClicks(editor, words)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def _asked_of(room: Room) -> list[list[str]]:
    """The titles of the books, of each question that reached the engine."""
    return [[document.untrusted_title for document in prompt.documents] for prompt in room.engine.prompts]


def _questions(room: Room) -> list[str]:
    return [turn.question.text for turn in room.turns()]


def _empty(room: Room) -> str:
    """Return the words in the middle while nothing was asked."""
    hint = room.window.talk.view.findChild(EmptyConversation)
    assert hint is not None
    return hint.accessibleName()


# ---- waiting


def test_it_waits_for_the_book_and_is_asked_with_it(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    gate = _drop(room, _LEASE)
    composer = room.window.talk.composer
    _type(room, qtbot, "When?")
    assert (composer.hold.words, composer.hold.button.text()) == (_WAITING, "Ask without it")
    assert composer.send_button.text() == "Cancel  Esc"
    assert (room.turns(), room.engine.prompts) == ((), [])
    assert composer.text() == "When?"
    _type(room, qtbot, " And why?")  # neither is it written on nor sent twice
    assert composer.text() == "When?"
    gate.open()
    room.settle()
    assert _asked_of(room) == [["Harbour Lease, consolidated"]]
    (turn,) = room.turns()
    (book,) = room.desk.documents.library.books()
    assert (turn.question.text, turn.question.books) == ("When?", (BookRef(book.id),))
    assert (composer.text(), composer.hold.words, composer.editor.isReadOnly()) == ("", "", False)
    assert _WITHOUT not in room.sentences()


def test_it_waits_for_all_of_several_in_the_order_in_which_they_are_read(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    second = Gate()
    room.reader.steps["survey.pdf"] = [second]
    gate = _drop(room, _LEASE, _SURVEY)
    _type(room, qtbot, "When?")
    composer = room.window.talk.composer
    assert composer.hold.words == waiting_words(("lease", "survey"))
    assert composer.hold.button.text() == "Ask without them"
    gate.open()
    wait(second.reached.is_set)
    wait(lambda: composer.hold.words == waiting_words(("survey",)))
    assert room.engine.prompts == []
    second.open()
    room.settle()
    assert _asked_of(room) == [["Harbour Lease, consolidated", "Survey of the quay walls"]]


def test_a_file_that_was_only_just_dropped_is_waited_for(qtbot: QtBot, room: Room) -> None:
    """Whether it is a book or an image is found out on another thread, which may be busy."""
    _begin(room)
    gate = room.hold(Executor.IMAGES)
    room.presenter.shelf_area.openings.take_files([_LEASE])
    _type(room, qtbot, "When?")
    assert room.window.talk.composer.hold.words == _WAITING
    gate.open()
    room.settle()
    assert _asked_of(room) == [["Harbour Lease, consolidated"]]


def test_an_image_that_was_only_just_dropped_is_not_left_out(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    picture = tmp_path / "chart.png"
    picture.write_bytes(png_of(40, 30))
    _begin(room)
    gate = room.hold(Executor.IMAGES)
    room.presenter.shelf_area.openings.take_files([picture])
    _type(room, qtbot, "What is this?")
    assert room.window.talk.composer.hold.words == waiting_words(("chart",))
    gate.open()
    room.settle()
    assert room.engine.prompts == []
    assert room.window.talk.composer.text() == "What is this?"
    assert room.window.talk.notice.text() == still_opening_words()


def test_esc_gives_it_back(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    gate = _drop(room, _LEASE)
    composer = room.window.talk.composer
    _type(room, qtbot, "When?")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Escape)
    assert (composer.text(), composer.hold.words, composer.send_button.text()) == ("When?", "", "Send")
    gate.open()
    room.settle()
    assert room.engine.prompts == [], "it was taken back"
    _type(room, qtbot, " Now.")
    room.settle()
    assert _questions(room) == ["When? Now."]


def test_the_button_gives_it_back(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    gate = _drop(room, _LEASE)
    composer = room.window.talk.composer
    _type(room, qtbot, "When?")
    qtbot.mouseClick(composer.send_button, Qt.MouseButton.LeftButton)
    assert (composer.text(), composer.hold.words, composer.editor.isReadOnly()) == ("When?", "", False)
    gate.open()
    room.settle()
    assert room.engine.prompts == []


def test_asked_without_it_the_answer_says_so(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    gate = _drop(room, _LEASE)
    _type(room, qtbot, "When?")
    qtbot.mouseClick(room.window.talk.composer.hold.button, Qt.MouseButton.LeftButton)
    wait(lambda: bool(room.engine.prompts))
    wait(lambda: not room.presenter.talk_area.asking.busy)
    assert _asked_of(room) == [[]]
    assert room.sentences() == [_WITHOUT]
    gate.open()
    room.settle()
    assert _questions(room) == ["When?"]


# ---- what does not open


def _given_back(room: Room, qtbot: QtBot) -> None:
    """The question stands in the composer, with why; and can be asked all the same."""
    composer = room.window.talk.composer
    assert room.engine.prompts == []
    assert (composer.text(), composer.editor.isReadOnly()) == ("When?", False)
    assert composer.hold.words == unopened_words(("lease",))
    assert composer.send_button.text() == "Send"
    qtbot.keyClicks(composer.editor, " Why?")
    qtbot.mouseClick(composer.hold.button, Qt.MouseButton.LeftButton)
    room.settle()
    assert _questions(room) == ["When? Why?"]
    assert (composer.hold.words, room.sentences()) == ("", [_WITHOUT])


def test_of_a_book_that_cannot_be_read_it_is_given_back(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    gate = _drop(room, _LEASE, steps=(Problem(Code.DOCUMENT_DAMAGED, {"path": "lease.epub", "format": "EPUB"}),))
    _type(room, qtbot, "When?")
    gate.open()
    room.settle()
    _given_back(room, qtbot)


def test_of_a_book_whose_opening_is_stopped_it_is_given_back(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    _drop(room, _LEASE)
    _type(room, qtbot, "When?")
    room.window.shelf.opening_cancelled.emit(str(_LEASE))
    room.settle()
    _given_back(room, qtbot)


def test_of_a_book_that_nobody_unlocks_it_is_given_back(qtbot: QtBot, room: Room) -> None:
    room.reader.passwords = {"lease.epub": "secret"}
    _begin(room)
    gate = room.hold(Executor.READER)
    room.presenter.shelf_area.openings.take_files([_LEASE])
    _type(room, qtbot, "When?")
    gate.open()
    wait(lambda: room.presenter.shelf_area.passwords.dialog is not None)
    dialog = room.presenter.shelf_area.passwords.dialog
    assert dialog is not None
    qtbot.keyClicks(dialog.line, "wrong")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    room.settle()
    assert room.window.talk.composer.hold.words == _WAITING, "it can still be opened"
    dialog = room.presenter.shelf_area.passwords.dialog
    assert dialog is not None
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    room.settle()
    _given_back(room, qtbot)


def test_of_a_book_that_is_unlocked_it_is_asked(qtbot: QtBot, room: Room) -> None:
    room.reader.passwords = {"lease.epub": "secret"}
    _begin(room)
    gate = room.hold(Executor.READER)
    room.presenter.shelf_area.openings.take_files([_LEASE])
    _type(room, qtbot, "When?")
    gate.open()
    wait(lambda: room.presenter.shelf_area.passwords.dialog is not None)
    dialog = room.presenter.shelf_area.passwords.dialog
    assert dialog is not None
    qtbot.keyClicks(dialog.line, "secret")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    room.settle()
    assert _asked_of(room) == [["Harbour Lease, consolidated"]]


def test_where_one_of_two_fails_it_is_given_back_at_once(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    second = Gate()
    room.reader.steps["survey.pdf"] = [second]
    gate = _drop(room, _LEASE, _SURVEY, steps=(Problem(Code.FILE_MISSING, {"path": "lease.epub"}),))
    composer = room.window.talk.composer
    _type(room, qtbot, "When?")
    gate.open()
    wait(second.reached.is_set)
    wait(lambda: composer.hold.words == unopened_words(("lease",)))
    qtbot.mouseClick(composer.hold.button, Qt.MouseButton.LeftButton)
    assert composer.hold.words == waiting_words(("survey",))
    second.open()
    room.settle()
    assert _asked_of(room) == [["Survey of the quay walls"]]


def test_that_another_book_opens_does_not_hide_why_it_was_given_back(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    gate = _drop(room, _LEASE, _SURVEY, steps=(Problem(Code.FILE_MISSING, {"path": "lease.epub"}),))
    _type(room, qtbot, "When?")
    gate.open()
    room.settle()
    composer = room.window.talk.composer
    assert composer.hold.words == unopened_words(("lease",))
    assert (composer.text(), room.engine.prompts) == ("When?", [])
    assert len(room.shown().books) == 1


def test_a_second_try_that_opens_ends_what_was_said_of_the_first(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    gate = _drop(room, _LEASE, steps=(Problem(Code.FILE_MISSING, {"path": "lease.epub"}),))
    _type(room, qtbot, "When?")
    gate.open()
    room.settle()
    room.reader.steps.clear()
    room.presenter.shelf_area.openings.take_files([_LEASE])
    room.settle()
    composer = room.window.talk.composer
    assert (composer.hold.words, composer.text(), room.engine.prompts) == ("", "When?", [])


# ---- other conversations


def test_it_stays_with_its_conversation_and_so_does_the_book(qtbot: QtBot, room: Room) -> None:
    asked, other = _begin(room, "A", "B")
    gate = _drop(room, _LEASE)
    _type(room, qtbot, "When?")
    room.presenter.places.navigation.open_conversation(other.id)
    wait(lambda: room.shown().id == other.id)
    composer = room.window.talk.composer
    assert (composer.text(), composer.hold.words, composer.editor.isReadOnly()) == ("", "", False)
    assert "add a document" in composer.editor.placeholderText().lower()
    (row,) = room.presenter.shelf_area.shelf.openings.rows(other.id)
    assert not row.on_desk
    gate.open()
    room.settle()
    (book,) = room.desk.documents.library.books()
    assert _asked_of(room) == [["Harbour Lease, consolidated"]]
    assert room.shown().books == ()
    assert room.presenter.shown.place is None, "it is not opened beside another conversation"
    assert room.turns() == ()
    kept = room.desk.conversations.get(asked.id)
    assert kept is not None
    assert kept.books == (BookRef(book.id),)
    room.presenter.places.navigation.open_conversation(asked.id)
    room.settle()
    assert (_questions(room), room.shown().books) == (["When?"], (BookRef(book.id),))
    assert composer.text() == ""


def test_back_in_its_conversation_it_still_waits(qtbot: QtBot, room: Room) -> None:
    asked, other = _begin(room, "A", "B")
    gate = _drop(room, _LEASE)
    _type(room, qtbot, "When?")
    for talk in (other, asked):
        room.presenter.places.navigation.open_conversation(talk.id)
        wait(lambda talk=talk: room.shown().id == talk.id)  # type: ignore[misc]
    composer = room.window.talk.composer
    assert (composer.text(), composer.hold.words) == ("When?", _WAITING)
    gate.open()
    room.settle()
    assert _asked_of(room) == [["Harbour Lease, consolidated"]]


def test_a_question_elsewhere_does_not_wait(qtbot: QtBot, room: Room) -> None:
    asked, other = _begin(room, "A", "B")
    gate = _drop(room, _LEASE)
    _type(room, qtbot, "When?")
    room.presenter.places.navigation.open_conversation(other.id)
    wait(lambda: room.shown().id == other.id)
    writing = Gate()
    room.engine.answers = [("B ", writing, "said."), ("A said.",)]
    _type(room, qtbot, "And here?")
    wait(writing.reached.is_set)
    gate.open()
    wait(lambda: len(room.desk.documents.library.books()) == 1)
    room.presenter.places.navigation.open_conversation(asked.id)
    wait(lambda: room.shown().id == asked.id)
    wait(lambda: room.window.talk.composer.hold.words == "Waiting for the current answer…")
    assert not room.window.talk.composer.hold.button.isVisible()
    writing.open()
    room.settle()
    assert _asked_of(room) == [[], ["Harbour Lease, consolidated"]]
    assert _questions(room) == ["When?"]


def test_a_question_waits_in_each_of_two_conversations(qtbot: QtBot, room: Room) -> None:
    first, second = _begin(room, "A", "B")
    loading = Gate()
    room.engine.loads = [(Loading(0.1), loading)]
    room.presenter.model_area.model.load_again()
    wait(loading.reached.is_set)
    room.engine.answers = [("A said.",), ("B said.",)]
    composer = room.window.talk.composer
    _type(room, qtbot, "When?")
    room.presenter.places.navigation.open_conversation(second.id)
    wait(lambda: room.shown().id == second.id)
    _type(room, qtbot, "And here?")
    assert (composer.text(), composer.hold.words) == (
        "And here?",
        room.presenter.activity.wait_words(EngineTask.LOADING),
    )
    loading.open()
    room.settle()
    asked = [[turn.question.text for turn in room.desk.conversations.turns(talk.id)] for talk in (first, second)]
    assert asked == [["When?"], ["And here?"]]
    assert composer.text() == ""


def test_what_is_quoted_while_it_waits_is_asked_with_it(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    gate = _drop(room, _LEASE)
    _type(room, qtbot, "When?")
    room.window.talk.composer.take_quotation("“Twelve months”")
    gate.open()
    room.settle()
    assert _questions(room) == ["“Twelve months”\nWhen?"]
    assert room.window.talk.composer.text() == ""


def test_one_file_can_be_for_two_conversations(qtbot: QtBot, room: Room) -> None:
    _asked, other = _begin(room, "A", "B")
    gate = _drop(room, _LEASE)
    room.presenter.places.navigation.open_conversation(other.id)
    wait(lambda: room.shown().id == other.id)
    room.presenter.shelf_area.openings.take_files([_LEASE])
    wait(lambda: bool(room.presenter.shelf_area.shelf.openings.pending(other.id)))
    gate.open()
    room.settle()
    (book,) = room.desk.documents.library.books()
    assert [talk.books for talk in room.desk.conversations.all()] == [(BookRef(book.id),)] * 2


def test_a_conversation_that_is_deleted_asks_nothing_more(qtbot: QtBot, room: Room) -> None:
    asked, other = _begin(room, "A", "B")
    gate = _drop(room, _LEASE)
    _type(room, qtbot, "When?")
    room.presenter.talk_area.conversation.delete(asked.id)
    wait(lambda: room.presenter.shown.conversation is not None and room.shown().id == other.id)
    gate.open()
    room.settle()
    assert room.engine.prompts == []
    assert room.shown().books == ()
    assert len(room.desk.documents.library.books()) == 1


# ---- again, and edited


def test_asked_again_it_waits_and_is_asked_with_the_book(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    room.ask("When?")
    gate = _drop(room, _LEASE)
    composer = room.window.talk.composer
    composer.set_text("Not yet")
    room.presenter.talk_area.asking.ask_last_again()
    assert composer.hold.words == _WAITING
    gate.open()
    room.settle()
    assert _asked_of(room) == [[], ["Harbour Lease, consolidated"]]
    (turn,) = room.turns()
    assert (turn.question.text, turn.question_variants) == ("When?", 2)
    assert _WITHOUT not in room.sentences()
    assert composer.text() == "Not yet"


def test_asked_again_without_the_book_it_is_the_same_question(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    room.ask("When?")
    gate = _drop(room, _LEASE)
    room.presenter.talk_area.asking.ask_last_again()
    qtbot.mouseClick(room.window.talk.composer.hold.button, Qt.MouseButton.LeftButton)
    wait(lambda: len(room.engine.prompts) == 2)
    wait(lambda: not room.presenter.talk_area.asking.busy)
    (turn,) = room.turns()
    assert (turn.question_variants, turn.answer_variants) == (1, 2)
    assert _asked_of(room) == [[], []]
    gate.open()
    room.settle()


def test_edited_it_waits_and_is_asked_with_the_book(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    room.ask("When?")
    gate = _drop(room, _LEASE)
    room.presenter.talk_area.asking.edit_last()
    _type(room, qtbot, " Exactly?")
    assert room.window.talk.composer.hold.words == _WAITING
    gate.open()
    room.settle()
    assert _asked_of(room) == [[], ["Harbour Lease, consolidated"]]
    (turn,) = room.turns()
    assert (turn.question.text, turn.question_variants) == ("When? Exactly?", 2)


# ---- the beginning


def test_at_the_first_start_it_waits_for_the_handbook_and_the_model(qtbot: QtBot, room: Room) -> None:
    opening, loading = Gate(), Gate()
    room.reader.documents["handbook.md"] = shelf_of_books.handbook()
    room.reader.steps["handbook.md"] = [opening]
    room.engine.loads = [(Loading(0.42), loading)]
    room.open(settle=False)
    wait(opening.reached.is_set)
    wait(loading.reached.is_set)
    wait(lambda: room.presenter.shown.conversation is not None)
    composer = room.window.talk.composer
    assert composer.editor.placeholderText() == "You can ask now: the question waits until “handbook” can be read"
    _type(room, qtbot, "How do I add a book?")
    assert composer.hold.words == waiting_words(("handbook",))
    opening.open()
    wait(lambda: composer.hold.words == room.presenter.activity.wait_words(EngineTask.LOADING))
    assert room.turns() == ()
    loading.open()
    room.settle()
    assert _asked_of(room) == [["Octavo handbook"]]
    assert _questions(room) == ["How do I add a book?"]


def test_files_given_at_the_start_are_waited_for(qtbot: QtBot, room: Room) -> None:
    gate = Gate()
    room.reader.documents["lease.epub"] = shelf_of_books.lease()
    room.reader.steps["lease.epub"] = [gate]
    room.open(files=[_LEASE], settle=False)
    wait(gate.reached.is_set)
    wait(lambda: room.presenter.shown.conversation is not None)
    _type(room, qtbot, "When?")
    assert room.window.talk.composer.hold.words == _WAITING
    gate.open()
    room.settle()
    assert _asked_of(room) == [["Harbour Lease, consolidated"]]


def test_files_that_a_second_start_hands_over_are_waited_for(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    gate = Gate()
    room.reader.steps["lease.epub"] = [gate]
    room.presenter.welcome.take_files([_LEASE])
    _type(room, qtbot, "When?")
    assert room.window.talk.composer.hold.words == _WAITING
    gate.open()
    room.settle()
    assert _asked_of(room) == [["Harbour Lease, consolidated"]]


def test_before_any_conversation_is_shown_it_waits_for_that(qtbot: QtBot, room: Room) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[HANDBOOK]])
    gate = room.hold(Executor.STORE)
    room.open(settle=False)
    _type(room, qtbot, "How?")
    assert room.window.talk.composer.hold.words != ""
    assert room.window.talk.composer.text() == "How?"
    gate.open()
    room.settle()
    assert _questions(room) == ["How?"]
    assert _asked_of(room) == [["Octavo handbook"]]


def test_it_waits_for_the_model_and_can_be_taken_back(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    loading = Gate()
    room.engine.loads = [(Loading(0.1), loading)]
    room.presenter.model_area.model.load_again()
    wait(loading.reached.is_set)
    composer = room.window.talk.composer
    _type(room, qtbot, "When?")
    assert composer.hold.words == room.presenter.activity.wait_words(EngineTask.LOADING)
    qtbot.keyClick(composer.editor, Qt.Key.Key_Escape)
    assert (composer.hold.words, composer.text()) == ("", "When?")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    loading.open()
    room.settle()
    assert _questions(room) == ["When?"]


def test_a_model_that_does_not_load_is_told_under_the_question(qtbot: QtBot, room: Room) -> None:
    room.add_conversation("A")
    loading, cut = Gate(), Problem(Code.MODEL_TRUNCATED, {"path": "scout.gguf"})
    room.engine.loads = [(loading, cut), (cut,)]
    room.open(settle=False)
    wait(loading.reached.is_set)
    wait(lambda: room.presenter.shown.conversation is not None)
    _type(room, qtbot, "When?")
    assert room.window.talk.composer.hold.words == room.presenter.activity.wait_words(EngineTask.LOADING)
    loading.open()
    room.settle()
    assert _questions(room) == ["When?"]
    assert any("scout.gguf" in words for words in room.sentences())


# ---- what the window says meanwhile


def test_what_is_said_is_true_while_a_book_opens(room: Room) -> None:
    _begin(room)
    composer = room.window.talk.composer
    assert composer.editor.placeholderText() == "Add a document, then ask"
    gate = _drop(room, _LEASE)
    assert composer.editor.placeholderText() == "You can ask now: the question waits until “lease” can be read"
    assert _empty(room) == "Importing “lease”"
    gate.open()
    room.settle()
    assert composer.editor.placeholderText() == "Ask about the documents on the desk"
    assert _empty(room) == "Ask about the documents on the desk"


def test_where_the_handbook_is_missing_nothing_is_said_to_lie_on_the_desk(room: Room) -> None:
    room.open()
    assert _empty(room) == "Add a document to start"
    assert room.window.talk.composer.editor.placeholderText() == "Add a document, then ask"


def test_a_shelved_book_is_asked_at_once(qtbot: QtBot, room: Room) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.open()
    room.window.shelf.desk_toggled.emit(room.books[SURVEY].id)
    _type(room, qtbot, "When?")
    room.settle()
    assert _asked_of(room) == [["Harbour Lease, consolidated", "Survey of the quay walls"]]
