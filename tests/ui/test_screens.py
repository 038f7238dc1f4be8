"""The pictures can be taken: one of them is, by the command that takes them all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtGui import QImage

_ENVIRONMENT = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


def test_a_picture_is_taken_and_an_unknown_name_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.tools.screens", "--out", str(tmp_path), "--only"]
    taken = subprocess.run([*command, "empty-shelf"], env=_ENVIRONMENT, capture_output=True, text=True)
    assert taken.returncode == 0, taken.stderr
    assert QImage(str(tmp_path / "empty-shelf.png")).width() == 1440
    refused = subprocess.run([*command, "no-such-scene"], env=_ENVIRONMENT, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "empty-shelf" in refused.stderr
