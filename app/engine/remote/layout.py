"""A prompt as it is sent: tokens where a server takes them, else the text that its tokenizer makes them of."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from os.path import commonprefix
from typing import Protocol, TypeAlias

import msgspec

from app.engine.kv.reuse import Tokens
from app.engine.prompt import OnTokenized, PromptTokenizer, Sight, document_texts
from app.engine.protocol import BookSpan, Message, Prompt, PromptSize, ShownImage
from app.engine.remote import formats

_REMEMBERED_TOTALS = 64
_TEXTS_AT_ONCE = 64
"""The number of texts that a server is sent before progress is shown: about a hundred kilobytes."""


class Tokenizer(Protocol):
    """The parts of a server that laying out a prompt needs. Its methods raise AppError REMOTE_*; Stopped."""

    @property
    def bos(self) -> int | None: ...

    def tokenize(self, texts: Sequence[str], *, special: bool) -> list[Sequence[int]]:
        """Tokenize several texts at once. Without `special`, nothing in a text becomes a control token."""
        ...

    def render_chat(self, messages: Sequence[tuple[str, str]]) -> str: ...

    @property
    def chat_template(self) -> str:
        """The chat template as the model's file has it, where the server shows it."""
        ...


@dataclass(frozen=True)
class ChatTurn:
    """The content of one turn of a chat: texts without control tokens, and images among them."""

    role: str
    parts: tuple[str | ShownImage, ...]


@dataclass(frozen=True)
class Chat:
    """A conversation that has images, and goes to a server as messages, which it lays out itself. `tokens` are as they
    are counted here, those of an image below zero. `thinks` is as `Prompt` has it; `goes_on` tells that the last
    message is an answer that is continued."""

    turns: tuple[ChatTurn, ...]
    tokens: array[int]
    thinks: bool = True
    goes_on: bool = False

    def __len__(self) -> int:
        return len(self.tokens)


Sent: TypeAlias = array[int] | str | Chat


@dataclass(frozen=True)
class Laid:
    """A prompt as it is sent. `sent` are tokens, characters or messages; `books` and `page_ends` count tokens or
    characters, while `size` always counts tokens."""

    sent: Sent
    size: PromptSize
    books: tuple[BookSpan, ...]
    page_ends: tuple[tuple[int, ...], ...]
    before_answer: str = ""

    @property
    def to_books(self) -> Sent:
        """Up to the end of the last book; empty without books."""
        end = self.books[-1].end if self.books else 0
        if isinstance(self.sent, Chat):
            return Chat((self.sent.turns[0], ChatTurn("user", ("",))), self.sent.tokens[:end], thinks=False)
        return self.sent[:end]

    def size_after(self, sent_before: Sent) -> PromptSize:
        """Return the size, with what is left to evaluate for a server that still holds what it was sent last. Of a book
        whose text was sent in part, whole pages count."""
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
    """A layout for servers that take tokens: each page is tokenized apart, as the engine of this machine does."""

    def __init__(self, tokenizer: Tokenizer, sight: Callable[[], Sight]) -> None:
        """`sight` is asked for where a prompt has images, and raises AppError where there is none. Raises AppError
        MODEL_NO_TEMPLATE where the contents cannot be found in what the server rendered."""
        self._tokenizer = PromptTokenizer(_Vocabulary(tokenizer), sight, chat_template=tokenizer.chat_template)

    def lay_out(self, prompt: Prompt, on_tokenized: OnTokenized) -> Laid:
        """Lay a prompt out: one that has images becomes messages, whose true size is at most the one that is given,
        since the server's tokenizer may join what is counted apart here. Raises AppError REMOTE_*; Stopped; what
        `on_tokenized` raises."""
        laid = self._tokenizer.lay_out(prompt, on_tokenized)
        shows = any(message.images for message in prompt.messages)
        sent: Sent = _chat(prompt, laid.tokens) if shows else laid.tokens
        return Laid(sent, laid.size, laid.books, laid.size.page_ends, laid.before_answer)

    def tokens_of(self, sent: Sent) -> int:
        """Return how many tokens a beginning of something that was laid out takes."""
        return len(sent)

    def forget_pages(self) -> None:
        self._tokenizer.forget_pages()


class TextLayout:
    """A layout for servers that take text only. The total is what the server counts of that very text; pages and
    messages are counted apart, and what two of them save where they meet is part of the frame."""

    def __init__(self, tokenizer: Tokenizer, sight: Callable[[], Sight], total: Callable[[str], int]) -> None:
        """`sight` is as in `TokenLayout`; it raises AppError. `total` returns the tokens that a server makes of a text
        that it is sent."""
        self._parts = TokenLayout(tokenizer, sight)
        self._characters = PromptTokenizer(_Characters(tokenizer), chat_template=tokenizer.chat_template)
        self._total = total
        self._totals: OrderedDict[str, int] = OrderedDict()

    def lay_out(self, prompt: Prompt, on_tokenized: OnTokenized) -> Laid:
        """Lay a prompt out as text, or as a chat if it has images. Raises what `TokenLayout.lay_out` raises."""
        laid = self._parts.lay_out(prompt, on_tokenized)
        if isinstance(laid.sent, Chat):
            return laid
        parts = laid.size
        characters = self._characters.lay_out(prompt)
        text = "".join(map(chr, characters.tokens))
        total = self._count(text)
        frame = total - sum(parts.documents) - sum(parts.messages)
        size = msgspec.structs.replace(parts, total=total, frame=frame)
        return Laid(text, size, characters.books, characters.size.page_ends, characters.before_answer)

    def tokens_of(self, sent: Sent) -> int:
        """Return how many tokens a beginning of a text that was laid out takes. Raises AppError REMOTE_*; Stopped."""
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
    """The vocabulary that `PromptTokenizer` needs, asked of the server many texts at a time."""

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


def _chat(prompt: Prompt, tokens: Tokens) -> Chat:
    """Return the conversation: the rules with the documents, then what was said."""
    above = prompt.rules + "".join(text for document in prompt.documents for text in document_texts(document))
    turns = [
        ChatTurn("system", (formats.spaced(above),)),
        *(ChatTurn(said.role, _parts(said)) for said in prompt.messages),
    ]
    return Chat(tuple(turns), tokens, prompt.thinks, goes_on=prompt.messages[-1].role == "assistant")


def _parts(message: Message) -> tuple[str | ShownImage, ...]:
    """Put a message's parts in the order of `PromptTokenizer`: each image after its label, and the text last."""
    parts: list[str | ShownImage] = []
    before = ""
    for image in message.images:
        parts += (f"{before}{formats.spaced(image.untrusted_label)}\n", image)
        before = "\n"
    return (*parts, before + formats.spaced(message.text))


def _common(wanted: Sent, held: Sent) -> int:
    """Return for how long both are the same from their beginning."""
    if isinstance(wanted, str) and isinstance(held, str):
        return len(commonprefix([wanted, held]))  # noqa: RUF071 -- it is characters that are compared
    if isinstance(wanted, Chat) and isinstance(held, Chat):
        return _common(wanted.tokens, held.tokens)
    if not (isinstance(wanted, array) and isinstance(held, array)):
        return 0  # the server tokenized the one, and not the other
    low, high = 0, min(len(wanted), len(held))
    while low < high:
        middle = (low + high + 1) // 2
        if wanted[:middle] == held[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
