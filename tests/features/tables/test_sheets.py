"""Question sheets with a scripted engine and a real store: each question from the same point, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.cell import CellBegun, CellEnded, CellState
from app.core.conversations.conversation import BookRef, CitationState, PageRange
from app.core.conversations.events import Notice, Reading, Token
from app.core.conversations.values import is_japanese
from app.core.conversations.verdict import Verdict
from app.core.documents.document import Book, Document, Format, Page, Section
from app.core.errors import AppError, Code, Problem
from app.core.settings import RemoteTexts
from app.core.work import Cancel, Stopped, finish
from app.features.tables import service
from app.features.tables.columns import MAX_QUESTION_CHARACTERS, columns_of, split_questions
from app.features.tables.data import Sheet, SheetProgress
from app.features.tables.service import SheetTemplate, check_questions, read_questions, sheets_of, templates_of
from app.features.tables.window.cell_table import state_words
from tests import work
from tests.ui.fakes import SCOUT, FakeDesk, ScriptedEngine, Step, open_desk
from tests.ui.gate import Gate
from tests.work import at, fail, problem_of, stop

PAGES = ("The harbour opens at six.", "The tenant gives notice not less than twelve months before the end.", "Ends.")
QUESTIONS = ("When does it open?", "What about notice?", "How does it end?")
WAITS = "The harbour lets its first ship in at six"
"""Words alone do not decide about this sentence."""


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


def add_book(fake: FakeDesk, title: str = "Lease", outline: tuple[Section, ...] = ()) -> Book:
    pages = tuple(Page(n, label, text) for n, (label, text) in enumerate(zip(("i", "2", "3"), PAGES, strict=True), 1))
    document = Document(title, Format.TEXT, title.encode().hex().ljust(64, "0"), pages, outline)
    return fake.books.add(document, Path(f"/{title}.txt"))


@pytest.fixture
def book(fake: FakeDesk) -> Book:
    return add_book(fake)


@pytest.fixture
def sheet(fake: FakeDesk, book: Book) -> Sheet:
    return sheets_of(fake.desk).create(columns_of(QUESTIONS), [(BookRef(book.id),)])


def script(fake: FakeDesk, *answers: tuple[Step, ...]) -> None:
    fake.engine.answers[:] = answers


def run(fake: FakeDesk, sheet: Sheet) -> tuple[list[SheetProgress], Sheet]:
    return work.run(sheets_of(fake.desk).run(sheet.id, Cancel()))


ANSWERS = ("The harbour opens at six [p. i].",), (f"{WAITS} [p. i].",), ("Elephants sleep standing up.",)


def test_the_sentences_of_its_answers_are_weighed(fake: FakeDesk, sheet: Sheet) -> None:
    fake.engine.weighs, fake.engine.weights = True, {"first ship": 9.0}
    script(fake, *ANSWERS)
    told, ended = run(fake, sheet)
    verdicts = [[each.verdict for each in row.answer.verdicts] for row in ended.cells if row.answer]
    assert verdicts == [[Verdict.VERBATIM], [Verdict.SEEMS], [Verdict.NOTHING]]
    rows = [event.cell for event in told if isinstance(event, CellEnded)]
    assert tuple(rows) == ended.cells, "a row ends with its sentences weighed"
    assert state_words(ended.cells[0]).startswith("answered\n1 word for word")
    assert state_words(ended.cells[2]).startswith("answered\n1 not found")


def test_why_no_sentence_is_weighed_is_said_once(fake: FakeDesk, sheet: Sheet) -> None:
    fake.engine.weighs, fake.engine.info = True, msgspec.structs.replace(SCOUT, host="models.example.org")
    fake.desk.settings.change("remote.texts", RemoteTexts.AS_IS)
    script(fake, *[(f"{WAITS}.",)] * 3)
    told, ended = run(fake, sheet)
    assert [event.problem.code for event in told if isinstance(event, Notice)] == [Code.WEIGHING_REMOTE]
    assert ended.finished


def test_a_sheet_that_is_stopped_while_it_weighs_keeps_the_answer(fake: FakeDesk, sheet: Sheet) -> None:
    fake.engine.weighs = True
    script(fake, *[(f"{WAITS}.",)] * 3)
    events: list[SheetProgress] = []
    cancel = Cancel()
    fake.engine.weighings = [_StopsAt(cancel)]
    with pytest.raises(Stopped):
        finish(sheets_of(fake.desk).run(sheet.id, cancel), events.append)
    assert [event.cell.state for event in events if isinstance(event, CellEnded)] == [CellState.ANSWERED]
    assert kept(fake, sheet).answered == 1


class _StopsAt(Gate):
    """Stops where it is reached."""

    def __init__(self, cancel: Cancel) -> None:
        super().__init__()
        self._cancel = cancel

    def wait(self, cancel: Cancel | None = None) -> None:
        self._cancel.request()


def kept(fake: FakeDesk, sheet: Sheet) -> Sheet:
    found = sheets_of(fake.desk).get(sheet.id)
    assert found is not None
    return found


def states(sheet: Sheet) -> list[CellState]:
    return [row.state for row in sheet.cells]


def test_every_question_is_the_first_one_after_the_books(fake: FakeDesk, sheet: Sheet) -> None:
    run(fake, sheet)
    assert [prompt.said for prompt in fake.engine.prompts] == [(question,) for question in QUESTIONS]
    assert [len(prompt.messages) for prompt in fake.engine.prompts] == [1] * len(QUESTIONS)
    first, *others = fake.engine.prompts
    assert all((prompt.rules, prompt.documents) == (first.rules, first.documents) for prompt in others)


def test_the_answers_are_checked_kept_and_told_row_by_row(fake: FakeDesk, sheet: Sheet, book: Book) -> None:
    script(
        fake,
        (Reading(10, 20, 0), "At six “opens at six” [p. i]."),
        ("Twelve months [p. 2].",),
        ("“It never ends at all” [p. 3].",),
    )
    events, done = run(fake, sheet)
    kinds = [type(event) for event in events]
    row = [CellBegun, Token, CellEnded]
    assert kinds == [CellBegun, Reading, Token, CellEnded, *row, *row]
    assert [(e.number, e.total) for e in events if isinstance(e, CellEnded)] == [(1, 3), (2, 3), (3, 3)]
    assert done == kept(fake, sheet)
    assert [event.cell for event in events if isinstance(event, CellEnded)] == list(done.cells)
    citations = [row.answer.citations[0] for row in done.cells if row.answer]
    assert [(c.book_id, c.page, c.state) for c in citations] == [
        (book.id, 1, CitationState.VERIFIED),
        (book.id, 2, CitationState.PAGE),
        (book.id, 3, CitationState.NOT_FOUND),
    ]
    assert done.finished


def test_a_question_that_fails_costs_itself(fake: FakeDesk, sheet: Sheet) -> None:
    crash = Problem(Code.ENGINE_CRASHED, {"signal": 11})
    script(fake, ("One.",), ("Two, half", crash), ("Three.",))
    run(fake, sheet)
    found = kept(fake, sheet)
    assert states(found) == [CellState.ANSWERED, CellState.FAILED, CellState.ANSWERED]
    failed = found.cells[1].answer
    assert failed is not None
    assert (failed.text, failed.problem) == ("Two, half", crash)
    assert len(fake.engine.specs) == 2, "the engine was started again"


def test_what_was_not_answered_is_asked_again_and_nothing_else(fake: FakeDesk, sheet: Sheet) -> None:
    script(fake, ("One.",), ("Two, half", Problem(Code.ENGINE_CRASHED, {"signal": 11})), ("Three.",))
    run(fake, sheet)
    fake.engine.prompts.clear()
    script(fake, ("Two, whole.",))
    events, _sheet = run(fake, sheet)
    assert [(e.number, e.question_id) for e in events if isinstance(e, CellBegun)] == [(2, sheet.cells[1].question.id)]
    assert [prompt.said for prompt in fake.engine.prompts] == [(QUESTIONS[1],)]
    assert [row.answer.text for row in kept(fake, sheet).cells if row.answer] == ["One.", "Two, whole.", "Three."]
    assert run(fake, sheet) == ([], kept(fake, sheet)), "nothing is left to ask"


@pytest.mark.parametrize(
    "problem",
    [
        Problem(Code.ENGINE_GAVE_UP, {"attempts": 3}),
        Problem(Code.MODEL_OUT_OF_MEMORY, {"path": "a", "needed_bytes": 2, "free_bytes": 1}),
        Problem(Code.DISK_FULL, {"path": "a"}),
    ],
)
def test_what_would_meet_every_question_ends_the_sheet(fake: FakeDesk, sheet: Sheet, problem: Problem) -> None:
    script(fake, ("One.",), (problem,))
    events, found = fail(sheets_of(fake.desk).run(sheet.id, Cancel()))
    assert isinstance(events[-1], CellEnded)
    assert found == problem
    assert states(kept(fake, sheet)) == [CellState.ANSWERED, CellState.FAILED, CellState.WAITING]


def test_books_that_do_not_fit_end_the_sheet_and_a_long_question_only_itself(fake: FakeDesk, book: Book) -> None:
    fake.engine.info = msgspec.structs.replace(SCOUT, context_tokens=400)
    long = "Why? " * 300
    sheet = sheets_of(fake.desk).create(columns_of(("When?", long, "How?")), [(BookRef(book.id),)])
    run(fake, sheet)
    assert states(kept(fake, sheet)) == [CellState.ANSWERED, CellState.FAILED, CellState.ANSWERED]
    fake.engine.tokens = {"Lease": 400}
    sheet = sheets_of(fake.desk).create(columns_of(("When?", "How?")), [(BookRef(book.id),)])
    assert problem_of(sheets_of(fake.desk).run(sheet.id, Cancel())).code is Code.DOES_NOT_FIT
    assert states(kept(fake, sheet)) == [CellState.FAILED, CellState.WAITING]


def test_stop_keeps_what_was_answered_and_half_answered(fake: FakeDesk, sheet: Sheet) -> None:
    cancel = Cancel()
    gate = Gate()
    script(fake, ("One.",), ("Two, half", gate, "never"))

    def stop_in_the_second(event: object) -> None:
        if event == Token("Two, half"):
            cancel.request()

    assert isinstance(stop(sheets_of(fake.desk).run(sheet.id, cancel), stop_in_the_second)[-1], CellEnded)
    found = kept(fake, sheet)
    assert states(found) == [CellState.ANSWERED, CellState.STOPPED, CellState.WAITING]
    assert found.cells[1].answer is not None
    assert found.cells[1].answer.text == "Two, half"


def test_stopped_between_two_questions_nothing_more_is_begun(fake: FakeDesk, sheet: Sheet) -> None:
    cancel = Cancel()
    events = stop(sheets_of(fake.desk).run(sheet.id, cancel), at(CellEnded, cancel.request))
    assert isinstance(events[-1], CellEnded)
    assert states(kept(fake, sheet)) == [CellState.ANSWERED, CellState.WAITING, CellState.WAITING]


def test_a_sheet_goes_on_after_octavo_was_killed(tmp_path: Path) -> None:
    first = open_desk(tmp_path / "desk", ScriptedEngine(answers=[("One.",), ("Two, half", Gate(), "and more")]))
    book = add_book(first)
    sheet = sheets_of(first.desk).create(columns_of(QUESTIONS), [(BookRef(book.id),)])
    events = sheets_of(first.desk).run(sheet.id, Cancel())
    while not (isinstance(event := next(events), CellBegun) and event.number == 2):
        pass
    next(events)
    second = open_desk(tmp_path / "desk", ScriptedEngine(answers=[("Two, whole.",), ("Three.",)]))
    assert second.desk.conversations.close_open_answers()
    found = sheets_of(second.desk).begun(columns_of(QUESTIONS), [sheet.books], excerpts=False, together=True)
    assert found is not None
    assert states(found) == [CellState.ANSWERED, CellState.STOPPED, CellState.WAITING]
    finish(sheets_of(second.desk).run(found.id, Cancel()))
    texts = [row.answer.text for row in kept(second, sheet).cells if row.answer]
    assert texts == ["One.", "Two, whole.", "Three."]
    assert sheets_of(second.desk).begun(columns_of(QUESTIONS), [sheet.books], excerpts=False, together=True) is None
    second.desk.close()
    events.close()
    first.desk.close()


def test_only_the_same_questions_to_the_same_books_go_on(fake: FakeDesk, sheet: Sheet, book: Book) -> None:
    find = sheets_of(fake.desk).begun
    found = find(columns_of(QUESTIONS), [sheet.books], excerpts=False, together=True)
    assert found is not None
    assert found.id == sheet.id
    assert find(columns_of(QUESTIONS[:2]), [sheet.books], excerpts=False, together=True) is None
    assert find(columns_of(QUESTIONS[::-1]), [sheet.books], excerpts=False, together=True) is None
    assert find(columns_of(QUESTIONS), [()], excerpts=False, together=True) is None
    assert find(columns_of(QUESTIONS), [sheet.books], excerpts=True, together=True) is None


def test_excerpts_are_asked_as_excerpts(fake: FakeDesk, book: Book) -> None:
    sheet = sheets_of(fake.desk).create(columns_of(("What about notice?",)), [(BookRef(book.id),)], excerpts=True)
    run(fake, sheet)
    assert fake.engine.prompts[0].documents == ()
    (row,) = kept(fake, sheet).cells
    assert row.answer is not None
    assert row.answer.excerpts


def test_a_sheet_is_named_after_its_template_or_its_first_question(fake: FakeDesk) -> None:
    assert sheets_of(fake.desk).create(columns_of(("When?",)), [()], title="Glossary").title == "Glossary"
    assert sheets_of(fake.desk).create(columns_of(("  When\n does it? ",)), [()]).title == "When does it?"
    assert sheets_of(fake.desk).create(columns_of(("Why " * 40,)), [()]).title.endswith("Why…")


def test_a_sheet_that_is_gone_is_told(fake: FakeDesk, sheet: Sheet) -> None:
    fake.desk.documents.removal.delete(BinKind.SHEET, sheet.id)
    assert fail(sheets_of(fake.desk).run(sheet.id, Cancel()))[0] == []


# ---- lists of questions


def test_one_question_a_line_without_empty_ones_and_comments() -> None:
    assert split_questions("# Harbour\n\n  When? \r\nWho # did it?\n#no\n   \nなぜ？") == (
        "When?",
        "Who # did it?",
        "なぜ？",
    )


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_a_file_of_questions_is_utf8(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "questions.txt"
    path.write_bytes(start + "Wann?\nなぜ？\n".encode())
    assert read_questions(path) == ("Wann?", "なぜ？")


@pytest.mark.parametrize("content", ["Wann?".encode("utf-16"), "Où ?".encode("latin-1"), bytes(range(128, 256))])
def test_another_encoding_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "questions.txt"
    path.write_bytes(content)
    with pytest.raises(AppError) as caught:
        read_questions(path)
    assert (caught.value.code, caught.value.params) == (Code.FILE_NOT_UTF8, {"path": str(path)})


def test_a_file_too_large_for_questions_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "questions.txt"
    with path.open("wb") as file:
        file.truncate(service.MAX_FILE_BYTES + 1)
    with pytest.raises(AppError) as caught:
        read_questions(path)
    assert caught.value.code is Code.FILE_TOO_LARGE


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        ((), Code.QUESTION_NONE),
        (("Why?",) * (service.MAX_QUESTIONS + 1), Code.QUESTION_LIMIT),
        (("Why?", "y" * (MAX_QUESTION_CHARACTERS + 1)), Code.QUESTION_TOO_LONG),
    ],
)
def test_limits_are_told(fake: FakeDesk, listed: tuple[str, ...], code: Code) -> None:
    with pytest.raises(AppError) as caught:
        sheets_of(fake.desk).create(columns_of(listed), [()])
    assert caught.value.code is code
    assert sheets_of(fake.desk).all() == ()


def test_what_is_at_the_limits_is_taken() -> None:
    check_questions(("y" * MAX_QUESTION_CHARACTERS,) * service.MAX_QUESTIONS)


# ---- templates

NAMES = ["chapters", "minutes", "contract", "people", "glossary"]
GRIDS = ["due-diligence", "leases", "clinical-letters", "interviews", "invoices"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_five_templates_in_both_languages(fake: FakeDesk, book: Book, language: str) -> None:
    found = [template for template in templates_of(fake.desk).all(language) if not template.grid]
    assert [template.name for template in found] == NAMES
    for template in found:
        listed = templates_of(fake.desk).questions(template, (BookRef(book.id),))
        assert len(listed) >= 4
        check_questions(listed)
        assert template.title
        assert template.description
        assert all("{" not in question for question in listed)
        assert any("引用" in question if language == "ja" else "uote" in question for question in listed)


def test_five_grids_ask_the_same_in_both_languages(fake: FakeDesk) -> None:
    english, japanese = ([each for each in templates_of(fake.desk).all(name) if each.grid] for name in ("en", "ja"))
    assert [template.name for template in english] == GRIDS
    for one, other in zip(english, japanese, strict=True):
        columns, others = columns_of(one.questions), columns_of(other.questions)
        assert [column.form.kind for column in columns] == [column.form.kind for column in others]
        assert [len(column.form.choices) for column in columns] == [len(column.form.choices) for column in others]
        assert all(column.name and column.form.is_held for column in (*columns, *others))
        assert not any(is_japanese(column.question) for column in columns)
        assert all(is_japanese(column.question) for column in others)


def test_both_languages_ask_the_same_number(fake: FakeDesk) -> None:
    for english, japanese in zip(templates_of(fake.desk).all("en"), templates_of(fake.desk).all("ja"), strict=True):
        assert len(english.questions) == len(japanese.questions)
        assert len(english.each_book) == len(japanese.each_book)


def test_another_language_gets_english(fake: FakeDesk) -> None:
    assert templates_of(fake.desk).all("fr") == templates_of(fake.desk).all("en")


def test_an_unknown_template_is_told_with_those_there_are(fake: FakeDesk) -> None:
    with pytest.raises(AppError) as caught:
        templates_of(fake.desk).get("poems", "en")
    assert caught.value.params == {"name": "poems", "known": ", ".join(NAMES + GRIDS)}


def chapters(fake: FakeDesk, *books: Book) -> tuple[str, ...]:
    template = SheetTemplate("T", "D", each_chapter="{title} of {book}: {pages}", each_book=("{book}?", "{book}!"))
    return templates_of(fake.desk).questions(template, tuple(BookRef(book.id) for book in books))


def test_every_chapter_of_the_highest_level_with_several_is_asked_about(fake: FakeDesk) -> None:
    whole = Section("The lease", 1, 1)
    book = add_book(fake, "Nested", (whole, Section("Hours", 1, 2), Section("Six", 1, 3), Section("Notice {x}", 2, 2)))
    assert chapters(fake, book) == ("Hours of Nested: i", "Notice {x} of Nested: 2–3")


def test_a_book_without_an_outline_is_asked_as_a_whole(fake: FakeDesk, book: Book) -> None:
    other = add_book(fake, "Parts", (Section("A", 1, 1), Section("B", 3, 1)))
    assert chapters(fake, book, other) == ("Lease?", "Lease!", "A of Parts: i–2", "B of Parts: 3")


def test_only_chapters_on_the_chosen_pages_are_asked_about(fake: FakeDesk) -> None:
    book = add_book(fake, "Parts", (Section("A", 1, 1), Section("B", 3, 1)))
    template = SheetTemplate("T", "D", each_chapter="{title}: {pages}")
    assert templates_of(fake.desk).questions(template, (BookRef(book.id, PageRange(2, 2)),)) == ("A: 2",)
