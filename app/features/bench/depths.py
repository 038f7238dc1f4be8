"""Reading and writing at several depths of the context; then saving, and questions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from app.core.conversations.events import Notice, Reading, Thinking, Token, Tokenizing
from app.core.errors import AppError, Code
from app.core.settings import Sampling
from app.core.work import Work, finish, relay
from app.engine.kv.checkpoints import MIN_TOKENS
from app.engine.protocol import (
    AnswerTo,
    BookSpan,
    Count,
    EncodePrompt,
    EngineCounts,
    Measure,
    Message,
    ModelInfo,
    WriteTokens,
)
from app.features.bench.book import MadeBook, page
from app.features.bench.report import (
    BenchProgress,
    BenchReport,
    BenchStep,
    DepthSpeed,
    QuestionTime,
    SavingTime,
    TokenRate,
    WhyNot,
)
from app.features.bench.steps import BenchSteps, BenchWork, ReadSpan, TimeIsUp

DEPTHS = (4_096, 32_768, 131_072)
"""The numbers of tokens in the context at which it is measured, besides its beginning and its end."""

QUESTIONS = ("Which words come first?", "Which words come last?")

_READ_TOKENS, _WRITTEN_TOKENS, _QUESTION_TOKENS = 512, 64, 256
"""The numbers of tokens that are read, and that are written, at each depth; and those that have room for questions
after the book."""

_NEAR_FULL = 0.9
"""The share of the full depth beyond which another depth is not measured beside it."""

_FIRST_TOKENS, _FEWEST_TOKENS = 32, 8
_PIECE_SHARE = 0.4
"""The share of the time that is left that a measurement at one depth may take if the model is slow."""

_WARM_UP_SHARE = 0.02
_SEALED_A_SECOND = 0.4e9
"""The bytes of a saved reading that are written or read in a second, by which time is set aside for saving and
resuming; a guess on the safe side."""

_RESERVE_SHARE = 0.5
_COMPARED_SHARE = 0.8


@dataclass(frozen=True)
class SavedBook:
    """A reading that can be resumed: the tokens, the books in them, and the next token's logits."""

    tokens: tuple[int, ...]
    spans: tuple[BookSpan, ...]
    logits: bytes


class BenchDepths:
    """Reads a made-up book, and measures at some depths; at the last of them it saves, and asks questions."""

    def __init__(self, steps: BenchSteps, info: ModelInfo, folder: Path) -> None:
        """`folder` is the one in which readings are saved."""
        self._steps = steps
        self._info = info
        self._folder = folder
        context = info.context_tokens
        self._piece_tokens = min(_READ_TOKENS, context // 8)
        self._written_tokens = min(_WRITTEN_TOKENS, context // 16)
        self._full = context - self._piece_tokens - self._written_tokens - min(_QUESTION_TOKENS, context // 8)
        self._book = MadeBook((), (), 0, ())
        self._reached = 0
        self._read: list[TokenRate] = []  # one after the other, from the first token on
        self._writing_s = 0.0  # for a token
        self.saved: SavedBook | None = None

    def measure(self) -> BenchWork:
        steps = self._steps
        yield from self._make_book()
        yield from steps.attempt(BenchStep.WARM_UP, self._warm_up())
        self._piece_tokens = self._affordable(self._piece_tokens)
        yield from steps.found(depths=(DepthSpeed(0),))
        yield from steps.attempt(BenchStep.READ, self._measure_there())
        depth = self._next()
        if depth is None:
            yield from self._save_and_ask()
        while depth is not None:
            before = len(steps.report.depths)
            yield from steps.attempt(BenchStep.READ, self._read_to(depth))
            following = self._next() if self._reached == depth else None
            if following is None:
                yield from self._save_and_ask()
            if len(steps.report.depths) > before:
                yield from steps.attempt(BenchStep.READ, self._measure_there())
            depth = following
        for missing in self._ahead():
            yield from steps.leave_out(BenchStep.READ, WhyNot.TIME, missing, self._seconds_to(missing))

    def _ahead(self) -> list[int]:
        """Return the depths that were not reached yet."""
        wanted = [*(depth for depth in DEPTHS if depth < _NEAR_FULL * self._full), self._full]
        done = max(each.depth_tokens for each in self._steps.report.depths)
        return [depth for depth in wanted if depth > max(done, self._reached)]

    def _next(self) -> int | None:
        """Return the next depth, if there is time for it; else None."""
        depth = next(iter(self._ahead()), None)
        if depth is None or not self._read:
            return None
        return depth if self._seconds_to(depth) < self._steps.clock.left - self._reserve_s(depth) else None

    def _seconds_to(self, depth: int) -> float:
        """Return about how many seconds it takes to read on to a depth: attention makes each token slower than the one
        before."""
        if not self._read:
            return 0.0
        first, last = self._read[0], self._read[-1]
        ends = sum(each.tokens for each in self._read)
        token_s, slope = last.seconds / last.tokens, 0.0
        if apart := ends - (first.tokens + last.tokens) / 2:
            slope = max(0.0, (token_s - first.seconds / first.tokens) / apart)
        ahead = depth - self._reached
        return ahead * (token_s + slope * (last.tokens + ahead) / 2)

    def _reserve_s(self, depth: int) -> float:
        """Return the seconds for what comes after reading so far: save, ask, measure there, load again, resume; half of
        the time at most."""
        steps, info = self._steps, self._info
        bytes_there = info.kv_bytes * depth / info.context_tokens
        last = self._read[-1]
        token_s = last.seconds / last.tokens
        needed = steps.report.loads[0].seconds + 2 * bytes_there / _SEALED_A_SECOND
        needed += (self._piece_tokens + _QUESTION_TOKENS) * token_s + self._written_tokens * self._writing_s
        return min(needed, _RESERVE_SHARE * steps.clock.limit_s)

    # ---- the steps

    def _make_book(self) -> BenchWork:
        steps, path = self._steps, self._info.path
        yield BenchProgress(BenchStep.TOKENIZE)
        sample = page(1)
        (tokens,) = finish(steps.engine.run(Count(path, (sample.untrusted_text,))))
        pages = tuple(map(page, range(1, self._info.context_tokens // tokens + 3)))
        whole = MadeBook(pages, (), 0, ()).prompt(len(pages))
        began = time.monotonic()
        laid = finish(steps.engine.run(EncodePrompt(whole)))
        passed = time.monotonic() - began
        ends = finish(steps.engine.run(Measure(whole))).page_ends[0]
        start, end = laid.books[0].start, laid.books[0].end
        self._book = MadeBook(pages, laid.tokens[:end], start, tuple(start + each for each in ends))
        yield from steps.found(tokenizing=TokenRate.of(end, passed))

    def _warm_up(self) -> BenchWork:
        """Warm up, as the first tokens after loading take longer: weights are touched for the first time, kernels are
        loaded."""
        steps = self._steps
        text = self._book.tokens[1:]  # other than what is measured from its beginning
        first = yield from steps.read(BenchStep.WARM_UP, text[: min(_FIRST_TOKENS, self._piece_tokens)], self._patience)
        yield from steps.found(first_tokens=first.rate)
        if self._piece_tokens * first.rate.seconds < _WARM_UP_SHARE * steps.clock.limit_s * first.rate.tokens:
            yield from steps.read(BenchStep.WARM_UP, text[: self._piece_tokens], self._patience)
            yield from relay(steps.limited(partial(steps.engine.run, WriteTokens(2)), self._patience), lambda _: ())

    def _affordable(self, tokens: int) -> int:
        """Return so many tokens, or as many as are read within half the patience: a slice that is not finished counts
        for nothing."""
        first = self._steps.report.first_tokens
        return min(tokens, max(_FEWEST_TOKENS, int(first.tokens_per_second * self._patience / 2) if first else 0))

    @property
    def _patience(self) -> float:
        """The seconds for one measurement."""
        return _PIECE_SHARE * self._steps.clock.left

    def _read_to(self, depth: int) -> BenchWork:
        steps = self._steps
        seconds = max(steps.clock.left - self._reserve_s(depth), self._seconds_to(depth))
        read = yield from steps.read(BenchStep.READ, self._book.tokens[:depth], seconds, depth=depth)
        self._note(read)
        tokens, seconds = sum(each.tokens for each in self._read), sum(each.seconds for each in self._read)
        reading = TokenRate.of(read.end, read.end * seconds / tokens)  # some may have been read twice
        there = DepthSpeed(read.end, reading, reading_counts=read.counts)
        yield from steps.found(depths=(*steps.report.depths, there))

    def _measure_there(self) -> BenchWork:
        steps, depth = self._steps, self._steps.report.depths[-1].depth_tokens
        wanted = self._book.tokens[: depth + self._piece_tokens]
        read = yield from steps.read(BenchStep.READ, wanted, self._patience, depth=depth)
        self._note(read)
        yield from self._add(reading_there=read.rate, **({} if depth else {"reading_counts": read.counts}))
        yield BenchProgress(BenchStep.WRITE, depth_tokens=depth)
        order = WriteTokens(self._written_tokens)
        work = steps.limited(partial(steps.engine.run, order), self._patience)
        written = yield from relay(work, lambda _: ())
        if not written.tokens:
            raise TimeIsUp
        self._writing_s = written.seconds / written.tokens
        yield from self._add(writing_there=TokenRate.of(written.tokens, written.seconds), writing_counts=written.counts)

    def _note(self, read: ReadSpan) -> None:
        self._reached = read.end
        self._read.append(read.rate)

    def _add(self, **parts: object) -> BenchWork:
        """Add figures to the last depth of the report."""
        *others, last = self._steps.report.depths
        return self._steps.found(depths=(*others, msgspec.structs.replace(last, **parts)))

    @property
    def piece(self) -> tuple[int, int]:
        """The numbers of tokens that are read, and that are written, at each depth."""
        return self._piece_tokens, self._written_tokens

    def comparable(self) -> list[int]:
        """Return the depths that another program comes to in the time that is left, if it is as fast as this one."""
        seconds, found = self._steps.report.loads[-1].seconds, []
        for each in self._steps.report.depths:
            seconds += sum(rate.seconds for rate in (each.reading, each.reading_there, each.writing_there) if rate)
            if seconds < _COMPARED_SHARE * self._steps.clock.left:
                found.append(each.depth_tokens)
        return found

    # ---- saving, and questions

    def _save_and_ask(self) -> BenchWork:
        steps, book = self._steps, self._book
        pages = book.pages_within(self._reached)
        end = book.page_ends[pages - 1] if pages else 0
        if end < MIN_TOKENS:
            yield from steps.leave_out(BenchStep.SAVE, WhyNot.TOO_SHORT)
        else:
            yield from steps.attempt(BenchStep.SAVE, self._save(book.tokens[:end], book.spans(pages)))
        if pages:
            yield from steps.attempt(BenchStep.QUESTION, self._ask(pages))

    def _save(self, tokens: tuple[int, ...], spans: tuple[BookSpan, ...]) -> BenchWork:
        steps = self._steps
        yield from steps.read_whole(BenchStep.SAVE, tokens, self._patience)  # what is evaluated now is not counted
        began = time.monotonic()
        copied = yield from steps.read_whole(BenchStep.SAVE, tokens, self._patience, spans)
        copied_s = time.monotonic() - began
        problems = steps.engine.flush_saved()
        passed = time.monotonic() - began
        after = yield from steps.read_whole(BenchStep.SAVE, tokens, self._patience, spans)
        size = sum(file.stat().st_size for file in self._folder.glob("*") if file.is_file())
        if not size:
            raise AppError(problems[0].code if problems else Code.READING_NOT_SAVED)
        self.saved = SavedBook(tokens, spans, after.logits)
        counts = _sum(copied.counts, after.counts)  # it may have been written before the first of them replied
        yield from steps.found(saving=SavingTime(len(tokens), size, copied_s, passed, counts))

    def _ask(self, pages: int) -> BenchWork:
        steps = self._steps
        asked = [Message("user", question) for question in QUESTIONS]
        first, answer = yield from self._question(pages, asked[0])
        yield from steps.found(questions=(first,))
        second, _answer = yield from self._question(pages, asked[0], Message("assistant", answer or "Yes."), asked[1])
        yield from steps.found(questions=(first, second))

    def _question(self, pages: int, *messages: Message) -> Work[BenchProgress | BenchReport, tuple[QuestionTime, str]]:
        """Ask a question, until the answer has begun, and return how it begins."""
        steps, last, said, counts = self._steps, Reading(0, 0, 0), "", EngineCounts()

        def show(event: Tokenizing | Reading | Thinking | Token | Notice) -> Iterator[BenchProgress]:
            nonlocal last, said
            if isinstance(event, Token):
                said += event.text
            elif isinstance(event, Reading):
                last = event
                yield BenchProgress(BenchStep.QUESTION, event.done, event.total)

        order, began = AnswerTo(self._book.prompt(pages, *messages), Sampling(), 1), time.monotonic()
        try:
            generated = yield from relay(steps.limited(partial(steps.engine.run, order), self._patience), show)
            counts = generated.counts
        except AppError as error:
            if error.code not in (Code.ANSWER_ALL_THOUGHT, Code.ANSWER_MISSING):
                raise  # those come after the first token
        passed = time.monotonic() - began
        return QuestionTime(last.total - last.reused, last.reused, passed, counts), said


def _sum(one: EngineCounts, other: EngineCounts) -> EngineCounts:
    return EngineCounts(*map(sum, zip(msgspec.structs.astuple(one), msgspec.structs.astuple(other), strict=True)))
