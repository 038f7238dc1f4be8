"""A page, and a second one beside it, or below it where there is little room."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

_LARGE = 10_000  # pixels; what there are is shared in proportion


class Halves(QSplitter):
    def __init__(self, own: QWidget) -> None:
        super().__init__()
        self.beside: QWidget | None = None
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.addWidget(own)

    def show_beside(self, widget: QWidget | None) -> None:
        """None for none any more; the one before is deleted."""
        if self.beside is not None:
            self.beside.hide()
            self.beside.setParent(None)
            self.beside.deleteLater()
        self.beside = widget
        if widget is not None:
            self.addWidget(widget)
            self.setSizes([_LARGE, _LARGE])

    def lie(self, *, wide: bool) -> None:
        """Side by side where it is `wide`."""
        wanted = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if wanted != self.orientation():
            self.setOrientation(wanted)
            self.setSizes([_LARGE, _LARGE])

    @property
    def second_has_focus(self) -> bool:
        focus = QApplication.focusWidget()
        return self.beside is not None and focus is not None and self.beside.isAncestorOf(focus)
