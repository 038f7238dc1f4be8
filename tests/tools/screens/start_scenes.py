"""Scenes of beginnings: the first start, a conversation without a book, without a model."""

from __future__ import annotations

import msgspec

from app.core.documents.document import Format
from app.core.errors import Code, Problem
from app.core.settings import KvType, ThemeChoice
from app.engine.protocol import ModelInfo
from app.models.hub.catalogue import catalogue
from app.models.local import starter
from app.services.models.plans import Hardware
from app.wording.i18n import use_language
from tests.tools.screens.attachment_scenes import drag_over
from tests.tools.screens.stage import Stage
from tests.ui import shelf_of_books
from tests.ui.room import HANDBOOK, LEASE, LETTERS

_H100, _LAPTOP = Hardware((80,), 256), Hardware((), 16)


def _begin(
    stage: Stage,
    hardware: Hardware = _H100,
    theme: ThemeChoice = ThemeChoice.LIGHT,
    size: tuple[int, int] = (1440, 900),
) -> None:
    found = starter()
    assert found is not None
    stage.engine.info = ModelInfo(
        name="Smollm2 135M 8k Lc100K Mix1 Ep2",
        architecture="llama",
        quantization="Q4_K_M",
        path=found.path,
        size_bytes=105_000_000,
        parameters=134_500_000,
        layers=30,
        experts=0,
        trained_context=8192,
        context_tokens=8192,
        kv_type=KvType.F16,
        kv_bytes=189_000_000,
        device="CPU",
        threads=2,
        vocabulary="smollm",
    )
    stage.engine.suggests = True
    for name in ("handbook.md", "handbook-ja.md"):
        stage.reader.documents[name] = shelf_of_books.handbook()
    stage.fake.downloads.catalogue = catalogue().offers
    stage.presenter.welcome.advice.hardware = hardware
    with stage.book_ids(HANDBOOK):
        stage.open(theme=theme, size=size)


def first_start(stage: Stage) -> None:
    _begin(stage)


def first_start_dark(stage: Stage) -> None:
    _begin(stage, _LAPTOP, ThemeChoice.DARK, (1024, 700))


def first_start_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _begin(stage)
    finally:
        use_language("en")


def first_start_large(stage: Stage) -> None:
    _begin(stage, size=(2560, 1440))


def first_start_200(stage: Stage) -> None:
    _begin(stage, size=(1280, 800))


def first_answer(stage: Stage) -> None:
    """Two questions to the starter: the first answer says what can be done, the second only where it comes from."""
    _begin(stage)
    stage.ask("How do I add a book?")
    stage.ask("How does the desk fill?")


def empty_desk(stage: Stage) -> None:
    stage.add_books()
    stage.add_conversation("")
    stage.open()


def no_model(stage: Stage) -> None:
    stage.engine.loads = [(Problem(Code.NO_MODEL),)]
    stage.fake.downloads.catalogue = catalogue().offers
    stage.presenter.welcome.advice.hardware = _LAPTOP
    stage.add_books()
    stage.add_conversation("")
    stage.open()


def _twins(stage: Stage, theme: ThemeChoice = ThemeChoice.LIGHT) -> None:
    """All five books, and one more of a name that is there already."""
    stage.add_books()
    stage.add_book(msgspec.structs.replace(shelf_of_books.survey(), format=Format.DOCX, sha256="b" * 64), 6)
    stage.add_conversation("Notice periods", [stage.books[LEASE], stage.books[LETTERS]])
    stage.open(theme=theme)
    stage.window.toggle_page()


def covers(stage: Stage) -> None:
    _twins(stage)


def covers_dark(stage: Stage) -> None:
    _twins(stage, ThemeChoice.DARK)


def covers_200(stage: Stage) -> None:
    _twins(stage)


def drag_refused(stage: Stage) -> None:
    empty_desk(stage)
    drag_over(stage, "slides.pptx")


START_SCENES = (
    drag_refused,
    covers,
    covers_dark,
    covers_200,
    first_start,
    first_start_dark,
    first_start_japanese,
    first_start_large,
    first_start_200,
    first_answer,
    empty_desk,
    no_model,
)
START_SCALED = {"first-start-200": "2", "covers-200": "2"}
