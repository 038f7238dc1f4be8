"""Readings through the real engine: used after a restart, resumed after a kill, refused when they are not sound."""

from __future__ import annotations

import os
import signal
import time
from array import array
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.core.conversations.events import Notice, Reading
from app.core.errors import Code
from app.core.settings import KvType, Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.control import RunControl
from app.engine.kv.checkpoints import MIN_TOKENS, Checkpoints
from app.engine.kv.encrypted_file import SECRET_BYTES
from app.engine.kv.saved_states import SavedState, SavedStates
from app.engine.protocol import AnswerTo, Generated, LoadSpec, Measure, Prompt, ReadBooks, ReadingsSpec
from app.engine.session import Session
from tests.engine.conftest import NewEngine, lay_out, load, probe
from tests.engine.kv.test_reuse import TOLERANCE, ask, book, distance
from tests.work import run, stop

SECRET = b"s" * SECRET_BYTES
GREEDY = Sampling(temperature=0)
ASKED = ask(book(5), "What happens?")  # 2,450 tokens
BEYOND = ask(book(19), "What happens?")  # 9,300 tokens: more than a chunk

Start = Callable[..., EngineClient]


@pytest.fixture
def restart(new_engine: NewEngine, tiny_scout_fast: Path, tmp_path: Path) -> Start:
    """Start an engine that saves its readings into `tmp_path`, in a process of its own."""

    def make(
        model: Path = tiny_scout_fast, quota_bytes: int = 1 << 30, context_tokens: int = 16_384, **how: Any
    ) -> EngineClient:
        engine = new_engine()
        readings = ReadingsSpec(str(tmp_path), SECRET, quota_bytes)
        load(engine, model, context_tokens=context_tokens, readings=readings, **how)
        return engine

    return make


@pytest.fixture
def start(near_engine: NewEngine, restart: Start) -> Start:
    """Start engines as `restart` does, without a process: what is not in the folder is not there again either."""
    return restart


def saved_in(folder: Path) -> tuple[SavedState, ...]:
    return SavedStates(folder, SECRET, 1 << 30).all()


def answer(engine: EngineClient, prompt: Prompt = ASKED) -> tuple[Generated, list[Code]]:
    events, ending = run(engine.run(AnswerTo(prompt, GREEDY, 8), Cancel()))
    return ending, [Code(event.problem.code) for event in events if isinstance(event, Notice)]


def read_and_close(engine: EngineClient, prompt: Prompt = ASKED) -> int:
    """Read the books, wait until that is saved, end the process. Position of the books' end."""
    answer(engine, prompt)
    books_end = lay_out(engine, prompt).books[-1].end
    assert engine.flush_saved() == ()
    engine.close()
    return books_end


@pytest.mark.parametrize(
    ("model", "kv_type", "asked"),
    [("tiny_scout_fast", KvType.F16, BEYOND), ("tiny_scout_quantized", KvType.Q8_0, ASKED)],
    ids=["f16, beyond a chunk", "q8_0"],
)
def test_a_book_is_not_read_again_after_a_restart(
    restart: Start, request: pytest.FixtureRequest, tmp_path: Path, model: str, kv_type: KvType, asked: Prompt
) -> None:
    path = request.getfixturevalue(model)
    engine = restart(path, kv_type=kv_type)
    laid = lay_out(engine, asked)
    read = probe(engine, laid.tokens, laid.books)
    books_end = read_and_close(engine, asked)
    (saved,) = saved_in(tmp_path)
    assert saved.complete
    assert len(saved.tokens) == books_end
    assert [span.untrusted_title for span in saved.books] == ["A book"]

    again = restart(path, kv_type=kv_type)
    ending, reported = answer(again, asked)
    assert ending.usage.reused_tokens == books_end
    assert reported == []
    assert distance(probe(again, laid.tokens, laid.books).logits, read.logits) < TOLERANCE
    assert again.flush_saved() == ()
    assert saved_in(tmp_path) == (saved,), "what is saved already is not saved again"


def test_a_desk_that_begins_with_the_same_book_uses_its_reading(start: Start, tmp_path: Path) -> None:
    one, two = book(4), book(8)
    engine = start()
    read_and_close(engine, Prompt("The rules.", (two,), ASKED.messages))
    more = Prompt("The rules.", (two, one), ASKED.messages)
    engine = start()
    ending, _ = answer(engine, more)
    assert ending.usage.reused_tokens == lay_out(engine, more).books[0].end


def test_what_a_question_would_cost_is_known_before(start: Start) -> None:
    engine = start()
    whole = finish(engine.run(Measure(ASKED))).total
    assert finish(engine.run(Measure(ASKED))).to_read == whole
    books_end = read_and_close(engine)
    engine = start()
    assert finish(engine.run(Measure(ASKED))).to_read == whole - books_end, "the rest is saved"
    more = Prompt("The rules.", (*ASKED.documents, book(3)), ASKED.messages)
    assert finish(engine.run(Measure(more))).to_read == finish(engine.run(Measure(more))).total - books_end
    ending, _ = answer(engine, more)
    assert ending.usage.evaluated_tokens == finish(engine.run(Measure(more))).total - books_end


@pytest.mark.parametrize(
    ("what", "how"),
    [
        ("reading", "flipped"),
        ("rows", "cut"),
        pytest.param("reading", "cut", marks=pytest.mark.slow),
        pytest.param("rows", "flipped", marks=pytest.mark.slow),
    ],
)
def test_a_damaged_reading_is_refused_and_told(start: Start, tmp_path: Path, how: str, what: str) -> None:
    asked = ask(book(4), "What happens?")
    read_and_close(start(), asked)
    (saved,) = saved_in(tmp_path)
    path = tmp_path / (saved.name if what == "reading" else saved.used[0].name)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content if how == "flipped" else content[: len(content) * 2 // 3])
    engine = start()
    ending, reported = answer(engine, asked)
    assert ending.usage.reused_tokens == 0
    assert reported == [Code.READING_DAMAGED]
    assert engine.flush_saved() == ()
    assert [saved.complete for saved in saved_in(tmp_path)] == [True], "it was read and saved again"
    assert not path.exists()


def test_a_reading_that_gives_something_else_is_refused_and_told(start: Start, tmp_path: Path) -> None:
    """The file is authentic, but what comes out of the state is not what it says: only the probe can tell."""
    read_and_close(start())
    (saved,) = saved_in(tmp_path)
    readings = SavedStates(tmp_path, SECRET, 1 << 30)
    state = readings.load(saved, lambda _fraction: None)
    others = array("f", reversed(array("f", saved.logits)))
    wrong = readings.save(msgspec.structs.replace(saved, logits=others.tobytes()), state)
    state.close()
    engine = start()
    ending, reported = answer(engine)
    assert (ending.usage.reused_tokens, reported) == (0, [Code.READING_PASSED_OVER])
    assert engine.flush_saved() == ()
    kept = {reading.name for reading in saved_in(tmp_path)}
    assert wrong.name in kept, "its bytes are authentic: it may be right where others compute"


def test_another_model_and_another_kv_type_read_for_themselves(
    start: Start, tiny_scout_quantized: Path, tiny_maverick: Path
) -> None:
    asked = Prompt("The rules.", (book(3),), ASKED.messages)
    books_end = read_and_close(start(tiny_scout_quantized), asked)
    for made in (start(tiny_scout_quantized, kv_type=KvType.Q8_0), start(tiny_maverick)):
        ending, reported = answer(made, asked)
        assert (ending.usage.reused_tokens, reported) == (0, [])
    ending, reported = answer(start(tiny_scout_quantized), asked)
    assert (ending.usage.reused_tokens, reported) == (books_end, [])


@pytest.mark.parametrize("model", ["tiny_scout_fast", "tiny_hybrid"])
def test_a_stopped_reading_goes_on_where_it_was(
    start: Start, request: pytest.FixtureRequest, tmp_path: Path, model: str
) -> None:
    path: Path = request.getfixturevalue(model)
    engine, cancel = start(path), Cancel()

    def stop_on_the_way(event: object) -> None:
        if isinstance(event, Reading) and event.done > 1500:
            cancel.request()

    events = stop(engine.run(AnswerTo(ASKED, GREEDY, 8), cancel), stop_on_the_way)
    done = max(event.done for event in events if isinstance(event, Reading))
    assert engine.flush_saved() == ()
    engine.close()
    assert [saved.complete for saved in saved_in(tmp_path)] == [False]
    engine = start(path)
    ending, _ = answer(engine)
    assert done - MIN_TOKENS <= ending.usage.reused_tokens <= done + 1
    assert engine.flush_saved() == ()
    assert [saved.complete for saved in saved_in(tmp_path)] == [True], "the checkpoint is not needed any more"


def test_another_desk_finds_nothing_in_memory(start: Start, tmp_path: Path) -> None:
    engine = start()
    prompt = Prompt("The rules.", (msgspec.structs.replace(book(3), book_id="b"),), ASKED.messages)
    answer(engine, prompt)
    engine.flush_saved()
    (saved,) = saved_in(tmp_path)
    engine.change_desk("another")
    assert saved_in(tmp_path) == (saved,), "what is on disk stays"
    assert finish(engine.run(Measure(prompt))).held[0] > 0
    (tmp_path / saved.name).unlink()
    assert finish(engine.run(Measure(prompt))).held == (0,)


@pytest.mark.parametrize(("model", "kv_type"), [("tiny_scout_fast", KvType.F16), ("tiny_scout_quantized", KvType.Q8_0)])
def test_checkpoints_write_only_what_is_new(
    start: Start, request: pytest.FixtureRequest, tmp_path: Path, model: str, kv_type: KvType
) -> None:
    """A reading that was stopped, gone on with, and asked about: each time its global layers are written once, and what
    is put together from all files gives the very logits."""
    path = request.getfixturevalue(model)
    short, long = ask(book(3), "What happens?"), ask(book(5), "What happens?")
    with_more = msgspec.structs.replace(long, documents=(*short.documents, *long.documents))
    engine = start(path, kv_type=kv_type)
    assert answer(engine, short)[0].usage.reused_tokens == 0
    assert engine.flush_saved() == ()
    (first,) = saved_in(tmp_path)
    ending, _ = answer(engine, with_more)
    assert ending.usage.reused_tokens == len(first.tokens)
    laid = lay_out(engine, with_more)
    probed = probe(engine, laid.tokens, laid.books)
    assert engine.flush_saved() == ()
    engine.close()
    whole = next(saved for saved in saved_in(tmp_path) if len(saved.tokens) == laid.books[-1].end)
    assert whole.used[: len(first.used)] == first.used
    assert all(used.first == before.end for before, used in pairwise(whole.used))
    row_bytes, grown = sum(kind.row_bytes for kind in whole.rows), len(whole.tokens) - len(first.tokens)
    new = sum((tmp_path / used.name).stat().st_size for used in whole.used[len(first.used) :])
    assert grown * row_bytes <= new < grown * row_bytes + len(whole.used) * 1000
    again = probe(start(path, kv_type=kv_type), laid.tokens, laid.books)
    assert again.usage.reused_tokens == laid.books[-1].end
    assert distance(again.logits, probed.logits) < TOLERANCE


def kill_while_reading(engine: EngineClient, prompt: Prompt, tokens: int) -> int:
    """Kill it once it has read so many tokens; how many they were."""
    for event in engine.run(AnswerTo(prompt, GREEDY, 8), Cancel()):
        if isinstance(event, Reading) and event.done >= tokens:
            assert engine.pid is not None
            os.kill(engine.pid, signal.SIGKILL)
            return event.done
    raise AssertionError("it ended before")


def test_a_killed_reading_goes_on_from_its_last_checkpoint(restart: Start) -> None:
    kill_while_reading(restart(), ASKED, 2200)
    ending, reported = answer(restart())
    assert reported == []
    assert ending.usage.reused_tokens >= MIN_TOKENS


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kv_type", [KvType.F16, KvType.Q8_0])
def test_a_book_of_a_hundred_thousand_tokens(restart: Start, tiny_scout: Path, kv_type: KvType) -> None:
    """Killed at 60%, it goes on within 5% of there; read to its end, it is there after a restart."""
    prompt = ask(book(205), "What happens?")
    total = finish(restart(tiny_scout, kv_type=kv_type, context_tokens=131_072).run(Measure(prompt))).total
    assert total > 100_000
    killed_at = kill_while_reading(
        restart(tiny_scout, kv_type=kv_type, context_tokens=131_072), prompt, total * 6 // 10
    )
    engine = restart(tiny_scout, kv_type=kv_type, context_tokens=131_072)
    resumed, reported = answer(engine, prompt)
    print("killed at", killed_at, "resumed at", resumed.usage.reused_tokens, "of", total)
    assert reported == []
    assert resumed.usage.reused_tokens >= killed_at - 0.05 * total
    assert engine.flush_saved() == ()
    engine.close()

    engine = restart(tiny_scout, kv_type=kv_type, context_tokens=131_072)
    again, reported = answer(engine, prompt)
    assert (again.usage.reused_tokens, reported) == (lay_out(engine, prompt).books[-1].end, [])


def test_no_room_on_the_shelf_is_told_and_the_answer_comes(start: Start, tmp_path: Path) -> None:
    engine = start(quota_bytes=1000)
    ending, reported = answer(engine)
    problems = [*reported, *(problem.code for problem in engine.flush_saved())]
    assert set(problems) == {Code.READING_NOT_SAVED}
    assert ending.usage.generated_tokens == 8
    assert saved_in(tmp_path) == ()


def test_a_folder_that_cannot_be_written_is_told(near_engine: NewEngine, tiny_scout_fast: Path, tmp_path: Path) -> None:
    (tmp_path / "readings").write_text("a file where a folder should be")
    engine = near_engine()
    spec = ReadingsSpec(str(tmp_path / "readings"), SECRET, 1 << 30)
    load(engine, tiny_scout_fast, context_tokens=16_384, readings=spec)
    ending, reported = answer(engine)
    assert ending.usage.generated_tokens == 8
    assert {*reported, *(problem.code for problem in engine.flush_saved())} == {Code.FOLDER_READ_ONLY}


def test_without_a_folder_nothing_is_saved(near_engine: NewEngine, tiny_scout_fast: Path) -> None:
    engine = near_engine()
    *_, _done = engine.load(LoadSpec(str(tiny_scout_fast), context_tokens=16_384), Cancel())
    ending, reported = answer(engine)
    assert (ending.usage.reused_tokens, reported, engine.flush_saved()) == (0, [], ())


def test_a_book_that_was_read_ahead_is_saved(start: Start, tmp_path: Path) -> None:
    engine = start()
    finish(engine.run(ReadBooks(ASKED), Cancel()))
    assert engine.flush_saved() == ()
    assert [saved.complete for saved in saved_in(tmp_path)] == [True]


def test_a_pause_saves_what_was_read(start: Start, tmp_path: Path) -> None:
    engine = start()
    books_end = lay_out(engine, ASKED).books[-1].end
    events = engine.run(ReadBooks(ASKED), Cancel())
    position = 0
    for event in events:
        if isinstance(event, Reading) and event.done > books_end // 2:
            position = event.done
            engine.pause()
            break
    until = time.monotonic() + 30
    while not any(len(saved.tokens) > position - MIN_TOKENS for saved in saved_in(tmp_path)):
        assert time.monotonic() < until
    assert not any(saved.complete for saved in saved_in(tmp_path))
    events.close()


def test_a_forgotten_book_is_read_again(start: Start, tmp_path: Path) -> None:
    engine = start()
    prompt = Prompt("The rules.", (msgspec.structs.replace(book(3), book_id="b"),), ASKED.messages)
    answer(engine, prompt)
    engine.forget("another")
    assert finish(engine.run(Measure(prompt))).to_read < 64
    engine.forget("b")
    assert saved_in(tmp_path) == ()
    assert finish(engine.run(Measure(prompt))).to_read == finish(engine.run(Measure(prompt))).total
    ending, reported = answer(engine, prompt)
    assert ending.usage.reused_tokens == 0
    assert reported == []


@pytest.mark.parametrize(
    ("model", "kv_type"),
    [("tiny_scout_fast", KvType.F16), ("tiny_scout_quantized", KvType.Q8_0), ("tiny_hybrid", KvType.F16)],
)
def test_what_is_saved_on_the_way_changes_no_logit(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, kv_type: KvType
) -> None:
    """The same text and seed give the same answer, however long the disk took."""
    asked = BEYOND if model == "tiny_scout_fast" else ASKED
    path, found = request.getfixturevalue(model), []
    for often in (False, True):
        monkeypatch.setattr(
            Checkpoints, "is_due", lambda _self, position, *_, often=often: often and position % 512 == 0
        )
        readings = ReadingsSpec(str(tmp_path / str(often)), SECRET, 1 << 30)
        spec = LoadSpec(str(path), context_tokens=16_384, kv_type=kv_type, readings=readings)
        session = Session(spec, lambda _fraction: True, RunControl())
        laid = session.tokenizer.lay_out(asked)
        session.read(laid.tokens, laid.books, lambda *_: None)
        found.append(session.logits())
        session.close()
    assert found[0] == found[1]
