"""A prompt with an image, read by llama.cpp's own helper for images: what the engine's reading is compared with."""

from __future__ import annotations

import ctypes
import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

from app.core.image import Raster
from app.core.settings import KvType
from app.engine.llama import LlamaContext, LlamaModel
from app.engine.llama_loader import bindings
from app.engine.protocol import EncodedPrompt

_MARKER = b"<__media__>"


def read_afresh(
    model_path: Path, projector_path: Path, laid: EncodedPrompt, image: Raster, kv_type: KvType, threads: int
) -> bytes:
    """The logits after `laid`, which has one image: its text, and what the helper makes of the image in between."""
    bindings()
    api = importlib.import_module("llama_cpp.mtmd_cpp")
    model = LlamaModel(model_path, 0, lambda _fraction: True)
    context = LlamaContext(model, 8_192, kv_type, threads, 512)
    params = api.mtmd_context_params_default()
    params.use_gpu = params.warmup = params.print_timings = False
    projector = api.mtmd_init_from_file(str(projector_path).encode(), model.handle, params)
    chunks = _chunks(api, projector, image)
    try:
        before, behind = (_text_length(api, api.mtmd_input_chunks_get(chunks, at)) for at in (0, _last(api, chunks)))
        start, end = laid.images[0].start - before, laid.images[-1].end + behind
        past = _decode(context, laid.tokens[:start], 0)
        reached = ctypes.c_int32(past)
        room = ctypes.byref(reached)
        assert not api.mtmd_helper_eval_chunks(projector, context.handle, chunks, past, 0, 512, False, room)
        _decode(context, laid.tokens[end:], reached.value)
        return context.logits().tobytes()
    finally:
        api.mtmd_input_chunks_free(chunks)
        api.mtmd_free(projector)
        context.close()
        model.close()


def _chunks(api: ModuleType, projector: Any, image: Raster) -> Any:
    pixels = (ctypes.c_uint8 * len(image.rgb)).from_buffer_copy(image.rgb)
    bitmap = api.mtmd_bitmap_init(image.width, image.height, pixels)
    chunks = api.mtmd_input_chunks_init()
    text = api.mtmd_input_text(_MARKER, len(_MARKER), False, True)
    assert not api.mtmd_tokenize(projector, chunks, ctypes.byref(text), (ctypes.c_void_p * 1)(bitmap), 1)
    api.mtmd_bitmap_free(bitmap)
    return chunks


def _last(api: ModuleType, chunks: Any) -> int:
    return int(api.mtmd_input_chunks_size(chunks)) - 1


def _text_length(api: ModuleType, chunk: Any) -> int:
    """Tokens of a text; 0 for an image."""
    is_text = api.mtmd_input_chunk_get_type(chunk) == 0  # mtmd.h: enum mtmd_input_chunk_type
    return int(api.mtmd_input_chunk_get_n_tokens(chunk)) if is_text else 0


def _decode(context: LlamaContext, tokens: tuple[int, ...], position: int) -> int:
    """Evaluate text, with logits after its last token. Returns the position behind it."""
    size = context.slice_tokens
    for first in range(0, len(tokens), size):
        part = tokens[first : first + size]
        context.decode(part, position + first, outputs=1)
    return position + len(tokens)
