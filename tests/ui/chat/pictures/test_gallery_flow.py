"""Images in the window: they appear with their questions, open large, are copied and saved, and may be gone."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from app.core.conversations.image import ImageRef
from app.core.errors import Code
from app.ui.chat.messages.tiles import Tile
from app.ui.chat.pictures.lightbox import ImageDialog
from app.ui.kit.bridge import Executor
from tests.said import says
from tests.ui.chat.talk import colours
from tests.ui.direct_images import png_of
from tests.ui.gate import Gate
from tests.ui.pictured import BLUE, GREEN, RED, add_turn, ask_about_colours, draw_blue, remove_book, take, tiles
from tests.ui.room import LETTERS, Room


def _large(room: Room, qtbot: QtBot, place: int) -> ImageDialog:
    """Open the tile of number `place` as a person does."""
    QTest.mouseClick(tiles(room)[place], Qt.MouseButton.LeftButton)
    dialog = room.presenter.talk_area.gallery.dialog
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


# small


def test_images_appear_with_their_questions_numbered_through_the_conversation(room: Room, qtbot: QtBot) -> None:
    ask_about_colours(room)
    room.open()
    shown = tiles(room)
    assert [tile.text() for tile in shown] == ["Image 1 · red.png", "Image 2 · blue.png", "Image 3 · green.png"]
    qtbot.waitUntil(
        lambda: all(colour in colours(tile) for tile, colour in zip(shown, (RED, BLUE, GREEN), strict=True))
    )


def test_another_conversation_keeps_nothing_of_the_images_before(room: Room, qtbot: QtBot) -> None:
    other = room.add_conversation("Another question", days_ago=1)
    conversation = ask_about_colours(room)
    room.open()
    dialog = _large(room, qtbot, 0)
    red = dialog.image.ref.sha256
    room.presenter.talk_area.conversation.open(other.id)
    room.settle()
    assert room.presenter.talk_area.gallery.dialog is None
    assert tiles(room) == []
    fetched: list[object] = []
    room.window.talk.view.thumbnails.wanted.connect(fetched.append)
    room.presenter.talk_area.conversation.open(conversation.id)
    room.settle()
    qtbot.waitUntil(lambda: red in fetched)


def test_a_removed_book_takes_the_images_of_its_pages_out_of_an_open_conversation(room: Room, qtbot: QtBot) -> None:
    room.add_books()
    room.reader.draw = draw_blue
    letters = room.books[LETTERS]
    conversation = room.add_conversation("Colours", [letters])
    page = room.desk.documents.images.from_page(letters.id, 1)
    red = take(room.desk, png_of(640, 400, RED), "red.png")
    first = add_turn(room.desk, conversation, "Which?", (page, red), "Both.")
    add_turn(room.desk, conversation, "And this?", (red, page), "Again.", follows=first)
    room.open()
    assert len(tiles(room)) == 4
    _large(room, qtbot, 0)
    remove_book(room, letters.id)
    room.settle()
    assert [tile.text() for tile in tiles(room)] == ["Image 1 · red.png", "Image 2 · red.png"]
    assert room.presenter.talk_area.gallery.dialog is None
    room.ask("Which colour was it?")
    assert room.last_answer().plain_text() == "A short answer [p. 1]."
    assert [image.untrusted_label for message in room.engine.prompts[-1].messages for image in message.images] == [
        "[image 1: red.png]",
        "[image 2: red.png]",
    ]


# in large


def test_a_click_opens_it_large_and_its_pixels_come(room: Room, qtbot: QtBot) -> None:
    ask_about_colours(room)
    room.open()
    dialog = _large(room, qtbot, 0)
    assert dialog.caption.text() == "Image 1 · red.png"
    assert dialog.windowTitle() == "Image 1 · red.png"
    qtbot.waitUntil(lambda: dialog.details.text() == "640 × 400 px · 583 tokens")
    picture = dialog.magnifier.picture
    assert picture is not None
    assert picture.width() == 640
    assert RED in colours(dialog.magnifier.viewport())
    QTest.keyClick(dialog.magnifier, Qt.Key.Key_Escape)
    assert room.presenter.talk_area.gallery.dialog is None
    assert not room.presenter.talk_area.asking.busy


def test_return_on_a_tile_opens_it_too(room: Room, qtbot: QtBot) -> None:
    ask_about_colours(room)
    room.open()
    tile = tiles(room)[2]
    tile.setFocus()
    QTest.keyClick(tile, Qt.Key.Key_Return)
    room.settle()
    dialog = room.presenter.talk_area.gallery.dialog
    assert dialog is not None
    assert dialog.image.number == 3


def test_one_goes_on_and_back_through_the_whole_conversation(room: Room, qtbot: QtBot) -> None:
    ask_about_colours(room)
    room.open()
    dialog = _large(room, qtbot, 1)
    seen = [dialog.caption.text()]
    QTest.keyClick(dialog.magnifier, Qt.Key.Key_Right)
    room.settle()
    seen.append(dialog.caption.text())
    assert GREEN in colours(dialog.magnifier.viewport())
    assert not dialog.next.isEnabled()
    QTest.keyClick(dialog.magnifier, Qt.Key.Key_Right)
    QTest.mouseClick(dialog.previous, Qt.MouseButton.LeftButton)
    QTest.keyClick(dialog.magnifier, Qt.Key.Key_Left)
    room.settle()
    seen.append(dialog.caption.text())
    assert seen == ["Image 2 · blue.png", "Image 3 · green.png", "Image 1 · red.png"]
    assert not dialog.previous.isEnabled()
    assert RED in colours(dialog.magnifier.viewport())


def test_another_tile_is_shown_in_the_window_that_is_open(room: Room, qtbot: QtBot) -> None:
    ask_about_colours(room)
    room.open()
    dialog = _large(room, qtbot, 0)
    assert _large(room, qtbot, 2) is dialog
    assert dialog.caption.text() == "Image 3 · green.png"


def test_the_full_resolution_is_fetched_once_and_only_when_it_is_zoomed(room: Room, qtbot: QtBot) -> None:
    ask_about_colours(room)
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
    ask_about_colours(room)
    room.open()
    gate, waiting = Gate(), _Waiting()
    room.bridge.call(Executor.IMAGES, gate.wait, waiting.take, waiting.take)
    QTest.mouseClick(tiles(room)[0], Qt.MouseButton.LeftButton)
    dialog = room.presenter.talk_area.gallery.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.magnifier.words() == "Opening the image…")
    dialog.step(1)
    gate.open()
    room.settle()
    assert dialog.caption.text() == "Image 2 · blue.png"
    assert BLUE in colours(dialog.magnifier.viewport())
    assert RED not in colours(dialog.magnifier.viewport())


def test_an_image_that_is_gone_says_so_and_the_others_stay(room: Room, qtbot: QtBot) -> None:
    ask_about_colours(room)
    room.open()
    dialog = _large(room, qtbot, 0)
    with room.desk.database.write() as connection:  # as another window of Octavo does that deletes a conversation
        connection.execute("DELETE FROM question_images WHERE sha256 = ?", (dialog.images[1].ref.sha256,))
    dialog.step(1)
    room.settle()
    assert says(dialog.magnifier.words(), Code.IMAGE_MISSING, path="blue.png")
    assert dialog.magnifier.accessibleDescription() == dialog.magnifier.words()
    dialog.step(1)
    room.settle()
    assert dialog.magnifier.words() == ""
    assert GREEN in colours(dialog.magnifier.viewport())


def test_one_that_went_while_its_menu_was_open_says_so_too(room: Room) -> None:
    room.add_books()
    room.reader.draw = draw_blue
    letters = room.books[LETTERS]
    conversation = room.add_conversation("Colours", [letters])
    add_turn(room.desk, conversation, "Which?", (room.desk.documents.images.from_page(letters.id, 1),), "Blue.")
    room.open()
    (image,) = room.window.talk.view.images()
    remove_book(room, letters.id)
    room.settle()
    room.presenter.talk_area.gallery.offer(image, room.window.mapToGlobal(QPoint(9, 9)))
    next(action for action in _menu(room).actions() if action.text() == "Show large").trigger()
    room.settle()
    dialog = room.presenter.talk_area.gallery.dialog
    assert dialog is not None
    assert says(dialog.magnifier.words(), Code.IMAGE_MISSING)


def test_one_that_was_not_sent_yet_can_be_shown_alone(room: Room) -> None:
    room.add_conversation("Colours")
    room.open()
    image = take(room.desk, png_of(640, 400, RED), "red.png")
    room.presenter.talk_area.gallery.show_alone(image)
    room.settle()
    dialog = room.presenter.talk_area.gallery.dialog
    assert dialog is not None
    assert dialog.caption.text() == "red.png"
    assert not dialog.next.isVisible()
    assert RED in colours(dialog.magnifier.viewport())


def test_a_model_that_does_not_see_leaves_the_tokens_out(room: Room, qtbot: QtBot) -> None:
    ask_about_colours(room)
    room.engine.info = msgspec.structs.replace(room.engine.info, vision=None)
    room.open()
    assert _large(room, qtbot, 0).details.text() == "640 × 400 px"


# what can be done with one


def test_the_pixels_of_an_image_are_copied(room: Room) -> None:
    ask_about_colours(room)
    room.open()
    _choose(room, tiles(room)[2], "Copy the image")
    room.settle()
    copied = QGuiApplication.clipboard().image()
    assert (copied.width(), copied.height()) == (3000, 2000)
    assert copied.pixelColor(1500, 1000).name() == GREEN


def test_an_image_is_saved_for_its_owner_alone(room: Room, tmp_path: Path) -> None:
    ask_about_colours(room)
    room.open()
    _choose(room, tiles(room)[0], "Save as PNG…")
    chosen = room.window.findChild(QFileDialog)
    assert chosen is not None
    assert [Path(name).name for name in chosen.selectedFiles()] == ["red.png"]
    path = tmp_path / "saved.png"
    chosen.fileSelected.emit(str(path))
    chosen.close()
    room.settle()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert QImage(str(path)).pixelColor(10, 10).name() == RED
    assert room.window.talk.notice.text() == f"Image saved as “{path}”."


def test_a_file_that_cannot_be_written_is_told(room: Room, tmp_path: Path) -> None:
    ask_about_colours(room)
    room.open()
    image = room.window.talk.view.images()[0]
    room.presenter.talk_area.gallery.write(image, str(tmp_path / "nowhere" / "saved.png"))
    room.settle()
    assert "nowhere" in room.window.talk.notice.text()


def test_what_cannot_be_copied_any_more_is_told_by_its_name(room: Room) -> None:
    ask_about_colours(room)
    room.open()
    with room.desk.database.write() as connection:
        connection.execute("DELETE FROM question_images")
    _choose(room, tiles(room)[0], "Copy the image")
    room.settle()
    assert says(room.window.talk.notice.text(), Code.IMAGE_MISSING, path="red.png")


def test_an_image_can_be_wanted_again_from_either_place(room: Room, qtbot: QtBot) -> None:
    ask_about_colours(room)
    room.open()
    again: list[ImageRef] = []
    room.presenter.talk_area.gallery.use_again.connect(again.append)
    _choose(room, tiles(room)[1], "Use again")
    dialog = _large(room, qtbot, 0)
    view = dialog.magnifier.viewport()
    QApplication.sendEvent(
        view, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(9, 9), view.mapToGlobal(QPoint(9, 9)))
    )
    actions = {action.text(): action for action in _menu(room).actions()}
    assert "Show large" not in actions
    actions["Use again"].trigger()
    assert [ref.untrusted_name for ref in again] == ["blue.png", "red.png"]
    actions["Copy the image"].trigger()
    room.settle()
    assert dialog.magnifier.words() == "Image copied."
    assert QGuiApplication.clipboard().image().width() == 640


class _Waiting(QObject):
    """Takes what a job of the bridge brings."""

    def take(self, result: object) -> None:
        self.result = result
