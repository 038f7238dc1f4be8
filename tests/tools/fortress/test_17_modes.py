"""Files are 0600 and folders 0700, whatever the umask: for all that the program makes, in the terminal."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program

pytestmark = pytest.mark.fortress


def test_all_that_is_made_is_private(program: Program, figure: Figure, tmp_path: Path) -> None:
    outside = tmp_path / "deep" / "er"
    desk = Program(program.command, outside / "desk")
    book = tmp_path / "book.txt"
    book.write_text("The ferry leaves at nine. It returns at noon.\n" * 40)
    home, temporary = (tmp_path / name for name in ("home", "temporary"))
    for each in (home, temporary):
        each.mkdir(mode=0o700)
    env = {"HOME": str(home), "TMPDIR": str(temporary), "XDG_RUNTIME_DIR": str(home)}
    for words in (
        ("ask", "--document", book, "When does the ferry leave?", "--max-tokens", "8"),
        ("matters", "new", "Smith"),
        ("add", tmp_path / "folder"),
        ("ask", "--document", book, "When does it return?", "--max-tokens", "8"),
        ("doctor",),
    ):
        (tmp_path / "folder").mkdir(exist_ok=True)
        (tmp_path / "folder" / "one.md").write_text("# One\n\nThe harbour is closed on Sundays.\n")
        desk.run(*words, env=env, umask=0, code=None)
    made = [tmp_path / "deep", *_below(tmp_path / "deep"), *_below(home), *_below(temporary)]
    assert (outside / "desk" / "octavo.db").exists()
    open_ones = [f"{each} {_mode(each):o}" for each in made if _mode(each) & 0o077]
    figure(f"umask 000: {len(made)} files and folders made, {len(open_ones)} that others may open")
    assert not open_ones


def _below(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        yield from (Path(where) / name for name in (*folders, *files))


def _mode(path: Path) -> int:
    """Return the mode of a file; a link has none of its own, so 0."""
    seen = path.lstat().st_mode
    return 0 if stat.S_ISLNK(seen) else stat.S_IMODE(seen)
