"""Images as documents: a page each, upright and as large as it may be, and hostile ones."""

from __future__ import annotations

import struct

import pytest
from PIL import Image

from app.core.documents.document import Document, Flag
from app.core.errors import AppError, Code
from app.documents import pictures, worker
from app.documents.formats.contract import Content
from app.documents.images import decoding
from app.documents.images.kinds import ImageKind
from app.documents.protocol import MAX_SCAN_SIDE
from tests.documents.images.gallery import BLUE, RED, SAMPLES, close, flag, noise, saved


def _content(data: bytes, name: str = "scan.tif") -> Content:
    return Content(name, data, "")


def _parse(data: bytes, name: str = "scan.tif") -> Document:
    return worker.parse(_content(data, name), lambda done, total: None)


def _refusal(data: bytes) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data)
    assert raised.value.params["path"] == "scan.tif"
    return raised.value


@pytest.mark.parametrize("kind", list(ImageKind))
def test_an_image_is_a_page_that_waits_for_recognition(kind: ImageKind) -> None:
    document = _parse(SAMPLES[kind], f"photo.{kind}")
    assert (document.title, document.format) == ("photo", "image")
    assert [(page.text, page.flags) for page in document.pages] == [("", (Flag.NO_TEXT,))]


def test_each_page_of_a_tiff_is_one_and_an_animation_is_its_first_picture() -> None:
    tiff = saved(flag(), ImageKind.TIFF, save_all=True, append_images=[noise((64, 48)), flag((30, 90))])
    assert [page.number for page in _parse(tiff).pages] == [1, 2, 3]
    sizes = [worker.scan_image(_content(tiff), page) for page in (1, 2, 3)]
    assert [(each.width, each.height) for each in sizes] == [(60, 40), (64, 48), (30, 90)]
    animated = saved(flag(), ImageKind.GIF, save_all=True, append_images=[noise((60, 40))])
    assert len(_parse(animated, "a.gif").pages) == 1


def test_pages_are_drawn_upright_as_wide_as_is_asked() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    content = _content(saved(flag(), ImageKind.JPEG, exif=turned), "photo.jpg")
    drawn = worker.page_image(content, 1, 20)
    assert (drawn.width, drawn.height) == (20, 30)
    assert [*map(pytest.approx, worker.page_sizes(content))] == [(842 * 2 / 3, 842.0)]
    corner = tuple(drawn.rgb[3 * 4 * 21 : 3 * 4 * 21 + 3])
    assert close(corner, BLUE, 40)  # turned to the right, the lower left field is the upper left one
    assert not close(corner, RED, 40)
    layer = worker.page_layer(content, 1)
    assert (layer.text, layer.boxes) == ("", b"")


def test_a_large_picture_is_recognised_in_a_size_that_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    scan = worker.scan_image(_content(saved(Image.new("L", (6_000, 30)), ImageKind.PNG), "a.png"), 1)
    assert (scan.width, scan.height) == (MAX_SCAN_SIDE, 15)
    monkeypatch.setattr(pictures, "MAX_DRAWN_PIXELS", 600)
    drawn = worker.page_image(_content(SAMPLES[ImageKind.PNG], "a.png"), 1, 4_000)
    assert (drawn.width, drawn.height) == (30, 20)


@pytest.mark.parametrize("page", [0, 2, -1, 999])
def test_other_pages_are_unavailable(page: int) -> None:
    content = _content(SAMPLES[ImageKind.TIFF])
    for ask in (worker.scan_image, worker.page_layer):
        with pytest.raises(AppError) as raised:
            ask(content, page)
        assert (raised.value.code, raised.value.params) == (Code.PAGE_UNAVAILABLE, {"path": "scan.tif", "page": page})


def test_damage_and_excess_are_named_as_of_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refusal(SAMPLES[ImageKind.TIFF][:200]).code is Code.DOCUMENT_DAMAGED
    assert _refusal(b"II*\0" + b"\xff" * 60).code is Code.DOCUMENT_DAMAGED
    with monkeypatch.context() as patch:
        patch.setattr(decoding, "MAX_FILE_BYTES", 100)
        assert _refusal(SAMPLES[ImageKind.TIFF]).params["limit"] == "file_bytes"
    tall = bytearray(SAMPLES[ImageKind.BMP])
    struct.pack_into("<ii", tall, 18, 40_000, 40_000)
    assert _refusal(bytes(tall)).params["limit"] in ("pixels", "side")
    monkeypatch.setattr(pictures, "MAX_FRAMES", 2)
    frames = [noise(seed=number) for number in range(3)]
    assert _refusal(saved(flag(), ImageKind.TIFF, save_all=True, append_images=frames)).params["limit"] == "pages"


def test_a_chain_of_pages_that_leads_back_ends() -> None:
    tiff = bytearray(saved(flag(), ImageKind.TIFF, save_all=True, append_images=[noise((64, 48))]))
    first = struct.unpack_from("<I", tiff, 4)[0]
    entries = struct.unpack_from("<H", tiff, first)[0]
    struct.pack_into("<I", tiff, first + 2 + 12 * entries, first)
    assert len(_parse(bytes(tiff)).pages) <= 2
