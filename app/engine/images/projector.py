"""llama.cpp's multimodal library as an owned object: an image's pixels into embeddings that a model reads.

One tile, or one image by the library's own layout, goes in; nothing here knows the context. The library is handed raw
pixels only: its own image loader, which opens addresses and starts programs, is never called.
"""

from __future__ import annotations

import ctypes
import importlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from app.core.conversations.image import Raster
from app.core.errors import AppError, Code
from app.engine.llama.llama import LlamaModel, check_magic
from app.engine.llama.llama_loader import (
    GGUF_STRING,
    GGUF_UINT32,
    GgufParams,
    bindings,
    last_errors,
    log_callback,
    summary,
)
from app.engine.prompt import ImagePiece

LLAMA4 = "llama4"
"""The value of `clip.projector_type` for the projectors whose images `images.tiles` lays out."""

UNSUPPORTED = ("deepseek4v",)
"""Kinds that lay an image out by how many tokens come before it (mtmd.cpp: `lead_pad`)."""

_ROW_END = "v.token_embd.img_break"
"""The tensor whose vector ends a row of an image of Pixtral's (clip-impl.h: TN_TOK_IMG_BREAK)."""

_LARGE = 2_048, 2_048
"""Pixels of an image that takes about as many embeddings as any."""

_F32 = 0  # ggml.h: enum ggml_type
_IMAGE = 1  # mtmd.h: enum mtmd_input_chunk_type
_MISMATCH = re.compile(r"n_embd = (\d+).*?n_embd = (\d+)", re.DOTALL)

Embeddings = npt.NDArray[np.float32]
"""(tokens, width of the model's embeddings)"""


@dataclass(frozen=True)
class Header:
    """The facts that a projector's file states about itself. `tile` is the side of a tile in pixels, 0 if images of all
    sizes are taken as they are; `tokens` are those of a tile, `width` is that of an embedding."""

    kind: str
    tile: int
    tokens: int
    width: int


def read_header(path: Path) -> Header:
    """Read a projector's header without loading it (gguf.h, by llama.cpp's own parser).

    Raises AppError MODEL_MISSING, MODEL_NOT_GGUF, MODEL_PROJECTOR_FAILED.
    """
    check_magic(path)
    library = bindings()._lib
    file = library.gguf_init_from_file(str(path).encode(), GgufParams(True, None))
    if not file:
        raise AppError(Code.MODEL_PROJECTOR_FAILED, path=str(path), detail=summary(last_errors()))
    try:

        def number(name: str) -> int:
            key = library.gguf_find_key(file, name.encode())
            known = key >= 0 and library.gguf_get_kv_type(file, key) == GGUF_UINT32
            return int(library.gguf_get_val_u32(file, key)) if known else 0

        key = library.gguf_find_key(file, b"clip.projector_type")
        if key < 0:
            key = library.gguf_find_key(file, b"clip.vision.projector_type")
        kind = ""
        if key >= 0 and library.gguf_get_kv_type(file, key) == GGUF_STRING:
            kind = library.gguf_get_val_str(file, key).decode("utf-8", "replace")
        tile, patch = number("clip.vision.image_size"), number("clip.vision.patch_size")
        scale, width = number("clip.vision.projector.scale_factor") or 1, number("clip.vision.projection_dim")
    finally:
        library.gguf_free(file)
    if not kind or not patch or (kind == LLAMA4 and not tile):
        raise AppError(Code.MODEL_PROJECTOR_FAILED, path=str(path), detail="no vision encoder")
    return Header(kind, tile, (tile // patch // scale) ** 2, width)


def read_vector(path: Path, name: str, width: int) -> npt.NDArray[np.float32] | None:
    """Return a tensor of `width` 32-bit numbers in a projector's file, by llama.cpp's own parser; None if there is
    none."""
    library = bindings()._lib
    file = library.gguf_init_from_file(str(path).encode(), GgufParams(True, None))
    if not file:
        return None
    try:
        tensor = library.gguf_find_tensor(file, name.encode())
        if tensor < 0 or library.gguf_get_tensor_type(file, tensor) != _F32:
            return None
        offset = library.gguf_get_data_offset(file) + library.gguf_get_tensor_offset(file, tensor)
    finally:
        library.gguf_free(file)
    found = np.fromfile(path, "<f4", width, offset=offset)
    return found if len(found) == width else None


class Projector:
    """A loaded projector. Free it by `close`, before its model."""

    def __init__(self, path: Path, model: LlamaModel, threads: int, slice_tokens: int, *, gpu: bool) -> None:
        """Load `path`. `slice_tokens` is what the model reads at once, which embeddings that see each other both ways
        must not exceed. Raises AppError MODEL_PROJECTOR_FAILED, ..._MISMATCH, ..._SLICE."""
        self._api = api = _multimodal()
        self._path, self._model = path, model
        self._params = params = api.mtmd_context_params_default()
        params.use_gpu, params.n_threads = gpu, threads
        params.print_timings = params.warmup = False
        self._context: Any = None
        self._load()
        self._width = model.embedding_width
        self._grids = bool(api.mtmd_decode_use_mrope(self._context))
        self.causal = not api.mtmd_decode_use_non_causal(self._context, None)
        if not self.causal:
            self._fit(slice_tokens)

    def _load(self) -> None:
        last_errors()
        self._context = self._api.mtmd_init_from_file(str(self._path).encode(), self._model.handle, self._params)
        if not self._context:
            raise self._error(last_errors())
        self._marker: bytes = self._api.mtmd_get_marker(self._context)

    def _fit(self, slice_tokens: int) -> None:
        """Have images reduced, where they are taken as they are, until one fits into a slice."""
        needed = self._most()
        if needed * 8 <= slice_tokens * 7:  # other proportions may take a few more
            return
        self.close()
        self._params.image_max_tokens = slice_tokens
        with suppress(AppError):  # it needs more even for the smallest
            self._load()
        if not self._context or self._most() > slice_tokens:
            self.close()
            raise AppError(Code.MODEL_PROJECTOR_SLICE, path=str(self._path), needed=needed, slice=slice_tokens)

    def _most(self) -> int:
        return max(part.embeddings for part in self.parts(*_LARGE))

    def close(self) -> None:
        if self._context:
            self._api.mtmd_free(self._context)
            self._context = None

    def encode_tile(self, tile: npt.NDArray[np.uint8]) -> Embeddings:
        """Return the embeddings of one tile (side, side, 3). Raises AppError MODEL_PROJECTOR_FAILED."""
        side = tile.shape[0]
        return self.encode(Raster(side, side, tile.tobytes()))

    def encode(self, image: Raster) -> Embeddings:
        """Return the embeddings of all pictures that the library makes of an image, one after the other. Raises
        AppError."""
        with self._chunks(image.width, image.height, image.rgb) as chunks:
            pictures = [chunk for chunk in chunks if self._kind(chunk) == _IMAGE]
            return self._with_row_ends(np.concatenate([self._encode(chunk) for chunk in pictures]))

    def _with_row_ends(self, found: Embeddings) -> Embeddings:
        """Return embeddings with all their numbers. llama.cpp makes the ends of Pixtral's rows in memory that nobody
        cleared, and what was no number there stays none (models/pixtral.cpp: `ggml_scale` by 0). They are put right
        here.

        Raises AppError MODEL_PROJECTOR_UNSOUND where anything else lacks a number.
        """
        broken = ~np.isfinite(found).all(axis=1)
        if broken.any():
            row_end = read_vector(self._path, _ROW_END, self._width)
            if row_end is None or 2 * np.count_nonzero(broken) > len(broken):
                raise AppError(Code.MODEL_PROJECTOR_UNSOUND, path=str(self._path), check="embeddings")
            found[broken] = row_end
        return found

    def parts(self, width: int, height: int) -> tuple[ImagePiece, ...]:
        """Return how the library lays an image of this size out, without rows. Raises AppError MODEL_PROJECTOR_FAILED,
        ..._UNSUPPORTED, ..._UNSOUND."""
        with self._chunks(width, height) as chunks:
            return tuple(self._part(chunk) for chunk in chunks)

    @contextmanager
    def _chunks(self, width: int, height: int, rgb: bytes = b"") -> Iterator[list[Any]]:
        """Lay an image out in the library's chunks; they hold its pixels only with `rgb`."""
        api = self._api
        pixels = (ctypes.c_uint8 * len(rgb)).from_buffer_copy(rgb) if rgb else None
        bitmap = api.mtmd_bitmap_init(width, height, pixels)
        found = api.mtmd_input_chunks_init()
        try:
            text = api.mtmd_input_text(self._marker, len(self._marker), False, True)
            bitmaps = (ctypes.c_void_p * 1)(bitmap)
            if api.mtmd_tokenize(self._context, found, ctypes.byref(text), bitmaps, 1) != 0:
                raise self._error(last_errors())
            yield [api.mtmd_input_chunks_get(found, i) for i in range(api.mtmd_input_chunks_size(found))]
        finally:
            api.mtmd_input_chunks_free(found)
            api.mtmd_bitmap_free(bitmap)

    def _kind(self, chunk: Any) -> int:
        return int(self._api.mtmd_input_chunk_get_type(chunk))

    def _part(self, chunk: Any) -> ImagePiece:
        if self._kind(chunk) == _IMAGE:
            embeddings = int(self._api.mtmd_input_chunk_get_n_tokens(chunk))
            return ImagePiece(embeddings=embeddings, columns=self._columns(chunk, embeddings) if self._grids else 0)
        count = ctypes.c_size_t()
        tokens = self._api.mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(count))
        part = ImagePiece(tuple(tokens[: count.value]))
        if min(part.tokens) < 0:  # the vocabulary has no such token
            raise AppError(Code.MODEL_PROJECTOR_UNSOUND, path=str(self._path), check="tokens")
        return part

    def _columns(self, chunk: Any, count: int) -> int:
        """Return the number of columns that a picture's embeddings are laid out in; 0 for one line. Raises AppError
        MODEL_PROJECTOR_UNSUPPORTED if it is neither."""
        api = self._api
        picture = api.mtmd_input_chunk_get_tokens_image(chunk)
        found = [api.mtmd_image_tokens_get_decoder_pos(picture, 1, place) for place in range(count)]
        places = [(at.t, at.y, at.x) for at in found]
        if places == [(1 + place,) * 3 for place in range(count)]:
            return 0
        columns = int(max(at.x for at in found))
        if places != [(1, 1 + place // columns, 1 + place % columns) for place in range(count)]:
            raise AppError(Code.MODEL_PROJECTOR_UNSUPPORTED, path=str(self._path), kind=read_header(self._path).kind)
        return columns

    def _encode(self, chunk: Any) -> Embeddings:
        last_errors()
        if self._api.mtmd_encode_chunk(self._context, chunk) != 0:
            raise self._error(last_errors())
        tokens = int(self._api.mtmd_input_chunk_get_n_tokens(chunk))
        found = np.ctypeslib.as_array(self._api.mtmd_get_output_embd(self._context), (tokens * self._width,))
        return found.reshape(tokens, self._width).copy()

    def _error(self, lines: list[str]) -> AppError:
        text = "\n".join(lines)
        if "mismatch" in text and (widths := _MISMATCH.search(text)):
            expected, found = int(widths[1]), int(widths[2])
            return AppError(Code.MODEL_PROJECTOR_MISMATCH, path=str(self._path), expected=expected, found=found)
        return AppError(Code.MODEL_PROJECTOR_FAILED, path=str(self._path), detail=summary(lines))


@cache
def _multimodal() -> ModuleType:
    """Return the module `llama_cpp.mtmd_cpp`, whose messages go where llama.cpp's go."""
    bindings()
    api = importlib.import_module("llama_cpp.mtmd_cpp")
    api.mtmd_log_set(log_callback(), None)
    api.mtmd_helper_log_set(log_callback(), None)
    return api
