"""A feature adds to the terminal: commands of `octavo`, with their options, and what `octavo doctor` says."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from app.core.errors import Problem
from app.core.kept import Keeps
from app.core.machine.paths import Paths
from app.core.work import Cancel

if TYPE_CHECKING:
    from app.services.services import Services

Commands: TypeAlias = "argparse._SubParsersAction[Any]"
"""The place in the parser of `octavo` that commands are added to."""


@dataclass(frozen=True)
class Terminal:
    """A terminal whose command opens its desk itself, or none. `open_desk` takes a data folder and a passphrase, None
    for no passphrase, and raises AppError as `bootstrap.open_desk` does. `keeps` is everything that a desk can have."""

    open_desk: Callable[[Paths, str | None], Services]
    keeps: Keeps


@dataclass(frozen=True)
class DoctorEntry:
    """An entry in the report of `octavo doctor`: `key` and `value` are for a program that reads it, `name` and `words`
    for a person."""

    key: str
    value: str | float | None
    name: str
    words: str


Diagnosis: TypeAlias = "Callable[[Services], Sequence[DoctorEntry]]"
"""Gives entries for the report on an open desk; raises AppError."""


@dataclass(frozen=True)
class TerminalCommand:
    """One or several commands of `octavo`, by their `names`.

    `add` gives each of them its parser. `run` carries one out on the open desk, and returns the problem that it has
    shown itself, if the exit code shall follow from it; it raises AppError and Stopped. `run_alone`, if it is given, is
    called before a desk is opened, and returns whether it has done everything. Commands that never need a desk have no
    `run`. `documents` is how many files each always reads as documents; those that `--document` names are not counted
    here.
    """

    names: tuple[str, ...]
    add: Callable[[Commands], None]
    run: Callable[[argparse.Namespace, Services, Cancel], Problem | None] | None
    run_alone: Callable[[argparse.Namespace, Terminal, Cancel], bool] | None = None
    documents: int = 0
