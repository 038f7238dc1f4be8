"""The commands of the window: each one an action with its shortcut, all of them to be found with Ctrl+K."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.ui.icons import Icons
from app.ui.palette_dialog import Entry, EntryKind, PaletteDialog


@dataclass(frozen=True)
class Command:
    """`run` is a bound method of a QObject; `shortcut` may be empty. With `appears` there is no such command before
    that signal. `told`: the shortcut is only told here; who has the focus
    knows what the key means there."""

    name: str
    shortcut: str
    run: Callable[[], object]
    appears: SignalInstance | None = None
    told: bool = False


class Commands(QObject):
    """`chosen` carries an Entry that is no command; commands run by themselves."""

    chosen = Signal(object)

    def __init__(
        self, commands: Sequence[Command], window: QWidget, icons: Icons, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._icons = icons
        self.actions: dict[str, QAction] = {}
        self._keys: dict[str, str] = {}
        for command in commands:
            action = QAction(command.name, window)
            keys = QKeySequence(command.shortcut)
            if not command.told:
                action.setShortcut(keys)
            action.triggered.connect(command.run)
            if command.appears is not None:
                action.setVisible(False)
                command.appears.connect(partial(action.setVisible, True))
            window.addAction(action)
            self.actions[command.name] = action
            self._keys[command.name] = keys.toString(QKeySequence.SequenceFormat.NativeText)

    def offer(self, others: Sequence[Entry]) -> PaletteDialog:
        """Let the person choose from `others` and the commands."""
        entries = [
            Entry(EntryKind.COMMAND, name, name, self._keys[name])
            for name, action in self.actions.items()
            if action.isVisible()
        ]
        dialog = PaletteDialog(self._icons, [*others, *entries], self._window)
        dialog.chosen.connect(self._choose)
        dialog.open_over()
        return dialog

    @Slot(object)
    def _choose(self, entry: Entry) -> None:
        if entry.kind is EntryKind.COMMAND:
            self.actions[entry.key].trigger()
        else:
            self.chosen.emit(entry)
