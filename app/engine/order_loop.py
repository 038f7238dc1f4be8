"""An engine's process, whether it computes here or speaks with a server: takes orders one after the other, and `Stop`,
`Pause` and `Resume` at any time."""

from __future__ import annotations

import queue
import threading
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from app.core.conversations.conversation import Usage
from app.core.conversations.events import Notice, Reading, Thinking, Token, Tokenizing
from app.core.errors import AppError, Code, Problem
from app.core.work import Progress, Result, Stopped
from app.engine import protocol
from app.engine.control import RunControl
from app.engine.protocol import (
    AnswerTo,
    AnyOrder,
    Command,
    EngineOrder,
    Generated,
    LoadSpec,
    ModelInfo,
    Prompt,
    PromptSize,
)
from app.isolation.heartbeat import Port, WireFailed


class EngineSession(Protocol):
    """A loaded model, here or on a server."""

    info: ModelInfo

    def measure(self, prompt: Prompt) -> PromptSize: ...

    def read_books(self, prompt: Prompt, on_progress: Callable[[int, int, int], None]) -> Usage: ...

    def answer(
        self, order: AnswerTo, on_progress: Callable[[int, int, int], None], tell: Callable[[Token | Thinking], None]
    ) -> Generated: ...

    def problems(self) -> list[Problem]: ...

    def close(self) -> None: ...


Session = TypeVar("Session", bound=EngineSession)

_WORTH_SHOWING = 200_000
"""Characters that take a quarter of a second on one thread."""

_SHOWN_STEP = 0.01


class OrderLoop(ABC, Generic[Session]):
    def __init__(self, port: Port[Command]) -> None:
        self._port = port
        self._control = RunControl(port.step)
        self._orders: queue.SimpleQueue[AnyOrder | None] = queue.SimpleQueue()
        self._session: Session | None = None
        self._tokenized = 0

    def run(self) -> None:
        """Serve until the program closes the pipe."""
        threading.Thread(target=self._listen, name="orders", daemon=True).start()
        while (order := self._orders.get()) is not None:
            self._port.step()
            try:
                self._obey(order)
            except (Stopped, InterruptedError):
                self._port.send(protocol.WireStopped())
            except AppError as error:
                self._port.send(WireFailed(error.problem))
            except MemoryError:
                self._port.send(WireFailed(Problem(Code.ENGINE_OUT_OF_MEMORY)))
            self._port.rest()

    def _obey(self, order: AnyOrder) -> None:
        """Do what is asked and send the reply.

        Raises:
            AppError, MemoryError: it cannot be done; the reply says so, and the next order is taken.
            Stopped, InterruptedError: it was stopped.
        """
        match order:
            case protocol.Load(spec):
                if self._session is not None:
                    self._session.close()
                    self._session = None
                self._session = self._open(spec)
                self._reply(order, self._session.info)
            case protocol.Measure(prompt):
                self._reply(order, self._loaded().measure(prompt))
            case protocol.ReadBooks(prompt):
                self._reply_read(order, self._loaded().read_books(prompt, self._reading))
            case protocol.AnswerTo():
                self._reply_read(order, self._loaded().answer(order, self._reading, self._port.send))
            case _:
                self._obey_other(order)

    @abstractmethod
    def _open(self, spec: LoadSpec) -> Session: ...

    @abstractmethod
    def _obey_other(self, order: AnyOrder) -> None:
        """Carry out an order that each kind of engine carries out in its own way. Raises what `_obey` raises."""

    def _reply(self, order: EngineOrder[Progress, Result], result: Result) -> None:
        self._port.send(order.reply(result))

    def _reply_read(self, order: EngineOrder[Progress, Result], result: Result) -> None:
        """Reply to an order that had something read, with what went wrong with saved readings."""
        for problem in self._loaded().problems():
            self._port.send(Notice(problem))
        self._reply(order, result)

    def _loaded(self) -> Session:
        if self._session is None:
            raise AppError(Code.NO_MODEL)
        return self._session

    def _reading(self, done: int, total: int, reused: int) -> None:
        self._port.send(Reading(done, total, reused))

    def _tokenizing(self, done: int, total: int) -> None:
        """Show progress between two texts, and end when asked to. A person sees what takes a moment, in steps that can
        be seen. Raises Stopped."""
        if self._control.wait():
            raise Stopped
        if total >= _WORTH_SHOWING and (done == total or not 0 <= done - self._tokenized < total * _SHOWN_STEP):
            self._tokenized = done
            self._port.send(Tokenizing(done, total))

    def _listen(self) -> None:
        """Receive what is sent to this process. `Stop` and `Pause` mean the order before them: one that arrives begins
        without, so none is lost and none lingers."""
        try:
            while (order := self._port.receive()) is not None:
                match order:
                    case protocol.Stop():
                        self._control.stop()
                    case protocol.Pause():
                        self._control.pause()
                    case protocol.Resume():
                        self._control.resume()
                    case _:
                        self._control.begin()
                        self._orders.put(order)
        finally:
            self._control.stop()
            self._orders.put(None)


def serve(server: Callable[[Port[Command]], OrderLoop[Session]]) -> None:
    """Serve for the rest of the process's life. An error that nobody foresaw is reported as a bug, and ends it."""
    port: Port[Command] = Port(Command)
    try:
        server(port).run()
    except BrokenPipeError:
        pass  # the program is gone
    except BaseException as error:
        traceback.print_exc()
        frame = traceback.extract_tb(error.__traceback__)[-1]
        port.send(WireFailed(Problem(Code.BUG, {"where": f"{Path(frame.filename).name}:{frame.lineno}"})))
        raise
