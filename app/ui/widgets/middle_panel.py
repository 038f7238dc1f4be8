"""A panel that takes the place of the conversation in the middle of the window: a header with a title and a way back,
and what there is to see below it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import HEADER_HEIGHT, SPACE_M, SPACE_S, SPACE_XL
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import ElidedLabel, Separator
from app.ui.widgets.layouts import Item, boxed, column, row
from app.ui.widgets.notice import NoticeBar
from app.ui.widgets.unfold_buttons import UnfoldButtons
from app.wording.i18n import _


class MiddleView(QWidget):
    """A widget that can take the place of the conversation: it has a line for notices, and buttons that unfold the
    panels beside it."""

    notice: NoticeBar
    unfold: UnfoldButtons

    def event(self, event: QEvent) -> bool:
        """Keep F2 from the window: it would rename the conversation, which would take this view's place."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_F2:
            event.accept()
        return super().event(event)


class MiddlePanel(MiddleView):
    """A panel with a header. A subclass calls `fill` with what it shows. `closed` tells that the person wants the
    conversation back."""

    closed = Signal()

    def __init__(self, icons: Icons, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.title = ElidedLabel(name, role="title")
        self.notice = NoticeBar(icons)
        self.unfold = UnfoldButtons(icons)
        self.close_button = IconButton(icons, Symbol.CLOSE, _("Back to the conversation"))
        self.close_button.clicked.connect(self.closed)

    def fill(self, *items: Item, beside_title: tuple[QWidget, ...] = ()) -> None:
        shown: tuple[Item, ...] = (
            self.unfold.shelf,
            (self.title, 1),
            *beside_title,
            self.close_button,
            self.unfold.page,
        )
        header = boxed(row(*shown, margins=(SPACE_XL, 0, SPACE_M, 0), spacing=SPACE_S))
        header.setFixedHeight(HEADER_HEIGHT)
        column(header, Separator(), self.notice, *items, of=self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
