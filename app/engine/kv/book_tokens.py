"""The tokens of books on disk, by vocabulary, so that no page is tokenized twice.

They are found by the very text that they were made of: a page that was read again, or whose hidden text is read now,
is another text, and nothing here can be wrong about it. Two million tokens, 10 MB of books, take 8 MB.

Invariants:

- Kept tokens are found by their text, within everything that decides on tokens: the keys of the file's tokenizer, the
  layout of prompts, how texts are cut, and the build of llama.cpp. So nothing ever has to be invalidated. Held by:
  tests/engine/kv/test_book_tokens.py::test_another_book_vocabulary_or_secret_finds_nothing,
  tests/engine/test_vocabulary.py::test_what_decides_on_tokens_counts.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Mapping

import msgspec

from app.engine.kv.kept_files import kept_tokens
from app.engine.kv.reuse import Tokens
from app.engine.protocol import ReadingsSpec

_DIGEST_BYTES = 16
_MOST_TOKENS = 16_000_000
"""The most tokens kept of one book, with pages as they were before; of a book with more, only those of now stay."""


class _Description(msgspec.Struct, frozen=True):
    """The description of the tokens of one book. `digests` are those of texts, one after the other; `counts_le32` is
    how many tokens each has."""

    book_id: str
    vocabulary: str
    digests: bytes
    counts_le32: bytes

    def counts(self) -> Tokens:
        return array("i", self.counts_le32)


class BookTokens:
    def __init__(self, kept_in: ReadingsSpec, vocabulary: str) -> None:
        """`vocabulary` is `ModelInfo.vocabulary`."""
        self._files = kept_tokens(kept_in)
        self._vocabulary = vocabulary

    def find(self, book_id: str, untrusted_texts: Iterable[str]) -> dict[str, Tokens]:
        """Return the tokens of those of a book's texts that are kept."""
        kept = self._read(book_id)
        if not kept:
            return {}
        by_digest = ((text, kept.get(_digest(text))) for text in untrusted_texts)
        return {text: tokens for text, tokens in by_digest if tokens is not None}

    def keep(self, book_id: str, tokens: Mapping[str, Tokens]) -> None:
        """Keep the tokens of texts of a book, with those that are kept already, where there is room."""
        new = {_digest(text): made for text, made in tokens.items()}
        all_of_it = self._read(book_id) | new
        if sum(map(len, all_of_it.values())) > _MOST_TOKENS:
            all_of_it = new
        counts = array("i", map(len, all_of_it.values()))
        description = _Description(book_id, self._vocabulary, b"".join(all_of_it), counts.tobytes())
        content = array("i")
        for made in all_of_it.values():
            content.extend(made)
        self._files.write(book_id, self._vocabulary, description, memoryview(content).cast("B"))

    def delete(self, book_id: str) -> None:
        """Keep nothing more of a book, in any vocabulary. Raises AppError FOLDER_READ_ONLY."""
        self._files.delete(book_id)

    def _read(self, book_id: str) -> dict[bytes, Tokens]:
        found = self._files.read(book_id, self._vocabulary, _Description, lambda kept: 4 * sum(kept.counts()))
        if found is None:
            return {}
        kept, content = found
        if (kept.book_id, kept.vocabulary) != (book_id, self._vocabulary):
            return {}
        tokens, start, by_digest = array("i", bytes(content)), 0, {}
        for number, count in enumerate(kept.counts()):
            digest = kept.digests[number * _DIGEST_BYTES : (number + 1) * _DIGEST_BYTES]
            by_digest[digest] = tokens[start : start + count]
            start += count
        return by_digest


def _digest(untrusted_text: str) -> bytes:
    return hashlib.blake2b(untrusted_text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
