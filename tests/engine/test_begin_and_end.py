"""A prompt begins with begin-of-text, and each of Llama 4's end tokens ends an answer, with files as converters write
them: the pinned one leaves out the keys of two end tokens, others that of the beginning."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Token
from app.core.settings import Sampling
from app.core.work import Cancel
from app.engine.llama.llama import LlamaModel
from app.engine.prompt import PromptTokenizer
from app.engine.protocol import AnswerTo
from tests.engine.conftest import NewEngine, load, prompt
from tests.models import families, llama4
from tests.work import run

ENDS = (llama4.END_OF_TEXT, llama4.END_OF_MESSAGE, llama4.END_OF_TURN)


def vocabulary_of(path: Path) -> LlamaModel:
    return LlamaModel(path, 0, lambda _fraction: True, vocabulary_only=True)


@pytest.mark.parametrize("says_bos", [True, False])
def test_a_prompt_begins_with_begin_of_text_whether_the_file_asks_for_it_or_not(tmp_path: Path, says_bos: bool) -> None:
    model = vocabulary_of(llama4.write_scout(tmp_path / "scout.gguf", layers=4, says_bos=says_bos))
    laid = PromptTokenizer(model).lay_out(prompt("A question?"))
    assert model.token_text(laid.tokens[0]) == llama4.BEGIN.encode()
    assert [model.token_text(token) for token in laid.tokens].count(llama4.BEGIN.encode()) == 1
    model.close()


@pytest.mark.parametrize(
    ("template", "begins"),
    [
        ("{{ bos_token }}{% for message in messages %}<|header_start|>", True),
        ("{{- bos_token }}\n{%- for message in messages %}<|header_start|>", True),
        ("{% for message in messages %}<|header_start|>{{ bos_token }}", False),
        ("<|header_start|>", False),
    ],
)
def test_another_family_begins_as_its_template_does(tmp_path: Path, template: str, begins: bool) -> None:
    model = vocabulary_of(families.write_family(tmp_path / "qwen.gguf", "qwen3moe", template=template))
    assert (model.bos is not None) == begins
    model.close()


@pytest.mark.parametrize("end", ENDS)
def test_each_end_token_ends_an_answer(tmp_path: Path, near_engine: NewEngine, end: str) -> None:
    path = llama4.write_scout(tmp_path / "ends.gguf", layers=4, ends_with=end)
    engine = near_engine()
    load(engine, path, context_tokens=4096)
    events, last = run(engine.run(AnswerTo(prompt("A question?"), Sampling(seed=1, true_quotes=False), 2000), Cancel()))
    assert last.ending is Ending.COMPLETE
    assert 0 < last.usage.generated_tokens < 2000
    assert "<|" not in "".join(event.text for event in events if isinstance(event, Token))


def test_no_other_control_token_is_an_end(tiny_scout: Path) -> None:
    model = vocabulary_of(tiny_scout)
    found = {text for text in llama4.CONTROL if model.is_end(*model.tokenize(text, special=True))}
    assert found == set(ENDS)
    assert not any(model.is_end(token) for token in model.tokenize("".join(ENDS), special=False))
    model.close()
