"""Words that are written and not asked yet stay: with their conversation, over an edit, and until the next start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Conversation, Draft
from app.core.errors import AppError, Code
from app.store.conversations import Drafts
from app.ui.chat.writing.attachments_presenter import AttachmentsPresenter
from app.ui.kit.bridge import Executor
from app.wording.errors import sentence
from tests.ui import shelf_of_books
from tests.ui.direct_images import png_of
from tests.ui.gate import Gate
from tests.ui.room import Room, wait


def _begin(room: Room, *titles: str) -> list[Conversation]:
    made = [room.add_conversation(title, days_ago=place) for place, title in enumerate(titles or ("A",))]
    room.open()
    room.window.activateWindow()
    return made


def _type(room: Room, qtbot: QtBot, words: str) -> None:
    room.window.talk.composer.setFocus()
    qtbot.keyClicks(room.window.talk.composer.editor, words)


def _written(room: Room) -> str:
    return room.window.talk.composer.text()


def _go(room: Room, talk: Conversation) -> None:
    room.presenter.places.navigation.open_conversation(talk.id)
    room.settle()


def _kept(room: Room, talk: Conversation) -> Draft:
    """Return the draft as the store has it."""
    return Drafts(room.desk.database).get(talk.id)


def _leave(room: Room) -> None:
    """Leave as the program does when its window is closed."""
    room.bridge.close()
    room.presenter.talk_area.drafts.close()


def test_each_conversation_has_its_own(qtbot: QtBot, room: Room) -> None:
    one, two = _begin(room, "A", "B")
    _type(room, qtbot, "Of A?")
    _go(room, two)
    assert _written(room) == ""
    assert _kept(room, one) == Draft("Of A?"), "a switch is a moment to keep it"
    _type(room, qtbot, "Of B?")
    _go(room, one)
    assert _written(room) == "Of A?"
    _go(room, two)
    assert _written(room) == "Of B?"


def test_it_is_kept_soon_after_it_is_typed(qtbot: QtBot, room: Room) -> None:
    """Nothing else happens: this is what is there after a kill."""
    (talk,) = _begin(room)
    _type(room, qtbot, "When must notice be")
    wait(lambda: _kept(room, talk).text != "")
    assert _kept(room, talk) == Draft("When must notice be")
    room.window.talk.composer.set_text("")
    wait(lambda: _kept(room, talk) == Draft())


def test_the_next_start_has_it(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    _begin(room, "A", "B")
    _type(room, qtbot, "When?")
    _leave(room)
    room.desk.close()
    again = Room(tmp_path / "desk")
    try:
        again.open()
        assert again.shown().title == "A"
        assert _written(again) == "When?"
        again.settle()
        again.ask("When?")
        assert _kept(again, again.shown()) == Draft(), "asked, it is not written any more"
        assert _written(again) == ""
    finally:
        again.close()


def test_a_held_question_is_there_at_the_next_start(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    gate = Gate()
    room.reader.steps["lease.epub"] = [gate]
    _begin(room)
    room.presenter.shelf_area.openings.take_files([shelf_of_books.file("lease.epub")])
    wait(gate.reached.is_set)
    _type(room, qtbot, "When?")
    qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Return)
    assert room.window.talk.composer.hold.words != ""
    _leave(room)
    room.desk.close()
    again = Room(tmp_path / "desk")
    try:
        again.open()
        assert _written(again) == "When?"
        assert again.window.talk.composer.hold.words == ""
    finally:
        again.close()


def test_what_was_asked_is_gone_and_what_is_typed_meanwhile_stays(qtbot: QtBot, room: Room) -> None:
    (talk,) = _begin(room)
    gate = room.hold(Executor.ENGINE)
    _type(room, qtbot, "When?")
    qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Return)
    _type(room, qtbot, " And why?")
    gate.open()
    room.settle()
    assert [turn.question.text for turn in room.turns()] == ["When?"]
    assert _written(room) == "When? And why?"
    qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Return)
    room.settle()
    assert _written(room) == ""
    wait(lambda: _kept(room, talk) == Draft())


def test_an_answer_of_another_conversation_empties_nothing_here(qtbot: QtBot, room: Room) -> None:
    one, two = _begin(room, "A", "B")
    gate = room.hold(Executor.ENGINE)
    _type(room, qtbot, "Of A?")
    qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Return)
    room.presenter.places.navigation.open_conversation(two.id)
    wait(lambda: room.shown().id == two.id)
    _type(room, qtbot, "Of B?")
    gate.open()
    room.settle()
    assert _written(room) == "Of B?"
    _go(room, one)
    assert _written(room) == ""
    assert [turn.question.text for turn in room.turns()] == ["Of A?"]


def test_an_edit_gives_back_what_it_interrupted(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    room.ask("First?")
    _type(room, qtbot, "And second?")
    room.presenter.talk_area.asking.edit_last()
    assert _written(room) == "First?"
    qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Escape)
    assert _written(room) == "And second?"
    room.presenter.talk_area.asking.edit_last()
    _type(room, qtbot, " Really?")
    qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Return)
    room.settle()
    assert [turn.question.text for turn in room.turns()] == ["First? Really?"]
    assert _written(room) == "And second?"


def test_an_edit_outlives_a_switch_and_a_start(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    picture = tmp_path / "chart.png"
    picture.write_bytes(png_of(40, 30))
    one, two = _begin(room, "A", "B")
    room.presenter.shelf_area.openings.take_files([picture])
    room.settle()
    room.ask("What is this?")
    asked = room.turns()[0].question
    _type(room, qtbot, "Not yet")
    room.presenter.talk_area.asking.edit_last()
    _type(room, qtbot, " Really?")
    _go(room, two)
    assert _written(room) == ""
    _go(room, one)
    assert _written(room) == "What is this? Really?"
    assert _kept(room, one) == Draft("Not yet", asked.id, "What is this? Really?")
    _leave(room)
    room.desk.close()
    again = Room(tmp_path / "desk")
    try:
        again.open()
        assert _written(again) == "What is this? Really?"
        attachments: AttachmentsPresenter = again.presenter.talk_area.attachments
        assert attachments.images() == asked.images
        qtbot.keyClick(again.window.talk.composer.editor, Qt.Key.Key_Return)
        again.settle()
        (turn,) = again.turns()
        assert (turn.question.text, turn.question_variants) == ("What is this? Really?", 2)
        assert turn.question.images == asked.images
        assert (_written(again), attachments.images()) == ("Not yet", ())
    finally:
        again.close()


def test_on_another_branch_an_edit_becomes_a_question_of_its_own(qtbot: QtBot, room: Room) -> None:
    _begin(room)
    room.ask("First?")
    room.ask("Second?")
    room.presenter.talk_area.asking.edit(room.turns()[0].question.id)
    _type(room, qtbot, " Really?")
    qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Return)
    room.settle()
    room.presenter.talk_area.asking.edit_last()
    _type(room, qtbot, " So?")
    room.window.talk.view.variant_chosen.emit("question", room.turns()[0].question.id, -1)
    room.settle()
    assert _written(room) == "First? Really? So?"
    qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Return)
    room.settle()
    assert [turn.question.text for turn in room.turns()] == ["First?", "Second?", "First? Really? So?"]


def test_what_is_typed_before_a_conversation_is_shown_is_not_lost(qtbot: QtBot, room: Room) -> None:
    talk = room.add_conversation("A")
    Drafts(room.desk.database).keep(talk.id, Draft("Of yesterday"))
    gate = room.hold(Executor.STORE)
    room.open(settle=False)
    _type(room, qtbot, "Of today")
    gate.open()
    room.settle()
    assert _written(room) == "Of yesterday\nOf today"
    assert room.turns() == ()


def test_a_deleted_conversation_leaves_nothing_written(qtbot: QtBot, room: Room) -> None:
    one, two = _begin(room, "A", "B")
    _type(room, qtbot, "Of A?")
    room.presenter.talk_area.conversation.delete(one.id)
    room.settle()
    assert room.shown().id == two.id
    assert _written(room) == ""
    _leave(room)
    assert _kept(room, one) == Draft()


def test_a_disk_that_is_full_is_told_once(qtbot: QtBot, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = _begin(room, "A", "B")
    full = AppError(Code.DISK_FULL, path="/home/me/octavo.db")
    told: list[str] = []
    room.presenter.talk_area.drafts.failed.connect(told.append)

    def refuse(drafts: Drafts, conversation_id: str, draft: Draft) -> None:
        raise full

    monkeypatch.setattr(Drafts, "keep", refuse)
    _type(room, qtbot, "Of A?")
    _go(room, two)
    _type(room, qtbot, "Of B?")
    _go(room, one)
    assert told == [sentence(full.problem)]
    notice = room.window.talk.notice
    assert "“octavo.db”" in notice.text()
    assert notice.isVisible()
    monkeypatch.undo()
    _go(room, two)
    assert not notice.isVisible(), "there is room again"
    assert (_kept(room, one), _kept(room, two)) == (Draft("Of A?"), Draft("Of B?"))
