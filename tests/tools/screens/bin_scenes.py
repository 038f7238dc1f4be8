"""Deleted things are announced with a way back, and in the bin; conversations that are pinned or put away; and what is
said of a file that was written."""

from __future__ import annotations

from app.core.conversations.bin import BinKind
from app.core.settings import ThemeChoice
from app.features.bin.window.bin import BinWindow
from tests.tools.screens.stage import Stage, japanese
from tests.ui.room import LEASE, LETTERS, NOW, SURVEY


def _desk(stage: Stage, **options: object) -> None:
    stage.add_books()
    stage.add_conversation("人物と場所の一覧", days_ago=4)
    stage.add_conversation("Chapter summaries", [stage.books[SURVEY]], days_ago=2)
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.open(**options)  # type: ignore[arg-type]


def _deleted(stage: Stage, **options: object) -> None:
    _desk(stage, **options)
    stage.presenter.places.navigation.delete()
    stage.settle()


def deleted(stage: Stage) -> None:
    _deleted(stage)


def deleted_dark(stage: Stage) -> None:
    _deleted(stage, theme=ThemeChoice.DARK)


def deleted_small_japanese(stage: Stage) -> None:
    with japanese():
        _deleted(stage, size=(1024, 700))


def _bin(stage: Stage, **options: object) -> None:
    _deleted(stage, **options)
    stage.window.shelf.book_remove_wanted.emit(stage.books[SURVEY].id)
    stage.settle()
    now = NOW.timestamp()
    for days, kind in ((12, BinKind.CONVERSATION), (0, BinKind.BOOK)):
        stage.desk.database.run("UPDATE bin SET deleted_at = ? WHERE kind = ?", (now - 86_400 * days, kind))
    stage.feature(BinWindow).open()
    stage.settle()


def bin_list(stage: Stage) -> None:
    _bin(stage)


def bin_dark(stage: Stage) -> None:
    _bin(stage, theme=ThemeChoice.DARK)


def bin_japanese(stage: Stage) -> None:
    with japanese():
        _bin(stage)


def bin_empty(stage: Stage) -> None:
    _desk(stage)
    stage.feature(BinWindow).open()
    stage.settle()


def saved(stage: Stage) -> None:
    _desk(stage)
    stage.presenter.places.saved_files.show("/home/ada/Matters/Meridian/Notice periods in the lease.docx")
    stage.settle()


def _marked(stage: Stage, **options: object) -> None:
    stage.add_books()
    pinned = stage.add_conversation("Meridian: the matter in short", [stage.books[LEASE]], days_ago=9)
    stage.desk.conversations.pin(pinned.id, True)
    for number, title in enumerate(("Draft of the side letter", "人物と場所の一覧")):
        put_away = stage.add_conversation(title, days_ago=30 + number)
        stage.desk.conversations.archive(put_away.id, True)
    stage.add_conversation("Chapter summaries", [stage.books[SURVEY]], days_ago=2)
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.open(**options)  # type: ignore[arg-type]


def pinned(stage: Stage) -> None:
    _marked(stage)


def archived_dark(stage: Stage) -> None:
    _marked(stage, theme=ThemeChoice.DARK)
    stage.window.shelf.archived_button.click()
    stage.settle()


BIN_SCENES = (
    deleted,
    deleted_dark,
    deleted_small_japanese,
    bin_list,
    bin_dark,
    bin_japanese,
    bin_empty,
    saved,
    pinned,
    archived_dark,
)
