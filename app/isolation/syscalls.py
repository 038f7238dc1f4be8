"""The system calls that are left to a process which handles untrusted bytes (seccomp, through libseccomp)."""

from __future__ import annotations

import ctypes.util
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import ENOSYS, EPERM
from typing import Any

# What a parser in a Python process lives on: memory, files that are open already, opening to read, locks, clocks.
_ALLOWED = """
    brk madvise mincore mmap mprotect mremap munmap
    close close_range dup dup2 dup3 fadvise64 fcntl fstat fstatfs getdents64 lseek poll ppoll pread64 preadv pselect6
    pwrite64 read readv select write writev
    access faccessat faccessat2 getcwd lstat newfstatat readlink readlinkat stat statx
    futex get_robust_list membarrier rseq sched_getaffinity sched_yield set_robust_list set_tid_address getcpu
    clock_getres clock_gettime clock_nanosleep gettimeofday nanosleep time times
    restart_syscall rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn sigaltstack
    arch_prctl exit exit_group getegid geteuid getgid getpgrp getpid getppid getrandom getresgid getresuid getrlimit
    getrusage gettid getuid sched_getparam sched_getscheduler sysinfo uname
"""

# What a library may try in good faith; it gets a plain no.
_REFUSED = """
    socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmmsg shutdown
    fork vfork creat truncate ftruncate fallocate mkdir mkdirat mknod mknodat rmdir link linkat symlink symlinkat
    unlink unlinkat rename renameat renameat2 chmod fchmod fchmodat fchmodat2 chown fchown fchownat lchown utimensat
    setxattr fsetxattr lsetxattr removexattr fremovexattr lremovexattr memfd_create sched_setscheduler
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid chdir fchdir umask setsid setpgid
    shmget shmat shmctl shmdt semget semop semctl msgget msgsnd msgrcv msgctl mq_open mq_unlink inotify_init1
"""

# What only code that has taken the process over would try; the process ends.
_DEADLY = """
    execve execveat ptrace process_vm_readv process_vm_writev process_madvise pidfd_open pidfd_getfd pidfd_send_signal
    bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register add_key request_key keyctl
    mount umount2 move_mount open_tree fsopen fsmount fspick pivot_root chroot setns unshare name_to_handle_at
    open_by_handle_at init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff
    ioperm iopl acct quotactl settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname syslog
    personality modify_ldt kcmp vhangup
"""

_AF_INET, _AF_INET6 = 2, 10  # linux/socket.h
_CLONE_THREAD = 0x0001_0000  # linux/sched.h
_TERMINAL_SETTINGS = 0x5401  # TCGETS, which isatty asks; FIOCLEX and FIONCLEX set close-on-exec: asm-generic/ioctls.h
_CLOSE_ON_EXEC = (0x5451, 0x5450)
_NAMING = (15, 16, 0x5356_4D41)  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA: linux/prctl.h
_SONAMES = {"c": "libc.so.6", "seccomp": "libseccomp.so.2"}


def prepare(receiver: int) -> Callable[[], bool]:
    """Make the filter ready while files can still be opened.

    `receiver` is the descriptor of the socket through which the desk hands over files, -1 for none. It is the only one
    that can be received from: nothing is opened by that, and once it is closed, nothing else can be a socket.

    What is returned installs it, for this process, all its threads, for good, and says whether that worked.
    A call that no list names fails with ENOSYS, so that a C library newer than this filter falls back to an older
    call. Opening is left to Landlock or to the view of the file system; opening to write is refused here.
    """
    try:
        with known_libraries():
            import pyseccomp
        rules = _filter(pyseccomp, receiver)
    except (ImportError, OSError, RuntimeError, AttributeError):  # no libseccomp, or no Linux at all
        return lambda: False
    return lambda: _load(rules)


def deny_internet() -> bool:
    """No internet socket for this process and its threads, for good; says whether that worked.

    For the engine, which needs files, threads and a GPU's driver, but never a network.
    """
    try:
        with known_libraries():
            import pyseccomp
        rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        rules.set_attr(pyseccomp.Attr.CTL_TSYNC, 1)
        for family in (_AF_INET, _AF_INET6):
            rules.add_rule(pyseccomp.ERRNO(EPERM), "socket", pyseccomp.Arg(0, pyseccomp.EQ, family))
    except (ImportError, OSError, RuntimeError, AttributeError):  # no libseccomp, or no Linux at all
        return False
    return _load(rules)


def _load(rules: Any) -> bool:
    try:
        rules.load()
    except OSError:
        return False
    return True


def _filter(seccomp: Any, receiver: int) -> Any:
    """The filter, not yet in force. `seccomp` is the module pyseccomp, which has no types."""
    rules = seccomp.SyscallFilter(seccomp.ERRNO(ENOSYS))
    rules.set_attr(seccomp.Attr.CTL_TSYNC, 1)
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)

    def add(action: int, name: str, *conditions: tuple[int, ...]) -> None:
        number = seccomp.resolve_syscall(seccomp.Arch.NATIVE, name)
        if number >= 0:  # negative: not on this processor, or unknown to this libseccomp
            rules.add_rule(action, number, *(seccomp.Arg(*condition) for condition in conditions))

    for action, names in ((seccomp.ALLOW, _ALLOWED), (seccomp.ERRNO(EPERM), _REFUSED), (seccomp.KILL_PROCESS, _DEADLY)):
        for name in names.split():
            add(action, name)

    refuse, masked, equal, other = seccomp.ERRNO(EPERM), seccomp.MASKED_EQ, seccomp.EQ, seccomp.NE
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
    for name, flags in (("open", 1), ("openat", 2)):
        add(seccomp.ALLOW, name, (flags, masked, writing, 0))
        for bit in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC):
            add(refuse, name, (flags, masked, bit, bit))
    add(seccomp.ALLOW, "clone", (0, masked, _CLONE_THREAD, _CLONE_THREAD))
    add(refuse, "clone", (0, masked, _CLONE_THREAD, 0))
    if receiver < 0:
        add(refuse, "recvmsg")
    else:
        add(seccomp.ALLOW, "recvmsg", (0, equal, receiver))
        add(refuse, "recvmsg", (0, other, receiver))
    for request in (_TERMINAL_SETTINGS, *_CLOSE_ON_EXEC):
        add(seccomp.ALLOW, "ioctl", (1, equal, request))
    for option in _NAMING:
        add(seccomp.ALLOW, "prctl", (0, equal, option))
    for name in ("kill", "tgkill"):  # abort() and raise() signal the process itself
        add(seccomp.ALLOW, name, (0, equal, os.getpid()))
        add(refuse, name, (0, other, os.getpid()))
    add(seccomp.ALLOW, "prlimit64", (0, equal, 0))  # its own limits, which only go down
    add(seccomp.ALLOW, "setpriority", (0, equal, os.PRIO_PROCESS), (1, equal, 0))  # its own, which only goes down
    for argument in (0, 1):
        add(refuse, "setpriority", (argument, other, 0))
    return rules


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
