"""The pages of an ingestion report as a list model: all of them, or those that need a look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot

from app.core.documents.ingestion import IngestionReport, PageReport
from app.core.documents.page_names import PageNames
from app.ui.widgets.labels import plain_tip
from app.wording.i18n import _
from app.wording.page_flags import page_remarks, state_word
from app.wording.page_names import page_words
from app.wording.units import count, counted

Index: TypeAlias = QModelIndex | QPersistentModelIndex
PageRole = int(Qt.ItemDataRole.UserRole)
RemarksRole = PageRole + 1
NameRole = PageRole + 2
_ROOT = QModelIndex()
_TIP_CHARACTERS = 1_000


class ReportPages(QAbstractListModel):
    """The pages of a report. `PageRole` gives a `PageReport`, `NameRole` the page's name and `RemarksRole` what is odd
    about it, in words."""

    def __init__(self, names: PageNames, parent: QObject | None = None) -> None:
        """`names` are those of the book's pages."""
        super().__init__(parent)
        self._names = names
        self._report = IngestionReport(())
        self._only_to_look_at = False
        self._hidden_read = False
        self._shown: Sequence[PageReport] = ()
        self._places: dict[int, int] = {}

    def show_report(self, report: IngestionReport) -> None:
        """Show a report; the same report with its tokens keeps selection and scroll position."""
        same = len(report.pages) == len(self._report.pages) > 0
        self._report = report
        if same:
            self._choose()
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))
        else:
            self._reset()

    def show_hidden_read(self, hidden_read: bool) -> None:
        """Show whether the model reads hidden text too."""
        self._hidden_read = hidden_read
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))

    def narrow(self, only_to_look_at: bool) -> None:
        self._only_to_look_at = only_to_look_at
        self._reset()

    @Slot(object)
    def redraw(self, number: int) -> None:
        """Show the drawing of page `number`, which has come."""
        place = self._places.get(number)
        if place is not None:
            self.dataChanged.emit(self.index(place), self.index(place))

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        page = self._shown[index.row()]
        if role == PageRole:
            return page
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{page_words(self._names.of(page.number))} · {state_word(page.state)}"
        if role == NameRole:
            return page_words(self._names.of(page.number))
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return " ".join((measure_of(page), *page_remarks(page, hidden_read=self._hidden_read)))
        if role == RemarksRole:
            return " ".join(page_remarks(page, hidden_read=self._hidden_read))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip("\n".join(page_remarks(page, _TIP_CHARACTERS, hidden_read=self._hidden_read)))
        return None

    def _reset(self) -> None:
        self.beginResetModel()
        self._choose()
        self.endResetModel()

    def _choose(self) -> None:
        self._shown = self._report.to_look_at if self._only_to_look_at else self._report.pages
        self._places = {page.number: place for place, page in enumerate(self._shown)}


def measure_of(page: PageReport) -> str:
    """Return the length of a page, such as "1,804 characters · 431 tokens"; nothing for a page without text."""
    if not page.characters:
        return ""
    characters = counted(page.characters, _("1 character"), _("{n} characters"))
    if page.tokens is None:
        return characters
    return _("{pages} · {n} tokens").format(pages=characters, n=count(page.tokens))
