"""Reading through the real reader process: what comes back, what is refused, what a dying reader costs."""

from __future__ import annotations

import hashlib
import math
import os
import signal
import stat
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from app.core.conversations.events import Opening
from app.core.documents.document import BOX_BYTES, Document, Format
from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.documents.files import PACKED_LIMIT_BYTES, TEXT_LIMIT_BYTES
from app.documents.reader import KEPT_DOCUMENTS, DocumentReader
from app.isolation import sandbox
from app.isolation.client import ReaderClient, ReaderLimits, ReaderProcess
from app.isolation.sandbox import Step
from app.ui.kit.jobs import Cancelled, Done, Failed
from app.wording.units import size as size_words
from tests.documents.annotated import Annotated
from tests.documents.epub_writer import write_epub
from tests.documents.pdf_writer import show
from tests.endings import as_events
from tests.readers import readers_of

LINE = "The quick brown fox jumps over the lazy dog, and the dog does not mind at all.\n\n"


@pytest.fixture(params=list(Step))
def step(request: pytest.FixtureRequest) -> Step:
    asked = Step(request.param)
    if not sandbox.offers(asked):
        pytest.skip(f"this system does not offer {asked.value}: not installed, or forbidden")
    return asked


@pytest.fixture
def reader() -> Iterator[DocumentReader]:
    reader = DocumentReader()
    yield reader
    reader.close()


@pytest.fixture(params=["started", "forked"])
def making(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How the readers of a test are made."""
    fork = ReaderClient._fork

    def fork_the_first_too(readers: ReaderClient) -> ReaderProcess | None:
        readers._is_unused = False
        return fork(readers)

    if request.param == "forked":
        monkeypatch.setattr(ReaderClient, "_fork", fork_the_first_too)


@pytest.fixture
def long_text(tmp_path: Path) -> Path:
    """A text that keeps the reader busy for some seconds, and takes two bytes a character in its memory."""
    path = tmp_path / "long.txt"
    path.write_text("猫\n\n" + LINE * (48_000_000 // len(LINE)), encoding="utf-8")
    return path


def write_pdf(path: Path, pages: int = 2, width: int = 200, height: int = 300) -> Path:
    """A PDF whose pages show a word and, in the lower left corner, a black square (ISO 32000-1, 7.5)."""
    shown = "0 0 0 rg 0 0 50 50 re f BT /F 12 Tf 80 150 Td (Octavo) Tj ET"
    kids = " ".join(f"{4 + number} 0 R" for number in range(pages))
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents 3 0 R/Resources<</Font<</F {font}>>>>>>"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {pages}>>",
        f"<</Length {len(shown)}>>stream\n{shown}\nendstream",
        *[page] * pages,
    ]
    body, offsets = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj{text}endobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    path.write_bytes(body + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode())
    return path


def ending(reader: DocumentReader, path: Path) -> Done[Document] | Cancelled | Failed:
    *progress, last = as_events(reader.read(path, Cancel()))
    assert all(isinstance(event, Opening) for event in progress)
    assert not isinstance(last, Opening)
    return last


def failure(reader: DocumentReader, path: Path) -> tuple[Code, Mapping[str, str | int | float]]:
    last = ending(reader, path)
    assert isinstance(last, Failed), last
    return last.problem.code, last.problem.params


def workers() -> list[psutil.Process]:
    return readers_of("app.documents.worker")


def read_and(
    reader: DocumentReader, path: Path, disturb: Callable[[psutil.Process], object]
) -> Done[Document] | Cancelled | Failed:
    """Read `path`; once its reader is at work, do something to it."""
    events = as_events(reader.read(path, Cancel()))
    assert next(events) == Opening(0, 0)
    assert isinstance(next(events), Opening)  # from the reader itself: it runs
    (worker,) = workers()
    disturb(worker)
    *_, last = events
    assert not isinstance(last, Opening)
    return last


# ---- what comes back -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("making")
def test_a_text_becomes_a_document_at_every_step(step: Step, tmp_path: Path) -> None:
    """In an encoding whose codec Python loads when it meets it: inside the sandbox."""
    path = tmp_path / "neko.txt"
    path.write_bytes(("吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n\n" * 100).encode("cp932"))
    reader = DocumentReader(step)
    try:
        done = ending(reader, path)
        assert isinstance(done, Done), done
        document = done.result
        assert document.format is Format.TEXT
        assert document.language == "ja"
        assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert [page.number for page in document.pages] == list(range(1, len(document.pages) + 1))
        assert "".join(page.text for page in document.pages).count("吾輩は猫である") == 100
        assert reader.step() is step  # as the reader itself reported
        assert workers() == []
    finally:
        reader.close()


@pytest.mark.usefixtures("making")
def test_pages_are_drawn_at_every_step(step: Step, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "squares.pdf")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    reader = DocumentReader(step)
    try:
        image = reader.draw_page(path, sha256, 2, 400)
        assert (image.width, image.height, len(image.rgb)) == (400, 600, 400 * 600 * 3)
        assert image.rgb[-400 * 3 :][:3] == b"\x00\x00\x00"  # lower left
        assert image.rgb[:3] == b"\xff\xff\xff"
        layer = reader.page_layer(path, sha256, 2)
        assert (layer.text, len(layer.boxes)) == ("Octavo", 6 * BOX_BYTES)
        (worker,) = workers()  # the one that drew
        assert worker.is_running()
    finally:
        reader.close()


def test_forms_are_read_and_drawn_at_every_step(step: Step, tmp_path: Path) -> None:
    """With what PDFium makes of a field that has no look of its own: fonts, a tick."""
    made = Annotated(show("Rent:", 72, 700) + show("Pets", 72, 600))
    made.text((110, 696, 300, 714), "Text1", "1,475.00")
    made.box((54, 598, 68, 612), "Box1", True)
    path = tmp_path / "form.pdf"
    path.write_bytes(made.data())
    reader = DocumentReader(step)
    try:
        done = ending(reader, path)
        assert isinstance(done, Done), done
        assert done.result.pages[0].text == "Rent: [field: 1,475.00]\n[x] Pets"
        image = reader.draw_page(path, done.result.sha256, 1, 612)
        rows = (image.rgb[3 * (row * 612 + 110) : 3 * (row * 612 + 300)] for row in range(792 - 714, 792 - 696))
        assert min(map(min, rows)) < 100
    finally:
        reader.close()


def test_a_name_that_is_no_utf8_can_be_read(reader: DocumentReader, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    try:
        path.write_text(LINE, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert isinstance(ending(reader, path), Done)


# ---- what is refused -------------------------------------------------------------------------------------------


def test_what_cannot_be_a_document_is_refused_before_a_reader_starts(reader: DocumentReader, tmp_path: Path) -> None:
    fifo, folder, empty = tmp_path / "fifo.txt", tmp_path / "folder.pdf", tmp_path / "empty.txt"
    os.mkfifo(fifo)
    folder.mkdir()
    empty.touch()
    loop = tmp_path / "loop.txt"
    loop.symlink_to(loop)
    cases = {
        tmp_path / "nowhere.txt": Code.FILE_MISSING,
        empty / "below.txt": Code.FILE_MISSING,
        tmp_path / ("n" * 5000): Code.FILE_MISSING,
        Path("\x00.txt"): Code.FILE_MISSING,
        folder: Code.FILE_IS_FOLDER,
        fifo: Code.FILE_NOT_REGULAR,
        Path("/dev/zero"): Code.FILE_NOT_REGULAR,
        empty: Code.FILE_EMPTY,
        loop: Code.FILE_UNREADABLE,
    }
    for path, code in cases.items():
        assert failure(reader, path) == (code, {"path": str(path)})
        assert workers() == []


def test_a_file_without_permission_is_named_as_such(reader: DocumentReader, tmp_path: Path) -> None:
    path = tmp_path / "locked.txt"
    path.write_text(LINE, encoding="utf-8")
    path.chmod(0)
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)  # root may read everything
    try:
        assert failure(reader, path) == (Code.FILE_UNREADABLE, {"path": str(path)})
    finally:
        os.seteuid(before)


@pytest.mark.parametrize(
    ("name", "size", "limit"),
    [
        ("log.txt", 2_000_000_000, TEXT_LIMIT_BYTES),
        ("notes.md", TEXT_LIMIT_BYTES + 1, TEXT_LIMIT_BYTES),
        ("no_ending", TEXT_LIMIT_BYTES + 1, TEXT_LIMIT_BYTES),
        ("atlas.PDF", PACKED_LIMIT_BYTES + 1, PACKED_LIMIT_BYTES),
    ],
)
def test_a_file_that_is_too_large_is_refused_at_once(
    reader: DocumentReader, tmp_path: Path, name: str, size: int, limit: int
) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(size)  # sparse: it takes no room on the disk
    expected = (Code.FILE_TOO_LARGE, {"path": str(path), "size_bytes": size, "limit_bytes": limit})
    assert failure(reader, path) == expected


@pytest.mark.parametrize(("limit", "words"), [(TEXT_LIMIT_BYTES, "64 MB"), (PACKED_LIMIT_BYTES, "2 GB")])
def test_the_limit_of_a_file_is_a_round_number(limit: int, words: str) -> None:
    assert size_words(limit) == words


def test_what_the_format_refuses_comes_with_the_whole_path(reader: DocumentReader, tmp_path: Path) -> None:
    path = tmp_path / "program.txt"
    path.write_bytes(b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)) * 20)
    assert failure(reader, path) == (Code.FORMAT_UNKNOWN, {"path": str(path)})


# ---- what a dying reader costs ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("making")
def test_a_crash_costs_one_document(step: Step, long_text: Path) -> None:
    reader = DocumentReader(step)
    try:
        last = read_and(reader, long_text, lambda worker: worker.send_signal(signal.SIGSEGV))
        assert isinstance(last, Failed), last
        assert last.problem.code is Code.READER_CRASHED
        assert last.problem.params == {"path": str(long_text), "signal": int(signal.SIGSEGV)}
        assert workers() == []
    finally:
        reader.close()


@pytest.mark.usefixtures("making")
def test_after_a_crash_the_next_document_is_read(reader: DocumentReader, long_text: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.txt"
    short.write_text(LINE, encoding="utf-8")
    assert isinstance(read_and(reader, long_text, lambda worker: worker.kill()), Failed)
    assert isinstance(ending(reader, short), Done)


@pytest.mark.usefixtures("making")
def test_a_reader_that_stands_still_is_given_up(long_text: Path) -> None:
    limits = ReaderLimits(progress_s=1.5)
    reader = DocumentReader(limits=limits)
    try:
        last = read_and(reader, long_text, lambda worker: worker.suspend())
        assert isinstance(last, Failed), last
        assert last.problem.code is Code.READER_TIMEOUT
        assert last.problem.params == {"path": str(long_text), "seconds": math.ceil(limits.progress_s)}
        assert workers() == []
    finally:
        reader.close()


@pytest.mark.usefixtures("making")
def test_a_reader_without_a_sign_of_life_is_given_up(long_text: Path) -> None:
    reader = DocumentReader(limits=ReaderLimits(silence_s=2.0))
    try:
        last = read_and(reader, long_text, lambda worker: worker.suspend())
        assert isinstance(last, Failed), last
        assert last.problem.code is Code.READER_TIMEOUT
        assert workers() == []
    finally:
        reader.close()


@pytest.mark.usefixtures("making")
@pytest.mark.parametrize("files", [0, 1])
def test_memory_beyond_the_limit_costs_one_document(long_text: Path, files: int) -> None:
    """Also where the reader waited, and did not know how large its file would be."""
    reader = DocumentReader(limits=ReaderLimits(memory_bytes=96 << 20))
    reader.expect(files)
    try:
        assert failure(reader, long_text) == (Code.READER_OUT_OF_MEMORY, {"path": str(long_text)})
        assert workers() == []
    finally:
        reader.close()


@pytest.mark.usefixtures("making")
def test_processor_time_beyond_the_limit_is_a_timeout(long_text: Path) -> None:
    reader = DocumentReader(limits=ReaderLimits(cpu_s=1))
    try:
        assert failure(reader, long_text) == (Code.READER_TIMEOUT, {"path": str(long_text), "seconds": 1})
    finally:
        reader.close()


@pytest.mark.usefixtures("making")
def test_cancelling_ends_the_reader(reader: DocumentReader, long_text: Path) -> None:
    cancel = Cancel()
    events = as_events(reader.read(long_text, cancel))
    next(events)
    assert isinstance(next(events), Opening)
    (worker,) = workers()
    cancel.request()
    *_, last = events
    assert last == Cancelled()
    worker.wait(timeout=10)  # killed with its sandbox; the system takes a moment to clear it away


def test_a_task_cancelled_before_it_began_reads_nothing(reader: DocumentReader, long_text: Path) -> None:
    cancel = Cancel()
    cancel.request()
    assert list(as_events(reader.read(long_text, cancel)))[-1] == Cancelled()
    assert workers() == []


@pytest.mark.usefixtures("making")
def test_whoever_stops_listening_ends_the_reader(reader: DocumentReader, long_text: Path) -> None:
    events = as_events(reader.read(long_text, Cancel()))
    next(events)
    next(events)
    assert len(workers()) == 1
    events.close()
    assert workers() == []


# ---- drawing ---------------------------------------------------------------------------------------------------


def test_the_cover_of_a_book_comes_as_it_is_in_its_file(reader: DocumentReader, tmp_path: Path) -> None:
    path, item = tmp_path / "book.epub", '<item id="c" href="c.png" media-type="image/png" properties="cover-image"/>'
    path.write_bytes(write_epub(["<p>Words.</p>"], manifest=item, members={"OEBPS/c.png": b"picture"}))
    sha256 = finish(reader.read(path, Cancel())).sha256
    assert reader.cover_picture(path, sha256) == b"picture"
    path.write_bytes(path.read_bytes() + b"changed")
    with pytest.raises(AppError) as raised:
        reader.cover_picture(path, sha256)
    assert raised.value.code is Code.PAGE_UNAVAILABLE


def test_the_reader_that_read_a_pdf_draws_its_pages(reader: DocumentReader, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "book.pdf")
    done = ending(reader, path)
    assert isinstance(done, Done), done
    assert [page.text.strip() for page in done.result.pages] == ["Octavo", "Octavo"]
    (worker,) = workers()
    assert reader.draw_page(path, done.result.sha256, 1, 100).width == 100
    assert workers() == [worker]


def test_only_the_last_documents_stay_open(reader: DocumentReader, tmp_path: Path) -> None:
    paths = [write_pdf(tmp_path / f"{number}.pdf", pages=number) for number in (1, 2, 3)]
    seen: list[set[int]] = []
    for path in paths:
        reader.draw_page(path, hashlib.sha256(path.read_bytes()).hexdigest(), 1, 100)
        seen.append({worker.pid for worker in workers()})
    assert [len(pids) for pids in seen] == [1, 2, KEPT_DOCUMENTS]
    assert not seen[0] & seen[2]  # the oldest went
    assert len(seen[1] & seen[2]) == 1


def test_a_file_that_changed_has_no_pages(reader: DocumentReader, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "book.pdf", pages=2)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    reader.draw_page(path, sha256, 2, 100)
    write_pdf(path, pages=3)
    unavailable = (Code.PAGE_UNAVAILABLE, {"path": str(path), "page": 2})
    for gone in (False, True):  # another content, then no file
        if gone:
            path.unlink()
        with pytest.raises(AppError) as told:
            reader.draw_page(path, sha256, 2, 100)
        assert (told.value.code, told.value.params) == unavailable
    assert workers() == []


def test_the_sizes_of_all_pages_are_those_of_their_drawings(reader: DocumentReader, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "book.pdf", pages=3)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    sizes = reader.page_sizes(path, sha256)
    assert len(sizes) == 3
    width, height = sizes[1]
    drawn = reader.draw_page(path, sha256, 2, 200)
    assert drawn.height == pytest.approx(200 * height / width, abs=1)
    write_pdf(path, pages=2)
    with pytest.raises(AppError) as told:
        reader.page_sizes(path, sha256)
    assert (told.value.code, told.value.params) == (Code.PAGE_UNAVAILABLE, {"path": str(path), "page": 1})


def test_a_page_that_is_not_there_is_unavailable(reader: DocumentReader, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "book.pdf", pages=1)
    with pytest.raises(AppError) as told:
        reader.draw_page(path, hashlib.sha256(path.read_bytes()).hexdigest(), 2, 100)
    assert (told.value.code, told.value.params) == (Code.PAGE_UNAVAILABLE, {"path": str(path), "page": 2})


@pytest.mark.usefixtures("making")
def test_a_reader_killed_between_two_pages_is_replaced(reader: DocumentReader, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "book.pdf")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    before = reader.draw_page(path, sha256, 1, 100)
    (worker,) = workers()
    worker.kill()
    assert reader.draw_page(path, sha256, 1, 100) == before


def test_threads_may_read_and_draw_at_the_same_time(reader: DocumentReader, tmp_path: Path) -> None:
    pdf, text = write_pdf(tmp_path / "book.pdf"), tmp_path / "book.txt"
    text.write_text(LINE * 100, encoding="utf-8")
    sha256 = hashlib.sha256(pdf.read_bytes()).hexdigest()
    results: list[object] = []
    work: list[Callable[[], object]] = [
        *[lambda: ending(reader, text)] * 2,
        *[lambda: reader.draw_page(pdf, sha256, 1, 100)] * 2,
    ]
    threads = [threading.Thread(target=lambda job=job: results.append(job())) for job in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == len(work)
    assert len({hash(str(type(result))) for result in results}) == 2


# ---- readers that wait for a document --------------------------------------------------------------------------


def test_a_reader_that_waits_reads_one_document_at_every_step(step: Step, tmp_path: Path) -> None:
    text, pdf = tmp_path / "book.txt", write_pdf(tmp_path / "book.pdf")
    text.write_bytes(("吾輩は猫である。名前はまだ無い。\n\n" * 100).encode("cp932"))
    reader = DocumentReader(step)
    reader.expect(2)
    try:
        used: list[psutil.Process] = []
        sha256 = ""
        for path in (text, pdf):
            (waiting,) = until(workers)
            used.append(waiting)
            done = ending(reader, path)
            assert isinstance(done, Done), done
            sha256 = done.result.sha256
            assert reader.step() is step
            assert (waiting in workers()) is (path is pdf)  # a PDF's stays for drawing
        assert used[0] != used[1]
        assert workers() == [used[1]]
        assert reader.draw_page(pdf, sha256, 1, 100).width == 100
        assert workers() == [used[1]]
    finally:
        reader.close()
    assert workers() == []


def test_a_reader_that_dies_while_it_waits_is_replaced_unseen(reader: DocumentReader, tmp_path: Path) -> None:
    text = tmp_path / "book.txt"
    text.write_text(LINE, encoding="utf-8")
    reader.expect()
    (waiting,) = until(workers)
    waiting.kill()
    (second,) = until(lambda: [worker for worker in workers() if worker != waiting])
    assert isinstance(ending(reader, text), Done)
    assert second not in workers()  # it has read the text


def test_a_file_that_is_not_there_leaves_the_reader_waiting(reader: DocumentReader, tmp_path: Path) -> None:
    reader.expect(1)
    (waiting,) = until(workers)
    assert failure(reader, tmp_path / "nowhere.txt")[0] is Code.FILE_MISSING
    assert workers() == [waiting]


def until(look: Callable[[], list[psutil.Process]]) -> list[psutil.Process]:
    while not (found := look()):
        pass
    return found


# ---- what is left ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
@pytest.mark.usefixtures("making")
def test_nothing_is_left_open(tmp_path: Path) -> None:
    pdf, text = write_pdf(tmp_path / "book.pdf"), tmp_path / "book.txt"
    text.write_text(LINE, encoding="utf-8")
    os.mkfifo(tmp_path / "fifo")

    def use() -> None:
        reader = DocumentReader()
        ending(reader, text)
        ending(reader, tmp_path / "fifo")
        ending(reader, tmp_path / "nowhere")
        reader.draw_page(pdf, hashlib.sha256(pdf.read_bytes()).hexdigest(), 1, 50)
        reader.close()
        reader.close()

    def held() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), threading.active_count()  # noqa: PTH208

    before = held()
    use()
    assert held() == before
    assert workers() == []


@pytest.mark.usefixtures("making")
def test_the_reader_gets_its_document_and_no_other_file(reader: DocumentReader, long_text: Path) -> None:
    """Descriptors 0 to 2 and the document are passed on; whatever else the desk holds open is not."""
    if os.geteuid() != 0:
        pytest.skip("a reader is not dumpable: only root may look at its descriptors")
    secret = os.open("/etc/hostname", os.O_RDONLY)
    os.set_inheritable(secret, True)
    try:
        seen: list[str] = []

        def look(worker: psutil.Process) -> None:
            seen.extend(str(link.readlink()) for link in Path(f"/proc/{worker.pid}/fd").iterdir())
            worker.kill()

        read_and(reader, long_text, look)
        files = {name for name in seen if not name.startswith(("pipe:", "/dev/null"))}
        assert files == {str(long_text)}
        assert stat.S_ISREG(os.fstat(secret).st_mode)
    finally:
        os.close(secret)
