"""What documents cost at 1,000 and at 10,000 of them: processor time, memory and disk, so that growth is seen.

`packaging/dev bench scale [--documents N]... [--index N] [--keep FOLDER]` writes made-up letters, mails with
attachments, PDFs, scans and sheets from a seed, adds them to a new desk by the program itself, and prints a table of
each step at each size, how its cost grows, and what is above its budget (`tests.budget`).

Processor time is user and system time of the step's process and of all that it starts, looked at while they live; a
search is repeated in one process that is warm until it took half a second. Memory is the most that all
have at a time, proportional set size. The plainest program does the same work on the same files in the same run:
pdftotext and SQLite's full-text search, one embedding model in a loop, both for a search.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path

import apsw
import msgspec
import psutil

from app.core.machine.paths import Paths
from app.core.work import Cancel, finish
from app.services.services import Services
from app.store.books import Books
from tests.budget import TIMES_THE_TEXT, WORKING_BYTES
from tests.documents.scanner import bind
from tests.documents.workbook_writer import sheet, write_workbook
from tests.tools.benchmarks.case_folder import docx, pdf, scan
from tests.tools.benchmarks.large_desk import Texts
from tests.whole import open_desk

_SIZES = (1_000, 10_000)
_INDEXED = 100
_SEED, _WORDS = 46, 60
_SCANNED = 200
"""One document in so many is a scan: to recognise a page takes seconds."""
_MORE = 100
_ENOUGH_S = 0.5
_LOOK_S, _LOOKS_AT_MEMORY = 0.02, 10
_GROWTH = 1.3
"""The most times that a document among 10,000 may cost what it costs among 1,000."""
_QUERY = "quay12 storm"
_MEGABYTE = 1_000_000


class Cost(msgspec.Struct, frozen=True):
    """What a step has taken: seconds of processor, and bytes of memory at most."""

    seconds: float
    memory: int


class _Times(msgspec.Struct, frozen=True):
    """Seconds of processor of one process, and of its children that have ended."""

    parent: int
    own: float
    of_children: float


class Row(msgspec.Struct, frozen=True):
    """A step at one size. `among` is how many documents the cost is for; `plain_s` is what the plainest program takes
    for it, in seconds of processor, 0 if nothing is to be compared."""

    step: str
    documents: int
    cost: Cost
    among: int
    plain_s: float = 0.0


def main() -> None:
    """Read the options, measure, and print the table."""
    parser = argparse.ArgumentParser(prog="packaging/dev bench scale", description=__doc__)
    parser.add_argument("--documents", type=int, action="append", help="how many; repeatable (default: 1000 and 10000)")
    parser.add_argument("--index", type=int, default=_INDEXED, help="files that are indexed by meaning")
    parser.add_argument("--keep", type=Path, help="a folder for what is made; it stays")
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        name, *arguments = options.step
        _STEPS[name](*arguments)
        return
    with contextlib.ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        rows: list[Row] = []
        for documents in options.documents or _SIZES:
            rows += _measure(folder / str(documents), documents, min(options.index, documents))
    _print(rows)


# ---- the documents


def write(folder: Path, documents: int) -> None:
    """Write so many files, in folders of a hundred."""
    texts = Texts(_SEED)
    for number in range(documents):
        inside = folder / f"Box {number // 100}"
        inside.mkdir(parents=True, exist_ok=True)
        name, content = _file(texts, number)
        (inside / name).write_bytes(content)


def _write_more(folder: Path) -> None:
    """Write PDFs that no case has, the same ones at each size."""
    texts = Texts(_SEED + 1)
    folder.mkdir()
    for number in range(_MORE):
        (folder / f"More {number}.pdf").write_bytes(pdf(f"More {number}", [texts.text(_WORDS) for _ in range(30)]))


def _file(texts: Texts, number: int) -> tuple[str, bytes]:
    draw = random.Random(number)
    paragraphs = [texts.text(_WORDS) for _ in range(draw.randint(3, 20))]
    if number % _SCANNED == _SCANNED - 1:
        return f"Scan {number}.pdf", bind(scan(*paragraphs[:3]))
    match number % 10:
        case 0 | 1 | 2 | 3:
            return f"Mail {number}.eml", _mail(number, paragraphs)
        case 4 | 5 | 6:
            return f"Letter {number}.docx", docx(f"Letter {number}", paragraphs)
        case 7 | 8:
            return f"Survey {number}.pdf", pdf(f"Survey {number}", paragraphs * 3)
        case _:
            rows = [[f"Berth {row}", *map(str, draw.sample(range(9_999), 4))] for row in range(40)]
            return f"Account {number}.xlsx", write_workbook({"Rents": sheet(rows)}, title=f"Account {number}")


def _mail(number: int, paragraphs: Sequence[str]) -> bytes:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = f"Berth {number}", "Helga Brandt <brandt@harbour.example>"
    mail["To"], mail["Date"] = "office@tenant.example", f"Mon, {1 + number % 28:02} Jan 2024 09:00:00 +0100"
    mail.set_content("\n\n".join(paragraphs[:3]))
    attached = docx(f"Enclosure {number}", paragraphs[3:])
    kind = "vnd.openxmlformats-officedocument.wordprocessingml.document"
    mail.add_attachment(attached, maintype="application", subtype=kind, filename=f"Enclosure {number}.docx")
    return mail.as_bytes()


# ---- the steps


def _measure(folder: Path, documents: int, indexed: int) -> Iterator[Row]:
    """Measure each step on a new desk in the folder, and say what is on the disk in the end."""
    case, desk, plain, more = folder / "case", folder / "desk", folder / "plain.db", folder / "more"
    write(case, documents)
    _write_more(more)
    octavo = (sys.executable, "-P", "-m", "app", "--data-dir", str(desk))
    yield Row("add", documents, _cost(*octavo, "add", str(case)), documents)
    _say_sizes(desk, documents, "added")
    filled = _cost(*_step("fill", plain, desk))
    print(f"SQLite's full-text index alone: {filled.seconds:.1f} s to fill, {plain.stat().st_size / _MEGABYTE:.0f} MB")
    read_plainly = _cost(*_step("read", plain, more)).seconds if shutil.which("pdftotext") else 0.0
    yield Row(f"add {_MORE} PDFs more", documents, _cost(*octavo, "add", str(more)), _MORE, read_plainly)
    yield Row("list (octavo folders)", documents, _cost(*octavo, "folders"), documents)
    yield Row("open the window", documents, _cost(*_step("window", desk)), documents)
    yield Row("octavo find", documents, _cost(*octavo, "find", _QUERY), documents)
    for name, step in (("find by words", "find"), ("find by words and meaning", "near")):
        if step == "near":
            one = _cost(*_step("embed", desk, indexed)).seconds
            yield Row(
                f"index {indexed} files by meaning", documents, _cost(*_step("index", desk, indexed)), indexed, one
            )
            _say_sizes(desk, documents, f"{indexed} files indexed")
        plainly = _told(*_step(f"{step} plainly", plain, desk))
        yield Row(name, documents, _told(*_step(step, desk)), documents, plainly.seconds)


def _say_sizes(desk: Path, documents: int, what: str) -> None:
    with contextlib.closing(open_desk(Paths(desk))) as opened:
        ((books, pages, text),) = opened.database.rows(
            "SELECT (SELECT count(*) FROM books), count(*), sum(length(CAST(text AS BLOB))) FROM pages"
        )
        ((vectors, passages),) = opened.database.rows(
            "SELECT (SELECT count(*) FROM passage_vectors), (SELECT count(*) FROM passages)"
        )
    kept = sum(file.stat().st_size for file in desk.rglob("*") if file.is_file())
    times = kept / max(1, text)
    above = "" if times <= TIMES_THE_TEXT else ": ABOVE THE BUDGET"
    print(
        f"{documents} files, {what}: {books} documents, {pages} pages, {text / _MEGABYTE:.1f} MB of text, {vectors} of"
        f" {passages} passages with vectors, {kept / _MEGABYTE:.1f} MB on the disk: {times:.1f} times the text (budget:"
        f" {TIMES_THE_TEXT}){above}",
        flush=True,
    )


def _step(name: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", "tests.tools.benchmarks.scale.measure", "--step", name, *map(str, arguments))


def _cost(*command: str) -> Cost:
    """Run a command, and measure it and all that it starts."""
    return _run(*command)[0]


def _told(*command: str) -> Cost:
    """Run a step that prints how many seconds of processor one time of it takes; measure its memory."""
    cost, said = _run(*command)
    return Cost(float(said), cost.memory)


def _run(*command: str) -> tuple[Cost, str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = _of_children()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    ) as process:
        seen = _Seen()
        watcher = threading.Thread(target=seen.watch)
        watcher.start()
        said, _nothing = process.communicate()
        seen.ended.set()
        watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(max(seen.seconds(), _of_children() - before), seen.memory), said


def _of_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


class _Seen:
    """What was seen of all processes below this one. A sandbox that ends takes its processes along, and nobody is told
    what they took; so they are looked at while they live."""

    def __init__(self) -> None:
        self.ended, self.memory = threading.Event(), 0
        self._times: dict[tuple[int, float], _Times] = {}

    def watch(self) -> None:
        """Look until it has ended."""
        looks = 0
        while not self.ended.wait(_LOOK_S):
            below = psutil.Process().children(recursive=True)
            for each in below:
                with contextlib.suppress(psutil.Error, OSError):
                    times = each.cpu_times()
                    of_children = times.children_user + times.children_system
                    place = each.pid, each.create_time()
                    self._times[place] = _Times(each.ppid(), times.user + times.system, of_children)
            if looks % _LOOKS_AT_MEMORY == 0:
                self.memory = max(self.memory, sum(map(_memory, below)))
            looks += 1

    def seconds(self) -> float:
        """Add up what all processes have taken. Of those that came and went between two looks, their parents know."""
        known: dict[int, float] = {}
        for times in self._times.values():
            known[times.parent] = known.get(times.parent, 0.0) + times.own
        return sum(
            times.own + max(0.0, times.of_children - known.get(pid, 0.0))
            for (pid, _begun), times in self._times.items()
        )


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, OSError):
        return 0


# ---- what is measured in a process of its own


def _numbered_below(opened: Services, files: str) -> list[str]:
    """Return the documents of the first files: the same ones, however many there are."""
    known = [(int(found[0]), book.id) for book in opened.documents.library.books() if (found := _numbers(book.path))]
    return [id for number, id in sorted(known) if number < int(files)]


def _numbers(path: str) -> list[str]:
    return re.findall(r" (\d+)\.\w+$", path) if "/case/" in path else []


def _index(desk: str, files: str) -> None:
    with contextlib.closing(open_desk(Paths(Path(desk)))) as opened:
        finish(opened.finding.indexer.index(_numbered_below(opened, files), Cancel()))


def _embed(desk: str, files: str) -> None:
    """Make one vector of each passage of these documents by one model, and do nothing else."""
    from app.embedding.model import EmbeddingModel
    from app.embedding.packages import first_kinds

    with contextlib.closing(open_desk(Paths(Path(desk)))) as opened:
        vectors = opened.finding.search.vectors
        texts = [passage.text for id in _numbered_below(opened, files) for passage in vectors.wanting(id, 10_000)]
    model = EmbeddingModel()
    model.load()
    kind = first_kinds(english=True)[:1]
    for text in texts:
        model.embed((text,), kind)


def _fill_index(plain: str, desk: str) -> None:
    """Put the text of all pages into an index of SQLite."""
    database = apsw.Connection(plain)
    with contextlib.closing(open_desk(Paths(Path(desk)))) as opened, database:
        database.execute("CREATE VIRTUAL TABLE pages USING fts5(text)")
        for book in opened.documents.library.books():
            rows = [(page.text,) for page in Books(opened.database).pages(book.id)]
            database.executemany("INSERT INTO pages VALUES (?)", rows)


def _read_plainly(plain: str, folder: str) -> None:
    """Read PDFs one after the other, each in a transaction of its own."""
    database = apsw.Connection(plain)
    for file in sorted(Path(folder).iterdir()):
        read = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True, text=True)
        database.execute("INSERT INTO pages VALUES (?)", (read.stdout,))


def _open_window(desk: str) -> None:
    """Open the window on the desk, and end when nothing is under way."""
    from app.ui.window.application import WindowStart
    from tests.tools.benchmarks.waiting import run_until
    from tests.ui.room import application
    from tests.whole import EXTENSIONS

    handbook = Path("resources/handbook")
    start = WindowStart(application(), Paths(Path(desk)), open_desk, handbook, (), EXTENSIONS)
    start.begin()
    run_until(lambda: start.presenter is not None and bool(start.presenter.shown.shelf), every_ms=20)
    start.close()


def _find(desk: str) -> None:
    with contextlib.closing(open_desk(Paths(Path(desk)))) as opened:
        scope = [(book.id, None) for book in opened.documents.library.books()]
        passages = opened.finding.search.passages

        def find() -> None:
            best = passages.by_words(passages.scopes(scope), _QUERY).ranked[:20]
            passages.take(dict.fromkeys(best, 0.0))

        _tell(find)


def _find_near(desk: str) -> None:
    with contextlib.closing(open_desk(Paths(Path(desk)))) as opened:
        scope = [(book.id, None) for book in opened.documents.library.books()]
        _tell(lambda: opened.finding.search.find(scope, _QUERY, 20))


def _find_plainly(plain: str, _desk: str) -> None:
    database = apsw.Connection(plain)
    _tell(lambda: _of_index(database))


def _of_index(database: apsw.Connection) -> list[object]:
    query = "SELECT text FROM pages WHERE pages MATCH ? ORDER BY rank LIMIT 20"
    return list(database.execute(query, (" OR ".join(_QUERY.split()),)))


def _find_near_plainly(plain: str, desk: str) -> None:
    """Ask SQLite, make one vector of the question by one model, and compare it with one of each passage."""
    import numpy as np

    from app.embedding.model import EmbeddingModel
    from app.embedding.packages import first_kinds
    from app.services.finding.indexing import unpacked

    (kind, *_others) = first_kinds(english=True)
    with contextlib.closing(open_desk(Paths(Path(desk)))) as opened:
        rows = opened.database.rows("SELECT vector FROM passage_vectors")
    vectors = [np.frombuffer(of[kind], np.int8) for (packed,) in rows if kind in (of := unpacked(packed))]
    matrix, database, model = np.array(vectors, np.float32), apsw.Connection(plain), EmbeddingModel()
    model.load()

    def find() -> None:
        _of_index(database)
        (asked,) = model.embed((_QUERY,), (kind,), asked=True)
        np.argsort(-(matrix @ np.frombuffer(asked[kind], np.int8).astype(np.float32)))[:20]

    _tell(find)


def _tell(act: Callable[[], object]) -> None:
    """Print how many seconds of processor one time takes: this process and its children, after a first time."""
    act()
    begun, times = _of_all(), 0
    while (took := _of_all() - begun) < _ENOUGH_S:
        act()
        times += 1
    print(took / times)


def _of_all() -> float:
    own = psutil.Process()
    every = [each.cpu_times() for each in (own, *own.children(recursive=True))]
    return sum(each.user + each.system for each in every)


_STEPS: dict[str, Callable[..., None]] = {
    "index": _index,
    "embed": _embed,
    "fill": _fill_index,
    "read": _read_plainly,
    "window": _open_window,
    "find": _find,
    "find plainly": _find_plainly,
    "near": _find_near,
    "near plainly": _find_near_plainly,
}


def _print(rows: Sequence[Row]) -> None:
    head = f"{'step':32}{'files':>8}{'s':>10}{'ms a file':>12}{'memory MB':>12}{'times the plain':>18}{'growth':>9}"
    print(f"\n{head}")
    first: dict[str, float] = {}
    for row in sorted(rows, key=lambda each: each.step):
        times = f"{row.cost.seconds / row.plain_s:.1f}" if row.plain_s else "-"
        each, memory = 1_000 * row.cost.seconds / row.among, row.cost.memory / _MEGABYTE
        growth = each / first.setdefault(row.step, each)
        above = " TOO MUCH" if growth > _GROWTH else ""
        above += " ABOVE THE BUDGET OF MEMORY" if row.cost.memory > WORKING_BYTES else ""
        print(
            f"{row.step:32}{row.documents:8}{row.cost.seconds:10.3f}{each:12.2f}{memory:12.0f}{times:>18}"
            f"{growth:9.2f}{above}"
        )


if __name__ == "__main__":
    main()
