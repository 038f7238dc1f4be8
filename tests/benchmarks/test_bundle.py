"""The frozen program, as `packaging/dev build` left it: how soon its window opens, and what takes room in it."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

_BUNDLE = Path(__file__).parents[2] / "build/package/octavo"
_TIMEOUT_S = 60.0
_ROUNDS = 7
_MOST_TIMES_AN_EMPTY_WINDOW = 8.0
_OPENED = re.compile(r"the window was open (\d+\.\d+) s")
_EMPTY = """
import time, psutil
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
def tell():
    print(time.time() - psutil.Process().create_time())
    application.quit()
application = QApplication([])
window = QWidget()
window.resize(1440, 900)
window.show()
QTimer.singleShot(0, tell)
application.exec()
"""

pytestmark = pytest.mark.skipif(not (_BUNDLE / "octavo").exists(), reason="packaging/dev build was not run")


def test_the_window_opens_soon(tmp_path: Path) -> None:
    ours, empty = [], []
    for number in range(_ROUNDS + 1):
        opened, nothing = _open_window(tmp_path / "desk"), _open_empty_window()
        if number:  # the first start makes the desk, and brings the files into memory
            ours.append(opened)
            empty.append(nothing)
    ratio = statistics.median(ours) / statistics.median(empty)
    print(
        f"\nthe window was open after {statistics.median(ours):.2f} s, an empty one of PySide6 after"
        f" {statistics.median(empty):.2f} s: {ratio:.1f} times"
    )
    assert ratio <= _MOST_TIMES_AN_EMPTY_WINDOW


def test_what_takes_room() -> None:
    sizes: dict[str, int] = {}
    for path in _BUNDLE.rglob("*"):
        if path.is_file() and not path.is_symlink():
            part = path.relative_to(_BUNDLE).parts
            name = part[1] if part[0] == "_internal" and len(part) > 1 else part[0]
            name = name.partition(".libs")[0] if name.endswith(".libs") else name
            sizes[name] = sizes.get(name, 0) + path.stat().st_size
    print(f"\ninstalled: {sum(sizes.values()) / 1e6:.0f} MB; most of it:")
    for name, size in sorted(sizes.items(), key=lambda entry: -entry[1])[:5]:
        print(f"  {name:<24} {size / 1e6:5.0f} MB")


def _open_window(folder: Path) -> float:
    """Seconds from its start, as its log says."""
    log = folder / "logs" / "octavo.log"
    log.unlink(missing_ok=True)
    program = subprocess.Popen(
        [str(_BUNDLE / "octavo-desk"), "--data-dir", str(folder)],
        executable=_BUNDLE / "octavo",
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + _TIMEOUT_S
        while time.monotonic() < end:
            found = _OPENED.search(log.read_text(encoding="utf-8")) if log.exists() else None
            if found:
                return float(found[1])
            time.sleep(0.05)
        raise TimeoutError("the window did not open")
    finally:
        program.terminate()
        program.wait()


def _open_empty_window() -> float:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    told = subprocess.run([sys.executable, "-c", _EMPTY], env=environment, capture_output=True, text=True, check=True)
    return float(told.stdout)
