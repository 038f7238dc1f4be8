"""Builds the prompt of a conversation that a model reads: rules and documents first, which never change, then the
turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

import msgspec

from app.core.conversations.conversation import (
    RULES_VERSION,
    BookRef,
    OutlineRef,
    PageRange,
    PassageRef,
    QuestionContext,
    Turn,
)
from app.core.conversations.image import ImageRef
from app.core.conversations.values import FREE, AnswerForm
from app.core.documents.document import CitedBook
from app.core.errors import AppError, Code
from app.engine.protocol import Message, Prompt, ShownImage
from app.services.asking.rules import FROM_NOTES, PAGE, Rules, after_notes, hold_to, rules_of
from app.services.library.library import document_text
from app.store.books import Books

WITH_IMAGES = "Answer from the images above, too."
"""Comes before a question with images: the rules, which are the same for all questions, speak of documents alone."""

_INSTRUCTIONS = "Besides, whoever asks wants this of every answer: {instructions}"

_ROUND = str.maketrans("[]", "()")
_NAMED_BOOKS = 2
"""So many titles are shown where it is said how several books are named."""

OUTLINE_LINES = 200
"""The most lines of an outline next to a question; the lines behind them are left out."""

_TITLE_CHARACTERS = 160
NOTHING_RETRIEVED = QuestionContext()
Found = TypeVar("Found")


@dataclass(frozen=True)
class PromptQuestion:
    """A question as a model reads it, with what it is asked about.

    `books` are read whole; passages of `others` may be among what was `retrieved`. `notes` were taken of the documents
    part by part. `form` is what its answer is held to. If it is `plain`, no rules follow it. With neither `text` nor
    `images` nothing is asked: the prompt has the books and earlier turns alone.
    """

    books: tuple[BookRef, ...] = ()
    text: str = ""
    images: tuple[ImageRef, ...] = ()
    others: tuple[BookRef, ...] = ()
    retrieved: QuestionContext = NOTHING_RETRIEVED
    notes: str = ""
    form: AnswerForm = FREE
    plain: bool = False

    @property
    def all_books(self) -> tuple[BookRef, ...]:
        """The books that are read whole, then the others."""
        return (*self.books, *self.others)


class Prompts:
    def __init__(self, books: Books) -> None:
        self._books = books

    def build(
        self,
        question: PromptQuestion,
        turns: tuple[Turn, ...] = (),
        *,
        excerpts: bool = False,
        sees: bool = True,
        rules: int = RULES_VERSION,
        conversation_id: str = "",
    ) -> tuple[Prompt, tuple[CitedBook, ...]]:
        """Return the prompt and the books that its answer can cite. Raises AppError FILE_MISSING, PAGES_INVALID.

        The model does not get turns that are left out; their images are counted, so that each keeps its number. Earlier
        questions are repeated as they were read, with what stood beside them, so that nothing is read again. With
        `excerpts` the model gets passages or notes, and no documents. `sees` says whether it sees images; to one that
        does not they are named. `rules` is the version that the conversation began with. The pseudonyms are those of
        `conversation_id`.
        """
        books = self.cited(question.all_books)
        texts = tuple(map(document_text, books))
        documents = texts[: len(question.books)]
        words = rules_of(rules)
        messages, said, shown = self._earlier(turns, sees, words)
        if question.text or question.images:
            text = question.text if question.plain else self.put(question, words)
            messages.append(_asked(text, question.images, shown, sees))
            said.append(question.text)
        if excerpts:
            prompt = Prompt(FROM_NOTES if question.notes else words.excerpts, (), tuple(messages), texts)
        else:
            quotable = texts if question.others else ()
            prompt = Prompt(words.documents if documents else words.nothing, documents, tuple(messages), quotable)
        whose = {"conversation_id": conversation_id, "about": question.retrieved.book_ids}
        restated = _places(question.retrieved.passages, books)
        return msgspec.structs.replace(prompt, said=tuple(said), restated=restated, **whose), books

    def cited(self, refs: Sequence[BookRef]) -> tuple[CitedBook, ...]:
        """Return the books, or these pages of them, as an answer can cite them. Raises AppError FILE_MISSING,
        PAGES_INVALID."""
        return tuple(map(self._books.cited, refs))

    def _earlier(self, turns: tuple[Turn, ...], sees: bool, rules: Rules) -> tuple[list[Message], list[str], int]:
        """Return the messages of earlier turns, what was asked in them, and how many images they have: these are
        numbered through the conversation."""
        messages: list[Message] = []
        said = []
        images = 0
        for turn in turns:
            if (answer := turn.answer) is not None and answer.text:
                if turn.is_read:
                    question, retrieved = turn.question, answer.retrieved
                    if answer.excerpts:
                        retrieved = QuestionContext(instructions=retrieved.instructions)
                    read = PromptQuestion(
                        question.books, question.text, others=question.others, retrieved=retrieved, form=question.form
                    )
                    said.append(question.text)
                    messages += (
                        _asked(self.put(read, rules), question.images, images, sees),
                        Message("assistant", answer.text),
                    )
                images += len(turn.question.images)
        return messages, said, images

    def put(self, question: PromptQuestion, rules: Rules) -> str:
        """Put a question as the model reads it, always the same for the same things beside it: a later turn must repeat
        it as it was read. What is of books that are gone is left out. Passages of other books stand apart."""
        retrieved, notes, asked = question.retrieved, question.notes, question.all_books
        apart = {ref.book_id for ref in question.others} if question.books else set()
        near = [passage for passage in retrieved.passages if passage.book_id not in apart]
        beyond = [passage for passage in retrieved.passages if passage.book_id in apart]
        blocks = [
            _block("Notes:", "", [notes] if notes else ()),
            _block("Passages that may matter:", "\n\n", self.passage_texts(near, titled=bool(apart))),
            _block("Passages of other documents that may matter:", "\n\n", self.passage_texts(beyond, titled=True)),
            _block("Contents:", "\n", self.outline_texts(retrieved.outlines, question.books)),
        ]
        before = [block for block in blocks if block]
        parts = [*before, f"Question: {question.text}" if before else question.text]
        if retrieved.instructions:
            parts.append(_INSTRUCTIONS.format(instructions=retrieved.instructions))
        marks = self.marks(asked, PAGE) if asked else ()
        if wanted := hold_to(question.form, question.text, marks or (f"[{PAGE}]",)):
            parts.append(wanted)
        elif marks:
            parts.append(f"({after_notes(question.text, marks) if notes else rules.after(question.text, marks)})")
        return "\n\n".join(parts)

    def passage_texts(self, passages: Sequence[PassageRef], *, titled: bool = False) -> list[str]:
        """Return each passage with its mark, which names its document if there are several, or it is to be `titled`."""
        titled = titled or len({passage.document for passage in passages}) > 1
        texts = []
        for passage in passages:
            page = _or_gone(partial(self._books.page, passage.book_id, passage.page))
            if page is not None:
                text = " ".join(page.text[passage.start : passage.end].split())
                mark = f"[{passage.document}, p. {passage.label}]" if titled else f"[p. {passage.label}]"
                texts.append(f"{mark} {text}")
        return texts

    def outline_texts(self, outlines: Sequence[OutlineRef], refs: Sequence[BookRef]) -> list[str]:
        """Return the lines of these outlines, as far as they are about pages on the desk, each with the mark of its
        page."""
        lines: list[str] = []
        on_desk = {ref.book_id: ref.pages for ref in refs}
        for outline in outlines:
            book = _or_gone(partial(self._books.book, outline.book_id))
            if book is None:
                continue
            if outlines[1:]:
                lines.append(f"# {outline.document}")
            pages = on_desk.get(book.id) or PageRange(1, book.page_count)
            lines += [
                f"{'  ' * (section.level - 1)}{_one_line(section.title)} [p. {book.page_names.of(section.page).label}]"
                for section in book.outline
                if section.level <= outline.levels and pages.first <= section.page <= pages.last
            ][:OUTLINE_LINES]
        return lines

    def marks(self, refs: Sequence[BookRef], page: str) -> tuple[str, ...]:
        """Return how a page is named in each of these books. A book that is gone has no name any more."""
        if not refs[1:]:
            return (f"[{page}]",)
        books = (self._books.get(ref.book_id) for ref in refs)  # no more than are named are looked up
        titles = islice((book.title for book in books if book is not None), _NAMED_BOOKS)
        return tuple(f"[{' '.join(title.translate(_ROUND).split())}, {page}]" for title in titles)


def _places(passages: tuple[PassageRef, ...], books: tuple[CitedBook, ...]) -> tuple[tuple[int, int], ...]:
    """Return where the pages of the passages are: the number of the book and that of the page in it, both from 0."""
    wanted = {(passage.book_id, passage.page) for passage in passages}
    return tuple(
        (number, index)
        for number, book in enumerate(books)
        for index, page in enumerate(book.pages)
        if (book.book_id, page.number) in wanted
    )


def _asked(question: str, images: tuple[ImageRef, ...], shown: int, sees: bool) -> Message:
    """Return a question with its images, which come after `shown` others."""
    names = [f"[image {number}: {image.untrusted_name}]" for number, image in enumerate(images, shown + 1)]
    if not sees:
        unseen = [f"{name} (you cannot see it)" for name in names]
        return Message("user", "\n".join([*unseen, question]))
    visible = (ShownImage(i.sha256, i.width, i.height, name) for i, name in zip(images, names, strict=True))
    asked = f"{WITH_IMAGES} {question}" if images else question
    return Message("user", asked, tuple(visible))


def _block(heading: str, between: str, texts: Sequence[str]) -> str:
    return f"{heading}\n\n{between.join(texts)}" if texts else ""


def _or_gone(find: Callable[[], Found]) -> Found | None:
    """Return the result of `find`, None where the book, or the page, is gone."""
    try:
        return find()
    except AppError as error:
        if error.code not in (Code.FILE_MISSING, Code.PAGES_INVALID):
            raise
        return None


def _one_line(untrusted_title: str) -> str:
    return " ".join(untrusted_title.split())[:_TITLE_CHARACTERS]


def in_reading_order(passages: Sequence[PassageRef], books: Sequence[BookRef]) -> tuple[PassageRef, ...]:
    """Return the passages as they follow each other in `books`; behind them those of other books, each with its own."""
    order: dict[str, int] = {}
    for book_id in (*(ref.book_id for ref in books), *(passage.book_id for passage in passages)):
        order.setdefault(book_id, len(order))
    return tuple(sorted(passages, key=lambda p: (order[p.book_id], p.page, p.start)))
