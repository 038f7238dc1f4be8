"""An answer: Markdown with chips, below it its sentences and its foot; or an answer that is still being written."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QPoint, QRect, QRectF, QTimer, Signal, SignalInstance
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QTextCursor
from PySide6.QtWidgets import QMenu, QWidget

from app.core.conversations.conversation import Answer, Citation
from app.core.conversations.verdict import SentenceVerdict
from app.core.documents.document import Book
from app.core.documents.untrusted import LINE_BREAK, disarm
from app.ui.chat.messages.answer_footer import Foot
from app.ui.chat.messages.answer_pieces import PieceMaker, guess_lines
from app.ui.chat.messages.message import MessageWidget
from app.ui.chat.messages.notes import NOTE_INDENT, ModelLine, ProgressLine, RemarkLine
from app.ui.chat.messages.suggestions import SuggestionList
from app.ui.chat.messages.thought import ThoughtRow
from app.ui.chat.text.buttons import InlineButton
from app.ui.chat.text.chip import ChipButton, ChipSpace
from app.ui.chat.text.citations import CitationMark, embed, is_several, mark_citations, mark_stream
from app.ui.chat.text.formulas import FormulaSpace, FormulaStore
from app.ui.chat.text.inline import LINE_SEPARATOR
from app.ui.chat.text.markdown import MarkdownBlock, StepwiseText, begin_parsing, parse
from app.ui.chat.text.verdict_marks import mark_verdicts
from app.ui.kit.commands import MenuEntry, add_entries
from app.ui.kit.words import ModelRemark, QuietRemark
from app.ui.look.theme import SIZE_UI, SPACE_M, SPACE_S, SPACE_XS, Theme
from app.wording.i18n import _
from app.wording.thoughts import thought_of

if TYPE_CHECKING:
    pass

RENDER_INTERVAL_MS = 100  # the open block is parsed and written again at most this often
_RENDER_SHARE = 4  # and at most one part in so many of the time goes into that


@dataclass(frozen=True)
class Tail:
    """The blocks from the open one on: the last is still open, those before it are closed for good. `kept` blocks and
    stretches are before them."""

    blocks: tuple[MarkdownBlock, ...]
    marks: tuple[CitationMark, ...]
    kept: int


class OpenText:
    """Takes the text of an answer as it comes. A block is closed once another begins after it. Closed blocks are not
    parsed again, unless a page mark in one of them is checked afterwards: then from that block on.
    """

    def __init__(self) -> None:
        self._raw: list[str] = []
        self._untrusted_tail = ""
        self._begins = 0  # characters before the tail
        self._kept = 0  # blocks and stretches before the tail
        self._closed: list[
            tuple[int, int]
        ] = []  # of each closed block: characters, and blocks and stretches, before it
        self._checked: tuple[CitationMark, ...] = ()

    @property
    def text(self) -> str:
        """All text so far, as it came."""
        return "".join(self._raw)

    def append(self, untrusted_text: str) -> str:
        """Add more text, and return it as it may be shown."""
        self._raw.append(untrusted_text)
        self._untrusted_tail += untrusted_text
        return disarm(untrusted_text)

    def take_checked(self, marks: Sequence[CitationMark]) -> None:
        """Take the marks that were checked so far. Blocks are open again from the first that did not show them so."""
        known, self._checked = set(self._checked), tuple(marks)
        first = min((mark.start for mark in marks if mark not in known and mark.start >= 0), default=self._begins)
        if first >= self._begins:
            return
        while first < self._begins:
            self._begins, self._kept = self._closed.pop()
        self._untrusted_tail = self.text[self._begins :]

    def parse_tail(self) -> Tail:
        """Parse from where the open block began. Blocks that are closed now are not in the next tail."""
        marks, kept = self._marks(), self._kept
        blocks = parse(embed(self._untrusted_tail, marks))
        firsts = [number for number, block in enumerate(blocks) if not block.joined]
        if len(firsts) > 1:
            lines = [0, *(found.end() for found in LINE_BREAK.finditer(self._untrusted_tail))]
            begins = [lines[blocks[first].line] for first in firsts]
            self._closed += [(self._begins + begin, kept + first) for begin, first in zip(begins, firsts, strict=True)][
                :-1
            ]
            self._untrusted_tail = self._untrusted_tail[begins[-1] :]
            self._begins += begins[-1]
            self._kept += firsts[-1]
        return Tail(tuple(blocks), tuple(marks), kept)

    def _marks(self) -> list[CitationMark]:
        """Return the marks of the tail: those that were checked, and neutral ones for the others."""
        checked = [
            replace(mark, start=mark.start - self._begins, end=mark.end - self._begins)
            for mark in self._checked
            if mark.start >= self._begins
        ]
        taken = [range(mark.start, mark.end) for mark in checked]
        return checked + [
            mark for mark in mark_stream(self._untrusted_tail) if not any(mark.start in span for span in taken)
        ]


AnswerEntries: TypeAlias = Callable[[str, Citation | None], Sequence[MenuEntry]]
"""Gives entries for the menu of an answer, by its id and the citation in it that is pointed at."""


@dataclass(frozen=True)
class AnswerOrigin:
    """The answer that is meant, and its question. `books` are the ids of those on the desk; `images` is how many images
    came with the question."""

    question_id: str
    answer_id: str
    books: frozenset[str]
    images: int


class AnswerMessage(MessageWidget):
    """The widget of an answer. It is open from `begin` to `show_answer`. `entries` is what else its menu has."""

    copied = Signal(str)  # answer_id
    exported = Signal(str)  # answer_id
    notes_wanted = Signal(str)  # answer_id
    asked_again = Signal(str)  # question_id
    action_wanted = Signal(str)  # answer_id: the action below its sentences
    variant_chosen = Signal(str, str, int)  # "answer", question_id, step
    suggestion_chosen = Signal(str)
    model_wanted = Signal()

    def __init__(
        self,
        origin: AnswerOrigin,
        theme: Theme,
        shelf: Mapping[str, Book],
        parent: QWidget,
        *,
        formulas: FormulaStore,
        entries: AnswerEntries,
    ) -> None:
        super().__init__(theme, shelf, parent)
        self._entries = entries
        self._shelf = shelf
        self._books = origin.books
        self._images = origin.images
        self._answer_id = origin.answer_id
        self._maker = PieceMaker(theme, ChipSpace(theme, self), FormulaSpace(theme, formulas, self))
        formulas.arrived.connect(self._show_formulas)
        self._stream: OpenText | None = None
        self._answer: Answer | None = None
        self._notes: list[RemarkLine | ModelLine] = []
        self.thought = ThoughtRow(theme, self)
        self.thought.toggled.connect(self.changed)
        self.progress = ProgressLine(theme, self)
        self.action_button = InlineButton("", theme, self, size=SIZE_UI, accent=True)
        self.action_button.clicked.connect(partial(self._emit, self.action_wanted))
        self.action_button.hide()
        self.foot = Foot(theme, self)
        self.foot.hide()
        self._connect_foot(origin.question_id)
        self.further = SuggestionList(theme, self, small=True)
        self.further.chosen.connect(self.suggestion_chosen)
        self._marks: list[CitationMark] = []
        self._parsed: StepwiseText | None = None
        self._parse_timer = QTimer(self, singleShot=True)
        self._parse_timer.timeout.connect(self._parse_more)
        self._timer = QTimer(self, singleShot=True, interval=RENDER_INTERVAL_MS)
        self._timer.timeout.connect(self._render_tail)
        self.setAccessibleName(_("Answer"))

    def _connect_foot(self, question_id: str) -> None:
        self.foot.copied.connect(partial(self._emit, self.copied))
        self.foot.exported.connect(partial(self._emit, self.exported))
        self.foot.notes_wanted.connect(partial(self._emit, self.notes_wanted))
        self.foot.asked_again.connect(partial(self.asked_again.emit, question_id))
        self._overlays.again_wanted.connect(self.foot.asked_again)
        self.foot.changed.connect(self._on_foot_changed)
        self.foot.stepped.connect(partial(self.variant_chosen.emit, "answer", question_id))
        self.foot.citation_clicked.connect(self.citation_clicked)

    def menu(self, at: QPoint) -> QMenu:
        menu = super().menu(at)
        if self._answer is not None and self._answer.text:
            menu.addSeparator()
            chip = self.childAt(at)
            citation = chip.citation if isinstance(chip, ChipButton) and chip.citation.book_id else None
            add_entries(menu, self._entries(self._answer_id, citation))
        return menu

    # ---- what is shown

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(note.sentence for note in self._notes)

    def _make_note(self, sentence: str) -> RemarkLine | ModelLine:
        if not isinstance(sentence, ModelRemark):
            return RemarkLine(disarm(sentence), self._theme, self, quiet=isinstance(sentence, QuietRemark))
        line = ModelLine(sentence, self._theme, self)
        line.clicked.connect(self.model_wanted)
        return line

    def plain_text(self) -> str:
        if self._stream is not None:
            return self._stream.text
        return self._answer.text if self._answer else ""

    def begin(self) -> None:
        """Show an empty answer with a caret, ready for `append`."""
        keeps_thought = self._answer is not None and bool(self._answer.text)
        self._stream, self._answer, self._parsed = OpenText(), None, None
        self._overlays.offers_again = False
        self._set_pieces([])
        self.foot.hide()
        if not keeps_thought:
            self.thought.set_thought("", "")
        self.offer("")
        self.suggest(())
        self.set_sentences(())
        self.setAccessibleDescription("")

    def think(self, words: str, untrusted_text: str) -> None:
        """Add to what was thought before the open answer; `words` say how much that is by now."""
        if self._stream is not None:
            self.progress.set_progress("", None)
            self.thought.append(words, untrusted_text)
            self.changed.emit()

    def append(self, untrusted_text: str) -> None:
        """Add text to the open answer: shown at once as it is, as Markdown within a tenth of a second."""
        if self._stream is None or not untrusted_text:
            return
        self.progress.set_progress("", None)
        shown = self._stream.append(untrusted_text)
        if not self._pieces:
            self._render_tail()
            return
        if (written := self._pieces[-1].written) is not None:
            cursor = QTextCursor(written.document)
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(shown.replace("\n", LINE_SEPARATOR))
            self._pieces[-1].measure()
        if not self._timer.isActive():
            self._timer.start()
        self.changed.emit()
        self.update()

    def show_checked(self, citations: Sequence[Citation], verdicts: Sequence[SentenceVerdict] = ()) -> None:
        """Show what was found out about the text so far, a moment later."""
        if self._stream is None:
            return
        self._stream.take_checked(self._mark(self._stream.text, citations, verdicts))
        if not self._timer.isActive():
            self._timer.start()

    def show_answer(self, answer: Answer, variant: int, variants: int) -> None:
        """Show an answer as it was kept, chips and foot included."""
        self._timer.stop()
        self._stream, self._answer, self._answer_id = None, answer, answer.id
        self._overlays.offers_again = True
        self.progress.set_progress("", None)
        self.thought.set_thought(thought_of(answer), answer.thought.text if answer.thought is not None else "")
        self._rewrite()
        self.foot.variants.set_shown(variant, variants)
        self.foot.show()
        self._describe()
        self.changed.emit()

    def set_sentences(self, sentences: Sequence[str]) -> None:
        for note in self._notes:
            note.hide()
            note.deleteLater()
        self._notes = [self._make_note(sentence) for sentence in sentences if sentence]
        for note in self._notes:
            note.show()
        self._describe()
        self.changed.emit()

    def offer(self, action: str) -> None:
        """Show a button with this action below the sentences; empty for none."""
        self.action_button.setText(action)
        self.action_button.setAccessibleName(action)
        self.action_button.resize(self.action_button.sizeHint())
        self.action_button.setVisible(bool(action))
        self.changed.emit()

    def suggest(self, questions: Sequence[str]) -> None:
        """Offer questions that may be asked after this answer, below everything else; empty for none."""
        if tuple(questions) != self.further.questions:
            self.further.set_questions(questions)
            self.changed.emit()

    def set_progress(self, text: str, fraction: float | None) -> None:
        if self._stream is not None:
            self.progress.set_progress(disarm(text), fraction)
            self.changed.emit()

    def restyle(self) -> None:
        super().restyle()
        self._render_tail()  # the open block holds text that its tokens do not know yet

    def _show_formulas(self) -> None:
        """Write again what has the source of a formula that may be set by now."""
        waiting = [piece for piece in self._pieces if piece.written is not None and piece.written.pending]
        for piece in waiting:
            self._release(piece)
        if waiting:
            self._render_tail()
            self.changed.emit()

    def stops(self) -> list[QWidget]:
        actions = [] if self.action_button.isHidden() else [self.action_button]
        foot = self.foot.stops() if not self.foot.isHidden() else []
        leads = [note for note in self._notes if isinstance(note, ModelLine)]
        return [*self.thought.stops(), *super().stops(), *leads, *actions, *foot, *self.further.stops()]

    def reading_order(self) -> list[QWidget]:
        marks = [*self.thought.stops(), *super().stops()]
        behind = (stop for stop in self.stops()[len(marks) :] if stop not in self._notes)
        return [*marks, *self._notes, *behind]

    # ---- layout and painting

    def expose(self, width: int, top: int, bottom: int) -> None:
        self.thought.arrange(width)
        super().expose(width, top, bottom)

    def _text_box(self, width: int) -> QRect:
        above = 0 if self.thought.isHidden() else self.thought.height() + SPACE_S
        return QRect(0, above, width, 0)

    def _rewrite(self) -> None:
        assert self._answer is not None
        answer = self._answer
        self._marks = self._mark(answer.text, answer.citations, answer.verdicts)
        self._parsed = begin_parsing(embed(answer.text, self._marks))
        self._set_pieces([])
        self._take_parsed()

    def _mark(
        self, text: str, citations: Sequence[Citation], verdicts: Sequence[SentenceVerdict]
    ) -> list[CitationMark]:
        marks = mark_citations(text, citations, self._shelf, self._books, verdicts)
        several = is_several([*citations, *verdicts], self._books)
        return mark_verdicts(text, marks, verdicts, self._shelf, several=several)

    def _parse_more(self) -> None:
        if self._parsed is not None:
            self._parsed.step()
            self._take_parsed()
            self.changed.emit()

    def _take_parsed(self) -> None:
        """Make pieces of what is parsed; the rest is parsed step by step, while the window goes on."""
        parsed, answer = self._parsed, self._answer
        assert parsed is not None
        assert answer is not None
        made = len(self._pieces)
        self._set_pieces(self._maker.make(parsed.blocks[made:], self._marks), kept=made)
        if parsed.rest:
            self._parse_timer.start()
        placed = parsed.placed if not parsed.rest else range(len(self._marks))
        unplaced = [mark for index, mark in enumerate(self._marks) if index not in placed]
        self.foot.show_answer(answer, unplaced, self._shelf, self._books, self._images)

    def _render_tail(self) -> None:
        if self._stream is None:
            return
        started = time.perf_counter()
        tail = self._stream.parse_tail()
        pieces = self._maker.make(tail.blocks, tail.marks)
        same = 0
        while same < min(len(pieces), len(self._pieces) - tail.kept):
            if (key := pieces[same].key) is None or key != self._pieces[tail.kept + same].key:
                break
            same += 1
        self._set_pieces(pieces[same:], kept=tail.kept + same)
        self.changed.emit()
        spent = (time.perf_counter() - started) * 1000
        self._timer.setInterval(max(RENDER_INTERVAL_MS, round(spent * _RENDER_SHARE)))

    def _describe(self) -> None:
        parts = [disarm(self.plain_text()), *self.sentences]
        if self._answer is not None:
            parts.append(self.foot.describe())
        if not self.thought.isHidden():
            parts.insert(0, self.thought.words)
        self.setAccessibleDescription("\n".join(part for part in parts if part))

    def _shows_caret(self) -> bool:
        return self._stream is not None

    def _arrange_below(self, top: int, width: int) -> int:
        y = top
        if self._parsed is not None:
            y += guess_lines(self._parsed.rest) * self._theme.sizes.answer_line
        if self.progress.isHidden() and self._stream is not None and not self._pieces:
            y += self._theme.sizes.answer_line
        below: list[_Below] = [(self.progress, SPACE_S, 0), *((note, SPACE_S, note.indent) for note in self._notes)]
        below += [(self.action_button, SPACE_XS, NOTE_INDENT - SPACE_XS), (self.foot, SPACE_M, 0)]
        return _stack([*below, (self.further, SPACE_S, -SPACE_S)], y, width)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._stream is not None and not self._pieces and self.progress.isHidden():
            caret = QRectF(0, self._text_box(self.width()).y() + 2, 2, self._theme.sizes.answer_line - 4)
            QPainter(self).fillRect(caret, QColor(self._theme.palette.accent))

    def _on_foot_changed(self) -> None:
        self._describe()
        self.changed.emit()

    def _emit(self, signal: SignalInstance) -> None:
        signal.emit(self._answer_id)


_Below: TypeAlias = "tuple[ProgressLine | RemarkLine | InlineButton | Foot | SuggestionList, int, int]"
"""A widget below a text, the gap above it and its left edge, both in px."""


def _stack(below: Sequence[_Below], top: int, width: int) -> int:
    """Place what is not hidden, one below the other from `top` on, and return where it ends."""
    y = top
    for widget, gap, left in below:
        if not widget.isHidden():
            y += gap if y else 0
            widget.move(left, y)
            y += widget.height() if isinstance(widget, InlineButton) else widget.arrange(width - min(0, left))
    return y
