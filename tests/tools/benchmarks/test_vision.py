"""Encoding and reading an image of 3 x 3 tiles, against the path of llama.cpp's own multimodal command line."""

from __future__ import annotations

import ctypes
import importlib
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from app.core.conversations.image import Raster
from app.core.settings import KvType
from app.engine.control import RunControl
from app.engine.llama.hardware import physical_cores
from app.engine.llama.llama import LlamaContext, LlamaModel
from app.engine.protocol import DocumentText, LoadSpec, Message, PageText, Prompt, ShownImage
from app.engine.session import Session
from tests.models import projector

_SIDE = 3 * projector.TILE
_ROUNDS = 5


def test_an_image_against_the_multimodal_command_line(tiny_scout: Path, tmp_path: Path) -> None:
    """mtmd_tokenize and mtmd_helper_eval_chunks, as tools/mtmd/mtmd-cli.cpp calls them: the same nine tiles and the
    overview, without the tokens between them. The model is tiny, so that what each path adds weighs much."""
    path = projector.write_projector(tmp_path / "mmproj.gguf")
    noise = np.random.default_rng(0).integers(0, 256, (_SIDE, _SIDE, 3), np.uint8)
    ours, theirs = _ours(tiny_scout, path, noise), _theirs(tiny_scout, path, noise)
    print(
        f"\nan image of 9 tiles and its overview: {ours:.3f} s, {ours / theirs:.2f} times as long as by"
        f" llama.cpp's own path ({theirs:.3f} s)"
    )


def _ours(model: Path, path: Path, noise: Any) -> float:
    """Seconds of encoding and reading one image; the median."""
    session = Session(
        LoadSpec(str(model), context_tokens=4096, projector_path=str(path)), lambda _fraction: True, RunControl()
    )
    rules = Prompt("The rules.", (DocumentText("A book", (PageText("1", "Words."),)),), ())
    spent = []
    for number in range(_ROUNDS + 1):
        image = ShownImage(f"{number:064x}", _SIDE, _SIDE, "")
        prompt = Prompt(rules.rules, rules.documents, (Message("user", "", (image,)),))
        laid = session.tokenizer.lay_out(prompt)
        session.read(laid.tokens[: laid.images[0].start - 1], laid.books, lambda *_: None)
        (wanted,) = session.missing_images(prompt)
        canvas = Raster(_SIDE, _SIDE, noise.tobytes())
        overview = Raster(projector.TILE, projector.TILE, noise[: projector.TILE, : projector.TILE].tobytes())
        begun = time.monotonic()
        session.see(wanted, canvas, overview, lambda *_: None)
        session.read(laid.tokens[: laid.images[-1].end + 1], laid.books, lambda *_: None, laid.images)
        spent.append(time.monotonic() - begun)
    session.close()
    return statistics.median(spent[1:])  # the first one brought the self-test


def _theirs(path: Path, projector_path: Path, noise: Any) -> float:
    model = LlamaModel(path, 0, lambda _fraction: True)
    context = LlamaContext(model, 4096, KvType.F16, physical_cores(), 512)
    api = importlib.import_module("llama_cpp.mtmd_cpp")
    params = api.mtmd_context_params_default()
    params.use_gpu, params.n_threads, params.print_timings, params.warmup = False, physical_cores(), False, False
    seeing = api.mtmd_init_from_file(str(projector_path).encode(), model.handle, params)
    marker = api.mtmd_get_marker(seeing)
    pixels = noise.tobytes()
    spent = []
    for _ in range(_ROUNDS):
        context.remove_from(0)
        begun = time.monotonic()
        bitmap = api.mtmd_bitmap_init(_SIDE, _SIDE, (ctypes.c_uint8 * len(pixels)).from_buffer_copy(pixels))
        chunks = api.mtmd_input_chunks_init()
        text = api.mtmd_input_text(marker, len(marker), False, True)
        assert api.mtmd_tokenize(seeing, chunks, ctypes.byref(text), (ctypes.c_void_p * 1)(bitmap), 1) == 0
        end = ctypes.c_int32()
        status = api.mtmd_helper_eval_chunks(seeing, context.handle, chunks, 0, 0, 512, False, ctypes.byref(end))
        assert status == 0
        assert end.value >= 10 * projector.TOKENS_PER_TILE
        spent.append(time.monotonic() - begun)
        api.mtmd_input_chunks_free(chunks)
        api.mtmd_bitmap_free(bitmap)
    api.mtmd_free(seeing)
    context.close()
    model.close()
    return statistics.median(spent)
