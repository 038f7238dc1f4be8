"""Scenes of folders that are added: on the way, afterwards, what became of each file, groups on the shelf, offers."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from PySide6.QtCore import QPoint

from app.core.conversations.sources import PlaceState, SourcePlace
from app.core.documents.document import Document, Format, Page
from app.core.errors import Code, Problem
from app.core.settings import ThemeChoice
from app.services.library import parallel_reading
from app.ui.adding.dialog import AddingDialog
from app.ui.shelf.rows import GroupRow, ItemRole
from app.wording.i18n import use_language
from tests.tools.screens.attachment_scenes import drag_over
from tests.tools.screens.stage import Stage
from tests.ui import shelf_of_books
from tests.ui.gate import Gate
from tests.ui.room import LEASE, pause, wait

_TITLES = {
    "Lease of Berth 12.pdf": ("Lease of Berth 12", 61),
    "Side letter Tern.docx": ("Side letter to Tern Fisheries", 3),
    "Leases/Berth 1.pdf": ("Berth 1, Alders & Sons", 58),
    "Leases/Berth 2.pdf": ("Berth 2, Marlow Rigging", 61),
    "Leases/Berth 3.pdf": ("Berth 3, Tern Fisheries", 61),
    "Letters 2019/Notice of repair.msg": ("Notice of repair", 2),
    "Letters 2019/Übergabe Kai 7.docx": ("Übergabe Kai 7", 4),
    "Surveys/Quay walls.pdf": ("Survey of the quay walls, north side, with the annexed record of moorings", 112),
    "Surveys/Scans/Plate 14.tiff": ("Plate 14", 1),
}


def _document(number: int, title: str, pages: int, name: str) -> Document:
    formats = {"pdf": Format.PDF, "docx": Format.DOCX, "msg": Format.MSG, "tiff": Format.IMAGE}
    made = tuple(Page(page, str(page), f"{title}, page {page}.") for page in range(1, pages + 1))
    return Document(title, formats[name.rpartition(".")[2]], f"{number:064x}", made)


@contextmanager
def _folder(stage: Stage) -> Iterator[Path]:
    """On the disk, with files that are read, a damaged one, and one under a password."""
    one = mock.patch.object(parallel_reading, "readers_at_once", return_value=1)
    with tempfile.TemporaryDirectory() as folder, one:
        made = Path(folder).resolve() / "Harbour contracts"
        for number, (name, (title, pages)) in enumerate(_TITLES.items()):
            _write(made / name, name * (1 + number))
            stage.reader.documents[Path(name).name] = _document(number, title, pages, name)
        for name in ("photo.xyz", "plan.dwg", ".DS_Store", "scan.pdf", "Leases/Berth 4.pdf"):
            _write(made / name, name)
        damaged = Problem(Code.DOCUMENT_DAMAGED, {"path": "Berth 4.pdf", "format": "pdf"})
        stage.reader.steps |= {"Berth 4.pdf": [damaged]}
        stage.reader.passwords |= {"scan.pdf": "secret"}
        yield made


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    os.utime(file, (1e9, 1e9))


def _open(stage: Stage, **options: object) -> None:
    stage.add_books()
    stage.add_conversation("Berths and cranes", [stage.books[LEASE]])
    stage.open(**options)  # type: ignore[arg-type]


def _added(stage: Stage, **options: object) -> None:
    with _folder(stage) as made:
        _open(stage, **options)
        stage.presenter.shelf_area.folders.take([made])
        stage.settle()
        wait(lambda: stage.window.talk.notice.isVisible())


def _adding(stage: Stage, *, listed: bool = False, paused: bool = False, **options: object) -> None:
    gate = Gate()
    with _folder(stage) as made:
        stage.reader.steps["Berth 3.pdf"] = [gate]
        _open(stage, **options)
        stage.presenter.shelf_area.folders.take([made])
        wait(gate.reached.is_set)
        if paused:
            stage.presenter.shelf_area.folders.pause(True)
        if listed:
            stage.presenter.shelf_area.folders.open_list()
            (stage.alone,) = stage.window.findChildren(AddingDialog)
        pause(600)


def _japanese(stage: Stage, scene: object, **options: object) -> None:
    use_language("ja")
    try:
        scene(stage, **options)  # type: ignore[operator]
    finally:
        use_language("en")


def folder_adding(stage: Stage) -> None:
    _adding(stage)


def folder_adding_dark(stage: Stage) -> None:
    _adding(stage, paused=True, theme=ThemeChoice.DARK, size=(1024, 700))


def folder_files(stage: Stage) -> None:
    _adding(stage, listed=True)


def folder_files_dark(stage: Stage) -> None:
    _adding(stage, listed=True, paused=True, theme=ThemeChoice.DARK)


def folder_added(stage: Stage) -> None:
    _added(stage)


def folder_added_dark(stage: Stage) -> None:
    _added(stage, theme=ThemeChoice.DARK, size=(1024, 700))


def folder_added_japanese(stage: Stage) -> None:
    _japanese(stage, _added, size=(1024, 700))


def folder_added_large(stage: Stage) -> None:
    _added(stage, size=(2560, 1440))


def _list(stage: Stage, **options: object) -> None:
    _added(stage, **options)
    stage.window.talk.notice.action.click()
    (dialog,) = stage.window.findChildren(AddingDialog)
    stage.alone = dialog
    dialog.view.setCurrentIndex(dialog.view.model().index(1, 0))
    stage.settle()


def folder_failed(stage: Stage) -> None:
    _list(stage)


def folder_failed_japanese(stage: Stage) -> None:
    _japanese(stage, _list, theme=ThemeChoice.DARK)


def _versions(stage: Stage, **options: object) -> None:
    """A file was changed, another has a copy, and the folder was scanned again."""
    with _folder(stage) as made:
        _open(stage, **options)
        stage.presenter.shelf_area.folders.take([made])
        stage.settle()
        title, pages = _TITLES["Lease of Berth 12.pdf"]
        stage.reader.documents["Lease of Berth 12.pdf"] = _document(99, title, pages + 2, "a.pdf")
        _write(made / "Lease of Berth 12.pdf", "another")
        os.utime(made / "Lease of Berth 12.pdf", (1_790_000_000, 1_790_000_000))
        stage.presenter.shelf_area.folders.take([made])
        stage.settle()
        stage.window.shelf.book_view.scrollToBottom()
        stage.settle()


def folder_versions(stage: Stage) -> None:
    _versions(stage)


def folder_versions_dark(stage: Stage) -> None:
    _versions(stage, theme=ThemeChoice.DARK)


def folder_menu(stage: Stage) -> None:
    _added(stage)
    stage.window.hide_notice()
    view = stage.window.shelf.book_view
    model = view.model()
    groups = (model.index(number, 0) for number in range(model.rowCount()))
    group = next(index for index in groups if isinstance(index.data(ItemRole), GroupRow))
    view.scrollTo(group)
    view.menu_wanted.emit(group, view.viewport().mapToGlobal(view.visualRect(group).bottomLeft() + QPoint(30, 0)))
    pause(200)


def folder_news(stage: Stage) -> None:
    with _folder(stage) as made:
        _open(stage)
        stage.presenter.shelf_area.folders.take([made])
        stage.settle()
        (counts,) = stage.desk.documents.adding.all()
        stage.presenter.shelf_area.added_folders.watch(counts.source.id, True)
        stage.settle()
        for name in ("Berth 5.pdf", "Berth 6.pdf", "Berth 7.pdf"):
            _write(made / name, name)
        stage.presenter.shelf_area.added_folders.look()
        stage.settle()


def folder_unfinished(stage: Stage) -> None:
    with _folder(stage) as made:
        source = stage.desk.documents.adding.sources.add(made, 1.0)
        waiting = [SourcePlace(source.id, Path(name), state=PlaceState.WAITING) for name in _TITLES]
        stage.desk.documents.adding.sources.put(waiting, 1.0)
        _open(stage)
        stage.settle()


def folder_drag(stage: Stage) -> None:
    with _folder(stage) as made:
        stage.reader.documents |= {"lease.epub": shelf_of_books.lease()}
        stage.add_conversation("Berths and cranes")
        stage.open()
        drag_over(stage, str(made))


FOLDER_SCENES = (
    *(folder_adding, folder_adding_dark, folder_files, folder_files_dark),
    *(folder_added, folder_added_dark, folder_added_japanese, folder_added_large),
    *(folder_failed, folder_failed_japanese, folder_versions, folder_versions_dark),
    *(folder_menu, folder_news, folder_unfinished, folder_drag),
)
