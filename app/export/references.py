"""The places in documents that answers rest on, numbered, each with what the program found out about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.core.conversation import Answer, Citation, CitationState
from app.core.document import Book
from app.wording.i18n import _
from app.wording.page_names import cited_page, page_words

OPEN, CLOSE = "\ufdd2", "\ufdd3"  # noncharacters: cleaning takes them out of every text
REFERENCE = re.compile(f"{OPEN}(\\d+){CLOSE}")
"""The place of a reference in an answer, with its number."""

RAISED = re.compile(f"[ \u00a0]?{REFERENCE.pattern}")
"""The same, where the number is raised: then no space is before it."""


class Tone(StrEnum):
    """How good the news is; the names of styles for it, too."""

    VERIFIED = "Verified"
    NEAR = "Near"
    NOT_FOUND = "NotFound"
    NAMED = "Named"


_TONES = {
    CitationState.VERIFIED: Tone.VERIFIED,
    CitationState.REPAIRED: Tone.VERIFIED,
    CitationState.NEAR: Tone.NEAR,
    CitationState.CUT: Tone.NEAR,
    CitationState.DIFFERS: Tone.NEAR,
    CitationState.NOT_FOUND: Tone.NOT_FOUND,
}


@dataclass(frozen=True)
class Reference:
    """`finding` is what the program found out, as the rest of a sentence; `quote` may be empty."""

    number: int
    title: str
    page: str
    state: CitationState
    finding: str
    quote: str
    is_unresolved: bool = False

    @property
    def place(self) -> str:
        return f"{self.title}, {self.page}" if self.title else self.page

    @property
    def words(self) -> str:
        quote = f" “{self.quote}”" if self.quote else ""
        return f"{self.place}: {self.finding}.{quote}"

    @property
    def explains(self) -> bool:
        """Whether the finding says more than the verdict does."""
        if self.state is CitationState.PAGE:
            return self.is_unresolved
        return self.state not in (CitationState.VERIFIED, CitationState.NOT_FOUND, CitationState.FOUND)

    @property
    def tone(self) -> Tone:
        return _TONES.get(self.state, Tone.NAMED)

    @property
    def verdict(self) -> str:
        """The finding in a word or two."""
        return {
            CitationState.VERIFIED: _("Verified"),
            CitationState.REPAIRED: _("Page corrected"),
            CitationState.NEAR: _("Similar"),
            CitationState.CUT: _("Cut"),
            CitationState.NOT_FOUND: _("Not found"),
            CitationState.PAGE: _("Page named"),
            CitationState.FOUND: _("Found by Octavo"),
            CitationState.RELATED: _("Related page"),
            CitationState.DIFFERS: _("Differs"),
        }[self.state]


def table_headings() -> tuple[str, str, str, str]:
    """Of the table of quotations, behind that of their numbers."""
    return _("Document"), _("Page"), _("Quotation"), _("Finding")


def number_references(answer: Answer, books: Mapping[str, Book], before: int = 0) -> tuple[str, list[Reference]]:
    """The text with numbers for its page marks, which go on after `before`; references that have no mark follow the
    text."""
    pieces: list[str] = []
    references: list[Reference] = []
    position = 0
    for citation in sorted(answer.citations, key=lambda c: (c.start < 0, c.start)):
        number = before + len(references) + 1
        if citation.start >= position:
            pieces.append(cleaned(answer.text[position : citation.start]))
            position = citation.end
        elif position < len(answer.text):
            pieces.append(cleaned(answer.text[position:]) + " ")
            position = len(answer.text)
        pieces.append(f"{OPEN}{number}{CLOSE}")
        references.append(_reference(number, citation, books))
    pieces.append(cleaned(answer.text[position:]))
    return "".join(pieces), references


def _reference(number: int, citation: Citation, books: Mapping[str, Book]) -> Reference:
    words = {
        CitationState.VERIFIED: _("these words are on this page, word for word"),
        CitationState.REPAIRED: _("these words are on this page, word for word; the answer named p. {named}"),
        CitationState.NEAR: _("the quotation is on this page in other words, as follows"),
        CitationState.CUT: _("the quotation is cut; in full, the page says"),
        CitationState.NOT_FOUND: _("not found on this page"),
        CitationState.PAGE: _("named by the answer, without a quotation"),
        CitationState.FOUND: _("found by Octavo, not named by the answer"),
        CitationState.RELATED: _("most related page, found by Octavo only by shared words"),
        CitationState.DIFFERS: _("differs from the answer in a number, name, negation or obligation, as follows"),
    }[citation.state]
    if citation.is_unresolved:
        words = _("named by the answer, which does not say which of these books it means")
    page = cleaned(page_words(cited_page(citation, books)))
    fuller = (CitationState.NEAR, CitationState.CUT, CitationState.DIFFERS)
    quote = citation.on_page if citation.state in fuller else citation.quote
    finding = words.format(named=cleaned(citation.named))
    title = cleaned(citation.document)
    return Reference(number, title, page, citation.state, finding, cleaned(quote), citation.is_unresolved)


def cleaned(untrusted_text: str) -> str:
    """Without what cannot be seen."""
    from app.documents.text.clean import clean  # its tables of characters take a while to load

    return clean(untrusted_text)[0]
