"""Reuse is sound whatever a model remembers its past by: keys of all of it, of a window, or a state."""

from __future__ import annotations

import random
from array import array
from pathlib import Path

import pytest

from app.core.settings import KvType
from app.engine.architectures import geometry_of
from app.engine.control import RunControl
from app.engine.kv.cached_sequence import CachedSequence
from app.engine.llama.llama import LlamaContext, LlamaModel
from app.engine.protocol import LoadSpec, ReadingsSpec
from app.engine.session import Session
from tests.engine.conftest import NewEngine, lay_out, load, probe
from tests.engine.kv.test_reuse import OTHER, THREADS, Desk, ask, book_ending_at, walk, words
from tests.engine.kv.test_saved import ASKED, SECRET
from tests.models.attending import DENSE, HYBRIDS, KINDS, RECURRENT, SLIDING, write_attending


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("attending")
    return {kind: write_attending(folder / f"{kind}.gguf", kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_new_is_evaluated(
    near_engine: NewEngine, models: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    kv_type = KvType.Q8_0 if kind in (DENSE, SLIDING) else KvType.F16  # see the note on batch shapes in test_reuse
    has_keys = kind in (DENSE, SLIDING)
    walk(Desk(near_engine, models[kind], tmp_path / "readings", 1_000, 100, kv_type), again=0 if has_keys else 1)


@pytest.mark.parametrize("kind", ["llama4", SLIDING, *HYBRIDS])
def test_the_end_of_the_books_is_kept_although_they_were_saved_on_the_way(
    near_engine: NewEngine, models: dict[str, Path], tiny_scout_fast: Path, tmp_path: Path, kind: str
) -> None:
    """One reading goes on over the books' end into a long question, past the border of a chunk."""
    engine = near_engine()
    readings = ReadingsSpec(str(tmp_path / "readings"), SECRET, 1 << 30)
    load(engine, models.get(kind, tiny_scout_fast), context_tokens=32_768, threads=THREADS, readings=readings)
    book_tokens, question_words = (7_900, 250) if kind == "llama4" else (1_500, 120)
    document = book_ending_at(engine, book_tokens)
    first, second = lay_out(engine, ask(document, words(question_words, 1))), lay_out(engine, ask(document, OTHER))
    probe(engine, first.tokens, first.books)
    assert engine.flush_saved() == ()
    for file in (tmp_path / "readings").glob("*.reading"):
        file.unlink()
    assert probe(engine, second.tokens, second.books).usage.reused_tokens >= second.books[-1].end


@pytest.mark.parametrize("kind", [RECURRENT, *HYBRIDS])
def test_a_slice_that_changes_a_state_is_not_broken_off(models: dict[str, Path], kind: str) -> None:
    """llama.cpp takes back the keys of a slice that was stopped, and not what it did to a state."""
    rng, wanted = random.Random(1), array("i")
    wanted.extend(rng.randrange(600) for _ in range(700))
    found = []
    for should_stop in (lambda: False, lambda: True):
        model = LlamaModel(models[kind], 0, lambda _fraction: True)
        context = LlamaContext(model, 1024, KvType.F16, THREADS, 256, should_stop=should_stop)
        sequence = CachedSequence(context, geometry_of(kind, 0, recurrent=model.recurrent), RunControl())
        sequence.read(wanted, (), lambda *_: None)
        found.append(context.logits().tobytes())
        context.close()
        model.close()
    assert found[0] == found[1]


@pytest.mark.parametrize("kind", ["llama4", SLIDING])
def test_a_prompt_that_is_asked_again_gives_the_same_logits(
    models: dict[str, Path], tiny_scout_fast: Path, kind: str
) -> None:
    """A regenerated answer begins with the prompt's last token, which was evaluated alone the first time, too."""
    spec = LoadSpec(str(models.get(kind, tiny_scout_fast)), context_tokens=4096, kv_type=KvType.F16)
    session = Session(spec, lambda _fraction: True, RunControl())
    laid = session.tokenizer.lay_out(ASKED)
    found = []
    for _ in range(2):
        session.read(laid.tokens, laid.books, lambda *_: None)
        found.append(session.logits())
    session.close()
    assert found[0] == found[1]
