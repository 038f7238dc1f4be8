"""Grids with a scripted engine and a real store, and with a real engine: each document is read once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.cell import CellBegun, CellEnded, CellState
from app.core.conversations.conversation import BookRef
from app.core.conversations.values import ValueState
from app.core.conversations.verdict import Verdict
from app.core.documents.document import Book, Document, Format, Page
from app.core.errors import AppError, Code, Problem
from app.core.settings import EngineSettings
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.features.tables import service
from app.features.tables.cells import CellFinding, read_cell
from app.features.tables.columns import columns_of
from app.features.tables.data import GridColumn, Sheet
from app.features.tables.service import sheets_of
from tests import work
from tests.ui.fakes import FakeDesk, ScriptedEngine, open_desk
from tests.ui.gate import Gate

QUESTIONS = (
    "[date] End of term: When does the lease end?",
    "[yes/no] May the tenant sublet?",
    "[choice: tenant, landlord] Who insures the berth?",
)
YES = ("Yes\n“The tenant may sublet” [p. 1]",)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


TEXT = "The lease ends on 31 March 2031. The tenant insures the berth. The tenant may sublet."


def add_books(fake: FakeDesk, *titles: str) -> list[Book]:
    return [
        fake.books.add(
            Document(title, Format.TEXT, title.encode().hex().ljust(64, "0"), (Page(1, "1", f"{title}. {TEXT}"),)),
            Path(f"/{title}.txt"),
        )
        for title in titles
    ]


def make(fake: FakeDesk, *titles: str) -> Sheet:
    rows = [(BookRef(book.id),) for book in add_books(fake, *titles)]
    return sheets_of(fake.desk).create(columns_of(QUESTIONS), rows, title="Leases")


def kept(fake: FakeDesk, grid: Sheet) -> Sheet:
    found = sheets_of(fake.desk).get(grid.id)
    assert found is not None
    return found


def test_all_is_asked_of_a_document_before_the_next_one(fake: FakeDesk) -> None:
    grid = make(fake, "Berth 1", "Berth 2")
    fake.engine.answers = [
        ("2031-03-31\n“ends on 31 March 2031” [p. 1]",),
        YES,
        ("tenant\n“The tenant insures” [p. 1]",),
    ]
    finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    asked = [prompt.documents[0].untrusted_title for prompt in fake.engine.prompts]
    assert asked == ["Berth 1"] * 3 + ["Berth 2"] * 3
    assert all(len(prompt.documents) == 1 for prompt in fake.engine.prompts)
    read = [read_cell(cell) for cell in kept(fake, grid).cells[:3]]
    assert [(each.value.text, each.finding) for each in read] == [
        ("2031-03-31", CellFinding.WORD_FOR_WORD),
        ("Yes", CellFinding.WORD_FOR_WORD),
        ("tenant", CellFinding.WORD_FOR_WORD),
    ]


def test_the_question_says_what_the_answer_has_to_be(fake: FakeDesk) -> None:
    grid = make(fake, "Berth 1")
    finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    texts = [prompt.messages[-1].text for prompt in fake.engine.prompts]
    assert ["YYYY-MM-DD" in text for text in texts] == [True, False, False]
    assert "one of these words: tenant, landlord" in texts[2]
    assert all("Not in this document" in text for text in texts)
    assert [held.options for held in fake.engine.held if held is not None][1:] == [
        ("Yes", "No", "Not in this document"),
        ("tenant", "landlord", "Not in this document"),
    ]


def test_an_answer_that_says_there_is_nothing_gets_no_page(fake: FakeDesk) -> None:
    grid = make(fake, "Berth 1")
    fake.engine.answers = [("Not in this document",)]
    finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    (first, *_others) = kept(fake, grid).cells
    assert first.answer is not None
    assert first.answer.citations == ()
    assert read_cell(first).finding is CellFinding.ABSENT


def test_after_a_kill_only_what_is_not_answered_is_asked(tmp_path: Path) -> None:
    first = open_desk(tmp_path / "desk", ScriptedEngine(answers=[*[YES] * 4, (*YES, Gate())]))
    grid = make(first, "Berth 1", "Berth 2")
    events = sheets_of(first.desk).run(grid.id, Cancel())
    while not (isinstance(event := next(events), CellBegun) and event.number == 5):
        pass
    next(events)
    second = open_desk(tmp_path / "desk", ScriptedEngine(answers=[YES]))
    second.desk.conversations.close_open_answers()
    told, done = work.run(sheets_of(second.desk).run(grid.id, Cancel()))
    assert [event.number for event in told if isinstance(event, CellBegun)] == [5, 6]
    assert done.finished
    second.desk.close()
    events.close()
    first.desk.close()


def test_what_is_added_later_is_asked_alone(fake: FakeDesk) -> None:
    grid = make(fake, "Berth 1")
    finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    (book,) = add_books(fake, "Berth 2")
    columns = columns_of((*QUESTIONS, "[amount] Rent: What is the yearly rent?"))
    rows = [*(row.books for row in grid.rows), (BookRef(book.id),)]
    found = sheets_of(fake.desk).begun(columns, rows, excerpts=False)
    assert found is not None
    sheets_of(fake.desk).add(found, columns, rows)
    told, _done = work.run(sheets_of(fake.desk).run(grid.id, Cancel()))
    begun = [event.number for event in told if isinstance(event, CellBegun)]
    assert (begun, len(kept(fake, grid).cells)) == ([4, 5, 6, 7, 8], 8)
    assert sheets_of(fake.desk).begun(columns[:2], rows, excerpts=False) is None, "it asks something else, too"


def test_one_cell_is_asked_again_and_keeps_what_it_said_before(fake: FakeDesk) -> None:
    grid = make(fake, "Berth 1")
    finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    fake.engine.answers = [("No\n“The tenant insures” [p. 1]",)]
    cell = kept(fake, grid).cells[1]
    told, _done = work.run(sheets_of(fake.desk).run(grid.id, Cancel(), cell.question.id))
    assert [event.cell.column for event in told if isinstance(event, CellEnded)] == [2]
    assert read_cell(kept(fake, grid).cells[1]).value.yes is False
    assert len(fake.desk.conversations.answer_variants(cell.question.id)) == 2


def test_a_document_that_does_not_fit_costs_itself(fake: FakeDesk) -> None:
    grid = make(fake, "Berth 1", "Berth 2")
    fake.engine.tokens = {"Berth 1": 900_000}
    finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    states = [cell.state for cell in kept(fake, grid).cells]
    assert states == [CellState.FAILED] * 3 + [CellState.ANSWERED] * 3


@pytest.mark.parametrize("purged", [False, True])
def test_a_document_that_is_removed_meanwhile_is_asked_no_more(fake: FakeDesk, purged: bool) -> None:
    grid = make(fake, "Berth 1", "Berth 2", "Berth 3")
    events = sheets_of(fake.desk).run(grid.id, Cancel())
    next(events)
    entry = fake.desk.documents.removal.delete(BinKind.BOOK, grid.rows[1].books[0].book_id)
    assert entry is not None
    if purged:
        fake.desk.documents.removal.purge(entry)
    finish(events)
    assert [prompt.documents[0].untrusted_title for prompt in fake.engine.prompts] == ["Berth 1"] * 3 + ["Berth 3"] * 3
    found = kept(fake, grid)
    assert (found.finished, [row.number for row in found.rows]) == (True, [1, 3])


def test_the_words_themselves_decide_and_no_model(fake: FakeDesk) -> None:
    grid = make(fake, "Berth 1")
    fake.engine.weighs, fake.engine.weights = True, {"Yes": 3.0, "landlord": 3.0, "2031": 3.0}
    insured = "“The tenant insures the berth” [p. 1]"
    fake.engine.answers = [("2031-03-31\n“The tenant may sublet” [p. 1]",), YES, (f"landlord\n{insured}",)]
    finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    cells = kept(fake, grid).cells
    verdicts = [[each.verdict for each in cell.answer.verdicts] for cell in cells if cell.answer]
    assert verdicts == [[Verdict.COMPARE], [Verdict.VERBATIM], [Verdict.OTHERWISE]]
    assert [read_cell(cell).finding for cell in cells] == [
        *(CellFinding.COMPARE, CellFinding.WORD_FOR_WORD, CellFinding.OTHERWISE)
    ]
    otherwise = read_cell(cells[2])
    assert otherwise.evidence is not None
    assert otherwise.evidence.text == "The tenant insures the berth."


def test_a_grid_has_a_limit(fake: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_CELLS", 5)
    with pytest.raises(AppError) as caught:
        make(fake, "Berth 1", "Berth 2")
    assert caught.value.code is Code.QUESTION_CELLS
    grid = sheets_of(fake.desk).create([GridColumn("Why?")], [(BookRef("b"),)])
    with pytest.raises(AppError):
        sheets_of(fake.desk).add(grid, [GridColumn(f"{number}?") for number in range(5)])


def test_what_makes_all_fail_ends_the_run(fake: FakeDesk) -> None:
    grid = make(fake, "Berth 1")
    fake.engine.answers = [(Problem(Code.MODEL_MISSING, {"path": "/m"}),)]
    with pytest.raises(AppError):
        finish(sheets_of(fake.desk).run(grid.id, Cancel()))
    assert [cell.state for cell in kept(fake, grid).cells] == [CellState.FAILED, *[CellState.WAITING] * 2]


@pytest.mark.usefixtures("near_engines")
def test_each_document_is_read_once(tmp_path: Path, tiny_scout_fast: Path) -> None:
    """And whatever a model of random weights makes of it, each cell is of its kind."""
    engine = EngineClient()
    engine.weighs = False  # type: ignore[attr-defined]
    made = open_desk(tmp_path / "desk", engine)  # type: ignore[arg-type]
    made.desk.models.use(EngineSettings(model_path=str(tiny_scout_fast), context_tokens=2048))
    grid = make(made, "Berth 1", "Berth 2")
    finish(sheets_of(made.desk).run(grid.id, Cancel()))
    cells = kept(made, grid).cells
    made.desk.close()
    assert all(read_cell(cell).answered.state is not ValueState.UNFIT for cell in cells)
    reused = [cell.answer.usage.reused_tokens for cell in cells if cell.answer]
    rules = reused[3]
    assert len(reused) == 6
    assert all(each > rules for each in (*reused[1:3], *reused[4:])), "the next question finds the document read"
