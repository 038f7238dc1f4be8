"""Answers about books that do not fit into the context: read part by part, noted, and written from the notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import msgspec

from app.core.conversations.cell import Cell, CellBegun, CellEnded, CellProgress, CellState, PartNotes
from app.core.conversations.conversation import (
    RULES_VERSION,
    Answer,
    Asked,
    BookRef,
    Ending,
    Part,
    PartState,
    StoredQuestion,
)
from app.core.conversations.events import (
    Loading,
    Notice,
    Noting,
    PartBegun,
    PartEnded,
    PartsProgress,
    Reading,
    Stored,
    Thinking,
    Token,
    Tokenizing,
)
from app.core.conversations.values import FREE
from app.core.errors import AppError, Code
from app.core.work import Cancel, Work, relay
from app.engine.protocol import DocumentText, Measure, Message, Prompt
from app.services.asking.ask import Ask, OpenAnswer, does_not_fit, title_of
from app.services.asking.cell_run import CellRun
from app.services.asking.parting import PageSize, divide, pages_of, refs_of, tokens_of
from app.services.asking.prompts import Prompts
from app.services.asking.rules import PAGE, ask_for_notes, ask_for_shorter, rules_of
from app.services.finding.conversation_search import QuestionKind, decide
from app.services.library.library import document_text
from app.store.books import Books
from app.store.cells import PartNotesStore

_SLACK = 24
"""Tokens by which a text may differ from its parts, and the names of a part's pages from those that were measured."""


@dataclass(frozen=True)
class Parts:
    """Belongs to the engine's one executor. The notes are cells that go with the question."""

    asking: Ask
    store: PartNotesStore
    prompts: Prompts
    books: Books

    def unanswered(self, text: str, books: tuple[BookRef, ...]) -> StoredQuestion | None:
        """Return the newest question of these words to these books whose notes were begun, and that has no whole
        answer."""
        return self.store.unanswered(text, books)

    def notes(self, question_id: str) -> PartNotes | None:
        """Return the notes on each part, if there are any."""
        return next((notes for notes in self.store.of_question(question_id) if not notes.shortens), None)

    def ask(self, asked: Asked, cancel: Cancel) -> Work[PartsProgress, Answer]:
        """Answer as `Ask.ask` does, but from notes on all parts of the books. What was noted for the question before is
        not read again. A part that fails is left out, and `Answer.parts` says so."""
        question, writing = self.asking.open(asked)
        if question.form.verbatim:  # notes are not the documents' words
            question = msgspec.structs.replace(question, form=FREE)
        yield Stored(question.id, writing.answer.id)
        with writing.kept(cancel):
            if not writing.answer.parts:
                writing.reads(tuple(map(self._part, question.books)))
            load_s = yield from self.asking.ready(question, writing, cancel)
            if self.asking.is_starter():
                raise AppError(Code.MODEL_TOO_SMALL, path=self.asking.model().path)
            room = yield from self.asking.room_for_notes(question, cancel)
            notes = self.notes(question.id) if writing.goes_on else None
            if notes is None:
                notes = yield from self._begun(question, cancel)
                notes = yield from self._read(notes, writing, cancel)
            texts = yield from self._texts(question, notes, room, writing, cancel)
            yield from self.asking.write_from_notes(question, writing, texts, cancel, load_s)
        return writing.outcome

    # ---- the parts

    def _begun(self, question: StoredQuestion, cancel: Cancel) -> Work[Tokenizing, PartNotes]:
        """Return the notes that were begun, unless they were for other pages or for a larger context; else new ones."""
        pages = yield from self._measure(question.books, cancel)
        before = self._asked_before(question)
        wanted = self._ask_for_notes(question, question.books, before)
        room = yield from self._room(wanted, cancel, excerpts=False)
        notes = self.notes(question.id)
        if notes is not None:
            if _is_sound(notes, pages, room):
                return notes
            self.store.delete(notes.id)
        parts = [refs_of(part) for part in divide(pages, room)]
        texts = [self._ask_for_notes(question, part, before) for part in parts]
        return self.store.create(title_of(question.text), texts, parts, question.id, shortens=False)

    def _measure(self, refs: Sequence[BookRef], cancel: Cancel) -> Work[Tokenizing, list[PageSize]]:
        documents = tuple(document_text(self.books.cited(ref)) for ref in refs)
        headings = tuple(DocumentText(document.untrusted_title, ()) for document in documents)
        engine = self.asking.engine
        size = yield from engine.run(Measure(Prompt("", documents, ())), cancel)
        bare = yield from engine.run(Measure(Prompt("", headings, ())), cancel)
        parts = zip(refs, bare.documents, size.page_ends, strict=True)
        return list(chain.from_iterable(pages_of(self.books.book(ref.book_id), ref, h, ends) for ref, h, ends in parts))

    def _room(self, wanted: str, cancel: Cancel, *, excerpts: bool) -> Work[Tokenizing, int]:
        """Return how many tokens a part, or the notes with `excerpts`, may have beside the words `wanted` of them.
        Raises AppError DOES_NOT_FIT if that is less than what is noted may have."""
        budget, context_tokens = self.asking.budget(), self.asking.model().context_tokens
        rules = rules_of(RULES_VERSION)
        prompt = Prompt(rules.excerpts if excerpts else rules.documents, (), (Message("user", wanted),))
        size = yield from self.asking.engine.run(Measure(prompt), cancel)
        needed = size.total + max(budget.notes, budget.reserve) + _SLACK
        if needed + budget.notes > context_tokens:
            raise does_not_fit(size, needed, context_tokens)
        return context_tokens - needed

    def _asked(self, notes: PartNotes, cancel: Cancel) -> Work[CellProgress[Cell], PartNotes]:
        """Ask what is not answered yet, and return the notes with it."""
        left = [(number, cell) for number, cell in enumerate(notes.cells, 1) if cell.state is not CellState.ANSWERED]
        run = CellRun(self.asking, notes.cells, self.store.asks, cancel, excerpts=notes.shortens, notes=True)
        yield from run.run(left)
        return self.store.get(notes.id) or notes

    def _read(self, notes: PartNotes, writing: OpenAnswer, cancel: Cancel) -> Work[PartsProgress, PartNotes]:
        """Have all parts noted that are not yet. Raises AppError if none could be."""
        rows = list(notes.cells)
        writing.reads(self._parts_of(rows))

        def follow(progress: CellProgress[Cell]) -> Iterator[PartsProgress]:
            match progress:
                case CellBegun(number, total):
                    yield PartBegun(number, total, rows[number - 1].question.books)
                case CellEnded(number, total, row):
                    rows[number - 1] = row
                    writing.reads(self._parts_of(rows))
                    problem = row.answer.problem if row.answer else None
                    yield PartEnded(number, total, row.question.books, _state_of(row), problem)
                case _:
                    yield from _beneath(progress)

        notes = yield from relay(self._asked(notes, cancel), follow)
        problems = [row.answer.problem for row in notes.cells if row.answer and row.answer.problem]
        if problems and not notes.answered:
            raise AppError.of(problems[0])
        return notes

    # ---- the notes

    def _texts(
        self, question: StoredQuestion, notes: PartNotes, room: int, writing: OpenAnswer, cancel: Cancel
    ) -> Work[PartsProgress, str]:
        """Return the notes of all parts, made shorter until they have room. Raises AppError DOES_NOT_FIT if they do not
        get shorter."""
        several = len(question.books) > 1
        about = tuple(ref.book_id for ref in question.books)
        rows = [row for row in notes.cells if row.state is CellState.ANSWERED]
        before = 0
        while True:
            texts = [f"# {self._names(row.question.books)}\n{_marked(row, several)}" for row in rows]
            messages = tuple(Message("user", f"{text}\n\n") for text in texts)
            size = yield from self.asking.engine.run(Measure(Prompt("", (), messages, about=about)), cancel)
            taken = sum(size.messages)
            if taken + _SLACK <= room:
                return "\n\n".join(texts)
            if before and taken >= before:
                context_tokens = self.asking.model().context_tokens
                raise does_not_fit(size, context_tokens - room + taken, context_tokens)
            before = taken
            rows = yield from self._shorten(question, list(zip(rows, texts, size.messages, strict=True)), cancel)
            writing.reads(_also_cut(writing.answer.parts, rows))

    def _shorten(
        self, question: StoredQuestion, notes: Sequence[tuple[Cell, str, int]], cancel: Cancel
    ) -> Work[PartsProgress, list[Cell]]:
        """Shorten notes: those that follow each other become one, as many as the model can see at once. `notes` are
        rows, their texts, and the tokens of these."""
        limit, names = self.asking.budget().notes, self._names(question.books)
        bare = ask_for_shorter(question.text, names, limit, "")
        room = yield from self._room(bare, cancel, excerpts=True)
        wanted, parts = [], []
        for first, end in _groups([size for _row, _text, size in notes], room):
            refs = _joined(chain.from_iterable(row.question.books for row, _text, _size in notes[first:end]))
            texts = "\n\n".join(text for _row, text, _size in notes[first:end])
            wanted.append(ask_for_shorter(question.text, self._names(refs), limit, texts))
            parts.append(refs)
        kept = (each for each in self.store.of_question(question.id) if each.questions == tuple(wanted))
        shorter = next(kept, None) or self.store.create(
            title_of(question.text), wanted, parts, question.id, shortens=True
        )
        shorter = yield from relay(self._asked(shorter, cancel), _beneath)
        for row in shorter.cells:
            if row.state is not CellState.ANSWERED and row.answer and row.answer.problem:
                raise AppError.of(row.answer.problem)
        return list(shorter.cells)

    # ---- words

    def _names(self, refs: Sequence[BookRef]) -> str:
        """Return the pages, as their books name them."""
        parts = map(self._part, refs)
        return ", ".join(f"{part.pages} ({' '.join(part.document.split())})" for part in parts)

    def _part(self, ref: BookRef, state: PartState = PartState.UNREAD) -> Part:
        book = self.books.book(ref.book_id)
        ends = (ref.pages.first, ref.pages.last) if ref.pages else (1, book.page_count)
        pages = "–".join(dict.fromkeys(book.page_names.of(number).label for number in ends))
        return Part(ref, book.title, pages, state)

    def _parts_of(self, rows: Sequence[Cell]) -> tuple[Part, ...]:
        return tuple(self._part(ref, _state_of(row)) for row in rows for ref in row.question.books)

    def _ask_for_notes(self, question: StoredQuestion, refs: Sequence[BookRef], before: str) -> str:
        marks = self.prompts.marks(refs, PAGE)
        return ask_for_notes(question.text, self._names(refs), self.asking.budget().notes, marks, before)

    def _asked_before(self, question: StoredQuestion) -> str:
        """Return the question that this one follows, if it cannot be understood without it; else nothing."""
        turns = self.asking.conversations.history(question.id)
        kind = decide(question.text, question.books, turns, self.books.book).kind
        follows = turns and kind in (QuestionKind.FOLLOW_UP, QuestionKind.NOTHING)
        return turns[-1].question.text if follows else ""


def _beneath(progress: CellProgress[Cell]) -> Iterator[PartsProgress]:
    """Yield the progress of a row as a person sees it: that notes are written, but not their text."""
    match progress:
        case Token() | Thinking():
            yield Noting()
        case Loading() | Tokenizing() | Reading() | Notice():
            yield progress


def _is_sound(notes: PartNotes, pages: Sequence[PageSize], room: int) -> bool:
    """Return whether the parts that are noted are just these pages, and those that are not noted yet fit into the
    room."""
    rest = list(pages)
    for row in notes.cells:
        count = sum(ref.pages.last - ref.pages.first + 1 for ref in row.question.books if ref.pages)
        part, rest = rest[:count], rest[count:]
        fits = row.state is CellState.ANSWERED or count == 1 or tokens_of(part) <= room
        if refs_of(part) != row.question.books or not fits:
            return False
    return not rest


def _state_of(row: Cell) -> PartState:
    if row.state is not CellState.ANSWERED or row.answer is None:
        return PartState.UNREAD
    return PartState.CUT if row.answer.ending is Ending.LENGTH else PartState.READ


def _also_cut(parts: Sequence[Part], rows: Sequence[Cell]) -> tuple[Part, ...]:
    """Return the parts, with those marked whose notes were cut when notes of several parts became one."""
    cut = [ref for row in rows if _state_of(row) is PartState.CUT for ref in row.question.books]
    return tuple(
        msgspec.structs.replace(part, state=PartState.CUT)
        if part.state is PartState.READ and any(_has(ref, part.book) for ref in cut)
        else part
        for part in parts
    )


def _has(whole: BookRef, part: BookRef) -> bool:
    if whole.book_id != part.book_id or whole.pages is None or part.pages is None:
        return False
    return whole.pages.first <= part.pages.first and part.pages.last <= whole.pages.last


def _marked(row: Cell, several: bool) -> str:
    """Return notes whose marks name the pages that were found; with `several` books, each its book, too."""
    if row.answer is None:
        return ""
    text, marks = row.answer.text, defaultdict(list)
    for citation in row.answer.citations:
        if citation.start >= 0 and citation.page:
            marks[citation.start, citation.end].append(citation)
    for (start, end), citations in sorted(marks.items(), reverse=True):
        names = [f"[{c.document}, p. {c.label}]" if several else f"[p. {c.label}]" for c in citations]
        text = f"{text[:start]}{''.join(dict.fromkeys(names))}{text[end:]}"
    return text.strip()


def _groups(sizes: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Return half-open ranges of notes that follow each other and have room together."""
    groups, first, taken = [], 0, 0
    for number, size in enumerate(sizes):
        if number > first and taken + size > room:
            groups.append((first, number))
            first, taken = number, 0
        taken += size
    return [*groups, (first, len(sizes))]


def _joined(refs: Iterator[BookRef]) -> tuple[BookRef, ...]:
    """Return the same pages with as few ranges as their books."""
    found: dict[str, BookRef] = {}
    for ref in refs:
        before = found.get(ref.book_id)
        if before is not None and before.pages and ref.pages:
            pages = msgspec.structs.replace(before.pages, last=ref.pages.last)
            ref = msgspec.structs.replace(ref, pages=pages)
        found[ref.book_id] = ref
    return tuple(found.values())
