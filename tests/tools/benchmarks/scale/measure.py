"""What documents cost at 1,000 and at 10,000 of them: processor time, memory and disk, so that growth is seen.

`packaging/dev bench scale [--documents N]... [--index N] [--keep FOLDER]` writes made-up letters, mails with
attachments, PDFs, scans and sheets from a seed, adds them to a new desk by the program itself, and prints a table of
each step at each size. Processor time is that of the step's process and of all that it starts, user and system;
memory is the most that they have at a time, proportional set size. The last columns say how many times the plainest
program for the same work takes: pdftotext, one embedding model in a loop, SQLite's full-text search alone.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path

import apsw
import msgspec
import psutil

from app.core.machine.paths import Paths
from app.core.work import Cancel, finish
from app.store.books import Books
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
_LOOK_S, _LOOKS_AT_MEMORY = 0.03, 10
_QUERY = "quay12 storm"
_MEGABYTE = 1_000_000
_FIND_PLAINLY = """
import sys, apsw
query = "SELECT text FROM pages WHERE pages MATCH ? ORDER BY rank LIMIT 20"
print(len(list(apsw.Connection(sys.argv[1]).execute(query, (sys.argv[2],)))))
"""


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
    """A step at one size. `plain_s` is what the plainest program takes for it, in seconds of processor; 0 if nothing
    is to be compared."""

    step: str
    documents: int
    cost: Cost
    plain_s: float = 0.0


def main() -> None:
    """Read the options, measure, and print the table."""
    parser = argparse.ArgumentParser(prog="packaging/dev bench scale", description=__doc__)
    parser.add_argument("--documents", type=int, action="append", help="how many; repeatable (default: 1000 and 10000)")
    parser.add_argument("--index", type=int, default=_INDEXED, help="documents that are indexed by meaning")
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
    case, desk = folder / "case", folder / "desk"
    write(case, documents)
    octavo = (sys.executable, "-P", "-m", "app", "--data-dir", str(desk))
    yield Row("add", documents, _cost(*octavo, "add", str(case)), _pdftotext(case, documents))
    with contextlib.closing(open_desk(Paths(desk))) as opened:
        books = opened.documents.library.books()
        pages = [page.text for book in books for page in Books(opened.database).pages(book.id)]
    text = sum(len(page.encode()) for page in pages)
    kept = sum(file.stat().st_size for file in desk.rglob("*") if file.is_file())
    print(
        f"{documents} files: {len(books)} documents, {len(pages)} pages, {text / _MEGABYTE:.0f} MB of text,"
        f" {kept / _MEGABYTE:.0f} MB on the disk: {kept / max(1, text):.1f} times the text",
        flush=True,
    )
    plain = folder / "plain.db"
    filled = _cost(*_step("fill", plain, desk))
    asked = _cost(sys.executable, "-c", _FIND_PLAINLY, str(plain), _QUERY).seconds
    print(f"SQLite's full-text index alone: {filled.seconds:.1f} s to fill, {plain.stat().st_size / _MEGABYTE:.0f} MB")
    yield Row("list (octavo folders)", documents, _cost(*octavo, "folders"))
    yield Row("find by words", documents, _cost(*octavo, "find", _QUERY), asked)
    yield Row("open the window", documents, _cost(*_step("window", desk)))
    one = _cost(*_step("embed", desk, indexed)).seconds
    yield Row(f"index {indexed} by meaning", documents, _cost(*_step("index", desk, indexed)), one)
    yield Row("find by words and meaning", documents, _cost(*octavo, "find", _QUERY), asked)


def _step(name: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", "tests.tools.benchmarks.scale.measure", "--step", name, *map(str, arguments))


def _cost(*command: str) -> Cost:
    """Run a command, and measure it and all that it starts."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    seen, most, looks = dict[int, _Times](), 0, 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as process:
        while process.poll() is None:
            with contextlib.suppress(psutil.Error):
                first = psutil.Process(process.pid)
                below = [first, *first.children(recursive=True)]
                for each in below:
                    _look(each, seen)
                if looks % _LOOKS_AT_MEMORY == 0:
                    most = max(most, sum(map(_memory, below)))
            looks += 1
            time.sleep(_LOOK_S)
    return Cost(_sum(seen), most)


def _look(process: psutil.Process, seen: dict[int, _Times]) -> None:
    with contextlib.suppress(psutil.Error, OSError):
        times = process.cpu_times()
        of_children = times.children_user + times.children_system
        seen[process.pid] = _Times(process.ppid(), times.user + times.system, of_children)


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, OSError):
        return 0


def _sum(seen: dict[int, _Times]) -> float:
    """Add up what all processes have taken. Of those that came and went between two looks, their parents know."""
    known: dict[int, float] = {}
    for times in seen.values():
        known[times.parent] = known.get(times.parent, 0.0) + times.own
    return sum(times.own + max(0.0, times.of_children - known.get(pid, 0.0)) for pid, times in seen.items())


def _pdftotext(case: Path, documents: int) -> float:
    """Return what pdftotext would take for so many documents, from what it takes for the PDFs; 0 where it is not."""
    files = sorted(case.rglob("Survey *.pdf"))[:100]
    if shutil.which("pdftotext") is None or not files:
        return 0.0
    return sum(_cost("pdftotext", str(file), "/dev/null").seconds for file in files) * documents / len(files)


# ---- what is measured in a process of its own


def _index(desk: str, documents: str) -> None:
    with contextlib.closing(open_desk(Paths(Path(desk)))) as opened:
        finish(opened.finding.indexer.index(opened.finding.indexer.unfinished()[: int(documents)], Cancel()))


def _embed(desk: str, documents: str) -> None:
    """Make one vector of each passage of these documents by one model, and do nothing else."""
    from app.embedding.model import EmbeddingModel
    from app.embedding.packages import first_kinds

    with contextlib.closing(open_desk(Paths(Path(desk)))) as opened:
        vectors = opened.finding.search.vectors
        ids = opened.finding.indexer.unfinished()[: int(documents)]
        texts = [passage.text for id in ids for passage in vectors.wanting(id, 10_000)]
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


_STEPS: dict[str, Callable[..., None]] = {"index": _index, "embed": _embed, "fill": _fill_index, "window": _open_window}


def _print(rows: Sequence[Row]) -> None:
    print(f"\n{'step':32}{'files':>8}{'s':>10}{'ms a file':>12}{'memory MB':>12}{'times the plain':>18}")
    for row in sorted(rows, key=lambda each: each.step):
        times = f"{row.cost.seconds / row.plain_s:.1f}" if row.plain_s else "-"
        each = 1_000 * row.cost.seconds / row.documents
        memory = row.cost.memory / _MEGABYTE
        print(f"{row.step:32}{row.documents:8}{row.cost.seconds:10.2f}{each:12.2f}{memory:12.0f}{times:>18}")


if __name__ == "__main__":
    main()
