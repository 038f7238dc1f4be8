"""Files of a kind that a feature takes: told from images and documents, and refused where nothing takes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QApplication

from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.documents.reader import DocumentReader
from app.ui.kit.file_kind import ChoosingWords, DroppingWords, GivenKind, choosing_words
from app.ui.shelf.file_import import SortedFiles, sort_files
from tests.ui.room import Room

_CHOOSING = ChoosingWords("Show a score…", "Show a score", "Show scores", "Images and scores ({patterns})")
_DROPPING = DroppingWords("the score “{name}”", "{n} images and scores", "It is read from the sheet")
_FILES = [Path("a.score"), Path("b.png"), Path("c.pdf"), Path("d.bin")]


def _kind(taken: list[Path]) -> GivenKind:
    def is_one(name: str, untrusted_head: bytes) -> bool:
        return name.endswith(".score") or untrusted_head.startswith(b"SCORE")

    return GivenKind((".score",), 5, is_one, taken.extend, _CHOOSING, _DROPPING)


def _head(path: Path, most: int) -> bytes:
    return b"SCORE of a sonata"[:most] if path.suffix == ".bin" else b""


def _sorted(files: SortedFiles) -> tuple[list[str], list[str], list[str]]:
    others = [path.name for taken in files.others for path in taken.paths]
    return [path.name for path in files.images], others, [path.name for path in files.books]


def test_a_kind_is_known_by_its_name_or_its_beginning() -> None:
    kind = _kind([])
    assert _sorted(sort_files(_FILES, _head, (kind,))) == (["b.png"], ["a.score", "d.bin"], ["c.pdf"])


def test_without_a_feature_for_them_they_are_documents_or_images() -> None:
    assert _sorted(sort_files(_FILES, _head, ())) == (["b.png"], [], ["a.score", "c.pdf", "d.bin"])
    assert _sorted(sort_files(_FILES[:2], _head, (), takes_books=False)) == (["a.score", "b.png"], [], [])


def test_the_words_are_those_of_the_kind() -> None:
    assert choosing_words((_kind([]),)).title == "Show scores"
    assert choosing_words(()).title == "Show the model images"


def test_they_are_handed_over_and_their_words_shown(room: Room) -> None:
    taken: list[Path] = []
    room.add_conversation("A")
    room.open()
    room.presenter.shelf_area.openings.kinds = room.window.overlay.kinds = (_kind(taken),)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/home/me/a.score")])
    actions, buttons, modifiers = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(room.window, QDragEnterEvent(QPointF(600, 700), actions, data, buttons, modifiers))
    assert room.window.overlay.accessibleName() == "Show the score “a.score” to the model"
    room.presenter.shelf_area.openings.take_files(["/home/me/a.score"])
    room.settle()
    assert taken == [Path("/home/me/a.score")]
    assert not room.presenter.shelf_area.openings.rows(room.shown().id)


def test_a_video_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(200))
    reader = DocumentReader()
    with pytest.raises(AppError) as refused:
        finish(reader.read(tmp_path / "clip.mp4", Cancel()))
    reader.close()
    assert refused.value.code is Code.FORMAT_UNKNOWN
