"""The format GGUF: keys and list of tensors at the beginning of a file, read within limits, nothing else of it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from app.core.errors import AppError, Code, Parameter

# The number formats of tensors, as ggml numbers and packs them, and the names of their mixtures.


class TensorType(NamedTuple):
    """A type of numbers: `block_bytes` hold `block` numbers of one row."""

    name: str
    block: int
    block_bytes: int


# number, name, block, block_bytes
_TYPES = """
    0 f32 1 4, 1 f16 1 2, 2 q4_0 32 18, 3 q4_1 32 20, 6 q5_0 32 22, 7 q5_1 32 24, 8 q8_0 32 34, 9 q8_1 32 36,
    10 q2_K 256 84, 11 q3_K 256 110, 12 q4_K 256 144, 13 q5_K 256 176, 14 q6_K 256 210, 15 q8_K 256 292,
    16 iq2_xxs 256 66, 17 iq2_xs 256 74, 18 iq3_xxs 256 98, 19 iq1_s 256 50, 20 iq4_nl 32 18, 21 iq3_s 256 110,
    22 iq2_s 256 82, 23 iq4_xs 256 136, 24 i8 1 1, 25 i16 1 2, 26 i32 1 4, 27 i64 1 8, 28 f64 1 8, 29 iq1_m 256 56,
    30 bf16 1 2, 34 tq1_0 256 54, 35 tq2_0 256 66, 39 mxfp4 32 17, 40 nvfp4 64 36, 41 q1_0 128 18, 42 q2_0 64 18
"""
_MIXTURES = """
    0 F32, 1 F16, 2 Q4_0, 3 Q4_1, 7 Q8_0, 8 Q5_0, 9 Q5_1, 10 Q2_K, 11 Q3_K_S, 12 Q3_K_M, 13 Q3_K_L, 14 Q4_K_S,
    15 Q4_K_M, 16 Q5_K_S, 17 Q5_K_M, 18 Q6_K, 19 IQ2_XXS, 20 IQ2_XS, 21 Q2_K_S, 22 IQ3_XS, 23 IQ3_XXS, 24 IQ1_S,
    25 IQ4_NL, 26 IQ3_S, 27 IQ3_M, 28 IQ2_S, 29 IQ2_M, 30 IQ4_XS, 31 IQ1_M, 32 BF16, 36 TQ1_0, 37 TQ2_0,
    38 MXFP4_MOE, 39 NVFP4, 40 Q1_0, 41 Q2_0
"""

_rows = (row.split() for row in _TYPES.split(","))
TENSOR_TYPES = {int(number): TensorType(name, int(block), int(size)) for number, name, block, size in _rows}
"""Types by number. Source: `enum ggml_type` of ggml.h and `type_traits` of ggml.c; a test compares it with the library
in use. Numbers that are missing are those of formats that ggml has given up."""

TYPE_NAMES = frozenset(kind.name for kind in TENSOR_TYPES.values())

MIXTURES = {int(number): name for number, name in (row.split() for row in _MIXTURES.split(","))}
"""The names for the numbers of `general.file_type`. Source: `enum llama_ftype` of llama.h."""


MAX_HEADER_BYTES = 1 << 27
"""The largest vocabularies take a tenth of it; reading all of it as short strings takes a few seconds."""

BLOCK_BYTES = 1 << 20
"""The least bytes that are read at once."""

MAX_KEYS = 10_000
"""Real files have 30 to 100."""

MAX_KEY_BYTES = 65_535
"""The most bytes of a key, as the format says."""

MAX_TENSORS = 100_000
"""The largest mixtures have two thousand; with a tensor for each expert some tens of thousands."""

MAX_NAME_BYTES = 63
"""The most bytes of a tensor's name: GGML_MAX_NAME in ggml.h, less the null byte."""

MAX_DIMENSIONS = 4
"""GGML_MAX_DIMS in ggml.h."""

MAX_ARRAY_LENGTH = 1 << 24
"""Vocabularies have up to 300,000 tokens, and twice as many merges."""

MAX_KEPT_BYTES = 4_096
"""The most bytes of a text that is kept; a longer one is skipped; only that it is there is kept."""

TEMPLATE_KEY = "tokenizer.chat_template"
MAX_TEMPLATE_BYTES = 1 << 18
"""The most bytes of the one text that may be longer, the chat template: those in use take up to 17,000."""

MAX_KEPT_LENGTH = 1_024
"""The longest array of whole numbers that is kept; a longer one, or one of another type, is skipped; only its length is
kept."""

_MAGIC = b"GGUF"
_VERSIONS = range(2, 4)
_LARGEST = (1 << 63) - 1
_DEFAULT_ALIGNMENT = 32
_ALIGNMENT_KEY = "general.alignment"

_U32, _U64 = struct.Struct("<I"), struct.Struct("<Q")
_STRING, _ARRAY = 8, 9
_UINT32 = 4
_SCALARS = {
    0: struct.Struct("<B"),
    1: struct.Struct("<b"),
    2: struct.Struct("<H"),
    3: struct.Struct("<h"),
    _UINT32: struct.Struct("<I"),
    5: struct.Struct("<i"),
    6: struct.Struct("<f"),
    7: struct.Struct("<?"),
    10: struct.Struct("<Q"),
    11: struct.Struct("<q"),
    12: struct.Struct("<d"),
}
"""Types of values, by number: enum gguf_type of gguf.h."""

_WHOLE_NUMBERS = frozenset({0, 1, 2, 3, _UINT32, 5, 7, 10, 11})


class ByteSource(Protocol):
    """Bytes that can be read in any order: a file, or one that is elsewhere."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes from `offset`, fewer only at the end."""
        ...


class Cursor:
    """A place in the header, and the bytes that follow it as far as they were read."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._end = min(source.size, MAX_HEADER_BYTES)
        self._block = b""
        self._block_start = 0
        self._at = 0  # in the block, or beyond its end

    @property
    def position(self) -> int:
        return self._block_start + self._at

    def skip(self, count: int) -> None:
        """Pass over so many bytes. Raises AppError MODEL_TRUNCATED or MODEL_LIMIT, as all that follow do."""
        if count > self._end - self.position:
            if self._source.size > MAX_HEADER_BYTES and self.position + count <= self._source.size:
                raise problem(Code.MODEL_LIMIT, limit="header_bytes", value=MAX_HEADER_BYTES)
            raise problem(Code.MODEL_TRUNCATED)
        self._at += count

    def take(self, count: int) -> bytes:
        start = self._reach(count)
        return self._block[start : start + count]

    def scalar(self, kind: struct.Struct) -> int | float | bool:
        start = self._reach(kind.size)
        value: int | float | bool = kind.unpack_from(self._block, start)[0]
        return value

    def u32(self) -> int:
        return int(self.scalar(_U32))

    def u64(self) -> int:
        return int(self.scalar(_U64))

    def skip_strings(self, count: int) -> None:
        unpack, width = _U64.unpack_from, _U64.size
        while count:
            block, at = self._block, self._at
            end = len(block) - width
            while count and at <= end:
                after = at + width + unpack(block, at)[0]
                if after > len(block):
                    break
                at, count = after, count - 1
            self._at = at
            if count:
                self.skip(self.u64())
                count -= 1

    def _reach(self, count: int) -> int:
        """Move on by `count` bytes, and make sure that they are in the block; where they begin in it."""
        before = self.position
        self.skip(count)
        if self._at > len(self._block):
            wanted = max(count, min(BLOCK_BYTES, self._end - before))
            self._block, self._block_start = self._source.read(before, wanted), before
            self._at = count
            if len(self._block) < count:  # the file became shorter
                raise problem(Code.MODEL_TRUNCATED)
        return self._at - count


class Array(NamedTuple):
    """An array of so many values; `numbers` are there if they are whole and few enough."""

    length: int
    numbers: tuple[int, ...] = ()


class LongText(NamedTuple):
    """A text that was passed over."""

    bytes: int


Value: TypeAlias = int | float | bool | str | LongText | Array


class Tensor(NamedTuple):
    """A tensor as the header describes it. `dimensions` begin with the length of a row."""

    name: str
    type: TensorType
    dimensions: tuple[int, ...]
    parameters: int
    bytes: int


@dataclass(frozen=True)
class GgufContents:
    """The keys and tensors of a file. `missing_bytes` is how much of the tensors' data is beyond the end of the
    file."""

    keys: dict[str, Value]
    tensors: tuple[Tensor, ...]
    file_bytes: int
    missing_bytes: int


def parse(source: ByteSource) -> GgufContents:
    """Read the header of one file.

    Raises AppError, with an empty `path`: MODEL_NOT_GGUF, MODEL_TRUNCATED (inside the header), MODEL_BYTE_ORDER,
    MODEL_VERSION, MODEL_LIMIT, MODEL_TYPE_UNKNOWN, MODEL_DAMAGED.
    """
    cursor = Cursor(source)
    magic = source.read(0, len(_MAGIC))
    if magic != _MAGIC[: len(magic)]:
        raise problem(Code.MODEL_NOT_GGUF)
    cursor.skip(len(_MAGIC))
    version = cursor.u32()
    if version and not version & 0xFFFF:  # 3 in the other byte order is 0x03000000
        raise problem(Code.MODEL_BYTE_ORDER)
    if version not in _VERSIONS:
        raise problem(Code.MODEL_VERSION, found=version)
    tensor_count = _within("tensors", cursor.u64(), MAX_TENSORS)
    keys = _read_keys(cursor, _within("keys", cursor.u64(), MAX_KEYS))
    alignment = keys.get(_ALIGNMENT_KEY, _DEFAULT_ALIGNMENT)
    if not isinstance(alignment, int) or alignment < 1 or alignment & (alignment - 1):
        raise flaw("alignment")
    tensors, data_bytes = _read_tensors(cursor, tensor_count, alignment)
    data_start = _padded(cursor.position, alignment)
    return GgufContents(keys, tensors, source.size, max(0, data_start + data_bytes - source.size) if tensors else 0)


def _read_keys(cursor: Cursor, count: int) -> dict[str, Value]:
    keys: dict[str, Value] = {}
    for _ in range(count):
        name = _text(cursor.take(_within("key_bytes", cursor.u64(), MAX_KEY_BYTES)))
        if not name:
            raise flaw("key_nameless")
        if name in keys:
            raise flaw("key_twice")
        kind = cursor.u32()
        keys[name] = _read_value(cursor, kind, MAX_TEMPLATE_BYTES if name == TEMPLATE_KEY else MAX_KEPT_BYTES)
        if name == _ALIGNMENT_KEY and kind != _UINT32:
            raise flaw("alignment")
    return keys


def _read_value(cursor: Cursor, kind: int, most_bytes: int) -> Value:
    """Read a value; a text is kept only up to `most_bytes`."""
    if kind in _SCALARS:
        return cursor.scalar(_SCALARS[kind])
    if kind == _STRING:
        size = cursor.u64()
        if size <= most_bytes:
            return _text(cursor.take(size))
        cursor.skip(size)
        return LongText(size)
    if kind == _ARRAY:
        kind, length = cursor.u32(), cursor.u64()
        if kind == _STRING:
            cursor.skip_strings(_within("array_length", length, MAX_ARRAY_LENGTH))
            return Array(length)
        if kind in _SCALARS:  # an array of arrays is none of them
            return _read_numbers(cursor, kind, _within("array_length", length, MAX_ARRAY_LENGTH))
    raise flaw("value_type")


def _read_numbers(cursor: Cursor, kind: int, length: int) -> Array:
    scalar = _SCALARS[kind]
    if kind in _WHOLE_NUMBERS and length <= MAX_KEPT_LENGTH:
        return Array(length, tuple(int(cursor.scalar(scalar)) for _ in range(length)))
    cursor.skip(length * scalar.size)
    return Array(length)


def _read_tensors(cursor: Cursor, count: int, alignment: int) -> tuple[tuple[Tensor, ...], int]:
    """Read the tensors; return them, and where the data of the last one ends, counted from where data begins."""
    tensors: list[Tensor] = []
    names: set[str] = set()
    expected = end = 0
    for _ in range(count):
        tensor = _read_tensor(cursor)
        if tensor.name in names:
            raise flaw("tensor_twice")
        if cursor.u64() != expected:
            raise flaw("tensor_offset")
        names.add(tensor.name)
        tensors.append(tensor)
        end = expected + tensor.bytes
        expected = _padded(end, alignment)
        if expected > _LARGEST:
            raise flaw("tensor_size")
    return tuple(tensors), end


def _read_tensor(cursor: Cursor) -> Tensor:
    """Read all of a tensor but its offset."""
    size = cursor.u64()
    if size > MAX_NAME_BYTES:
        raise flaw("tensor_name")
    name = _text(cursor.take(size))
    count = cursor.u32()
    if count > MAX_DIMENSIONS:
        raise flaw("tensor_dimensions")
    dimensions = tuple(cursor.u64() for _ in range(count)) or (1,)
    number = cursor.u32()
    kind = TENSOR_TYPES.get(number)
    if kind is None:
        raise problem(Code.MODEL_TYPE_UNKNOWN, number=number)
    parameters = 1
    for length in dimensions:
        parameters *= length
        if max(length, parameters) > _LARGEST:
            raise flaw("tensor_size")
    if dimensions[0] % kind.block:
        raise flaw("tensor_dimensions")
    return Tensor(name, kind, dimensions, parameters, parameters // kind.block * kind.block_bytes)


def _text(untrusted_bytes: bytes) -> str:
    return untrusted_bytes.decode("utf-8", "replace")


def _padded(size: int, alignment: int) -> int:
    return -(-size // alignment) * alignment


def _within(limit: str, value: int, most: int) -> int:
    """Return a value that is no more than `most`. Raises AppError MODEL_LIMIT."""
    if value > most:
        raise problem(Code.MODEL_LIMIT, limit=limit, value=most)
    return value


def flaw(name: str) -> AppError:
    """Return the error for a header that contradicts the format or itself; `app.wording` has words for each name."""
    return problem(Code.MODEL_DAMAGED, flaw=name)


def problem(code: Code, **params: Parameter) -> AppError:
    return AppError(code, path="", **params)
