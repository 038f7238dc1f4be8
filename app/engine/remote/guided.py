"""Answers held to their form by a server's own guided decoding: what may be written, as a regular expression or in
llama.cpp's notation for grammars (GBNF); a JSON Schema is sent as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from app.core.conversations.values import MOST_CHARACTERS, HeldForm, ValueKind
from app.engine.protocol import DocumentText, PageText
from app.language.grammar import QUOTATION_MARKS

MOST_SENTENCES, MOST_SENTENCE_CHARACTERS = 400, 30_000
"""The most sentences, and their characters, that a server is given to choose a quotation from; of a longer document any
words are allowed, and checked here."""

_LONGEST_SENTENCE, _LONGEST_QUOTATION = 300, 400
_SENTENCE_ENDS = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？])|\n+")
_MARKS = "".join(dict.fromkeys((*QUOTATION_MARKS, *"".join(QUOTATION_MARKS.values()))))
_WORDS_ALONE = "".join(mark for mark in _MARKS if mark not in "'’")
_CLOSING = {'"': '"', "「": "」"}


@dataclass(frozen=True)
class Text:
    """These characters."""

    text: str


@dataclass(frozen=True)
class Many:
    """So many characters of a class, which both notations write alike (`[0-9]`)."""

    of: str
    least: int = 1
    most: int = 1


@dataclass(frozen=True)
class Either:
    choices: tuple[Form, ...]


@dataclass(frozen=True)
class Chain:
    """Parts that come one after the other; `optional` tells that nothing may come instead."""

    parts: tuple[Form, ...]
    optional: bool = False


@dataclass(frozen=True)
class JsonSchema:
    """JSON that a schema allows, which is JSON itself."""

    text: str


Form: TypeAlias = Text | Many | Either | Chain
Wanted: TypeAlias = Form | JsonSchema


def as_regex(form: Form) -> str:
    match form:
        case Text(text):
            return re.sub(r"([\\^$.|?*+()\[\]{}/\"-])", r"\\\1", text).replace("\n", "\\n")
        case Many(of, 1, 1):
            return of
        case Many(of, least, most):
            return f"{of}{{{least},{most}}}"
        case Either(choices):
            return f"({'|'.join(map(as_regex, choices))})"
        case Chain(parts, optional):
            inner = "".join(map(as_regex, parts))
            return f"({inner})?" if optional else inner


def as_gbnf(form: Form) -> str:
    return f"root ::= {_rule(form)}"


def fits(wanted: Wanted | None, text: str) -> bool:
    """Return whether a whole answer has the form that was wanted; one to a schema is not looked at."""
    return wanted is None or isinstance(wanted, JsonSchema) or re.fullmatch(as_regex(wanted), text.strip()) is not None


def _rule(form: Form) -> str:
    match form:
        case Text(text):
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        case Many(of, 1, 1):
            return of
        case Many(of, least, most):
            return f"{of}{{{least},{most}}}"
        case Either(choices):
            return f"({' | '.join(map(_rule, choices))})"
        case Chain(parts, optional):
            inner = " ".join(map(_rule, parts))
            return f"({inner})?" if optional else f"({inner})"


def answer_form(held: HeldForm, documents: Sequence[DocumentText]) -> Form:
    """Return the form of an answer: a value, and below it a quotation with its page; or that the document has none. For
    a short document, the quotation is one of its sentences, with the page that it stands on."""
    has_value = Chain((_value(held), Text(f"\n{held.opening}"), _quotation(held.opening, documents)))
    return Either((Text(held.absent), has_value))


def _value(held: HeldForm) -> Form:
    digit = "[0-9]"
    options: tuple[Form, ...] = tuple(map(Text, held.options[:-1]))
    match held.kind:
        case ValueKind.DATE:
            month = Either((Chain((Text("0"), Many("[1-9]"))), Chain((Text("1"), Many("[0-2]")))))
            day = Either(
                (
                    Chain((Text("0"), Many("[1-9]"))),
                    Chain((Many("[1-2]"), Many(digit))),
                    Chain((Text("3"), Many("[0-1]"))),
                )
            )
            rest = Chain((Text("-"), month, Chain((Text("-"), day), optional=True)), optional=True)
            options += (Chain((Many("[1-2]"), Many(digit, 3, 3), rest)),)
        case ValueKind.AMOUNT:
            group = Chain((Text(","), Many(digit, 3, 3)))
            grouped = (Chain((Many(digit, 1, 3), *(group,) * count)) for count in range(4, 0, -1))
            whole = Either((*grouped, Many(digit, 1, 15)))
            cents = Chain((Text("."), Many(digit, 1, 4)), optional=True)
            currency = Chain((Many("[A-Z]", 3, 3), Text(" ")), optional=True)
            options += (Chain((currency, Chain((Text("-"),), optional=True), whole, cents)),)
        case ValueKind.TEXT:
            options += (Many(f"[^\\n\\r\\t{_WORDS_ALONE}]", 1, MOST_CHARACTERS),)
    return Either(options)


def _quotation(opening: str, documents: Sequence[DocumentText]) -> Form:
    several = len(documents) > 1
    pages = [(document, page) for document in documents for page in document.pages]
    sentences = [_sentences(page) for _document, page in pages]
    count = sum(map(len, sentences))
    characters = sum(len(sentence) for found in sentences for sentence in found)
    if 0 < count <= MOST_SENTENCES and characters <= MOST_SENTENCE_CHARACTERS:
        choices = (
            Chain((_one_of(found), Text(_CLOSING[opening] + _mark(document, page, several=several))))
            for (document, page), found in zip(pages, sentences, strict=True)
            if found
        )
        return Either(tuple(choices))
    marks = _one_of(dict.fromkeys(_mark(document, page, several=several) for document, page in pages))
    return Chain((Many(f"[^\\n{_WORDS_ALONE}]", 1, _LONGEST_QUOTATION), Text(_CLOSING[opening]), marks))


def _one_of(texts: Iterable[str]) -> Form:
    return Either(tuple(map(Text, texts)))


def _mark(document: DocumentText, page: PageText, *, several: bool) -> str:
    return f" [{document.untrusted_title}, p. {page.label}]" if several else f" [p. {page.label}]"


def _sentences(page: PageText) -> list[str]:
    """Return the sentences of a page that can be quoted whole: none has quotation marks, or is longer than a person
    reads."""
    found = (sentence.strip() for sentence in _SENTENCE_ENDS.split(page.untrusted_text))
    fits = (each for each in found if 0 < len(each) <= _LONGEST_SENTENCE and each.isprintable())
    return list(dict.fromkeys(each for each in fits if not set(_WORDS_ALONE).intersection(each)))
