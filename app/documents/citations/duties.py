"""Answers a question about a duty with yes or no, if a sentence says just that or negates it.

Words are compared, not meaning: if it takes more than words to decide, there is no answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from app.language.languages import ENGLISH, Language, language_of
from app.language.numbers import without_bounds
from app.language.terms import words_of

_NEGATED_FORM = re.compile(r"n['’]t$")
_ANSWER_WORD = re.compile(r"^\s*(?:no|yes|nein|ja|non|oui|sí|sì)\s*[,.:;!\u2013\u2014]\s*")
_ABBREVIATED_NUMBER = re.compile(r"\bno\.?\s*(?=\d)")
_PIECE = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LIMITING = frozenset({"only", "nur", "seulement", "solo", "solamente", "soltanto"})

_DUTY, _PERMISSION, _ADVICE, _PROHIBITION = "duty", "permission", "advice", "prohibition"
_JAPANESE_DUTY = re.compile(r"(?:なければ|なくては|ねば|ないと)(?:なら|いけ)(?:ない|ません|ぬ|ず)?|べきで")
_JAPANESE_PERMISSION = re.compile(r"ことができ(?:る|ます)|てもよい|ても構わない|てもかまわない")
_JAPANESE_NO_NEGATION = re.compile(
    r"かもしれ(?:ない|ません)|(?:だけ|のみ)で(?:は)?なく|少なくとも|少なくない|ほかならない"
)
_JAPANESE_NEGATION = re.compile(
    r"ない|なかっ|なく|ません|ざる|ずに|ず(?=[、。])|無し|なし|除[かきくいっ]|[不非未無](?=[\u4e00-\u9fff])"
)


def answers(question: str, statement: str, sentence: str) -> bool | None:
    """Return yes or no if a statement says with the same kind of duty what a question asks, or negates it: "The tenant
    may not sublet" to "May the tenant sublet?". None if it takes more than words to decide: a question without a duty,
    two negations, or a condition, an exception or a limit anywhere in the sentence that the statement is a part of. The
    caller knows whether both are about the same."""
    language = language_of([*words_of(question), *words_of(sentence)])
    asked, said = (frozenset(_modals(_plain(text), language)) for text in (question, statement))
    negations = _negations(statement, language)
    words = frozenset(_PIECE.findall(_plain(f"{question} {sentence}")))
    turned = words & (language.conditions | language.exceptions | _LIMITING)
    if turned or negations > 1 or _negations(question, language_of(words_of(question))):
        return None
    if len(asked) != 1 or len(said) != 1:
        return None
    if said == {_PROHIBITION} or said == asked:
        return not negations
    return None


def _negations(text: str, language: Language) -> int:
    """Return how often a text negates something."""
    plain = _without_japanese_idioms(_plain(text))
    words = (word in language.turning or _NEGATED_FORM.search(word) for word in _PIECE.findall(plain))
    return len(_JAPANESE_NEGATION.findall(plain)) + sum(map(bool, words))


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    return without_bounds(_ABBREVIATED_NUMBER.sub("", _ANSWER_WORD.sub("", text)))


def _modals(text: str, language: Language) -> Iterator[str]:
    """Yield the kinds of duty that a text expresses. "May not" and "must not" are the same."""
    words = _PIECE.findall(text)
    for word, following in pairwise([*words, ""]):
        if word in language.duties or word in language.permissions:
            forbids = language is ENGLISH and following in language.turning
            yield _PROHIBITION if forbids else _DUTY if word in language.duties else _PERMISSION
        elif word in language.advice:
            yield _ADVICE
    if _JAPANESE_DUTY.search(text):
        yield _DUTY
    if _JAPANESE_PERMISSION.search(text):
        yield _PERMISSION


def _without_japanese_idioms(text: str) -> str:
    return _JAPANESE_NO_NEGATION.sub("", _JAPANESE_PERMISSION.sub("", _JAPANESE_DUTY.sub("", text)))
