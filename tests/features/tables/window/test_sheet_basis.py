"""A sheet says of an answer that nothing in the books was found for it, or that no book was asked."""

from __future__ import annotations

from app.core.conversations.cell import CellState
from app.core.conversations.conversation import BookRef
from app.core.work import Cancel
from app.features.tables.columns import columns_of
from app.features.tables.service import sheets_of
from app.features.tables.window.list_table import ListTable
from app.features.tables.window.tables import TablesWindow
from app.wording.support import nothing_found_words
from tests.ui.room import LEASE, Room

_WORDS = "Answered without any document."


_NOTHING = nothing_found_words()


_INVENTED = "Elephants sleep standing up, as zebras do."


def test_a_row_of_a_sheet_says_that_nothing_was_found(room: Room) -> None:
    room.add_books()
    room.add_conversation("A")
    room.open()
    room.engine.answers = [(_INVENTED,)]
    sheet = sheets_of(room.desk).create(columns_of(("May he sublet?",)), [(BookRef(room.books[LEASE].id),)])
    for _event in sheets_of(room.desk).run(sheet.id, Cancel()):
        pass
    room.feature(TablesWindow).sheets.open(sheet.id)
    room.settle()
    table = room.feature(TablesWindow).panel.list_view.model()
    assert isinstance(table, ListTable)
    (row,) = table.cells()
    assert row.progress == f"answered\n1 not found\n{_NOTHING}"


def test_a_row_of_a_sheet_says_it(room: Room) -> None:
    """A sheet that was kept by the terminal, say: the window itself begins none without a book."""
    room.add_conversation("A")
    room.open()
    sheet = sheets_of(room.desk).create(columns_of(("When?",)), [()])
    for _event in sheets_of(room.desk).run(sheet.id, Cancel()):
        pass
    room.feature(TablesWindow).sheets.open(sheet.id)
    room.settle()
    table = room.feature(TablesWindow).panel.list_view.model()
    assert isinstance(table, ListTable)
    (row,) = table.cells()
    assert (row.state, row.progress) == (CellState.ANSWERED, f"answered\n{_WORDS}")
