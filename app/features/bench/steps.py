"""The tools that every step of a benchmark needs: the engine, the clock, the report so far, and reading some tokens."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import msgspec

from app.core.conversations.events import Notice, Reading
from app.core.errors import AppError, Code
from app.core.work import Cancel, Progress, Result, Stopped, Work, relay
from app.engine.client import EngineClient
from app.engine.protocol import BookSpan, EngineCounts, Probe
from app.features.bench.report import BenchProgress, BenchReport, BenchStep, NotMeasured, TokenRate, WhyNot

_log = logging.getLogger("octavo.models")

BenchWork: TypeAlias = Work[BenchProgress | BenchReport, None]


class TimeIsUp(Exception):
    """Raised when the time for one step is over, or the person stopped it; what was measured until then counts."""


@dataclass
class BenchClock:
    limit_s: float
    began: float = field(default_factory=time.monotonic)

    @property
    def passed(self) -> float:
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        return self.limit_s - self.passed


@dataclass(frozen=True)
class ReadSpan:
    """A reading. `end` is where in the context it ended: before what was wanted if time was up."""

    end: int
    rate: TokenRate
    reused: int = 0
    logits: bytes = b""
    counts: EngineCounts = field(default_factory=EngineCounts)


class BenchSteps:
    """The tools that every step of a benchmark needs: the engine, the clock, and the report so far."""

    def __init__(self, engine: EngineClient, clock: BenchClock, cancel: Cancel) -> None:
        self.engine = engine
        self.clock = clock
        self.cancel = cancel
        self.report = BenchReport()

    def found(self, **parts: object) -> BenchWork:
        """Add to the report. Raises Stopped, once that is said, if the person stopped it."""
        self.report = msgspec.structs.replace(self.report, seconds=round(self.clock.passed, 3), **parts)
        yield self.report
        if self.cancel.requested:
            raise Stopped

    def leave_out(
        self, step: BenchStep, why: WhyNot, depth: int = 0, seconds: float = 0, code: Code | None = None
    ) -> BenchWork:
        if why is WhyNot.TIME and self.cancel.requested:
            why = WhyNot.STOPPED
        missing = NotMeasured(step, why, depth, round(seconds, 1), code)
        return self.found(left_out=(*self.report.left_out, missing))

    def limited(self, work: Callable[[Cancel], Work[Progress, Result]], seconds: float) -> Work[Progress, Result]:
        """Do something for so long at most. Raises TimeIsUp if it was stopped, by the clock or by the person."""
        if seconds <= 0:
            raise TimeIsUp  # what is quick would be done before it notices a stop
        limit = Cancel()
        self.cancel.on_request(limit.request)
        timer = threading.Timer(seconds, limit.request)
        timer.start()
        try:
            return (yield from work(limit))
        except Stopped as stopped:
            raise TimeIsUp from stopped
        finally:
            timer.cancel()
            timer.join()

    def attempt(self, step: BenchStep, work: BenchWork) -> BenchWork:
        """Try a step without which the others go on: what ends it is said, unless the engine died."""
        try:
            yield from work
        except TimeIsUp:
            yield from self.leave_out(step, WhyNot.TIME)
        except AppError as error:
            if error.code.startswith("engine_"):
                raise
            _log.warning("bench, %s: %s", step.value, error.code.value)
            yield from self.leave_out(step, WhyNot.FAILED, code=error.code)

    def read(
        self, step: BenchStep, tokens: tuple[int, ...], seconds: float, books: tuple[BookSpan, ...] = (), depth: int = 0
    ) -> Work[BenchProgress | BenchReport, ReadSpan]:
        """Bring the context to the end of `tokens`, or as far as it comes in so many seconds. Raises TimeIsUp if
        nothing was read."""
        last, at, began = Reading(0, 0, 0), 0.0, time.monotonic()

        def show(event: Reading | Notice) -> Iterator[BenchProgress]:
            nonlocal last, at
            if isinstance(event, Reading):
                last, at = event, time.monotonic()
                yield BenchProgress(step, event.done, event.total, depth)

        order = Probe(tokens, books)
        try:
            probed = yield from relay(self.limited(partial(self.engine.run, order), seconds), show)
        except TimeIsUp:
            if last.done == last.reused:
                raise
            return ReadSpan(last.done, TokenRate.of(last.done - last.reused, at - began), last.reused)
        usage, passed = probed.usage, time.monotonic() - began
        rate = TokenRate.of(usage.evaluated_tokens, passed)
        return ReadSpan(len(tokens), rate, usage.reused_tokens, probed.logits, probed.counts)

    def read_whole(
        self, step: BenchStep, tokens: tuple[int, ...], seconds: float, books: tuple[BookSpan, ...] = ()
    ) -> Work[BenchProgress | BenchReport, ReadSpan]:
        """Read as `read` does. Raises TimeIsUp if not all of it was read."""
        read = yield from self.read(step, tokens, seconds, books)
        if not read.logits:
            raise TimeIsUp
        return read
