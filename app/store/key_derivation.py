"""A key from a passphrase, by Argon2id, at a cost that this machine bears.

What one guess costs is measured once, when a passphrase is set, and kept beside its salt. It is bounded in both
directions: never below what RFC 9106 recommends where memory is scarce, and never more memory than another machine
that the desk is carried to will have.
"""

from __future__ import annotations

import os
import time
from typing import Annotated

import msgspec
from msgspec import Meta

from app.core.errors import AppError, Code
from app.core.machine.passphrase import normal
from app.core.machine.secret import Key, KeyOrigin

_KEY_BYTES = 32
_TARGET_S = 1.0
_MIB = 1024  # KiB
_MEMORIES = (512 * _MIB, 256 * _MIB, 128 * _MIB, 64 * _MIB)  # KiB; at most this part of the machine's
_MEMORY_SHARE = 16
_LEAST_PASSES, _MOST_PASSES = 3, 24  # RFC 9106, section 4: 3 passes over 64 MiB
_MOST_LANES = 4
_MOST_WORK = 16 << 20
"""KiB times passes that a file may ask for, half a minute of one core: who made the file might be anybody."""


class Argon2Cost(msgspec.Struct, frozen=True):
    """Cost of guessing a passphrase (Argon2id, RFC 9106): so many passes over `memory_kib`, on so many cores."""

    memory_kib: Annotated[int, Meta(ge=8 * _MOST_LANES, le=1 << 20)]
    passes: Annotated[int, Meta(ge=1, le=1 << 10)]
    lanes: Annotated[int, Meta(ge=1, le=_MOST_LANES)]


class Stretching(msgspec.Struct, frozen=True):
    """The way in which a key follows from a passphrase. It is kept beside what the key opens."""

    salt: bytes
    argon2: Argon2Cost

    @property
    def is_bearable(self) -> bool:
        """True if it takes no more memory and time than a file from somewhere else may ask for."""
        return self.argon2.memory_kib * self.argon2.passes <= _MOST_WORK


def derive(passphrase: str, stretching: Stretching) -> Key:
    """Derive a key from a passphrase. Raises AppError PASSPHRASE_UNSUPPORTED, ValueError for what Argon2id does not
    take, MemoryError."""
    secret = normal(passphrase).encode("utf-8", "surrogatepass")
    return Key(_argon2id(secret, stretching.salt, stretching.argon2).hex(), KeyOrigin.PASSPHRASE)


def chosen_cost(cost: Argon2Cost | None) -> Argon2Cost:
    """Return this cost, or, if none is given, the one that suits this machine. Raises AppError
    PASSPHRASE_UNSUPPORTED."""
    return cost or measured_cost()


def measured_cost() -> Argon2Cost:
    """Return the cost of a guess that takes this machine about a second. The time is that of the processor: what else
    runs does not count.

    Raises AppError PASSPHRASE_UNSUPPORTED.
    """
    import psutil  # now: few starts need it

    probe = Argon2Cost(_MEMORIES[-1], 1, 1)
    taken_s = min(_timed(probe) for _ in range(2))
    return _affordable(taken_s / probe.memory_kib, os.cpu_count() or 1, psutil.virtual_memory().total // 1024)


def _affordable(second_per_kib: float, cores: int, memory_kib: int) -> Argon2Cost:
    """Return the cost that a machine bears. `second_per_kib` is what one pass takes on one core; `memory_kib` is the
    memory of the machine."""
    lanes = min(cores, _MOST_LANES)
    work_kib = _TARGET_S * lanes / max(second_per_kib, 1e-9)
    for memory in _MEMORIES:
        passes = int(work_kib / memory)
        if passes >= _LEAST_PASSES and memory * _MEMORY_SHARE <= memory_kib:
            return Argon2Cost(memory, min(passes, _MOST_PASSES), lanes)
    return Argon2Cost(_MEMORIES[-1], _LEAST_PASSES, lanes)


def _timed(cost: Argon2Cost) -> float:
    began = time.thread_time()
    _argon2id(b"octavo", bytes(16), cost)
    return time.thread_time() - began


def _argon2id(secret: bytes, salt: bytes, cost: Argon2Cost) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # now: few starts need it

    if not _has_argon2():
        raise AppError(Code.PASSPHRASE_UNSUPPORTED)
    kind = Argon2id(salt=salt, length=_KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    return kind.derive(secret)


def _has_argon2() -> bool:
    """Return whether OpenSSL has Argon2: it does from 3.2 on, but a system's own may be older."""
    from cryptography.hazmat.backends.openssl.backend import backend

    return bool(backend.argon2_supported())
