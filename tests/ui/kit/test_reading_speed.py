"""The pace of a reading: measured where tokens were evaluated, and slower the further on."""

from __future__ import annotations

import pytest

from app.core.conversations.events import Reading
from app.ui.kit.reading_speed import ReadingSpeed


def follow(costs: list[float], *, total: int, reused: int = 0, size: int = 1000) -> ReadingSpeed:
    """Slices of `size` tokens that took so many seconds each, after `reused` tokens."""
    pace, now, done = ReadingSpeed(), 100.0, reused
    pace.note(Reading(done, total, reused), now)
    for seconds in costs:
        now, done = now + seconds, done + size
        pace.note(Reading(done, total, reused), now)
    return pace


def test_an_even_pace() -> None:
    pace = follow([1.0] * 5, total=20_000)
    assert pace.tokens_per_second == pytest.approx(1000)
    assert pace.seconds_left == pytest.approx(15)


def test_a_token_takes_longer_the_further_on() -> None:
    """Seconds for a token at p: 0.0001 + p / 10**8."""
    costs = [1000 * (0.0001 + (n * 1000 + 500) / 10**8) for n in range(50)]
    left = sum(1000 * (0.0001 + (n * 1000 + 500) / 10**8) for n in range(50, 100))
    assert follow(costs, total=100_000).seconds_left == pytest.approx(left, rel=1e-6)


def test_too_early_to_tell() -> None:
    assert follow([], total=1000).seconds_left is None
    assert follow([1.0], total=20_000).seconds_left is None
    assert follow([2.0], total=20_000).seconds_left == pytest.approx(38)


def test_a_few_tokens_say_nothing_about_a_book() -> None:
    assert follow([9.0], total=40, size=40).tokens_per_second == 0
    assert follow([9.0] * 8, total=320, size=40).tokens_per_second > 0


def test_what_comes_from_disk_is_not_counted() -> None:
    pace = ReadingSpeed()
    for done in (0, 40_000, 80_000):  # a saved reading is loaded
        pace.note(Reading(done, 90_000, done), done / 80_000)
    assert pace.seconds_left is None
    for n in range(1, 6):
        pace.note(Reading(80_000 + 1000 * n, 90_000, 80_000), 1.0 + n)
    assert pace.tokens_per_second == pytest.approx(1000)
    assert pace.seconds_left == pytest.approx(5)


def test_a_pace_that_quickens_is_not_drawn_out_below_nothing() -> None:
    left = follow([3.0, 2.0, 1.5, 1.2, 1.0], total=10_000).seconds_left
    assert left is not None
    assert 4 < left < 12
