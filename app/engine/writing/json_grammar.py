"""JSON Schemas as grammars of llguidance: what of one can be held while an answer is written, and what cannot."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper

from app.core.documents.json_pointer import pointer

FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uuid")
"""The formats of texts that an answer is held to, as far as regular expressions can."""

_UNHELD = re.compile(r"Unimplemented keys: (\[.*\])|Unknown format: (.*?)(?: \(\d+ times\))?$")


@dataclass(frozen=True)
class Unheld:
    """A keyword that cannot be held while an answer is written. `where` is the JSON pointer of the schema that has it;
    `format` is the one that is not known, of the keyword `format`."""

    keyword: str
    where: str
    format: str = ""


@dataclass(frozen=True)
class Examined:
    """The keywords of a schema that are not held. `problem` says why nothing of it can be, in llguidance's words; empty
    if it can."""

    unheld: tuple[Unheld, ...] = ()
    problem: str = ""


def grammar_of(schema: str, *, whole: bool = True) -> str:
    """Return the grammar of a schema, which is a JSON object. If not `whole`, it is without the keywords that cannot be
    held.

    Answers are on one line, with a space behind each comma and colon: a model that may go on with blanks sometimes does
    so for ever.
    """
    return LLMatcher.grammar_from_json_schema(
        schema,
        overrides={"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": ", "lenient": not whole},
    )


def examine(schema: str) -> Examined:
    """Find out how much of a schema, a JSON object, can be held."""
    wrong, said = _validated(schema, whole=True)
    if not wrong:
        return Examined()
    wrong, warnings = _validated(schema, whole=False)
    if wrong:
        return Examined(problem=warnings[0])
    parsed = json.loads(schema)
    found = [each for text in (*said, *warnings) for each in _unheld(text, parsed)]
    return Examined(tuple(dict.fromkeys(found))) if found else Examined(problem=said[0])


def matches(schema: str, text: str) -> bool:
    """Return whether a text is JSON as `schema` wants it, in the form of answers that are held to it."""
    matcher = LLMatcher(byte_tokens(), grammar_of(schema), log_level=0)
    return matcher.consume_tokens(list(text.encode())) and matcher.is_accepting()


def byte_tokens() -> LLTokenizer:
    """Return a vocabulary of bytes, for texts that no model writes."""
    return LLTokenizer(TokenizerWrapper(_Bytes()), slices=[])


class _Bytes:
    eos_token_id = 256
    bos_token_id = None
    tokens = (*(bytes([byte]) for byte in range(256)), b"\xff<end>")
    special_token_ids = (256,)

    def __call__(self, text: bytes) -> list[int]:
        return list(text)


def _validated(schema: str, *, whole: bool) -> tuple[bool, list[str]]:
    """Return whether a schema is refused, and what llguidance says."""
    try:
        return LLMatcher.validate_grammar_with_warnings(grammar_of(schema, whole=whole), byte_tokens())
    except ValueError as error:  # nested too deeply
        return True, [str(error)]


def _unheld(said: str, schema: Any) -> Iterator[Unheld]:
    found = _UNHELD.fullmatch(said)
    if found is None:
        return
    for keyword in json.loads(found[1]) if found[1] else ():
        yield from (Unheld(keyword, where) for where, _value in _places(schema, keyword))
    if found[2]:
        yield from (
            Unheld("format", where, found[2]) for where, value in _places(schema, "format") if value == found[2]
        )


def _places(schema: Any, keyword: str, where: str = "#") -> Iterator[tuple[str, Any]]:
    """Yield where a schema has a keyword, with its value; names of properties are none."""
    if isinstance(schema, list):
        for index, each in enumerate(schema):
            yield from _places(each, keyword, pointer((index,), where))
    elif isinstance(schema, dict):
        if keyword in schema:
            yield where, schema[keyword]
        for name, value in schema.items():
            if name in _OF_NAMES and isinstance(value, dict):
                for each, below in value.items():
                    yield from _places(below, keyword, pointer((name, each), where))
            elif name not in _OF_VALUES:
                yield from _places(value, keyword, pointer((name,), where))


_OF_NAMES = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
"""Keywords whose values have schemas by names."""

_OF_VALUES = ("const", "enum", "default", "examples")
"""Keywords whose values are no schemas."""
