"""How much sooner a book is there that was read before: reading it, against taking up its saved reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.settings import KvType, Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.kv.encrypted_file import SECRET_BYTES
from app.engine.protocol import AnswerTo, Generated, LoadSpec, Prompt, ReadingsSpec
from tests.engine.kv.test_reuse import ask, book

_TIMES_SOONER = 100
_PAGE_TOKENS = 499


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("tokens", "kv_type"), [(100_000, KvType.F16), (100_000, KvType.Q8_0), (300_000, KvType.F16)])
def test_a_long_book_is_restored(tiny_scout: Path, tmp_path: Path, tokens: int, kv_type: KvType) -> None:
    readings = ReadingsSpec(str(tmp_path), b"s" * SECRET_BYTES, 4 << 30)
    spec = LoadSpec(str(tiny_scout), context_tokens=tokens * 5 // 4, kv_type=kv_type, readings=readings)
    prompt = ask(book(tokens // _PAGE_TOKENS + 1), "What happens?")
    read, restored = _answer(spec, prompt), _answer(spec, prompt)
    ratio = read.timings.read_s / restored.timings.first_token_s
    print(
        f"\n{kv_type}: {read.usage.evaluated_tokens} tokens read in {read.timings.read_s:.1f} s;"
        f" used, the first word comes after {restored.timings.first_token_s:.2f} s, {ratio:.0f} times sooner"
    )
    counts, on_disk = read.counts, sum(path.stat().st_size for path in tmp_path.glob("*.reading"))
    print(
        f"{counts.sealed_bytes / 1e6:.1f} MB sealed in {counts.sealing_s:.2f} s by checkpoints and the whole;"
        f" {on_disk / 1e6:.1f} MB on disk"
    )
    assert read.usage.evaluated_tokens >= tokens
    assert ratio >= _TIMES_SOONER


def _answer(spec: LoadSpec, prompt: Prompt) -> Generated:
    """In a process of its own, which saves what it read before it ends."""
    engine = EngineClient()
    try:
        finish(engine.load(spec, Cancel()))
        done = finish(engine.run(AnswerTo(prompt, Sampling(temperature=0), 8), Cancel()))
        assert engine.flush_saved() == ()
    finally:
        engine.close()
    return done
