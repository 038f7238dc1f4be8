"""A dialog about Octavo: its version, its licence, whose work it stands on, and the texts of all their licences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFontDatabase, QPixmap
from PySide6.QtWidgets import QDialog, QLabel, QListWidget, QPlainTextEdit, QWidget

from app import __version__
from app.core.documents.untrusted import disarm
from app.ui.kit.frame_state import bound
from app.ui.look import emblem
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import DIALOG, STRETCH, column, row
from app.wording.i18n import _

_EMBLEM = 72
_WIDTH = 460
_TEXTS_SIZE, _NAMES_WIDTH = (860, 600), 240
_CREDITS = (
    "llama.cpp · Qt · PDFium · SQLite3 Multiple Ciphers · FFmpeg · Pillow · ONNX Runtime · PaddleOCR"
    " · Source Sans · Source Serif · Phosphor Icons"
)


class AboutDialog(QDialog):
    def __init__(
        self, texts: Sequence[Path], credit: str, model: str, protection: str, parent: QWidget | None = None
    ) -> None:
        """`texts` are files of licences, the most important first. `credit` are the words that the terms of the loaded
        `model` ask for; empty if they ask for none. `protection` says how readers are locked in."""
        super().__init__(parent)
        self.setWindowTitle(_("About Octavo"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        self._texts = tuple(texts)
        self.credit = PlainLabel(f"{disarm(credit)} · {disarm(model)}" if credit else "")
        self.credit.setVisible(bool(credit))
        self.protection = PlainLabel(protection, role="soft", wraps=True)
        self.licences = TextButton(_("Licences…"))
        self.licences.clicked.connect(self._show_texts)
        self.licences.setVisible(bool(texts))
        self.close_button = TextButton(_("Close"), role="primary")
        self.close_button.clicked.connect(self.accept)
        self._lay_out()
        self.close_button.setDefault(True)
        self.close_button.setFocus()

    def _lay_out(self) -> None:
        name = column(
            PlainLabel(_("Octavo"), role="display"),
            PlainLabel(_("Version {version}").format(version=__version__), role="soft"),
            spacing=SPACE_S,
        )
        column(
            row(_emblem(self.devicePixelRatioF()), (name, 1), spacing=SPACE_L),
            SPACE_S,
            PlainLabel(
                _("A private reading desk: whole documents, answers with checked pages, on your own computer."),
                wraps=True,
            ),
            PlainLabel(_("Free software under the Apache License 2.0."), wraps=True),
            self.credit,
            SPACE_S,
            PlainLabel(_("How documents are read"), role="section"),
            self.protection,
            SPACE_S,
            PlainLabel(_("Made with the work of"), role="section"),
            PlainLabel(_CREDITS, role="soft", wraps=True),
            SPACE_L,
            row(self.licences, STRETCH, self.close_button, spacing=SPACE_S),
            of=self,
            margins=DIALOG,
            spacing=SPACE_M,
        )

    @Slot()
    def _show_texts(self) -> None:
        LicencesDialog(self._texts, self).open()


def _emblem(ratio: float) -> QLabel:
    picture = QPixmap.fromImage(emblem.draw(round(_EMBLEM * ratio)))
    picture.setDevicePixelRatio(ratio)
    sign = QLabel()
    sign.setPixmap(picture)
    return sign


class LicencesDialog(QDialog):
    """A dialog with the texts of the licences, by the names of their files."""

    def __init__(self, texts: Sequence[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Licences"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._texts = tuple(texts)
        self.names = QListWidget()
        self.names.setProperty("role", "framed")
        self.names.setAccessibleName(_("Licences"))
        self.names.setFixedWidth(_NAMES_WIDTH)
        self.names.addItems([path.stem for path in texts])
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setProperty("role", "framed")
        self.text.setAccessibleName(_("Text of the licence"))
        self.text.setTabChangesFocus(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        close = TextButton(_("Close"), role="primary")
        close.clicked.connect(self.accept)
        column(
            PlainLabel(_("Licences"), role="heading"),
            (row(self.names, (self.text, 1), spacing=SPACE_M), 1),
            row(STRETCH, close),
            of=self,
            margins=DIALOG,
            spacing=SPACE_L,
        )
        self.resize(bound(self, *_TEXTS_SIZE))
        self.names.currentRowChanged.connect(self._show)
        self.names.setCurrentRow(0)

    @Slot(int)
    def _show(self, number: int) -> None:
        try:
            words = self._texts[number].read_text("utf-8", "replace")
        except OSError:
            words = _("This file cannot be read any more. Install Octavo again.")
        self.text.setPlainText(words)
