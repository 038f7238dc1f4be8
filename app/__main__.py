"""The beginning of the program: a command makes it a terminal program, none the window.

Called by the name of the window, as by a link to the one program of a package, it is the window with arguments too.
That one program is its own children as well. Arguments are read first, and what a face needs is imported when it is
known which it is: a desk takes hundreds of modules.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import arguments, screen
from app.core.errors import AppError, Code
from app.core.machine import installation
from app.core.machine.paths import Paths, resources
from app.feature import desk_features_of, diagnoses_of, extensions_of, keeps_of, replacing_of, terminal_commands_of
from app.feature_list import FEATURES
from app.isolation import program
from app.isolation.limits import harden
from app.wording import errors, i18n

if TYPE_CHECKING:
    from app.documents.reader import DocumentReader
    from app.services.services import Services

_WINDOW = "octavo-desk"
_EXIT_USAGE = 2
_EXIT_CANCELLED = 130


def terminal() -> int:
    """Run `octavo`, the terminal face, and return its exit status."""
    try:
        return _terminal()
    except KeyboardInterrupt:  # before a command listens for it
        return _EXIT_CANCELLED


def _terminal() -> int:
    harden()
    screen.shield()
    added = terminal_commands_of(FEATURES)
    options = arguments.parse(sys.argv[1:], added)
    reader = _reader(arguments.documents(options, added))  # before the rest is imported: it takes longer than that
    from app.cli import main  # now: help and mistakes end before

    opening = partial(open_desk, reader=reader)
    return main.run(options, opening, added, keeps_of(FEATURES), diagnoses_of(FEATURES))


def _reader(documents: int) -> DocumentReader | None:
    """Return a reader that is getting ready for so many documents."""
    if not documents:
        return None
    from app.documents.reader import DocumentReader  # now: not every command needs it

    reader = DocumentReader()
    reader.expect(documents)
    return reader


def desk() -> int:
    """Run `octavo-desk`, the window, and return its exit status."""
    harden()
    screen.shield()
    i18n.use_language("")
    try:
        options = arguments.window_options(sys.argv[1:])
        if not _display():
            raise AppError(Code.NO_DISPLAY)
    except AppError as error:
        print(errors.sentence(error.problem), file=sys.stderr)
        return _EXIT_USAGE
    from app.ui.window.application import run  # now: Qt is for the window alone

    handbook = resources() / "handbook"
    extensions = extensions_of(FEATURES)
    return run(options.paths, open_desk, extensions, handbook=handbook, files=options.files, action=options.action)


def open_desk(paths: Paths, passphrase: str | None, reader: DocumentReader | None = None) -> Services:
    """Open the desk, with all features, by `bootstrap.open_desk`; the thread that opens the desk imports that."""
    from app import bootstrap  # now: the window's frame is on the screen before

    setup = bootstrap.Setup(keeps_of(FEATURES), desk_features_of(FEATURES), replacing_of(FEATURES))
    return bootstrap.open_desk(paths, setup, passphrase, reader)


def main() -> int:
    """Run the face that the name and the arguments ask for, and return its exit status."""
    if installation.root():
        if sys.argv[1:2] == [program.CHILD]:
            program.run_child(sys.argv[2:])
            return 0
        program.leave_bundle()
    window = Path(sys.argv[0]).stem == _WINDOW or arguments.names_no_command(sys.argv[1:])
    return desk() if window else terminal()


def _display() -> bool:
    """Return whether a window can be shown: always so but on a Unix without a display server."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
