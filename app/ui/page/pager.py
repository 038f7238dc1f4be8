"""Below the page: back, the page's number to type over, forward."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.messages import _
from app.ui.icons import Icons, Symbol
from app.ui.widgets.buttons import IconButton

PAGER_HEIGHT = 34
_FIELD_WIDTH = 56


class Pager(QWidget):
    """`turned` is +1 or -1; `jumped` carries what the person typed, a page's label or number."""

    turned = Signal(int)
    jumped = Signal(str)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = ""
        self.back = IconButton(icons, Symbol.PREVIOUS, _("Page before"), shortcut="PgUp", size=14)
        self.forward = IconButton(icons, Symbol.NEXT, _("Next page"), shortcut="PgDown", size=14)
        self.back.clicked.connect(self._go_back)
        self.forward.clicked.connect(self._go_forward)
        self.field = QLineEdit()
        self.field.setProperty("role", "bare")
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.setFixedWidth(_FIELD_WIDTH)
        self.field.setAccessibleName(_("Go to page"))
        self.field.returnPressed.connect(self._jump)
        self.field.editingFinished.connect(self._restore)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.field)
        row.addWidget(self.forward)
        row.addStretch(1)
        self.setFixedHeight(PAGER_HEIGHT)

    def show_place(self, label: str, pages: str, *, first: bool, last: bool) -> None:
        """`pages` is how many there are, in words."""
        self._label = label
        self.field.setAccessibleDescription(pages)
        self.field.setToolTip(f"{_('Go to page')}  Ctrl+G\n{pages}")
        self.field.setText(label)
        self.back.setEnabled(not first)
        self.forward.setEnabled(not last)

    @Slot()
    def _go_back(self) -> None:
        self.turned.emit(-1)

    @Slot()
    def _go_forward(self) -> None:
        self.turned.emit(1)

    @Slot()
    def _jump(self) -> None:
        wanted = self.field.text().strip()
        if wanted and wanted != self._label:
            self.jumped.emit(wanted)

    @Slot()
    def _restore(self) -> None:
        self.field.setText(self._label)
