"""The thoughts of a model are no part of its answer: in real engines, whose models recite thoughts and answers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Notice, Reading, Thinking, Token, Tokenizing
from app.core.errors import Code
from app.core.settings import Sampling
from app.core.work import Cancel, Work
from app.engine.llama.llama import LlamaModel
from app.engine.prompt import PromptTokenizer
from app.engine.protocol import AnswerTo, Generated, Prompt
from tests.engine.conftest import NewEngine, lay_out, load, prompt
from tests.models import vocabulary
from tests.models.reciter import CHATML, HARMONY_FORMAT, write_reciter
from tests.work import at, fail, run

GREEDY = Sampling(temperature=0.0, repeat_penalty=1.0)
THOUGHT = ("Ġthe", "Ġhouse", "“", "Ġwas")
ANSWER = ("Ġthe", "Ġletter", "Ġcame")
SAID = "the letter came"
SCRIPTS = {
    "control tokens": (("<think>", "Ġthe", "Ġhouse", "</think>", "Ċ", *ANSWER), "</think>"),
    "an empty thought": (("<think>", "ĊĊ", "</think>", *ANSWER), "</think>"),
    "ordinary tokens": (("<thinking>", "Ġthe", "Ġhouse", "</thinking>", "Ċ", *ANSWER), "</thinking>"),
    "plain text": (("<", "t", "h", "i", "n", "k", ">", "Ġthe", "Ġhouse", "Ġ", "</think>", *ANSWER), "</think>"),
    "Harmony": (
        [
            *("<|channel|>", "g", "o", "<|message|>", "Ġthe", "Ġhouse", "<|end|>", "<|start|>"),
            *("<|channel|>", *"final", "<|message|>", "T", "h", "e", "Ġletter", "Ġcame"),
        ],
        "<|end|>",
    ),
}


def answer(
    near_engine: NewEngine, model: Path, asked: Prompt, tokens: int = 60
) -> Work[Tokenizing | Reading | Thinking | Token | Notice, Generated]:
    engine = near_engine()
    load(engine, model, context_tokens=1024)
    return engine.run(AnswerTo(asked, GREEDY, tokens), Cancel())


def said(events: Iterable[object]) -> str:
    return "".join(event.text for event in events if isinstance(event, Token))


def thought(events: Iterable[object]) -> str:
    return "".join(event.text for event in events if isinstance(event, Thinking)).strip()


@pytest.mark.parametrize("script", SCRIPTS)
def test_only_the_answer_is_told(near_engine: NewEngine, tmp_path: Path, script: str) -> None:
    words, turn = SCRIPTS[script]
    events, ending = run(answer(near_engine, write_reciter(tmp_path / "m.gguf", words, turn), prompt("What came?")))
    assert said(events).lower() == SAID
    reported = [event for event in events if isinstance(event, Thinking | Token)]
    assert reported.count(Thinking()) == 1
    assert reported[0] == Thinking()
    assert thought(events) == ("" if script == "an empty thought" else "the house")
    assert ending.ending is Ending.COMPLETE
    assert ending.usage.generated_tokens == len(words)


def test_marks_in_the_middle_of_an_answer_belong_to_it(near_engine: NewEngine, tmp_path: Path) -> None:
    words = ("Ġthe", "Ġletter", "<", "t", "h", "i", "n", "k", ">", "Ġcame")
    events, _ending = run(answer(near_engine, write_reciter(tmp_path / "m.gguf", words), prompt("What came?")))
    assert said(events) == " the letter<think> came"
    assert Thinking() not in events


@pytest.mark.parametrize(
    ("words", "tokens", "code"),
    [
        (("<think>", "Ġthe", "Ġhouse", "Ġwas", "Ġgreat"), 3, Code.ANSWER_ALL_THOUGHT),
        (("<think>", "Ġthe", "Ġhouse", "</think>", "Ċ", "Ġcame"), 5, Code.ANSWER_ALL_THOUGHT),
        (("<think>", "Ġthe", "Ġhouse"), 60, Code.ANSWER_MISSING),
        (("<|channel|>", "Ġthe"), 60, Code.ANSWER_MISSING),
    ],
)
def test_an_answer_that_is_nothing_but_thought_says_so(
    near_engine: NewEngine, tmp_path: Path, words: tuple[str, ...], tokens: int, code: Code
) -> None:
    work = answer(near_engine, write_reciter(tmp_path / "m.gguf", words), prompt("What came?"), tokens)
    events, problem = fail(work)
    assert said(events) == ""
    assert problem.code is code


def test_it_is_stopped_while_it_thinks(near_engine: NewEngine, tmp_path: Path) -> None:
    endless = [token for token in vocabulary.build(()).tokens if token[:1] == "Ġ" and token[1:].isascii()][1:200]
    engine, cancel = near_engine(), Cancel()
    load(engine, write_reciter(tmp_path / "m.gguf", ("<think>", *endless)), context_tokens=1024)
    events, ending = run(engine.run(AnswerTo(prompt("What came?"), GREEDY, 1000), cancel), at(Thinking, cancel.request))
    assert said(events) == ""
    assert ending.ending is Ending.CANCELLED


def test_the_next_turn_is_laid_out_without_the_thought(near_engine: NewEngine, tmp_path: Path) -> None:
    """The turn is laid out as by an engine that never saw the thought; and it is answered as there."""
    words, turn = SCRIPTS["control tokens"]
    model = write_reciter(tmp_path / "m.gguf", words, turn)
    engine, fresh = near_engine(), near_engine()
    load(engine, model, context_tokens=1024)
    load(fresh, model, context_tokens=1024)
    first, _ending = run(engine.run(AnswerTo(prompt("What came?"), GREEDY, 60), Cancel()))
    following = prompt("And then?", "What came?", said(first))
    assert lay_out(engine, following).tokens == lay_out(fresh, following).tokens
    assert said(run(engine.run(AnswerTo(following, GREEDY, 60), Cancel()))[0]) == SAID


def test_in_harmony_the_model_names_its_channel(near_engine: NewEngine, tmp_path: Path) -> None:
    """The prompt ends before it; what was answered before stands without one."""
    engine = near_engine()
    model = write_reciter(tmp_path / "m.gguf", ANSWER, template=HARMONY_FORMAT)
    load(engine, model, context_tokens=1024)
    vocabulary = LlamaModel(model, 0, lambda _fraction: True, vocabulary_only=True)
    laid = lay_out(engine, prompt("And then?", "What came?", "A letter.")).tokens
    text = b"".join(vocabulary.piece(token) or vocabulary.token_text(token) for token in laid).decode()
    vocabulary.close()
    assert "<|start|>assistant<|message|>A letter.<|return|><|start|>user<|message|>And then?<|end|>" in text
    assert text.endswith("<|end|><|start|>assistant")


def test_a_quotation_in_a_thought_is_not_held_to_the_books(near_engine: NewEngine, tmp_path: Path) -> None:
    """The words that are quoted there stand in no book; held to them, the model could not have gone on to its
    answer."""
    words = ("<think>", "Ġthe", '"', "Ġhouse", "Ġwas", "Ġgreat", "Ġtown", "</think>", *ANSWER)  # the mark is not closed
    work = answer(near_engine, write_reciter(tmp_path / "m.gguf", words), prompt("What came?", text="A letter."))
    events, _ending = run(work)
    assert said(events) == SAID


def test_a_thought_that_reaches_its_limit_is_closed_and_the_answer_begins(
    near_engine: NewEngine, tmp_path: Path
) -> None:
    """In the same generation: nothing is read again, and the answer has all of its own length."""
    endless = [token for token in vocabulary.build(()).tokens if token[:1] == "Ġ" and token[1:].isascii()][1:100]
    answer = [word for word in ANSWER if word not in endless]
    engine = near_engine()
    model = write_reciter(tmp_path / "m.gguf", ("<think>", *endless, "</think>", *answer))
    load(engine, model, context_tokens=1024)
    order = AnswerTo(prompt("What came?"), GREEDY, 40, max_thought_tokens=12)
    events, ending = run(engine.run(order, Cancel()))
    last = [event for event in events if isinstance(event, Thinking)][-1]
    assert last.limited
    assert 12 <= last.tokens <= 16
    assert len(thought(events).split()) == 11
    assert said(events)
    assert ending.usage.evaluated_tokens + ending.usage.reused_tokens == ending.usage.prompt_tokens
    assert ending.usage.generated_tokens - last.tokens <= 40


QWEN = CHATML + "{% if enable_thinking is false %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}"


def test_a_model_is_had_not_to_think_behind_books_and_question(near_engine: NewEngine, tmp_path: Path) -> None:
    engine = near_engine()
    model = write_reciter(tmp_path / "m.gguf", ("<think>", *ANSWER), template=QWEN)
    load(engine, model, context_tokens=1024)
    vocabulary = LlamaModel(model, 0, lambda _fraction: True, vocabulary_only=True)
    asked = prompt("What came?", text="A letter.")
    thinks = lay_out(engine, asked).tokens
    silent = lay_out(engine, msgspec.structs.replace(asked, thinks=False)).tokens
    assert silent[: len(thinks)] == thinks
    aside = PromptTokenizer(vocabulary, chat_template=vocabulary.chat_template()).next_question("A title?")
    rests = [
        b"".join(vocabulary.piece(token) or vocabulary.token_text(token) for token in tokens).decode()
        for tokens in (silent[len(thinks) :], aside)
    ]
    vocabulary.close()
    assert rests[0] == "<think>\n\n</think>\n\n"
    assert rests[1].endswith(rests[0]), "what is asked beside a conversation is answered at once"
