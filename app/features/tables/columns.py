"""Questions of a grid as lines of text: each with the kind of its answers and the name of its column.

    [date] End of term: When does the lease end?
    [choice: tenant, landlord] Insurance: Who has to insure the building?
    What may the tenant not do?

A line without a kind is answered in prose, as a question of a conversation is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from app.core.conversations.values import AnswerForm, ValueKind
from app.core.errors import AppError, Code
from app.features.tables.data import GridColumn

MAX_QUESTION_CHARACTERS = 2000
MOST_CHOICES = 20
MOST_CHOICE_CHARACTERS = 60
_COMMENT = "#"
_LINE = re.compile(r"\[([^\[\]]*)\]\s*(.*)", re.DOTALL)
_NAME = re.compile(r"([^:：]{1,60})(?::\s+|：)(.+)", re.DOTALL)
_BETWEEN = re.compile(r"[,;，；、]")
_KINDS = {
    "prose": ValueKind.PROSE,
    "文章": ValueKind.PROSE,
    "text": ValueKind.TEXT,
    "語句": ValueKind.TEXT,
    "yes/no": ValueKind.YES_NO,
    "はい/いいえ": ValueKind.YES_NO,
    "date": ValueKind.DATE,
    "日付": ValueKind.DATE,
    "amount": ValueKind.AMOUNT,
    "金額": ValueKind.AMOUNT,
    "choice": ValueKind.CHOICE,
    "選択": ValueKind.CHOICE,
}


def split_questions(text: str) -> tuple[str, ...]:
    """Split a text into its questions, one a line; empty lines and those that begin with # are left out."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith(_COMMENT))


def columns_of(lines: Iterable[str], first: int = 1) -> tuple[GridColumn, ...]:
    """Return a column for each line, the first of them with the number `first`. Raises AppError QUESTION_KIND,
    QUESTION_CHOICES."""
    return tuple(_column(number, line.strip()) for number, line in enumerate(lines, first))


def line_of(column: GridColumn) -> str:
    """Return the line that `columns_of` makes this column of."""
    if not column.form.is_held and not column.name:
        return column.question
    choices = f": {', '.join(column.form.choices)}" if column.form.choices else ""
    name = f"{column.name}: " if column.name else ""
    return f"[{column.form.kind}{choices}] {name}{column.question}"


def choices_of(text: str) -> tuple[str, ...]:
    """Return the choices that a text names between commas, each once."""
    return tuple(dict.fromkeys(choice for each in _BETWEEN.split(text) if (choice := " ".join(each.split()))))


def are_choices(choices: Sequence[str]) -> bool:
    """Return whether so many, and so long ones, can be chosen from."""
    return 2 <= len(choices) <= MOST_CHOICES and all(len(choice) <= MOST_CHOICE_CHARACTERS for choice in choices)


def check_choices(choices: Sequence[str], number: int) -> None:
    """Check the choices of the question with this number. Raises AppError QUESTION_CHOICES."""
    if not are_choices(choices):
        raise AppError(Code.QUESTION_CHOICES, number=number, limit=MOST_CHOICES, characters=MOST_CHOICE_CHARACTERS)


def check_length(question: str, number: int) -> None:
    """Check the length of the question with this number. Raises AppError QUESTION_TOO_LONG."""
    if len(question) > MAX_QUESTION_CHARACTERS:
        limit = MAX_QUESTION_CHARACTERS
        raise AppError(Code.QUESTION_TOO_LONG, number=number, characters=len(question), limit=limit)


def _column(number: int, line: str) -> GridColumn:
    found = _LINE.fullmatch(line)
    if found is None or not found[2]:
        return GridColumn(line)
    wanted, colon, listed = found[1].partition(":") if ":" in found[1] else found[1].partition("：")
    kind = _KINDS.get(wanted.strip().casefold())
    if kind is None or (colon and kind is not ValueKind.CHOICE):
        raise AppError(Code.QUESTION_KIND, number=number, kind=found[1], known=", ".join(ValueKind))
    choices = choices_of(listed)
    if kind is ValueKind.CHOICE:
        check_choices(choices, number)
    named = _NAME.fullmatch(found[2])
    name, question = (named[1].strip(), named[2].strip()) if named else ("", found[2])
    return GridColumn(question, name, AnswerForm(kind, choices))
