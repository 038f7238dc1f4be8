"""What an engine's process does alike, whether it computes here or speaks with a server: takes orders from the desk one
after the other; `Stop`, `Pause` and `Resume` at any time."""

from __future__ import annotations

import queue
import threading
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from app.core.errors import AppError, Code, Problem
from app.core.work import Stopped
from app.engine.protocol import Command, Pause, Resume, Stop, WireCancelled, WireFailed
from app.engine.wishes import Wishes
from app.isolation.pulse import Port


class Server(ABC):
    def __init__(self, port: Port[Command]) -> None:
        self._port = port
        self._wishes = Wishes(port.step)
        self._orders: queue.SimpleQueue[Command | None] = queue.SimpleQueue()

    def run(self) -> None:
        """Serve until the desk closes the pipe."""
        threading.Thread(target=self._listen, name="orders", daemon=True).start()
        while (order := self._orders.get()) is not None:
            self._port.step()
            try:
                self._obey(order)
            except (Stopped, InterruptedError):
                self._port.send(WireCancelled())
            except AppError as error:
                self._port.send(WireFailed(error.problem))
            except MemoryError:
                self._port.send(WireFailed(Problem(Code.ENGINE_OUT_OF_MEMORY)))
            self._port.rest()

    @abstractmethod
    def _obey(self, order: Command) -> None:
        """Do what is asked and send the reply.

        Raises:
            AppError, MemoryError: it cannot be done; the desk is told, and the next order is taken.
            Stopped, InterruptedError: the desk wished it to stop.
        """

    def _listen(self) -> None:
        """`Stop` and `Pause` mean the order before them: one that arrives begins without, so none is lost and none
        lingers."""
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


def serve(server: Callable[[Port[Command]], Server]) -> None:
    """The rest of the process's life; what it cannot know how to answer is told as a bug, and ends it."""
    port: Port[Command] = Port(Command)
    try:
        server(port).run()
    except BrokenPipeError:
        pass  # the desk is gone
    except BaseException as error:
        traceback.print_exc()
        frame = traceback.extract_tb(error.__traceback__)[-1]
        port.send(WireFailed(Problem(Code.BUG, {"where": f"{Path(frame.filename).name}:{frame.lineno}"})))
        raise
