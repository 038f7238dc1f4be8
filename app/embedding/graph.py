"""Graphs that ONNX Runtime computes, and a writer of as much of their format as the encoders of texts need.

Products are computed of bytes, which a processor does several times as fast as of floating-point numbers. The format is
Protocol Buffers': https://github.com/onnx/onnx/blob/main/onnx/onnx.proto has the numbers of the fields.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import onnxruntime

_FORMAT, _OPSET = 9, 20
_KINDS = {"float32": 1, "int8": 3, "int64": 7}  # TensorProto.DataType
_IS_FLOAT, _IS_INT = 1, 2  # AttributeProto.AttributeType
MICROSOFT = "com.microsoft"
"""Operators that only ONNX Runtime has."""

_PARTS = 4
"""The input of an encoder's inner and outer layers is made bytes in this many parts: one number is often ten
times as large as all others, and so makes only its own part coarse."""

Floats = npt.NDArray[np.float32]
_Array = Floats | npt.NDArray[np.int8] | npt.NDArray[np.int64]


class Linear(msgspec.Struct, frozen=True):
    """A layer of sums: `weights` has a row for each number that comes out."""

    weights: Floats
    bias: Floats


class Norm(msgspec.Struct, frozen=True):
    """A factor and a sum for each number of a row that was brought to the same mean and spread."""

    factors: Floats
    bias: Floats


class BertLayer(msgspec.Struct, frozen=True):
    """A layer of BERT's encoder. `seen` makes queries, keys and values of attention, one after the other, `heard` takes
    what it heard, and `inner` and `outer` are the two layers behind it."""

    seen: Linear
    heard: Linear
    heard_norm: Norm
    inner: Linear
    outer: Linear
    outer_norm: Norm


class BertEncoder(msgspec.Struct, frozen=True):
    """BERT's encoder. `norm` is done to the embeddings of tokens and places first."""

    norm: Norm
    layers: tuple[BertLayer, ...]
    heads: int
    epsilon: float


def session(model: bytes | Path) -> onnxruntime.InferenceSession:
    """Start an ONNX session for a file, or for the bytes that would be in one; no thread is started."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it keeps what the longest text once needed
    given = str(model) if isinstance(model, Path) else model
    return onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])


class Graph:
    """Values are meant by their names. One input and one output, both of floats."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def constant(self, values: _Array) -> str:
        name = f"c{len(self._constants)}"
        kind = _KINDS[str(values.dtype)]
        sizes = b"".join(_number(1, size) for size in values.shape)
        self._constants.append(sizes + _number(2, kind) + _text(8, name) + _bytes(9, values.tobytes()))
        return name

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: float) -> str:
        """Add an operation to the graph; return the name of the value that it computes. An input "" is left out."""
        (name,) = self._node(operator, inputs, 1, domain, attributes)
        return name

    def split(self, value: str, parts: int) -> list[str]:
        """Cut each row of a value into parts of the same length."""
        return self._node("Split", (value,), parts, "", {"axis": 2, "num_outputs": parts})

    def product(self, value: str, layer: Linear, parts: int = 1) -> str:
        """Add a layer whose weights are bytes, and for which the rows are made bytes, in so many parts."""
        pieces = [value] if parts == 1 else self.split(value, parts)
        found = ""
        for piece, weights in zip(pieces, np.split(layer.weights, parts, axis=1), strict=True):
            largest = np.maximum(np.abs(weights).max(axis=1), 1e-9).astype(np.float32)
            factors = largest / np.float32(127)
            whole = np.ascontiguousarray(np.rint(weights / factors[:, np.newaxis]).astype(np.int8).T)
            bias = [] if found else ["", self.constant(layer.bias)]
            some = self.node(
                "DynamicQuantizeMatMul", *(piece, self.constant(whole), self.constant(factors), *bias), domain=MICROSOFT
            )
            found = self.node("Add", found, some) if found else some
        return found

    def normal(self, value: str, norm: Norm, epsilon: float, plus: str = "") -> str:
        """Bring each row, or the sum of two values' rows, to the mean 0 and the spread 1, and do what follows."""
        given = self.constant(norm.factors), self.constant(norm.bias)
        if not plus:
            return self.node("LayerNormalization", value, *given, epsilon=epsilon)
        return self.node("SkipLayerNormalization", value, plus, *given, domain=MICROSOFT, epsilon=epsilon)

    def encode(self, value: str, encoder: BertEncoder) -> str:
        """Add BERT's encoder: from the embeddings of tokens in their places comes a vector for each of them."""
        value = self.normal(value, encoder.norm, encoder.epsilon)
        for layer in encoder.layers:
            seen = self.split(self.product(value, layer.seen), 3)
            heard = self.node("MultiHeadAttention", *seen, domain=MICROSOFT, num_heads=encoder.heads)
            value = self.normal(value, layer.heard_norm, encoder.epsilon, self.product(heard, layer.heard))
            inner = self.node("Gelu", self.product(value, layer.inner, _PARTS))
            value = self.normal(value, layer.outer_norm, encoder.epsilon, self.product(inner, layer.outer, _PARTS))
        return value

    def _node(
        self, operator: str, inputs: Sequence[str], outputs: int, domain: str, attributes: Mapping[str, float]
    ) -> list[str]:
        names = [f"v{len(self._nodes)}.{number}" for number in range(outputs)]
        fields = [_text(1, given) for given in inputs] + [_text(2, name) for name in names]
        fields += [_text(4, operator), _text(7, domain)]
        self._nodes.append(b"".join(fields + [_bytes(5, _attribute(*each)) for each in attributes.items()]))
        return names

    def model(self, taken: str, given: str, width: int) -> bytes:
        """Return an ONNX file: from the input `taken`, a batch of one of any number of rows of `width`, comes the
        value `given`."""
        graph = [_bytes(1, node) for node in self._nodes] + [_text(2, "encoder")]
        graph += [_bytes(5, constant) for constant in self._constants]
        rows = _bytes(1, _number(1, 1)) + _bytes(1, _text(2, "rows")) + _bytes(1, _number(1, width))
        graph += [_bytes(11, _value(taken, _bytes(2, rows))), _bytes(12, _value(given))]
        versions: Mapping[str, int] = {"": _OPSET, MICROSOFT: 1}
        sets = [_bytes(8, _text(1, domain) + _number(2, version)) for domain, version in versions.items()]
        return _number(1, _FORMAT) + _bytes(7, b"".join(graph)) + b"".join(sets)


def _value(name: str, shape: bytes = b"") -> bytes:
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, _KINDS["float32"]) + shape))


def _attribute(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, _IS_INT)
    return _text(1, name) + _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, _IS_FLOAT)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(found + bytes((value,)))
