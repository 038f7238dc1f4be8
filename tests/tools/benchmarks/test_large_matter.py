"""How long the window does not answer on a desk of 10,000 documents with 100,000 pages and 5,000 conversations.

For each action: the longest step of the event loop of the window's thread and the processor time of the whole program,
in milliseconds. OCTAVO_LARGE_DESK names a folder with a desk that `large_desk` has made; without it, one is made, which
takes minutes. OCTAVO_PROFILE names an action whose steps are profiled. The chronology of so many pages takes many
minutes, so it is opened only where OCTAVO_CHRONOLOGY is set.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractItemView

from app.core.conversations.conversation import BookRef, MatterScope
from app.features.chronology.window.chronology import ChronologyWindow
from app.features.library_search.window.library_search import LibrarySearchWindow
from app.features.tables.columns import columns_of
from app.features.tables.store import SheetStore
from app.features.tables.window.tables import TablesWindow
from app.ui.palette.palette_dialog import PaletteDialog
from app.ui.shelf.rows import BookList, GroupRow, ItemRole
from tests.tools.benchmarks.large_desk import fill, of_one_key
from tests.tools.benchmarks.test_scale import watch
from tests.ui.room import Room

_FRAME_MS = 1000 / 60
_MOST_MS = 50.0
_ROWS = 10_000


@pytest.mark.timeout(3_600)
def test_a_matter_of_ten_thousand_documents(tmp_path: Path) -> None:
    print("\nthe longest step of the window's thread, and processor time of the program; milliseconds")
    _empty(tmp_path / "empty")
    given = os.environ.get("OCTAVO_LARGE_DESK")
    if given:
        shutil.copytree(given, tmp_path / "desk")
    with of_one_key():
        room = Room(tmp_path / "desk")
    try:
        if not given:
            fill(room.desk)
        slow = [name for name, longest in _measured(room) if longest > _MOST_MS]
    finally:
        room.close()
    print("longer than 50 ms:", ", ".join(slow) or "none")


def _empty(folder: Path) -> None:
    room = Room(folder)
    try:
        _act(room, "open an empty desk", lambda _n: room.open(settle=False), 1)
    finally:
        room.close()


def _measured(room: Room) -> Iterator[tuple[str, float]]:
    """Yield each action with the milliseconds of its longest step."""
    for name, act, times in _actions(room):
        yield name, _act(room, name, act, times)


def _act(room: Room, name: str, act: Callable[[int], object], times: int) -> float:
    began, profile = time.process_time(), cProfile.Profile()
    profiled = os.environ.get("OCTAVO_PROFILE") == name
    if profiled:
        profile.enable()
    steps = watch(room, act, times)
    if profiled:
        profile.disable()
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
    longest = max(steps) * _FRAME_MS
    print(f"{name:36} {longest:8.1f} {1000 * (time.process_time() - began) / times:9.1f}", flush=True)
    return longest


def _actions(room: Room) -> Iterator[tuple[str, Callable[[int], object], int]]:
    shelf, areas = room.window.shelf, room.presenter
    yield "open the desk", lambda _n: room.open(settle=False), 1
    talks = [talk.id for talk in room.desk.conversations.all()]
    books = [book.id for book in room.fake.books.all()]
    yield "unfold folders", partial(_fold, room), 6
    bar = shelf.book_view.verticalScrollBar()
    yield "scroll the shelf", lambda n: bar.setValue(bar.maximum() * (n * 37 % 100) // 100), 20
    listed = shelf.conversation_view.verticalScrollBar()
    yield "scroll the conversations", lambda n: listed.setValue(listed.maximum() * (n * 37 % 100) // 100), 20
    yield "open a conversation", lambda n: areas.talk_area.conversation.open(talks[n * 97 % len(talks)]), 5
    yield "open a document", lambda n: areas.places.pages.first.open_book(books[n * 97 % len(books)]), 5
    yield "put a document on the desk", lambda n: areas.shelf_area.shelf.toggle_desk(books[n]), 2
    yield "delete a document", lambda n: areas.shelf_area.shelf.remove_book(books[n + 5]), 2
    yield "undo", lambda _n: areas.shelf_area.undoing.undo(), 2
    yield "open the palette", lambda _n: room.presenter.places.anything.find(), 1
    yield "a key in the palette", lambda n: _palette(room).line.setText("notice harbour 9"[: 1 + n]), 14
    room.settle()
    if (dialog := room.window.findChild(PaletteDialog)) is not None:
        dialog.reject()
    search, queries = room.feature(LibrarySearchWindow), ("quay12 notice", '"the quay"', "storm notice kind:pdf")
    yield "search by words", lambda n: search.open_search(queries[n]), len(queries)
    yield "scroll what was found", lambda n: _scroll(search.search.panel.view, n), 20
    yield "back to a conversation", lambda n: areas.talk_area.conversation.open(talks[n]), 1
    asking = areas.talk_area.asking
    yield "ask all documents", lambda _n: asking.planning.ask_of(MatterScope()), 1
    yield "plan a question of all documents", lambda _n: asking.submit("What of quay12 in the storm?"), 1
    sheets, tables = SheetStore(room.desk.database, room.desk.conversations), room.feature(TablesWindow)
    rows = [(BookRef(id),) for id in books[:_ROWS]]
    sheet = sheets.create("All", columns_of(("Who pays?", "When?")), rows, excerpts=False)
    yield "open a table of 10,000 rows", lambda _n: tables._open_sheet(sheet.id), 1
    if os.environ.get("OCTAVO_CHRONOLOGY"):
        yield "open the chronology", lambda _n: room.feature(ChronologyWindow).open_events(), 1


def _fold(room: Room, _number: int) -> None:
    """Unfold the first folder that is folded."""
    view = room.window.shelf.book_view
    model = view.model()
    assert isinstance(model, BookList)
    rows = (model.index(number, 0).data(ItemRole) for number in range(model.rowCount()))
    folded = next((row for row in rows if isinstance(row, GroupRow) and row.folded), None)
    if folded is not None:
        model.fold(folded)


def _palette(room: Room) -> PaletteDialog:
    dialog = room.window.findChild(PaletteDialog)
    assert dialog is not None
    return dialog


def _scroll(view: QAbstractItemView, number: int) -> None:
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() * (number * 37 % 100) // 100)
