"""How large the text of conversations is: a button with the sizes, and the keys while the focus is there."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QKeySequence

from app.core.settings import TEXT_PERCENTS
from app.ui.look.icons import Icons, Symbol
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.popups import ChoiceMenu
from app.wording.i18n import _

LARGER_KEYS, SMALLER_KEYS, USUAL_KEYS = "Ctrl++", "Ctrl+-", "Ctrl+0"
_STEPS = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1, Qt.Key.Key_Underscore: -1, Qt.Key.Key_0: 0}
_BESIDE = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier  # a plus may need them


def text_step(event: QKeyEvent) -> int | None:
    """How many steps larger a key makes the text: 0 is its usual size, None no such key."""
    if event.modifiers() & ~_BESIDE != Qt.KeyboardModifier.ControlModifier:
        return None
    return _STEPS.get(Qt.Key(event.key()))


class TextSizeButton(IconButton):
    """`chosen` carries the size in percent."""

    chosen = Signal(int)

    def __init__(self, icons: Icons) -> None:
        super().__init__(icons, Symbol.TEXT_SIZE, _("Text size of the conversation"))
        self._theme = icons.theme
        self.sizes_menu = ChoiceMenu(self)
        self._group = QActionGroup(self.sizes_menu)
        for percent in TEXT_PERCENTS:
            action = QAction(_("{percent} %").format(percent=percent), self.sizes_menu, checkable=True)
            action.setData(percent)
            self._group.addAction(action)
            self.sizes_menu.addAction(action)
        self.sizes_menu.addSeparator()
        self.sizes_menu.addAction(_("Larger: {keys}").format(keys=_native(LARGER_KEYS))).setEnabled(False)
        self.sizes_menu.addAction(_("Smaller: {keys}").format(keys=_native(SMALLER_KEYS))).setEnabled(False)
        self._group.triggered.connect(self._choose)
        self.clicked.connect(self._open)

    @Slot()
    def _open(self) -> None:
        for action in self._group.actions():
            action.setChecked(action.data() == self._theme.sizes.percent)
        below = self.mapToGlobal(QPoint(self.width() - self.sizes_menu.sizeHint().width(), self.height() + 2))
        self.sizes_menu.popup(below)

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        self.chosen.emit(action.data())


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
