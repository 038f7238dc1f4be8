"""The foot of an answer: what was checked, what it cost, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.core.conversations.conversation import Answer
from app.core.conversations.verdict import Verdict
from app.core.documents.document import Book
from app.core.documents.untrusted import disarm
from app.ui.chat.text.buttons import ACTION, SYMBOL, ActionButton, Variants, centre_baseline
from app.ui.chat.text.chip import HEIGHT, ChipButton
from app.ui.chat.text.citations import CitationMark, escape_tip, mark_passages
from app.ui.chat.text.verdict_marks import colour_verdict
from app.ui.look.fonts import ui_font
from app.ui.look.icons import Symbol
from app.ui.look.theme import SIZE_SMALL, SPACE_M, SPACE_S, SPACE_XS, USUAL_SIZES, Theme
from app.wording.i18n import _
from app.wording.page_names import cited_page, page_words
from app.wording.units import count, counted, duration
from app.wording.verdicts import count_verdicts, unweighed_words

_LINE = 18  # px
_DOT = " · "
_WORTH_TELLING_S = 0.5


@dataclass(frozen=True)
class _Words:
    """Words of the foot. `verdict` is what they count, and gives their colour; None for others, in soft ink. `gap` is
    the space before them in px."""

    text: str
    verdict: Verdict | None = None
    gap: int = 0

    @property
    def is_strong(self) -> bool:
        """Counts of what a page proves, or a person has to look at, stand out."""
        return self.verdict not in (None, Verdict.SEEMS, Verdict.UNWEIGHED)


@dataclass(frozen=True)
class _Row:
    """Pages, after words that say what they are."""

    label: str
    chips: Sequence[ChipButton]

    def describe(self) -> str:
        return " ".join([self.label, *(chip.text() for chip in self.chips)])


class Foot(QWidget):
    """One line: what was found out about the answer's sentences at the left, what can be done with it at the right.
    Above it pages whose marks are where no chip can be; below it, if a person wants to know, what else was looked at,
    and what it cost."""

    copied = Signal()
    exported = Signal()
    notes_wanted = Signal()
    asked_again = Signal()
    stepped = Signal(int)
    changed = Signal()  # it needs another height now
    citation_clicked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.offers_notes = False
        """True if another part of the window shows the notes that an answer is written from."""
        self._words: list[_Words] = []
        self._reasons = ""
        self._status = ""
        self._rows: list[_Row] = []
        self._details: list[_Row] = []
        self._drawn: list[tuple[QPointF, _Words]] = []
        self._numbers: list[_Words] = []
        self.copy_button = ActionButton(Symbol.COPY, _("Copy"), theme, self, tip=_("Copy the answer"))
        again, notes = _("Ask the same question again"), _("What was noted from each part of the documents")
        self.again_button = ActionButton(Symbol.AGAIN, _("Try again"), theme, self, tip=again)
        self.export_button = ActionButton(Symbol.EXPORT, _("Export"), theme, self, tip=_("Save this answer as a file"))
        self.notes_button = ActionButton(Symbol.NOTES, _("Notes"), theme, self, tip=notes)
        self.numbers_button = ActionButton(Symbol.INFO, _("Details"), theme, self)
        self.numbers_button.setCheckable(True)
        self.numbers_button.toggled.connect(self.changed)
        self.variants = Variants(theme, self)
        self.copy_button.clicked.connect(self.copied)
        self.copy_button.clicked.connect(self.copy_button.confirm)
        self.export_button.clicked.connect(self.exported)
        self.again_button.clicked.connect(self.asked_again)
        self.notes_button.clicked.connect(self.notes_wanted)
        self.variants.stepped.connect(self.stepped)
        theme.repaint_on_change(self)

    def show_answer(
        self,
        answer: Answer,
        unplaced: Sequence[CitationMark],
        shelf: Mapping[str, Book],
        books: frozenset[str] = frozenset(),
        images: int = 0,
    ) -> None:
        """Show the foot of this answer. `unplaced` are marks that have no chip in the text; `books` are the ids of
        those on the desk; `images` is how many images came with the question."""
        for chip in self._chips():
            chip.hide()
            chip.deleteLater()
        listed = [mark for mark in unplaced if _is_cited(mark)]
        passages = mark_passages(answer.passages if answer.text else (), shelf, books)
        label = _("Saw only excerpts:") if answer.excerpts else _("Relevant passages:")
        self._rows = self._make_rows((_("Also cited:"), listed), shelf=shelf)
        self._details = self._make_rows((label, passages), shelf=shelf)
        self._words = _word_search(answer, shelf) if answer.from_search else _word_verdicts(answer)
        self._reasons = _word_reasons(answer)
        self._numbers = _word_numbers(answer, images)
        self.numbers_button.setVisible(bool(self._numbers or self._details))
        self.notes_button.setVisible(self.offers_notes and bool(answer.parts))

    def _make_rows(self, *labelled: tuple[str, Sequence[CitationMark]], shelf: Mapping[str, Book]) -> list[_Row]:
        return [_Row(label, [self._make_chip(mark, shelf) for mark in marks]) for label, marks in labelled if marks]

    def show_status(self, words: str) -> None:
        """Say, after the answer's counts, how it is still being worked on; empty for nothing."""
        if words != self._status:
            self._status = words
            self.changed.emit()

    def stops(self) -> list[QWidget]:
        """Return the widgets that Tab visits, in order."""
        stops: list[QWidget] = [chip for row in self._rows for chip in row.chips]
        if not self.variants.isHidden():
            stops += [self.variants.earlier, self.variants.later]
        stops += [button for button in self._actions() if not button.isHidden()]
        if self.numbers_button.isChecked():
            stops += [chip for row in self._details for chip in row.chips]
        return stops

    def describe(self) -> str:
        """Return all that the foot shows, in words."""
        detailed = self.numbers_button.isChecked()
        rows = [row.describe() for row in [*self._rows, *(self._details if detailed else ())]]
        said = [words.text for words in [*self._words, *(self._numbers if detailed else ())] if words.text != _DOT]
        said += [each for each in (self._status, self._reasons) if each]
        return ". ".join([*rows, ", ".join(said)]).strip(". ")

    def arrange(self, width: int) -> int:
        """Take this width (px), and return the height."""
        self._drawn = []
        y = self._arrange_rows(self._rows, 0, width)
        right = width + (ACTION - SYMBOL) // 2  # the icons end where the text does
        for button in reversed([self.variants, *self._actions()]):
            if not button.isHidden():
                right -= button.width()
                button.move(right, y + (ACTION - button.height()) // 2)
        y = max(y + ACTION, self._arrange_words(y + (ACTION - _LINE) // 2, right - SPACE_M, width))
        detailed = self.numbers_button.isChecked()
        for chip in [chip for row in self._details for chip in row.chips]:
            chip.setVisible(detailed)
        if detailed:
            y = self._arrange_rows(self._details, y + SPACE_XS, width)
            y = self._arrange_numbers(y, width) + _LINE if self._numbers else y
        self.resize(width, y)
        return y

    def _actions(self) -> tuple[ActionButton, ...]:
        return self.copy_button, self.again_button, self.notes_button, self.export_button, self.numbers_button

    def _arrange_words(self, y: int, room: int, width: int) -> int:
        """Arrange the words below the answer from `y`: on one line as far as they have `room` there, the rest on
        further lines in the whole width. All in px. Return the lower end of the last line."""
        status = [_Words(self._status, gap=SPACE_M)] if self._status else []
        words, x = [*self._words, *status], 0.0
        for number, each in enumerate(words):
            is_dot, following = each.text == _DOT, words[number + 1 : number + 2]
            x += each.gap if x else 0
            span = self._measure(each)
            needed = span + sum(map(self._measure, following)) if is_dot else span
            if x and x + needed > room:
                x, y, room = 0.0, y + _LINE, width
                if is_dot:
                    continue
            self._drawn.append((QPointF(round(x), y + centre_baseline(_LINE)), each))
            x += span
        said = "".join(each.text for each in words) + (f" ({self._reasons})" if self._reasons else "")
        self.setToolTip(escape_tip(said) if said else "")
        self.setAccessibleName(said)
        self.setAccessibleDescription(said)
        return y + _LINE

    def _arrange_numbers(self, y: int, width: int) -> int:
        x = 0.0
        for words in self._numbers:
            span = self._measure(words)
            if x and x + SPACE_M + span > width:
                x, y = 0.0, y + _LINE
            self._drawn.append((QPointF(round(x), y + centre_baseline(_LINE)), words))
            x += span + SPACE_M
        return y

    def _arrange_rows(self, rows: Sequence[_Row], y: int, width: int) -> int:
        for row in rows:
            words = _Words(row.label)
            self._drawn.append((QPointF(0, y + centre_baseline(HEIGHT)), words))
            x = round(self._measure(words)) + SPACE_S
            for chip in row.chips:
                if x + chip.width() > width and x > 0:
                    x, y = 0, y + HEIGHT + SPACE_XS
                chip.move(x, y)
                chip.show()
                x += chip.width() + SPACE_XS
            y += HEIGHT + SPACE_S
        return y

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        for point, words in self._drawn:
            painter.setFont(_font(words))
            painter.setPen(QColor(colour_verdict(words.verdict, palette)))
            painter.drawText(point, words.text)

    def _chips(self) -> list[ChipButton]:
        return [chip for row in [*self._rows, *self._details] for chip in row.chips]

    def _measure(self, words: _Words) -> float:
        return QFontMetricsF(_font(words)).horizontalAdvance(words.text)

    def _make_chip(self, mark: CitationMark, shelf: Mapping[str, Book]) -> ChipButton:
        chip = ChipButton(mark, self._theme, shelf, self, USUAL_SIZES)
        chip.offers_again = True
        chip.clicked.connect(self._emit_citation)
        chip.again_wanted.connect(self.asked_again)
        return chip

    def _emit_citation(self) -> None:
        chip = self.sender()
        assert isinstance(chip, ChipButton)
        self.citation_clicked.emit(chip.citation)


def _font(words: _Words) -> QFont:
    return ui_font(SIZE_SMALL, QFont.Weight.DemiBold if words.is_strong else QFont.Weight.Normal)


def _is_cited(mark: CitationMark) -> bool:
    """Return whether a mark without a chip in the text names a page all the same: in code, for example, there are no
    chips."""
    if not mark.label or mark.start < 0 or mark.citation is None:
        return False
    return bool(mark.literal or mark.citation.page)


def _word_verdicts(answer: Answer) -> list[_Words]:
    """Return the counts of sentences for each verdict, and the remark that the model saw excerpts only."""
    words = [_Words(text, verdict) for verdict, text in count_verdicts(answer.verdicts)]
    words += [_Words(_("saw only excerpts"))] if answer.excerpts and answer.text else []
    return _separate(words)


def _word_search(answer: Answer, shelf: Mapping[str, Book]) -> list[_Words]:
    """Return the pages on which a search found its sentences. They are the pages' own words, so nothing else has to be
    found out about them."""
    pages = dict.fromkeys(page_words(cited_page(each, shelf)) for each in answer.citations if each.page)
    return [_Words(_DOT.join((_("Search result"), *map(disarm, pages))))] if answer.text else []


def _word_reasons(answer: Answer) -> str:
    """Return the reasons why some sentences have no verdict; empty if all have one."""
    unweighed = [each for each in answer.verdicts if each.verdict is Verdict.UNWEIGHED]
    return "; ".join(dict.fromkeys(unweighed_words(each.reason) for each in unweighed))


def _word_numbers(answer: Answer, images: int) -> list[_Words]:
    """Return all counts and times of an answer; empty if nothing was counted."""
    usage, timings = answer.usage, answer.timings
    if not usage.prompt_tokens:
        return []
    parts = [_("prompt: {n} tokens").format(n=count(usage.prompt_tokens))]
    steps = [(_("written: {n} tokens"), usage.generated_tokens, timings.generate_s)]
    if usage.tells_reused:
        steps.insert(0, (_("read: {n} tokens"), usage.evaluated_tokens, timings.read_s))
    for words, tokens, seconds in steps:
        part = words.format(n=count(tokens))
        if tokens and seconds > 0:
            speed = _("{n} tokens/s").format(n=count(round(tokens / seconds)))
            part += _(" in {time}, {speed}").format(time=duration(seconds), speed=speed)
        parts.append(part)
    if usage.tells_reused and usage.reused_tokens:
        parts.append(_("reused: {n} tokens").format(n=count(usage.reused_tokens)))
    if timings.first_token_s > 0:
        parts.append(_("first word after {time}").format(time=duration(timings.first_token_s)))
    if usage.encoded_images:
        one, several = _("1 image processed"), _("{n} images processed")
        parts.append(counted(usage.encoded_images, one, several))
    elif images:
        parts.append(_("image already processed") if images == 1 else _("images already processed"))
    if answer.outlines:
        parts.append(_("outline of the document repeated"))
    if answer.instructions:
        parts.append(_("with your instructions"))
    if timings.load_s >= _WORTH_TELLING_S:
        parts.append(_("model loaded in {time}").format(time=duration(timings.load_s)))
    return [_Words(part) for part in parts]


def _separate(parts: Sequence[_Words]) -> list[_Words]:
    """Return the parts with a dot between them."""
    separated: list[_Words] = []
    for part in parts:
        separated += [_Words(_DOT), part] if separated else [part]
    return separated
