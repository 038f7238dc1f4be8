"""A desk that is unlocked is what the display shows, whatever lay open in it and whatever was tried before."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.tools.fortress.conftest import ROOT, Figure
from tests.tools.fortress.locking import PASSPHRASE
from tests.tools.fortress.program import Program
from tests.tools.fortress.window import LOADED, Window, opened_window
from tests.tools.journey import hand

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(3600)]

_BARE, _TALK = "Bare conversation", "Leased conversation"
_MAKE = """
import sys
from pathlib import Path
from tests.tools.fortress.locking import make_open
make_open(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
"""
_SAVED_TABLE = (400, 752)
"""Where the only saved table is on the question sheet, in px of the window."""

_OPEN = 0.01
"""The share of pixels that something else changes, at least."""


def _show_nothing(window: Window) -> None:
    """The conversation without a book is open anyway."""


def _show_book(window: Window) -> None:
    window.command(_TALK)


def _show_search(window: Window) -> None:
    hand.press("ctrl+shift+f")
    window.until_idle()
    before = window.whole()
    hand.write("wharf")
    window.until_idle()
    assert _unlike(window.whole(), before) > _OPEN, "nothing is found"


def _show_table(window: Window) -> None:
    hand.press("ctrl+l")
    window.until_idle()
    sheet = window.whole()
    window.click_row(_SAVED_TABLE[1], (_SAVED_TABLE[0],))
    window.until_idle()
    assert _unlike(window.whole(), sheet) > _OPEN, "the table is not open"


def _lock_before(window: Window) -> None:
    """Locked as soon as it was unlocked."""
    _lock(window)
    _try(window, "a wrong one")
    _try(window, PASSPHRASE)


@pytest.mark.parametrize("show", [_show_nothing, _show_book, _show_search, _show_table, _lock_before])
def test_an_unlocked_desk_is_on_the_display(
    show: Callable[[Window], None],
    program: Program,
    display: dict[str, str],
    times: Callable[[int], int],
    figure: Figure,
) -> None:
    subprocess.run(
        [sys.executable, "-c", _MAKE, str(program.data), _BARE, _TALK],
        cwd=ROOT, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, check=True,
    )  # fmt: skip
    shown, count = [], times(10)
    with opened_window(program, display) as window:
        window.until_idle()
        _unlock(window)
        for _time in range(count):
            shown.append(_is_shown_again(window, show))
        assert window.quit() == 0
    what = show.__name__.strip("_")
    figure(f"unlocked after a wrong passphrase, {what}: on the display {sum(shown)} of {count} times")
    assert all(shown)


def _is_shown_again(window: Window, show: Callable[[Window], None]) -> bool:
    """Whether the desk looks again as it did before it was locked, and shows what is typed."""
    window.command(_TALK if show is _show_book else _BARE)
    before = window.whole()
    show(window)
    _lock(window)
    locked = window.whole()
    _try(window, "a wrong one")
    _unlock(window)
    again = window.whole()
    hand.write("typed")
    window.until_idle()
    typed = window.whole()
    hand.press("ctrl+a", "BackSpace")
    window.until_idle()
    return 5 * _unlike(again, before) < _unlike(again, locked) and _unlike(typed, again) > 0


def _lock(window: Window) -> None:
    hand.press("ctrl+alt+l")
    window.until_logged("octavo.ui locked", "the desk was not locked")
    window.until_idle()


def _try(window: Window, passphrase: str) -> None:
    """Until the desk is unlocked, or says that it stays locked."""
    hand.write(passphrase)
    hand.press("Return")
    window.until_idle()


def _unlock(window: Window) -> None:
    """Until the model is there as well."""
    hand.write(PASSPHRASE)
    hand.press("Return")
    window.until_logged(LOADED, "the desk was not unlocked")
    window.until_idle()


def _unlike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """The share of the pixels that differ."""
    return float((one != other).any(axis=2).mean())
