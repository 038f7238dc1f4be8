"""Another program asks to read: said in the window, allowed in a dialog, and listed."""

from __future__ import annotations

from app.core.settings import ThemeChoice
from app.features.programs.service import mcp_access_of
from app.features.programs.window.programs import ProgramsWindow
from tests.tools.screens.stage import Stage, japanese
from tests.ui.room import LEASE, LETTERS


def _asking(stage: Stage, **options: object) -> None:
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    for name in ("Harbour v Marlow", "Tern Shipping, arbitration"):
        stage.desk.shared.matters.create(name)
    mcp_access_of(stage.desk).clients.ask("Quill Editor", "/usr/lib/quill/bin/quill")
    stage.open(**options)  # type: ignore[arg-type]
    stage.settle()


def _allowing(stage: Stage, **options: object) -> None:
    _asking(stage, **options)
    stage.presenter.window.talk.notice.action.click()
    stage.settle()


def _listed(stage: Stage, **options: object) -> None:
    mcp_access_of(stage.desk).allow("zed", ["", stage.desk.shared.matters.create("Lowell").id])
    mcp_access_of(stage.desk).refuse("unknown-agent")
    _asking(stage, **options)
    stage.feature(ProgramsWindow).programs.open_list()
    stage.settle()


def program_asks(stage: Stage) -> None:
    _asking(stage)


def program_allowed(stage: Stage) -> None:
    _allowing(stage)


def program_allowed_dark(stage: Stage) -> None:
    _allowing(stage, theme=ThemeChoice.DARK)


def program_allowed_small_japanese(stage: Stage) -> None:
    with japanese():
        _allowing(stage, size=(1024, 700))


def programs_listed(stage: Stage) -> None:
    _listed(stage)


def programs_listed_dark(stage: Stage) -> None:
    _listed(stage, theme=ThemeChoice.DARK)


PROGRAM_SCENES = (
    program_asks,
    program_allowed,
    program_allowed_dark,
    program_allowed_small_japanese,
    programs_listed,
    programs_listed_dark,
)
