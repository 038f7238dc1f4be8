"""Measures what choosing a token costs with the vocabulary of Llama 4 and with ten million bytes of books, as
ratios."""

from __future__ import annotations

import functools
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from app.core.settings import KvType, Sampling
from app.engine.architectures import Geometry
from app.engine.control import RunControl
from app.engine.formats.thinking import Thoughts
from app.engine.kv.cached_sequence import CachedSequence
from app.engine.llama.llama import LlamaContext, LlamaModel
from app.engine.llama.llama_loader import bindings
from app.engine.protocol import DocumentText, PageText
from app.engine.quotes.constrained import QuoteConstraint, State
from app.engine.quotes.index import QuotableText
from app.engine.quotes.prompt_lookup import MAX_DRAFT, Lookup
from app.engine.writing.generation import Writer
from app.engine.writing.sampler import Sampler
from tests.models.llama4 import write_scout
from tests.models.sampler_chain import Chain

_TOKENS = 202_048
_BOOK_BYTES = 10_000_000
_PAGE_WORDS = 400
_PROMPT_TOKENS = 450_000
_ANSWERS = 40
_SETTINGS: tuple[dict[str, float], ...] = (
    {},
    {"temperature": 0},
    {"repeat_penalty": 1.1},
    {"top_k": 0},
    {"top_k": 0, "top_p": 1, "min_p": 0},
    {"top_k": 0, "top_p": 1, "min_p": 0, "temperature": 1, "repeat_penalty": 1.1},
)


def _seconds(repeated: Callable[[], object], times: int = 200) -> float:
    """Return the seconds of processor time for one call: the least, since the machine may be busy."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        repeated()
        taken.append(time.process_time() - begun)
    return min(taken)


def _words(model: LlamaModel) -> list[str]:
    """Whole words of the vocabulary, the frequent ones first."""
    pieces = (model.piece(token).decode("utf-8", "ignore") for token in range(256, model.vocabulary_size - 100))
    return [piece.strip() for piece in pieces if piece[:1] == " " and len(piece) > 3]


def _book(words: list[str]) -> DocumentText:
    """Ten million bytes of sentences in which some words are frequent and most are rare (Zipf)."""
    rng = np.random.default_rng(1)
    pages: list[PageText] = []
    size = 0
    while size < _BOOK_BYTES:
        drawn = [words[rank % len(words)] for rank in rng.zipf(1.15, _PAGE_WORDS).tolist()]
        page = ". ".join(" ".join(drawn[at : at + 12]).capitalize() for at in range(0, _PAGE_WORDS, 12)) + "."
        pages.append(PageText(str(len(pages) + 1), page))
        size += len(page)
    return DocumentText("A book", tuple(pages))


def _make_real(context: LlamaContext, seed: int = 5) -> None:
    """Put logits in place of those of a random model, as a real one has them: some tokens stand out."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, _TOKENS).astype(np.float32)
    logits[rng.integers(0, _TOKENS, 40)] += rng.exponential(4, 40).astype(np.float32) + 8
    context.logits()[:] = logits


class _Choices:
    """All that is done to choose a token outside a quotation; what it says is a word of `said`."""

    def __init__(
        self, context: LlamaContext, sampler: Sampler, quoter: QuoteConstraint, lookup: Lookup, said: list[bytes]
    ) -> None:
        self._context, self._sampler, self._quoter, self._lookup, self._said = context, sampler, quoter, lookup, said
        self._written = array("i")
        lookup.note_single(1.0)

    def next(self) -> None:
        token = self._sampler.choose(self._context.logits())
        self._sampler.accept(token)
        self._written.append(token)
        piece = self._said[token % len(self._said)]
        if self._quoter.allows(piece):
            self._quoter.feed(piece)
        self._lookup.draft(self._written, MAX_DRAFT)


def test_a_token_s_choice_at_full_vocabulary_against_a_bare_chain(tmp_path: Path) -> None:
    """Sampler, prompt lookup and quotations, outside of one, beside `llama_sampler_sample` with the same settings."""
    model = LlamaModel(write_scout(tmp_path / "m.gguf", layers=4, tokens=_TOKENS), 0, lambda _fraction: True)
    context = LlamaContext(model, 512, KvType.F16, 1, 64)
    context.decode([1, 2, 3], 0, outputs=1)
    _make_real(context)
    api = bindings()
    quotable = QuotableText([DocumentText("A book", (PageText("1", "The harbour opens at six."),))])
    rng = np.random.default_rng(1)
    prompt = array("i", rng.integers(0, _TOKENS, _PROMPT_TOKENS, dtype=np.int32).tobytes())
    said = [f" {word}".encode() for word in _words(model)[:500]]
    print()
    for changes in _SETTINGS:
        settings = msgspec.convert({"seed": 1, **changes}, Sampling)
        chosen = _Choices(context, Sampler(settings), QuoteConstraint(quotable), Lookup(prompt), said)
        chain = Chain(settings, _TOKENS).handle
        bare = _seconds(functools.partial(api.llama_sampler_sample, chain, context.handle, -1))
        own = _seconds(chosen.next)
        print(f"{own * 1e3:6.3f} ms a token, {own / bare:5.2f} of a bare chain, with {changes or 'the usual settings'}")
    context.close()
    model.close()


def test_the_first_token_of_a_quotation_from_ten_million_bytes_against_a_plain_token(tmp_path: Path) -> None:
    """Measure a plain token, and tokens inside a quotation: all that Octavo does to choose each, where candidates go on
    in the books by chance alone, so that many are tried."""
    model = LlamaModel(write_scout(tmp_path / "m.gguf", layers=4, tokens=_TOKENS), 0, lambda _fraction: True)
    book = _book(_words(model))
    begun = time.process_time()
    quotable = QuotableText([book])
    made = time.process_time() - begun
    context = LlamaContext(model, 512, KvType.F16, 1, 64, 1 + MAX_DRAFT)
    quoted = [page.untrusted_text.split()[:5] for page in book.pages[:_ANSWERS]]
    print(f"\nindex of {len(quotable.folded) / 1e6:.1f} MB made in {made:.1f} s")
    plain = np.mean(list(_chosen(model, context, quotable, [("So ", "")] * _ANSWERS)))
    for name, opened in (
        ("plain token", [("So ", "")] * _ANSWERS),
        ("first of a quotation", [("It says “", "")] * _ANSWERS),
        ("fifth word of one that goes on", [(f"It says “{' '.join(words[:4])}", words[4]) for words in quoted]),
        ("after four words of one that does not", [(f"It says “{' '.join(words[:4])}", "") for words in quoted]),
    ):
        taken = np.array(list(_chosen(model, context, quotable, opened)))
        share = np.mean(taken) / plain
        print(f"{name}: {np.mean(taken) * 1e3:.2f} ms, most {np.max(taken) * 1e3:.2f}; {share:.1f} of a plain one")
    context.close()
    model.close()


def _chosen(
    model: LlamaModel, context: LlamaContext, quotable: QuotableText, opened: Sequence[tuple[str, str]]
) -> Iterator[float]:
    """Seconds of processor time for the choice of the token after each of these beginnings of answers; the word beside
    it, if any, is most probable then."""
    sequence = CachedSequence(context, Geometry(), RunControl())
    sampler = Sampler(Sampling(seed=1))
    sampler.total_weight(np.zeros(_TOKENS, np.float32), np.float32(0))  # it has its memory from here on
    for number, (text, following) in enumerate(opened):
        quoter = QuoteConstraint(quotable)
        quoter.feed(text.encode())
        context.remove_from(0)
        context.decode([number + 300], 0, outputs=1)
        _make_real(context, number)
        if following:
            context.logits()[model.tokenize(f" {following}", special=False)[0]] = 50
        writer = Writer(model, context, sequence, sampler, Geometry(), Thoughts(begun=True), quoter=quoter)
        assert (quoter.state is State.QUOTING) == ("“" in text)
        begun = time.process_time()
        next(writer.write())
        yield time.process_time() - begun
