"""Documents and readers that mean harm: each costs itself and nothing else, and what a reader says is checked."""

from __future__ import annotations

import json
import math
import sys
import zlib
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree

from app.core.conversations.events import Opening
from app.core.conversations.image import Raster
from app.core.documents.document import (
    MAX_ADDRESS_CHARACTERS,
    MAX_LINK_BOXES,
    MAX_PAGE_LINKS,
    Document,
    Format,
    Page,
    PageLayer,
    PageLink,
    Section,
)
from app.core.errors import AppError, Code, Problem
from app.core.work import Cancel
from app.documents.protocol import CoverRead, DrawnPage, LayerRead, Parsed
from app.documents.reader import DocumentReader
from app.documents.worker import diagnose
from app.isolation import client
from app.isolation.heartbeat import WireFailed
from app.isolation.sandbox import Step
from app.ui.kit.jobs import Failed
from tests.documents import liar
from tests.endings import as_events

SHA256 = "0" * 64
SOUND = Document("Book", Format.PDF, SHA256, (Page(1, "i", "one"), Page(2, "ii", "two")), (Section("One", 1),))


@pytest.fixture
def reader() -> Iterator[DocumentReader]:
    reader = DocumentReader(Step.RLIMITS)
    yield reader
    reader.close()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"truncated " * 50)
    return path


def lie(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Have every reader be a liar that answers `what`."""
    monkeypatch.setattr(
        client, "command", lambda *given: [sys.executable, "-P", str(Path(liar.__file__)), given[2], what]
    )


def text_of(message: msgspec.Struct) -> str:
    return msgspec.json.encode(message).decode()


def problem_of(reader: DocumentReader, path: Path) -> Problem:
    *progress, last = as_events(reader.read(path, Cancel()))
    assert all(isinstance(event, Opening) for event in progress)
    assert isinstance(last, Failed), last
    return last.problem


@pytest.mark.parametrize(
    "document",
    [
        msgspec.structs.replace(SOUND, pages=(Page(2, "ii", "two"), Page(1, "i", "one"))),
        msgspec.structs.replace(SOUND, pages=(Page(0, "", ""),), outline=()),
        msgspec.structs.replace(SOUND, pages=(Page(-1, "", ""), Page(2, "", ""))),
        msgspec.structs.replace(SOUND, outline=(Section("Beyond", 3),)),
        msgspec.structs.replace(SOUND, outline=(Section("Before", 0),)),
        msgspec.structs.replace(SOUND, sha256="../../etc/passwd"),
        msgspec.structs.replace(SOUND, sha256="g" * 64),
    ],
    ids=["order", "zero", "negative", "beyond", "before", "path", "digits"],
)
def test_a_document_that_cannot_be_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, reader: DocumentReader, book: Path, document: Document
) -> None:
    lie(monkeypatch, text_of(Parsed(document)))
    assert problem_of(reader, book) == Problem(Code.READER_CRASHED, {"path": str(book), "signal": 0})


def test_a_sound_document_of_the_same_reader_is_taken(
    monkeypatch: pytest.MonkeyPatch, reader: DocumentReader, book: Path
) -> None:
    """Without this, the tests above could pass because the liar does not work at all."""
    lie(monkeypatch, text_of(Parsed(SOUND)))
    *_, last = as_events(reader.read(book, Cancel()))
    assert getattr(last, "result", last) == SOUND


@pytest.mark.parametrize("image", [Raster(100, 100, b"too short"), Raster(0, 0, b""), Raster(-1, -1, b"abc")])
def test_an_image_smaller_than_it_claims_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, reader: DocumentReader, book: Path, image: Raster
) -> None:
    lie(monkeypatch, text_of(DrawnPage(image)))
    with pytest.raises(AppError) as told:
        reader.draw_page(book, SHA256, 1, 100)
    assert told.value.code is Code.READER_CRASHED


@pytest.mark.parametrize("claim", [{"confidence": 0.99}, {"picture": "a" * 64}])
def test_only_the_recogniser_says_what_was_recognised(
    monkeypatch: pytest.MonkeyPatch, reader: DocumentReader, book: Path, claim: dict[str, Any]
) -> None:
    """Else a document could put its words into another one that has the same picture."""
    pages = (msgspec.structs.replace(SOUND.pages[0], **claim), *SOUND.pages[1:])
    lie(monkeypatch, text_of(Parsed(msgspec.structs.replace(SOUND, pages=pages))))
    assert problem_of(reader, book).code is Code.READER_CRASHED


_BOX = (0.1, 0.1, 0.2, 0.2)


@pytest.mark.parametrize(
    "layer",
    [
        PageLayer("ab", array("f", [0.1, 0.1, 0.2, 0.2]).tobytes()),
        PageLayer("a", array("f", [0.1, 0.1, 1.5, 0.2]).tobytes()),
        PageLayer("a", array("f", [0.1, -0.1, 0.2, 0.2]).tobytes()),
        PageLayer("a", array("f", [0.1, math.nan, 0.2, 0.2]).tobytes()),
        PageLayer("", b"", (PageLink((), page=1),)),
        PageLayer("", b"", (PageLink(((0.1, 0.1, 1.1, 0.2),), page=1),)),
        PageLayer("", b"", (PageLink(((0.2, 0.1, 0.1, 0.2),), page=1),)),
        PageLayer("", b"", (PageLink((_BOX,) * (MAX_LINK_BOXES + 1), page=1),)),
        PageLayer("", b"", (PageLink((_BOX,), page=-1),)),
        PageLayer("", b"", (PageLink((_BOX,), page=1, share=1.1),)),
        PageLayer("", b"", (PageLink((_BOX,), page=1, address="https://example.org"),)),
        PageLayer("", b"", (PageLink((_BOX,)),)),
        PageLayer("", b"", (PageLink((_BOX,), address="file:///etc/passwd"),)),
        PageLayer("", b"", (PageLink((_BOX,), address="https://a\u202eb"),)),
        PageLayer("", b"", (PageLink((_BOX,), address="https://" + "a" * MAX_ADDRESS_CHARACTERS),)),
        PageLayer("", b"", (PageLink((_BOX,), page=1),) * (MAX_PAGE_LINKS + 1)),
    ],
)
def test_places_that_cannot_be_are_not_believed(
    monkeypatch: pytest.MonkeyPatch, reader: DocumentReader, book: Path, layer: PageLayer
) -> None:
    lie(monkeypatch, text_of(LayerRead(layer)))
    with pytest.raises(AppError) as told:
        reader.page_layer(book, SHA256, 1)
    assert told.value.code is Code.READER_CRASHED


def test_a_cover_beyond_its_limit_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, reader: DocumentReader, book: Path
) -> None:
    monkeypatch.setattr("app.documents.reader.MAX_COVER_BYTES", 4)
    lie(monkeypatch, text_of(CoverRead(b"12345")))
    with pytest.raises(AppError) as told:
        reader.cover_picture(book, SHA256)
    assert told.value.code is Code.READER_CRASHED


def test_an_answer_of_another_kind_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, reader: DocumentReader, book: Path
) -> None:
    lie(monkeypatch, text_of(DrawnPage(Raster(1, 1, b"abc"))))
    assert problem_of(reader, book).code is Code.READER_CRASHED
    lie(monkeypatch, text_of(Parsed(SOUND)))
    with pytest.raises(AppError) as told:
        reader.draw_page(book, SHA256, 1, 100)
    assert told.value.code is Code.READER_CRASHED


@pytest.mark.parametrize(
    "problem",
    [
        Problem(Code.DATABASE_KEY, {"path": "/home"}),  # not a reader's business
        Problem(Code.DOCUMENT_DAMAGED, {"path": "book.pdf"}),  # a parameter is missing
        Problem(Code.DOCUMENT_DAMAGED, {"path": "book.pdf", "format": "pdf", "code": "bug"}),  # one too many
        Problem(Code.DOCUMENT_NO_TEXT, {"path": "book.pdf", "pages": "{}"}),  # of another type
    ],
    ids=lambda problem: problem.code.value,
)
def test_a_finding_that_no_reader_has_is_not_passed_on(
    monkeypatch: pytest.MonkeyPatch, reader: DocumentReader, book: Path, problem: Problem
) -> None:
    lie(monkeypatch, text_of(WireFailed(problem)))
    assert problem_of(reader, book) == Problem(Code.READER_CRASHED, {"path": str(book), "signal": 0})


@pytest.mark.parametrize("garbage", ["ff" * 32, "03000000c1c1c1", "0100000007"])
def test_garbage_costs_one_document(
    monkeypatch: pytest.MonkeyPatch, reader: DocumentReader, book: Path, garbage: str
) -> None:
    lie(monkeypatch, f"garbage {garbage}")
    assert problem_of(reader, book) == Problem(Code.READER_CRASHED, {"path": str(book), "signal": 0})


def test_a_damaged_document_is_told_as_such_with_its_whole_path(book: Path) -> None:
    reader = DocumentReader()
    try:
        problem = problem_of(reader, book)
    finally:
        reader.close()
    assert problem == Problem(Code.DOCUMENT_DAMAGED, {"path": str(book), "format": "pdf"})


# ---- what an exception that no format expected means -----------------------------------------------------------


def raised_by(work: Callable[[], object]) -> Exception:
    try:
        work()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def nest(depth: int) -> int:
    return nest(depth + 1)


def test_a_mistake_of_ours_shows_as_a_bug() -> None:
    error = raised_by(lambda: msgspec.structs.replace(SOUND, pages=None).characters)
    problem = diagnose(error, "a.pdf", Format.PDF)
    assert problem.code is Code.BUG
    assert str(problem.params["where"]).startswith("document.py:")
    assert str(problem.params["where"]).endswith(" TypeError")


@pytest.mark.parametrize("work", [lambda: Path("/octavo/nothing").read_bytes(), lambda: __import__("octavo_nothing")])
def test_what_the_sandbox_keeps_from_us_shows_as_a_bug(work: Callable[[], object]) -> None:
    assert diagnose(raised_by(work), "a.pdf", Format.PDF).code is Code.BUG


@pytest.mark.parametrize(
    "work",
    [
        lambda: json.loads("{"),  # a built-in exception of a library's own code
        lambda: zlib.decompress(b"no"),  # a library's own exception
        lambda: etree.fromstring("<a>"),
        lambda: nest(0),
    ],
    ids=["json", "zlib", "lxml", "recursion"],
)
def test_what_a_library_cannot_make_sense_of_is_a_damaged_document(work: Callable[[], object]) -> None:
    expected = Problem(Code.DOCUMENT_DAMAGED, {"path": "a.epub", "format": "epub"})
    assert diagnose(raised_by(work), "a.epub", Format.EPUB) == expected
