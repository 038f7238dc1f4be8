"""Describes what a screen reader hears of a window, and the rules that hold for it, however it was heard.

Roles have the names of `QAccessible.Role`; whoever hears them otherwise translates them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

BUTTON, EDITABLE, LINK, LIST, LIST_ITEM, PROGRESS = (
    "Button",
    "EditableText",
    "Link",
    "List",
    "ListItem",
    "ProgressBar",
)
CONTROLS = {
    *(BUTTON, EDITABLE, LINK, LIST, LIST_ITEM, PROGRESS),
    *("CheckBox", "ComboBox", "PageTab", "RadioButton", "Slider", "SpinBox", "Table", "Tree"),
}
_NO_ROLES = {"Client", "NoRole", "Pane"}
"""The roles that Qt gives a widget that it does not know."""
_STACK = "LayeredPane"
_NOT_READ = {"Grip", "ScrollBar"}
"""Where these come among their neighbours tells nobody anything."""
_MARKUP = re.compile(r"</?[a-z]+[^<>]*>|&[a-z]+;|&#\w+;")


@dataclass(frozen=True)
class Place:
    """On the screen, in px."""

    left: int
    top: int
    width: int
    height: int

    def follows(self, other: Place) -> bool:
        """Whether one who reads sees this after `other`, or the order does not matter."""
        above = self.top + self.height <= other.top and _meet(self.left, self.width, other.left, other.width)
        before = self.left + self.width <= other.left and _meet(self.top, self.height, other.top, other.height)
        return not above and not before


@dataclass(frozen=True)
class Heard:
    """One thing that is shown; `value` of a progress bar. `of`: what tells things apart where they were heard."""

    role: str
    name: str
    description: str
    focusable: bool
    place: Place
    value: float | None
    of: object
    within: tuple[Heard, ...]

    def all(self) -> Iterator[Heard]:
        """This, then what is in it, in order."""
        yield self
        for inner in self.within:
            yield from inner.all()


def faults(windows: Iterable[Heard]) -> list[str]:
    """Say what is wrong with the windows, a line for each fault; none if all is as it should be."""
    return [fault for window in windows for heard in window.all() for fault in _faults(heard)]


def _faults(heard: Heard) -> Iterator[str]:
    called = f"{heard.role} “{heard.name[:60]}” ({heard.of})"
    if (heard.role in CONTROLS or heard.focusable) and not heard.name:
        yield f"{called} has no name"
    if heard.focusable and heard.role in _NO_ROLES:
        yield f"{called} can have the focus, and has no role"
    if heard.role == _STACK:
        yield f"{called} is a stack of pages, which is said as a pane without items"
    if heard.name and heard.description.startswith(f"{heard.name}  "):
        yield f"{called} says its name twice, the second time with its keys"
    if heard.role == PROGRESS and heard.value is None:
        yield f"{called} has no value"
    for text in (heard.name, heard.description):
        if _MARKUP.search(text.replace("<b>not</b>", "")):  # what a person wrote so
            yield f"{called} has markup: {text!r}"
    read = [inner for inner in heard.within if inner.role not in _NOT_READ]
    for first, second in combinations(read, 2):
        if not second.place.follows(first.place):
            yield f"{called}: {second.role} “{second.name[:60]}” is seen before {first.role} “{first.name[:60]}”"


def _meet(start: int, size: int, other: int, other_size: int) -> bool:
    return start < other + other_size and other < start + size
