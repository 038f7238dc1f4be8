"""The rungs of the sandbox's ladder, had from outside: a program that is started so finds no higher one.

`python -m tests.tools.fortress.rungs COMMAND …` runs a command for which the system has no Landlock.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from app.isolation import sandbox
from app.isolation.sandbox import Step
from tests.isolation import cells
from tests.isolation.cells import Rung
from tests.tools.fortress.program import Program

_ENV = "/usr/bin/env"


def offered() -> list[Rung]:
    """From the highest; an older Landlock is not to be had from outside."""
    landlock = [cells.LANDLOCK] if sandbox.offers(Step.LANDLOCK) else []
    return [*([cells.BUBBLEWRAP] if sandbox.offers(Step.BUBBLEWRAP) else []), *landlock, cells.FILTER]


def at(rung: Rung, program: Program, empty: Path, before: tuple[str, ...] = ()) -> Program:
    """The program as this rung is its highest, with `before` before it; `empty` is a folder without programs, in which
    no bubblewrap is found."""
    first, *rest = program.command
    command = [shutil.which(first) or first, *rest]
    if rung is cells.BUBBLEWRAP:
        return replace(program, command=command, before=before)
    empty.mkdir(exist_ok=True)
    hidden = (_ENV, f"PATH={empty}")
    kernel = (sys.executable, "-m", "tests.tools.fortress.rungs") if rung is cells.FILTER else ()
    return replace(program, command=command, before=(*hidden, *kernel, *before))


def filters(pid: int) -> int:
    """How many filters of system calls a process has."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("Seccomp_filters:"):
            return int(line.split()[1])
    return 0


def main(*command: str) -> None:
    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "landlock_create_ruleset")
    rules.load()
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
