"""Where the program begins: arguments make it a terminal program, none the window. The frozen program is its own
children, too."""

from __future__ import annotations

import sys


def terminal() -> int:
    """`octavo`: the terminal face."""
    from app import bootstrap

    return bootstrap.run_terminal(sys.argv[1:])


def desk() -> int:
    """`octavo-desk`: the window."""
    from app import bootstrap

    return bootstrap.run_window(sys.argv[1:])


def frozen() -> int:
    """The one file of the frozen program: a child of itself if it is told so, the desk otherwise."""
    from app.isolation import program

    if sys.argv[1:2] == [program.CHILD]:
        program.run_child(sys.argv[2:])
        return 0
    program.leave_bundle()
    return terminal() if len(sys.argv) > 1 else desk()


if __name__ == "__main__":
    sys.exit(frozen() if getattr(sys, "frozen", False) else terminal() if len(sys.argv) > 1 else desk())
