"""A quotation to look for, with the changes and omissions that careful writers mark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from app.documents.citations.matching import occurrences
from app.documents.citations.normal_form import FREE_CASE, Normal
from app.language.terms import is_unspaced

MIN_PART_WORDS, MIN_PART_CHARACTERS = 2, 3
"""The least size of a part of a quotation between two omissions; in characters for scripts without spaces. One long
word is enough: what is left out beside it is checked.
"""
_LONG_WORD = 4

_MOST_PLACES = 40
"""The number of places of a part on a page that are tried."""

_LEFT_OUT = re.compile(
    r"\s*(?:[\[［〔(（]\s*(?:…+|\.(?:\s?\.){2,}|・{3,}|中略|略|前略|後略)\s*[\]］〕)）]|(?<!\.)\.(?:\s?\.){2,3}(?!\.)|…+|⋯+|・{3,})\s*"
)
_EDITORIAL = re.compile(
    r"\s*[\[(（［〔]\s*(?:sic\b[!.]?|ママ|原文ママ"
    r"|(?:my |our )?(?:emphas[ie]s|italics|bold)"
    r"(?: (?:is )?(?:added|mine|ours|supplied|original|in (?:the )?original|omitted))?"
    r"|(?:internal )?(?:foot)?(?:note|citation|quotation mark|reference)s?(?: marks)? omitted"
    r"|Herv(?:orhebung|\.)[^\[\]()]{0,30}|Fußnoten? (?:weggelassen|ausgelassen)"
    r"|(?:c'est nous qui soulignons|souligné par nous|énfasis añadido|corsivo mio|cursiva mía)"
    r"|(?:強調|傍点|下線)[^\[\]()（）［］〔〕]{0,12})\s*[\])）］〕]",
    re.IGNORECASE,
)
_CHANGED_CASE = re.compile(r"(?<![^\W_])\[([^\W\d_])\](?=[^\W\d_])")
_BRACKETED_WORDS = re.compile(r"(?<![^\W_])\[([^\W\d_][^\[\]\n]{1,60})\](?![^\W_])")
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])([-\u2010\u2011\u00ad])\s+(?=[^\W\d_])")


@dataclass(frozen=True)
class FoundQuotation:
    """A quotation that was found. `span` is the range of the page's source; `gaps` are the ranges in it that the
    quotation says it leaves out."""

    span: tuple[int, int]
    gaps: tuple[tuple[int, int], ...] = ()


class WantedQuotation:
    """A quotation to look for: `text` as written, and `whole`, its normal form."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.whole = Normal(_BROKEN_WORD.sub(_join, text))
        edited = _BRACKETED_WORDS.sub(rf"{FREE_CASE}\1", _CHANGED_CASE.sub(rf"{FREE_CASE}\1", _EDITORIAL.sub("", text)))
        edited = _BROKEN_WORD.sub(_join, edited)
        self._ways: list[tuple[Normal, ...]] = [(self.whole,)]
        if edited != text:
            self._ways.append((Normal(edited),))
        pieces = [piece for piece in _LEFT_OUT.split(edited) if piece.strip(" ,;:'\"")]
        if len(pieces) > 1 and all(map(_is_part, pieces)):
            self._ways.append(tuple(Normal(piece) for piece in pieces))
        elif len(pieces) == 1 and pieces[0] != edited:
            self._ways.append((Normal(pieces[0]),))

    def may_stand(self, page: Normal, following: Normal) -> bool:
        """Return whether the quotation's letters and digits are on two pages that follow one another: quicker than
        finding it."""
        for first, *more in self._ways:
            size = len(first.skeleton) - 1
            if not more and size > 0 and first.skeleton in page.skeleton[-size:] + following.skeleton[:size]:
                return True
            if more and all(part.skeleton in page.skeleton + following.skeleton for part in (first, *more)):
                return True
        return False

    def places(self, page: Normal) -> list[FoundQuotation]:
        """Return the quotation's places on the page, as written or, if there are none, with the changes that its writer
        marks."""
        for parts in self._ways:
            if found := _places(page, parts):
                return found
        return []


def find(page: Normal, quotation: WantedQuotation) -> tuple[int, int] | None:
    """Return the first range of the page's source that holds the quotation; None for none."""
    found = quotation.places(page)
    return found[0].span if found else None


def _places(page: Normal, parts: tuple[Normal, ...]) -> list[FoundQuotation]:
    first, *rest = parts
    found: list[FoundQuotation] = []
    for begin, end in islice(occurrences(page, first), _MOST_PLACES):
        chain = _follow(page, rest, end)
        if chain is not None:
            ends = [end, *(stop for _, stop in chain)]
            gaps = tuple(zip(ends, (start for start, _ in chain), strict=False))
            found.append(FoundQuotation((begin, ends[-1]), gaps))
    return found


def _follow(page: Normal, parts: list[Normal], after: int) -> list[tuple[int, int]] | None:
    """Return the nearest ranges of the parts, one after another; None if one is missing."""
    chain: list[tuple[int, int]] = []
    for part in parts:
        span = next((span for span in occurrences(page, part) if span[0] >= after), None)
        if span is None:
            return None
        chain.append(span)
        after = span[1]
    return chain


def _is_part(text: str) -> bool:
    unspaced = sum(is_unspaced(character) and character.isalnum() for character in text)
    words = re.findall(r"\w+", text)
    return (
        unspaced >= MIN_PART_CHARACTERS
        or len(words) >= MIN_PART_WORDS
        or any(len(word) >= _LONG_WORD for word in words)
    )


def _join(broken: re.Match[str]) -> str:
    """Return the hyphen of a word that was copied with a line break in it, once more at the end of a line."""
    return f"{broken[1]}\n"
