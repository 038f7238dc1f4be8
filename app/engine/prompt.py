"""A prompt into tokens: template pieces with special tokens, everything a person or a book wrote without.

The order is fixed: rules, documents, conversation, question. Nothing above the conversation ever depends on what comes
after it, so that a book that was read once stays read. Each page and each message is tokenized apart: the same page
gives the same tokens wherever it is.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import Protocol, TypeAlias

from app.core.chat_template import ChatTemplate
from app.core.errors import AppError, Code
from app.engine.formats.chat_formats import ChatRenderer, template
from app.engine.formats.thought_marks import with_thought, without_thought
from app.engine.kv.reuse import Tokens, embedded
from app.engine.protocol import BookSpan, DocumentText, ImageSpan, Message, Prompt, PromptSize, ShownImage

LAYOUT_VERSION = 1
"""Raised with every change to how prompts are laid out: readings saved before it are of no use."""

_REMEMBERED_ANSWERS = 256
_CACHED_TOKENS = 16_000_000


OnTokenized: TypeAlias = Callable[[int, int], None]
"""Gets the characters that are tokenized, and those of all that have to be; may raise, to give up."""


class Vocabulary(ChatRenderer, Protocol):
    """The parts of a model that laying out needs."""

    @property
    def bos(self) -> int | None: ...

    def tokenize(self, text: str, *, special: bool) -> Tokens: ...

    def tokenize_all(self, texts: Sequence[str]) -> Generator[Tokens]:
        """Yield the tokens of each text without special tokens, many at a time. May be closed before its end."""
        ...


class KeptTokens(Protocol):
    """Tokens of books that are kept beyond the life of this process."""

    def find(self, book_id: str, untrusted_texts: Iterable[str]) -> dict[str, Tokens]:
        """Return the tokens of those texts that are kept."""
        ...

    def keep(self, book_id: str, tokens: Mapping[str, Tokens]) -> None: ...

    def delete(self, book_id: str) -> None:
        """Delete what is kept of a book. Raises AppError FOLDER_READ_ONLY."""
        ...


@dataclass(frozen=True)
class ImagePiece:
    """A part of an image as a model reads it: its own tokens, or the embeddings of rows `row` to `row + embeddings`,
    laid out in `columns` (`ImageSpan`)."""

    tokens: tuple[int, ...] = ()
    row: int = 0
    embeddings: int = 0
    columns: int = 0


class Sight(Protocol):
    """The parts of a projector that laying out needs. Its methods raise AppError MODEL_BLIND, MODEL_PROJECTOR_..."""

    @property
    def identity(self) -> str:
        """Tells it from every projector that gives other embeddings."""
        ...

    @property
    def causal(self) -> bool: ...

    def pieces(self, width: int, height: int) -> tuple[ImagePiece, ...]: ...


def no_sight() -> Sight:
    """Stand in for the projector of a model that reads text alone: always raises AppError MODEL_BLIND."""
    raise AppError(Code.MODEL_BLIND, path="")


def document_texts(document: DocumentText) -> list[str]:
    """Return the heading, then the pages, each of which is tokenized apart."""
    pages = [f"\n[p. {page.label}]\n{page.untrusted_text}\n" for page in document.pages]
    return [f"\n\n# {document.untrusted_title}\n", *pages]


@dataclass(frozen=True)
class LaidOutPrompt:
    """A prompt as tokens. `begun` is how many tokens, the last ones, are those of an answer that is continued.
    `before_answer` is what the chat format puts between a question and the answer that is to be written."""

    tokens: Tokens
    size: PromptSize
    books: tuple[BookSpan, ...]
    images: tuple[ImageSpan, ...] = ()
    begun: int = 0
    before_answer: str = ""

    @property
    def answer(self) -> Tokens:
        """The tokens that there are of an answer that is continued; empty otherwise."""
        return self.tokens[len(self.tokens) - self.begun :]


@dataclass(frozen=True)
class _Answer:
    """The tokens that it was generated as, and the books that it is about."""

    tokens: Tokens
    book_ids: frozenset[str]


class PromptTokenizer:
    """Lays prompts out for one model. Pages that it has seen are not tokenized again."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        sight: Callable[[], Sight] = no_sight,
        kept: KeptTokens | None = None,
        pieces: ChatTemplate | None = None,
        chat_template: str = "",
    ) -> None:
        """`sight` is asked for if a prompt has images, and raises AppError if there is none. `kept` are the tokens of
        this vocabulary that are kept. `pieces` is the chat format; None takes the one that `vocabulary` renders.
        `chat_template` is as the model's file has it; how thoughts are switched on and off is known by it. Raises
        AppError MODEL_NO_TEMPLATE."""
        self._vocabulary = vocabulary
        self._sight = sight
        self._kept = kept
        self._unsaved: set[str] = set()  # ids of books with tokens that are not kept yet
        pieces = pieces or template(vocabulary)
        new = pieces.to_new_answer
        self._before_answer = {True: with_thought(new, chat_template), False: without_thought(new, chat_template)}
        self._begin = self._special(pieces.begin)
        if vocabulary.bos is not None and self._begin[:1] != array("i", [vocabulary.bos]):
            self._begin.insert(0, vocabulary.bos)
        self._to_question = self._special(pieces.to_question)
        self._to_answer = self._special(pieces.to_answer)
        self._to_next_question = self._special(pieces.to_next_question)
        self._to_new_answer = {thinks: self._special(text) for thinks, text in self._before_answer.items()}
        self._cache: OrderedDict[str, Tokens] = OrderedDict()
        self._cached_tokens = 0
        self._answers: OrderedDict[str, _Answer] = OrderedDict()

    def lay_out(self, prompt: Prompt, on_tokenized: OnTokenized = lambda _done, _total: None) -> LaidOutPrompt:
        """Return the tokens of `prompt` up to where the answer begins or, if its last message is one, goes on. Raises
        AppError as `sight` does if it has images, and what `on_tokenized` raises."""
        texts = [document_texts(document) for document in prompt.documents]
        self._recall(prompt.documents, texts)
        self._tokenize(prompt, texts, on_tokenized)
        self._save(prompt.documents, texts)
        tokens = array("i", self._begin)
        tokens.extend(self._plain(prompt.rules))
        books = []
        page_ends = []
        for document, pages in zip(prompt.documents, texts, strict=True):
            start = len(tokens)
            page_ends.append(tuple(end - start for end in self._add_document(tokens, pages)))
            books.append(BookSpan(document.book_id, document.untrusted_title, start, len(tokens)))
        messages = []
        images: list[ImageSpan] = []
        before = self._to_question
        for message in prompt.messages:
            tokens.extend(before)
            start = len(tokens)
            self._add_message(tokens, images, message)
            messages.append(len(tokens) - start)
            before = self._to_next_question if message.role == "assistant" else self._to_answer
        goes_on = bool(prompt.messages) and prompt.messages[-1].role == "assistant"
        if not goes_on:
            tokens.extend(self._to_new_answer[prompt.thinks] if before is self._to_answer else before)
        begun = messages[-1] if goes_on else 0
        documents = tuple(book.end - book.start for book in books)
        frame = len(tokens) - sum(documents) - sum(messages)
        size = PromptSize(len(tokens), frame, documents, tuple(messages), tuple(page_ends))
        before_answer = self._before_answer[prompt.thinks]
        return LaidOutPrompt(tokens, size, tuple(books), tuple(images), begun, before_answer)

    def next_question(self, text: str) -> Tokens:
        """Return the tokens of a question after an answer, up to where its own answer begins, without a thought if the
        model can do without."""
        asked = self._vocabulary.tokenize(text, special=False)
        return self._to_next_question + asked + self._to_new_answer[False]

    def remember(self, answer: str, tokens: Tokens, book_ids: Iterable[str]) -> None:
        """Keep the tokens that an answer about these books was generated as.

        Tokenizing its text again can give others, and then the cache would not match where the answer is.
        """
        self._answers[answer] = _Answer(tokens, frozenset(book_ids))
        self._answers.move_to_end(answer)
        if len(self._answers) > _REMEMBERED_ANSWERS:
            self._answers.popitem(last=False)

    def forget(self, book_id: str) -> None:
        """Keep nothing more of a book, nor of answers about it. Raises AppError FOLDER_READ_ONLY."""
        self.forget_pages()
        for text in [text for text, answer in self._answers.items() if book_id in answer.book_ids]:
            del self._answers[text]
        if self._kept is not None:
            self._kept.delete(book_id)

    def forget_all(self) -> None:
        """Keep nothing in memory of what was laid out and written so far."""
        self.forget_pages()
        self._answers.clear()

    def forget_pages(self) -> None:
        """Drop the texts that were tokenized so far."""
        self._unsaved.clear()
        self._cache.clear()
        self._cached_tokens = 0

    def _recall(self, documents: Sequence[DocumentText], texts: Sequence[list[str]]) -> None:
        """Take from what is kept the tokens that are not in the cache."""
        for document, pages in zip(documents, texts, strict=True):
            if self._kept is None or not document.book_id:
                continue
            unknown = {text for text in pages if text not in self._cache}
            if unknown:
                found = self._kept.find(document.book_id, unknown)
                for text, tokens in found.items():
                    self._keep(text, tokens)
                if len(found) < len(unknown):
                    self._unsaved.add(document.book_id)

    def _save(self, documents: Sequence[DocumentText], texts: Sequence[list[str]]) -> None:
        """Keep the tokens of books that were not kept."""
        made: dict[str, dict[str, Tokens]] = {}
        for document, pages in zip(documents, texts, strict=True):
            if self._kept is not None and document.book_id in self._unsaved:
                made.setdefault(document.book_id, {}).update((text, self._plain(text)) for text in pages)
        for book_id, tokens in made.items():
            if self._kept is not None:
                self._kept.keep(book_id, tokens)
            self._unsaved.discard(book_id)

    def _tokenize(self, prompt: Prompt, texts: Sequence[list[str]], on_tokenized: OnTokenized) -> None:
        """Have all texts of a prompt in the cache. What was done before `on_tokenized` raised stays there."""
        said = [message.text for message in prompt.messages if message.text not in self._answers]
        wanted = (text for text in (prompt.rules, *chain(*texts), *said) if text not in self._cache)
        missing = list(dict.fromkeys(wanted))
        done, total = 0, sum(map(len, missing))
        with closing(self._vocabulary.tokenize_all(missing)) as made:
            for text, tokens in zip(missing, made, strict=True):
                self._keep(text, tokens)
                done += len(text)
                on_tokenized(done, total)

    def _add_document(self, tokens: Tokens, texts: list[str]) -> list[int]:
        """Give the positions where its pages end."""
        heading, *pages = texts
        tokens.extend(self._plain(heading))
        ends = []
        for page in pages:
            tokens.extend(self._plain(page))
            ends.append(len(tokens))
        return ends

    def _add_message(self, tokens: Tokens, images: list[ImageSpan], message: Message) -> None:
        for image in message.images:
            tokens.extend(self._plain(f"{image.untrusted_label}\n"))
            self._add_image(tokens, images, image)
            tokens.extend(self._plain("\n"))
        tokens.extend(self._answer(message.text) if message.role == "assistant" else self._plain(message.text))

    def _add_image(self, tokens: Tokens, images: list[ImageSpan], image: ShownImage) -> None:
        sight = self._sight()
        for piece in sight.pieces(image.width, image.height):
            tokens.extend(piece.tokens)
            if piece.embeddings:
                start = len(tokens)
                tokens.extend(embedded(f"{sight.identity}:{image.sha256}", piece.row, piece.embeddings))
                whole, columns = not sight.causal, piece.columns
                images.append(ImageSpan(image.sha256, piece.row, start, len(tokens), whole, columns))

    def _answer(self, text: str) -> Tokens:
        known = self._answers.get(text)
        return known.tokens if known is not None and known.tokens else self._plain(text)

    def _special(self, text: str) -> Tokens:
        return self._vocabulary.tokenize(text, special=True)

    def _plain(self, untrusted_text: str) -> Tokens:
        known = self._cache.get(untrusted_text)
        if known is None:
            known = self._vocabulary.tokenize(untrusted_text, special=False)
            self._keep(untrusted_text, known)
        self._cache.move_to_end(untrusted_text)
        return known

    def _keep(self, untrusted_text: str, tokens: Tokens) -> None:
        self._cache[untrusted_text] = tokens
        self._cached_tokens += len(tokens)
        while self._cached_tokens > _CACHED_TOKENS and len(self._cache) > 1:
            self._cached_tokens -= len(self._cache.popitem(last=False)[1])
