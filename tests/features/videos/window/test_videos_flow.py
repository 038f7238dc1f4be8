"""Videos on their way into a question: dropped or chosen, looked through, and frames of them attached."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.core.conversations.image import MOST_IN_QUESTION, Image
from app.features.videos.window.dialog import SelectionMethod, VideoDialog
from app.features.videos.window.frame_choice import FrameChoice
from app.features.videos.window.videos import VideosWindow
from app.ui.kit.bridge import Executor
from tests.features.videos.window.colours import BLUE, GREEN, GREY, RED, write_colours
from tests.ui import shelf_of_books
from tests.ui.direct_images import png_of
from tests.ui.fakes import SCOUT
from tests.ui.gate import Gate
from tests.ui.room import Room, pause, wait

_BLIND = msgspec.structs.replace(SCOUT, vision=None)
_HEAD = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds: red, green, blue."""
    return write_colours(tmp_path_factory.mktemp("films") / "clip.mp4")


def _open(room: Room) -> None:
    room.add_conversation("A")
    room.open()
    room.window.activateWindow()


def _files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def _drag(room: Room, *names: str) -> str:
    """Drag files over the window, and return what the veil says."""
    actions, buttons, modifiers = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    data = _files(*(Path("/home/me") / name for name in names))
    QCoreApplication.sendEvent(room.window, QDragEnterEvent(QPointF(600, 700), actions, data, buttons, modifiers))
    return room.window.overlay.accessibleName()


def _drop(room: Room, *paths: Path) -> None:
    actions, buttons, modifiers = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    _drag(room, *(path.name for path in paths))
    data = _files(*paths)  # the event does not keep it
    QCoreApplication.sendEvent(room.window, QDropEvent(QPointF(600, 700), actions, data, buttons, modifiers))
    room.settle()


def _dialog(room: Room) -> VideoDialog:
    dialog = room.feature(VideosWindow).videos.dialog
    assert dialog is not None
    return dialog


def _wait_for_pictures(dialog: VideoDialog) -> None:
    wait(lambda: all(cell.frame.picture is not None for cell in dialog.strip.cells()))


def _times(dialog: VideoDialog) -> list[str]:
    return [cell.frame.time for cell in dialog.strip.cells()]


def _colours(dialog: VideoDialog) -> list[tuple[int, int, int]]:
    """In the middle of each small picture, to the nearest of the colours that films have."""
    shown = []
    for cell in dialog.strip.cells():
        assert cell.frame.picture is not None
        middle = cell.frame.picture.pixelColor(cell.frame.picture.rect().center())
        shown.append(_nearest((middle.red(), middle.green(), middle.blue())))
    return shown


def _nearest(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    return min((RED, GREEN, BLUE, GREY), key=lambda known: sum(abs(a - b) for a, b in zip(known, colour, strict=True)))


def _cards(room: Room) -> list[tuple[str, str]]:
    buttons = room.window.talk.composer.attachments.cards()
    return [(button.card.untrusted_name, button.card.detail) for button in buttons]


def _told(room: Room) -> str:
    notice = room.window.talk.notice
    return notice.text() if notice.isVisible() else ""


def _press(qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(QApplication.focusWidget(), key)


# ---- ways in


def test_a_video_is_dropped_its_frames_chosen_and_attached(qtbot: QtBot, room: Room, film: Path) -> None:
    _open(room)
    assert _drag(room, "clip.mp4") == "Show frames of “clip.mp4” to the model"
    _drop(room, film)
    dialog = _dialog(room)
    assert dialog.isVisible()
    assert dialog.heading.text() == "clip.mp4"
    assert dialog.detail.text() == "0:06 · 320 × 180"
    assert dialog.way is SelectionMethod.EVEN
    assert dialog.wanted == 8
    dialog.slider.setValue(3)
    _wait_for_pictures(dialog)
    assert _times(dialog) == ["0:01", "0:03", "0:05"]
    assert _colours(dialog) == [RED, GREEN, BLUE]
    assert dialog.strip.cells()[0].accessibleName() == "Frame at 0:01"
    room.settle()
    use = room.presenter.shown.use
    assert use is not None
    free = use.context_tokens - use.used_tokens
    assert dialog.sum.text() == f"3 frames, 444 tokens; {free:,} are free"
    assert dialog.action.text() == "Add 3 frames"
    _press(qtbot, Qt.Key.Key_Return)
    room.settle()
    assert room.feature(VideosWindow).videos.dialog is None
    assert _cards(room) == [(f"clip.mp4, 0:0{second}", "148 tokens") for second in (1, 3, 5)]
    images = room.presenter.talk_area.attachments.images()
    assert all(isinstance(image, Image) for image in images)
    assert {(image.ref.width, image.ref.height) for image in images if isinstance(image, Image)} == {(320, 180)}
    assert room.window.focusWidget() is room.window.talk.composer.editor


def test_what_is_attached_already_counts(room: Room, film: Path) -> None:
    _open(room)
    _drop(room, film)
    before = _dialog(room).sum.text()
    _dialog(room).action.click()
    room.settle()
    _drop(room, film)
    dialog = _dialog(room)
    assert dialog.slider.maximum() == MOST_IN_QUESTION - 8
    frees = [
        int(words.split("; ")[1].removesuffix(" are free").replace(",", "")) for words in (before, dialog.sum.text())
    ]
    assert frees[0] - frees[1] == 8 * 148


def test_of_a_mixed_drop_each_goes_its_way(room: Room, tmp_path: Path, film: Path) -> None:
    _open(room)
    image = tmp_path / "one.png"
    image.write_bytes(png_of(30, 20))
    room.reader.documents["lease.epub"] = shelf_of_books.lease()
    assert _drag(room, "one.png", "clip.mp4") == "Show 2 images and videos to the model"
    words = "Put “lease.epub” on the desk, show 2 images and videos to the model"
    assert _drag(room, "one.png", "clip.mp4", "lease.epub") == words
    _drop(room, image, film, shelf_of_books.file("lease.epub"))
    assert _dialog(room).heading.text() == "clip.mp4"
    _dialog(room).reject()
    room.settle()
    assert [name for name, _detail in _cards(room)] == ["one.png"]
    assert len(room.desk.documents.library.books()) == 1


def test_videos_are_offered_where_images_are_chosen(qtbot: QtBot, room: Room, tmp_path: Path, film: Path) -> None:
    _open(room)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(room.window, Qt.Key.Key_I, modifiers)
    chooser = room.window.findChild(QFileDialog)
    assert chooser is not None
    assert chooser.nameFilters()[0].startswith("Images and videos (*.png ")
    assert {"*.gif", "*.mp4", "*.webm"} <= set(chooser.nameFilters()[0].split())
    unnamed = tmp_path / "clip.dat"
    unnamed.write_bytes(film.read_bytes())
    words = tmp_path / "words.txt"
    words.write_text("No image.", encoding="utf-8")
    chooser.filesSelected.emit([str(unnamed), str(words)])
    chooser.close()
    room.settle()
    assert _dialog(room).heading.text() == "clip.dat"
    assert "words.txt" in _told(room), "chosen as an image, and told to be none"
    assert room.desk.documents.library.books() == ()


def test_several_come_one_after_the_other(qtbot: QtBot, room: Room, tmp_path: Path, film: Path) -> None:
    _open(room)
    other = write_colours(tmp_path / "other.mkv", ((1.0, GREY),))
    _drop(room, film, other)
    assert _dialog(room).heading.text() == "clip.mp4"
    _press(qtbot, Qt.Key.Key_Escape)
    room.settle()
    assert _dialog(room).heading.text() == "other.mkv"
    _dialog(room).slider.setValue(1)
    _press(qtbot, Qt.Key.Key_Return)
    room.settle()
    assert [name for name, _detail in _cards(room)] == ["other.mkv, 0:00"]
    assert room.feature(VideosWindow).videos.dialog is None


def test_a_full_question_takes_no_frames(room: Room, tmp_path: Path, film: Path) -> None:
    _open(room)
    images = [tmp_path / f"{number:02}.png" for number in range(MOST_IN_QUESTION)]
    for image in images:
        image.write_bytes(png_of(20, 20))
    _drop(room, *images)
    _drop(room, film)
    assert room.feature(VideosWindow).videos.dialog is None
    assert _told(room).startswith("A question can have up to 20 images, and this one already has them.")
    assert _told(room).endswith(": clip.mp4")
    assert len(_cards(room)) == MOST_IN_QUESTION


# ---- choosing


def test_scenes_are_found_and_fewer_of_them_are_told(room: Room, film: Path) -> None:
    _open(room)
    _drop(room, film)
    dialog = _dialog(room)
    dialog.ways[SelectionMethod.CHANGES].setChecked(True)
    _wait_for_pictures(dialog)
    assert _colours(dialog) == [RED, GREEN, BLUE]
    assert dialog.note.text() == "The picture changes 2 times: 3 frames."
    assert dialog.action.text() == "Add 3 frames"
    dialog.slider.setValue(2)
    assert not dialog.note.isVisible()
    assert dialog.action.text() == "Add 2 frames"
    dialog.ways[SelectionMethod.EVEN].setChecked(True)
    dialog.slider.setValue(5)
    assert len(_times(dialog)) == 5


def test_a_picture_that_stays_the_same_is_one_scene(room: Room, tmp_path: Path) -> None:
    _open(room)
    _drop(room, write_colours(tmp_path / "still.mp4", ((2.0, GREY),)))
    dialog = _dialog(room)
    dialog.ways[SelectionMethod.CHANGES].setChecked(True)
    assert dialog.note.text() == "The picture does not change: 1 frame."
    assert dialog.action.text() == "Add 1 frame"


def test_more_than_the_context_holds_is_told(room: Room, film: Path) -> None:
    room.engine.info = msgspec.structs.replace(SCOUT, context_tokens=2_000)
    _open(room)
    _drop(room, film)
    dialog = _dialog(room)
    dialog.slider.setValue(20)
    assert dialog.sum.text().startswith("20 frames, 2,960 tokens; only ")
    assert dialog.sum.text().endswith(" are free: choose fewer")
    assert dialog.sum.property("role") == "warning"
    dialog.slider.setValue(1)
    assert dialog.sum.text().startswith("1 frame, 148 tokens; ")
    assert dialog.sum.property("role") == ""


def test_while_the_number_changes_no_outdated_picture_is_made(room: Room, film: Path) -> None:
    _open(room)
    _drop(room, film)
    dialog = _dialog(room)
    _wait_for_pictures(dialog)
    choice = room.presenter.findChild(FrameChoice)
    assert choice is not None
    room.settle()
    gate = room.hold(Executor.IMAGES)
    for number in (3, 4, 5, 6, 7):
        dialog.slider.setValue(number)
    wait(lambda: choice._preview is not None)
    first = choice._preview
    assert first is not None
    dialog.slider.setValue(2)
    assert first.token.requested
    wait(lambda: choice._preview is not None)
    gate.open()
    _wait_for_pictures(dialog)
    assert _colours(dialog) == [RED, BLUE]
    room.settle()
    assert len(choice._pictures) == 8 + 2, "those that were asked for at the ends, and none on the way"


def test_before_a_model_is_loaded_frames_can_be_chosen(room: Room, film: Path) -> None:
    gate = Gate()
    room.engine.loads = [(gate,)]
    room.add_conversation("A")
    room.open(settle=False)
    wait(gate.reached.is_set)
    wait(lambda: room.presenter.shown.conversation is not None)
    room.presenter.shelf_area.openings.take_files([film])
    wait(lambda: (dialog := room.feature(VideosWindow).videos.dialog) is not None and dialog.action.isEnabled())
    assert _dialog(room).sum.text() == "8 frames"
    gate.open()
    room.settle()
    assert _dialog(room).sum.text().startswith("8 frames, 1,184 tokens; ")


def test_a_model_that_sees_nothing_says_so_and_they_can_be_added(room: Room, film: Path) -> None:
    room.engine.info = _BLIND
    _open(room)
    _drop(room, film)
    dialog = _dialog(room)
    assert dialog.sum.text() == "8 frames"
    words = "Scout cannot see images: it was loaded without a projector."
    assert dialog.note.text() == words
    dialog.action.click()
    room.settle()
    assert len(_cards(room)) == 8
    assert room.window.talk.composer.attachments.note.words == words


# ---- what goes wrong, and leaving early


def test_a_broken_video_is_told_and_the_next_one_comes(qtbot: QtBot, room: Room, tmp_path: Path, film: Path) -> None:
    _open(room)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(_HEAD + bytes(2000))
    _drop(room, broken, film)
    dialog = _dialog(room)
    assert "“broken.mp4”" in dialog.failure.text(), "its name, not where it lies"
    assert dialog.failure.isVisible()
    assert not dialog.action.isVisible()
    assert dialog.cancel.text() == "Close"
    _press(qtbot, Qt.Key.Key_Return)
    room.settle()
    assert _dialog(room).heading.text() == "clip.mp4"
    assert _cards(room) == []


def test_frames_that_cannot_be_taken_are_told_and_can_be_chosen_again(room: Room, tmp_path: Path, film: Path) -> None:
    _open(room)
    copy, elsewhere = tmp_path / "clip.mp4", tmp_path / "elsewhere.mp4"
    copy.write_bytes(film.read_bytes())
    _drop(room, copy)
    dialog = _dialog(room)
    _wait_for_pictures(dialog)
    room.settle()
    copy.rename(elsewhere)
    dialog.action.click()
    room.settle()
    assert dialog.isVisible()
    assert "clip.mp4" in dialog.note.text()
    assert dialog.note.property("role") == "warning"
    assert dialog.action.isEnabled()
    assert dialog.slider.isEnabled()
    room.presenter.talk_area.context.measure()
    room.settle()
    assert "clip.mp4" in dialog.note.text(), "it stays until something else is chosen"
    elsewhere.rename(copy)
    dialog.slider.setValue(3)
    assert not dialog.note.isVisible()
    dialog.action.click()
    room.settle()
    assert len(_cards(room)) == 3


@pytest.mark.parametrize("way", ["escape", "delete", "close the window"])
def test_what_is_closed_while_it_is_looked_through_leaves_nothing(
    qtbot: QtBot, room: Room, film: Path, way: str
) -> None:
    _open(room)
    gate = room.hold(Executor.IMAGES)
    room.feature(VideosWindow).videos.take([film, film])
    dialog = _dialog(room)
    assert dialog.progress_words.text() == "Analysing the video…"
    assert not dialog.action.isEnabled()
    choice = room.presenter.findChild(FrameChoice)
    assert choice is not None
    job = choice._work
    assert job is not None
    if way == "escape":
        room.feature(VideosWindow).videos._waiting = []
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    elif way == "delete":
        dialog.deleteLater()
        QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)
    else:
        room.window.close()
        assert not dialog.isVisible()
    assert job.token.requested
    gate.open()
    room.settle()
    assert not [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, VideoDialog)]
    assert _cards(room) == []
    assert room.bridge.idle


def test_cancelled_while_the_frames_are_taken_nothing_is_attached(qtbot: QtBot, room: Room, film: Path) -> None:
    _open(room)
    _drop(room, film)
    dialog = _dialog(room)
    _wait_for_pictures(dialog)
    room.settle()
    gate = room.hold(Executor.IMAGES)
    _press(qtbot, Qt.Key.Key_Return)
    assert dialog.status.text() == "Extracting frame 1 of 8"
    assert not dialog.slider.isEnabled()
    assert not dialog.action.isEnabled()
    _press(qtbot, Qt.Key.Key_Return)  # once is enough
    dialog.cancel.click()
    gate.open()
    room.settle()
    assert room.feature(VideosWindow).videos.dialog is None
    assert _cards(room) == []
    pause(1)
    assert _told(room) == ""
