"""Names and numbers are shown before a question goes to a server, in the real window."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import MatterScope, Sent
from app.core.documents.document import Document, Format, Page
from app.core.errors import Code
from app.core.settings import RemoteImages, RemoteSettings, RemoteTexts
from app.core.work import Cancel
from app.features.pseudonyms.window.dialog import OutboundDialog
from app.features.pseudonyms.window.pseudonyms import PseudonymsWindow
from app.services.asking.replacing import FoundEntry
from app.ui.kit.jobs import Done
from app.ui.kit.rows import RowRole
from app.wording.remote import sent_words
from tests.endings import as_events
from tests.said import says
from tests.ui import shelf_of_books
from tests.ui.direct_images import png_of
from tests.ui.fakes import SCOUT
from tests.ui.gate import Gate
from tests.ui.room import Room, wait

_HOST = "models.example.org"
_ELSEWHERE = msgspec.structs.replace(SCOUT, path=f"https://{_HOST}", device=f"vLLM, {_HOST}", host=_HOST, vision=None)
_TEXT = "Mr John Smith pays to DE89 3704 0044 0532 0130 00. Ferris wrote it."


@pytest.fixture
def letter(room: Room) -> Room:
    """A room in which a server answers, and nothing was decided."""
    room.add_books()
    book = room.add_book(Document("Letter", Format.TEXT, "ab" * 32, (Page(1, "1", _TEXT),)), 7)
    room.add_conversation("A", [book])
    room.engine.info = _ELSEWHERE
    remote = RemoteSettings(f"https://{_HOST}")
    room.desk.settings.save(msgspec.structs.replace(room.desk.settings.load(), remote=remote))
    room.engine.answers = [("[Person 1] pays “to [Account 1]” [p. 1].",)]
    room.open()
    return room


def _dialog(room: Room) -> OutboundDialog:
    dialog = room.feature(PseudonymsWindow).leaving.dialog
    assert dialog is not None
    return dialog


def _rows(dialog: OutboundDialog) -> dict[str, int]:
    """The first text of each entry, with its place in the list."""
    rows = (dialog.entries.index(number) for number in range(dialog.entries.rowCount()))
    return {row.data(RowRole).texts[0]: row.row() for row in rows if isinstance(row.data(RowRole), FoundEntry)}


def _texts(room: Room) -> RemoteTexts:
    return room.desk.settings.load().remote.texts


def test_the_first_question_waits_until_it_is_decided(letter: Room) -> None:
    letter.ask("Does Smith pay?")
    dialog = _dialog(letter)
    assert dialog.windowTitle() == f"Before this goes to {_HOST}"
    assert list(_rows(dialog)) == ["John Smith", "DE89 3704 0044 0532 0130 00"]
    assert "2 of 2" in dialog.line.text()
    assert letter.engine.prompts == []
    dialog.action.click()
    letter.settle()
    assert letter.feature(PseudonymsWindow).leaving.dialog is None
    assert "Smith" not in str(letter.engine.prompts)
    assert "John Smith pays “to DE89 3704 0044 0532 0130 00”" in letter.words()
    assert letter.answer().sent == Sent(_HOST, 3)
    assert sent_words(letter.answer()) in letter.sentences()
    assert _texts(letter) is RemoteTexts.ASKED
    letter.ask("And what else?")
    assert _dialog(letter).isVisible(), "each time"


def test_cancelled_it_stays_written_and_nothing_is_sent(letter: Room) -> None:
    letter.ask("Does Smith pay?")
    _dialog(letter).cancel.click()
    letter.settle()
    assert letter.engine.prompts == []
    assert letter.window.talk.composer.text() == "Does Smith pay?"
    assert _texts(letter) is RemoteTexts.UNDECIDED


def test_a_word_is_added_and_a_name_taken_off(qtbot: QtBot, letter: Room) -> None:
    letter.ask("Does Smith pay?")
    dialog = _dialog(letter)
    qtbot.keyClicks(dialog.field, "Ferris")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.isVisible(), "Return adds it, and sends nothing"
    dialog.view.setCurrentIndex(dialog.entries.index(_rows(dialog)["DE89 3704 0044 0532 0130 00"]))
    qtbot.keyClick(dialog.view, Qt.Key.Key_Space)
    assert "2 of 3" in dialog.line.text()
    dialog.always.click()
    dialog.action.click()
    letter.settle()
    sent = str(letter.engine.prompts)
    assert "Ferris" not in sent
    assert "DE89 3704" in sent
    assert _texts(letter) is RemoteTexts.REPLACED
    letter.ask("And Ferris?")
    assert letter.feature(PseudonymsWindow).leaving.dialog is None
    assert "Ferris" not in str(letter.engine.prompts)


def test_sent_as_it_is_from_now_on(letter: Room) -> None:
    letter.ask("Does Smith pay?")
    dialog = _dialog(letter)
    dialog.always.click()
    dialog.as_is.click()
    letter.settle()
    assert "Does Smith pay?" in str(letter.engine.prompts)
    assert _texts(letter) is RemoteTexts.AS_IS
    assert not any("replaced" in words for words in letter.sentences())


def _attach(room: Room, *, settle: bool = True) -> None:
    *_, ending = as_events(room.desk.documents.images.take(png_of(40, 30), "map.png", Cancel()))
    assert isinstance(ending, Done)
    room.presenter.talk_area.attachments.add(ending.result)
    if settle:
        room.settle()


def test_images_leave_once_that_was_agreed(letter: Room) -> None:
    letter.engine.info = msgspec.structs.replace(_ELSEWHERE, vision=SCOUT.vision)
    letter.desk.settings.change("remote.texts", RemoteTexts.AS_IS)
    _attach(letter)
    letter.ask("What is it?")
    dialog = letter.presenter.talk_area.image_consent.dialog
    assert dialog is not None
    assert f"go to {_HOST} as they are" in dialog.said.text()
    dialog.cancel.click()
    letter.settle()
    assert (letter.engine.prompts, letter.engine.seen) == ([], [])
    letter.ask("What is it?")
    dialog = letter.presenter.talk_area.image_consent.dialog
    assert dialog is not None
    dialog.action.click()
    letter.settle()
    assert len(letter.engine.seen) == len(letter.engine.prompts) == 1
    assert letter.desk.settings.load().remote.images is RemoteImages.SENT
    _attach(letter)
    letter.ask("And this?")
    assert len(letter.engine.prompts) == 2, "asked once"


def test_names_and_images_are_decided_together(letter: Room) -> None:
    letter.engine.info = msgspec.structs.replace(_ELSEWHERE, vision=SCOUT.vision)
    _attach(letter)
    letter.ask("Is that Smith?")
    dialog = _dialog(letter)
    assert f"go to {_HOST} as they are" in dialog.images.text()
    assert not dialog.images.isHidden()
    dialog.action.click()
    letter.settle()
    assert len(letter.engine.seen) == len(letter.engine.prompts) == 1
    assert letter.desk.settings.load().remote.images is RemoteImages.SENT


def test_an_image_of_before_does_not_leave_unasked(letter: Room) -> None:
    _attach(letter)
    letter.engine.info = SCOUT
    letter.ask("What is it?")
    letter.engine.info = msgspec.structs.replace(_ELSEWHERE, vision=SCOUT.vision)
    letter.desk.settings.change("remote.texts", RemoteTexts.AS_IS)
    asked = len(letter.engine.prompts)
    letter.presenter.talk_area.asking.ask_last_again()
    letter.settle()
    assert len(letter.engine.prompts) == asked
    assert any(says(words, Code.REMOTE_IMAGES_UNDECIDED) for words in letter.sentences())
    letter.ask("Why?")
    assert letter.presenter.talk_area.image_consent.dialog is not None


def test_a_model_on_this_machine_is_asked_at_once(letter: Room) -> None:
    settings = letter.desk.settings
    settings.save(msgspec.structs.replace(settings.load(), remote=RemoteSettings()))
    letter.engine.info = SCOUT
    letter.ask("Does Smith pay?")
    assert letter.feature(PseudonymsWindow).leaving.dialog is None
    assert letter.engine.prompts


def test_an_export_with_names_replaced(letter: Room, tmp_path: Path) -> None:
    """A local model answered: what is replaced is in the file alone, and can be looked up."""
    settings = letter.desk.settings
    settings.save(msgspec.structs.replace(settings.load(), remote=RemoteSettings()))
    letter.engine.info = SCOUT
    letter.engine.answers = [("John Smith pays “to DE89 3704 0044 0532 0130 00” [p. 1]. Ferris wrote it.",)]
    letter.presenter.model_area.model.load(SCOUT.path)
    letter.settle()
    letter.ask("Does John Smith pay?")
    exporting, replaced = letter.presenter.places.exporting, letter.feature(PseudonymsWindow)
    replaced.export_replaced()
    letter.settle()
    dialog = replaced.export.dialog
    assert dialog is not None
    assert dialog.windowTitle() == "Names in the exported file"
    assert list(_rows(dialog)) == ["John Smith", "DE89 3704 0044 0532 0130 00"]
    dialog.field.setText("Ferris")
    dialog.add_button.click()
    dialog.action.click()
    letter.settle()
    exporting.write(str(tmp_path / "out.md"))
    letter.settle()
    written = (tmp_path / "out.md").read_text("utf-8")
    for name in ("Smith", "DE89", "Ferris"):
        assert name not in written
    assert "John Smith pays" in letter.words()
    exporting.choose(letter.shown())
    exporting.write(str(tmp_path / "as it is.md"))
    letter.settle()
    assert "John Smith" in (tmp_path / "as it is.md").read_text("utf-8"), "off where it was not asked for"


def test_decided_while_another_conversation_is_shown_it_goes_where_it_was_written(letter: Room) -> None:
    asked, other = letter.shown(), letter.add_conversation("B", days_ago=1)
    letter.ask("Does Smith pay?")
    dialog = _dialog(letter)
    letter.presenter.places.navigation.open_conversation(other.id)
    letter.settle()
    letter.window.talk.composer.set_text("Not yet")
    dialog.action.click()
    letter.settle()
    assert letter.window.talk.composer.text() == "Not yet"
    assert [turn.question.text for turn in letter.desk.conversations.turns(asked.id)] == ["Does Smith pay?"]
    assert letter.desk.conversations.turns(other.id) == ()
    assert letter.feature(PseudonymsWindow).leaving.dialog is None, "it is shown once"


def _import(room: Room) -> Gate:
    """A book is being imported for the shown conversation, until the gate is open."""
    gate = Gate()
    room.reader.documents = {"lease.epub": shelf_of_books.lease()}
    room.reader.steps["lease.epub"] = [gate]
    room.presenter.shelf_area.openings.take_files([shelf_of_books.file("lease.epub")])
    wait(gate.reached.is_set)
    return gate


def test_decided_while_a_book_is_imported_it_waits_for_the_book(letter: Room) -> None:
    gate = _import(letter)
    letter.ask("Does Smith pay?", settle=False)
    wait(lambda: _dialog(letter).action.isEnabled())
    _dialog(letter).action.click()
    wait(lambda: bool(letter.window.talk.composer.hold.words))
    gate.open()
    letter.settle()
    assert [len(prompt.documents) for prompt in letter.engine.prompts] == [2]
    assert letter.feature(PseudonymsWindow).leaving.dialog is None, "it is shown once"


def test_an_image_that_comes_while_it_waits_does_not_leave_unasked(letter: Room) -> None:
    letter.engine.info = msgspec.structs.replace(_ELSEWHERE, vision=SCOUT.vision)
    letter.desk.settings.change("remote.texts", RemoteTexts.AS_IS)
    gate = _import(letter)
    letter.ask("What is it?", settle=False)
    _attach(letter, settle=False)
    gate.open()
    letter.settle()
    dialog = letter.presenter.talk_area.image_consent.dialog
    assert dialog is not None
    assert letter.turns() == ()
    dialog.action.click()
    letter.settle()
    assert len(letter.engine.seen) == len(letter.engine.prompts) == 1


def test_a_plan_is_made_before_names_are_shown(letter: Room) -> None:
    letter.desk.conversations.set_scope(letter.shown().id, MatterScope())
    letter.presenter.talk_area.conversation.look_again(letter.shown().id)
    letter.settle()
    letter.ask("Does Smith pay?")
    assert letter.feature(PseudonymsWindow).leaving.dialog is None
    assert letter.window.talk.composer.scope.button.text() == "Choose…"
    letter.ask("Does Smith pay?")
    dialog = _dialog(letter)
    assert "John Smith" in _rows(dialog)
    dialog.action.click()
    letter.settle()
    (turn,) = letter.turns()
    assert turn.question.plan is not None
    assert letter.window.talk.composer.text() == ""
