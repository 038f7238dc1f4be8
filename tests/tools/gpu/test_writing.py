"""The starter model writes on the card what it writes on the processor, however it is held; where a token differs, both
had nearly the same logit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.core.conversations.events import Token
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import (
    AnswerTo,
    DocumentText,
    Message,
    PageText,
    Prompt,
    QuotableSentence,
    Verbatim,
    Weigh,
    WriteAside,
)
from tests.engine.conftest import lay_out, probe
from tests.tools.gpu.conftest import Figure
from tests.tools.gpu.places import Places
from tests.work import run

PAGES = (
    "The ferry leaves the northern pier at seven in the morning. Bicycles travel free of charge.",
    "In winter the ferry does not run on Sundays. The keeper lights the lamp at dusk and puts it out at dawn.",
)
BOOK = DocumentText("The Ferry", tuple(PageText(str(number), text) for number, text in enumerate(PAGES, 1)), "ferry")
ASKED = Prompt("Answer from the pages.", (BOOK,), (Message("user", "When does the ferry leave?"),))
SENTENCES = tuple(
    QuotableSentence(f"{sentence.rstrip('.')}.", f"[p. {number}]")
    for number, text in enumerate(PAGES, 1)
    for sentence in text.split(". ")
)
SCHEMA = json.dumps({"type": "object", "properties": {"time": {"type": "string"}}, "required": ["time"]})
GREEDY = Sampling(temperature=0, true_quotes=False, lookup=False)
TOKENS = 40
MARGIN = 0.1
"""In standard deviations of all logits, within which rounding may exchange two tokens; a third of what `restore_check`
takes for rounding."""

JUDGED = 0.2
"""In nats, which is one part in five of a probability."""

HELD: dict[str, AnswerTo] = {
    "free": AnswerTo(ASKED, GREEDY, TOKENS),
    "with drafts": AnswerTo(ASKED, Sampling(temperature=0, true_quotes=False, lookup=True), TOKENS),
    "quotations held": AnswerTo(ASKED, Sampling(temperature=0, true_quotes=True), TOKENS),
    "a form held": AnswerTo(ASKED, GREEDY, TOKENS, schema=SCHEMA),
    "the documents' words": AnswerTo(ASKED, GREEDY, TOKENS, verbatim=Verbatim(SENTENCES, "The pages do not say.", 1)),
}
Both = tuple[EngineClient, EngineClient]


@pytest.fixture
def both(places: Places, starter: Path) -> Both:
    """The processor, the card."""
    how = {"context_tokens": 2048}
    return places.cpu(starter, **how), places.card(starter, **how)


def text_of(engine: EngineClient, order: AnswerTo) -> str:
    events, _ending = run(engine.run(order, Cancel()))
    return "".join(event.text for event in events if isinstance(event, Token))


def margin(engine: EngineClient, one: str, other: str) -> float:
    """How far apart the logits of the first tokens are that differ in these answers, in standard deviations of all."""
    laid, otherwise = (
        lay_out(engine, Prompt(ASKED.rules, ASKED.documents, (*ASKED.messages, Message("assistant", text))))
        for text in (one, other)
    )
    at = next(n for n, pair in enumerate(zip(laid.tokens, otherwise.tokens, strict=False)) if pair[0] != pair[1])
    logits = np.frombuffer(probe(engine, laid.tokens[:at], laid.books).logits, "<f4")
    return float(abs(logits[laid.tokens[at]] - logits[otherwise.tokens[at]]) / logits.std())


def check(engines: Both, write: Callable[[EngineClient], str], figure: Figure) -> None:
    cpu, card = map(write, engines)
    same = next(
        (at for at, pair in enumerate(zip(cpu, card, strict=False)) if pair[0] != pair[1]), min(len(cpu), len(card))
    )
    figure("equal characters", same)
    assert cpu or card
    if cpu != card:
        found = margin(engines[0], cpu, card)
        figure("margin where they part", found)
        assert found <= MARGIN, (cpu, card)


@pytest.mark.real
@pytest.mark.parametrize("how", HELD)
def test_an_answer_is_the_processors(both: Both, how: str, figure: Figure) -> None:
    check(both, lambda engine: text_of(engine, HELD[how]), figure)


@pytest.mark.real
def test_an_aside_is_the_processors(both: Both, figure: Figure) -> None:
    answered = Prompt(ASKED.rules, ASKED.documents, (*ASKED.messages, Message("assistant", "At seven [p. 1].")))
    check(both, lambda engine: finish(engine.run(WriteAside(answered, "A title:", 12), Cancel())).text, figure)


@pytest.mark.real
def test_a_judgement_is_the_processors(both: Both, figure: Figure) -> None:
    prompt = Prompt("Does the page say so?", (), (Message("user", PAGES[0]),))
    order = Weigh(prompt, ("The ferry leaves at seven.", "The ferry leaves at nine."), ("Yes", "No"))
    cpu, card = (finish(engine.run(order, Cancel())).logs for engine in both)
    apart = max(
        abs(a - b)
        for one, other in zip(cpu, card, strict=True)
        if one and other
        for a, b in zip(one, other, strict=True)
    )
    figure("apart, in nats", apart)
    assert apart <= JUDGED
