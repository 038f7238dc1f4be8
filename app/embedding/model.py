"""The models that make vectors of texts, from the files and by the code of the packages that carry them. Child only.

For many languages: Google's Universal Sentence Encoder (`use.py`), and multilingual-e5-small (`e5.py`). For English:
all-MiniLM-L6-v2 (`minilm.py`), and BAAI's bge-small-en-v1.5 (Xiao et al., "C-Pack", SIGIR 2024), whose vector is that
of the first token; both read the words of BERT's vocabulary.

A text is computed by one thread, and as many texts at a time as there are threads. So texts of different lengths are
not filled up to the longest of them, and no thread waits for another; one text alone keeps a core busy.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import Barrier
from typing import Protocol

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from app.embedding.e5 import E5Model
from app.embedding.graph import Floats, session
from app.embedding.minilm import MiniLM
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

THREADS = max(1, (os.cpu_count() or 1) - 1)
"""All cores but one."""


class _Encoder(Protocol):
    """An encoder of texts, whose files are open. Several threads may use it once it was read."""

    def read(self) -> None:
        """Read everything now, unless that was done."""

    def encode(self, texts: Sequence[str], *, asked: bool) -> Floats:
        """Return a row for each text."""


class EmbeddingModel:
    """All embedding models that are installed, each by the kind of vector that it makes.

    Begun in two steps, since files cannot be opened once the sandbox is closed, and threads may not start before. A
    model is read when the first vector of its kind is wanted."""

    def load(self) -> None:
        """Open everything on disk; no thread is started."""
        self._threads: ThreadPoolExecutor | None = None
        self._encoders: dict[VectorKind, _Encoder] = {}
        if is_installed(E5):
            self._encoders[VectorKind.E5] = E5Model(folder_of(E5) / "e5-small-q4.bin")
        if is_installed(USE):
            from app.embedding.use import UniversalEncoder  # late: it may be missing

            self._encoders[VectorKind.USE] = UniversalEncoder(folder_of(USE) / "resources")
        if has_english():
            small = folder_of(BGE) / "models" / "bge-small-en-v1.5-int8"
            tokenizer = Tokenizer.from_file(str(small / "tokenizer.json"))
            tokenizer.enable_truncation(_MOST_TOKENS)
            tokenizer.no_padding()
            minilm = MiniLM(folder_of(MINILM) / "model.onnx", tokenizer)
            self._encoders[VectorKind.MINILM] = _WithoutWhatIsCommon(minilm)
            self._encoders[VectorKind.BGE] = _WithoutWhatIsCommon(_Bge(small / "model_quantized.onnx", tokenizer))

    def start(self) -> None:
        """Start the threads. Without them, the one that asks does all."""
        self._threads, met = ThreadPoolExecutor(THREADS), Barrier(THREADS)
        list(self._threads.map(lambda _number: met.wait(), range(THREADS)))  # it starts one only where none is idle

    def embed(
        self,
        texts: Sequence[str],
        kinds: Sequence[VectorKind],
        *,
        asked: bool = False,
        before: Callable[[], None] | None = None,
    ) -> tuple[TextVectors, ...]:
        """Return the vectors of each text, of the wanted kinds, in the form of `Embedded.vectors`. `before` is called
        in each thread before it computes."""
        encoders = {kind: self._encoders[OF_SENTENCES.get(kind, kind)] for kind in kinds}
        for encoder in encoders.values():
            encoder.read()

        def embedded(text: str) -> TextVectors:
            if before is not None:
                before()
            return {kind: _whole(encoder.encode(_parts(text, kind), asked=asked)) for kind, encoder in encoders.items()}

        return tuple(map(embedded, texts) if self._threads is None else self._threads.map(embedded, texts))


class _Bge:
    """The encoder bge-small-en-v1.5; `tokenizer` is that of BERT's vocabulary."""

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        self._file, self._tokenizer = path.open("rb"), tokenizer

    def read(self) -> None:
        _ = self._session

    def encode(self, texts: Sequence[str], *, asked: bool) -> Floats:
        return np.array([self._vector(_INSTRUCTION + text if asked else text) for text in texts])

    def _vector(self, text: str) -> Floats:
        ids = np.array([self._tokenizer.encode(text).ids])
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        found: Floats = self._session.run(["last_hidden_state"], inputs)[0][0][0]
        return found

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        with self._file as file:
            return session(file.read())


class _WithoutWhatIsCommon:
    """An encoder whose vectors of questions lack a part of what all questions have in common."""

    def __init__(self, encoder: _Encoder) -> None:
        self._encoder = encoder

    def read(self) -> None:
        self._encoder.read()
        _ = self._common

    def encode(self, texts: Sequence[str], *, asked: bool) -> Floats:
        found = self._encoder.encode(texts, asked=asked)
        return _directions(found) - self._common if asked else found

    @cached_property
    def _common(self) -> Floats:
        found: Floats = _IN_COMMON * _directions(self._encoder.encode(_ANY_QUESTION, asked=True)).mean(axis=0)
        return found


def _parts(text: str, kind: VectorKind) -> Sequence[str]:
    return sentences(text[:MOST_CHARACTERS]) if kind in OF_SENTENCES else [flow(text)[:MOST_CHARACTERS]]


def _directions(vectors: Floats) -> Floats:
    found: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found


def _whole(vectors: Floats) -> bytes:
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    return np.rint(vectors * (127 / largest)).astype(np.int8).tobytes()
