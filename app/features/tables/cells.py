"""A cell of a grid as it is read: its value, and the one finding on it that the window, exports and the terminal
show.

The finding follows from the verdict that was kept with the answer, and from nothing else. Only what a page has word for
word is green. A value that a person entered has no verdict: what the pages have of the answer's says nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from app.core.conversations.cell import CellState
from app.core.conversations.conversation import Answer, Citation, CitationState, Ending
from app.core.conversations.values import ABSENT, AnswerForm, CellValue, ValueKind, ValueState, read_value, value_of
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.features.tables.data import SheetCell


class CellFinding(StrEnum):
    """The outcome of a cell, and what the pages have of its value."""

    WAITING = "waiting"
    ANSWERING = "answering"
    STOPPED = "stopped"
    FAILED = "failed"
    WORD_FOR_WORD = "word_for_word"  # a page says it, and says it of what was asked; the only green
    OTHERWISE = "otherwise"  # its page says the same with another date, amount, choice or answer
    COMPARE = "compare"  # a page has something of it, and a person has to compare
    NOTHING = "nothing"  # no page says it, or the page that it names does not exist
    ABSENT = "absent"  # the document has none, says the model
    UNDECIDED = "undecided"  # yes or no: the passage is there, and a person decides what it says
    UNFIT = "unfit"  # its answer has no value of its kind
    CORRECTED = "corrected"  # a person entered its value


_BEFORE = {
    CellState.WAITING: CellFinding.WAITING,
    CellState.ANSWERING: CellFinding.ANSWERING,
    CellState.STOPPED: CellFinding.STOPPED,
    CellState.FAILED: CellFinding.FAILED,
}
_FINDINGS = {
    Verdict.VERBATIM: CellFinding.WORD_FOR_WORD,
    Verdict.OTHERWISE: CellFinding.OTHERWISE,
    Verdict.NOTHING: CellFinding.NOTHING,
    Verdict.COMPARE: CellFinding.COMPARE,
    Verdict.SEEMS: CellFinding.COMPARE,
    Verdict.UNWEIGHED: CellFinding.COMPARE,
}
_WORST = (Verdict.OTHERWISE, Verdict.NOTHING, Verdict.COMPARE, Verdict.UNWEIGHED, Verdict.SEEMS, Verdict.VERBATIM)
_OF_STATES = {
    ValueState.ABSENT: CellFinding.ABSENT,
    ValueState.UNDECIDED: CellFinding.UNDECIDED,
    ValueState.UNFIT: CellFinding.UNFIT,
}


_YES_NO = {
    word: said
    for said, words in (("Yes", "y ja oui sí sì si あり 有 ○ 〇"), ("No", "n nein non なし 無 × ✕"))
    for word in words.split()
}
"""The words for yes and no, besides those that models write."""


@dataclass(frozen=True)
class ReadCell:
    """A cell as it is read. `value` is a person's, if one entered it, and `answered` is the answer's; in prose, all of
    it. `verdict` is what the pages have of the value, of several sentences the worst; None if nothing is known, and for
    a value that was entered by hand. A value that is not in the document has one if a sentence may have it after
    all."""

    cell: SheetCell
    finding: CellFinding
    value: CellValue
    answered: CellValue
    verdict: SentenceVerdict | None = None

    @property
    def kind(self) -> ValueKind:
        return self.cell.question.form.kind

    @property
    def has_value(self) -> bool:
        return self.value.state is ValueState.HAS

    @property
    def is_of_another_kind(self) -> bool:
        """True if what a person entered is no value of the column's kind; it is kept as text."""
        form = self.cell.question.form
        typed = bool(self.cell.correction) and form.kind not in (ValueKind.PROSE, ValueKind.TEXT)
        return typed and value_entered(self.cell.correction, form).state is ValueState.UNFIT

    @property
    def evidence(self) -> Evidence | None:
        """The sentence that the finding rests on first, or the page alone, with no words; None if there is no page."""
        return self.verdict.evidence[0] if self.verdict is not None and self.verdict.evidence else None

    @property
    def citation(self) -> Citation | None:
        """The address that opens the page with its sentence; None if there is no page."""
        found = self.evidence
        if found is None:
            return None
        lit = found.text.removesuffix(" …")
        place = (found.book_id, found.document, found.page, found.label)
        return Citation(*place, "", CitationState.PAGE, on_page=lit)


def read_cell(cell: SheetCell) -> ReadCell:
    """Read a cell. This is the one place that says what is found out about it."""
    form, answer = cell.question.form, cell.answer
    answered = CellValue(ValueState.UNFIT)
    if answer is not None and answer.text.strip():
        prose = CellValue(ValueState.HAS, answer.text.strip())
        answered = read_value(answer.text, form) if form.is_held else prose
    if cell.correction:
        entered = value_entered(cell.correction, form)
        kept = entered if entered.state is not ValueState.UNFIT else CellValue(ValueState.HAS, cell.correction)
        return ReadCell(cell, CellFinding.CORRECTED, kept, answered)
    if answer is None or cell.state in _BEFORE:
        return ReadCell(cell, _BEFORE[cell.state], answered, answered)
    verdict = _verdict(answer, answered)
    if answered.state is not ValueState.HAS:
        return ReadCell(cell, _OF_STATES[answered.state], answered, answered, verdict)
    return ReadCell(
        cell, CellFinding.COMPARE if verdict is None else _FINDINGS[verdict.verdict], answered, answered, verdict
    )


def value_entered(line: str, form: AnswerForm) -> CellValue:
    """Return the words that a person entered as a value of a kind: a date or an amount in the usual ways of the
    languages that Octavo knows. The state is UNFIT if it is none, or may be two."""
    line = " ".join(line.split())
    if form.kind is ValueKind.YES_NO:
        line = line.rstrip(".!。！")
        line = _YES_NO.get(line.casefold(), line)
    if value_of(line, form).state is ValueState.ABSENT:
        return ABSENT
    if form.kind in (ValueKind.DATE, ValueKind.AMOUNT):
        from app.documents.citations.entered_values import amount_entered, date_entered

        line = date_entered(line) if form.kind is ValueKind.DATE else amount_entered(line)
    return value_of(line, form) if form.is_held else CellValue(ValueState.HAS, line)


def _verdict(answer: Answer, value: CellValue) -> SentenceVerdict | None:
    """Return the worst of an answer's verdicts; None if it has none. What a search found has none, and is compared with
    its page; so is an answer that was cut off: its last words may have said something else."""
    if answer.from_search or (not answer.verdicts and value.state is not ValueState.ABSENT):
        return _page_of(answer)
    worst = min(answer.verdicts, key=lambda each: _WORST.index(each.verdict), default=None)
    if worst is not None and worst.verdict is Verdict.VERBATIM and answer.ending is not Ending.COMPLETE:
        return msgspec.structs.replace(worst, verdict=Verdict.COMPARE)
    return worst


def _page_of(answer: Answer) -> SentenceVerdict | None:
    """Return the verdict that a person compares an answer with the first page that it names; None if it names none."""
    cited = next((each for each in answer.citations if each.page > 0), None)
    if cited is None:
        return None
    evidence = Evidence(cited.book_id, cited.document, cited.page, cited.label, cited.on_page or cited.quote)
    return SentenceVerdict(0, len(answer.text), Verdict.COMPARE, (evidence,))
