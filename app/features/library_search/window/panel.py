"""The search of the library in the middle of the window: one field, its filters, what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListView, QStackedWidget, QWidget

from app.core.kept import TextSource
from app.core.search_query import SearchFilter, SearchPlace
from app.features.library_search.window.chips import FilterChip, UnwantedChips
from app.features.library_search.window.delegate import ResultDelegate
from app.features.library_search.window.rows import HitRow, MoreRow, ResultList, ResultRow
from app.ui.kit.handbook import Chapter, explain
from app.ui.kit.rows import RowRole
from app.ui.look.icons import Icons
from app.ui.look.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, SPACE_XXL
from app.ui.shelf.covers import BookCovers
from app.ui.widgets.accessibility import speak_as
from app.ui.widgets.buttons import ChoiceButton
from app.ui.widgets.labels import PlainLabel, Separator
from app.ui.widgets.layouts import STRETCH, boxed, column, row
from app.ui.widgets.middle_panel import MiddlePanel
from app.ui.widgets.row_list import RowListView
from app.wording.i18n import _

_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 6, Qt.Key.Key_PageUp: -6}
BY_DOCUMENT, BY_WEIGHT = "document", "weight"


class SearchPanel(MiddlePanel):
    """The panel. `typed` carries the text of the search; `chosen` a LibraryHit, and whether its page is to be opened
    beside the other one; `more_wanted` the id of a document; `filter_chosen` a SearchFilter and its value;
    `order_chosen` BY_DOCUMENT or BY_WEIGHT."""

    typed = Signal(str)
    chosen = Signal(object, bool)
    more_wanted = Signal(str)
    filter_chosen = Signal(object, str)
    order_chosen = Signal(str)

    def __init__(self, icons: Icons, covers: BookCovers, now: datetime, sources: Sequence[TextSource]) -> None:
        """`sources` are those of what is found beside documents and conversations."""
        super().__init__(icons, _("Search everything"))
        explain(self, Chapter.CONVERSATIONS)
        self.line = QLineEdit()
        self.line.setProperty("role", "search")
        self.line.setPlaceholderText(_("Words, or an “exact phrase”"))
        self.line.setAccessibleName(_("Search everything"))
        self.line.textChanged.connect(self.typed)
        self.line.installEventFilter(self)
        self.chips = self._make_chips(now, sources)
        self.unwanted = UnwantedChips()
        self.status = PlainLabel(role="soft")
        self.remark = PlainLabel(role="small", wraps=True)
        self.order = ChoiceButton(((BY_DOCUMENT, _("By document")), (BY_WEIGHT, _("By relevance"))), BY_DOCUMENT)
        self.order.setAccessibleName(_("Order"))
        self.order.chosen.connect(self.order_chosen)
        self._model = ResultList(self)
        self.view = self._make_view(icons, covers)
        self.note = PlainLabel(role="soft", wraps=True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        speak_as(self._pages, QAccessible.Role.Grouping)
        self._pages.addWidget(self._make_note())
        self._pages.addWidget(self._make_results())
        chips = row(*self.chips.values(), STRETCH, spacing=SPACE_S)
        above = column(self.line, chips, self.unwanted, margins=(SPACE_XL, SPACE_L, SPACE_XL, SPACE_M), spacing=SPACE_M)
        self.fill(boxed(above), Separator(), (self._pages, 1))
        icons.theme.repaint_on_change(self.view.viewport())

    def _make_chips(self, now: datetime, sources: Sequence[TextSource]) -> Mapping[SearchFilter, FilterChip]:
        """Make one chip for each filter; `after` and `before` share one."""
        chips = {
            SearchFilter.KIND: FilterChip(_("Kinds"), _("Any kind")),
            SearchFilter.FOLDER: FilterChip(_("Folders"), _("Any folder")),
            SearchFilter.PERSON: FilterChip(_("People"), _("Anybody")),
            SearchFilter.AFTER: FilterChip(_("Dates"), _("Any date")),
            SearchFilter.PAGE: FilterChip(_("Pages"), _("All pages")),
            SearchFilter.IN: FilterChip(_("Look in"), _("Everywhere")),
        }
        for name, chip in chips.items():
            chip.chosen.connect(partial(self.filter_chosen.emit, name))
        year = now.year
        chips[SearchFilter.AFTER].set_values(
            (
                (f"after:{year - 1}", _("This year")),
                (f"after:{year - 2}", _("Since last year")),
                (f"before:{year}", _("Before this year")),
                ("after:", _("After…")),
                ("before:", _("Before…")),
            )
        )
        chips[SearchFilter.PAGE].set_values(
            (
                ("flagged", _("Pages to look at")),
                ("scanned", _("Scanned pages")),
                ("hidden", _("Pages with hidden text")),
            )
        )
        chips[SearchFilter.IN].set_values(
            (
                (SearchPlace.DOCUMENTS, _("Documents")),
                (SearchPlace.CONVERSATIONS, _("Conversations")),
                *((source.id, source.heading()) for source in sources),
            )
        )
        return chips

    def _make_view(self, icons: Icons, covers: BookCovers) -> RowListView:
        view = RowListView()
        view.setAccessibleName(_("Found"))
        view.setModel(self._model)
        view.setItemDelegate(ResultDelegate(icons, covers, view))
        view.setResizeMode(QListView.ResizeMode.Adjust)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setMouseTracking(True)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.clicked.connect(self._choose)
        covers.changed.connect(view.viewport().update)
        return view

    def _make_note(self) -> QWidget:
        return boxed(column(SPACE_XXL, self.note, STRETCH, margins=(SPACE_XXL, SPACE_XXL, SPACE_XXL, SPACE_XXL)))

    def _make_results(self) -> QWidget:
        line = row((self.status, 1), self.order, margins=(SPACE_XL, SPACE_S, SPACE_XL, 0), spacing=SPACE_S)
        remark = row((self.remark, 1), margins=(SPACE_XL, 0, SPACE_XL, 0))
        listed = row(self.view, margins=(SPACE_M, SPACE_XS, SPACE_XS, 0))
        return boxed(column(line, remark, (listed, 1)))

    # ---- what is shown

    def show_note(self, words: str) -> None:
        """Show words in place of what was found: how to search, what is wrong, or what to try."""
        self._model.put(())
        self.note.setText(words)
        self._pages.setCurrentIndex(0)

    def show_rows(self, rows: Sequence[ResultRow], status: str, remark: str) -> None:
        """Show these rows. The selected hit stays so, if it is there still; else the first one is selected."""
        selected = self.selected
        self._model.put(rows)
        self.status.setText(status)
        self.remark.setText(remark)
        self.remark.setVisible(bool(remark))
        self._pages.setCurrentIndex(1)
        same = [number for number, each in enumerate(rows) if isinstance(each, HitRow) and each.hit == selected]
        self._go(same[0] if same else self._model.step(-1, 1).row())

    def show_filter(self, name: SearchFilter, value: str, words: str) -> None:
        self.chips[name].show_value(value, words)

    @property
    def selected(self) -> object:
        """The LibraryHit that is selected; None if none is."""
        chosen = self.view.currentIndex().data(RowRole)
        return chosen.hit if isinstance(chosen, HitRow) else None

    @property
    def rows(self) -> Sequence[ResultRow]:
        return self._model.rows

    def begin(self, words: str) -> None:
        """Let a person type: after these words, or in place of what is there."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if words:
            self.line.setText(words)
        else:
            self.line.selectAll()

    # ---- what a person does

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = _STEPS.get(Qt.Key(event.key()))
            if step is not None:
                self._step(step)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                beside = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                self._open(self.view.currentIndex(), beside=beside)
                return True
        return super().eventFilter(watched, event)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        self._open(index, beside=False)

    def _open(self, index: QModelIndex, *, beside: bool) -> None:
        match index.data(RowRole) if index.isValid() else None:
            case HitRow() as chosen:
                self.chosen.emit(chosen.hit, beside)
            case MoreRow() as more:
                self.more_wanted.emit(more.book_id)

    def _step(self, step: int) -> None:
        """Go to the next row in a direction that can be chosen."""
        target = self._model.step(self.view.currentIndex().row(), step)
        if target.isValid():
            self._go(target.row())

    def _go(self, row: int) -> None:
        self.view.setCurrentIndex(self._model.index(row, 0))
        if row <= 1:
            self.view.scrollToTop()
