"""A reader that has been taken over: it started as any reader does, and then makes the probes that it is asked for.

`ABI` before the arguments of a reader says which Landlock the kernel would have: a number, "none", or "own" for what it
has.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TypeAlias
from unittest import mock

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from py_landlock.abi import ABIVersion
from py_landlock.errors import LandlockNotAvailableError

from app.core.conversations.events import Opening
from app.isolation import worker_main
from app.isolation.heartbeat import SandboxReady, WireFailed
from tests.isolation import probes

MAKER = -1


class Try(msgspec.Struct, frozen=True, tag=True):
    """Answered by Tried. `parent`: the number of the process that probes of another one are aimed at; MAKER is that
    which made this one, as it is numbered here."""

    names: tuple[str, ...]
    parent: int
    home: str
    secret: str
    loot: str


class Tried(msgspec.Struct, frozen=True, tag=True):
    outcomes: dict[str, str]


Event: TypeAlias = SandboxReady | Opening | Tried | WireFailed


def older_landlock(abi: str) -> None:
    if abi == "none":
        answer = mock.Mock(side_effect=LandlockNotAvailableError("an older kernel"))
        mock.patch("py_landlock.landlock.get_abi_version", answer).start()
    elif abi != "own":
        mock.patch("py_landlock.landlock.get_abi_version", return_value=ABIVersion(int(abi))).start()


def main(abi: str, opening: str, *arguments: str) -> None:
    older_landlock(abi)
    port, (document,) = worker_main.enter(Try, arguments, opens_fonts=opening == "fonts")

    def carry_out(order: Try) -> Tried:
        parent = os.getppid() if order.parent == MAKER else order.parent
        orders = port._decoder._pipe.fileno()
        scene = probes.Scene(parent, order.home, order.secret, order.loot, document, orders)
        every = probes.HARMLESS | probes.DEADLY
        return Tried({name: probes.outcome(every[name], scene) for name in order.names})

    worker_main.serve(port, carry_out)


if __name__ == "__main__":
    main(*sys.argv[1:])
