"""Question sheets: asks every question of a sheet as the first one after the books, and keeps each answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.conversation import BookRef
from app.core.errors import AppError, Blame, Code, Problem, blame
from app.core.events import AnswerProgress, Checked, Looking, Stored
from app.core.sheet import RowBegun, RowEnded, RowState, Sheet, SheetEntry, SheetProgress, SheetRow
from app.core.work import Cancel, Stopped, Work, relay
from app.services.ask import Ask, title_of
from app.services.templates import check_questions
from app.store.sheets import SheetStore

_FOR_ALL = frozenset({Code.NO_MODEL, Code.ENGINE_GAVE_UP, Code.CONTEXT_INVALID, Code.FILE_MISSING, Code.PAGES_INVALID})


@dataclass(frozen=True)
class Sheets:
    """`run` belongs to the engine's one executor."""

    ask: Ask
    store: SheetStore

    def create(
        self, questions: Sequence[str], books: tuple[BookRef, ...], *, title: str = "", excerpts: bool = False
    ) -> Sheet:
        """Keep a new sheet; without a title it takes its first question's first words. Raises AppError QUESTION_*."""
        check_questions(questions)
        return self.store.create(title or title_of(questions[0]), books, questions, excerpts=excerpts)

    def get(self, sheet_id: str) -> Sheet | None:
        return self.store.get(sheet_id)

    def all(self) -> tuple[SheetEntry, ...]:
        """The newest first."""
        return self.store.all()

    def delete(self, sheet_id: str) -> None:
        self.store.delete(sheet_id)

    def unfinished(self, questions: Sequence[str], books: tuple[BookRef, ...], *, excerpts: bool) -> Sheet | None:
        """The newest sheet that asks just this and has questions left to ask."""
        for entry in self.store.all():
            if entry.answered < entry.questions == len(questions):
                sheet = self.store.get(entry.id)
                if sheet and (sheet.questions, sheet.books, sheet.excerpts) == (tuple(questions), books, excerpts):
                    return sheet
        return None

    def run(self, sheet_id: str, cancel: Cancel) -> Work[SheetProgress, Sheet]:
        """Ask what is not answered yet, in order, and return the sheet as it is then. A question that fails costs
        itself; what would make all others fail in the same way is raised, and leaves the others to be asked when this
        is called again.
        """
        sheet = self.store.get(sheet_id)
        if sheet is None:
            raise AppError(Code.BUG, where="sheets.run")
        for number, row in enumerate(sheet.rows, 1):
            if row.state is RowState.ANSWERED:
                continue
            if cancel.requested:
                raise Stopped
            yield RowBegun(number, len(sheet.rows), row.question.id)
            answer, problem = row.answer, None
            try:
                answer = yield from relay(self.ask.ask(row.question, cancel, excerpts=sheet.excerpts), _of_row)
                problem = answer.problem
            except AppError as error:  # not even an answer could be begun
                problem = error.problem
            yield RowEnded(number, len(sheet.rows), SheetRow(row.question, answer))
            if answer is not None and answer.was_stopped:
                raise Stopped
            if problem is not None and _concerns_all(problem):
                raise AppError.of(problem)
        return self.store.get(sheet_id) or sheet


def _of_row(progress: AnswerProgress) -> Iterator[SheetProgress]:
    """`RowBegun` and `RowEnded` report the rest; rows have no images."""
    if not isinstance(progress, Stored | Checked | Looking):
        yield progress


def _concerns_all(problem: Problem) -> bool:
    """Whether the next question would meet the same problem, whatever it asks."""
    code, params = problem.code, problem.params
    if code is Code.DOES_NOT_FIT:
        taken = int(params["documents_tokens"]) + int(params["reserve_tokens"])
        return taken >= int(params["context_tokens"])
    return code in _FOR_ALL or code.startswith("model_") or blame(code) is Blame.MACHINE
