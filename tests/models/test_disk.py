"""The speed of a disk: measured on a file of some size, unknown where there is nothing to measure."""

from __future__ import annotations

import os
from pathlib import Path

from app.models.disk import measure_disk


def test_a_file_of_some_size_is_measured(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(os.urandom(1 << 20) * 65)
    try:
        os.close(os.open(file, os.O_RDONLY | os.O_DIRECT))
        direct = True
    except (OSError, AttributeError):
        direct = False
    assert (measure_disk(file) > 0) == direct


def test_without_enough_to_read_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "small.gguf").write_bytes(b"GGUF" * 1000)
    assert measure_disk(tmp_path / "small.gguf") == 0
    assert measure_disk(tmp_path / "missing.gguf") == 0
    assert measure_disk(tmp_path) == 0
