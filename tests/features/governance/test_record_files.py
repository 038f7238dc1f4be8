"""An exported record: what was removed, changed or put elsewhere in it shows, to Octavo and to `sha256sum` alone."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import AppError, Code
from app.core.machine.paths import resources
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.core.record import Happening, RecordFlaw, RecordKind, chained
from app.features.governance.record_files import read_file, verify_file, written
from app.store.db import Database
from app.store.record import RecordStore

TEXT = '=Who, "exactly", signed?'
Edit = Callable[[list[str]], list[str]]


@pytest.fixture
def record(tmp_path: Path) -> RecordStore:
    made = RecordStore(Database.open(tmp_path / "octavo.db", Key(draw_secret(), KeyOrigin.FILE)))
    for n in range(4):
        happening = Happening(RecordKind.ANSWER, f"c{n}", ("ab" * 32,), "Größe, 17B", ending="complete", text=TEXT)
        made.add((happening,), texts=n == 2)
    return made


@pytest.fixture(params=[".csv", ".json"])
def exported(record: RecordStore, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    file = tmp_path / f"record{request.param}"
    file.write_bytes(written(record.entries(), record.seal(), str(request.param)))
    return file


def edit(file: Path, change: Edit) -> None:
    file.write_text("".join(change(file.read_text("utf-8").splitlines(keepends=True))), "utf-8")


def test_a_file_has_what_the_record_has(record: RecordStore, exported: Path) -> None:
    assert read_file(exported).entries == record.entries()
    assert [entry.text for entry in record.entries()] == ["", "", "", TEXT, ""]
    verdict = verify_file(exported, record)
    assert (verdict.count, verdict.flaw, verdict.is_sealed) == (5, None, True)
    assert not verify_file(exported, None).is_sealed
    record.add((Happening(RecordKind.EXPORT),), texts=False)
    assert verify_file(exported, record).is_sealed, "it was whole when it was written"


@pytest.mark.parametrize(
    ("change", "flaw", "at"),
    [
        (lambda lines: lines[:3] + lines[4:], RecordFlaw.MISSING, 3),
        (lambda lines: lines[:1] + lines[2:], RecordFlaw.MISSING, 1),
        (lambda lines: lines[:5] + lines[6:], RecordFlaw.CUT, 5),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], RecordFlaw.MOVED, 2),
        (lambda lines: [*lines[:3], lines[3].replace("complete", "failed"), *lines[4:]], RecordFlaw.CHANGED, 3),
        (lambda lines: [*lines[:4], lines[4].replace("signed", "read"), *lines[5:]], RecordFlaw.TEXT, 4),
    ],
)
def test_every_change_of_a_file_shows(exported: Path, change: Edit, flaw: RecordFlaw, at: int) -> None:
    edit(exported, change)
    if exported.suffix == ".json":  # without the entry before it, a comma is left over
        exported.write_text(re.sub(r",\n]", "\n]", exported.read_text("utf-8")), "utf-8")
    verdict = verify_file(exported, None)
    assert (verdict.flaw, verdict.at) == (flaw, at)


def test_a_csv_without_its_end_shows(record: RecordStore, tmp_path: Path) -> None:
    file = tmp_path / "record.csv"
    file.write_bytes(written(record.entries(), record.seal(), ".csv"))
    edit(file, lambda lines: lines[:-1])
    assert verify_file(file, None).flaw is RecordFlaw.CUT


def test_who_computes_all_hashes_again_is_found_by_the_desk(record: RecordStore, tmp_path: Path) -> None:
    file = tmp_path / "record.csv"
    file.write_bytes(written(record.entries(), record.seal(), ".csv"))
    lines = file.read_text("utf-8").replace(",c1,", ",c9,").splitlines()
    before = "0" * 64
    for place, line in enumerate(lines[1:-1], 1):
        fields = line.split(",")
        before = fields[13] = chained(before, ",".join(fields[:13]))
        lines[place] = ",".join(fields)
    end = lines[-1].split(",")
    end[13] = before
    file.write_text("\n".join([*lines[:-1], ",".join(end)]), "utf-8")
    assert verify_file(file, None).flaw is None
    verdict = verify_file(file, record)
    assert (verdict.flaw, verdict.at) == (RecordFlaw.OTHER, 3)


def test_a_cut_file_with_an_end_of_its_own_has_no_seal(record: RecordStore, exported: Path) -> None:
    entries, seal = record.entries(), record.seal()
    forged = type(seal)(3, entries[2].sha256, seal.mac)
    exported.write_bytes(written(entries[:3], forged, exported.suffix))
    assert verify_file(exported, None).flaw is None
    assert verify_file(exported, record).flaw is RecordFlaw.SEAL


@pytest.mark.parametrize("content", ["", "number,time\n1,2", "{}", "[]", '{"octavo_record":1}', "\0\xff", "a,b\n" * 9])
def test_what_is_no_record_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "other.csv"
    file.write_text(content, "utf-8")
    with pytest.raises(AppError) as caught:
        verify_file(file, None)
    assert caught.value.code is Code.RECORD_FILE


def recipe() -> str:
    """Return the program in the handbook that checks a record without Octavo."""
    text = (resources() / "handbook" / "en" / "18-responsible.md").read_text("utf-8")
    return text.partition("```sh\n# checks record.csv")[2].partition("```")[0].partition("\n")[2]


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines, "whole: 5 entries"),
        (lambda lines: lines[:3] + lines[4:], "changed at entry 3"),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], "changed at entry 2"),
        (lambda lines: [*lines[:3], lines[3].replace("complete", "failed"), *lines[4:]], "changed at entry 3"),
        (lambda lines: lines[:5] + lines[6:], "the end was changed"),
    ],
)
def test_the_handbook_recipe_needs_no_octavo(record: RecordStore, tmp_path: Path, change: Edit, said: str) -> None:
    file = tmp_path / "record.csv"
    file.write_bytes(written(record.entries(), record.seal(), ".csv"))
    edit(file, change)
    done = subprocess.run(["/bin/sh", "-c", recipe()], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == (said, "")
