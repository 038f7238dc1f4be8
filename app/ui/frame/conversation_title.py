"""The title above a conversation; a click on it, or F2, lets the person write another one in its place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import CORNER, SPACE_S, SPACE_XS
from app.ui.widgets.labels import ElidedLabel
from app.ui.widgets.layouts import STRETCH, row
from app.wording.i18n import _

_PENCIL = 16
_LINE_WIDTH = 480


class ConversationTitle(QWidget):
    """The title. `renamed` carries the new one, which is not empty and not the old one."""

    renamed = Signal(str)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._room = 0
        self._label = _Label(icons)
        self._label.installEventFilter(self)
        self.line = QLineEdit()
        self.line.setAccessibleName(_("Title of the conversation"))
        self.line.setMaximumWidth(_LINE_WIDTH)
        self.line.installEventFilter(self)
        self.line.hide()
        row(self._label, (self.line, 100), STRETCH, of=self)

    def set_room(self, width: int) -> None:
        """Set the width, in px, up to which a title is never shortened."""
        self._room = width
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        whole = super().sizeHint()
        return QSize(min(whole.width(), self._room), whole.height())

    def text(self) -> str:
        return self._label.text()

    def setText(self, text: str) -> None:
        """Show another title, also while it is being edited: what is typed stays."""
        self._label.setText(text)
        if not text:
            self._leave()

    @Slot()
    def edit(self) -> None:
        if self.text():
            self.line.setText(self.text())
            self._label.hide()
            self.line.show()
            self.line.selectAll()
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._label and isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            if event.button() == Qt.MouseButton.LeftButton and self._label.rect().contains(event.position().toPoint()):
                self.edit()
        elif watched is self.line and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._keep()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._leave()
                return True
        elif watched is self.line and event.type() == QEvent.Type.FocusOut and self.line.isVisible():
            self._keep()
        return super().eventFilter(watched, event)

    def _keep(self) -> None:
        title = " ".join(self.line.text().split())
        changed = bool(title) and title != self.text()
        self._leave()
        if changed:
            self.setText(title)
            self.renamed.emit(title)

    def _leave(self) -> None:
        self.line.hide()
        self._label.show()


class _Label(ElidedLabel):
    """The title as a label, which shows under the mouse that it can be edited."""

    def __init__(self, icons: Icons) -> None:
        super().__init__(role="title")
        self._icons = icons
        self.setContentsMargins(SPACE_S, SPACE_XS, SPACE_S + _PENCIL + SPACE_XS, SPACE_XS)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.underMouse() and self.text():
            palette = self._icons.theme.palette
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.wash))
            painter.drawRoundedRect(self.rect(), CORNER, CORNER)
            area = self.rect().adjusted(self.width() - SPACE_XS - _PENCIL, 0, -SPACE_XS, 0)
            self._icons.icon(Symbol.EDIT, palette.soft_ink).paint(painter, area)
            painter.end()
        super().paintEvent(event)
