"""The desk's side of the embedder: texts go in, vectors come out."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import cached_property

from app.core.errors import AppError, Code
from app.core.work import Cancel
from app.embedding.packages import embedding_model
from app.embedding.protocol import (
    MOST_SENTENCES,
    MOST_TEXTS,
    OF_SENTENCES,
    WIDTHS,
    Embed,
    Embedded,
    EmbedderEvent,
    TextVectors,
    VectorKind,
)
from app.isolation.client import ReaderClient, ReaderKind, ReaderLimits, ReaderProcess

KIND = ReaderKind(
    "app.embedding.worker", EmbedderEvent, {Code.READER_OUT_OF_MEMORY: {"path": str}, Code.BUG: {"where": str}}
)

LIMITS = ReaderLimits(progress_s=60.0, memory_bytes=1 << 30, cpu_s=24 * 3_600)
"""A backstop: a thousand pages take some minutes of processor time, and it may live as long as the desk."""

_log = logging.getLogger("octavo.search")


class Embedder:
    """Two processes at most: one for questions, and a patient one for books, which goes when nothing is left to do.

    Every method may be called from any thread.
    """

    def __init__(self, limits: ReaderLimits = LIMITS, model: str | None = None) -> None:
        self._model = model
        self._client = ReaderClient(KIND, limits)
        self._processes: dict[bool, ReaderProcess] = {}
        self._limits = limits
        self._asking = {False: threading.Lock(), True: threading.Lock()}

    @cached_property
    def model(self) -> str:
        """The names and versions of the models: those of `embedding_model`, unless others were given."""
        return embedding_model() if self._model is None else self._model

    def prepare(self) -> None:
        """Start the process for a question that will come, and do not wait for it."""
        if self.model and False not in self._processes:
            self._client.expect(1)

    def embed(
        self,
        texts: Sequence[str],
        kinds: Sequence[VectorKind],
        cancel: Cancel | None = None,
        *,
        asked: bool = False,
        patient: bool = False,
    ) -> tuple[TextVectors, ...]:
        """Return the vectors of each text, in the form of `Embedded`; `Embed` explains the other arguments.

        Raises AppError as a reader's death does; Stopped.
        """
        found: list[TextVectors] = []
        with self._asking[patient]:
            for start in range(0, len(texts), MOST_TEXTS):
                some = tuple(texts[start : start + MOST_TEXTS])
                found += self._ask(Embed(some, tuple(kinds), asked, patient), cancel)
        return tuple(found)

    def rest(self) -> None:
        """End the process for books: its memory is back."""
        with self._asking[True]:
            self._end(patient=True)

    def close(self) -> None:
        self._client.close()

    def _ask(self, order: Embed, cancel: Cancel | None) -> tuple[TextVectors, ...]:
        process = self._processes.get(order.patient)
        if process is None or not process.alive:
            process = self._client.open((), "", self._limits if order.patient else None)
            self._processes[order.patient] = process
        try:
            return process.ask(order, "", Embedded, lambda said: is_sound(order, said), cancel).vectors
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


def is_sound(order: Embed, untrusted: Embedded) -> bool:
    """Return whether these can be the vectors of these texts, by their number and their sizes."""
    sizes_fit = all(_fits(kind, len(vectors)) for text in untrusted.vectors for kind, vectors in text.items())
    return sizes_fit and [set(text) for text in untrusted.vectors] == [set(order.kinds)] * len(order.texts)


def _fits(kind: VectorKind, size: int) -> bool:
    count, rest = divmod(size, WIDTHS[kind])
    return not rest and 1 <= count <= (MOST_SENTENCES if kind in OF_SENTENCES else 1)
