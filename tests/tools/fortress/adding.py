"""Files that go through the program: a folder that it adds, images that a question shows. What it says of each, what
its desk has of them afterwards, and how much memory the processes took that decoded them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psutil

from app.core.conversations.image import MOST_IN_QUESTION
from app.core.conversations.sources import PlaceState
from app.core.documents.document import Book, Page
from app.core.errors import Code
from app.documents.formats.detect import is_zip
from app.documents.images.reader import MEMORY_BYTES
from app.isolation.limits import READER_MEMORY_BYTES
from app.store.books import Books
from app.store.sources import Sources
from tests.tools.fortress.killing import Running, opened
from tests.tools.fortress.nursery import READ, File
from tests.tools.fortress.program import Program

_LIMITS = {
    "app.documents.worker": READER_MEMORY_BYTES,
    "app.documents.images.worker": MEMORY_BYTES,
    "app.documents.scans.worker": READER_MEMORY_BYTES,
}
_FAULTS = {Code.BUG, Code.READER_CRASHED, Code.READER_ENDED}
_FAILED_BY_INPUT = 3
_LOOK_S, _PATIENCE_S = 0.05, 7200.0
_MEBIBYTE = 1 << 20


def write(folder: Path, files: Iterable[File]) -> Path:
    """Write the files, however many have the same name: each gets its number."""
    folder.mkdir()
    for number, file in enumerate(files):
        (folder / f"{number:03}-{file.name}").write_bytes(file.content)
    return folder


@dataclass
class Added:
    """How many files ended how: READ, or the code of a sentence; documents in them too. `faults`: what became neither
    pages nor a sentence, and whatever else the program did that it never may. `peaks`: bytes that each process had."""

    endings: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    peaks: dict[tuple[str, int], int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def late(self) -> int:
        return self.endings[Code.READER_TIMEOUT]

    def sentence(self, what: str) -> str:
        total, read, oom = self.endings.total(), self.endings[READ], self.endings[Code.READER_OUT_OF_MEMORY]
        said = f"{total - read} a sentence ({oom} of memory, {self.late} of time)"
        return (
            f"{what}: {total} files, {read} read, {said}, {len(self.faults)} faults;"
            f" {self.seconds / max(total, 1):.1f} s each, the largest of {len(self.peaks)} processes"
            f" {max(self.peaks.values(), default=0) / _MEBIBYTE:.0f} MiB"
        )


def add(program: Program, folder: Path, *, in_time: bool = False) -> Added:
    """All files of the folder by one `octavo add`, to a desk that has none yet. `in_time`: that one took too long is a
    fault; otherwise its limit of time is one as that of memory is."""
    added = Added()
    running = _run(added, program, "add", "--json", folder)
    if running.process.returncode not in (0, _FAILED_BY_INPUT):
        added.faults.append(f"exit status {running.process.returncode}: {running.errors[-3:]}")
    files = running.events("file")
    for event in files:
        _note(added, event)
    said = Counter(event["path"] for event in files)
    added.faults += [f"said {said[str(file)]} times: {file.name}" for file in folder.iterdir() if said[str(file)] != 1]
    ends = running.events("ended")
    if len(ends) != 1 or ends[0]["left"] or ends[0]["stopped"]:
        added.faults.append(f"it did not end as it should: {ends}")
    if in_time and added.late:
        added.faults.append(f"{added.late} took too long")
    added.faults += [*_unsound(program.data), *_beyond(added)]
    return added


def _run(added: Added, program: Program, *words: object) -> Running:
    """To its end, with a look at its readers now and then."""
    began = time.monotonic()
    running = Running(program, *words)
    while not running.over and time.monotonic() - began < _PATIENCE_S:
        for child in running.children("app.documents."):
            _measure(added, child)
        time.sleep(_LOOK_S)
    running.end()
    added.seconds += time.monotonic() - began
    added.faults += [f"{words[0]}: a traceback" for line in running.errors if "Traceback" in line]
    return running


def _beyond(added: Added) -> list[str]:
    """Which processes had more than they may; what was not looked at proves nothing."""
    if not added.peaks:
        return ["no process was seen that decodes"]
    return [f"{module} had {peak} bytes" for (module, _pid), peak in added.peaks.items() if peak >= _LIMITS[module]]


def _measure(added: Added, child: psutil.Process) -> None:
    """The most that it had so far (proc(5): VmHWM, in KiB); what starts it in its sandbox is left out."""
    try:
        module = next((each for each in child.cmdline() if each in _LIMITS), None)
        status = Path(f"/proc/{child.pid}/status").read_text()
        if module is None or Path(child.cmdline()[0]).name == "bwrap":
            return
    except (psutil.Error, OSError, IndexError):
        return
    highest = next((int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM:")), 0)
    added.peaks[module, child.pid] = max(highest, added.peaks.get((module, child.pid), 0))


def _note(added: Added, event: dict[str, Any]) -> None:
    name, state = Path(event["path"]).name, event["state"]
    added.endings[event["code"] if state == PlaceState.FAILED else READ] += 1
    if state == PlaceState.FAILED:
        if event["code"] in _FAULTS or not event["message"].strip():
            added.faults.append(f"{name}: {event['code']} {event['message']!r}")
    elif state != PlaceState.READ or (not event.get("pages") and not is_zip(name)):
        added.faults.append(f"{name}: neither pages nor a sentence: {event}")


def _unsound(data: Path) -> list[str]:
    """List what the desk itself has that cannot be: files that still wait, books without pages."""
    with opened(data) as database:
        sources, books = Sources(database), Books(database)
        places = [place for each in sources.all() for place in sources.places(each.source.id)]
        waiting = [place for place in places if place.state not in (PlaceState.READ, PlaceState.FAILED)]
        empty = [book for book in books.all() if not 0 < book.page_count == len(books.pages(book.id))]
    return [f"the desk has {each}" for each in (*waiting, *empty)]


def shelf(data: Path) -> dict[tuple[str, str], tuple[Book, tuple[Page, ...]]]:
    """The books of a desk with their pages, by the file that they are from and their key in it; without what differs
    each time: ids, times, and titles, which depend on what came first."""
    with opened(data) as database:
        books = Books(database)
        return {(book.path, book.member): (_lasting(book), books.pages(book.id)) for book in books.all()}


def _lasting(book: Book) -> Book:
    return msgspec.structs.replace(book, id="", title="", added_at=0.0, parent_id="")


def words_of(data: Path) -> str:
    """All that a desk has of its books: pages with what is hidden there, outlines, facts."""
    return msgspec.json.encode(list(shelf(data).values())).decode()


def show(program: Program, images: Sequence[Path]) -> Added:
    """Images by as many `octavo ask` as it takes: one takes them in turn until one is refused. The model is missing,
    which is said when all of them were taken."""
    added, left = Added(), list(images)
    while left:
        some = left[:MOST_IN_QUESTION]
        words = [word for image in some for word in ("--image", image)]
        running = _run(added, program, "ask", "--json", *words, "--model", program.data / "missing.gguf", "What is it?")
        last = [{"code": "nothing", "message": ""}, *running.events("failed")][-1]
        refused = next((number for number, image in enumerate(some) if str(image) in last["message"]), len(some))
        added.endings[READ] += refused
        if refused < len(some):
            added.endings[last["code"]] += 1
        if last["code"] in _FAULTS or (refused == len(some)) != (last["code"] == Code.MODEL_MISSING):
            added.faults.append(f"{[image.name for image in some]}: {last}")
        left = left[refused + 1 :]
    added.faults += _beyond(added)
    return added


def strays(name: str, *places: Path) -> Iterator[Path]:
    """Files whose name has this in it: below these places, and in the folders that these are in, and the program's."""
    for place in places:
        yield from place.rglob(f"*{name}*")
    above = {parent for place in (*places, Path.cwd()) for parent in (*place.parents, place)}
    for folder in above:
        yield from folder.glob(f"*{name}*")
