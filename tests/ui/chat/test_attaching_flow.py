"""Images on their way into a question: dropped, pasted, chosen, put in order, counted, sent, edited."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.core.conversations.image import MOST_IN_QUESTION, Image, ImageRef, Raster
from app.core.documents.document import Document, Format, Page, RefusedKind
from app.core.errors import Code, Problem
from app.ui.chat.writing.attachments_presenter import still_opening_words, too_many_words
from app.ui.chat.writing.image_sources import ImageSource
from app.ui.kit.bridge import Executor
from app.ui.look.icons import Icons
from app.ui.look.theme import Theme
from app.ui.settings.dialog import SettingsDialog
from app.ui.widgets.middle_panel import MiddlePanel
from app.wording import refusals
from app.wording.errors import sentence
from tests.ui import shelf_of_books
from tests.ui.direct_images import png_of
from tests.ui.fakes import SCOUT
from tests.ui.focus import in_focus
from tests.ui.gate import Gate
from tests.ui.room import LETTERS, Room, wait

_BLIND = msgspec.structs.replace(SCOUT, vision=None)


def _open(room: Room) -> None:
    room.add_conversation("A")
    room.open()
    room.window.activateWindow()


def _png(folder: Path, name: str, size: tuple[int, int] = (400, 300)) -> Path:
    path = folder / name
    path.write_bytes(png_of(*size))
    return path


def _files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def _drag(room: Room, data: QMimeData) -> str:
    """Drag it over the window; what the veil says, empty where it is not taken."""
    actions, buttons, modifiers = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPointF(600, 700), actions, data, buttons, modifiers)
    enter.ignore()
    QCoreApplication.sendEvent(room.window, enter)
    return room.window.overlay.accessibleName() if enter.isAccepted() else ""


def _drop(room: Room, data: QMimeData) -> None:
    _drag(room, data)
    actions, buttons, modifiers = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QCoreApplication.sendEvent(room.window, QDropEvent(QPointF(600, 700), actions, data, buttons, modifiers))
    room.settle()


def _paste(room: Room, qtbot: QtBot, data: QMimeData) -> None:
    QGuiApplication.clipboard().setMimeData(data)
    editor = room.window.talk.composer.editor
    editor.setFocus()
    qtbot.keyClick(editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    room.settle()


def _cards(room: Room) -> list[tuple[str, str]]:
    """Names and what stands below them."""
    buttons = room.window.talk.composer.attachments.cards()
    return [(button.card.untrusted_name, button.card.detail) for button in buttons]


def _names(room: Room) -> list[str]:
    return [name for name, _detail in _cards(room)]


def _note(room: Room) -> str:
    return room.window.talk.composer.accessibleDescription()


def _told(room: Room) -> str:
    notice = room.window.talk.notice
    return notice.text() if notice.isVisible() else ""


def _send(room: Room, qtbot: QtBot) -> None:
    qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Return)
    room.settle()


# ---- ways in


def test_dropped_images_are_attached_with_what_they_take(room: Room, tmp_path: Path) -> None:
    _open(room)
    data = _files(_png(tmp_path, "one.png"), _png(tmp_path, "two.PNG", (336, 336)))
    assert _drag(room, data) == "Show 2 images to the model"
    _drop(room, data)
    assert not room.window.overlay.isVisible()
    assert _cards(room) == [("one.png", "438 tokens"), ("two.PNG", "148 tokens")]
    assert _note(room) == "2 images · 586 tokens"
    assert room.desk.documents.library.books() == ()
    assert QApplication.focusWidget() is room.window.talk.composer.editor


def test_of_a_mixed_drop_the_books_go_on_the_desk(room: Room, tmp_path: Path) -> None:
    _open(room)
    room.reader.documents["lease.epub"] = shelf_of_books.lease()
    data = _files(shelf_of_books.file("lease.epub"), _png(tmp_path, "one.png"))
    assert _drag(room, data) == "Put “lease.epub” on the desk, show “one.png” to the model"
    _drop(room, data)
    assert _names(room) == ["one.png"]
    assert [book.title for book in room.desk.documents.library.books()] == ["Harbour Lease, consolidated"]
    assert _drag(room, _files(shelf_of_books.file("lease.epub"))) == "Put “lease.epub” on the desk"


def test_what_cannot_be_read_is_refused_with_a_sentence(room: Room, tmp_path: Path) -> None:
    _open(room)
    for paths, words in (
        ((tmp_path / "slides.KEY",), "Octavo cannot read “slides.KEY”"),
        ((tmp_path / "a.rar", tmp_path / "b.ppt"), "Octavo cannot read these 2 files"),
    ):
        assert _drag(room, _files(*paths)) == words
        _drop(room, _files(*paths))
        assert room.window.talk.notice.text().startswith(f"{words}. ")
        assert room.presenter.shelf_area.openings.rows(room.shown().id) == []
    archive = _files(tmp_path / "mail.pst")
    assert _drag(room, archive) == "Octavo cannot read “mail.pst”"
    _drop(room, archive)
    assert room.window.talk.notice.text().endswith(refusals.way_out(RefusedKind.OUTLOOK_DATA))
    assert _drag(room, _files(tmp_path / "a.rar", shelf_of_books.file("lease.epub"))) == "Put 2 documents on the desk"


def test_a_folder_goes_onto_the_shelf(room: Room, tmp_path: Path) -> None:
    _open(room)
    (tmp_path / "case").mkdir()
    assert _drag(room, _files(tmp_path / "case")) == "Put the documents in the folder “case” on the shelf"
    assert _drag(room, _files(tmp_path / "a.zip")) == "Put the documents in “a.zip” on the shelf"
    assert _drag(room, _files(tmp_path, tmp_path / "case")) == "Put the documents in 2 folders on the shelf"
    (tmp_path / "case" / "lease.epub").write_bytes(b"")
    room.reader.documents["lease.epub"] = shelf_of_books.lease()
    _drop(room, _files(tmp_path / "case"))
    assert [book.title for book in room.desk.documents.library.books()] == ["Harbour Lease, consolidated"]
    assert room.shown().books == ()


def test_an_image_is_known_by_its_bytes_whatever_its_name(room: Room, tmp_path: Path) -> None:
    _open(room)
    _drop(room, _files(_png(tmp_path, "one.dat")))
    assert _names(room) == ["one.dat"]


def test_an_image_from_a_browser_is_taken_as_its_bytes(room: Room) -> None:
    _open(room)
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.png")])
    data.setData("image/png", png_of(20, 20))
    assert _drag(room, data) == "Show the image to the model"
    _drop(room, data)
    assert _names(room) == ["Dropped image"]


def test_an_address_of_the_web_is_refused(room: Room) -> None:
    _open(room)
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.png")])
    assert _drag(room, data) == "Octavo does not download from the web"
    _drop(room, data)
    assert _told(room).startswith("Octavo does not download anything from the web.")
    assert _cards(room) == []


def test_pasted_bytes_and_pixels_are_attached(qtbot: QtBot, room: Room) -> None:
    _open(room)
    for media_type in ("image/png", "image/bmp"):
        data = QMimeData()
        data.setData(media_type, png_of(20, 20))
        _paste(room, qtbot, data)
    pixels = QImage(30, 20, QImage.Format.Format_ARGB32)
    pixels.fill(QColor(0, 0, 0, 0))
    data = QMimeData()
    data.setImageData(pixels)
    _paste(room, qtbot, data)
    assert _names(room) == ["Pasted image", "Pasted image 2", "Pasted image 3"]
    last = room.presenter.talk_area.attachments.images()[-1]
    assert isinstance(last, Image)
    assert set(last.thumbnail.rgb) == {255}, "white where it is transparent"


def test_pasted_files_are_split_too(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    _open(room)
    room.reader.documents["lease.epub"] = shelf_of_books.lease()
    _paste(room, qtbot, _files(_png(tmp_path, "one.png"), shelf_of_books.file("lease.epub")))
    assert _names(room) == ["one.png"]
    assert len(room.desk.documents.library.books()) == 1


def test_images_are_chosen_with_the_keyboard(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    _open(room)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(room.window, Qt.Key.Key_I, modifiers)
    dialog = room.window.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.fileMode() is QFileDialog.FileMode.ExistingFiles
    assert "*.webp" in dialog.nameFilters()[0]
    dialog.filesSelected.emit([str(_png(tmp_path, name)) for name in ("one.png", "two.png")])
    dialog.close()
    room.settle()
    assert _names(room) == ["one.png", "two.png"]


def test_an_image_that_is_chosen_among_books_is_one(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    _open(room)
    room.reader.documents["lease.epub"] = shelf_of_books.lease()
    room.reader.documents["one.png"] = shelf_of_books.survey()
    qtbot.keyClick(room.window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    dialog = room.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.filesSelected.emit([str(shelf_of_books.file("lease.epub")), str(_png(tmp_path, "one.png"))])
    dialog.close()
    room.settle()
    assert _names(room) == []
    assert len(room.desk.documents.library.books()) == 2


def test_while_a_view_is_shown_a_drop_brings_the_conversation_back(room: Room, tmp_path: Path) -> None:
    _open(room)
    view = MiddlePanel(Icons(Theme()), "Leases")
    room.window.add_view(view)
    room.window.show_view(view)
    _drop(room, _files(_png(tmp_path, "one.png")))
    assert not room.window.shows(view)
    assert _names(room) == ["one.png"]


def test_files_that_the_program_is_started_with_are_split_too(room: Room, tmp_path: Path) -> None:
    room.add_conversation("A")
    room.reader.documents["lease.epub"] = shelf_of_books.lease()
    room.open(files=[_png(tmp_path, "one.png"), shelf_of_books.file("lease.epub")])
    assert _names(room) == ["one.png"]
    assert len(room.desk.documents.library.books()) == 1


def test_a_question_takes_so_many_and_no_more(room: Room, tmp_path: Path) -> None:
    _open(room)
    _drop(room, _files(*(_png(tmp_path, f"{number:02}.png") for number in range(MOST_IN_QUESTION + 2))))
    assert len(_cards(room)) == MOST_IN_QUESTION == 20
    assert _told(room) == too_many_words(["20.png", "21.png"])


# ---- being opened


def test_while_it_is_opened_it_says_so_and_no_question_is_asked(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    _open(room)
    gate = room.hold(Executor.IMAGES)
    composer = room.window.talk.composer
    composer.set_text("What is this?")
    sources = [ImageSource(_png(tmp_path, name), name) for name in ("one.png", "two.png")]
    room.presenter.talk_area.attachments.take(sources)
    first, second = composer.attachments.cards()
    assert first.accessibleName() == "Opening one.png…"
    assert not composer.send_button.isEnabled()
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    assert _told(room) == still_opening_words()
    qtbot.mouseClick(second.cross, Qt.MouseButton.LeftButton)
    gate.open()
    room.settle()
    assert _cards(room) == [("one.png", "438 tokens")]
    assert composer.send_button.isEnabled()
    assert composer.text() == "What is this?"
    assert room.engine.prompts == []


def test_what_cannot_be_opened_is_told_and_nothing_else_is_lost(room: Room, tmp_path: Path) -> None:
    _open(room)
    composer = room.window.talk.composer
    composer.set_text("What is this?")
    broken = [tmp_path / name for name in ("broken.png", "other.jpg")]
    for path in broken:
        path.write_bytes(b"\x89PNG\r\n\x1a\nno")
    _drop(room, _files(_png(tmp_path, "one.png"), *broken))
    assert _names(room) == ["one.png"]
    assert composer.text() == "What is this?"
    problems = [Problem(Code.IMAGE_UNKNOWN, {"path": path.name}) for path in broken]
    assert _told(room) == "\n".join(map(sentence, problems))


# ---- order


def test_they_are_removed_and_moved_by_keyboard(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    _open(room)
    _drop(room, _files(*(_png(tmp_path, f"{name}.png") for name in "abc")))
    attachments = room.window.talk.composer.attachments
    attachments.cards()[0].setFocus()
    qtbot.keyClick(attachments.cards()[0], Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert _names(room) == ["b.png", "c.png", "a.png"]
    assert in_focus().accessibleName() == "a.png"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Delete)
    assert _names(room) == ["b.png", "c.png"]
    assert in_focus().accessibleName() == "c.png"
    assert _note(room) == "2 images · 876 tokens"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Delete)
    assert _note(room) == ""


def test_one_is_shown_large(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    _open(room)
    _drop(room, _files(_png(tmp_path, "one.png"), _png(tmp_path, "two.png")))
    qtbot.mouseClick(room.window.talk.composer.attachments.cards()[1], Qt.MouseButton.LeftButton)
    room.settle()
    dialog = room.presenter.talk_area.gallery.dialog
    assert dialog is not None
    assert dialog.image.image == room.presenter.talk_area.attachments.images()[1]
    dialog.close()


# ---- what they cost, and whether they are seen


def test_before_a_model_is_loaded_nobody_knows_what_they_take(room: Room, tmp_path: Path) -> None:
    gate = Gate()
    room.engine.loads = [(gate,)]
    room.add_conversation("A")
    room.open(settle=False)
    wait(gate.reached.is_set)
    wait(lambda: room.presenter.shown.conversation is not None)
    room.presenter.shelf_area.openings.take_files([_png(tmp_path, "one.png"), _png(tmp_path, "two.png")])
    wait(lambda: _cards(room) == [("one.png", "…"), ("two.png", "…")])
    assert _note(room) == "2 images"
    gate.open()
    room.settle()
    assert [detail for _name, detail in _cards(room)] == ["438 tokens", "438 tokens"]
    assert _note(room) == "2 images · 876 tokens"


def test_a_model_that_sees_nothing_says_so_before_anything_is_sent(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    room.engine.info = _BLIND
    _open(room)
    composer = room.window.talk.composer
    composer.set_text("What is this?")
    assert composer.attachments.note.words == ""
    _drop(room, _files(_png(tmp_path, "one.png")))
    words = "Scout cannot see images: it was loaded without a projector."
    assert composer.attachments.note.words == words
    assert _cards(room) == [("one.png", "400 × 300 px")]
    assert not composer.send_button.isEnabled()
    _send(room, qtbot)
    assert _told(room) == f"{words} Choose one, or remove the images, then ask."
    assert room.turns() == ()
    qtbot.mouseClick(composer.attachments.note.button, Qt.MouseButton.LeftButton)
    room.settle()
    dialog = room.window.findChild(SettingsDialog)
    assert dialog is not None
    dialog.close()
    room.engine.loads = [(Problem(Code.MODEL_TRUNCATED, {"path": "scout.gguf"}),)]
    room.presenter.model_area.model.load_again()
    room.settle()
    assert composer.attachments.note.words == "", "nobody knows what the next one sees"
    assert _cards(room) == [("one.png", "…")]
    room.engine.info = SCOUT
    room.presenter.model_area.model.load_again()
    room.settle()
    assert composer.attachments.note.words == ""
    assert _cards(room) == [("one.png", "438 tokens")]
    assert composer.send_button.isEnabled()


@pytest.mark.parametrize("sees", [True, False])
def test_images_are_offered_where_the_model_sees_them(room: Room, sees: bool) -> None:
    room.engine.info = SCOUT if sees else _BLIND
    room.add_conversation("A")
    room.open()
    composer = room.window.talk.composer
    assert composer.image_button.isHidden() is not sees
    assert not composer.book_button.isHidden()


def test_without_its_images_a_question_is_asked_of_a_blind_model(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    room.engine.info = _BLIND
    _open(room)
    composer = room.window.talk.composer
    composer.set_text("What is this?")
    _drop(room, _files(_png(tmp_path, "one.png")))
    qtbot.mouseClick(composer.attachments.cards()[0].cross, Qt.MouseButton.LeftButton)
    assert composer.attachments.note.words == ""
    _send(room, qtbot)
    assert len(room.turns()) == 1


# ---- with the question


def test_they_go_with_the_question_in_their_order(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    _open(room)
    _drop(room, _files(_png(tmp_path, "one.png", (20, 20)), _png(tmp_path, "two.png", (30, 30))))
    composer = room.window.talk.composer
    qtbot.keyClick(composer.attachments.cards()[0], Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    composer.set_text("Compare them.")
    gate = Gate()
    room.engine.answers = [(gate, "Alike.")]
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    wait(gate.reached.is_set)
    wait(lambda: composer.text() == "")
    assert _cards(room) == []
    assert _note(room) == ""
    gate.open()
    room.settle()
    question = room.turns()[0].question
    assert [image.untrusted_name for image in question.images] == ["two.png", "one.png"]
    prompted = room.engine.prompts[-1].messages[-1].images
    assert [image.sha256 for image in prompted] == [image.sha256 for image in question.images]
    assert [(image.width, image.height) for image in prompted] == [(30, 30), (20, 20)]


def test_images_alone_are_a_question(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    _open(room)
    _drop(room, _files(_png(tmp_path, "one.png")))
    _send(room, qtbot)
    (turn,) = room.turns()
    assert turn.question.text == ""
    assert [image.untrusted_name for image in turn.question.images] == ["one.png"]
    assert room.answer().text == "A short answer [p. 1]."


def test_a_question_that_cannot_be_kept_leaves_them_here(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    _open(room)
    _drop(room, _files(_png(tmp_path, "one.png")))
    composer = room.window.talk.composer
    composer.set_text("What is this?")
    room.desk.conversations.delete(room.shown().id)
    _send(room, qtbot)
    assert composer.text() == "What is this?"
    assert _names(room) == ["one.png"]
    assert _told(room) != ""


def test_unsent_ones_stay_with_their_conversation_like_the_text(room: Room, tmp_path: Path) -> None:
    other = room.add_conversation("B", days_ago=1)
    _open(room)
    first = room.shown()
    room.window.talk.composer.set_text("What is this?")
    _drop(room, _files(_png(tmp_path, "one.png")))
    room.presenter.places.navigation.open_conversation(other.id)
    room.settle()
    assert room.shown().id == other.id
    assert (room.window.talk.composer.text(), _names(room)) == ("", [])
    room.ask("And here?")
    assert room.turns()[0].question.images == ()
    room.presenter.places.navigation.open_conversation(first.id)
    room.settle()
    assert (room.window.talk.composer.text(), _names(room)) == ("What is this?", ["one.png"])


def test_what_is_attached_while_an_answer_is_written_waits_for_the_next_question(room: Room, tmp_path: Path) -> None:
    _open(room)
    gate = Gate()
    room.engine.answers = [(gate, "One.")]
    room.ask("First?", settle=False)
    wait(gate.reached.is_set)
    room.presenter.shelf_area.openings.take_files([_png(tmp_path, "one.png")])
    wait(lambda: _cards(room) == [("one.png", "…")])
    gate.open()
    room.settle()
    assert _cards(room) == [("one.png", "438 tokens")]
    assert room.turns()[0].question.images == ()


# ---- an earlier question


@pytest.fixture
def asked(room: Room, tmp_path: Path) -> tuple[ImageRef, ...]:
    """The images of a question that was answered."""
    _open(room)
    _drop(room, _files(_png(tmp_path, "one.png"), _png(tmp_path, "two.png", (30, 30))))
    room.ask("Compare them.")
    return room.turns()[0].question.images


def test_edited_it_has_its_images_again(qtbot: QtBot, room: Room, asked: tuple[ImageRef, ...]) -> None:
    composer = room.window.talk.composer
    qtbot.keyClick(composer.editor, Qt.Key.Key_Up)
    room.settle()
    assert composer.text() == "Compare them."
    assert _cards(room) == [("one.png", "438 tokens"), ("two.png", "148 tokens")]
    assert all(button.card.picture is not None for button in composer.attachments.cards())
    qtbot.keyClick(composer.attachments.cards()[0], Qt.Key.Key_Delete)
    _send(room, qtbot)
    (turn,) = room.turns()
    assert turn.question_variants == 2
    assert turn.question.images == asked[1:]
    assert [image.sha256 for image in room.engine.prompts[-1].messages[-1].images] == [asked[1].sha256]


def test_an_edit_that_is_left_leaves_nothing(qtbot: QtBot, room: Room, asked: tuple[ImageRef, ...]) -> None:
    composer = room.window.talk.composer
    qtbot.keyClick(composer.editor, Qt.Key.Key_Up)
    room.settle()
    qtbot.keyClick(composer.editor, Qt.Key.Key_Escape)
    assert (composer.text(), _cards(room)) == ("", [])
    assert room.turns()[0].question.images == asked


def test_asked_again_it_keeps_them(room: Room, asked: tuple[ImageRef, ...]) -> None:
    room.presenter.talk_area.asking.ask_last_again()
    room.settle()
    assert room.turns()[0].answer_variants == 2
    assert [image.sha256 for image in room.engine.prompts[-1].messages[-1].images] == [ref.sha256 for ref in asked]


def test_one_of_an_earlier_question_is_used_again(room: Room, asked: tuple[ImageRef, ...]) -> None:
    for _again in range(MOST_IN_QUESTION + 1):
        room.presenter.talk_area.gallery.use_again.emit(asked[1])
    room.settle()
    assert _cards(room) == [("two.png", "148 tokens")] * MOST_IN_QUESTION
    assert _told(room) == too_many_words(["two.png"])
    room.ask("And this?")
    assert room.turns()[1].question.images == asked[1:] * MOST_IN_QUESTION


def test_the_images_of_a_book_go_with_it(room: Room, tmp_path: Path) -> None:
    room.add_books()
    _open(room)
    room.reader.draw = lambda page, width: Raster(width, width, b"\xff" * (3 * width * width))
    letters = room.books[LETTERS]
    room.presenter.talk_area.attachments.add(room.desk.documents.images.from_page(letters.id, 22))
    _drop(room, _files(_png(tmp_path, "one.png")))
    assert _names(room) == ["Side letters 2019–2024, p. 22", "one.png"]
    room.presenter.shelf_area.shelf.book_removed.emit(letters.id)
    assert _names(room) == ["one.png"]


def test_a_pasted_text_becomes_a_document_on_the_desk_and_leaves_no_file(
    room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(memory))
    _open(room)
    title = "Minutes of the 3rd, draft"
    pages = (Page(1, "1", "The quay is closed."),)
    room.reader.documents[f"{title}.txt"] = Document(title, Format.TEXT, "a" * 64, pages)
    room.window.talk.composer.document_given.emit(f"\n  {title}\nThe quay is closed.")
    room.settle()
    (ref,) = room.shown().books
    assert room.desk.documents.library.book(ref.book_id).title == title
    assert list(memory.iterdir()) == []
    room.window.talk.composer.document_given.emit("///\nNobody can read this.")
    room.settle()
    assert list(memory.iterdir()) == [], "nor does one that became none"
