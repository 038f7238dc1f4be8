"""Lets a process of Octavo give up, from inside, its core dumps, memory, time, files, other processes."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from pathlib import Path

import msgspec

if sys.platform != "win32":
    import resource

READER_MEMORY_BYTES = 2 << 30
"""Memory that turning one document into pages may take. The largest text (64 MiB) needs about a quarter of it."""

READER_CPU_S = 900
"""Processor time of one reader, a backstop: a thousand-page book takes seconds, and a hang is noticed much earlier."""

ADDRESS_SLACK_BYTES = 1 << 30
"""Room for code, stacks and reservations that are never touched, on top of memory and the mapped file."""

_CPU_GRACE_S = 5
"""At its limit of processor time a process gets SIGXCPU, which names the cause; this much later SIGKILL."""

OPEN_FILES = 192
"""File descriptors of a reader: its pipes, its files (a model has up to 128), and fonts while a page is drawn."""

FIRST_TO_GO = 1000
"""oom_score_adj of a child: the highest, so that the system ends the child rather than the desk."""

# Source: linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_SIGKILL = 9

_CAPABILITY_VERSION = 0x2008_0522  # linux/capability.h: two words each of what is in force, permitted, inherited


class Limits(msgspec.Struct, frozen=True):
    """The resources that a child may take. `mapped_bytes` is the size of the file that it maps, which comes on top of
    its memory."""

    memory_bytes: int = READER_MEMORY_BYTES
    cpu_s: int = READER_CPU_S
    mapped_bytes: int = 0


def harden() -> None:
    """Forbid core dumps, and looking in from other processes of the same user; for every process of Octavo.

    Both are needed: a core dump that goes to a program (systemd-coredump, apport) ignores the size limit of 0, and
    only a process that is not dumpable leaves none. An exec resets it, so every process calls this for itself.
    Does what the system offers, and never fails.
    """
    if sys.platform != "win32":
        _lower(resource.RLIMIT_CORE, 0)
    _prctl(_PR_SET_DUMPABLE, 0)


def volunteer() -> None:
    """Let the system end this process first when memory runs out. Must come before `harden`: a process that is not
    dumpable does not own its files in /proc."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(FIRST_TO_GO), encoding="ascii")


def die_with_parent() -> None:
    """Have the kernel end this process when the thread that started it ends.

    It is the thread that counts, not the process (prctl(2)): a parent starts such a child from a thread that lives
    as long as the child should.
    """
    _prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def confine(limits: Limits) -> None:
    """Limit this process, a child that will handle untrusted bytes, first thing; for good, and for what it starts.

    `seal` takes the rest. Does what the system offers, and never fails.
    """
    volunteer()
    die_with_parent()
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    harden()
    hold(limits)
    if sys.platform != "win32":
        _lower(resource.RLIMIT_CPU, limits.cpu_s, _CPU_GRACE_S)
        _lower(resource.RLIMIT_NOFILE, OPEN_FILES)


def hold(limits: Limits) -> None:
    """Limit this process to the memory that `limits` allow, for good. Does what the system offers, and never fails.

    RLIMIT_DATA is the true limit: it counts what the process may write to, a private mapping of a file included.
    RLIMIT_AS comes second, for shared memory and for systems where RLIMIT_DATA counts less.
    """
    hold_memory(limits.memory_bytes + limits.mapped_bytes)
    if sys.platform != "win32":
        _lower(resource.RLIMIT_AS, limits.memory_bytes + limits.mapped_bytes + ADDRESS_SLACK_BYTES)


def hold_memory(memory_bytes: int) -> None:
    """Limit this process to `memory_bytes` of memory, for good. Does what the system offers, and never fails."""
    if sys.platform != "win32":
        _lower(resource.RLIMIT_DATA, memory_bytes)


def drop_capabilities() -> None:
    """Drop what root may do beyond any user, such as raising a limit again, for this thread and those that it starts,
    for good. Never fails."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            header, none = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)()
            ctypes.CDLL(None).capset(header, none)


def seal() -> None:
    """Forbid output to any file, further processes and further threads.

    Called once everything is loaded and every thread runs, before the first untrusted byte: libraries unpack data to
    temporary files while they load. The system counts all processes of the user, so any number but 0 would depend on
    what else runs. That limit does not hold for root; on Linux the filter of system calls holds for everybody.
    """
    if sys.platform != "win32":
        _lower(resource.RLIMIT_FSIZE, 0)  # Python ignores SIGXFSZ: a write fails with EFBIG
        _lower(resource.RLIMIT_NPROC, 0)


def _lower(kind: int, value: int, grace: int = 0) -> None:
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError, ValueError):
        _, ceiling = resource.getrlimit(kind)
        hard = value + grace if ceiling == resource.RLIM_INFINITY else min(value + grace, ceiling)
        resource.setrlimit(kind, (min(value, hard), hard))


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            prctl = ctypes.CDLL(None).prctl
            prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
            prctl(option, value, 0, 0, 0)
