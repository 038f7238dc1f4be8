"""Headers of GGUF files built piece by piece, so that any of them can be wrong; layout as in `docs/gguf.md` of ggml."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

UINT8, INT8, UINT16, INT16, UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY, UINT64, INT64, FLOAT64 = range(13)
F32, Q4_0, Q4_K = 0, 2, 12
ALIGNMENT = 32

_FORMATS = {
    UINT8: "<B", INT8: "<b", UINT16: "<H", INT16: "<h", UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?",
    UINT64: "<Q", INT64: "<q", FLOAT64: "<d",
}  # fmt: skip


@dataclass(frozen=True)
class Bytes:
    """A source of bytes in memory."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, offset: int, size: int) -> bytes:
        return self.content[offset : offset + size]


def u32(value: int) -> bytes:
    return struct.pack("<I", value)


def u64(value: int) -> bytes:
    return struct.pack("<Q", value)


def text(content: str | bytes) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return u64(len(raw)) + raw


def scalar(kind: int, value: float) -> bytes:
    return struct.pack(_FORMATS[kind], value)


def key(name: str | bytes, kind: int, value: bytes) -> bytes:
    return text(name) + u32(kind) + value


def number(name: str, value: int, kind: int = UINT32) -> bytes:
    return key(name, kind, scalar(kind, value))


def string(name: str | bytes, value: str | bytes) -> bytes:
    return key(name, STRING, text(value))


def array(name: str, kind: int, values: Sequence[bytes], length: int | None = None) -> bytes:
    return key(name, ARRAY, u32(kind) + u64(len(values) if length is None else length) + b"".join(values))


def tensor(name: str | bytes, dimensions: Sequence[int], kind: int = F32, offset: int = 0) -> bytes:
    return text(name) + u32(len(dimensions)) + b"".join(map(u64, dimensions)) + u32(kind) + u64(offset)


@dataclass(frozen=True)
class Forgery:
    """A header by its pieces, and the data after it. `boundaries`: where each piece ends."""

    pieces: tuple[bytes, ...]
    data_bytes: int

    @property
    def boundaries(self) -> list[int]:
        return list(accumulate(map(len, self.pieces)))

    def content(self, alignment: int = ALIGNMENT) -> bytes:
        header = b"".join(self.pieces)
        return header + bytes(-len(header) % alignment + self.data_bytes)


KEYS = (
    string("general.architecture", "llama"),
    string("general.name", "Forged"),
    number("llama.block_count", 2),
    number("llama.context_length", 4096, UINT64),
    number("llama.embedding_length", 64),
    number("llama.attention.head_count", 4),
    array("llama.attention.head_count_kv", INT32, [scalar(INT32, 2), scalar(INT32, 1)]),
    array("tokenizer.ggml.tokens", STRING, [text("a"), text(""), text("かな"), text("d" * 300)]),
    array("tokenizer.ggml.scores", FLOAT32, [scalar(FLOAT32, 0.5)] * 4),
    key("tokenizer.chat_template", STRING, text("x" * 5000)),
)
TENSORS = (
    tensor("token_embd.weight", (64, 4), F32, 0),
    tensor("blk.0.attn_q.weight", (64, 64), Q4_0, 1024),
    tensor("blk.1.ffn_up.weight", (64, 1), F32, 3328),
)
DATA_BYTES = 3328 + 256


def forge(
    keys: Sequence[bytes] = KEYS,
    tensors: Sequence[bytes] = TENSORS,
    *,
    magic: bytes = b"GGUF",
    version: int = 3,
    key_count: int | None = None,
    tensor_count: int | None = None,
    data_bytes: int = DATA_BYTES,
) -> Forgery:
    """A header, sound unless it is told otherwise; the counts are true if not given."""
    start = (
        magic,
        u32(version),
        u64(len(tensors) if tensor_count is None else tensor_count),
        u64(len(keys) if key_count is None else key_count),
    )
    return Forgery((*start, *keys, *tensors), data_bytes)
