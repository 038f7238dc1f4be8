"""A process that is taken over from outside, by ptrace(2): in the midst of its work it makes whatever system calls one
wants, under all that it has been sealed with. For x86-64, and for whoever may trace the process."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

POSSIBLE = sys.platform == "linux" and platform.machine() == "x86_64"

_SEIZE, _INTERRUPT, _DETACH, _STEP = 0x4206, 0x4207, 17, 9  # linux/ptrace.h
_GET_REGISTERS, _SET_REGISTERS = 12, 13
_WALL = 0x4000_0000  # linux/wait.h: whatever thread it is
_SYSCALL = b"\x0f\x05"
_LAST_ERROR = 4095
_MMAP, _MUNMAP = 9, 11  # asm/unistd_64.h
_READ_AND_WRITE, _PRIVATE_AND_NEW = 3, 0x22  # asm-generic/mman-common.h
_ROOM = 1 << 16
_NAMES = """
    r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs
"""
_ARGUMENTS = ("rdi", "rsi", "rdx", "r10", "r8", "r9")


class _Registers(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulong) for name in _NAMES.split()]  # sys/user.h


class Ended(Exception):
    """The process ended by `signal` instead of carrying on."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name if number else "exit")
        self.signal = number


def _ptrace(request: int, pid: int, address: int = 0, data: object = 0) -> None:
    """Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_ulong, ctypes.c_void_p]
    libc.ptrace.restype = ctypes.c_long
    if libc.ptrace(request, pid, address, data) < 0:
        raise OSError(ctypes.get_errno(), f"ptrace request {request}")


class Victim:
    """The main thread of a process while it is held. `call` takes what `tests.isolation.probes.perform` takes."""

    def __init__(self, pid: int) -> None:
        self._pid, self._room, self._used = pid, 0, 0
        self._code = _find_syscall(pid)
        self._memory = os.open(f"/proc/{pid}/mem", os.O_RDWR)
        self._own = self._registers()

    def call(self, number: int, *arguments: object) -> int:
        """Raises OSError; Ended if the process did not survive it."""
        if not self._room:
            self._room = self._raw(_MMAP, 0, _ROOM, _READ_AND_WRITE, _PRIVATE_AND_NEW, -1, 0)
        self._used = 0
        return self._raw(number, *map(self._word, arguments))

    def _word(self, argument: object) -> int:
        """An integer as it is; of what has an address, a copy in the process."""
        if argument is None or isinstance(argument, int):
            return argument or 0
        if isinstance(argument, ctypes.c_char_p):
            content = (argument.value or b"") + b"\0"
        else:
            held: Any = getattr(argument, "_obj", argument)  # byref's, or an array
            content = bytes(held)
        address = self._room + self._used
        os.pwrite(self._memory, content, address)
        self._used += -(-len(content) // 16) * 16
        return address

    def _raw(self, number: int, *words: int) -> int:
        registers = _Registers.from_buffer_copy(self._own)
        registers.rax, registers.orig_rax, registers.rip = number, -1, self._code  # -1: no call to begin again
        for name, word in zip(_ARGUMENTS, words, strict=False):
            setattr(registers, name, word)
        self._set(registers)
        _ptrace(_STEP, self._pid)
        self._wait()
        result = ctypes.c_long(self._registers().rax).value
        if -_LAST_ERROR <= result < 0:
            raise OSError(-result, os.strerror(-result))
        return result

    def _registers(self) -> _Registers:
        registers = _Registers()
        _ptrace(_GET_REGISTERS, self._pid, 0, ctypes.addressof(registers))
        return registers

    def _set(self, registers: _Registers) -> None:
        _ptrace(_SET_REGISTERS, self._pid, 0, ctypes.addressof(registers))

    def _wait(self) -> None:
        """Until the call is over. Raises Ended."""
        while True:
            stopped = _stop(self._pid)
            if stopped == signal.SIGTRAP:
                return
            _ptrace(_STEP, self._pid)  # a signal that came meanwhile is left out

    def give_back(self) -> None:
        """It goes on where it was."""
        if self._room:
            self._raw(_MUNMAP, self._room, _ROOM)
        self._set(self._own)
        _ptrace(_DETACH, self._pid)

    def close(self) -> None:
        os.close(self._memory)


def _stop(pid: int) -> int:
    """Wait until it stops; the signal that it stopped with. Raises Ended."""
    _pid, status = os.waitpid(pid, _WALL)
    if not os.WIFSTOPPED(status):
        raise Ended(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)
    return os.WSTOPSIG(status)


def _find_syscall(pid: int) -> int:
    """Where the instruction is in code of the process; its C library has many."""
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        span, rights, *_rest = line.split()
        start, end = (int(each, 16) for each in span.split("-"))
        if "x" not in rights or "libc.so" not in line:
            continue
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
            memory.seek(start)
            if (found := memory.read(end - start).find(_SYSCALL)) >= 0:
                return start + found
    raise AssertionError("no system call in its code")


@contextlib.contextmanager
def taken_over(pid: int) -> Iterator[Victim]:
    """Held until the block is left, then it goes on. Raises OSError where it is gone or may not be traced; Ended leaves
    the block where a call ends it."""
    _ptrace(_SEIZE, pid)
    _ptrace(_INTERRUPT, pid)
    _stop(pid)
    victim = Victim(pid)
    try:
        yield victim
    finally:
        with contextlib.suppress(OSError, Ended):
            victim.give_back()
        victim.close()
