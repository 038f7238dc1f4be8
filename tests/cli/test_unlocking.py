"""Protected documents at the terminal: asked for without echo, and refused where nobody can be asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.errors import Code
from tests.documents.locksmith import lock
from tests.documents.pdf_writer import show, write_pdf
from tests.said import says

SECRET = "schlüssel"


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    path = tmp_path / "locked.pdf"
    path.write_bytes(lock(write_pdf([show("Everybody sees this line.")], title="Ledger"), user=SECRET))
    return path


def _command(locked: Path) -> list[str]:
    desk = str(locked.parent / "desk")
    return [sys.executable, "-P", "-m", "app", "read", "--json", "--text", "--data-dir", desk, str(locked)]


def _at_a_terminal(locked: Path, *answers: str) -> tuple[int, str, str]:
    """Exit code, stdout, and what a person sees at the terminal, who answers every question for a password."""
    screen, keys = os.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *_command(locked)], stdin=keys, stdout=subprocess.PIPE, stderr=keys
    )
    os.close(keys)
    shown, waiting = b"", list(answers)
    while True:
        try:
            piece = os.read(screen, 4096)
        except OSError:  # the other end was closed: the program has ended
            break
        if not piece:
            break
        shown += piece
        if waiting and shown.count("Password of “locked.pdf”: ".encode()) > len(answers) - len(waiting):
            os.write(screen, waiting.pop(0).encode() + b"\n")
    out, _nothing = process.communicate()
    os.close(screen)
    return process.returncode, out.decode(), shown.decode()


def test_without_a_terminal_it_is_refused_with_a_sentence(locked: Path) -> None:
    done = subprocess.run(_command(locked), input=f"{SECRET}\n", capture_output=True, text=True, start_new_session=True)
    assert done.returncode == 3
    assert "needs a password" in done.stderr
    assert "in a terminal" in done.stderr
    assert json.loads(done.stdout)["code"] == "document_password_needed"


def test_at_a_terminal_it_is_asked_for_until_it_fits(locked: Path) -> None:
    code, out, shown = _at_a_terminal(locked, "Schlüssel", SECRET)
    assert code == 0, shown
    assert json.loads(out)["pages"][0]["text"] == "Everybody sees this line."
    assert says(shown, Code.DOCUMENT_PASSWORD_WRONG)
    assert SECRET not in shown.casefold()


def test_after_three_wrong_ones_it_is_given_up(locked: Path) -> None:
    code, out, shown = _at_a_terminal(locked, "a", "b", "c", "d")
    assert code == 3
    assert json.loads(out)["code"] == "document_password_wrong"
    assert shown.count("Password of") == 3


def test_ctrl_c_and_the_end_of_the_input_leave_it_closed(locked: Path) -> None:
    for key in ("\x03", "\x04"):
        code, out, _shown = _at_a_terminal(locked, key)
        assert (code, out) == (130, "")
