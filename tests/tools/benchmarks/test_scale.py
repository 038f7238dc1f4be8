"""How long the window does not answer, whatever one does on a large desk: 300 books, one of them of 50,000 pages, and
1,000 conversations, one of them of 300,000 tokens."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec
import pytest
from PySide6.QtCore import QAbstractEventDispatcher, QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.core.conversations.conversation import BookRef, Ending, Question
from app.core.documents.document import Book, Document, Format, Page
from app.ui.kit.bridge import Bridge
from app.ui.palette.palette_dialog import PaletteDialog
from app.ui.shelf.lists import ShelfListView
from tests.tools.benchmarks.test_conversation import _cite, _write
from tests.ui.room import Room

_FRAME_S = 1 / 60
_BOOKS, _LONG_BOOK = 300, 50_000
_CONVERSATIONS = 1_000
_TURNS, _TURN_WORDS = 300, 750  # about 300,000 tokens in all
_QUIET_MS = 60
_LOOK_MS = 10


@pytest.mark.timeout(1_800)
def test_a_large_desk(tmp_path: Path) -> None:
    print("\nprocessor time of the thread of the window, in frames of 1/60 s: the worst, and one in a hundred")
    for width, height in ((1440, 900), (2560, 1440)):
        room = Room(tmp_path / str(width))
        try:
            long = _fill(room)
            for action, steps in _play(room, long, (width, height)):
                steps.sort()
                print(f"{width}x{height} {action:40} {steps[-1]:5.1f} {steps[len(steps) * 99 // 100]:5.1f}")
        finally:
            room.close()


def _play(room: Room, long: Book, size: tuple[int, int]) -> Iterator[tuple[str, list[float]]]:
    window, shelf = room.window, room.window.shelf
    yield "open the window", watch(room, lambda _n: room.open(size=size, settle=False), 1)
    talks = [conversation.id for conversation in room.desk.conversations.all()[:4]]  # the first is the long one
    yield (
        "switch the conversation",
        watch(room, lambda n: room.presenter.talk_area.conversation.open(talks[-n % 4]), 12),
    )
    room.presenter.talk_area.conversation.open(talks[0])
    room.settle()
    bar = window.talk.view.verticalScrollBar()
    yield "scroll by the wheel", watch(room, lambda _n: bar.setValue(bar.value() - 90), 100)
    yield "scroll anywhere", watch(room, lambda n: bar.setValue(bar.maximum() * (n * 37 % 100) // 100), 30)
    yield "type", watch(room, lambda n: QTest.keyClicks(window.talk.composer.editor, "quay "[n % 5]), 60)
    yield "resize", watch(room, lambda n: window.resize(size[0] - 20 * (n % 20), size[1]), 40)
    menus = (shelf.conversation_view, shelf.book_view)
    yield "open a menu of the shelf", watch(room, lambda n: _open_menu(menus[n % 2]), 10)
    yield "delete, and undo", watch(room, lambda n: _delete_or_undo(room, talks[2], n), 8)
    yield "open the palette", watch(room, lambda _n: _open_palette(room), 4)
    room.presenter.places.anything.find()
    room.settle()
    dialog = _palette(room)
    yield "a key in the palette", watch(room, lambda n: dialog.line.setText("notice"[: 1 + n % 6]), 12)
    dialog.reject()
    books = [room.fake.books.all()[-1].id, long.id]
    yield (
        "open a book, one of 50,000 pages too",
        watch(room, lambda n: room.presenter.places.pages.first.open_book(books[n % 2]), 6),
    )
    room.engine.answers = [tuple(f"word {number} of it " for number in range(400))]
    yield "ask, and watch the answer", watch(room, lambda _n: room.ask("When?", settle=False), 1)
    yield "collect what is not needed", watch(room, lambda _n: room.collector.collect(), 15)


class WithBridge(Protocol):
    """A holder of a bridge, by which a window can be watched: its bridge knows whether anything is under way."""

    bridge: Bridge


def watch(room: WithBridge, act: Callable[[int], object], times: int) -> list[float]:
    """The steps of the event loop, in frames, from the action until nothing follows from it any more."""
    took: list[float] = []
    loop, dispatcher = QEventLoop(), QAbstractEventDispatcher.instance()
    quiet, look = QTimer(singleShot=True, interval=_QUIET_MS), QTimer(interval=_LOOK_MS)
    begun = time.thread_time()

    def note() -> None:
        nonlocal begun
        now = time.thread_time()
        took.append((now - begun) / _FRAME_S)
        begun = now

    def end() -> None:
        if not room.bridge.idle:
            quiet.start()
        elif not quiet.isActive():
            loop.quit()

    dispatcher.aboutToBlock.connect(note)
    look.timeout.connect(end)
    look.start()
    for number in range(times):
        quiet.start()
        QTimer.singleShot(0, loop, partial(act, number))
        begun = time.thread_time()
        loop.exec()
    dispatcher.aboutToBlock.disconnect(note)
    look.stop()
    return took


def _open_menu(view: ShelfListView) -> None:
    row = next(
        n for n in range(view.model().rowCount()) if view.model().index(n, 0).flags() & Qt.ItemFlag.ItemIsEnabled
    )
    view.customContextMenuRequested.emit(view.visualRect(view.model().index(row, 0)).center())
    menu = QApplication.activePopupWidget()
    assert menu is not None
    QTimer.singleShot(_LOOK_MS, menu, menu.close)


def _open_palette(room: Room) -> None:
    room.presenter.places.anything.find()
    QTimer.singleShot(_LOOK_MS, room.window, lambda: _palette(room).reject())


def _palette(room: Room) -> PaletteDialog:
    dialog = room.window.findChild(PaletteDialog)
    assert dialog is not None
    return dialog


def _delete_or_undo(room: Room, conversation_id: str, number: int) -> None:
    if number % 2:
        room.presenter.shelf_area.undoing.undo()
    else:
        room.presenter.shelf_area.shelf.delete(conversation_id)


def _fill(room: Room) -> Book:
    """Gives the long book."""
    pages = tuple(
        Page(number, str(number), f"The tenant of berth {number} pays.") for number in range(1, _LONG_BOOK + 1)
    )
    long, *books = [
        room.fake.books.add(document, Path("/home/me/books") / f"{document.title}.txt")
        for document in (_document("Register", pages), *(_document(f"Book {n}", _PAGES) for n in range(1, _BOOKS)))
    ]
    kept = room.desk.conversations
    with room.desk.database.write():
        for number in range(_CONVERSATIONS):
            talk = kept.create(f"Talk {number} of the harbour", (BookRef(books[number % len(books)].id),))
            _write_turns(room, talk.id, _TURNS if number == _CONVERSATIONS - 1 else 2)
    return long


def _write_turns(room: Room, conversation_id: str, turns: int) -> None:
    kept, parent = room.desk.conversations, None
    for number in range(turns):
        text = _write(_TURN_WORDS, seed=number % 20)
        asked = kept.add_question(Question(conversation_id, "What does it say of the walls?", parent_id=parent))
        answer = kept.begin_answer(asked.id, "Scout")
        kept.save_answer(
            msgspec.structs.replace(answer, text=text, citations=tuple(_cite(text)), ending=Ending.COMPLETE)
        )
        parent = answer.id


def _document(title: str, pages: tuple[Page, ...]) -> Document:
    return Document(title, Format.TEXT, hashlib.sha256(title.encode()).hexdigest(), pages, (), "en")


_PAGES = tuple(
    Page(number, str(number), "The tenant gives notice to the harbour office. " * 20) for number in (1, 2, 3)
)
