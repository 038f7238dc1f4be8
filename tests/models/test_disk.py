"""The speed of a disk: measured on a file of some size, unknown where there is nothing to measure. What of a file is in
memory."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from app.models.disk import cached_share, drop_cached, measure_disk


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


def test_what_was_read_is_in_memory_until_it_is_dropped(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(os.urandom(1 << 22))
    with file.open("rb") as written:
        os.fsync(written.fileno())
    share = cached_share(file)
    if share is None:
        return  # this system does not say
    file.read_bytes()
    assert cached_share(file) == 1
    drop_cached(file)
    dropped = cached_share(file)
    assert dropped is not None
    assert dropped < 1 or _system_of(tmp_path) == "tmpfs", "on a tmpfs nothing can be dropped"
    assert cached_share(tmp_path / "missing.gguf") is None
    drop_cached(tmp_path / "missing.gguf")


def _system_of(folder: Path) -> str:
    """The kind of file system that a folder is on."""
    mounted = {Path(each.mountpoint): each.fstype for each in psutil.disk_partitions(all=True)}
    return next(mounted[each] for each in (folder, *folder.parents) if each in mounted)
