"""Writes an answer token after token: samples, holds quotations to the books, drafts ahead where it copies them."""

from __future__ import annotations

import string
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import InitVar, dataclass, field

import numpy as np
import numpy.typing as npt

from app.core.conversations.conversation import Ending
from app.engine.architectures import Geometry
from app.engine.formats.thinking import AnswerText, Thoughts
from app.engine.kv.cached_sequence import CachedSequence
from app.engine.kv.reuse import Tokens
from app.engine.llama.llama import LlamaContext, LlamaModel
from app.engine.quotes.constrained import CLOSING_MARKS, QuoteConstraint, QuotedPlace, State
from app.engine.quotes.prompt_lookup import MAX_DRAFT, Lookup, room_for_draft
from app.engine.writing.held_schema import HeldSchema
from app.engine.writing.held_sentences import HeldSentences
from app.engine.writing.held_value import HeldAnswer, HeldValue
from app.engine.writing.sampler import Sampler, most_probable

_CANDIDATES = 64
"""So many of the most probable tokens are tried inside a quotation."""

_NEGLIGIBLE = 0.05
"""When all that goes on in the books has less than this probability, a quotation is not meant for them, or no more."""

_PUNCTUATION = b".,;:!?"
"""The punctuation that a token may have behind the closing mark of a quotation, and so before the page."""


@dataclass(frozen=True)
class _Ranked:
    """The most probable tokens, best first. `weights` are what their probabilities are proportional to, `total` is the
    weight of all tokens, `below` has for each the weight of those that come after it here."""

    tokens: list[int]
    weights: list[float]
    below: list[float]
    total: float

    @classmethod
    def of(cls, logits: npt.NDArray[np.float32], sampler: Sampler) -> _Ranked:
        best = most_probable(logits, _CANDIDATES)
        most = logits[best[0]]
        weights = np.exp(logits[best] - most)
        below = np.append(np.cumsum(weights[:0:-1])[::-1], np.float32(0))
        return cls(best.tolist(), weights.tolist(), below.tolist(), sampler.total_weight(logits, most))

    def each(self) -> Iterator[tuple[int, float]]:
        return zip(self.tokens, self.weights, strict=True)


@dataclass
class Written:
    """The part of a text that is written. `whole` is how many of its tokens end with a whole character. `first_at` is
    when its first token came."""

    tokens: Tokens = field(default_factory=lambda: array("i"))
    whole: int = 0
    ending: Ending = Ending.LENGTH
    first_at: float = 0.0


@dataclass
class Writer:
    """One answer. The sequence is at the end of the prompt, with the logits of its last token.

    Nothing in `thoughts` is held to anything. `quoter` of None writes quotations freely. `held` is the form that the
    answer is held to, `schema` the JSON Schema, `sentences` are those of the documents. `lookup` of None drafts
    nothing. `several_books` tells that page marks name theirs. `most_thought` is the number of tokens of thoughts after
    which Octavo writes what ends them; 0 lets them be. `begun` is what there is of the answer already, at the end of
    the sequence; a page mark that it stops before, or inside, is written to its end.

    `has_limited` tells that a thought was ended.
    """

    model: LlamaModel
    context: LlamaContext
    sequence: CachedSequence
    sampler: Sampler
    geometry: Geometry
    thoughts: Thoughts
    quoter: QuoteConstraint | None = None
    held: HeldAnswer | None = None
    schema: HeldSchema | None = None
    sentences: HeldSentences | None = None
    lookup: Lookup | None = None
    several_books: bool = False
    most_thought: int = 0
    has_limited: bool = field(default=False, init=False)
    begun: InitVar[Tokens | None] = None

    def __post_init__(self, begun: Tokens | None) -> None:
        self._said = b""
        self._written: Tokens = array("i")
        self._ahead: deque[int] = deque()  # tokens that Octavo writes, such as a page mark
        self._is_cited = False  # the quotation of an answer that is held to a form has its page
        if begun:
            self._resume(begun)

    @property
    def is_done(self) -> bool:
        """True if an answer that is held to a form or a schema has all of it."""
        held, schema, sentences = self.held, self.schema, self.sentences
        if self._ahead or self.thoughts.thinking:
            return False
        if sentences is not None:
            return sentences.is_done
        return (schema is not None and schema.is_done) or (held is not None and (held.is_done or self._is_cited))

    def write(self) -> Iterator[tuple[int, bytes]]:
        """Yield tokens without end, and without those that were written before, each with what the answer has of it or
        of those before it: nothing while the model thinks. Each is evaluated when the next one is asked for.

        Raises AppError CONTEXT_FULL, MODEL_FAILED.
        """
        token = self._choose(-1)
        while True:
            yield token, self._said
            draft = self._draft()
            guessed = bool(draft) and not self._ahead
            started = time.monotonic()
            begin = len(self.sequence)
            self.sequence.extend(array("i", [token]) + draft)
            accepted = 0
            while accepted < len(draft):
                token = self._choose(accepted)
                if token != draft[accepted]:
                    self.sequence.take_back(begin + 1 + accepted)
                    break
                accepted += 1
                yield token, self._said
            else:
                token = self._choose(len(draft))
            if self.lookup is not None:
                spent = time.monotonic() - started
                if guessed:
                    self.lookup.note_draft(len(draft), accepted, spent)
                elif not draft:
                    self.lookup.note_single(spent)

    # ---- one token

    def _resume(self, written: Tokens) -> None:
        """Take up what was written before, in whatever tokens: a text that was tokenized again may have others."""
        place: QuotedPlace | None = None  # of the last quotation, and what was written behind it
        since = b""
        for token in written:
            self.sampler.accept(token)
            self._written.append(token)
            piece = self.model.piece(token)
            since += piece
            if self.quoter is not None:
                self.quoter.feed(piece)
                if (ended := self.quoter.ended()) is not None:
                    place, since = ended, _behind_quotation(piece)
        if place is not None:
            self._write_mark(place, since)

    def _choose(self, index: int) -> int:
        """Choose the next token, by the logits of the batch's token `index`; -1 for its last."""
        token = self._ahead.popleft() if self._ahead else self._choose_freely(index)
        self.sampler.accept(token)
        self._written.append(token)
        piece = self.model.piece(token)
        thinking = self.thoughts.thinking
        self._said = self.thoughts.feed(piece, b"" if piece else self.model.token_text(token))
        if thinking and self.most_thought and not self._ahead:
            self._limit_thought()
        is_thought = thinking or self.thoughts.thinking
        if self.held is not None and not is_thought and self._feed_held(self.held, piece):
            return token
        if self.quoter is not None:
            self.quoter.feed(self._said)
            place = self.quoter.ended()
            if place is not None:
                self._write_mark(place, _behind_quotation(piece))
                self._is_cited = True
        return token

    def _limit_thought(self) -> None:
        closing = self.thoughts.closing if self.thoughts.tokens >= self.most_thought else ""
        if closing:
            self._ahead.extend(self.model.tokenize(closing, special=True))
            self.has_limited = True

    def _feed_held(self, held: HeldAnswer, piece: bytes) -> bool:
        """Take a token of an answer that is held to a form; whether it was one of its value."""
        if held.value is None:
            held.feed(piece)
            return False
        held.value.feed(piece)
        if held.value.is_final and (opening := held.end_value()):
            self._ahead.extend(self.model.tokenize(opening, special=False))
        return True

    def _choose_freely(self, index: int) -> int:
        quoter = self.quoter
        if not self.thoughts.thinking and (token := self._choose_held(index)) is not None:
            return token
        if quoter is None or self.thoughts.thinking:
            return self.sampler.choose(self.context.logits(index))
        if quoter.state is State.QUOTING:
            token = self._choose_quoted(quoter, index)
            if token is not None:
                return token
        token = self.sampler.choose(self.context.logits(index))
        return token if self._may_follow(quoter, token) else self._choose_opening(quoter, index, token)

    def _choose_held(self, index: int) -> int | None:
        """Choose a token that goes on to JSON that the schema allows, or to a value of the form; None where neither is
        wanted here. Where the model would begin a thought instead, it may."""
        held = self.held
        if self.schema is None and self.sentences is None and (held is None or held.value is None):
            return None
        if self.thoughts.may_begin:
            token = self.sampler.choose(self.context.logits(index))
            if self.thoughts.opens(self.model.piece(token), self.model.token_text(token)):
                return token
        if held is not None and held.value is not None:
            return self._choose_value(held, held.value, index)
        if self.sentences is not None:
            return _choose_sentence(self, self.sentences, index)
        assert self.schema is not None
        token = self.sampler.choose(self.schema.masked(self.context.logits(index)))
        self._ahead.extend(self.schema.feed(token))
        return token

    def _choose_value(self, held: HeldAnswer, value: HeldValue, index: int) -> int:
        """Choose the most probable token that goes on to a value. It ends where the model would write something else,
        if it is whole."""
        for rank, (token, _weight) in enumerate(self._ranked(index).each()):
            piece = self.model.piece(token)
            if not rank and value.is_whole and (not value.allows(piece) or self._leaves_number(value, piece)):
                break
            if piece and value.allows(piece):
                return token
        if value.is_whole:
            return self._write_ahead(held.end_value())
        chosen = self._most_probable_of(value.continuations(), index)
        assert chosen is not None, "a value that is not whole goes on"
        return chosen

    def _leaves_number(self, value: HeldValue, piece: bytes) -> bool:
        """Return whether a comma comes behind a number that is copied from the books, and that has groups already:
        there it is no sign of one more."""
        number = value.number
        if self.quoter is None or not piece.startswith(b",") or "," not in number or not self.quoter.has(number):
            return False
        return not any(self.quoter.has(f"{number},{digit}") for digit in string.digits)

    def _choose_opening(self, quoter: QuoteConstraint, index: int, chosen: int) -> int:
        """Replace a token that opens a quotation and goes on at once with what the books do not have: by the most
        probable one that opens it otherwise, unless it is not meant for the books."""
        best, meant, other = None, 0.0, 0.0
        ranked = self._ranked(index)
        for token, weight in ranked.each():
            if not self._may_follow(quoter, token):
                other += weight
            elif quoter.is_shut or quoter.opens(self.model.piece(token)):
                best = token if best is None else best
                meant += weight
        return chosen if best is None or meant < _NEGLIGIBLE * (meant + other) else best

    def _choose_quoted(self, quoter: QuoteConstraint, index: int) -> int | None:
        """Return the most probable token that continues some passage. If no quotation from the books is meant, or no
        more, return one that closes it if it is whole; else None, and what follows is free."""
        if quoter.too_long and (token := self._close(quoter)) is not None:
            return token
        token = self._meant(quoter, index)
        if token is not None and self.held is not None and not _quotes_on(quoter, self.model.piece(token)):
            token = None
        if token is not None:
            piece = self.model.piece(token)
            closing = quoter.closing(piece)
            return token if closing == piece else self._write_ahead(closing.decode())
        if quoter.is_whole and (token := self._close(quoter)) is not None:
            return token
        if self.held is not None:
            return self._quote_on(quoter, index)
        place = quoter.release(self.model.piece(int(np.argmax(self.context.logits(index)))))
        return None if place is None else self._write_ahead(self._mark(place))

    def _quote_on(self, quoter: QuoteConstraint, index: int) -> int:
        """Choose the next token of a quotation that must be of the books: what closes it, or else the most probable
        token that goes on in them; a character of theirs, where no probable one does. Where a page ends before it is
        long enough, it ends."""
        if quoter.can_close and (closing := self._close(quoter)) is not None:
            return closing
        allowed = [
            (token, piece)
            for token, _weight in self._ranked(index).each()
            if (piece := self.model.piece(token)) and _quotes_on(quoter, piece)
        ]
        if not quoter.quoted_bytes:  # where a sentence may begin, rather than in the middle of one
            allowed.sort(key=lambda each: each[1].decode("utf-8", "ignore").lstrip()[:1].islower())
        if allowed:
            return allowed[0][0]
        following = self._most_probable_of(quoter.continuations(), index)
        if following is not None:
            return following
        self._is_cited = True
        return self._write_ahead(quoter.closing_marks)

    def _most_probable_of(self, texts: Iterable[str], index: int) -> int | None:
        """Return the first token of the text whose first token is the most probable; the others are ahead."""
        logits = self.context.logits(index)
        firsts = {text: self.model.tokenize(text, special=False)[0] for text in texts}
        best = max(firsts, key=lambda text: float(logits[firsts[text]]), default=None)
        return None if best is None else self._write_ahead(best)

    def _meant(self, quoter: QuoteConstraint, index: int) -> int | None:
        """Return the most probable token that continues some passage, if all such tokens together count for
        something."""
        ranked = self._ranked(index)
        least, allowed, best = _NEGLIGIBLE * ranked.total, 0.0, None
        for rank, (token, weight) in enumerate(ranked.each()):
            piece = self.model.piece(token)
            if not rank and quoter.ends_line(piece):
                return None
            if self._may_follow(quoter, token):
                best = token if best is None else best
                allowed += weight
                if allowed >= least:
                    return best
            elif not rank and quoter.echoes(piece):
                return None
            if allowed + ranked.below[rank] < least:
                return None  # whatever of the others goes on in the books
        return None

    def _close(self, quoter: QuoteConstraint) -> int | None:
        """Return the first token of a mark that closes the quotation; the others are ahead."""
        for mark in quoter.closing_marks:
            if quoter.allows(mark.encode()):
                return self._write_ahead(mark)
        return None

    def _write_ahead(self, text: str) -> int:
        """Return the first token of a text that Octavo itself writes; the others are ahead."""
        self._ahead.extend(self.model.tokenize(text, special=False))
        return self._ahead.popleft()

    def _may_follow(self, quoter: QuoteConstraint, token: int) -> bool:
        piece = self.model.piece(token)
        if quoter.state is not State.QUOTING and (not piece or (piece[:1] == b" " and piece[1:].isalnum())):
            return True  # a control token, such as the end of the answer; a word
        return bool(piece) and quoter.allows(piece)

    def _ranked(self, index: int) -> _Ranked:
        return _Ranked.of(self.context.logits(index), self.sampler)

    # ---- tokens ahead

    def _draft(self) -> Tokens:
        """Return tokens that are evaluated together with the last one: of a page mark, or a guess that is then
        verified."""
        if self._ahead:
            room = max(0, self.context.size - len(self.sequence) - 1)
            return array("i", [*self._ahead][: min(MAX_DRAFT, room)])
        if self.lookup is None:
            return array("i")
        room = room_for_draft(len(self.sequence), self.context.size, self.geometry)
        return self.lookup.draft(self._written, room)

    def _write_mark(self, place: QuotedPlace, behind: bytes) -> None:
        """Write the mark of a quotation that is closed, as far as it is not there; none where the answer went on."""
        mark, begun = self._mark(place).encode(), behind.lstrip(_PUNCTUATION)
        if mark.startswith(begun):
            self._ahead.extend(self.model.tokenize(mark[len(begun) :].decode(), special=False))

    def _mark(self, place: QuotedPlace) -> str:
        return f" [{place.title}, p. {place.label}]" if self.several_books else f" [p. {place.label}]"


def _choose_sentence(writer: Writer, sentences: HeldSentences, index: int) -> int:
    """Choose the most probable token that goes on in some sentence of the documents; where one may end, the end of it
    or of the answer, if that is more probable. The line that no sentence answers is written only if the model would
    write just that: a small model takes this way out wherever its own words are not allowed."""
    model = writer.model
    for rank, (token, _weight) in enumerate(writer._ranked(index).each()):
        if sentences.may_end and model.is_end(token):
            return token
        if sentences.allows(piece := model.piece(token)) and not (rank and sentences.gives_up(piece)):
            writer._ahead.extend(model.tokenize(sentences.feed(piece), special=False))
            return token
        if not rank and (following := sentences.end_sentence()) is not None:
            return writer._write_ahead(following)
    if sentences.may_end:
        return model.end
    if (following := sentences.end_sentence()) is not None:
        return writer._write_ahead(following)
    chosen = writer._most_probable_of(sentences.beginnings(), index)
    assert chosen is not None, "a sentence that is begun goes on"
    text = b"".join(map(model.piece, (chosen, *writer._ahead)))
    writer._ahead.extend(model.tokenize(sentences.feed(text), special=False))
    return chosen


def write_text(writer: Writer, text: AnswerText, most: int, written: Written, should_stop: Callable[[], bool]) -> None:
    """Write tokens until the text ends, `most` are there, the context is full, or it is stopped. Where thoughts have a
    limit of their own, `most` are of the answer. Raises as `Writer.write`; then `written` has what there is."""
    tokens, thoughts = written.tokens, text.thoughts
    for token, said in writer.write():
        written.first_at = written.first_at or time.monotonic()
        if writer.model.is_end(token) and not thoughts.has_closed:
            written.ending = Ending.COMPLETE
            return
        tokens.append(token)
        text.limited = writer.has_limited
        text.add(said)
        if text.is_whole:
            written.whole = len(tokens)
        if writer.is_done:
            written.ending = Ending.COMPLETE
            return
        if should_stop():
            written.ending = Ending.CANCELLED
            return
        of_thoughts = min(thoughts.tokens, 2 * writer.most_thought)  # the model may begin another one
        if len(writer.sequence) >= writer.context.size or len(tokens) - of_thoughts >= most:
            return


def _quotes_on(quoter: QuoteConstraint, piece: bytes) -> bool:
    """Return whether a token of these bytes stays in a quotation that must be of the books, and on its line."""
    return b"\n" not in piece and quoter.stays_true(piece)


def _behind_quotation(piece: bytes) -> bytes:
    """Return the bytes that a token that closed a quotation has behind its mark."""
    text = piece.decode("utf-8", "ignore")
    closed = max((text.rfind(mark) for mark in CLOSING_MARKS), default=-1)
    return text[closed + 1 :].encode()
