"""Odd names, locales, searches and environments: each is a sentence or a success, never a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Done, Program

pytestmark = pytest.mark.fortress

_LOCALES = {"ja_JP": "UTF-8", "tr_TR": "UTF-8", "de_DE": "ISO-8859-1", "ar_EG": "UTF-8"}
_NAMES = (
    "a\nb",
    " lead and trail ",
    "‮txt.exe",
    "日本語",
    "emoji 👩‍🚀",
    "-rf",
    "--help",
    "'; DROP TABLE books; --",
    "%s%n",
    "a" * 240,
)
_SEARCHES = (
    '"',
    '""',
    '" OR "',
    "a OR b",
    "a AND",
    "NOT",
    "NEAR(a b)",
    "a*",
    "*",
    "^a",
    "words:a",
    "{words}:a",
    "a + b",
    "(",
    ")",
    "((((",
    "'",
    "';--",
    "-",
    "--",
    "- -",
    "a -",
    "\\",
    "%",
    "_",
    "kind:",
    "kind:zip",
    "page:flagged",
    "after:9999",
    "after:x",
    "in:",
    "\u202e",
    "a" * 20_000,
    "a " * 3000,
    '"' * 999,
    'ferry"; DROP TABLE passage_words; --',
    "person:'x'",
    "folder:../..",
    "\x1b[2J",
    "é\u0301",
    "\U0001f6a2",
    "MATCH",
    "rank",
    "ferry NEAR/2 noon",
    "col:ferry",
    "<script>",
    "ferry\tnoon",
    "ferry\nnoon",
    "before:2024-13",
    "after:-1",
    "ﬁ",
    "İstanbul",
)


def _is_sound(done: Done) -> bool:
    return done.code >= 0 and "Traceback" not in done.err and (done.code == 0 or "octavo: " in done.err)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.txt"
    path.write_text("The ferry leaves at nine. It returns at noon, says İstanbul.\n" * 30)
    return path


def test_searches(program: Program, figure: Figure, book: Path) -> None:
    program.run("find", "--document", book, "ferry")
    unsound = [
        f"{text[:20]!r}: {done.code} {done.err[-200:]}"
        for text in _SEARCHES
        if not _is_sound(done := program.run("find", "--", text, code=None))
    ]
    again = program.run("find", "ferry")
    figure(
        f"{len(_SEARCHES)} searches with operators, quotes, control characters: {len(unsound)} not a result or sentence"
    )
    assert not unsound
    assert "ferry" in again.out, "the index is as it was"


def test_names_of_files_and_folders(program: Program, figure: Figure, tmp_path: Path, book: Path) -> None:
    unsound = []
    for number, name in enumerate(_NAMES):
        folder = tmp_path / str(number) / name
        folder.mkdir(parents=True)
        path = folder / f"{name[:200]}.txt"
        shutil.copyfile(book, path)
        done = Program(program.command, folder / "desk").run("find", "--document", path, "ferry", code=None)
        unsound += [f"{name!r}: {done.code} {done.err[-200:]}"] if done.code or not _is_sound(done) else []
        unsound += [f"{name!r}: ESC or override printed"] if "\u202e" in done.out + done.err else []
    raw = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.txt")
    shutil.copyfile(book, raw)
    done = program.run("find", "--document", raw, "ferry", code=None)
    unsound += [f"not UTF-8: {done.err[-200:]}"] if not _is_sound(done) else []
    figure(f"{len(_NAMES) + 1} odd names of files, folders and desks: {len(unsound)} not a result or a sentence")
    assert not unsound


def test_locales(program: Program, figure: Figure, tmp_path: Path, book: Path) -> None:
    """The locales are of this machine, or made here: a machine seldom has them."""
    if shutil.which("localedef") is None:
        pytest.skip("localedef is not installed")
    made = []
    unsound = []
    for name, charmap in _LOCALES.items():
        words = ["localedef", "-i", name, "-f", charmap, str(tmp_path / "locales" / f"{name}.{charmap}")]
        (tmp_path / "locales").mkdir(exist_ok=True)
        if subprocess.run(words, capture_output=True, check=False).returncode > 1:
            continue
        made.append(name)
        env = {"LC_ALL": f"{name}.{charmap}", "LANG": f"{name}.{charmap}", "LOCPATH": str(tmp_path / "locales")}
        for command in (("doctor",), ("find", "--document", book, "İSTANBUL"), ("settings",)):
            done = program.run(*command, env=env, code=None)
            unsound += [f"{name} {command[0]}: {done.code} {done.err[-200:]}"] if done.code else []
    for name in ("C", "POSIX", "xx_XX.nothing"):
        done = program.run("doctor", env={"LC_ALL": name}, code=None)
        unsound += [f"{name}: {done.err[-200:]}"] if done.code else []
    figure(f"locales {', '.join(made) or 'none could be made'}, and C, POSIX, one that is none: {len(unsound)} failed")
    assert not unsound


def test_without_a_home_or_anything(program: Program, figure: Figure, tmp_path: Path, book: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "OCTAVO_NO_KEYRING": "1"}
    unsound = []
    cases = {
        "no HOME": bare,
        "HOME that is not there": {**bare, "HOME": str(tmp_path / "none")},
        "HOME empty": {**bare, "HOME": ""},
        "TMPDIR that is not there": {**bare, "HOME": str(tmp_path), "TMPDIR": str(tmp_path / "none")},
        "XDG_RUNTIME_DIR that is not there": {**bare, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "none")},
    }
    for name, env in cases.items():
        words = program.words("find", "--document", book, "ferry")
        done = subprocess.run(words, env=env, cwd=program.cwd, capture_output=True, text=True, check=False)
        unsound += [f"{name}: {done.stderr[-200:]}"] if done.returncode else []
    figure(f"{len(cases)} environments without HOME, TMPDIR, XDG_RUNTIME_DIR: {len(unsound)} failed")
    assert not unsound
