"""The fields of a remote engine in the settings: words, a key that is never shown, a file of certificates."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QLineEdit

from app.ui.settings.editors import Editor
from app.ui.widgets.buttons import TextButton
from app.wording.i18n import _


class WordsEditor(Editor):
    """A line of text."""

    def __init__(self, value: str, otherwise: str) -> None:
        """`otherwise`: what is taken where nothing stands."""
        self._line = QLineEdit(value)
        self._line.setPlaceholderText(otherwise)
        super().__init__(self._line)

    def value(self) -> str:
        return self._line.text().strip()

    def set_value(self, value: str) -> None:
        self._line.setText(value)


class KeyEditor(Editor):
    """A secret: what is kept is not shown, what is typed only as dots."""

    def __init__(self, *, kept: bool) -> None:
        self._forgotten = False
        self._line = QLineEdit()
        self._line.setEchoMode(QLineEdit.EchoMode.Password)
        self._line.setPlaceholderText(_("saved") if kept else _("none"))
        forget = TextButton(_("Delete")) if kept else None
        if forget is not None:
            forget.clicked.connect(self.forget)
        self._button = forget
        super().__init__(self._line, forget)

    def value(self) -> str | None:
        """The new key, empty to forget the one that is kept; None leaves it as it is."""
        typed = self._line.text().strip()
        return typed or ("" if self._forgotten else None)

    def set_value(self, value: str) -> None:
        self._line.setText(value)

    @Slot()
    def forget(self) -> None:
        """Once the settings are saved."""
        self._forgotten = True
        self._line.clear()
        self._line.setPlaceholderText(_("none"))
        if self._button is not None:
            self._button.setEnabled(False)


class CertificatesEditor(Editor):
    """The path of a file of certificates, typed or chosen."""

    def __init__(self, value: str) -> None:
        self._line = QLineEdit(value)
        self._line.setPlaceholderText(_("same as system"))
        browse = TextButton(_("Choose…"))
        browse.clicked.connect(self._browse)
        super().__init__(self._line, browse)

    def value(self) -> str:
        return self._line.text().strip()

    @Slot()
    def _browse(self) -> None:
        dialog = QFileDialog(
            self.window(), _("Choose certificates"), "", _("Certificates in PEM format (*.pem *.crt *.cer)")
        )
        dialog.fileSelected.connect(self._line.setText)
        dialog.open()
