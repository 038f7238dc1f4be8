"""A locked desk: what of it is left in the memory of the window's process, as words and as pixels."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fortress.conftest import ROOT, Figure

pytestmark = pytest.mark.fortress

_CANARY, _COLOUR = "Quillibrandt", (0x12, 0xA7, 0xE3)
_RUN = 64
"""So many pixels of the colour in a row are no accident."""

_SCAN_LINES = 64
"""Qt's threads that scale pictures keep the last line of one on their stack, until they end after half a minute."""

_MAKE = """
import sys
from pathlib import Path
from tests.fortress.locking import make
print(make(Path(sys.argv[1]), sys.argv[2], tuple(map(int, sys.argv[3:6]))))
"""


def test_what_is_left_in_memory_while_the_desk_is_locked(figure: Figure, checkout: None, tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    desk, env = tmp_path / "desk", os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    made = subprocess.run(
        [sys.executable, "-c", _MAKE, str(desk), _CANARY, *map(str, _COLOUR)],
        cwd=ROOT,
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )
    red, green, blue = _COLOUR
    needles = {
        "words (UTF-8)": _CANARY.encode(),
        "words (UTF-16)": _CANARY.encode("utf-16-le"),
        "pixels (BGRA)": bytes((blue, green, red, 255)) * _RUN,
        "pixels (RGB)": bytes(_COLOUR) * _RUN,
        "key": bytes.fromhex(made.stdout.split()[-1]),
        "key (hex)": made.stdout.split()[-1].encode(),
    }
    window = subprocess.Popen(
        [sys.executable, "-m", "tests.fortress.locking", str(desk)],
        cwd=ROOT,
        env=env,
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
    before, locked, after = found
    words = "; ".join(f"{name}: {before[name]} → {locked[name]}" for name in needles)
    figure(f"in the memory of the window, open → locked: {words}")
    assert before["words (UTF-16)"] > 0, "the search finds what is there"
    assert before["pixels (BGRA)"] > 0
    assert after["words (UTF-16)"] > 0
    for name, most in (("key", 0), ("key (hex)", 0), ("pixels (RGB)", 0), ("pixels (BGRA)", _SCAN_LINES)):
        assert locked[name] <= most, name
    for name in ("words (UTF-8)", "words (UTF-16)"):
        assert locked[name] <= before[name] // 20, name


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
