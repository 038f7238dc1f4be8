"""A table in the middle of the window, in the place of the conversation: its setup, then its answers, one below the
other or as a grid."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAction, QActionGroup, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QProgressBar, QStackedWidget, QWidget

from app.features.tables.cells import CellFinding
from app.features.tables.window.cell_table import CellTable
from app.features.tables.window.cell_view import CellView
from app.features.tables.window.grid_cells import finding_colour
from app.features.tables.window.grid_table import Arrangement, GridFilter, GridTable
from app.features.tables.window.grid_view import GridView
from app.features.tables.window.list_table import ListTable
from app.features.tables.window.list_view import ListView
from app.features.tables.window.setup import SheetSetup
from app.ui.kit.commands import WordsMenu
from app.ui.kit.handbook import Chapter, explain
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import HEADER_HEIGHT, SPACE_M, SPACE_S, SPACE_XL
from app.ui.shelf.covers import BookCovers
from app.ui.widgets.accessibility import speak_as
from app.ui.widgets.buttons import IconButton, MenuButton, TextButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel, Separator, set_role
from app.ui.widgets.layouts import boxed, column, row
from app.ui.widgets.middle_panel import MiddleView
from app.ui.widgets.notice import NoticeBar
from app.ui.widgets.unfold_buttons import UnfoldButtons
from app.wording.i18n import _

_BAR_WIDTH, _FIND_WIDTH = 220, 190
_STEPS = 1000
_HEAVY = (CellFinding.WORD_FOR_WORD, CellFinding.OTHERWISE, CellFinding.NOTHING)


class SheetPanel(MiddleView):
    """The panel. It emits what the person wants, and does nothing itself but arrange what it shows. `citation_clicked`
    carries the Citation, `book_wanted` an id."""

    citation_clicked = Signal(object)
    book_wanted = Signal(str)
    closed = Signal()
    turned = Signal()  # from a table that is being made to its answers, or back
    stop_wanted = Signal()
    go_on_wanted = Signal()
    export_wanted = Signal()
    new_wanted = Signal()

    def __init__(self, icons: Icons, covers: BookCovers, words_menu: WordsMenu) -> None:
        """`words_menu` returns what other features can do with an answer."""
        super().__init__()
        explain(self, Chapter.TABLES)
        self.setAccessibleName(_("Table"))
        self._theme = icons.theme
        self._counts: Sequence[tuple[CellFinding, str]] = ()
        self.is_grid = False
        self.title = ElidedLabel(role="title")
        self.notice = NoticeBar(icons)
        self.setup = SheetSetup(icons)
        self.list_table, self.grid_table = ListTable(self), GridTable(self)
        self.list_view = ListView(self.list_table, icons.theme, words_menu)
        self.grid_view = GridView(self.grid_table, icons.theme, covers, words_menu)
        self._make_buttons(icons)
        self._make_finding(icons)
        self._make_foot()
        self._pages = QStackedWidget()
        speak_as(self._pages, QAccessible.Role.Grouping)
        self._pages.addWidget(self.setup)
        self._pages.addWidget(self._answers())
        self._connect()
        self._lay_out(icons)
        self.show_as(grid=False)
        self._show_page(0)

    def _make_buttons(self, icons: Icons) -> None:
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximum(_STEPS)
        self.bar.setMaximumWidth(_BAR_WIDTH)
        self.bar.setAccessibleName(_("Answered"))
        self.status = ElidedLabel(role="soft")
        self.stop = TextButton(_("Stop"))
        self.go_on = TextButton(_("Resume"), role="primary")
        self.export = TextButton(_("Export…"))
        self.export_grid = TextButton(_("Export…"))
        self.new = TextButton(_("New table"))
        self.question = TextButton(_("Add question"))
        self.documents = TextButton(_("Add documents"))
        self.more = MenuButton(icons, Symbol.MORE, _("More"))
        self.more.use(self._make_more())
        self.close_button = IconButton(icons, Symbol.CLOSE, _("Back to the conversation"))

    def _make_finding(self, icons: Icons) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Find in the table"))
        self.search.setAccessibleName(_("Find in the table"))
        self.search.setMaximumWidth(_FIND_WIDTH)
        self.search.setClearButtonEnabled(True)
        self.filter = MenuButton(icons, Symbol.FILTER, _("Show only some documents"))
        self.filter.setCheckable(True)
        self._filters = QActionGroup(self)
        self.filter.use(self._make_filters())
        self.nothing = PlainLabel(_("No document has such a cell."), role="soft")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def _make_foot(self) -> None:
        self.counts = QLabel()
        self.counts.setTextFormat(Qt.TextFormat.RichText)
        self.once = ElidedLabel(_("Each document is read once; each cell is asked by itself."), role="small")
        self.once.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _connect(self) -> None:
        self.stop.clicked.connect(self.stop_wanted)
        self.go_on.clicked.connect(self.go_on_wanted)
        self.export.clicked.connect(self.export_wanted)
        self.export_grid.clicked.connect(self.export_wanted)
        self.new.clicked.connect(self.new_wanted)
        self.close_button.clicked.connect(self.closed)
        for view in (self.list_view, self.grid_view):
            view.citation_clicked.connect(self.citation_clicked)
        self.grid_view.book_wanted.connect(self.book_wanted)
        self.grid_view.arranged.connect(self.arrange)
        self.search.textChanged.connect(self._on_find)
        self._filters.triggered.connect(self._on_filter)
        self.grid_table.modelReset.connect(self._show_arrangement)
        self._theme.changed.connect(self._paint_counts)

    def _lay_out(self, icons: Icons) -> None:
        self.unfold = UnfoldButtons(icons)
        self._of_grid_head = (self.question, self.documents, self.export_grid, self.more)
        buttons = (*self._of_grid_head, self.setup.start, self.close_button)
        shown = (self.unfold.shelf, (self.title, 1), *buttons, self.unfold.page)
        header = boxed(row(*shown, margins=(SPACE_XL, 0, SPACE_M, 0), spacing=SPACE_S))
        header.setFixedHeight(HEADER_HEIGHT)
        column(header, Separator(), self.notice, (self._pages, 1), of=self)

    def _answers(self) -> QWidget:
        found = (self.search, self.filter)
        buttons = (self.stop, self.go_on, self.export, self.new)
        above, below = Separator(), Separator()
        self._foot = boxed(
            row(self.counts, (self.once, 1), margins=(SPACE_XL, SPACE_S, SPACE_XL, SPACE_S), spacing=SPACE_M)
        )
        self._of_grid = (*found, above, below, self._foot)
        head = row(
            self.bar, (self.status, 1), *found, *buttons, margins=(SPACE_XL, SPACE_S, SPACE_M, SPACE_S), spacing=SPACE_S
        )
        views = ((self.list_view, 1), (self.grid_view, 1), (self.nothing, 1))
        return boxed(column(head, above, *views, below, self._foot))

    # ---- what is shown

    @property
    def shows_answers(self) -> bool:
        return self._pages.currentIndex() > 0

    @property
    def shows_grid(self) -> bool:
        return self.shows_answers and self.is_grid

    @property
    def view(self) -> CellView:
        return self.grid_view if self.is_grid else self.list_view

    @property
    def table(self) -> CellTable:
        return self.grid_table if self.is_grid else self.list_table

    def focus_answers(self) -> None:
        self.view.setFocus()

    def show_setup(self) -> None:
        self.title.setText(_("New table"))
        self._show_page(0)
        self.setup.questions.focus()

    def show_as(self, *, grid: bool) -> None:
        """Show the answers as a grid, or one below the other."""
        if grid != self.is_grid:
            self.table.show_sheet(None, {})
        self.is_grid = grid
        self.stop.setText(_("Pause") if grid else _("Stop"))
        set_role(self.status, "small" if grid else "soft")
        for widget in self._of_grid:
            widget.setVisible(grid)
        self.list_view.setHidden(grid)
        self._show_arrangement()

    def show_answers(self, title: str) -> None:
        self.title.setText(title)
        self._show_page(1)
        self.focus_answers()

    def show_state(self, words: str, fraction: float, *, running: bool, can_go_on: bool) -> None:
        """Show words above the table, how far it is, and what can be done: while it runs, it can only be stopped, and
        nothing in it changes."""
        self.status.setText(words)
        self.bar.setValue(round(fraction * _STEPS))
        self.bar.setVisible(self.is_grid and (running or can_go_on))
        self.stop.setVisible(running)
        self.go_on.setVisible(not running and can_go_on)
        for button in (self.export, self.new):
            button.setHidden(running or self.is_grid)
        self.grid_view.may_change = not running
        for button in (self.question, self.documents):
            button.setEnabled(not running)

    def show_counts(self, counts: Sequence[tuple[CellFinding, str]]) -> None:
        self._counts = counts
        self._paint_counts()

    @Slot(object)
    def arrange(self, arrangement: Arrangement) -> None:
        """Show the grid in another order, or other documents of it."""
        self.grid_table.arrange(arrangement)

    @Slot()
    def _show_arrangement(self) -> None:
        arrangement, has_rows = self.grid_table.arrangement, bool(self.grid_table.rowCount())
        for action in self._filters.actions():
            action.setChecked(action.data() == arrangement.filter.value)
        self.filter.setChecked(arrangement.filter is not GridFilter.ALL)
        if self.search.text().split() != arrangement.words.split():
            self.search.setText(arrangement.words)
        self.nothing.setVisible(self.is_grid and not has_rows)
        self.grid_view.setVisible(self.is_grid and has_rows)

    @Slot(str)
    def _on_find(self, words: str) -> None:
        self.arrange(replace(self.grid_table.arrangement, words=words))

    @Slot(QAction)
    def _on_filter(self, action: QAction) -> None:
        self.arrange(replace(self.grid_table.arrangement, filter=GridFilter(action.data())))

    def _show_page(self, page: int) -> None:
        turned = page != self._pages.currentIndex()
        self._pages.setCurrentIndex(page)
        for widget in self._of_grid_head:
            widget.setVisible(self.shows_grid)
        self.setup.start.setHidden(self.shows_answers)
        if turned:
            self.turned.emit()

    # ---- keys, sizes, menus

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.shows_grid and self.search.text():
            self.search.clear()
        elif not self.setup.take_back():
            self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_foot()

    def _fit_foot(self) -> None:
        """Show the remark beside the counts only where there is room for all of it."""
        needed = self.counts.sizeHint().width() + self.once.fontMetrics().horizontalAdvance(self.once.text())
        self.once.setVisible(needed + 2 * SPACE_XL + SPACE_M <= self.width())

    @Slot()
    def _paint_counts(self) -> None:
        """Show the counts, each in the colour of its finding; the words say the same."""
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

    def _make_more(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(_("New table"), self.new_wanted.emit)
        return menu

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
