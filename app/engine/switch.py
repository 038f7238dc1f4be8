"""Two engines behind one port: the one of this machine, and one elsewhere; a load chooses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.core.cancel import Cancel
from app.core.conversation import Usage
from app.core.errors import AppError, Problem
from app.core.events import Cancelled, Done, Failed, Loading, Looking, Notice, Reading, Thinking, Token
from app.core.image import Raster
from app.core.settings import Sampling
from app.engine.client import EngineClient
from app.engine.protocol import (
    EngineState,
    Foresight,
    Generated,
    Inspected,
    LoadSpec,
    ModelInfo,
    Pixels,
    Prompt,
    PromptSize,
    Room,
)

REMOTE_MODULE = "app.engine.remote.worker"


class EngineSwitch:
    """`engine.protocol.Engine`: everything goes to the engine that was loaded last. The other one has no process then:
    neither does a model here take memory, nor is there a connection, while the other answers."""

    def __init__(self, local: EngineClient, remote: EngineClient | None = None) -> None:
        self._local = local
        self._remote = remote or EngineClient(module=REMOTE_MODULE)
        self._chosen = local

    @property
    def local(self) -> EngineClient:
        """The engine of this machine, for what only it can do; it needs no model for that."""
        return self._local

    def inspect(self) -> Inspected:
        """Version, devices and threads of the engine of this machine, whichever answers."""
        return self._local.inspect()

    @property
    def pid(self) -> int | None:
        """That of the process that answers, while it lives."""
        return self._chosen.pid

    def load(self, spec: LoadSpec, cancel: Cancel) -> Iterator[Loading | Done[ModelInfo] | Cancelled | Failed]:
        before, self._chosen = self._chosen, self._local if spec.remote is None else self._remote
        try:
            if before is not self._chosen:
                before.settle()
                before.unload()
        except AppError as error:  # it was closed
            yield Failed(error.problem)
            return
        yield from self._chosen.load(spec, cancel)

    def ready(self, cancel: Cancel) -> Iterator[Loading | Done[ModelInfo] | Cancelled | Failed]:
        return self._chosen.ready(cancel)

    def measure(self, prompt: Prompt) -> PromptSize:
        return self._chosen.measure(prompt)

    def foresee(self, prompt: Prompt) -> Foresight:
        return self._chosen.foresee(prompt)

    def rooms(self) -> tuple[Room, ...]:
        return self._chosen.rooms()

    def count(self, model_path: str, texts: Sequence[str]) -> tuple[int, ...]:
        return self._local.count(model_path, texts)

    def image_tokens(self, sizes: Sequence[tuple[int, int]]) -> tuple[int, ...]:
        return self._chosen.image_tokens(sizes)

    def unseen(self, prompt: Prompt) -> tuple[Pixels, ...]:
        return self._chosen.unseen(prompt)

    def see(
        self, wanted: Pixels, canvas: Raster, overview: Raster | None, cancel: Cancel
    ) -> Iterator[Looking | Done[None] | Cancelled | Failed]:
        return self._chosen.see(wanted, canvas, overview, cancel)

    def keep_images(self, sha256s: frozenset[str]) -> None:
        self._chosen.keep_images(sha256s)

    def answer(
        self, prompt: Prompt, sampling: Sampling, max_tokens: int, cancel: Cancel
    ) -> Iterator[Reading | Thinking | Token | Notice | Generated | Cancelled | Failed]:
        return self._chosen.answer(prompt, sampling, max_tokens, cancel)

    def read(self, prompt: Prompt, cancel: Cancel) -> Iterator[Reading | Notice | Done[Usage] | Cancelled | Failed]:
        return self._chosen.read(prompt, cancel)

    def pause(self) -> None:
        self._chosen.pause()

    def resume(self) -> None:
        self._chosen.resume()

    def forget(self, book_id: str) -> None:
        self._chosen.forget(book_id)

    def settle(self) -> tuple[Problem, ...]:
        return self._chosen.settle()

    def state(self) -> EngineState:
        return self._chosen.state()

    def model(self) -> ModelInfo | None:
        return self._chosen.model()

    def close(self) -> None:
        """End both processes."""
        self._local.close()
        self._remote.close()
