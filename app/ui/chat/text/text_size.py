"""Sets the size of the text in conversations: by a menu of the sizes, and by keys while the focus is there."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from app.core.settings import TEXT_PERCENTS
from app.ui.look.theme import Theme
from app.ui.widgets.popups import ChoiceMenu
from app.wording.i18n import _

LARGER_KEYS, SMALLER_KEYS, USUAL_KEYS = "Ctrl++", "Ctrl+-", "Ctrl+0"
_STEPS = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1, Qt.Key.Key_Underscore: -1, Qt.Key.Key_0: 0}
_BESIDE = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier  # a plus may need them


def text_step(event: QKeyEvent) -> int | None:
    """Return how many steps larger a key makes the text: 0 stands for the usual size, None for another key."""
    if event.modifiers() & ~_BESIDE != Qt.KeyboardModifier.ControlModifier:
        return None
    return _STEPS.get(Qt.Key(event.key()))


class TextSizeMenu(ChoiceMenu):
    """The menu of sizes. `chosen` carries the size in percent."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(_("Text size of the conversation"), parent)
        self._theme = theme
        self._group = QActionGroup(self)
        for percent in TEXT_PERCENTS:
            action = QAction(_("{percent} %").format(percent=percent), self, checkable=True)
            action.setData(percent)
            self._group.addAction(action)
            self.addAction(action)
        self.addSeparator()
        self.addAction(_("Larger: {keys}").format(keys=_native(LARGER_KEYS))).setEnabled(False)
        self.addAction(_("Smaller: {keys}").format(keys=_native(SMALLER_KEYS))).setEnabled(False)
        self._group.triggered.connect(self._choose)
        self.aboutToShow.connect(self._look)

    @Slot()
    def _look(self) -> None:
        for action in self._group.actions():
            action.setChecked(action.data() == self._theme.sizes.percent)

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        self.chosen.emit(action.data())


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
