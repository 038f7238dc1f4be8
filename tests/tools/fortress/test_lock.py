"""A locked desk: what of it is left in the memory of the window's process, as words and as pixels."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.fortress.conftest import ROOT, Figure
from tests.tools.fortress.locking import PASSPHRASE
from tests.tools.fortress.program import Program
from tests.tools.fortress.window import LOADED, Window, opened_window
from tests.tools.journey import hand

pytestmark = pytest.mark.fortress

_CANARY, _COLOUR = "Quillibrandt", (0x12, 0xA7, 0xE3)
_RUN = 64
"""So many pixels of the colour in a row are no accident."""

_SCAN_LINES = 64
"""Qt's threads that scale pictures keep the last line of one on their stack, until they end after half a minute."""

_SHOWN_S = _CLOSED_S = 3.0
"""How long a window rests that has shown all, or put all away."""

_MAKE = """
import sys
from pathlib import Path
from tests.tools.fortress.locking import make
print(make(Path(sys.argv[1]), sys.argv[2], tuple(map(int, sys.argv[3:6]))))
"""


def test_what_is_left_in_memory_while_the_desk_is_locked(figure: Figure, checkout: None, tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    needles = _make(tmp_path / "desk")
    window = subprocess.Popen(
        [sys.executable, "-m", "tests.tools.fortress.locking", str(tmp_path / "desk")],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert window.stdout is not None
    assert window.stdin is not None
    found: list[dict[str, int]] = []
    for expected in ("open", "locked", "open"):
        line = window.stdout.readline().strip()
        assert line == expected
        found.append(_search(window.pid, needles))
        window.stdin.write("\n")
        window.stdin.flush()
    window.stdin.close()
    window.wait(60)
    window.stdout.close()
    _hold(figure, "the window", *found)


@pytest.mark.root  # nobody else reads the memory of the program
def test_what_is_left_in_memory_of_the_program(program: Program, display: dict[str, str], figure: Figure) -> None:
    needles = _make(program.data)
    found: list[dict[str, int]] = []
    with opened_window(program, display) as window:
        _unlock(window)
        found.append(_search(window.pid, needles))
        hand.press("ctrl+alt+l")
        window.until_logged("octavo.ui locked", "the desk was not locked")
        window.until("the desk was not closed", lambda: not _is_open(window))
        window.until_idle(_CLOSED_S)
        found.append(_search(window.pid, needles))
        _unlock(window)
        found.append(_search(window.pid, needles))
        assert window.quit() == 0
    _hold(figure, "the program on a display", *found)


def _unlock(window: Window) -> None:
    """Until its only conversation is shown."""
    window.until_idle()
    hand.write(PASSPHRASE)
    hand.press("Return")
    window.until_logged(LOADED, "the desk was not unlocked")
    window.until("the conversation was not shown", lambda: window.title.startswith(_CANARY))
    window.until_idle(_SHOWN_S)


def _is_open(window: Window) -> bool:
    """Whether it has a database open."""
    files = [path.readlink() for path in Path(f"/proc/{window.pid}/fd").iterdir() if path.is_symlink()]
    return window.program.data / "octavo.db" in files


def _make(desk: Path) -> dict[str, bytes]:
    """Make a desk, and return what is searched for in the memory of a window that shows it."""
    words = [sys.executable, "-c", _MAKE, str(desk), _CANARY, *map(str, _COLOUR)]
    made = subprocess.run(
        words, cwd=ROOT, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, check=True, capture_output=True, text=True
    )
    key = made.stdout.split()[-1]
    red, green, blue = _COLOUR
    return {
        "words (UTF-8)": _CANARY.encode(),
        "words (UTF-16)": _CANARY.encode("utf-16-le"),
        "pixels (BGRA)": bytes((blue, green, red, 255)) * _RUN,
        "pixels (RGB)": bytes(_COLOUR) * _RUN,
        "key": bytes.fromhex(key),
        "key (hex)": key.encode(),
    }


def _hold(figure: Figure, where: str, before: dict[str, int], locked: dict[str, int], after: dict[str, int]) -> None:
    words = "; ".join(f"{name}: {before[name]} → {locked[name]}" for name in before)
    figure(f"in the memory of {where}, open → locked: {words}")
    assert before["words (UTF-16)"] > 0, "the search finds what is there"
    assert before["pixels (BGRA)"] > 0
    assert after["words (UTF-16)"] > 0
    for name, most in (("key", 0), ("key (hex)", 0), ("pixels (RGB)", 0), ("pixels (BGRA)", _SCAN_LINES)):
        assert locked[name] <= most, f"{name}: {locked[name]}"
    for name in ("words (UTF-8)", "words (UTF-16)"):
        assert locked[name] <= before[name] // 20, f"{name}: {before[name]} → {locked[name]}"


def _search(pid: int, needles: dict[str, bytes]) -> dict[str, int]:
    """How often each is in the memory that a process can write to."""
    counts = dict.fromkeys(needles, 0)
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in maps:
            place = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if place is None:
                continue
            begin, end = (int(number, 16) for number in place.groups())
            try:
                memory.seek(begin)
                content = memory.read(end - begin)
            except OSError:
                continue
            for name, needle in needles.items():
                counts[name] += content.count(needle)
    return counts
