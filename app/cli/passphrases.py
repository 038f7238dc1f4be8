"""Passphrases at the terminal: one that is set, one that opens something, and one from the first line of a file."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from app.core.errors import AppError, Code
from app.core.machine.passphrase import require_strong
from app.wording.i18n import _
from app.wording.passphrase import strength


def ask_new(prompt: str) -> str:
    """Ask at the terminal, twice, for one that is to be set. Raises AppError USAGE, PASSPHRASE_WEAK."""
    return accept(ask(prompt, again=True))


def ask(prompt: str, *, again: bool = False) -> str:
    """Ask for a passphrase at the terminal. Raises AppError USAGE if it is empty, or another one when it is asked for
    `again`."""
    given = getpass.getpass(prompt)
    if again and getpass.getpass(_("Once more: ")) != given:
        raise AppError(Code.USAGE, detail=_("the passphrases are different"))
    return _required(given)


def first_line(file: Path) -> str:
    """Return the first line of a file. Raises AppError USAGE if it is empty, FILE_UNREADABLE."""
    try:
        given = file.read_text("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise AppError(Code.FILE_UNREADABLE, path=str(file)) from error
    return _required(given)


def of_file(options: argparse.Namespace, *, new: bool = False) -> str:
    """Return the passphrase of a file that is written or read. It is taken from another file, or asked for at a
    terminal, a new one twice. Raises AppError USAGE, FILE_UNREADABLE, PASSPHRASE_WEAK."""
    if options.passphrase_file is not None:
        given = first_line(options.passphrase_file)
        return accept(given) if new else given
    if options.json or not sys.stdin.isatty():
        raise AppError(Code.USAGE, detail=_("no terminal to ask for the passphrase: use --passphrase-file"))
    prompt = _("Passphrase of the file: ")
    return ask_new(prompt) if new else ask(prompt)


def accept(passphrase: str) -> str:
    """Accept a passphrase that is to be set: says how hard it is to guess. Raises AppError USAGE, PASSPHRASE_WEAK."""
    print(strength(_required(passphrase)).words, file=sys.stderr)
    require_strong(passphrase)
    return passphrase


def _required(passphrase: str) -> str:
    if not passphrase:
        raise AppError(Code.USAGE, detail=_("the passphrase is empty"))
    return passphrase
