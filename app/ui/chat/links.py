"""Asks before a web address is opened, and shows the whole of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.core.untrusted import disarm
from app.ui.chat.inline import WEB_SCHEMES
from app.ui.theme import SPACE_L, SPACE_M
from app.wording.i18n import _


class LinkDialog(QDialog):
    """Shows an address and offers to open it, to copy it, or to leave it (which is what Return and Esc do)."""

    def __init__(self, address: str, open_address: Callable[[QUrl], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address = address
        self._open_address = open_address
        self.setWindowTitle(_("Open a web address"))
        self.setMinimumWidth(460)
        explanation = QLabel(
            _("The answer contains a link to this address. Opening it starts your web browser, which uses the network.")
        )
        explanation.setWordWrap(True)
        self.address_field = QPlainTextEdit(disarm(address))
        self.address_field.setReadOnly(True)
        self.address_field.setAccessibleName(_("Address"))
        self.address_field.setTabChangesFocus(True)
        self.address_field.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.address_field.setMaximumHeight(96)
        buttons = QDialogButtonBox()
        self.open_button = QPushButton(_("Open in browser"))
        self.copy_button = QPushButton(_("Copy address"))
        self.cancel_button = QPushButton(_("Cancel"))
        buttons.addButton(self.open_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.cancel_button, QDialogButtonBox.ButtonRole.RejectRole)
        for button in (self.open_button, self.copy_button):
            button.setAutoDefault(False)
        self.cancel_button.setDefault(True)
        self.open_button.clicked.connect(self._open)
        self.copy_button.clicked.connect(self._copy)
        self.cancel_button.clicked.connect(self.reject)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        box.setSpacing(SPACE_M)
        box.addWidget(explanation)
        box.addWidget(self.address_field)
        box.addWidget(buttons)
        self.cancel_button.setFocus()

    def _open(self) -> None:
        if self._address.lower().startswith(WEB_SCHEMES):
            self._open_address(QUrl.fromEncoded(self._address.encode()))
        self.accept()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.reject()
