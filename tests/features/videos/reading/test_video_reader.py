"""The desk's side of decoding videos: what it believes, what a dying process costs, what is left afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import psutil
import pytest

from app.core.conversations.events import Opening
from app.core.conversations.image import Raster
from app.core.errors import Code, Problem
from app.core.work import Cancel
from app.features.videos.data import Moment
from app.features.videos.reading.protocol import MAX_MOMENTS, MAX_SIDE, DrawnFrame, VideoSurveyed
from app.features.videos.reading.reader import VideoReader
from app.isolation import client, sandbox
from app.isolation.client import ReaderLimits
from app.isolation.heartbeat import WireFailed
from app.isolation.sandbox import Step
from app.ui.kit.jobs import Cancelled, Done, Failed
from tests.endings import as_events
from tests.features.videos.reading import liar
from tests.features.videos.reading.films import HEIGHT, WIDTH, drawing, film, frames, number_of, problem, surveyed


@cache
def short_film() -> bytes:
    return film()


@pytest.fixture
def reader() -> Iterator[VideoReader]:
    reader = VideoReader()
    yield reader
    reader.close()


@pytest.fixture
def open_one() -> Iterator[VideoReader]:
    """Without a sandbox around it, in which a liar could not start."""
    reader = VideoReader(Step.RLIMITS, ReaderLimits(progress_s=1.0))
    yield reader
    reader.close()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(short_film())
    return path


def lie(monkeypatch: pytest.MonkeyPatch, *whats: str | msgspec.Struct) -> None:
    """Have every process be a liar that answers `whats`, one after the other."""
    said = [what if isinstance(what, str) else msgspec.json.encode(what).decode() for what in whats]
    monkeypatch.setattr(
        client, "command", lambda *given: [sys.executable, "-P", str(Path(liar.__file__)), given[2], *said]
    )


def workers() -> list[psutil.Process]:
    """The processes for videos below this one, without the bubblewrap around them."""
    found = []
    for below in psutil.Process().children(recursive=True):
        try:
            if "app.features.videos.reading.worker" in below.cmdline() and below.name() != "bwrap":
                found.append(below)
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return found


# ---- what is read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", Step)
def test_a_video_is_read_at_every_step(step: Step, clip: Path) -> None:
    if not sandbox.offers(step):
        pytest.skip(f"this system does not offer {step.value}: not installed, or forbidden")
    reader = VideoReader(step)
    try:
        video = surveyed(reader, clip)
        assert (video.untrusted_name, video.width, video.height, video.complete) == ("clip.mp4", WIDTH, HEIGHT, True)
        rasters = frames(reader, clip, (2.05, 0.05, 1.05, 1.05))
        assert [number_of(raster) for raster in rasters] == [20, 0, 10, 10]
        assert {raster.width for raster in frames(reader, clip, (0.0,), 64)} == {64}
    finally:
        reader.close()


def test_frames_are_counted_while_they_come(reader: VideoReader, clip: Path) -> None:
    surveyed(reader, clip)
    *before, last = as_events(reader.frames(clip, (0.0, 1.0), 320, Cancel()))
    assert before == [Opening(0, 2), Opening(1, 2), Opening(2, 2)]
    assert isinstance(last, Done)


def test_what_cannot_be_a_video_is_refused_before_a_process_starts(reader: VideoReader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "empty.mp4").touch()
    for path, code in (
        (tmp_path / "nowhere.mp4", Code.FILE_MISSING),
        (tmp_path, Code.FILE_IS_FOLDER),
        (tmp_path / "fifo", Code.FILE_NOT_REGULAR),
        (tmp_path / "empty.mp4", Code.FILE_EMPTY),
    ):
        assert problem(reader, path) == Problem(code, {"path": str(path)})


def test_a_finding_names_the_whole_path(reader: VideoReader, tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("This is no video.", encoding="utf-8")
    assert problem(reader, path) == Problem(Code.VIDEO_UNKNOWN, {"path": str(path)})
    path.write_bytes(short_film()[:2_000])
    assert problem(reader, path) == Problem(Code.VIDEO_DAMAGED, {"path": str(path), "format": "mp4"})
    assert workers() == []


def test_a_name_that_is_no_utf8_is_made_printable(reader: VideoReader, tmp_path: Path) -> None:
    path = tmp_path / "clip-\udcff.mp4"
    path.write_bytes(short_film())
    assert surveyed(reader, path).untrusted_name == "clip-?.mp4"


# ---- the file changes ------------------------------------------------------------------------------------------


def test_frames_of_a_file_that_changed_are_not_given(reader: VideoReader, clip: Path) -> None:
    surveyed(reader, clip)
    clip.write_bytes(film(frames=[drawing(200)] * 24))
    *_, last = as_events(reader.frames(clip, (0.5,), 320, Cancel()))
    assert last == Failed(Problem(Code.VIDEO_CHANGED, {"path": str(clip)}))
    surveyed(reader, clip)
    assert [number_of(raster) for raster in frames(reader, clip, (0.5,))] == [200]


def test_frames_of_a_file_that_is_gone_are_not_given(reader: VideoReader, clip: Path) -> None:
    surveyed(reader, clip)
    clip.unlink()
    *_, last = as_events(reader.frames(clip, (0.5,), 320, Cancel()))
    assert last == Failed(Problem(Code.FILE_MISSING, {"path": str(clip)}))


def test_frames_of_a_file_that_was_never_looked_through_are_not_given(reader: VideoReader, clip: Path) -> None:
    *_, last = as_events(reader.frames(clip, (0.5,), 320, Cancel()))
    assert last == Failed(Problem(Code.VIDEO_CHANGED, {"path": str(clip)}))


# ---- what is not believed --------------------------------------------------------------------------------------

SOUND = VideoSurveyed(2.0, 3, 2, (Moment(0.0, 1.0), Moment(1.0, 0.5)), True)
PIXELS = DrawnFrame(Raster(3, 2, bytes(18)))
NAN, INFINITE = float("nan"), float("inf")


def moments(*pairs: tuple[float, float]) -> VideoSurveyed:
    return msgspec.structs.replace(SOUND, moments=tuple(Moment(*pair) for pair in pairs))


@pytest.mark.parametrize(
    "answer",
    [
        msgspec.structs.replace(SOUND, width=0),
        msgspec.structs.replace(SOUND, height=-1),
        msgspec.structs.replace(SOUND, width=MAX_SIDE + 1),
        msgspec.structs.replace(SOUND, duration_s=0.0),
        msgspec.structs.replace(SOUND, duration_s=-1.0),
        msgspec.structs.replace(SOUND, duration_s=1e300),
        msgspec.structs.replace(SOUND, duration_s=0.5),
        moments(),
        moments((1.0, 0.5), (0.0, 0.5)),
        moments((0.0, 0.5), (0.0, 0.5)),
        moments((-1.0, 0.5)),
        moments((0.0, 1.5)),
        moments((0.0, -0.5)),
        moments(*((number / MAX_MOMENTS, 0.5) for number in range(MAX_MOMENTS + 1))),
        PIXELS,
        WireFailed(Problem(Code.DATABASE_KEY, {"path": "/home"})),
        WireFailed(Problem(Code.VIDEO_DAMAGED, {"path": "a"})),
        WireFailed(Problem(Code.VIDEO_LIMIT, {"path": "a", "limit": "pixels", "value": "{}"})),
        '{"type": "Surveyed", "duration_s": 1e999, "width": 1, "height": 1, "moments": [], "complete": true}',
        "garbage " + "ff" * 32,
        "garbage 03000000c1c1c1",
    ],
)
def test_a_survey_that_cannot_be_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, open_one: VideoReader, clip: Path, answer: msgspec.Struct | str
) -> None:
    if isinstance(answer, str) and answer.startswith("{"):
        packed = msgspec.msgpack.encode(msgspec.to_builtins(SOUND) | {"duration_s": INFINITE})
        answer = "garbage " + (len(packed).to_bytes(4, "little") + packed).hex()
    lie(monkeypatch, answer)
    assert problem(open_one, clip) == Problem(Code.READER_CRASHED, {"path": str(clip), "signal": 0})


@pytest.mark.parametrize("bad", [NAN, INFINITE])
@pytest.mark.parametrize("field", ["duration_s", "time_s", "change"])
def test_numbers_that_are_none_are_not_believed(
    monkeypatch: pytest.MonkeyPatch, open_one: VideoReader, clip: Path, field: str, bad: float
) -> None:
    answer = msgspec.to_builtins(SOUND)
    (answer if field == "duration_s" else answer["moments"][1])[field] = bad
    packed = msgspec.msgpack.encode(answer)
    lie(monkeypatch, f"garbage {(len(packed).to_bytes(4, 'little') + packed).hex()}")
    assert problem(open_one, clip) == Problem(Code.READER_CRASHED, {"path": str(clip), "signal": 0})


@pytest.mark.parametrize(
    "answer",
    [
        DrawnFrame(Raster(3, 2, bytes(17))),
        DrawnFrame(Raster(2, 3, bytes(18))),
        DrawnFrame(Raster(-3, -2, bytes(18))),
        DrawnFrame(Raster(10_000, 10_000, b"")),
        SOUND,
        Opening(1, 2),
    ],
)
def test_pixels_other_than_those_asked_for_are_not_believed(
    monkeypatch: pytest.MonkeyPatch, open_one: VideoReader, clip: Path, answer: msgspec.Struct
) -> None:
    lie(monkeypatch, SOUND, answer)
    surveyed(open_one, clip)
    *_, last = as_events(open_one.frames(clip, (0.5,), 320, Cancel()))
    assert last == Failed(Problem(Code.READER_CRASHED, {"path": str(clip), "signal": 0}))


def test_a_sound_answer_of_the_same_process_is_taken(
    monkeypatch: pytest.MonkeyPatch, open_one: VideoReader, clip: Path
) -> None:
    """Without this, the tests above could pass because the liar does not work at all."""
    lie(monkeypatch, SOUND, PIXELS)
    assert surveyed(open_one, clip).moments == SOUND.moments
    assert frames(open_one, clip, (0.5, 1.5)) == (PIXELS.raster, PIXELS.raster)


# ---- how it may end --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "code", "params"),
    [
        (f"signal {int(signal.SIGSEGV)}", Code.READER_CRASHED, {"signal": signal.SIGSEGV}),
        (f"signal {int(signal.SIGKILL)}", Code.READER_ENDED, {}),
        ("exit 3", Code.BUG, {"where": "reader exited with 3"}),
    ],
)
def test_a_process_that_ends_costs_one_video(
    monkeypatch: pytest.MonkeyPatch, open_one: VideoReader, clip: Path, end: str, code: Code, params: dict[str, int]
) -> None:
    lie(monkeypatch, end)
    expected = params if code is Code.BUG else {"path": str(clip)} | params
    assert problem(open_one, clip) == Problem(code, expected)
    lie(monkeypatch, SOUND, end)
    surveyed(open_one, clip)
    *_, last = as_events(open_one.frames(clip, (0.5,), 320, Cancel()))
    assert last == Failed(Problem(code, expected))
    monkeypatch.undo()
    assert surveyed(open_one, clip).width == WIDTH


def test_a_process_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch, open_one: VideoReader, clip: Path) -> None:
    lie(monkeypatch, "hang")
    found = problem(open_one, clip)
    assert found.code is Code.READER_TIMEOUT
    assert found.params["path"] == str(clip)


def test_memory_beyond_the_limit_costs_one_video(tmp_path: Path) -> None:
    path = tmp_path / "large.avi"
    path.write_bytes(film("avi", "mpeg4", frames=[drawing(1).repeat(40, 0).repeat(40, 1)]))
    reader = VideoReader(limits=ReaderLimits(memory_bytes=130 << 20))
    try:
        found = problem(reader, path)
        assert found.code in (Code.READER_OUT_OF_MEMORY, Code.VIDEO_DAMAGED)  # as the decoder tells it
    finally:
        reader.close()


def test_cancelling_ends_the_process(monkeypatch: pytest.MonkeyPatch, open_one: VideoReader, clip: Path) -> None:
    lie(monkeypatch, Opening(1, 2))  # and then nothing
    cancel, events = Cancel(), []
    for event in as_events(open_one.survey(clip, cancel)):
        events.append(event)
        if event == Opening(1, 2):
            cancel.request()
    assert events == [Opening(0, 0), Opening(1, 2), Cancelled()]
    assert psutil.Process().children() == []


def test_cancelling_between_frames_gives_none(reader: VideoReader, clip: Path) -> None:
    surveyed(reader, clip)
    cancel = Cancel()
    events = []
    for event in as_events(reader.frames(clip, (0.0, 1.0, 2.0), 320, cancel)):
        events.append(event)
        cancel.request()
    assert events[-1] == Cancelled()
    assert workers() == []
    assert len(frames(reader, clip, (0.0, 1.0))) == 2


def test_whoever_stops_listening_leaves_nothing(reader: VideoReader, clip: Path) -> None:
    events = as_events(reader.survey(clip, Cancel()))
    next(events)
    events.close()
    assert workers() == []


# ---- the process that is kept ----------------------------------------------------------------------------------


def test_a_video_keeps_its_process_until_it_is_released(reader: VideoReader, clip: Path, tmp_path: Path) -> None:
    surveyed(reader, clip)
    (kept,) = workers()
    frames(reader, clip, (0.0, 1.0))
    assert workers() == [kept]
    other = tmp_path / "other.mkv"
    other.write_bytes(film("matroska"))
    surveyed(reader, other)
    (second,) = workers()
    assert second != kept
    reader.release()
    assert workers() == []
    reader.release()
    assert [number_of(raster) for raster in frames(reader, other, (1.05,))] == [10]


def test_a_kept_process_that_died_is_replaced(reader: VideoReader, clip: Path) -> None:
    surveyed(reader, clip)
    (kept,) = workers()
    kept.kill()
    kept.wait()
    *_, last = as_events(reader.frames(clip, (1.05,), 320, Cancel()))
    if isinstance(last, Failed):  # it was asked before its death was known
        assert last.problem.code is Code.READER_ENDED
    assert [number_of(raster) for raster in frames(reader, clip, (1.05,))] == [10]


def test_threads_may_ask_at_the_same_time(reader: VideoReader, clip: Path) -> None:
    surveyed(reader, clip)
    results: list[list[int]] = []

    def ask() -> None:
        results.append([number_of(raster) for raster in frames(reader, clip, (0.05, 1.05))])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[0, 10]] * 4
    assert len(workers()) == 1


# ---- what is left, and who sees what ---------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
def test_nothing_is_left_open(clip: Path, tmp_path: Path) -> None:
    def use() -> None:
        reader = VideoReader()
        surveyed(reader, clip)
        frames(reader, clip, (0.0,))
        for path in (tmp_path / "nowhere", tmp_path):
            problem(reader, path)
        reader.close()
        reader.close()

    def held() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), threading.active_count()  # noqa: PTH208

    before = held()
    use()
    assert held() == before
    assert workers() == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks in /proc")
def test_the_process_gets_its_video_and_no_other_file(
    monkeypatch: pytest.MonkeyPatch, open_one: VideoReader, clip: Path
) -> None:
    secret = os.open("/etc/hostname", os.O_RDONLY)
    os.set_inheritable(secret, True)
    lie(monkeypatch, "descriptors")
    try:
        found = problem(open_one, clip)
    finally:
        os.close(secret)
    seen = str(found.params["where"]).splitlines()
    assert {name for name in seen if not name.startswith(("pipe:", "/dev/null"))} == {str(clip)}


def test_the_desk_has_no_decoder_to_use() -> None:
    names = "{name.split('.')[0] for name in sys.modules}"
    ask = f"import sys, app.features.videos.service; print(sorted({{'av', 'PIL'}} & {names}))"
    told = subprocess.run([sys.executable, "-c", ask], stdout=subprocess.PIPE, check=True, text=True)
    assert told.stdout.strip() == "[]"
