"""Commands as nobody should type them, and ends that come from outside: one sentence, the right exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app import __main__
from app.cli import arguments
from app.core.errors import Code
from tests.cli.conftest import Octavo, answered_here
from tests.said import says
from tests.whole import needs


@pytest.mark.parametrize("words", [("ask", ""), ("ask", "What?", " \n"), ("find", "--document", "none.pdf", "  ")])
def test_a_question_without_words_is_not_asked(octavo: Octavo, tmp_path: Path, words: tuple[str, ...]) -> None:
    code, out, err = octavo(*words, "--data-dir", tmp_path)
    assert (code, out) == (2, "")
    assert says(err, Code.USAGE, detail="a question has no words")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--max-tokens", "99999999"), "--max-tokens cannot be 99999999: a whole number of at most 65,536 is needed."),
        (("--context", "-4"), "--context cannot be -4: a whole number of at least 0 is needed."),
        (("--temperature", "9"), "--temperature cannot be 9.0: a number of at most 2 is needed."),
        (("--parts", "--excerpts"), "Octavo does not understand this: --parts and --excerpts exclude each other."),
    ],
)
def test_an_option_that_cannot_be_is_named_as_it_was_typed(
    octavo: Octavo, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    code, out, err = octavo("ask", *words, "What?", "--data-dir", tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith(f"octavo: {said}")


@pytest.mark.parametrize(
    "words",
    [
        ("ask", "--document", "none.md", "--export", "nowhere/out.md", "What?"),
        pytest.param(
            ("sheet", "--document", "none.md", "--export", "nowhere/out.xlsx", "What?"), marks=needs("tables")
        ),
    ],
)
def test_a_place_that_cannot_be_written_to_is_named_before_anything_is_read(
    octavo: Octavo, tmp_path: Path, words: tuple[str, ...]
) -> None:
    code, out, err = octavo(*words, "--data-dir", tmp_path)
    assert (code, out) == (3, "")
    assert says(err, Code.EXPORT_NOT_WRITTEN)
    assert "nowhere/out." in err


def test_a_folder_is_no_place_for_an_export(octavo: Octavo, tmp_path: Path) -> None:
    (tmp_path / "out.md").mkdir()
    code, _out, err = octavo("ask", "--export", tmp_path / "out.md", "What?", "--data-dir", tmp_path / "desk")
    assert code == 3
    assert says(err, Code.EXPORT_NOT_WRITTEN, path=str(tmp_path / "out.md"))


@answered_here
def test_ctrl_c_before_anything_began(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_words: list[str], _added: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(arguments, "parse", interrupted)
    assert __main__.terminal() == 130


@pytest.mark.skipif(sys.platform == "win32", reason="a shell closes the streams")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_is_no_file_of_ours(tmp_path: Path, closed: str) -> None:
    """The next file that is opened would get its number, and whatever is printed would be written into that."""
    kept = tmp_path / "kept"
    program = (
        "import os, sys; from app.cli import screen; screen.shield()\n"
        f"file = os.open({str(kept)!r}, os.O_CREAT | os.O_WRONLY)\n"
        "print('out', flush=True); print('err', file=sys.stderr, flush=True); sys.stdin.read(); sys.exit(file < 3)"
    )
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, program], stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0
    assert kept.read_bytes() == b""


@answered_here
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a file that is always full")
def test_where_the_output_has_no_room_that_is_said(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app", "settings", "--json", "--data-dir", str(tmp_path)]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert says(done.stderr, Code.OUTPUT_FULL)
    assert "Traceback" not in done.stderr
