"""The desk's side of decoding images: what it believes, what a dying process costs, what is left afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from app.core.conversations.events import Opening
from app.core.conversations.image import Raster
from app.core.errors import AppError, Code, Problem
from app.core.work import Cancel
from app.documents.images.kinds import ImageKind
from app.documents.images.protocol import MAX_PIXELS, MAX_SIDE, Decoded, Prepared, Resized
from app.documents.images.reader import ImageReader
from app.isolation import client, sandbox
from app.isolation.client import ReaderLimits
from app.isolation.heartbeat import WireFailed
from app.isolation.sandbox import Step
from app.ui.kit.jobs import Cancelled, Done, Failed
from tests.documents.images import liar
from tests.documents.images.forger import SIGNATURE, chunk, claiming
from tests.documents.images.gallery import ending, flag, problem, saved, taken, variants
from tests.endings import as_events
from tests.readers import readers_of

FLAG = saved(flag(), ImageKind.PNG)


@pytest.fixture
def reader() -> Iterator[ImageReader]:
    reader = ImageReader()
    yield reader
    reader.close()


@pytest.fixture
def open_one() -> Iterator[ImageReader]:
    """Without a sandbox around it, in which a liar could not start."""
    reader = ImageReader(Step.RLIMITS, ReaderLimits(progress_s=1.0))
    yield reader
    reader.close()


def lie(monkeypatch: pytest.MonkeyPatch, what: str | msgspec.Struct) -> None:
    """Have every process be a liar that answers `what`."""
    said = what if isinstance(what, str) else msgspec.json.encode(what).decode()
    monkeypatch.setattr(
        client, "command", lambda *given: [sys.executable, "-P", str(Path(liar.__file__)), given[2], said]
    )


def workers() -> list[psutil.Process]:
    return readers_of("app.documents.images.worker")


# ---- what is taken ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", Step)
def test_a_file_is_taken_at_every_step(step: Step, tmp_path: Path) -> None:
    if not sandbox.offers(step):
        pytest.skip(f"this system does not offer {step.value}: not installed, or forbidden")
    path = tmp_path / "flag.webp"
    path.write_bytes(saved(flag(), ImageKind.WEBP))
    reader = ImageReader(step)
    try:
        opening, done = as_events(reader.take(path, "Flag", Cancel()))
        assert opening == Opening(0, 0)
        assert isinstance(done, Done)
        assert done.result.ref.untrusted_name == "Flag"
        assert reader.raster(done.result.png, flag().size).rgb == flag().tobytes()
    finally:
        reader.close()


def test_bytes_are_taken_where_memory_cannot_be_a_file(monkeypatch: pytest.MonkeyPatch, reader: ImageReader) -> None:
    monkeypatch.setattr("app.documents.images.reader._IN_MEMORY", False)
    assert taken(reader, FLAG).png == taken(reader, saved(flag(), ImageKind.BMP)).png


def test_what_cannot_be_an_image_is_refused_before_a_process_starts(reader: ImageReader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "empty.png").touch()
    for path, code in (
        (tmp_path / "nowhere.png", Code.FILE_MISSING),
        (tmp_path, Code.FILE_IS_FOLDER),
        (tmp_path / "fifo", Code.FILE_NOT_REGULAR),
        (tmp_path / "empty.png", Code.FILE_EMPTY),
    ):
        _, last = as_events(reader.take(path, "a", Cancel()))
        assert last == Failed(Problem(code, {"path": str(path)}))
    assert problem(reader, b"", "pasted") == Problem(Code.FILE_EMPTY, {"path": "pasted"})


def test_a_finding_names_the_whole_path_of_a_file(reader: ImageReader, tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(FLAG[:80])
    _, last = as_events(reader.take(path, "broken.png", Cancel()))
    assert last == Failed(Problem(Code.IMAGE_DAMAGED, {"path": str(path), "format": "png"}))


def test_a_name_that_is_no_utf8_is_made_printable(reader: ImageReader) -> None:
    assert taken(reader, FLAG, "flag-\udcff.png").ref.untrusted_name == "flag-?.png"


def test_pixels_beyond_the_limits_are_not_packed(reader: ImageReader) -> None:
    for raster, limit, value in (
        (Raster(MAX_SIDE + 1, 1, b""), "side", MAX_SIDE),
        (Raster(20_000, 20_000, b""), "pixels", MAX_PIXELS),
    ):
        with pytest.raises(AppError) as told:
            reader.pack(raster, "page")
        assert told.value.problem == Problem(Code.IMAGE_LIMIT, {"path": "page", "limit": limit, "value": value})
    assert workers() == []


# ---- what is not believed --------------------------------------------------------------------------------------


def png_of(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    header = chunk(b"IHDR", width.to_bytes(4) + height.to_bytes(4) + bytes((depth, colour, 0, 0, 0)))
    return SIGNATURE + header + chunk(b"IEND", b"")


SOUND = Decoded(2, 1, png_of(2, 1), Raster(2, 1, bytes(6)))
WIDE = Decoded(MAX_SIDE + 1, 1, png_of(MAX_SIDE + 1, 1), Raster(320, 1, bytes(960)))
CRASHED = Problem(Code.READER_CRASHED, {"path": "a", "signal": 0})


@pytest.mark.parametrize(
    "answer",
    [
        msgspec.structs.replace(SOUND, width=3),
        msgspec.structs.replace(SOUND, width=0, png=png_of(0, 1)),
        msgspec.structs.replace(SOUND, height=-1),
        msgspec.structs.replace(SOUND, png=png_of(1, 1)),
        msgspec.structs.replace(SOUND, png=png_of(2, 1, depth=16)),
        msgspec.structs.replace(SOUND, png=png_of(2, 1, colour=6)),
        msgspec.structs.replace(SOUND, png=SOUND.png + b"and more"),
        msgspec.structs.replace(SOUND, png=b"GIF89a"),
        msgspec.structs.replace(SOUND, thumbnail=Raster(2, 1, bytes(5))),
        msgspec.structs.replace(SOUND, thumbnail=Raster(1, 1, bytes(3))),
        msgspec.structs.replace(SOUND, thumbnail=Raster(10_000, 10_000, b"")),
        WIDE,
        Resized(Raster(2, 1, bytes(6))),
    ],
)
def test_an_image_that_cannot_be_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, open_one: ImageReader, answer: msgspec.Struct
) -> None:
    lie(monkeypatch, answer)
    assert problem(open_one, FLAG) == CRASHED


def test_a_sound_image_of_the_same_process_is_taken(monkeypatch: pytest.MonkeyPatch, open_one: ImageReader) -> None:
    """Without this, the tests above could pass because the liar does not work at all."""
    lie(monkeypatch, SOUND)
    image = taken(open_one, FLAG)
    assert (image.png, image.thumbnail) == (SOUND.png, SOUND.thumbnail)


@pytest.mark.parametrize(
    "answer",
    [
        Resized(Raster(3, 3, bytes(26))),
        Resized(Raster(3, 2, bytes(18))),
        Resized(Raster(-3, -3, bytes(27))),
        Prepared(Raster(3, 3, bytes(27)), None),
        Prepared(Raster(3, 3, bytes(27)), Raster(1, 1, bytes(3))),
        Prepared(Raster(3, 3, bytes(27)), Raster(2, 2, bytes(11))),
        Prepared(Raster(2, 3, bytes(18)), Raster(2, 2, bytes(12))),
        SOUND,
    ],
)
def test_pixels_other_than_those_asked_for_are_not_believed(
    monkeypatch: pytest.MonkeyPatch, open_one: ImageReader, answer: msgspec.Struct
) -> None:
    lie(monkeypatch, answer)
    for ask in (
        lambda: open_one.raster(FLAG, (3, 3)),
        lambda: open_one.prepare(FLAG, (3, 3), (3, 3), 2),
        lambda: open_one.pack(Raster(3, 3, bytes(27)), ""),
    ):
        with pytest.raises(AppError) as told:
            ask()
        assert told.value.problem == Problem(Code.READER_CRASHED, {"path": "", "signal": 0})


@pytest.mark.parametrize(
    "said",
    [
        Problem(Code.DATABASE_KEY, {"path": "/home"}),  # not its business
        Problem(Code.IMAGE_DAMAGED, {"path": "a"}),  # a parameter is missing
        Problem(Code.IMAGE_LIMIT, {"path": "a", "limit": "pixels", "value": "{}"}),  # of another type
    ],
    ids=lambda said: said.code.value,
)
def test_a_finding_that_there_is_not_is_not_passed_on(
    monkeypatch: pytest.MonkeyPatch, open_one: ImageReader, said: Problem
) -> None:
    lie(monkeypatch, WireFailed(said))
    assert problem(open_one, FLAG) == CRASHED


@pytest.mark.parametrize("garbage", ["ff" * 32, "03000000c1c1c1", "0100000007"])
def test_garbage_costs_one_image(monkeypatch: pytest.MonkeyPatch, open_one: ImageReader, garbage: str) -> None:
    lie(monkeypatch, f"garbage {garbage}")
    assert problem(open_one, FLAG) == CRASHED


# ---- how it may end --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (f"signal {int(signal.SIGSEGV)}", Problem(Code.READER_CRASHED, {"path": "a", "signal": signal.SIGSEGV})),
        (f"signal {int(signal.SIGKILL)}", Problem(Code.READER_ENDED, {"path": "a"})),
        ("exit 3", Problem(Code.BUG, {"where": "reader exited with 3"})),
    ],
)
def test_a_process_that_ends_costs_one_image(
    monkeypatch: pytest.MonkeyPatch, open_one: ImageReader, end: str, expected: Problem
) -> None:
    lie(monkeypatch, end)
    assert problem(open_one, FLAG) == expected
    monkeypatch.undo()
    assert taken(open_one, FLAG).ref.width == flag().width


def test_a_process_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch, open_one: ImageReader) -> None:
    lie(monkeypatch, "hang")
    found = problem(open_one, FLAG)
    assert found.code is Code.READER_TIMEOUT
    assert found.params["path"] == "a"


def test_memory_beyond_the_limit_costs_one_image() -> None:
    reader = ImageReader(limits=ReaderLimits(memory_bytes=160 << 20))
    try:
        assert problem(reader, claiming(9_000, 9_000, ImageKind.PNG)) == Problem(
            Code.READER_OUT_OF_MEMORY, {"path": "a"}
        )
        assert isinstance(ending(reader, FLAG), Done)
    finally:
        reader.close()


def test_cancelling_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, cancel = ImageReader(Step.RLIMITS), Cancel()
    lie(monkeypatch, "hang")

    def cancel_once_it_runs() -> None:
        while not psutil.Process().children():
            pass
        cancel.request()

    canceller = threading.Thread(target=cancel_once_it_runs)
    canceller.start()
    try:
        assert list(as_events(reader.take(FLAG, "a", cancel))) == [Opening(0, 0), Cancelled()]
        assert psutil.Process().children() == []
    finally:
        canceller.join()
        reader.close()


def test_whoever_stops_listening_leaves_nothing(reader: ImageReader) -> None:
    events = as_events(reader.take(FLAG, "a", Cancel()))
    next(events)
    events.close()
    assert workers() == []


# ---- the process that is kept ----------------------------------------------------------------------------------


def test_what_was_written_here_is_decoded_in_one_process_that_stays(reader: ImageReader) -> None:
    image = taken(reader, FLAG)
    assert workers() == []
    reader.raster(image.png, (10, 10))
    (kept,) = workers()
    with pytest.raises(AppError) as told:
        reader.raster(FLAG[:60], (10, 10))
    assert told.value.problem == Problem(Code.IMAGE_DAMAGED, {"path": "", "format": "png"})
    reader.prepare(image.png, (10, 10), (12, 12), 5)
    reader.pack(Raster(1, 1, b"abc"), "dot")
    assert workers() == [kept]
    reader.close()
    assert workers() == []


def test_a_kept_process_that_died_is_replaced(reader: ImageReader) -> None:
    first = reader.raster(FLAG, (10, 10))
    (kept,) = workers()
    kept.kill()
    assert reader.raster(FLAG, (10, 10)) == first
    (second,) = workers()
    assert second != kept


def test_threads_may_take_and_look_at_the_same_time(reader: ImageReader) -> None:
    results: list[object] = []
    jobs = [*[lambda: taken(reader, FLAG).png] * 3, *[lambda: reader.raster(FLAG, (10, 10))] * 3]
    threads = [threading.Thread(target=lambda job=job: results.append(job())) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == len(jobs)
    assert len({repr(result) for result in results}) == 2


# ---- what is left, and who sees what ---------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
def test_nothing_is_left_open(tmp_path: Path) -> None:
    path = tmp_path / "flag.png"
    path.write_bytes(FLAG)

    def use() -> None:
        reader = ImageReader()
        for source in (path, FLAG, b"", tmp_path / "nowhere", b"garbage"):
            list(as_events(reader.take(source, "a", Cancel())))
        reader.raster(FLAG, (5, 5))
        reader.close()
        reader.close()

    def held() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), threading.active_count()  # noqa: PTH208

    before = held()
    use()
    assert held() == before
    assert workers() == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks in /proc")
@pytest.mark.parametrize("source", ["path", "bytes"])
def test_the_process_gets_its_image_and_no_other_file(
    monkeypatch: pytest.MonkeyPatch, open_one: ImageReader, tmp_path: Path, source: str
) -> None:
    """Descriptors 0 to 2 and the image are passed on; whatever else the desk holds open is not."""
    path = tmp_path / "flag.png"
    path.write_bytes(FLAG)
    secret = os.open("/etc/hostname", os.O_RDONLY)
    os.set_inheritable(secret, True)
    lie(monkeypatch, "descriptors")
    try:
        found = problem(open_one, FLAG if source == "bytes" else path)
    finally:
        os.close(secret)
    seen = str(found.params["where"]).splitlines()
    files = {name for name in seen if not name.startswith(("pipe:", "/dev/null"))}
    assert files == {str(path) if source == "path" else "/memfd:image (deleted)"}


def test_the_desk_has_no_decoder_to_use() -> None:
    """Neither Pillow nor anything else that decodes is even loaded with the desk's side."""
    names = "{name.split('.')[0] for name in sys.modules}"
    ask = f"import sys, app.services.library.images; print(sorted({{'PIL', 'numpy'}} & {names}))"
    told = subprocess.run([sys.executable, "-c", ask], stdout=subprocess.PIPE, check=True, text=True)
    assert told.stdout.strip() == "[]"


def test_a_ready_process_opens_no_file_and_imports_nothing(tmp_path: Path) -> None:
    """An import that a library tries later is left out by some of its importers, and an error of others."""
    for number, data in enumerate(variants()):
        (tmp_path / str(number)).write_bytes(data)
    script = """
        import sys
        from pathlib import Path
        from app.documents.images import decoding, worker
        from app.documents.images.protocol import Decode, Decoded, Pack, Prepare, Prepared, Resize, Resized

        images = [each.read_bytes() for each in Path(sys.argv[1]).iterdir()]
        decoding.get_ready()
        seen = []
        sys.addaudithook(lambda event, args: seen.append((event, args[:1])) if event in ("open", "import") else None)
        for image in images:
            taken = worker.carry_out(Decode(), image)
            assert isinstance(taken, Decoded), taken
        assert isinstance(worker.carry_out(Pack(taken.thumbnail), b""), Decoded)
        assert isinstance(worker.carry_out(Resize(taken.png, (20, 10)), b""), Resized)
        assert isinstance(worker.carry_out(Prepare(taken.png, (20, 10), (40, 40), 30), b""), Prepared)
        print(seen)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), tmp_path], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
