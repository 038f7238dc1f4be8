"""Plans which documents a question is asked of if there are more than fit: some read whole, passages of others, and
why.

What is on the desk of the conversation stays there, first and in its order, so that nothing of it is read again. Of the
other documents a search finds passages (`services.search`), and `findings` says which of these count: nothing is found
in a document whose passages hold little of the question's words, and are far from its sense. A document weighs
w = s1 + s2 / 2 + s3 / 4 + ..., of the scores of its passages, the best first. Those that weigh most are read whole,
where they fit: in half of the room at most, so that the next question has room for others. Of the rest passages are
taken one after the other, by score / (1 + those that are taken of its document already), so that many documents have
their say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from app.core.conversations.conversation import (
    RULES_VERSION,
    BookRef,
    MatterPlan,
    MatterScope,
    PassageRef,
    Question,
    QuestionContext,
    Turn,
)
from app.core.conversations.events import Loading, Tokenizing
from app.core.conversations.image import ref_of
from app.core.documents.document import Book, Format
from app.core.work import Cancel, Work
from app.engine.protocol import Measure, Message, Prompt, PromptSize
from app.language.one_line import in_one_line
from app.services.asking.prompts import PromptQuestion
from app.services.finding.conversation_search import PassageQuery, QuestionKind, decide
from app.services.finding.search import Search, fuse
from app.services.library.library import Library
from app.store.passages import Passage, WordHits

if TYPE_CHECKING:
    from app.services.asking.ask import Ask

_LOOKED_AT = 96
"""Passages of all documents together that something is taken of: what is behind them hardly belongs to the question."""

_COVERED = 1 / 10
"""The part of a question's words, by their weights, that a passage has to hold to be something that was found."""

_AS_NEAR = 1 / 2
"""A passage that is at least so much as near as the nearest one is something that was found, whatever its words."""

_NAMED = 1 / 2  # the same of its names and numbers

_WITH_TURNS = 1 / 2
"""A passage that is found with the words of the turns before counts so much, where a question says too little by
itself."""

_MOST_OF_ONE = 4  # passages of a document that is not read whole
_WEIGHTY = 0.5  # of the best document's weight, at least, for a document to be read whole unasked
_CHARACTERS_OF_TOKEN = 3  # at a server, which is given nothing to count before a person has seen what it gets
_SHOWN_CHARACTERS = 200
_SLACK = 64
"""Tokens by which a prompt may differ from its parts."""


class DocumentUse(StrEnum):
    WHOLE = "whole"
    PASSAGES = "passages"
    NONE = "none"


class UseReason(StrEnum):
    """The reasons why a document is proposed to be used as it is."""

    ON_DESK = "on_desk"  # it was put there, or read for an earlier question
    ALL_FIT = "all_fit"  # there is room for all that are asked
    WEIGHTY = "weighty"  # it has most of what was found, and fits
    FOUND = "found"  # something was found in it
    NO_ROOM = "no_room"  # something was, but other documents come first
    NOTHING = "nothing"  # nothing was found in it


class FoundPassage(msgspec.Struct, frozen=True):
    """A passage, its tokens with its mark, and how well it belongs to the question: more is better."""

    ref: PassageRef
    tokens: int
    score: float = 0.0


class DocumentChoice(msgspec.Struct, frozen=True):
    """A document that may be asked. `tokens` counts those of all of it. `passages` are those that the model sees if the
    document is not read whole, the best first. `words` are the beginning of the best one."""

    ref: BookRef
    title: str
    tokens: int
    use: DocumentUse
    reason: UseReason
    passages: tuple[FoundPassage, ...] = ()
    words: str = ""

    @property
    def used_tokens(self) -> int:
        if self.use is DocumentUse.WHOLE:
            return self.tokens
        return sum(passage.tokens for passage in self.passages) if self.use is DocumentUse.PASSAGES else 0

    @property
    def has_something(self) -> bool:
        return self.reason is not UseReason.NOTHING


class Proposal(msgspec.Struct, frozen=True):
    """The documents that a question would be asked of: those on the desk first, then the others in the order in which
    they were added. `other_tokens` is what all else in the context takes, the room that is kept for the answer
    included."""

    documents: tuple[DocumentChoice, ...]
    other_tokens: int
    context_tokens: int
    words_alone: bool = False

    @property
    def needed_tokens(self) -> int:
        return self.other_tokens + sum(document.used_tokens for document in self.documents)

    @property
    def fits(self) -> bool:
        return self.needed_tokens <= self.context_tokens

    @property
    def reads_nothing(self) -> bool:
        """True if a search answers the question, so that nothing of the documents takes room."""
        return not self.needed_tokens

    def used(self, use: DocumentUse) -> tuple[DocumentChoice, ...]:
        return tuple(document for document in self.documents if document.use is use)

    def with_use(self, book_id: str, use: DocumentUse) -> Proposal:
        """Return the same proposal with a document used otherwise; one without passages cannot have them shown."""

        def changed(document: DocumentChoice) -> DocumentChoice:
            possible = use is not DocumentUse.PASSAGES or document.passages
            return msgspec.structs.replace(document, use=use if possible else DocumentUse.NONE)

        documents = (changed(each) if each.ref.book_id == book_id else each for each in self.documents)
        return msgspec.structs.replace(self, documents=tuple(documents))

    @property
    def books(self) -> tuple[BookRef, ...]:
        """The documents that are read whole, in the order in which they are read."""
        return tuple(document.ref for document in self.used(DocumentUse.WHOLE))

    @property
    def plan(self) -> MatterPlan:
        """The plan for the documents that are not read whole: the passages that are taken, and the documents without
        any."""
        seen = [passage for document in self.used(DocumentUse.PASSAGES) for passage in document.passages]
        passages = tuple(passage.ref for passage in sorted(seen, key=lambda passage: -passage.score))
        unused = self.used(DocumentUse.NONE)
        left_out = tuple(document.ref.book_id for document in unused if document.has_something)
        nothing = tuple(document.ref.book_id for document in unused if not document.has_something)
        return MatterPlan(passages, left_out, nothing, self.words_alone)


class _Searched(msgspec.Struct, frozen=True):
    """The outcome of a search: the `passages` of each document, the best first, and in `held` the ids of others that
    have something."""

    passages: dict[str, list[FoundPassage]]
    held: frozenset[str]
    words_alone: bool = False


class _Shares(msgspec.Struct, frozen=True):
    """The ids of what is read whole, on the desk already or besides, and the passages that are seen of others."""

    desk: frozenset[str]
    weighty: frozenset[str]
    seen: dict[str, list[FoundPassage]]


@dataclass(frozen=True)
class DocumentSelection:
    """Belongs to the engine's one executor: it counts tokens."""

    ask: Ask
    search: Search
    library: Library

    def propose(
        self, question: Question, scope: MatterScope, turns: Sequence[Turn], cancel: Cancel
    ) -> Work[Loading | Tokenizing, Proposal]:
        """Propose the documents that a question that follows `turns` is best asked of, its `books` being on the desk.
        With the starter a search answers, which reads nothing: all is taken in which something was found. Raises
        AppError; Stopped."""
        model = yield from self.ask.models.ready(cancel)
        books = {book.id: book for book in self.library.books()}
        refs = _asked(question, scope, tuple(books.values()))
        others = [books[ref.book_id] for ref in refs[len(question.books) :]]
        reads, other = not self.ask.is_starter(), 0
        tokens = dict.fromkeys(books, 0)
        if reads:
            size = yield from self._measure(question, turns, _longest(others), cancel)
            tokens |= zip((ref.book_id for ref in question.books), size.documents, strict=True)
            for book in others:
                tokens[book.id] = yield from self._tokens(book, cancel)
            other = size.total - sum(size.documents) + self.ask.reserve() + _SLACK
        room = model.context_tokens - other
        if reads and sum(tokens[ref.book_id] for ref in refs) <= room:
            desk = frozenset(ref.book_id for ref in question.books)
            documents = tuple(_whole(ref, books[ref.book_id], tokens[ref.book_id], desk) for ref in refs)
            return Proposal(documents, other, model.context_tokens)
        searched = yield from self._search(question, refs, turns, books, cancel)
        shares = _share_out(searched, question.books, tokens, room, self.ask.budget().excerpts, reads=reads)
        documents = tuple(self._choice(ref, books[ref.book_id], tokens[ref.book_id], searched, shares) for ref in refs)
        return Proposal(documents, other, model.context_tokens, searched.words_alone)

    def _choice(self, ref: BookRef, book: Book, tokens: int, searched: _Searched, shares: _Shares) -> DocumentChoice:
        found = searched.passages.get(book.id, [])
        if book.id in shares.desk:
            use, reason = DocumentUse.WHOLE, UseReason.ON_DESK
        elif book.id in shares.weighty:
            use, reason = DocumentUse.WHOLE, UseReason.WEIGHTY
        elif book.id in shares.seen:
            use, reason = DocumentUse.PASSAGES, UseReason.FOUND
        else:
            has_something = found or book.id in searched.held
            use, reason = DocumentUse.NONE, UseReason.NO_ROOM if has_something else UseReason.NOTHING
        most = _MOST_OF_ONE if use is DocumentUse.WHOLE else 1
        passages = tuple(shares.seen.get(book.id, found[:most]))
        words = self._words(passages[0].ref, book.format) if passages else ""
        return DocumentChoice(ref, book.title, tokens, use, reason, passages, words)

    def _words(self, passage: PassageRef, format: Format) -> str:
        text = self.library.page(passage.book_id, passage.page).text[passage.start : passage.end]
        return in_one_line(text, format)[:_SHOWN_CHARACTERS]

    def _measure(
        self, question: Question, turns: Sequence[Turn], named: tuple[BookRef, ...], cancel: Cancel
    ) -> Work[Tokenizing, PromptSize]:
        """Measure the prompt with the books on the desk and nothing of others, which says how pages are named in those
        that are `named`."""
        conversation = self.ask.conversations.get(question.conversation_id)
        retrieved = QuestionContext(instructions=self.ask.instructions(question.conversation_id))
        prompt, _books = self.ask.prompts.build(
            PromptQuestion(question.books, question.text, tuple(map(ref_of, question.images)), named, retrieved),
            tuple(turns),
            excerpts=not question.books,
            sees=self.ask.model().vision is not None,
            rules=conversation.rules if conversation is not None else RULES_VERSION,
            conversation_id=question.conversation_id,
        )
        return (yield from self.ask.engine.run(Measure(prompt), cancel))

    def _tokens(self, book: Book, cancel: Cancel) -> Work[Tokenizing, int]:
        counted = yield from self.library.tokens(book.id, cancel)
        return book.characters // _CHARACTERS_OF_TOKEN if counted is None else counted

    def _search(
        self,
        question: Question,
        refs: tuple[BookRef, ...],
        turns: Sequence[Turn],
        books: Mapping[str, Book],
        cancel: Cancel,
    ) -> Work[Tokenizing, _Searched]:
        query = decide(question.text, refs, turns, self.library.book)
        if query.kind is QuestionKind.NOTHING:  # what belongs to it was found for the question before
            last = next((plan for turn in reversed(turns) if (plan := turn.question.plan) is not None), MatterPlan())
            asked = {ref.book_id for ref in refs}
            found = tuple(passage for passage in last.passages if passage.book_id in asked)
            scores, held, words_alone = [0.0] * len(found), frozenset(last.left_out), last.words_alone
        else:
            ranked, held, words_alone = self._find(query, query.scope or refs)
            found = tuple(
                PassageRef(p.book_id, books[p.book_id].title, p.page, p.label, p.start, p.end) for p in ranked
            )
            scores = [passage.score for passage in ranked]
        sizes = yield from self._sizes(found, cancel)
        passages: dict[str, list[FoundPassage]] = defaultdict(list)
        for ref, tokens, score in zip(found, sizes, scores, strict=True):
            passages[ref.book_id].append(FoundPassage(ref, tokens, score))
        return _Searched(dict(passages), held, words_alone)

    def _find(self, query: PassageQuery, refs: tuple[BookRef, ...]) -> tuple[Sequence[Passage], frozenset[str], bool]:
        """Return passages with their scores, of which the best has 1, and the ids of all documents that have something;
        last, whether some were searched by words alone. A question about all of the documents has no text: then
        passages come from everywhere, and all have something."""
        passages, scope = self.search.passages, [(ref.book_id, ref.pages) for ref in refs]
        if not query.text:
            return passages.spread(scope, _LOOKED_AT), frozenset(ref.book_id for ref in refs), False
        scopes = passages.scopes(scope)
        scores, words_alone = dict[int, float](), False
        for text, share in ((query.text, 1.0), (query.with_turns, _WITH_TURNS)):
            words = passages.by_words(scopes, text)
            nearest = self.search.nearest(scopes, text, words)
            fused = fuse(words, nearest.near)
            best = max(fused.values(), default=0.0) or 1.0
            for id in findings(words, nearest.near):
                scores[id] = max(scores.get(id, 0.0), share * fused[id] / best)
            words_alone |= not nearest.complete
        chosen = sorted(scores, key=lambda id: (-scores[id], id))[:_LOOKED_AT]
        held = frozenset(scope.book_id for scope in scopes if any(id in scope.ids for id in scores))
        return passages.take({id: scores[id] for id in chosen}), held, words_alone

    def _sizes(self, found: Sequence[PassageRef], cancel: Cancel) -> Work[Tokenizing, Sequence[int]]:
        if self.ask.is_starter():
            return [0] * len(found)
        texts = ["".join((*self.ask.prompts.passage_texts((ref,), titled=True), "\n\n")) for ref in found]
        if self.ask.model().host:
            return [len(text) // _CHARACTERS_OF_TOKEN for text in texts]
        prompt = Prompt("", (), tuple(Message("user", text) for text in texts))
        return (yield from self.ask.engine.run(Measure(prompt), cancel)).messages


def findings(words: WordHits, near: Mapping[int, float]) -> Iterator[int]:
    """Yield the passages that have something: much of the words, or the names to the letter, or the sense."""
    covered = _COVERED if near else min(_COVERED, max(words.coverage.values(), default=0.0) / 2)
    as_near = _AS_NEAR * max(near.values(), default=0.0)
    for id in near.keys() | words.coverage.keys():
        by_words = 0 < covered <= words.coverage.get(id, 0.0) or words.named.get(id, 0.0) >= _NAMED
        if by_words or 0 < as_near <= near.get(id, 0.0):
            yield id


def _asked(question: Question, scope: MatterScope, books: Sequence[Book]) -> tuple[BookRef, ...]:
    """Return all that a question is asked of, in the order of `Proposal.documents`."""
    desk, wanted = {ref.book_id for ref in question.books}, frozenset(scope.book_ids)
    others = sorted(books, key=lambda book: (book.added_at, book.id))
    return question.books + tuple(
        BookRef(book.id) for book in others if book.id not in desk and (not wanted or book.id in wanted)
    )


def _longest(books: Sequence[Book]) -> tuple[BookRef, ...]:
    """Return the two books with the longest titles: no other two take more room to say how pages are named."""
    return tuple(BookRef(book.id) for book in sorted(books, key=lambda book: -len(book.title))[:2])


def _whole(ref: BookRef, book: Book, tokens: int, desk: frozenset[str]) -> DocumentChoice:
    """Return the choice of a document when all fit: it is read whole."""
    reason = UseReason.ON_DESK if book.id in desk else UseReason.ALL_FIT
    return DocumentChoice(ref, book.title, tokens, DocumentUse.WHOLE, reason)


def _share_out(
    searched: _Searched, books: Sequence[BookRef], tokens: Mapping[str, int], room: int, excerpts: int, *, reads: bool
) -> _Shares:
    """Share out `room` tokens, `excerpts` of them at most for passages. `reads` says whether the model can make use of
    whole documents."""
    desk = frozenset(ref.book_id for ref in books)
    left = max(0, room - sum(tokens[book_id] for book_id in desk))
    for_passages = min(excerpts, left // 2)
    weighty = _weighty(searched, tokens, desk, left - for_passages) if reads else frozenset()
    return _Shares(desk, weighty, _seen(searched, desk | weighty, for_passages))


def _weighty(searched: _Searched, tokens: Mapping[str, int], desk: frozenset[str], room: int) -> frozenset[str]:
    """Return the documents that are worth being read whole besides those on the desk: the best one if it fits, others
    as far as they leave half of the room."""
    weights = {book_id: _weight(found) for book_id, found in searched.passages.items() if book_id not in desk}
    least = _WEIGHTY * max(weights.values(), default=0.0)
    taken, used = set[str](), 0
    for book_id in sorted(weights, key=lambda book_id: (-weights[book_id], book_id)):
        limit = room // 2 if taken else room
        if weights[book_id] >= least > 0 and used + tokens[book_id] <= limit:
            taken.add(book_id)
            used += tokens[book_id]
    return frozenset(taken)


def _weight(passages: Sequence[FoundPassage]) -> float:
    return sum(passage.score / (1 << place) for place, passage in enumerate(passages))


def _seen(searched: _Searched, whole: frozenset[str], room: int) -> dict[str, list[FoundPassage]]:
    """Take as many passages of the documents that are not read whole as there is room for, the best first."""
    waiting = [passage for found in searched.passages.values() for passage in found if passage.ref.book_id not in whole]
    taken: dict[str, list[FoundPassage]] = defaultdict(list)

    def worth(passage: FoundPassage) -> tuple[float, int]:
        before = len(taken.get(passage.ref.book_id, ()))
        return passage.score / (1 + before), -before

    while waiting:
        best = max(waiting, key=worth)
        waiting.remove(best)
        of_it = taken.get(best.ref.book_id, ())
        if best.tokens <= room and len(of_it) < _MOST_OF_ONE:
            taken[best.ref.book_id].append(best)
            room -= best.tokens
    return dict(taken)
