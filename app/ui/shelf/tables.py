"""The place on the shelf for what is made of all documents together: tables, timelines, notes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from app.ui.icons import Icons, Symbol
from app.ui.theme import SPACE_M, SPACE_S, SPACE_XS
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import STRETCH, column, row
from app.wording.i18n import _

_ICON = 18


class TablesGroup(QWidget):
    chronology_wanted = Signal()
    notes_wanted = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chronology = IconButton(
            icons, Symbol.CHRONOLOGY, _("Chronology"), shortcut="Ctrl+Shift+T", labelled=True, size=_ICON
        )
        self.chronology.clicked.connect(self.chronology_wanted)
        self.notes = IconButton(icons, Symbol.NOTES, _("Notes"), shortcut="Ctrl+Shift+N", labelled=True, size=_ICON)
        self.notes.clicked.connect(self.notes_wanted)
        title = PlainLabel(_("Tables and timelines"), role="section")
        font = title.font()
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.5)  # as the headings of the lists
        title.setFont(font)
        heading = row(SPACE_S, title, STRETCH)
        entries = row(self.chronology, self.notes, STRETCH, spacing=SPACE_XS)
        column(SPACE_M, heading, SPACE_XS, entries, of=self)
