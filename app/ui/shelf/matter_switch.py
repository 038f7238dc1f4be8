"""The button at the top of the shelf that says which desk is open, and opens the list of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QStyle, QStyleOptionButton

from app.core.documents.untrusted import disarm
from app.core.matter import LIBRARY, Matter
from app.ui.kit.commands import MenuEntry, add_entries
from app.ui.look.icons import Icons, Symbol, draw_symbol
from app.ui.look.theme import ICON, SPACE_M, SPACE_S
from app.ui.widgets.buttons import CARET_INSET, draw_caret
from app.ui.widgets.labels import set_tip
from app.ui.widgets.popups import ChoiceMenu
from app.wording.i18n import _

_MENU_WIDTH = 320  # px: of a name in the menu
_MOST = 12
"""The most matters in the menu; the others are in the list of all."""


class MatterSwitch(QPushButton):
    """The button. `chosen` carries the id of the desk that is wanted."""

    chosen = Signal(str)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._open_id = LIBRARY
        self._name = ""
        self._matters: tuple[Matter, ...] = ()
        self._entries: Callable[[], Iterable[MenuEntry]] = tuple
        self.setProperty("role", "desk")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)
        self.clicked.connect(self.open_menu)
        icons.theme.repaint_on_change(self)
        self.show_open(None)

    def show_open(self, matter: Matter | None) -> None:
        """Show the name of the open matter; None for the library."""
        self._open_id = LIBRARY if matter is None else matter.id
        self._name = desk_name(matter)
        self.setAccessibleName(_("Matter or library: {name}").format(name=self._name))
        set_tip(self, self._name)
        self.update()

    def show_matters(self, matters: Sequence[Matter]) -> None:
        """Take all matters that there are, the one that was opened last first."""
        self._matters = tuple(matters)
        for matter in matters:
            if matter.id == self._open_id:
                self.show_open(matter)

    def menu_of_desks(self) -> QMenu:
        menu = ChoiceMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        self._offer(menu, group, LIBRARY, desk_name(None))
        menu.addSeparator()
        shown = self._offered()
        for matter in shown[:_MOST]:
            self._offer(menu, group, matter.id, desk_name(matter))
        entries = tuple(self._entries())
        if shown and entries:
            menu.addSeparator()
        add_entries(menu, entries)
        return menu

    def offer(self, entries: Callable[[], Iterable[MenuEntry]]) -> None:
        """Add entries to the menu: `entries` is asked for them whenever the menu is opened."""
        self._entries = entries

    def shows_all(self) -> bool:
        """Return whether the menu has all that it could have."""
        return len(self._offered()) <= _MOST

    def _offered(self) -> list[Matter]:
        return [matter for matter in self._matters if not matter.archived or matter.id == self._open_id]

    @Slot()
    def open_menu(self) -> None:
        menu = self.menu_of_desks()
        menu.setMinimumWidth(self.width())
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _offer(self, menu: QMenu, group: QActionGroup, id: str, name: str) -> None:
        shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _MENU_WIDTH)
        action = QAction(shown.replace("&", "&&"), menu, checkable=True)
        action.setChecked(id == self._open_id)
        action.triggered.connect(partial(self._choose, id))
        group.addAction(action)
        menu.addAction(action)

    def _choose(self, id: str) -> None:
        if id != self._open_id:
            self.chosen.emit(id)

    def sizeHint(self) -> QSize:
        return QSize(160, max(super().sizeHint().height(), ICON + SPACE_M))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        palette = self._icons.theme.palette
        icon = QRect(SPACE_M, (self.height() - ICON) // 2, ICON, ICON)
        draw_symbol(painter, icon, Symbol.SHELF if self._open_id == LIBRARY else Symbol.MATTER, palette.accent)
        painter.setFont(self.font())
        painter.setPen(self.palette().buttonText().color())
        left, right = icon.right() + 1 + SPACE_S, round(2 * CARET_INSET)
        room = QRect(left, 0, self.width() - left - right, self.height())
        name = self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, name)
        draw_caret(painter, self)


def desk_name(matter: Matter | None) -> str:
    """Return the name of a matter, or of the library (None)."""
    return _("Library") if matter is None else disarm(matter.name)
