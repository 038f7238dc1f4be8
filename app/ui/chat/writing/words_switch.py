"""The switch with two parts in the composer: it says in whose words the next answer is written."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QRadioButton, QWidget

from app.ui.chat.text.buttons import ACTION, SYMBOL, PlainButton
from app.ui.look.fonts import ui_font
from app.ui.look.icons import Symbol, draw_symbol
from app.ui.look.theme import SIZE_UI, SPACE_M, SPACE_XS, Palette, Theme
from app.ui.widgets.accessibility import speak_as
from app.wording.i18n import _

_HEIGHT = ACTION
_SIDE = 10  # px, beside the words of a part
_ROUND = 6.0  # px, the corners
_LEAST = ACTION - SPACE_XS
"""The room that its smallest form needs, px; what is beside it has some of its own."""


class WordsSwitch(QWidget):
    """The switch `Write freely | In the documents’ words`. If there is no room for both, it is one button that is on
    for the second: with its words, or else with a sign. `chosen` tells that a person wants the documents' words, or
    does not any more."""

    chosen = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._verbatim = False
        self._offered = False
        self._room = QRect()
        speak_as(self, QAccessible.Role.Grouping)
        self.freely, self.verbatim = _Part(theme, self, first=True), _Part(theme, self, first=False)
        self.folded = _Folded(theme, self)
        self.freely.clicked.connect(self._choose_freely)
        self.verbatim.clicked.connect(self._choose_verbatim)
        self.folded.clicked.connect(self._choose)
        theme.repaint_on_change(self)
        self.set_language()
        self._show_chosen()
        self._place()

    def set_language(self) -> None:
        """Say everything in the person's language."""
        self.setAccessibleName(_("How the answer is written"))
        words = _("In the documents’ words")
        told = _("The answer has only whole sentences of the documents, which the model chooses, each with its page.")
        self.freely.set_words(
            _("Write freely"), _("The model answers in its own words, and each sentence is compared with the pages.")
        )
        self.verbatim.set_words(words, told)
        self.folded.setText(words)
        self.folded.setAccessibleName(words)
        both = _("On, the answer has only whole sentences of the documents; off, the model writes freely.")
        self.folded.setAccessibleDescription(both)
        self.folded.setToolTip(both)

    @property
    def is_verbatim(self) -> bool:
        """The second part is on."""
        return self._verbatim

    def show_choice(self, verbatim: bool | None) -> None:
        """Show which part is on; None hides the switch, for there is nothing to choose."""
        self._offered = verbatim is not None
        if verbatim is not None:
            self._verbatim = verbatim
            self._show_chosen()
        self._place()
        if (parent := self.parentWidget()) is not None:
            parent.update()  # what it writes beside it

    @property
    def room_beside(self) -> QRect:
        """The room that it was given and does not take."""
        return self._room.adjusted(0, 0, 0 if self.isHidden() else -self.width() - SPACE_M, 0)

    def place_between(self, before: QRect, after: QRect) -> None:
        """Take the largest form that has room between these buttons; if there is no room at all, none."""
        left = before.right() + 1
        self._room = QRect(left, after.y(), max(0, after.x() - SPACE_M - left), after.height())
        self._place()

    def _place(self) -> None:
        room = self._room
        self.setVisible(self._offered and room.width() >= _LEAST)
        self._fit(room.width())
        self.move(room.right() + 1 - self.width(), room.y() + (room.height() - self.height()) // 2)

    def _fit(self, room: int) -> None:
        whole = self._whole_width()
        is_folded = room < whole
        self.freely.setHidden(is_folded)
        self.verbatim.setHidden(is_folded)
        self.folded.setVisible(is_folded)
        if is_folded:
            worded = self.folded.worded_width()
            self.folded.set_worded(room >= worded)
            self.folded.setGeometry(0, 0, worded if room >= worded else ACTION, _HEIGHT)
            self.resize(self.folded.size())
            return
        first = self.freely.sizeHint().width()
        self.freely.setGeometry(1, 1, first, _HEIGHT - 2)
        self.verbatim.setGeometry(1 + first, 1, whole - 2 - first, _HEIGHT - 2)
        self.resize(whole, _HEIGHT)

    def sizeHint(self) -> QSize:
        return self.size()

    def _whole_width(self) -> int:
        return self.freely.sizeHint().width() + self.verbatim.sizeHint().width() + 2

    def _show_chosen(self) -> None:
        (self.verbatim if self._verbatim else self.freely).setChecked(True)
        self.folded.setChecked(self._verbatim)

    @Slot()
    def _choose_freely(self) -> None:
        self._choose(False)

    @Slot()
    def _choose_verbatim(self) -> None:
        self._choose(True)

    @Slot(bool)
    def _choose(self, verbatim: bool) -> None:
        if verbatim != self._verbatim:
            self._verbatim = verbatim
            self._show_chosen()
            self.chosen.emit(verbatim)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self.folded.isHidden():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            _draw_frame(painter, QRectF(self.rect()), self._theme.palette, self._theme.palette.surface)


class _Part(QRadioButton):
    """A half of the switch. The arrow keys go to the other half, Tab goes past it."""

    def __init__(self, theme: Theme, parent: QWidget, *, first: bool) -> None:
        super().__init__(parent)
        self._theme, self._first = theme, first
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.repaint_on_change(self)

    def set_words(self, words: str, tip: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)
        self.setAccessibleDescription(tip)
        self.setToolTip(tip)

    def sizeHint(self) -> QSize:
        return QSize(_words_width(self.text()), _HEIGHT - 2)

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse():
            round_outside = (0, 0, 2 * _ROUND, 0) if self._first else (-2 * _ROUND, 0, 0, 0)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.wash if self.isChecked() else palette.ground))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(*round_outside), _ROUND - 1, _ROUND - 1)
        _draw_ring(painter, self, palette)
        _draw_words(painter, self, palette)


class _Folded(PlainButton):
    """The second part alone, on or off."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._worded = True
        self.setCheckable(True)

    def worded_width(self) -> int:
        return _words_width(self.text())

    def set_worded(self, worded: bool) -> None:
        """Set whether the button has its words, or a sign that stands for them."""
        self._worded = worded

    def sizeHint(self) -> QSize:
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = palette.wash if self.isChecked() else palette.ground if self.underMouse() else palette.surface
        _draw_frame(painter, QRectF(self.rect()), palette, ground)
        _draw_ring(painter, self, palette)
        if self._worded:
            _draw_words(painter, self, palette)
            return
        left, top = (self.width() - SYMBOL) // 2, (self.height() - SYMBOL) // 2
        colour = palette.accent if self.isChecked() else palette.soft_ink
        draw_symbol(painter, QRect(left, top, SYMBOL, SYMBOL), Symbol.QUOTES, colour)


def _words_font(*, bold: bool) -> QFont:
    return ui_font(SIZE_UI, QFont.Weight.DemiBold if bold else QFont.Weight.Normal)


def _words_width(words: str) -> int:
    """Return the width of words as they are when they are on, in px, so that nothing moves when they change."""
    return QFontMetrics(_words_font(bold=True)).horizontalAdvance(words) + 2 * _SIDE


def _draw_frame(painter: QPainter, frame: QRectF, palette: Palette, ground: str) -> None:
    painter.setPen(QPen(QColor(palette.line), 1))
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), _ROUND, _ROUND)


def _draw_ring(painter: QPainter, button: QAbstractButton, palette: Palette) -> None:
    if button.hasFocus():
        painter.setPen(QPen(QColor(palette.accent), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(button.rect()).adjusted(2, 2, -2, -2), _ROUND - 2, _ROUND - 2)


def _draw_words(painter: QPainter, button: QAbstractButton, palette: Palette) -> None:
    on = button.isChecked()
    painter.setPen(QColor(palette.accent if on else palette.ink))
    painter.setFont(_words_font(bold=on))
    painter.drawText(button.rect(), Qt.AlignmentFlag.AlignCenter, button.text())
