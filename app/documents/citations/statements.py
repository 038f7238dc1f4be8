"""The sentences of an answer that state something, and their words without page marks and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from app.documents.citations.attribution import without_brackets
from app.language.sentences import SentenceKind, cut, sentences

_PAGES = r"documents?|books?|pages?|texts?|excerpts?|passages?"
_SAYING = r"say|says|mention|contain|state|specif\w+|provide|address|answer|information|details?|indicat\w+"
_SAID = r"mentioned|stated|said|found|given|specified|provided|contained"
_JAPANESE_DENIAL = (
    r"(?:書かれて|記載されて|記載が|記述が|述べられて|言及されて|言及が|触れられて|書いて|見当たら|見つかり|述べて)"
    r"(?:い|あり)?(?:ない|ません|おりません|なかった)"
)
_SAYS_NOTHING = re.compile(
    rf"\b(?:{_PAGES}|contract|report|it)\b[^.]{{0,60}}"
    r"\b(?:do(?:es)? not|did not|don['’]t|doesn['’]t|never|nowhere|nothing|no)\b[^.]{0,40}"
    rf"\b(?:{_SAYING})\b"
    rf"|\b(?:not|nothing|no information)\b[^.]{{0,40}}\b(?:{_SAID})\b[^.]{{0,40}}\b(?:{_PAGES})\b"
    rf"|\bno (?:information|details?|mention)\b[^.]{{0,60}}\b(?:{_PAGES})\b"
    rf"|{_JAPANESE_DENIAL}",
    re.IGNORECASE,
)
_OF_DENIALS = re.compile(
    rf"\b(?:{_PAGES}|contract|report|{_SAYING}|{_SAID})\b|(?:こと|と)?(?:について|に関して)?は?{_JAPANESE_DENIAL}",
    re.IGNORECASE,
)
"""These words of a denial only say that documents do not say something."""
_TURN = re.compile(r"(?P<anew>,\s+but\s+|(?<=[んいた])が、)|[;；]\s*(?:however,\s+)?", re.IGNORECASE)
"""A sentence may be cut here. Only after "but" does it surely assert anew what follows a denial: a denial may go on
over a list whose entries are divided by semicolons."""
_ROUND_MARK = re.compile(
    r"\s?[(（](?:[^()（）\d]{0,80}[\s,])?(?:pages?|pp?\.|S\.|Seiten?|頁|ページ)\s*\d[\d\s,–-]*[)）]", re.IGNORECASE
)
_MARK_BEHIND = re.compile(r"\s?[\[［【〔(（][^\]］】〕)）\n]*\d")
_LIST_SIGN = re.compile(r"^\s*(?:(?:#{1,6}|[-*+•>])\s+)+")
_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|`")


@dataclass(frozen=True)
class Claim:
    """A sentence of an answer that states something, or a clause of one: characters [start, end) of the answer. `text`
    is on one line, without page marks. `lead` is the line that introduces its list, and `denied` is the text that the
    claim says the documents do not say; each is empty where there is none. `turned` tells that the answer itself may
    say something against it, so that the words of a page prove nothing."""

    start: int
    end: int
    text: str
    lead: str = ""
    denied: str = ""
    turned: bool = False


def claims(answer: str) -> tuple[Claim, ...]:
    """Return the sentences of an answer that state something, in order; no heading and no question. A sentence that
    says both what the documents say and what they do not say is two claims."""
    return tuple(_claims(answer))


def without_marks(text: str) -> str:
    """Return the text without page marks, in square brackets or such as (p. 4): their numbers are not what it says."""
    return _ROUND_MARK.sub("", without_brackets(text))


def plain_claim(sentence: str) -> str:
    """Return a sentence of an answer on one line, without page marks, emphasis, and the signs of lists and headings."""
    text = _LIST_SIGN.sub("", without_marks(sentence))
    return " ".join(_EMPHASIS.sub("", text).split()).strip("_ ")


def states_something(sentence: str, *, alone: bool = False) -> bool:
    """Return whether a sentence, as `plain_claim` gives it, is more than a label, and says what the documents say.
    `alone` tells that it names a page or is the whole answer, so that a value or two words are enough."""
    words = re.findall(r"[^\W\d_]+", sentence)
    letters = 0 if sentence.isascii() else sum(map(len, words))
    long_enough = len(words) >= 3 or letters >= 8
    if alone:
        long_enough = long_enough or len(words) >= 2 or letters >= 4 or re.search(r"\d", sentence) is not None
    return long_enough and not sentence.endswith((":", "：")) and not is_denial(sentence)


def _claims(answer: str) -> Iterator[Claim]:
    at = 0
    for sentence in sentences(answer):
        alone = _names_a_page(sentence.text) or sentence.text.strip() == answer.strip()
        # A heading that names a page, or is the whole answer, states something, even if it begins with "#" as a command
        # does; it may have several sentences.
        heading = sentence.kind is SentenceKind.HEADING
        if sentence.kind is SentenceKind.QUESTION or (heading and not alone):
            continue
        for piece in chain.from_iterable(map(_apart, cut(sentence.text) if heading else (sentence.text,))):
            start, end = _span(answer, piece, at)
            if start < 0:
                continue
            at = end
            text = plain_claim(replace(sentence, text=piece).line)
            if is_denial(text):
                yield Claim(start, end, text, denied=_OF_DENIALS.sub(" ", text))
            elif states_something(text, alone=alone or _MARK_BEHIND.match(answer, end) is not None):
                lead = plain_claim(sentence.under.rpartition("\n")[2])
                yield Claim(start, end, text, lead if lead.endswith((":", "：")) else "")


def _apart(sentence: str) -> tuple[str, ...]:
    """Cut a sentence between what it asserts and what it says that the documents do not say; return it whole where it
    says no such thing."""
    clauses, begin = [], 0
    for turn in _TURN.finditer(sentence):
        clause = sentence[begin : turn.start()]
        if turn["anew"] or not is_denial(clause):
            clauses.append(clause)
            begin = turn.end()
    clauses.append(sentence[begin:])
    return tuple(clauses) if any(map(is_denial, clauses)) else (sentence,)


def is_denial(sentence: str) -> bool:
    """Return whether a sentence says that documents do not say something."""
    return _SAYS_NOTHING.search(sentence) is not None


def _names_a_page(text: str) -> bool:
    return without_marks(text) != text


def _span(answer: str, sentence: str, at: int) -> tuple[int, int]:
    """Return where a sentence is, whose lines are stripped; (-1, -1) for nowhere."""
    lines = sentence.split("\n")
    start = end = answer.find(lines[0], at)
    for line in lines:
        found = answer.find(line, end)
        if start < 0 or found < 0:
            return -1, -1
        end = found + len(line)
    return start, end
