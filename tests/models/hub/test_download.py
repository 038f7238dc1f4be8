"""Files fetched from a hub on loopback that does everything wrong: never ready unless every hash is right."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.core.conversations.events import Fetching, Hashing
from app.core.errors import AppError, Code, Parameter, Problem
from app.core.work import Cancel, Stopped, Work, finish
from app.models import copying
from app.models.gguf.reader import HeaderReader
from app.models.hub import client as hub_module
from app.models.hub.client import Hub, HubTimeouts
from app.models.incoming import VERIFIED_NAME, are_verified, present_bytes
from app.models.offers import Offer, RemoteFile
from tests.models import full_disk, hub_on_loopback
from tests.models.hub.test_hub import ROOT, problem
from tests.models.hub_on_loopback import REPOSITORY, REVISION, Fault, LoopbackHub

QUICK = HubTimeouts(connect_s=5, stall_s=5, slowest_bytes=1, waits_s=(0.0, 0.0, 0.0))
SIZE = 300_000
NAME = "tiny-F16.gguf"


@pytest.fixture
def loopback() -> Iterator[LoopbackHub]:
    with hub_on_loopback.running() as hub:
        yield hub


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / ".fetching" / "offer"
    made.mkdir(parents=True)
    return made


def content(seed: int, size: int = SIZE) -> bytes:
    return random.Random(seed).randbytes(size)


def offer(loopback: LoopbackHub, *paths: str) -> Offer:
    """Offer what the hub has under these paths, all it has without them, as one model."""
    files = tuple(
        RemoteFile(REPOSITORY, path, file.size, file.sha256, REVISION)
        for path, file in loopback.files.items()
        if path in paths or not paths
    )
    return Offer(REPOSITORY, "Tiny", "F16", files, revision=REVISION)


def desk(loopback: LoopbackHub, patience: HubTimeouts = QUICK, token: str | None = None) -> Hub:
    return Hub(lambda: loopback.endpoint, lambda: token, HeaderReader(), patience)


def fetched(loopback: LoopbackHub, folder: Path, patience: HubTimeouts = QUICK) -> tuple[Path, ...]:
    return finish(desk(loopback, patience).fetch(offer(loopback), folder, Cancel()))


def refused(loopback: LoopbackHub, folder: Path, patience: HubTimeouts = QUICK) -> Problem:
    return problem(desk(loopback, patience).fetch(offer(loopback), folder, Cancel()))


def assert_ready(loopback: LoopbackHub, folder: Path, paths: tuple[Path, ...]) -> None:
    assert paths == tuple(folder / path.rpartition("/")[2] for path in loopback.files)
    for path, file in zip(paths, loopback.files.values(), strict=True):
        assert path.read_bytes() == file.bytes
    assert are_verified(offer(loopback), folder)


def assert_not_ready(loopback: LoopbackHub, folder: Path) -> None:
    assert not are_verified(offer(loopback), folder)
    assert not [path for path in folder.iterdir() if path.suffix == ".gguf"]


# ---- all goes well ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("process")
def test_parts_and_projector_arrive_and_are_remembered(loopback: LoopbackHub, folder: Path) -> None:
    for number in range(1, 7):
        loopback.add(f"F16/tiny-F16-{number:05}-of-00006.gguf", content(number))
    loopback.add("mmproj-tiny über #1 50%.gguf", content(9, 1000))
    model = offer(loopback)
    asked = msgspec.structs.replace(model, files=model.files[:6], projector=model.files[6])
    told: list[Fetching | Hashing] = []
    paths = finish(desk(loopback).fetch(asked, folder, Cancel()), told.append)
    assert_ready(loopback, folder, paths)
    host = loopback.store.removeprefix("http://")
    progress = [event for event in told if isinstance(event, Fetching)]
    assert progress
    assert len(progress) == len(told)
    assert all(event.total == 6 * SIZE + 1000 for event in progress)
    assert progress[-1].done == progress[-1].hashed == asked.size_bytes
    assert progress[-1].host == host
    assert all(before.done <= after.done for before, after in pairwise(progress))
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert loopback.served.total() == asked.size_bytes
    loopback.requests.clear()
    assert finish(desk(loopback).fetch(asked, folder, Cancel())) == paths
    assert loopback.requests == []


def test_a_file_is_asked_for_in_ranges(loopback: LoopbackHub, folder: Path) -> None:
    loopback.add(NAME, content(1))
    patience = msgspec.structs.replace(QUICK, range_bytes=100_001)
    assert_ready(loopback, folder, fetched(loopback, folder, patience))
    assert loopback.ranges(NAME) == [(0, 100_000), (100_001, 200_001), (200_002, SIZE - 1)]


def test_a_hub_that_knows_no_ranges_will_do_while_nothing_breaks(loopback: LoopbackHub, folder: Path) -> None:
    loopback.add(NAME, content(1), fault=Fault.NO_RANGES)
    assert_ready(loopback, folder, fetched(loopback, folder))


# ---- the line breaks --------------------------------------------------------------------------------------------


def test_connections_cut_at_random(loopback: LoopbackHub, folder: Path) -> None:
    """Each byte is fetched once, but for the few that a broken connection takes with it."""
    for number in range(4):
        loopback.add(f"{number}-{NAME}", content(number), fault=Fault.CUT)
    last = fetched(loopback, folder, msgspec.structs.replace(QUICK, waits_s=(0.0,) * 50))
    assert_ready(loopback, folder, last)
    for path in loopback.files:
        starts = [start for start, _last in loopback.ranges(path)]
        assert starts == sorted(starts)
        assert loopback.served[path] < SIZE + len(starts) * (1 << 16)
    assert len(loopback.requests) > 2 * (4 + 4)


@pytest.mark.parametrize("fault", [Fault.CUT_AT_ONCE, Fault.BUSY, Fault.TRICKLE])
def test_a_hub_that_brings_nothing_is_given_up(loopback: LoopbackHub, folder: Path, fault: Fault) -> None:
    loopback.add(NAME, content(1), fault=fault)
    impatient = msgspec.structs.replace(QUICK, stall_s=0.2, slowest_bytes=1000)
    host = loopback.endpoint.removeprefix("http://")
    assert refused(loopback, folder, impatient) == Problem(Code.HUB_INTERRUPTED, {"host": host})
    assert len(loopback.ranges(NAME)) == 1 + len(QUICK.waits_s)
    assert_not_ready(loopback, folder)
    loopback.let_go.set()
    loopback.faults.clear()
    assert_ready(loopback, folder, fetched(loopback, folder))


def test_a_hub_that_is_busy_once_is_asked_again(loopback: LoopbackHub, folder: Path) -> None:
    loopback.add(NAME, content(1), fault=Fault.BUSY_ONCE)
    assert_ready(loopback, folder, fetched(loopback, folder))


def test_a_hub_that_is_away(loopback: LoopbackHub, folder: Path) -> None:
    loopback.add(NAME, content(1))
    gone = Hub(lambda: "http://127.0.0.1:1", lambda: None, HeaderReader(), QUICK)
    params = {"host": "127.0.0.1:1"}
    assert problem(gone.fetch(offer(loopback), folder, Cancel())) == Problem(Code.HUB_INTERRUPTED, params)


# ---- wrong answers ----------------------------------------------------------------------------------------------


def test_wrong_bytes_of_the_same_size_are_deleted(loopback: LoopbackHub, folder: Path) -> None:
    loopback.add(NAME, content(1), fault=Fault.WRONG)
    assert refused(loopback, folder) == Problem(Code.HUB_HASH_WRONG, {"file": NAME})
    assert list(folder.iterdir()) == []
    assert loopback.served[NAME] == 2 * SIZE


def test_wrong_bytes_once_are_fetched_again(loopback: LoopbackHub, folder: Path) -> None:
    loopback.add(NAME, content(1), fault=Fault.WRONG_ONCE)
    assert_ready(loopback, folder, fetched(loopback, folder))


def test_one_wrong_file_keeps_all_from_being_ready(loopback: LoopbackHub, folder: Path) -> None:
    loopback.add("good.gguf", content(1))
    loopback.add("bad.gguf", content(2), fault=Fault.WRONG)
    assert refused(loopback, folder) == Problem(Code.HUB_HASH_WRONG, {"file": "bad.gguf"})
    assert not are_verified(offer(loopback), folder)
    assert not (folder / "bad.gguf").exists()
    loopback.faults.clear()
    assert_ready(loopback, folder, fetched(loopback, folder))


@pytest.mark.parametrize("fault", [Fault.PORTAL, Fault.SHIFTED, Fault.LONGER, Fault.PACKED, Fault.REDIRECTS])
def test_answers_that_are_not_the_range(loopback: LoopbackHub, folder: Path, fault: Fault) -> None:
    loopback.add(NAME, content(1), fault=fault)
    host = loopback.endpoint.removeprefix("http://")
    assert refused(loopback, folder) == Problem(Code.HUB_ANSWER_STRANGE, {"host": host})
    assert_not_ready(loopback, folder)
    assert present_bytes(offer(loopback), folder) == 0


@pytest.mark.parametrize("fault", [Fault.PORTAL, Fault.NO_RANGES, Fault.SHIFTED])
def test_a_wrong_answer_in_the_middle_takes_nothing_away(loopback: LoopbackHub, folder: Path, fault: Fault) -> None:
    loopback.add(NAME, content(1))
    (folder / f"{NAME}.part").write_bytes(content(1)[:100_000])
    loopback.faults[NAME] = fault
    refused(loopback, folder)
    assert present_bytes(offer(loopback), folder) == 100_000
    loopback.faults.clear()
    assert_ready(loopback, folder, fetched(loopback, folder))
    assert loopback.ranges(NAME)[-1] == (100_000, SIZE - 1)


def test_a_page_that_claims_to_be_the_range_does_not_have_its_hash(loopback: LoopbackHub, folder: Path) -> None:
    loopback.add(NAME, content(1), fault=Fault.PORTAL_IN_RANGE)
    assert refused(loopback, folder) == Problem(Code.HUB_HASH_WRONG, {"file": NAME})
    assert_not_ready(loopback, folder)


def test_a_hub_that_sends_on_to_an_address_without_encryption(loopback: LoopbackHub, folder: Path) -> None:
    loopback.add(NAME, content(1), fault=Fault.INSECURE)
    assert refused(loopback, folder).code is Code.HUB_ANSWER_STRANGE


def test_a_file_that_is_gone(loopback: LoopbackHub, folder: Path) -> None:
    loopback.add(NAME, content(1), fault=Fault.GONE)
    params = {"repository": REPOSITORY, "file": NAME}
    assert refused(loopback, folder) == Problem(Code.HUB_FILE_MISSING, params)


def test_the_token_does_not_follow_to_the_other_host(loopback: LoopbackHub, folder: Path) -> None:
    loopback.gated = True
    loopback.add(NAME, content(1))
    asked = desk(loopback).fetch(offer(loopback), folder, Cancel())
    assert problem(asked) == Problem(Code.HUB_GATED, {"repository": REPOSITORY})
    hub = desk(loopback, token=hub_on_loopback.TOKEN)
    assert_ready(loopback, folder, finish(hub.fetch(offer(loopback), folder, Cancel())))
    assert {request.token for request in loopback.requests if request.host == "store"} == {""}


# ---- what must not be asked for ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["../evil.gguf", "/tmp/evil.gguf", "a/../../evil.gguf", "..\\evil.gguf"])
def test_an_offer_that_was_tampered_with_writes_nowhere(loopback: LoopbackHub, folder: Path, path: str) -> None:
    loopback.add(path, content(1))
    assert refused(loopback, folder) == Problem(Code.HUB_NAME_UNSAFE, {"name": path})
    assert list(folder.parent.parent.rglob("*")) == [folder.parent, folder]
    assert loopback.requests == []


def test_two_files_that_would_be_one_here(loopback: LoopbackHub, folder: Path) -> None:
    loopback.add("a/Tiny.gguf", content(1))
    loopback.add("b/tiny.gguf", content(2))
    assert refused(loopback, folder) == Problem(Code.HUB_NAME_UNSAFE, {"name": "b/tiny.gguf"})


def test_a_file_that_nothing_vouches_for(loopback: LoopbackHub, folder: Path) -> None:
    loopback.add(NAME, content(1))
    unknown = msgspec.structs.replace(offer(loopback), files=(RemoteFile(REPOSITORY, NAME, SIZE),))
    assert problem(desk(loopback).fetch(unknown, folder, Cancel())) == Problem(Code.HUB_HASH_MISSING, {"file": NAME})
    assert loopback.requests == []


@pytest.mark.usefixtures("process")
def test_a_disk_that_is_too_small_is_told_before_a_byte_is_fetched(
    loopback: LoopbackHub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.add(NAME, content(1))
    free = hub_module.MARGIN_BYTES + SIZE - 1
    monkeypatch.setattr(copying, "free_bytes", lambda _folder: free)
    params: dict[str, Parameter] = {
        "path": str(folder),
        "needed_bytes": hub_module.MARGIN_BYTES + SIZE,
        "free_bytes": free,
    }
    assert refused(loopback, folder) == Problem(Code.DISK_TOO_SMALL, params)
    assert loopback.requests == []
    (folder / f"{NAME}.part").write_bytes(content(1)[:1])  # then less is missing
    assert_ready(loopback, folder, fetched(loopback, folder))


# ---- the disk is full -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("process")
def test_a_disk_that_fills_up_and_is_emptied(
    loopback: LoopbackHub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.add(NAME, content(1))
    monkeypatch.setattr(hub_module, "command", full_disk.command(100_000))
    assert refused(loopback, folder) == Problem(Code.DISK_FULL, {"path": str(folder / NAME)})
    assert_not_ready(loopback, folder)
    assert present_bytes(offer(loopback), folder) == 100_000
    monkeypatch.undo()
    assert_ready(loopback, folder, fetched(loopback, folder))
    assert loopback.ranges(NAME)[-1] == (100_000, SIZE - 1)


@pytest.mark.usefixtures("process")
@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
def test_a_disk_that_takes_no_large_files(loopback: LoopbackHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of a process stands for that of a file system: the system's answer is the same."""
    loopback.add(NAME, content(1))
    monkeypatch.setattr(hub_module, "command", full_disk.limited_command(100_000))
    params: dict[str, Parameter] = {"path": str(folder / NAME), "size_bytes": SIZE}
    assert refused(loopback, folder) == Problem(Code.DISK_FILE_LIMIT, params)
    assert_not_ready(loopback, folder)


@pytest.mark.usefixtures("process")
@pytest.mark.root
def test_a_real_disk_that_fills_up(loopback: LoopbackHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loopback.add(NAME, content(1))
    monkeypatch.setattr(hub_module, "MARGIN_BYTES", -SIZE)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", folder], check=True)
    try:
        assert refused(loopback, folder) == Problem(Code.DISK_FULL, {"path": str(folder / NAME)})
        assert_not_ready(loopback, folder)
        subprocess.run(["mount", "-o", "remount,size=4m", folder], check=True)
        assert_ready(loopback, folder, fetched(loopback, folder))
    finally:
        subprocess.run(["umount", folder], check=True)
    assert loopback.served[NAME] < 2 * SIZE


# ---- it ends in the middle --------------------------------------------------------------------------------------


def held(loopback: LoopbackHub, folder: Path, cancel: Cancel) -> Work[Fetching | Hashing, tuple[Path, ...]]:
    """A download of which one file has arrived and one stands at its half."""
    loopback.add("whole.gguf", content(1))
    loopback.add("half.gguf", content(2), fault=Fault.HOLD)
    events = desk(loopback).fetch(offer(loopback), folder, cancel)
    for event in events:
        if isinstance(event, Fetching) and (event.hashed, event.done) == (SIZE, SIZE + SIZE // 2):
            return events
    raise AssertionError("it ended too early")


def assert_goes_on(loopback: LoopbackHub, folder: Path) -> None:
    """Assert that what has arrived is not fetched again, and what was verified is not even hashed again."""
    loopback.let_go.set()
    loopback.faults.clear()
    loopback.requests.clear()
    changed = (folder / "whole.gguf").stat()
    assert_ready(loopback, folder, fetched(loopback, folder))
    assert loopback.ranges("whole.gguf") == []
    assert loopback.ranges("half.gguf") == [(SIZE // 2, SIZE - 1)]
    after = (folder / "whole.gguf").stat()
    assert (after.st_mtime_ns, after.st_ino, after.st_atime_ns) == (
        changed.st_mtime_ns,
        changed.st_ino,
        after.st_atime_ns,
    )


@pytest.mark.usefixtures("process")
def test_pausing_and_going_on(loopback: LoopbackHub, folder: Path) -> None:
    cancel = Cancel()
    events = held(loopback, folder, cancel)
    cancel.request()
    with pytest.raises(Stopped):
        finish(events)
    assert_goes_on(loopback, folder)


@pytest.mark.usefixtures("process")
def test_a_download_that_nobody_listens_to_any_more(loopback: LoopbackHub, folder: Path) -> None:
    events = held(loopback, folder, Cancel())
    events.close()
    assert_goes_on(loopback, folder)


@pytest.mark.usefixtures("process")
def test_progress_that_no_sound_process_reports(
    loopback: LoopbackHub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.add(NAME, content(1))
    monkeypatch.setattr(hub_module, "command", full_disk.overstating_command)
    assert refused(loopback, folder).code is Code.HUB_ANSWER_STRANGE


@pytest.mark.usefixtures("process")
def test_kill_of_the_process(loopback: LoopbackHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pids: list[int] = []

    class Watched(hub_module.HubProcess):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            pids.append(self.pid)

    monkeypatch.setattr(hub_module, "HubProcess", Watched)
    events = held(loopback, folder, Cancel())
    os.kill(pids[0], signal.SIGKILL)
    host = loopback.endpoint.removeprefix("http://")
    assert problem(events) == Problem(Code.HUB_INTERRUPTED, {"host": host})
    assert_goes_on(loopback, folder)


DESK = """
import sys
from pathlib import Path
import msgspec
from app.core.work import Cancel
from app.models.hub.client import Hub, HubTimeouts
from app.models.offers import Offer
from app.models.gguf.reader import HeaderReader
endpoint, folder, offer = sys.argv[1:]
hub = Hub(lambda: endpoint, lambda: None, HeaderReader(), HubTimeouts())
for event in hub.fetch(msgspec.json.decode(offer, type=Offer), Path(folder), Cancel()):
    print(getattr(event, "hashed", 0), getattr(event, "done", 0), flush=True)
"""


@pytest.mark.usefixtures("process")
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_kill_of_the_whole_desk(loopback: LoopbackHub, folder: Path) -> None:
    """Its process ends with it, and the next start goes on."""
    loopback.add("whole.gguf", content(1))
    loopback.add("half.gguf", content(2), fault=Fault.HOLD)
    argv = [sys.executable, "-c", DESK, loopback.endpoint, str(folder), msgspec.json.encode(offer(loopback)).decode()]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        for line in killed.stdout:
            if line.split() == [str(SIZE), str(SIZE + SIZE // 2)]:
                break
        (child,) = children(killed.pid)
        fd = os.pidfd_open(child)
        killed.kill()
    with open(fd):
        import select

        assert select.select([fd], [], [], 60)[0], "the process outlives its desk"
    assert_goes_on(loopback, folder)


def children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid:
                found.append(int(entry.name))
    return found


@pytest.mark.usefixtures("process")
def test_kills_at_any_moment(loopback: LoopbackHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections are cut at random as well. Nothing has its name before its hash is right, and it ends well."""
    luck, pids = random.Random(3), list[int]()

    class Watched(hub_module.HubProcess):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            pids.append(self.pid)

    monkeypatch.setattr(hub_module, "HubProcess", Watched)
    for number in range(6):
        loopback.add(f"{number}.gguf", content(number, 4 * SIZE), fault=Fault.CUT)
    asked = offer(loopback)
    for _ in range(6):
        patience = luck.randrange(1, 4)
        work = desk(loopback, msgspec.structs.replace(QUICK, waits_s=(0.0,) * 50)).fetch(asked, folder, Cancel())
        with contextlib.suppress(AppError):
            for _event in work:
                patience -= 1
                if patience == 0:
                    os.kill(pids[-1], signal.SIGKILL)
        for path, file in loopback.files.items():
            assert not (folder / path).exists() or (folder / path).read_bytes() == file.bytes
    loopback.faults.clear()
    assert_ready(loopback, folder, fetched(loopback, folder))
    for path in loopback.files:
        starts = [start for start, _last in loopback.ranges(path)]
        assert starts == sorted(starts), "what had arrived was fetched again"


# ---- what lies there already ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SIZE, SIZE + 5])
def test_a_whole_file_that_nobody_remembers_is_hashed_and_not_fetched(
    loopback: LoopbackHub, folder: Path, size: int
) -> None:
    loopback.add(NAME, content(1))
    (folder / NAME).write_bytes((content(1) + b"later")[:size])
    assert_ready(loopback, folder, fetched(loopback, folder))
    assert loopback.requests == []


@pytest.mark.parametrize("memory", [b"", b"{", b'[{"name": 1}]', b"[]"])
def test_a_memory_that_cannot_be_read_is_none(loopback: LoopbackHub, folder: Path, memory: bytes) -> None:
    loopback.add(NAME, content(1))
    fetched(loopback, folder)
    (folder / VERIFIED_NAME).write_bytes(memory)
    loopback.requests.clear()
    assert_ready(loopback, folder, fetched(loopback, folder))
    assert loopback.requests == []


def test_a_verified_file_that_was_changed_is_not_believed(loopback: LoopbackHub, folder: Path) -> None:
    loopback.add(NAME, content(1))
    fetched(loopback, folder)
    with (folder / NAME).open("r+b") as file:
        file.write(b"other")
    os.utime(folder / NAME, ns=(1, 1))
    assert not are_verified(offer(loopback), folder)
    assert_ready(loopback, folder, fetched(loopback, folder))
    assert loopback.served[NAME] == 2 * SIZE


def test_what_was_verified_is_not_hashed_again(loopback: LoopbackHub, folder: Path) -> None:
    """Other bytes of the same size and time are not noticed here: to notice them is what verifying is for."""
    loopback.add(NAME, content(1))
    fetched(loopback, folder)
    before = (folder / NAME).stat()
    (folder / NAME).write_bytes(content(2))
    os.utime(folder / NAME, ns=(before.st_atime_ns, before.st_mtime_ns))
    loopback.add("more.gguf", content(3))
    fetched(loopback, folder)
    assert loopback.served == {NAME: SIZE, "more.gguf": SIZE}


def test_bytes_of_another_time_that_are_wrong_cost_one_more_try(loopback: LoopbackHub, folder: Path) -> None:
    """A system that lost its power leaves such bytes."""
    loopback.add(NAME, content(1))
    (folder / f"{NAME}.part").write_bytes(bytes(100_000))
    assert_ready(loopback, folder, fetched(loopback, folder))
    assert loopback.ranges(NAME) == [(100_000, SIZE - 1), (0, SIZE - 1)]


def test_hashing_what_is_there_is_told(loopback: LoopbackHub, folder: Path) -> None:
    big = content(1, 40 << 20)
    loopback.add(NAME, big)
    (folder / f"{NAME}.part").write_bytes(big)
    progress: list[Fetching | Hashing] = []
    finish(desk(loopback).fetch(offer(loopback), folder, Cancel()), progress.append)
    assert all(event.total == len(big) for event in progress)
