"""Sixteen states of the real window, each of which a screen reader must be able to tell; a process that shows them.

`python -m tests.ui.spoken_states` shows the state that a line of its input names, and writes a line when it is there.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QEventLoop, QRect, QSocketNotifier
from PySide6.QtWidgets import QLineEdit

from app.core.conversations.events import Reading
from app.core.conversations.image import Raster
from app.core.documents.note import Marker
from app.core.errors import Code, Problem
from app.features.matters.window.matters import MattersWindow
from app.features.notes.window.notes import NotesWindow
from app.models.hub.catalogue import catalogue
from app.services.models.plans import Hardware
from app.ui.chat.messages.answer import AnswerMessage
from app.ui.kit.rows import RowRole
from app.ui.window.passphrase_screen import PassphraseScreen
from tests.ui import shelf_of_books
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, SURVEY, Room, wait

_ANSWER = f"“{shelf_of_books.QUOTE}” [p. 203]. See [the web](https://example.org) too [p. 512]."


def _talk(room: Room, *books: int) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[place] for place in books])
    room.open()


def first_start(room: Room) -> None:
    room.engine.suggests = True
    room.reader.documents["handbook.md"] = shelf_of_books.handbook()
    room.fake.downloads.catalogue = tuple(o for o in catalogue().offers if o.untrusted_name == "Qwen3 4B")
    room.presenter.welcome.advice.hardware = Hardware((), 16)
    room.open()


def empty_desk(room: Room) -> None:
    _talk(room)


def no_model(room: Room) -> None:
    room.engine.loads = [(Problem(Code.NO_MODEL),)]
    _talk(room)


def answered(room: Room) -> None:
    room.engine.answers = [(_ANSWER,)]
    _talk(room, LEASE, LETTERS)
    room.ask("When?")
    room.ask("And then?")


def reading(room: Room) -> None:
    gate = Gate()
    room.engine.answers = [(Reading(100_000, 279_641, 0), gate, "Done.")]
    room.engine.to_read = 279_641
    _talk(room, LEASE, LETTERS)
    room.ask("When?", settle=False)
    wait(gate.reached.is_set)
    shown = room.window.talk.view.messages
    wait(lambda: any(isinstance(message, AnswerMessage) and message.progress.text for message in shown()))


def failed(room: Room) -> None:
    room.engine.answers = [("Half", Problem(Code.ENGINE_CRASHED, {"signal": 9}))]
    _talk(room, LEASE)
    room.ask("When?")
    room.presenter.window.tell("Something went wrong: <b>not</b> markup & so on.")


def tabs(room: Room) -> None:
    room.reader.draw = lambda _page, width: Raster(width, width, bytes(3 * width * width))
    _talk(room, LEASE)
    for place in (LEASE, SURVEY):
        room.presenter.places.pages.first.open_book(room.books[place].id)
        room.settle()


def sheet(room: Room) -> None:
    _talk(room, LEASE)
    command = room.presenter.commands.actions.get("Table…")
    if command is not None:  # a feature has it
        command.trigger()
    room.settle()


def notes(room: Room) -> None:
    _talk(room, LEASE)
    room.desk.documents.notes.mark(room.books[LEASE].id, 1, (0, 20), Marker.GREEN, "Begins here.")
    room.presenter.places.pages.first.open_book(room.books[LEASE].id)
    added = room.feature(NotesWindow)
    added.open()
    room.settle()
    room.window.page.text.select_all()
    row = added.notes.panel.view.notes.index(1, 0)
    added.notes.edit(row.data(RowRole).note, QRect(300, 300, 9, 9))


def palette(room: Room) -> None:
    _talk(room, LEASE)
    room.presenter.places.anything.find()
    room.settle()


def search(room: Room) -> None:
    _talk(room, LEASE)
    room.presenter.places.anything.search()
    line = room.window.focusWidget()
    assert isinstance(line, QLineEdit)
    line.setText("notice")
    room.settle()


def settings(room: Room) -> None:
    _talk(room)
    room.presenter.model_area.preferences.open_settings()
    room.settle()


def models(room: Room) -> None:
    room.fake.downloads.catalogue = tuple(o for o in catalogue().offers if o.untrusted_name == "Qwen3 4B")
    _talk(room)
    room.presenter.model_area.models.imagine(Hardware((80,), 256))
    room.presenter.model_area.models.open()
    room.settle()


def report(room: Room) -> None:
    _talk(room, SURVEY)
    room.presenter.places.navigation.open_report(room.books[SURVEY].id)
    room.settle()


def plan(room: Room) -> None:
    """Show the plan of a question: what it takes of all documents."""
    room.engine.info = msgspec.structs.replace(room.engine.info, context_tokens=60_000)
    _talk(room)
    room.presenter.talk_area.asking.planning.toggle()
    room.ask("When does the lease end?")
    room.window.talk.composer.scope.button.click()
    room.settle()


def matters(room: Room) -> None:
    for name in ("Harbour v Marlow", "Olsen Chandlery"):
        room.desk.shared.matters.create(name)
    _talk(room)
    room.feature(MattersWindow).manage()
    room.settle()


def locked(room: Room) -> None:
    empty_desk(room)
    screen = PassphraseScreen()
    room.window.show_alone(screen)
    screen.show_files(2)
    screen.secret.line.setText("harbour")
    screen.show_wrong()
    room.settle()


STATES: dict[str, Callable[[Room], None]] = {
    show.__name__: show
    for show in (
        *(first_start, empty_desk, no_model, answered, reading, failed),
        *(tabs, sheet, notes, palette, search, settings, models, report, plan, matters, locked),
    )
}


def _serve() -> None:
    """Until the input ends. It is read without a buffer: what waits in one wakes nobody."""
    room: Room | None = None
    with tempfile.TemporaryDirectory(prefix="octavo-spoken-") as folder:
        while name := _next_line(room):
            if room is not None:
                room.close()
            room = Room(Path(folder) / name)
            STATES[name](room)
            print(name, flush=True)
        if room is not None:
            room.close()


def _next_line(room: Room | None) -> str:
    """Until it comes, the window answers."""
    if room is not None:
        loop = QEventLoop()
        comes = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
        comes.activated.connect(loop.quit)
        loop.exec()
    return os.read(sys.stdin.fileno(), 200).decode().strip()


if __name__ == "__main__":
    _serve()
