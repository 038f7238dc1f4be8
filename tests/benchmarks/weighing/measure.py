"""How well sentences are weighed: by the program's tests alone, by a model alone, and by both.

    python -m tests.benchmarks.weighing.measure MODEL.gguf [--context N]

`facts.toml` has 200 sentences about ten made-up pages, half of them Japanese: true ones in other words, and ones with
another number, turned into their opposite, or invented. Printed are areas under the ROC curve (a true sentence before
one that is not), how many of each kind are shown as what, and the tokens that a sentence costs.
"""

from __future__ import annotations

import argparse
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.conversation import Support
from app.core.document import CitedBook, Page
from app.core.work import Cancel, finish
from app.documents.citations.placing import PlacedClaim
from app.documents.citations.statements import Claim, examine
from app.engine.client import EngineClient
from app.engine.protocol import DocumentText, LoadSpec, Message, PageText, Prompt, Weigh, Weighed
from app.services import judgement
from app.store.judges import Judge

KINDS = ("true", "number", "negated", "invented")
_ANSWER = "They speak of a ferry, a lighthouse, a lease, bees and a library."


@dataclass(frozen=True)
class Case:
    language: str
    kind: str
    placed: PlacedClaim


def cases() -> list[Case]:
    found = []
    for number, page in enumerate(_pages(), 1):
        text = _text(page)
        book = CitedBook("made-up", "Made-up pages", (Page(number, page["label"], text),))
        for fact in page["facts"]:
            for kind in KINDS:
                claim = Claim(0, len(fact[kind]), fact[kind])
                placed = PlacedClaim(claim, examine(claim.text, text), book, book.pages[0])
                found.append(Case(page["language"], kind, placed))
    return found


def weigh(engine: EngineClient, questions: Sequence[str]) -> Weighed:
    """After one answer over all ten pages, as in a conversation."""
    pages = tuple(PageText(page["label"], _text(page)) for page in _pages())
    asked = (Message("user", "What do these pages say?"), Message("assistant", _ANSWER))
    prompt = Prompt("You answer from the books.", (DocumentText("Made-up pages", pages),), asked)
    return finish(engine.run(Weigh(prompt, tuple(questions), judgement.WORDS)))


def report(found: Sequence[Case], weights: Sequence[float], judge: Judge) -> None:
    for language in ("en", "ja", ""):
        chosen = [
            (case, weight) for case, weight in zip(found, weights, strict=True) if language in ("", case.language)
        ]
        truths = [case.kind == "true" for case, _ in chosen]
        tests = [case.placed.tested for case, _ in chosen]
        alone = judgement.area([tested.score for tested in tests], truths)
        model = judgement.area([weight for _, weight in chosen], truths)
        both = [
            judge.slope * weight + judge.offset - bool(tested.differences)
            for (_, weight), tested in zip(chosen, tests, strict=True)
        ]
        print(
            f"{language or 'all':4} area: tests {alone:.3f}, model {model:.3f}, both {judgement.area(both, truths):.3f}"
        )
        for kind in KINDS:
            of_kind = [(case, weight) for case, weight in chosen if case.kind == kind]
            shown = Counter(_shown(case, judge.probability(weight)) for case, weight in of_kind)
            believed = sum(judge.probability(weight) >= 0.5 for _, weight in of_kind)
            words = ", ".join(
                f"{shown[each]} {each}" for each in (Support.SUPPORTED, Support.OTHERWISE, Support.NOTHING)
            )
            print(f"     {kind:9} {words}; the model alone believes {believed} of {len(of_kind)}")


def _shown(case: Case, probability: float) -> Support:
    return case.placed.support(probability)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--context", type=int, default=4096)
    options = parser.parse_args()
    found = cases()
    engine = EngineClient()
    try:
        finish(engine.load(LoadSpec(str(options.model), context_tokens=options.context), Cancel()))
        calibrated = weigh(engine, judgement.calibration_questions())
        judge = judgement.measure("", _weights(calibrated))
        verdict = "is asked" if judgement.is_sound(judge) else "is not asked"
        print(f"24 sentences: area {judge.area:.3f}, slope {judge.slope:.2f}, offset {judge.offset:.2f}: {verdict}")
        questions = [_question(case) for case in found]
        weighed = weigh(engine, questions)
        tokens = (weighed.question_tokens + calibrated.question_tokens) / (len(found) + len(judgement.CASES))
        print(f"{tokens:.0f} tokens a sentence, {weighed.usage.evaluated_tokens} read again, {weighed.seconds:.0f} s")
        report(found, _weights(weighed), judge)
    finally:
        engine.close()


def _question(case: Case) -> str:
    """Of a page that has nothing near, its first sentence: whoever is asked alone has to be asked something."""
    placed = case.placed
    assert placed.page is not None
    statement = placed.tested.statement or placed.page.text.split(". ")[0].split("。")[0]
    return judgement.question(placed.page.label, statement, placed.claim.text)


def _weights(weighed: Weighed) -> list[float]:
    return [judgement.weight(logs) for logs in weighed.logs if logs is not None]


def _pages() -> list[dict[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "facts.toml").read_text(encoding="utf-8"))["page"]


def _text(page: dict[str, Any]) -> str:
    return ("" if page["language"] == "ja" else " ").join(fact["says"] for fact in page["facts"])


if __name__ == "__main__":
    main()
