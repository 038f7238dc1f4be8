"""Chips: the space that a text leaves for them, and the buttons in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QMoveEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPyTextObject,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QWidget

from app.core.conversations.verdict import Verdict
from app.core.documents.document import Book
from app.ui.chat.text.buttons import PlainButton
from app.ui.chat.text.citations import CitationMark, describe_citation, escape_tip
from app.ui.chat.text.evidence import EvidenceCard, SentenceEvidence
from app.ui.chat.text.verdict_marks import colour_verdict
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.theme import SIZE_SMALL, USUAL_SIZES, TextSizes, Theme
from app.ui.widgets.accessibility import speak_as

HEIGHT = USUAL_SIZES.chip_height
"""The height of a chip outside the conversation's text, px."""
_CORNER = 5.0
_PADDING = 7.0  # px left and right of the words
_SIDE = 1.0  # px of air left and right of the frame

_OBJECT = QTextFormat.ObjectTypes.UserObject.value + 1
_LABEL = QTextFormat.Property.UserProperty.value + 1
_DRAWN = QTextFormat.Property.UserProperty.value + 2
_APART = QTextFormat.Property.UserProperty.value + 3
_GAP = 3.0  # px before a chip that stands for no words of the text, and so has no blank before it
_LIFT = 1.0  # px a chip is higher than its space in the line, so that its words are level with the text's


_CALM = (None, Verdict.SEEMS, Verdict.UNWEIGHED)
"""Chips of these stand back: their frames are as soft as other lines between things."""

_BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


def format_chip(mark: CitationMark, sizes: TextSizes) -> QTextCharFormat:
    """Return the format of the one character that represents a chip; a mark without a citation is drawn with the
    text."""
    form = QTextCharFormat()
    form.setObjectType(_OBJECT)
    form.setProperty(_LABEL, mark.label)
    form.setProperty(_DRAWN, mark.citation is None)
    form.setProperty(_APART, gap_before(mark))
    form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
    form.setFont(text_font(sizes.answer))
    return form


def gap_before(mark: CitationMark) -> float:
    """Return the space before a chip in the text, in px."""
    return 0.0 if mark.literal else _GAP


def measure_chip(label: str, sizes: TextSizes = USUAL_SIZES) -> QSize:
    """Measure a chip with this label, in px."""
    return QSize(round(_measure_words(label, sizes.chip) + 2 * (_PADDING + _SIDE)), sizes.chip_height)


@lru_cache(maxsize=2_000)  # Qt asks for the size of each chip several times
def _measure_words(label: str, size: int) -> float:
    return QFontMetricsF(_font(size)).horizontalAdvance(label)


class ChipSpace(QPyTextObject):
    """Keeps space in a line for chips; draws those of an open answer, which have no button yet."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def serve(self, document: QTextDocument) -> None:
        document.documentLayout().registerHandler(_OBJECT, self)

    def intrinsicSize(self, document: QTextDocument, position: int, form: QTextFormat) -> QSizeF:  # noqa: ARG002
        size = QSizeF(measure_chip(str(form.property(_LABEL)), self._theme.sizes))
        return QSizeF(size.width() + float(form.property(_APART) or 0), size.height())

    def drawObject(
        self,
        painter: QPainter,
        rectangle: QRectF | QRect,
        document: QTextDocument,  # noqa: ARG002
        position: int,  # noqa: ARG002
        form: QTextFormat,
    ) -> None:
        if form.property(_DRAWN):
            palette, place = self._theme.palette, QRectF(rectangle).translated(0, -_LIFT)
            look = ChipLook(palette.soft_ink, palette.surface, palette.line, size=self._theme.sizes.chip)
            draw_chip(painter, place, str(form.property(_LABEL)), look)


@dataclass(frozen=True)
class ChipLook:
    """Colours of a chip, and the `size` of its words (px). `frame` is the frame's colour where that is not the words'
    own, `lit` is for the chip with the focus."""

    colour: str
    ground: str
    frame: str = ""
    lit: bool = False
    size: int = SIZE_SMALL


def draw_chip(painter: QPainter, rectangle: QRectF, label: str, look: ChipLook) -> None:
    """Draw a frame with words in it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = rectangle.adjusted(_SIDE + 0.5, 0.5, -_SIDE - 0.5, -0.5)
    frame = look.colour if look.lit or not look.frame else look.frame
    painter.setPen(QPen(QColor(frame), 2.0 if look.lit else 1.0))
    painter.setBrush(QColor(look.ground))
    painter.drawRoundedRect(edge, _CORNER, _CORNER)
    painter.setFont(_font(look.size))
    painter.setPen(QColor(look.colour))
    painter.drawText(rectangle, Qt.AlignmentFlag.AlignCenter, label)
    painter.restore()


def place_chip(line_top: float, baseline: float, sizes: TextSizes) -> int:
    """Return the top of a chip in px, given the top of its line and the line's baseline, measured down from there."""
    descent = QFontMetricsF(text_font(sizes.answer)).descent()
    return round(line_top + baseline + descent - sizes.chip_height - _LIFT)


class ChipButton(PlainButton):
    """A page mark, or what was found out about a sentence, that can be opened with the mouse or the keyboard. A card
    with the page's own words is beside it while the mouse or the focus is on it, or on the card."""

    again_wanted = Signal()  # the answer is to be written again

    def __init__(
        self,
        mark: CitationMark,
        theme: Theme,
        shelf: Mapping[str, Book],
        parent: QWidget | None = None,
        sizes: TextSizes | None = None,
    ) -> None:
        """`sizes` where they are others than those of the text in force."""
        super().__init__(theme, parent)
        assert mark.citation is not None
        self.citation = mark.citation
        self._label = mark.label
        self.setText(mark.label)
        self._sizes = sizes or theme.sizes
        self.setFixedSize(measure_chip(mark.label, self._sizes))
        self.verdict = mark.verdict.verdict if mark.verdict is not None else None
        self.evidence = SentenceEvidence(mark.verdict, mark.said, shelf) if mark.verdict is not None else None
        self.offers_again = False
        """True if the answer that the chip stands in can be written again."""
        self._card: EvidenceCard | None = None
        tip = describe_citation(mark.citation, shelf) if self.evidence is None else self.evidence.describe()
        self.setToolTip(escape_tip(tip) if self.evidence is None else "")
        self.setAccessibleName(mark.label)
        self.setAccessibleDescription(tip)
        speak_as(self, QAccessible.Role.Link)

    @property
    def leads_somewhere(self) -> bool:
        """True if there is a page to open, or a named page that does not exist: the chip can say so."""
        return bool(self.citation.page or self.citation.label)

    def show_card(self) -> None:
        """Show the page's own words beside it, if there are any to show, and no other card."""
        if self._card is not None:
            self._card.stay()
        elif self.evidence is not None and self.isVisible():
            for other in self.window().children():
                if isinstance(other, EvidenceCard):
                    other.gone.emit()
            opens = bool(self.citation.page)
            self._card = EvidenceCard(self.evidence, self._theme, self, opens=opens, again=self.offers_again)
            self._card.page_wanted.connect(self._open_page)
            self._card.again_wanted.connect(self.again_wanted)
            self._card.gone.connect(self.hide_card)
            self._card.show_beside()
            self._around().installEventFilter(self)

    @Slot()
    def _open_page(self) -> None:
        self.click()

    def leave_card(self) -> None:
        """Let the card go in a moment, unless the mouse comes to it or the keyboard is here."""
        if self._card is not None:
            self._card.leave()

    @Slot()
    def hide_card(self) -> None:
        card, self._card = self._card, None
        if card is not None:
            self._around().removeEventFilter(self)
            if card.has_focus:
                self.setFocus(Qt.FocusReason.OtherFocusReason)
            card.hide()
            card.deleteLater()

    def _around(self) -> QWidget:
        """Return the message that the chip is in."""
        around = self.parentWidget()
        assert around is not None
        return around

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move the card with the text when that is scrolled."""
        if event.type() == QEvent.Type.Move and self._card is not None:
            if self.visibleRegion().isEmpty():
                self.hide_card()
            else:
                self._card.show_beside()
        return super().eventFilter(watched, event)

    @property
    def card(self) -> EvidenceCard | None:
        """The one that is shown."""
        return self._card

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and self.evidence is not None:
            self.show_card()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in _BY_KEYBOARD:
            self.show_card()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._card is not None and not self._card.has_focus:
            self.hide_card()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.leave_card()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.hide_card()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self.hide_card()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._card is not None:
            self.hide_card()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        colour = colour_verdict(self.verdict, palette)
        ground = palette.wash if self.underMouse() else palette.surface
        frame = palette.line if self.verdict in _CALM else colour
        look = ChipLook(colour, ground, frame, self.hasFocus(), self._sizes.chip)
        draw_chip(QPainter(self), QRectF(self.rect()), self._label, look)


def _font(size: int) -> QFont:
    return ui_font(size, QFont.Weight.DemiBold)
