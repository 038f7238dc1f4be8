"""The times that loading, reading and writing really took on this machine: the last of each kind, for so many
places."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.core.settings import Mapping
from app.store.settings import SettingsStore

_BLOB = "measurements"
_MOST = 256
"""Rows; the oldest go."""


class MeasuredStep(StrEnum):
    LOAD = "load"
    READ = "read"
    WRITE = "write"


class Measurement(msgspec.Struct, frozen=True):
    """The time that one step of a model took. `model` is a fingerprint of its file; `place` says where its parts were,
    in the words of whoever measured. `amount` counts tokens, or bytes that were loaded. `depth_tokens` is the length of
    the context that the step was done at, one row for each doubling; `mapping` is that of a load."""

    model: str
    place: str
    step: MeasuredStep
    amount: int
    seconds: float
    depth_tokens: int = 0
    mapping: Mapping = Mapping.AUTO

    @property
    def _key(self) -> tuple[str, str, MeasuredStep, int, Mapping]:
        return self.model, self.place, self.step, self.depth_tokens.bit_length(), self.mapping

    def replaces(self, other: Measurement) -> bool:
        return self._key == other._key


class Measurements:
    """All methods raise AppError as the store does."""

    def __init__(self, settings: SettingsStore) -> None:
        self._settings = settings

    def keep(self, new: Measurement) -> None:
        """Keep a measurement in place of an older one of the same."""
        rows = [each for each in self._all() if not new.replaces(each)]
        self._settings.set_blob(_BLOB, msgspec.json.encode([*rows, new][-_MOST:]))

    def of(self, model: str, place: str) -> tuple[Measurement, ...]:
        return tuple(each for each in self._all() if (each.model, each.place) == (model, place))

    def _all(self) -> list[Measurement]:
        """Return all measurements, but nothing that another version kept in another form."""
        kept = self._settings.get_blob(_BLOB)
        try:
            return msgspec.json.decode(kept, type=list[Measurement]) if kept else []
        except msgspec.DecodeError:
            return []
