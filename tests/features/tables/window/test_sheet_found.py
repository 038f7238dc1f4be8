"""A cell that a search of the desk has found leads to its sheet."""

from __future__ import annotations

from app.core.conversations.conversation import BookRef
from app.core.kept import KeptWhere
from app.core.work import Cancel, finish
from app.features.tables.data import GridColumn
from app.features.tables.service import sheets_of
from app.features.tables.window.tables import TablesWindow
from app.services.library_search import library_search_of
from tests.ui.room import LEASE, Room


def test_a_cell_leads_to_its_sheet(room: Room) -> None:
    room.add_books()
    room.add_conversation("Dues")
    room.open()
    columns, rows = [GridColumn("Is there a parrot?")], [(BookRef(room.books[LEASE].id),)]
    sheets_of(room.desk).store.create("Animals", columns, rows, excerpts=False)
    library = library_search_of(room.desk)
    (cell,) = finish(library.find(library.understand("parrot"), Cancel())).of(KeptWhere.SHEETS)
    room.presenter.places.navigation.open_kept(cell.place, cell.id)
    room.settle()
    assert room.feature(TablesWindow).is_shown
    assert room.feature(TablesWindow).panel.title.text() == "Animals"
