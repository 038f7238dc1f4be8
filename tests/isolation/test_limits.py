"""A process gives up rights and limits, read back from the kernel in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from app.isolation import limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

REPORT = """
import ctypes, json, resource, sys
from pathlib import Path
from app.isolation import limits
{before}
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
names = ("CORE", "DATA", "AS", "CPU", "FSIZE", "NOFILE", "NPROC")
print(json.dumps({{
    "dumpable": ctypes.CDLL(None).prctl(3, 0, 0, 0, 0),
    "no_new_privs": int(status["NoNewPrivs"]),
    "oom_score_adj": int(Path("/proc/self/oom_score_adj").read_text()),
    **{{name: resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in names}},
}}))
"""


def report(before: str) -> dict[str, int | list[int]]:
    """Return what the kernel says of a process after it ran this; its lines are not counted as covered, since a sealed
    process could write no file about them."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    command = [sys.executable, "-P", "-c", REPORT.format(before=before)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True)
    result: dict[str, int | list[int]] = json.loads(ran.stdout)
    return result


def test_a_hardened_process_leaves_no_core_and_lets_nobody_look_in() -> None:
    assert report("")["dumpable"] == 1
    after = report("limits.harden()")
    assert after["dumpable"] == 0
    assert after["CORE"] == [0, 0]


def test_a_confined_process_has_every_limit() -> None:
    after = report("limits.confine(limits.Limits(memory_bytes=1 << 30, cpu_s=7, mapped_bytes=5000))")
    assert after["dumpable"] == 0
    assert after["no_new_privs"] == 1
    assert after["oom_score_adj"] == limits.FIRST_TO_GO
    assert after["CORE"] == [0, 0]
    assert after["DATA"] == [(1 << 30) + 5000] * 2
    assert after["AS"] == [(1 << 30) + 5000 + limits.ADDRESS_SLACK_BYTES] * 2
    assert after["CPU"] == [7, 12]
    assert after["NOFILE"] == [limits.OPEN_FILES] * 2


def test_a_stricter_limit_that_was_there_before_stays() -> None:
    after = report("resource.setrlimit(resource.RLIMIT_CPU, (3, 3)); limits.confine(limits.Limits(cpu_s=700))")
    assert after["CPU"] == [3, 3]


def test_a_sealed_process_writes_no_file_and_starts_nothing() -> None:
    after = report("limits.seal()")
    assert after["NPROC"] == after["FSIZE"] == [0, 0]


def test_the_processor_limit_ends_a_loop_with_its_own_signal() -> None:
    loop = "from app.isolation import limits; limits.confine(limits.Limits(cpu_s=1))\nwhile True: pass"
    assert subprocess.run([sys.executable, "-P", "-c", loop], check=False).returncode == -signal.SIGXCPU


def test_a_child_ends_with_the_process_that_started_it() -> None:
    """The parent is killed, so nothing but the kernel can end the child; its end closes the pipe."""
    child = "from app.isolation import limits; limits.die_with_parent(); print('armed', flush=True); input()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-P', '-c', {child!r}])"
    stdin, kept = os.pipe()  # held open here: the child does not end because its input does
    with subprocess.Popen([sys.executable, "-P", "-c", parent], stdin=stdin, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"armed\n"
        process.kill()
        assert process.stdout.read() == b""
    os.close(stdin)
    os.close(kept)


def test_the_engine_cannot_open_an_internet_socket() -> None:
    """In a process of its own, since a filter is for good."""
    script = (
        "import socket\n"
        "from app.isolation.syscalls import deny_internet\n"
        "socket.socket(socket.AF_INET).close()\n"
        "assert deny_internet()\n"
        "socket.socket(socket.AF_UNIX).close()\n"
        "for family in (socket.AF_INET, socket.AF_INET6):\n"
        "    try:\n"
        "        socket.socket(family)\n"
        "    except PermissionError:\n"
        "        continue\n"
        "    raise SystemExit('a socket was opened')\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
