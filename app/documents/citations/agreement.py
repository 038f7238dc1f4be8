"""Compares a value with the words that are quoted for it: what these say instead, where they say something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TypeVar

from app.core.languages import LANGUAGES, language_of
from app.core.values import AnswerForm, CellValue, ValueKind, ValueState, held_form
from app.documents.citations.dates import dates_of
from app.documents.citations.differences import answers, negates
from app.documents.citations.numbers import Figure, figures_of
from app.documents.text.terms import TextTerms, terms_of, words_of

_Value = TypeVar("_Value")

_SCALES = tuple(Decimal(10) ** power for power in (0, 3, 4, 6, 8, 9))
"""What "thousand", "万", "million", "億" and "billion" make of a number."""

_CLAUSE_END = re.compile(
    r"[;:；：、。！？!?\n]|[.,](?=\s+\D)|\s(?=(?:and|but|or|und|aber|oder|et|mais|ou|y|pero|o|e|ma)\s)"
)


def page_says(value: CellValue, form: AnswerForm, quotations: Sequence[str]) -> str:
    """What the quotations have in the place of a value, as it is written there or as values are; empty where they
    agree, and where they have nothing of its kind."""
    if value.state is not ValueState.HAS:
        return ""
    text = "\n".join(quotations)
    match form.kind:
        case ValueKind.DATE:
            dates = dates_of(text)
            agrees = any(each.startswith(value.text) or value.text.startswith(each) for each in dates)
            return "" if agrees or not dates else dates[0]
        case ValueKind.AMOUNT:
            return _other_amount(value, text)
        case ValueKind.TEXT:
            return _other_figure(value.text, text)
        case ValueKind.CHOICE:
            named = _named(text, form.choices)
            return "" if value.text in named or len(named) != 1 else named[0]
    return ""


def is_proof(value: CellValue, form: AnswerForm, question: str, quotations: Sequence[str]) -> bool:
    """Whether quotations can prove a value. Words that share none with the question prove nothing but text. Those that
    share most of it prove a yes, or a no where they negate something. Of several dates or amounts, words prove the one
    whose clause shares most with the question, if it is but one. What fails may be true all the same; somebody has to
    look."""
    text = "\n".join(quotations)
    match form.kind:
        case ValueKind.DATE:
            dates = _nearest(question, text, dates_of)
            agree = all(each.startswith(value.text) or value.text.startswith(each) for each in dates)
            return bool(dates) and agree and _is_about(question, text)
        case ValueKind.AMOUNT:
            amounts = _nearest(question, text, _numbers)
            agree = all(_is_amount(each, value.number) for each in amounts)
            return bool(amounts) and agree and _is_about(question, text)
        case ValueKind.YES_NO:
            return _is_about(question, text, half=True) and negates(text) != value.yes
        case ValueKind.CHOICE:
            named = _nearest(question, text, partial(_named, choices=form.choices))
            return all(each == value.text for each in named) and _is_about(question, text)
    return True


def _is_about(question: str, text: str, *, half: bool = False) -> bool:
    """Whether a text has a word of the question, or more than `half` of those that are not of grammar; so taken to be
    where the two are in scripts that share no words."""
    asked, said = _terms(question), _terms(text)
    comparable = (asked.stems and said.stems) or (asked.pairs and said.pairs)
    shared = len(asked.all & said.all)
    return not comparable or (2 * shared > len(asked.stems) if half and asked.stems else shared > 0)


def value_in(text: str, form: AnswerForm, question: str) -> str:
    """The value of a kind that words of a page have, of several the one that is nearest to the question; a yes or no
    where they say just what is asked. Empty where they have none."""
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
    """What those clauses answer that have all terms of the question; nothing where they differ."""
    asked = _terms(question).all
    clauses = [each for each in _CLAUSE_END.split(text) if asked and asked <= _terms(each).all]
    answered = [answers(question, each, text) for each in clauses]
    return [answered[0]] if answered and answered[0] is not None and len(set(answered)) == 1 else []


def _nearest(question: str, text: str, values_of: Callable[[str], Iterable[_Value]]) -> list[_Value]:
    """The values of those clauses of the text that share most terms with the question."""
    asked = _terms(question).all
    clauses = [(values, each) for each in _CLAUSE_END.split(text) if (values := list(values_of(each)))]
    shares = [len(asked & _terms(clause).all) for _values, clause in clauses]
    return [
        value for share, (values, _) in zip(shares, clauses, strict=True) if share == max(shares) for value in values
    ]


def _terms(text: str) -> TextTerms:
    return terms_of(text, language_of(words_of(text)).common)


def _named(text: str, choices: Sequence[str]) -> list[str]:
    """The choices whose words the text has."""
    found = []
    for choice in choices:
        # Where words have no spaces between them, a word may stand beside any other.
        edge = r"\b" if choice.isascii() else ""
        if re.search(f"{edge}{re.escape(choice.casefold())}{edge}", text.casefold()):
            found.append(choice)
    return found


def _other_amount(value: CellValue, text: str) -> str:
    numbers = _numbers(text)
    if value.number is None or not numbers or any(_is_amount(each, value.number) for each in numbers):
        return ""
    return f"{numbers[0]:f}"


def _is_amount(number: Decimal, wanted: Decimal | None) -> bool:
    return any(number * scale == wanted for scale in _SCALES)


def _other_figure(value: str, text: str) -> str:
    """The text's number in the place of the first one of the value that the text does not have."""
    there = _figures(text)
    for said in _figures(value):
        if there and not any(said.agrees(each) for each in there):
            same_unit = (each for each in there if each.unit == said.unit)
            return next(same_unit, there[0]).value
    return ""


def _figures(text: str) -> tuple[Figure, ...]:
    """Its numbers, in the language that finds most of them: a quotation may be too short to tell its language."""
    return max((figures_of(text, language) for language in LANGUAGES), key=len)


def has_number(text: str, number: Decimal) -> bool:
    """Whether a text has a number, however it writes it."""
    return any(_is_amount(each, number) for each in _numbers(text))


def _numbers(text: str) -> list[Decimal]:
    return [number for figure in _figures(text) if (number := _number(figure)) is not None]


def _number(figure: Figure) -> Decimal | None:
    try:
        return Decimal(figure.value.rstrip("."))
    except InvalidOperation:
        return None
