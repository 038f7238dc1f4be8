"""The one place through which everything that the terminal face writes onto a terminal goes: nothing steers it."""

from __future__ import annotations

import io
import json
import os
import sys
import unicodedata
from collections.abc import Iterable
from typing import Any, Literal, TextIO

import msgspec

from app.core.documents.untrusted import disarm_piece
from app.wording.units import printable


class Screen(io.TextIOBase):
    """A terminal as a text stream on which controls and what turns text around are shown, and not done.

    That holds wherever the text comes from, and however it is cut into pieces. `bare` is the stream behind it, for what
    has to move the cursor and writes nothing but words of Octavo's own.
    """

    def __init__(self, bare: TextIO) -> None:
        super().__init__()
        self.bare = bare

    def write(self, untrusted_text: str) -> int:
        self.bare.write(disarm_piece(untrusted_text))
        return len(untrusted_text)

    def flush(self) -> None:
        self.bare.flush()

    def isatty(self) -> bool:
        return self.bare.isatty()

    def fileno(self) -> int:
        return self.bare.fileno()

    def writable(self) -> bool:
        return True


def shield() -> None:
    """Make stdout and stderr a Screen if they are a terminal, and let streams that were closed lead nowhere: their
    numbers would go to the next files that are opened, and what a library prints would be written into those.

    What goes into a pipe or a file stays as it is, byte for byte: whoever reads it wants the text, and may be shown it
    by a program that knows what to do about controls. A character that the locale's encoding does not have is written
    by its number.
    """
    sys.stdin = sys.stdin or _nowhere(0, "r")
    sys.stdout = sys.stdout or _nowhere(1, "w")
    sys.stderr = sys.stderr or _nowhere(2, "w")
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
    if sys.stdout.isatty():
        sys.stdout = Screen(sys.stdout)
    if sys.stderr.isatty():
        sys.stderr = Screen(sys.stderr)


def _nowhere(number: int, mode: Literal["r", "w"]) -> TextIO:
    opened = os.open(os.devnull, os.O_RDWR)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)
    return open(number, mode, encoding="utf-8", closefd=False)


def bare(stream: TextIO | Screen) -> TextIO:
    """Return the stream itself, without its Screen."""
    return stream.bare if isinstance(stream, Screen) else stream


def print_json(value: Any) -> None:
    """Print one line, in ASCII if stdout has another encoding than UTF-8. Bytes of a file's name that are no UTF-8 are
    written as Python's json does, as lone surrogates."""
    try:
        line = msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        line = json.dumps(msgspec.to_builtins(value))
    if bare(sys.stdout).encoding.lower() not in ("utf-8", "utf8"):
        line = json.dumps(json.loads(line))
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say_told(told: Iterable[str]) -> None:
    """Print the sentences of features about the desk that was opened."""
    if words := "\n".join(told):
        print(f"octavo: {words}", file=sys.stderr)


def print_rows(rows: Iterable[tuple[str, str]], file: TextIO | None = None) -> None:
    """Print names and values in two columns, on stdout unless another `file` is given."""
    shown = list(rows)
    widest = max(width(name) for name, _value in shown)
    for name, value in shown:
        print(f"{name}{' ' * (widest - width(name))}  {printable(value)}".rstrip(), file=file)


def width(text: str) -> int:
    """Return how many columns a text takes on a terminal: Chinese and Japanese characters take two."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)
