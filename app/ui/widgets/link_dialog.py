"""Shows the address that a link leads to: it is opened only if the person says so, and copied for them to use."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QWidget

from app.core.documents.untrusted import WEB_SCHEMES, disarm, is_link
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.layouts import STRETCH, column, row
from app.wording.i18n import _

_WIDTH, _MOST_HEIGHT, _INSIDE = 460, 96, 20  # px; the last: what a field has around its text


class LinkDialog(QDialog):
    """A dialog that offers to copy the address, or to leave it (which is what Return and Esc do); and to open it, if it
    may be opened."""

    def __init__(
        self, address: str, open_address: Callable[[QUrl], object] | None = None, parent: QWidget | None = None
    ) -> None:
        """`open_address` opens the address of an answer; None for that of a document, which anybody may have
        written."""
        super().__init__(parent)
        self._address = address
        self._open_address = open_address
        opens = open_address is not None
        self.setWindowTitle(_("Open a web address") if opens else _("Web address"))
        self.setMinimumWidth(_WIDTH)
        explanation = QLabel(
            _("The answer contains a link to this address. Opening it starts your web browser, which uses the network.")
            if opens
            else _("This link leads to the web. Octavo does not open it; you can copy the address.")
        )
        explanation.setWordWrap(True)
        self.address_field = QPlainTextEdit(disarm(address))
        self.address_field.setReadOnly(True)
        self.address_field.setProperty("role", "framed")
        self.address_field.setAccessibleName(_("Address"))
        self.address_field.setTabChangesFocus(True)
        self.address_field.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.address_field.setFixedHeight(min(_MOST_HEIGHT, self._height_needed()))
        self.open_button = TextButton(_("Open in browser"))
        self.copy_button = TextButton(_("Copy address"))
        self.cancel_button = TextButton(_("Cancel") if opens else _("Close"))
        self.cancel_button.setDefault(True)
        self.open_button.clicked.connect(self._open)
        self.copy_button.clicked.connect(self._copy)
        self.cancel_button.clicked.connect(self.reject)
        offered = [self.open_button] if opens else []
        buttons = row(STRETCH, *offered, self.copy_button, self.cancel_button, spacing=SPACE_S)
        margins = (SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column(explanation, self.address_field, buttons, of=self, margins=margins, spacing=SPACE_M)
        self.cancel_button.setFocus()

    def _height_needed(self) -> int:
        """Return the height in pixels that the field needs to show all lines of the address."""
        room = QRect(0, 0, _WIDTH - 2 * SPACE_L - _INSIDE, _MOST_HEIGHT)
        metrics, text = self.address_field.fontMetrics(), self.address_field.toPlainText()
        return metrics.boundingRect(room, Qt.TextFlag.TextWrapAnywhere, text).height() + _INSIDE

    def _open(self) -> None:
        if self._open_address is not None and is_link(self._address, WEB_SCHEMES):
            self._open_address(QUrl.fromEncoded(self._address.encode()))
        self.accept()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.reject()
