"""A prompt as it is sent: tokens where a server takes them, else the text that its tokenizer makes them of."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from os.path import commonprefix
from typing import Protocol

import msgspec

from app.core.errors import AppError, Code
from app.engine.kv.reuse import Tokens
from app.engine.prompt import OnTokenized, PromptTokenizer
from app.engine.protocol import BookSpan, Prompt, PromptSize
from app.engine.remote import formats

_REMEMBERED_TOTALS = 64
_TEXTS_AT_ONCE = 64
"""That a server is sent before it is said how far it is: about a hundred kilobytes."""


class Tokenizer(Protocol):
    """What laying out needs of a server. Its methods raise AppError REMOTE_*; Stopped."""

    @property
    def bos(self) -> int | None: ...

    def tokenize(self, texts: Sequence[str], *, special: bool) -> list[Sequence[int]]:
        """Several at once. Without `special`, nothing in a text becomes a control token."""
        ...

    def render_chat(self, messages: Sequence[tuple[str, str]]) -> str: ...

    @property
    def chat_template(self) -> str:
        """As the model's file has it, where the server shows it."""
        ...


@dataclass(frozen=True)
class Laid:
    """`sent` are tokens or characters; `books` and `page_ends` count those, while `size` always counts tokens."""

    sent: array[int] | str
    size: PromptSize
    books: tuple[BookSpan, ...]
    page_ends: tuple[tuple[int, ...], ...]
    before_answer: str = ""

    @property
    def to_books(self) -> array[int] | str:
        """Up to the end of the last book; empty without books."""
        return self.sent[: self.books[-1].end] if self.books else self.sent[:0]

    def size_after(self, sent_before: array[int] | str) -> PromptSize:
        """The size, with what is left to evaluate for a server that still holds what it was sent last. Of a book whose
        text was sent in part, whole pages count."""
        held = _common(self.sent, sent_before)
        documents = []
        for book, ends, tokens, whole in zip(
            self.books, self.page_ends, self.size.page_ends, self.size.documents, strict=True
        ):
            if held >= book.end:
                documents.append(whole)
            elif isinstance(self.sent, str):
                read = sum(book.start + end <= held for end in ends)
                documents.append(tokens[read - 1] if read else 0)
            else:
                documents.append(max(0, held - book.start))
        if held == len(self.sent):
            evaluated = 1
        elif isinstance(self.sent, str):
            evaluated = max(1, self.size.total - sum(documents))
        else:
            evaluated = self.size.total - held
        return msgspec.structs.replace(self.size, to_read=evaluated, held=tuple(documents))


class TokenLayout:
    """For servers that take tokens: each page is tokenized apart, as the engine of this machine does."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Raises AppError MODEL_NO_TEMPLATE where the contents cannot be found in what the server rendered."""
        self._tokenizer = PromptTokenizer(_Vocabulary(tokenizer), chat_template=tokenizer.chat_template)

    def lay_out(self, prompt: Prompt, on_tokenized: OnTokenized) -> Laid:
        """Raises AppError REMOTE_*; Stopped; what `on_tokenized` raises."""
        _refuse_images(prompt)
        laid = self._tokenizer.lay_out(prompt, on_tokenized)
        return Laid(laid.tokens, laid.size, laid.books, laid.size.page_ends, laid.before_answer)

    def with_question(self, sent: array[int] | str, question: str) -> array[int] | None:
        """What was laid out, with one more question; None where it is not sent as tokens."""
        return None if isinstance(sent, str) else sent + array("i", self._tokenizer.next_question(question))

    def tokens_of(self, sent: array[int] | str) -> int:
        """What a beginning of something that was laid out takes."""
        return len(sent)

    def forget_pages(self) -> None:
        self._tokenizer.forget_pages()


class TextLayout:
    """For servers that take text only. The total is what the server counts of that very text; pages and messages are
    counted apart, and what two of them save where they meet is part of the frame."""

    def __init__(self, tokenizer: Tokenizer, total: Callable[[str], int]) -> None:
        """`total`: the tokens that a server makes of a text that it is sent."""
        self._parts = TokenLayout(tokenizer)
        self._characters = PromptTokenizer(_Characters(tokenizer), chat_template=tokenizer.chat_template)
        self._total = total
        self._totals: OrderedDict[str, int] = OrderedDict()

    def lay_out(self, prompt: Prompt, on_tokenized: OnTokenized) -> Laid:
        """As `TokenLayout.lay_out`."""
        parts = self._parts.lay_out(prompt, on_tokenized).size
        characters = self._characters.lay_out(prompt)
        text = "".join(map(chr, characters.tokens))
        total = self._count(text)
        frame = total - sum(parts.documents) - sum(parts.messages)
        size = msgspec.structs.replace(parts, total=total, frame=frame)
        return Laid(text, size, characters.books, characters.size.page_ends, characters.before_answer)

    def with_question(self, _sent: array[int] | str, _question: str) -> None:
        """As `TokenLayout.with_question`."""
        return

    def tokens_of(self, sent: array[int] | str) -> int:
        """As `TokenLayout.tokens_of`. Raises AppError REMOTE_*; Stopped."""
        return self._count(str(sent))

    def forget_pages(self) -> None:
        self._parts.forget_pages()
        self._characters.forget_pages()
        self._totals.clear()

    def _count(self, text: str) -> int:
        if text not in self._totals:
            self._totals[text] = self._total(text)
            if len(self._totals) > _REMEMBERED_TOTALS:
                self._totals.popitem(last=False)
        return self._totals[text]


class _Vocabulary:
    """What `PromptTokenizer` needs, asked of the server many at a time."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    @property
    def bos(self) -> int | None:
        return self._tokenizer.bos

    def tokenize(self, text: str, *, special: bool) -> Tokens:
        return array("i", self._tokenizer.tokenize([text], special=special)[0])

    def tokenize_all(self, texts: Sequence[str]) -> Generator[Tokens]:
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            for tokens in self._tokenizer.tokenize(texts[start : start + _TEXTS_AT_ONCE], special=False):
                yield array("i", tokens)

    def render_chat(self, messages: Sequence[tuple[str, str]]) -> str:
        return self._tokenizer.render_chat(messages)


class _Characters:
    """A vocabulary of characters: what is laid out with it is the text itself."""

    bos = None

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def tokenize(self, text: str, *, special: bool) -> Tokens:
        return array("i", map(ord, text if special else formats.spaced(text)))

    def tokenize_all(self, texts: Sequence[str]) -> Generator[Tokens]:
        return (self.tokenize(text, special=False) for text in texts)

    def render_chat(self, messages: Sequence[tuple[str, str]]) -> str:
        text = self._tokenizer.render_chat(messages)
        return text if self._tokenizer.bos is None else formats.without_beginning(text)


def _refuse_images(prompt: Prompt) -> None:
    if any(message.images for message in prompt.messages):
        raise AppError(Code.REMOTE_BLIND, host="")


def _common(wanted: array[int] | str, held: array[int] | str) -> int:
    """How long both are the same from their beginning."""
    if isinstance(wanted, str) and isinstance(held, str):
        return len(commonprefix([wanted, held]))  # noqa: RUF071 -- it is characters that are compared
    low, high = 0, min(len(wanted), len(held))
    while low < high:
        middle = (low + high + 1) // 2
        if wanted[:middle] == held[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
