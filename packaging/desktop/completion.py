"""Makes the completion of shells from the parsers of the command line. Called as: completion.py OUT.

OUT gets `bash/octavo`, `zsh/_octavo` and `fish/octavo.fish`, and the same for `octavo-desk`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import shtab

from app.cli import parsers
from app.feature import terminal_commands_of
from app.feature_list import FEATURES
from app.wording import i18n

_FILES = {"bash": "{}", "zsh": "_{}", "fish": "{}.fish"}
_NAMES_OF_FILES = ("FILE", "PATH", "PATH[=SCALE]", "TARGET")
_FOLDER = "DIR"


def write(folder: Path) -> None:
    """Write all of them below `folder`, which is made if it is not there."""
    i18n.use_language(i18n.ENGLISH)
    for shell, name in _FILES.items():
        (folder / shell).mkdir(parents=True, exist_ok=True)
        for parser in (parsers.parser(terminal_commands_of(FEATURES)), parsers.window_parser()):
            _complete_files(parser)
            script = shtab.complete(parser, shell=shell)
            (folder / shell / name.format(parser.prog)).write_text(f"{script.rstrip()}\n", encoding="utf-8")


def _complete_files(parser: argparse.ArgumentParser) -> None:
    """Say which arguments are files and folders."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            parsers.drop_former(action)
            for command in action.choices.values():
                _complete_files(command)
        elif action.metavar == _FOLDER:
            _mark(action, shtab.DIRECTORY)
        elif action.metavar in _NAMES_OF_FILES or action.type is Path:
            _mark(action, shtab.FILE)


def _mark(action: Any, kind: object) -> None:
    action.complete = kind  # where shtab looks for it


if __name__ == "__main__":
    write(Path(sys.argv[1]))
