"""Which page each sentence of an answer rests on: the one that it names, or else the nearest one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.core.conversation import Citation, CitationState, Support
from app.core.document import CitedBook, Page
from app.documents.citations.attribution import likeliest_pages, without_brackets
from app.documents.citations.statements import Claim, Tested, claims, examine
from app.documents.text.terms import is_unspaced

MOST_LIKELY = 4
"""Pages that are compared with a sentence that names none."""

_WORDS_OF_BOOKS = (CitationState.VERIFIED, CitationState.REPAIRED)
_WORD = re.compile(r"[^\W_]")
_NOTHING = Tested("", 0.0, frozenset())
_TRUE = (CitationState.VERIFIED, CitationState.REPAIRED)
_OTHER_SCRIPT = 0.3
"""A text of which this share is written without spaces is in another script than one without any."""


@dataclass(frozen=True)
class PlacedClaim:
    """A sentence with the page that is nearest to it, of those that it names; `book` and `page` are None where no page
    says anything about it. `quoted`: it has a quotation that is on that page. `foreign`: it is in another script than
    that page, or than the books, so words say nothing of it."""

    claim: Claim
    tested: Tested
    book: CitedBook | None = None
    page: Page | None = None
    quoted: bool = False
    foreign: bool = False

    @property
    def needs_judgement(self) -> bool:
        """Whether words alone do not decide it: a quotation is proof, and a sentence that no page has words of is
        none."""
        return self.tested.is_about and not (self.quoted and not self.tested.differences)

    def support(self, probability: float) -> Support:
        """What the tests and the model's judgement give together; `probability`: that the page says it.

        The model alone never makes a sentence supported: a test that fails is a veto. The tests alone never call it
        contradicted: they do not know that two ways to say it are the same.
        """
        if self.foreign:
            return Support.OTHER_SCRIPT
        if self.quoted and (not self.tested.differences or probability >= 0.5):
            return Support.QUOTED
        if self.tested.may_support and probability >= 0.5:
            return Support.SUPPORTED
        if self.tested.says_otherwise and probability < 0.5:
            return Support.OTHERWISE
        return Support.NOTHING


def place(answer: str, citations: Sequence[Citation], books: Sequence[CitedBook]) -> tuple[PlacedClaim, ...]:
    """Every sentence of an answer that states something, in order."""
    found = claims(answer)
    pages = {(book.book_id, page.number): (book, page) for book in books for page in book.pages}
    cited: dict[int, list[Citation]] = {}
    for citation in citations:
        owner = _owner(answer, found, citation)
        if owner is not None and (citation.book_id, citation.page) in pages:
            cited.setdefault(owner, []).append(citation)
    placed = [_by_marks(claim, cited.get(index, ()), pages) for index, claim in enumerate(found)]
    homeless = [each.claim for each in placed if each.page is None]
    likely = dict(zip(homeless, likeliest_pages([each.text for each in homeless], books, MOST_LIKELY), strict=True))
    samples = [max(book.pages, key=lambda page: len(page.text)) for book in books if book.pages]
    return tuple(
        each
        if each.page is not None
        else _nearest(each.claim, likely[each.claim]) or replace(each, foreign=_is_foreign(each.claim, samples))
        for each in placed
    )


def place_value(
    question: str, answer: str, value: str, citations: Sequence[Citation], books: Sequence[CitedBook]
) -> tuple[PlacedClaim, ...]:
    """The value that an answer begins with, as a claim about the words that are quoted for it; none where none of these
    is on its page. These words may well be there and say something else, so they are no proof."""
    pages = {(book.book_id, page.number): (book, page) for book in books for page in book.pages}
    quoted = (each for each in citations if each.quote and each.state in _TRUE)
    for citation in quoted:
        if (found := pages.get((citation.book_id, citation.page))) is not None:
            start = answer.find(value)
            claim = Claim(start, start + len(value), f"{question} {value}")
            return (PlacedClaim(claim, Tested(citation.shown, 1.0, frozenset()), *found),)
    return ()


def _by_marks(
    claim: Claim, cited: Sequence[Citation], pages: dict[tuple[str, int], tuple[CitedBook, Page]]
) -> PlacedClaim:
    """On a page that it names, if one says anything about it or is in another script."""
    quoting = [each for each in cited if each.state in _WORDS_OF_BOOKS and each.quote]
    named = [pages[each.book_id, each.page] for each in quoting or cited]
    best = _nearest(claim, named)
    if quoting:
        return replace(best or PlacedClaim(claim, _NOTHING, *named[0]), quoted=True)
    foreign = [(book, page) for book, page in named if _is_foreign(claim, [page])] if best is None else []
    if foreign:
        return PlacedClaim(claim, _NOTHING, *foreign[0], foreign=True)
    return best or PlacedClaim(claim, _NOTHING)


def _nearest(claim: Claim, pages: Sequence[tuple[CitedBook, Page]]) -> PlacedClaim | None:
    """On the page with the sentence that has most in common with it, and no difference if possible."""
    tested = [PlacedClaim(claim, examine(claim.text, page.text), book, page) for book, page in pages]
    about = [each for each in tested if each.tested.is_about]
    return max(about, key=lambda each: (each.tested.may_support, each.tested.share), default=None)


def _owner(answer: str, found: Sequence[Claim], citation: Citation) -> int | None:
    """The sentence that a mark belongs to: it is in it, or right behind it, be it behind the full stop."""
    before = [
        index
        for index, claim in enumerate(found)
        if claim.start <= citation.start and _has_words(answer[claim.start : citation.start])
    ]
    if not before or _has_words(answer[found[before[-1]].end : citation.start]):
        return None
    return before[-1]


def _has_words(text: str) -> bool:
    return _WORD.search(without_brackets(text)) is not None


def _is_foreign(claim: Claim, pages: Sequence[Page]) -> bool:
    """Whether all of these are in another script."""
    own = _unspaced(claim.text)
    return bool(pages) and all(_unspaced(page.text) != own for page in pages)


def _unspaced(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return sum(map(is_unspaced, letters)) > _OTHER_SCRIPT * len(letters)
