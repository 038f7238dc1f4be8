"""The system calls that are left to a process which handles untrusted bytes (seccomp, through libseccomp)."""

from __future__ import annotations

import ctypes.util
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from errno import ENOSYS, EPERM
from typing import Any

# A parser in a Python process lives on these calls once all is loaded and all threads run: memory, open files, locks,
# clocks. `_fill` has those that it may make with certain arguments only.
_ALLOWED = """
    brk madvise mremap munmap
    close close_range dup dup2 dup3 fadvise64 fstat fstatfs getdents64 lseek poll ppoll pread64 preadv pselect6
    pwrite64 read readv select write writev
    futex membarrier sched_yield getcpu
    clock_getres clock_gettime clock_nanosleep gettimeofday nanosleep time times
    restart_syscall rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn sigaltstack
    exit exit_group getegid geteuid getgid getpgrp getpid getppid getrandom getresgid getresuid getrlimit
    getrusage gettid getuid sysinfo uname
"""

# A library may try these in good faith; it gets a plain no. Who may ask about a path learns what files there are.
_REFUSED = """
    socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmmsg shutdown
    clone fork vfork creat truncate ftruncate fallocate mkdir mkdirat mknod mknodat rmdir link linkat symlink symlinkat
    unlink unlinkat rename renameat renameat2 chmod fchmod fchmodat fchmodat2 chown fchown fchownat lchown utimensat
    setxattr fsetxattr lsetxattr removexattr fremovexattr lremovexattr memfd_create sched_setscheduler
    access faccessat faccessat2 getcwd lstat readlink readlinkat stat
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid chdir fchdir umask setsid setpgid
    shmget shmat shmctl shmdt semget semop semctl msgget msgsnd msgrcv msgctl mq_open mq_unlink inotify_init1
"""

# Only code that has taken the process over would try these; the process ends.
_DEADLY = """
    execve execveat ptrace process_vm_readv process_vm_writev process_madvise pidfd_open pidfd_getfd pidfd_send_signal
    bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register add_key request_key keyctl
    mount umount2 move_mount open_tree fsopen fsmount fspick pivot_root chroot setns unshare name_to_handle_at
    open_by_handle_at init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff
    ioperm iopl acct quotactl settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname syslog
    personality modify_ldt kcmp vhangup
"""

# A fork server lives on these besides, and a fork of it until it is locked in itself.
_FORKING = """
    wait4 waitid pidfd_open kill tgkill prctl capset capget seccomp setrlimit prlimit64 setpriority sched_getaffinity
    landlock_create_ruleset landlock_add_rule landlock_restrict_self set_robust_list set_tid_address rseq
    newfstatat stat lstat readlink readlinkat access faccessat faccessat2 getcwd statx recvmsg getsockname getsockopt
    fcntl ioctl
"""

# These reach another process.
_REACHING_OUT = """
    ptrace process_vm_readv process_vm_writev process_madvise pidfd_open pidfd_getfd pidfd_send_signal tkill truncate
    io_uring_setup kcmp
"""
_OWNER_AND_SIGNAL = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: asm-generic/fcntl.h
_DEVICE_OWNERS = (0x5452, 0x8901, 0x8902)  # FIOASYNC, FIOSETOWN, SIOCSPGRP: asm-generic/ioctls.h, sockios.h

_AF_INET, _AF_INET6 = 2, 10  # linux/socket.h
_COPY_OR_ASK = (0, 1, 2, 3, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC: linux/fcntl.h
_SET_FLAGS = 4  # F_SETFL; with O_ASYNC, the kernel would send signals in the name of this process
_NEW_NAMESPACES = (0x2_0000, 0x80, *(1 << bit for bit in range(25, 31)))  # CLONE_NEW...: linux/sched.h
_PROT_EXEC = 4  # asm-generic/mman-common.h
_AT_EMPTY_PATH = 0x1000  # linux/fcntl.h
_TERMINAL_SETTINGS = 0x5401  # TCGETS, which isatty asks; FIOCLEX and FIONCLEX set close-on-exec: asm-generic/ioctls.h
_CLOSE_ON_EXEC = (0x5451, 0x5450)
_NAMING = (15, 16, 0x5356_4D41)  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA: linux/prctl.h
_SONAMES = {"c": "libc.so.6", "seccomp": "libseccomp.so.2"}


def prepare(receiver: int, *, opens: bool) -> Callable[[], bool]:
    """Make the filter ready while files can still be opened.

    `receiver` is the descriptor of the socket through which the desk hands over files, -1 for none. It is the only one
    that can be received from: nothing is opened by that, and once it is closed, nothing else can be a socket. `opens`
    says whether files may be opened for reading; which ones, Landlock or the view of the file system says.

    What is returned installs it, for this process, all its threads, for good, and says whether that worked. From then
    on no thread starts, and no memory becomes code.
    A call that no list names fails with ENOSYS, so that a C library newer than this filter falls back to an older call.
    """
    return _prepared(lambda rules: _fill(rules, receiver, opens), all_else=False)


def prepare_server() -> Callable[[], bool]:
    """Make the filter of a fork server ready, as `prepare` does a reader's. The server may fork, start threads in a
    fork, look at paths, and restrict itself further. It opens files for reading alone, where Landlock or the view of
    the file system lets it, reaches no network, and starts no program."""
    return _prepared(_fill_server, all_else=False)


def deny_internet() -> bool:
    """Deny this process and its threads internet sockets, for good; return whether that worked.

    For the engine, which needs files, threads and a GPU's driver, but never a network.
    """

    def fill(rules: _Rules) -> None:
        for family in (_AF_INET, _AF_INET6):
            rules.add(rules.refused, "socket", (0, rules.equal, family))

    return _prepared(fill, all_else=True)()


def leave_others_alone() -> bool:
    """Deny this process and its threads signals to another process and looks into one, for good, whatever Landlock
    covers; return whether that worked. For a process that needs all else: the network, threads, one folder."""
    own = os.getpid()

    def fill(rules: _Rules) -> None:
        for name in _REACHING_OUT.split():
            rules.add(rules.refused, name)
        for name in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
            rules.add(rules.refused, name, (0, rules.other, own))
        for command in _OWNER_AND_SIGNAL:
            rules.add(rules.refused, "fcntl", (1, rules.equal, command))
        for request in _DEVICE_OWNERS:
            rules.add(rules.refused, "ioctl", (1, rules.equal, request))

    return _prepared(fill, all_else=True)()


def _prepared(fill: Callable[[_Rules], None], *, all_else: bool) -> Callable[[], bool]:
    """Return a function that installs the filter that `fill` makes, and says whether that worked; `all_else` says
    whether calls that `fill` does not name are allowed."""
    try:
        with known_libraries():
            import pyseccomp
        rules = _Rules(pyseccomp, all_else)
        fill(rules)
    except (ImportError, OSError, RuntimeError, AttributeError):  # no libseccomp, or no Linux at all
        return lambda: False
    return rules.load


class _Rules:
    """A filter that is not yet in force."""

    def __init__(self, seccomp: Any, all_else: bool) -> None:
        """`seccomp` is the module pyseccomp, which has no types."""
        self._seccomp = seccomp
        self._filter = seccomp.SyscallFilter(seccomp.ALLOW if all_else else seccomp.ERRNO(ENOSYS))
        self._filter.set_attr(seccomp.Attr.CTL_TSYNC, 1)
        self._filter.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
        self.allowed, self.refused, self.deadly = seccomp.ALLOW, seccomp.ERRNO(EPERM), seccomp.KILL_PROCESS
        self.equal, self.other, self.masked = seccomp.EQ, seccomp.NE, seccomp.MASKED_EQ

    def add(self, action: int, name: str, *conditions: tuple[int, ...]) -> None:
        """Add a rule for the system call `name`. Each of `conditions` is the number of an argument, the comparison, and
        its values."""
        number = self._seccomp.resolve_syscall(self._seccomp.Arch.NATIVE, name)
        if number >= 0:  # negative: not on this processor, or unknown to this libseccomp
            self._filter.add_rule(action, number, *(self._seccomp.Arg(*condition) for condition in conditions))

    def allow_one_of(self, name: str, argument: int, values: Iterable[int]) -> None:
        for value in values:
            self.add(self.allowed, name, (argument, self.equal, value))

    def allow_without(self, name: str, argument: int, *bits: int) -> None:
        """Allow the call with none of `bits` in that argument; with any of them it is refused."""
        self.add(self.allowed, name, (argument, self.masked, sum(bits), 0))
        for bit in bits:
            self.add(self.refused, name, (argument, self.masked, bit, bit))

    def load(self) -> bool:
        """Load the filter for all threads; return whether that worked."""
        try:
            self._filter.load()
        except OSError:
            return False
        return True


def _fill(rules: _Rules, receiver: int, opens: bool) -> None:
    """Add a reader's rules: calls that take the number of a process, or do many things, go by their arguments."""
    for action, names in ((rules.allowed, _ALLOWED), (rules.refused, _REFUSED), (rules.deadly, _DEADLY)):
        for name in names.split():
            rules.add(action, name)
    own = os.getpid()
    for name, flags in (("open", 1), ("openat", 2)):
        if opens:
            rules.allow_without(name, flags, os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_PATH)
        else:
            rules.add(rules.refused, name)
    if _fstat_takes_a_path():
        rules.allow_one_of("newfstatat", 3, [_AT_EMPTY_PATH])
    else:
        rules.add(rules.refused, "newfstatat")
    if receiver < 0:
        rules.add(rules.refused, "recvmsg")
    else:
        rules.allow_one_of("recvmsg", 0, [receiver])
        rules.add(rules.refused, "recvmsg", (0, rules.other, receiver))
    for name in ("mmap", "mprotect"):
        rules.allow_without(name, 2, _PROT_EXEC)
    rules.allow_one_of("fcntl", 1, _COPY_OR_ASK)
    rules.add(rules.allowed, "fcntl", (1, rules.equal, _SET_FLAGS), (2, rules.masked, os.O_ASYNC, 0))
    rules.allow_one_of("ioctl", 1, (_TERMINAL_SETTINGS, *_CLOSE_ON_EXEC))
    rules.allow_one_of("prctl", 0, _NAMING)
    for name in ("kill", "tgkill"):  # abort() and raise() signal the process itself
        rules.allow_one_of(name, 0, [own])
        rules.add(rules.refused, name, (0, rules.other, own))
    rules.allow_one_of("sched_getaffinity", 0, (0, own))
    rules.allow_one_of("prlimit64", 0, [0])  # its own limits, which only go down
    # its own, which only goes down
    rules.add(rules.allowed, "setpriority", (0, rules.equal, os.PRIO_PROCESS), (1, rules.equal, 0))
    for argument in (0, 1):
        rules.add(rules.refused, "setpriority", (argument, rules.other, 0))


def _fill_server(rules: _Rules) -> None:
    allowed = {*_ALLOWED.split(), *_FORKING.split()}
    for name in allowed:
        rules.add(rules.allowed, name)
    for action, names in ((rules.refused, _REFUSED), (rules.deadly, _DEADLY)):
        for name in {*names.split()} - allowed - {"clone"}:
            rules.add(action, name)
    rules.allow_without("clone", 0, *_NEW_NAMESPACES)
    for name, flags in (("open", 1), ("openat", 2)):
        rules.allow_without(name, flags, os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC)
    for name in ("mmap", "mprotect"):
        rules.allow_without(name, 2, _PROT_EXEC)


def _fstat_takes_a_path() -> bool:
    """Return whether this C library asks about an open file by way of a path, the empty one: glibc 2.33 to 2.38 does.
    The filter cannot see which path it is."""
    name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    return name == "glibc" and (2, 33) <= tuple(map(int, version.split(".")[:2])) < (2, 39)


@contextmanager
def known_libraries() -> Iterator[None]:
    """Have `ctypes.util.find_library` answer from what is known, while py_landlock and pyseccomp load.

    Without this it runs ldconfig, gcc or ld: slow everywhere, and in the sandbox there are no programs.
    """
    genuine = ctypes.util.find_library
    ctypes.util.find_library = _SONAMES.get  # type: ignore[assignment]
    try:
        yield
    finally:
        ctypes.util.find_library = genuine
