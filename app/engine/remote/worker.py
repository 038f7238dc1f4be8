"""The process that speaks with a remote engine's server: takes the same orders as `engine.worker`, loads nothing."""

from __future__ import annotations

import queue
import threading
import traceback
from pathlib import Path

from app.core.errors import AppError, Code, Problem
from app.core.events import Loading, Reading, Token
from app.engine.protocol import (
    AnswerTo,
    Appraise,
    BooksRead,
    Command,
    Foresee,
    Foreseen,
    Forget,
    Forgotten,
    ImagesKept,
    KeepImages,
    Load,
    Loaded,
    LookFor,
    Measure,
    Measured,
    Pause,
    ReadBooks,
    Resume,
    See,
    Settle,
    Settled,
    Stop,
    Survey,
    Surveyed,
    WireCancelled,
    WireFailed,
)
from app.engine.remote.session import RemoteSession
from app.engine.wishes import Stopped, Wishes
from app.isolation import limits
from app.isolation.pulse import Port

MEMORY_BYTES = 4 << 30
"""What a server says cannot take more; ten million tokens of prompt take an eighth of it."""


class Worker:
    def __init__(self, port: Port[Command]) -> None:
        self._port = port
        self._wishes = Wishes(port.step)
        self._orders: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._session: RemoteSession | None = None

    def run(self) -> None:
        """Serve until the desk closes the pipe."""
        threading.Thread(target=self._listen, name="orders", daemon=True).start()
        while (order := self._orders.get()) is not None:
            self._port.step()
            try:
                self._obey(order)
            except Stopped:
                self._port.send(WireCancelled())
            except AppError as error:
                self._port.send(WireFailed(error.problem))
            except MemoryError:
                self._port.send(WireFailed(Problem(Code.ENGINE_OUT_OF_MEMORY)))
            self._port.rest()

    def _listen(self) -> None:
        """As `engine.worker.Worker` does."""
        try:
            while (order := self._port.receive()) is not None:
                match order:
                    case Stop():
                        self._wishes.stop()
                    case Pause():
                        self._wishes.pause()
                    case Resume():
                        self._wishes.resume()
                    case _:
                        self._wishes.begin()
                        self._orders.put(order)
        finally:
            self._wishes.stop()
            self._orders.put(None)

    def _obey(self, order: Command) -> None:
        match order:
            case Load(spec):
                self._session = RemoteSession(spec, lambda done: self._port.send(Loading(done)), self._wishes)
                self._port.send(Loaded(self._session.info))
            case Measure(prompt):
                self._port.send(Measured(self._loaded().measure(prompt)))
            case Foresee(prompt):
                self._port.send(Foreseen(self._loaded().foresee(prompt)))
            case ReadBooks(prompt):
                self._port.send(BooksRead(self._loaded().read_books(prompt, self._reading)))
            case AnswerTo(prompt, sampling, max_tokens):
                self._port.send(
                    self._loaded().answer(
                        prompt, sampling, max_tokens, self._reading, lambda text: self._port.send(Token(text))
                    )
                )
            case Survey():
                self._loaded()
                self._port.send(Surveyed(()))  # the room is what the server has
            case Forget():
                if self._session is not None:
                    self._session.forget()
                self._port.send(Forgotten())
            case KeepImages():
                self._port.send(ImagesKept())
            case Settle():
                self._port.send(Settled(()))
            case Appraise() | LookFor() | See():
                raise AppError(Code.REMOTE_BLIND, host=self._loaded().info.host)
            case Stop() | Pause() | Resume():
                pass  # `_listen` heeds them
            case _:  # what only an engine on this machine can do, and `engine.switch` never asks for
                raise AppError(Code.ENGINE_PROTOCOL, detail=type(order).__name__)

    def _loaded(self) -> RemoteSession:
        if self._session is None:
            raise AppError(Code.NO_MODEL)
        return self._session

    def _reading(self, done: int, total: int, reused: int) -> None:
        self._port.send(Reading(done, total, reused))


def main() -> None:
    limits.volunteer()
    limits.harden()
    limits.hold_memory(MEMORY_BYTES)
    port: Port[Command] = Port(Command)
    try:
        Worker(port).run()
    except BrokenPipeError:
        pass  # the desk is gone
    except BaseException as error:
        traceback.print_exc()
        frame = traceback.extract_tb(error.__traceback__)[-1]
        port.send(WireFailed(Problem(Code.BUG, {"where": f"{Path(frame.filename).name}:{frame.lineno}"})))
        raise


if __name__ == "__main__":
    main()
