"""A saved reading that was swapped, cut, flipped or rolled back is refused before llama.cpp sees a byte of it: the book
is read again, the answer is the same to the letter, and a sentence says what happened."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program

pytestmark = pytest.mark.fortress

_SENTENCES = 260
_TOLD = "saved reading"


@dataclass(frozen=True)
class Attack:
    """An attack on the readings of a desk; `is_told`: a person must hear of it."""

    name: str
    do: Callable[[list[Path]], None]
    is_told: bool = True


@dataclass(frozen=True)
class Said:
    """The outcome of an ask: the answer, how many tokens it read and had, and what it said beside it."""

    answer: str
    reused: int
    read: int
    err: str


@dataclass(frozen=True)
class Asking:
    program: Program
    model: Path

    def ask(self, book: Path, desk: Path) -> Said:
        words = ("ask", "--json", "--document", book, "--model", self.model, "--context", "16384", "--kv", "f16")
        how = ("--max-tokens", "12", "--temperature", "0", "--no-close-reading", "--no-weighing", "When?")
        done = Program(self.program.command, desk).run(*words, *how)
        events = [json.loads(line) for line in done.out.splitlines() if line.startswith("{")]
        (answer,) = [event for event in events if event["event"] == "finished"]
        usage = answer["usage"]
        return Said(answer["answer"], usage["reused_tokens"], usage["evaluated_tokens"], done.err + done.out)


@pytest.fixture
def asking(program: Program, tiny_scout_fast: Path) -> Asking:
    return Asking(program, tiny_scout_fast)


def _book(folder: Path, name: str, first: int) -> Path:
    path = folder / name
    path.write_text(" ".join(f"Ferry {first + number} leaves at {number % 24}." for number in range(_SENTENCES)))
    return path


def _attacks(times: Callable[[int], int]) -> Iterator[Attack]:
    def flip(share: float, bit: int) -> Callable[[list[Path]], None]:
        def do(files: list[Path]) -> None:
            for path in files:
                content = bytearray(path.read_bytes())
                content[min(len(content) - 1, int(share * len(content)))] ^= 1 << bit
                path.write_bytes(content)

        return do

    def cut(share: float) -> Callable[[list[Path]], None]:
        def do(files: list[Path]) -> None:
            for path in files:
                content = path.read_bytes()
                path.write_bytes(content[: min(len(content) - 1, int(share * len(content)))])

        return do

    def one_flip(share: float) -> Callable[[list[Path]], None]:
        return lambda files: flip(share, 3)(files[-1:])

    def exchange(files: list[Path]) -> None:
        first, second = files[0].read_bytes(), files[-1].read_bytes()
        files[0].write_bytes(second)
        files[-1].write_bytes(first)

    def remove_rows(files: list[Path]) -> None:
        max(files, key=lambda path: path.stat().st_size).unlink()

    for number in range(times(24)):
        yield Attack(f"flip {number}", flip(number / 24, number % 8))
        yield Attack(f"flip in one {number}", one_flip(number / 24))
    for number in range(times(12)):
        yield Attack(f"cut {number}", cut(number / 12))
    yield Attack("last byte gone", cut(1.0))
    yield Attack("exchanged", exchange)
    yield Attack("rows removed", remove_rows, is_told=False)  # as the quota does


def test_each_attack_is_refused(asking: Asking, figure: Figure, tmp_path: Path, times: Callable[[int], int]) -> None:
    book, whole = _book(tmp_path, "book.txt", 1), tmp_path / "whole"
    first = asking.ask(book, whole)
    again = asking.ask(book, whole)
    saved = sorted((whole / "readings").rglob("*.reading"))
    assert saved, "a reading was saved"
    assert again.reused > 1000 > again.read, "an untouched one is used"
    assert again.answer == first.answer
    refused, quiet, different, used = 0, [], [], []
    attacks = list(_attacks(times))
    for attack in attacks:
        desk = tmp_path / "attacked"
        shutil.copytree(whole, desk)
        attack.do(sorted((desk / "readings").rglob("*.reading")))
        said = asking.ask(book, desk)
        refused += said.read > again.read
        used += [attack.name] if said.reused >= again.reused else []
        different += [attack.name] if said.answer != first.answer else []
        quiet += [attack.name] if attack.is_told and _TOLD not in said.err else []
        shutil.rmtree(desk)
    figure(
        f"{len(attacks)} readings changed, {refused} refused and read again, {len(different)} answers that differ,"
        f" {len(quiet)} without a sentence"
    )
    assert (used, different, quiet) == ([], [], [])


def test_a_reading_of_another_book_or_desk_does_no_harm(asking: Asking, figure: Figure, tmp_path: Path) -> None:
    """Rolled back: the readings of yesterday, or of another book of the same desk; and those of another desk."""
    one, other = _book(tmp_path, "one.txt", 1), _book(tmp_path, "other.txt", 5000)
    desk, foreign = tmp_path / "desk", tmp_path / "foreign"
    truth = asking.ask(other, desk)
    yesterday = tmp_path / "yesterday"
    shutil.copytree(desk / "readings", yesterday)
    asking.ask(one, desk)
    shutil.rmtree(desk / "readings")
    shutil.copytree(yesterday, desk / "readings")
    rolled_back = asking.ask(one, desk)
    assert rolled_back.answer == asking.ask(one, tmp_path / "fresh").answer
    assert rolled_back.reused < 1000, "nothing of the other book's reading is used"
    assert asking.ask(other, desk).answer == truth.answer

    asking.ask(one, foreign)
    shutil.rmtree(desk / "readings")
    shutil.copytree(foreign / "readings", desk / "readings")
    said = asking.ask(one, desk)
    assert said.reused < 1000, "its key is another"
    assert _TOLD in said.err
    figure("rolled back by a day, of another book, of another desk: none was used for what it is not")


def test_names_exchanged_between_two_books(asking: Asking, figure: Figure, tmp_path: Path) -> None:
    one, other, desk = _book(tmp_path, "one.txt", 1), _book(tmp_path, "other.txt", 5000), tmp_path / "desk"
    of_one = asking.ask(one, desk)
    files_of_one = set((desk / "readings").rglob("*.reading"))
    of_other = asking.ask(other, desk)
    files_of_other = sorted(set((desk / "readings").rglob("*.reading")) - files_of_one)
    swapped = 0
    for mine, theirs in zip(sorted(files_of_one), files_of_other, strict=False):
        first, second = mine.read_bytes(), theirs.read_bytes()
        mine.write_bytes(second)
        theirs.write_bytes(first)
        swapped += 1
    answers = (asking.ask(one, desk).answer, asking.ask(other, desk).answer)
    figure(f"{swapped} files of two books exchanged: both answers as before")
    assert swapped
    assert answers == (of_one.answer, of_other.answer)
