"""Saves all that can be read of damaged desks: of the library, and of each matter whose key is known."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import msgspec

from app.core.conversations.events import Copying
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.machine.secret import Key
from app.core.matter import LIBRARY, Matter
from app.core.work import Cancel, Stopped, Work, relay
from app.features.rescue.store.rescue import Rescued, rescue
from app.features.rescue.store.saving import StandIns
from app.store import keys
from app.store.db import Database
from app.store.matters import MatterStore


class RescuedDesk(msgspec.Struct, frozen=True):
    """A desk that was rescued. `name` is that of the matter, empty for the library. `rescued` is None if nothing was
    damaged, and nothing changed."""

    name: str
    rescued: Rescued | None


class RescueReport(msgspec.Struct, frozen=True):
    """The report on a rescue. `keyless` are the databases of matters whose keys were in the library and are lost:
    nobody can open them."""

    desks: tuple[RescuedDesk, ...]
    keyless: tuple[str, ...]

    @property
    def damaged(self) -> tuple[RescuedDesk, ...]:
        return tuple(desk for desk in self.desks if desk.rescued is not None)


def rescue_desks(
    paths: Paths, passphrase: str | None, words: StandIns, cancel: Cancel | None = None
) -> Work[Copying, RescueReport]:
    """Read every desk whole; of one that is damaged, save what can be saved, and put that in its place. Nobody may have
    it open.

    Raises AppError PASSPHRASE_NEEDED, DATABASE_KEY if no page is opened by the key, and as `rescue` does; Stopped.
    Desks that were done before that stay done.
    """
    key, cancel = keys.obtain(paths, passphrase), cancel or Cancel()
    desks = [(yield from _rescue_one(paths, LIBRARY, "", key, words, cancel))]
    with contextlib.closing(Database.open(paths.database, key)) as home:
        matters = MatterStore(home)
        known = [(matter, matters.key(matter.id)) for matter in matters.all()]
        given_up = set(matters.given_up())
    for matter, its_key in known:
        if paths.matter(matter.id).exists():
            desks.append((yield from _rescue_one(paths, matter.id, matter.name, its_key, words, cancel)))
    return RescueReport(tuple(desks), tuple(_keyless(paths, [matter for matter, _key in known], given_up)))


def _rescue_one(
    paths: Paths, id: str, name: str, key: Key, words: StandIns, cancel: Cancel
) -> Work[Copying, RescuedDesk]:
    path = paths.database if id == LIBRARY else paths.matter(id)
    size = path.stat().st_size if path.exists() else 0
    yield Copying(0, size, path.name)
    try:
        with contextlib.closing(Database.open(path, key)) as database:
            database.verify()
        return RescuedDesk(name, None)
    except AppError as error:
        if error.code is not Code.DATABASE_DAMAGED:
            raise

    def show(done: float) -> Iterator[Copying]:
        if cancel.requested:
            raise Stopped
        yield Copying(int(done * size), size, path.name)

    return RescuedDesk(name, (yield from relay(rescue(path, key, words), show)))


def _keyless(paths: Paths, known: list[Matter], given_up: set[str]) -> Iterator[str]:
    ids = {matter.id for matter in known} | given_up
    for file in sorted(paths.matters.glob("*.db")):
        if file.stem not in ids:
            yield str(file)
