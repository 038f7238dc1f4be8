"""Images in the window: they appear with their questions, open large, are copied, saved, looked at, and may be gone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from app.core.conversation import Answer, Conversation, Ending
from app.core.errors import Code, Problem
from app.core.events import Looking, Reading
from app.core.image import ImageRef, Raster
from app.core.settings import KvType
from app.engine.protocol import ModelInfo
from app.ui.bridge import Executor
from app.ui.chat.answer import AnswerMessage
from app.ui.chat.lightbox import ImageDialog
from app.ui.chat.question import QuestionMessage
from app.ui.chat.tiles import Tile
from app.ui.widgets.dialogs import Confirmation
from tests.ui.chat.talk import colours
from tests.ui.direct_images import png_of
from tests.ui.fakes import Gate
from tests.ui.pictured import add_turn, take
from tests.ui.room import LETTERS, Room, wait

RED, GREEN, BLUE = "#c81e1e", "#1ea03c", "#1e3cc8"


def _tiles(room: Room) -> list[Tile]:
    shown = [message for message in room.window.talk.view.messages() if isinstance(message, QuestionMessage)]
    return [tile for message in shown for tile in message.tiles]


def _talk(room: Room, *, last: str | None = "Green.") -> Conversation:
    """Two questions: the first one with a red and a blue image, the second one with a large green one."""
    conversation = room.add_conversation("Colours")
    red = take(room.desk, png_of(640, 400, RED), "red.png")
    blue = take(room.desk, png_of(300, 900, BLUE), "blue.png")
    green = take(room.desk, png_of(3000, 2000, GREEN), "green.png")
    first = add_turn(room.desk, conversation, "Which colours?", (red, blue), "Red and blue.")
    add_turn(room.desk, conversation, "And this?", (green,), last, follows=first)
    return conversation


def _large(room: Room, qtbot: QtBot, place: int) -> ImageDialog:
    """Open the tile of number `place` as a person does."""
    QTest.mouseClick(_tiles(room)[place], Qt.MouseButton.LeftButton)
    dialog = room.presenter.gallery.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    room.settle()
    return dialog


def _menu(room: Room) -> QMenu:
    """The one that is open."""
    menus = [menu for menu in room.window.findChildren(QMenu) if menu.isVisible()]
    assert len(menus) == 1
    return menus[0]


def _choose(room: Room, tile: Tile, words: str) -> None:
    """From the tile's own menu."""
    place = tile.rect().center()
    QApplication.sendEvent(tile, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, tile.mapToGlobal(place)))
    menu = _menu(room)
    next(action for action in menu.actions() if action.text() == words).trigger()
    menu.close()


def _progress(room: Room) -> str:
    """Of the answer that is open; empty before it is shown."""
    shown = [message for message in room.window.talk.view.messages() if isinstance(message, AnswerMessage)]
    return shown[-1].progress.text if shown else ""


def _remove(room: Room, book_id: str) -> None:
    room.window.shelf.book_remove_wanted.emit(book_id)
    dialog = room.window.findChild(Confirmation)
    assert dialog is not None
    dialog.accept()


# small


def test_images_appear_with_their_questions_numbered_through_the_conversation(room: Room, qtbot: QtBot) -> None:
    _talk(room)
    room.open()
    tiles = _tiles(room)
    assert [tile.text() for tile in tiles] == ["Image 1 · red.png", "Image 2 · blue.png", "Image 3 · green.png"]
    qtbot.waitUntil(
        lambda: all(colour in colours(tile) for tile, colour in zip(tiles, (RED, BLUE, GREEN), strict=True))
    )


def test_another_conversation_keeps_nothing_of_the_images_before(room: Room, qtbot: QtBot) -> None:
    other = room.add_conversation("Something else", days_ago=1)
    conversation = _talk(room)
    room.open()
    dialog = _large(room, qtbot, 0)
    red = dialog.image.ref.sha256
    room.presenter.conversation.open(other.id)
    room.settle()
    assert room.presenter.gallery.dialog is None
    assert _tiles(room) == []
    fetched: list[object] = []
    room.window.talk.view.thumbnails.wanted.connect(fetched.append)
    room.presenter.conversation.open(conversation.id)
    room.settle()
    qtbot.waitUntil(lambda: red in fetched)


def test_a_removed_book_takes_the_images_of_its_pages_out_of_an_open_conversation(room: Room, qtbot: QtBot) -> None:
    room.add_books()
    room.reader.draw = _draw
    letters = room.books[LETTERS]
    conversation = room.add_conversation("Colours", [letters])
    page = room.desk.images.from_page(letters.id, 1)
    red = take(room.desk, png_of(640, 400, RED), "red.png")
    first = add_turn(room.desk, conversation, "Which?", (page, red), "Both.")
    add_turn(room.desk, conversation, "And this?", (red, page), "Again.", follows=first)
    room.open()
    assert len(_tiles(room)) == 4
    _large(room, qtbot, 0)
    _remove(room, letters.id)
    room.settle()
    assert [tile.text() for tile in _tiles(room)] == ["Image 1 · red.png", "Image 2 · red.png"]
    assert room.presenter.gallery.dialog is None
    room.ask("Which colour was it?")
    assert room.last_answer().plain_text() == "A short answer [p. 1]."
    assert [image.untrusted_label for message in room.engine.prompts[-1].messages for image in message.images] == [
        "[image 1: red.png]",
        "[image 2: red.png]",
    ]


# in large


def test_a_click_opens_it_large_and_its_pixels_come(room: Room, qtbot: QtBot) -> None:
    _talk(room)
    room.open()
    dialog = _large(room, qtbot, 0)
    assert dialog.caption() == "Image 1 · red.png"
    assert dialog.windowTitle() == "Image 1 · red.png"
    qtbot.waitUntil(lambda: dialog.details() == "640 × 400 px · 583 tokens")
    picture = dialog.magnifier.picture
    assert picture is not None
    assert picture.width() == 640
    assert RED in colours(dialog.magnifier.viewport())
    QTest.keyClick(dialog.magnifier, Qt.Key.Key_Escape)
    assert room.presenter.gallery.dialog is None
    assert not room.presenter.conversation.busy


def test_return_on_a_tile_opens_it_too(room: Room, qtbot: QtBot) -> None:
    _talk(room)
    room.open()
    tile = _tiles(room)[2]
    tile.setFocus()
    QTest.keyClick(tile, Qt.Key.Key_Return)
    room.settle()
    dialog = room.presenter.gallery.dialog
    assert dialog is not None
    assert dialog.image.number == 3


def test_one_goes_on_and_back_through_the_whole_conversation(room: Room, qtbot: QtBot) -> None:
    _talk(room)
    room.open()
    dialog = _large(room, qtbot, 1)
    seen = [dialog.caption()]
    QTest.keyClick(dialog.magnifier, Qt.Key.Key_Right)
    room.settle()
    seen.append(dialog.caption())
    assert GREEN in colours(dialog.magnifier.viewport())
    assert not dialog.next.isEnabled()
    QTest.keyClick(dialog.magnifier, Qt.Key.Key_Right)
    QTest.mouseClick(dialog.previous, Qt.MouseButton.LeftButton)
    QTest.keyClick(dialog.magnifier, Qt.Key.Key_Left)
    room.settle()
    seen.append(dialog.caption())
    assert seen == ["Image 2 · blue.png", "Image 3 · green.png", "Image 1 · red.png"]
    assert not dialog.previous.isEnabled()
    assert RED in colours(dialog.magnifier.viewport())


def test_another_tile_is_shown_in_the_window_that_is_open(room: Room, qtbot: QtBot) -> None:
    _talk(room)
    room.open()
    dialog = _large(room, qtbot, 0)
    assert _large(room, qtbot, 2) is dialog
    assert dialog.caption() == "Image 3 · green.png"


def test_the_full_resolution_is_fetched_once_and_only_when_it_is_zoomed(room: Room, qtbot: QtBot) -> None:
    _talk(room)
    room.open()
    dialog = _large(room, qtbot, 2)
    wanted: list[int] = []
    dialog.magnifier.wanted.connect(wanted.append)
    fitted = dialog.magnifier.picture
    assert fitted is not None
    assert fitted.width() < 1440
    QTest.mouseClick(dialog.larger, Qt.MouseButton.LeftButton)
    room.settle()
    picture = dialog.magnifier.picture
    assert picture is not None
    assert (picture.width(), picture.height()) == (3000, 2000)
    for _step in range(4):
        QTest.mouseClick(dialog.larger, Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog.percent, Qt.MouseButton.LeftButton)
    assert not dialog.smaller.isEnabled()
    QTest.mouseClick(dialog.percent, Qt.MouseButton.LeftButton)
    room.settle()
    assert dialog.percent.text() == "100 %"
    assert wanted == [3000]


def test_what_comes_late_is_not_shown_for_another_image(room: Room, qtbot: QtBot) -> None:
    _talk(room)
    room.open()
    gate, waiting = Gate(), _Waiting()
    room.bridge.call(Executor.IMAGES, gate.wait, waiting.take, waiting.take)
    QTest.mouseClick(_tiles(room)[0], Qt.MouseButton.LeftButton)
    dialog = room.presenter.gallery.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.magnifier.words() == "Opening the image…")
    dialog.step(1)
    gate.open()
    room.settle()
    assert dialog.caption() == "Image 2 · blue.png"
    assert BLUE in colours(dialog.magnifier.viewport())
    assert RED not in colours(dialog.magnifier.viewport())


def test_an_image_that_is_gone_says_so_and_the_others_stay(room: Room, qtbot: QtBot) -> None:
    _talk(room)
    room.open()
    dialog = _large(room, qtbot, 0)
    with room.desk.database.write() as connection:  # as another window of Octavo does that deletes a conversation
        connection.execute("DELETE FROM question_images WHERE sha256 = ?", (dialog.images[1].ref.sha256,))
    dialog.step(1)
    room.settle()
    assert dialog.magnifier.words() == "The image “blue.png” is no longer kept. Attach it again."
    assert dialog.magnifier.accessibleDescription() == dialog.magnifier.words()
    dialog.step(1)
    room.settle()
    assert dialog.magnifier.words() == ""
    assert GREEN in colours(dialog.magnifier.viewport())


def test_one_that_was_not_sent_yet_can_be_shown_alone(room: Room) -> None:
    room.add_conversation("Colours")
    room.open()
    image = take(room.desk, png_of(640, 400, RED), "red.png")
    room.presenter.gallery.show_alone(image)
    room.settle()
    dialog = room.presenter.gallery.dialog
    assert dialog is not None
    assert dialog.caption() == "red.png"
    assert not dialog.next.isVisible()
    assert RED in colours(dialog.magnifier.viewport())


def test_a_model_that_does_not_see_leaves_the_tokens_out(room: Room, qtbot: QtBot) -> None:
    _talk(room)
    room.engine.info = ModelInfo(
        name="Blind",
        architecture="llama",
        quantization="Q4_K_M",
        path="/models/blind.gguf",
        size_bytes=1,
        parameters=1,
        layers=1,
        experts=0,
        trained_context=8192,
        context_tokens=8192,
        kv_type=KvType.F16,
        kv_bytes=1,
        device="CPU",
        threads=2,
        vocabulary="llama",
    )
    room.open()
    assert _large(room, qtbot, 0).details() == "640 × 400 px"


# what can be done with one


def test_the_pixels_of_an_image_are_copied(room: Room) -> None:
    _talk(room)
    room.open()
    _choose(room, _tiles(room)[2], "Copy the image")
    room.settle()
    copied = QGuiApplication.clipboard().image()
    assert (copied.width(), copied.height()) == (3000, 2000)
    assert copied.pixelColor(1500, 1000).name() == GREEN


def test_an_image_is_saved_for_its_owner_alone(room: Room, tmp_path: Path) -> None:
    _talk(room)
    room.open()
    _choose(room, _tiles(room)[0], "Save as PNG…")
    chosen = room.window.findChild(QFileDialog)
    assert chosen is not None
    assert [Path(name).name for name in chosen.selectedFiles()] == ["red.png"]
    path = tmp_path / "saved.png"
    chosen.fileSelected.emit(str(path))
    chosen.close()
    room.settle()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert QImage(str(path)).pixelColor(10, 10).name() == RED
    assert room.window.talk.notice.text() == f"The image was written to “{path}”."


def test_a_file_that_cannot_be_written_is_told(room: Room, tmp_path: Path) -> None:
    _talk(room)
    room.open()
    image = room.window.talk.view.images()[0]
    room.presenter.gallery.write(image, str(tmp_path / "nowhere" / "saved.png"))
    room.settle()
    assert "nowhere" in room.window.talk.notice.text()


def test_what_cannot_be_copied_any_more_is_told_by_its_name(room: Room) -> None:
    _talk(room)
    room.open()
    with room.desk.database.write() as connection:
        connection.execute("DELETE FROM question_images")
    _choose(room, _tiles(room)[0], "Copy the image")
    room.settle()
    assert room.window.talk.notice.text() == "The image “red.png” is no longer kept. Attach it again."


def test_an_image_can_be_wanted_again_from_either_place(room: Room, qtbot: QtBot) -> None:
    _talk(room)
    room.open()
    again: list[ImageRef] = []
    room.presenter.gallery.use_again.connect(again.append)
    _choose(room, _tiles(room)[1], "Use again")
    dialog = _large(room, qtbot, 0)
    view = dialog.magnifier.viewport()
    QApplication.sendEvent(
        view, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(9, 9), view.mapToGlobal(QPoint(9, 9)))
    )
    actions = {action.text(): action for action in _menu(room).actions()}
    assert "Open large" not in actions
    actions["Use again"].trigger()
    assert [ref.untrusted_name for ref in again] == ["blue.png", "red.png"]


# the model looks at them


def test_the_looking_is_told_and_goes(room: Room) -> None:
    _talk(room, last=None)
    looks, reads = Gate(), Gate()
    room.engine.looks = [(Looking(1, 1, 1, 1),), (Looking(5, 17, 1, 1), looks)]
    room.engine.answers = [(Reading(48, 900, 0), reads, "Green.")]
    room.open()
    room.presenter.conversation.ask_last_again()
    wait(looks.reached.is_set)
    wait(lambda: _progress(room) == "Looking at image 2 of 3 · tile 5 of 17")
    progress = room.last_answer().progress
    assert progress.fraction == pytest.approx((1 + 5 / 17) / 3)
    looks.open()
    wait(lambda: progress.text.startswith("Reading"))
    reads.open()
    room.settle()
    assert progress.text == ""
    assert room.last_answer().plain_text() == "Green."
    assert room.answer().usage.encoded_images == 3
    assert len(_tiles(room)) == 3


def test_one_image_of_one_tile_is_told_without_numbers(room: Room) -> None:
    conversation = room.add_conversation("Colours")
    add_turn(room.desk, conversation, "Which?", (take(room.desk, png_of(64, 40, RED), "red.png"),), None)
    gate = Gate()
    room.engine.looks = [(Looking(1, 1, 1, 1), gate)]
    room.open()
    room.presenter.conversation.ask_last_again()
    wait(gate.reached.is_set)
    wait(lambda: _progress(room) == "Looking at the image")
    gate.open()
    room.settle()


def test_looking_can_be_stopped(room: Room, qtbot: QtBot) -> None:
    _talk(room, last=None)
    gate = Gate()
    room.engine.looks = [(Looking(5, 17, 1, 1), gate)]
    room.open()
    room.presenter.conversation.ask_last_again()
    wait(gate.reached.is_set)
    room.window.talk.composer.stop_requested.emit()
    room.settle()
    assert room.answer().ending is Ending.CANCELLED
    assert room.sentences()[-1] == "You stopped this answer."
    assert room.last_answer().progress.text == ""
    assert room.engine.seen == []


def test_what_fails_while_looking_is_told(room: Room) -> None:
    _talk(room, last=None)
    room.engine.looks = [(Problem(Code.READER_CRASHED, {"path": "green.png", "signal": 11}),)]
    room.open()
    room.presenter.conversation.ask_last_again()
    room.settle()
    assert room.answer().ending is Ending.FAILED
    assert "green.png" in room.sentences()[-1]


def test_a_book_may_go_while_the_model_looks_at_its_page(room: Room) -> None:
    room.add_books()
    room.reader.draw = _draw
    letters = room.books[LETTERS]
    conversation = room.add_conversation("Colours", [letters])
    page = room.desk.images.from_page(letters.id, 1)
    red = take(room.desk, png_of(640, 400, RED), "red.png")
    add_turn(room.desk, conversation, "Which?", (page, red), None)
    gate = Gate()
    room.engine.looks = [(Looking(1, 17, 1, 1), gate)]
    room.open()
    room.presenter.conversation.ask_last_again()
    wait(gate.reached.is_set)
    _remove(room, letters.id)
    wait(lambda: len(_tiles(room)) == 1)
    gate.open()
    room.settle()
    assert [tile.text() for tile in _tiles(room)] == ["Image 1 · red.png"]
    answer: Answer = room.answer()
    assert answer.ending in (Ending.COMPLETE, Ending.FAILED)
    room.ask("Which colour was it?")
    assert room.answer().ending is Ending.COMPLETE


class _Waiting(QObject):
    """Takes what a job of the bridge brings."""

    def take(self, result: object) -> None:
        self.result = result


def _draw(page: int, width: int) -> Raster:
    return Raster(width, width, bytes([30, 60, 200]) * (width * width))
