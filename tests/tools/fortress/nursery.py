"""A reader that loads once and is born many times: each file is handed to a fork of it, which closes its sandbox, reads
the file as the document or image reader does, and says how that ended. What it starts from, what it may take and how it
is locked in are those of `isolation.worker_main`; the start, which takes most of a reader's time, is saved.

`python -m tests.tools.fortress.nursery documents|images` takes files on stdin and answers on stdout, in messages of
msgpack.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from app.core.documents.document import Document
from app.core.errors import AppError, Code
from app.documents import worker as documents
from app.documents.formats.contract import Content
from app.documents.images import decoding
from app.documents.images import reader as image_reader
from app.documents.images import worker as images
from app.documents.images.protocol import Decode
from app.documents.protocol import ListMembers, MembersListed, TakeMember
from app.isolation import limits, sandbox
from app.isolation.client import PROGRESS_LIMIT_S
from app.isolation.heartbeat import WireFailed
from app.isolation.sandbox import Step

READ = "read"
_MEMBERS, _PAGES = 3, 3
_MOST_TEXT = 1 << 20
_PATIENCE = 20  # times as long by the clock, on a machine that has other work


class File(msgspec.Struct, frozen=True):
    name: str
    content: bytes


class Born(msgspec.Struct, frozen=True):
    """`ending`: READ, or the code of what was found. `text`: of all pages, as far as _MOST_TEXT. `where`: of a fault.
    `signal`: what ended it; 0 where it ended by itself. `late`: it took more of the processor than a reader may go
    without progress, by the clock; that would depend on what else runs. `seconds` are the processor's, too."""

    ending: str
    text: str
    where: str
    signal: int
    late: bool
    seconds: float
    peak_bytes: int
    reached: Step


class _Said(msgspec.Struct, frozen=True):
    ending: str
    text: str
    where: str
    reached: Step


def _read_document(file: File, step: Callable[[], None]) -> tuple[WireFailed | None, str]:
    """All that is ever asked of a document."""
    content = Content(file.name, memoryview(file.content), "5" * 64)

    def progress(_done: int, _total: int) -> None:
        step()

    failed: WireFailed | None = None
    text = ""
    try:
        document: Document = documents.parse(content, progress)
        text = "".join(page.text for page in document.pages)
        step()
        if document.format in documents._DRAWN:
            documents.page_sizes(content)
            for page in range(1, min(len(document.pages), _PAGES) + 1):
                documents.page_image(content, page, 300)
                documents.page_layer(content, page)
                documents.scan_image(content, page)
                step()
        documents.cover_picture(content)
    except Exception as error:
        failed = _problem(error, file.name)
    orders: tuple[ListMembers | TakeMember, ...] = (
        ListMembers(file.name),
        *(TakeMember(file.name, number) for number in range(_MEMBERS)),
    )
    for order in orders:
        try:
            listed = documents.of_container(content, order)
            assert not isinstance(listed, MembersListed) or len(listed.members) < 10**6
        except Exception as error:
            found = _problem(error, file.name)
            failed = found if found.problem.code is Code.BUG else failed
    return failed, text


def _problem(error: Exception, name: str) -> WireFailed:
    if isinstance(error, AppError):
        return WireFailed(error.problem)
    if isinstance(error, MemoryError):
        return documents.out_of_memory(name)
    problem = documents.diagnose(error, name, None)
    if problem.code is Code.BUG:
        traceback.print_exc()
    return WireFailed(problem)


def _read_image(file: File, step: Callable[[], None]) -> tuple[WireFailed | None, str]:
    event = images.carry_out(Decode(), file.content)
    step()
    return event if isinstance(event, WireFailed) else None, ""


_READS: dict[str, Callable[[File, Callable[[], None]], tuple[WireFailed | None, str]]] = {
    "documents": _read_document,
    "images": _read_image,
}
_MEMORY = {"documents": limits.READER_MEMORY_BYTES, "images": image_reader.MEMORY_BYTES}


def _be_born(kind: str, file: File, pipe: int, where: Step) -> None:
    """In the fork; never returns."""
    limits.confine(limits.Limits(memory_bytes=_MEMORY[kind] + len(file.content)))
    close = sandbox.lock(where, opens_fonts=kind == "documents")
    limits.seal()
    reached = close()

    def step() -> None:
        os.write(pipe, b".")

    failed, text = _READS[kind](file, step)
    ending = READ if failed is None else failed.problem.code.value
    place = str(failed.problem.params.get("where", "")) if failed is not None else ""
    with os.fdopen(pipe, "wb") as whole:
        whole.write(b"!" + msgspec.msgpack.encode(_Said(ending, text[:_MOST_TEXT], place, reached)))
    os._exit(0)


def _bear(kind: str, file: File, where: Step) -> Born:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            _be_born(kind, file, writing, where)
        finally:
            os._exit(70)
    os.close(writing)
    said = b""
    while select.select([reading], [], [], PROGRESS_LIMIT_S * _PATIENCE)[0] and (part := os.read(reading, 1 << 16)):
        said += part
    os.close(reading)
    if b"!" not in said:
        os.kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    end = said.partition(b"!")[2]
    told = msgspec.msgpack.decode(end, type=_Said) if end else _Said("died", "", "", where)
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    took = used.ru_utime + used.ru_stime
    return Born(
        told.ending, told.text, told.where, ended_by, took > PROGRESS_LIMIT_S, took, used.ru_maxrss << 10, told.reached
    )


def _next(pipe: BinaryIO) -> bytes:
    return pipe.read(int.from_bytes(pipe.read(4), "little"))


def main(kind: str) -> None:
    where = Step.LANDLOCK if sandbox.offers(Step.LANDLOCK) else Step.RLIMITS
    documents.preload() if kind == "documents" else decoding.get_ready()
    while message := _next(sys.stdin.buffer):
        born = msgspec.msgpack.encode(_bear(kind, msgspec.msgpack.decode(message, type=File), where))
        sys.stdout.buffer.write(len(born).to_bytes(4, "little") + born)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
