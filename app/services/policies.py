"""Reads the policy of the machine's administrator; whatever is wrong with the file makes it stricter, never looser."""

from __future__ import annotations

import logging
import os
import stat
import tomllib
from pathlib import Path

import msgspec

from app.core.errors import Code, Parameter, Problem
from app.core.machine.paths import policy_file
from app.core.policy import MOST_BYTES, Policy, PolicyRules, strict

_ADMINISTRATOR = 0
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH

_log = logging.getLogger("octavo.policy")


def read_policy() -> Policy:
    """Return the policy of this machine."""
    return policy_at(policy_file())


def policy_at(path: Path, administrator: int = _ADMINISTRATOR) -> Policy:
    """Return the policy in a file; without one everything is allowed. Never raises: what is wrong with it is its
    `problem`.

    `administrator` is the user id that must own the file and its folder, if the system has such ids.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(MOST_BYTES + 1) if stat.S_ISREG(status.st_mode) else b""
            folder = path.parent.stat()
    except (FileNotFoundError, NotADirectoryError):
        return Policy()
    except OSError as error:
        return _doubtful(path, Code.POLICY_UNREADABLE, detail=os.strerror(error.errno or 0))
    try:
        if len(content) > MOST_BYTES or not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{len(content)} bytes")
        rules = msgspec.convert(tomllib.loads(content.decode("utf-8")), PolicyRules)
    except (ValueError, RecursionError) as error:  # of TOML, UTF-8 and msgspec alike
        return _doubtful(path, Code.POLICY_DAMAGED, detail=str(error).splitlines()[0] if str(error) else "")
    if os.name == "posix" and not all(_is_administrators(each, administrator) for each in (status, folder)):
        return _doubtful(path, Code.POLICY_UNSAFE, rules)
    return Policy(rules, str(path))


def _is_administrators(status: os.stat_result, administrator: int) -> bool:
    return status.st_uid == administrator and not status.st_mode & _OTHERS_WRITE


def _doubtful(path: Path, code: Code, rules: PolicyRules | None = None, **params: Parameter) -> Policy:
    _log.warning("policy: %s", code.value)
    return Policy(strict(rules or PolicyRules()), str(path), Problem(code, {"path": str(path), **params}))
