"""The evidence for a verdict: the answer's words and the page's, in words and on a card."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsDropShadowEffect, QLabel, QWidget

from app.core.conversations.verdict import SentenceVerdict, Verdict
from app.core.documents.document import Book
from app.core.documents.untrusted import disarm
from app.ui.chat.text.verdict_marks import colour_verdict
from app.ui.look.theme import (
    CORNER,
    SIZE_SMALL,
    SIZE_TEXT,
    SIZE_UI,
    SPACE_L,
    SPACE_M,
    SPACE_S,
    SPACE_XS,
    TEXT_FAMILY,
    UI_FAMILY,
    Palette,
    Theme,
)
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.layouts import STRETCH, boxed, column, row
from app.wording.i18n import _
from app.wording.page_lines import page_line
from app.wording.page_names import cited_page, name_words
from app.wording.verdicts import verdict_words

MOST_CHARACTERS = 300
"""The most characters that are shown of one sentence of a page, or of the answer."""

_WIDTH = 430  # px
_TINT = 0.14  # of the colour that lies behind words that differ
_SHADOW = 70  # opacity of 255
_LEAVING_MS = 300  # enough for the mouse to come from the sentence to the card
_COMPARED = (Verdict.COMPARE, Verdict.OTHERWISE)


@dataclass(frozen=True)
class Run:
    """A stretch of a sentence. `differs` tells that the other sentence does not have these words."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class EvidencePart:
    """Sentences below words that say where they stand."""

    label: str
    sentences: tuple[tuple[Run, ...], ...]


class SentenceEvidence:
    """The words for a verdict and its evidence. `said` is the sentence as the answer has it, untrusted. `shelf` has the
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
        """The answer's sentence and the page's, if a person has to compare them; else those of the pages."""
        pages = [
            (self._page_words(number), _one_line(page_line(each.text, each.book_id, self._shelf)))
            for number, each in enumerate(self.verdict.evidence)
        ]
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
        """Describe all of the evidence in words, for those who do not see the card."""
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
    """Shows what a verdict rests on, beside a chip, and what can be done about it. Tab goes from the chip to its
    buttons. `gone` says that it is not wanted any more: the chip takes it away."""

    page_wanted = Signal()
    again_wanted = Signal()
    gone = Signal()

    def __init__(
        self, evidence: SentenceEvidence, theme: Theme, chip: QWidget, *, opens: bool = False, again: bool = False
    ) -> None:
        """`opens` tells that there is a page to open; `again` that the answer can be written again, which is offered
        for all but what the page has word for word."""
        super().__init__(chip.window())
        self._theme = theme
        self._chip = chip
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._leaving = QTimer(self, singleShot=True, interval=_LEAVING_MS)
        self._leaving.timeout.connect(self.gone)
        self.words = QLabel(_card_html(evidence, theme.palette))
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.words.setAccessibleName(evidence.describe())
        self.page_button = self._make_button(_("Open page"), self.page_wanted)
        self.page_button.setVisible(opens)
        self.again_button = self._make_button(_("Write again"), self.again_wanted)
        self.again_button.setToolTip(_("Ask the same question again"))
        self.again_button.setAccessibleDescription(_("Ask the same question again"))
        self.again_button.setVisible(again and evidence.verdict.verdict is not Verdict.VERBATIM)
        self._buttons = boxed(row(self.page_button, self.again_button, STRETCH, spacing=SPACE_S))
        column(self.words, self._buttons, of=self, margins=(SPACE_L, SPACE_L, SPACE_L, SPACE_L), spacing=SPACE_M)
        self._buttons.setVisible(bool(self.stops()))
        shadow = QGraphicsDropShadowEffect(self, blurRadius=2 * SPACE_L)
        shadow.setOffset(0, SPACE_S)
        shadow.setColor(QColor(0, 0, 0, _SHADOW))
        self.setGraphicsEffect(shadow)
        for before, stop in pairwise((chip, *self.stops())):
            QWidget.setTabOrder(before, stop)
        self.hide()

    def _make_button(self, words: str, wanted: SignalInstance) -> TextButton:
        button = TextButton(words, parent=self)
        button.setAutoDefault(True)  # Return presses it, as it does a chip
        button.installEventFilter(self)
        button.clicked.connect(wanted)
        button.clicked.connect(self.gone)
        return button

    def stops(self) -> list[QWidget]:
        """Return the buttons that Tab visits, in order."""
        return [button for button in (self.page_button, self.again_button) if not button.isHidden()]

    @property
    def has_focus(self) -> bool:
        """True if the keyboard is on one of the card's buttons."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def stay(self) -> None:
        """Keep the card open: the mouse is on it, or on what it was shown for."""
        self._leaving.stop()

    def leave(self) -> None:
        """Close the card after a moment, since the mouse may be on its way from the chip to a button. It stays while
        the keyboard is on it or on its chip."""
        if not self._leaving.isActive() and not self.has_focus and not self._chip.hasFocus():
            self._leaving.start()

    def show_beside(self) -> None:
        """Show it below its chip, or above where there is more room."""
        window, chip = self.parentWidget(), self._chip
        assert window is not None
        width = min(_WIDTH, window.width() - 2 * SPACE_L)
        height = self.words.heightForWidth(width - 2 * SPACE_L) + 2 * SPACE_L
        if not self._buttons.isHidden():
            height += SPACE_M + self._buttons.sizeHint().height()
        self.words.setFixedWidth(width - 2 * SPACE_L)
        at = chip.mapTo(window, QPoint())
        x = max(SPACE_L, min(at.x(), window.width() - width - SPACE_L))
        y = at.y() + chip.height() + SPACE_XS
        if y + height > window.height() - SPACE_S:
            y = max(SPACE_S, at.y() - height - SPACE_XS)
        self.setGeometry(x, y, width, height)
        self.raise_()
        self.show()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.stay()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.leave()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close the card when the keyboard leaves its buttons, but not for its chip."""
        if event.type() == QEvent.Type.FocusOut and not self.has_focus and not self._chip.hasFocus():
            self.gone.emit()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.gone.emit()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pass the wheel on to the conversation, which the card lies over."""
        below = self._chip.parentWidget()
        event.ignore()
        while below is not None and not event.isAccepted():
            QApplication.sendEvent(below, event)
            below = below.parentWidget()

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
    """Cut the text into runs where it begins or ceases to differ, and shorten it if it is very long."""
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
    """Blend a colour with the ground below it; `share`, from 0 to 1, is the colour's part."""
    over, under = QColor(colour), QColor(ground)
    mixed = (
        round(share * getattr(over, part)() + (1 - share) * getattr(under, part)()) for part in ("red", "green", "blue")
    )
    return QColor(*mixed).name()
