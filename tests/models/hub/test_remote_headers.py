"""Headers of models that lie at a hub: a few ranges, read by the locked-in process, which never meets the network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.core.conversations.events import Asking, Opening
from app.core.errors import AppError, Code, Problem
from app.core.model import FileKind, ModelHeader
from app.core.work import Cancel, Stopped, finish
from app.isolation.sandbox import Step
from app.models.gguf import reader
from app.models.gguf.container import BLOCK_BYTES
from app.models.gguf.protocol import WantBytes
from app.models.gguf.reader import HeaderReader, Supply
from app.models.offers import Offer, RemoteFile
from app.ui.kit.jobs import Cancelled, Done, Failed
from tests.endings import as_events
from tests.models import broken, forge, headers, hub_on_loopback, projector
from tests.models.gguf.test_headers import lie, parsed
from tests.models.hub.test_hub import desk, looked_up, problem
from tests.models.hub_on_loopback import REPOSITORY, Fault, LoopbackHub

pytestmark = pytest.mark.usefixtures("near_readers")


@pytest.fixture
def loopback() -> Iterator[LoopbackHub]:
    with hub_on_loopback.running() as hub:
        yield hub


def only_offer(loopback: LoopbackHub) -> Offer:
    (offer,) = looked_up(desk(loopback))
    return offer


def supply_of(*paths: Path) -> Supply:
    """Make a supply of the bytes that a hub would give of these files."""

    def supply(part: int, offset: int, size: int) -> bytes:
        with paths[part].open("rb") as file:
            file.seek(offset)
            return file.read(size)

    return supply


def remote(*paths: Path) -> tuple[RemoteFile, ...]:
    return tuple(RemoteFile(REPOSITORY, path.name, path.stat().st_size) for path in paths)


def ending(events: Iterator[Any]) -> Any:
    *_progress, last = events
    return last


def unlike(header: ModelHeader) -> ModelHeader:
    return msgspec.structs.replace(header, files=(), file_bytes=0)


@pytest.mark.usefixtures("process")
def test_model_and_projector_tell_what_they_are(loopback: LoopbackHub, tiny_scout: Path, tmp_path: Path) -> None:
    loopback.add("tiny-scout-F16.gguf", tiny_scout)
    seeing = loopback.add("mmproj-F16.gguf", projector.write_projector(tmp_path / "mmproj.gguf"))
    asked = only_offer(loopback)
    events: list[Asking | Opening] = []
    told = finish(desk(loopback).headers(asked, Cancel()), events.append)
    first, *progress = events
    assert first == Asking(loopback.endpoint.removeprefix("http://"))
    assert all(isinstance(event, Opening) and event.total == 0 for event in progress)
    assert told.header is not None
    assert told.projector_header is not None
    assert unlike(told.header) == unlike(parsed(tiny_scout))
    assert (told.header.files, told.header.file_bytes) == ((), tiny_scout.stat().st_size)
    assert (told.projector_header.kind, told.projector_header.file_bytes) == (FileKind.PROJECTOR, seeing.size)
    assert msgspec.structs.replace(told, header=None, projector_header=None) == asked


def test_a_header_survives_a_busy_hub(loopback: LoopbackHub, tiny_scout: Path) -> None:
    loopback.add("tiny-scout-F16.gguf", tiny_scout)
    asked = only_offer(loopback)
    loopback.faults["tiny-scout-F16.gguf"] = Fault.BUSY_ONCE
    assert finish(desk(loopback).headers(asked, Cancel())).header is not None


@pytest.mark.parametrize("fault", [Fault.PORTAL, Fault.SHIFTED, Fault.LONGER, Fault.CUT_AT_ONCE])
def test_answers_that_are_no_ranges(loopback: LoopbackHub, fault: Fault) -> None:
    loopback.add("tiny-F16.gguf", forge.forge().content(), fault=fault)
    code = Code.HUB_INTERRUPTED if fault is Fault.CUT_AT_ONCE else Code.HUB_ANSWER_STRANGE
    assert problem(desk(loopback).headers(only_offer(loopback), Cancel())).code is code


def test_a_file_that_is_no_model_is_named(loopback: LoopbackHub, tmp_path: Path) -> None:
    loopback.add("a/tiny-F16.gguf", broken.write_not_gguf(tmp_path / "page"))
    asked = desk(loopback).headers(only_offer(loopback), Cancel())
    assert problem(asked) == Problem(Code.MODEL_NOT_GGUF, {"path": "a/tiny-F16.gguf"})


def test_the_true_header_of_scout_takes_a_few_megabytes(tmp_path: Path) -> None:
    path = headers.write_header(tmp_path / "scout.gguf")
    asked: list[tuple[int, int]] = []

    def supply(part: int, offset: int, size: int) -> bytes | None:
        asked.append((offset, size))
        return supply_of(path)(part, offset, size)

    last = ending(as_events(HeaderReader().read_remote(remote(path), supply, Cancel())))
    assert isinstance(last, Done)
    assert unlike(last.result) == unlike(parsed(path))
    assert asked == [(number * BLOCK_BYTES, BLOCK_BYTES) for number in range(len(asked))]
    assert len(asked) <= 16


def test_a_split_model_is_read_part_by_part(tmp_path: Path) -> None:
    first = headers.write_header(tmp_path / "scout.gguf", parts=3)
    paths = sorted(tmp_path.glob("*.gguf"))
    assert paths[0] == first
    last = ending(as_events(HeaderReader(Step.RLIMITS).read_remote(remote(*paths), supply_of(*paths), Cancel())))
    assert isinstance(last, Done)
    assert last.result.file_bytes == sum(path.stat().st_size for path in paths)
    assert last.result.experts == 16
    mixed = [paths[0], paths[2], paths[1]]
    last = ending(as_events(HeaderReader(Step.RLIMITS).read_remote(remote(*mixed), supply_of(*mixed), Cancel())))
    assert last == Failed(Problem(Code.MODEL_PARTS_DIFFER, {"path": first.name, "parts": 3}))


def test_a_file_that_is_shorter_than_its_header_promises(tmp_path: Path, tiny_scout: Path) -> None:
    short = RemoteFile(REPOSITORY, "short.gguf", tiny_scout.stat().st_size - 1000)
    last = ending(as_events(HeaderReader(Step.RLIMITS).read_remote([short], supply_of(tiny_scout), Cancel())))
    assert last == Failed(Problem(Code.MODEL_INCOMPLETE, {"path": "short.gguf", "missing_bytes": 1000}))


def test_what_goes_wrong_at_the_hub_ends_the_reading(tiny_scout: Path) -> None:
    def supply(_part: int, _offset: int, _size: int) -> bytes:
        raise AppError(Code.HUB_INTERRUPTED, host="a")

    last = ending(as_events(HeaderReader(Step.RLIMITS).read_remote(remote(tiny_scout), supply, Cancel())))
    assert last == Failed(Problem(Code.HUB_INTERRUPTED, {"host": "a"}))


def test_cancelling_ends_the_reading(tiny_scout: Path) -> None:
    cancel = Cancel()

    def supply(part: int, offset: int, size: int) -> bytes | None:
        cancel.request()
        return supply_of(tiny_scout)(part, offset, size)

    assert ending(as_events(HeaderReader(Step.RLIMITS).read_remote(remote(tiny_scout), supply, cancel))) == Cancelled()
    nothing = as_events(HeaderReader(Step.RLIMITS).read_remote(remote(tiny_scout), lambda *_: None, Cancel()))
    assert ending(nothing) == Cancelled()


@pytest.mark.usefixtures("process")
def test_cancelling_while_the_hub_hesitates(loopback: LoopbackHub, tiny_scout: Path) -> None:
    loopback.add("tiny-F16.gguf", tiny_scout)
    asked, cancel = only_offer(loopback), Cancel()
    loopback.faults["tiny-F16.gguf"] = Fault.HOLD
    events = desk(loopback).headers(asked, cancel)
    assert isinstance(next(events), Asking)

    def stop_once_it_holds() -> None:
        loopback.holding.acquire()
        cancel.request()

    waiting = threading.Thread(target=stop_once_it_holds)
    waiting.start()
    with pytest.raises(Stopped):
        finish(events)
    waiting.join()


# ---- a process that was taken over -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wish",
    [
        WantBytes(-BLOCK_BYTES, BLOCK_BYTES),
        WantBytes(1, 100),
        WantBytes(0, 1 << 30),
        WantBytes(0, 0),
        WantBytes(1 << 40, BLOCK_BYTES),
    ],
)
@pytest.mark.usefixtures("process")
def test_wishes_that_no_sound_process_has(monkeypatch: pytest.MonkeyPatch, tiny_scout: Path, wish: WantBytes) -> None:
    lie(monkeypatch, "part " + msgspec.json.encode(wish).decode())
    asked: list[int] = []
    work = HeaderReader(Step.RLIMITS).read_remote(remote(tiny_scout), lambda *_: asked.append(1), Cancel())
    last = ending(as_events(work))
    assert last == Failed(Problem(Code.MODEL_UNREADABLE, {"path": tiny_scout.name}))
    assert asked == []


@pytest.mark.usefixtures("process")
def test_a_process_that_never_has_enough(monkeypatch: pytest.MonkeyPatch, tiny_scout: Path) -> None:
    size = min(BLOCK_BYTES, tiny_scout.stat().st_size)
    lie(monkeypatch, "part " + msgspec.json.encode(WantBytes(0, size)).decode())
    monkeypatch.setattr(reader, "MAX_REMOTE_BYTES", 10 * size)
    asked: list[int] = []

    def supply(part: int, offset: int, size: int) -> bytes | None:
        asked.append(size)
        return b""

    last = ending(as_events(HeaderReader(Step.RLIMITS).read_remote(remote(tiny_scout), supply, Cancel())))
    assert last == Failed(Problem(Code.MODEL_UNREADABLE, {"path": tiny_scout.name}))
    assert len(asked) == 10
