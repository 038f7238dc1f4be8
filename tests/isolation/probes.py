"""Ways out of a locked process, by the system calls themselves; what must come of each is that nothing does.

`DEADLY` are those that only code which has taken the process over would try: the process ends. All others are refused.
All but `IN_PYTHON` go through `perform`, so that whoever replaces it has another process make the same calls.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import socket
import threading
from collections.abc import Callable

import msgspec

from app.isolation.syscalls import known_libraries

with known_libraries():
    import pyseccomp

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long  # an address cut to an int could look like an error
_X32 = 0x4000_0000  # asm/unistd.h: the other interface of x86-64, for which a filter must be written anew
_BUFFER = ctypes.create_string_buffer(4096)
_HERE = -100  # AT_FDCWD


class Scene(msgspec.Struct, frozen=True):
    """The things that an intruder might want. `parent` is another process; `pipe` is the reading end of a pipe of its
    own; `document` is open for reading."""

    parent: int
    home: str
    secret: str
    loot: str
    document: int
    pipe: int


Probe = Callable[[Scene], object]


def call(name: str, *arguments: object) -> int:
    """A system call, whatever the C library thinks of it. Raises OSError."""
    number = _NUMBERS[name]
    if number < 0:
        raise OSError(errno.ENOSYS, name)
    return perform(number, *arguments)


def perform(number: int, *arguments: object) -> int:
    """A system call of this process, by its number. `arguments`: integers, None, and what ctypes passes as an address.
    Raises OSError."""
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result: int = _LIBC.syscall(ctypes.c_long(number), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


def _plain(name: str, *arguments: object) -> Probe:
    return lambda _scene: call(name, *arguments)


def _path(text: str) -> ctypes.c_char_p:
    return ctypes.c_char_p(text.encode())


def _of_parent(name: str, *rest: object) -> Probe:
    return lambda scene: call(name, scene.parent, *rest)


def _of_secret(name: str, *rest: object) -> Probe:
    return lambda scene: call(name, _path(scene.secret), *rest)


def _secret_from_here(name: str, *rest: object) -> Probe:
    return lambda scene: call(name, _HERE, _path(scene.secret), *rest)


def _control(command: int, argument: int | None = None) -> Probe:
    """`fcntl` on its own pipe; the parent's number where no argument is given."""
    return lambda scene: call("fcntl", scene.pipe, command, scene.parent if argument is None else argument)


def _device(request: int) -> Probe:
    def probe(scene: Scene) -> object:
        return call("ioctl", scene.pipe, request, ctypes.byref(ctypes.c_int(scene.parent)))

    return probe


def _open(flags: int, of: Callable[[Scene], str]) -> Probe:
    return lambda scene: call("openat", _HERE, _path(of(scene)), flags, 0o600)


def _of_parents(name: str, flags: int = os.O_RDONLY) -> Probe:
    """Make a probe that opens what the system shows of the parent."""
    return _open(flags, lambda scene: f"/proc/{scene.parent}/{name}")


def _start_thread(_scene: Scene) -> object:
    """In Python's words, since a bare call would go on with half a thread."""
    try:
        threading.Thread(target=lambda: None).start()
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, "") from error
    return "ran"


def _become_code(_scene: Scene) -> object:
    rights, kind = mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    address = call("mmap", 0, mmap.PAGESIZE, rights, kind, -1, 0)
    return call("mprotect", address, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_EXEC)


def _copy_out(scene: Scene) -> object:
    """Copy from the document, which may be read, into another file's place."""
    return call("copy_file_range", scene.document, None, scene.document, None, 1, 0)


_SOCKETS = {
    "tcp": (socket.AF_INET, socket.SOCK_STREAM),
    "tcp6": (socket.AF_INET6, socket.SOCK_STREAM),
    "udp": (socket.AF_INET, socket.SOCK_DGRAM),
    "udp6": (socket.AF_INET6, socket.SOCK_DGRAM),
    "unix": (socket.AF_UNIX, socket.SOCK_STREAM),
    "unix datagrams": (socket.AF_UNIX, socket.SOCK_DGRAM),
    "netlink": (socket.AF_NETLINK, socket.SOCK_RAW),
    "packets": (socket.AF_PACKET, socket.SOCK_RAW),
    "virtual machine": (socket.AF_VSOCK, socket.SOCK_STREAM),
    "bluetooth": (socket.AF_BLUETOOTH, socket.SOCK_RAW),
    "kernel crypto": (38, socket.SOCK_SEQPACKET),
}


def _network() -> dict[str, Probe]:
    sockets = {f"socket {name}": _plain("socket", *kind, 0) for name, kind in _SOCKETS.items()}
    return sockets | {
        "socketpair": _plain("socketpair", socket.AF_UNIX, socket.SOCK_STREAM, 0, _BUFFER),
        "receive files": lambda scene: call("recvmsg", scene.pipe, _BUFFER, 0),
        "send": lambda scene: call("sendto", scene.pipe, _BUFFER, 1, 0, None, 0),
        "bind": _plain("bind", 0, _BUFFER, 16),
        "accept": _plain("accept", 0, None, None),
    }


def _processes() -> dict[str, Probe]:
    return {
        "fork": _plain("fork"),
        "vfork": _plain("vfork"),
        "clone": _plain("clone", 0, 0, 0, 0, 0),
        "clone a user": _plain("clone", 0x1000_0000, 0, 0, 0, 0),
        "clone3": _plain("clone3", _BUFFER, 88),
        "thread": _start_thread,
        "kill the parent": _of_parent("kill", 0),
        "kill everybody": _plain("kill", -1, 0),
        "kill the group": _plain("kill", 0, 0),
        "kill a thread": _of_parent("tkill", 0),
        "kill the parent's thread": lambda scene: call("tgkill", scene.parent, scene.parent, 0),
        "queue a signal": _of_parent("rt_sigqueueinfo", 15, _BUFFER),
        "queue a thread's signal": lambda scene: call("rt_tgsigqueueinfo", scene.parent, scene.parent, 15, _BUFFER),
        "priority of the parent": lambda scene: call("setpriority", os.PRIO_PROCESS, scene.parent, 19),
        "priority of the user": _plain("setpriority", os.PRIO_USER, 0, 19),
        "priority of input": lambda scene: call("ioprio_set", 1, scene.parent, 0),
        "limits of the parent": _of_parent("prlimit64", 7, None, _BUFFER),
        "processors of the parent": _of_parent("sched_getaffinity", 128, _BUFFER),
        "move the parent": _of_parent("sched_setaffinity", 128, _BUFFER),
        "schedule the parent": _of_parent("sched_setscheduler", 0, _BUFFER),
        "scheduler of the parent": _of_parent("sched_getscheduler"),
        "locks of the parent": _of_parent("get_robust_list", _BUFFER, _BUFFER),
        "pages of the parent": _of_parent("move_pages", 0, None, None, None, 0),
        "group of the parent": _of_parent("setpgid", 0),
        "session": _plain("setsid"),
        "environment of the parent": _of_parents("environ"),
        "memory of the parent": _of_parents("mem"),
        "map of the parent": _of_parents("maps"),
        "files of the parent": _of_parents("fd", os.O_DIRECTORY),
        "root of the parent": _of_parents("root/etc/passwd"),
    }


def _through_the_kernel() -> dict[str, Probe]:
    """The probes that make the kernel signal others, or loosen this process."""
    return {
        "owner of a pipe": _control(fcntl.F_SETOWN),
        "owner of a pipe, again": lambda scene: call("fcntl", scene.pipe, 15, _BUFFER),
        "signal of a pipe": _control(10, 9),
        "asynchronous pipe": _control(fcntl.F_SETFL, os.O_ASYNC),
        "asynchronous device": _device(0x5452),
        "owner of a device": _device(0x8901),
        "owner of a socket": _device(0x8902),
        "type into a terminal": _device(0x5412),
        "console": _device(0x541C),
        "watch a folder": _control(1026, 1),
        "lease": lambda scene: call("fcntl", scene.document, 1024, 0),
        "lock the document": lambda scene: call("flock", scene.document, 2),
        "record lock": lambda scene: call("fcntl", scene.document, fcntl.F_SETLK, _BUFFER),
        "timer": _plain("timer_create", 1, _BUFFER, _BUFFER),
        "alarm": _plain("setitimer", 0, _BUFFER, None),
        "queue": _plain("mq_open", _path("octavo"), os.O_RDONLY, 0, None),
        "notify": _plain("mq_notify", 0, _BUFFER),
        "tracer": lambda scene: call("prctl", 0x5961_6D61, scene.parent, 0, 0, 0),
        "dumpable": _plain("prctl", 4, 1, 0, 0, 0),
        "survive the desk": _plain("prctl", 1, 0, 0, 0, 0),
        "adopt": _plain("prctl", 36, 1, 0, 0, 0),
        "own map": _plain("prctl", 35, 1, 0, 0, 0),
        "capability": _plain("prctl", 47, 2, 21, 0, 0),
        "capabilities": _plain("capset", _BUFFER, _BUFFER),
        "another filter": _plain("seccomp", 1, 0, _BUFFER),
        "another ruleset": _plain("landlock_create_ruleset", None, 0, 1),
        "root": _plain("setuid", 0),
        "group root": _plain("setgid", 0),
        "segment base": _plain("arch_prctl", 0x1002, 0),
        "run memory": _plain("mmap", 0, mmap.PAGESIZE, 7, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0),
        "memory into code": _become_code,
        "shared memory": _plain("shmget", 0, 4096, 0o1600),
        "semaphore": _plain("semget", 0, 1, 0o1600),
        "messages": _plain("msgget", 0, 0o1600),
        "memory as a file": _plain("memfd_create", _BUFFER, 0),
        "secret memory": _plain("memfd_secret", 0),
        "pipe": _plain("pipe2", _BUFFER, 0),
        "eventfd": _plain("eventfd2", 0, 0),
        "signalfd": _plain("signalfd4", -1, _BUFFER, 8, 0),
        "epoll": _plain("epoll_create1", 0),
    }


def _files() -> dict[str, Probe]:
    return {
        "list home": _open(os.O_DIRECTORY, lambda scene: scene.home),
        "read": _open(os.O_RDONLY, lambda scene: scene.secret),
        "write": _open(os.O_WRONLY, lambda scene: scene.secret),
        "create": _open(os.O_WRONLY | os.O_CREAT, lambda scene: scene.loot),
        "create in /tmp": _open(os.O_WRONLY | os.O_CREAT, lambda scene: f"/tmp/loot-{scene.parent}"),
        "create in memory": _open(os.O_WRONLY | os.O_CREAT, lambda scene: f"/dev/shm/loot-{scene.parent}"),
        "without a name": _open(os.O_RDWR | os.O_TMPFILE, lambda _scene: "/tmp"),
        "empty it": _open(os.O_RDONLY | os.O_TRUNC, lambda scene: scene.secret),
        "users": _open(os.O_RDONLY, lambda _scene: "/etc/passwd"),
        "memory of its own": _open(os.O_RDWR, lambda _scene: "/proc/self/mem"),
        "opened again": _open(os.O_RDWR, lambda scene: f"/proc/self/fd/{scene.document}"),
        "glance": _open(os.O_PATH, lambda scene: scene.secret),
        "openat2": _secret_from_here("openat2", _BUFFER, 24),
        "stat": _of_secret("stat", _BUFFER),
        "lstat": _of_secret("lstat", _BUFFER),
        "newfstatat": _secret_from_here("newfstatat", _BUFFER, 0),
        "statx": _secret_from_here("statx", 0, 0x7FF, _BUFFER),
        "statfs": _of_secret("statfs", _BUFFER),
        "access": _of_secret("access", 0),
        "faccessat": _secret_from_here("faccessat", 0),
        "faccessat2": _secret_from_here("faccessat2", 0, 0),
        "readlink": _plain("readlink", _path("/proc/self/exe"), _BUFFER, 4096),
        "extended attributes": _of_secret("listxattr", _BUFFER, 4096),
        "where": _plain("getcwd", _BUFFER, 4096),
        "go elsewhere": _plain("chdir", _path("/")),
        "truncate": _of_secret("truncate", 0),
        "truncate the document": lambda scene: call("ftruncate", scene.document, 0),
        "mode of the document": lambda scene: call("fchmod", scene.document, 0o777),
        "owner of the document": lambda scene: call("fchown", scene.document, 0, 0),
        "times of the document": lambda scene: call("utimensat", scene.document, None, None, 0),
        "room for the document": lambda scene: call("fallocate", scene.document, 0, 0, 1),
        "mark the document": lambda scene: call("fsetxattr", scene.document, _path("user.a"), _BUFFER, 1, 0),
        "copy into the document": _copy_out,
        "send a file": lambda scene: call("sendfile", scene.pipe, scene.document, None, 1),
        "splice": lambda scene: call("splice", scene.document, None, scene.pipe, None, 1, 0),
        "rename": lambda scene: call("rename", _path(scene.secret), _path(scene.loot)),
        "link": lambda scene: call("link", _path(scene.secret), _path(scene.loot)),
        "symbolic link": lambda scene: call("symlink", _path(scene.secret), _path(scene.loot)),
        "remove": _of_secret("unlink"),
        "folder": lambda scene: call("mkdir", _path(scene.loot), 0o700),
        "node": lambda scene: call("mknod", _path(scene.loot), 0o10600, 0),
        "mode": _of_secret("chmod", 0o777),
        "owner": _of_secret("chown", 0, 0),
        "watch": _plain("inotify_init1", 0),
        "watch all": _plain("fanotify_init", 0, 0),
        "messages of the kernel": _plain("openat", _HERE, _path("/dev/kmsg"), os.O_RDONLY),
    }


HARMLESS: dict[str, Probe] = _network() | _processes() | _through_the_kernel() | _files()
"""The probes that are refused, by name."""

DEADLY: dict[str, Probe] = {
    "exec": _plain("execve", _path("/bin/true"), None, None),
    "exec a file": lambda scene: call("execveat", scene.document, _path(""), None, None, 0x1000),
    "trace": lambda scene: call("ptrace", 16, scene.parent, 0, 0),
    "read the parent": _of_parent("process_vm_readv", None, 0, None, 0, 0),
    "write the parent": _of_parent("process_vm_writev", None, 0, None, 0, 0),
    "hold the parent": _of_parent("pidfd_open", 0),
    "take a file of the parent": _plain("pidfd_getfd", 0, 0, 0),
    "signal what is held": _plain("pidfd_send_signal", 0, 0, None, 0),
    "compare": lambda scene: call("kcmp", scene.parent, scene.parent, 0, 0, 0),
    "program in the kernel": _plain("bpf", 0, _BUFFER, 72),
    "counters": _plain("perf_event_open", _BUFFER, 0, -1, -1, 0),
    "faults": _plain("userfaultfd", 0),
    "rings": _plain("io_uring_setup", 1, _BUFFER),
    "add a key": _plain("add_key", _path("user"), _path("a"), _BUFFER, 1, -3),
    "ask for a key": _plain("request_key", _path("user"), _path("a"), None, -3),
    "keys": _plain("keyctl", 0, -3, 0),
    "mount": _plain("mount", None, _path("/"), None, 0, None),
    "unmount": _plain("umount2", _path("/"), 0),
    "another root": _plain("pivot_root", _path("/"), _path("/")),
    "chroot": _plain("chroot", _path("/")),
    "namespace": _plain("unshare", 0x1000_0000),
    "enter a namespace": _plain("setns", 0, 0),
    "handle of a file": _secret_from_here("name_to_handle_at", _BUFFER, _BUFFER, 0),
    "open by handle": _plain("open_by_handle_at", _HERE, _BUFFER, 0),
    "module": _plain("init_module", None, 0, None),
    "another kernel": _plain("kexec_load", 0, 0, None, 0),
    "swap": _plain("swapon", _path("/"), 0),
    "clock": _plain("clock_settime", 0, _BUFFER),
    "name of the machine": _plain("sethostname", _BUFFER, 1),
    "kernel's log": _plain("syslog", 3, _BUFFER, 16),
    "personality": _plain("personality", 0x0400_0000),
    "ports": _plain("iopl", 3),
    "descriptor table": _plain("modify_ldt", 0, _BUFFER, 16),
    "x32": lambda _scene: perform(_NUMBERS["getpid"] | _X32),
}
"""The probes that end the process, by name."""

IN_PYTHON = frozenset({"thread"})
"""The probes that are more than a call."""


def _numbers() -> dict[str, int]:
    """Return the number of every call that a probe may name, looked up before the process is locked."""
    return {name: pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) for name in _NAMES.split()}


_NAMES = """
    accept access add_key arch_prctl bind bpf capset chdir chmod chown chroot clock_settime clone clone3 copy_file_range
    epoll_create1 eventfd2 execve execveat faccessat faccessat2 fallocate fanotify_init fchmod fchown fcntl flock fork
    fsetxattr ftruncate get_robust_list getcwd getpid init_module inotify_init1 io_uring_setup ioctl iopl ioprio_set
    kcmp kexec_load keyctl kill landlock_create_ruleset link listxattr lstat memfd_create memfd_secret mkdir mknod mmap
    modify_ldt mount move_pages mprotect mq_notify mq_open msgget name_to_handle_at newfstatat open_by_handle_at openat
    openat2 perf_event_open personality pidfd_getfd pidfd_open pidfd_send_signal pipe2 pivot_root prctl prlimit64
    process_vm_readv process_vm_writev ptrace readlink recvmsg rename request_key rt_sigqueueinfo rt_tgsigqueueinfo
    sched_getaffinity sched_getscheduler sched_setaffinity sched_setscheduler seccomp semget sendfile sendto setgid
    sethostname setitimer setns setpgid setpriority setsid setuid shmget signalfd4 socket socketpair splice stat statfs
    statx swapon symlink syslog tgkill timer_create tkill truncate umount2 unlink unshare userfaultfd utimensat vfork
"""
_NUMBERS: dict[str, int] = _numbers()


def outcome(probe: Probe, scene: Scene) -> str:
    """`done: …`, or the name of the error."""
    try:
        return f"done: {probe(scene)!s:.80}"
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "?")
