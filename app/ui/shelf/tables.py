"""The place on the shelf for lists that are made of all documents together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from app.core.documents.untrusted import disarm
from app.ui.kit.commands import Command
from app.ui.kit.rows import Index, RowRole, RowsModel
from app.ui.look.fonts import ui_font
from app.ui.look.icons import Icons, Symbol, draw_symbol
from app.ui.look.theme import SIZE_SMALL, SIZE_UI, SPACE_M, SPACE_S, SPACE_XS
from app.ui.shelf.delegates import RowDelegate
from app.ui.shelf.lists import ShelfListView
from app.ui.widgets.buttons import ButtonShape, IconButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import STRETCH, column, row
from app.wording.i18n import _

_ICON, _PLUS, _SIGN, _LINE, _GAP = 18, 14, 16, 16, SPACE_XS
_ROW, _TALL_ROW = 32, 44
_MOST = 4 * (_TALL_ROW + _GAP)
"""The greatest height of the list of what is kept, in px; the rest is scrolled to."""


@dataclass(frozen=True)
class SavedTableEntry:
    """Something that was made and is kept. `words` say how far it is, empty if it is finished; `action` is what can be
    done about that, empty for nothing."""

    id: str
    title: str
    words: str = ""
    action: str = ""


class TablesGroup(QWidget):
    """The group on the shelf. Its signals carry the id of a KeptEntry; `acted` tells that its action is wanted."""

    opened = Signal(str)
    acted = Signal(str)
    menu_wanted = Signal(str, QPoint)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self.buttons: dict[str, IconButton] = {}
        """The buttons, by the names of their commands; so are `makers`."""
        self.makers: dict[str, IconButton] = {}
        title = PlainLabel(_("Tables and timelines"), role="section")
        font = title.font()
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.5)  # as the headings of the lists
        title.setFont(font)
        heading = row(SPACE_S, title, STRETCH)
        self._heading = heading
        self.kept = _KeptList(self)
        self.view = ShelfListView(_("Tables"))
        self.view.setModel(self.kept)
        self.view.setItemDelegate(_KeptRows(icons, self))
        self.view.opened.connect(self._open)
        self.view.toggled.connect(self.act)
        self.view.menu_wanted.connect(self._want_menu)
        icons.theme.repaint_on_change(self.view.viewport())
        self._entries = row(STRETCH, spacing=SPACE_XS)
        column(SPACE_M, heading, SPACE_XS, self.view, self._entries, of=self)
        self.show_kept(())

    def offer(self, commands: Iterable[Command]) -> None:
        """Show a button for each of these commands that has a name for it, and behind the heading a plus for each that
        makes one more."""
        for command in commands:
            if command.on_shelf:
                plus = IconButton(self._icons, Symbol.ADD, command.name, shortcut=command.shortcuts, size=_PLUS)
                plus.clicked.connect(command.run)
                self._heading.addWidget(plus)
                self.makers[command.name] = plus
            if command.shelf_name:
                button = IconButton(
                    self._icons,
                    command.symbol or Symbol.SHEET,
                    command.shelf_name,
                    shortcut=command.shortcuts,
                    shape=ButtonShape.LABELLED,
                    size=_ICON,
                )
                button.clicked.connect(command.run)
                self._entries.insertWidget(len(self.buttons), button)
                self.buttons[command.name] = button

    def show_kept(self, entries: Sequence[SavedTableEntry]) -> None:
        if tuple(entries) != tuple(self.kept.rows):
            self.kept.put(entries)
        self.view.setVisible(bool(entries))
        self.view.setFixedHeight(self.view.content_height(_MOST))

    @Slot(QModelIndex)
    def act(self, index: Index) -> None:
        if (entry := index.data(RowRole)).action:
            self.acted.emit(entry.id)

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(RowRole).id)

    @Slot(QModelIndex, QPoint)
    def _want_menu(self, index: QModelIndex, where: QPoint) -> None:
        self.menu_wanted.emit(index.data(RowRole).id, where)


class _KeptList(RowsModel[SavedTableEntry]):
    def words(self, row: SavedTableEntry) -> str:
        return ", ".join(filter(None, (disarm(row.title), row.words)))

    def description(self, row: SavedTableEntry) -> str:
        return _("{action}: Space").format(action=row.action) if row.action else ""


class _KeptRows(RowDelegate):
    """Paints an entry: a sign, the title, and below it how far it is, with a word to click that goes on."""

    def __init__(self, icons: Icons, group: TablesGroup) -> None:
        super().__init__(icons, group)
        self._group = group

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(80, (_TALL_ROW if index.data(RowRole).words else _ROW) + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry, palette = index.data(RowRole), self._theme.palette
        area: QRect = option.rect.adjusted(0, 0, 0, -_GAP)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ink = palette.accent if selected else palette.ink
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, area, option, card=False)
        self._paint_focus(painter, area, option)
        lines = 2 if entry.words else 1
        line = QRect(_left(area), area.y() + (area.height() - lines * _LINE) // 2, 0, _LINE)
        line.setRight(area.right() - SPACE_S)
        sign = QRect(area.x() + SPACE_S, line.y(), _SIGN, _SIGN)
        draw_symbol(painter, sign, Symbol.SHEET, ink if selected else palette.soft_ink)
        title = ui_font(SIZE_UI + 1, QFont.Weight.DemiBold if selected else QFont.Weight.Normal)
        _draw(painter, line, disarm(entry.title), title, ink)
        line.translate(0, _LINE + 1)
        act = _act_rect(area, entry)
        _draw(painter, act, entry.action, _act_font(), palette.accent)
        line.setRight((act.left() if entry.action else line.right()) - SPACE_S)
        _draw(painter, line, entry.words, ui_font(SIZE_SMALL), palette.soft_ink)
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        area, entry = option.rect.adjusted(0, 0, 0, -_GAP), index.data(RowRole)
        released = event.type() == QEvent.Type.MouseButtonRelease
        if released and isinstance(event, QMouseEvent) and entry.action:
            room = _act_rect(area, entry).adjusted(-SPACE_XS, -SPACE_XS, SPACE_S, SPACE_XS)
            if room.contains(event.position().toPoint()):
                self._group.act(index)
                return True
        return super().editorEvent(event, model, option, index)


def _draw(painter: QPainter, place: QRect, words: str, font: QFont, colour: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(" ".join(words.split()), Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)


def _left(area: QRect) -> int:
    return area.x() + SPACE_S + _SIGN + SPACE_S


def _act_font() -> QFont:
    return ui_font(SIZE_SMALL, QFont.Weight.DemiBold)


def _act_rect(area: QRect, entry: SavedTableEntry) -> QRect:
    """Return the area in which the action is written: at the right end of the second line."""
    width = QFontMetrics(_act_font()).horizontalAdvance(entry.action) + 1
    return QRect(area.right() - SPACE_S - width, area.y() + area.height() // 2 + 1, width, _LINE)
