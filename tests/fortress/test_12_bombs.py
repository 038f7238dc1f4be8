"""Check 12: archives that blow up, overlap, nest and point outside; XML that fetches, multiplies and nests.

Nothing of another file becomes text, nothing is written, and each file ends in pages or a sentence within its limits.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.document import Format
from app.core.work import Cancel
from app.documents.reader import DocumentReader
from app.isolation.limits import READER_MEMORY_BYTES
from app.ui.jobs import Done, Failed
from tests.documents.formats.test_contract import _ENDINGS, _SAMPLES
from tests.endings import as_events
from tests.fortress.bombs import archive, bomb, entities, member, members_of, placed, with_members
from tests.fortress.conftest import Figure
from tests.fortress.nursery import File
from tests.fortress.nursing import Nursery, Tally, nursery

pytestmark = [pytest.mark.fortress, pytest.mark.usefixtures("checkout"), pytest.mark.timeout(0)]

SECRET = "the-secret-of-another-file"
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


@pytest.mark.parametrize("format", _MAIN)
def test_no_archive_blows_up(format: Format, documents: Nursery, tmp_path: Path, figure: Figure) -> None:
    tally = Tally(tmp_path)
    for name, content in archives(format).items():
        file = File(f"{name}.{_ENDINGS[format]}", content)
        tally.add(file, born := documents.bear(file))
        assert born.peak_bytes < READER_MEMORY_BYTES
    figure(tally.sentence(f"archives as {format.value}"))
    assert tally.faults == []
    assert not Path("/octavo-loot").exists()


def test_no_folder_in_a_zip_blows_up(documents: Nursery, tmp_path: Path, figure: Figure) -> None:
    text = member("a.txt", b"The keeper. " * 50)
    nested = archive([text])
    for depth in range(40):
        nested = archive([member(f"{depth}.zip", nested)])
    shapes = {
        "bomb": archive([bomb("a.txt")]),
        "bomb that says it is small": archive([bomb("a.txt", says=10)]),
        "nested": nested,
        "many": archive([text], listed=60_000),
        "overlap": archive([bomb(f"{number}.txt") for number in range(500)], overlap=True),
        "outside": archive([member("../" * 20 + "octavo-loot.txt", b"loot"), member("/octavo-loot.txt", b"loot")]),
        "odd names": archive(
            [member(name, b"a") for name in (b"\0", b"..", b".", b"", b"a/../../b.txt", b"\xe2\x80\xae")]
        ),
    }
    tally = Tally(tmp_path)
    for name, content in shapes.items():
        file = File(f"{name}.zip", content)
        tally.add(file, documents.bear(file))
    figure(tally.sentence("folders in ZIPs"))
    assert tally.faults == []


@pytest.mark.parametrize("format", [*_MAIN, Format.FB2, Format.HTML])
def test_no_xml_fetches_or_multiplies(format: Format, documents: Nursery, tmp_path: Path, figure: Figure) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    secret.chmod(0o644)
    sound = _SAMPLES[format]()
    main = main_member(format) if format in _MAIN else ""
    xml = next(each for each in _contents(sound) if each[0] == main)[1] if main else sound
    tally = Tally(tmp_path)
    for name, (before, inside) in entities(str(secret)).items():
        changed = placed(xml.decode(), before, inside)
        content = archive(with_members(sound, member(main, changed))) if main else changed
        file = File(f"{name}.{_ENDINGS[format]}", content)
        tally.add(file, born := documents.bear(file))
        assert SECRET not in born.text, name
        assert born.peak_bytes < READER_MEMORY_BYTES, name
    figure(tally.sentence(f"XML of {format.value}"))
    assert tally.faults == []


def _contents(sound: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(sound)) as opened:
        return [(info.filename, opened.read(info)) for info in opened.infolist()]


def test_some_go_the_whole_way(tmp_path: Path, figure: Figure) -> None:
    reader, endings = DocumentReader(), []
    try:
        for name, content in archives(Format.DOCX).items():
            path = tmp_path / f"{name}.docx"
            path.write_bytes(content)
            *_, last = as_events(reader.read(path, Cancel()))
            assert isinstance(last, Done | Failed), name
            endings.append(last.problem.code.value if isinstance(last, Failed) else "read")
    finally:
        reader.close()
    assert not {"bug", "reader_crashed", "reader_timeout"} & set(endings), endings
    figure(f"the whole way: {', '.join(endings)}")
