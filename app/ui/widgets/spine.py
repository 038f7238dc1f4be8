"""The spine: how full the context is, a segment for each book, for the talk, and what is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFocusEvent, QHelpEvent, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QToolTip, QWidget

from app.ui.look.theme import FOOT_HEIGHT, SPACE_M, SPACE_XL, Theme
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel, plain_tip, set_tip
from app.ui.widgets.layouts import boxed, row
from app.wording.i18n import _

_BAR_HEIGHT = 10
_RING = 3
_THINNEST = 2.0
_PALE = 90


@dataclass(frozen=True)
class SpinePart:
    """A segment of the spine: `name` in words with its tokens; `colour` as #RRGGBB, empty for what is left; `read` is
    the share of it that the model has read, the rest is drawn paler."""

    name: str
    tokens: int
    colour: str = ""
    read: float = 1.0


class SpineBar(QProgressBar):
    """The bar alone; its value is how many percent are used. Hovering a segment names it; so do Left and Right while it
    has the focus."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._parts: tuple[SpinePart, ...] = ()
        self._capacity = 0
        self._chosen = -1
        self.setProperty("role", "spine")
        self.setTextVisible(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.repaint_on_change(self)

    def show_parts(self, parts: tuple[SpinePart, ...], capacity: int) -> None:
        """Show these segments; `capacity` is the context in tokens. What is beyond it is hatched."""
        self._parts = parts
        self._capacity = capacity
        self._chosen = -1
        self.setValue(min(100, 100 * self._used() // max(1, capacity)))
        self.setAccessibleDescription(", ".join(part.name for part in parts))
        self.update()

    def part_at(self, x: float) -> SpinePart | None:
        for part, left, width in self._segments():
            if left <= x < left + width:
                return part
        return None

    def sizeHint(self) -> QSize:
        return QSize(240, _BAR_HEIGHT + 2 * _RING)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, _BAR_HEIGHT + 2 * _RING)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            part = self.part_at(event.pos().x())
            QToolTip.showText(event.globalPos(), plain_tip(part.name) if part else "", self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self._parts:
            super().keyPressEvent(event)
            return
        self._chosen = (self._chosen + step) % len(self._parts) if self._chosen >= 0 else 0
        for part, left, width in self._segments():
            if part is self._parts[self._chosen]:
                QToolTip.showText(
                    self.mapToGlobal(QPoint(int(left + width / 2), -SPACE_XL)), plain_tip(part.name), self
                )
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._chosen = -1
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(_RING, _RING, self.width() - 2 * _RING, _BAR_HEIGHT)
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.accent), 2))
            painter.drawRoundedRect(bar.adjusted(-2, -2, 2, 2), 5, 5)
        whole = QPainterPath()
        whole.addRoundedRect(bar, 3, 3)
        painter.setClipPath(whole)
        painter.fillRect(bar, QColor(palette.line))
        over = 0 < self._capacity < self._used()
        for part, left, width in self._segments():
            if part.colour:
                segment = QRectF(left, bar.top(), width, bar.height())
                pale = QColor(part.colour)
                pale.setAlpha(_PALE)
                painter.fillRect(segment, pale if part.read < 1 and not over else QColor(part.colour))
                segment.setWidth(width * part.read)
                painter.fillRect(segment, QColor(part.colour))
                painter.fillRect(QRectF(left + width - 1, bar.top(), 1, bar.height()), QColor(palette.ground))
        if over:
            beyond = bar.adjusted(bar.width() * self._capacity / self._used(), 0, 0, 0)
            painter.fillRect(beyond, QColor(palette.ground))
            painter.fillRect(beyond, QBrush(QColor(palette.not_found), Qt.BrushStyle.BDiagPattern))
            painter.fillRect(QRectF(beyond.left(), bar.top(), 2, bar.height()), QColor(palette.not_found))

    def _used(self) -> int:
        return sum(part.tokens for part in self._parts if part.colour)

    def _segments(self) -> Iterator[tuple[SpinePart, float, float]]:
        """Yield the segments with their left edge and width in px; a part with tokens is never too thin to be seen."""
        whole = max(self._capacity, sum(part.tokens for part in self._parts))
        room = self.width() - 2.0 * _RING
        left = float(_RING)
        for part in self._parts:
            width = room * part.tokens / whole if whole else 0.0
            if part.tokens and part.colour:
                width = max(width, _THINNEST + 1)
            width = min(width, _RING + room - left)
            yield part, left, width
            left += width


class Spine(QWidget):
    """The bar with its name on the left; how full it is, and what can be done about it, on the right. Both halves keep
    their widths, whatever is said."""

    acted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.bar = SpineBar(theme)
        self.bar.setAccessibleName(_("Context"))
        self._text = ElidedLabel(role="small")
        self._text.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._tip = ""
        self.action = TextButton("", role="link")
        self.action.clicked.connect(self.acted)
        self.action.hide()
        name = PlainLabel(_("Context"), role="small")
        said = boxed(row((self._text, 1), self.action, spacing=SPACE_M))
        said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row(name, (self.bar, 2), (said, 3), of=self, margins=(SPACE_XL, 0, SPACE_XL, 0), spacing=SPACE_M)
        self.setFixedHeight(FOOT_HEIGHT)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when a model is loaded
        self.setSizePolicy(policy)
        self.setAccessibleName(_("Context"))

    def text(self) -> str:
        return self._text.text()

    def tip(self) -> str:
        """Return the numbers behind the words."""
        return self._tip

    def show_action(self, words: str) -> None:
        """Show what the person can do now, as words on the button; empty hides it."""
        self.action.setText(words)
        self.action.setVisible(bool(words))

    def show_use(self, parts: tuple[SpinePart, ...], capacity: int, text: str, tip: str = "") -> None:
        """Show how the context is used; `text` says it in words, `tip` in numbers."""
        self.bar.show_parts(parts, capacity)
        self._tip = tip
        self._text.setText(text)
        set_tip(self, tip)
