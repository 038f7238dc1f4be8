"""Shows answers in the terminal: as they are written, with what was found in the books, and as JSON."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from app.cli.bars import Bar, bar
from app.cli.screen import print_json
from app.core.conversations.conversation import Answer, BookRef, Ending, Question, StoredQuestion, Thought
from app.core.conversations.events import (
    Loading,
    Looking,
    PartBegun,
    PartEnded,
    Reading,
    Thinking,
    Tokenizing,
    Weighing,
)
from app.core.conversations.image import ImageRef
from app.core.conversations.verdict import SentenceVerdict, Verdict
from app.core.documents.document import Book
from app.core.documents.untrusted import disarm
from app.core.errors import Problem
from app.services.asking.fitting import Choices
from app.services.asking.schemas import JsonAnswer
from app.services.asking.weighing import AnswerWeighed
from app.wording import errors, units
from app.wording.document_selection import counts_of
from app.wording.i18n import _
from app.wording.page_names import cited_page, page_words, range_words
from app.wording.remote import sent_words
from app.wording.support import basis_words, nothing_found, page_says, part_words, parts_words
from app.wording.thoughts import thought_words
from app.wording.verdicts import SIGNS, count_verdicts, verdict_words

if TYPE_CHECKING:
    from app.documents.citations.json_values import PlacedValue

_SHOWS_PAGE = (Verdict.COMPARE, Verdict.OTHERWISE)
"""Verdicts that a person looks into: the page's words are shown with them."""


class AnswerScreen(Protocol):
    """Shows what happens on the way to answers, and the answers."""

    def images(self, images: Sequence[ImageRef], tokens: Sequence[int]) -> None: ...
    def loading(self, event: Loading) -> None: ...
    def tokenizing(self, event: Tokenizing) -> None: ...
    def looking(self, event: Looking) -> None: ...
    def reading(self, event: Reading) -> None: ...
    def part_begun(self, event: PartBegun) -> None: ...
    def part_ended(self, event: PartEnded) -> None: ...
    def noting(self) -> None: ...
    def thinking(self, event: Thinking) -> None: ...
    def token(self, text: str) -> None: ...
    def weighing(self, event: Weighing) -> None: ...
    def notice(self, problem: Problem) -> None: ...
    def written(self, question: Question | StoredQuestion, answer: Answer) -> None: ...
    def finished(self, question: Question | StoredQuestion, weighed: AnswerWeighed) -> None: ...
    def judged(self, answer: Answer, judged: JsonAnswer) -> None: ...
    def stopped(self, answer: Answer) -> None: ...
    def choices(self, choices: Choices) -> None: ...


class JsonProgress:
    """Reports what happens while an engine works: one JSON object a line on stdout."""

    def loading(self, event: Loading) -> None:
        print_json({"event": "loading", "fraction": round(event.fraction, 3)})

    def tokenizing(self, event: Tokenizing) -> None:
        print_json({"event": "tokenizing", "done": event.done, "total": event.total})

    def reading(self, event: Reading) -> None:
        print_json({"event": "reading", "done": event.done, "total": event.total, "reused": event.reused})

    def thinking(self, event: Thinking) -> None:
        shown = {"text": event.text, "tokens": event.tokens, "seconds": round(event.seconds, 3)}
        print_json({"event": "thinking", **shown})

    def notice(self, problem: Problem) -> None:
        print_json({"event": "notice", "code": problem.code, "message": errors.sentence(problem)})


class JsonAnswers(JsonProgress):
    """One JSON object a line on stdout."""

    def __init__(self, shelf: Mapping[str, Book]) -> None:
        """Take the books that are asked, by their ids."""
        self._shelf = shelf

    def images(self, images: Sequence[ImageRef], tokens: Sequence[int]) -> None:
        """Print which images the model will be shown, and how many tokens of the context each takes."""
        shown = [
            {"name": image.untrusted_name, "width": image.width, "height": image.height, "tokens": cost}
            for image, cost in zip(images, tokens, strict=True)
        ]
        print_json({"event": "images", "images": shown})

    def looking(self, event: Looking) -> None:
        where = {"image": event.image, "images": event.images}
        print_json({"event": "looking", **where, "done": event.done, "total": event.total})

    def part_begun(self, event: PartBegun) -> None:
        print_json({"event": "part", "number": event.number, "total": event.total, "books": self._pages(event.books)})

    def part_ended(self, event: PartEnded) -> None:
        shown: dict[str, Any] = {"event": "part_ended", "number": event.number, "total": event.total}
        shown |= {"books": self._pages(event.books), "state": event.state}
        if event.problem is not None:
            shown |= {"code": event.problem.code, "message": errors.sentence(event.problem)}
        print_json(shown)

    def noting(self) -> None:
        """Write nothing: notes are written as a whole."""

    def stopped(self, answer: Answer) -> None:
        if answer.parts:
            print_json({"event": "stopped", "parts": _describe_parts(answer)})

    def _pages(self, refs: Sequence[BookRef]) -> list[dict[str, Any]]:
        parts = [(self._shelf[ref.book_id], ref.pages) for ref in refs]
        return [{"document": b.title, "first": p.first, "last": p.last} for b, p in parts if p]

    def token(self, text: str) -> None:
        print_json({"event": "token", "text": text})

    def weighing(self, event: Weighing) -> None:
        done = {"done": event.done, "total": event.total}
        print_json({"event": "weighing", **done, "calibrating": event.calibrating})

    def written(self, question: Question | StoredQuestion, answer: Answer) -> None:
        """Write the answer, which comes with the verdicts on its sentences."""

    def finished(self, question: Question | StoredQuestion, weighed: AnswerWeighed) -> None:
        described: dict[str, Any] = describe_answer(question, weighed.answer)
        if weighed.off is not None:
            described["weighing_off"] = {"code": weighed.off.code, "message": errors.sentence(weighed.off)}
        print_json({"event": "finished", **described})

    def judged(self, answer: Answer, judged: JsonAnswer) -> None:
        """Print the value of an answer that is held to a schema, and beside it the pages of its values."""
        shown: dict[str, Any] = {"event": "value", "valid": judged.problem is None, "value": judged.value}
        if judged.problem is not None:
            shown |= {"code": judged.problem.code, "message": errors.sentence(judged.problem)}
        shown["places"] = [
            {"pointer": place.value.pointer, "value": place.value.text, **_describe_verdict(verdict)}
            for place, verdict in _placed(answer, judged)
        ]
        print_json(shown)

    def choices(self, choices: Choices) -> None:
        described = msgspec.to_builtins(choices)
        for book in described["books"]:
            names = self._shelf[book["book_id"]].page_names
            for pages in (chapter["pages"] for chapter in book["chapters"]):
                pages["first_label"], pages["last_label"] = (names.of(pages[end]).label for end in ("first", "last"))
        print_json({"event": "choices", **described})


class TextAnswers:
    """The answer as it is written on stdout, then what the pages have of each sentence; progress on stderr, on a
    terminal only."""

    def __init__(self, shelf: Mapping[str, Book], *, thoughts: bool = False) -> None:
        """Take the books that are asked, by their ids. If `thoughts`, they are shown, on stderr."""
        self._shelf = shelf
        self._shows_thoughts = thoughts
        self._thought: Thinking | None = None
        self._bar = Bar()
        self._advice = Advice()
        self._part = ""
        self.loading = bar(_("loading the model"))

    def images(self, images: Sequence[ImageRef], tokens: Sequence[int]) -> None:
        if not sys.stderr.isatty():
            return
        words = _("{name}: {width} × {height} pixels, {n} tokens")
        for image, cost in zip(images, tokens, strict=True):
            sizes = {"width": units.count(image.width), "height": units.count(image.height)}
            line = words.format(name=image.untrusted_name, n=units.count(cost), **sizes)
            print(units.printable(line), file=sys.stderr)

    def looking(self, event: Looking) -> None:
        words = _("looking at image {image} of {images}").format(image=event.image, images=event.images)
        self._bar.show(words, event.done, event.total)

    def tokenizing(self, event: Tokenizing) -> None:
        self._bar.show(_("counting words"), event.done, event.total)

    def reading(self, event: Reading) -> None:
        self._bar.show(self._part or _("reading"), event.done, event.total)

    def part_begun(self, event: PartBegun) -> None:
        self._part = part_words(event.number, event.total)
        self._bar.busy(self._part)

    def part_ended(self, event: PartEnded) -> None:
        self._bar.close()
        if event.problem is not None:
            print(f"octavo: {self._part}: {errors.sentence(event.problem)}", file=sys.stderr)
        self._part = ""

    def noting(self) -> None:
        words = _("writing notes")
        self._bar.busy(f"{self._part}: {words}" if self._part else words)

    def stopped(self, answer: Answer) -> None:
        """Say which pages were read for an answer from notes, and how the others are."""
        self._bar.close()
        if words := parts_words(answer.parts):
            advice = _("To read the missing parts, use the same command with --resume.")
            print(units.printable(f"octavo: {words} {advice}"), file=sys.stderr)

    def thinking(self, event: Thinking) -> None:
        if not self._shows_thoughts:
            self._bar.busy(_("The model is thinking…"))
        elif event.text:
            self._bar.close()
            sys.stderr.write(disarm(event.text))
            sys.stderr.flush()
            self._thought = event

    def token(self, text: str) -> None:
        self._end_thought()
        self._bar.close()
        sys.stdout.write(text)
        sys.stdout.flush()

    def _end_thought(self) -> None:
        if (thought := self._thought) is not None:
            self._thought = None
            words = thought_words(Thought("", thought.tokens, thought.seconds, thought.limited))
            print(f"\n  ({words})\n", file=sys.stderr, flush=True)

    def notice(self, problem: Problem) -> None:
        self._bar.close()
        print(f"octavo: {errors.sentence(problem)}", file=sys.stderr)

    def weighing(self, event: Weighing) -> None:
        words = _("testing whether the model can judge sentences") if event.calibrating else _("weighing sentences")
        self._bar.show(words, event.done, event.total)

    def written(self, question: Question | StoredQuestion, answer: Answer) -> None:
        """Show the basis of the answer; its sentences follow with their verdicts, once these are final."""
        self._end_thought()
        self._bar.close()
        print(flush=True)
        if not question.form.schema:
            print_findings(question, answer, self._shelf)
        self._advice.give(answer)
        if answer.ending is Ending.LENGTH:
            words = _(
                "The answer was cut off after {n} tokens. Use --continue to let it go on, or --max-tokens N for longer"
                " answers, if there is room."
            )
            print(f"octavo: {words.format(n=units.count(answer.usage.generated_tokens))}", file=sys.stderr)

    def finished(self, question: Question | StoredQuestion, weighed: AnswerWeighed) -> None:
        self._bar.close()
        if not question.form.schema:
            print_verdicts(weighed.answer, self._shelf)
        if weighed.off is not None:
            self._advice.say_off(weighed.off)

    def judged(self, answer: Answer, judged: JsonAnswer) -> None:
        """Print the pages of its values, on stderr: stdout has the JSON alone."""
        for place, verdict in _placed(answer, judged):
            line = verdict_line(verdict, place.value.text, self._shelf, f"{place.value.pointer or '#'}: ")
            print(units.printable(f"  {line}"), file=sys.stderr)

    def choices(self, choices: Choices) -> None:
        """Print what can be done about books that do not fit, with the options that do it, on stderr."""
        self._bar.close()
        lines = []
        if choices.turns:
            words = _("the conversation so far, {turns} questions and answers: {n} tokens")
            lines.append(words.format(turns=choices.turns, n=units.count(choices.turns_tokens)))
            lines.append(_("Ask the other questions with another “ask”, or one by one with “table --together”."))
        for book in choices.books:
            lines.append(_("{title}: {n} tokens").format(title=book.title, n=units.count(book.tokens)))
            names = self._shelf[book.book_id].page_names
            for chapter in book.chapters:
                words = _("{title}: {n} tokens").format(title=chapter.title, n=units.count(chapter.tokens))
                if names.labels:
                    words += f"  [{range_words(names.of(chapter.pages.first), names.of(chapter.pages.last))}]"
                pages = f"--pages {chapter.pages.first}-{chapter.pages.last}"
                lines.append(f"  {'  ' * (chapter.level - 1)}{pages:<17} {words}")
        for room in choices.rooms:
            limit = _("the model allows up to {n} tokens") if room.trained else _("memory allows up to {n} tokens")
            words = limit.format(n=units.count(room.context_tokens))
            lines.append(f"--kv {room.kv_type.value} --context N   {words}")
        lines.append(f"--parts      {_('read the documents in parts, and answer from notes on all of them')}")
        lines.append(f"--excerpts   {_('only relevant excerpts')}")
        print("\n".join(map(units.printable, lines)), file=sys.stderr)


class Advice:
    """Says once a run, on stderr, what a person can do who wants more than a search."""

    def __init__(self) -> None:
        self._given = False
        self._off: Problem | None = None

    def say_off(self, problem: Problem) -> None:
        """Say why no sentence is weighed; of the starter's answers it was said that they come from a search."""
        if problem != self._off and not self._given:
            self._off = problem
            print(f"octavo: {errors.sentence(problem)}", file=sys.stderr)

    def give(self, answer: Answer) -> None:
        if answer.from_search and not self._given:
            self._given = True
            words = _(
                "The starter model is too small to answer from a document. For answers, choose a larger model with"
                " --model."
            )
            print(f"octavo: {words}", file=sys.stderr)


def describe_answer(question: Question | StoredQuestion, answer: Answer) -> dict[str, Any]:
    """Return an answer as JSON. Pages count from 1, 0 if there is none; `label` is what the book calls them.
    `citations` are the page marks of the text, characters [start, end) of it."""
    return {
        "answer": answer.text,
        "ending": answer.ending,
        "without_book": not question.asks_documents,
        "from_search": answer.from_search,
        "nothing_found": nothing_found(answer, asked_of_books=question.asks_documents),
        "thought": None if (thought := answer.thought) is None else msgspec.to_builtins(thought),
        "usage": answer.usage,
        "timings": answer.timings,
        "excerpts": answer.excerpts,
        "outlines": [outline.document for outline in answer.outlines],
        "instructions": answer.instructions,
        "parts": _describe_parts(answer),
        "coverage": counts_of(question, answer),
        "words_alone": answer.words_alone,
        "sent": answer.sent,
        "passages": [{"document": p.document, "page": p.label, "number": p.page} for p in answer.passages],
        "citations": [
            {
                "start": mark.start,
                "end": mark.end,
                "document": mark.document,
                "page": mark.page,
                "label": mark.label,
                "quote": mark.quote,
            }
            for mark in answer.citations
            if mark.start >= 0
        ],
        "verdicts": [
            {"start": each.start, "end": each.end, "sentence": sentence_of(answer, each), **_describe_verdict(each)}
            for each in answer.verdicts
        ],
    }


def _describe_verdict(verdict: SentenceVerdict) -> dict[str, Any]:
    return {
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "named": verdict.named,
        "evidence": [msgspec.to_builtins(each) for each in verdict.evidence],
    }


def sentence_of(answer: Answer, verdict: SentenceVerdict) -> str:
    """Return the sentence that a verdict is on, on one line, as it was written."""
    return " ".join(answer.text[verdict.start : verdict.end].split())


def _placed(answer: Answer, judged: JsonAnswer) -> list[tuple[PlacedValue, SentenceVerdict]]:
    """Return each value of an answer in JSON with its verdict: the answer's, if a model was asked about it since."""
    kept = {(each.start, each.end): each for each in answer.verdicts}
    return [(each, kept.get((each.verdict.start, each.verdict.end), each.verdict)) for each in judged.places]


def _describe_parts(answer: Answer) -> list[dict[str, Any]]:
    """Return the parts of documents that were, or were not, read for an answer from notes, each with its state."""
    return [{"document": part.document, "pages": part.pages, "state": part.state} for part in answer.parts]


def print_findings(question: Question | StoredQuestion, answer: Answer, shelf: Mapping[str, Book]) -> None:
    """Print the lines that `finding_lines` gives, and an empty line."""
    for line in finding_lines(question, answer, shelf):
        print(f"  {line}")
    print(flush=True)


def finding_lines(question: Question | StoredQuestion, answer: Answer, shelf: Mapping[str, Book]) -> list[str]:
    """Return the remarks on an answer as a whole: which passages the model saw, that no model drew it from books, that
    no page says anything of it. `shelf` has the books by their ids."""
    lines = [_passages_line(answer, shelf)] if answer.passages or answer.excerpts else []
    return [*lines, *filter(None, (basis_words(question, answer), sent_words(answer)))]


def print_verdicts(answer: Answer, shelf: Mapping[str, Book]) -> None:
    """Print the lines of `verdict_lines`, and an empty one; nothing if no sentence has a verdict."""
    for line in verdict_lines(answer, shelf):
        print(units.printable(f"  {line}"))
    if answer.verdicts:
        print(flush=True)


def verdict_lines(answer: Answer, shelf: Mapping[str, Book]) -> list[str]:
    """Return one line for each sentence of an answer that states something, and one that counts them."""
    lines = [verdict_line(each, sentence_of(answer, each), shelf) for each in answer.verdicts]
    counts = " · ".join(words for _verdict, words in count_verdicts(answer.verdicts))
    return [*lines, *filter(None, (counts,))]


def verdict_line(verdict: SentenceVerdict, sentence: str, shelf: Mapping[str, Book], name: str = "") -> str:
    """Return the pages' verdict on a sentence, and if it has to be compared, their words. `name` stands before it."""
    line = f"{SIGNS[verdict.verdict]} {verdict_words(verdict, shelf, titled=True)}. {name}“{sentence}”"
    evidence = page_says(verdict, shelf) if verdict.verdict in _SHOWS_PAGE else ""
    return f"{line} {evidence}".rstrip()


def _passages_line(answer: Answer, shelf: Mapping[str, Book]) -> str:
    pages = dict.fromkeys(f"{seen.document}, {page_words(cited_page(seen, shelf))}" for seen in answer.passages)
    words = _("The model saw only excerpts: {pages}") if answer.excerpts else _("Relevant passages: {pages}")
    return words.format(pages="; ".join(pages) or _("none was found"))
