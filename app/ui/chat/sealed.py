"""A text document that can reach neither a file nor the network."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QImage, QTextDocument


class SealedDocument(QTextDocument):
    """Answers every request for a resource with an empty picture.

    Where `loadResource` returns nothing, Qt reads the local file, so it must always return something.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)

    def loadResource(self, type: int, name: QUrl | str) -> Any:  # noqa: ARG002 - Qt's signature
        placeholder = QImage(1, 1, QImage.Format.Format_ARGB32)
        placeholder.fill(0)
        return placeholder
