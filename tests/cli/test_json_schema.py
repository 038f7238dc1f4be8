"""`octavo ask --json-schema`: JSON that the schema allows, its pages beside it, a sentence for all that is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import EXIT_INPUT, EXIT_MODEL
from app.core.errors import Code
from tests.cli.conftest import Octavo
from tests.said import says

STORY = "\n\n".join(
    f"In the year {1800 + n} the keeper number {n} wrote that the lamp burned all night, and he was paid on"
    f" {n} March {1800 + n}."
    for n in range(1, 6)
)
SCHEMA = {
    "type": "object",
    "properties": {
        "keeper": {"const": "the keeper number 3 wrote that the lamp burned all night"},
        "paid_on": {"enum": ["1803-03-03"]},
        "lamps": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 4}, "maxItems": 2},
        "灯台": {"enum": ["elsewhere entirely"]},
        "lit": {"type": "boolean"},
    },
    "required": ["keeper", "paid_on", "lamps", "灯台", "lit"],
    "additionalProperties": False,
}


@pytest.fixture
def ask(tmp_path: Path, octavo: Octavo, tiny_scout: Path) -> Any:
    """Ask with a schema; gives exit code, stdout, stderr."""
    book, schema_file = tmp_path / "story.md", tmp_path / "schema.json"
    book.write_text(STORY, encoding="utf-8")

    def call(schema: object, *more: object) -> tuple[int, str, str]:
        content = schema if isinstance(schema, bytes) else json.dumps(schema).encode()
        schema_file.write_bytes(content)
        how = ("--data-dir", tmp_path / "desk", "--model", tiny_scout, "--context", 8192, "--seed", 1, "--no-weighing")
        return octavo("ask", *how, "--document", book, "--json-schema", schema_file, *more)

    return call


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_an_answer_is_json_and_its_pages_are_beside_it(ask: Any) -> None:
    code, out, err = ask(SCHEMA, "--json", "Who wrote it?", "And who was paid?")
    assert (code, err) == (0, "")
    events = lines(out)
    first, second = (event for event in events if event["event"] == "finished")
    value, _other = (event for event in events if event["event"] == "value")
    assert value["valid"]
    assert value["value"] == json.loads(first["answer"])
    assert value["value"]["paid_on"] == "1803-03-03"
    places = {place["pointer"]: place for place in value["places"]}
    assert places["/keeper"]["verdict"] == "verbatim"
    assert places["/keeper"]["evidence"][0]["page"] == 1
    assert "3 March 1803" in places["/paid_on"]["evidence"][0]["text"]
    assert places["/paid_on"]["verdict"] != "nothing"
    assert (places["/灯台"]["verdict"], places["/灯台"]["evidence"]) == ("nothing", [])
    assert "/lit" not in places, "no words say a yes"
    assert {each["sentence"] for each in first["verdicts"]} >= {SCHEMA["properties"]["keeper"]["const"]}  # type: ignore[index]
    assert {each["sentence"]: each["verdict"] for each in first["verdicts"]} == {
        place["value"]: place["verdict"] for place in value["places"]
    }
    assert second["usage"]["reused_tokens"] >= first["usage"]["prompt_tokens"], "nothing is read again"


def test_standard_output_has_the_json_alone(ask: Any) -> None:
    code, out, err = ask(SCHEMA, "Who wrote it?")
    assert code == 0
    assert json.loads(out)["paid_on"] == "1803-03-03"
    assert "✓ On p. 1 of story, word for word. /keeper: “the keeper number 3" in err
    assert "✗ No page says this. /灯台: “elsewhere entirely”" in err
    assert err.count("/paid_on: “1803-03-03”") == 1


def test_what_is_cut_off_is_not_called_valid(ask: Any) -> None:
    code, out, err = ask(SCHEMA, "--json", "--max-tokens", 4, "Who wrote it?")
    assert code == EXIT_MODEL
    finished, value, failed = (e for e in lines(out) if e["event"] in ("finished", "value", "failed"))
    assert finished["ending"] == "length"
    assert (value["valid"], value["value"], value["places"]) == (False, None, [])
    assert value["code"] == failed["code"] == "answer_not_json"
    assert "not whole JSON" in err
    code, out, _err = ask({"type": "integer", "minimum": 1000}, "--max-tokens", 1, "--json", "How many?")
    assert code == EXIT_MODEL
    assert not next(event["valid"] for event in lines(out) if event["event"] == "value"), "a number that was cut off"


def test_it_goes_on_until_it_is_whole(ask: Any) -> None:
    code, out, _err = ask(SCHEMA, "--max-tokens", 16, "--continue", "Who wrote it?")
    assert code == 0
    assert json.loads(out)["paid_on"] == "1803-03-03"


def test_what_nothing_holds_an_answer_to_is_checked(ask: Any) -> None:
    same = {"type": "array", "items": {"const": 7}, "minItems": 2, "maxItems": 2, "uniqueItems": True}
    code, out, err = ask(same, "--json", "Which?")
    assert code == EXIT_MODEL
    events = {event["event"]: event for event in lines(out)}
    assert "“uniqueItems” (at # of the schema)" in events["notice"]["message"]
    assert events["value"]["value"] == [7, 7]
    assert events["value"]["code"] == "answer_against_schema"
    assert "at #" in err


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (b"{'a': 1}", "line 1, column 2"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 20_000, "is not JSON"),
        (b'{"minimum": NaN}', "is not JSON"),
        (b"true", "is not a JSON Schema"),
        (b" " * 40_000, "32"),
        ({"properties": {"a": {"type": "text"}}}, "at #/properties/a/type"),
        ({"properties": {"a": {"$ref": "https://example.org/a.json"}}}, "“https://example.org/a.json”"),
        ({"items": {"type": "string", "format": "iban"}}, "At #/items, the schema"),
        ({"type": "string", "pattern": "(?=a)b"}, "look-around"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "cannot be held"),
        ({"$ref": "#/$defs/nowhere"}, "nowhere"),
        (b'{"items": ' * 2000 + b"{}" + b"}" * 2000, "nested too deeply"),
    ],
)
def test_a_wrong_schema_gets_a_sentence_before_anything_is_read(ask: Any, schema: object, said: str) -> None:
    code, out, err = ask(schema, "Who?")
    assert (code, out) == (EXIT_INPUT, "")
    assert said in err
    assert err.count("octavo:") == 1


def test_a_schema_that_is_not_there_gets_a_sentence(octavo: Octavo, tmp_path: Path) -> None:
    code, _out, err = octavo("ask", "--data-dir", tmp_path / "desk", "--json-schema", tmp_path / "no.json", "Who?")
    assert code == EXIT_INPUT
    assert says(err, Code.FILE_MISSING, path=str(tmp_path / "no.json"))
