"""Scenes of the search for anything by its name."""

from __future__ import annotations

from collections.abc import Callable

from app.core.conversations.conversation import Question
from app.core.conversations.image import Image
from app.core.settings import ThemeChoice
from app.core.work import Cancel
from app.ui.kit.jobs import Done
from app.ui.palette.palette_dialog import PaletteDialog
from tests.endings import as_events
from tests.tools.screens.stage import Stage
from tests.ui.direct_images import png_of
from tests.ui.room import pause

_NAMES = (
    "tonnage by year, 1901 to 1908.png",
    "a very long name of a tonnage table that was photographed in the archive in March and never renamed.jpg",
    "入港船舶のトン数.png",
)


def _image(stage: Stage, name: str) -> Image:
    *_, ending = as_events(stage.desk.documents.images.take(png_of(40, 30), name, Cancel()))
    assert isinstance(ending, Done)
    return ending.result


def _found(stage: Stage, words: str, **options: object) -> None:
    stage.add_books()
    for title, names in (
        ("Does the harbour report agree with the charts of the Harbour Office?", _NAMES[:2]),
        ("", _NAMES[2:]),
    ):
        talk = stage.add_conversation(title)
        images = tuple(_image(stage, name) for name in names)
        stage.desk.conversations.add_question(Question(talk.id, "What do they show?", images=images))
    stage.open(**options)  # type: ignore[arg-type]
    stage.presenter.places.anything.find()
    stage.settle()
    dialog = stage.window.findChild(PaletteDialog)
    assert dialog is not None
    dialog.line.setText(words)
    pause(100)


def palette_images(stage: Stage) -> None:
    _found(stage, "ton")


def palette_images_dark(stage: Stage) -> None:
    _found(stage, "トン", theme=ThemeChoice.DARK, size=(1024, 700))


SEARCHES: dict[str, Callable[[Stage], None]] = {
    scene.__name__.replace("_", "-"): scene for scene in (palette_images, palette_images_dark)
}
