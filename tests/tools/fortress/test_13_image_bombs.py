"""Check 13: images that are small and claim, or have, a hundred million pixels and more; in every kind, alone and in
documents. Each ends in an image or a sentence, within the memory and the time of its reader."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from app.documents.images.kinds import ImageKind
from app.documents.images.reader import MEMORY_BYTES
from app.isolation.limits import READER_MEMORY_BYTES
from tests.documents.epub_writer import write_epub
from tests.documents.images import gallery
from tests.documents.pdf_writer import write_pdf
from tests.tools.fortress import adding
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.nursery import File
from tests.tools.fortress.nursing import Nursery, Tally, nursery
from tests.tools.fortress.program import Program

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(0)]

SIDES = ((10_000, 10_000), (10_001, 10_000), (32_767, 32_767), (65_535, 65_535), (65_535, 1), (2**31 - 1, 2**31 - 1))
_TRUE_SIDES = ((10_000, 10_000), (12_000, 10_000))


def _png(width: int, height: int, *, extra: bytes = b"", rows: int | None = None) -> bytes:
    """True pixels, one bit each, as many rows as are wanted."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    row = b"\0" + bytes(min((width + 7) // 8, 1 << 20))
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row * 100) for _ in range((height if rows is None else rows) // 100))
    head = struct.pack(">2I5B", width & 0x7FFF_FFFF, height & 0x7FFF_FFFF, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + extra
        + chunk(b"IDAT", packed + packer.flush())
        + chunk(b"IEND", b"")
    )


def _chunk_bomb(kind: bytes, before: bytes) -> bytes:
    """A text or a profile of a PNG that unpacks to 512 MiB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(512)) + packer.flush()
    content = before + packed
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _lies(kind: ImageKind) -> Callable[[int, int], bytes]:
    """A sound small image whose header claims another size."""
    sound = gallery.SAMPLES[kind]

    def at(place: int, layout: str) -> Callable[[int, int], bytes]:
        def lie(new_width: int, new_height: int) -> bytes:
            most = (1 << 8 * (struct.calcsize(layout) // 2)) - 1
            pair = [min(new_width, most), min(new_height, most)]
            if kind is ImageKind.JPEG:
                pair.reverse()
            return sound[:place] + struct.pack(layout, *pair) + sound[place + struct.calcsize(layout) :]

        return lie

    match kind:
        case ImageKind.PNG:
            return lambda new_width, new_height: _png(new_width, new_height, rows=100)
        case ImageKind.JPEG:
            return at(sound.index(b"\xff\xc0") + 5, ">2H")
        case ImageKind.GIF:
            return at(6, "<2H")
        case ImageKind.BMP:
            return at(18, "<2I")
        case ImageKind.AVIF:
            return at(sound.index(b"ispe") + 8, ">2I")
        case ImageKind.WEBP:
            return lambda new_width, new_height: _webp(sound, new_width, new_height)
        case ImageKind.TIFF:
            return lambda new_width, new_height: _tiff(sound, (new_width, new_height))


def _webp(sound: bytes, width: int, height: int) -> bytes:
    """Lossless: two numbers of 14 bits after its sign."""
    place = sound.index(b"VP8L") + 9
    (bits,) = struct.unpack_from("<I", sound, place)
    bits = bits & ~0xFFF_FFFF | min(width, 1 << 14) - 1 | (min(height, 1 << 14) - 1) << 14
    return sound[:place] + struct.pack("<I", bits) + sound[place + 4 :]


def _tiff(sound: bytes, new: tuple[int, int]) -> bytes:
    """The entries of width and height, and of rows in a strip, in its table."""
    changed = bytearray(sound)
    (table,) = struct.unpack_from("<I", sound, 4)
    (count,) = struct.unpack_from("<H", sound, table)
    for entry in range(table + 2, table + 2 + 12 * count, 12):
        (tag,) = struct.unpack_from("<H", sound, entry)
        if tag in (256, 257, 278):
            struct.pack_into("<HI", changed, entry + 2, 4, 1)  # one LONG
            struct.pack_into("<I", changed, entry + 8, new[0] if tag == 256 else new[1])
    return bytes(changed)


def true_bombs() -> dict[str, bytes]:
    """Files with all the pixels that they claim."""
    files: dict[str, bytes] = {}
    for side in _TRUE_SIDES:
        name = f"{side[0]}x{side[1]}"
        files[f"png {name}"] = _png(*side)
        grey = Image.new("L", side)
        for kind, options in (
            (ImageKind.JPEG, {"quality": 30}),
            (ImageKind.GIF, {}),
            (ImageKind.TIFF, {"compression": "tiff_lzw"}),
        ):
            file = io.BytesIO()
            grey.save(file, kind.value.upper(), **options)
            files[f"{kind.value} {name}"] = file.getvalue()
    files["png with a text"] = _png(8, 100, extra=_chunk_bomb(b"zTXt", b"a\0\0"))
    files["png with a profile"] = _png(8, 100, extra=_chunk_bomb(b"iCCP", b"a\0\0"))
    return files


@pytest.fixture(scope="module")
def images() -> Iterator[Nursery]:
    with nursery("images") as started:
        yield started


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize("kind", ImageKind)
def test_no_header_that_lies_costs_anything(kind: ImageKind, images: Nursery, tmp_path: Path, figure: Figure) -> None:
    tally, lie = Tally(tmp_path), _lies(kind)
    assert lie(*gallery.SIZE) == gallery.SAMPLES[kind] or kind in (ImageKind.PNG, ImageKind.TIFF)
    for width, height in SIDES:
        file = File(f"{width}x{height}.{kind.value}", lie(width, height))
        tally.add(file, born := images.bear(file))
        assert born.peak_bytes < MEMORY_BYTES
    figure(tally.sentence(f"{kind.value} with other sizes"))
    assert tally.faults == []


@pytest.mark.usefixtures("checkout")
def test_a_hundred_million_true_pixels_and_more(images: Nursery, tmp_path: Path, figure: Figure) -> None:
    tally = Tally(tmp_path)
    for name, content in true_bombs().items():
        file = File(name, content)
        tally.add(file, born := images.bear(file))
        assert born.peak_bytes < MEMORY_BYTES
    figure(tally.sentence("true pixels"))
    assert tally.faults == []


def in_documents() -> Iterator[File]:
    """Yield the bombs as pictures of an EPUB, of a PDF, and as documents themselves."""
    for name, content in true_bombs().items():
        kind = name.split()[0]
        cover = f'<item id="cover" href="cover.{kind}" media-type="image/{kind}" properties="cover-image"/>'
        yield File(f"{name}.{kind}", content)
        yield File(f"{name}.epub", write_epub(["<p>a</p>"], members={f"OEBPS/cover.{kind}": content}, manifest=cover))
    for width, height in SIDES:
        yield File(f"{width}.pdf", _pdf_with_picture(width, height))


def _pdf_with_picture(width: int, height: int) -> bytes:
    """Page one draws an image of that size, whose pixels are packed zeros."""
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(bytes(1 << 20)) for _ in range(100)) + packer.flush()
    with pikepdf.open(io.BytesIO(write_pdf(["q 500 0 0 500 50 50 cm /Bomb Do Q"]))) as pdf:
        picture = pikepdf.Stream(pdf, pixels)
        picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        picture.Width, picture.Height, picture.BitsPerComponent = width, height, 8
        picture.ColorSpace, picture.Filter = pikepdf.Name.DeviceGray, pikepdf.Name.FlateDecode
        page = pdf.pages[0]
        page.add_resource(picture, pikepdf.Name.XObject, pikepdf.Name.Bomb)
        file = io.BytesIO()
        pdf.save(file)
    return file.getvalue()


@pytest.mark.usefixtures("checkout")
def test_bombs_in_documents(tmp_path: Path, figure: Figure) -> None:
    tally = Tally(tmp_path)
    with nursery("documents") as documents:
        for file in in_documents():
            tally.add(file, born := documents.bear(file))
            assert born.peak_bytes < READER_MEMORY_BYTES
    figure(tally.sentence("in documents"))
    assert tally.faults == []


def lies() -> Iterator[File]:
    for kind in ImageKind:
        for width, height in SIDES:
            yield File(f"{width}x{height}.{kind.value}", _lies(kind)(width, height))


def test_all_are_added_by_the_program(program: Program, tmp_path: Path, figure: Figure) -> None:
    added = adding.add(program, adding.write(tmp_path / "bombs", [*lies(), *in_documents()]))
    figure(added.sentence("added"))
    assert added.faults == []


def test_the_program_shows_them_to_no_model(program: Program, tmp_path: Path, figure: Figure) -> None:
    """With a question: each is decoded, or refused."""
    bombs = [File(f"{name}.{name.split()[0]}", content) for name, content in true_bombs().items()]
    folder = adding.write(tmp_path / "bombs", [*lies(), *bombs])
    added = adding.show(program, sorted(folder.iterdir()))
    figure(added.sentence("with a question"))
    assert added.faults == []
