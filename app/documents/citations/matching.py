"""Finds the normal form of a quotation in that of a page, allowing for what may differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz import fuzz

from app.documents.citations.normal_form import (
    ASIDE,
    ASIDE_END,
    DIVIDER,
    FREE_CASE,
    GROUP,
    JOINT,
    NOTE,
    Normal,
    cuts_word,
    is_wordlike,
)
from app.language.terms import is_unspaced

_NUMBER = re.compile(
    rf"(?<![\w.,])\d{{1,3}}(?P<sign>[ ',.{GROUP}])\d{{3}}(?P<rest>(?:(?P=sign)\d{{3}})*)"
    r"(?:(?P<fraction>[.,])\d+)?(?!\d)"
)
_PATH = re.compile(r"\S*/\S+")
_PATH_SIGNS = "/-_.?&=#:~%"
_EDGES = " .,;:…'\"*_-、。" + JOINT
_EQUALS = {JOINT: f"[-{JOINT}]?", "-": f"[-{JOINT}]", **dict.fromkeys(("|", DIVIDER), f"[|{DIVIDER}]"), FREE_CASE: ""}
_MARK = re.compile(rf"{ASIDE}(?P<aside>{NOTE}){ASIDE_END}|\[(?P<written>{NOTE})\]")


def occurrences(page: Normal, quotation: Normal) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the page's source that hold the quotation, in order; whole words only.

    Punctuation at its edges may differ, and so may the case of its first letter.
    """
    if quotation.skeleton not in page.skeleton:
        return
    for wanted in dict.fromkeys((quotation.text.strip(), _trim(quotation.text))):
        if not wanted:
            continue
        pattern, start = _compiled(wanted, page.thousands if _NUMBER.search(wanted) else ""), 0
        found = False
        while match := pattern.search(page.text, start):
            span = page.origin(*match.span())
            if span is not None and page.is_whole(*match.span()):
                found = True
                yield _without_space(page.source, *span)
            start = match.start() + 1
        if found:
            return


def find_near(page: Normal, quotation: Normal, min_likeness: float) -> tuple[int, int] | None:
    """Return the range of the page's source, in whole words, that is most like the quotation; None if nothing is like
    enough.

    `min_likeness` is from 0 to 100: `rapidfuzz.fuzz.partial_ratio` of the normal forms.
    """
    wanted = quotation.text.strip()
    if not wanted or len(wanted) > len(page.text):
        return None
    found = fuzz.partial_ratio_alignment(wanted, page.text, score_cutoff=min_likeness)
    if found is None:
        return None
    start, end = found.dest_start, found.dest_end
    while start > 0 and (page.text[start] == JOINT or cuts_word(page.text[start], page.text[start - 1 : start], "")):
        start -= 1
    while end < len(page.text) and (
        page.text[end - 1] == JOINT or cuts_word(page.text[end - 1], page.text[end : end + 1], "")
    ):
        end += 1
    span = page.origin(start, end)
    return None if span is None else _without_space(page.source, *span)


def find_all(page: Normal, words: Normal) -> tuple[tuple[int, int], ...]:
    """Return every range of the page's source that holds the words, in any case, also inside other words."""
    wanted = words.text.strip()
    if not wanted:
        return ()
    found = (page.origin(*match.span()) for match in re.finditer(_pattern(wanted), page.text, re.IGNORECASE))
    return tuple(span for span in found if span is not None)


def _without_space(source: str, begin: int, end: int) -> tuple[int, int]:
    begin = end - len(source[begin:end].lstrip())
    return begin, begin + len(source[begin:end].rstrip())


def _trim(text: str) -> str:
    trimmed = text.rstrip(_EDGES)
    shorter = trimmed.lstrip(_EDGES)
    signed = shorter[:1].isdigit() and trimmed[: -len(shorter)].endswith("-")
    return "-" + shorter if signed else shorter


@lru_cache(maxsize=64)
def _compiled(wanted: str, thousands: str) -> re.Pattern[str]:
    first = next((index for index, character in enumerate(wanted) if is_wordlike(character)), 0)
    return re.compile(_pattern(wanted, thousands, first))


def _pattern(wanted: str, thousands: str = "", free: int = -1) -> str:
    """Return a regular expression for `wanted`, in which a hyphen may be a joint, a joint may be between any letters,
    and what may be left out may be between words. `thousands` is the page's sign for them; `free` is the index of a
    letter in either case."""
    return "".join(_pieces(wanted, thousands, free))


def _pieces(wanted: str, thousands: str, free: int) -> Iterator[str]:
    grouped = dict(_groupings(wanted, thousands))
    paths = [match.span() for match in _PATH.finditer(wanted)]
    marks = {match.start(): match for match in _MARK.finditer(wanted)}
    done = 0
    for index, character in enumerate(wanted):
        before = wanted[index - 1] if index else ""
        if index < done:
            continue
        if index in marks:
            yield _mark_pattern(marks[index])
            done = marks[index].end()
            continue
        yield _between(before, character)
        if any(begin < index < end for begin, end in paths) and (before in _PATH_SIGNS or character in "/"):
            yield " ?"
        if index in grouped:
            yield grouped[index]
        elif index == free and _may_change(wanted[index : index + 2]):
            yield f"[{character.lower()}{character.upper()}]"
        else:
            yield _character_pattern(character, before)


def _between(before: str, character: str) -> str:
    """Return the pattern of what may be between two characters: between letters a joint, between words an aside that
    may be left out."""
    are_letters = before.isalpha() and character.isalpha()
    joint = f"{JOINT}?" if are_letters else ""
    in_word = are_letters and not (is_unspaced(character) or is_unspaced(before))
    in_number = before.isdigit() and character.isdigit()
    if not before or in_word or in_number or ASIDE in (before, character):
        return joint
    return f"{joint}(?:{ASIDE}[^{ASIDE_END}]*{ASIDE_END})?"


def _character_pattern(character: str, before: str) -> str:
    if character == " ":
        return " ?" if before == "/" else f"[ {DIVIDER}]"
    if character in _EQUALS:
        return _EQUALS[character]
    if before == FREE_CASE:
        return f"[{re.escape(character.lower())}{re.escape(character.upper())}]"
    return re.escape(character)


def _mark_pattern(mark: re.Match[str]) -> str:
    """Return the pattern of a note's mark: with or without a space before it, and also in brackets, as the page may
    have it."""
    number = re.escape(mark["aside"] or mark["written"])
    return rf" ?(?:{ASIDE}{number}{ASIDE_END} ?|\[{number}\])"


def _may_change(letters: str) -> bool:
    """Return whether a word that begins so may change the case of its first letter: not `US`."""
    first, second = letters[:1], letters[1:]
    return first.isalpha() and len(first.lower()) == len(first.upper()) == 1 and not second.isupper()


def _groupings(wanted: str, thousands: str) -> Iterator[tuple[int, str]]:
    """Yield for each thousands sign its index, and a pattern for all that may replace it.

    A comma or a full stop may belong to a fraction: they equal other signs only where the number itself or the page's
    language rules that out.
    """
    for match in _NUMBER.finditer(wanted):
        sign, fraction = match["sign"], match["fraction"] or ""
        several = match["rest"] != ""
        if several or fraction:
            equals = {*" '", GROUP, sign, *",."} - {fraction}
        elif sign in (",", "."):
            equals = {sign, GROUP} if sign == thousands else {sign}
        else:
            equals = {*" '", GROUP, *thousands}
        form = f"[{re.escape(''.join(sorted(equals)))}]"
        yield from ((at, form) for at in range(match.start(), match.end("rest")) if wanted[at] == sign)
