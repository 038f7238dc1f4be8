"""A list of the texts that would be replaced before a question leaves: by kind, each ticked or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from app.core.documents.untrusted import disarm
from app.features.pseudonyms.data import NamedKind, Pseudonym
from app.features.pseudonyms.words import by_kind, kind_words
from app.services.asking.replacing import FoundEntry
from app.ui.kit.rows import Index, RowRole, RowsModel
from app.ui.look.fonts import ui_font
from app.ui.look.theme import SIZE_SMALL, SIZE_UI, SPACE_M, SPACE_S
from app.ui.shelf.delegates import RowDelegate
from app.ui.shelf.rows import HeadingRow
from app.wording.i18n import _
from app.wording.units import count

_ROW, _HEADING, _BOX = 30, 34, 16  # px
_RIGHT_SHARE = 0.4
"""The largest share of a row's width for the words that stand in its text's place."""


@dataclass(frozen=True)
class OutboundChoice:
    """The decision of a person: these texts are replaced, those are sent as they are; without `replaces`, all are.
    `always` tells that this holds from now on, without being asked."""

    replaced: tuple[str, ...] = ()
    as_is: tuple[str, ...] = ()
    replaces: bool = True
    always: bool = False


class OutboundList(RowsModel[FoundEntry | HeadingRow]):
    """The list. `changed` tells that something is ticked, or not any more."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: list[Pseudonym] = []
        self._added: list[str] = []
        self._off: set[str] = set()  # first texts of those that are not ticked

    def show(self, found: Sequence[Pseudonym]) -> None:
        self._found = list(found)
        self._off = {entry.texts[0] for _kind, of_kind in by_kind(found) for entry in of_kind if not entry.replaced}
        self._make()

    def add(self, text: str) -> QModelIndex:
        """Add a word of the person's own, or tick what is there already; return its index."""
        text = " ".join(text.split())
        known = next((row for row in self.entries if text in row.texts), None)
        if known is None and text:
            self._added.append(text)
        self._off.discard(known.texts[0] if known is not None else text)
        self._make()
        at = self.find(lambda row: isinstance(row, FoundEntry) and text in row.texts)
        return at if at.isValid() else self.index(0)

    @property
    def entries(self) -> list[FoundEntry]:
        return [row for row in self.rows if isinstance(row, FoundEntry)]

    @property
    def choice(self) -> OutboundChoice:
        ticked = [entry for entry in self.entries if self.is_ticked(entry)]
        others = [entry for entry in self.entries if not self.is_ticked(entry)]
        return OutboundChoice(
            tuple(text for entry in ticked for text in entry.texts),
            tuple(text for entry in others for text in entry.texts),
        )

    def is_ticked(self, entry: FoundEntry) -> bool:
        return entry.texts[0] not in self._off

    def toggle(self, index: Index) -> None:
        row = index.data(RowRole)
        if isinstance(row, FoundEntry):
            self._off ^= {row.texts[0]}
            self.dataChanged.emit(index, index)
            self.changed.emit()

    def words(self, row: FoundEntry | HeadingRow) -> str:
        return row.text if isinstance(row, HeadingRow) else f"{', '.join(row.texts)}: {self.words_of(row)}"

    def can_choose(self, row: FoundEntry | HeadingRow) -> bool:
        return isinstance(row, FoundEntry)

    def words_of(self, entry: FoundEntry) -> str:
        """Say what the server reads in the place of an entry."""
        return (entry.stand_in or _("replaced")) if self.is_ticked(entry) else _("as it is")

    def _make(self) -> None:
        self.put(self._make_rows())
        self.changed.emit()

    def _make_rows(self) -> Iterator[FoundEntry | HeadingRow]:
        own = [FoundEntry(NamedKind.WORD, "", (text,), True) for text in self._added]
        groups = [*by_kind(self._found), *([(NamedKind.WORD, own)] if own else [])]
        for kind, of_kind in groups:
            heading = _("Added by you") if of_kind is own else kind_words(kind)
            yield HeadingRow(f"{heading}  {count(len(of_kind))}")
            yield from of_kind


class OutboundDelegate(RowDelegate):
    """Draws a row: a box to tick, the text with the other ways of writing it, and what the server reads."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(80, _HEADING if isinstance(index.data(RowRole), HeadingRow) else _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, model = index.data(RowRole), index.model()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, HeadingRow):
            self._paint_heading(painter, option.rect, row.text)
        elif isinstance(row, FoundEntry) and isinstance(model, OutboundList):
            area: QRect = option.rect
            self._paint_ground(painter, area, option, card=False)
            self._paint_focus(painter, area, option)
            box = QRect(area.x() + SPACE_S, area.y() + (area.height() - _BOX) // 2, _BOX, _BOX)
            self._paint_box(painter, box, ticked=model.is_ticked(row))
            self._paint_words(painter, area.adjusted(_BOX + SPACE_S + SPACE_M, 0, -SPACE_S, 0), row, model)
        painter.restore()

    def _paint_words(self, painter: QPainter, area: QRect, row: FoundEntry, model: OutboundList) -> None:
        palette, ticked = self._theme.palette, model.is_ticked(row)
        small, middle = ui_font(SIZE_SMALL), Qt.AlignmentFlag.AlignVCenter
        most = int(area.width() * _RIGHT_SHARE)
        words = QFontMetrics(small).elidedText(model.words_of(row), Qt.TextElideMode.ElideRight, most)
        painter.setFont(small)
        painter.setPen(QColor(palette.soft_ink))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | middle, words)
        rest = area.adjusted(0, 0, -QFontMetrics(small).horizontalAdvance(words) - SPACE_M, 0)
        first, *others = (" ".join(disarm(text).split()) for text in row.texts)
        for font, colour, shown in (
            (ui_font(SIZE_UI, QFont.Weight.DemiBold if ticked else QFont.Weight.Normal), palette.ink, first),
            (small, palette.soft_ink, ", ".join(others)),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour if ticked else palette.soft_ink))
            shown = QFontMetrics(font).elidedText(shown, Qt.TextElideMode.ElideRight, max(0, rest.width()))
            painter.drawText(rest, middle, shown)
            rest.setLeft(rest.left() + QFontMetrics(font).horizontalAdvance(shown) + SPACE_S)

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:  # noqa: ARG002
        clicked = isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease
        pressed = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space
        if isinstance(model, OutboundList) and (clicked or pressed):
            model.toggle(index)
            return True
        return False
