"""Measures how fast a model is on this machine: loading, reading, writing, saving, resuming, and seeing images.

It goes through the engine's process as questions do. What is read is made up, and what is saved goes with it.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import time
from pathlib import Path

import psutil

from app.core.conversations.conversation import RULES_VERSION
from app.core.conversations.events import Looking
from app.core.conversations.image import TILE, Raster
from app.core.errors import AppError
from app.core.settings import EngineSettings
from app.core.work import Cancel, Work, finish
from app.engine.client import EngineClient
from app.engine.kv.encrypted_file import SECRET_BYTES
from app.engine.protocol import (
    CountImageTokens,
    Message,
    MissingImages,
    ModelInfo,
    Pixels,
    Prompt,
    ReadingsSpec,
    ShownImage,
)
from app.features.bench import llama_bench
from app.features.bench.depths import QUESTIONS, BenchDepths, SavedBook
from app.features.bench.loading import BenchLoader
from app.features.bench.report import BenchProgress, BenchReport, BenchStep, ImageTime, ResumingTime, WhyNot
from app.features.bench.steps import BenchClock, BenchSteps, BenchWork, TimeIsUp
from app.models.gguf.reader import HeaderReader
from app.services.asking.rules import rules_of
from app.services.models.plans import PlacedModel, Plans
from app.services.models.speed_history import SpeedHistory
from app.services.services import Services

_SIDE = 2 * TILE
_FOLDER = "bench-"


class Bench:
    def __init__(
        self, engine: EngineClient, plans: Plans, headers: HeaderReader, data: Path, learning: SpeedHistory
    ) -> None:
        """`data` is a folder on the disk on which readings are saved; it takes what is written while this lasts."""
        self._engine = engine
        self._plans = plans
        self._headers = headers
        self._data = data
        self._learning = learning

    def run(
        self, wanted: EngineSettings, limit_s: float, cancel: Cancel
    ) -> Work[BenchProgress | BenchReport, BenchReport]:
        """Measure a model of this machine, loaded as `wanted` says, in `limit_s` seconds: what there is no time for is
        left out, and listed. Later plans show these speeds as measured.

        Yields what was found so far as often as there is more. The engine is closed in the end. Raises AppError as
        `Models.load` does; and ENGINE_... if the engine dies; Stopped.
        """
        _remove_abandoned(self._data)
        folder = self._data / f"{_FOLDER}{os.getpid()}"
        readings = ReadingsSpec(str(folder), secrets.token_bytes(SECRET_BYTES), 1 << 50)
        steps = BenchSteps(self._engine, BenchClock(limit_s), cancel)
        run = _Run(steps, BenchLoader(steps, self._plans, self._headers, readings), folder, self._learning)
        try:
            yield from run.all(wanted)
        finally:
            self._engine.close()
            shutil.rmtree(folder, ignore_errors=True)
        return steps.report


def _remove_abandoned(data: Path) -> None:
    """Remove the folders that a benchmark left that was killed."""
    for folder in data.glob(f"{_FOLDER}*"):
        number = folder.name.removeprefix(_FOLDER)
        if number.isdecimal() and not psutil.pid_exists(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


class _Run:
    """A benchmark: all steps, one after the other."""

    def __init__(self, steps: BenchSteps, loader: BenchLoader, folder: Path, learning: SpeedHistory) -> None:
        self._steps = steps
        self._loader = loader
        self._folder = folder
        self._learning = learning

    def all(self, wanted: EngineSettings) -> BenchWork:
        steps, loader = self._steps, self._loader
        placed = yield from loader.plan(wanted)
        try:
            info = yield from loader.load(placed, cold=True)
        except TimeIsUp:
            yield from steps.leave_out(BenchStep.LOAD, WhyNot.TIME)
        else:
            depths = BenchDepths(steps, info, self._folder)
            yield from loader.weigh(placed, info)
            try:
                yield from depths.measure()
            finally:
                self._learn(placed)
            yield from loader.weigh(placed, info)
            yield from steps.attempt(BenchStep.RESUME, self._resume(placed, depths.saved))
            yield from steps.attempt(BenchStep.IMAGES, self._see(info))
            steps.engine.close()
            yield from steps.attempt(BenchStep.LLAMA_BENCH, self._compare(placed, depths))
        yield from steps.found(finished=True)

    def _learn(self, placed: PlacedModel) -> None:
        place, learning = placed.place, self._learning
        if place is None:
            return
        for load in self._steps.report.loads:
            learning.loaded(place, load.bytes, load.seconds)
        for speed in self._steps.report.depths:
            depth = speed.depth_tokens
            if (read := speed.reading) is not None:
                learning.keep_reading(place, depth // 2, read.tokens, read.seconds)
            if (written := speed.writing_there) is not None:
                learning.keep_writing(place, depth + written.tokens // 2, written.tokens, written.seconds)

    def _resume(self, placed: PlacedModel, saved: SavedBook | None) -> BenchWork:
        steps = self._steps
        yield from self._loader.load(placed, cold=False)
        if saved is None:
            return
        read = yield from steps.read_whole(BenchStep.RESUME, saved.tokens, steps.clock.left, saved.spans)
        apart = _apart(saved.logits, read.logits)
        yield from steps.found(resuming=ResumingTime(read.reused, read.rate.tokens, read.rate.seconds, *apart))

    def _see(self, info: ModelInfo) -> BenchWork:
        """Measure how fast an image is seen; one before it brings the projector into memory, and has it tested."""
        if info.vision_problem is not None:
            raise AppError.of(info.vision_problem)
        if info.vision is None:
            return
        engine = self._steps.engine
        (tokens,) = finish(engine.run(CountImageTokens(((_SIDE, _SIDE),))))
        for number in (1, 2):
            shown = ShownImage(f"{number:064x}", _SIDE, _SIDE, "An image")
            prompt = Prompt(rules_of(RULES_VERSION).documents, (), (Message("user", QUESTIONS[0], (shown,)),))
            (wanted,) = finish(engine.run(MissingImages(prompt)))
            began, tiles = time.monotonic(), 1
            for event in self._seen(wanted, number):
                tiles = event.total
                yield BenchProgress(BenchStep.IMAGES, event.done, event.total)
        yield from self._steps.found(images=ImageTime(tiles, tokens, time.monotonic() - began))

    def _seen(self, wanted: Pixels, number: int) -> Work[Looking, None]:
        side = wanted.overview
        overview = _noise((side, side), number) if side else None
        steps, canvas = self._steps, _noise(wanted.canvas, number)
        return steps.limited(lambda cancel: steps.engine.see(wanted, canvas, overview, cancel), steps.clock.left)

    def _compare(self, placed: PlacedModel, depths: BenchDepths) -> BenchWork:
        program, steps = llama_bench.program(), self._steps
        if program is None or not llama_bench.can_compare(placed):
            return
        command = [program, *llama_bench.arguments(placed.spec, compared := depths.comparable(), *depths.piece)]
        if not compared:
            raise TimeIsUp
        found = yield from llama_bench.run(command, 2 * len(compared), steps.clock.left, steps.cancel)
        if found is not None:
            yield from steps.found(llama_bench=found)
            if sum(each.is_whole for each in found.depths) < len(compared):
                raise TimeIsUp
        elif steps.clock.left > 0:
            yield from steps.leave_out(BenchStep.LLAMA_BENCH, WhyNot.FAILED)
        else:
            raise TimeIsUp


def _noise(size: tuple[int, int], number: int) -> Raster:
    pick = random.Random(number)  # noqa: S311 - the same each time, and no secret
    return Raster(*size, pick.randbytes(3 * size[0] * size[1]))


def _apart(before: bytes, now: bytes) -> tuple[float, float]:
    """Return how far logits are from those of before: in nats, and in standard deviations."""
    import numpy as np  # now: no other command of the desk needs it

    from app.engine.kv.restore_check import deviation

    found = deviation(np.frombuffer(before, "<f4"), np.frombuffer(now, "<f4"))
    return found.divergence, found.best


def bench_of(desk: Services) -> Bench:
    return Bench(desk.engine, desk.models.plans, desk.models.plans.headers, desk.paths.data, desk.models.plans.learning)
