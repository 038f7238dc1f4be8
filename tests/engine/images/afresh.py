"""A prompt with images, read by llama.cpp's own helper for images: what the engine's reading is compared with."""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np

from app.core.conversations.image import Raster
from app.core.settings import KvType
from app.engine.images.projector import read_vector
from app.engine.llama.llama import LlamaContext, LlamaModel
from app.engine.llama.llama_loader import bindings
from app.engine.protocol import EncodedPrompt
from tests.models.family_projectors import ROW_END

_MARKER = b"<__media__>"
_IMAGE = 1  # mtmd.h: enum mtmd_input_chunk_type


def read_afresh(
    model_path: Path,
    projector_path: Path,
    laid: EncodedPrompt,
    images: Mapping[str, Raster],
    kv_type: KvType,
    threads: int,
) -> bytes:
    """The logits after `laid`, with what the helper makes of `images`, by their SHA-256, where it has embeddings."""
    model = LlamaModel(model_path, 0, lambda _fraction: True)
    context = LlamaContext(model, 8_192, kv_type, threads, 512)
    helper = _Helper(projector_path, model, context)
    place = position = 0
    for sha256, spans in groupby(laid.images, attrgetter("sha256")):
        starts = iter([span.start for span in spans])
        with helper.pictures(images[sha256]) as pictures:
            for picture, start in zip(pictures, starts, strict=True):
                position = helper.read_text(laid.tokens[place:start], position)
                place = start + helper.size(picture)
                position = helper.read_picture(picture, position)
    helper.read_text(laid.tokens[place:], position)
    logits = context.logits().tobytes()
    helper.close()
    context.close()
    model.close()
    return logits


class _Helper:
    def __init__(self, path: Path, model: LlamaModel, context: LlamaContext) -> None:
        bindings()
        self._api = importlib.import_module("llama_cpp.mtmd_cpp")
        self._path, self._context, self._width = path, context, model.embedding_width
        params = self._api.mtmd_context_params_default()
        params.use_gpu = params.warmup = params.print_timings = False
        self._projector = self._api.mtmd_init_from_file(str(path).encode(), model.handle, params)

    def close(self) -> None:
        self._api.mtmd_free(self._projector)

    @contextmanager
    def pictures(self, image: Raster) -> Iterator[list[Any]]:
        """Yield what is made of an image, without the tokens around."""
        api = self._api
        pixels = (ctypes.c_uint8 * len(image.rgb)).from_buffer_copy(image.rgb)
        bitmap = api.mtmd_bitmap_init(image.width, image.height, pixels)
        chunks = api.mtmd_input_chunks_init()
        text = api.mtmd_input_text(_MARKER, len(_MARKER), False, True)
        assert not api.mtmd_tokenize(self._projector, chunks, ctypes.byref(text), (ctypes.c_void_p * 1)(bitmap), 1)
        found = [api.mtmd_input_chunks_get(chunks, at) for at in range(api.mtmd_input_chunks_size(chunks))]
        yield [chunk for chunk in found if api.mtmd_input_chunk_get_type(chunk) == _IMAGE]
        api.mtmd_bitmap_free(bitmap)
        api.mtmd_input_chunks_free(chunks)

    def size(self, picture: Any) -> int:
        return int(self._api.mtmd_input_chunk_get_n_tokens(picture))

    def read_picture(self, picture: Any, position: int) -> int:
        """Returns the position behind it."""
        api, reached = self._api, ctypes.c_int32()
        assert not api.mtmd_encode_chunk(self._projector, picture)
        rows = api.mtmd_get_output_embd(self._projector)
        embeddings = np.ctypeslib.as_array(rows, (self.size(picture), self._width))
        if not np.isfinite(embeddings).all():  # see test_the_ends_of_rows_do_not_come_from_memory_that_nobody_cleared
            embeddings[~np.isfinite(embeddings).all(axis=1)] = read_vector(self._path, ROW_END, self._width)
        assert not api.mtmd_helper_decode_image_chunk(
            self._projector,
            self._context.handle,
            picture,
            rows,
            position,
            0,
            512,
            ctypes.byref(reached),
            api.mtmd_helper_post_decode_callback(),
            None,
        )
        return reached.value

    def read_text(self, tokens: tuple[int, ...], position: int) -> int:
        """With logits after the last token. Returns the position behind it."""
        size = self._context.slice_tokens
        for first in range(0, len(tokens), size):
            self._context.decode(tokens[first : first + size], position + first, outputs=1)
        return position + len(tokens)
