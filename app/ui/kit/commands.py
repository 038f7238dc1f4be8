"""The commands of the window, each one an action with its shortcuts: the one holder of what menus, the palette and the
page of shortcuts offer. And what the palette finds, commands among it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import chain
from typing import TypeAlias

from PySide6.QtCore import QObject, SignalInstance
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.core.conversations.conversation import Citation
from app.core.documents.untrusted import disarm
from app.ui.look.icons import Symbol

_BETWEEN_KEYS = re.compile(r"(?<=.)\+(?=.)")
_MAC_SIGNS = "⌃⌥⇧⌘"


class EntryKind(StrEnum):
    COMMAND = "command"
    CONVERSATION = "conversation"
    BOOK = "book"
    IMAGE = "image"
    SAID = "said"  # in a conversation
    PASSAGE = "passage"  # of a book
    MATTER = "matter"  # or the library
    EVERYWHERE = "everywhere"  # a search that goes on from what is typed
    OTHER = "other"  # what a feature offers, under a heading of its own


@dataclass(frozen=True)
class Entry:
    """An entry of the palette.

    `key` is the id of a book, a conversation or a thing of a feature, or the name of a command; `detail` is shown on
    the right, or `keys`, one cap each. `words` find the entry too. `section` is the heading that it stands under, if
    that is not the one of its kind; a command has it only while nothing is typed.

    An image, and what was said, has the conversation's id and that of its question, as `place`. For a text that was
    found, `title` is the excerpt, and `matches` are the ranges in it. `run` does what the entry is for, if a feature
    offers it.
    """

    kind: EntryKind
    key: str
    title: str
    detail: str = ""
    place: str = ""
    section: str = ""
    symbol: Symbol | None = None
    keys: tuple[str, ...] = ()
    words: str = ""
    matches: tuple[tuple[int, int], ...] = ()
    run: Callable[[], object] | None = None


class Group(StrEnum):
    """The groups of commands."""

    DESK = "desk"
    MATTERS = "matters"
    CONVERSATION = "conversation"
    ASKING = "asking"
    PAGE = "page"
    VIEW = "view"
    MODEL = "model"
    HELP = "help"
    PROGRAM = "program"


class Anchor(StrEnum):
    """A place in a group where the commands of features stand: behind the kernel's command that has it."""

    FINDING = "finding"
    FITTING = "fitting"
    REFERENCES = "references"
    ASKING = "asking"
    EXPORTING = "exporting"
    SPLIT_VIEW = "split view"
    SETTINGS = "settings"
    OPENING = "opening"
    MANAGING = "managing"


@dataclass(frozen=True)
class MenuEntry:
    """An entry of a menu about one thing, such as a document. An entry without `run` opens a menu of its own with the
    entries `below`, and is grey while there are none. `can` returns whether there is something to do now."""

    words: str
    run: Callable[[], object] | None = None
    below: tuple[MenuEntry, ...] = ()
    can: bool = True


WordsMenu: TypeAlias = Callable[[str, Citation | None, str], Sequence[MenuEntry]]
"""Returns what features can do with words that another one shows, as `WindowFeature.words_menu` does."""


def always() -> bool:
    return True


@dataclass(frozen=True)
class Command:
    """A command of the window.

    `run` is a bound method of a QObject. `shortcuts` are none, one, or several with "; " between them, the first of
    which is shown. With `appears` there is no such command before that signal. `is_hint` means that the shortcut is
    only shown here: whoever has the focus knows what the key means there. By `words` the command is found although they
    are not in its name. `now` returns its words where they depend on the state of a thing; its name is one of them.
    `can` returns whether there is something to do now. `apart` puts a line above it in menus.
    `role` is its place in the menu of the program, on macOS. `symbol` is given if it is another one than that of its
    group, `shelf_name` if it has a button on the shelf, which is named so; `on_shelf` gives it a plus beside the tables
    there. The commands that features have for the place `anchor` come behind it.
    """

    name: str
    shortcuts: str
    run: Callable[[], object]
    appears: SignalInstance | None = None
    is_hint: bool = False
    words: str = ""
    now: Callable[[], str] | None = None
    can: Callable[[], bool] = always
    apart: bool = False
    role: QAction.MenuRole = QAction.MenuRole.NoRole
    symbol: Symbol | None = None
    shelf_name: str = ""
    on_shelf: bool = False
    anchor: Anchor | None = None

    @property
    def words_now(self) -> str:
        """The words of the command as things are now."""
        return self.name if self.now is None else self.now()


@dataclass(frozen=True)
class CommandGroup:
    """A section of the palette and of the page of shortcuts, and a menu."""

    id: Group
    name: str
    symbol: Symbol
    commands: tuple[Command, ...]

    def with_placed(self, placed: Sequence[PlacedCommands]) -> CommandGroup:
        """Return the group with the commands of features in their places."""
        mine = [each for each in placed if each.group is self.id]
        commands = [
            each
            for command in self.commands
            for each in (command, *chain(*(one.commands for one in mine if one.anchor is command.anchor)))
        ]
        return replace(self, commands=tuple(commands))


@dataclass(frozen=True)
class PlacedCommands:
    """Commands of a feature, and where they stand."""

    group: Group
    anchor: Anchor
    commands: tuple[Command, ...]


class Commands(QObject):
    """The commands of a window; `actions` has the action of each by the name of the command."""

    def __init__(self, groups: Sequence[CommandGroup], window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.groups = tuple(groups)
        self.actions: dict[str, QAction] = {}
        for group in self.groups:
            for command in group.commands:
                self.actions[command.name] = _action(command, window)

    def shown(self, group: CommandGroup) -> Iterator[Command]:
        """Return the commands of the group that there are now."""
        return (command for command in group.commands if self.actions[command.name].isVisible())

    def entries(self) -> list[Entry]:
        """Return an entry for each command that can be chosen now."""
        return [
            Entry(
                EntryKind.COMMAND,
                command.name,
                command.words_now,
                section=group.name,
                symbol=command.symbol or group.symbol,
                keys=key_caps(command),
                words=command.words,
            )
            for group in self.groups
            for command in self.shown(group)
            if command.can()
        ]

    def menu(self, group: CommandGroup, parent: QWidget | None = None) -> CommandMenu:
        return CommandMenu(group, self.actions, parent)


class CommandMenu(QMenu):
    """The commands of a group. What cannot be done is grey while the menu is open, and only then: a shortcut answers
    to what has happened since."""

    def __init__(self, group: CommandGroup, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(group.name.replace("&", "&&"), parent)
        self._commands = [(command, actions[command.name]) for command in group.commands]
        for command, action in self._commands:
            if command.apart:
                self.addSeparator()
            self.addAction(action)
        self.aboutToShow.connect(self._look)
        self.aboutToHide.connect(self._allow)

    def _look(self) -> None:
        for command, action in self._commands:
            action.setText(command.words_now)
            action.setEnabled(command.can())

    def _allow(self) -> None:
        for _command, action in self._commands:
            action.setEnabled(True)


def add_entries(menu: QMenu, entries: Iterable[MenuEntry]) -> None:
    """Put entries into a menu. Their words may be those of a document, and are shown as plain text."""
    for entry in entries:
        words = disarm(" ".join(entry.words.split())).replace("&", "&&")
        if entry.run is not None:
            menu.addAction(words, entry.run).setEnabled(entry.can)
        else:
            below = menu.addMenu(words)
            below.setEnabled(bool(entry.below))
            add_entries(below, entry.below)


def sequences(command: Command) -> list[QKeySequence]:
    return QKeySequence.listFromString(command.shortcuts) if command.shortcuts else []


def key_caps(command: Command) -> tuple[str, ...]:
    """Return the keys of a command's first shortcut as this system names them, such as ("Ctrl", "Shift", "C")."""
    given = sequences(command)
    return caps_of(given[0]) if given else ()


def caps_of(keys: QKeySequence) -> tuple[str, ...]:
    """Return the names of the keys of a shortcut, one for each cap."""
    native = keys.toString(QKeySequence.SequenceFormat.NativeText)
    signs = len(native) - len(native.lstrip(_MAC_SIGNS))
    return (*native[:signs], *_BETWEEN_KEYS.split(native[signs:])) if native else ()


def _action(command: Command, window: QWidget) -> QAction:
    action = QAction(command.name, window)
    action.setMenuRole(command.role)
    if not command.is_hint:
        action.setShortcuts(sequences(command))
    action.triggered.connect(command.run)
    if command.appears is not None:
        action.setVisible(False)
        command.appears.connect(partial(action.setVisible, True))
    window.addAction(action)
    return action
