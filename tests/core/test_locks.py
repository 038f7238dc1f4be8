"""Locks go with the process that holds them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app.core.machine.files import try_lock

HOLD = """
import os, sys
from app.core.machine.files import try_lock
assert try_lock(os.open(sys.argv[1], os.O_RDWR))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_is_held_by_one_and_taken_back_from_a_process_that_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT)
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline().strip() == b"held"
    assert not try_lock(descriptor)
    holder.kill()
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    assert try_lock(descriptor)
    os.close(descriptor)
