"""Tells screen readers of widgets that are painted by hand: what each of them is, and their order; and what has come
about meanwhile."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QAbstractButton, QAccessibleWidget, QWidget

_ROLE = "spoken_as"
_installed = False


def speak_as(widget: QWidget, role: QAccessible.Role) -> None:
    """Say that a widget is something that Qt cannot know: a list of messages, a link."""
    global _installed
    if not _installed:
        _installed = True
        QAccessible.installFactory(_make)
    widget.setProperty(_ROLE, role.value)
    if QAccessible.isActive():  # then Qt has asked already, and keeps what it was told
        known = QAccessible.queryAccessibleInterface(widget)
        QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(known))


def announce(widget: QWidget, words: str) -> None:
    """Have a screen reader say this at once, wherever the focus is: what a person waits for has come about here."""
    if words and QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


def speak_in_order(widgets: Iterable[QWidget]) -> None:
    """Let siblings come in this order, whenever each was made. They must not overlap: the last one is also on top."""
    for widget in widgets:
        widget.raise_()


class _Spoken(QAccessibleWidget):
    """Speaks for a widget. It can be pressed like a button, if it is one."""

    def actionNames(self) -> list[str]:
        names: list[str] = super().actionNames()
        return [_PRESS, *names] if isinstance(self.object(), QAbstractButton) else names

    def doAction(self, action_name: str) -> None:
        button = self.object()
        if action_name == _PRESS and isinstance(button, QAbstractButton):
            button.click()
        else:
            super().doAction(action_name)


_PRESS = "Press"
"""The name that Qt itself has for the action (QAccessibleActionInterface::pressAction)."""


def _make(key: str, of: QObject | None) -> _Spoken | None:  # noqa: ARG001 - the form of a factory
    if not isinstance(of, QWidget) or (role := of.property(_ROLE)) is None:
        return None
    return _Spoken(of, QAccessible.Role(role))
