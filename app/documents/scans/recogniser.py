"""The desk's side of recognition: one process that is given pictures, started when there is the first."""

from __future__ import annotations

import msgspec

from app.core.document import Recognition
from app.core.errors import AppError, Code
from app.core.image import Raster
from app.core.work import Cancel
from app.documents.scans.protocol import Event, Recognise, Recognised
from app.isolation.client import ReaderClient, ReaderKind, ReaderLimits, ReaderProcess
from app.isolation.limits import READER_MEMORY_BYTES

PAGE_CPU_S = 120
"""Processor time for each page that is to be recognised, a backstop: a full one takes 6 to 10 seconds."""

PROGRESS_LIMIT_S = 60.0
"""How long a few lines may take, or finding them: seconds on a busy machine."""

KIND = ReaderKind(
    "app.documents.scans.worker",
    Event,
    {Code.READER_OUT_OF_MEMORY: {"path": str}, Code.BUG: {"where": str}},
)


class NotRecognised(Exception):
    """The process died of a picture, hung, or could not be started; the next picture gets a new one."""


class RecogniserLimits(msgspec.Struct, frozen=True):
    progress_s: float = PROGRESS_LIMIT_S
    memory_bytes: int = READER_MEMORY_BYTES
    page_cpu_s: int = PAGE_CPU_S


class Recogniser:
    """One picture at a time."""

    def __init__(self, client: ReaderClient, limits: RecogniserLimits, pages: int) -> None:
        """`client`: of KIND. `pages` is the most that it will be given."""
        self._client = client
        cpu_s = limits.page_cpu_s * max(1, pages)
        self._limits = ReaderLimits(limits.progress_s, memory_bytes=limits.memory_bytes, cpu_s=cpu_s)
        self._process: ReaderProcess | None = None

    def recognise(self, image: Raster, cancel: Cancel) -> Recognition:
        """Raises NotRecognised; Stopped, and the process ends."""
        try:
            process = self._process = self._process or self._client.open((), "", self._limits)
            said = process.ask(Recognise(image), "", Recognised, lambda said: 0 <= said.confidence <= 1, cancel)
        except AppError as error:
            self.close()
            raise NotRecognised from error
        return Recognition(said.text, said.confidence)

    def close(self) -> None:
        """End the process at once; a later picture would start a new one."""
        if self._process is not None:
            self._client.end(self._process)
            self._process = None
