"""The engine's process from the desk's side: answers, stopping, and every way in which it can die."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Loading, Reading, Token
from app.core.errors import AppError, Code
from app.core.settings import KvType, Sampling
from app.core.work import Cancel, finish
from app.engine.client import MAX_DEATHS, EngineClient
from app.engine.llama.llama import LlamaContext, LlamaModel
from app.engine.protocol import (
    AnswerTo,
    ContextOptions,
    Count,
    EngineState,
    Inspect,
    LoadSpec,
    Measure,
    ReadBooks,
    WriteTokens,
)
from tests.engine.conftest import NewEngine, lay_out, load, probe, prompt
from tests.work import at, fail, problem_of, run, stop

GREEDY = Sampling(temperature=0)
_PAUSE_S = 1.0
LONG = 4000
PAGE = "A long page about nothing in particular. " * 30
PAGES = prompt("What?", text=PAGE, pages=12)


@pytest.fixture
def engine(new_engine: NewEngine, tiny_scout_fast: Path) -> EngineClient:
    made = new_engine(silence_limit_s=3.0)
    load(made, tiny_scout_fast, context_tokens=8192, ubatch_tokens=64)
    return made


def kill(engine: EngineClient, number: signal.Signals = signal.SIGKILL) -> None:
    pid = engine.pid
    assert pid is not None
    os.kill(pid, number)


@pytest.mark.parametrize("kv_type", list(KvType))
def test_an_answer_ends_once_and_counts_right(near_engine: NewEngine, tiny_scout: Path, kv_type: KvType) -> None:
    engine = near_engine()
    load(engine, tiny_scout, context_tokens=1024, kv_type=kv_type)
    asked = prompt("What is it?")
    before, ending = run(engine.run(AnswerTo(asked, GREEDY, 20), Cancel()))
    assert ending.ending is Ending.LENGTH
    assert ending.usage.generated_tokens == 20
    assert ending.usage.prompt_tokens == finish(engine.run(Measure(asked))).total
    assert ending.usage.reused_tokens + ending.usage.evaluated_tokens == ending.usage.prompt_tokens
    assert [e for e in before if isinstance(e, Reading)][-1].done == ending.usage.prompt_tokens
    again = [e for e in engine.run(AnswerTo(asked, GREEDY, 20), Cancel()) if isinstance(e, Token)]
    assert "".join(e.text for e in again) == "".join(e.text for e in before if isinstance(e, Token))


def test_the_same_seed_gives_the_same_answer_and_another_another(engine: EngineClient) -> None:
    def text(seed: int) -> str:
        sampling = Sampling(temperature=1.2, top_k=0, top_p=1, min_p=0, seed=seed)
        return "".join(
            e.text for e in engine.run(AnswerTo(prompt("Say."), sampling, 40), Cancel()) if isinstance(e, Token)
        )

    assert text(1) == text(1) != text(2)


def test_stop_while_reading_keeps_what_was_read(engine: EngineClient) -> None:
    asked = prompt("What?", text="word " * 300, pages=6)
    cancel = Cancel()

    def stop_once_something_is_read(event: object) -> None:
        if isinstance(event, Reading) and event.done:
            cancel.request()

    events = stop(engine.run(AnswerTo(asked, GREEDY, 5), cancel), stop_once_something_is_read)
    read = [e for e in events if isinstance(e, Reading)][-1].done
    assert 0 < read < finish(engine.run(Measure(asked))).total
    ending = finish(engine.run(AnswerTo(asked, GREEDY, 5), Cancel()))
    assert ending.usage.reused_tokens == read


def test_stop_while_writing_keeps_the_text(engine: EngineClient) -> None:
    cancel = Cancel()
    text = ""

    def take(event: object) -> None:
        nonlocal text
        if isinstance(event, Token):
            text += event.text
            if len(text) > 20:
                cancel.request()

    ending = finish(engine.run(AnswerTo(prompt("Go on."), GREEDY, LONG), cancel), take)
    assert ending.ending is Ending.CANCELLED
    assert 0 < ending.usage.generated_tokens < LONG
    follow = finish(engine.run(AnswerTo(prompt("More.", "Go on.", text), GREEDY, 5), Cancel()))
    assert follow.usage.reused_tokens >= ending.usage.prompt_tokens + ending.usage.generated_tokens - 1


def test_tokens_are_written_whatever_they_say_and_an_answer_is_not_disturbed(engine: EngineClient) -> None:
    laid = lay_out(engine, prompt("Go on."))
    probed = probe(engine, laid.tokens)
    written = finish(engine.run(WriteTokens(70)))
    assert written.tokens == 70
    assert written.seconds > 0
    again = probe(engine, laid.tokens)
    assert again.logits == probed.logits
    assert again.usage.evaluated_tokens == 1
    cancel = Cancel()
    cancel.request()
    assert finish(engine.run(WriteTokens(LONG), cancel)).tokens < LONG


def test_leaving_an_answer_early_frees_the_engine(engine: EngineClient) -> None:
    answer = engine.run(AnswerTo(prompt("Go on."), GREEDY, LONG), Cancel())
    assert any(isinstance(event, Token) for event in answer)
    answer.close()
    assert engine.state() is EngineState.READY
    finish(engine.run(AnswerTo(prompt("Next."), GREEDY, 3), Cancel()))


def test_killed_while_writing(engine: EngineClient) -> None:
    written: list[Token] = []

    def kill_at_the_first_token(event: object) -> None:
        if isinstance(event, Token):
            if not written:
                kill(engine)
            written.append(event)

    _events, problem = fail(engine.run(AnswerTo(prompt("Go on."), GREEDY, LONG), Cancel()), kill_at_the_first_token)
    assert problem.code is Code.ENGINE_CRASHED
    assert problem.params == {"signal": 9}
    assert engine.state() is EngineState.DEAD
    finish(engine.revive(Cancel()))
    finish(engine.run(AnswerTo(prompt("Next."), GREEDY, 3), Cancel()))


def test_killed_while_idle(engine: EngineClient) -> None:
    kill(engine)
    with pytest.raises(AppError) as caught:
        finish(engine.run(Measure(prompt("What?"))))
    assert caught.value.code is Code.ENGINE_CRASHED
    finish(engine.revive(Cancel()))


def test_a_stopped_engine_counts_as_hung(engine: EngineClient) -> None:
    kill(engine, signal.SIGSTOP)
    problem = problem_of(engine.run(AnswerTo(prompt("What?"), GREEDY, 3), Cancel()))
    assert problem.code is Code.ENGINE_HUNG


def test_it_gives_up_after_three_deaths_and_a_load_forgives(engine: EngineClient, tiny_scout: Path) -> None:
    for _death in range(MAX_DEATHS):
        finish(engine.revive(Cancel()))
        kill(engine)
        problem_of(engine.run(AnswerTo(prompt("What?"), GREEDY, 3), Cancel()))
    refused = problem_of(engine.revive(Cancel()))
    assert refused.code is Code.ENGINE_GAVE_UP
    load(engine, tiny_scout, context_tokens=1024)
    finish(engine.run(AnswerTo(prompt("What?"), GREEDY, 3), Cancel()))


def test_a_load_can_be_cancelled(new_engine: NewEngine, starter: Path) -> None:
    engine = new_engine()
    cancel = Cancel()
    cancel.request()
    before = stop(engine.load(LoadSpec(str(starter)), cancel))
    assert all(isinstance(event, Loading) for event in before)
    assert engine.state() is EngineState.EMPTY
    load(engine, starter, context_tokens=1024)


def test_other_work_for_the_machine_does_not_hide_that_the_engine_died(engine: EngineClient) -> None:
    """The process that other work starts has no model, and would answer that there is none."""
    info = engine.model()
    kill(engine)
    with pytest.raises(AppError):
        finish(engine.run(Measure(prompt("What?"))))
    assert finish(engine.run(Inspect())).devices
    assert (engine.state(), engine.model()) == (EngineState.DEAD, info)
    assert finish(engine.revive(Cancel())) == info
    finish(engine.run(AnswerTo(prompt("Next."), GREEDY, 3), Cancel()))


def test_without_a_model(new_engine: NewEngine) -> None:
    engine = new_engine()
    assert engine.state() is EngineState.EMPTY
    problem = problem_of(engine.revive(Cancel()))
    assert problem.code is Code.NO_MODEL
    with pytest.raises(AppError) as caught:
        finish(engine.run(Measure(prompt("What?"))))
    assert caught.value.code is Code.NO_MODEL


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"context_tokens": 20_000_000}, Code.CONTEXT_INVALID),
        ({"context_tokens": 10_485_760, "ubatch_tokens": 8192}, Code.MODEL_OUT_OF_MEMORY),
    ],
)
def test_what_cannot_be_loaded_is_refused_before(
    near_engine: NewEngine, tiny_scout: Path, how: dict[str, int], code: Code
) -> None:
    spec = LoadSpec(str(tiny_scout), **how)  # type: ignore[arg-type]
    problem = problem_of(near_engine().load(spec, Cancel()))
    assert problem.code is code


def test_a_prompt_beyond_the_context_is_refused_by_the_engine_too(near_engine: NewEngine, tiny_scout: Path) -> None:
    engine = near_engine()
    load(engine, tiny_scout, context_tokens=512)
    problem = problem_of(engine.run(AnswerTo(prompt("What?", text="word " * 2000), GREEDY, 5), Cancel()))
    assert problem.code is Code.CONTEXT_FULL
    finish(engine.run(AnswerTo(prompt("What?"), GREEDY, 5), Cancel()))


def test_an_answer_stops_at_the_end_of_the_context(near_engine: NewEngine, tiny_scout: Path) -> None:
    engine = near_engine()
    load(engine, tiny_scout, context_tokens=256)
    ending = finish(engine.run(AnswerTo(prompt("Go on."), GREEDY, LONG), Cancel()))
    assert ending.ending is Ending.LENGTH
    assert ending.usage.prompt_tokens + ending.usage.generated_tokens == 256 + 1


def test_closing_from_another_side_ends_an_answer(engine: EngineClient) -> None:
    answer = engine.run(AnswerTo(prompt("Go on."), GREEDY, LONG), Cancel())
    assert any(isinstance(event, Token) for event in answer)
    engine.close()
    assert problem_of(answer).code is Code.ENGINE_CRASHED


def test_counting_needs_no_loaded_model(new_engine: NewEngine, starter: Path) -> None:
    engine = new_engine()
    assert finish(engine.run(Count(str(starter), ("", "one two three", "日本"))))[:2] == (0, 3)
    assert engine.state() is EngineState.EMPTY


def test_a_vocabulary_is_read_once_while_its_file_is_the_same(
    near_engine: NewEngine, tiny_scout: Path, tmp_path: Path
) -> None:
    engine, file = near_engine(), tmp_path / "model.gguf"
    content = tiny_scout.read_bytes()
    file.write_bytes(content)
    texts = ("one two three", "the page")
    counts, seen = finish(engine.run(Count(str(file), texts))), file.stat()
    file.write_bytes(b"GGUF" + bytes(len(content) - 4))
    os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert finish(engine.run(Count(str(file), texts))) == counts
    os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns + 1))
    with pytest.raises(AppError, check=lambda error: error.code.startswith("model_")):
        finish(engine.run(Count(str(file), texts)))


def test_a_loaded_model_counts_with_its_own_vocabulary(
    near_engine: NewEngine, tiny_scout: Path, tmp_path: Path
) -> None:
    engine, file = near_engine(), tmp_path / "model.gguf"
    file.write_bytes(tiny_scout.read_bytes())
    load(engine, file, context_tokens=256)
    file.unlink()
    own, other = (finish(engine.run(Count(str(path), ("the page",)))) for path in (file, tiny_scout))
    assert own == other


def test_inspecting_names_the_cpu(new_engine: NewEngine) -> None:
    inspected = finish(new_engine().run(Inspect()))
    assert "0.3.36" in inspected.version
    assert any(device.kind == "cpu" and device.total_bytes > 0 for device in inspected.devices)
    assert inspected.threads >= 1


def test_stop_does_not_wait_for_the_slice(new_engine: NewEngine, tiny_scout_fast: Path) -> None:
    """A slice can take many seconds on a CPU."""
    engine, cancel = new_engine(), Cancel()
    load(engine, tiny_scout_fast, context_tokens=16_384, ubatch_tokens=4096)
    asked = prompt("What?", text="A long page about nothing in particular. " * 40, pages=6)
    whole = finish(engine.run(Measure(asked))).total
    assert whole > 4096
    events = stop(engine.run(AnswerTo(asked, Sampling(), 5), cancel), at(Reading, cancel.request))
    readings = [event.done for event in events if isinstance(event, Reading)]
    assert readings == [0], "the slice that was under way was given up"
    ending = finish(engine.run(AnswerTo(asked, Sampling(), 5), Cancel()))
    assert ending.usage.evaluated_tokens == whole


def test_only_slices_are_given_up(tiny_scout: Path) -> None:
    """A few tokens of an answer are evaluated to their end: stopping it is looked at between them."""
    model = LlamaModel(tiny_scout, 0, lambda _fraction: True)
    context = LlamaContext(model, 1024, KvType.F16, 1, 64, outputs=4, should_stop=lambda: True)
    with pytest.raises(InterruptedError):
        context.decode([1, 2, 3], 0, outputs=3, stoppable=True)
    context.decode([1, 2, 3], 0, outputs=3)
    assert len(context.logits(1)) == model.vocabulary_size
    context.close()
    model.close()


def test_a_paused_reading_waits_and_goes_on(new_engine: NewEngine, tiny_scout_fast: Path) -> None:
    """Slices are so large that the pause falls into one: what was done of it is given up, and done again."""
    engine = new_engine()
    load(engine, tiny_scout_fast, context_tokens=16_384, ubatch_tokens=4096)
    asked = prompt("What?", text="A long page about nothing in particular. " * 40, pages=6)
    whole = finish(engine.run(Measure(asked))).total
    positions: list[int] = []

    def take(event: object) -> None:
        if isinstance(event, Reading):
            positions.append(event.done)
            if len(positions) == 1:
                engine.pause()
                threading.Timer(_PAUSE_S, engine.resume).start()

    assert finish(engine.run(AnswerTo(asked, GREEDY, 5), Cancel()), take).usage.evaluated_tokens == whole
    assert positions == sorted(set(positions)), "no slice was counted twice"


def test_a_paused_reading_can_be_stopped(engine: EngineClient) -> None:
    cancel = Cancel()

    def stop_while_it_is_paused() -> None:
        engine.pause()
        cancel.request()

    stop(engine.run(ReadBooks(PAGES), cancel), at(Reading, stop_while_it_is_paused))
    finish(engine.run(ReadBooks(PAGES), Cancel()))


def test_what_was_read_ahead_is_not_read_again(engine: EngineClient) -> None:
    pages = prompt("What?", text=PAGE, pages=3)
    read = finish(engine.run(ReadBooks(pages), Cancel()))
    ending = finish(engine.run(AnswerTo(pages, Sampling(), 3), Cancel()))
    assert ending.usage.reused_tokens == read.prompt_tokens == lay_out(engine, pages).books[-1].end


def test_rooms_fit_the_memory_and_the_training(engine: EngineClient) -> None:
    info = engine.model()
    assert info is not None
    rooms = [room.context_tokens for room in finish(engine.run(ContextOptions()))]
    assert rooms == sorted(rooms), "a smaller KV type never holds less"
    assert all(info.context_tokens <= tokens <= info.trained_context for tokens in rooms)
