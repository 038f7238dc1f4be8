"""Scenes of the locked desk: at the start, after a wrong try, while work goes on, with files that wait."""

from __future__ import annotations

from app.core.settings import ThemeChoice
from app.features.lock.window.lock_now import LockNow
from app.features.lock.window.screen import LockScreen
from app.wording.i18n import use_language
from tests.tools.screens.stage import Stage
from tests.ui.room import pause


def _lock(stage: Stage, size: tuple[int, int] = (1440, 900), theme: ThemeChoice = ThemeChoice.LIGHT) -> LockScreen:
    stage.add_conversation("")
    stage.open(size=size, theme=theme)
    screen = LockScreen()
    stage.window.show_alone(screen)
    pause(100)
    return screen


def locked(stage: Stage) -> None:
    _lock(stage)


def locked_dark(stage: Stage) -> None:
    _lock(stage, theme=ThemeChoice.DARK).secret.line.setText("lantern quay otter violet")
    pause(50)


def locked_wrong(stage: Stage) -> None:
    screen = _lock(stage, (1024, 700))
    screen.secret.line.setText("harbour")
    screen.show_wrong()
    pause(50)


def locked_work(stage: Stage) -> None:
    """An answer goes on, and two files wait."""
    screen = _lock(stage, (1024, 700))
    screen.show_work(True)
    screen.show_files(2)
    pause(50)


def locked_opening(stage: Stage) -> None:
    """The passphrase was right, and an answer goes on."""
    screen = _lock(stage, (1024, 700), ThemeChoice.DARK)
    screen.show_work(True)
    screen.show_opening()
    pause(50)


def locked_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        stage.add_conversation("")
        stage.open(size=(1024, 700))
        screen = LockScreen()
        stage.window.show_alone(screen)
        screen.show_work(True)
        screen.secret.line.setText("harbour")
        screen.show_wrong()
        pause(100)
    finally:
        use_language("en")


def locked_200(stage: Stage) -> None:
    _lock(stage, (1024, 700))


def locked_large(stage: Stage) -> None:
    _lock(stage, (2560, 1440))


def lock_first_passphrase(stage: Stage) -> None:
    """To lock, with nothing to unlock with."""
    stage.add_conversation("")
    stage.open(size=(1024, 700))
    stage.feature(LockNow).lock_now()
    pause(100)


LOCK_SCENES = (
    locked,
    locked_dark,
    locked_wrong,
    locked_work,
    locked_opening,
    locked_japanese,
    locked_200,
    locked_large,
    lock_first_passphrase,
)
LOCK_SCALED = {"locked-200": "2"}
