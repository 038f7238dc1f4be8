"""The process that speaks with a remote engine's server: takes the same orders as `engine.worker`, loads nothing."""

from __future__ import annotations

from app.core.errors import AppError, Code
from app.core.events import Loading, Reading, Thinking, Token
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
)
from app.engine.remote.session import RemoteSession
from app.engine.serving import Server, serve
from app.isolation import limits
from app.isolation.pulse import Port

MEMORY_BYTES = 4 << 30
"""What a server says cannot take more; ten million tokens of prompt take an eighth of it."""


class Worker(Server):
    def __init__(self, port: Port[Command]) -> None:
        super().__init__(port)
        self._session: RemoteSession | None = None

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
                session = self._loaded()
                answer = session.answer(prompt, sampling, max_tokens, self._reading, self._writing, self._thinking)
                self._port.send(answer)
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
                pass  # heeded when they arrive
            case _:  # what only an engine on this machine can do, and `engine.switch` never asks for
                raise AppError(Code.ENGINE_PROTOCOL, detail=type(order).__name__)

    def _loaded(self) -> RemoteSession:
        if self._session is None:
            raise AppError(Code.NO_MODEL)
        return self._session

    def _writing(self, text: str) -> None:
        self._port.send(Token(text))

    def _thinking(self) -> None:
        self._port.send(Thinking())

    def _reading(self, done: int, total: int, reused: int) -> None:
        self._port.send(Reading(done, total, reused))


def main() -> None:
    limits.volunteer()
    limits.harden()
    limits.hold_memory(MEMORY_BYTES)
    serve(Worker)


if __name__ == "__main__":
    main()
