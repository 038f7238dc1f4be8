"""The desk's side of the engine: starts its process, speaks with it, and starts another when it dies."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

from app.core.cancel import Cancel
from app.core.conversation import Usage
from app.core.errors import AppError, Code, Problem
from app.core.events import Cancelled, Done, Failed, Loading, Looking, Notice, Reading, Thinking, Token
from app.core.image import Raster
from app.core.settings import Sampling
from app.engine.protocol import (
    AnswerTo,
    Appraise,
    Appraised,
    BookSpan,
    BooksRead,
    Buffer,
    Command,
    Count,
    Counted,
    EngineState,
    Event,
    Foresee,
    Foreseen,
    Foresight,
    Forget,
    Forgotten,
    Gauge,
    Gauged,
    Generated,
    ImagesKept,
    ImageSpan,
    Inspect,
    Inspected,
    KeepImages,
    LaidOut,
    Layout,
    Load,
    Loaded,
    LoadSpec,
    LookFor,
    Measure,
    Measured,
    ModelInfo,
    NotSeen,
    Pause,
    Pixels,
    Probe,
    Probed,
    Prompt,
    PromptSize,
    ReadBooks,
    Rehearse,
    Rehearsed,
    Resume,
    Room,
    See,
    Seen,
    Settle,
    Settled,
    Survey,
    Surveyed,
    WireCancelled,
    WireFailed,
)
from app.engine.protocol import Stop as StopOrder
from app.isolation.child import Cause, Child, ChildDied
from app.isolation.program import command

MAX_DEATHS = 3
"""A dead engine is started again, but not for ever: a model that killed it three times in a row will again."""

_PROGRESS = (Loading, Looking, Reading, Thinking, Token, Notice)

_log = logging.getLogger("octavo.engine")

Reply = TypeVar(
    "Reply",
    Appraised,
    Counted,
    Foreseen,
    Forgotten,
    Gauged,
    ImagesKept,
    Inspected,
    LaidOut,
    Measured,
    NotSeen,
    Probed,
    Rehearsed,
    Settled,
    Surveyed,
)


class EngineClient:
    """`engine.protocol.Engine` over a child process. One caller at a time; `pause`, `resume`, `state`, `model` and
    `close` at any time."""

    def __init__(
        self, stall_limit_s: float = 900.0, silence_limit_s: float = 20.0, module: str = "app.engine.worker"
    ) -> None:
        """`stall_limit_s`: seconds that one slice may take. `silence_limit_s`: seconds without a sign of life.
        `module`: what runs in the process; it takes the same orders."""
        self._module = module
        self._stall_limit_s = stall_limit_s
        self._silence_limit_s = silence_limit_s
        self._lock = threading.Lock()
        self._child: Child[Event] | None = None
        self._closed = False
        self._spec: LoadSpec | None = None
        self._model: ModelInfo | None = None
        self._deaths = 0
        self._fresh = False  # the process has not loaded anything yet
        self._working = EngineState.EMPTY

    # ---- the port

    def load(self, spec: LoadSpec, cancel: Cancel) -> Iterator[Loading | Done[ModelInfo] | Cancelled | Failed]:
        """Load `spec` in a new process: the old model's memory comes back first. Forgives earlier deaths."""
        self._deaths = 0
        self.settle()
        yield from self._load(spec, cancel)

    def ready(self, cancel: Cancel) -> Iterator[Loading | Done[ModelInfo] | Cancelled | Failed]:
        if self._model is not None and self._alive():
            yield Done(self._model)
        elif self._spec is None:
            yield Failed(AppError(Code.NO_MODEL).problem)
        elif self._deaths >= MAX_DEATHS:
            yield Failed(AppError(Code.ENGINE_GAVE_UP, attempts=self._deaths).problem)
        else:
            _log.info("starting the engine again, deaths in a row: %d", self._deaths)
            yield from self._load(self._spec, cancel)

    def answer(
        self, prompt: Prompt, sampling: Sampling, max_tokens: int, cancel: Cancel
    ) -> Iterator[Reading | Thinking | Token | Notice | Generated | Cancelled | Failed]:
        """Read `prompt` and write an answer, in an engine that is ready."""
        for event in self._converse(AnswerTo(prompt, sampling, max_tokens), cancel):
            if isinstance(event, Generated):
                self._deaths = 0
            if isinstance(event, Reading | Thinking | Token | Notice | Generated | Cancelled | Failed):
                yield event

    def measure(self, prompt: Prompt) -> PromptSize:
        return self._ask(Measure(prompt), Measured).size

    def foresee(self, prompt: Prompt) -> Foresight:
        return self._ask(Foresee(prompt), Foreseen).foresight

    def read(self, prompt: Prompt, cancel: Cancel) -> Iterator[Reading | Notice | Done[Usage] | Cancelled | Failed]:
        for event in self._converse(ReadBooks(prompt), cancel):
            match event:
                case BooksRead(usage):
                    self._deaths = 0
                    yield Done(usage)
                case Reading() | Notice() | Cancelled() | Failed():
                    yield event

    def image_tokens(self, sizes: Sequence[tuple[int, int]]) -> tuple[int, ...]:
        return self._ask(Appraise(tuple(sizes)), Appraised).tokens

    def unseen(self, prompt: Prompt) -> tuple[Pixels, ...]:
        return self._ask(LookFor(prompt), NotSeen).images

    def see(
        self, wanted: Pixels, canvas: Raster, overview: Raster | None, cancel: Cancel
    ) -> Iterator[Looking | Done[None] | Cancelled | Failed]:
        for event in self._converse(See(wanted, canvas, overview), cancel):
            match event:
                case Seen():
                    yield Done(None)
                case Looking() | Cancelled():
                    yield event
                case Failed(problem):
                    if self._model is not None and problem.code.startswith("model_projector_"):
                        self._model = msgspec.structs.replace(self._model, vision=None, vision_problem=problem)
                    yield event

    def keep_images(self, sha256s: frozenset[str]) -> None:
        if self._alive() and self._model is not None:
            self._ask(KeepImages(sha256s), ImagesKept)

    def pause(self) -> None:
        self._tell(Pause())

    def resume(self) -> None:
        self._tell(Resume())

    def forget(self, book_id: str) -> None:
        if self._alive() and self._model is not None:
            self._ask(Forget(book_id), Forgotten)

    def rooms(self) -> tuple[Room, ...]:
        return self._ask(Survey(), Surveyed).rooms

    def count(self, model_path: str, texts: Sequence[str]) -> tuple[int, ...]:
        if not self._alive():
            self._start()
        return self._ask(Count(model_path, tuple(texts)), Counted).tokens

    def settle(self) -> tuple[Problem, ...]:
        if not self._alive() or self._model is None:
            return ()
        try:
            return self._ask(Settle(), Settled).problems
        except AppError as error:
            return (error.problem,)

    def state(self) -> EngineState:
        child = self._child
        if child is not None and child.death is not None:
            return EngineState.DEAD
        return self._working

    def model(self) -> ModelInfo | None:
        return self._model

    def unload(self) -> None:
        """End the process and forget what was loaded; the next load starts another. For the caller of `load`."""
        self._replace(None)
        self._spec, self._model, self._working = None, None, EngineState.EMPTY

    def close(self) -> None:
        """End the process; an answer that is being written ends as failed. May be called from any thread."""
        with self._lock:
            self._closed = True
            child, self._child = self._child, None
        if child is not None:
            child.kill()
        self._working = EngineState.EMPTY

    # ---- looking at it

    @property
    def pid(self) -> int | None:
        """The process's id while it lives."""
        child = self._child
        return child.pid if child is not None and child.death is None else None

    def inspect(self) -> Inspected:
        """Version, devices and threads of the engine; starts its process, needs no model."""
        if not self._alive():
            self._start()
        return self._ask(Inspect(), Inspected)

    def gauge(self) -> float:
        """Bytes a second that main memory gives; takes half a second, starts the process, needs no model."""
        if not self._alive():
            self._start()
        return self._ask(Gauge(), Gauged).bytes_a_second

    def rehearse(self, spec: LoadSpec) -> tuple[Buffer, ...]:
        """What loading `spec` would take, as llama.cpp counts it, without its projector; empty where llama.cpp does not
        tell. Starts the process, needs no model, and leaves one that is loaded alone. Raises AppError MODEL_*."""
        if not self._alive():
            self._start()
        return self._ask(Rehearse(spec), Rehearsed).buffers

    def lay_out(self, prompt: Prompt) -> LaidOut:
        """The prompt's token ids, to look at."""
        return self._ask(Layout(prompt), LaidOut)

    def probe(
        self, tokens: Sequence[int], books: tuple[BookSpan, ...] = (), images: tuple[ImageSpan, ...] = ()
    ) -> Probed:
        """Read `tokens`, as `lay_out` gave them, and tell the next one's logits."""
        return self._ask(Probe(tuple(tokens), books, images), Probed)

    # ---- the process

    def _alive(self) -> bool:
        return self._child is not None and self._child.death is None

    def _start(self) -> Child[Event]:
        self._replace(None)
        child: Child[Event] = Child(
            command(self._module),
            Event,
            stall_limit_s=self._stall_limit_s,
            silence_limit_s=self._silence_limit_s,
        )
        self._replace(child)
        self._fresh = True
        self._working = EngineState.EMPTY
        return child

    def _replace(self, child: Child[Event] | None) -> None:
        """Put `child` in the old one's place and end the old one. Raises AppError when `close` came before."""
        with self._lock:
            closed = self._closed
            unwanted = [self._child, child] if closed else [self._child]
            self._child = None if closed else child
        for process in unwanted:
            if process is not None:
                process.kill()
        if closed:
            raise AppError(Code.ENGINE_EXITED, status=0)

    def _load(self, spec: LoadSpec, cancel: Cancel) -> Iterator[Loading | Done[ModelInfo] | Cancelled | Failed]:
        self._spec, self._model = spec, None
        try:
            if not (self._fresh and self._alive()):
                self._start()
        except AppError as error:
            yield Failed(error.problem)
            return
        self._fresh = False
        self._working = EngineState.LOADING
        for event in self._converse(Load(spec), cancel):
            match event:
                case Loaded(info):
                    self._model = info
                    self._working = EngineState.READY
                    yield Done(info)
                case Loading():
                    self._working = EngineState.LOADING
                    yield event
                case Cancelled() | Failed():
                    self._working = EngineState.EMPTY
                    yield event

    def _tell(self, order: Command) -> None:
        """Send an order that has no answer, from any thread."""
        child = self._child
        if child is not None:
            with contextlib.suppress(ChildDied):
                child.send(order)

    def _ask(self, order: Command, answer: type[Reply]) -> Reply:
        """Send an order that has one answer and no progress to show. Raises AppError."""
        for event in self._converse(order, Cancel()):
            if isinstance(event, Failed):
                raise AppError.of(event.problem)
            if isinstance(event, answer):
                return event
        raise AppError(Code.ENGINE_PROTOCOL, detail=type(order).__name__)

    def _converse(self, order: Command, cancel: Cancel) -> Iterator[Event | Cancelled | Failed]:
        """Send an order and yield what comes, up to and with its one ending.

        Left early, it stops the engine and waits for the ending, so that the next order finds it free.
        """
        child = self._child
        if child is None:
            yield Failed(AppError(Code.NO_MODEL).problem)
            return
        before = self._working
        ended = False
        guard = threading.Lock()

        def pass_on() -> None:
            with guard, contextlib.suppress(ChildDied):
                if not ended:
                    child.send(StopOrder())

        try:
            child.send(order)
            cancel.on_request(pass_on)
            if not isinstance(order, Load):
                self._working = EngineState.BUSY
            while not ended:
                event = child.receive()
                with guard:
                    ended = not isinstance(event, _PROGRESS)
                if ended:
                    self._working = before
                match event:
                    case None:
                        continue
                    case WireFailed(problem):
                        yield Failed(problem)
                    case WireCancelled():
                        yield Cancelled()
                    case _:
                        yield event
        except ChildDied as death:
            ended = True
            self._deaths += 1
            self._working = EngineState.EMPTY
            error = _error(death)
            _log.warning("the engine died: %s", error.code.value)
            yield Failed(error.problem)
        finally:
            if not ended:
                pass_on()
                with contextlib.suppress(ChildDied):
                    while isinstance(child.receive(), _PROGRESS):
                        pass
                self._working = before


def _error(death: ChildDied) -> AppError:
    match death.cause:
        case Cause.SIGNAL:
            return AppError(Code.ENGINE_CRASHED, signal=death.detail)
        case Cause.HUNG:
            return AppError(Code.ENGINE_HUNG, seconds=death.detail)
        case Cause.OUT_OF_MEMORY:
            return AppError(Code.ENGINE_OUT_OF_MEMORY)
        case Cause.PROTOCOL:
            return AppError(Code.ENGINE_PROTOCOL, detail="")
        case _:
            return AppError(Code.ENGINE_EXITED, status=death.detail)
