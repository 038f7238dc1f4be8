"""Fills the editor of a new table as a person does."""

from __future__ import annotations

from app.core.conversations.conversation import BookRef
from app.features.tables.rows import rows_of
from app.features.tables.window.setup import SheetSetup
from app.features.tables.window.tables import TablesWindow
from tests.ui.room import Room


def editor(room: Room) -> SheetSetup:
    return room.feature(TablesWindow).panel.setup


def open_editor(room: Room, *books: int, size: tuple[int, int] = (1440, 900)) -> SheetSetup:
    """Over a conversation with these documents on its desk."""
    room.add_books()
    room.add_conversation("Talk", [room.books[place] for place in books])
    room.open(size=size)
    room.feature(TablesWindow).open()
    room.settle()
    return editor(room)


def tick(room: Room, *places: int) -> None:
    editor(room).documents.choose([BookRef(room.books[place].id) for place in places])


def write(room: Room, *lines: str) -> None:
    editor(room).questions.show_rows(rows_of(lines))


def asked(room: Room) -> tuple[str, ...]:
    """The questions that are written."""
    return tuple(row.question for row in editor(room).questions.written)


def ask(room: Room, lines: tuple[str, ...], *places: int, title: str = "", each: bool = False) -> None:
    """Ask these questions of these documents: of all together, or of each by itself."""
    write(room, *lines)
    tick(room, *places)
    (editor(room).each if each else editor(room).together).setChecked(True)
    editor(room).name.setText(title)
    editor(room).start.click()
