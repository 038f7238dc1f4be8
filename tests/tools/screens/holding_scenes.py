"""Scenes of questions that were sent too early, and of an answer that was written without a book."""

from __future__ import annotations

from app.core.conversations.events import Opening
from app.core.errors import Code, Problem
from app.core.settings import ThemeChoice
from app.core.work import Cancel
from app.features.tables.columns import columns_of
from app.features.tables.service import sheets_of
from app.features.tables.window.tables import TablesWindow
from app.wording.i18n import use_language
from tests.tools.screens.stage import Stage
from tests.ui import shelf_of_books
from tests.ui.gate import Gate
from tests.ui.room import LETTERS, pause, wait

_ASKED = "When must the tenant give notice to leave, and does a side letter change it?"
_INVENTED = "A tenant usually gives notice three months before the end of the term, by registered post."


def _open(stage: Stage, theme: ThemeChoice = ThemeChoice.LIGHT, *, size: tuple[int, int] = (1440, 900)) -> None:
    stage.add_books()
    stage.add_conversation("Side letters", [stage.books[LETTERS]], days_ago=2)
    stage.add_conversation("")
    stage.open(theme=theme, size=size)


def _hold(stage: Stage, names: tuple[str, ...] = ("Harbour Lease.pdf",), *steps: Opening | Gate | Problem) -> Gate:
    gate = Gate()
    stage.reader.steps[names[0]] = [Opening(172, 410), gate, *steps]
    stage.presenter.shelf_area.openings.take_files(list(map(shelf_of_books.file, names)))
    wait(gate.reached.is_set)
    stage.window.talk.composer.setFocus()
    stage.ask(_ASKED, settle=False)
    pause(200)
    return gate


def held(stage: Stage) -> None:
    _open(stage)
    _hold(stage)


def held_dark(stage: Stage) -> None:
    _open(stage, ThemeChoice.DARK, size=(1024, 700))
    _hold(stage, ("Harbour Lease.pdf", "Minutes of the harbour board, 2019 to 2024, with all annexes.pdf"))


def held_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _open(stage)
        _hold(stage, ("横浜港湾施設使用規則.pdf",))
    finally:
        use_language("en")


def given_back(stage: Stage) -> None:
    _open(stage)
    gate = _hold(
        stage, ("Harbour Lease.pdf",), Problem(Code.DOCUMENT_DAMAGED, {"path": "Harbour Lease.pdf", "format": "PDF"})
    )
    gate.open()
    stage.settle()


def book_opening(stage: Stage) -> None:
    """Nothing is asked yet."""
    gate = Gate()
    _open(stage)
    stage.reader.steps["Harbour Lease.pdf"] = [Opening(172, 410), gate]
    stage.presenter.shelf_area.openings.take_files([shelf_of_books.file("Harbour Lease.pdf")])
    wait(gate.reached.is_set)
    pause(200)


def without_book(stage: Stage) -> None:
    _open(stage)
    stage.engine.answers = [(_INVENTED,)]
    stage.ask(_ASKED)


def sheet_without_book(stage: Stage) -> None:
    _open(stage, ThemeChoice.DARK)
    stage.engine.answers = [(_INVENTED,)]
    sheet = sheets_of(stage.desk).create(columns_of((_ASKED, "Who insures the dry dock?")), [()])
    for _event in sheets_of(stage.desk).run(sheet.id, Cancel()):
        pass
    stage.feature(TablesWindow).open()
    stage.feature(TablesWindow).sheets.open(sheet.id)
    stage.settle()


HOLDING_SCENES = (held, held_dark, held_japanese, given_back, book_opening, without_book, sheet_without_book)
