"""The parser of headers: what it reads, what it refuses, and that nothing costs it more than its limits."""

from __future__ import annotations

import ctypes
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import AppError, Code, Problem
from app.engine.llama import llama_loader
from app.models.gguf import container, header
from app.models.gguf.container import TENSOR_TYPES, Array
from app.models.gguf.protocol import Compose, HeaderRead, PartRead, ReadPart
from app.models.gguf.worker import HeaderHandler
from app.wording.errors import sentence
from tests.models import forge
from tests.models.forge import Bytes

MUTANTS = 400
FINDINGS = frozenset({
    Code.MODEL_NOT_GGUF, Code.MODEL_TRUNCATED, Code.MODEL_INCOMPLETE, Code.MODEL_BYTE_ORDER, Code.MODEL_VERSION,
    Code.MODEL_TYPE_UNKNOWN, Code.MODEL_DAMAGED, Code.MODEL_LIMIT, Code.MODEL_PARTS_DIFFER,
})  # fmt: skip


def found(content: bytes) -> Problem | None:
    """Return the problem that the child would tell of a file with these bytes; None for a header."""
    bench = HeaderHandler([Bytes(content)])
    event = bench.carry_out(ReadPart(0))
    if isinstance(event, PartRead):
        event = bench.carry_out(Compose())
    if isinstance(event, HeaderRead):
        return None
    problem = getattr(event, "problem", None)
    assert isinstance(problem, Problem)
    assert problem.code in FINDINGS, problem
    assert "{" not in sentence(problem)
    return problem


def code(content: bytes) -> Code | None:
    problem = found(content)
    return problem.code if problem else None


def flaw(forgery: forge.Forgery) -> object:
    problem = found(forgery.content())
    assert problem is not None
    assert problem.code is Code.MODEL_DAMAGED, problem
    return problem.params["flaw"]


def limit(forgery: forge.Forgery) -> object:
    problem = found(forgery.content())
    assert problem is not None
    assert problem.code is Code.MODEL_LIMIT, problem
    return problem.params["limit"]


def test_all_kinds_of_values_are_read_or_passed_over() -> None:
    contents = container.parse(Bytes(forge.forge().content()))
    assert contents.keys["general.name"] == "Forged"
    assert contents.keys["llama.context_length"] == 4096
    assert contents.keys["llama.attention.head_count_kv"] == Array(2, (2, 1))
    assert contents.keys["tokenizer.ggml.tokens"] == Array(4)
    assert contents.keys["tokenizer.ggml.scores"] == Array(4)
    assert contents.keys["tokenizer.chat_template"] == "x" * 5000
    assert [(tensor.name, tensor.parameters, tensor.bytes) for tensor in contents.tensors] == [
        ("token_embd.weight", 256, 1024),
        ("blk.0.attn_q.weight", 4096, 2304),
        ("blk.1.ffn_up.weight", 64, 256),
    ]
    assert contents.missing_bytes == 0


def test_what_the_forged_header_says() -> None:
    told = header.compose([container.parse(Bytes(forge.forge().content()))])
    assert (told.layers, told.width, told.heads, told.kv_heads) == (2, 64, (4, 4), (2, 1))
    assert (told.key_length, told.value_length, told.vocabulary) == (16, 16, 4)
    assert (told.parameters, told.tied, told.has_template) == (4416, True, True)
    assert told.quantization == "Q4_0"  # the type of most bytes, since no file type is written down


@pytest.mark.parametrize("block_bytes", [1, 7, 64, 4096])
def test_nothing_depends_on_where_blocks_of_reading_end(monkeypatch: pytest.MonkeyPatch, block_bytes: int) -> None:
    content = forge.forge().content()
    whole = container.parse(Bytes(content))
    monkeypatch.setattr(container, "BLOCK_BYTES", block_bytes)
    assert container.parse(Bytes(content)) == whole


# ---- cut short -------------------------------------------------------------------------------------------------


def test_a_header_cut_at_any_boundary_or_within_a_piece_is_cut_short() -> None:
    forgery = forge.forge()
    content = forgery.content()
    ends = forgery.boundaries
    cuts = {
        0,
        1,
        3,
        *ends[:-1],
        *(end - 1 for end in ends),
        *(end + 3 for end in ends[:-1]),
        *(e + 9 for e in ends[:-1]),
    }
    assert {code(content[:cut]) for cut in cuts} == {Code.MODEL_TRUNCATED}


@pytest.mark.parametrize("missing", [1, 255, 256, forge.DATA_BYTES, forge.DATA_BYTES + 5])
def test_a_download_cut_short_tells_how_many_bytes_are_missing(missing: int) -> None:
    forgery = forge.forge([*forge.KEYS, forge.string("general.author", "A. Author")])
    content = forgery.content()
    assert len(content) - missing >= forgery.boundaries[-1]
    assert found(content[:-missing]) == Problem(Code.MODEL_INCOMPLETE, {"path": "", "missing_bytes": missing})


def test_what_follows_the_data_does_no_harm() -> None:
    assert found(forge.forge().content() + b"more") is None


def test_a_file_that_shrinks_while_it_is_read_is_cut_short() -> None:
    class Shrinking(Bytes):
        def read(self, offset: int, size: int) -> bytes:
            return super().read(offset, min(size, max(0, 300 - offset)))

    with pytest.raises(AppError) as told:
        container.parse(Shrinking(forge.forge().content()))
    assert told.value.code is Code.MODEL_TRUNCATED


# ---- lies ------------------------------------------------------------------------------------------------------


def test_other_files_and_other_versions() -> None:
    assert code(b"<!DOCTYPE html>") is Code.MODEL_NOT_GGUF
    assert code(forge.forge(magic=b"FUGG").content()) is Code.MODEL_NOT_GGUF
    assert code(forge.forge(version=3 << 24).content()) is Code.MODEL_BYTE_ORDER
    assert found(forge.forge(version=2).content()) is None
    for version in (0, 1, 4, 4711, 0xFFFFFFFF):
        problem = Problem(Code.MODEL_VERSION, {"path": "", "found": version})
        assert found(forge.forge(version=version).content()) == problem


def test_counts_are_limited_before_anything_is_read() -> None:
    for count in (1 << 20, 1 << 60, (1 << 64) - 1):
        assert limit(forge.forge(tensor_count=count)) == "tensors"
        assert limit(forge.forge(key_count=count)) == "keys"
        array = forge.array("tokenizer.ggml.tokens", forge.STRING, [], count << 5 & (1 << 64) - 1 or count)
        assert limit(forge.forge([*forge.KEYS[:7], array])) == "array_length"
    assert code(forge.forge(key_count=9_999).content()) in (Code.MODEL_TRUNCATED, Code.MODEL_DAMAGED, Code.MODEL_LIMIT)


@pytest.mark.parametrize("length", [1 << 40, 1 << 62, 1 << 63, (1 << 64) - 1, (1 << 64) - 8])
def test_absurd_lengths_are_not_believed(length: int) -> None:
    as_name = forge.u64(length) + b"general.name"
    assert limit(forge.forge([as_name])) == "key_bytes"
    as_value = forge.key("general.name", forge.STRING, forge.u64(length) + b"x")
    assert code(forge.forge([*forge.KEYS[:1], as_value]).content()) is Code.MODEL_TRUNCATED
    as_token = forge.array("tokenizer.ggml.tokens", forge.STRING, [forge.text("a"), forge.u64(length)])
    assert code(forge.forge([*forge.KEYS[:1], as_token]).content()) is Code.MODEL_TRUNCATED
    as_tensor = forge.u64(length) + b"token_embd"
    assert flaw(forge.forge(tensors=[as_tensor])) == "tensor_name"


def test_arrays_of_arrays_are_refused_however_deep() -> None:
    for depth in (1, 300):
        nested = forge.u32(forge.ARRAY) + (forge.u32(forge.ARRAY) + forge.u64(1)) * depth
        assert flaw(forge.forge([*forge.KEYS, forge.text("deep") + nested])) == "value_type"
    assert flaw(forge.forge([*forge.KEYS, forge.key("odd", 13, b"\0" * 8)])) == "value_type"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([forge.string("general.architecture", "qwen3")], "key_twice"),
        ([forge.string("", "x")], "key_nameless"),
        ([forge.number("general.alignment", 0)], "alignment"),
        ([forge.number("general.alignment", 48)], "alignment"),
        ([forge.number("general.alignment", 32, forge.UINT64)], "alignment"),
        ([forge.string("general.alignment", "32")], "alignment"),
        ([forge.string("llama.expert_count", "16")], "value"),
        ([forge.number("llama.expert_count", -1, forge.INT32)], "value"),
        ([forge.number("llama.vocab_size", 1, forge.BOOL), forge.number("llama.expert_count", 1, forge.BOOL)], "value"),
        ([forge.number("llama.expert_count", (1 << 64) - 1, forge.UINT64)], "value"),
        ([forge.key("llama.expert_count", forge.FLOAT32, forge.scalar(forge.FLOAT32, float("nan")))], "value"),
        ([forge.array("llama.attention.key_length", forge.UINT32, [forge.u32(64)])], "value"),
        ([forge.number("tokenizer.ggml.model", 1)], "value"),
    ],
)  # fmt: skip
def test_keys_that_cannot_be(keys: list[bytes], expected: str) -> None:
    assert flaw(forge.forge([*forge.KEYS, *keys])) == expected


def test_numbers_for_layers_have_one_for_each() -> None:
    short = forge.array("llama.attention.head_count_kv", forge.INT32, [forge.u32(2)] * 3)
    assert flaw(forge.forge([*forge.KEYS[:6], short])) == "layer_numbers"
    texts = forge.array("llama.attention.head_count_kv", forge.STRING, [forge.text("2")] * 2)
    assert flaw(forge.forge([*forge.KEYS[:6], texts])) == "layer_numbers"
    many = forge.number("llama.block_count", 4_000_000_000)
    assert limit(forge.forge([*forge.KEYS[:2], many])) == "layers"
    assert flaw(forge.forge(forge.KEYS[1:])) == "architecture"
    assert limit(forge.forge([forge.string("general.architecture", "x" * 5000)])) == "text_bytes"


@pytest.mark.parametrize(
    ("tensors", "expected"),
    [
        ([forge.tensor("a" * 64, (64,))], "tensor_name"),
        ([forge.tensor("a", (64,)), forge.tensor("a", (64,), offset=256)], "tensor_twice"),
        ([forge.tensor("a", (1, 1, 1, 1, 1))], "tensor_dimensions"),
        ([forge.text("a") + forge.u32((1 << 32) - 1)], "tensor_dimensions"),
        ([forge.tensor("a", (100,), forge.Q4_K)], "tensor_dimensions"),
        ([forge.tensor("a", (1 << 63,))], "tensor_size"),
        ([forge.tensor("a", (1 << 32, 1 << 32))], "tensor_size"),
        ([forge.tensor("a", (1 << 62,))], "tensor_size"),
        ([forge.tensor("a", (64,), offset=32)], "tensor_offset"),
        ([forge.tensor("a", (64,)), forge.tensor("b", (64,), offset=0)], "tensor_offset"),
        ([forge.tensor("a", (64,)), forge.tensor("b", (64,), offset=(1 << 64) - 32)], "tensor_offset"),
    ],
)
def test_tensors_that_cannot_be(tensors: list[bytes], expected: str) -> None:
    assert flaw(forge.forge(tensors=tensors)) == expected


def test_unknown_types_of_tensors_are_named() -> None:
    for number in (4, 31, 99, 0xFFFFFFFF):
        forged = forge.forge(tensors=[forge.tensor("a", (64,), number)])
        assert found(forged.content()) == Problem(Code.MODEL_TYPE_UNKNOWN, {"path": "", "number": number})


def test_names_are_no_paths_and_bytes_that_are_no_text_do_no_harm() -> None:
    keys = [forge.KEYS[0], forge.string("general.name", "../../etc/passwd"), *forge.KEYS[2:]]
    assert header.compose([container.parse(Bytes(forge.forge(keys).content()))]).untrusted_name == "../../etc/passwd"
    keys[1] = forge.string("general.name", b"\xff\xfe\x00ab\xed\xa0\x80")
    assert found(forge.forge([*keys, forge.string(b"\xff", "x")]).content()) is None


def test_the_largest_header_ends_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MAX_HEADER_BYTES", 4096)
    assert limit(forge.forge()) == "header_bytes"


# ---- mutants ---------------------------------------------------------------------------------------------------


def mutate(content: bytes, header_bytes: int, luck: random.Random) -> bytes:
    """Bytes changed, whole numbers replaced by extreme ones, stretches removed, repeated or moved."""
    changed = bytearray(content)
    for _ in range(luck.randint(1, 4)):
        at = luck.randrange(header_bytes)
        match luck.randrange(5):
            case 0:
                changed[at] ^= 1 << luck.randrange(8)
            case 1:
                changed[at : at + 8] = luck.choice((0, 1, 1 << 31, 1 << 32, 1 << 63, (1 << 64) - 1)).to_bytes(
                    8, "little"
                )
            case 2:
                del changed[at : at + luck.randint(1, 40)]
            case 3:
                changed[at:at] = changed[at : at + luck.randint(1, 40)]
            case 4:
                changed[at] = luck.randrange(256)
    return bytes(changed)


def accepts(path: Path) -> bool:
    """Whether llama.cpp's own parser takes the file."""
    api = llama_loader.bindings()._lib
    handle = api.gguf_init_from_file(os.fsencode(path), llama_loader.GgufParams(True, None))
    if handle:
        api.gguf_free(ctypes.c_void_p(handle))
    return bool(handle)


def test_every_mutant_is_a_header_or_a_sentence_and_none_is_taken_that_llama_cpp_refuses(tmp_path: Path) -> None:
    forgery = forge.forge()
    content, header_bytes = forgery.content(), forgery.boundaries[-1]
    path, luck = tmp_path / "mutant.gguf", random.Random(6)
    path.write_bytes(content)
    assert accepts(path)
    outcomes = []
    for _ in range(MUTANTS):
        mutant = mutate(content, header_bytes, luck)
        outcomes.append(code(mutant))
        if outcomes[-1] is None:
            path.write_bytes(mutant)
            assert accepts(path)
    assert {None, Code.MODEL_TRUNCATED, Code.MODEL_DAMAGED, Code.MODEL_LIMIT} <= set(outcomes)


@given(st.binary(max_size=600))
@settings(max_examples=200, deadline=None)
def test_any_bytes_after_a_beginning_are_a_header_or_a_sentence(rest: bytes) -> None:
    found(b"GGUF" + forge.u32(3) + rest)
    found(b"GGUF" + forge.u32(3) + forge.u64(0) + forge.u64(2) + forge.KEYS[0] + rest)


_numbers = st.integers(0, (1 << 64) - 1)


@given(
    st.lists(st.tuples(st.text(max_size=70), st.lists(_numbers, max_size=5), st.integers(0, 50), _numbers), max_size=4)
)
@settings(max_examples=200, deadline=None)
def test_any_list_of_tensors_is_a_header_or_a_sentence(tensors: list[tuple[str, list[int], int, int]]) -> None:
    found(forge.forge(tensors=[forge.tensor(*each) for each in tensors]).content())


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from([forge.F32, forge.Q4_0, forge.Q4_K])), max_size=6))
@settings(max_examples=50, deadline=None)
def test_sound_tensors_are_weighed_to_the_byte(rows: list[tuple[int, int]]) -> None:
    tensors, expected, offset = [], 0, 0
    for number, (count, kind) in enumerate(rows):
        tensors.append(forge.tensor(f"blk.0.t{number}.weight", (256, count), kind, offset))
        size = {forge.F32: 1024, forge.Q4_0: 144, forge.Q4_K: 144}[kind] * count
        expected, offset = expected + size, -(-(offset + size) // 32) * 32
    content = forge.forge(tensors=tensors, data_bytes=offset).content()
    told = header.compose([container.parse(Bytes(content))])
    assert sum(weights.bytes for weights in told.weights) == expected
    assert told.parameters == sum(256 * count for count, _kind in rows)


def test_types_are_as_wide_as_in_the_library_in_use() -> None:
    api = llama_loader.bindings()._lib
    api.ggml_type_name.restype, api.ggml_type_name.argtypes = ctypes.c_char_p, [ctypes.c_int]
    api.ggml_type_size.restype, api.ggml_type_size.argtypes = ctypes.c_size_t, [ctypes.c_int]
    api.ggml_blck_size.restype, api.ggml_blck_size.argtypes = ctypes.c_int64, [ctypes.c_int]
    known = range(43)  # GGML_TYPE_COUNT
    sizes = {n: (api.ggml_type_name(n).decode(), api.ggml_blck_size(n), api.ggml_type_size(n)) for n in known}
    assert {number: tuple(kind) for number, kind in TENSOR_TYPES.items()} == {n: s for n, s in sizes.items() if s[1]}
