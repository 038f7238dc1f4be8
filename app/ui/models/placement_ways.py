"""A list of other ways to place a model: a sentence for each way, and a button that chooses it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.ui.look.theme import SPACE_M, SPACE_S
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import boxed, column, row
from app.wording.i18n import _


class WaysView(QWidget):
    """The list itself. `chosen` carries a way's index in the list."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._ways: list[tuple[QWidget, PlainLabel, TextButton]] = []
        self._column = column(spacing=SPACE_S, of=self)
        self.hide()

    def show_ways(self, sentences: Sequence[str]) -> None:
        while len(self._ways) < len(sentences):
            label, button = PlainLabel(wraps=True), TextButton(_("Choose"))
            button.clicked.connect(partial(self.chosen.emit, len(self._ways)))
            way = boxed(row((label, 1), (button, Qt.AlignmentFlag.AlignTop), spacing=SPACE_M))
            self._ways.append((way, label, button))
            self._column.addWidget(way)
        for number, (way, label, button) in enumerate(self._ways):
            way.setVisible(number < len(sentences))
            words = sentences[number] if number < len(sentences) else ""
            label.setText(words)
            button.setAccessibleName(_("Choose: {way}").format(way=words))
        self.setVisible(bool(sentences))

    def shown(self) -> list[tuple[str, TextButton]]:
        """Return the sentences and their buttons."""
        return [(label.text(), button) for way, label, button in self._ways if not way.isHidden()]
