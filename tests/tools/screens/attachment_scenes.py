"""Scenes of images on their way to the model: dragged, opened, attached, and where the model sees nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PIL import Image, ImageDraw
from PySide6.QtCore import QCoreApplication, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent

from app.core.settings import ThemeChoice
from app.ui.chat.writing.image_sources import ImageSource
from app.ui.kit.bridge import Executor
from app.wording.i18n import use_language
from tests.tools.screens.stage import Stage
from tests.ui.fakes import SCOUT
from tests.ui.room import LEASE, LETTERS, RULES, pause

_ASKED = "Which of these berths has a crane, and does the plan agree with the survey?"
_NAMES = ("Quay 3, east side.jpg", "Site plan of the outer harbour, revision C, 2024-05-17.png", "Chart.png")
_SIZES = ((1600, 1200), (2400, 1600), (900, 1400))


def draw_image(path: Path, size: tuple[int, int], hue: int) -> None:
    """A harbour: water, a quay and its cranes."""
    width, height = size
    image = Image.new("RGB", size, (214, 222, 226))
    canvas = ImageDraw.Draw(image)
    ink = ((58, 82, 96), (112, 74, 58), (74, 96, 66), (92, 68, 104))[hue % 4]
    canvas.rectangle((0, height * 0.62, width, height), fill=tuple(part + 60 for part in ink))
    canvas.rectangle((0, height * 0.55, width, height * 0.64), fill=ink)
    for place in range(3):
        foot = width * (0.25 + 0.22 * place)
        canvas.rectangle((foot, height * 0.25, foot + width * 0.03, height * 0.55), fill=ink)
        canvas.rectangle((foot - width * 0.1, height * 0.25, foot + width * 0.14, height * 0.28), fill=ink)
    image.save(path)


def drag_over(stage: Stage, *names: str) -> None:
    """Files with these names are dragged over the window; a name may be a path."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(Path("/home/me", name))) for name in names])
    actions, buttons, modifiers = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QCoreApplication.sendEvent(stage.window, QDragEnterEvent(QPointF(700, 500), actions, data, buttons, modifiers))


def _talk(stage: Stage, **options: object) -> None:
    stage.add_books()
    stage.add_conversation("Berths and cranes", [stage.books[LEASE], stage.books[LETTERS]])
    stage.open(**options)  # type: ignore[arg-type]
    stage.ask("How many berths are there?")


def _attach(stage: Stage, names: tuple[str, ...] = _NAMES) -> None:
    folder = stage.desk.paths.database.parent
    paths = [folder / name for name in names]
    for number, path in enumerate(paths):
        draw_image(path, _SIZES[number % len(_SIZES)], number)
    stage.presenter.shelf_area.openings.take_files(paths)
    stage.settle()


def image_drag(stage: Stage) -> None:
    _talk(stage)
    drag_over(stage, "photo.jpg")


def image_drag_mixed(stage: Stage) -> None:
    _talk(stage, theme=ThemeChoice.DARK, size=(1024, 700))
    drag_over(stage, "photo.jpg", "lease.pdf")


def refused_drag(stage: Stage) -> None:
    _talk(stage)
    drag_over(stage, "mail.pst")


def refused_drag_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _talk(stage, theme=ThemeChoice.DARK, size=(1024, 700))
        drag_over(stage, "memo.doc")
    finally:
        use_language("en")


def images_attached(stage: Stage) -> None:
    _talk(stage)
    _attach(stage)
    stage.window.talk.composer.set_text(_ASKED)
    stage.settle()


def images_attached_dark(stage: Stage) -> None:
    _talk(stage, theme=ThemeChoice.DARK, size=(1024, 700))
    _attach(stage)
    stage.window.talk.composer.set_text(_ASKED)
    stage.settle()
    stage.window.activateWindow()
    stage.window.talk.composer.attachments.cards()[1].setFocus()


def images_attached_200(stage: Stage) -> None:
    _talk(stage, size=(1280, 800))
    _attach(stage)


def images_many(stage: Stage) -> None:
    _talk(stage, size=(1024, 700))
    _attach(stage, tuple(f"IMG_{number:04}.jpg" for number in range(1, 21)))


def images_opening(stage: Stage) -> None:
    _talk(stage)
    _attach(stage, _NAMES[:1])
    stage.hold(Executor.IMAGES)
    folder = stage.desk.paths.database.parent
    names = ("Survey photographs, all berths.tiff", "crane.webp")
    stage.presenter.talk_area.attachments.take([ImageSource(folder / name, name) for name in names])
    pause(200)


def images_blind(stage: Stage) -> None:
    stage.engine.info = msgspec.structs.replace(SCOUT, vision=None)
    _talk(stage)
    _attach(stage)
    stage.window.talk.composer.set_text(_ASKED)
    stage.settle()


def images_blind_dark(stage: Stage) -> None:
    stage.engine.info = msgspec.structs.replace(SCOUT, vision=None)
    _talk(stage, theme=ThemeChoice.DARK, size=(1024, 700))
    _attach(stage)


def images_japanese(stage: Stage) -> None:
    stage.add_books()
    stage.add_conversation("岸壁の写真について", [stage.books[RULES]])
    stage.open(size=(1024, 700))
    stage.ask("施設の長さは。")
    names = ("横浜港湾施設使用規則附属書四、第三号岸壁東側の写真、令和六年五月十七日撮影.png", "平面図.png")
    _attach(stage, names)
    stage.window.talk.composer.set_text("この写真の岸壁は図面のどこですか。")


def images_edited(stage: Stage) -> None:
    _talk(stage, size=(1024, 700))
    _attach(stage)
    stage.ask(_ASKED)
    stage.presenter.talk_area.asking.edit_last()
    stage.settle()


ATTACHMENT_SCENES = (
    image_drag,
    image_drag_mixed,
    refused_drag,
    refused_drag_japanese,
    images_attached,
    images_attached_dark,
    images_attached_200,
    images_many,
    images_opening,
    images_blind,
    images_blind_dark,
    images_edited,
    images_japanese,
)
ATTACHMENT_SCALED = {"images-attached-200": "2"}
