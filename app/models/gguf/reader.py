"""The desk's side of headers: a locked-in process for each model, which is handed open files and never a name."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec

from app.core.conversations.events import Opening
from app.core.errors import AppError, Code
from app.core.machine.paths import check_name
from app.core.model import NO_LAYER, FileKind, ModelHeader
from app.core.work import Cancel, Stopped, Work
from app.isolation.client import DIED, Findings, ReaderClient, ReaderKind, ReaderLimits, ReaderProcess, Wanted, logged
from app.isolation.files import Version, look_at, open_regular, printable
from app.isolation.handover import MOST_FILES
from app.isolation.sandbox import Step
from app.models import local
from app.models.gguf.container import (
    BLOCK_BYTES,
    MAX_HEADER_BYTES,
    MAX_KEPT_BYTES,
    MAX_TEMPLATE_BYTES,
    MIXTURES,
    TYPE_NAMES,
)
from app.models.gguf.header import MAX_LAYERS
from app.models.gguf.protocol import Bytes, Compose, Event, HeaderRead, Order, PartRead, ReadPart, ReadRemote, WantBytes
from app.models.gguf.values import MAX_NUMBER
from app.models.offers import RemoteFile

MAX_FILES = MOST_FILES
"""Parts of a split model, all of which are open at once; the largest models come in half as many."""

MEMORY_BYTES = 512 << 20
"""Memory of one process, half of which the largest header that is read would take."""

CPU_S = 60
"""Processor time of one process, a backstop: a real header takes a tenth of a second."""

MAX_REMOTE_BYTES = MAX_HEADER_BYTES + 2 * MAX_FILES * BLOCK_BYTES
"""The most that is read of a remote model: one header at its limit, and two blocks of each other file."""

_KEPT_HEADERS = 64

_SETTLED_NS = 2 * 10**9
"""A file that was changed less than that before it was read may change again without a new time: file systems count in
steps of milliseconds to two seconds."""

Supply: TypeAlias = Callable[[int, int, int], "bytes | None"]
"""Gives bytes of a file: its number, offset, size. None once that is not wanted any more. May raise AppError."""

_FINDINGS: Findings = {
    Code.MODEL_NOT_GGUF: {"path": str},
    Code.MODEL_TRUNCATED: {"path": str},
    Code.MODEL_INCOMPLETE: {"path": str, "missing_bytes": int},
    Code.MODEL_BYTE_ORDER: {"path": str},
    Code.MODEL_VERSION: {"path": str, "found": int},
    Code.MODEL_TYPE_UNKNOWN: {"path": str, "number": int},
    Code.MODEL_LIMIT: {"path": str, "limit": str, "value": int},
    Code.MODEL_DAMAGED: {"path": str, "flaw": str},
    Code.MODEL_PARTS_DIFFER: {"path": str, "parts": int},
    Code.READER_OUT_OF_MEMORY: {"path": str},
    Code.BUG: {"where": str},
}
_KIND = ReaderKind("app.models.gguf.worker", Event, _FINDINGS, unstarted=Code.MODEL_UNREADABLE)
_BROKE_DOWN = DIED - {Code.BUG}

_log = logging.getLogger("octavo.models")


_Files: TypeAlias = tuple[tuple[Path, Version], ...]


class KnownHeaders:
    """The headers that were read last, each as long as its files stay the same; readers may share them. Every method
    may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._headers: dict[_Files, ModelHeader] = {}

    def of(self, files: Sequence[Path]) -> ModelHeader | None:
        """Return the header that was read of these files as they are now; None if none was."""
        with self._lock:
            return self._headers.get(_as_they_are(files))

    def keep(self, files: _Files, header: ModelHeader) -> None:
        """Keep what was read of files of these versions, unless they may change again without a sign of it."""
        if any(time.time_ns() - version.changed_ns < _SETTLED_NS for _file, version in files):
            return
        with self._lock:
            self._headers[files] = header
            while len(self._headers) > _KEPT_HEADERS:
                del self._headers[next(iter(self._headers))]


class HeaderReader:
    """Every method may be called from any thread."""

    def __init__(
        self, step: Step | None = None, limits: ReaderLimits | None = None, known: KnownHeaders | None = None
    ) -> None:
        """`step` None takes the highest that this system offers; `known` None begins without any header."""
        limits = limits or ReaderLimits(memory_bytes=MEMORY_BYTES, cpu_s=CPU_S)
        self._client = ReaderClient(_KIND, limits, step)
        self._known = known or KnownHeaders()

    def read(self, path: Path, cancel: Cancel) -> Work[Opening, ModelHeader]:
        """Read the header of a GGUF file; of a split model, `path` is any of its parts. Nothing is loaded, and files
        that did not change since are not read again.

        Progress counts the parts. Cancelling ends the process within a tenth of a second. Raises AppError MODEL_...,
        FILE_..., BUG; Stopped.
        """
        files = local.parts_of(path)
        yield Opening(0, len(files))
        with logged(_log, "header not read"):
            return (yield from self._read(files, path, cancel))

    def _read(self, files: Sequence[Path], path: Path, cancel: Cancel) -> Work[Opening, ModelHeader]:
        _check_number(files, printable(path))
        if (known := self._known.of(files)) is not None:
            if cancel.requested:
                raise Stopped
            return known
        fds, versions = _open_all(files, path)
        names = tuple(map(printable, files))
        with self._client.opened(fds, printable(path)) as process:
            for number, name in enumerate(names):
                _ask(process, ReadPart(number), name, PartRead, cancel)
                yield Opening(number + 1, len(files))
            total_bytes = sum(version.size for version in versions)
            header = msgspec.structs.replace(_compose(process, names[0], total_bytes, cancel), files=names)
        self._known.keep(tuple(zip(files, versions, strict=True)), header)
        return header

    def read_remote(self, files: Sequence[RemoteFile], supply: Supply, cancel: Cancel) -> Work[Opening, ModelHeader]:
        """Read the header of a model that is elsewhere, all its parts in order; `header.files` is empty.

        Only what is needed is asked of `supply`, in blocks, and at most MAX_REMOTE_BYTES. Progress counts bytes, of a
        total that is not known. Once `supply` gives None, the reading is stopped. Raises as `read` does.
        """
        _check_number(files, files[0].path)
        total = 0
        with logged(_log, "header not read"), self._client.opened((), files[0].path) as process:
            for number, file in enumerate(files):
                answer = _ask(process, ReadRemote(number, file.size_bytes), file.path, msgspec.Struct, cancel)
                while isinstance(answer, WantBytes):
                    total += answer.size
                    if not _is_block(answer, file.size_bytes) or total > MAX_REMOTE_BYTES:
                        raise AppError(Code.MODEL_UNREADABLE, path=file.path)
                    content = supply(number, answer.offset, answer.size)
                    if content is None:
                        raise Stopped
                    yield Opening(total, 0)
                    answer = _ask(process, Bytes(content), file.path, msgspec.Struct, cancel)
                if not isinstance(answer, PartRead):
                    raise AppError(Code.MODEL_UNREADABLE, path=file.path)
            return _compose(process, files[0].path, sum(file.size_bytes for file in files), cancel)


def _check_number(files: Sequence[object], path: str) -> None:
    if len(files) > MAX_FILES:
        raise AppError(Code.MODEL_LIMIT, path=path, limit="files", value=MAX_FILES)


def _is_block(wanted: WantBytes, file_bytes: int) -> bool:
    return (
        0 <= wanted.offset < file_bytes
        and wanted.offset % BLOCK_BYTES == 0
        and wanted.size == min(BLOCK_BYTES, file_bytes - wanted.offset)
    )


def _compose(process: ReaderProcess, path: str, file_bytes: int, cancel: Cancel) -> ModelHeader:
    """Return the header of the parts that were read. Raises AppError, Stopped."""
    header = _ask(process, Compose(), path, HeaderRead, cancel).header
    if not is_sound(header, file_bytes):
        raise AppError(Code.MODEL_UNREADABLE, path=path)
    return msgspec.structs.replace(header, file_bytes=file_bytes)


def _ask(process: ReaderProcess, order: Order, path: str, wanted: type[Wanted], cancel: Cancel) -> Wanted:
    """Give the process an order, and return its answer. Raises AppError, Stopped."""
    try:
        return process.ask(order, path, wanted, cancel=cancel)
    except AppError as error:
        if error.code in _BROKE_DOWN:
            raise AppError(Code.MODEL_UNREADABLE, path=path) from error
        raise


def _as_they_are(files: Sequence[Path]) -> _Files:
    """Return the files with their present states; nothing if one cannot be looked at."""
    try:
        return tuple((file, look_at(file)) for file in files)
    except AppError:
        return ()


def _open_all(files: Sequence[Path], asked: Path) -> tuple[list[int], list[Version]]:
    """Open all files; return the descriptors, which the caller closes, and the files' states. Raises AppError."""
    fds: list[int] = []
    versions: list[Version] = []
    try:
        for file in files:
            check_name(file)
            fd, version = _open(file, asked, len(files))
            fds.append(fd)
            versions.append(version)
    except BaseException:
        for fd in fds:
            os.close(fd)
        raise
    return fds, versions


def _open(file: Path, asked: Path, parts: int) -> tuple[int, Version]:
    """Open a file; return a descriptor, which the caller closes, and the file's state. Raises AppError."""
    try:
        opened = open_regular(file)
    except AppError as error:
        if error.code is not Code.FILE_MISSING:
            raise
        if file == asked:
            raise AppError(Code.MODEL_MISSING, path=printable(file)) from error
        raise AppError(Code.MODEL_PART_MISSING, path=printable(file), parts=parts) from error
    return opened.fd, opened.version


# A process that a file has taken over may say anything: nothing that later code relies on is taken on trust.


def is_sound(header: ModelHeader, file_bytes: int) -> bool:
    """Return whether such a header can be that of files that have so many bytes together."""
    return (
        not header.files
        and (header.kind is FileKind.PROJECTOR) == bool(header.projector)
        and all(len(text) <= MAX_KEPT_BYTES for text in _texts(header))
        and len(header.untrusted_template) <= MAX_TEMPLATE_BYTES
        and header.quantization.lower() in {"", *(name.lower() for name in (*MIXTURES.values(), *TYPE_NAMES))}
        and all(0 <= number <= MAX_NUMBER for number in _numbers(header))
        and header.layers == len(header.heads) == len(header.kv_heads) <= MAX_LAYERS
        and {len(header.local), len(header.states)} <= {0, header.layers}
        and _are_weights(header, file_bytes)
    )


def _texts(header: ModelHeader) -> tuple[str, ...]:
    named = (header.architecture, header.untrusted_name, header.tokenizer, header.pre_tokenizer, header.projector)
    return *named, *header.lacking


def _numbers(header: ModelHeader) -> tuple[int, ...]:
    return (
        *(header.context_trained, header.width, header.vocabulary, header.key_length, header.value_length),
        *(header.window, header.feed_forward, header.experts, header.experts_used, header.expert_feed_forward),
        *(header.shared_expert_feed_forward, header.moe_step, *header.heads, *header.kv_heads),
        *(header.local_key_length, header.local_value_length, *header.states),
    )


def _are_weights(header: ModelHeader, file_bytes: int) -> bool:
    """Return whether the weights are sound: each part of each layer once, and together what the file can hold."""
    places = {(weights.layer, weights.part) for weights in header.weights}
    return (
        len(places) == len(header.weights)
        and all(NO_LAYER <= layer < header.layers for layer, _part in places)
        and all(min(weights.bytes, weights.parameters) >= 0 for weights in header.weights)
        and all(weights.types and set(weights.types) <= TYPE_NAMES for weights in header.weights)
        and all(len(set(weights.types)) == len(weights.types) for weights in header.weights)
        and sum(weights.bytes for weights in header.weights) <= file_bytes
        and sum(weights.parameters for weights in header.weights) == header.parameters
    )
