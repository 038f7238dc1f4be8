"""The text that a model writes, or a server, does not steer the terminal: on a real one it is shown; into a pipe it
goes as it is."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import screen
from tests.engine.remote.toy_server import ToyServer

COPY = "\x1b]52;c;cm0gLXJm\x07"
"""OSC 52: puts text into the clipboard of whoever looks."""

STEERING = ("\x1b[2J", COPY, "\x9b2J", "\x7f", "\u202e", "\u2066", "\u200f", "\x08", "\r!")


@pytest.fixture
def server() -> Iterator[ToyServer]:
    """Writes controls whole, and one that is cut apart."""
    made = ToyServer("vllm")
    made.answer = ["Good ", "“day”", *STEERING, COPY[:1], COPY[1:4], COPY[4:], " 日本\n\tend"]
    yield made
    made.close()


def command(tmp_path: Path, *words: str) -> list[str]:
    program = os.environ.get("OCTAVO_PROGRAM")
    start = [program] if program else [sys.executable, "-P", "-m", "app"]
    return [*start, words[0], "--data-dir", str(tmp_path / "desk"), *words[1:]]


def on_a_terminal(words: list[str]) -> tuple[int, str]:
    """Exit status, and what stdout and stderr together write onto a terminal."""
    ours, theirs = pty.openpty()
    shown: list[bytes] = []

    def read() -> None:
        while True:
            try:
                shown.append(os.read(ours, 1 << 16))
            except OSError:  # Linux's way to say that nobody has the other end any more
                return

    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        reader = threading.Thread(target=read)
        reader.start()
        code = process.wait()
        reader.join()
    os.close(ours)
    return code, b"".join(shown).decode().replace("\r\n", "\n")


def test_an_answer_does_not_steer_a_terminal(server: ToyServer, tmp_path: Path) -> None:
    code, shown = on_a_terminal(command(tmp_path, "ask", "--remote", server.address, "Hello?"))
    assert code == 0, shown
    assert "Good “day”␛[2J␛]52;c;cm0gLXJm␇" in shown
    assert "␡‹U+202E›‹U+2066›" in shown
    assert "␛]52;c;cm0gLXJm␇ 日本\n\tend" in shown, "cut apart, it is the same"
    answer = shown[shown.index("Good") : shown.index("end")]
    assert not [sign for sign in answer if sign in "\x1b\x07\x9b\x7f\u202e\u2066\u200f\x08\r"]


def test_what_is_piped_stays_as_it_is(server: ToyServer, tmp_path: Path) -> None:
    words = command(tmp_path, "ask", "--remote", server.address, "Hello?")
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert done.stdout.startswith("".join(server.answer).encode())


def test_what_a_person_typed_does_not_steer_a_terminal_either(tmp_path: Path) -> None:
    for words in (("read", f"no{COPY}file"), ("ask", f"--no{COPY}option", "?")):
        code, shown = on_a_terminal(command(tmp_path, *words))
        assert code in (2, 3)
        assert "]52;c;" in shown
        assert "\x1b" not in shown


def test_what_an_encoding_does_not_have_is_written_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoding is that of a locale of ISO 8859-1: `İ` and a ship are no reason to stop. JSON is JSON in every
    encoding."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1"))
    screen.shield()
    print("é İ 🚢")
    screen.print_json({"said": "é İ 🚢"})
    first, second = written.getvalue().splitlines()
    assert first == "é ".encode("latin-1") + rb"\u0130 \U0001f6a2"
    assert json.loads(second) == {"said": "é İ 🚢"}
