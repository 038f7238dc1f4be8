"""Images as a person attaches them, and showing them to the model."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec

from app.core.conversations.events import Looking, Opening, Tokenizing
from app.core.conversations.image import MAX_TILES, TILE, Image, ImageRef, NamedImage, Raster, ref_of, within
from app.core.work import Cancel, Work, finish, relay
from app.documents.images.reader import ImageReader
from app.documents.protocol import MAX_DRAWN_PIXELS, MAX_DRAWN_WIDTH
from app.engine.protocol import CountImageTokens, Engine, GiveImage, MissingImages, Pixels, Prompt
from app.services.library.library import Library
from app.store.images import ImageStore

_PROBE_WIDTH = 400
"""Pixels of the drawing that shows a page's proportions."""


class Area(msgspec.Struct, frozen=True):
    """A rectangle on a page, each edge from 0 to 1 of its width and height, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


WHOLE = Area(0.0, 0.0, 1.0, 1.0)


class Images:
    def __init__(
        self, reader: ImageReader, store: ImageStore, library: Library, engine: Engine, check: Callable[[], None]
    ) -> None:
        """Take what images are read, kept and seen with. `check` raises AppError if images may not go to the model that
        is loaded."""
        self._reader = reader
        self._store = store
        self._library = library
        self._engine = engine
        self._check = check

    # ---- attaching

    def take(self, source: Path | bytes, name: str, cancel: Cancel) -> Work[Opening, Image]:
        """Decode an image: a file, or the bytes of one that was pasted. `name` is what it is called from now on."""
        return self._reader.take(source, name, cancel)

    def from_raster(self, raster: Raster, name: str) -> Image:
        """Return an image of pixels that are there already, such as pasted ones. Raises AppError."""
        return self._reader.pack(raster, name)

    def from_page(self, book_id: str, number: int, area: Area | None = None) -> Image:
        """Return a page of a PDF, or a part of it, as an image of `drawn_size`. Raises AppError as `Library.page_image`
        does.

        The page is drawn twice: small, which shows its proportions, then as large as they ask for.
        """
        book = self._library.book(book_id)
        name = f"{book.title}, p. {book.page_names.of(number).plain}"
        probe = self._library.page_image(book_id, number, _PROBE_WIDTH)
        proportions = (probe.height + 1) / probe.width  # rather too tall than larger than a canvas in the end
        drawn = self._library.page_image(book_id, number, _page_width(proportions, area or WHOLE))
        if area is not None:
            drawn, name = _cut_out(drawn, area), f"{name}, part"
        image = self._reader.pack(drawn, name)
        return msgspec.structs.replace(image, ref=msgspec.structs.replace(image.ref, book_id=book_id))

    # ---- looking at them

    def tokens(self, images: Sequence[ImageRef]) -> tuple[int, ...] | None:
        """Return how many tokens of the context each image would take; None while no model is loaded, or where it sees
        nothing."""
        model = self._engine.model()
        if model is None or model.vision is None:
            return None
        return finish(self._engine.run(CountImageTokens(tuple((image.width, image.height) for image in images))))

    def thumbnail(self, sha256: str) -> Raster | None:
        """Return an image's thumbnail, or None if none is kept."""
        return self._store.thumbnail(sha256)

    def raster(self, image: Image | ImageRef, longest_side: int) -> Raster:
        """Return the image, reduced if it is larger than `longest_side` pixels. Raises AppError IMAGE_MISSING,
        READER_..."""
        png = image.png if isinstance(image, Image) else self._store.png(image.sha256)
        ref = ref_of(image)
        return self._reader.raster(png, within(ref.width, ref.height, longest_side))

    def png(self, sha256: str) -> bytes:
        """Return the bytes to write into a file; never to be decoded here. Raises AppError IMAGE_MISSING."""
        return self._store.png(sha256)

    def png_within(self, ref: ImageRef, longest_side: int) -> bytes:
        """Return an image as PNG, as `png` does, but reduced if a side is longer than `longest_side` pixels. Raises
        AppError as `raster` does."""
        if max(ref.width, ref.height) <= longest_side:
            return self.png(ref.sha256)
        return self._reader.pack(self.raster(ref, longest_side), ref.untrusted_name).png

    def named(self) -> tuple[NamedImage, ...]:
        """Return the names by which conversations can be found (`store.images`)."""
        return self._store.named()

    # ---- showing them to the model

    def show(self, prompt: Prompt, cancel: Cancel) -> Work[Tokenizing | Looking, int]:
        """Have the engine see what it has not seen of `prompt`, and return how many images that were. Raises AppError
        IMAGE_MISSING, READER_..., MODEL_..., ENGINE_..., REMOTE_IMAGES_...; Stopped."""
        if not any(message.images for message in prompt.messages):
            return 0
        self._check()
        unseen = yield from self._engine.run(MissingImages(prompt), cancel)
        model = self._engine.model()
        if model is not None and model.host:
            for wanted in unseen:
                yield from self._engine.run(GiveImage(wanted.sha256, self._png_of(wanted, prompt)), cancel)
            return len(unseen)
        for number, wanted in enumerate(unseen, 1):
            png = self._store.png(wanted.sha256)
            canvas, overview = self._reader.prepare(png, wanted.fitted, wanted.canvas, wanted.overview)
            counted = partial(_counted, number, len(unseen))
            yield from relay(self._engine.see(wanted, canvas, overview, cancel), counted)
        return len(unseen)

    def _png_of(self, wanted: Pixels, prompt: Prompt) -> bytes:
        """Return an image of `prompt` as a server gets it: as it is kept, reduced if that is wanted."""
        png = self._store.png(wanted.sha256)
        sizes = {
            (each.width, each.height)
            for message in prompt.messages
            for each in message.images
            if each.sha256 == wanted.sha256
        }
        return png if wanted.fitted in sizes else self._reader.pack(self._reader.raster(png, wanted.fitted), "").png

    def close(self) -> None:
        self._reader.close()


def _counted(image: int, images: int, event: Looking) -> tuple[Looking]:
    return (msgspec.structs.replace(event, image=image, images=images),)


def drawn_size(proportions: float, area: Area = WHOLE) -> tuple[int, int]:
    """Return width and height, in pixels, of an area of a page that is `proportions` times as high as it is wide.

    As many as the canvas that suits the area best can hold. More would be thrown away before the model sees them, and
    of fewer it would see less than it could. A page is not drawn larger than MAX_DRAWN_WIDTH, though, which is 480 dpi
    on A4: parts narrower than about a third of the page are smaller, no less legible, and cost fewer tiles.
    """
    width = _page_width(proportions, area)
    columns = _edges(area.left, area.right, width)
    rows = _edges(area.top, area.bottom, round(width * proportions))
    return columns[1] - columns[0], rows[1] - rows[0]


def _page_width(proportions: float, area: Area) -> int:
    """Return the width of the whole page in pixels, so that `area` comes out as `drawn_size` says."""
    width, height = max(area.right - area.left, 1e-6), max((area.bottom - area.top) * proportions, 1e-6)
    fitting = max(
        min((columns * TILE - 1) / width, (MAX_TILES // columns * TILE - 1) / height)  # drawings are rounded up
        for columns in range(1, MAX_TILES + 1)
    )
    return max(1, int(min(fitting, MAX_DRAWN_WIDTH, math.sqrt(MAX_DRAWN_PIXELS / proportions))))


def _cut_out(drawn: Raster, area: Area) -> Raster:
    """Cut an area out of a drawing, at least one pixel of it."""
    left, right = _edges(area.left, area.right, drawn.width)
    top, bottom = _edges(area.top, area.bottom, drawn.height)
    rows = (drawn.rgb[3 * (row * drawn.width + left) : 3 * (row * drawn.width + right)] for row in range(top, bottom))
    return Raster(right - left, bottom - top, b"".join(rows))


def _edges(low: float, high: float, size: int) -> tuple[int, int]:
    """Return the first whole pixel of a part of a side and the one behind the last; `low` and `high` are shares of
    `size`."""
    first = min(size - 1, max(0, round(low * size)))
    return first, min(size, max(first + 1, first + round((high - low) * size)))
