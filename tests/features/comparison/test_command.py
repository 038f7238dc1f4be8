"""`octavo compare`: what it prints, writes and says where it cannot."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import pytest

from app.cli import arguments
from app.core.errors import Code
from app.feature import terminal_commands_of
from app.features.comparison.command import shortened
from app.features.comparison.data import ChangeKind, ComparedParagraph, Stretch, WordState
from app.features.comparison.feature import COMPARISON
from tests.cli.conftest import Octavo
from tests.features.comparison.contract import CHANGES, as_docx
from tests.said import says


@pytest.fixture
def leases(tmp_path: Path) -> tuple[Path, Path]:
    files = tmp_path / "lease-1.docx", tmp_path / "lease-2.docx"
    for new, path in enumerate(files):
        path.write_bytes(as_docx(bool(new)))
    return files


def test_it_lists_the_changes_with_pages_in_eighty_columns(
    octavo: Octavo, tmp_path: Path, leases: tuple[Path, Path]
) -> None:
    redline = tmp_path / "redline.docx"
    code, out, err = octavo("compare", "--data-dir", tmp_path / "desk", *leases, "--export", redline)
    assert (code, err) == (0, "")
    assert out.startswith("− Lease of a berth, 4 pages\n+ Lease of a berth (lease-2), 4 pages\n\n12 changes: ")
    assert "\n2. changed, p. 1 → p. 1\n    The lease begins on 1 April 2026 and ends on [-31 March-] {+30 June+}" in out
    assert "\n5. removed, p. 2\n    [-6. Watch\n    The Landlord provides a night watchman" in out
    assert "\n11. moved, p. 1 → p. 4\n    10. Lamps\n" in out
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out
    assert len(docx.Document(io.BytesIO(redline.read_bytes())).paragraphs) > 20


def test_as_json_each_change_has_its_kind_pages_text_and_places_and_a_model_is_asked_about_them(
    octavo: Octavo, tmp_path: Path, leases: tuple[Path, Path], tiny_scout: Path
) -> None:
    words = ("--model", tiny_scout, "--context", 8192, "--max-tokens", 4, "--ask", "What changed?")
    code, out, _err = octavo("compare", "--json", "--data-dir", tmp_path / "desk", *leases, *words)
    assert code == 0
    found, *answering = map(json.loads, out.splitlines())
    assert found["event"] == "compared"
    assert found["identical"] is False
    assert sum(found["counts"].values()) == len(found["changes"]) == len(CHANGES)
    storm = found["changes"][5]
    assert (storm["number"], storm["kind"]) == (6, "changed")
    assert (storm["before"]["pages"], storm["after"]["numbers"]) == (["3"], [2])
    assert storm["stretches"][1]["state"] == "removed"
    assert found["changes"][4]["after"] is None
    assert found["renumbered"][0] == {"before": "4.", "after": "3.", "page_before": "2", "page_after": "1"}
    assert answering[-1]["event"] == "finished"
    assert answering[-1]["excerpts"] is False
    assert answering[-1]["usage"]["generated_tokens"] <= 4


def test_the_same_file_has_no_differences(octavo: Octavo, tmp_path: Path, leases: tuple[Path, Path]) -> None:
    code, out, _err = octavo("compare", "--data-dir", tmp_path / "desk", leases[0], leases[0])
    assert code == 0
    assert out.endswith("Both files have the same content, byte for byte.\nNo differences were found.\n\n")


def test_what_is_wrong_has_its_exit_code(octavo: Octavo, tmp_path: Path, leases: tuple[Path, Path]) -> None:
    desk = ("--data-dir", tmp_path / "desk")
    code, _out, err = octavo("compare", *desk, leases[0], tmp_path / "none.docx")
    assert code == 3
    assert "none.docx" in err
    code, _out, err = octavo("compare", *desk, *leases, "--export", tmp_path / "redline.xlsx")
    assert code == 2
    assert ".docx" in err


def test_a_question_without_words_is_not_asked(octavo: Octavo, tmp_path: Path) -> None:
    code, out, err = octavo("compare", "none.pdf", "none.txt", "--ask", "", "--data-dir", tmp_path)
    assert (code, out) == (2, "")
    assert says(err, Code.USAGE, detail="a question has no words")


def test_a_place_that_cannot_be_written_to_is_named_before_anything_is_read(octavo: Octavo, tmp_path: Path) -> None:
    words = ("compare", "none.md", "none.txt", "--export", "nowhere/out.docx")
    code, out, err = octavo(*words, "--data-dir", tmp_path)
    assert (code, out) == (3, "")
    assert err.startswith("octavo: “nowhere/out.")


def test_a_reader_is_kept_for_each_of_both_files() -> None:
    added = terminal_commands_of((COMPARISON,))
    assert arguments.documents(arguments.parse(["compare", "a.pdf", "b.pdf"], added), added) == 2


def change(*stretches: Stretch) -> ComparedParagraph:
    return ComparedParagraph(ChangeKind.CHANGED, None, None, stretches)


def test_long_text_around_a_change_is_left_out() -> None:
    long = "one two three four five " * 20
    before, mark, after = shortened(
        change(Stretch(WordState.SAME, long), Stretch(WordState.ADDED, " new"), Stretch(WordState.SAME, f" {long}"))
    )
    assert before.text.startswith("… ")
    assert after.text.endswith(" …")
    assert max(len(before.text), len(after.text)) < 70
    assert mark.text == " new"
