"""Detects the language of a document."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_SAMPLES = 8
_SAMPLE_CHARACTERS = 1_500
_MIN_LETTERS = 6  # Japanese and Chinese say much in six letters; the probability settles the rest
_MIN_PROBABILITY = 0.8
_RULED_OUT_RANK = 10
_PRIMARY_TAG = re.compile(r"([A-Za-z]{2})(?:[-_].*)?", re.DOTALL)


@functools.cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def load() -> None:
    """Reads the language model from disk, so that no file is needed later."""
    _identifier().classify("load")


def detect(untrusted_texts: Sequence[str], untrusted_declared: str = "") -> str:
    """The ISO 639-1 code of the language of `untrusted_texts`, such as pages; "" where it is unclear.

    `untrusted_declared`: the document's own tag (BCP 47). It is used unless the text rules it out, since many tools
    write their own default there.
    """
    declared = _PRIMARY_TAG.fullmatch(untrusted_declared.strip())
    wanted = declared[1].lower() if declared else ""
    if wanted not in _identifier().labels:
        wanted = ""
    sample = _sample(untrusted_texts)
    if sum(map(str.isalpha, sample)) < _MIN_LETTERS:
        return wanted
    ranking = _identifier().rank(sample)
    best, probability = ranking[0]
    if wanted and (probability < _MIN_PROBABILITY or wanted in [code for code, _ in ranking[:_RULED_OUT_RANK]]):
        return wanted
    return str(best) if probability >= _MIN_PROBABILITY and len(best) == 2 else ""


def _sample(texts: Sequence[str]) -> str:
    """Pieces from all of the document: the first pages are often in another language than the rest."""
    step = max(1, len(texts) // _SAMPLES)
    chosen = texts[step // 2 :: step][:_SAMPLES]
    pieces = [
        text[len(text) // 2 :][:_SAMPLE_CHARACTERS] if len(text) > 2 * _SAMPLE_CHARACTERS else text for text in chosen
    ]
    return "\n".join(piece[: 2 * _SAMPLE_CHARACTERS] for piece in pieces)
