"""The list of changes: what kind each is, on which pages, and in a line what it is; and one of them in full."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QStyleOptionViewItem, QTextEdit

from app.core.documents.document import Format
from app.core.documents.untrusted import disarm
from app.features.comparison.data import ChangeKind, ComparedBooks, ComparedParagraph, Stretch, WordState
from app.features.comparison.words import change_word, places
from app.language.markdown import without_heading_signs
from app.language.one_line import hide_signs, join_lines
from app.ui.chat.text.render import SealedDocument
from app.ui.kit.rows import Index, RowRole, RowsModel
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.theme import SIZE_SMALL, SIZE_UI, SPACE_M, SPACE_S, SPACE_XS, Palette, Theme
from app.ui.shelf.delegates import RowDelegate
from app.ui.widgets.labels import two_lines
from app.wording.i18n import _

_ROW_HEIGHT, _GAP, _LINE = 66, SPACE_XS, 18


@dataclass(frozen=True)
class ChangeRow:
    """A change, and the pages that it is on, in words. `format` is that of the documents; of two, the later one's."""

    change: ComparedParagraph
    places: str
    format: Format


class ChangeList(RowsModel[ChangeRow]):
    """The changes between two documents, in their order."""

    def show_changes(self, compared: ComparedBooks) -> None:
        first, second = compared.first, compared.second
        self.put(ChangeRow(each, places(each, first, second), second.format) for each in compared.found.changes)

    def words(self, row: ChangeRow) -> str:
        return f"{change_word(row.change)}, {row.places}: {in_short(row.change, row.format)}"


class ChangeDelegate(RowDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(80, _ROW_HEIGHT + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ChangeRow = index.data(RowRole)
        change = row.change
        palette = self._theme.palette
        area: QRect = option.rect.adjusted(0, 0, 0, -_GAP)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, area, option, card=False)
        self._paint_focus(painter, area, option)
        inner = area.adjusted(SPACE_M, SPACE_XS, -SPACE_S, -SPACE_XS)
        top = QRect(inner.left(), inner.top(), inner.width(), _LINE)
        word, where = ui_font(SIZE_SMALL, QFont.Weight.DemiBold), ui_font(SIZE_SMALL)
        painter.setFont(word)
        painter.setPen(QColor(colour_of(change.kind, palette)))
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter, change_word(change))
        top.setLeft(inner.left() + QFontMetrics(word).horizontalAdvance(change_word(change)) + SPACE_S)
        painter.setFont(where)
        painter.setPen(QColor(palette.soft_ink))
        shown = QFontMetrics(where).elidedText(row.places, Qt.TextElideMode.ElideRight, top.width())
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, shown)
        font = text_font(SIZE_UI + 1)
        painter.setFont(font)
        painter.setPen(QColor(palette.ink))
        line = QRect(inner.left(), top.bottom() + 1, inner.width(), _LINE + 1)
        for words in two_lines(disarm(in_short(change, row.format)), font, inner.width()):
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
            line.translate(0, _LINE + 1)
        painter.restore()


def in_short(change: ComparedParagraph, format: Format) -> str:
    """Say a change on one line: `31 March → 30 June`; of a paragraph that is new, gone, or elsewhere, its words."""
    shown = hide_signs("".join(each.text for each in change.stretches), format)
    if not change.has_other_words:
        return join_lines(shown).strip()
    parts: list[str] = []
    waiting = ""
    at = 0
    for stretch in (*change.stretches, Stretch(WordState.SAME, "")):
        words = join_lines(shown[at : at + len(stretch.text)]).strip()
        at += len(stretch.text)
        if stretch.state is WordState.REMOVED:
            waiting = words
        elif stretch.state is WordState.ADDED:
            parts.append(f"{waiting} → {words}" if waiting else f"+ {words}")
            waiting = ""
        elif waiting:
            parts.append(f"− {waiting}")
            waiting = ""
    return "; ".join(parts)


def colour_of(kind: ChangeKind, palette: Palette) -> str:
    colours = {
        ChangeKind.ADDED: palette.verified,
        ChangeKind.REMOVED: palette.not_found,
        ChangeKind.CHANGED: palette.near,
    }
    return colours.get(kind, palette.context if not palette.dark else palette.accent)


class RedlineView(QTextEdit):
    """One change in full: what is gone struck out, what is new underlined, both in colour."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._change: ComparedParagraph | None = None
        self.setDocument(SealedDocument(self))
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "plain")
        self.setAccessibleName(_("The change in full"))
        self.setTabChangesFocus(True)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(SPACE_M)
        theme.changed.connect(self._set)

    def show_change(self, change: ComparedParagraph | None) -> None:
        self._change = change
        self._set()

    @Slot()
    def _set(self) -> None:
        self.clear()
        if self._change is None:
            return
        palette, cursor = self._theme.palette, QTextCursor(self.document())
        for stretch in stretches_shown(self._change):
            look = QTextCharFormat()
            look.setFont(text_font(SIZE_UI + 1))
            look.setForeground(QColor(palette.ink))
            if stretch.state is WordState.REMOVED:
                look.setForeground(QColor(palette.not_found))
                look.setFontStrikeOut(True)
            elif stretch.state is WordState.ADDED:
                look.setForeground(QColor(palette.verified))
                look.setFontUnderline(True)
            text = disarm(without_heading_signs(stretch.text))
            words = text.lstrip()
            cursor.insertText(text[: len(text) - len(words)], QTextCharFormat())
            cursor.insertText(words, look)
        self.moveCursor(QTextCursor.MoveOperation.Start)


def stretches_shown(change: ComparedParagraph) -> tuple[Stretch, ...]:
    """Return both texts in one; for joined paragraphs what they were, since there one sees where they ended."""
    if change.kind is ChangeKind.JOINED and change.before is not None:
        return (Stretch(WordState.SAME, change.before.text),)
    return change.stretches
