"""Graphs that ONNX Runtime computes, and a writer of as much of their format as a transformer's encoder needs.

The format is Protocol Buffers': https://github.com/onnx/onnx/blob/main/onnx/onnx.proto has the numbers of the fields.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

_FORMAT, _OPSET = 9, 20
_FLOAT, _INT8 = 1, 3  # TensorProto.DataType
_IS_FLOAT, _IS_INT = 1, 2  # AttributeProto.AttributeType
MICROSOFT = "com.microsoft"
"""Operators that only ONNX Runtime has."""

_Array = npt.NDArray[np.float32] | npt.NDArray[np.int8]


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
        kind = _INT8 if values.dtype == np.int8 else _FLOAT
        sizes = b"".join(_number(1, size) for size in values.shape)
        self._constants.append(sizes + _number(2, kind) + _text(8, name) + _bytes(9, values.tobytes()))
        return name

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: float) -> str:
        """Add an operation to the graph; return the name of the value that it computes. An input "" is left out."""
        name = f"v{len(self._nodes)}"
        fields = [_text(1, given) for given in inputs] + [_text(2, name), _text(4, operator), _text(7, domain)]
        self._nodes.append(b"".join(fields + [_bytes(5, _attribute(*each)) for each in attributes.items()]))
        return name

    def model(self, taken: str, given: str, width: int) -> bytes:
        """Return an ONNX file: from the input `taken`, of any number of rows of `width`, comes the value `given`."""
        graph = [_bytes(1, node) for node in self._nodes] + [_text(2, "encoder")]
        graph += [_bytes(5, constant) for constant in self._constants]
        graph += [_bytes(11, _value(taken, width)), _bytes(12, _value(given, width))]
        versions: Mapping[str, int] = {"": _OPSET, MICROSOFT: 1}
        sets = [_bytes(8, _text(1, domain) + _number(2, version)) for domain, version in versions.items()]
        return _number(1, _FORMAT) + _bytes(7, b"".join(graph)) + b"".join(sets)


def _value(name: str, width: int) -> bytes:
    """Return the description of a value: a batch of one, of any number of rows of `width` numbers."""
    sizes = _bytes(1, _number(1, 1)) + _bytes(1, _text(2, "rows")) + _bytes(1, _number(1, width))
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, sizes)))


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
