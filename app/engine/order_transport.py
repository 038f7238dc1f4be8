"""One order carried out by an engine's process: sent, followed to its end, stopped where nobody wants it any more."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable

import msgspec

from app.core.conversations.events import Loading, Looking, Notice, Reading, Thinking, Token, Tokenizing, Weighing
from app.core.errors import AppError, Code
from app.core.work import Cancel, Progress, Result, Stopped, Work
from app.engine import protocol
from app.engine.protocol import EngineOrder, Event
from app.isolation.child import Cause, Child, ChildDied
from app.isolation.heartbeat import WireFailed

_PROGRESS = (Loading, Looking, Tokenizing, Reading, Thinking, Token, Weighing, Notice)

_log = logging.getLogger("octavo.engine")


def carry(
    child: Child[Event], receive: Callable[[], Event | None], order: EngineOrder[Progress, Result], cancel: Cancel
) -> Work[Progress, Event | None]:
    """Send an order and return the event that ends it. `receive` waits for the child's next event. Left early, it stops
    the engine and waits for the end, so that the next one finds it free.

    Raises ChildDied.
    """
    ended = False
    guard = threading.Lock()

    def pass_on() -> None:
        with guard, contextlib.suppress(ChildDied):
            if not ended:
                child.send(protocol.Stop())

    try:
        child.send(order)
        cancel.on_request(pass_on)
        while True:
            event = receive()
            with guard:
                ended = not isinstance(event, _PROGRESS)
            if ended:
                return event
            if order.reports(event):
                yield event
    except ChildDied:
        ended = True
        raise
    finally:
        if not ended:
            pass_on()
            with contextlib.suppress(ChildDied):
                while isinstance(receive(), _PROGRESS):
                    pass


def result_of(order: EngineOrder[Progress, Result], end: Event | None) -> Result:
    """Return the result that the event at the end of an order brings. Raises AppError; Stopped."""
    match end:
        case protocol.Replied():
            with contextlib.suppress(msgspec.MsgspecError):
                return order.result(end)
        case WireFailed(problem):
            raise AppError.of(problem)
        case protocol.WireStopped():
            raise Stopped
    raise AppError(Code.ENGINE_PROTOCOL, detail=type(order).__name__)


def error_of(death: ChildDied) -> AppError:
    _log.warning("the engine died: %s %d", death.cause.value, death.detail)
    match death.cause:
        case Cause.SIGNAL:
            return AppError(Code.ENGINE_CRASHED, signal=death.detail)
        case Cause.HUNG:
            return AppError(Code.ENGINE_HUNG, seconds=death.detail)
        case Cause.OUT_OF_MEMORY:
            return AppError(Code.ENGINE_OUT_OF_MEMORY)
        case Cause.PROTOCOL:
            return AppError(Code.ENGINE_PROTOCOL, detail="")
        case Cause.EXITED if death.detail == protocol.CARD_FULL_STATUS:
            return AppError(Code.ENGINE_CARD_FULL)
        case Cause.EXITED if death.detail == protocol.CARD_LOST_STATUS:
            return AppError(Code.ENGINE_CARD_LOST)
        case _:
            return AppError(Code.ENGINE_EXITED, status=death.detail)
