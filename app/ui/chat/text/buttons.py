"""Small buttons of the conversation, drawn by hand so that hundreds of them stay cheap."""

from __future__ import annotations

from PySide6.QtCore import SIGNAL, SLOT, QObject, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QColor, QFontMetrics, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.ui.look.fonts import ui_font
from app.ui.look.icons import Symbol, draw_symbol
from app.ui.look.theme import SIZE_SMALL, SPACE_XS, Palette, Theme
from app.ui.widgets.accessibility import speak_as
from app.wording.i18n import _

ACTION = 28
"""The side of an icon that can be pressed, px."""
SYMBOL = 17  # px, the icon in it
_CONFIRM_MS = 1_500
_ROUND = 6.0  # px, corners of the ground
_SCROLL_KEYS = frozenset((Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown))


class PlainButton(QAbstractButton):
    """A button that Return presses too, and that leaves the arrow keys to the scroll area."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.repaint_on_change(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in _SCROLL_KEYS:
            event.ignore()
        else:
            super().keyPressEvent(event)


class InlineButton(PlainButton):
    """A word that can be pressed. A `quiet` one shows only while the mouse is near or the keyboard is on it."""

    def __init__(
        self,
        text: str,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        tip: str = "",
        size: int = SIZE_SMALL,
        accent: bool = False,
    ) -> None:
        """`accent` gives it the colour of what a person is expected to press."""
        super().__init__(theme, parent)
        self._accent = accent
        self._size = size
        self._quiet = False
        self.set_words(text, tip)

    def set_words(self, text: str, tip: str = "") -> None:
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(text if any(map(str.isalnum, text)) else tip)
        self.setAccessibleDescription(tip)
        self.resize(self.sizeHint())

    def set_quiet(self, quiet: bool) -> None:
        """Set whether the button is quiet: it is not drawn then until it has the focus."""
        self._quiet = quiet
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(ui_font(self._size))
        return QSize(metrics.horizontalAdvance(self.text()) + 2 * SPACE_XS + 2, metrics.height() + SPACE_XS)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._quiet and not self.hasFocus():
            return
        palette = self._theme.palette
        painter = QPainter(self)
        draw_state(painter, self, palette)
        active = self.isEnabled() and (self.underMouse() or self.hasFocus())
        still = palette.accent if self._accent else palette.soft_ink
        painter.setPen(QColor(palette.ink if active else still if self.isEnabled() else palette.line))
        painter.setFont(ui_font(self._size))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class ActionButton(PlainButton):
    """An icon with a name, which is its tip too. A `quiet` one shows only while the mouse is near or the keyboard is on
    it. A checkable one stays lit while it is checked."""

    def __init__(
        self, symbol: Symbol, name: str, theme: Theme, parent: QWidget | None = None, *, tip: str = ""
    ) -> None:
        super().__init__(theme, parent)
        self._symbol = symbol
        self._quiet = False
        self._confirming = QTimer(self, singleShot=True, interval=_CONFIRM_MS)
        QObject.connect(self._confirming, SIGNAL("timeout()"), self, SLOT("update()"))  # see `Theme.repaint_on_change`
        self.setText(name)
        self.setToolTip(tip or name)
        self.setAccessibleName(name)
        self.setAccessibleDescription(tip)
        self.resize(self.sizeHint())

    def set_quiet(self, quiet: bool) -> None:
        self._quiet = quiet
        self.update()

    def confirm(self) -> None:
        """Show for a moment that something was copied."""
        self._confirming.start()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(ACTION, ACTION)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._quiet and not self.hasFocus():
            return
        palette = self._theme.palette
        painter = QPainter(self)
        draw_state(painter, self, palette)
        active = self.isEnabled() and (self.underMouse() or self.hasFocus() or self.isChecked())
        side = SYMBOL
        place = QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side)
        if self._confirming.isActive():
            draw_symbol(painter, place, Symbol.COPIED, palette.verified)
        else:
            draw_symbol(painter, place, self._symbol, palette.ink if active else palette.soft_ink)


def draw_state(painter: QPainter, button: QAbstractButton, palette: Palette) -> None:
    """Draw the ground of a button that is under the mouse, pressed or checked, and the ring of one that has the
    focus."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    frame = QRectF(button.rect())
    if button.isEnabled() and (button.isDown() or button.isChecked() or button.underMouse()):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.wash if button.isDown() or button.isChecked() else palette.line))
        painter.drawRoundedRect(frame, _ROUND, _ROUND)
    if button.hasFocus():
        painter.setPen(QPen(QColor(palette.accent), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), _ROUND - 1, _ROUND - 1)


class LinkButton(PlainButton):
    """For the keyboard alone, over the beginning of a link; the mouse goes through it to the text."""

    def __init__(self, address: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.address = address
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setText(address)
        self.setAccessibleName(_("Link"))
        speak_as(self, QAccessible.Role.Link)
        self.setAccessibleDescription(address)

    def sizeHint(self) -> QSize:
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._theme.palette.accent), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)


class Variants(QWidget):
    """A switch such as `‹ 2 / 3 ›`, which says which of several versions is shown, and leads to the others."""

    stepped = Signal(int)  # -1 or +1

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = ""
        self.earlier = InlineButton("‹", theme, self, tip=_("Previous version"))
        self.later = InlineButton("›", theme, self, tip=_("Next version"))
        self.earlier.clicked.connect(self._step_back)
        self.later.clicked.connect(self._step_on)
        theme.repaint_on_change(self)
        self.set_shown(1, 1)

    def set_shown(self, shown: int, whole: int) -> None:
        """Show version number `shown`, from 1, of `whole`; hidden if there is only one."""
        self._shown = f"{shown} / {whole}"
        self.setVisible(whole > 1)
        self.earlier.setEnabled(shown > 1)
        self.later.setEnabled(shown < whole)
        self.setAccessibleName(_("Version {n} of {whole}").format(n=shown, whole=whole))
        words = round(QFontMetricsF(ui_font(SIZE_SMALL)).horizontalAdvance(self._shown)) + SPACE_XS
        side = self.earlier.width()
        self.resize(2 * side + words, self.earlier.height())
        self.later.move(side + words, 0)

    def _step_back(self) -> None:
        self.stepped.emit(-1)

    def _step_on(self) -> None:
        self.stepped.emit(1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setPen(QColor(self._theme.palette.soft_ink))
        painter.setFont(ui_font(SIZE_SMALL))
        baseline = centre_baseline(self.height())
        painter.drawText(QPointF(self.earlier.width() + SPACE_XS // 2, baseline), self._shown)


def centre_baseline(height: int) -> int:
    """Return the baseline in a line of this height, as in the buttons, in px from the top."""
    metrics = QFontMetrics(ui_font(SIZE_SMALL))
    return (height - metrics.height()) // 2 + metrics.ascent()
