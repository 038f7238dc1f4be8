"""The kinds that an answer of a grid can have, and its value: as it is written, held to, and read again.

An answer that is held to a kind begins with a line that has its value alone, in a fixed form, or says that the document
has none. Below it stands the quotation that it rests on.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec


class ValueKind(StrEnum):
    """The kind of answer that a question asks for. `PROSE` alone is not held to any form."""

    PROSE = "prose"
    TEXT = "text"  # a few words
    YES_NO = "yes/no"
    DATE = "date"
    AMOUNT = "amount"  # a number, with its currency where it has one
    CHOICE = "choice"  # one of several texts


class AnswerForm(msgspec.Struct, frozen=True):
    """The form that an answer has to have. `choices` are for `CHOICE` alone. `schema` is the JSON Schema, as text, of
    an answer that is JSON; `verbatim` tells that it consists of the documents' own sentences; both are for `PROSE`
    alone."""

    kind: ValueKind = ValueKind.PROSE
    choices: tuple[str, ...] = ()
    schema: str = ""
    verbatim: bool = False

    @property
    def is_held(self) -> bool:
        return self.kind is not ValueKind.PROSE


FREE = AnswerForm()
_KANA = re.compile("[\u3041-\u30ff]")
_OPENING = frozenset('"“「')
_ABSENT = ("Not in this document", "この文書にはありません")
_YES, _NO = ("Yes", "はい"), ("No", "いいえ")
_UNDECIDED = ("Undecided", "未判定")


class HeldForm(msgspec.Struct, frozen=True):
    """The form that the first line of an answer is held to: one of `options`, or else what the kind says; `absent`, the
    last of `options`, says that the document has none. `opening` is the mark that opens the quotation below it."""

    kind: ValueKind
    options: tuple[str, ...]
    opening: str = '"'

    @property
    def absent(self) -> str:
        return self.options[-1]


def held_form(form: AnswerForm, question: str) -> HeldForm | None:
    """Return the form in the language of the question, Japanese or English; None for prose."""
    if not form.is_held:
        return None
    language = 1 if is_japanese(question) else 0
    named: tuple[str, ...] = ()
    if form.kind is ValueKind.YES_NO:
        named = _YES[language], _NO[language]
    elif form.kind is ValueKind.CHOICE:
        named = form.choices
    return HeldForm(form.kind, (*named, _ABSENT[language]), '"「'[language])


def undecided(question: str) -> str:
    """Return the answer that a search, and no model, gives to a question for yes or no that it cannot decide."""
    return _UNDECIDED[1 if is_japanese(question) else 0]


def is_japanese(question: str) -> bool:
    return _KANA.search(question) is not None


class ValueState(StrEnum):
    """The answer to whether an answer has a value of its kind."""

    HAS = "has"
    ABSENT = "absent"  # it says that the document has none
    UNDECIDED = "undecided"  # yes or no: the passage is there, and a person decides what it says
    UNFIT = "unfit"  # its first line is nothing of this kind


class CellValue(msgspec.Struct, frozen=True):
    """A value as it is written. `day` is that of a date, its first one where only a month or a year is known."""

    state: ValueState
    text: str = ""
    day: date | None = None
    number: Decimal | None = None
    currency: str = ""
    yes: bool | None = None


ABSENT, UNFIT = CellValue(ValueState.ABSENT), CellValue(ValueState.UNFIT)
UNDECIDED = CellValue(ValueState.UNDECIDED)
MOST_CHARACTERS = 160
"""The most characters of a value that is text."""

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_AMOUNT = re.compile(r"(?:([A-Z]{3}) )?(-?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,4})?)")


_MARK = re.compile(r"\s*[\[［【][^\[\]]*\bp\. ?[^\[\]]*[\]］】]\s*$")


def read_value(answer: str, form: AnswerForm) -> CellValue:
    """Return the value that an answer begins with, or, if it quotes first and is not held to a form, the value in its
    last line. A page mark on that line is cut off, since its number would be taken for part of the value."""
    start, end = value_span(answer)
    return value_of(answer[start:end], form)


def value_span(answer: str) -> tuple[int, int]:
    """Return the start and end, in characters, of the line of an answer that has its value."""
    lines = [line for line in answer.strip().splitlines() if line.strip()] or [""]
    quotes_first = lines[0].strip()[:1] in _OPENING and len(lines) > 1
    line = _MARK.sub("", lines[-1 if quotes_first else 0].strip())
    start = answer.rfind(line) if quotes_first else answer.find(line)
    return start, start + len(line)


def value_of(line: str, form: AnswerForm) -> CellValue:
    """Read a line as a value of the kind that `form` asks for; UNFIT where it is none, ABSENT where it says that there
    is none."""
    if not line:
        return UNFIT
    if any(line.casefold().startswith(absent.casefold()) for absent in _ABSENT):
        return ABSENT
    match form.kind:
        case ValueKind.YES_NO:
            return _yes_or_no(line)
        case ValueKind.DATE:
            return _date(line)
        case ValueKind.AMOUNT:
            return _amount(line)
        case ValueKind.CHOICE:
            chosen = next((choice for choice in form.choices if choice.casefold() == line.casefold()), "")
            return CellValue(ValueState.HAS, chosen) if chosen else UNFIT
        case _:
            return CellValue(ValueState.HAS, line) if len(line) <= MOST_CHARACTERS else UNFIT


def is_date(text: str) -> bool:
    """Return whether a text is a date as values have them, or a month or year alone."""
    return _date(text).state is ValueState.HAS


def is_amount(text: str) -> bool:
    return _amount(text).state is ValueState.HAS


def _yes_or_no(line: str) -> CellValue:
    for words, yes in ((_YES, True), (_NO, False)):
        for word in words:
            if line.rstrip(".。").casefold() == word.casefold():
                return CellValue(ValueState.HAS, word, yes=yes)
    return UNDECIDED if line in _UNDECIDED else UNFIT


def _date(line: str) -> CellValue:
    found = _DATE.fullmatch(line)
    if found is None:
        return UNFIT
    try:
        day = date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return UNFIT
    return CellValue(ValueState.HAS, line, day=day)


def _amount(line: str) -> CellValue:
    found = _AMOUNT.fullmatch(line)
    if found is None:
        return UNFIT
    return CellValue(ValueState.HAS, line, number=Decimal(found[2].replace(",", "")), currency=found[1] or "")
