"""The documents that a question may be asked of, as a list: what is taken of each, and why."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionViewItem

from app.core.documents.untrusted import disarm
from app.services.asking.document_selection import DocumentChoice, DocumentUse, Proposal, UseReason
from app.ui.kit.rows import Index, RowRole, RowsModel
from app.ui.look.fonts import ui_font
from app.ui.look.theme import CORNER, SIZE_SMALL, SIZE_UI, SPACE_M, SPACE_S, SPACE_XS
from app.ui.shelf.delegates import RowDelegate
from app.ui.shelf.rows import HeadingRow
from app.wording.document_selection import group_words, reason_words, use_words
from app.wording.i18n import _
from app.wording.units import count

_ROW, _HEADING, _GAP, _LINE = 52, 38, SPACE_XS, 18
_BOX = 16  # px of the box that is ticked
_TOKENS = 84  # px
_GROUPS = (
    (UseReason.ON_DESK, UseReason.WEIGHTY, UseReason.ALL_FIT),
    (UseReason.FOUND,),
    (UseReason.NO_ROOM,),
    (UseReason.NOTHING,),
)
"""Rows stay where they are whatever a person changes, so groups go by what was proposed."""


class PlanList(RowsModel[DocumentChoice | HeadingRow]):
    """The list of the plan's documents. `changed` tells that a document is used otherwise."""

    changed = Signal()

    def __init__(self, proposal: Proposal, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.proposal = proposal
        self._filter = ""
        self.put(self._make())

    def words(self, row: DocumentChoice | HeadingRow) -> str:
        return row.text if isinstance(row, HeadingRow) else _spoken(row)

    def can_choose(self, row: DocumentChoice | HeadingRow) -> bool:
        return isinstance(row, DocumentChoice)

    def filter(self, text: str) -> None:
        """Show the documents alone whose titles have these words."""
        self._filter = text.casefold()
        self.put(self._make())

    def use(self, index: Index, use: DocumentUse) -> None:
        row = index.data(RowRole)
        if isinstance(row, DocumentChoice) and use is not row.use:
            self.proposal = self.proposal.with_use(row.ref.book_id, use)
            self.change(index.row(), next(each for each in self.proposal.documents if each.ref == row.ref))
            self.changed.emit()

    def toggle(self, index: Index) -> None:
        """Take a document, or leave it out."""
        row = index.data(RowRole)
        if isinstance(row, DocumentChoice):
            taken = DocumentUse.WHOLE if _is_read(row) or not row.passages else DocumentUse.PASSAGES
            self.use(index, taken if row.use is DocumentUse.NONE else DocumentUse.NONE)

    def switch(self, index: Index) -> None:
        """Read a document whole instead of passages of it, or the other way round."""
        row = index.data(RowRole)
        if isinstance(row, DocumentChoice) and row.passages:
            whole = row.use is DocumentUse.WHOLE
            self.use(index, DocumentUse.PASSAGES if whole else DocumentUse.WHOLE)

    def _make(self) -> Iterator[DocumentChoice | HeadingRow]:
        words = self._filter.split()
        shown = [each for each in self.proposal.documents if all(word in each.title.casefold() for word in words)]
        for reasons in _GROUPS:
            group = [document for document in shown if document.reason in reasons]
            if group:
                group.sort(key=lambda document: -max((passage.score for passage in document.passages), default=0.0))
                yield HeadingRow(f"{group_words(reasons[0])}  {count(len(group))}")
                yield from group


def why(choice: DocumentChoice) -> str:
    """Return the words that were found in a document, with their page, or the reason for its choice; empty if the
    heading of its group has said it."""
    found = ""
    if choice.words:
        page = disarm(choice.passages[0].ref.label)
        found = _("p. {page}: “{words}”").format(page=page, words=disarm(choice.words))
    own = choice.reason in (UseReason.ON_DESK, UseReason.ALL_FIT)
    return " · ".join(filter(None, (reason_words(choice) if own else "", found)))


def _spoken(choice: DocumentChoice) -> str:
    return ", ".join(filter(None, (disarm(choice.title), use_words(choice.use), why(choice))))


def _is_read(choice: DocumentChoice) -> bool:
    return choice.reason in _GROUPS[0]


class PlanDelegate(RowDelegate):
    """A box to tick, the title and why, how it is used, its tokens. A click, or Space, takes a document or leaves it
    out; one on its use, or Return, reads it whole or passages of it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(80, _HEADING if isinstance(index.data(RowRole), HeadingRow) else _ROW + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(RowRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, HeadingRow):
            self._paint_heading(painter, option.rect, row.text)
        elif isinstance(row, DocumentChoice):
            area: QRect = option.rect.adjusted(0, 0, 0, -_GAP)
            self._paint_ground(painter, area, option, card=False)
            self._paint_focus(painter, area, option)
            self._paint_box(painter, _box(area), ticked=row.use is not DocumentUse.NONE)
            self._paint_numbers(painter, area, row)
            self._paint_words(painter, area, row)
        painter.restore()

    def _paint_numbers(self, painter: QPainter, area: QRect, row: DocumentChoice) -> None:
        palette, used = self._theme.palette, row.use is not DocumentUse.NONE
        painter.setFont(ui_font(SIZE_SMALL))
        painter.setPen(QColor(palette.ink if used else palette.soft_ink))
        tokens = _tokens(area)
        words = count(row.used_tokens if used else row.tokens)
        painter.drawText(tokens, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        if not used:
            return
        pill = _pill(area, row)
        if row.passages:
            painter.setPen(QPen(QColor(palette.line), 1))
            painter.setBrush(QColor(palette.surface))
            painter.drawRoundedRect(pill.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), CORNER - 2, CORNER - 2)
        painter.setPen(QColor(palette.ink))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, use_words(row.use))

    def _paint_words(self, painter: QPainter, area: QRect, row: DocumentChoice) -> None:
        palette, used = self._theme.palette, row.use is not DocumentUse.NONE
        left, right = _box(area).right() + SPACE_M, (_pill(area, row) if used else _tokens(area)).left() - SPACE_M
        lines = 2 if why(row) else 1
        line = QRect(left, area.y() + (area.height() - lines * _LINE) // 2, right - left, _LINE)
        title = ui_font(SIZE_UI + 1, QFont.Weight.DemiBold if used else QFont.Weight.Normal)
        for font, colour, words in (
            (title, palette.ink if used else palette.soft_ink, disarm(row.title)),
            (ui_font(SIZE_SMALL), palette.soft_ink, why(row)),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = QFontMetrics(font).elidedText(" ".join(words.split()), Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
            line.translate(0, _LINE)

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        row = index.data(RowRole)
        if not isinstance(row, DocumentChoice) or not isinstance(model, PlanList):
            return False
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            area = option.rect.adjusted(0, 0, 0, -_GAP)
            point = event.position().toPoint()
            if row.use is not DocumentUse.NONE and _pill(area, row).contains(point):
                model.switch(index)
            else:
                model.toggle(index)
            return True
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            model.toggle(index)
            return True
        return False


def _box(area: QRect) -> QRect:
    return QRect(area.x() + SPACE_S, area.y() + (area.height() - _BOX) // 2, _BOX, _BOX)


def _tokens(area: QRect) -> QRect:
    return QRect(area.right() - _TOKENS - SPACE_S, area.y(), _TOKENS, area.height())


def _pill(area: QRect, row: DocumentChoice) -> QRect:
    width = QFontMetrics(ui_font(SIZE_SMALL)).horizontalAdvance(use_words(row.use)) + 2 * SPACE_S
    height = _LINE + SPACE_XS
    return QRect(_tokens(area).left() - width, area.y() + (area.height() - height) // 2, width, height)
