"""A small byte-level vocabulary: 256 bytes, some hundred beginnings of English words, control tokens at the end."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import gguf

_WORDS = """
the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one
you were all her she there would their we him been has when who will no more if out so up said what its about than
into them can only other time new some could these two may first then do any like my now over such our man me even
most made after also did many before must through years where much your way well down should because each just those
people too state good very make world still own see men work long here get both between life being under three never
know same last another while us off might great old year come since against go came right used take page book chapter
reader letter question answer line house water light paper night morning town river winter summer garden window
"""
"""Frequent words; every beginning of one, with the space before it, is a token."""

_SYLLABLES = """
ba be bo ca co da de di do fa fe fo ga go ha he hi ho ja ke ki la le li lo ma me mi mo na ne no pa pe po qua ra re ri ro
sa se si so ta te ti to tra tri va ve vi wa we ya ze an en in on ar er or al el is us th ng st nd
"""
"""Words are invented from them where a vocabulary of true size is wanted."""

_SPACE = "Ġ"
_NEWLINE = "Ċ"


@dataclass(frozen=True)
class Vocabulary:
    """Token texts in GPT-2's byte alphabet, the merges that build them, and the control tokens' ids by their text."""

    tokens: tuple[str, ...]
    merges: tuple[str, ...]
    control: dict[str, int]

    def __len__(self) -> int:
        return len(self.tokens)

    def bytes_of(self, token: int) -> bytes:
        """The bytes that an ordinary token stands for."""
        return bytes(map(_values().__getitem__, self.tokens[token]))

    def add_to(self, writer: gguf.GGUFWriter, pre: str, *, bos: str, eos: str) -> None:
        """Write the tokenizer's keys into a file's header, as llama.cpp's converter does (gguf-py's SpecialVocab): it
        writes none for the ends of a turn or a message, which Llama 4's repository does not name."""
        types = (gguf.TokenType.NORMAL,) * (len(self.tokens) - len(self.control))
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(pre)
        writer.add_token_list(self.tokens)
        writer.add_token_types(types + (gguf.TokenType.CONTROL,) * len(self.control))
        writer.add_token_merges(self.merges)
        writer.add_bos_token_id(self.control[bos])
        writer.add_eos_token_id(self.control[eos])


def byte_symbols() -> tuple[str, ...]:
    """The printable character for each byte in byte-level BPE (`bytes_to_unicode` of GPT-2's encoder.py)."""
    kept = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    moved = [byte for byte in range(0x100) if byte not in kept]
    return tuple(chr(0x100 + moved.index(byte)) if byte in moved else chr(byte) for byte in range(0x100))


@functools.cache
def _values() -> dict[str, int]:
    return {symbol: byte for byte, symbol in enumerate(byte_symbols())}


def build(control: Sequence[str], count: int = 0) -> Vocabulary:
    """The same ordinary tokens for every model; `control` are the special tokens, in the order of their ids.

    `count`: so many tokens in all, 202,048 for Llama 4, where that is more than the small vocabulary has.

    A merge only ever adds one letter to a beginning of a word, so that merges cannot get in each other's way.
    """
    tokens = dict.fromkeys(byte_symbols())
    merges = dict.fromkeys([f"{_NEWLINE} {_NEWLINE}"])
    tokens[_NEWLINE * 2] = None
    for word in itertools.chain(_WORDS.split(), _invented() if count else ()):
        known = next((size for size in range(len(word), 0, -1) if _SPACE + word[:size] in tokens), 0)
        room = count - len(tokens) - len(control) if count else len(word)
        for length in range(known + 1, min(len(word), known + room) + 1):
            start = _SPACE + word[: length - 1]
            merges[f"{start} {word[length - 1]}"] = None
            tokens[start + word[length - 1]] = None
        if count and len(tokens) + len(control) >= count:
            break
    first = len(tokens)
    ids = {text: first + index for index, text in enumerate(control)}
    return Vocabulary((*tokens, *control), tuple(merges), ids)


def _invented() -> Iterator[str]:
    """Words without end, the shorter first, in an order in which neighbours are not alike."""
    syllables = _SYLLABLES.split()
    for size in itertools.count(2):
        words = ["".join(parts) for parts in itertools.islice(itertools.product(syllables, repeat=size), 200_000)]
        step = 7_919  # a prime, so that each comes once
        for index in range(len(words)):
            yield words[index * step % len(words)]
