"""Finds whether two nearly equal sentences differ in numbers, names, negations or duties.

Words are compared, not meaning: sentences that do not differ here may still mean different things.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from app.core.languages import ENGLISH, Language, language_of
from app.documents.citations.numbers import begins_with_unit, figures_of, without_bounds
from app.documents.text.terms import is_unspaced, stem, words_of

_REACH = 3
"""Words on each side of a negation, grammar left out, that show what it negates."""
_NEIGHBOURS = 4
"""Words right before and after a run that may take back what it says."""

_CLAUSE_END = re.compile(r"[,;:()\u2013\u2014、。]|\s-\s|\b(?:but|while|whereas|aber|sondern|mais|pero|ma)\b")
_NEGATED_FORM = re.compile(r"n['’]t$")
_ANSWER_WORD = re.compile(r"^\s*(?:no|yes|nein|ja|non|oui|sí|sì)\s*[,.:;!\u2013\u2014]\s*")
_ABBREVIATED_NUMBER = re.compile(r"\bno\.?\s*(?=\d)")
_PIECE = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
_BEGINS = re.compile(r"(?:^|[.!?:\n])[\s\"'“‘„«(*_]*$")
_SENTENCE_BREAK = re.compile(r"[.!?。！？]")
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


@dataclass(frozen=True)
class _Claims:
    """What must agree in two sentences that say the same. `negations`: the words beside each negation."""

    negations: tuple[frozenset[str], ...]
    modals: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True)
class _Negation:
    """`itself`: the negation with its neighbours; `before` and `after`, without grammar, show what it negates."""

    itself: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


class Difference(StrEnum):
    """What a sentence says otherwise than another one."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    NEGATION = "negation"
    DUTY = "duty"


def differ(said: str, source: str, also: str = "") -> bool:
    """Whether there is any of the `differences`."""
    return any(True for _ in _differences(said, source, also))


def differences(said: str, source: str, also: str = "") -> frozenset[Difference]:
    """Which of a number, a name, a negation or a duty `said` has and `source` has not, and whether it lacks a negation.

    `said` may leave out numbers; it may lack a negation only where it lacks the words beside it. It may add what is in
    `also`.
    """
    return frozenset(_differences(said, source, also))


def _differences(said: str, source: str, also: str) -> Iterator[Difference]:
    language = language_of([*words_of(said), *words_of(source)])
    figures = [*figures_of(source, language), *figures_of(also, language)]
    for figure in figures_of(said, language):
        other = next((other for other in figures if figure.agrees(other)), None)
        if other is None:
            yield Difference.NUMBER
            break
        figures.remove(other)
    mine, theirs = _claims(said, language), _claims(source, language)
    if _negates_otherwise(mine, theirs, _claims(also, language)):
        yield Difference.NEGATION
    if theirs.modals and mine.modals - theirs.modals:
        yield Difference.DUTY
    if not language.nouns_are_capitalised and _names_another(said, source, also):
        yield Difference.NAME


def negates_the_same(said: str, source: str) -> bool:
    """Whether each negation of one sentence is in the other too, on the same word; what `source` negates of something
    that `said` has no word of does not count. Stricter than `differences`: a sentence that says the same in words of
    the opposite does not pass."""
    language = language_of([*words_of(said), *words_of(source)])
    words = frozenset(_stems(_plain(said), language))
    mine = [_negated(each) for each in _all_negations(said, language)]
    theirs = list(_all_negations(source, language))
    for negated in mine:
        match = next((each for each in theirs if _negated(each) & negated or not (_negated(each) or negated)), None)
        if match is None:
            return False
        theirs.remove(match)
    return not any(words & frozenset(each.before + each.after) for each in theirs)


def negates(text: str) -> bool:
    """Whether a text negates anything."""
    return next(_all_negations(text, language_of(words_of(text))), None) is not None


def answers(question: str, statement: str, sentence: str) -> bool | None:
    """Yes or no, where a statement says with the same kind of duty what a question asks, or negates it: "The tenant may
    not sublet" to "May the tenant sublet?". None where it takes more than words to decide: a question without a duty,
    two negations, or a condition, an exception or a limit anywhere in the sentence that the statement is of. Whether
    both are about the same, the caller knows."""
    language = language_of([*words_of(question), *words_of(sentence)])
    asked, said = (frozenset(_modals(_plain(text), language)) for text in (question, statement))
    negations = list(_all_negations(statement, language))
    words = frozenset(_PIECE.findall(_plain(f"{question} {sentence}")))
    if words & (language.conditions | language.exceptions | _LIMITING) or len(negations) > 1 or negates(question):
        return None
    if len(asked) != 1 or len(said) != 1:
        return None
    if said == {_PROHIBITION} or said == asked:
        return not negations
    return None


def _all_negations(text: str, language: Language) -> Iterator[_Negation]:
    text = _without_japanese_idioms(_plain(text))
    return (each for clause in _CLAUSE_END.split(text) for each in _negations(clause, language))


def _negated(negation: _Negation) -> frozenset[str]:
    """The word that a negation turns: the next one, or, at the end of a clause and in Japanese, the last one."""
    is_suffix = bool(negation.itself[1:2]) and is_unspaced(negation.itself[1][:1])
    if negation.after and not is_suffix:
        return frozenset(negation.after[:1])
    return frozenset(negation.before[-2 if is_suffix else -1 :])


def takes_back(run: str, before: str, after: str, said_before: str, said_after: str) -> bool:
    """Whether the words right `before` or `after` a run on its page have a negation, a limit or the unit of its last
    number that the answer leaves out.
    """
    language = language_of(words_of(f"{before} {run} {after}"))
    if run[-1:].isdigit() and begins_with_unit(after) and not begins_with_unit(said_after):
        return True
    pairs = ((_last_words(before), _last_words(said_before)), (_first_words(after), _first_words(said_after)))
    return any(_turns(page, language) and not _turns(said, language) for page, said in pairs)


def _turns(text: str, language: Language) -> bool:
    """Whether a word in it negates or limits what is beside it."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = _PIECE.findall(folded)
    negated = any(word in language.turning or word in _LIMITING or _NEGATED_FORM.search(word) for word in words)
    return negated or _JAPANESE_NEGATION.search(_without_japanese_idioms(folded)) is not None


def _last_words(text: str) -> str:
    return " ".join(_SENTENCE_BREAK.split(text)[-1].split()[-_NEIGHBOURS:])[-40:]


def _first_words(text: str) -> str:
    return " ".join(_SENTENCE_BREAK.split(text, maxsplit=1)[0].split()[:_NEIGHBOURS])[:40]


def _negates_otherwise(mine: _Claims, theirs: _Claims, more: _Claims) -> bool:
    kept = [beside for beside in theirs.negations if _holds_half(mine.words, beside)]
    own = [beside for beside in mine.negations if _holds_half(theirs.words, beside)]
    if len(kept) != len(own) or any(
        beside and not any(beside & other or not other for other in kept) for beside in own
    ):
        return True
    added = [beside for beside in mine.negations if beside not in own]
    if any(not any(_holds_half(other, beside) for other in more.negations) for beside in added):
        return True
    return any(beside and beside <= mine.words and beside not in mine.negations for beside in more.negations)


def _holds_half(words: frozenset[str], beside: frozenset[str]) -> bool:
    return 2 * len(beside & words) >= len(beside)


def _claims(text: str, language: Language) -> _Claims:
    text = _plain(text)
    modals = frozenset(_modals(text, language))
    text = _without_japanese_idioms(text)
    negations = dict.fromkeys(each for clause in _CLAUSE_END.split(text) for each in _negations(clause, language))
    words = frozenset(_stems(text, language))
    return _Claims(tuple(frozenset(each.before + each.after) for each in negations), modals, words)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    return without_bounds(_ABBREVIATED_NUMBER.sub("", _ANSWER_WORD.sub("", text)))


def _modals(text: str, language: Language) -> Iterator[str]:
    """The kinds of duty that a text expresses. "May not" and "must not" are the same."""
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


def _negations(clause: str, language: Language) -> Iterator[_Negation]:
    """Each negation, with the words beside it."""
    for match in _JAPANESE_NEGATION.finditer(clause):
        left, right = clause[: match.start()], clause[match.end() :]
        itself = (left[-2:], match.group(), right[:2])
        yield _Negation(itself, tuple(_stems(left, language)), tuple(_stems(right, language)))
    words = _PIECE.findall(clause)
    for index, word in enumerate(words):
        if word in language.turning or _NEGATED_FORM.search(word):
            before = _stems(" ".join(words[:index]), language)[-_REACH:]
            after = _stems(" ".join(words[index + 1 :]), language)[:_REACH]
            yield _Negation(tuple(words[max(0, index - 1) : index + 2]), tuple(before), tuple(after))


def _stems(text: str, language: Language) -> list[str]:
    """The stems of its words, without grammar and negations; pairs of characters in scripts without spaces."""
    found: list[str] = []
    grammar = language.common | language.turning
    for word in words_of(text):
        if is_unspaced(word[0]):
            found += [word[at : at + 2] for at in range(len(word) - 1)]
        elif word not in grammar and not word.isdigit() and len(word) > 1:
            found.append(stem(word))
    return found


def _names_another(said: str, source: str, also: str) -> bool:
    """Whether a name replaces another: both are capitalised, and neither is in the other sentence."""
    new, lost = _names(said, f"{source} {also}"), _names(source, said)
    if any(not name.first for name in new) and lost:
        return True
    return any(mine.first and theirs.first and mine.following == theirs.following for mine in new for theirs in lost)


@dataclass(frozen=True)
class _Name:
    """`first`: it begins a sentence, where every word has a capital; `following`: the word after it."""

    first: bool
    following: str


def _names(text: str, other: str) -> list[_Name]:
    """The capitalised words that are not in `other`, without grammar."""
    there = {stem(word.casefold()) for word in _LETTERS.findall(other)}
    found: list[_Name] = []
    matches = list(_LETTERS.finditer(text))
    for match, following in zip(matches, [*matches[1:], None], strict=True):
        word = match.group()
        if not word[0].isupper() or len(word) == 1 or word.casefold() in ENGLISH.common:
            continue
        if stem(word.casefold()) not in there:
            first = _BEGINS.search(text[: match.start()]) is not None
            found.append(_Name(first, following.group() if following else ""))
    return found
