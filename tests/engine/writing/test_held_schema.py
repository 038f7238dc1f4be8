"""Answers held to a JSON Schema: JSON that it allows, whatever a model would write, and said where it is cut."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Thinking, Token
from app.core.settings import Sampling
from app.core.work import Cancel
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo, DocumentText, Message, PageText, Prompt
from app.engine.writing.json_grammar import Unheld, examine, matches
from tests.engine.conftest import NewEngine, load
from tests.models.reciter import write_reciter
from tests.work import run

PARTY = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 12}, "role": {"enum": ["tenant", "貸主", None]}},
    "required": ["name", "role"],
    "additionalProperties": False,
}
SCHEMAS: tuple[dict[str, Any], ...] = (
    {"type": "integer", "minimum": 3, "maximum": 17},
    {"type": "array", "items": {"type": "integer", "exclusiveMinimum": -5, "maximum": 4}, "minItems": 1, "maxItems": 3},
    {"enum": ["tenant", "貸主", 7, None, True, ["x"]]},
    {
        "type": "object",
        "properties": {
            "賃料": {"type": "number", "minimum": 0, "maximum": 9.5, "multipleOf": 0.5},
            "begins": {"type": "string", "format": "date"},
            "code": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
        },
        "required": ["賃料", "begins", "code"],
        "additionalProperties": False,
    },
    {
        "type": "object",
        "properties": {"parties": {"type": "array", "items": {"$ref": "#/$defs/party"}, "minItems": 2, "maxItems": 2}},
        "required": ["parties"],
        "additionalProperties": False,
        "$defs": {"party": PARTY},
    },
    {"anyOf": [{"type": "boolean"}, {"type": "string", "minLength": 2, "maxLength": 6}]},
)


def answer(
    engine: EngineClient,
    schema: dict[str, Any],
    seed: int = 0,
    limit: int = 400,
    begun: str = "",
    temperature: float = 1.5,
) -> tuple[str, Ending, str]:
    """The answer, how it ended, and what was thought before."""
    book = DocumentText("A lease", (PageText("1", "The tenant pays. 貸主は鍵を渡す。"),), "b")
    messages = (Message("user", "Who pays?"), *((Message("assistant", begun),) if begun else ()))
    sampling = Sampling(temperature=temperature, top_k=0, top_p=1, min_p=0, seed=seed)
    order = AnswerTo(Prompt("Answer.", (book,), messages), sampling, limit, schema=json.dumps(schema))
    events, ended = run(engine.run(order, Cancel()))
    text = "".join(event.text for event in events if isinstance(event, Token))
    return text, ended.ending, "".join(event.text for event in events if isinstance(event, Thinking))


def test_a_model_of_random_weights_writes_what_the_schema_allows(near_engine: NewEngine, tiny_scout: Path) -> None:
    from jsonschema import FormatChecker, validate  # now: it takes seconds, which few of the tests need

    engine = near_engine()
    load(engine, tiny_scout, context_tokens=1024)
    for seed, schema in enumerate(SCHEMAS):
        text, ending, _thought = answer(engine, schema, seed)
        assert ending is Ending.COMPLETE, text
        validate(json.loads(text), schema, format_checker=FormatChecker())


def test_one_that_is_cut_goes_on_where_it_was(near_engine: NewEngine, tiny_scout: Path) -> None:
    from jsonschema import validate

    engine, schema = near_engine(), SCHEMAS[4]
    load(engine, tiny_scout, context_tokens=1024)
    begun, ending, _thought = answer(engine, schema, limit=12)
    assert ending is Ending.LENGTH
    with pytest.raises(json.JSONDecodeError):
        json.loads(begun)
    rest, ending, _thought = answer(engine, schema, seed=1, begun=begun)
    assert ending is Ending.COMPLETE
    validate(json.loads(begun + rest), schema)


def test_what_was_begun_otherwise_goes_on_freely(near_engine: NewEngine, tiny_scout: Path) -> None:
    """It is no JSON, and nothing makes it any."""
    engine = near_engine()
    load(engine, tiny_scout, context_tokens=1024)
    assert answer(engine, SCHEMAS[0], limit=8, begun="The tenant")[1] is Ending.LENGTH


THINKS = {
    "control tokens": (("<think>", "Ġthe", "Ġhouse", "</think>", "Ċ", "Ġcame"), "</think>"),
    "ordinary tokens": (("<thinking>", "Ġthe", "Ġhouse", "</thinking>", "Ċ", "Ġcame"), "</thinking>"),
    "Harmony": (
        [
            *("<|channel|>", "g", "o", "<|message|>", "Ġthe", "Ġhouse", "<|end|>", "<|start|>"),
            *("<|channel|>", *"final", "<|message|>", "Ġcame"),
        ],
        "<|end|>",
    ),
}


@pytest.mark.parametrize("script", THINKS)
def test_the_schema_binds_the_answer_and_not_the_thought(script: str, near_engine: NewEngine, tmp_path: Path) -> None:
    words, turn = THINKS[script]
    engine = near_engine()
    load(engine, write_reciter(tmp_path / "thinks.gguf", words, turn), context_tokens=1024)
    text, ending, thought = answer(engine, SCHEMAS[0], temperature=0)
    assert ending is Ending.COMPLETE
    assert thought.split() == ["the", "house"]
    assert 3 <= json.loads(text) <= 17


def test_what_cannot_be_held_is_named_with_its_place() -> None:
    schema = {
        "properties": {
            "not": {"type": "array", "uniqueItems": True},
            "a/b": {"not": {"type": "string"}, "default": {"not": 1}},
            "x": {"type": "string", "format": "iban"},
            "y": {"items": {"format": "iban"}},
        }
    }
    assert set(examine(json.dumps(schema)).unheld) == {
        Unheld("uniqueItems", "#/properties/not"),
        Unheld("not", "#/properties/a~1b"),
        Unheld("format", "#/properties/x", "iban"),
        Unheld("format", "#/properties/y/items", "iban"),
    }
    assert examine('{"type": "string", "pattern": "(?=a)b"}').problem
    for whole in SCHEMAS:
        held = examine(json.dumps(whole))
        assert not held.unheld
        assert not held.problem


def test_a_text_is_compared_as_it_would_be_written() -> None:
    assert matches('{"type": "string", "format": "date"}', '"2032-02-29"')
    assert not matches('{"type": "string", "format": "date"}', '"2031-02-32"')
