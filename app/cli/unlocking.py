"""Asks for a document's password at the terminal."""

from __future__ import annotations

import getpass
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from app.core.errors import AppError, Code
from app.core.secret import Password
from app.wording import errors, units
from app.wording.i18n import _

MAX_TRIES = 3

Result = TypeVar("Result")


def with_password(read: Callable[[Password | None], Result], path: Path) -> Result:
    """`read` the file at `path`, with the password that the person gives where it needs one.

    Raises AppError DOCUMENT_PASSWORD_NEEDED where there is no terminal to ask at, DOCUMENT_PASSWORD_WRONG after
    MAX_TRIES, and whatever `read` and the person's Ctrl+C raise.
    """
    password: Password | None = None
    tries = 0
    while True:
        try:
            return read(password)
        except AppError as error:
            locked = error.code in (Code.DOCUMENT_PASSWORD_NEEDED, Code.DOCUMENT_PASSWORD_WRONG)
            if not locked or tries == MAX_TRIES or not _at_terminal():
                raise
            if error.code is Code.DOCUMENT_PASSWORD_WRONG:
                print(f"octavo: {errors.sentence(error.problem)}", file=sys.stderr)
        tries += 1
        password = _ask(path)


def _ask(path: Path) -> Password:
    """Without echo. Ctrl+C ends the question at once; so does the end of the input."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return Password(getpass.getpass(_("Password of “{path}”: ").format(path=units.printable(path.name))))
    except EOFError:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)


def _at_terminal() -> bool:
    """Whether a person can be asked: where there is none, `getpass` would take a line of stdin for the password."""
    if sys.platform == "win32":
        return sys.stdin.isatty()
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
