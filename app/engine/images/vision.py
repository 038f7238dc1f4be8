"""Shows images to the loaded model: laid out as it was trained, encoded once, tested before the first one.

Images of Llama 4 are cut into tiles here (`images.tiles`), each goes through the projector alone, and the tokens
between them are ours. Other projectors lay images out by llama.cpp's own rules (mtmd).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from app.core.conversations.image import Raster, within
from app.core.errors import AppError, Code
from app.engine.images import projector as projectors
from app.engine.images import tiles
from app.engine.images.embeddings import ImageEmbeddings
from app.engine.images.projector import Embeddings, Projector
from app.engine.kv.saved_states import fingerprint
from app.engine.llama.llama import LlamaModel
from app.engine.llama.llama_loader import version
from app.engine.prompt import ImagePiece
from app.engine.protocol import ImageSpan, Pixels, ReadingsSpec, ShownImage, VisionInfo

LAYOUT_VERSION = 1
"""Raised with every change to how images are laid out or encoded: embeddings made before it are of no use."""

_LONGEST_SIDE = 2_048
"""Pixels of an image for other projectors than Llama 4's, which reduce it further themselves."""

_TEST_TILES = 4
_TEST_IMAGES, _TEST_SIDE = 2, 224
"""With how many images other projectors are tested, and of how many pixels."""

_EQUAL, _DIFFERENT = 1e-3, 1e-2  # of the standard deviation of all numbers

OnProgress = Callable[[int, int], None]
"""Called with tiles: done, total. Raises to give up."""


class Vision:
    """One projector for one model; loaded when it is first needed. Implements `engine.prompt.Sight`."""

    def __init__(
        self, path: Path, model: LlamaModel, threads: int, slice_tokens: int, kept_in: ReadingsSpec | None, *, gpu: bool
    ) -> None:
        """`slice_tokens` is what the model reads at once. Raises AppError MODEL_MISSING, MODEL_NOT_GGUF,
        MODEL_PROJECTOR_FAILED, ..._MISMATCH, ..._UNSUPPORTED."""
        self._path, self._model, self._threads, self._gpu = path, model, threads, gpu
        self._slice_tokens = slice_tokens
        self._header = header = projectors.read_header(path)
        if header.kind in projectors.UNSUPPORTED:
            raise AppError(Code.MODEL_PROJECTOR_UNSUPPORTED, path=str(path), kind=header.kind)
        self._tiled = header.kind == projectors.LLAMA4
        if self._tiled and header.width != model.embedding_width:
            expected = model.embedding_width
            raise AppError(Code.MODEL_PROJECTOR_MISMATCH, path=str(path), expected=expected, found=header.width)
        try:
            file = fingerprint(path)
        except OSError as error:
            raise AppError(Code.MODEL_PROJECTOR_FAILED, path=str(path), detail=error.strerror or "") from error
        self.info = VisionInfo(file, header.kind, self._tiled, header.tile if self._tiled else 0)
        fitted = "" if self._tiled else f"/{slice_tokens}"  # some are laid out so that they fit into a slice
        self.identity = f"{file}/{LAYOUT_VERSION}/{version()}{fitted}"
        self._embeddings = ImageEmbeddings(kept_in, self.identity)
        self._marks = _marks(model) if self._tiled else {}
        self._projector: Projector | None = None
        self._tested = False
        self._problem: AppError | None = None
        self._parts = lru_cache(256)(self._laid_out_by_llama)

    def close(self) -> None:
        if self._projector is not None:
            self._projector.close()
            self._projector = None

    # ---- laying out

    @property
    def causal(self) -> bool:
        """True if an image's embeddings see only what comes before them, as tokens do."""
        return self._tiled or self._loaded().causal

    def pieces(self, width: int, height: int) -> tuple[ImagePiece, ...]:
        """Return the pieces of an image of these pixels as the model reads them. Raises AppError MODEL_PROJECTOR_..."""
        if self._problem is not None:
            raise self._problem
        return self._tiles(width, height) if self._tiled else self._parts(*within(width, height, _LONGEST_SIDE))

    def tokens(self, width: int, height: int) -> int:
        """Return how many places of the context an image of these pixels takes. Raises AppError as `pieces` does."""
        return sum(len(piece.tokens) + piece.embeddings for piece in self.pieces(width, height))

    def _tiles(self, width: int, height: int) -> tuple[ImagePiece, ...]:
        pieces, row = [], 0
        for mark in tiles.layout(tiles.canvas(width, height, self._header.tile)):
            if mark:
                pieces.append(ImagePiece(tokens=(self._marks[mark],)))
            else:
                pieces.append(ImagePiece(row=row, embeddings=self._header.tokens))
                row += self._header.tokens
        return tuple(pieces)

    def _laid_out_by_llama(self, width: int, height: int) -> tuple[ImagePiece, ...]:
        pieces, row = [], 0
        for part in self._loaded().parts(width, height):
            pieces.append(replace(part, row=row))
            row += part.embeddings
        return tuple(pieces)

    # ---- seeing

    def pixels(self, image: ShownImage) -> Pixels:
        """Return the pixels that `see` wants of an image."""
        if not self._tiled:
            size = within(image.width, image.height, _LONGEST_SIDE)
            return Pixels(image.sha256, size, size)
        side = self._header.tile
        canvas = tiles.canvas(image.width, image.height, side)
        size = canvas.columns * side, canvas.rows * side
        return Pixels(image.sha256, canvas.fitted, size, side if canvas.has_overview else 0)

    def has(self, sha256: str) -> bool:
        """Return whether the embeddings of an image are at hand; they are in memory then."""
        return self._embeddings.get(sha256) is not None

    def pin(self, sha256s: frozenset[str]) -> None:
        """Keep the embeddings of these images in memory, whatever comes after."""
        self._embeddings.pin(sha256s)

    def see(self, wanted: Pixels, canvas: Raster, overview: Raster | None, on_progress: OnProgress) -> None:
        """Encode an image and keep its embeddings. Raises AppError MODEL_PROJECTOR_..., and what `on_progress` raises.

        Before the first image the projector is tested.
        """
        _check(wanted, canvas, overview)
        encoded = canvas.width * canvas.height // self._header.tile**2 + (overview is not None) if self._tiled else 1
        ahead = 0 if self._tested else _TEST_TILES if self._tiled else _TEST_IMAGES
        on_progress(0, ahead + encoded)
        if not self._tested:
            test = self._test_tiles if self._tiled else self._test_layout
            self._refuse(test(lambda done: on_progress(done, ahead + encoded)))
            self._tested = True
        found = self._encode(canvas, overview, lambda done: on_progress(ahead + done, ahead + encoded))
        self._embeddings.put(wanted.sha256, found)

    def rows(self, span: ImageSpan) -> Embeddings:
        """Return the embeddings of a span. Raises AppError ENGINE_PROTOCOL if the image was not seen."""
        found = self._embeddings.get(span.sha256)
        count = span.end - span.start
        if found is None or len(found) < span.row + count:
            raise AppError(Code.ENGINE_PROTOCOL, detail="an image was not seen")
        return found[span.row : span.row + count]

    def retain(self, sha256s: frozenset[str]) -> None:
        """Keep embeddings of these images only. Raises AppError FOLDER_READ_ONLY."""
        self._embeddings.retain(sha256s)

    def change_desk(self, desk: str) -> None:
        """Keep nothing in memory, and what is made from now on for this desk."""
        self._embeddings.change_desk(desk)

    def _encode(self, canvas: Raster, overview: Raster | None, on_progress: Callable[[int], None]) -> Embeddings:
        """Encode an image tile after tile, the overview last, or all at once if the tiles are not ours."""
        projector, side = self._loaded(), self._header.tile
        if not self._tiled:
            whole = projector.encode(canvas)
            on_progress(1)
            return whole
        pixels = np.frombuffer(canvas.rgb, np.uint8).reshape(canvas.height, canvas.width, 3)
        cut = list(tiles.cut(pixels, side))
        if overview is not None:
            cut.append(np.frombuffer(overview.rgb, np.uint8).reshape(side, side, 3))
        found = []
        for done, tile in enumerate(cut, 1):
            found.append(projector.encode_tile(tile))
            on_progress(done)
        return np.concatenate(found)

    def _loaded(self) -> Projector:
        if self._problem is not None:
            raise self._problem
        if self._projector is None:
            try:
                self._projector = Projector(self._path, self._model, self._threads, self._slice_tokens, gpu=self._gpu)
            except AppError as error:
                self._problem = error
                raise
        return self._projector

    # ---- the self-test

    def _refuse(self, check: str) -> None:
        """Refuse images from now on, if a part of the self-test failed. Raises AppError MODEL_PROJECTOR_UNSOUND
        then."""
        if check:
            self._problem = AppError(Code.MODEL_PROJECTOR_UNSOUND, path=str(self._path), check=check)
            raise self._problem

    def _test_layout(self, on_progress: Callable[[int], None]) -> str:
        """Test two images of noise: all embeddings must be there, and differ. Return what failed."""
        noise = np.random.default_rng(_TEST_SIDE).integers(0, 256, (_TEST_IMAGES, 3 * _TEST_SIDE**2), np.uint8)
        encoded = []
        for done, pixels in enumerate(noise, 1):
            encoded.append(self._encode(Raster(_TEST_SIDE, _TEST_SIDE, pixels.tobytes()), None, lambda _done: None))
            on_progress(done)
        one, other = encoded
        count = sum(piece.embeddings for piece in self.pieces(_TEST_SIDE, _TEST_SIDE))
        if one.shape != (count, self._model.embedding_width) or not one.std():
            return "embeddings"
        return "" if np.max(np.abs(one - other)) / one.std() > _DIFFERENT else "another image"

    def _test_tiles(self, on_progress: Callable[[int], None]) -> str:
        """Test two images of two tiles that differ in the second one only: so must their embeddings, and all must be
        there. Return what failed."""
        side, count, width = self._header.tile, self._header.tokens, self._model.embedding_width
        noise = np.random.default_rng(side).integers(0, 256, (3, side, side, 3), np.uint8)
        encoded: list[Embeddings] = []
        for second in (1, 2):
            pixels = np.concatenate([noise[0], noise[second]], axis=1)
            canvas = Raster(2 * side, side, pixels.tobytes())
            before = 2 * len(encoded)

            def show(done: int, before: int = before) -> None:
                on_progress(before + done)

            encoded.append(self._encode(canvas, None, show))
        one, other = encoded
        if len(set(self._marks.values())) != len(tiles.MARKS):
            return "tokens"
        if one.shape != (2 * count, width) or not one.std():
            return "embeddings"
        change = np.abs(one - other) / one.std()
        if np.max(change[:count]) > _EQUAL:
            return "first tile"
        return "" if np.max(change[count:]) >= _DIFFERENT else "second tile"


def _marks(model: LlamaModel) -> dict[str, int]:
    """Return the ids of the tokens around tiles. Raises AppError MODEL_PROJECTOR_MISMATCH if the vocabulary lacks
    one."""
    found = {}
    for mark in tiles.MARKS:
        tokens = model.tokenize(mark, special=True)
        if len(tokens) != 1 or not model.is_control(tokens[0]):
            raise AppError(Code.MODEL_PROJECTOR_UNSOUND, path=str(model.path), check=mark)
        found[mark] = tokens[0]
    return found


def _check(wanted: Pixels, canvas: Raster, overview: Raster | None) -> None:
    """Check that the pixels are those that were asked for. Raises AppError ENGINE_PROTOCOL."""
    side = overview.width if overview is not None else 0
    rasters = [canvas] if overview is None else [canvas, overview]
    whole = all(len(raster.rgb) == 3 * raster.width * raster.height for raster in rasters)
    square = overview is None or overview.height == side
    if (canvas.width, canvas.height) != wanted.canvas or side != wanted.overview or not whole or not square:
        raise AppError(Code.ENGINE_PROTOCOL, detail="other pixels than asked for")
