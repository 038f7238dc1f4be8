"""Kinds of images by their first bytes: what is none is never handed to a decoder."""

from __future__ import annotations

import pytest

from app.documents.images.kinds import ENDINGS, HEAD_BYTES, ImageKind, is_image, kind_of
from tests.documents.images.gallery import SAMPLES

STRANGERS = {
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "eps": b"\xc5\xd0\xd3\xc6" + b"\0" * 26,
    "pcx": b"\x0a\x05\x01\x08" + b"\0" * 124,
    "fits": b"SIMPLE  =                    T / standard\n",
    "ppm": b"P6 2 2 255\n" + b"\0" * 12,
    "pfm": b"Pf\n2 2\n-1.0\n",
    "tga": b"\0\0\x02" + b"\0" * 15,
    "icon": b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0",
    "icns": b"icns\0\0\0\x10",
    "photoshop": b"8BPS\0\x01" + b"\0" * 20,
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ",
    "codestream": b"\xff\x4f\xff\x51\0\x2f",
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "video": b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2",
    "riff": b"RIFF\x24\0\0\0WAVEfmt ",
    "metafile": b"\xd7\xcd\xc6\x9a\0\0",
    "emf": b"\x01\0\0\0" + b"\0" * 36 + b" EMF",
    "dds": b"DDS |\0\0\0",
    "xbm": b"#define a_width 8\n#define a_height 8\n",
    "hdf5": b"\x89HDF\r\n\x1a\n",
    "zip": b"PK\x03\x04\x14\0",
    "program": b"\x7fELF\x02\x01\x01",
    "a text": b"BM is what this sentence begins with, and it goes on for a while after that.",
    "page": b"<!doctype html><img src=x onerror=alert(1)>",
    "nothing": b"",
    "zeros": b"\0" * HEAD_BYTES,
}


@pytest.mark.parametrize("kind", ImageKind)
def test_every_kind_is_known_by_its_bytes(kind: ImageKind) -> None:
    assert kind_of(SAMPLES[kind]) is kind
    assert kind_of(SAMPLES[kind][:HEAD_BYTES]) is kind
    assert is_image("without-ending", SAMPLES[kind])
    assert is_image("misleading.txt", SAMPLES[kind])


@pytest.mark.parametrize("head", STRANGERS.values(), ids=list(STRANGERS))
def test_what_is_no_image_of_a_known_kind_is_none(head: bytes) -> None:
    assert kind_of(head) is None
    assert not is_image("book", head)


def test_the_name_tells_what_the_bytes_do_not() -> None:
    """A damaged or unknown image is to be spoken of as an image, not as a document."""
    for name in ("photo.PNG", "photo.jpeg", "IMG_0001.HEIC", "drawing.svg", "a.b/photo.tif"):
        assert is_image(name, b"")
    for name in ("book.pdf", "png", ".png.txt", "notes"):
        assert not is_image(name, b"")


def test_the_endings_are_as_names_are_compared() -> None:
    assert all(ending.startswith(".") and ending == ending.lower() for ending in ENDINGS)
    assert {f".{kind.value}" for kind in ImageKind} <= set(ENDINGS)
