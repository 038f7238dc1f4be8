"""Small buttons of the conversation, drawn by hand so that hundreds of them stay cheap."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.ui.fonts import ui_font
from app.ui.theme import SIZE_SMALL, SPACE_XS, Theme
from app.wording.i18n import _

_SCROLL_KEYS = frozenset((Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown))


class PlainButton(QAbstractButton):
    """A button that Return presses too, and that leaves the arrow keys to whoever scrolls."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.update)

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
        """`accent`: in the colour of what a person is expected to press."""
        super().__init__(theme, parent)
        self._accent = accent
        self._size = size
        self._quiet = False
        self.tell(text, tip)

    def tell(self, text: str, tip: str = "") -> None:
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(text if any(map(str.isalnum, text)) else tip)
        self.setAccessibleDescription(tip)
        self.resize(self.sizeHint())

    def set_quiet(self, quiet: bool) -> None:
        """A quiet button is not drawn until it has the focus."""
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
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.accent), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        active = self.isEnabled() and (self.underMouse() or self.hasFocus())
        still = palette.accent if self._accent else palette.soft_ink
        painter.setPen(QColor(palette.ink if active else still if self.isEnabled() else palette.line))
        painter.setFont(ui_font(self._size))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class LinkButton(PlainButton):
    """Lies over the beginning of a link for the keyboard alone; the mouse goes through it to the text."""

    def __init__(self, address: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.address = address
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setText(address)
        self.setAccessibleName(_("Link"))
        self.setAccessibleDescription(address)

    def sizeHint(self) -> QSize:
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._theme.palette.accent), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
