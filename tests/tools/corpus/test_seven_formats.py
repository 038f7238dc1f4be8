"""One text in seven formats: whatever it was written with, the same words in the same order are read from it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from app.documents.reader import DocumentReader
from tests.tools.corpus.words import agreement, read, text_of, words_of

pytestmark = pytest.mark.corpus

_SOURCE = Path(__file__).parent / "ferry.md"
_FORMATS = ("pdf", "epub", "docx", "odt", "rtf", "html", "txt")
_NOTE = re.compile(r"^\[\^(\d+)\]: (.+)$", re.MULTILINE)
_LEAST = 0.99


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source in all formats: pandoc writes them, and LibreOffice prints one of them and writes some once more."""
    folder = tmp_path_factory.mktemp("seven")
    shutil.copy(_SOURCE, folder)
    for ending in ("epub", "docx", "odt", "rtf", "html", "txt"):
        options = ["-t", "plain"] if ending == "txt" else ["-M", "lang=en"]
        _run("pandoc", "-s", *options, "ferry.md", "-o", f"ferry.{ending}", folder=folder)
    (folder / "office").mkdir()
    profile = f"-env:UserInstallation=file://{folder}/profile"
    for ending in ("pdf", "docx", "odt", "rtf", "html"):
        _run(
            "soffice", "--headless", profile, "--convert-to", ending, "--outdir", "office", "ferry.docx", folder=folder
        )
    (folder / "office" / "ferry.pdf").rename(folder / "ferry.pdf")
    return folder


def _run(*command: str, folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=240)


@pytest.fixture(scope="module")
def reader() -> Iterator[DocumentReader]:
    reader = DocumentReader()
    yield reader
    reader.close()


def _words(reader: DocumentReader, path: Path) -> list[str]:
    """Each note's words come last: they stand at the foot of the page, behind the paragraph or at the end."""
    words = words_of(text_of(read(reader, path)))
    moved = []
    for number, note in _NOTE.findall(_SOURCE.read_text(encoding="utf-8")):
        wanted = [number, *words_of(note)]
        place = next((at for at in range(len(words)) if words[at : at + len(wanted)] == wanted), None)
        assert place is not None, f"note {number} is not whole in {path.name}"
        moved += wanted
        del words[place : place + len(wanted)]
    return words + moved


def test_seven_formats_agree(folder: Path, reader: DocumentReader) -> None:
    words = {ending: _words(reader, folder / f"ferry.{ending}") for ending in _FORMATS}
    words["source"] = words_of(_SOURCE.read_text(encoding="utf-8").split("---\n", 2)[2])
    figures = {pair: agreement(words[pair[0]], words[pair[1]]) for pair in combinations(words, 2)}
    for (one, other), figure in figures.items():
        print(f"{one} and {other}: {100 * figure:.2f} %")
    assert min(figures.values()) >= _LEAST


@pytest.mark.parametrize("ending", ["docx", "odt", "rtf", "html"])
def test_another_programs_files_agree(folder: Path, reader: DocumentReader, ending: str) -> None:
    figure = agreement(_words(reader, folder / "office" / f"ferry.{ending}"), _words(reader, folder / "ferry.txt"))
    print(f"LibreOffice's {ending}: {100 * figure:.2f} %")
    assert figure >= _LEAST


def test_the_table_is_read_row_by_row_everywhere(folder: Path, reader: DocumentReader) -> None:
    rows = "A horse and rider 3 d 6 d A cart with its load 9 d 18 d Priest and midwife free free"
    for path in [*(folder / f"ferry.{ending}" for ending in _FORMATS), *(folder / "office").glob("ferry.*")]:
        assert rows in " ".join(words_of(text_of(read(reader, path)))), path.name
