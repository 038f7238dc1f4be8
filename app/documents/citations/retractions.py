"""Finds what an answer itself says against one of its sentences: above it, "These statements are false:", or behind it,
"That is not true."

An answer may repeat the words of a page only to deny them. Such words must not get the tick, however exactly the page
has them. The rules look for any line that may govern the sentence; one too many costs a tick, one too few makes a false
one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from app.documents.citations.statements import Claim, is_denial, plain_claim, without_marks
from app.documents.citations.word_for_word import turns
from app.language.languages import NEGATIONS, word_set

_UNTRUE = word_set(
    "false falsely untrue wrong wrongly incorrect incorrectly inaccurate mistaken myth myths missing absent omitted"
    " lacking contrary falsch unwahr unrichtig fehlt fehlen faux fausse inexact manque falso falsa incorrecto falta"
    " errato manca"
)
_UNTRUE_JAPANESE = re.compile("誤|間違|虚偽|嘘|欠け|ない|ません|ぬ")
_CROSS = re.compile(r"[\s>*+•-]*(?:\d+[.)]\s*)?[❌✗✘✖🚫⛔]")
_WORD = re.compile(r"\w+")
_NUMBER_SIGN = re.compile(r"\bnos?\.\s*(?=\d)")
_HEADING = re.compile(r"(#{1,6})\s|\*\*[^*]+\*\*:?$")
_ENTRY = re.compile(r"(?:[-*+•>|]|\d{1,3}[.)]|[a-z][.)])\s")
_SENTENCE_END = re.compile(r"(?<=[.!?:。！？：])\s*")
_ANNOUNCES = re.compile(
    r"\b(?:following|follows|below|these|this one|folgend\w*|unten|suivant\w*|ci-dessous|siguiente\w*|abajo|seguent\w*"
    r"|sotto)\b|以下|次の|下記|これら",
    re.IGNORECASE,
)
_UNTRUE_WORD = r"(?:false|untrue|wrong|incorrect|inaccurate|mistaken|a myth)\b"
_NOT_TRUE = r"(?:not|never|n['’]t)\s+(?:\w+\s+){0,2}(?:true|correct|right|accurate|so|the case|what|stated|said)\b"
_TAKEN_BACK = re.compile(
    r"(?:[\w ]{0,20}:\s*)?(?:(?:but|however|yet|no|in fact|actually)\b,?\s*){0,2}"
    rf"(?:(?:this|that|it|which|these|those|the (?:above|claim|statement))['’]?s?\b\s*(?:\w+(?:n['’]t)?\s+){{0,3}}?"
    rf"(?:{_UNTRUE_WORD}|{_NOT_TRUE}|\w*{_NOT_TRUE})"
    rf"|(?:{_UNTRUE_WORD}|not (?:true|so|correct|right))\s*[.!,;:]?\s*(?:$|\n|[A-Z]))"
    r"|(?:しかし、?|ただし、?)?(?:これ|それ|この|そう|上記)[^。]{0,16}"
    r"(?:誤|間違|正しくな|正しくあ|ではな|ではあり|じゃな|書かれてい(?:な|ま)|記載されてい(?:な|ま))",
    re.IGNORECASE,
)
_FAR = 200
"""The number of characters behind a claim in which a sentence may take it back."""
_BETWEEN = " \t\r\n.。!！”’\"'*_)）"


def in_context(answer: str, claim: Claim) -> Claim:
    """Return a claim of an answer with what the answer says against it: `turned`, and `denied` if the answer says that
    the documents do not say it."""
    above = tuple(map(plain_claim, _governing(answer, claim.start)))
    if not any(map(_turns_below, above)) and not _is_taken_back(answer, claim):
        return claim
    return replace(claim, turned=True, denied=claim.denied or (claim.text if any(map(is_denial, above)) else ""))


def _is_taken_back(answer: str, claim: Claim) -> bool:
    """Return whether the words right behind a claim call it untrue, or its line begins with a cross."""
    line = answer[answer.rfind("\n", 0, claim.start) + 1 :]
    behind = without_marks(answer[claim.end : claim.end + _FAR]).lstrip(_BETWEEN)
    return _CROSS.match(line) is not None or _TAKEN_BACK.match(behind) is not None


def _governing(answer: str, start: int) -> Iterator[str]:
    """Yield what may govern the sentence that begins at `start`: headings, the entries that it stands below in nested
    lists, and sentences of its own paragraph or of the one before it that announce what follows."""
    *lines, own = answer[:start].split("\n")
    yield from _announcing(own.strip())
    own += answer[start : start + 3]
    depth, is_entry = _depth(own), _ENTRY.match(own.strip()) is not None
    level, blocks, gap = 8, 0, False
    for line in reversed(lines):
        text = line.strip()
        heading = _HEADING.match(text)
        if not text:
            gap = True
        elif heading is not None:
            blocks = 2  # above a heading, only headings count
            if (its_level := len(heading[1] or "") or 7) < level:
                level = its_level
                yield text
        elif _ENTRY.match(text) is not None:
            gap = False
            blocks = blocks if is_entry else 2  # a list above a paragraph ends before it
            if blocks < 2 and _depth(line) < depth:
                depth = _depth(line)
                yield text
        else:
            blocks, gap = blocks + gap, False
            if blocks < 2:
                yield from _announcing(text)


def _announcing(text: str) -> Iterator[str]:
    """Yield the sentences of a line that announce what follows; the last one may do so by a colon alone."""
    for sentence in filter(None, _SENTENCE_END.split(text)):
        if _ANNOUNCES.search(sentence) or (sentence.endswith((":", "：")) and text.endswith(sentence)):
            yield sentence


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _turns_below(line: str) -> bool:
    folded = _NUMBER_SIGN.sub("", line.casefold())
    words = frozenset(_WORD.findall(folded))
    if words & _UNTRUE or words & NEGATIONS or "n't" in folded or "n’t" in folded or _UNTRUE_JAPANESE.search(folded):
        return True
    return folded.endswith((":", "：")) and turns(folded)
