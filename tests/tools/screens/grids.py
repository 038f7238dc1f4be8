"""Scenes of grids: documents down, questions across."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from app.core.conversations.conversation import BookRef
from app.core.documents.document import Book, Document, Format, Page
from app.core.settings import ThemeChoice
from app.features.tables.columns import columns_of
from app.features.tables.service import sheets_of
from app.features.tables.window.grid_table import Arrangement, GridFilter
from app.features.tables.window.tables import TablesWindow
from app.wording.i18n import use_language
from tests.features.tables.window.new_table import editor
from tests.tools.screens.stage import Stage
from tests.ui.fakes import Step
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, pause, wait

QUESTIONS = (
    "[date] End of term: On which date does the Term end?",
    "[text] Notice period: With how much notice can the lease be ended?",
    "[amount] Yearly rent: How high is the rent for a year?",
    "[yes/no] May sublet?: May the tenant sublet?",
    "[choice: Tenant, Landlord] Who insures?: Who insures the quay walls and the gear?",
)
_NAMES = (
    *("Alders & Sons", "Marlow Rigging", "Tern Fisheries", "Olsen Chandlery", "Harbour Crane Co."),
    *("North Quay Ice", "Pilot Boats", "Sailmakers’ Guild", "Fish Market Hall", "Ropewalk and Stores of the Old Dock"),
)
_FORMATS = (Format.PDF, Format.PDF, Format.PDF, Format.DOCX, Format.PDF, Format.EML)
_ENDS = ("31 March 2031", "31 March 2031", "30 September 2029", "31 December 2028")
_NOTICE = ("twelve", "nine", "eight", "twelve")
_INSURES = "The Landlord insures the quay walls and the gear"
_RENTS = ("48,000", "36,000", "12,500", "21,750")


def _text(number: int) -> str:
    which = number % len(_ENDS)
    return (
        f"The Term ends on {_ENDS[which]}. Either party ends it by {_NOTICE[which]} months’ notice in writing. "
        f"The Tenant pays a yearly rent of EUR {_RENTS[which]} in advance. The Tenant may sublet a single berth with "
        f"the Landlord’s consent. {_INSURES}."
    )


def _answers(number: int) -> list[tuple[str]]:
    which = number % len(_ENDS)
    ends = ("2031-03-31", "2030-03-31", "2029-09-30", "2028-12-31")[which]
    said = ("12 months", "9 months", "6 months", "12 months")[which]
    return [
        (f"{ends}\n“The Term ends on {_ENDS[which]}” [p. 1]",),
        (f"{said}\n“Either party ends it by {_NOTICE[which]} months’ notice in writing” [p. 1]",),
        (f"EUR {_RENTS[which]}\n“a yearly rent of EUR {_RENTS[which]} in advance” [p. 1]",),
        ("Yes\n“The Tenant may sublet a single berth” [p. 1]",) if which != 1 else ("No\n“nobody sublets” [p. 1]",),
        ("Landlord\n“The Landlord insures the quay walls and the gear” [p. 1]",)
        if which
        else ("Not in this document",),
    ]


def _add_leases(stage: Stage) -> list[Book]:
    books = []
    for number, name in enumerate(_NAMES):
        form = _FORMATS[number % len(_FORMATS)]
        pages = (Page(1, "1", _text(number)), *(Page(n, str(n), "Schedule.") for n in range(2, 62)))
        document = Document(f"Berth {number + 1}, {name}", form, f"{number:02}" * 32, pages)
        books.append(stage.desk.documents.library._books.add(document, Path(f"/leases/berth {number + 1}.pdf")))
    return books


def _open(stage: Stage, answers: Sequence[Sequence[Step]], **options: object) -> None:
    """Open the grid and have it asked."""
    stage.engine.answers = list(answers)
    stage.add_books()
    books = _add_leases(stage)
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.open(**options)  # type: ignore[arg-type]
    rows = [(BookRef(book.id),) for book in books]
    grid = sheets_of(stage.desk).create(columns_of(QUESTIONS), rows, title="Due diligence, 10 leases")
    stage.feature(TablesWindow).open()
    stage.settle()
    stage.feature(TablesWindow).sheets.open(grid.id)
    stage.settle()
    stage.feature(TablesWindow).sheets.go_on()


def _running(stage: Stage, **options: object) -> None:
    """Three documents are asked, and two questions of the fourth."""
    gate = Gate()
    asked = [answer for number in range(4) for answer in _answers(number)]
    _open(stage, [*asked[: 3 * len(QUESTIONS) + 2], (gate, "never")], **options)
    wait(gate.reached.is_set)
    pause(300)


def grid_running(stage: Stage) -> None:
    _running(stage)


def grid_running_dark(stage: Stage) -> None:
    _running(stage, theme=ThemeChoice.DARK)


def grid_running_small(stage: Stage) -> None:
    _running(stage, size=(1024, 700))


def grid_running_wide(stage: Stage) -> None:
    _running(stage, size=(2560, 1440))


def grid_running_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _running(stage)
    finally:
        use_language("en")


def _done(stage: Stage, **options: object) -> None:
    """All is asked, one cell is corrected and one has a comment."""
    _open(stage, [answer for number in range(len(_NAMES)) for answer in _answers(number)], **options)
    stage.settle()
    sheet = stage.feature(TablesWindow).panel.grid_table.sheet
    assert sheet is not None
    sheets_of(stage.desk).store.comment(sheet.cells[6].question.id, "The side letter says twelve.")
    sheets_of(stage.desk).store.correct(sheet.cells[11].question.id, "8 months")
    stage.feature(TablesWindow).sheets.open(sheet.id)
    stage.settle()


def grid_done(stage: Stage) -> None:
    _done(stage)
    view = stage.feature(TablesWindow).panel.grid_view
    value = stage.feature(TablesWindow).panel.grid_table.cell_at(view.model().index(2, 0))
    assert value is not None
    view.setCurrentIndex(view.model().index(2, 0))
    view.citation_clicked.emit(value.read.citation)
    stage.settle()


def grid_grouped(stage: Stage) -> None:
    _done(stage)
    stage.feature(TablesWindow).panel.arrange(Arrangement(column=1, grouped=True))
    stage.settle()


def grid_filtered(stage: Stage) -> None:
    _done(stage)
    stage.feature(TablesWindow).panel.arrange(Arrangement(filter=GridFilter.OTHERWISE))
    stage.settle()


def grid_question(stage: Stage) -> None:
    _done(stage)
    stage.feature(TablesWindow).sheets.editing.change_column(5)
    pause(300)


def grid_documents(stage: Stage) -> None:
    _done(stage)
    stage.feature(TablesWindow).sheets.editing.add_documents()
    stage.settle()
    pause(200)


def grid_setup(stage: Stage) -> None:
    stage.add_books()
    books = _add_leases(stage)
    stage.open()
    stage.feature(TablesWindow).open()
    stage.settle()
    stage.feature(TablesWindow).sheets.beginning.take_template("leases")
    stage.settle()
    editor(stage).documents.choose([BookRef(book.id) for book in books])
    stage.settle()


SCENES: tuple[Callable[[Stage], None], ...] = (
    grid_running,
    grid_running_dark,
    grid_running_small,
    grid_running_wide,
    grid_running_japanese,
    grid_done,
    grid_grouped,
    grid_filtered,
    grid_question,
    grid_documents,
    grid_setup,
)
