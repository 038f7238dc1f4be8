"""Shows what a search found, above the page: how many places, and a list of them with the words around each."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Any, TypeAlias

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core.documents.document import FoundPage
from app.core.documents.page_names import PageNames
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SIZE_SMALL, SIZE_UI, SPACE_S, SPACE_XS, Theme
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel
from app.ui.widgets.layouts import column, row
from app.wording.i18n import _
from app.wording.page_names import page_words
from app.wording.units import count

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_HitRole = int(Qt.ItemDataRole.UserRole)
_ROW = 28
_KEPT_PAGES = 300
_NAME_WIDTH, _WIDEST_NAME = 56, 140


@dataclass(frozen=True)
class Around:
    """The words of a place, and the text before and behind them, all on one line."""

    before: str
    words: str
    behind: str


@dataclass(frozen=True)
class Hit:
    """A place that was found: the one of number `nth`, from 0, on a page with its name in words. `around` is None until
    it was looked up."""

    page: int
    name: str
    nth: int
    around: Around | None = None


class HitModel(QAbstractListModel):
    """The places that were found. Rows are counted at once, and filled when they are shown; `pages_wanted` carries the
    numbers of the pages whose words are needed."""

    pages_wanted = Signal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pages: tuple[FoundPage, ...] = ()
        self._names = PageNames()
        self._ends: list[int] = []  # after the last row of each page
        self._around: OrderedDict[int, Sequence[Around]] = OrderedDict()
        self._wanted: set[int] = set()
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._ask)

    def show_pages(self, pages: Sequence[FoundPage], names: PageNames) -> None:
        """Show the places on these pages; `names` are the names of all pages of the book."""
        self.beginResetModel()
        self._pages, self._names = tuple(pages), names
        self._ends = list(accumulate(page.places for page in pages))
        self._around.clear()
        self._wanted.clear()
        self.endResetModel()

    def take(self, around: Mapping[int, Sequence[Around]]) -> None:
        """Take the words around the places of pages that `pages_wanted` asked for, by the pages' numbers."""
        self._wanted -= around.keys()
        self._around |= around
        while len(self._around) > _KEPT_PAGES:
            self._around.popitem(last=False)
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, 0))

    def hit(self, row: int) -> Hit:
        place = bisect_right(self._ends, row)
        page = self._pages[place]
        nth = row - (self._ends[place] - page.places)
        around = self._around.get(page.number)
        return Hit(page.number, self._name(page), nth, around[nth] if around and nth < len(around) else None)

    def names(self) -> list[str]:
        """Return the names, in words, of the pages with a place."""
        return [self._name(page) for page in self._pages]

    def _name(self, page: FoundPage) -> str:
        return page_words(self._names.of(page.number))

    def row_of(self, page: int) -> int:
        """Return the first row of a page, or of the first page after it; the number of rows if there is none."""
        place = next((at for at, found in enumerate(self._pages) if found.number >= page), len(self._pages))
        return self._ends[place - 1] if place else 0

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() or not self._ends else self._ends[-1]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (_HitRole, Qt.ItemDataRole.DisplayRole):
            return None
        hit = self.hit(index.row())
        if hit.page not in self._around and hit.page not in self._wanted:
            self._wanted.add(hit.page)
            self._later.start()
        if role == _HitRole:
            return hit
        words = f"{hit.around.before}{hit.around.words}{hit.around.behind}" if hit.around else ""
        return f"{hit.name}  {words}".rstrip()

    @Slot()
    def _ask(self) -> None:
        self.pages_wanted.emit(sorted(self._wanted - self._around.keys()))


class _HitDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.names_width = _NAME_WIDTH

    def make_room(self, names: Sequence[str]) -> None:
        """Give all names the same room, which the longest one needs, up to a limit."""
        longest = QFontMetrics(ui_font(SIZE_SMALL)).horizontalAdvance(max(names, key=len, default=""))
        self.names_width = min(max(_NAME_WIDTH, longest + SPACE_S), _WIDEST_NAME)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002
        return QSize(80, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        hit: Hit = index.data(_HitRole)
        palette = self._theme.palette
        rect: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.wash if chosen else palette.ground))
            painter.drawRoundedRect(rect, SPACE_XS, SPACE_XS)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        inner = rect.adjusted(SPACE_S, 0, -SPACE_S, 0)
        small = ui_font(SIZE_SMALL)
        label = QFontMetrics(small).elidedText(hit.name, Qt.TextElideMode.ElideRight, self.names_width - SPACE_XS)
        painter.setFont(small)
        painter.setPen(QColor(palette.accent if chosen else palette.soft_ink))
        painter.drawText(inner, middle, label)
        inner.setLeft(inner.left() + self.names_width)
        if hit.around is not None:
            self._paint_words(painter, inner, hit.around)
        painter.restore()

    def _paint_words(self, painter: QPainter, room: QRect, around: Around) -> None:
        """Paint the found words about a third into the line, with the text before them cut on the left."""
        palette = self._theme.palette
        plain, bold = text_font(SIZE_UI), text_font(SIZE_UI, QFont.Weight.DemiBold)
        plain_metrics, bold_metrics = QFontMetrics(plain), QFontMetrics(bold)
        before = plain_metrics.elidedText(around.before, Qt.TextElideMode.ElideLeft, room.width() // 3)
        words = bold_metrics.elidedText(around.words, Qt.TextElideMode.ElideRight, room.width())
        left = room.left()
        for text, font, metrics, colour in (
            (before, plain, plain_metrics, palette.ink),
            (words, bold, bold_metrics, palette.accent),  # in colour too: not every script's font has a bold face
            (around.behind, plain, plain_metrics, palette.ink),
        ):
            space = QRect(left, room.top(), max(0, room.right() - left), room.height())
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, space.width())
            painter.drawText(space, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
            left += metrics.horizontalAdvance(text)


class HitList(QListView):
    """The list of the places. `chosen` carries a row; `left` tells that Up or Esc leads back to the field."""

    chosen = Signal(int)
    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.hits = HitModel(self)
        self.setProperty("role", "framed")
        self.setAccessibleName(_("Matches"))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setModel(self.hits)
        self._delegate = _HitDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.clicked.connect(self._choose)
        theme.repaint_on_change(self.viewport())

    def sizeHint(self) -> QSize:
        return QSize(200, min(self.hits.rowCount(), 6) * _ROW + 2 * SPACE_XS + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, min(self.hits.rowCount(), 3) * _ROW + 2 * SPACE_XS + 4)

    def show_pages(self, pages: Sequence[FoundPage], names: PageNames) -> None:
        """See `HitModel.show_pages`."""
        self.hits.show_pages(pages, names)
        self._delegate.make_room(self.hits.names())
        self.updateGeometry()

    def show_current(self, row: int) -> None:
        """Select a row, or none for -1."""
        index = self.hits.index(row, 0) if row >= 0 else QModelIndex()
        self.setCurrentIndex(index)
        if index.isValid():
            self.scrollTo(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() == Qt.Key.Key_Escape or (event.key() == Qt.Key.Key_Up and row <= 0):
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.row())


class FoundBar(QWidget):
    """The bar that says how many places were found. `next_wanted` is +1 or -1; what is chosen in the list comes from
    `hits`."""

    next_wanted = Signal(int)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._listed: tuple[str, tuple[FoundPage, ...], PageNames] = ("", (), PageNames())
        self._words = ElidedLabel(role="small")
        self._place = PlainLabel(role="small")
        self.hits = HitList(icons.theme)
        self.listed = IconButton(icons, Symbol.OUTLINE, _("List all matches"), size=16)
        self.listed.setCheckable(True)
        self.listed.setChecked(True)
        self.listed.toggled.connect(self._show_list)
        self.back = IconButton(icons, Symbol.UP, _("Previous match"), shortcut="Shift+Return", size=16)
        self.forward = IconButton(icons, Symbol.DOWN, _("Next match"), shortcut="Return", size=16)
        self.back.clicked.connect(partial(self.next_wanted.emit, -1))
        self.forward.clicked.connect(partial(self.next_wanted.emit, 1))
        top = row((self._words, 1), self._place, self.listed, self.back, self.forward, spacing=SPACE_XS)
        column(top, self.hits, of=self, margins=(0, SPACE_S, 0, SPACE_S), spacing=SPACE_XS)

    def show_found(self, words: str, pages: Sequence[FoundPage], names: PageNames, current: int) -> None:
        """Show what was found. `names` are the names of all pages of the book; `current` is the row of the place that
        is shown, -1 for none of them; empty `words` hide everything."""
        if self._listed != (words, tuple(pages), names):
            self._listed = (words, tuple(pages), names)
            self.hits.show_pages(pages, names)
        places = sum(page.places for page in pages)
        if not places:
            self._words.setText(_("“{words}” was not found.").format(words=words))
        elif places == 1:
            self._words.setText(_("“{words}” was found in 1 place.").format(words=words))
        else:
            self._words.setText(_("“{words}” was found in {n} places.").format(words=words, n=count(places)))
        self._place.setText(f"{count(current + 1)} / {count(places)}" if current >= 0 and places > 1 else "")
        for button in (self.back, self.forward):
            button.setVisible(places > 1)
        self.listed.setVisible(places > 0)
        self.hits.setVisible(places > 0 and self.listed.isChecked())
        self.hits.show_current(current)
        self.setVisible(bool(words))

    def place(self) -> str:
        """Return which of how many places is shown, as "2 / 7"."""
        return self._place.text()

    def text(self) -> str:
        return self._words.text() if not self.isHidden() else ""

    @Slot()
    def focus_list(self) -> None:
        """Open the list and give it the focus."""
        if self.hits.hits.rowCount():
            self.listed.setChecked(True)
            if not self.hits.currentIndex().isValid():
                self.hits.show_current(0)
            self.hits.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot(bool)
    def _show_list(self, shown: bool) -> None:
        self.hits.setVisible(shown and self.hits.hits.rowCount() > 0)
