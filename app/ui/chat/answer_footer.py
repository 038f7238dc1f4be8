"""The foot of an answer: what was checked, what it cost, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.core.conversation import Answer, Citation, CitationState, Support
from app.core.document import Book
from app.ui.chat.buttons import InlineButton, Variants, centre_baseline
from app.ui.chat.chip import HEIGHT, ChipButton
from app.ui.chat.citations import CitationMark, colour_state, colour_support, count_weighed, mark_passages
from app.ui.fonts import ui_font
from app.ui.theme import SIZE_SMALL, SPACE_M, SPACE_S, SPACE_XS, Palette, Theme
from app.wording.citations import count_citations
from app.wording.i18n import _
from app.wording.support import nothing_found
from app.wording.units import count, duration

_LINE = 18  # px
_DOT = " · "
_WORTH_TELLING_S = 0.5


@dataclass(frozen=True)
class _Words:
    """Words of the foot. `state` gives the colour of a count, None soft ink; `gap` is the space before them in px."""

    text: str
    state: CitationState | Support | None = None
    counted: bool = False
    gap: int = 0


class Foot(QWidget):
    """Counts, tokens and times on the left; Copy, Again, Export and the versions on the right; found pages above."""

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
        self._words: list[_Words] = []
        self._status = ""
        self._rows: list[tuple[str, list[ChipButton]]] = []
        self._drawn: list[tuple[QPointF, _Words]] = []
        self._numbers: list[_Words] = []
        self.copy_button = InlineButton(_("Copy"), theme, self, tip=_("Copy the answer"))
        self.again_button = InlineButton(_("Try again"), theme, self, tip=_("Ask the same question again"))
        self.export_button = InlineButton(_("Export"), theme, self, tip=_("Save this answer as a file"))
        self.notes_button = InlineButton(_("Notes"), theme, self, tip=_("What was noted from each part of the books"))
        self.numbers_button = InlineButton(_("Details"), theme, self, tip=_("Time and tokens of this answer"))
        self.numbers_button.setCheckable(True)
        self.numbers_button.toggled.connect(self.changed)
        self.variants = Variants(theme, self)
        self.copy_button.clicked.connect(self.copied)
        self.export_button.clicked.connect(self.exported)
        self.again_button.clicked.connect(self.asked_again)
        self.notes_button.clicked.connect(self.notes_wanted)
        self.variants.stepped.connect(self.stepped)
        theme.changed.connect(self.update)

    def show_answer(
        self,
        answer: Answer,
        unplaced: Sequence[CitationMark],
        shelf: Mapping[str, Book],
        books: frozenset[str] = frozenset(),
        images: int = 0,
    ) -> None:
        """`unplaced` are the marks that have no chip in the text; `books`, by their ids, were asked, and `images` came
        with the question."""
        for chip in self._chips():
            chip.hide()
            chip.deleteLater()
        alone = [mark for mark in unplaced if mark.start < 0]
        found = [mark for mark in alone if not _is_related(mark.citation)]
        related = [mark for mark in alone if _is_related(mark.citation)]
        listed = [
            mark for mark in unplaced if 0 <= mark.start < mark.end
        ]  # they are where no chip can be, such as in code
        self._rows = [
            (label, [self._make_chip(mark, shelf) for mark in marks])
            for label, marks in (
                (_("Found by Octavo:"), found),
                (_("Most related page:") if len(related) == 1 else _("Most related pages:"), related),
                (_("Also cited:"), listed),
                (
                    _("Saw only excerpts:") if answer.excerpts else _("Relevant passages:"),
                    mark_passages(answer.passages if answer.text else (), shelf, books),
                ),
            )
            if marks
        ]
        self._words = _word_foot(answer, books)
        self._numbers = _word_numbers(answer, images)
        self.numbers_button.setVisible(bool(self._numbers))
        self.notes_button.setVisible(bool(answer.parts))

    def show_status(self, words: str) -> None:
        """What is still being done about the answer, after its counts; empty for nothing."""
        if words != self._status:
            self._status = words
            self.changed.emit()

    def stops(self) -> list[QWidget]:
        """What Tab visits, in order."""
        stops: list[QWidget] = [*self._chips()]
        if not self.variants.isHidden():
            stops += [self.variants.earlier, self.variants.later]
        if not self.numbers_button.isHidden():
            stops.append(self.numbers_button)
        if not self.notes_button.isHidden():
            stops.append(self.notes_button)
        return [*stops, self.copy_button, self.again_button, self.export_button]

    def describe(self) -> str:
        """What the foot says, in words."""
        rows = [" ".join([label, *[chip.text() for chip in chips]]) for label, chips in self._rows]
        numbers = self._numbers if self.numbers_button.isChecked() else []
        said = [words.text for words in [*self._words, *numbers] if words.text != _DOT]
        said += [self._status] if self._status else []
        return ". ".join([*rows, ", ".join(said)]).strip(". ")

    def arrange(self, width: int) -> int:
        """Take this width (px); returns the height."""
        self._drawn = []
        y = self._arrange_rows(width)
        doing = (self.export_button, self.again_button, self.copy_button, self.notes_button)
        buttons = [*doing, self.numbers_button, self.variants]
        shown = [button for button in buttons if not button.isHidden()]
        taken = sum(button.width() + SPACE_XS for button in shown)
        x, lines = 0.0, 1
        status = [_Words(self._status, gap=SPACE_M)] if self._status else []
        for words in [*self._words, *status]:
            span = self._measure(words)
            if x and x + words.gap + span > width - (taken if lines == 1 else 0):
                x, y, lines = 0.0, y + _LINE, lines + 1
            x += words.gap if x else 0
            self._drawn.append((QPointF(round(x), y + centre_baseline(_LINE)), words))
            x += span
        if x + taken > width and x:
            y += _LINE
        right = width + SPACE_XS
        for button in shown:
            right -= button.width()
            button.move(right, y + (_LINE - button.height()) // 2)
            right -= SPACE_XS
        if self.numbers_button.isChecked():
            y = self._arrange_numbers(y + _LINE + SPACE_XS, width)
        self.resize(width, y + _LINE)
        return self.height()

    def _arrange_numbers(self, y: int, width: int) -> int:
        x = 0.0
        for words in self._numbers:
            span = self._measure(words)
            if x and x + SPACE_M + span > width:
                x, y = 0.0, y + _LINE
            self._drawn.append((QPointF(round(x), y + centre_baseline(_LINE)), words))
            x += span + SPACE_M
        return y

    def _arrange_rows(self, width: int) -> int:
        y = 0
        for label, chips in self._rows:
            words = _Words(label)
            self._drawn.append((QPointF(0, y + centre_baseline(HEIGHT)), words))
            x = round(self._measure(words)) + SPACE_S
            for chip in chips:
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
            painter.setPen(QColor(_colour(words.state, palette)))
            painter.drawText(point, words.text)

    def _chips(self) -> list[ChipButton]:
        return [chip for row in self._rows for chip in row[1]]

    def _measure(self, words: _Words) -> float:
        return QFontMetricsF(_font(words)).horizontalAdvance(words.text)

    def _make_chip(self, mark: CitationMark, shelf: Mapping[str, Book]) -> ChipButton:
        chip = ChipButton(mark, self._theme, shelf, self)
        chip.clicked.connect(self._emit_citation)
        return chip

    def _emit_citation(self) -> None:
        chip = self.sender()
        assert isinstance(chip, ChipButton)
        self.citation_clicked.emit(chip.citation)


def _colour(state: CitationState | Support | None, palette: Palette) -> str:
    return colour_support(state, palette) if isinstance(state, Support) else colour_state(state, palette)


def _is_related(citation: Citation | None) -> bool:
    return citation is not None and citation.state in (CitationState.RELATED, CitationState.DIFFERS)


def _font(words: _Words) -> QFont:
    return ui_font(SIZE_SMALL, QFont.Weight.DemiBold if words.counted else QFont.Weight.Normal)


def _word_foot(answer: Answer, books: frozenset[str]) -> list[_Words]:
    said = (CitationState.PAGE, CitationState.DIFFERS) if any(each.was_weighed for each in answer.weighed) else ()
    found = [citation for citation in answer.citations if citation.state not in said]
    counts = [_Words(text, state, counted=True) for state, text in count_citations(found)]
    missed = any(citation.state is CitationState.NOT_FOUND for citation in answer.citations)
    if nothing_found(answer, asked_of_books=bool(books)) and not missed:
        counts.insert(0, _Words(_("nothing found"), CitationState.NOT_FOUND, counted=True))
    counts += [_Words(text, support, counted=True) for support, text in count_weighed(answer.weighed)]
    costs = []
    usage, timings = answer.usage, answer.timings
    if usage.prompt_tokens:
        reused, whole = count(usage.reused_tokens), count(usage.prompt_tokens)
        costs.append(_Words(_("reused {reused} of {whole} tokens").format(reused=reused, whole=whole)))
    if timings.first_token_s > 0:
        costs.append(_Words(_("first word after {time}").format(time=duration(timings.first_token_s))))
    return [*_separate(counts, 0), *_separate(costs, SPACE_M)]


def _word_numbers(answer: Answer, images: int) -> list[_Words]:
    """All counts and times of an answer; empty where nothing was counted."""
    usage, timings = answer.usage, answer.timings
    if not usage.prompt_tokens:
        return []
    parts = [_("prompt: {n} tokens").format(n=count(usage.prompt_tokens))]
    for words, tokens, seconds in (
        (_("read: {n} tokens"), usage.evaluated_tokens, timings.read_s),
        (_("written: {n} tokens"), usage.generated_tokens, timings.generate_s),
    ):
        part = words.format(n=count(tokens))
        if tokens and seconds > 0:
            speed = _("{n} tokens/s").format(n=count(round(tokens / seconds)))
            part += _(" in {time}, {speed}").format(time=duration(seconds), speed=speed)
        parts.append(part)
    if usage.encoded_images:
        one, several = _("1 image processed"), _("{n} images processed")
        parts.append(one if usage.encoded_images == 1 else several.format(n=count(usage.encoded_images)))
    elif images:
        parts.append(_("image already processed") if images == 1 else _("images already processed"))
    if answer.outlines:
        parts.append(_("outline of the book repeated"))
    if answer.instructions:
        parts.append(_("with your instructions"))
    if timings.load_s >= _WORTH_TELLING_S:
        parts.append(_("model loaded in {time}").format(time=duration(timings.load_s)))
    return [_Words(part) for part in parts]


def _separate(parts: list[_Words], gap: int) -> list[_Words]:
    """The parts with a dot before each but the first, which gets the gap."""
    separated = []
    for number, part in enumerate(parts):
        if number:
            separated.append(_Words(_DOT))
        separated.append(_Words(part.text, part.state, part.counted, 0 if number else gap))
    return separated
