"""Lists the entries that the palette offers, as rows under headings, and draws them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.language.folding import fold
from app.ui.kit.commands import Entry, EntryKind
from app.ui.kit.rows import Index, RowRole, RowsModel
from app.ui.look.fonts import ui_font
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import CORNER, ICON, SIZE_SMALL, SIZE_TEXT, SIZE_UI, SPACE_M, SPACE_S
from app.ui.widgets.key_caps import caps_width, paint_caps
from app.ui.widgets.labels import elide_title
from app.wording.i18n import _

_HEADING, _ROW, _TALL = 30, 36, 52
_FEW, _MOST_OF_A_KIND = 3, 40

_SYMBOLS = {
    EntryKind.COMMAND: Symbol.COMMAND,
    EntryKind.CONVERSATION: Symbol.CONVERSATION,
    EntryKind.BOOK: Symbol.BOOK,
    EntryKind.IMAGE: Symbol.SCAN,
    EntryKind.SAID: Symbol.QUOTES,
    EntryKind.PASSAGE: Symbol.PAGE,
    EntryKind.MATTER: Symbol.MATTER,
    EntryKind.EVERYWHERE: Symbol.FIND,
}
_LOOKED_UP = (EntryKind.SAID, EntryKind.PASSAGE)


def _section_of(kind: EntryKind) -> str:
    return {
        EntryKind.COMMAND: _("Commands"),
        EntryKind.CONVERSATION: _("Conversations"),
        EntryKind.BOOK: _("Documents"),
        EntryKind.IMAGE: _("Images"),
        EntryKind.SAID: _("Said in conversations"),
        EntryKind.PASSAGE: _("On pages of documents"),
        EntryKind.MATTER: _("Matters"),
        EntryKind.EVERYWHERE: _("In the library"),
    }[kind]


@dataclass(frozen=True)
class PaletteHeading:
    text: str


def rank(entries: Sequence[Entry], words: str) -> list[Entry]:
    """Return the entries in whose title, in the detail of what a feature offers, or in whose other words, every word
    occurs: first those whose title begins with a word, then those with a word of the title that does; last those that
    are only known by other words."""
    return [entry for _score, entry in _scored(entries, words)]


def _scored(entries: Sequence[Entry], words: str) -> list[tuple[int, Entry]]:
    wanted = fold(words).split()
    found = []
    for place, entry in enumerate(entries):
        title = fold(f"{entry.title} {entry.detail}" if entry.kind is EntryKind.OTHER else entry.title)
        scores = [_score(word, title, fold(entry.words)) for word in wanted]
        if all(scores):
            found.append((-sum(scores), place, entry))
    return [(score, entry) for score, _place, entry in sorted(found, key=lambda each: each[:2])]


def _score(word: str, title: str, others: str) -> int:
    if word in title:
        return 3 + 2 * title.startswith(word) + (f" {word}" in f" {title}")
    return 1 + (f" {word}" in f" {others}") if word in others else 0


def suggest(entries: Sequence[Entry]) -> list[Entry]:
    """Choose the entries that are offered before a word is typed: a few conversations and books, every command; if
    there are only things of a feature, all of them."""
    if all(entry.kind is EntryKind.OTHER for entry in entries):
        return list(entries)
    few = [
        entry
        for kind in (EntryKind.CONVERSATION, EntryKind.BOOK)
        for entry in [entry for entry in entries if entry.kind is kind][:_FEW]
    ]
    return few + [entry for entry in entries if entry.kind is EntryKind.COMMAND]


class EntryList(RowsModel[Entry | PaletteHeading]):
    """The entries of the palette under their headings."""

    def __init__(
        self, entries: Sequence[Entry], parent: QObject | None = None, *, last: Sequence[Callable[[str], Entry]] = ()
    ) -> None:
        """`last` make the entries that are offered after all else, for the words that are typed."""
        super().__init__(parent)
        self._last = last
        self._all = tuple(entries)
        self._found: tuple[Entry, ...] = ()
        self.put(_headed((entry, entry.section) for entry in suggest(self._all)))

    def add(self, entries: Sequence[Entry], words: str) -> None:
        """Add more entries, after all others; `words` are those that `narrow` was given."""
        self._all += tuple(entries)
        self.narrow(words)

    def add_found(self, entries: Sequence[Entry], words: str) -> None:
        """Add texts that contain `words`."""
        self._found += tuple(entries)
        self.narrow(words)

    def narrow(self, words: str) -> None:
        """Show the entries that have these words. Sections are in the order of their best entries; texts that were
        looked up come last. Those that were found for a part of the words stay, until others are found."""
        wanted = fold(words)
        self._found = tuple(entry for entry in self._found if wanted and wanted in fold(entry.title))
        if not wanted:
            self.put(_headed((entry, entry.section) for entry in suggest(self._all)))
        else:
            scored = _scored(self._all, words)
            best = {_sort_of(entry): score for score, entry in reversed(scored)}
            sorts = sorted(best, key=lambda sort: (best[sort], sort))
            by_sort = [entry for sort in sorts for entry in _first(scored, sort)]
            last = [make(words) for make in self._last]
            self.put(_headed((entry, _sort_of(entry)[1]) for entry in (*by_sort, *self._found, *last)))

    def forget_found(self) -> None:
        self._found = ()

    def entries(self) -> list[Entry]:
        return [row for row in self.rows if isinstance(row, Entry)]

    def height(self) -> int:
        """Return the height of all rows, in px."""
        return sum(_height(row) for row in self.rows)

    def words(self, row: Entry | PaletteHeading) -> str:
        return row.title if isinstance(row, Entry) else row.text

    def description(self, row: Entry | PaletteHeading) -> str:
        return row.detail or "+".join(row.keys) if isinstance(row, Entry) else ""

    def tip(self, row: Entry | PaletteHeading) -> str:
        return row.detail if isinstance(row, Entry) and row.kind in _LOOKED_UP else ""

    def can_choose(self, row: Entry | PaletteHeading) -> bool:
        return isinstance(row, Entry)


def _sort_of(entry: Entry) -> tuple[EntryKind, str]:
    """Return the kind of an entry and, for what a feature offers, the heading, since several features may offer
    something."""
    return entry.kind, entry.section if entry.kind is EntryKind.OTHER else ""


def _first(scored: Sequence[tuple[int, Entry]], sort: tuple[EntryKind, str]) -> list[Entry]:
    return [entry for _score, entry in scored if _sort_of(entry) == sort][:_MOST_OF_A_KIND]


def _headed(entries: Iterable[tuple[Entry, str]]) -> list[Entry | PaletteHeading]:
    """Put each run of one section under its heading."""
    rows: list[Entry | PaletteHeading] = []
    for section, run in groupby(entries, key=lambda each: each[1] or _section_of(each[0].kind)):
        rows += [PaletteHeading(section), *(entry for entry, _section in run)]
    return rows


def _height(row: Entry | PaletteHeading) -> int:
    if isinstance(row, PaletteHeading):
        return _HEADING
    return _TALL if row.kind in _LOOKED_UP else _ROW


class EntryDelegate(QStyledItemDelegate):
    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(80, _height(index.data(RowRole)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Entry | PaletteHeading = index.data(RowRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, PaletteHeading):
            self._paint_heading(painter, option.rect, row.text)
        else:
            self._paint_entry(painter, option, row)
        painter.restore()

    def _paint_heading(self, painter: QPainter, area: QRect, words: str) -> None:
        painter.setFont(ui_font(SIZE_SMALL, QFont.Weight.DemiBold))
        painter.setPen(QColor(self._icons.theme.palette.soft_ink))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        painter.drawText(area.adjusted(SPACE_S, 0, -SPACE_S, -6), flags, words)

    def _paint_entry(self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry) -> None:
        palette = self._icons.theme.palette
        area: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if chosen or hovered:
            ground = QColor(palette.wash if chosen else palette.ground)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(area, CORNER, CORNER)
        icon = QRect(area.left() + SPACE_S, area.center().y() - ICON // 2 + 1, ICON, ICON)
        symbol = entry.symbol or _SYMBOLS[entry.kind]
        self._icons.icon(symbol, palette.accent if chosen else palette.soft_ink).paint(painter, icon)
        room = area.adjusted(icon.right() - area.left() + SPACE_M, 0, -SPACE_M, 0)
        ink = QColor(palette.accent if chosen else palette.ink)
        if entry.kind in _LOOKED_UP:
            self._paint_found(painter, room, entry, ink)
        else:
            self._paint_named(painter, room, entry, ink)

    def _paint_named(self, painter: QPainter, room: QRect, entry: Entry, ink: QColor) -> None:
        """Paint the title, and on the right the keys or the detail."""
        palette = self._icons.theme.palette
        middle = Qt.AlignmentFlag.AlignVCenter
        if entry.keys:
            paint_caps(painter, room, entry.keys, palette)
            room.setRight(room.right() - caps_width(entry.keys) - SPACE_M)
        painter.setFont(ui_font(SIZE_SMALL))
        painter.setPen(QColor(palette.soft_ink))
        detail = painter.fontMetrics().elidedText(entry.detail, Qt.TextElideMode.ElideRight, room.width() // 2)
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, detail)
        room.setRight(room.right() - painter.fontMetrics().horizontalAdvance(detail) - (SPACE_M if detail else 0))
        painter.setFont(ui_font(SIZE_TEXT))
        painter.setPen(ink)
        title = painter.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, title)

    def _paint_found(self, painter: QPainter, room: QRect, entry: Entry, ink: QColor) -> None:
        """Paint the excerpt with the words that were looked for lit, and below it where it stands."""
        palette = self._icons.theme.palette
        painter.setFont(ui_font(SIZE_UI))
        metrics = QFontMetricsF(painter.font())
        shown = metrics.elidedText(entry.title, Qt.TextElideMode.ElideRight, room.width())
        kept = len(shown) if shown == entry.title else len(shown) - 1
        line = QRectF(room.left(), room.top() + 7, room.width(), metrics.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.highlight))
        for start, end in entry.matches:
            if start < kept:
                left = metrics.horizontalAdvance(shown[:start])
                right = metrics.horizontalAdvance(shown[: min(end, kept)])
                painter.drawRoundedRect(
                    QRectF(line.left() + left - 1, line.top(), right - left + 2, line.height()), 3, 3
                )
        painter.setPen(QColor(palette.ink) if entry.matches else ink)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, flags, shown)
        painter.setFont(ui_font(SIZE_SMALL))
        painter.setPen(QColor(palette.soft_ink))
        below = QRectF(room.left(), line.bottom() + 1, room.width(), 18)
        place = elide_title(entry.detail, painter.fontMetrics(), int(room.width()))
        painter.drawText(below, flags, place)
