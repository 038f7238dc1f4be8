"""What a cell of a grid says: its value, the place that it rests on, and whether the page agrees."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.core.conversation import Citation, CitationState, Ending, Support
from app.core.sheet import CellState, SheetCell
from app.core.values import CellValue, ValueKind, ValueState, read_value, value_of
from app.documents.citations.agreement import is_proof, page_says

_TRUE = (CitationState.VERIFIED, CitationState.REPAIRED)
_DOUBTFUL = (CitationState.NEAR, CitationState.CUT, CitationState.NOT_FOUND, CitationState.DIFFERS)


class CellFinding(StrEnum):
    """What became of a cell, and what the program found out about its value."""

    WAITING = "waiting"
    ANSWERING = "answering"
    STOPPED = "stopped"
    FAILED = "failed"
    VERIFIED = "verified"  # its quotation is on the page, word for word, and says nothing else
    DISAGREES = "disagrees"  # its quotation is on the page, and has another date, amount or number
    UNVERIFIED = "unverified"  # no quotation on a page can prove it, or a model judges that it says otherwise
    ABSENT = "absent"  # the document has none, says the model
    UNDECIDED = "undecided"  # yes or no: the passage is there, and a person decides what it says
    UNFIT = "unfit"  # its answer has no value of its kind
    CORRECTED = "corrected"  # by hand


_BEFORE = {
    CellState.WAITING: CellFinding.WAITING,
    CellState.ANSWERING: CellFinding.ANSWERING,
    CellState.STOPPED: CellFinding.STOPPED,
    CellState.FAILED: CellFinding.FAILED,
}


@dataclass(frozen=True)
class ReadCell:
    """`value` is a person's, where one corrected it, and `answered` the answer's; in prose, all of it. `citation`: what
    it rests on first, or else the page that it names. `on_page`: what the page has in the place of the value."""

    cell: SheetCell
    finding: CellFinding
    value: CellValue
    answered: CellValue
    citation: Citation | None = None
    on_page: str = ""

    @property
    def kind(self) -> ValueKind:
        return self.cell.question.form.kind

    @property
    def has_value(self) -> bool:
        return self.value.state is ValueState.HAS


def read_cell(cell: SheetCell) -> ReadCell:
    form, answer = cell.question.form, cell.answer
    answered = CellValue(ValueState.UNFIT)
    if answer is not None and answer.text.strip():
        prose = CellValue(ValueState.HAS, answer.text.strip())
        answered = read_value(answer.text, form) if form.is_held else prose
    is_absent = answered.state is ValueState.ABSENT  # then nothing rests on what may have been quoted all the same
    citation = _first(answer.citations) if answer is not None and not is_absent else None
    quotations = [each.quote for each in answer.citations if each.state in _TRUE] if answer is not None else []
    on_page = page_says(answered, form, quotations) if form.is_held else ""
    if cell.correction:
        corrected = value_of(cell.correction, form) if form.is_held else CellValue(ValueState.HAS, cell.correction)
        if corrected.state is ValueState.UNFIT:
            corrected = CellValue(ValueState.HAS, cell.correction)
        on_page = page_says(corrected, form, quotations) if form.is_held else ""
        return ReadCell(cell, CellFinding.CORRECTED, corrected, answered, citation, on_page)
    proven = not form.is_held or is_proof(answered, form, cell.question.text, quotations)
    return ReadCell(cell, _finding(cell, answered, on_page, proven), answered, answered, citation, on_page)


def _finding(cell: SheetCell, value: CellValue, on_page: str, proven: bool) -> CellFinding:
    answer = cell.answer
    if cell.state in _BEFORE or answer is None:
        return _BEFORE[cell.state]
    if value.state is ValueState.ABSENT:
        return CellFinding.ABSENT
    if value.state is ValueState.UNDECIDED:
        return CellFinding.UNDECIDED
    if value.state is ValueState.UNFIT:
        return CellFinding.UNFIT
    if on_page:
        return CellFinding.DISAGREES
    states = [citation.state for citation in answer.citations]
    is_true = any(state in _TRUE for state in states) and answer.ending is Ending.COMPLETE
    judged = cell.question.form.is_held and any(each.support is Support.NOTHING for each in answer.weighed)
    doubtful = judged or any(state in _DOUBTFUL for state in states)
    return CellFinding.VERIFIED if is_true and proven and not doubtful else CellFinding.UNVERIFIED


def _first(citations: tuple[Citation, ...]) -> Citation | None:
    """The first one with words that are on their page, or else the first with a page."""
    true = next((each for each in citations if each.state in _TRUE), None)
    return true or next((each for each in citations if each.page > 0), None)
