"""An answer that was written without a book says so: on every face, and in every file."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from app.core.conversations.conversation import (
    Answer,
    BookRef,
    Citation,
    CitationState,
    Ending,
    PassageRef,
    Question,
    StoredQuestion,
    Turn,
)
from app.core.conversations.image import ImageRef
from app.core.conversations.verdict import SentenceVerdict, Unweighed, Verdict
from app.export import files
from app.export.report import compose
from app.wording.support import basis_words

IMAGE = ImageRef("cd" * 32, "chart.png", 400, 300)
ALONE = StoredQuestion("q", "c", None, "When?", (), 0.0)
SEEN = msgspec.structs.replace(ALONE, images=(IMAGE,))
READ = msgspec.structs.replace(ALONE, books=(BookRef("b"),), images=(IMAGE,))
ANSWER = Answer("a", "q", "In May.", Ending.COMPLETE, "Scout", 0.0)
WORDS = "Answered without any document."
WORDS_OF_IMAGES = "Answered without any document, only from the images."


def test_what_no_book_bears_out_says_so() -> None:
    assert basis_words(ALONE, ANSWER) == WORDS
    assert basis_words(Question("c", "When?"), ANSWER) == WORDS
    assert basis_words(SEEN, ANSWER) == WORDS_OF_IMAGES
    cited = msgspec.structs.replace(ANSWER, verdicts=(SentenceVerdict(0, 7, Verdict.COMPARE),))
    assert basis_words(READ, cited) == ""
    passage = PassageRef("b", "Lease", 1, "1", 0, 9)
    by_words = msgspec.structs.replace(cited, passages=(passage,), words_alone=True)
    assert basis_words(READ, by_words) == "", "the model had whole books"
    drawn = msgspec.structs.replace(by_words, excerpts=True)
    assert basis_words(READ, drawn).startswith("Not everything was searched by meaning")
    missed = msgspec.structs.replace(ANSWER, verdicts=(SentenceVerdict(0, 7, Verdict.NOTHING),))
    for nothing in (ANSWER, missed):
        assert basis_words(READ, nothing) == "Nothing about this was found in the documents."
    unknown = SentenceVerdict(0, 7, Verdict.UNWEIGHED, reason=Unweighed.OTHER_SCRIPT)
    assert basis_words(READ, msgspec.structs.replace(ANSWER, verdicts=(unknown,))) == "", "nobody knows"
    before = Citation("b", "Lease", 3, "3", "", CitationState.PAGE, 0, 2)
    assert basis_words(READ, msgspec.structs.replace(ANSWER, citations=(before,))) == "", "it was never looked up"
    assert basis_words(ALONE, msgspec.structs.replace(ANSWER, text="", ending=Ending.FAILED)) == ""


def no_png(ref: ImageRef, longest_side: int) -> bytes:
    raise AssertionError("nothing here has an image")


def text_of(path: Path) -> str:
    match path.suffix:
        case ".docx":
            document = Document(str(path))
            cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
            return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
        case ".xlsx":
            rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
            return "\n".join(str(cell) for row in rows for cell in row)
        case _:
            return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", files.ENDINGS)
def test_in_every_file_of_a_conversation(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    stopped = msgspec.structs.replace(ANSWER, ending=Ending.CANCELLED)
    with_book = msgspec.structs.replace(READ, images=())
    files.write(compose("Talk", (Turn(ALONE, stopped), Turn(with_book, ANSWER)), {}), path, no_png)
    assert text_of(path).count(WORDS) == 1
    assert f"{WORDS} This answer is not complete." in text_of(path)
