"""Quoting: how fast the starter quotes and copies."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo, DocumentText, LoadSpec, Message, PageText, Prompt
from tests.work import run

_GREEDY = Sampling(temperature=0)


def test_copying_and_quoting_against_plain_writing(starter: Path) -> None:
    lines = " ".join(f"Line {n}: ship number {n * 7 % 83} went out to sea with {n * 3 % 17} men." for n in range(1, 30))
    book = DocumentText("A book", (PageText("1", lines),))
    asked = Message("user", "Repeat it word by word.")
    prompt = Prompt("Repeat the book.", (book,), (asked, Message("assistant", "Line 1:")))
    quoting = msgspec.structs.replace(prompt, messages=(asked, Message("assistant", "It says: “Line 1:")))
    engine = EngineClient()
    speeds = {}
    texts = {}
    try:
        finish(engine.load(LoadSpec(str(starter), context_tokens=4096), Cancel()))
        for name, told, lookup, true_quotes in (
            ("warm", prompt, False, False),
            ("plain", prompt, False, False),
            ("lookup", prompt, True, False),
            ("quoting", quoting, False, True),
        ):
            sampling = msgspec.structs.replace(_GREEDY, lookup=lookup, true_quotes=true_quotes)
            events, done = run(engine.run(AnswerTo(told, sampling, 256), Cancel()))
            speeds[name] = done.usage.generated_tokens / done.timings.generate_s
            texts[name] = "".join(getattr(event, "text", "") for event in events)
    finally:
        engine.close()
    same = "the same text" if texts["plain"] == texts["lookup"] else "another text (rounding differs between batches)"
    print(
        f"\nplain {speeds['plain']:.1f} tokens/s; prompt lookup {speeds['lookup'] / speeds['plain']:.2f} of it, {same};"
        f" true quotations {speeds['quoting'] / speeds['plain']:.2f} of it"
    )
