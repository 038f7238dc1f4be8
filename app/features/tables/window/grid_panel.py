"""A grid in the middle of the window: how far it is, its table, and what was found in all."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QProgressBar, QWidget

from app.features.tables.cells import CellFinding
from app.features.tables.window.grid_cells import finding_colour
from app.features.tables.window.grid_table import Arrangement, GridFilter, GridTable
from app.features.tables.window.grid_view import GridView
from app.ui.kit.commands import WordsMenu
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_M, SPACE_S, SPACE_XL
from app.ui.widgets.buttons import MenuButton, TextButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel, Separator
from app.ui.widgets.layouts import boxed, column, row
from app.wording.i18n import _

_BAR_WIDTH, _FIND_WIDTH = 220, 190
_STEPS = 1000
_HEAVY = (CellFinding.WORD_FOR_WORD, CellFinding.OTHERWISE, CellFinding.NOTHING)


class GridPanel(QWidget):
    """Emits what the person wants, and does nothing itself."""

    pause_wanted = Signal()
    go_on_wanted = Signal()
    question_wanted = Signal()
    documents_wanted = Signal()
    arranged = Signal(object)  # Arrangement

    def __init__(self, icons: Icons, table: GridTable, words_menu: WordsMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._table = icons.theme, table
        self._counts: Sequence[tuple[CellFinding, str]] = ()
        self.view = GridView(table, icons.theme, words_menu)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximum(_STEPS)
        self.bar.setMaximumWidth(_BAR_WIDTH)
        self.bar.setAccessibleName(_("Answered"))
        self.status = ElidedLabel(role="small")
        self.pause = TextButton(_("Pause"))
        self.go_on = TextButton(_("Resume"), role="primary")
        self.question = TextButton(_("Add question"))
        self.documents = TextButton(_("Add documents"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Find in the table"))
        self.search.setAccessibleName(_("Find in the table"))
        self.search.setMaximumWidth(_FIND_WIDTH)
        self.search.setClearButtonEnabled(True)
        self.filter = MenuButton(icons, Symbol.FILTER, _("Show only some documents"))
        self.filter.setCheckable(True)
        self.counts = QLabel()
        self.counts.setTextFormat(Qt.TextFormat.RichText)
        self.once = ElidedLabel(_("Each document is read once; each cell is asked by itself."), role="small")
        self.once.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.nothing = PlainLabel(_("No document has such a cell."), role="soft")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._filters = QActionGroup(self)
        self.filter.use(self._make_filters())
        self._connect()
        self._lay_out()

    def show_progress(self, words: str, fraction: float, *, running: bool, can_go_on: bool) -> None:
        """How far it is, and what can be done: while it runs, it can be paused, and nothing in it changes."""
        self.status.setText(words)
        self.bar.setValue(round(fraction * _STEPS))
        self.bar.setVisible(running or can_go_on)
        self.pause.setVisible(running)
        self.go_on.setVisible(not running and can_go_on)
        self.view.may_change = not running
        for button in (self.question, self.documents):
            button.setEnabled(not running)

    def show_counts(self, counts: Sequence[tuple[CellFinding, str]]) -> None:
        self._counts = counts
        self._paint_counts()

    def show_arrangement(self, arrangement: Arrangement) -> None:
        for action in self._filters.actions():
            action.setChecked(action.data() == arrangement.filter.value)
        self.filter.setChecked(arrangement.filter is not GridFilter.ALL)
        if self.search.text().split() != arrangement.words.split():
            self.search.setText(arrangement.words)
        self.nothing.setVisible(not self._table.rowCount())
        self.view.setVisible(bool(self._table.rowCount()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is done is said where there is room for all of it."""
        super().resizeEvent(event)
        self._fit_foot()

    def _fit_foot(self) -> None:
        needed = self.counts.sizeHint().width() + self.once.fontMetrics().horizontalAdvance(self.once.text())
        self.once.setVisible(needed + 2 * SPACE_XL + SPACE_M <= self.width())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        else:
            super().keyPressEvent(event)

    def _connect(self) -> None:
        self.pause.clicked.connect(self.pause_wanted)
        self.go_on.clicked.connect(self.go_on_wanted)
        self.question.clicked.connect(self.question_wanted)
        self.documents.clicked.connect(self.documents_wanted)
        self.search.textChanged.connect(self._on_find)
        self._filters.triggered.connect(self._on_filter)
        self.view.arranged.connect(self.arranged)
        self._theme.changed.connect(self._paint_counts)

    def _make_filters(self) -> QMenu:
        menu = QMenu(self)
        names = {
            GridFilter.ALL: _("All documents"),
            GridFilter.OTHERWISE: _("Says otherwise, or on no page"),
            GridFilter.COMPARE: _("To compare"),
            GridFilter.ABSENT: _("Not in the document"),
            GridFilter.OPEN: _("Not answered yet"),
            GridFilter.CHANGED: _("Entered by hand or commented"),
        }
        for wanted, words in names.items():
            action = QAction(words, menu, checkable=True)
            action.setData(wanted.value)
            action.setChecked(wanted is GridFilter.ALL)
            self._filters.addAction(action)
            menu.addAction(action)
        return menu

    def _lay_out(self) -> None:
        above = (self.bar, (self.status, 1), self.search, self.filter, self.pause, self.go_on)
        foot = (self.counts, (self.once, 1))
        column(
            row(*above, margins=(SPACE_XL, SPACE_S, SPACE_M, SPACE_S), spacing=SPACE_S),
            Separator(),
            (self.view, 1),
            (self.nothing, 1),
            Separator(),
            boxed(row(*foot, margins=(SPACE_XL, SPACE_S, SPACE_XL, SPACE_S), spacing=SPACE_M)),
            of=self,
        )
        self.nothing.hide()

    @Slot(str)
    def _on_find(self, words: str) -> None:
        self.arranged.emit(replace(self._table.arrangement, words=words))

    @Slot(QAction)
    def _on_filter(self, action: QAction) -> None:
        self.arranged.emit(replace(self._table.arrangement, filter=GridFilter(action.data())))

    @Slot()
    def _paint_counts(self) -> None:
        """Each in the colour of its finding; the words say the same."""
        palette = self._theme.palette
        parts = []
        for finding, words in self._counts:
            weight = ";font-weight:600" if finding in _HEAVY else ""
            style = f"color:{finding_colour(finding, palette)}{weight}"
            parts.append(f'<span style="{style}">{html.escape(words)}</span>')
        between = f'<span style="color:{palette.soft_ink}"> · </span>'
        self.counts.setText(between.join(parts))
        self._fit_foot()
        self.counts.setAccessibleName(" · ".join(words for _finding, words in self._counts))
