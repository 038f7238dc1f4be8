"""Search over all of the open desk: its documents by words and by meaning, what was asked and answered, and the texts
that features keep.

A passage of a document is found if it has enough of the words, rare ones weighing more; beside these are the few that
are nearest in meaning, which say so. Documents in whose titles all of it is come first. Phrases, words that must not
be there, and filters always hold. What was said in conversations, and other texts, have all words and phrases.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice

import msgspec

from app.core.conversations.conversation import Conversation
from app.core.documents.document import Format
from app.core.documents.page_span import PageSpan
from app.core.kept import TextSource
from app.core.search_query import SearchPlace, SearchQuery, parse
from app.core.work import Cancel, Stopped, Work
from app.language.folding import fold, phrase_pattern
from app.language.one_line import hide_signs
from app.services.finding.excerpts import Excerpt, best_sentence, excerpt_of
from app.services.finding.search import Neighbours, Search, fuse
from app.services.services import Services
from app.store.conversations import Conversations
from app.store.filters import FoundDocument, PagePlace, SearchFilters, seconds
from app.store.passages import NO_HITS, Ids, Passage, Passages, Scope, WordHits
from app.store.text_sources import TextPlace, TextSources

MOST_HITS = 200
"""The most documents that a search shows; those behind them are counted, not shown."""

_TALKS_AT_ONCE = 500
"""Conversations that are searched in one read, so that nobody waits long for the database."""

_MOST_SAID = 40  # of each other kind
_ENOUGH = 0.35
"""The part of the words, by their weights, that a passage must have to be found by them: two of three, or the rarer one
of two; of a Japanese word also its two halves apart."""

_BY_MEANING, _BY_MEANING_ALONE = 12, 60
"""Passages with fewer of the words than that, at most: beside others, and where no passage has enough of them."""
_BEFORE, _AFTER = 90, 220  # characters of a sentence around the first place that was found
_MOST_WORDS = 16
_MOST_TITLES = 5


class LibraryHit(msgspec.Struct, frozen=True):
    """Something that was found. `place` is a `SearchPlace`, or the id of a `TextSource`; `id` is that of the document,
    of the conversation, or of what a source has; `title` is its own, of a note that of its document. More `score` is
    better; only hits of one search and one place compare. Of a document there are its `passage` and the `span` of the
    sentence on its page; if only filters were given, there is no passage. `question_id` is the question that has the
    words, or the answer to it. `book_id` is that of the document, and of the one that a note is in. A hit `by_meaning`
    has too few of the words."""

    place: str
    id: str
    title: str
    excerpt: Excerpt
    score: float = 0.0
    passage: Passage | None = None
    span: PageSpan | None = None
    question_id: str = ""
    book_id: str = ""
    by_meaning: bool = False


class LibraryFound(msgspec.Struct, frozen=True):
    """The outcome of a search. `hits` are those of documents, best first, then of each other place, newest first.
    `counts` says how many passages of each document have the words, by its id. `documents` were searched, `unindexed`
    of them by words alone; `undated` more were not, since they have no date. If it is `listed`, nothing but filters was
    given, and `counts` has the pages that they are about, or 1. If it is `complete`, nothing more will come."""

    hits: tuple[LibraryHit, ...] = ()
    counts: Mapping[str, int] = {}
    documents: int = 0
    unindexed: int = 0
    undated: int = 0
    listed: bool = False
    complete: bool = False

    def of(self, place: str) -> tuple[LibraryHit, ...]:
        return tuple(hit for hit in self.hits if hit.place == place)


@dataclass(frozen=True)
class _Searched:
    """The documents that filters let pass, by their ids; their passages; where not all of these may
    be found, those that may; what has the words; and the documents that have something that must not be there."""

    documents: Mapping[str, FoundDocument]
    scopes: Sequence[Scope]
    allowed: Ids | None
    words: WordHits
    unwanted: Collection[str]


@dataclass(frozen=True)
class LibrarySearch:
    """May be used from any thread. Only short reads are done, so that nobody waits for the database. `sources` are
    searched beside documents and conversations."""

    search: Search
    filters: SearchFilters
    conversations: Conversations
    sources: TextSources

    @property
    def _passages(self) -> Passages:
        return self.search.passages

    @property
    def places(self) -> tuple[str, ...]:
        """All that can be searched."""
        return (*SearchPlace, *(source.id for source in self.sources.all))

    def understand(self, text: str) -> SearchQuery:
        """Return what a person typed as a query. Raises AppError as `parse` does."""
        return parse(text, self.places)

    def prepare(self) -> None:
        """Get ready for a search that will come, and do not wait for it."""
        self.search.prepare([document.id for document in self.filters.documents(SearchQuery())])

    def find(self, query: SearchQuery, cancel: Cancel, *, limit: int = MOST_HITS) -> Work[LibraryFound, LibraryFound]:
        """Find everything that a query means. What was found so far comes at once: first by words, then what was said,
        then by meaning. `limit` is the most hits of documents. Raises AppError as the database does; Stopped."""
        found, searched = LibraryFound(), None
        if query.looks_in(SearchPlace.DOCUMENTS):
            searched = self._searched(query)
            undated = self.filters.undated(query) if query.after or query.before else 0
            found = msgspec.structs.replace(self._by_words(query, searched, limit), undated=undated)
            yield found
        if query.text:
            found = msgspec.structs.replace(found, hits=(*found.hits, *self._said(query, cancel, _MOST_SAID)))
            yield found
        if cancel.requested:
            raise Stopped
        if searched is not None and query.text and not query.phrases:
            found = self._with_meaning(query, searched, found, limit, cancel)
        return msgspec.structs.replace(found, complete=True)

    def at_once(self, query: SearchQuery, cancel: Cancel, *, limit: int) -> Work[LibraryHit, None]:
        """Yield the hits that have all of the words, at most `limit` of each place, as they are found: for a glance
        while one types."""
        if query.text:
            yield from self._said(query, cancel, limit)
        if query.text and query.looks_in(SearchPlace.DOCUMENTS):
            found = self._by_words(query, self._searched(query), 10 * limit)
            yield from islice((hit for hit in found.hits if _has_all(hit, query)), limit)

    # ---- documents

    def _by_words(self, query: SearchQuery, searched: _Searched, limit: int) -> LibraryFound:
        if not query.text:
            return self._listed(query, searched, limit)
        return self._found(query, searched, Neighbours({}, True), limit)

    def _with_meaning(
        self, query: SearchQuery, searched: _Searched, found: LibraryFound, limit: int, cancel: Cancel
    ) -> LibraryFound:
        """Return what was found with the passages that are nearest in meaning; what else was found stays."""
        nearest = self.search.nearest(searched.scopes, query.text, searched.words, cancel)
        if searched.allowed is not None:
            let_pass = set(searched.allowed.tolist())
            nearest = Neighbours({id: near for id, near in nearest.near.items() if id in let_pass}, nearest.complete)
        better = self._found(query, searched, nearest, limit)
        said = [hit for hit in found.hits if hit.place != SearchPlace.DOCUMENTS]
        return msgspec.structs.replace(better, hits=(*better.hits, *said), undated=found.undated)

    def _searched(self, query: SearchQuery) -> _Searched:
        import numpy as np  # late: the start of the desk needs none

        documents = {document.id: document for document in self.filters.documents(query)}
        scopes = self._passages.scopes([(book_id, None) for book_id in documents])
        allowed = [self._passages.with_phrase(scopes, phrase) for phrase in query.phrases]
        if query.pages and query.text:
            allowed.append(np.array(self.filters.passages(query), np.int64))
        some = reduce(np.intersect1d, allowed) if allowed else None
        gone = reduce(np.union1d, self._unwanted(query, scopes), np.zeros(0, np.int64))
        if query.without and scopes:
            every = np.concatenate([np.arange(scope.ids.start, scope.ids.stop) for scope in scopes])
            gone = np.intersect1d(every, gone)
            some = np.setdiff1d(every if some is None else some, gone)
        words = self._passages.by_words(scopes, query.text, some) if query.text else NO_HITS
        return _Searched(documents, scopes, some, words, _counts(gone.tolist(), scopes))

    def _unwanted(self, query: SearchQuery, scopes: Sequence[Scope]) -> list[Ids]:
        return [
            self._passages.with_phrase(scopes, text) if " " in text else self._passages.with_word(text)
            for text in query.without
        ]

    def _found(self, query: SearchQuery, searched: _Searched, nearest: Neighbours, limit: int) -> LibraryFound:
        words = searched.words
        least = 0.0 if query.phrases else _ENOUGH
        enough = {id for id, part in words.coverage.items() if part >= least}
        most_near = _BY_MEANING if enough else _BY_MEANING_ALONE
        near = [id for id in nearest.ids if id not in enough][:most_near]
        scores = fuse(words, nearest.near)
        wanted = sorted(enough.union(near), key=lambda id: (-scores[id], id))[: max(0, limit)]
        forms = self._passages.forms(wanted, query.text)
        hits = []
        for id in wanted:
            for passage in self._passages.take({id: scores[id]}):
                document = searched.documents[passage.book_id]
                hits.append(_hit(passage, document, query, forms[id], by_meaning=id not in enough))
        unindexed = 0 if nearest.complete else self._unindexed(searched.documents)
        hits = [*self._titled(query, searched), *hits][: max(0, limit)]
        return LibraryFound(tuple(hits), _counts(enough, searched.scopes), len(searched.documents), unindexed)

    def _titled(self, query: SearchQuery, searched: _Searched) -> list[LibraryHit]:
        """Return the beginnings of the documents in whose titles the whole query is, those first whose titles say least
        else."""
        wanted = [*map(fold, query.phrases), *fold(" ".join(query.words)).split()]
        titles = {book_id: fold(document.title) for book_id, document in searched.documents.items()}
        titled = [book_id for book_id, title in titles.items() if wanted and all(each in title for each in wanted)]
        first = sorted(titled, key=lambda book_id: len(searched.documents[book_id].title))[:_MOST_TITLES]
        places = self.filters.first_pages([book_id for book_id in first if book_id not in searched.unwanted])
        return [] if query.pages else [_listed(place, searched.documents[place.book_id]) for place in places]

    def _unindexed(self, book_ids: Collection[str]) -> int:
        indexed = self.search.vectors.finished(self.search.embedder.model)
        return sum(book_id not in indexed for book_id in book_ids)

    def _listed(self, query: SearchQuery, searched: _Searched, limit: int) -> LibraryFound:
        """List the pages that the filters are about, or the documents, for a query of nothing but filters."""
        documents = searched.documents
        if query.is_empty or not documents:
            return LibraryFound(documents=len(documents))
        wanted = [book_id for book_id in documents if book_id not in searched.unwanted]
        if query.pages:
            let_pass = set(wanted)
            found = [place for place in self.filters.pages(query) if place.book_id in let_pass]
            counts, shown = Counter(place.book_id for place in found), found[:limit]
        else:
            counts, shown = Counter(wanted), list(self.filters.first_pages(wanted[:limit]))
        hits = tuple(_listed(place, documents[place.book_id]) for place in shown)
        return LibraryFound(hits, counts, len(documents), listed=True)

    # ---- all else

    def _said(self, query: SearchQuery, cancel: Cancel, limit: int) -> Iterator[LibraryHit]:
        """Yield at most `limit` hits of each place, the newest first."""
        found = [self._said_in_conversations(query)] if query.looks_in(SearchPlace.CONVERSATIONS) else []
        found += [self._said_in(source, query) for source in self.sources.all if query.looks_in(source.id)]
        for hits in found:
            for hit in islice(hits, limit):
                yield hit
                if cancel.requested:
                    raise Stopped

    def _said_in_conversations(self, query: SearchQuery) -> Iterator[LibraryHit]:
        begin, end = _times(query)
        talks = [talk for talk in self.conversations.all() if begin <= talk.updated_at < end]
        for first in range(0, len(talks), _TALKS_AT_ONCE):
            yield from self._said_in_these(talks[first : first + _TALKS_AT_ONCE], query)

    def _said_in_these(self, talks: Sequence[Conversation], query: SearchQuery) -> Iterator[LibraryHit]:
        """Yield where conversations have what is searched for. Words side by side count before words that are far from
        each other."""
        phrases, words = _phrases(query), _words(query)
        without = tuple(map(fold, query.without))
        side_by_side = [fold(" ".join(query.words)), *phrases] if len(words) > 1 else []
        ids, found = [talk.id for talk in talks], dict[str, tuple[TextPlace, Sequence[str]]]()
        for needles in filter(None, ([*words, *phrases], side_by_side)):
            places = self.sources.in_conversations(ids, needles, without)
            found |= {id: (place, needles) for id, place in places.items()}
            ids = list(places)  # what has the words side by side has the words
        for talk in talks:
            if talk.id in found:
                place, had = found[talk.id]
                excerpt = excerpt_of(hide_signs(place.text, Format.MARKDOWN), had)
                yield LibraryHit(
                    *(SearchPlace.CONVERSATIONS, talk.id, talk.title, excerpt), question_id=place.question_id
                )

    def _said_in(self, source: TextSource, query: SearchQuery) -> Iterator[LibraryHit]:
        needles = [*_phrases(query), *_words(query)]
        for found in self.sources.find(source, needles, tuple(map(fold, query.without)), *_times(query)):
            excerpt = excerpt_of(hide_signs(found.text.strip(), found.format), needles, before=_BEFORE, after=_AFTER)
            span = PageSpan(found.page, "", found.start, found.stop) if found.book_id else None
            yield LibraryHit(
                *(source.id, found.id, found.title, excerpt),
                span=span,
                question_id=found.question_id,
                book_id=found.book_id or "",
            )


def library_search_of(desk: Services) -> LibrarySearch:
    filters = SearchFilters(desk.database, desk.shared.keeps.people)
    return LibrarySearch(
        desk.finding.search, filters, desk.conversations, TextSources(desk.database, desk.shared.keeps.texts)
    )


def _phrases(query: SearchQuery) -> list[str]:
    return [fold(phrase) for phrase in query.phrases]


def _words(query: SearchQuery) -> list[str]:
    return fold(" ".join(query.words)).split()[:_MOST_WORDS]


def _times(query: SearchQuery) -> tuple[float, float]:
    return seconds(query.after, 0.0), seconds(query.before, float("inf"))


def _hit(
    passage: Passage, document: FoundDocument, query: SearchQuery, forms: Collection[str], *, by_meaning: bool
) -> LibraryHit:
    """Return the sentence of a passage that has most of what was looked for, and, for a phrase, where that is."""
    phrases = _phrases(query)
    needles = [*phrases, *sorted(forms, key=len, reverse=True)]
    start, end = best_sentence(passage.text, needles)
    sentence = passage.text[start:end]
    there = [needle for needle in needles if needle in fold(sentence)]
    excerpt = excerpt_of(hide_signs(passage.text, document.format)[start:end], there, before=_BEFORE, after=_AFTER)
    if phrases and (match := phrase_pattern(phrases[0]).search(passage.text)):
        start, end = match.span()
    span = PageSpan(passage.page, passage.label, passage.start + start, passage.start + end)
    return LibraryHit(
        *(SearchPlace.DOCUMENTS, passage.book_id, document.title, excerpt, passage.score, passage, span),
        book_id=passage.book_id,
        by_meaning=by_meaning,
    )


def _has_all(hit: LibraryHit, query: SearchQuery) -> bool:
    text = fold(hit.passage.text) if hit.passage is not None else ""
    return all(word in text for word in _words(query))


def _counts(ids: Iterable[int], scopes: Sequence[Scope]) -> Mapping[str, int]:
    """Count how many of these passages each document has."""
    ordered = sorted(scopes, key=lambda scope: scope.ids.start)
    starts = [scope.ids.start for scope in ordered]
    return Counter(ordered[bisect_right(starts, id) - 1].book_id for id in ids)


def _listed(place: PagePlace, document: FoundDocument) -> LibraryHit:
    span = PageSpan(place.number, place.label, 0, 0)
    excerpt = excerpt_of(hide_signs(place.beginning, document.format), [], after=_AFTER)
    return LibraryHit(SearchPlace.DOCUMENTS, place.book_id, document.title, excerpt, span=span, book_id=place.book_id)
