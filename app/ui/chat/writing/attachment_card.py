"""A card in the composer: one attached image, small, with its name and what it takes of the context."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.chat.text.buttons import PlainButton
from app.ui.look.fonts import ui_font
from app.ui.look.theme import CORNER, SIZE_SMALL, SPACE_S, SPACE_XS, Theme
from app.ui.widgets.labels import plain_tip, set_tip
from app.wording.i18n import _
from app.wording.units import printable

HEIGHT = 56  # px
_PICTURE = HEIGHT - 2 * SPACE_XS
_CROSS = 20  # px, the button that removes
_CORNER = CORNER - 2
_STEPS: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


@dataclass(frozen=True)
class AttachmentData:
    """The content of an attachment's card. `key` identifies it; `detail` is a few words. A `picture` may come later."""

    key: int
    untrusted_name: str
    detail: str = ""
    picture: QImage | None = None
    opening: bool = False


class CrossButton(PlainButton):
    """Removes the card; for the mouse alone, since the card itself reacts to the key."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.resize(_CROSS, _CROSS)

    def sizeHint(self) -> QSize:
        return QSize(_CROSS, _CROSS)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QRectF(self.rect()).center()
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.line))
            painter.drawEllipse(middle, _CROSS / 2 - 1, _CROSS / 2 - 1)
        painter.setPen(QPen(QColor(palette.ink if self.underMouse() else palette.soft_ink), 1.5))
        for up in (-3.5, 3.5):
            painter.drawLine(middle - QPointF(3.5, up), middle + QPointF(3.5, up))


class CardButton(PlainButton):
    """Pressed, it shows the image large. The mouse drags it, Alt with an arrow moves it, Delete removes it."""

    removed = Signal()
    stepped = Signal(int)  # the keyboard goes on to the card so far away
    shifted = Signal(int)  # it moves by so many places
    dragged = Signal(QPoint)  # its upper left corner goes here, in its parent
    dropped = Signal(bool)  # True where it is to stay

    def __init__(self, card: AttachmentData, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.card = card
        self._grip: QPoint | None = None
        self._is_dragged = False
        self.cross = CrossButton(theme, self)
        self.cross.clicked.connect(self.removed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_card(card)

    def set_card(self, card: AttachmentData) -> None:
        self.card = card
        name, opening = printable(card.untrusted_name), card.opening
        self.setText(_("Opening {name}…").format(name=name) if opening else name)
        self.setAccessibleName(self.text())
        keys = _("Return: show it large · Delete: remove it · Alt with an arrow key: move it")
        self.setAccessibleDescription(_("Delete cancels this") if opening else f"{card.detail}. {keys}")
        self.setToolTip(plain_tip(self.text() if opening else f"{name}\n{card.detail}"))
        removal = _("Cancel opening {name}") if opening else _("Remove {name}")
        self.cross.setAccessibleName(removal.format(name=name))
        set_tip(self.cross, f"{self.cross.accessibleName()}  {_shortcut()}")
        self.setCursor(Qt.CursorShape.ArrowCursor if opening else Qt.CursorShape.PointingHandCursor)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(3 * HEIGHT, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.cross.move(self.width() - _CROSS - 2, 2)
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Take Alt and an arrow for moving the image; elsewhere they go back and forward."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in _STEPS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, alone = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        step = _STEPS.get(key)
        if self._is_dragged:
            if key == Qt.Key.Key_Escape:
                self._let_go(stays=False)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif step is not None and alone == Qt.KeyboardModifier.AltModifier:
            self.shifted.emit(step)
        elif step is not None and alone == Qt.KeyboardModifier.NoModifier:
            self.stepped.emit(step)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            super().mouseMoveEvent(event)
            return
        place = event.position().toPoint()
        if not self._is_dragged and (place - self._grip).manhattanLength() >= QApplication.startDragDistance():
            self._is_dragged = True
            self.setDown(False)  # what is dragged is not pressed
            self.raise_()
        if self._is_dragged:
            self.dragged.emit(self.mapToParent(place - self._grip))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_dragged:
            self._let_go(stays=True)
        else:
            self._grip = None
            super().mouseReleaseEvent(event)

    def _let_go(self, *, stays: bool) -> None:
        self._grip, self._is_dragged = None, False
        self.setDown(False)
        self.dropped.emit(stays)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.hasFocus() or self._is_dragged
        width = 1.5 if lit else 1.0
        painter.setPen(QPen(QColor(palette.accent if lit else palette.line), width))
        painter.setBrush(QColor(palette.wash if self.underMouse() and not self.card.opening else palette.ground))
        edge = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), _CORNER, _CORNER)
        self._paint_picture(painter, QRect(SPACE_XS, SPACE_XS, _PICTURE, _PICTURE))
        self._paint_words(painter, _PICTURE + 2 * SPACE_XS + 2)

    def _paint_picture(self, painter: QPainter, place: QRect) -> None:
        palette = self._theme.palette
        frame = QRectF(place)
        painter.save()
        if self.card.opening:
            painter.setPen(QPen(QColor(palette.soft_ink), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(4.5, 4.5, -4.5, -4.5), 3, 3)
        elif self.card.picture is not None:
            rounded = QPainterPath()
            rounded.addRoundedRect(frame, _CORNER - 2, _CORNER - 2)
            painter.setClipPath(rounded)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(frame, self.card.picture, _square(self.card.picture))
        painter.restore()

    def _paint_words(self, painter: QPainter, left: int) -> None:
        """Paint the name of the image, and the detail below it."""
        palette = self._theme.palette
        opening = self.card.opening
        for row, (words, font, mode, colour) in enumerate(
            (
                (
                    printable(self.card.untrusted_name),
                    ui_font(SIZE_SMALL, QFont.Weight.Normal if opening else QFont.Weight.DemiBold),
                    Qt.TextElideMode.ElideMiddle,
                    palette.soft_ink if opening else palette.ink,
                ),
                (self.card.detail, ui_font(SIZE_SMALL), Qt.TextElideMode.ElideRight, palette.soft_ink),
            )
        ):
            metrics = QFontMetrics(font)
            room = self.width() - left - (_CROSS if row == 0 else SPACE_S)
            line = QRect(left, HEIGHT // 2 - metrics.height() * (1 - row), room, metrics.height())
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = metrics.elidedText(words, mode, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _shortcut() -> str:
    return QKeySequence(Qt.Key.Key_Delete).toString(QKeySequence.SequenceFormat.NativeText)


def _square(picture: QImage) -> QRectF:
    """Return the largest square in the middle of a picture: the part that the card shows."""
    side = min(picture.width(), picture.height())
    return QRectF((picture.width() - side) / 2, (picture.height() - side) / 2, side, side)
