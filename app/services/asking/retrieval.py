"""Finds what stands next to a question, passages and outlines of the books, as much as the model's context bears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from app.core.conversations.conversation import BookRef, OutlineRef, PassageRef, QuestionContext, StoredQuestion, Turn
from app.core.conversations.events import Tokenizing
from app.core.work import Cancel, Work
from app.engine.protocol import Engine, Measure, Message, Prompt
from app.services.asking.budget import Budget
from app.services.asking.prompts import OUTLINE_LINES, Prompts
from app.services.finding.conversation_search import PassageQuery, QuestionKind, decide
from app.services.finding.search import Search
from app.store.books import Books

SHORT_CHARACTERS = 6000
"""Books that are no longer than this need no passages next to the question: all of them is close to it."""

_SHORTEST_PASSAGE = 64
"""Tokens: more passages than fit if all are so short are not looked for."""

_SURELY = 0.8
"""The share of its room that the beginning of a passage is given: tokens are not spread evenly over its characters."""

_LEVELS = 6


@dataclass(frozen=True)
class Retrieval:
    """Belongs to the engine's executor: it counts tokens."""

    engine: Engine
    prompts: Prompts
    search: Search
    books: Books

    def retrieve(
        self, question: StoredQuestion, turns: Sequence[Turn], budget: Budget, cancel: Cancel, *, excerpts: bool
    ) -> Work[Tokenizing, QuestionContext]:
        """Find the passages and outlines that stand next to a question that follows `turns`, the best passages first.
        With `excerpts` they stand in place of the books. Raises AppError; Stopped."""
        if not question.books or (not excerpts and self._are_short(question.books)):
            return QuestionContext()
        query = decide(question.text, question.books, turns, self.books.book)
        room = budget.for_passages(excerpts=excerpts)
        if query.kind is QuestionKind.NOTHING:
            last = next((turn.answer for turn in reversed(turns) if turn.is_read and turn.answer is not None), None)
            if not excerpts:
                return QuestionContext()
            if last is not None and last.passages:
                return (yield from self._fit(msgspec.structs.replace(last.retrieved, instructions=""), room, cancel))
            query = PassageQuery(QuestionKind.WHOLE, scope=question.books)
        most = room // _SHORTEST_PASSAGE if excerpts else min(budget.close_passages, room // _SHORTEST_PASSAGE)
        if query.kind is QuestionKind.WHOLE:
            outlines = yield from self._outlines(query.scope, room // 2 if excerpts else room, cancel)
            spread = self.find(query, most) if excerpts else QuestionContext()
            retrieved = msgspec.structs.replace(spread, outlines=outlines)
            return (yield from self._fit(retrieved, room // 2 if outlines else room, cancel))
        return (yield from self._fit(self.find(query, most), room, cancel))

    def prepare(self, refs: Sequence[BookRef], *, excerpts: bool) -> None:
        """Get ready for `retrieve`, and do not wait for it. Raises AppError."""
        if refs and (excerpts or not self._are_short(refs)):
            self.search.prepare([ref.book_id for ref in refs])

    def find(self, query: PassageQuery, most: int) -> QuestionContext:
        """Find up to `most` passages, best first."""
        found = self.search.passages_for(query, most)
        titles = {id: self.books.book(id).title for id in {passage.book_id for passage in found.passages}}
        refs = (PassageRef(p.book_id, titles[p.book_id], p.page, p.label, p.start, p.end) for p in found.passages)
        return QuestionContext(tuple(refs), words_alone=found.words_alone)

    def _outlines(self, refs: Sequence[BookRef], room: int, cancel: Cancel) -> Work[Tokenizing, tuple[OutlineRef, ...]]:
        """Return the outlines of the books that have one, as deep as there is room for; none if not even their first
        level fits."""
        books = [(ref, self.books.book(ref.book_id)) for ref in refs]
        deepest = min(_LEVELS, max((section.level for _, book in books for section in book.outline), default=0))
        for levels in range(deepest, 0, -1):
            longest = max(sum(section.level <= levels for section in book.outline) for _, book in books)
            if longest > OUTLINE_LINES and levels > 1:
                continue
            outlines = tuple(OutlineRef(book.id, book.title, levels) for _, book in books if book.outline)
            lines = self.prompts.outline_texts(outlines, refs)
            size = yield from self.engine.run(
                Measure(
                    Prompt("", (), (Message("user", "\n".join(lines)),), about=tuple(book.id for _ref, book in books))
                ),
                cancel,
            )
            if sum(size.messages) <= room:
                return outlines if lines else ()
        return ()

    def _fit(self, retrieved: QuestionContext, room: int, cancel: Cancel) -> Work[Tokenizing, QuestionContext]:
        """Keep as many of the passages as have room, the best first, with a blank line between them; of the best one
        alone its beginning, where it is longer than all of the room, which is counted in tokens."""
        if not retrieved.passages:
            return retrieved
        texts = [f"{text}\n\n" for text in self.prompts.passage_texts(retrieved.passages)]
        size = yield from self.engine.run(
            Measure(Prompt("", (), tuple(Message("user", text) for text in texts), about=retrieved.book_ids)), cancel
        )
        sizes = list(zip(retrieved.passages, size.messages, strict=False))
        kept, left = [], room
        for number, (passage, tokens) in enumerate(sizes):
            if tokens <= left:
                kept.append(passage)
                left -= tokens
            elif number == 0 and room >= _SHORTEST_PASSAGE:
                characters = int((passage.end - passage.start) * _SURELY * room / tokens)
                kept.append(msgspec.structs.replace(passage, end=passage.start + characters))
                left = 0
        return msgspec.structs.replace(retrieved, passages=tuple(kept))

    def _are_short(self, refs: Sequence[BookRef]) -> bool:
        return sum(self._characters(ref) for ref in refs) <= SHORT_CHARACTERS

    def _characters(self, ref: BookRef) -> int:
        if ref.pages is None:
            return self.books.book(ref.book_id).characters
        return sum(len(page.text) for page in self.books.cited(ref).pages)
