"""The processes of readers, seen from outside."""

from __future__ import annotations

from pathlib import Path

import psutil

from app.isolation.fork_server import MODE


def readers_of(module: str) -> list[psutil.Process]:
    """Return the readers below this process that run `module`, without the bubblewrap around them and the server that
    forks them."""
    lines = {each: _command_line(each) for each in psutil.Process().children(recursive=True)}
    running = {each: line for each, line in lines.items() if module in line and Path(line[0]).name != "bwrap"}
    return [each for each, line in running.items() if line[-1] != MODE or _parent(each) in running]


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def _parent(process: psutil.Process) -> psutil.Process | None:
    try:
        return process.parent()
    except psutil.NoSuchProcess:
        return None
