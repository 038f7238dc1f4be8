"""The list of notes: each with its words, what is written about them, and where they are; by books and pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core.documents.document import Book
from app.core.documents.note import Note
from app.core.documents.untrusted import disarm
from app.ui.kit.rows import Index, RowRole, RowsModel
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.theme import (
    CORNER,
    SIZE_SMALL,
    SIZE_TEXT,
    SIZE_UI,
    SPACE_L,
    SPACE_M,
    SPACE_S,
    SPACE_XL,
    SPACE_XS,
    Theme,
)
from app.ui.page.note_look import LINE, look_of
from app.ui.widgets.text_lines import TextLines
from app.wording.i18n import _
from app.wording.notes import lost_words
from app.wording.page_names import page_words

_MOST_LINES = 4
_HEADING = 44
_INDENT = SPACE_L
_WIDEST = 760
"""The width in px of the widest line: longer ones are hard to read."""


@dataclass(frozen=True)
class NoteHeading:
    text: str


@dataclass(frozen=True)
class NoteRow:
    """A row for a note. `place` is its page in words, or empty."""

    note: Note
    place: str
    words: str
    text: str


class NoteList(RowsModel[NoteHeading | NoteRow]):
    """The notes of one book or of several, under the titles of their books."""

    def show_notes(self, notes: Iterable[Note], books: Mapping[str, Book], *, headed: bool = True) -> None:
        """Show the notes of each book in the order of its pages, books by their titles, and last the notes of no book.
        `books` are given by their ids; if `headed`, each book's notes are under its title."""
        groups: dict[str, list[Note]] = {}
        for note in notes:
            groups.setdefault(note.place.book_id if note.place is not None else "", []).append(note)
        rows: list[NoteHeading | NoteRow] = []
        titles = {id: books[id].title.casefold() for id in groups if id in books}
        for book_id in sorted(groups, key=lambda id: (id not in titles, titles.get(id, ""))):
            book = books.get(book_id)
            if headed:
                rows.append(NoteHeading(disarm(book.title) if book is not None else _("Kept from answers")))
            rows += [_row(note, book) for note in sorted(groups[book_id], key=_order)]
        self.put(rows)

    def notes(self) -> list[Note]:
        return [row.note for row in self.rows if isinstance(row, NoteRow)]

    def index_of(self, note_id: str) -> QModelIndex:
        """Return the index of a note; an invalid one if it is not listed."""
        return self.find(lambda row: isinstance(row, NoteRow) and row.note.id == note_id)

    def words(self, row: NoteHeading | NoteRow) -> str:
        return row.text if isinstance(row, NoteHeading) else _said(row)

    def can_choose(self, row: NoteHeading | NoteRow) -> bool:
        return isinstance(row, NoteRow)


def _row(note: Note, book: Book | None) -> NoteRow:
    place = ""
    if note.place is not None and book is not None and 1 <= note.place.page <= book.page_count:
        place = page_words(book.page_names.of(note.place.page))
    if note.place is not None and note.place.lost:
        place = f"{place} · {lost_words()}".lstrip(" ·")
    return NoteRow(note, disarm(place), " ".join(disarm(note.words).split()), disarm(note.text).strip())


def _said(row: NoteRow) -> str:
    return "\n".join(filter(None, (row.words, row.text, row.place)))


def _order(note: Note) -> tuple[int, int, float]:
    return (note.place.page, note.place.start, note.created_at) if note.place else (0, 0, -note.created_at)


class NoteDelegate(QStyledItemDelegate):
    """Paints the words of a note in the face of the books with the line of their marker beside them, and what the
    person wrote in the face of the window."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(RowRole)
        if isinstance(row, NoteHeading):
            return QSize(80, _HEADING)
        view = option.widget
        room = view.viewport().width() if hasattr(view, "viewport") else option.rect.width()
        lines = self._lines(row, room - 2 * SPACE_XL - _INDENT)
        height = sum(each.height for each in lines) + SPACE_XS * (len(lines) - 1)
        return QSize(80, round(height) + 2 * SPACE_S + SPACE_XS)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(RowRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, NoteHeading):
            self._paint_heading(painter, option.rect, row.text)
        else:
            self._paint_ground(painter, option)
            self._paint_row(painter, option.rect, row)
        painter.restore()

    def _paint_heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        painter.setFont(text_font(SIZE_TEXT + 1, QFont.Weight.DemiBold))
        painter.setPen(QColor(self._theme.palette.ink))
        area = rect.adjusted(SPACE_XL, 0, -SPACE_XL, -SPACE_S)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, shown)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        palette = self._theme.palette
        frame = QRectF(option.rect).adjusted(SPACE_M, 0, -SPACE_M, -SPACE_XS)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            colour = QColor(palette.wash if selected else palette.line)
            if not selected:
                colour.setAlpha(110)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(frame, CORNER, CORNER)
        if selected and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(palette.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)

    def _paint_row(self, painter: QPainter, rect: QRect, row: NoteRow) -> None:
        left, top = rect.left() + SPACE_XL + _INDENT, float(rect.top() + SPACE_S)
        lines = self._lines(row, rect.width() - 2 * SPACE_XL - _INDENT)
        if row.note.marker is not None and row.words:
            look = look_of(row.note.marker, dark=self._theme.palette.dark)
            painter.setPen(QPen(QColor(look.line), LINE + 1, look.style))
            x = rect.left() + SPACE_XL + LINE
            painter.drawLine(round(x), round(top + 2), round(x), round(top + lines[0].height - 2))
        for each in lines:
            each.draw(painter, left, top)
            top += each.height + SPACE_XS

    def _lines(self, row: NoteRow, room: int) -> Sequence[TextLines]:
        palette, width = self._theme.palette, min(room, _WIDEST)
        made = []
        if row.words:
            made.append(TextLines(row.words, text_font(SIZE_TEXT), palette.ink, width, _MOST_LINES))
        if row.text:
            made.append(TextLines(row.text, ui_font(SIZE_UI + 1), palette.ink, width, _MOST_LINES))
        if row.place:
            made.append(TextLines(row.place, ui_font(SIZE_SMALL), palette.soft_ink, width, 1))
        return made
