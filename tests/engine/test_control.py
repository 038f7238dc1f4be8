"""What the desk wishes of a running command: waiting counts as waiting, a stop ends a pause, nothing lingers."""

from __future__ import annotations

import threading

from app.engine.control import RunControl


def test_a_pause_waits_until_it_is_over_and_is_counted() -> None:
    wishes, steps = RunControl(), []
    wishes.pause()
    assert wishes.any()
    waiting = threading.Thread(target=lambda: steps.append(wishes.wait()))
    waiting.start()
    assert steps == []
    wishes.resume()
    waiting.join()
    assert steps == [False]
    assert wishes.waited_s > 0, "what the session takes off the time of reading"
    assert not wishes.any()


def test_a_stop_ends_a_pause_and_the_command() -> None:
    wishes = RunControl()
    wishes.pause()
    wishes.stop()
    assert wishes.any()
    assert wishes.wait()


def test_a_pause_that_comes_after_the_stop_changes_nothing() -> None:
    """Whoever presses both at once may press them in either order."""
    wishes = RunControl()
    wishes.stop()
    wishes.pause()
    waiting = threading.Thread(target=wishes.wait, daemon=True)
    waiting.start()
    waiting.join(60)
    assert not waiting.is_alive()


def test_a_new_command_begins_without_wishes() -> None:
    wishes = RunControl()
    wishes.pause()
    wishes.stop()
    wishes.begin()
    assert not wishes.any()
    assert not wishes.wait()
