"""Where the program begins: arguments make it a terminal program, none the window."""

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


if __name__ == "__main__":
    sys.exit(terminal() if len(sys.argv) > 1 else desk())
