"""The ladder of sandboxes for a child that handles untrusted bytes: the highest step this system offers is taken.

bubblewrap   no network, no other process, an empty file system but for Python and this program, read-only; inside
             it, all that the next step does
landlock     Landlock and a filter of system calls, by the child itself: no file is opened but Python's own, nothing
             is written, no socket, no other program
rlimits      limits of memory, time and output (`app.isolation.limits`), which every step has; systems without the rest

Landlock does not cover whether a file exists and how large it is; the filter refuses every call that would tell. Two
things remain at the second step. A reader that may open fonts can try to open any path: the error says whether it
exists. And with a C library that asks about open files by path (glibc 2.33 to 2.38), sizes and times can be asked for.

Invariants:

- A reader is closed in two moves (`lock`): Landlock before the first thread starts, since it does not cover threads
  that already run; then the filter of system calls, for all threads, once they run. From then on no thread starts, no
  memory becomes code, and no path can be asked about. Only a reader that may use the system's fonts opens files then.
  Held by: tests/isolation/test_sandbox.py::test_limits_hold_at_every_step,
  tests/isolation/test_sandbox.py::test_what_only_an_intruder_does_ends_the_child,
  tests/isolation/test_escape.py::test_every_way_out_is_shut.
- A step that cannot be reached is not claimed. Held by:
  tests/isolation/test_sandbox.py::test_a_step_that_cannot_be_reached_is_not_claimed.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path

from app.isolation import limits, program, syscalls

PROBE_LIMIT_S = 20.0
"""A bubblewrap that takes longer to run nothing is of no use; a busy machine may take seconds."""

_LIBRARIES = tuple(map(Path, ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")))
_FONTS = tuple(map(Path, ("/usr/share/fonts", "/usr/local/share/fonts")))
_LOOK_UPS = ("resolv.conf", "hosts", "host.conf", "nsswitch.conf", "gai.conf", "services", "protocols", "localtime")
_CERTIFICATES = ("ssl", "pki", "ca-certificates", "crypto-policies")
_NETWORK_NEEDS = (
    *(Path("/etc", name) for name in (*_LOOK_UPS, *_CERTIFICATES)),
    Path("/usr/share/ca-certificates"),
    Path("/run/systemd/resolve"),
)
"""The files and folders in which names and certificates are looked up."""

_WINDOWS_NEEDS = ("SYSTEMROOT", "WINDIR")


class Step(StrEnum):
    """The steps of the ladder, from the strongest to the weakest."""

    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    RLIMITS = "rlimits"


class Gap(StrEnum):
    """A thing that older versions of Landlock do not cover; _COVERED_FROM has the first version of its interface (ABI)
    that does, by the kernel's documentation, userspace-api/landlock. In a reader the filter of system calls refuses
    these, too."""

    TRUNCATE = "truncate"
    TCP = "tcp"
    DEVICES = "devices"
    ABSTRACT_SOCKETS = "abstract_sockets"
    SIGNALS = "signals"


_COVERED_FROM = {Gap.TRUNCATE: 3, Gap.TCP: 4, Gap.DEVICES: 5, Gap.ABSTRACT_SOCKETS: 6, Gap.SIGNALS: 6}


def landlock_abi() -> int:
    """Return which version of Landlock's interface this system has; 0 without Landlock."""
    if sys.platform != "linux":
        return 0
    with syscalls.known_libraries():
        try:
            from py_landlock import LandlockError
            from py_landlock.landlock_sys import get_abi_version
        except ImportError:
            return 0
        try:
            return int(get_abi_version())
        except (LandlockError, OSError):
            return 0


def gaps(abi: int) -> tuple[Gap, ...]:
    """Return the gaps that Landlock of version `abi` leaves open; none without Landlock, since then nothing relies on
    it."""
    return tuple(gap for gap, since in _COVERED_FROM.items() if 0 < abi < since)


def probe() -> Step:
    """Return the highest step that works here."""
    return next(step for step in Step if offers(step))


def has_bubblewrap() -> bool:
    """Return whether bubblewrap is installed; a system may forbid its use all the same."""
    return sys.platform == "linux" and shutil.which("bwrap") is not None


@functools.cache
def offers(step: Step) -> bool:
    """Return whether `step` works here. This is tried, once, since a system may have bubblewrap and forbid its use."""
    if step is Step.RLIMITS:
        return True
    if sys.platform != "linux" or (step is Step.BUBBLEWRAP and not has_bubblewrap()):
        return False
    argv = program.command("app.isolation.sandbox", step.value)
    try:
        tried = subprocess.run(
            wrap(argv, step),
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            timeout=PROBE_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0 and tried.stdout.decode("ascii", "replace").strip() == step.value


def environment() -> dict[str, str]:
    """Return the whole environment of a sandboxed child: nothing of the person's, and one thread per numeric library,
    since Landlock holds only for the thread that calls it and for those that it starts later."""
    variables = {
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    if path := program.python_path():
        variables["PYTHONPATH"] = path
    variables |= {name: os.environ[name] for name in _WINDOWS_NEEDS if name in os.environ}
    return variables


def wrap(argv: Sequence[str], step: Step, readable: Sequence[Path] = ()) -> list[str]:
    """Return the command line that starts `argv` at `step`; `readable` names more folders that it may see.

    It must be started in a session of its own: that keeps it from the person's terminal, and makes one process group
    of all that bubblewrap starts. Only killing the group is sure to end all of it: in its first milliseconds the
    process inside does not yet end with bubblewrap. Later it does, and bubblewrap ends with the thread that started
    it (`limits.die_with_parent`). A signal that ended the child becomes exit status 128 + signal, as in a shell.
    """
    if step is not Step.BUBBLEWRAP:
        return list(argv)
    view = [word for path in _visible(readable) for word in ("--ro-bind", str(path), str(path))]
    variables = [word for name, value in environment().items() for word in ("--setenv", name, value)]
    return [
        shutil.which("bwrap") or "bwrap",
        *("--unshare-all", "--die-with-parent", "--cap-drop", "ALL"),
        *("--clearenv", *variables),
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", "--tmpfs", "/tmp"),  # noqa: S108
        *view,  # after /tmp, where a checkout may be
        *("--remount-ro", "/"),
        *("--chdir", "/", "--", *argv),
    ]


def lock(step: Step, receiver: int = -1, *, opens_fonts: bool = False) -> Callable[[], Step]:
    """Close the sandbox around this process, from inside, in two moves: this one, once everything was imported and
    before the first thread starts, since Landlock holds for the thread that calls it and those that it starts; and what
    is returned, once every thread runs, before the first untrusted byte. That gives the step that is really in force.

    RLIMITS takes root's capabilities and locks nothing. Any other step locks all that this system offers. `receiver` is
    the descriptor of the one socket through which files may still come (`handover.FileReceiver`). `opens_fonts` says
    whether the system's fonts may be opened afterwards, as pages are drawn in them; else no file at all.
    """
    limits.drop_capabilities()
    if step is Step.RLIMITS:
        return lambda: Step.RLIMITS
    wrapped = step is Step.BUBBLEWRAP and _inside_bubblewrap()
    restrict_calls = syscalls.prepare(receiver, opens=opens_fonts)
    no_files = _restrict_files()

    def finish() -> Step:
        few_calls = restrict_calls()
        if wrapped:
            return Step.BUBBLEWRAP
        return Step.LANDLOCK if no_files and few_calls else Step.RLIMITS

    return finish


def lock_server(step: Step) -> bool:
    """Close the sandbox around a fork server (`isolation.fork_server`), from inside, once everything was imported: as
    `lock` does, but for the calls by which it forks and a fork locks itself in. Return whether its filter of system
    calls is in force; without that it may not fork."""
    if step is Step.RLIMITS:
        return False
    limits.drop_capabilities()
    _inside_bubblewrap()  # a fork can no longer look
    restrict_calls = syscalls.prepare_server()
    _restrict_files()
    return restrict_calls()


@functools.cache
def _inside_bubblewrap() -> bool:
    try:
        return Path("/proc/1/comm").read_text(encoding="ascii") == "bwrap\n"
    except OSError:
        return False


def _restrict_files() -> bool:
    """Restrict this process by Landlock, so that it may still open Python's own library, whose codecs load when a text
    needs them, the system's fonts, for pages drawn in fonts that the document does not bring along, and /dev/null.
    Return whether this is in force."""
    if sys.platform != "linux":
        return False
    with syscalls.known_libraries():
        try:
            from py_landlock import AccessFs, Landlock, LandlockError
        except ImportError:
            return False
        try:
            rules = Landlock(strict=False)
            rules.allow_read(*(path for path in (*program.standard_library(), *_FONTS) if path.is_dir()))
            rules.add_path_rule(os.devnull, access=AccessFs.READ_FILE)
            rules.apply()
        except (LandlockError, OSError):
            return False
    return True


def lock_to_network(writable: Path | None, readable: Sequence[Path] = ()) -> bool:
    """Restrict a process that speaks with the network by Landlock, from inside, before it starts a thread. It can read
    Python, libraries, and what names and certificates are looked up in; it can write beneath `writable` alone, and
    start no program, and signal no other. It sees none of the person's files. Return whether this is in force; without
    Landlock it is not."""
    if sys.platform != "linux":
        return False
    with syscalls.known_libraries():
        try:
            from py_landlock import AccessFs, Landlock, LandlockError, Scope
        except ImportError:
            return False
        given = (*_LIBRARIES, *program.own_files(), *_NETWORK_NEEDS, *readable)
        try:
            rules = Landlock(strict=False)
            for path in given:
                if path.exists():
                    read = AccessFs.READ_FILE | (AccessFs.READ_DIR if path.is_dir() else AccessFs(0))
                    rules.add_path_rule(path, access=read)
            rules.add_path_rule(os.devnull, access=AccessFs.READ_FILE | AccessFs.WRITE_FILE)
            if writable is not None:
                rules.allow_read_write(writable)
            rules.allow_all_network().allow_scope(Scope.ABSTRACT_UNIX_SOCKET)
            rules.apply()
        except (LandlockError, OSError):
            return False
    syscalls.leave_others_alone()
    return True


def _visible(readable: Sequence[Path]) -> list[Path]:
    """Return the paths that bubblewrap shows, outermost only: Python, its libraries, this package, the system's
    libraries."""
    wanted = [*_LIBRARIES, *_FONTS, *program.own_files(), *program.interpreter(), *readable]
    paths = {path for given in wanted for path in (given.absolute(), given.resolve()) if path.exists()}
    return sorted(path for path in paths if not any(parent in paths for parent in path.parents))


if __name__ == "__main__":
    print(lock(Step(sys.argv[1]))().value)
