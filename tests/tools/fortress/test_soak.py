"""A long run: asking, adding and deleting for two hours, below the window and in it; the memory of the desk and its
children, and their open files, do not grow."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil
import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.conversation import BookRef, Question
from app.core.machine.paths import Paths
from app.core.work import Cancel
from app.services.services import Services
from tests import work
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program
from tests.tools.fortress.window import Window, family, is_visible, opened_window
from tests.tools.journey import hand
from tests.whole import open_desk
from tests.work import answered

pytestmark = pytest.mark.fortress

_HOURS = 2.0
_FEWEST_ROUNDS = 24
_WARM_SHARE = 0.4
"""The share of the rounds that is left out at the beginning: caches fill first."""

_ROUNDS_OF_A_BOOK = 3

_MOST_MB_PER_HUNDRED, _LONG = 0.5, 600
"""Growth of 100 rounds that is not yet called one, of a run of so many rounds: what allocators keep back comes and
goes, and shorter runs show little else."""


@dataclass(frozen=True)
class Look:
    """`memory_mb`: what processes have to themselves. What they share with others would be counted by how many others
    there are."""

    round: int
    memory_mb: float
    descriptors: int
    processes: int


def _look(number: int, pid: int) -> Look:
    memory, descriptors, processes = 0.0, 0, 0
    for process in family(pid):
        with contextlib.suppress(psutil.Error, OSError):
            status = _status(process)
            memory += (status["RssAnon"] + status["VmSwap"]) / 1024
            processes += 1
            descriptors += _descriptors(process, status)
    return Look(number, memory, descriptors, processes)


def _status(process: psutil.Process) -> dict[str, int]:
    """Numbers of the kernel about it; memory in KiB."""
    lines = [line.split() for line in Path(f"/proc/{process.pid}/status").read_text().splitlines()]
    return {words[0].rstrip(":"): int(words[1]) for words in lines if len(words) > 1 and words[1].isdecimal()}


def _descriptors(process: psutil.Process, status: dict[str, int]) -> int:
    """Return the number of open descriptors; of a process that lets nobody but root look, the size of its table, which
    grows with what was open at once."""
    try:
        return process.num_fds()
    except psutil.AccessDenied:
        return status["FDSize"]


def _slope(looks: list[Look], what: Callable[[Look], float]) -> float:
    """By least squares, for a hundred rounds."""
    mean_x = sum(look.round for look in looks) / len(looks)
    mean_y = sum(map(what, looks)) / len(looks)
    above = sum((look.round - mean_x) * (what(look) - mean_y) for look in looks)
    below = sum((look.round - mean_x) ** 2 for look in looks)
    return 100 * above / below if below else 0.0


def _prepare(desk: Services, model: Path) -> None:
    settings = desk.settings.load()
    engine = msgspec.structs.replace(settings.engine, model_path=str(model), context_tokens=4096)
    desk.settings.save(msgspec.structs.replace(settings, engine=engine, use_bin=False, max_answer_tokens=16))


@pytest.fixture
def desk(checkout: None, tmp_path: Path, tiny_scout_fast: Path) -> Iterator[Services]:
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as made:
        _prepare(made, tiny_scout_fast)
        yield made


def _round(desk: Services, folder: Path, number: int) -> None:
    """A book is added, found in, asked twice, and deleted with all that came of it."""
    path = folder / f"book {number}.txt"
    path.write_text(f"Ferry {number} leaves at nine. It returns at noon. The keeper waits.\n" * 30)
    book = work.added(desk, path)
    conversation = desk.conversations.create(f"Round {number}", (BookRef(book.id),))
    parent = None
    for text in ("When does it leave?", "And return?"):
        question = Question(conversation.id, text, (BookRef(book.id),), parent)
        parent = answered(desk.asking.ask.ask(question, Cancel())).id
    desk.documents.removal.delete(BinKind.CONVERSATION, conversation.id)
    desk.documents.removal.delete(BinKind.BOOK, book.id)
    desk.documents.removal.release(book.id)
    path.unlink()


def _hold(looks: list[Look], began: float, data: Path, figure: Figure, what: str) -> None:
    """That nothing grows, once caches are full."""
    warm = looks[int(len(looks) * _WARM_SHARE) :]
    memory, descriptors = _slope(warm, lambda look: look.memory_mb), _slope(warm, lambda look: look.descriptors)
    size = sum(path.stat().st_size for path in data.rglob("*") if path.is_file()) / 1e6
    figure(
        f"{what}: {len(looks)} rounds in {(time.monotonic() - began) / 60:.0f} min: memory {warm[0].memory_mb:.0f} to"
        f" {warm[-1].memory_mb:.0f} MB, {memory:+.2f} MB per 100 rounds; descriptors {warm[0].descriptors} to"
        f" {warm[-1].descriptors}, {descriptors:+.2f} per 100; {warm[-1].processes} processes; desk {size:.1f} MB"
    )
    assert len({look.processes for look in warm[-10:]}) <= 3
    assert abs(descriptors) < 2 or len(warm) < 50
    assert memory < _MOST_MB_PER_HUNDRED * max(1.0, _LONG / len(warm))


def test_memory_and_descriptors_stay_flat(desk: Services, figure: Figure, tmp_path: Path, scale: float) -> None:
    folder = tmp_path / "books"
    folder.mkdir()
    began, until = time.monotonic(), time.monotonic() + _HOURS * 3600 * scale
    looks: list[Look] = []
    while time.monotonic() < until or len(looks) < _FEWEST_ROUNDS:
        _round(desk, folder, len(looks))
        looks.append(_look(len(looks), os.getpid()))
    _hold(looks, began, tmp_path / "desk", figure, "below the window")
    assert not list(folder.iterdir())


def _round_in_the_window(window: Window, path: Path, number: int) -> None:
    """Play a round as a person's hand does it: a book handed over, two questions, the book removed, the conversation
    deleted."""
    hand.press("ctrl+n")
    window.until_idle()
    with_book = number % _ROUNDS_OF_A_BOOK == 0
    if with_book:
        path.write_text(f"Ferry {number} leaves at nine. It returns at noon. The keeper waits.\n" * 30)
        window.hand_over(path)
    for text in ("When does it leave?", "And return?"):
        window.ask(f"{text} {number}")
        window.until_idle()
    if with_book:
        _remove_the_first_book(window)
    window.command("Delete the conversation")
    window.until_shown("Delete this conversation?")
    window.until_idle()
    hand.press("Tab", "Return")  # there is no bin: it asks, and offers to cancel first
    window.until_shown("New conversation")


def _remove_the_first_book(window: Window) -> None:
    """By the last command of its menu; it is the one on the desk, if one is there."""
    hand.press("ctrl+1")
    window.until_idle()
    hand.press("Tab", "Tab", "Tab", "Menu")
    window.until_idle()
    hand.press("Up", "Return")
    window.until_shown("Remove this document?")
    window.until_idle()
    hand.press("Tab", "Return")
    window.until("the book was not removed", lambda: not is_visible("Remove this document?"))
    window.until_idle()
    hand.press("ctrl+2")


def test_the_window_stays_flat(
    program: Program, display: dict[str, str], figure: Figure, tmp_path: Path, tiny_scout_fast: Path, scale: float
) -> None:
    with contextlib.closing(open_desk(Paths(program.data))) as desk:
        _prepare(desk, tiny_scout_fast)
        book = tmp_path / "first.txt"
        book.write_text("The ferry leaves at nine.\n")
        work.added(desk, book)  # one that has a book does not begin with the handbook
    began, until = time.monotonic(), time.monotonic() + _HOURS * 3600 * scale
    looks: list[Look] = []
    with opened_window(program, display) as window:
        while time.monotonic() < until or len(looks) < _FEWEST_ROUNDS:
            _round_in_the_window(window, tmp_path / "book.txt", len(looks))
            looks.append(_look(len(looks), window.process.pid))
        assert window.quit() == 0
    with contextlib.closing(open_desk(Paths(program.data))) as desk:
        assert not any(talk.title for talk in desk.conversations.all()), "a conversation was not deleted"
        assert [book.title for book in desk.documents.library.books()] == ["first"]
    _hold(looks, began, program.data, figure, "in the window")
