"""What an answer's sentence has in the books, in words; for both faces and for exports."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.conversation import Answer, Support, WeighedSentence
from app.core.document import Book
from app.wording.i18n import _
from app.wording.page_names import cited_page, page_words

_SHOWN_CHARACTERS = 100
"""Of a sentence that is repeated outside its answer."""


def weighed_words(answer: Answer, books: Mapping[str, Book]) -> str:
    """All weighed sentences of an answer, each with what the books have of it; empty where none was weighed."""
    said = []
    for weighed in answer.weighed:
        text = " ".join(answer.text[weighed.start : weighed.end].split())
        short = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS].rstrip() + "…"
        said.append(
            _("“{sentence}”: {support}").format(sentence=short, support=support_words(weighed, books, titled=True))
        )
    return _("Weighed sentence by sentence: {list}.").format(list="; ".join(said)) if said else ""


def support_words(sentence: WeighedSentence, books: Mapping[str, Book], *, titled: bool = False) -> str:
    """Such as `supported by p. 88`; `titled`: with the title of the book. `books` by their ids."""
    if not sentence.was_weighed:
        return unweighed_words(sentence.support)
    if not sentence.page:
        return _("nothing found")
    page = page_words(cited_page(sentence, books))
    place = f"{sentence.document}, {page}" if titled else page
    words = {
        Support.QUOTED: _("quoted and verified, {page}"),
        Support.SUPPORTED: _("supported by {page}"),
        Support.OTHERWISE: _("{page} says otherwise"),
        Support.NOTHING: _("not confirmed; nearest is {page}"),
    }[sentence.support]
    return words.format(page=place)


def unweighed_words(support: Support) -> str:
    """Why a sentence was not weighed."""
    if support is Support.OTHER_SCRIPT:
        return _("not weighed: it is in another script than the page")
    return _("not weighed: the context is full")
