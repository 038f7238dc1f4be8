"""Books are indexed while no answer is written, and go on where they stopped."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject

from app.core.conversations.events import Indexing
from app.core.documents.document import Book, Format
from app.core.work import Cancel, Stopped, Work
from app.ui.kit.activity import Activity, EngineTask
from app.ui.kit.bridge import Bridge
from app.ui.kit.shown import Shown
from app.ui.shelf.indexing import BookIndexing
from app.ui.shelf.rows import BookRow, measure_of
from tests.ui.gate import Gate
from tests.ui.room import wait


class ScriptedIndexer:
    """Half of the one book at each run, as long as its gate is shut."""

    def __init__(self) -> None:
        self.runs = self.stops = 0
        self.closely = False
        self.gate = Gate()

    def index_shelf(self, cancel: Cancel) -> Work[Indexing, None]:
        self.runs += 1
        yield Indexing(5, 10, "lease", closely=self.closely)
        self.gate.wait(cancel)
        if cancel.requested:
            self.gate = Gate()
            self.stops += 1
            raise Stopped


class Desk:
    def __init__(self) -> None:
        self.indexer, self.bridge = ScriptedIndexer(), Bridge()
        self.shown: list[object] = []
        self.activity = Activity(Shown(), clock=lambda: 0.0, changed=self.look)
        self.owner, finding = QObject(), SimpleNamespace(indexer=self.indexer)
        context = SimpleNamespace(
            desk=SimpleNamespace(finding=finding), bridge=self.bridge, activity=self.activity, parent=self.owner
        )
        self.indexing = BookIndexing(context)  # type: ignore[arg-type]
        self.indexing.changed.connect(self.shown.append)

    def look(self) -> None:
        self.indexing.look()


@pytest.fixture
def desk(qapp: object) -> Iterator[Desk]:
    del qapp
    desk = Desk()
    yield desk
    desk.indexer.gate.open()
    assert desk.bridge.close()


def test_it_stops_for_an_answer_and_goes_on_after_it(desk: Desk) -> None:
    desk.indexing.want()
    wait(lambda: desk.shown == [{"lease": 50}])
    desk.activity.begin(EngineTask.ANSWER, lambda: None)
    wait(lambda: desk.shown[-1] == {})
    assert desk.indexer.runs == 1
    desk.activity.end(EngineTask.ANSWER)
    wait(lambda: desk.indexer.runs == 2)
    desk.indexer.gate.open()
    wait(lambda: desk.bridge.idle)
    assert desk.shown[-1] == {}
    assert desk.indexer.runs == 2


def test_a_book_that_comes_meanwhile_is_looked_at_afterwards(desk: Desk) -> None:
    desk.indexing.want()
    wait(desk.indexer.gate.reached.is_set)
    desk.indexing.want()
    desk.indexer.gate.open()
    wait(lambda: desk.indexer.runs == 2 and desk.bridge.idle)


def test_a_closer_look_is_not_shown_and_gives_way_to_a_book_that_comes(desk: Desk) -> None:
    desk.indexer.closely = True
    desk.indexing.want()
    wait(desk.indexer.gate.reached.is_set)
    wait(lambda: desk.indexing._closely)
    assert desk.shown == []
    desk.indexer.closely = False
    desk.indexing.want()
    wait(lambda: desk.indexer.runs == 2 and desk.shown == [{"lease": 50}])
    assert desk.indexer.stops == 1
    desk.indexer.gate.open()
    wait(lambda: desk.bridge.idle)
    assert desk.indexer.runs == 2


def test_the_shelf_says_how_much_is_indexed() -> None:
    book = Book("lease", "Lease", Format.PDF, "", "", 0.0, 12, 100)
    assert measure_of(BookRow("lease", "Lease", book, tokens=9, indexed=50)) == "12 pages · indexing, 50 %"
