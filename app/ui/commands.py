"""The commands of the window, each one an action with its shortcut; and what Ctrl+K finds, commands among it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from PySide6.QtCore import QObject, SignalInstance
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


class EntryKind(StrEnum):
    COMMAND = "command"
    CONVERSATION = "conversation"
    BOOK = "book"
    IMAGE = "image"
    PROMPT = "prompt"


@dataclass(frozen=True)
class Entry:
    """`key` is the id of a book, a conversation or a saved prompt, or the name of a command; `detail` is shown on the
    right.

    An image has the conversation's id and that of its question, as `place`.
    """

    kind: EntryKind
    key: str
    title: str
    detail: str = ""
    place: str = ""


@dataclass(frozen=True)
class Command:
    """`run` is a bound method of a QObject; `shortcut` may be empty. With `appears` there is no such command before
    that signal. `is_hint`: the shortcut is only shown here; whoever has the
    focus knows what the key means there."""

    name: str
    shortcut: str
    run: Callable[[], object]
    appears: SignalInstance | None = None
    is_hint: bool = False


class Commands(QObject):
    """`actions` by the names of the commands."""

    def __init__(self, commands: Sequence[Command], window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.actions: dict[str, QAction] = {}
        self._keys: dict[str, str] = {}
        for command in commands:
            action = QAction(command.name, window)
            keys = QKeySequence(command.shortcut)
            if not command.is_hint:
                action.setShortcut(keys)
            action.triggered.connect(command.run)
            if command.appears is not None:
                action.setVisible(False)
                command.appears.connect(partial(action.setVisible, True))
            window.addAction(action)
            self.actions[command.name] = action
            self._keys[command.name] = keys.toString(QKeySequence.SequenceFormat.NativeText)

    def entries(self) -> list[Entry]:
        """Those that can be chosen now."""
        return [
            Entry(EntryKind.COMMAND, name, name, self._keys[name])
            for name, action in self.actions.items()
            if action.isVisible()
        ]
