"""The record: an entry that is removed, changed or put elsewhere shows, in the desk and in an exported file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.core.record import FIELDS, Happening, RecordEntry, RecordKind, verify
from app.store.db import Database
from app.store.record import RecordStore
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program

pytestmark = pytest.mark.fortress

SCALE = float(os.environ.get("FORTRESS_SCALE", "1"))


def test_every_line_of_an_exported_record_counts(program: Program, figure: Figure, tmp_path: Path) -> None:
    book, file, edited = (tmp_path / name for name in ("book.txt", "record.csv", "edited.csv"))
    book.write_text("The ferry leaves at nine. It returns at noon.\n" * 40)
    program.run("ask", "--document", book, "When does the ferry leave?", "--max-tokens", "8")
    for value in ("off", "on"):
        program.run("settings", "use_bin", value)
    program.run("record", "--export", file)
    lines = file.read_text("utf-8").splitlines(keepends=True)
    kinds = [line.split(",")[2] for line in lines[1:-1]]
    assert {"begun", "import", "answer", "setting"} <= set(kinds)
    assert "ferry" not in file.read_text("utf-8")
    assert program.run("record", "--verify", file).out.startswith("Whole")
    tried = found = 0
    for name, others in _edits(lines):
        edited.write_text("".join(others), "utf-8")
        tried += 1
        found += program.run("record", "--verify", edited, code=None).code == 3
        assert found == tried, name
    figure(f"{len(kinds)} entries exported; {found} of {tried} files with one removed, changed or moved were found")


def _edits(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each entry of a file removed, changed, and put behind the next; the first line names the columns."""
    for place in range(1, len(lines) - 1):
        number, rest = lines[place].split(",", 1)
        yield f"{number} removed", lines[:place] + lines[place + 1 :]
        digit = "1" if rest[-2] != "1" else "2"
        yield f"{number} changed", [*lines[:place], f"{number},{digit}{rest[1:]}", *lines[place + 1 :]]
        if place < len(lines) - 2:
            yield f"{number} moved", [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]


@pytest.mark.usefixtures("checkout")
def test_every_field_of_every_entry_counts(figure: Figure, tmp_path: Path) -> None:
    record = RecordStore(Database.open(tmp_path / "octavo.db", Key(draw_secret(), KeyOrigin.FILE)))
    count = max(20, int(500 * SCALE))
    happening = Happening(RecordKind.ANSWER, "c", ("ab" * 32,), "Scout", "cd" * 32, "local", "complete", 9, 8, "x")
    record.add((happening,) * count, texts=False)
    entries = list(record.entries())
    assert verify(entries).flaw is None
    edits = list(_changed(entries))
    unseen = [name for name, others in edits if verify(others, head=(len(entries), entries[-1].sha256)).flaw is None]
    figure(f"{len(entries)} entries; {len(edits) - len(unseen)} of {len(edits)} single edits were found")
    assert not unseen


def _changed(entries: list[RecordEntry]) -> Iterator[tuple[str, list[RecordEntry]]]:
    for place, entry in enumerate(entries):
        yield f"{entry.number} removed", entries[:place] + entries[place + 1 :]
        name = FIELDS[1 + place % (len(FIELDS) - 1)]
        value = getattr(entry, name)
        other = msgspec.structs.replace(entry, **{name: value + 1 if isinstance(value, int) else f"{value}x"})
        yield f"{entry.number} {name}", [*entries[:place], other, *entries[place + 1 :]]
        if place + 1 < len(entries):
            yield f"{entry.number} moved", [*entries[:place], entries[place + 1], entry, *entries[place + 2 :]]
