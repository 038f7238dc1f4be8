"""Where the program begins: a command makes it a terminal program, none the window.

Called by the name of the window, as by a link to the one program of a package, it is the window with arguments too.
That one program is its own children as well.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.core import installation
from app.isolation import program

_WINDOW = "octavo-desk"


def terminal() -> int:
    """`octavo`: the terminal face."""
    from app import bootstrap

    return bootstrap.run_terminal(sys.argv[1:])


def desk() -> int:
    """`octavo-desk`: the window."""
    from app import bootstrap

    return bootstrap.run_window(sys.argv[1:])


def main() -> int:
    """The face that the name and the arguments ask for."""
    if installation.root():
        if sys.argv[1:2] == [program.CHILD]:
            program.run_child(sys.argv[2:])
            return 0
        program.leave_bundle()
    from app.cli.arguments import names_no_command

    return desk() if Path(sys.argv[0]).stem == _WINDOW or names_no_command(sys.argv[1:]) else terminal()


if __name__ == "__main__":
    sys.exit(main())
