"""Pausing and stopping a running command: waiting counts as waiting, a stop ends a pause, nothing lingers."""

from __future__ import annotations

import threading
from pathlib import Path

from app.core.settings import Sampling
from app.engine.control import RunControl
from app.engine.protocol import AnswerTo, LoadSpec, Message, Prompt
from app.engine.session import Session


def test_a_pause_waits_until_it_is_over_and_is_counted() -> None:
    control, steps = RunControl(), []
    control.pause()
    assert control.pending()
    waiting = threading.Thread(target=lambda: steps.append(control.wait()))
    waiting.start()
    assert steps == []
    control.resume()
    waiting.join()
    assert steps == [False]
    assert control.waited_s > 0, "what the session takes off the time of reading"
    assert not control.pending()


def test_a_stop_ends_a_pause_and_the_command() -> None:
    control = RunControl()
    control.pause()
    control.stop()
    assert control.pending()
    assert control.wait()


def test_a_pause_that_comes_after_the_stop_changes_nothing() -> None:
    """Whoever presses both at once may press them in either order."""
    control = RunControl()
    control.stop()
    control.pause()
    waiting = threading.Thread(target=control.wait, daemon=True)
    waiting.start()
    waiting.join(60)
    assert not waiting.is_alive()


def test_a_new_command_begins_neither_paused_nor_stopped() -> None:
    control = RunControl()
    control.pause()
    control.stop()
    control.begin()
    assert not control.pending()
    assert not control.wait()


class LongPauses(RunControl):
    """Each time that it is asked it has been paused for an hour, which takes no time here."""

    def wait(self) -> bool:
        self.waited_s += 3600
        return super().wait()


def test_a_pause_is_no_part_of_the_time_that_an_answer_took(tiny_scout: Path) -> None:
    session = Session(LoadSpec(str(tiny_scout), context_tokens=512), lambda _fraction: True, LongPauses())
    prompt = Prompt("The rules.", (), (Message("user", "What does it say?"),))
    order = AnswerTo(prompt, Sampling(temperature=0), 4)
    generated = session.answer(order, lambda *_: None, lambda _: None)
    session.close()
    assert generated.usage.generated_tokens == 4
    assert generated.timings.generate_s < -3000, "every hour was taken off"
