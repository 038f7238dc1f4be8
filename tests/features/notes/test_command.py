"""`octavo notes`: listed, searched, deleted, written as Markdown and into a copy of a PDF."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pikepdf
import pytest

from app.core.documents.note import Marker, NoteSource
from app.core.errors import Code
from app.core.machine.paths import Paths
from app.features.notes.service import note_keeping_of
from tests import work
from tests.cli.conftest import Octavo
from tests.documents.pdf_writer import lines, write_pdf
from tests.said import says
from tests.whole import open_desk

PAGE = lines("The Tenant pays the rent monthly.", "The Landlord keeps the quay.")


@pytest.fixture
def lease(tmp_path: Path) -> Path:
    path = tmp_path / "lease.pdf"
    path.write_bytes(write_pdf([PAGE, PAGE], title="Lease"))
    return path


@pytest.fixture
def noted(lease: Path, tmp_path: Path) -> list[str]:
    """Three notes; their ids."""
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as desk:
        book = work.added(desk, lease)
        text = desk.documents.library.page(book.id, 2).text
        start = text.index("the quay")
        return [
            desk.documents.notes.mark(book.id, 2, (start, start + 8), Marker.BLUE, "All of it?\x1b[2J").id,
            desk.documents.notes.mark(book.id, 1, None, None, "Ask *Marlow*.").id,
            note_keeping_of(desk).keep_words("Monthly. (Lease, p. 1)", NoteSource.ANSWER, "a1").id,
        ]


def test_notes_are_listed_found_and_deleted(octavo: Octavo, noted: list[str], tmp_path: Path) -> None:
    command = ("notes", "--data-dir", tmp_path / "desk")
    code, out, _err = octavo(*command, "--json")
    assert code == 0
    listed = json.loads(out)["notes"]
    assert [note["id"] for note in listed] == noted[::-1]
    assert (listed[2]["words"], listed[2]["document"], listed[2]["page"]) == ("the quay", "Lease", "2")
    code, out, _err = octavo(*command, "--find", "QUAY")
    assert (code, out) == (0, f"{noted[0][:8]}  Lease, p. 2\n“the quay”\nAll of it?\x1b[2J\n\n")
    assert octavo(*command, "--delete", noted[0][:8])[0] == 0
    assert octavo(*command, "--delete", noted[0])[0] == 3
    assert len(json.loads(octavo(*command, "--json")[1])["notes"]) == 2


def test_they_are_written_as_markdown_and_into_a_copy(
    octavo: Octavo, noted: list[str], lease: Path, tmp_path: Path
) -> None:
    assert noted
    command, before = ("notes", "--data-dir", tmp_path / "desk"), lease.read_bytes()
    text, copy = tmp_path / "notes.md", tmp_path / "copy.pdf"
    assert octavo(*command, "--export", text)[:2] == (0, f"3 notes were written to {text}.\n")
    written = text.read_text("utf-8")
    assert "## Lease\n\n### p. 1\n\nAsk *Marlow*.\n\n### p. 2\n\n> the quay\n\nAll of it?" in written
    assert "\x1b" not in written
    assert "## Kept from answers\n\n> Monthly. (Lease, p. 1)\n" in written

    code, out, err = octavo(*command, "--document", lease, "--export", copy)
    assert (code, out, err) == (0, f"2 notes were written to {copy}.\n", "")
    with pikepdf.open(io.BytesIO(copy.read_bytes())) as pdf:
        kinds = [[str(each.Subtype) for each in page.get("/Annots", ())] for page in pdf.pages]
    assert kinds == [["/Text"], ["/Highlight"]]
    for target in (lease, tmp_path / "link.pdf"):
        if not target.exists():
            target.symlink_to(lease)
        code, _out, err = octavo(*command, "--document", lease, "--export", target)
        assert (code, says(err, Code.COPY_IN_PLACE, path=str(target))) == (3, True)
    assert lease.read_bytes() == before


def test_what_cannot_be_written_is_said(octavo: Octavo, tmp_path: Path) -> None:
    command = ("notes", "--data-dir", tmp_path / "desk")
    assert octavo(*command) == (0, "", "octavo: There are no notes.\n")
    assert "--document" in octavo(*command, "--export", tmp_path / "a.pdf")[2]
    assert "must end in .md" in octavo(*command, "--export", tmp_path / "a.txt")[2]
    (tmp_path / "lease.md").write_text("# Rent\n\nIs due.\n", encoding="utf-8")
    code, _out, err = octavo(*command, "--document", tmp_path / "lease.md", "--export", tmp_path / "a.pdf")
    assert (code, says(err, Code.COPY_NOT_PDF)) == (3, True)
