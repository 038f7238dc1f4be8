"""Check 11: 500 changed files of each kind, changed where it matters. Each becomes pages or a sentence.

All go through forks of a reader that has loaded (`nursery`), one in twenty through the whole way from the desk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.document import Format
from app.core.errors import Code
from app.core.work import Cancel
from app.documents.images.kinds import ImageKind
from app.documents.images.reader import ImageReader
from app.documents.reader import DocumentReader
from app.ui.jobs import Done, Failed
from tests.documents.formats.test_contract import _ENDINGS, _SAMPLES
from tests.documents.images import gallery
from tests.documents.test_one_source import FOLDER
from tests.endings import as_events
from tests.fortress.conftest import Figure
from tests.fortress.mutants import (
    Mutator,
    either,
    in_bytes,
    in_fields,
    in_image,
    in_pdf,
    in_words,
    in_xml,
    in_zip,
    mutants,
)
from tests.fortress.nursery import File
from tests.fortress.nursing import Nursery, Tally, nursery

pytestmark = [pytest.mark.fortress, pytest.mark.usefixtures("checkout"), pytest.mark.timeout(0)]

MUTANTS, WHOLE_WAY = 500, 25
_ZIPPED = (Format.EPUB, Format.DOCX, Format.ODT, Format.XLSX, Format.PPTX, Format.ODP, Format.ODS)
_IN_COMPOUND = (Format.DOC, Format.XLS, Format.MSG, Format.MOBI, Format.IMAGE)
_FAULTS = (Code.BUG, Code.READER_CRASHED, Code.READER_TIMEOUT)


def mutator_of(format: Format) -> Mutator:
    if format is Format.PDF:
        return in_pdf
    if format in _ZIPPED:
        return in_zip
    if format is Format.FB2:
        return either(in_xml, in_xml, in_words)
    if format in _IN_COMPOUND:
        return either(in_fields, in_fields, in_bytes)
    return either(in_words, in_words, in_words, in_bytes)


def seeds_of(format: Format) -> list[bytes]:
    """A plain one, and where there is one a document that another program wrote, with all that such a one has."""
    return [_SAMPLES[format](), *(file.read_bytes() for file in sorted(FOLDER.glob(f"quay*.{_ENDINGS[format]}")))]


def changed(format: Format, count: int) -> Iterator[File]:
    for content in mutants(seeds_of(format), mutator_of(format), count, format.value):
        yield File(f"Keeper.{_ENDINGS[format]}", content)


@pytest.fixture(scope="module")
def documents() -> Iterator[Nursery]:
    with nursery("documents") as started:
        yield started


@pytest.fixture(scope="module")
def images() -> Iterator[Nursery]:
    with nursery("images") as started:
        yield started


@pytest.mark.parametrize("format", Format)
def test_a_changed_document_becomes_pages_or_a_sentence(
    format: Format, documents: Nursery, tmp_path: Path, times: Callable[[int], int], figure: Figure
) -> None:
    tally = Tally(tmp_path)
    for file in changed(format, times(MUTANTS)):
        tally.add(file, documents.bear(file))
    figure(tally.sentence(format.value))
    assert tally.faults == []


@pytest.mark.parametrize("kind", ImageKind)
def test_a_changed_image_becomes_one_or_a_sentence(
    kind: ImageKind, images: Nursery, tmp_path: Path, times: Callable[[int], int], figure: Figure
) -> None:
    seeds = [gallery.SAMPLES[kind], gallery.saved(gallery.noise(), kind)]
    tally = Tally(tmp_path)
    for content in mutants(seeds, in_image, times(MUTANTS), kind.value):
        file = File(f"picture.{kind.value}", content)
        tally.add(file, images.bear(file))
    figure(tally.sentence(kind.value))
    assert tally.faults == []


def test_changed_documents_go_the_whole_way(tmp_path: Path, times: Callable[[int], int], figure: Figure) -> None:
    reader = DocumentReader()
    read = said = 0
    try:
        for format in Format:
            for number, file in enumerate(changed(format, times(WHOLE_WAY))):
                path = tmp_path / f"{number}-{file.name}"
                path.write_bytes(file.content)
                *_, last = as_events(reader.read(path, Cancel()))
                assert isinstance(last, Done) or (isinstance(last, Failed) and last.problem.code not in _FAULTS), path
                read, said = read + isinstance(last, Done), said + isinstance(last, Failed)
                path.unlink()
    finally:
        reader.close()
    figure(f"the whole way at {reader.step().value}: {read} became pages, {said} a sentence")


def test_changed_images_go_the_whole_way(times: Callable[[int], int], figure: Figure) -> None:
    reader = ImageReader()
    read = said = 0
    try:
        for kind in ImageKind:
            for content in mutants([gallery.SAMPLES[kind]], in_image, times(WHOLE_WAY), kind.value):
                last = gallery.ending(reader, content)
                assert isinstance(last, Done) or (isinstance(last, Failed) and last.problem.code not in _FAULTS)
                read, said = read + isinstance(last, Done), said + isinstance(last, Failed)
    finally:
        reader.close()
    figure(f"images, the whole way: {read} became pictures, {said} a sentence")
