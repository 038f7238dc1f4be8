"""The journey by the keyboard alone: a document is opened, asked, its page opened, and a table made of it.

After every step the focus must be on something that is seen and has a name.
"""

from __future__ import annotations

import time

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget

from tests.tools.journey import hand
from tests.tools.journey.eyes import Seen
from tests.tools.journey.player import Lost, Player, Step

_MOST_STOPS = 80
_GAP_S = 0.3
"""A screen reader has said nothing of what loses the focus sooner."""


def focused(player: Player) -> Seen:
    """What has the focus, which is seen and has a name. Raises Lost."""

    def ask() -> Seen | str:
        widget = QApplication.focusWidget()
        if widget is None or not widget.isVisible() or not _in_sight(widget):
            return f"{type(widget).__name__} {widget.accessibleName() if widget else ''}"
        found = QAccessible.queryAccessibleInterface(widget)
        child = found.focusChild()
        found = child if child is not None and child.isValid() else found
        name = found.text(QAccessible.Text.Name)
        return Seen(name, found.role().name, found.rect(), True, found.text(QAccessible.Text.Value))

    seen = player.eyes.ask(ask)
    if isinstance(seen, str) or not seen.name:
        raise Lost(f"the focus is on nothing that can be seen and has a name, but on {seen}")
    return seen


def _in_sight(widget: QWidget) -> bool:
    """Not scrolled away: a part of it is within all that it is in."""
    area, within = widget.rect(), widget
    while (parent := within.parentWidget()) is not None and not within.isWindow():
        area, within = area.translated(within.pos()) & parent.rect(), parent
    return not area.isEmpty()


def _start(player: Player) -> None:
    player.wait("What is Octavo?", "Button")
    player.wait("Add documents…", "Button")
    focused(player)


def _buttons(player: Player) -> set[str]:
    return {seen.name for seen in player.eyes.look() if seen.role == "Button" and seen.enabled and seen.place.width()}


def _tab_around(player: Player) -> None:
    """By Tab to every button, until it comes back to where it began. Raises Lost where it does not."""
    hand.press("ctrl+2")
    begun, stops = focused(player), []
    shown = _buttons(player)
    for _number in range(_MOST_STOPS):
        hand.press("Tab")
        time.sleep(_GAP_S)
        try:
            stops.append(focused(player))
        except Lost as lost:
            raise Lost(f"{lost}; before: {[stop.name for stop in stops[-3:]]}") from lost
        if stops[-1].name == begun.name and stops[-1].role == begun.role:
            break
    else:
        raise Lost(f"Tab does not come back to {begun.name}: {[stop.name for stop in stops[-10:]]}")
    names = {stop.name for stop in stops}
    shown &= _buttons(player)  # some may have come meanwhile
    if shown - names:
        raise Lost(f"Tab does not come to {sorted(shown - names)}")


def _open(player: Player) -> None:
    hand.press("ctrl+o")
    time.sleep(1.5)
    hand.write(str(player.files / "lease-2025.docx"))
    hand.press("Return")
    player.wait("Lease of a berth", part=True)
    hand.press("ctrl+2")
    focused(player)


def _ask(player: Player) -> None:
    hand.write("What is the rent?")
    hand.press("Return")
    player.wait("Search result", part=True, patience_s=600)
    focused(player)


def _follow(player: Player) -> None:
    """By Shift+Tab from the question to the page mark in the answer."""
    for _number in range(_MOST_STOPS):
        hand.press("shift+Tab")
        time.sleep(_GAP_S)
        seen = focused(player)
        if seen.role == "Link" and "p. " in seen.name:
            break
    else:
        raise Lost("no page mark can be reached")
    hand.press("Return")
    time.sleep(1)
    focused(player)


def _back(player: Player) -> None:
    hand.press("Escape", "Escape")
    hand.press("ctrl+2")
    if focused(player).role != "EditableText":
        raise Lost(f"Esc and Ctrl+2 lead to {focused(player)}")


def _table(player: Player) -> None:
    hand.press("ctrl+l")
    time.sleep(1)
    focused(player)
    hand.write("When does the lease end?")


def _ask_table(player: Player) -> None:
    for name in ("Documents", "Lease of a berth"), ("Ask 1 cell",):  # the tree, or a row of it
        for _number in range(_MOST_STOPS):
            hand.press("Tab")
            time.sleep(_GAP_S)
            if focused(player).name.startswith(name):
                break
        else:
            raise Lost(f"“{name[0]}” is not reached by keys")
        hand.press("space")
        time.sleep(_GAP_S)
    player.wait("1 of 1", part=True)
    time.sleep(1)
    hand.press("ctrl+Home")
    time.sleep(1)
    focused(player)


def _leave(player: Player) -> None:
    hand.press("Escape")
    time.sleep(0.6)
    focused(player)


STEPS = (
    Step("Start Octavo", _start),
    Step("Go once around by Tab", _tab_around),
    Step("Open a document", _open),
    Step("Ask", _ask),
    Step("Open the page of its citation", _follow),
    Step("Go back", _back),
    Step("Begin a table", _table),
    Step("Ask it", _ask_table),
    Step("Leave it", _leave),
)
