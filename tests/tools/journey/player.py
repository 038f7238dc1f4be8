"""Plays steps: each one is done, waited for, and has its picture."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor

from tests.tools.journey import hand
from tests.tools.journey.eyes import Eyes, Pause, Seen

PATIENCE_S = 300.0
_LOOK_S = 0.15
_SETTLE_S = 0.4


class Lost(Exception):
    """Raised where something that a step needs is not on the screen."""


@dataclass(frozen=True)
class Step:
    """`title`: what a person does. `act` does it with what is on the screen, and waits for what follows. `leaves`: it
    closes the window, and takes its picture itself before that. `restarts`: the program starts again by itself then."""

    title: str
    act: Callable[[Player], None]
    leaves: bool = False
    restarts: bool = False


@dataclass(frozen=True)
class Done:
    """A step that was done, and how long the window did not answer meanwhile."""

    number: int
    title: str
    pause: Pause

    def line(self) -> str:
        return f"{self.number:2} {self.pause.wall_ms:6.0f} {self.pause.processor_ms:6.0f}  {self.title}"


class Player:
    """Not on the GUI thread."""

    def __init__(self, eyes: Eyes, pictures: Path, files: Path, *, first: int = 1) -> None:
        """`first`: the number of the first step."""
        self.eyes = eyes
        self.files = files
        self._pictures = pictures
        self._number = first - 1

    def play(self, steps: tuple[Step, ...]) -> Iterator[Done]:
        """Raises Lost, with the number of the step."""
        for step in steps:
            self._number += 1
            try:
                step.act(self)
            except Exception as error:
                self.snap("lost")
                raise Lost(f"step {self._number} ({step.title}): {error}") from error
            if step.leaves:
                yield Done(self._number, step.title, Pause(0, 0))
                return
            time.sleep(_SETTLE_S)
            pause = self.eyes.take_pause()
            self.snap(step.title)
            yield Done(self._number, step.title, pause)

    def snap(self, title: str) -> None:
        words = "-".join("".join(letter if letter.isalnum() else " " for letter in title.lower()).split())
        self.eyes.picture(self._pictures / f"{self._number:02}-{words[:60]}.png")

    # ---- what is there

    def find(self, name: str, role: str = "", *, part: bool = False, nth: int = 0) -> Seen | None:
        """Find the thing that is called so, or None; `part`: whose name, or text, has this in it."""
        found = [
            seen
            for seen in self.eyes.look()
            if (not role or seen.role == role)
            and (seen.name == name or (part and (name in seen.name or name in seen.text)))
        ]
        return found[nth] if len(found) > nth else None

    def wait(
        self,
        name: str,
        role: str = "",
        *,
        part: bool = False,
        nth: int = 0,
        usable: bool = True,
        patience_s: float = PATIENCE_S,
    ) -> Seen:
        """Wait for the thing that is called so; `usable`: until it can be used, too. Raises Lost."""
        until = time.monotonic() + patience_s
        while (found := self.find(name, role, part=part, nth=nth)) is None or (usable and not found.enabled):
            if time.monotonic() > until:
                names = sorted({f"{seen.role} {seen.name[:60]!r}" for seen in self.eyes.look()})
                raise Lost(f"nothing called {name!r} can be used here; there are: {', '.join(names)}")
            time.sleep(_LOOK_S)
        return found

    def wait_gone(self, name: str, role: str = "", *, part: bool = False, patience_s: float = PATIENCE_S) -> None:
        until = time.monotonic() + patience_s
        while self.find(name, role, part=part) is not None:
            if time.monotonic() > until:
                raise Lost(f"{name!r} is still there")
            time.sleep(_LOOK_S)

    def wait_text(self, name: str, text: str) -> None:
        """Wait until the field that is called so has this text. Raises Lost."""

        def has_it() -> bool:
            found = self.find(name, "EditableText")
            return found is not None and found.text == text

        self.wait_for(has_it, f"{name!r} does not say {text!r}")

    @staticmethod
    def wait_for(condition: Callable[[], bool], fault: str) -> None:
        """Wait until it holds. Raises Lost, with `fault`."""
        until = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > until:
                raise Lost(fault)
            time.sleep(_LOOK_S)

    def wait_painted(self, name: str, role: str) -> None:
        """Wait until this thing is not only there, but to be seen in the pixels of the screen. Raises Lost."""
        place = self.wait(name, role).place
        self.wait_for(lambda: len(self.eyes.colours(place)) > 1, f"{name!r} is not painted")

    def is_dark(self) -> bool:
        """Whether the shelf’s ground is dark."""
        shelf = self.wait("Shelf", "Client").place
        (ground,) = self.eyes.colours(QRect(shelf.x() + 2, shelf.bottom() - 8, 1, 1))
        return QColor.fromRgb(ground).lightness() < 128

    # ---- what is done

    def click(self, name: str, role: str = "", *, part: bool = False, nth: int = 0, times: int = 1) -> None:
        hand.click(self._resting(name, role, part=part, nth=nth), times=times)

    def click_right(self, name: str, role: str = "", *, part: bool = False, nth: int = 0) -> None:
        hand.click(self._resting(name, role, part=part, nth=nth), button=3)

    def _resting(self, name: str, role: str, *, part: bool, nth: int) -> QPoint:
        """The middle of this thing once it stays where it is: a window that opens is not where it is to be at once."""
        place = None
        while place != (now := self.wait(name, role, part=part, nth=nth).place):
            place = now
            time.sleep(_LOOK_S)
        return now.center()

    def scroll(self, name: str, steps: int, *, part: bool = False) -> None:
        hand.scroll(self._middle(self.wait(name, part=part)), steps)

    def drop_files(self, files: list[Path], onto: str, *, seen: Callable[[], None] = lambda: None) -> None:
        """Carry files from another window; `seen` is called while they are over the place, before they are let go."""
        target = self._middle(self.wait(onto))
        with hand.folder_window(files, QRect(1500, 60, 300, 100)) as begin:
            hand.drag(begin, target, stay_s=0.6)
            seen()
            hand.drop()
            time.sleep(1.0)

    @staticmethod
    def _middle(seen: Seen) -> QPoint:
        return seen.place.center()
