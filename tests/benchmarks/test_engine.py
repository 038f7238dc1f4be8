"""The whole engine path against a bare loop over llama.cpp, in one run: reading and writing, as ratios."""

from __future__ import annotations

import time
from pathlib import Path

from app.core.settings import KvType, Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.hardware import physical_cores
from app.engine.llama import LlamaContext, LlamaModel
from app.engine.protocol import AnswerTo, DocumentText, LoadSpec, Message, PageText, Prompt
from tests.engine.conftest import lay_out

_CONTEXT, _SLICE, _WRITTEN = 8192, 512, 128
_SENTENCES = 480  # about 5,800 tokens
_GREEDY = Sampling(temperature=0)


def test_reading_and_writing_against_a_bare_loop(starter: Path) -> None:
    page = PageText("1", "The lamp burned all night and nobody came to see it. " * _SENTENCES)
    book = DocumentText("A book", (page,))
    prompt = Prompt(
        "Answer from the book.", (book,), (Message("user", "Write a long story about the sea, with many ships."),)
    )
    engine = EngineClient()
    try:
        finish(engine.load(LoadSpec(str(starter), context_tokens=_CONTEXT), Cancel()))
        tokens = lay_out(engine, prompt).tokens
        done = finish(engine.run(AnswerTo(prompt, _GREEDY, _WRITTEN), Cancel()))
    finally:
        engine.close()
    read = done.usage.evaluated_tokens / done.timings.read_s
    wrote = done.usage.generated_tokens / done.timings.generate_s
    bare_read, bare_wrote = _bare(starter, tokens, done.usage.generated_tokens)
    print(
        f"\nreading {read:.0f} tokens/s, {read / bare_read:.2f} of a bare loop;"
        f" writing {wrote:.1f} tokens/s, {wrote / bare_wrote:.2f} of a bare loop"
    )


def _bare(starter: Path, tokens: tuple[int, ...], written: int) -> tuple[float, float]:
    """Tokens a second of reading `tokens` and of writing `written` after them."""
    model = LlamaModel(starter, -1, lambda _fraction: True)
    context = LlamaContext(model, _CONTEXT, KvType.F16, physical_cores(), _SLICE)
    begun = time.monotonic()
    for start in range(0, len(tokens), _SLICE):
        context.decode(tokens[start : start + _SLICE], start, outputs=int(start + _SLICE >= len(tokens)))
    read = time.monotonic()
    for position in range(len(tokens), len(tokens) + written):
        context.decode([int(context.logits().argmax())], position, outputs=1)
    ended = time.monotonic()
    context.close()
    model.close()
    return len(tokens) / (read - begun), written / (ended - read)
