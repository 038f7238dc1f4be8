"""Scenes of folders that are added: on the way, afterwards, and what could not be read of one."""

from __future__ import annotations

import tempfile
from pathlib import Path

from app.core.errors import Code, Problem
from app.core.settings import ThemeChoice
from app.ui.adding.dialog import AddingDialog
from app.wording.i18n import use_language
from tests.screens.attachment_scenes import drag_over
from tests.screens.stage import Stage
from tests.ui import shelf_of_books
from tests.ui.fakes import Gate
from tests.ui.room import LEASE, pause, wait

_NAMES = ("lease.epub", "letters.pdf", "survey.pdf", "handbook.md", "2019/scan.pdf", "2019/Übergabe Kai 7.docx")


def _fill(stage: Stage, folder: Path) -> Path:
    made = folder / "Harbour contracts"
    for name in (*_NAMES, "photo.jpg", "plan.dwg", ".DS_Store"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(name.encode())
    stage.reader.documents |= {
        "lease.epub": shelf_of_books.lease(),
        "letters.pdf": shelf_of_books.letters(),
        "survey.pdf": shelf_of_books.survey(),
        "handbook.md": shelf_of_books.handbook(),
    }
    damaged = Problem(Code.DOCUMENT_DAMAGED, {"path": "Übergabe Kai 7.docx", "format": "docx"})
    stage.reader.steps |= {"Übergabe Kai 7.docx": [damaged]}
    stage.reader.passwords |= {"scan.pdf": "secret"}
    return made


def _added(stage: Stage, **options: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = _fill(stage, Path(folder))
        stage.add_conversation("Berths and cranes")
        stage.open(**options)  # type: ignore[arg-type]
        stage.presenter.folders.take([made])
        stage.settle()
        wait(lambda: stage.window.talk.notice.isVisible())


def _adding(stage: Stage, **options: object) -> None:
    gate = Gate()
    with tempfile.TemporaryDirectory() as folder:
        made = _fill(stage, Path(folder))
        stage.reader.steps["lease.epub"] = [gate]
        stage.add_books()
        stage.add_conversation("Berths and cranes", [stage.books[LEASE]])
        stage.open(**options)  # type: ignore[arg-type]
        stage.presenter.folders.take([made])
        wait(gate.reached.is_set)
        pause(300)


def folder_adding(stage: Stage) -> None:
    _adding(stage)


def folder_adding_dark(stage: Stage) -> None:
    _adding(stage, theme=ThemeChoice.DARK, size=(1024, 700))


def folder_added(stage: Stage) -> None:
    _added(stage)


def _list(stage: Stage, **options: object) -> None:
    _added(stage, **options)
    stage.window.talk.notice.action.click()
    (stage.alone,) = stage.window.findChildren(AddingDialog)
    stage.settle()


def folder_failed(stage: Stage) -> None:
    _list(stage)


def folder_failed_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _list(stage, theme=ThemeChoice.DARK)
    finally:
        use_language("en")


def folder_drag(stage: Stage) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = _fill(stage, Path(folder))
        stage.add_conversation("Berths and cranes")
        stage.open()
        drag_over(stage, str(made))


FOLDER_SCENES = (folder_adding, folder_adding_dark, folder_added, folder_failed, folder_failed_japanese, folder_drag)
