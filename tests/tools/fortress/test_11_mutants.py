"""Check 11: 500 changed files of each kind, changed where it matters. Each becomes pages or a sentence.

All go through forks of a reader that has loaded (`nursery`), one in twenty through the program, where each has a
process of its own, which takes most of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.documents.document import Format
from app.documents.images.kinds import ImageKind
from tests.documents.formats.test_contract import _ENDINGS, _SAMPLES
from tests.documents.images import gallery
from tests.documents.test_one_source import FOLDER
from tests.tools.fortress import adding
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.mutants import (
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
from tests.tools.fortress.nursery import File
from tests.tools.fortress.nursing import Nursery, Tally, nursery
from tests.tools.fortress.program import Program

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(0)]

MUTANTS, WHOLE_WAY = 500, 25
_ZIPPED = (Format.EPUB, Format.DOCX, Format.ODT, Format.XLSX, Format.PPTX, Format.ODP, Format.ODS)
_IN_COMPOUND = (Format.DOC, Format.XLS, Format.MSG, Format.MOBI, Format.IMAGE)


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


def changed_images(kind: ImageKind, count: int) -> Iterator[File]:
    seeds = [
        gallery.SAMPLES[kind],
        *(gallery.saved(each, kind) for each in (gallery.noise(), gallery.lettered("A pier"))),
    ]
    for content in mutants(seeds, in_image, count, kind.value):
        yield File(f"picture.{kind.value}", content)


@pytest.fixture(scope="module")
def documents() -> Iterator[Nursery]:
    with nursery("documents") as started:
        yield started


@pytest.fixture(scope="module")
def images() -> Iterator[Nursery]:
    with nursery("images") as started:
        yield started


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize("format", Format)
def test_a_changed_document_becomes_pages_or_a_sentence(
    format: Format, documents: Nursery, tmp_path: Path, times: Callable[[int], int], figure: Figure
) -> None:
    tally = Tally(tmp_path)
    for file in changed(format, times(MUTANTS)):
        tally.add(file, documents.bear(file))
    figure(tally.sentence(format.value))
    assert tally.faults == []


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize("kind", ImageKind)
def test_a_changed_image_becomes_one_or_a_sentence(
    kind: ImageKind, images: Nursery, tmp_path: Path, times: Callable[[int], int], figure: Figure
) -> None:
    tally = Tally(tmp_path)
    for file in changed_images(kind, times(MUTANTS)):
        tally.add(file, images.bear(file))
    figure(tally.sentence(kind.value))
    assert tally.faults == []


@pytest.mark.parametrize("format", Format)
def test_changed_documents_go_through_the_program(
    format: Format, program: Program, tmp_path: Path, times: Callable[[int], int], figure: Figure
) -> None:
    added = adding.add(program, adding.write(tmp_path / "changed", changed(format, times(WHOLE_WAY))), in_time=True)
    figure(added.sentence(f"{format.value} added"))
    assert added.faults == []


@pytest.mark.parametrize("kind", ImageKind)
def test_changed_images_go_through_the_program(
    kind: ImageKind, program: Program, tmp_path: Path, times: Callable[[int], int], figure: Figure
) -> None:
    """The images go in as documents, whose text is recognised, and with a question."""
    folder = adding.write(tmp_path / "changed", changed_images(kind, times(WHOLE_WAY)))
    for how, added in (
        ("added", adding.add(program, folder, in_time=True)),
        ("with a question", adding.show(program, sorted(folder.iterdir()))),
    ):
        figure(added.sentence(f"{kind.value} {how}"))
        assert added.faults == []
