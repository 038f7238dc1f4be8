"""The evidence for a verdict: the answer's words and the page's, in words and on a card."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QLabel, QWidget

from app.core.document import Book
from app.core.untrusted import disarm
from app.core.verdict import SentenceVerdict, Verdict
from app.ui.chat.verdict_marks import colour_verdict
from app.ui.theme import (
    CORNER,
    SIZE_SMALL,
    SIZE_TEXT,
    SIZE_UI,
    SPACE_L,
    SPACE_S,
    SPACE_XS,
    TEXT_FAMILY,
    UI_FAMILY,
    Palette,
    Theme,
)
from app.ui.widgets.layouts import column
from app.wording.i18n import _
from app.wording.page_names import cited_page, name_words
from app.wording.verdicts import verdict_words

MOST_CHARACTERS = 300
"""How much is shown of one sentence of a page, or of the answer."""

_WIDTH = 430  # px
_TINT = 0.14  # of the colour that lies behind words that differ
_SHADOW = 70  # opacity of 255
_COMPARED = (Verdict.COMPARE, Verdict.OTHERWISE)


@dataclass(frozen=True)
class Run:
    """A stretch of a sentence. `differs`: the other sentence does not have these words."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class EvidencePart:
    """Sentences below words that say where they stand."""

    label: str
    sentences: tuple[tuple[Run, ...], ...]


class SentenceEvidence:
    """The words for a verdict and its evidence. `said`: the sentence as the answer has it, untrusted. `shelf` has the
    books by their ids."""

    def __init__(self, verdict: SentenceVerdict, said: str, shelf: Mapping[str, Book]) -> None:
        self.verdict = verdict
        self._said = said
        self._shelf = shelf

    @property
    def title(self) -> str:
        return _one_line(verdict_words(self.verdict, self._shelf, titled=True))

    @cached_property
    def sections(self) -> tuple[EvidencePart, ...]:
        """The answer's sentence and the page's, where a person has to compare them; else those of the pages."""
        pages = [(self._page_words(number), _one_line(each.text)) for number, each in enumerate(self.verdict.evidence)]
        pages = [(label, text) for label, text in pages if text]
        if self.verdict.verdict in _COMPARED and pages:
            from app.documents.citations.alignment import differing  # with the first answer: its words take a while
            from app.documents.citations.statements import plain_claim

            said, (label, text) = _one_line(plain_claim(self._said)), pages[0]
            found = differing(said, text)
            answer = EvidencePart(_("The answer"), (_runs(said, found.said),))
            return answer, EvidencePart(label, (_runs(text, found.on_page),))
        by_page: dict[str, list[tuple[Run, ...]]] = {}
        for label, text in pages:
            by_page.setdefault(label, []).append(_runs(text, ()))
        return tuple(EvidencePart(label, tuple(sentences)) for label, sentences in by_page.items())

    def describe(self) -> str:
        """All of it in words, for those who do not see the card."""
        parts = [self.title]
        for section in self.sections:
            parts.append(section.label)
            parts += [_quoted("".join(run.text for run in runs)) for runs in section.sentences]
            if differs := [_quoted(run.text) for runs in section.sentences for run in runs if run.differs]:
                parts.append(_("Only there: {words}").format(words=_(", ").join(differs)))
        return "\n".join(parts)

    def _page_words(self, number: int) -> str:
        return _("Page {page}").format(page=disarm(name_words(cited_page(self.verdict.evidence[number], self._shelf))))


class EvidenceCard(QFrame):
    """Shows what a verdict rests on, beside a chip. It takes no clicks: the chip itself opens the page."""

    def __init__(self, evidence: SentenceEvidence, theme: Theme, chip: QWidget) -> None:
        super().__init__(chip.window())
        self._theme = theme
        self._chip = chip
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.words = QLabel(_card_html(evidence, theme.palette))
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.words.setAccessibleName(evidence.describe())
        column(self.words, of=self, margins=(SPACE_L, SPACE_L, SPACE_L, SPACE_L))
        shadow = QGraphicsDropShadowEffect(self, blurRadius=2 * SPACE_L)
        shadow.setOffset(0, SPACE_S)
        shadow.setColor(QColor(0, 0, 0, _SHADOW))
        self.setGraphicsEffect(shadow)
        self.hide()

    def show_beside(self) -> None:
        """Show it below its chip, or above where there is more room."""
        window, chip = self.parentWidget(), self._chip
        assert window is not None
        width = min(_WIDTH, window.width() - 2 * SPACE_L)
        height = self.words.heightForWidth(width - 2 * SPACE_L) + 2 * SPACE_L
        self.words.setFixedWidth(width - 2 * SPACE_L)
        at = chip.mapTo(window, QPoint())
        x = max(SPACE_L, min(at.x(), window.width() - width - SPACE_L))
        y = at.y() + chip.height() + SPACE_XS
        if y + height > window.height() - SPACE_S:
            y = max(SPACE_S, at.y() - height - SPACE_XS)
        self.setGeometry(x, y, width, height)
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.setBrush(QColor(palette.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)


def _card_html(evidence: SentenceEvidence, palette: Palette) -> str:
    colour = colour_verdict(evidence.verdict.verdict, palette)
    title = colour if colour != palette.soft_ink else palette.ink
    parts = [_paragraph(html.escape(evidence.title), f"{_ui(SIZE_UI)}; font-weight:600; color:{title}", above=0)]
    ground = _blend(colour, palette.surface, _TINT)
    for section in evidence.sections:
        label = f"{_ui(SIZE_SMALL)}; font-weight:600; color:{palette.soft_ink}"
        parts.append(_paragraph(html.escape(section.label), label, above=SPACE_S))
        for runs in section.sentences:
            words = "".join(_run_html(run, ground) for run in runs)
            style = f"font-family:'{TEXT_FAMILY}'; font-size:{SIZE_TEXT}px; color:{palette.ink}"
            parts.append(_paragraph(words, style, above=SPACE_XS))
    return "".join(parts)


def _run_html(run: Run, ground: str) -> str:
    words = html.escape(run.text)
    return f'<span style="background-color:{ground}; font-weight:600">{words}</span>' if run.differs else words


def _paragraph(words: str, style: str, *, above: int) -> str:
    return f'<p style="margin:{above}px 0 0 0; line-height:130%"><span style="{style}">{words}</span></p>'


def _ui(size: int) -> str:
    return f"font-family:'{UI_FAMILY}'; font-size:{size}px"


def _runs(text: str, spans: Sequence[tuple[int, int]]) -> tuple[Run, ...]:
    """The text cut where it begins or ceases to differ, and shortened where it is very long."""
    shown = text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS].rstrip()
    runs, position = [], 0
    for start, end in spans:
        runs += [Run(shown[position:start]), Run(shown[start:end], differs=True)]
        position = end
    runs += [Run(shown[position:]), Run("…" if shown != text else "")]
    return tuple(run for run in runs if run.text)


def _quoted(words: str) -> str:
    return _("“{words}”").format(words=words)


def _one_line(untrusted_text: str) -> str:
    return " ".join(disarm(untrusted_text).split())


def _blend(colour: str, ground: str, share: float) -> str:
    """So much of a colour on a ground."""
    over, under = QColor(colour), QColor(ground)
    mixed = (
        round(share * getattr(over, part)() + (1 - share) * getattr(under, part)()) for part in ("red", "green", "blue")
    )
    return QColor(*mixed).name()
