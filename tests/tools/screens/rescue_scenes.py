"""Damaged data at the start: a rescue is offered, under way, and over."""

from __future__ import annotations

from app.core.conversations.events import Copying
from app.core.errors import Code, Problem
from app.core.settings import ThemeChoice
from app.features.rescue.service import RescuedDesk, RescueReport
from app.features.rescue.store.rescue import Rescued
from app.features.rescue.store.saving import MissingPages, Saved
from app.features.rescue.window.rescuing import Rescuing
from app.ui.kit.jobs import Done
from app.wording.i18n import use_language
from tests.tools.screens.stage import Stage
from tests.whole import KEEPS

_PATH = "/home/ann/.local/share/octavo/octavo.db"
_SAVED = Saved(
    {"books": 12, "pages": 3_400, "conversations": 40, "questions": 120, "answers": 118, "notes": 7, "settings": 9},
    {"answers": 2, "pages": 1},
    4,
    {},
    {"answers": 1, "pages": 3},
    (MissingPages("Moby-Dick; or, The Whale", 3, 340),),
)


def _offered(stage: Stage, **options: object) -> Rescuing:
    stage.add_books()
    stage.open(**options)  # type: ignore[arg-type]
    rescuing = Rescuing(stage.desk.paths, KEEPS, stage.bridge, stage.window)
    rescuing.offer(Problem(Code.DATABASE_DAMAGED, {"path": _PATH}), None)
    return rescuing


def rescue_offered(stage: Stage) -> None:
    _offered(stage)


def rescue_under_way_dark(stage: Stage) -> None:
    rescuing = _offered(stage, theme=ThemeChoice.DARK)
    rescuing.show_running()
    rescuing.take(Copying(420, 1_000, "octavo.db"))


def rescue_over(stage: Stage, **options: object) -> None:
    rescuing = _offered(stage, **options)
    rescuing.take(Done(RescueReport((RescuedDesk("", Rescued(_SAVED, f"{_PATH}.damaged-1")),), ())))


def rescue_over_small_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        rescue_over(stage, size=(1024, 700))
    finally:
        use_language("en")


RESCUE_SCENES = (rescue_offered, rescue_under_way_dark, rescue_over, rescue_over_small_japanese)
