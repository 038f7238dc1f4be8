"""Scenes of question sheets."""

from __future__ import annotations

from collections.abc import Callable

from app.core.conversations.conversation import BookRef
from app.core.conversations.events import Reading
from app.core.errors import Code, Problem
from app.core.settings import ThemeChoice
from app.features.tables.columns import columns_of
from app.features.tables.service import sheets_of
from app.features.tables.window.tables import TablesWindow
from app.wording.i18n import use_language
from tests.features.tables.window.new_table import ask, tick
from tests.tools.screens.stage import Stage
from tests.ui import shelf_of_books
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, pause, wait

QUESTIONS = (
    "When does the contract begin, and when does it end?",
    "How can the contract be ended, with what notice and in what form?",
    "What is said about the dry dock?",
    "Who bears which risks, and which insurance is required?",
    "Which law applies, and which court decides?",
)
_ANSWERS = (
    "The books on the desk do not say when the contract begins. Its Term is extended in writing only "
    "[Harbour Lease, p. 512].",
    "The tenant gives notice “not less than twelve months before the end of the then current Term” [Harbour Lease, "
    "p. 87], for Berths 4 to 7 nine months:\n\n"
    "- it “must reach the Harbour Office by registered post” [Harbour Lease, p. 88]\n"
    "- “For Berths 4 to 7 the notice period is shortened to nine months” [Side letters 2019–2024, p. 22]",
    f"“{shelf_of_books.QUOTE}” [Harbour Lease, p. 203].",
)
_CRASH = Problem(Code.ENGINE_CRASHED, {"signal": 9})


def _desk(stage: Stage, **options: object) -> None:
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.open(**options)  # type: ignore[arg-type]


def _books(stage: Stage) -> tuple[BookRef, ...]:
    return (BookRef(stage.books[LEASE].id), BookRef(stage.books[LETTERS].id))


def sheet_empty(stage: Stage) -> None:
    _desk(stage)
    stage.feature(TablesWindow).open()
    stage.settle()


def _template(stage: Stage, **options: object) -> None:
    _desk(stage, **options)
    for title in ("Glossary", "People and places"):
        sheets_of(stage.desk).create(columns_of(QUESTIONS), [_books(stage)], title=title)
    stage.feature(TablesWindow).open()
    stage.settle()
    tick(stage, LEASE, LETTERS)
    stage.feature(TablesWindow).sheets.beginning.take_template("contract")
    stage.settle()


def sheet_template(stage: Stage) -> None:
    _template(stage)


def _running(stage: Stage, **options: object) -> None:
    gate = Gate()
    stage.engine.answers = [*((answer,) for answer in _ANSWERS), (Reading(271_000, 279_641, 200_000), gate, "never")]
    _desk(stage, **options)
    stage.feature(TablesWindow).open()
    stage.settle()
    ask(stage, QUESTIONS, LEASE, LETTERS, title="Obligations and dates in a contract")
    wait(gate.reached.is_set)
    pause(300)


def sheet_running(stage: Stage) -> None:
    _running(stage)


def sheet_running_small(stage: Stage) -> None:
    _running(stage, size=(1024, 700))


def sheet_in_shelf(stage: Stage) -> None:
    _running(stage)
    stage.presenter.places.navigation.close_view()
    pause(200)


def sheet_in_shelf_dark(stage: Stage) -> None:
    _running(stage, theme=ThemeChoice.DARK, size=(1024, 700))
    stage.presenter.places.navigation.close_view()
    stage.feature(TablesWindow).card.setFocus()
    pause(200)


def _done(stage: Stage, **options: object) -> None:
    stage.engine.answers = [
        *((answer,) for answer in _ANSWERS), ("The Harbour Company insures", _CRASH), (_ANSWERS[2],),
    ]  # fmt: skip
    _desk(stage, **options)
    stage.feature(TablesWindow).open()
    stage.settle()
    ask(stage, QUESTIONS, LEASE, LETTERS, title="Obligations and dates in a contract")
    stage.settle()
    stage.feature(TablesWindow).panel.list_view.selectRow(1)
    answer = stage.feature(TablesWindow).panel.list_table.cells()[1].cell.answer
    assert answer is not None
    stage.feature(TablesWindow).panel.list_view.citation_clicked.emit(answer.citations[0])
    stage.settle()


def sheet_failed(stage: Stage) -> None:
    _done(stage)


def sheet_dark(stage: Stage) -> None:
    _done(stage, theme=ThemeChoice.DARK)


def sheet_small(stage: Stage) -> None:
    _done(stage, size=(1024, 700))


def sheet_template_small(stage: Stage) -> None:
    _template(stage, size=(1024, 700))


def sheet_template_dark(stage: Stage) -> None:
    _template(stage, theme=ThemeChoice.DARK)


def sheet_template_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _template(stage, size=(1024, 700))
    finally:
        use_language("en")


SCENES: tuple[Callable[[Stage], None], ...] = (
    sheet_empty,
    sheet_template,
    sheet_template_small,
    sheet_template_dark,
    sheet_template_japanese,
    sheet_running,
    sheet_running_small,
    sheet_in_shelf,
    sheet_in_shelf_dark,
    sheet_failed,
    sheet_dark,
    sheet_small,
)
