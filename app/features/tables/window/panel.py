"""The question sheet in the middle of the window, in the place of the conversation: its setup, then its answers, one
below the other or as a grid."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from app.features.tables.window.grid_panel import GridPanel
from app.features.tables.window.grid_table import GridTable
from app.features.tables.window.setup import SheetSetup
from app.features.tables.window.table import SheetTable
from app.features.tables.window.view import SheetView
from app.ui.kit.commands import WordsMenu
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import HEADER_HEIGHT, SPACE_M, SPACE_S, SPACE_XL
from app.ui.widgets.buttons import IconButton, MenuButton, TextButton
from app.ui.widgets.labels import ElidedLabel, Separator
from app.ui.widgets.layouts import boxed, column, row
from app.ui.widgets.middle_panel import MiddleView
from app.ui.widgets.notice import NoticeBar
from app.ui.widgets.unfold_buttons import UnfoldButtons
from app.wording.i18n import _


class SheetPanel(MiddleView):
    """Emits what the person wants, and does nothing itself. `citation_clicked` carries the Citation, `book_wanted` an
    id."""

    citation_clicked = Signal(object)
    book_wanted = Signal(str)
    closed = Signal()
    stop_wanted = Signal()
    go_on_wanted = Signal()
    export_wanted = Signal()
    new_wanted = Signal()

    def __init__(self, icons: Icons, words_menu: WordsMenu, parent: QWidget | None = None) -> None:
        """`words_menu`: what can be done with an answer by others."""
        super().__init__(parent)
        self.setAccessibleName(_("Question sheet"))
        self.title = ElidedLabel(role="title")
        self.notice = NoticeBar(icons)
        self.setup = SheetSetup()
        self.table, self.grid_table = SheetTable(self), GridTable(self)
        self.view = SheetView(self.table, icons.theme, words_menu)
        self.status = ElidedLabel(role="soft")
        self.stop = TextButton(_("Stop"))
        self.stop.clicked.connect(self.stop_wanted)
        self.go_on = TextButton(_("Resume"), role="primary")
        self.go_on.clicked.connect(self.go_on_wanted)
        self.export = TextButton(_("Export…"))
        self.export.clicked.connect(self.export_wanted)
        self.export_grid = TextButton(_("Export…"))
        self.export_grid.clicked.connect(self.export_wanted)
        self.new = TextButton(_("New sheet"))
        self.new.clicked.connect(self.new_wanted)
        self.close_button = IconButton(icons, Symbol.CLOSE, _("Back to the conversation"))
        self.close_button.clicked.connect(self.closed)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.setup)
        self._pages.addWidget(self._answers())
        self.grid = GridPanel(icons, self.grid_table, words_menu)
        self._pages.addWidget(self.grid)
        self.view.citation_clicked.connect(self.citation_clicked)
        self.grid.view.citation_clicked.connect(self.citation_clicked)
        self.grid.view.book_wanted.connect(self.book_wanted)
        self.more = MenuButton(icons, Symbol.MORE, _("More"))
        self.more.use(self._make_more())
        self.unfold = UnfoldButtons(icons)
        margins = (SPACE_XL, 0, SPACE_M, 0)
        self._of_grid = (self.grid.question, self.grid.documents, self.export_grid, self.more)
        shown = (self.unfold.shelf, (self.title, 1), *self._of_grid, self.close_button, self.unfold.page)
        header = boxed(row(*shown, margins=margins, spacing=SPACE_S))
        header.setFixedHeight(HEADER_HEIGHT)
        column(header, Separator(), self.notice, (self._pages, 1), of=self)
        self._show_page(0)

    @property
    def shows_answers(self) -> bool:
        return self._pages.currentIndex() > 0

    @property
    def shows_grid(self) -> bool:
        return self._pages.currentIndex() == 2

    def focus_answers(self) -> None:
        (self.grid.view if self.shows_grid else self.view).setFocus()

    def show_setup(self) -> None:
        self.title.setText(_("New question sheet"))
        self._show_page(0)
        self.setup.editor.setFocus()

    def show_answers(self, title: str, *, grid: bool = False) -> None:
        self.title.setText(title)
        self._show_page(2 if grid else 1)
        self.focus_answers()

    def show_state(self, words: str, *, running: bool, can_go_on: bool) -> None:
        """Show these words above the table, and what can be done: while the sheet runs, only stopping it."""
        self.status.setText(words)
        self.stop.setVisible(running)
        self.export.setHidden(running)
        self.new.setHidden(running)
        self.go_on.setVisible(not running and can_go_on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif not self.setup.take_back():
            self.closed.emit()

    def _show_page(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        for widget in self._of_grid:
            widget.setVisible(page == 2)

    def _make_more(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(_("New sheet"), self.new_wanted.emit)
        return menu

    def _answers(self) -> QWidget:
        margins = (SPACE_XL, SPACE_S, SPACE_M, SPACE_S)
        buttons = (self.stop, self.go_on, self.export, self.new)
        return boxed(column(row((self.status, 1), *buttons, margins=margins, spacing=SPACE_S), (self.view, 1)))
