"""A disk of any size: a tmpfs that only those see who are started in its mount namespace. An ordinary user has one in a
user namespace."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LARGE = 256 << 20
_LOOK_S = 0.002


class SmallDisk:
    """Mounted at `folder` for what is started behind `words`."""

    def __init__(self, folder: Path, holder: int) -> None:
        self.folder, self._holder = folder, holder
        users = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
        self.words = ("nsenter", f"--target={holder}", "--mount", *users, f"--wdns={Path(__file__).parents[3]}", "--")

    @property
    def seen(self) -> Path:
        """The folder as it is seen from outside the namespace. Only for names that nobody resolves."""
        return Path(f"/proc/{self._holder}/root{self.folder}")

    def resize(self, size: int) -> None:
        both = "none", str(self.folder)  # with one of them, mount repeats options that a user namespace does not take
        subprocess.run([*self.words, "mount", "-o", f"remount,size={size}", *both], check=True)

    @property
    def used(self) -> int:
        """Bytes."""
        now = os.statvfs(self.seen)
        return (now.f_blocks - now.f_bfree) * now.f_frsize

    def leave(self, free: int) -> None:
        """So many bytes."""
        self.resize(self.used + max(4096, free))

    def fill(self, prepared: Path | None) -> None:
        """With a copy of that folder under the name `desk`, on a large disk; without it, empty."""
        self.resize(LARGE)
        for each in self.seen.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        if prepared is not None:
            shutil.copytree(prepared, self.seen / "desk")

    def copy(self, to: Path) -> Path:
        """Copy the desk as it is now."""
        shutil.rmtree(to, ignore_errors=True)
        if (self.seen / "desk").exists():
            shutil.copytree(self.seen / "desk", to)
        return to

    @contextmanager
    def peak(self) -> Iterator[list[int]]:
        """In the end, the most that was used meanwhile."""
        most, over = [self.used], threading.Event()

        def look() -> None:
            while not over.wait(_LOOK_S):
                most[0] = max(most[0], self.used)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield most
        finally:
            over.set()
            thread.join()


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Raises OSError where this system lets nobody have one."""
    folder.mkdir()
    own = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--mount"]
    script = 'mount -t tmpfs -o mode=700 none "$0" && echo mounted && exec cat'
    with subprocess.Popen(
        [*own, "sh", "-c", script, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        try:
            if holder.stdout.readline() != "mounted\n":
                raise OSError("no tmpfs can be mounted here")
            yield SmallDisk(folder, holder.pid)
        finally:
            holder.stdin.close()
