"""The notes on the parts of a long book, looked at as a sheet."""

from __future__ import annotations

import msgspec

from app.core.conversations.conversation import Question
from app.core.work import Cancel
from app.features.tables.window.list_table import ListTable
from app.features.tables.window.tables import TablesWindow
from tests.ui.room import SURVEY, Room
from tests.work import answered


def test_an_answer_from_notes_leads_to_them(room: Room) -> None:
    room.add_books()
    talk = room.add_conversation("", [room.books[SURVEY]])
    room.engine.info = msgspec.structs.replace(room.engine.info, context_tokens=2_400)
    room.engine.tokens = {"Survey of the quay walls": 3_000}
    room.engine.answers = [("Cracks [p. 3].",), ("Rust [p. 30].",), ("Cracks [p. 3], rust [p. 30].",)]
    room.desk.settings.save(msgspec.structs.replace(room.desk.settings.load(), max_answer_tokens=100))
    answered(room.desk.asking.parts.ask(Question(talk.id, "List all damage.", talk.books), Cancel()))
    room.open()
    room.last_answer().foot.notes_button.click()
    room.settle()
    assert room.feature(TablesWindow).is_shown
    table = room.feature(TablesWindow).panel.list_view.model()
    assert isinstance(table, ListTable)
    assert [row.text for row in table.cells()] == ["Cracks [p. 3].", "Rust [p. 30]."]
    assert table.cells()[1].question == "Survey of the quay walls, p. 26–40"
