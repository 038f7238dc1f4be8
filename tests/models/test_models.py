"""The tiny models behave as the real ones do where it matters: they load, read, write, and tell near keys from far."""

from __future__ import annotations

import ctypes
import importlib
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.llama.llama_loader import bindings
from tests.models import broken, chatml, llama4, projector, vocabulary

Logits = npt.NDArray[np.float32]

_SLICE = 512
_CACHE_TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}  # ggml.h: enum ggml_type
_WRITERS: dict[str, Callable[..., Path]] = {
    "scout": llama4.write_scout,
    "maverick": llama4.write_maverick,
    "chatml": chatml.write_chatml,
}


class Reader:
    """A model with one context, driven through llama.cpp's C interface alone. Everything on one thread."""

    def __init__(self, path: Path, context: int = 2048, cache: str = "f16") -> None:
        self.api = bindings()
        self.model = self.api.llama_model_load_from_file(os.fsencode(path), self.api.llama_model_default_params())
        assert self.model
        self.vocab = self.api.llama_model_get_vocab(self.model)
        params = self.api.llama_context_default_params()
        params.n_ctx = context
        params.n_batch = params.n_ubatch = _SLICE
        params.n_seq_max = params.n_outputs_max = 1
        params.n_threads = params.n_threads_batch = 1
        params.flash_attn_type = self.api.LLAMA_FLASH_ATTN_TYPE_ENABLED
        params.type_k = params.type_v = _CACHE_TYPES[cache]
        params.swa_full = False
        self.context = self.api.llama_init_from_model(self.model, params)
        assert self.context
        self.memory = self.api.llama_get_memory(self.context)
        self.batch = self.api.llama_batch_init(_SLICE, 0, 1)

    def close(self) -> None:
        self.api.llama_batch_free(self.batch)
        self.api.llama_free(self.context)
        self.api.llama_model_free(self.model)

    def tokenize(self, text: str, special: bool = False) -> list[int]:
        content = text.encode()
        buffer = (ctypes.c_int32 * (len(content) + 1))()
        count = self.api.llama_tokenize(self.vocab, content, len(content), buffer, len(buffer), False, special)
        return list(buffer[:count])

    def spell(self, tokens: Sequence[int]) -> bytes:
        buffer = ctypes.create_string_buffer(64)
        sizes = [
            (self.api.llama_token_to_piece(self.vocab, token, buffer, 64, 0, False), buffer.raw) for token in tokens
        ]
        return b"".join(raw[:size] for size, raw in sizes)

    def is_control(self, token: int) -> bool:
        return bool(self.api.llama_vocab_is_control(self.vocab, token))

    def read(self, tokens: Sequence[int], position: int) -> Logits:
        """Decode `tokens` from `position` on; the logits after the last."""
        for start in range(0, len(tokens), _SLICE):
            part = tokens[start : start + _SLICE]
            self.batch.n_tokens = len(part)
            for i, token in enumerate(part):
                self.batch.token[i], self.batch.pos[i] = token, position + start + i
                self.batch.n_seq_id[i], self.batch.seq_id[i][0] = 1, 0
                self.batch.logits[i] = i == len(part) - 1 and start + len(part) == len(tokens)
            assert self.api.llama_decode(self.context, self.batch) == 0
        count = self.api.llama_vocab_n_tokens(self.vocab)
        return np.ctypeslib.as_array(self.api.llama_get_logits_ith(self.context, -1), (count,)).copy()

    def write(self, prompt: Sequence[int], count: int, seed: int | None = None) -> list[int]:
        """Read a prompt from the start and add up to `count` tokens: greedy, or sampled at temperature 1."""
        self.api.llama_memory_clear(self.memory, False)
        self.read(prompt, 0)
        api = self.api
        sampler = api.llama_sampler_init_greedy() if seed is None else api.llama_sampler_init_dist(seed)
        written: list[int] = []
        while len(written) < count:
            token = self.api.llama_sampler_sample(sampler, self.context, -1)
            if self.api.llama_vocab_is_eog(self.vocab, token):
                break
            written.append(token)
            self.read([token], len(prompt) + len(written) - 1)
        self.api.llama_sampler_free(sampler)
        return written

    def forget(self, start: int, end: int) -> None:
        assert self.api.llama_memory_seq_rm(self.memory, 0, start, end)

    def key(self, name: str) -> str:
        buffer = ctypes.create_string_buffer(256)
        assert self.api.llama_model_meta_val_str(self.model, name.encode(), buffer, len(buffer)) >= 0
        return buffer.value.decode()

    def render(self, role: str, text: str) -> str:
        """One message and the opening of the answer, in the format that llama.cpp finds in the model's template."""
        message = (self.api.llama_chat_message * 1)(self.api.llama_chat_message(role.encode(), text.encode()))
        template = self.api.llama_model_chat_template(self.model, None)
        buffer = ctypes.create_string_buffer(1024)
        size = self.api.llama_chat_apply_template(template, message, 1, True, buffer, len(buffer))
        assert size > 0
        return buffer.raw[:size].decode()


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("tiny")
    return {name: write(folder / f"{name}.gguf") for name, write in _WRITERS.items()}


@pytest.fixture(scope="module")
def scout(paths: dict[str, Path]) -> Iterator[Reader]:
    reader = Reader(paths["scout"])
    yield reader
    reader.close()


def prose(reader: Reader, count: int) -> list[int]:
    """`count` random tokens of words, ended by an empty line."""
    words = range(0x101, len(vocabulary.build(())))
    return random.Random(count).choices(words, k=count - 1) + reader.tokenize("\n\n")


@pytest.mark.parametrize("write", [*_WRITERS.values(), projector.write_projector])
def test_a_seed_is_a_file(write: Callable[..., Path], tmp_path: Path) -> None:
    one, same, other = (write(tmp_path / str(n), seed).read_bytes() for n, seed in enumerate((1, 1, 2)))
    assert one == same
    assert one != other


@pytest.mark.parametrize(
    ("name", "experts", "step", "routed"), [("scout", "16", "1", range(8)), ("maverick", "128", "2", range(1, 8, 2))]
)
def test_llama4_is_what_llama_cpp_sees(
    name: str, experts: str, step: str, routed: range, paths: dict[str, Path]
) -> None:
    import gguf

    reader = Reader(paths[name])
    assert reader.key("general.architecture") == "llama4"
    assert reader.key("llama4.expert_count") == experts
    assert reader.key("llama4.expert_used_count") == "1"
    assert reader.key("llama4.interleave_moe_layer_step") == step
    assert reader.api.llama_model_n_swa(reader.model) == llama4.CHUNK
    assert reader.api.llama_model_n_layer(reader.model) == llama4.LAYERS
    assert reader.api.llama_model_n_embd(reader.model) == llama4.WIDTH
    assert reader.api.llama_model_n_ctx_train(reader.model) == 10_485_760
    reader.close()
    names = {tensor.name for tensor in gguf.GGUFReader(paths[name]).tensors}
    assert [layer for layer in range(8) if f"blk.{layer}.ffn_gate_exps.weight" in names] == list(routed)


def test_llama4_format(scout: Reader) -> None:
    rendered = scout.render("user", "Who?")
    assert rendered == ("<|header_start|>user<|header_end|>\n\nWho?<|eot|><|header_start|>assistant<|header_end|>\n\n")
    assert scout.spell([scout.api.llama_vocab_bos(scout.vocab)]) == b""
    assert scout.api.llama_vocab_bos(scout.vocab) == scout.tokenize(llama4.BEGIN, special=True)[0]
    ends = {text for text in llama4.CONTROL if scout.api.llama_vocab_is_eog(scout.vocab, *scout.tokenize(text, True))}
    assert ends == {llama4.END_OF_TEXT, llama4.END_OF_TURN}  # what llama.cpp knows by itself


def test_chatml_is_another_family(paths: dict[str, Path]) -> None:
    reader = Reader(paths["chatml"])
    assert reader.key("general.architecture") == "llama"
    assert reader.api.llama_model_n_swa(reader.model) == 0
    assert reader.render("user", "Who?") == "<|im_start|>user\nWho?<|im_end|>\n<|im_start|>assistant\n"
    assert len(set(reader.write(prose(reader, 50), 40))) > 5
    reader.close()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(llama4.CONTROL)))
@settings(max_examples=200, deadline=None)
def test_text_comes_back_and_is_never_control(scout: Reader, parts: list[str]) -> None:
    text = "".join(parts)
    tokens = scout.tokenize(text)
    assert scout.spell(tokens) == text.encode()
    assert not any(map(scout.is_control, tokens))


@pytest.mark.parametrize("text", llama4.CONTROL)
def test_special_tokens_are_one_control_token_when_asked_for(scout: Reader, text: str) -> None:
    [token] = scout.tokenize(text, special=True)
    assert scout.is_control(token)
    assert len(scout.tokenize(text)) > 1


def test_words_are_shorter_than_their_letters(scout: Reader) -> None:
    assert len(scout.tokenize(" the reader took the book")) < len(" the reader took the book") / 2


def test_every_ordinary_token_spells_its_bytes(scout: Reader) -> None:
    words = vocabulary.build(llama4.CONTROL)
    for token in range(len(words) - len(words.control)):
        assert scout.spell([token]) == words.bytes_of(token)


@pytest.mark.parametrize("cache", _CACHE_TYPES)
@pytest.mark.parametrize("name", ["scout", "maverick"])
def test_writes_with_every_cache_type(name: str, cache: str, paths: dict[str, Path]) -> None:
    reader = Reader(paths[name], cache=cache)
    prompt = prose(reader, 300)
    greedy = reader.write(prompt, 100)
    sampled = reader.write(prompt, 100, seed=7)
    assert len(greedy) == len(sampled) == 100  # no end
    assert len(set(greedy)) > 3
    assert len(set(sampled)) > 40
    assert reader.write(prompt, 100, seed=7) == sampled
    assert reader.write(prompt, 20, seed=8) != sampled[:20]
    reader.close()


def test_logits_spread_and_endings_are_out_of_reach(scout: Reader) -> None:
    scout.api.llama_memory_clear(scout.memory, False)
    logits = scout.read(prose(scout, 700), 0)
    ordinary, control = logits[: -len(llama4.CONTROL)], logits[-len(llama4.CONTROL) :]
    assert np.isfinite(logits).all()
    assert 1.5 < ordinary.std() < 4
    assert max(control) < max(ordinary) - 15


def test_answers_end_where_that_was_asked_for(tmp_path: Path) -> None:
    reader = Reader(llama4.write_scout(tmp_path / "ends.gguf", ends_with=llama4.END_OF_TURN))
    lengths = [len(reader.write(prose(reader, 60), 500, seed)) for seed in range(8)]
    assert max(lengths) < 500
    assert len(set(lengths)) > 3
    assert sum(lengths) > 40
    reader.close()


def test_near_and_far_keys_matter(tiny_scout_fast: Path) -> None:
    """Past the first chunk, the local layers see their own chunk alone, and the global ones everything."""
    reader = Reader(tiny_scout_fast, context=10_240)
    *before, last = prose(reader, llama4.CHUNK + 400)
    position = len(before)
    reader.read(before, 0)
    whole = reader.read([last], position)

    def without(start: int, end: int) -> float:
        """The largest change of a logit when the keys from `start` to `end` are missing."""
        reader.forget(llama4.CHUNK, -1)
        reader.read(before[llama4.CHUNK :], llama4.CHUNK)
        reader.forget(start, end)
        return float(np.abs(reader.read([last], position) - whole).max())

    nothing = without(position, -1)
    near = without(llama4.CHUNK, position - 1)
    far = without(0, llama4.CHUNK)
    reader.close()
    assert nothing < 0.05
    assert near > 0.5
    assert far > 0.5


def test_projector_turns_a_tile_into_embeddings(paths: dict[str, Path], tmp_path: Path) -> None:
    reader = Reader(paths["scout"])
    vision = importlib.import_module("llama_cpp.mtmd_cpp")
    log = reader.api.llama_log_callback(lambda _level, _text, _data: None)
    vision.mtmd_log_set(log, None)
    params = vision.mtmd_context_params_default()
    params.use_gpu = params.print_timings = params.warmup = False
    params.n_threads = 1
    path = projector.write_projector(tmp_path / "projector.gguf")
    context = vision.mtmd_init_from_file(os.fsencode(path), reader.model, params)
    assert context
    assert vision.mtmd_support_vision(context)
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 256, (2, projector.TILE, projector.TILE, 3), np.uint8)
    embeddings = [_encode(vision, context, tile) for tile in (first, first, second)]
    vision.mtmd_free(context)
    vision.mtmd_log_set(reader.api.llama_log_callback(), None)
    reader.close()
    assert all(np.isfinite(found).all() and found.std() > 0.05 for found in embeddings)
    assert np.array_equal(embeddings[0], embeddings[1])
    assert np.abs(embeddings[0] - embeddings[2]).max() > 0.05


def _encode(vision: Any, context: Any, tile: npt.NDArray[np.uint8]) -> Logits:
    """The embeddings [144, WIDTH] of one RGB tile."""
    bitmap = vision.mtmd_bitmap_init(
        projector.TILE, projector.TILE, tile.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
    )
    marker = vision.mtmd_default_marker()
    text = vision.mtmd_input_text(marker, len(marker), False, True)
    chunks = vision.mtmd_input_chunks_init()
    bitmaps = (vision.mtmd_bitmap_p_ctypes * 1)(bitmap)
    assert vision.mtmd_tokenize(context, chunks, ctypes.byref(text), bitmaps, 1) == 0
    found = [vision.mtmd_input_chunks_get(chunks, n) for n in range(vision.mtmd_input_chunks_size(chunks))]
    [image] = [it for it in found if vision.mtmd_input_chunk_get_type(it) == vision.MTMD_INPUT_CHUNK_TYPE_IMAGE]
    assert vision.mtmd_input_chunk_get_n_tokens(image) == projector.TOKENS_PER_TILE
    assert vision.mtmd_encode_chunk(context, image) == 0
    shape = (projector.TOKENS_PER_TILE, llama4.WIDTH)
    embeddings = np.ctypeslib.as_array(vision.mtmd_get_output_embd(context), shape).copy()
    vision.mtmd_input_chunks_free(chunks)
    vision.mtmd_bitmap_free(bitmap)
    return embeddings


_LOAD = """
import sys
from app.engine.llama.llama_loader import bindings
api = bindings()
for path in sys.argv[1:]:
    print("loaded" if api.llama_model_load_from_file(path.encode(), api.llama_model_default_params()) else "refused")
"""


def _load_in_child(*paths: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GGML_NO_BACKTRACE": "1"}
    argv = [sys.executable, "-c", _LOAD, *map(str, paths)]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_broken_files_are_refused(paths: dict[str, Path], tmp_path: Path) -> None:
    files = [write(tmp_path / write.__name__) for write in broken.ALL]
    child = _load_in_child(*files, projector.write_projector(tmp_path / "projector"), paths["scout"])
    assert child.returncode == 0
    assert child.stdout.split() == ["refused"] * (len(files) + 1) + ["loaded"]


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_aborting_file_ends_the_process_that_loads_it(tmp_path: Path) -> None:
    child = _load_in_child(broken.write_aborting(tmp_path / "aborting"))
    assert child.returncode < 0
    assert child.stdout == ""
