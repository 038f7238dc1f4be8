"""Runs inside a sandbox and tries to get out; prints what became of each attempt as one JSON object."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import mmap
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from app.isolation import limits, sandbox

MEMORY_BYTES = 256 << 20
PIPE = os.pipe()


def grab_memory() -> str:
    return str(len(bytearray(2 * MEMORY_BYTES)))


def grab_shared_memory() -> str:
    return str(len(mmap.mmap(-1, 2 * MEMORY_BYTES + limits.ADDRESS_SLACK_BYTES)))


def open_socket(family: int, kind: int) -> str:
    with socket.socket(family, kind):
        return "opened"


def create_file(path: str) -> str:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    return "created"


def reopen(fd: int) -> str:
    return str(os.write(os.open(f"/proc/self/fd/{fd}", os.O_RDWR), b"loot"))


def fork() -> str:
    if os.fork() == 0:
        os._exit(0)
    os.wait()
    return "forked"


def start_thread() -> str:
    ran = threading.Event()
    try:
        threading.Thread(target=ran.set).start()
    except RuntimeError as error:  # Python's word for it
        raise PermissionError(errno.EPERM, "") from error
    return "ran" if ran.wait(10) else "did not run"


def glance(path: str) -> str:
    """A file that is only pointed at, not opened, can be asked for its size."""
    return str(os.fstat(os.open(path, os.O_PATH)).st_size)


def have_parent_signalled(fd: int) -> str:
    """The kernel signals the owner of a pipe for whoever made it the owner; before Linux 6.12 Landlock let that be."""
    fcntl.fcntl(fd, fcntl.F_SETOWN, os.getppid())
    return "owned"


def be_signalled(fd: int) -> str:
    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)
    return "asynchronous"


def run_memory() -> str:
    return str(len(mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)))


def trace_parent() -> str:
    return str(ctypes.CDLL(None).ptrace(16, os.getppid(), None, None))


def signalled(pid: int) -> str:
    os.kill(pid, 0)
    return "signalled"


def attempts(home: str, secret: str, loot: str, document: int, output: int) -> dict[str, Callable[[], str]]:
    return {
        "tcp": lambda: open_socket(socket.AF_INET, socket.SOCK_STREAM),
        "udp": lambda: open_socket(socket.AF_INET, socket.SOCK_DGRAM),
        "unix": lambda: open_socket(socket.AF_UNIX, socket.SOCK_STREAM),
        "home": lambda: ",".join(path.name for path in Path(home).iterdir()),
        "users": lambda: Path("/etc/passwd").read_text(encoding="utf-8"),
        "secret": lambda: Path(secret).read_text(encoding="utf-8"),
        "create": lambda: create_file(loot),
        "create_tmp": lambda: create_file(f"/tmp/loot-{os.getpid()}"),
        "write": lambda: str(os.write(output, b"loot")),
        "reopen": lambda: reopen(document),
        "rename": lambda: str(Path(secret).rename(loot)),
        "document": lambda: os.pread(document, 100, 0).decode(),
        "program": lambda: str(subprocess.run(["/bin/true"], check=True).returncode),
        "fork": fork,
        "signal": lambda: signalled(os.getppid()),
        "memory": grab_memory,
        "shared_memory": grab_shared_memory,
        "thread": start_thread,
        "size": lambda: str(Path(secret).stat().st_size),
        "link": lambda: str(Path("/proc/self/exe").readlink()),
        "glance": lambda: glance(secret),
        "owner": lambda: have_parent_signalled(PIPE[0]),
        "async": lambda: be_signalled(PIPE[0]),
        "code": run_memory,
        "signal_self": lambda: signalled(os.getpid()),
        "exec": lambda: str(os.execv("/bin/true", ["true"])),
        "trace": trace_parent,
    }


def outcome(attempt: Callable[[], str]) -> str:
    try:
        return f"done: {attempt()}"
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "?")
    except MemoryError:
        return "MemoryError"


if __name__ == "__main__":
    step, home, secret, loot, document, output, *names = sys.argv[1:]
    if os.getuid() == 0 and step == sandbox.Step.RLIMITS and "sealed" in names:
        os.setuid(65534)  # the limit of processes does not hold for root
    limits.confine(limits.Limits(memory_bytes=MEMORY_BYTES))
    close = sandbox.lock(sandbox.Step(step), opens_fonts="fonts" in names)
    if "sealed" in names:
        limits.seal()
    reached = close()
    every = attempts(home, secret, loot, int(document), int(output))
    print(
        json.dumps({"step": reached.value, **{name: outcome(every[name]) for name in names if name in every}}),
        flush=True,
    )
