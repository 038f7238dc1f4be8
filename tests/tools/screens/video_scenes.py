"""Scenes of a video whose frames are chosen: looked through, evenly spaced, by its scenes, and where it fails."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import Qt

from app.core.conversations.events import Opening
from app.core.settings import ThemeChoice
from app.features.videos.window.dialog import SelectionMethod, VideoDialog
from app.features.videos.window.frame_choice import FrameChoice
from app.features.videos.window.videos import VideosWindow
from app.ui.kit.bridge import Executor
from app.wording.i18n import use_language
from tests.tools.screens.attachment_scenes import drag_over
from tests.tools.screens.film import harbour_film
from tests.tools.screens.stage import Stage
from tests.ui.fakes import SCOUT
from tests.ui.room import LEASE, LETTERS, RULES, pause, wait

_NAME = "Survey of the outer harbour, berths 1 to 12, 2024-05-17.mp4"


def _talk(stage: Stage, **options: object) -> None:
    stage.add_books()
    stage.add_conversation("Berths and cranes", [stage.books[LEASE], stage.books[LETTERS]])
    stage.open(**options)  # type: ignore[arg-type]


def _dialog(stage: Stage) -> VideoDialog:
    dialog = stage.feature(VideosWindow).videos.dialog
    assert dialog is not None
    dialog.activateWindow()
    return dialog


def _drop(stage: Stage, name: str = _NAME, size: tuple[int, int] = (1920, 1080)) -> VideoDialog:
    path = stage.desk.paths.database.parent / name
    path.write_bytes(harbour_film(size))
    stage.presenter.shelf_area.openings.take_files([path])
    stage.settle()
    _wait_for_pictures(_dialog(stage))
    return _dialog(stage)


def _wait_for_pictures(dialog: VideoDialog) -> None:
    wait(lambda: all(cell.frame.picture is not None for cell in dialog.strip.cells()))


def video_drag(stage: Stage) -> None:
    _talk(stage)
    drag_over(stage, "clip.mp4")


def video_frames(stage: Stage) -> None:
    _talk(stage)
    _drop(stage)


def video_changes(stage: Stage) -> None:
    _talk(stage)
    dialog = _drop(stage)
    dialog.ways[SelectionMethod.CHANGES].setChecked(True)
    dialog.slider.setValue(16)
    stage.settle()
    _wait_for_pictures(dialog)


def video_dark(stage: Stage) -> None:
    _talk(stage, theme=ThemeChoice.DARK)
    dialog = _drop(stage)
    dialog.ways[SelectionMethod.CHANGES].setChecked(True)
    stage.settle()
    _wait_for_pictures(dialog)


def video_many(stage: Stage) -> None:
    """More than fit into the context, in the smallest window."""
    stage.engine.info = msgspec.structs.replace(SCOUT, context_tokens=290_000)
    _talk(stage, size=(1024, 700))
    dialog = _drop(stage)
    dialog.slider.setValue(20)
    stage.settle()
    _wait_for_pictures(dialog)


def video_upright(stage: Stage) -> None:
    """Its pictures are still being made."""
    _talk(stage, size=(1024, 700))
    dialog = _drop(stage, "VID_20240517_101530.mp4", (1080, 1920))
    dialog.slider.setValue(12)
    stage.hold(Executor.IMAGES)
    pause(400)


def video_opening(stage: Stage) -> None:
    _talk(stage)
    stage.hold(Executor.IMAGES)
    stage.feature(VideosWindow).videos.take([Path(_NAME)])
    choice = stage.presenter.findChild(FrameChoice)
    assert choice is not None
    choice._on_opening(Opening(70, 222))
    _dialog(stage).cancel.setFocus(Qt.FocusReason.TabFocusReason)
    pause(200)


def video_japanese(stage: Stage) -> None:
    stage.add_books()
    stage.add_conversation("岸壁の動画について", [stage.books[RULES]])
    stage.open(size=(1024, 700))
    use_language("ja")
    try:
        _drop(stage, "横浜港湾施設使用規則附属書四、第三号岸壁東側の動画、令和六年五月十七日撮影.mp4")
    finally:
        use_language("en")


def video_failed(stage: Stage) -> None:
    _talk(stage, theme=ThemeChoice.DARK)
    path = stage.desk.paths.database.parent / _NAME
    path.write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(2000))
    stage.presenter.shelf_area.openings.take_files([path])
    stage.settle()
    _dialog(stage)


def video_blind(stage: Stage) -> None:
    stage.engine.info = msgspec.structs.replace(SCOUT, vision=None)
    _talk(stage, size=(1024, 700))
    _drop(stage)


def video_attached(stage: Stage) -> None:
    _talk(stage)
    dialog = _drop(stage)
    dialog.action.click()
    stage.settle()
    stage.window.talk.composer.set_text("Which berths have a crane?")
    stage.settle()


VIDEO_SCENES = (
    video_drag,
    video_frames,
    video_changes,
    video_dark,
    video_many,
    video_upright,
    video_opening,
    video_japanese,
    video_failed,
    video_blind,
    video_attached,
)
