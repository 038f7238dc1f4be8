"""Images decoded: upright, in sRGB, on white, and nothing but pixels; of every kind through the real process."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from app.core.conversations.image import Raster
from app.core.errors import Code, Problem
from app.documents.images.kinds import ImageKind
from app.documents.images.protocol import MAX_PROFILE_BYTES, THUMBNAIL_SIDE
from app.documents.images.reader import ImageReader
from tests.documents.images.gallery import (
    BLUE,
    GREEN,
    GREY,
    LOSSLESS,
    NEARLY,
    RED,
    SIZE,
    close,
    colours,
    decoded,
    flag,
    noise,
    problem,
    saved,
    shown,
    taken,
)

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SWAPPED = SRGB.replace(b"rXYZ", b"....", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"....", b"gXYZ", 1)
"""A profile of a screen whose red numbers make green light, and the other way round (ICC.1:2022, 7.3)."""

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


pytestmark = pytest.mark.usefixtures("near_readers")


@pytest.fixture(scope="module")
def reader() -> Iterator[ImageReader]:
    reader = ImageReader()
    yield reader
    reader.close()


def chunks(png: bytes) -> list[bytes]:
    """The types of a PNG's chunks, in order (PNG, 5.3)."""
    found, position = [], 8
    while position < len(png):
        (length,) = struct.unpack(">I", png[position : position + 4])
        found.append(png[position + 4 : position + 8])
        position += 12 + length
    return found


def pixels(image: Image.Image) -> bytes:
    return image.convert("RGB").tobytes()


# ---- kinds and frames ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ImageKind)
def test_an_image_of_every_kind_comes_back_as_it_was(reader: ImageReader, kind: ImageKind) -> None:
    image = taken(reader, saved(flag(), kind), f"flag.{kind}")
    assert (image.ref.width, image.ref.height) == SIZE
    assert image.ref.untrusted_name == f"flag.{kind}"
    assert image.ref.sha256 == hashlib.sha256(image.png).hexdigest()
    assert image.ref.book_id == ""
    assert all(close(*pair, by=4) for pair in zip(colours(shown(image)), (RED, GREEN, BLUE, GREY), strict=True))
    if kind in LOSSLESS or kind is ImageKind.WEBP:
        assert pixels(shown(image)) == flag().tobytes()


def test_the_same_pixels_give_the_same_bytes(reader: ImageReader) -> None:
    first, *others = [taken(reader, saved(noise(), kind), kind) for kind in (*LOSSLESS, ImageKind.WEBP)]
    assert {image.png for image in others} == {first.png}
    packed = reader.pack(Raster(*noise().size, noise().tobytes()), "packed")
    assert (packed.png, packed.ref.sha256) == (first.png, first.ref.sha256)


@pytest.mark.parametrize("kind", [ImageKind.GIF, ImageKind.WEBP, ImageKind.TIFF, ImageKind.PNG, ImageKind.AVIF])
def test_of_several_frames_the_first_is_taken(kind: ImageKind) -> None:
    later = [Image.new("RGB", SIZE, colour) for colour in ("white", "black")]
    image = decoded(saved(flag(), kind, save_all=True, append_images=later))
    assert all(close(*pair, by=4) for pair in zip(colours(image), (RED, GREEN, BLUE, GREY), strict=True))


def test_of_several_photographs_in_one_jpeg_the_first_is_taken() -> None:
    file = io.BytesIO()
    flag().save(file, "MPO", save_all=True, append_images=[Image.new("RGB", SIZE)], quality=100, subsampling=0)
    assert close(colours(decoded(file.getvalue()))[0], RED, by=4)


def test_full_resolution_is_decoded(reader: ImageReader) -> None:
    """Pillow's draft mode would hand over a large JPEG at a half, a quarter, an eighth."""
    image = taken(reader, saved(noise().resize((2_000, 1_500)), ImageKind.JPEG))
    assert (image.ref.width, image.ref.height) == (2_000, 1_500)


# ---- what the numbers mean -------------------------------------------------------------------------------------


def ramp(mode: str, numbers: list[float]) -> Image.Image:
    image = Image.new(mode, (len(numbers), 1))
    image.putdata(numbers)
    return image


@pytest.mark.parametrize(
    ("mode", "numbers", "greys"),
    [
        ("1", [0, 255], [0, 255]),
        ("L", [0, 100, 255], [0, 100, 255]),
        ("I;16", [0, 257, 25_700, 65_535], [0, 1, 100, 255]),
        ("I;16B", [0, 257, 25_700, 65_535], [0, 1, 100, 255]),
        ("I", [0, 100, 255], [0, 100, 255]),
        ("I", [0, 25_700, 65_535], [0, 100, 255]),
        ("I", [-100, 0, 100], [0, 128, 255]),
        ("I", [0, 1_000_000, 2_000_000], [0, 128, 255]),
        ("F", [0.0, 0.5, 1.0], [0, 128, 255]),
        ("F", [0.0, 100.0, 250.0], [0, 100, 250]),
        ("F", [-1.0, 0.0, 1.0], [0, 128, 255]),
        ("F", [-3.0, -3.0, -3.0], [0, 0, 0]),
    ],
)
def test_numbers_of_every_size_are_scaled_and_not_cut_off(mode: str, numbers: list[float], greys: list[int]) -> None:
    found = list(decoded(saved(ramp(mode, numbers), ImageKind.TIFF)).tobytes()[::3])
    assert [abs(one - other) <= 1 for one, other in zip(found, greys, strict=True)] == [True] * len(greys), found


def test_sixteen_bits_of_a_png_are_scaled() -> None:
    image = decoded(saved(ramp("I;16", [0, 12_850, 65_535]), ImageKind.PNG))
    assert list(image.tobytes()[::3]) == [0, 50, 255]


def test_numbers_without_bounds_are_damage(reader: ImageReader) -> None:
    endless = saved(ramp("F", [0.0, float("inf")]), ImageKind.TIFF)
    assert problem(reader, endless) == Problem(Code.IMAGE_DAMAGED, {"path": "a", "format": "tiff"})


@pytest.mark.parametrize(
    ("image", "kind", "wanted"),
    [
        (Image.new("CMYK", (9, 9), (255, 0, 0, 0)), ImageKind.TIFF, (0, 255, 255)),
        (Image.new("CMYK", (9, 9), (255, 0, 0, 0)), ImageKind.JPEG, (0, 255, 255)),
        (Image.new("YCbCr", (9, 9), (76, 84, 255)), ImageKind.TIFF, (254, 0, 0)),
        (Image.new("LAB", (9, 9), (138, 128, 128)), ImageKind.TIFF, (129, 129, 129)),
        (flag().quantize(4), ImageKind.PNG, RED),
        (flag().quantize(4), ImageKind.BMP, RED),
        (Image.new("1", (9, 9), 1), ImageKind.PNG, WHITE),
        (Image.new("L", (9, 9), 7), ImageKind.JPEG, (7, 7, 7)),
    ],
    ids=["cmyk tiff", "cmyk jpeg", "ycbcr", "lab", "palette png", "palette bmp", "bits", "grey"],
)
def test_colours_of_every_model_are_rgb_afterwards(
    image: Image.Image, kind: ImageKind, wanted: tuple[int, int, int]
) -> None:
    assert close(colours(decoded(saved(image, kind)))[0], wanted, by=4)


# ---- what is transparent is white ------------------------------------------------------------------------------

HALF_RED = Image.new("RGBA", (9, 9), (255, 0, 0, 128))


def paletted() -> Image.Image:
    image = Image.new("P", (9, 9), 1)
    image.putpalette([255, 0, 0, 0, 255, 0])
    return image


@pytest.mark.parametrize(
    ("untrusted_bytes", "wanted"),
    [
        *[
            (saved(HALF_RED, kind), (255, 127, 127))
            for kind in (ImageKind.PNG, ImageKind.WEBP, ImageKind.TIFF, ImageKind.AVIF)
        ],
        (saved(Image.new("LA", (9, 9), (0, 0)), ImageKind.PNG), WHITE),
        (saved(Image.new("LA", (9, 9), (0, 255)), ImageKind.PNG), BLACK),
        (saved(Image.new("LA", (9, 9), (0, 51)), ImageKind.PNG), (204, 204, 204)),
        (saved(paletted(), ImageKind.PNG, transparency=1), WHITE),
        (saved(paletted(), ImageKind.PNG, transparency=0), GREEN),
        (saved(paletted(), ImageKind.GIF, transparency=1), WHITE),
        (saved(Image.new("RGB", (9, 9), (1, 2, 3)), ImageKind.PNG, transparency=(1, 2, 3)), WHITE),
        (saved(Image.new("L", (9, 9), 5), ImageKind.PNG, transparency=5), WHITE),
        (saved(ramp("I;16", [65_535] * 9), ImageKind.PNG, transparency=7), WHITE),
    ],
)
def test_what_is_transparent_is_white(untrusted_bytes: bytes, wanted: tuple[int, int, int]) -> None:
    assert close(colours(decoded(untrusted_bytes))[0], wanted, by=2)


# ---- profiles --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in ImageKind if kind not in (ImageKind.GIF, ImageKind.BMP)])
def test_colours_are_those_that_the_profile_says(kind: ImageKind) -> None:
    image = decoded(saved(flag(), kind, icc_profile=SWAPPED))
    assert all(close(*pair, by=6) for pair in zip(colours(image), (GREEN, RED, BLUE, GREY), strict=True))


def test_an_image_that_is_in_srgb_already_stays_as_it_is() -> None:
    plain, said = (decoded(saved(noise(), ImageKind.PNG)), decoded(saved(noise(), ImageKind.PNG, icc_profile=SRGB)))
    assert max(abs(one - other) for one, other in zip(plain.tobytes(), said.tobytes(), strict=True)) <= 1


def test_transparency_survives_a_profile() -> None:
    image = decoded(saved(HALF_RED, ImageKind.PNG, icc_profile=SWAPPED))
    assert close(colours(image)[0], (127, 255, 127), by=2)


@pytest.mark.parametrize(
    "profile",
    [
        b"no profile at all",
        SRGB[:200],
        SRGB[:-1] + b"\xff" * 64,
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
    ],
    ids=["garbage", "cut", "padded", "of other channels"],
)
def test_a_profile_without_sense_costs_nothing(profile: bytes) -> None:
    for kind in (ImageKind.PNG, ImageKind.JPEG):
        image = decoded(saved(flag(), kind, icc_profile=profile))
        assert all(close(*pair, by=4) for pair in zip(colours(image), (RED, GREEN, BLUE, GREY), strict=True))


def test_a_profile_for_a_grey_image_that_is_for_colours_costs_nothing() -> None:
    image = decoded(saved(Image.new("L", (9, 9), 77), ImageKind.PNG, icc_profile=SRGB))
    assert colours(image)[0] == (77, 77, 77)


def test_a_profile_that_is_too_large_is_refused(reader: ImageReader) -> None:
    huge = saved(flag(), ImageKind.WEBP, icc_profile=SRGB + bytes(MAX_PROFILE_BYTES))
    assert problem(reader, huge) == Problem(
        Code.IMAGE_LIMIT, {"path": "a", "limit": "profile_bytes", "value": MAX_PROFILE_BYTES}
    )


# ---- upright ---------------------------------------------------------------------------------------------------

CORNERS = {  # where the upper left and the upper right corner of what is stored are shown: Exif 2.3, 4.6.4 A
    1: ("upper left", "upper right"),
    2: ("upper right", "upper left"),
    3: ("lower right", "lower left"),
    4: ("lower left", "lower right"),
    5: ("upper left", "lower left"),
    6: ("upper right", "lower right"),
    7: ("lower right", "upper right"),
    8: ("lower left", "upper left"),
}
PLACES = ("upper left", "upper right", "lower left", "lower right")


@pytest.mark.parametrize("orientation", CORNERS)
@pytest.mark.parametrize("kind", [ImageKind.JPEG, ImageKind.TIFF])
def test_an_image_is_turned_upright(kind: ImageKind, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = decoded(saved(flag(), kind, exif=exif))
    found = colours(image)
    red, green = CORNERS[orientation]
    assert close(found[PLACES.index(red)], RED, by=4)
    assert close(found[PLACES.index(green)], GREEN, by=4)
    assert image.size == (SIZE if orientation < 5 else SIZE[::-1])


@pytest.mark.parametrize("kind", [ImageKind.PNG, ImageKind.WEBP, ImageKind.AVIF])
def test_other_kinds_say_it_in_the_same_way(kind: ImageKind) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = colours(decoded(saved(flag(), kind, exif=exif)))
    assert all(close(*pair, by=4) for pair in zip(found, (BLUE, RED, GREY, GREEN), strict=True))


@pytest.mark.usefixtures("process")  # where what Pillow warns of is no error
@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0garbage",
        b"Exif\0\0MM\0*\0\0\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0",
    ],
    ids=["garbage", "beyond the end", "turned 99"],
)
def test_an_orientation_without_sense_costs_nothing(reader: ImageReader, exif: bytes) -> None:
    assert close(colours(shown(taken(reader, saved(flag(), ImageKind.JPEG, exif=exif))))[0], RED, by=4)


def test_what_else_is_odd_about_exif_does_not_keep_an_image_from_being_turned() -> None:
    """The Exif of telephones has tags of their own, with types that nobody can write back."""
    odd = struct.pack("<HHII", 0x9286, 77, 4, 0xFFFF_FFF0)
    turned = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 2) + turned + odd + bytes(4)
    found = colours(decoded(saved(flag(), ImageKind.JPEG, exif=exif)))
    assert close(found[0], BLUE, by=4)


# ---- metadata --------------------------------------------------------------------------------------------------

SECRET = b"51.5007N-0.1246W"


def described(kind: ImageKind) -> bytes:
    """An image that says where and by whom it was taken, in every way that its kind has."""
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    exif[0x9286] = SECRET
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[27] = SECRET
    options: dict[str, Any] = {"exif": exif, "icc_profile": SRGB.replace(b"sRGB", b"NAME")}
    if kind in (ImageKind.JPEG, ImageKind.WEBP, ImageKind.AVIF):
        options["xmp"] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    if kind in (ImageKind.JPEG, ImageKind.GIF):
        options["comment"] = SECRET
    if kind is ImageKind.PNG:
        info = PngImagePlugin.PngInfo()
        info.add_text("Author", SECRET.decode())
        info.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        info.add(b"prVt", SECRET)
        info.add(b"tIME", b"\x07\xea\x0b\x19\x04\0\0", after_idat=True)
        options |= {"pnginfo": info, "dpi": (300, 300)}
    if kind is ImageKind.TIFF:
        options["description"] = SECRET.decode()
    return saved(flag(), kind, **options) + SECRET


@pytest.mark.parametrize("kind", ImageKind)
def test_nothing_but_pixels_is_kept(reader: ImageReader, kind: ImageKind) -> None:
    untrusted_bytes = described(kind)
    assert SECRET in untrusted_bytes
    png = taken(reader, untrusted_bytes).png
    assert set(chunks(png)) == {b"IHDR", b"IDAT", b"IEND"}
    assert SECRET not in png
    assert b"NAME" not in png


# ---- what is shown of it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((640, 480), (THUMBNAIL_SIDE, 240)),
        ((480, 640), (240, THUMBNAIL_SIDE)),
        ((100, 50), (100, 50)),
        ((1, 1), (1, 1)),
        ((2_000, 2), (THUMBNAIL_SIDE, 1)),
    ],
)
def test_a_thumbnail_is_small_and_keeps_the_ratio(
    reader: ImageReader, size: tuple[int, int], small: tuple[int, int]
) -> None:
    thumbnail = taken(reader, saved(flag(size), ImageKind.PNG)).thumbnail
    assert (thumbnail.width, thumbnail.height) == small
    assert len(thumbnail.rgb) == small[0] * small[1] * 3


def test_a_raster_is_the_image_resized(reader: ImageReader) -> None:
    png = taken(reader, saved(noise((200, 100)), ImageKind.PNG)).png
    assert reader.raster(png, (200, 100)) == Raster(200, 100, noise((200, 100)).tobytes())
    small = noise((200, 100)).resize((50, 25), Image.Resampling.BILINEAR)
    assert reader.raster(png, (50, 25)) == Raster(50, 25, small.tobytes())


def test_what_the_model_is_shown_lies_on_black_with_an_overview(reader: ImageReader) -> None:
    png = taken(reader, saved(noise((200, 100)), ImageKind.PNG)).png
    canvas, overview = reader.prepare(png, (120, 60), (128, 64), 32)
    laid = Image.frombytes("RGB", (128, 64), canvas.rgb)
    fitted = noise((200, 100)).resize((120, 60), Image.Resampling.BILINEAR)
    assert laid.crop((0, 0, 120, 60)).tobytes() == fitted.tobytes()
    assert set(laid.crop((120, 0, 128, 64)).tobytes()) == {0}
    assert set(laid.crop((0, 60, 128, 64)).tobytes()) == {0}
    whole = noise((200, 100)).resize((32, 32), Image.Resampling.BILINEAR)
    assert overview == Raster(32, 32, whole.tobytes())


def test_an_image_that_fits_is_shown_pixel_by_pixel(reader: ImageReader) -> None:
    png = taken(reader, saved(noise((96, 48)), ImageKind.PNG)).png
    canvas, overview = reader.prepare(png, (96, 48), (96, 48), 0)
    assert canvas == Raster(96, 48, noise((96, 48)).tobytes())
    assert overview is None


def test_nearly_is_near() -> None:
    """The options of `NEARLY` belong to kinds, so that no comparison above is looser than it says."""
    assert set(NEARLY) | set(LOSSLESS) | {ImageKind.GIF} == set(ImageKind)
