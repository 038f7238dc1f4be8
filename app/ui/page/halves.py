"""A page, and a second one beside it, or below it if there is little room."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

_LARGE = 10_000  # pixels; what there are is shared in proportion


class Halves(QSplitter):
    def __init__(self, own: QWidget) -> None:
        super().__init__()
        self._second: QWidget | None = None
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.addWidget(own)

    def take_second(self, widget: QWidget) -> None:
        """Take the second page, which `set_split` shows and hides."""
        self._second = widget
        self.addWidget(widget)
        widget.hide()

    def set_split(self, split: bool) -> None:
        """Show both pages, or the first alone."""
        if self._second is not None and split is not self.is_split:
            self._second.setVisible(split)
            self.setSizes([_LARGE, _LARGE])

    @property
    def is_split(self) -> bool:
        return self._second is not None and not self._second.isHidden()

    def lie(self, *, wide: bool) -> None:
        """Lay the two pages side by side if there is a `wide` room for them, else one below the other."""
        wanted = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if wanted != self.orientation():
            self.setOrientation(wanted)
            self.setSizes([_LARGE, _LARGE])

    @property
    def active(self) -> QWidget | None:
        """The second page if it has the focus, else the first."""
        second, focus = self._second, QApplication.focusWidget()
        return second if second is not None and focus is not None and second.isAncestorOf(focus) else None
