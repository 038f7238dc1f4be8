"""The program's side of the engine: starts its process, speaks with it, and starts another when it dies."""

from __future__ import annotations

import contextlib
import logging
import threading
from contextlib import AbstractContextManager
from functools import partial

import msgspec

from app.core.conversations.events import Loading, Looking
from app.core.conversations.image import Raster
from app.core.errors import OUTAGES, AppError, Code, Problem
from app.core.policy import Policy
from app.core.settings import Mapping
from app.core.work import Cancel, Progress, Result, Work, finish
from app.engine import protocol
from app.engine.lanes import Lanes
from app.engine.order_transport import carry, error_of, result_of
from app.engine.protocol import EngineOrder, EngineState, Event, LoadSpec, ModelInfo, Pixels
from app.engine.remote.address import parse
from app.isolation.child import Child, ChildDied
from app.isolation.program import command

HERE = "app.engine.worker"
"""The module of the process that computes on this machine."""

REMOTE = "app.engine.remote.worker"
"""The module of the process that speaks with a server. Never imported here: nothing here can open a socket."""

MAX_DEATHS = 3
"""A dead engine is started again, but not for ever: a model that killed it three times in a row will again."""

_LOST = frozenset({Code.REMOTE_UNREACHABLE, Code.REMOTE_CUT})
"""The problems after which a server that has several addresses is connected anew, at the first that answers."""

_log = logging.getLogger("octavo.engine")


class EngineClient:
    """`engine.protocol.Engine` over a child process: one of this machine, or one that speaks with a server, as the last
    load asks. The other one has no process then, but for what only this machine can do beside a server.

    One caller at a time; `pause`, `resume`, `state`, `model` and `close` at any time.
    """

    def __init__(
        self, stall_limit_s: float = 900.0, silence_limit_s: float = 20.0, policy: Policy | None = None
    ) -> None:
        """`stall_limit_s` are the seconds that one slice may take, `silence_limit_s` those without a sign of life.
        `policy` says which servers may be spoken to; None allows any."""
        self._policy = policy or Policy()
        self._stall_limit_s = stall_limit_s
        self._silence_limit_s = silence_limit_s
        self._lock = threading.Lock()
        self._children: dict[str, Child[Event]] = {}  # by what runs in them
        self._answering = HERE
        self._fresh = False  # the process of this machine has not loaded anything yet
        self._is_lost = False  # the address of a server that was connected with, which has others
        self._closed = False
        self._spec: LoadSpec | None = None
        self._model: ModelInfo | None = None
        self._deaths = 0
        self.pause_count = 0
        self._lanes = Lanes(partial(self._process, REMOTE))
        self._working = EngineState.EMPTY

    # ---- the port

    def load(self, spec: LoadSpec, cancel: Cancel) -> Work[Loading, ModelInfo]:
        """Load `spec` in a new process: the old model's memory comes back first. Forgives earlier deaths."""
        self._deaths = 0
        self.flush_saved()
        return (yield from self._load(spec, cancel))

    def disconnect(self) -> None:
        if self._answering == REMOTE:
            self._lanes.close()
            self._end(REMOTE)
            self._spec, self._model, self._working = None, None, EngineState.EMPTY
            self._answering = HERE

    def revive(self, cancel: Cancel) -> Work[Loading, ModelInfo]:
        if self._deaths >= MAX_DEATHS:
            raise AppError(Code.ENGINE_GAVE_UP, attempts=self._deaths)
        if self._spec is None:
            raise AppError(Code.NO_MODEL)
        _log.info("starting the engine again, deaths in a row: %d", self._deaths)
        return (yield from self._load(self._spec, cancel))

    def run(self, order: EngineOrder[Progress, Result], cancel: Cancel | None = None) -> Work[Progress, Result]:
        """Have an order carried out by the process that answers or, where it is about this machine, by that of this
        machine, which is started for it.

        Left early, it stops the engine and waits for the end of the order, so that the next one finds it free.
        """
        cancel, module = cancel or Cancel(), self._process_for(order)
        if self._is_lost and module == REMOTE and self._spec is not None and not isinstance(order, protocol.Load):
            finish(self._load(self._spec, cancel))
        child = self._children.get(module)
        if child is None:
            raise AppError(Code.NO_MODEL)
        spec, model = self._spec, self._model
        if self._lanes.number is not None and spec is not None and model is not None and module == REMOTE:
            try:
                return (yield from self._lanes.run(order, child, spec, model, cancel))
            finally:
                self._deaths += child.death is not None
        before = self._working
        try:
            if not isinstance(order, protocol.Load):
                self._working = EngineState.BUSY
            ended = yield from carry(child, child.receive, order, cancel)
        except ChildDied as death:
            before = self._working_after_death(module, before)
            raise error_of(death) from death
        finally:
            self._working = before
        if isinstance(ended, protocol.Replied) and isinstance(order, protocol.AnswerTo | protocol.ReadBooks):
            self._deaths = 0
        try:
            return result_of(order, ended)
        except AppError as error:
            remote = None if spec is None else spec.remote
            self._is_lost = remote is not None and bool(remote.others) and error.code in _LOST
            raise

    def on_lane(self, number: int) -> AbstractContextManager[None]:
        return self._lanes.on(number)

    def close_lanes(self) -> None:
        self._lanes.close()

    def see(self, wanted: Pixels, canvas: Raster, overview: Raster | None, cancel: Cancel) -> Work[Looking, None]:
        try:
            yield from self.run(protocol.See(wanted, canvas, overview), cancel)
        except AppError as error:
            if self._model is not None and error.code.startswith("model_projector_"):
                self._model = msgspec.structs.replace(self._model, vision=None, vision_problem=error.problem)
            raise

    def keep_images(self, sha256s: frozenset[str]) -> None:
        if self._holds_model():
            finish(self.run(protocol.KeepImages(sha256s)))

    def pause(self) -> None:
        self.pause_count += 1
        self._send(protocol.Pause())

    def resume(self) -> None:
        self._send(protocol.Resume())

    def forget(self, book_id: str) -> None:
        if self._holds_model():
            finish(self.run(protocol.Forget(book_id)))

    def change_desk(self, desk: str) -> None:
        if self._spec is not None and self._spec.readings is not None:
            readings = msgspec.structs.replace(self._spec.readings, desk=desk)
            self._spec = msgspec.structs.replace(self._spec, readings=readings)
        if self._holds_model():
            finish(self.run(protocol.ChangeDesk(desk)))

    def flush_saved(self) -> tuple[Problem, ...]:
        try:
            return finish(self.run(protocol.FlushSaved())) if self._holds_model() else ()
        except AppError as error:
            return (error.problem,)

    def state(self) -> EngineState:
        child = self._children.get(self._answering)
        if child is not None and (child.death is not None or (self._model is not None and self._is_fresh())):
            return EngineState.DEAD
        return self._working

    def model(self) -> ModelInfo | None:
        return self._model

    def close(self) -> None:
        """End all processes; an answer that is being written ends as failed. May be called from any thread."""
        with self._lock:
            self._closed = True
            children, self._children = self._children, {}
        for child in children.values():
            child.kill()
        self._lanes.close()
        self._working = EngineState.EMPTY

    @property
    def pid(self) -> int | None:
        """The id of the process that answers, or None if it does not live."""
        child = self._children.get(self._answering)
        return child.pid if child is not None and child.death is None else None

    # ---- the processes

    def _lives(self, module: str) -> bool:
        child = self._children.get(module)
        return child is not None and child.death is None

    def _process_for(self, order: object) -> str:
        if not isinstance(order, protocol.OfMachine):
            return self._answering
        if not self._lives(HERE):
            self._start(HERE)
        return HERE

    def _is_fresh(self) -> bool:
        """Return whether the process that would answer has no model: the model's own process died, and another began
        for other work."""
        return self._fresh and self._answering == HERE

    def _holds_model(self) -> bool:
        return self._model is not None and self._lives(self._answering) and not self._is_fresh()

    def _start(self, module: str) -> None:
        """Start a child process. Raises AppError if `close` came before."""
        self._end(module)
        with self._lock:
            self._children[module] = self._process(module)
        if module == HERE:
            self._fresh = True
        if module == self._answering:
            self._working = EngineState.EMPTY

    def _process(self, module: str) -> Child[Event]:
        """Start a new process. Raises AppError if `close` came before."""
        if self._closed:
            raise AppError(Code.ENGINE_EXITED, status=0)
        return Child(command(module), Event, stall_limit_s=self._stall_limit_s, silence_limit_s=self._silence_limit_s)

    def _end(self, module: str) -> None:
        with self._lock:
            child = self._children.pop(module, None)
        if child is not None:
            child.kill()

    def _load(self, spec: LoadSpec, cancel: Cancel) -> Work[Loading, ModelInfo]:
        """Load `spec`: on the processor, if a card does not answer, with weights that are read from their file as they
        are needed, since main memory was not planned to hold them."""
        try:
            return (yield from self._load_as_told(spec, cancel))
        except AppError as error:
            if error.code is not Code.ENGINE_CARD_LOST or not spec.cards:
                raise
        _log.warning("the card does not answer; the processor computes in its place")
        alone = msgspec.structs.replace(spec, cards=False, mapping=Mapping.MAPPED)
        return (yield from self._load_as_told(alone, cancel))

    def _load_as_told(self, spec: LoadSpec, cancel: Cancel) -> Work[Loading, ModelInfo]:
        """Load `spec`; where it is a server that cannot be reached, the same model at the next of its addresses."""
        if (remote := spec.remote) is None:
            return (yield from self._load_one(spec, cancel))
        for each in (remote, *remote.others):
            self._policy.check_server(parse(each.address).shown)
        for number in range(len(remote.others)):
            try:
                return (yield from self._load_one(msgspec.structs.replace(spec, remote=remote.turned(number)), cancel))
            except AppError as error:
                if error.code not in OUTAGES:
                    raise
        last = remote.turned(len(remote.others))
        return (yield from self._load_one(msgspec.structs.replace(spec, remote=last), cancel))

    def _load_one(self, spec: LoadSpec, cancel: Cancel) -> Work[Loading, ModelInfo]:
        self._lanes.close()
        self._spec, self._model, self._working, self._is_lost = spec, None, EngineState.EMPTY, False
        self._answering, other = (HERE, REMOTE) if spec.remote is None else (REMOTE, HERE)
        self._end(other)
        if not (self._is_fresh() and self._lives(HERE)):
            self._start(self._answering)
        self._fresh = False
        self._working = EngineState.LOADING
        try:
            self._model = yield from self.run(protocol.Load(spec), cancel)
            if spec.remote is not None:  # another process that connects need not try what is known now
                self._spec = msgspec.structs.replace(spec, remote=spec.remote.knowing(self._model.traits))
        finally:
            self._working = EngineState.EMPTY if self._model is None else EngineState.READY
        return self._model

    def _working_after_death(self, module: str, before: EngineState) -> EngineState:
        if module != self._answering:
            return before
        self._deaths += 1
        return EngineState.EMPTY

    def _send(self, order: protocol.Command) -> None:
        """Send what has no reply, from any thread, to the processes that answer."""
        first = self._children.get(self._answering)
        for child in (*(() if first is None else (first,)), *self._lanes.each()):
            with contextlib.suppress(ChildDied):
                child.send(order)
