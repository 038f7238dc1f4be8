"""Check 12: archives that blow up, overlap, nest and point outside; XML that fetches, multiplies and nests.

Nothing of another file becomes text, nothing is written, and each file ends in pages or a sentence within its limits.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.documents.document import Format
from app.isolation.limits import READER_MEMORY_BYTES
from tests.documents.formats.test_contract import _ENDINGS, _SAMPLES
from tests.tools.fortress import adding
from tests.tools.fortress.bombs import archive, bomb, entities, member, members_of, placed, with_members
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.nursery import File
from tests.tools.fortress.nursing import Nursery, Tally, nursery
from tests.tools.fortress.program import Program

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(0)]

SECRET = "the-secret-of-another-file"
_OVERLAPPING = 25
_MAIN = {
    Format.DOCX: "word/document.xml",
    Format.ODT: "content.xml",
    Format.ODS: "content.xml",
    Format.ODP: "content.xml",
    Format.PPTX: "ppt/slides/slide1.xml",
    Format.XLSX: "xl/worksheets/sheet1.xml",
    Format.EPUB: ".xhtml",
}


@pytest.fixture(scope="module")
def documents() -> Iterator[Nursery]:
    with nursery("documents") as started:
        yield started


def main_member(format: Format) -> str:
    """The member with the text."""
    names = [each.name.decode() for each in members_of(_SAMPLES[format]())]
    exact = [name for name in names if name == _MAIN[format]]
    return (exact or [name for name in names if name.endswith(Path(_MAIN[format]).suffix or _MAIN[format])])[0]


def archives(format: Format) -> dict[str, bytes]:
    sound, main = _SAMPLES[format](), main_member(format)
    others = [member(f"media/{number}.xml", b"<a/>") for number in range(30_000)]
    return {
        "bomb": archive(with_members(sound, bomb(main))),
        "bomb that says it is small": archive(with_members(sound, bomb(main, says=1_000))),
        "bomb beside": archive(with_members(sound, *(bomb(f"media/{number}.png") for number in range(20)))),
        "bomb of markup": archive(with_members(sound, bomb(main, byte=b"<"))),
        "many": archive(with_members(sound, *others)),
        "named a thousand times": archive(members_of(sound), listed=1_000),
        "overlap": archive([bomb(each.name.decode()) for each in members_of(sound)] * 50, overlap=True),
        "nested": archive(with_members(sound, member(main, archive([bomb("a.zip")])))),
        "outside": archive(
            [*members_of(sound), *(member(way + "octavo-loot", b"loot") for way in ("../" * 9, "/", "\\..\\", "C:\\"))]
        ),
        "the main one outside": archive(
            [member("../../" + main, b"<a/>") if each.name.decode() == main else each for each in members_of(sound)]
        ),
        "a name without end": archive([*members_of(sound), member("a" * 60_000, b"")]),
        "no name": archive([*members_of(sound), member("", b"a"), member(b"\0", b"a"), member(b"\xff\xfe", b"a")]),
    }


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize("format", _MAIN)
def test_no_archive_blows_up(format: Format, documents: Nursery, tmp_path: Path, figure: Figure) -> None:
    tally = Tally(tmp_path)
    for name, content in archives(format).items():
        file = File(f"{name}.{_ENDINGS[format]}", content)
        tally.add(file, born := documents.bear(file))
        assert born.peak_bytes < READER_MEMORY_BYTES
    figure(tally.sentence(f"archives as {format.value}"))
    assert tally.faults == []
    assert list(adding.strays("octavo-loot", tmp_path)) == []


def folders(overlapping: int) -> Iterator[File]:
    """ZIPs with documents in them; `overlapping`: in one of them, each of its own process."""
    text = member("a.txt", b"The keeper. " * 50)
    nested = archive([text])
    for depth in range(40):
        nested = archive([member(f"{depth}.zip", nested)])
    shapes = {
        "bomb": archive([bomb("a.txt")]),
        "bomb that says it is small": archive([bomb("a.txt", says=10)]),
        "nested": nested,
        "many": archive([text], listed=60_000),
        "overlap": archive([bomb(f"{number}.txt") for number in range(overlapping)], overlap=True),
        "outside": archive([member("../" * 20 + "octavo-loot.txt", b"loot"), member("/octavo-loot.txt", b"loot")]),
        "odd names": archive(
            [member(name, b"a") for name in (b"\0", b"..", b".", b"", b"a/../../b.txt", b"\xe2\x80\xae")]
        ),
    }
    for name, content in shapes.items():
        yield File(f"{name}.zip", content)


@pytest.mark.usefixtures("checkout")
def test_no_folder_in_a_zip_blows_up(documents: Nursery, tmp_path: Path, figure: Figure) -> None:
    tally = Tally(tmp_path)
    for file in folders(500):
        tally.add(file, documents.bear(file))
    figure(tally.sentence("folders in ZIPs"))
    assert tally.faults == []


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of somebody's."""
    file = tmp_path / "secret.txt"
    file.write_text(SECRET, encoding="utf-8")
    file.chmod(0o644)
    return file


def fetching(format: Format, secret: Path) -> Iterator[File]:
    """XML that wants another file, or to be far more than it is."""
    sound = _SAMPLES[format]()
    main = main_member(format) if format in _MAIN else ""
    xml = next(each for each in _contents(sound) if each[0] == main)[1] if main else sound
    for name, (before, inside) in entities(str(secret)).items():
        changed = placed(xml.decode(), before, inside)
        content = archive(with_members(sound, member(main, changed))) if main else changed
        yield File(f"{name}.{_ENDINGS[format]}", content)


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize("format", [*_MAIN, Format.FB2, Format.HTML])
def test_no_xml_fetches_or_multiplies(
    format: Format, documents: Nursery, secret: Path, tmp_path: Path, figure: Figure
) -> None:
    tally = Tally(tmp_path)
    for file in fetching(format, secret):
        tally.add(file, born := documents.bear(file))
        assert SECRET not in born.text, file.name
        assert born.peak_bytes < READER_MEMORY_BYTES, file.name
    figure(tally.sentence(f"XML of {format.value}"))
    assert tally.faults == []


def _contents(sound: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(sound)) as opened:
        return [(info.filename, opened.read(info)) for info in opened.infolist()]


@pytest.mark.parametrize("format", [*_MAIN, Format.FB2, Format.HTML])
def test_all_go_through_the_program(
    format: Format, program: Program, secret: Path, tmp_path: Path, figure: Figure
) -> None:
    """With a sound one among them, whose words are there afterwards."""
    sound = File(f"sound.{_ENDINGS[format]}", _SAMPLES[format]())
    files = [sound, *fetching(format, secret)]
    if format in _MAIN:
        files += [File(f"{name}.{_ENDINGS[format]}", content) for name, content in archives(format).items()]
    added = adding.add(program, adding.write(tmp_path / "hostile", files))
    figure(added.sentence(f"{format.value} added"))
    words = adding.words_of(program.data)
    assert "lantern" in words
    assert SECRET not in words
    assert added.faults == []
    assert list(adding.strays("octavo-loot", tmp_path)) == []


def test_folders_in_zips_go_through_the_program(program: Program, tmp_path: Path, figure: Figure) -> None:
    added = adding.add(program, adding.write(tmp_path / "hostile", folders(_OVERLAPPING)))
    figure(added.sentence("ZIPs added, with what is in them"))
    assert added.faults == []
    assert list(adding.strays("octavo-loot", tmp_path)) == []
