"""A conversation is written into a file, in every format that is offered."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pypdfium2
import pytest
from PIL import Image as Pillow
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Ending, Question
from app.core.conversations.image import Image
from app.core.errors import AppError, Code
from app.core.work import Cancel
from app.store.images import ImageStore
from app.ui.kit.jobs import Done
from tests.endings import as_events
from tests.ui.direct_images import png_of
from tests.ui.room import LEASE, Room


def _asked(room: Room) -> None:
    room.add_books()
    room.add_conversation("Notice: A/B", [room.books[LEASE]])
    room.open()
    room.ask("When?")


@pytest.mark.parametrize(
    ("ending", "begins"),
    [(".docx", b"PK"), (".pdf", b"%PDF"), (".html", b"<!doctype html>"), (".md", b"# Notice: A/B")],
)
def test_a_conversation_is_exported(
    qtbot: QtBot, room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, begins: bytes
) -> None:
    _asked(room)
    qtbot.keyClick(room.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    dialog = room.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / f"out{ending}"))
    dialog.reject()
    room.settle()
    written = tmp_path / f"out{ending}"
    assert written.read_bytes().startswith(begins)
    assert written.stat().st_mode & 0o777 == 0o600
    notice = room.window.talk.notice
    assert notice.text() == f"Saved as “out{ending}”."
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    assert [notice.action.text(), notice.other.text()] == ["Open", "Show in folder"]
    qtbot.mouseClick(notice.other, Qt.MouseButton.LeftButton)
    assert notice.isHidden()
    notice.show()
    qtbot.mouseClick(notice.action, Qt.MouseButton.LeftButton)
    assert [Path(url.toLocalFile()) for url in opened] == [tmp_path, written]


def test_one_answer_is_exported(room: Room, qtbot: QtBot, tmp_path: Path) -> None:
    _asked(room)
    room.ask("And why?")
    foot = room.window.talk.view.messages()[-1].foot  # type: ignore[attr-defined]
    qtbot.mouseClick(foot.export_button, Qt.MouseButton.LeftButton)
    dialog = room.window.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.windowTitle() == "Export the answer"
    dialog.fileSelected.emit(str(tmp_path / "out.md"))
    dialog.reject()
    room.settle()
    written = (tmp_path / "out.md").read_text(encoding="utf-8")
    assert "And why?" in written
    assert "When?" not in written


def _image(room: Room, name: str, png: bytes) -> Image:
    *_, ending = as_events(room.desk.documents.images.take(png, name, Cancel()))
    assert isinstance(ending, Done)
    return ending.result


def _shown(room: Room) -> None:
    """Two questions with images, and an answer to each."""
    talk, parent = room.add_conversation("Seen").id, None
    for text, images in (
        ("What is this?", (_image(room, "chart.png", png_of(400, 300, "#7A2E35")),)),
        ("And these?", (_image(room, "gone.png", png_of(8, 8)), _image(room, "p.jpg", png_of(3_000, 90, "#2F6B4F")))),
    ):
        question = room.desk.conversations.add_question(Question(talk, text, (), parent, images))
        answer = room.desk.conversations.begin_answer(question.id, "Scout")
        room.desk.conversations.save_answer(msgspec.structs.replace(answer, text="A colour.", ending=Ending.COMPLETE))
        parent = answer.id
    room.open()


def _colours(pdf: Path) -> list[tuple[tuple[int, int, int], tuple[int, int]]]:
    """Describe the images of the first page: the colour in the middle, as it is drawn, and width and height in
    points."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        drawn = page.render(scale=1).to_pil()
        found = []
        for image in page.get_objects((pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,)):
            left, bottom, right, top = image.get_bounds()
            middle = (round((left + right) / 2), round(page.get_height() - (top + bottom) / 2))
            found.append((drawn.getpixel(middle), (round(right - left), round(top - bottom))))
        return found


def test_a_pdf_has_the_images(room: Room, tmp_path: Path) -> None:
    _shown(room)
    room.presenter.places.exporting.export()
    room.presenter.places.exporting.write(str(tmp_path / "out.pdf"))
    room.settle()
    found = _colours(tmp_path / "out.pdf")
    assert [size for _colour, size in found] == [(300, 225), (6, 6), (354, 10)], "in points, 4 of 3 pixels"
    for (colour, _size), wanted in zip(
        found, ((0x7A, 0x2E, 0x35), (0x7A, 0x2E, 0x35), (0x2F, 0x6B, 0x4F)), strict=True
    ):
        assert colour == pytest.approx(wanted, abs=3), "drawn from what is packed as JPEG"
    with pypdfium2.PdfDocument(tmp_path / "out.pdf") as document:
        text = document[0].get_textpage().get_text_range()
    assert text.index("Image 1: chart.png") < text.index("What is this?") < text.index("Image 2: gone.png")
    assert text.index("Image 3: p.jpg") < text.index("And these?")


def test_one_answer_keeps_the_numbers_of_its_images(room: Room, tmp_path: Path) -> None:
    _shown(room)
    room.presenter.places.exporting.export_answer(room.answer().id)
    room.presenter.places.exporting.write(str(tmp_path / "out.md"))
    room.settle()
    assert "Image 1" not in (tmp_path / "out.md").read_text(encoding="utf-8")
    written = tmp_path / "out images" / "image 3 p.png"
    with Pillow.open(written) as image:
        assert image.size == (2_000, 60), "reduced"


def test_an_image_that_is_lost_does_not_keep_the_others(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _shown(room)
    lost = room.turns()[1].question.images[0]
    kept = ImageStore.png

    def png(store: ImageStore, sha256: str) -> bytes:
        if sha256 == lost.sha256:
            raise AppError(Code.IMAGE_MISSING, path="")
        return kept(store, sha256)

    monkeypatch.setattr(ImageStore, "png", png)
    room.presenter.places.exporting.export()
    room.presenter.places.exporting.write(str(tmp_path / "out.pdf"))
    room.settle()
    assert len(_colours(tmp_path / "out.pdf")) == 2
    with pypdfium2.PdfDocument(tmp_path / "out.pdf") as document:
        assert "Image 2: gone.png is missing." in document[0].get_textpage().get_text_range()


def test_what_cannot_be_written_says_so(room: Room, tmp_path: Path) -> None:
    _asked(room)
    room.presenter.places.exporting.export()
    for name in ("out.xyz", "missing/out.md"):
        room.presenter.places.exporting.write(str(tmp_path / name))
        room.settle()
        assert name in room.window.talk.notice.text()
    assert list(tmp_path.glob("out*")) == []


def test_nothing_was_asked_so_nothing_is_exported(room: Room) -> None:
    room.add_conversation("")
    room.open()
    room.presenter.places.exporting.export()
    assert room.window.findChild(QFileDialog) is None
