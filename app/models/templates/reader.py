"""The desk's side of chat templates: each is rendered in a locked-in process of its own, which has no file."""

from __future__ import annotations

import logging

from app.core.chat_template import WorkedOut
from app.core.errors import AppError, Code
from app.core.work import Cancel
from app.isolation.client import Findings, ReaderClient, ReaderKind, ReaderLimits, ReaderProcess, logged
from app.isolation.sandbox import Step
from app.models.gguf.container import MAX_TEMPLATE_BYTES
from app.models.templates.protocol import MAX_PIECES, Event, TemplateFlaw, Worked, WorkOut

MEMORY_BYTES = 256 << 20
"""Memory of one process: rendering takes a few megabytes."""

CPU_S = 10
"""Processor time of one process: starting takes a third of a second, rendering a few hundredths."""

_FINDINGS: Findings = {
    Code.MODEL_TEMPLATE_REFUSED: {"path": str, "flaw": str},
    Code.READER_OUT_OF_MEMORY: {"path": str},
    Code.BUG: {"where": str},
}
_KIND = ReaderKind(
    "app.models.templates.worker",
    Event,
    _FINDINGS,
    unstarted=Code.MODEL_UNREADABLE,
    harmless=frozenset({Code.MODEL_TEMPLATE_REFUSED}),
)
_DEATHS = {
    Code.READER_OUT_OF_MEMORY: TemplateFlaw.MEMORY,
    Code.READER_TIMEOUT: TemplateFlaw.TIME,
    Code.READER_CRASHED: TemplateFlaw.CRASH,
    Code.READER_ENDED: TemplateFlaw.CRASH,
    Code.BUG: TemplateFlaw.CRASH,
}

_log = logging.getLogger("octavo.models")


class TemplateReader:
    """Every method may be called from any thread."""

    def __init__(self, step: Step | None = None, limits: ReaderLimits | None = None) -> None:
        """`step` None takes the highest that this system offers."""
        self._client = ReaderClient(_KIND, limits or ReaderLimits(memory_bytes=MEMORY_BYTES, cpu_s=CPU_S), step)

    def work_out(self, untrusted_template: str, path: str, cancel: Cancel) -> WorkedOut:
        """Return the format that a template writes; `path` names the model in what is raised: AppError
        MODEL_TEMPLATE_REFUSED, also if the process broke down; MODEL_UNREADABLE if none could be started; Stopped."""
        with logged(_log, "template not used"), self._client.opened((), path) as process:
            return ask(process, untrusted_template, path, cancel)


def ask(process: ReaderProcess, untrusted_template: str, path: str, cancel: Cancel) -> WorkedOut:
    """Work out a template, as `TemplateReader.work_out` does, in a process that may be asked again unless it broke
    down."""
    if len(untrusted_template.encode("utf-8", "replace")) > MAX_TEMPLATE_BYTES:
        raise _refused(TemplateFlaw.SIZE, path)
    try:
        return process.ask(WorkOut(untrusted_template), path, Worked, _is_sound, cancel).result
    except AppError as error:
        if error.code in _DEATHS:
            raise _refused(_DEATHS[error.code], path) from error
        if error.params.get("flaw") not in set(TemplateFlaw):
            raise _refused(TemplateFlaw.CRASH, path) from error
        raise


def _refused(flaw: TemplateFlaw, path: str) -> AppError:
    return AppError(Code.MODEL_TEMPLATE_REFUSED, path=path, flaw=flaw.value)


# A process that a template has taken over may say anything: nothing that later code relies on is taken on trust.


def _is_sound(worked: Worked) -> bool:
    result = worked.result
    return sum(map(len, result.template.pieces)) <= MAX_PIECES and sum(map(len, result.added)) <= MAX_PIECES
