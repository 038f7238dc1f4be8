"""JSON Schemas that answers are held to: read from a file with what cannot be held of them, and what answers are by
them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.conversations.conversation import Ending
from app.core.documents.document import CitedBook
from app.core.documents.json_pointer import pointer
from app.core.errors import AppError, Code, Problem
from app.documents.files import open_document
from app.store.books import Books

if TYPE_CHECKING:
    from app.core.conversations.conversation import Answer, Question, StoredQuestion
    from app.documents.citations.json_values import PlacedValue

MOST_BYTES = 32 << 10
"""The most bytes of a schema: the model reads all of it, next to the question."""

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_MOST_DETAIL = 300


@dataclass(frozen=True)
class AnswerSchema:
    """A schema that answers are held to. `text` is the schema on one line. `checked` names what it wants and nothing
    holds an answer to while it is written; that is checked afterwards."""

    text: str = ""
    checked: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class JsonAnswer:
    """An answer judged by its schema. `problem` says why it is not what the schema wants; None if it is. `value` is
    what it says, None if that is no JSON. `places` are what the pages have of each of its texts and numbers."""

    problem: Problem | None
    value: Any
    places: tuple[PlacedValue, ...]


def read_schema(path: Path) -> AnswerSchema:
    """Return the schema in a file. Raises AppError FILE_*, SCHEMA_*."""
    schema = _parsed(path, _content(path))
    _check_schema(path, schema)
    text = json.dumps(schema, ensure_ascii=False)
    from app.engine.writing.json_grammar import examine

    held = examine(text)
    if held.problem:
        raise AppError(Code.SCHEMA_IMPOSSIBLE, path=str(path), detail=_shortened(held.problem))
    for each in held.unheld:
        if each.format:
            raise AppError(Code.SCHEMA_FORMAT, path=str(path), where=each.where, format=each.format)
    checked = (
        Problem(Code.ANSWER_SCHEMA_CHECKED, {"where": each.where, "keyword": each.keyword}) for each in held.unheld
    )
    return AnswerSchema(text, tuple(checked))


def judge(answer: Answer, question: Question | StoredQuestion, books: Books) -> JsonAnswer:
    """Judge an answer by the schema of its question, and find the pages that have its values. Raises AppError
    FILE_MISSING, PAGES_INVALID."""
    from app.documents.citations.json_values import place_values

    cited: tuple[CitedBook, ...] = tuple(map(books.cited, question.all_books))
    problem, value = checked(answer.text, question.form.schema)
    if answer.ending is not Ending.COMPLETE:  # the number 12 may be the beginning of 123
        return JsonAnswer(Problem(Code.ANSWER_NOT_JSON), None, ())
    return JsonAnswer(problem, value, place_values(answer.text, question.text, cited))


def checked(answer: str, schema: str) -> tuple[Problem | None, Any]:
    """Return why an answer is not what a schema wants, None if it is; and what it says, None if that is no JSON."""
    from jsonschema.exceptions import best_match

    try:
        value = json.loads(answer, parse_constant=_refuse)
        wrong = best_match(_validator(json.loads(schema)).iter_errors(value))
    except (ValueError, RecursionError):
        return Problem(Code.ANSWER_NOT_JSON), None
    if wrong is None:
        return None, value
    detail = _shortened(wrong.message)
    return Problem(Code.ANSWER_AGAINST_SCHEMA, {"where": pointer(wrong.absolute_path, "#"), "detail": detail}), value


def _content(path: Path) -> bytes:
    try:
        file = open_document(path, MOST_BYTES)
    except AppError as error:
        if error.code is Code.FILE_TOO_LARGE:
            raise AppError(Code.SCHEMA_TOO_LARGE, **error.params) from error
        raise
    with os.fdopen(file.fd, "rb") as opened:
        return opened.read(MOST_BYTES)


def _parsed(path: Path, untrusted_bytes: bytes) -> dict[str, Any]:
    try:
        schema = json.loads(untrusted_bytes.decode("utf-8-sig"), parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise AppError(Code.SCHEMA_NOT_JSON, path=str(path), line=error.lineno, column=error.colno) from error
    except (ValueError, RecursionError) as error:
        raise AppError(Code.SCHEMA_NOT_JSON, path=str(path), line=1, column=1) from error
    if not isinstance(schema, dict):
        raise AppError(Code.SCHEMA_INVALID, path=str(path), where="#", detail=f"{schema!r:.40}")
    return schema


def _check_schema(path: Path, schema: dict[str, Any]) -> None:
    """Check that this is a schema that can be used. Raises AppError SCHEMA_ELSEWHERE, SCHEMA_INVALID."""
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import Draft202012Validator, validator_for

    try:
        for where, address in _references(schema):
            if not address.startswith("#"):
                raise AppError(Code.SCHEMA_ELSEWHERE, path=str(path), where=where, address=_shortened(address))
        validator_for(schema, default=Draft202012Validator).check_schema(schema)
    except RecursionError as error:
        raise AppError(Code.SCHEMA_INVALID, path=str(path), where="#", detail="nested too deeply") from error
    except SchemaError as error:
        where = pointer(error.absolute_path, "#")
        raise AppError(Code.SCHEMA_INVALID, path=str(path), where=where, detail=_shortened(error.message)) from error


def _references(schema: Any, where: str = "#") -> Iterator[tuple[str, str]]:
    if isinstance(schema, dict):
        yield from ((where, schema[key]) for key in _REFERENCES if isinstance(schema.get(key), str))
        for name, below in schema.items():
            yield from _references(below, pointer((name,), where))
    elif isinstance(schema, list):
        for index, below in enumerate(schema):
            yield from _references(below, pointer((index,), where))


def _validator(schema: dict[str, Any]) -> Any:
    """Return a validator that never fetches anything."""
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing import Registry

    known: Any = validator_for(schema, default=Draft202012Validator)
    return known(schema, registry=Registry(), format_checker=_formats())


def _formats() -> Any:
    """Return checks of formats: the library's own, and for the formats that it needs other libraries for, the rules
    that answers are held to."""
    from jsonschema import FormatChecker

    from app.engine.writing.json_grammar import FORMATS, matches

    checker = FormatChecker()

    def fits(value: object, name: str) -> bool:
        wanted = json.dumps({"type": "string", "format": name})
        return not isinstance(value, str) or matches(wanted, json.dumps(value, ensure_ascii=False))

    for name in FORMATS:
        if name not in checker.checkers:
            checker.checks(name)(partial(fits, name=name))
    return checker


def _refuse(constant: str) -> None:
    """Refuse NaN and infinity, which are no JSON."""
    raise ValueError(constant)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MOST_DETAIL else text[: _MOST_DETAIL - 1] + "…"
