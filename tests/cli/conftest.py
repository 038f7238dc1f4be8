"""The program as a terminal sees it: within the tests' process, or, with OCTAVO_PROGRAM, a frozen one."""

from __future__ import annotations

import os
import subprocess
from argparse import ArgumentParser
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest

from app.cli import main, parsers
from app.core.conversations.events import Opening
from app.core.documents.document import Document, Format
from app.core.machine.secret import Password
from app.core.work import Cancel, Work
from app.documents.reader import DocumentReader
from app.embedding.client import Embedder
from app.embedding.model import EmbeddingModel
from app.embedding.protocol import Embed, TextVectors, VectorKind
from app.wording import i18n
from tests.whole import DIAGNOSES, KEEPS, TERMINAL_COMMANDS, open_desk

Octavo: TypeAlias = Callable[..., tuple[int, str, str]]


answered_here = pytest.mark.skipif(
    "OCTAVO_PROGRAM" in os.environ, reason="the test types within its own process what the program asks for"
)


@pytest.fixture(scope="session")
def read_documents() -> dict[tuple[str, bytes], Document]:
    """By their files' names and bytes: what they were read as."""
    return {}


@pytest.fixture
def documents_read_once(read_documents: dict[tuple[str, bytes], Document], monkeypatch: pytest.MonkeyPatch) -> None:
    """A document is read in a process the first time that any of these tests names it, unless its pages may be drawn
    then."""
    read = DocumentReader.read

    def remember(
        self: DocumentReader,
        path: Path,
        cancel: Cancel,
        password: Password | None = None,
        *,
        keep: bool = True,
        member: str = "",
    ) -> Work[Opening, Document]:
        same = (path.name + member, path.read_bytes()) if path.is_file() else ("", b"")
        if same in read_documents:
            yield Opening(0, 0)
            return read_documents[same]
        document = yield from read(self, path, cancel, password, keep=keep, member=member)
        if document.format is not Format.PDF:
            read_documents[same] = document
        return document

    monkeypatch.setattr(DocumentReader, "read", remember)


@cache
def _embedding_model() -> EmbeddingModel:
    model = EmbeddingModel()
    model.load()
    return model


@cache
def _vectors(texts: tuple[str, ...], kinds: tuple[VectorKind, ...], asked: bool) -> tuple[TextVectors, ...]:
    return _embedding_model().embed(texts, kinds, asked=asked)


@cache
def _parser(_language: str) -> ArgumentParser:
    return parsers.parser(TERMINAL_COMMANDS)


@pytest.fixture
def near_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts get their vectors in this process, each once, by a model that is loaded once for all of these tests."""

    def ask(_embedder: Embedder, order: Embed, _cancel: Cancel | None) -> tuple[TextVectors, ...]:
        return _vectors(order.texts, order.kinds, order.asked)

    monkeypatch.setattr(Embedder, "_ask", ask)
    monkeypatch.setattr(Embedder, "prepare", lambda _embedder: None)


@pytest.fixture
def octavo(
    capfd: pytest.CaptureFixture[str],
    near_engines: None,
    near_embedder: None,
    near_readers: None,
    documents_read_once: None,
) -> Octavo:
    """Run a command, given in words; gives exit code, stdout, stderr. Here, its engine, its embedder and most of its
    readers have no process."""
    program = os.environ.get("OCTAVO_PROGRAM")

    def run_here(*words: object) -> tuple[int, str, str]:
        i18n.use_language("")
        try:
            options = _parser(i18n.language()).parse_args([*map(str, words)])
            code = main.run(options, open_desk, TERMINAL_COMMANDS, KEEPS, DIAGNOSES)
        except SystemExit as ended:  # argparse's way
            code = int(str(ended.code))
        out, err = capfd.readouterr()
        return code, out, err

    def run_program(*words: object) -> tuple[int, str, str]:
        done = subprocess.run(
            [str(program), *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    return run_program if program else run_here
