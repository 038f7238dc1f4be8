"""The window of a comparison: the list of changes, and beside it both books, each at the page of the chosen one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QProgressBar, QSplitter, QStackedWidget, QWidget

from app.features.comparison.data import ComparedBooks
from app.features.comparison.window.changes import ChangeDelegate, ChangeList, ChangeRow, RedlineView
from app.features.comparison.words import renumbered_words, reservation_sentences, summary
from app.ui.kit.handbook import Chapter, explain
from app.ui.kit.rows import RowRole
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_L, SPACE_S, SPACE_XS
from app.ui.page.panel import PagePanel
from app.ui.shelf.lists import ShelfListView
from app.ui.widgets.buttons import ButtonShape, IconButton, TextButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel, Separator
from app.ui.widgets.layouts import STRETCH, boxed, column, row
from app.wording.i18n import _
from app.wording.units import count

NEXT_KEYS, PREVIOUS_KEYS = "F8", "Shift+F8"
_WIDTH, _HEIGHT = 1280, 800
_AROUND = 24  # px of the screen that stay free around it
_LIST_WIDTH, _REDLINE_HEIGHT = 290, 170
_PROGRESS_WIDTH = 320


class CompareDialog(QDialog):
    """The window. It is not modal, and has a size of its own. `change_wanted` carries the chosen ComparedParagraph;
    `swap_wanted` asks for the other book to be the first one; `ask_wanted` and `export_wanted` are about all
    changes."""

    change_wanted = Signal(object)
    swap_wanted = Signal()
    ask_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, icons: Icons, titles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        explain(self, Chapter.COMPARISON)
        self.setWindowTitle(_("Compare"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        room = self.screen().availableSize()
        self.resize(min(_WIDTH, room.width() - _AROUND), min(_HEIGHT, room.height() - 2 * _AROUND))
        self.titles = ElidedLabel(" → ".join(titles), role="heading")
        self.summary = PlainLabel(wraps=True)
        self.notes = PlainLabel(role="small", wraps=True)
        self.changes = ChangeList(self)
        self.view = ShelfListView(_("Changes"))
        self.view.setModel(self.changes)
        self.view.setItemDelegate(ChangeDelegate(icons, self.view))
        self.view.setUniformItemSizes(True)
        self.redline = RedlineView(icons.theme)
        self.first, self.second = PagePanel(icons), PagePanel(icons)
        self.place = PlainLabel(role="small")
        self.next = IconButton(icons, Symbol.DOWN, _("Next change"), shortcut=NEXT_KEYS, shape=ButtonShape.FRAMED)
        self.previous = IconButton(
            icons, Symbol.UP, _("Previous change"), shortcut=PREVIOUS_KEYS, shape=ButtonShape.FRAMED
        )
        self.swap = TextButton(_("Swap"), role="quiet")
        self.swap.setToolTip(_("Take the other document as the earlier one"))
        self.ask = TextButton(_("Ask about the changes…"))
        self.export = TextButton(_("Export…"))
        self.export.setToolTip(_("Write a Word document with tracked changes"))
        self.close_button = TextButton(_("Close"))
        self.progress = QProgressBar(textVisible=False, maximum=0)
        self._state = PlainLabel(wraps=True)
        self._stack = QStackedWidget()
        self._left = QSplitter()
        self._lay_out()
        self._connect()
        self._allow(False)

    # ---- what it shows

    def show_progress(self, done: int, total: int) -> None:
        self.progress.setMaximum(total)
        self.progress.setValue(done)

    def show_failure(self, sentence: str) -> None:
        self.progress.hide()
        self._state.setText(sentence)

    def state(self) -> str:
        """Return the words in the place of the changes; empty while they are shown."""
        return self._state.text() if self._stack.currentIndex() == 0 else ""

    def show_found(self, compared: ComparedBooks) -> None:
        found = compared.found
        self.titles.setText(f"{compared.first.title} → {compared.second.title}")
        self.summary.setText(summary(found))
        said = (renumbered_words(found), *reservation_sentences(found, compared.first, compared.second))
        self.notes.setText(" ".join(filter(None, said)))
        self.notes.setVisible(bool(self.notes.text()))
        self.changes.show_changes(compared)
        self._left.setVisible(bool(found.changes))
        self._stack.setCurrentIndex(1)
        self._allow(True)
        self._show_place()
        if found.changes:
            self.view.setFocus(Qt.FocusReason.TabFocusReason)
            self.view.setCurrentIndex(self.changes.index(0))

    # ---- inside

    def _lay_out(self) -> None:
        self.progress.setFixedWidth(_PROGRESS_WIDTH)
        self._state.setText(_("Comparing the texts…"))
        centred = ((widget, Qt.AlignmentFlag.AlignHCenter) for widget in (self._state, self.progress))
        self._stack.addWidget(boxed(column(STRETCH, *centred, STRETCH, spacing=SPACE_S)))
        self._stack.addWidget(self._found())
        head = row((self.titles, 1), self.swap, self.ask, self.export, self.close_button, spacing=SPACE_S)
        said = column(head, self.summary, self.notes, margins=(SPACE_L, SPACE_L, SPACE_L, SPACE_S), spacing=SPACE_XS)
        column(said, Separator(), (self._stack, 1), of=self)

    def _found(self) -> QWidget:
        """Make the view of what was found: the list with the change in full below it, then both books."""
        steps = row(self.place, STRETCH, self.previous, self.next, spacing=SPACE_XS, margins=(SPACE_S, 0, 0, 0))
        self._left.setOrientation(Qt.Orientation.Vertical)
        self._left.addWidget(
            boxed(column(steps, (self.view, 1), margins=(SPACE_S, SPACE_S, SPACE_S, 0), spacing=SPACE_S))
        )
        self._left.addWidget(self.redline)
        self._left.setSizes([_HEIGHT - _REDLINE_HEIGHT, _REDLINE_HEIGHT])
        pages = QSplitter(Qt.Orientation.Horizontal)
        for index, widget in enumerate((self._left, self.first, self.second)):
            pages.addWidget(widget)
            pages.setStretchFactor(index, int(index > 0))
        pages.setSizes([_LIST_WIDTH, _WIDTH // 2, _WIDTH // 2])
        pages.setChildrenCollapsible(False)
        return pages

    def _connect(self) -> None:
        self.view.selectionModel().currentChanged.connect(self._choose)
        self.swap.clicked.connect(self.swap_wanted)
        self.ask.clicked.connect(self.ask_wanted)
        self.export.clicked.connect(self.export_wanted)
        self.close_button.clicked.connect(self.reject)
        for button, keys, step in ((self.next, NEXT_KEYS, self.go_on), (self.previous, PREVIOUS_KEYS, self.go_back)):
            button.clicked.connect(step)
            QShortcut(QKeySequence(keys), self).activated.connect(step)
        QShortcut(QKeySequence("Ctrl+T"), self).activated.connect(self._toggle_drawings)

    def _allow(self, allowed: bool) -> None:
        for button in (self.swap, self.ask, self.export):
            button.setEnabled(allowed)

    @Slot()
    def go_on(self) -> None:
        self._step(1)

    @Slot()
    def go_back(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        row = self.view.currentIndex().row() + by
        if 0 <= row < self.changes.rowCount():
            self.view.setCurrentIndex(self.changes.index(row))

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        row: ChangeRow | None = index.data(RowRole)
        change = row.change if row is not None else None
        self.redline.show_change(change)
        self._show_place()
        if change is not None:
            self.change_wanted.emit(change)

    def _show_place(self) -> None:
        row, total = self.view.currentIndex().row(), self.changes.rowCount()
        words = _("Change {n} of {total}").format(n=count(row + 1), total=count(total)) if row >= 0 else ""
        self.place.setText(words)
        self.previous.setEnabled(row > 0)
        self.next.setEnabled(row + 1 < total)

    @Slot()
    def _toggle_drawings(self) -> None:
        for panel in (self.first, self.second):
            panel.toggle_drawing()
