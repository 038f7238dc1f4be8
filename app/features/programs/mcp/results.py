"""The arguments and results of the desk's tools, as data that other programs read."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

_Matter = Annotated[str, Meta(description="name of a matter; empty: the library, or the only matter that is allowed")]
_Document = Annotated[str, Meta(description="id of a document, or its exact title")]
_Count = Annotated[int, Meta(ge=1, le=100, description="at most so many")]
_Number = Annotated[int, Meta(ge=1, description="number of a page, counted from 1")]


class ListMatters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class ListDocuments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    matter: _Matter = ""


class SearchFor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    query: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=2000,
            description='words or a question; "exact phrases", -words that must not be there, and filters such as'
            " kind:pdf, folder:NAME, person:NAME, after:2023, before:2024-03, page:flagged",
        ),
    ]
    matter: _Matter = ""
    limit: _Count = 10


class ReadPages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    document: _Document
    first: _Number = 1
    last: Annotated[int, Meta(ge=0, description="the last page; 0: as many as one reply holds")] = 0
    matter: _Matter = ""


class AskQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    question: Annotated[str, Meta(min_length=1, max_length=20_000)]
    documents: Annotated[
        tuple[_Document, ...],
        Meta(
            max_length=50, description="read whole; none: all documents are searched for what belongs to the question"
        ),
    ] = ()
    matter: _Matter = ""
    conversation: Annotated[str, Meta(description="id that an earlier answer gave: this question follows it")] = ""


class MatterEntry(msgspec.Struct, frozen=True):
    name: str
    library: Annotated[bool, Meta(description="what is in no matter; its name is empty")] = False


class MatterList(msgspec.Struct, frozen=True):
    matters: tuple[MatterEntry, ...]


class DocumentEntry(msgspec.Struct, frozen=True):
    id: str
    title: str
    format: str
    pages: int
    characters: int
    flagged_pages: Annotated[int, Meta(description="pages that a person should look at before trusting them")]


class DocumentList(msgspec.Struct, frozen=True):
    documents: tuple[DocumentEntry, ...]


class PassageFound(msgspec.Struct, frozen=True):
    id: str
    document: str
    page: Annotated[str, Meta(description="what the document calls it")]
    number: int
    heading: str
    sentence: str
    text: str
    by_meaning: Annotated[bool, Meta(description="found by meaning alone: it has few of the words")]


class SearchResults(msgspec.Struct, frozen=True):
    passages: tuple[PassageFound, ...]
    documents_searched: int
    documents_found: int
    documents_undated: int
    words_alone: Annotated[bool, Meta(description="some documents were not searched by meaning")]


class PageRead(msgspec.Struct, frozen=True):
    page: str
    number: int
    text: str
    flags: tuple[str, ...]


class PagesRead(msgspec.Struct, frozen=True):
    id: str
    document: str
    page_count: int
    pages: tuple[PageRead, ...]
    next: Annotated[int, Meta(description="the first page that is left of those asked for; 0: none")]


class CitedPage(msgspec.Struct, frozen=True):
    """A page mark at the characters [start, end) of the answer. `page` is what the document calls it; `number` counts
    from 1, and is 0 if there is no such page."""

    start: int
    end: int
    document: str
    page: str
    number: int
    quote: str


class PageWords(msgspec.Struct, frozen=True):
    """The words of a page that a verdict rests on."""

    id: str
    document: str
    page: str
    number: int
    text: str


class SentenceChecked(msgspec.Struct, frozen=True):
    """The characters [start, end) of the answer, which state something. `verdict` is `verbatim`, word for word on a
    page; `seems`, a model judges that the page says it; `compare`, close to the page; `otherwise`, the page says it
    with another number, date, name or negation; `nothing`, no page says it; `unweighed`, not known, and `reason` says
    why. `named` is the page that the answer names, if `evidence` is not on it."""

    start: int
    end: int
    text: str
    verdict: str
    reason: str
    named: str
    evidence: tuple[PageWords, ...]


class QuestionAnswered(msgspec.Struct, frozen=True):
    answer: str
    ending: str
    citations: tuple[CitedPage, ...]
    sentences: tuple[SentenceChecked, ...]
    read: Annotated[str, Meta(description="what was read for it")]
    doubts: Annotated[str, Meta(description="why there may be more in the documents, or nothing was found")]
    conversation: str
    model: str
    server: Annotated[str, Meta(description="the host that answered; empty: a model on this computer")]
    tokens_reused: Annotated[int | None, Meta(description="null: the server does not say")]
    tokens_read: int
    tokens_written: int
