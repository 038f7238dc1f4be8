"""How often a claim gets which verdict, by words alone and with a model: 400 claims about twelve made-up documents.

    python -m tests.tools.benchmarks.verdicts.measure [MODEL.gguf] [--marked]

`claims.toml` was written by people who had seen neither the rules nor the claims that were there: 200 before there were
rules, 200 (h001 to h200) when the rules stood. The second 200 showed one false claim in green and nine true ones that
were cut at the margin; the faults behind these were mended, so both sets are known now. The documents are English,
German and Japanese; a false claim is a near-miss (negation, number, roles, invented, too strong, a condition dropped,
another thing's fact). Printed are, for each kind,
the verdicts that are shown, and last the shares that matter: false ones in green, false ones in green or "seems", true
ones in green or "seems", and true ones that "say otherwise". `--marked`: each claim names its page.
"""

from __future__ import annotations

import argparse
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.conversations.verdict import SentenceVerdict, Verdict
from app.core.documents.document import CitedBook, Page
from app.core.work import Cancel, finish
from app.documents.citations.checker import check
from app.documents.citations.statements import plain_claim
from app.documents.citations.verdict import AnswerWeigher, decide
from app.engine.client import EngineClient
from app.engine.protocol import LoadSpec, Weigh
from app.services.models import judgement
from app.store.judges import Judge

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """A claim, and the verdict on it by words alone."""

    kind: str
    is_true: bool
    text: str
    verdict: SentenceVerdict


def cases(*, marked: bool) -> list[Case]:
    weighers = {path.stem: AnswerWeigher((_book(path),)) for path in sorted(FOLDER.glob("*.txt"))}
    found = []
    for claim in tomllib.loads((FOLDER / "claims.toml").read_text(encoding="utf-8"))["claim"]:
        answer = f"{claim['text']} [p. {claim['page']}]" if marked else claim["text"]
        book = _book(FOLDER / f"{claim['doc']}.txt")
        (verdict,) = weighers[claim["doc"]].weigh(answer, check(answer, (book,)))
        found.append(Case(claim["kind"], claim["true"], claim["text"], verdict))
    return found


def _book(path: Path) -> CitedBook:
    pages = path.read_text(encoding="utf-8").split("\f")
    return CitedBook(path.stem, path.stem, tuple(Page(n, str(n), text) for n, text in enumerate(pages, 1)))


def judged(model: Path, found: Sequence[Case]) -> list[Case]:
    """The claims with what a model says of those that wait for it."""
    engine = EngineClient()
    try:
        finish(engine.load(LoadSpec(str(model), context_tokens=4096), Cancel()))
        tested = _weights(engine, [case.question for case in judgement.calibration()])
        judge = judgement.measure("", tested)
        for each in judge.languages:
            asked = "is asked" if judgement.is_sound(each) else "is not asked"
            print(f"{each.language}: area {each.area:.2f}, keeps {each.kept:.2f} of the true: {asked}")
        waiting = [case for case in found if case.verdict.waits]
        questions = [judgement.question(case.verdict, plain_claim(case.text)) for case in waiting]
        weights = dict(zip(map(id, waiting), _weights(engine, questions), strict=True))
    finally:
        engine.close()
    return [_judged(case, judge, weights[id(case)]) if id(case) in weights else case for case in found]


def _weights(engine: EngineClient, questions: Sequence[str]) -> list[float]:
    weighed = finish(engine.run(Weigh(judgement.PROMPT, tuple(questions), judgement.WORDS)))
    print(f"{len(questions)} questions: {weighed.evaluated_tokens} tokens in {weighed.seconds:.0f} s")
    return [judgement.weight(logs) for logs in weighed.logs if logs is not None]


def _judged(case: Case, judge: Judge, weight: float) -> Case:
    language = judgement.judged_in(judge, case.text)
    if language is None or not judgement.is_sound(language):
        return case
    believed = True if weight > language.believed else False if weight < language.denied else None
    return Case(case.kind, case.is_true, case.text, decide(case.verdict, believed))


def report(found: Sequence[Case]) -> None:
    for is_true in (True, False):
        of_truth = [case for case in found if case.is_true is is_true]
        for kind in dict.fromkeys(case.kind for case in of_truth):
            shown = Counter(case.verdict.verdict for case in of_truth if case.kind == kind)
            words = ", ".join(f"{count} {verdict.value}" for verdict, count in shown.most_common())
            print(f"{'true' if is_true else 'FALSE':5} {kind:10} {words}")
    green, seems = {Verdict.VERBATIM}, {Verdict.VERBATIM, Verdict.SEEMS}
    for words, is_true, verdicts in (
        ("false, green", False, green),
        ("false, green or seems", False, seems),
        ("true, green", True, green),
        ("true, green or seems", True, seems),
        ("true, says otherwise", True, {Verdict.OTHERWISE}),
        ("true, no page says this", True, {Verdict.NOTHING}),
    ):
        of_truth = [case for case in found if case.is_true is is_true]
        count = sum(case.verdict.verdict in verdicts for case in of_truth)
        print(f"{words}: {count} of {len(of_truth)} ({100 * count / len(of_truth):.1f} %)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--marked", action="store_true")
    options = parser.parse_args()
    found = cases(marked=options.marked)
    report(found if options.model is None else judged(options.model, found))


if __name__ == "__main__":
    main()
