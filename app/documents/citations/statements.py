"""The sentences of an answer that state something, and their words without page marks and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.documents.citations.attribution import without_brackets
from app.language.sentences import SentenceKind, cut, sentences

_SAYS_NOTHING = re.compile(
    r"\b(?:documents?|books?|pages?|texts?|excerpts?|passages?|contract|report|it)\b[^.]{0,60}"
    r"\b(?:do(?:es)? not|did not|don['’]t|doesn['’]t|never|nowhere|nothing|no)\b[^.]{0,40}"
    r"\b(?:say|says|mention|contain|state|specif\w+|provide|address|answer|information|details?|indicat\w+)\b"
    r"|\b(?:not|nothing|no information)\b[^.]{0,40}"
    r"\b(?:mentioned|stated|said|found|given|specified|provided|contained)\b[^.]{0,40}"
    r"\b(?:documents?|books?|pages?|texts?|excerpts?|passages?)\b"
    r"|(?:書かれて|記載されて|記載が|記述が|述べられて|言及されて|言及が|触れられて|書いて|見当たら|見つかり|述べて)"
    r"(?:い|あり)?(?:ない|ません|おりません|なかった)",
    re.IGNORECASE,
)
_ROUND_MARK = re.compile(
    r"\s?[(（](?:[^()（）\d]{0,80}[\s,])?(?:pages?|pp?\.|S\.|Seiten?|頁|ページ)\s*\d[\d\s,–-]*[)）]", re.IGNORECASE
)
_MARK_BEHIND = re.compile(r"\s?[\[［【〔(（][^\]］】〕)）\n]*\d")
_LIST_SIGN = re.compile(r"^\s*(?:(?:#{1,6}|[-*+•>])\s+)+")
_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|`")


@dataclass(frozen=True)
class Claim:
    """A sentence of an answer that states something, at the characters [start, end). `text` is on one line, without
    page marks. `lead` is the introducing line of the list that the claim is an entry of, or empty."""

    start: int
    end: int
    text: str
    lead: str = ""


def claims(answer: str) -> tuple[Claim, ...]:
    """Return the sentences of an answer that state something, in order; no heading, no question, and none that says
    what the documents do not say."""
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
    return long_enough and not sentence.endswith((":", "：")) and _SAYS_NOTHING.search(sentence) is None


def _claims(answer: str) -> Iterator[Claim]:
    at = 0
    for sentence in sentences(answer):
        alone = _names_a_page(sentence.text) or sentence.text.strip() == answer.strip()
        # A heading that names a page, or is the whole answer, states something, even if it begins with "#" as a command
        # does; it may have several sentences.
        heading = sentence.kind is SentenceKind.HEADING
        if sentence.kind is SentenceKind.QUESTION or (heading and not alone):
            continue
        for piece in cut(sentence.text) if heading else (sentence.text,):
            start, end = _span(answer, piece, at)
            if start < 0:
                continue
            at = end
            text = plain_claim(replace(sentence, text=piece).line)
            if states_something(text, alone=alone or _MARK_BEHIND.match(answer, end) is not None):
                lead = plain_claim(sentence.under.rpartition("\n")[2])
                yield Claim(start, end, text, lead if lead.endswith((":", "：")) else "")


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
