"""The process that speaks with a remote engine's server: takes the same orders as `engine.worker`, loads nothing."""

from __future__ import annotations

from app.core.conversations.events import Loading, Weighing
from app.core.errors import AppError, Code
from app.engine import protocol
from app.engine.order_loop import OrderLoop, serve
from app.engine.protocol import AnyOrder, LoadSpec
from app.engine.remote.session import RemoteSession
from app.isolation import limits

MEMORY_BYTES = 4 << 30
"""The bytes of memory that nothing a server says can exceed; ten million tokens of prompt take an eighth of them."""


class RemoteWorker(OrderLoop[RemoteSession]):
    def _open(self, spec: LoadSpec) -> RemoteSession:
        return RemoteSession(spec, lambda done: self._port.send(Loading(done)), self._control, self._tokenizing)

    def _obey_other(self, order: AnyOrder) -> None:
        session = self._loaded()
        match order:
            case protocol.Weigh():
                self._reply_read(order, session.weigh(order, self._weighing))
            case protocol.ContextOptions():
                self._reply(order, ())  # the room is what the server has
            case protocol.Forget() | protocol.ChangeDesk():
                session.forget()
                self._reply(order, None)
            case protocol.CountImageTokens(sizes):
                self._reply(order, session.image_tokens(sizes))
            case protocol.MissingImages(prompt):
                self._reply(order, session.images.missing(prompt))
            case protocol.GiveImage(sha256, png):
                session.images.put(sha256, png)
                self._reply(order, None)
            case protocol.KeepImages(sha256s):
                session.images.retain(sha256s)
                self._reply(order, None)
            case protocol.FlushSaved():
                self._reply(order, ())
            case _:  # what only an engine on this machine can do, and `engine.client` never asks for
                raise AppError(Code.ENGINE_PROTOCOL, detail=type(order).__name__)

    def _weighing(self, done: int, total: int) -> None:
        self._port.send(Weighing(done, total))


def main() -> None:
    limits.volunteer()
    limits.harden()
    limits.hold_memory(MEMORY_BYTES)
    serve(RemoteWorker)


if __name__ == "__main__":
    main()
