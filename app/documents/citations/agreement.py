"""Finds the value of a kind in words of a page, for a search that chooses sentences: it proves nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TypeVar

from app.core.conversations.values import AnswerForm, ValueKind, held_form
from app.documents.citations.duties import answers
from app.language.dates import dates_of
from app.language.languages import LANGUAGES, language_of
from app.language.numbers import Figure, figures_of
from app.language.terms import TextTerms, terms_of, words_of

_Value = TypeVar("_Value")

_SCALES = tuple(Decimal(10) ** power for power in (0, 3, 4, 6, 8, 9))
"""The factors 1, "thousand", "万", "million", "億" and "billion", by which words multiply a number."""

_CLAUSE_END = re.compile(
    r"[;:；：、。！？!?\n]|[.,](?=\s+\D)|\s(?=(?:and|but|or|und|aber|oder|et|mais|ou|y|pero|o|e|ma)\s)"
)


def value_in(text: str, form: AnswerForm, question: str) -> str:
    """Return the value of a kind that words of a page have, of several the one that is nearest to the question; a yes
    or no if they say just what is asked. The value is empty if they have none."""
    match form.kind:
        case ValueKind.DATE:
            return next(iter(_nearest(question, text, dates_of)), "")
        case ValueKind.AMOUNT:
            return next(map(str, _nearest(question, text, _numbers)), "")
        case ValueKind.CHOICE:
            return next(iter(_nearest(question, text, partial(_named, choices=form.choices))), "")
        case ValueKind.YES_NO if (held := held_form(form, question)) is not None:
            return next((held.options[0 if yes else 1] for yes in _decided(question, text)), "")
    return ""


def _decided(question: str, text: str) -> list[bool]:
    """Return the answer of the clauses that have all terms of the question, in a list; an empty list if they differ."""
    asked = _terms(question).all
    clauses = [each for each in _CLAUSE_END.split(text) if asked and asked <= _terms(each).all]
    answered = [answers(question, each, text) for each in clauses]
    return [answered[0]] if answered and answered[0] is not None and len(set(answered)) == 1 else []


def _nearest(question: str, text: str, values_of: Callable[[str], Iterable[_Value]]) -> list[_Value]:
    """Return the values of those clauses of the text that share most terms with the question."""
    asked = _terms(question).all
    clauses = [(values, each) for each in _CLAUSE_END.split(text) if (values := list(values_of(each)))]
    shares = [len(asked & _terms(clause).all) for _values, clause in clauses]
    return [
        value for share, (values, _) in zip(shares, clauses, strict=True) if share == max(shares) for value in values
    ]


def _terms(text: str) -> TextTerms:
    return terms_of(text, language_of(words_of(text)).common)


def _named(text: str, choices: Sequence[str]) -> list[str]:
    """Return the choices whose words the text has."""
    found = []
    for choice in choices:
        # A word may stand beside any other where words have no spaces between them.
        edge = r"\b" if choice.isascii() else ""
        if re.search(f"{edge}{re.escape(choice.casefold())}{edge}", text.casefold()):
            found.append(choice)
    return found


def _is_amount(number: Decimal, wanted: Decimal | None) -> bool:
    return any(number * scale == wanted for scale in _SCALES)


def _figures(text: str) -> tuple[Figure, ...]:
    """Return the numbers of a text, in the language that finds most of them: a quotation may be too short to tell its
    language."""
    return max((figures_of(text, language) for language in LANGUAGES), key=len)


def has_number(text: str, number: Decimal) -> bool:
    """Return whether a text has a number, however it writes it."""
    return any(_is_amount(each, number) for each in _numbers(text))


def _numbers(text: str) -> list[Decimal]:
    return [number for figure in _figures(text) if (number := _number(figure)) is not None]


def _number(figure: Figure) -> Decimal | None:
    try:
        return Decimal(figure.value.rstrip("."))
    except InvalidOperation:
        return None
