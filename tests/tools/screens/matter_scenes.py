"""Matters: the switch at the top of the shelf with its menu, the list of all, and what is asked before one is left."""

from __future__ import annotations

import msgspec

from app.core.matter import Matter
from app.core.settings import RemoteServer, RemoteSettings, ThemeChoice
from app.features.matters.window.matters import MattersWindow
from app.ui.kit.activity import EngineTask
from tests.tools.screens.stage import Stage, japanese
from tests.ui.room import LEASE, LETTERS, NOW, SURVEY

_NAMES = (
    "Harbour v Marlow",
    "Tern Fisheries: refinancing of the north quay and its cranes, 2025 to 2031",
    "Olsen Chandlery",
    "北埠頭 倉庫賃貸借",
    "Estate of A. Alder",
)


def _matter(stage: Stage, **options: object) -> Matter:
    """One of five is open, one is archived."""
    matters = stage.desk.shared.matters
    for days, name in enumerate(_NAMES):
        made = matters.create(name)
        opened = NOW.timestamp() - 86_400 * 3 * days
        stage.desk.shared.matters.home.run("UPDATE matters SET opened_at = ? WHERE id = ?", (opened, made.id))
    matters.kept.archive(matters.kept.named(_NAMES[-1]).id, True)
    stage.add_books()
    stage.add_conversation("Who signed for Marlow", days_ago=4)
    stage.add_conversation("What changed between drafts", [stage.books[SURVEY]], days_ago=2)
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    shown = matters.kept.named(_NAMES[0])
    stage.presenter.shelf_area.matters.matter = shown
    stage.window.shelf.desk.show_open(shown)
    stage.open(**options)  # type: ignore[arg-type]
    return shown


def matter(stage: Stage) -> None:
    _matter(stage)


def matter_dark(stage: Stage) -> None:
    _matter(stage, theme=ThemeChoice.DARK)


def _menu(stage: Stage, **options: object) -> None:
    _matter(stage, **options)
    stage.presenter.shelf_area.matters.open_menu()
    stage.settle()


def matter_menu(stage: Stage) -> None:
    _menu(stage)


def matter_menu_dark(stage: Stage) -> None:
    _menu(stage, theme=ThemeChoice.DARK)


def matter_menu_small_japanese(stage: Stage) -> None:
    with japanese():
        _menu(stage, size=(1024, 700))


def _list(stage: Stage, **options: object) -> None:
    _matter(stage, **options)
    stage.feature(MattersWindow).manage()
    stage.settle()


def matters(stage: Stage) -> None:
    _list(stage)


def matters_dark(stage: Stage) -> None:
    _list(stage, theme=ThemeChoice.DARK)


def matters_small_japanese(stage: Stage) -> None:
    with japanese():
        _list(stage, size=(1024, 700))


def matters_none(stage: Stage) -> None:
    stage.add_books()
    stage.open()
    stage.feature(MattersWindow).manage()
    stage.settle()


def matter_new(stage: Stage) -> None:
    _matter(stage)
    stage.feature(MattersWindow).ask_new()
    stage.settle()


def matter_leaving(stage: Stage) -> None:
    _matter(stage)
    stage.presenter.activity.begin(EngineTask.ANSWER, lambda: None)
    stage.presenter.shelf_area.matters.open("")
    stage.settle()


def matter_deleting(stage: Stage) -> None:
    _matter(stage)
    stage.feature(MattersWindow).managing._ask_delete(stage.desk.shared.matters.kept.named(_NAMES[2]))
    stage.settle()


def matter_moving(stage: Stage) -> None:
    _matter(stage)
    stage.presenter.shelf_area.matters.ask_move_conversation(stage.presenter.shelf_area.shelf.conversations[0].id)
    stage.settle()


def matter_exporting(stage: Stage) -> None:
    shown = _matter(stage)
    stage.feature(MattersWindow).managing._files.ask_export(shown)
    stage.settle()


def _server(stage: Stage, **options: object) -> None:
    """Two are known, and the matter asks one of them."""
    remote = RemoteSettings(
        "https://oslo.example", name="Oslo", others=(RemoteServer("Tokyo", "https://tokyo.example"),)
    )
    stage.desk.settings.save(msgspec.structs.replace(stage.desk.settings.load(), remote=remote))
    _matter(stage, **options)
    stage.desk.own_settings.change("remote", RemoteSettings(name="Tokyo"))
    stage.presenter.shelf_area.matters.choose_server()
    stage.settle()


def matter_server_dark(stage: Stage) -> None:
    _server(stage, theme=ThemeChoice.DARK)


def matter_server_small_japanese(stage: Stage) -> None:
    with japanese():
        _server(stage, size=(1024, 700))


MATTER_SCENES = (
    matter_server_dark,
    matter_server_small_japanese,
    matter_moving,
    matter_exporting,
    matter,
    matter_dark,
    matter_menu,
    matter_menu_dark,
    matter_menu_small_japanese,
    matters,
    matters_dark,
    matters_small_japanese,
    matters_none,
    matter_new,
    matter_leaving,
    matter_deleting,
)
