"""Measurements on this machine are kept: the last of each kind, and not more than there is room for."""

from __future__ import annotations

from app.core.settings import Mapping
from app.store import measurements
from app.store.db import Database
from app.store.measurements import MeasuredStep, Measurement, Measurements
from app.store.settings import SettingsStore


def row(place: str, seconds: float, depth_tokens: int = 0, model: str = "m") -> Measurement:
    return Measurement(model, place, MeasuredStep.READ, 4096, seconds, depth_tokens)


def test_the_last_one_of_each_is_kept(database: Database) -> None:
    kept = Measurements(SettingsStore(database))
    rows = [row("a", 1.0), row("a", 2.0, 9000), row("b", 3.0), row("a", 4.0), row("a", 5.0, model="other")]
    for each in (row("a", 9.0, 8200), *rows):  # of the same doubling as 9,000
        kept.keep(each)
    load = Measurement("m", "a", MeasuredStep.LOAD, 10**9, 9.0, mapping=Mapping.DIRECT)
    kept.keep(load)
    assert Measurements(SettingsStore(database)).of("m", "a") == (row("a", 2.0, 9000), row("a", 4.0), load)
    assert kept.of("m", "nowhere") == ()


def test_the_oldest_go(database: Database) -> None:
    kept = Measurements(SettingsStore(database))
    for number in range(measurements._MOST):
        kept.keep(row(f"a{number}", 1.0))
    kept.keep(row("b", 1.0))
    assert not kept.of("m", "a0")
    assert kept.of("m", "a1")
    assert kept.of("m", "b")


def test_what_another_version_kept_in_another_form_is_none(database: Database) -> None:
    settings = SettingsStore(database)
    settings.set_blob("measurements", b'[{"odd": 1}]')
    assert Measurements(settings).of("m", "a") == ()
    Measurements(settings).keep(row("a", 1.0))
    assert Measurements(settings).of("m", "a") == (row("a", 1.0),)
