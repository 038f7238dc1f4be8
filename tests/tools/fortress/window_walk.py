"""Walks through the window as a person does by the keyboard and by the list that Ctrl+K opens, from the first start on.
Each step is waited for: by the program's log, or by the title of the window that it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeAlias

from tests.tools.fortress.window import READ, Window, is_visible
from tests.tools.journey import hand

Step: TypeAlias = Callable[[], None]

_READING_S = 3600.0
"""The starter reads the handbook, on a machine that does much else, too."""

_PAGE = """
On 3 March 2024 Ms Harriet Lowell signed the lease in Bristol. The ferry leaves at nine.
The lighthouse keeper waits until noon.
"""
_LOOKED_AT = (
    *(("Settings", "Settings"), ("Keyboard shortcuts", "Keyboard shortcuts"), ("About Octavo", "About Octavo")),
    *(("Models", "Models"), ("Saved prompts", "Saved prompts"), ("Import report", "Import report")),
    *(("Bin", "Bin"), ("Record", "Record"), ("What is kept of a person", "What is kept")),
    *(("Manage matters", "Matters"), ("Advanced model settings", "Advanced model settings")),
)
"""Commands, and the titles of what they open."""

_PANELS = ("Search everything", "Chronology", "People", "Notes and highlights", "Table", "Handbook")
_TOGGLED = (
    *("Switch between light and dark", "Show or hide the shelf", "Show or hide the page", "Thumbnails", "Zoom in"),
    *("Reset zoom", "Split view", "Larger text in conversations", "Usual text size in conversations", "Full screen"),
)
"""Done and done again."""


class WindowWalk:
    """`folder` gets the document that is handed over."""

    def __init__(self, window: Window, folder: Path) -> None:
        self._window, self._book = window, folder / "tide table.txt"

    def go(self) -> Iterator[str]:
        """The name of each step, once it is done."""
        for name, step in self._steps():
            step()
            yield name

    def _steps(self) -> Iterator[tuple[str, Step]]:
        window = self._window
        yield "first start, with the handbook", partial(window.until_logged, READ, "the handbook was not read")
        yield "a question about it", partial(window.ask, "What is Octavo?", _READING_S)
        yield "the answer kept as a note", partial(window.command, "Keep the last answer as a note")
        yield "the answer copied", partial(hand.press, "ctrl+shift+c")
        yield "the conversation renamed", partial(self._rename, "Handbook talk")
        yield "another conversation", partial(self._go, "New conversation", "New conversation")
        yield "a document handed over", self._hand_over
        yield "a question about it", partial(window.ask, "When does the ferry leave?")
        yield "the question asked again", partial(window.press_for_answer, "ctrl+r")
        yield "the conversation renamed", partial(self._rename, "Tide talk")
        yield "words found in the document", partial(self._type_after, "Find in document", "ferry")
        yield "words searched everywhere", partial(self._type_after, "Search everything", "lighthouse keeper")
        for name in _PANELS:
            yield name, partial(window.command, name)
            yield "back to the question", partial(window.command, "Go to the question")
        for name, title in _LOOKED_AT:
            yield name, partial(self._look_at, name, title)
        for name in (*_TOGGLED, *_TOGGLED):
            yield name, partial(window.command, name)
        yield "the other conversation", partial(self._go, "Handbook talk", "Handbook talk")
        yield "it deleted", partial(self._go, "Delete the conversation", "Tide talk")

    def _go(self, command: str, conversation: str) -> None:
        self._window.command(command)
        self._window.until_shown(f"{conversation} – Octavo")

    def _rename(self, title: str) -> None:
        hand.press("F2", "ctrl+a")
        hand.write(title)
        hand.press("Return")
        self._window.until_shown(f"{title} – Octavo")

    def _hand_over(self) -> None:
        self._book.write_text(_PAGE * 9)
        self._window.hand_over(self._book)
        self._window.command("Go to the question")

    def _type_after(self, command: str, words: str) -> None:
        self._window.command(command)
        hand.write(words)
        hand.press("Return")

    def _look_at(self, command: str, title: str) -> None:
        self._window.command(command)
        self._window.until_shown(title)
        hand.press("Escape")
        self._window.until(f"{title} was not closed", lambda: not is_visible(title))
