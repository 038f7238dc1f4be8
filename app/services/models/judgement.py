"""Asking a model whether pages say a sentence in other words, and how far its answer can be believed: measured once for
each model, on made-up pages and claims whose truth is known (`resources/calibration.toml`).

The false ones are near-misses, since those are what models write: swapped roles, dropped conditions, moved numbers,
another thing's fact, too strong, invented, wrongly joined, negated. They go the way of every claim, so a model is asked
about those alone that the program's own rules do not decide, in the same words and with the same sentences of pages.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from statistics import NormalDist, fmean, pstdev

from app.core.conversations.verdict import SentenceVerdict
from app.core.documents.document import CitedBook, Page
from app.core.machine.paths import resources
from app.engine.kv.saved_states import known_fingerprint
from app.engine.protocol import ModelInfo, Prompt
from app.language.languages import language_code
from app.store.judges import Judge, JudgedLanguage, Judges

PROMPT = Prompt("", (), ())
"""These come before each question: no book and no conversation."""

WORDS = ("yes", "no")
"""The words that an answer may begin with. The logarithms of their probabilities, one minus the other, are the weight
of a sentence."""

VERSION = 3
"""Raised with every change to the question, to the calibration, or to what is asked: what was measured before is of no
use."""

MOST_FALSE = 0.02
"""A model may believe this share of the false claims that it is asked about, and no more. A model with 1.5 billion
weights then keeps too few true ones, in each of nine ways to ask: to the opposite question it says yes as readily."""

_ON_ONE_PAGE = 4
"""The number of the calibration's texts that make a page: a claim's sentence has others beside it, as in a document."""

LEAST_KEPT = 1 / 3
"""The least share of the true claims that a model must still believe; else it is not asked in that language."""

MOST_DENIED = 0.05
"""The largest share of the true claims that a model may deny so plainly that no page is said to have them."""


@dataclass(frozen=True)
class CalibrationCase:
    """A claim that a model is asked about to find out what its answers are worth."""

    question: str
    language: str
    is_true: bool


def question(verdict: SentenceVerdict, claim: str) -> str:
    """Return the question about a claim. The page's own sentences come with it, so that a small model need not look for
    them."""
    pages = [
        f"[p. {label}] {' '.join(each.text for each in evidence)}"
        for label, evidence in groupby(verdict.evidence, key=lambda each: each.label or str(each.page))
    ]
    said = "\n".join(pages)
    return f"{said}\nClaim: {claim}\nDoes the page say what the claim says? Answer yes or no."


@cache
def calibration() -> tuple[CalibrationCase, ...]:
    """Return the claims of the calibration that a model is asked about, in order. The first call takes some seconds."""
    from app.documents.citations.verdict import AnswerWeigher

    pairs = tomllib.loads((resources() / "calibration.toml").read_text(encoding="utf-8"))["pair"]
    cases = []
    for language in dict.fromkeys(pair["lang"] for pair in pairs):
        own = [pair for pair in pairs if pair["lang"] == language]
        texts = [*dict.fromkeys("\n".join(pair["page"]) for pair in own)]
        groups = ["\n\n".join(texts[at : at + _ON_ONE_PAGE]) for at in range(0, len(texts), _ON_ONE_PAGE)]
        pages = tuple(Page(number, str(number), text) for number, text in enumerate(groups, 1))
        weigher = AnswerWeigher((CitedBook(language, language, pages),))
        for pair in own:
            for verdict in weigher.weigh(pair["claim"], ()):
                if verdict.waits:
                    cases.append(CalibrationCase(question(verdict, pair["claim"]), language, pair["true"]))
    return tuple(cases)


def weight(logs: Sequence[float]) -> float:
    """Return the weight of a sentence, by the logarithms of the probabilities of WORDS. It is finite, whatever they
    are."""
    yes, no = (max(log, -1e3) for log in logs)
    return yes - no


def measure(model: str, weights: Sequence[float]) -> Judge:
    """Measure how far a model's answers can be believed in each language, by the weights of `calibration`, in its
    order."""
    cases = calibration()
    found = []
    for language in dict.fromkeys(case.language for case in cases):
        own = [(weight, case.is_true) for weight, case in zip(weights, cases, strict=True) if case.language == language]
        true, false = ([weight for weight, is_true in own if is_true is wanted] for wanted in (True, False))
        believed, denied = _bound(false, MOST_FALSE), -_bound([-weight for weight in true], MOST_DENIED)
        middle = (believed + denied) / 2  # of a model that tells all of them apart
        believed, denied = max(believed, middle), min(denied, middle)
        kept = sum(weight > believed for weight in true) / max(1, len(true))
        found.append(JudgedLanguage(language, believed, denied, kept, area(true, false)))
    return Judge(model, VERSION, tuple(found))


def model_key(model: ModelInfo) -> str:
    """Give the key under which the test of a model is kept; with other adapters, it is another one."""
    try:
        return file_key(Path(model.path), model.adapters)
    except OSError:  # the file was moved while the model is loaded
        return " ".join((model.path, model.name if model.host else "", str(model.size_bytes), *model.adapters))


def file_key(path: Path, adapters: Iterable[str]) -> str:
    """Read the file of a model and make its `model_key`, with adapters of these names. Raises OSError."""
    return " ".join((known_fingerprint(path), *adapters))


def may_judge(judges: Judges, model: ModelInfo) -> bool | None:
    """Return whether a model may be asked about sentences in some language; None if that was not found out yet."""
    return has_passed(judges, model_key(model))


def has_passed(judges: Judges, key: str) -> bool | None:
    """Say whether the model that is kept by this key may be asked; None where that was not found out yet."""
    judge = judges.of(key, VERSION)
    return any(map(is_sound, judge.languages)) if judge is not None else None


def is_sound(judged: JudgedLanguage | None) -> bool:
    """Return whether the model can be asked in a language."""
    return judged is not None and judged.kept >= LEAST_KEPT


def judged_in(judge: Judge, claim: str) -> JudgedLanguage | None:
    """Return the calibration of a judge in the language of a claim; None if it was not tested in it."""
    code = language_code(claim)
    return next((each for each in judge.languages if each.language == code), None)


def area(true: Sequence[float], false: Sequence[float]) -> float:
    """Return how often a true sentence has more weight than a false one; equal weights count half (Mann-Whitney)."""
    won = sum((one > other) + (one == other) / 2 for one in true for other in false)
    return won / (len(true) * len(false)) if true and false else 0.5


def _bound(weights: Sequence[float], beyond: float) -> float:
    """Return the weight above which this share of such weights is expected, by their mean and spread: what a few dozen
    of them say of the extremes by themselves is chance."""
    if not weights:
        return float("inf")
    return fmean(weights) + NormalDist().inv_cdf(1 - beyond) * pstdev(weights)
