"""Stop and pause reach an engine that computes on the card, while it reads and while it writes."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Reading, Token
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.protocol import AnswerTo, Measure, ReadBooks
from tests.engine.conftest import lay_out, probe
from tests.engine.kv.test_reuse import ask, book
from tests.tools.gpu.conftest import Figure
from tests.tools.gpu.places import Places
from tests.work import at, run, stop

ASKED = ask(book(8), "What happens?")
GREEDY = Sampling(temperature=0)
LONG = 2000
SHORT = 32


def test_a_stopped_reading_keeps_what_was_read(places: Places, small_scout: Path, figure: Figure) -> None:
    engine, cancel = places.card(small_scout), Cancel()
    asked_at = 0.0

    def stop_once_something_is_read(event: object) -> None:
        nonlocal asked_at
        if isinstance(event, Reading) and event.done and not asked_at:
            asked_at = time.monotonic()
            cancel.request()

    events = stop(engine.run(AnswerTo(ASKED, GREEDY, 5), cancel), stop_once_something_is_read)
    figure("stopped after s", round(time.monotonic() - asked_at, 3))
    read = [event.done for event in events if isinstance(event, Reading)][-1]
    whole = finish(engine.run(Measure(ASKED)))
    assert 0 < read < whole.total
    assert whole.total - whole.to_read >= read
    assert finish(engine.run(AnswerTo(ASKED, GREEDY, 5), Cancel())).usage.reused_tokens >= read


def test_only_logits_are_waited_for(places: Places, small_scout: Path, figure: Figure) -> None:
    """Nothing is copied within a chunk. The slices are short, so that even a slow card is asked for a stop in time."""
    engine = places.card(small_scout, ubatch_tokens=SHORT)
    laid = lay_out(engine, ask(book(2), "What happens?"))
    started = time.monotonic()
    counts = probe(engine, laid.tokens, laid.books).counts
    figure("read tokens a second", round(len(laid.tokens) / (time.monotonic() - started)))
    figure("synchronizations", counts.synchronizations)
    slices = len(laid.tokens) // SHORT
    assert counts.slices > slices
    assert (counts.synchronizations < slices // 4) is places.has_card


def test_a_paused_reading_goes_on_and_reads_nothing_twice(places: Places, small_scout: Path) -> None:
    engine = places.card(small_scout)
    whole = finish(engine.run(Measure(ASKED))).total
    pauses: list[int] = []

    def pause_once(event: object) -> None:
        if isinstance(event, Reading) and not pauses:
            pauses.append(event.done)
            engine.pause()
            threading.Thread(target=engine.resume).start()

    events, ending = run(engine.run(AnswerTo(ASKED, GREEDY, 5), Cancel()), pause_once)
    positions = [event.done for event in events if isinstance(event, Reading)]
    assert positions == sorted(set(positions))
    assert ending.usage.evaluated_tokens == whole


def test_a_pause_can_be_stopped(places: Places, small_scout: Path) -> None:
    engine, cancel = places.card(small_scout), Cancel()

    def stop_while_it_is_paused() -> None:
        engine.pause()
        cancel.request()

    stop(engine.run(ReadBooks(ASKED), cancel), at(Reading, stop_while_it_is_paused))
    finish(engine.run(ReadBooks(ASKED), Cancel()))


def test_a_stopped_answer_keeps_its_text(places: Places, small_scout: Path, figure: Figure) -> None:
    engine, cancel = places.card(small_scout), Cancel()
    text = ""

    def take(event: object) -> None:
        nonlocal text
        if isinstance(event, Token):
            text += event.text
            if len(text) > 20:
                cancel.request()

    short = ask(book(2), "Go on.")
    ending = finish(engine.run(AnswerTo(short, GREEDY, LONG), cancel), take)
    assert ending.ending is Ending.CANCELLED
    assert 0 < ending.usage.generated_tokens < LONG
    cancel = Cancel()
    follow = finish(engine.run(AnswerTo(ask(book(2), "Go on.", text, "More."), GREEDY, 200), cancel))
    assert follow.usage.reused_tokens >= ending.usage.prompt_tokens + ending.usage.generated_tokens - 1
    figure("tokens a second", round(follow.usage.generated_tokens / follow.timings.generate_s, 1))
