"""One loaded model with its one sequence: reads prompts, reusing what it holds, and writes answers."""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec

from app.core.conversations.conversation import Timings, Usage
from app.core.conversations.events import Thinking, Token
from app.core.conversations.image import Raster
from app.core.errors import AppError, Code, Problem
from app.core.settings import Adapter, KvType, Sampling
from app.core.work import Stopped
from app.engine.architectures import geometry_of
from app.engine.control import RunControl
from app.engine.dry_run import buffers
from app.engine.formats.thinking import AnswerText, Thoughts
from app.engine.images.vision import Vision
from app.engine.judging import Judging
from app.engine.kv import reuse
from app.engine.kv.book_tokens import BookTokens
from app.engine.kv.cached_sequence import CachedSequence, OnProgress
from app.engine.kv.checkpoints import SaveTarget
from app.engine.kv.reuse import Tokens
from app.engine.kv.run_ahead import slices_at_once
from app.engine.kv.saved_states import SavedStates, StateKey, fingerprint
from app.engine.llama.hardware import cpu_features, devices, free_memory, physical_cores, used_cards
from app.engine.llama.llama import CUTTING_VERSION, LlamaContext, LlamaModel, Placing
from app.engine.llama.llama_loader import version
from app.engine.planner.cache import (
    DEFAULT_CONTEXT,
    Shape,
    context_bytes,
    kv_bytes,
    largest_context,
    local_layers,
    mask_bytes,
)
from app.engine.prompt import LAYOUT_VERSION, LaidOutPrompt, OnTokenized, PromptTokenizer
from app.engine.protocol import (
    AnswerTo,
    BookSpan,
    Device,
    DocumentText,
    EngineCounts,
    Generated,
    ImageSpan,
    LoadSpec,
    ModelInfo,
    Pixels,
    Prompt,
    PromptSize,
    Room,
    WrittenTokens,
)
from app.engine.quotes.constrained import QuoteConstraint
from app.engine.quotes.index import QuotableText
from app.engine.quotes.prompt_lookup import MAX_DRAFT, Lookup
from app.engine.side_prompts import SidePrompts
from app.engine.vocabulary import vocabulary_digest
from app.engine.writing.generation import Writer, Written, write_text
from app.engine.writing.held_schema import HeldSchemas
from app.engine.writing.held_sentences import HeldSentences
from app.engine.writing.held_value import HeldAnswer
from app.engine.writing.sampler import Sampler


class Session:
    """Owns a model and its context. `control` is looked at between slices and tokens, and inside slices on a CPU."""

    def __init__(
        self,
        spec: LoadSpec,
        on_progress: Callable[[float], bool],
        control: RunControl,
        on_tokenized: OnTokenized = lambda _done, _total: None,
    ) -> None:
        """Load. `on_tokenized` is called whenever prompts are laid out later, and may raise. Raises AppError MODEL_*,
        CONTEXT_INVALID; InterruptedError when `on_progress` returned False."""
        self._control = control
        self._on_tokenized = on_tokenized
        self._model = LlamaModel(Path(spec.model_path), spec.gpu_layers, on_progress, placing=Placing.of(spec))
        self._model.threads = threads = spec.threads or physical_cores()
        self._spec, self._cards = spec, _cards(spec)
        self._news = [] if spec.cards else [Problem(Code.ENGINE_ON_PROCESSOR)]
        self._vision: Vision | None = None
        self._vision_problem: Problem | None = None
        try:
            self._open_projector(spec, threads)
            self._vocabulary = _vocabulary_id(self._model)
            self.tokenizer = self._make_tokenizer(spec)
            self._shape = _shape(self._model, spec)
            self._context = self._open_context(spec, threads)
        except AppError as error:
            self._model.close()
            if error.code is Code.MODEL_NO_TEMPLATE:
                raise AppError(Code.MODEL_NO_TEMPLATE, path=spec.model_path) from error
            raise
        self._quotable: tuple[tuple[DocumentText, ...], QuotableText] | None = None
        self._schemas = HeldSchemas(self._model)
        self.info = msgspec.structs.replace(
            _describe(self._model, spec, self._shape, self._context.size, threads, self._vocabulary),
            vision=None if self._vision is None else self._vision.info,
            vision_problem=self._vision_problem,
            buffers=buffers(self._context.handle),
        )
        self._sequence = CachedSequence(
            self._context,
            self._shape.geometry,
            control,
            _save_target(spec, self.info, self._cards),
            spec.snapshot_bytes,
            tiled=spec.kv_type is KvType.F16 and not self._cards and spec.ubatch_tokens >= reuse.TILE_TOKENS,
            embeddings_of=self._vision.rows if self._vision is not None else None,
        )
        self.judging = Judging(
            self._model,
            self.tokenizer,
            self._shape.geometry,
            self._control,
            partial(self._new_context, spec=spec, threads=threads, kv_type=KvType.F16),
        )
        self.asides = SidePrompts(
            self._model, self._context, self._sequence, self.tokenizer, self._shape.geometry, self._control
        )

    def _make_tokenizer(self, spec: LoadSpec) -> PromptTokenizer:
        """Make the tokenizer of prompts. Raises AppError MODEL_NO_TEMPLATE."""
        kept = BookTokens(spec.readings, self._vocabulary) if spec.readings is not None else None
        pieces = spec.template or self._model.listed_template
        if pieces is not None:
            pieces = self._model.written_out(pieces)
        return PromptTokenizer(self._model, self._seeing, kept, pieces, self._model.chat_template())

    def _open_context(self, spec: LoadSpec, threads: int) -> LlamaContext:
        """Open a context for the loaded model. Raises AppError CONTEXT_INVALID, MODEL_..., ADAPTER_FAILED."""
        context_tokens = _context_tokens(spec, self._model)
        _check_memory(spec, self._shape, context_tokens)
        at_once = slices_at_once(spec, self._model.layers, len(self._cards))
        return self._new_context(context_tokens, spec, threads, spec.kv_type, 1 + MAX_DRAFT, at_once)

    def _new_context(
        self, tokens: int, spec: LoadSpec, threads: int, kv_type: KvType, outputs: int = 1, at_once: int = 0
    ) -> LlamaContext:
        """Open a context over the model's weights and the adapters. Raises AppError MODEL_..., ADAPTER_FAILED."""
        context = LlamaContext(
            self._model,
            tokens,
            kv_type,
            threads,
            min(spec.ubatch_tokens, tokens),
            outputs,
            should_stop=self._control.pending,
            slices_at_once=at_once,
        )
        try:
            context.attach(self._model, spec.adapters)
        except AppError:
            context.close()
            raise
        return context

    def close(self) -> None:
        self._sequence.flush_saved()
        if self._vision is not None:
            self._vision.close()
        self._context.close()
        self._model.close()

    def _open_projector(self, spec: LoadSpec, threads: int) -> None:
        """Take the projector; one that is of no use leaves the model what it is for text."""
        if not spec.projector_path:
            return
        gpu = bool(self._cards)
        try:
            path, slice_tokens = Path(spec.projector_path), spec.ubatch_tokens
            self._vision = Vision(path, self._model, threads, slice_tokens, spec.readings, gpu=gpu)
        except AppError as error:
            self._vision_problem = error.problem

    def lay_out(self, prompt: Prompt) -> LaidOutPrompt:
        """Return the tokens of `prompt`. Raises AppError MODEL_BLIND, MODEL_PROJECTOR_... if it has images, and what
        `on_tokenized` raises."""
        return self.tokenizer.lay_out(prompt, self._on_tokenized)

    def measure(self, prompt: Prompt) -> PromptSize:
        """Return the size of a prompt, with what would have to be evaluated now. Raises what `lay_out` raises."""
        laid = self.lay_out(prompt)
        if laid.size.total > self._context.size:
            return msgspec.structs.replace(laid.size, held=(0,) * len(laid.books))
        evaluated = self._sequence.foresee(laid.tokens)
        held = len(laid.tokens) - evaluated
        of_books = tuple(max(0, min(held, book.end) - book.start) for book in laid.books)
        return msgspec.structs.replace(laid.size, to_read=evaluated, held=of_books)

    def context_options(self) -> tuple[Room, ...]:
        """Return how large the context could be with each KV type, if it may take the memory that it takes now too."""
        shape, info, slice_tokens = self._shape, self.info, self._context.slice_tokens
        memory = _free_memory(self._spec) + context_bytes(shape, info.context_tokens, info.kv_type, slice_tokens)
        trained = info.trained_context
        sizes = {kind: largest_context(shape, memory, kind, slice_tokens, trained) for kind in KvType}
        return tuple(Room(kind, tokens, tokens == trained) for kind, tokens in sizes.items())

    # ---- images

    def image_tokens(self, sizes: Sequence[tuple[int, int]]) -> tuple[int, ...]:
        """Return how many tokens images of these pixels would take. Raises AppError MODEL_BLIND, MODEL_PROJECTOR_..."""
        return tuple(self._seeing().tokens(width, height) for width, height in sizes)

    def missing_images(self, prompt: Prompt) -> tuple[Pixels, ...]:
        """Return the images to see before an answer to `prompt`; the embeddings that it needs stay in memory from now
        on.

        Raises AppError MODEL_BLIND, MODEL_PROJECTOR_...
        """
        vision, laid = self._seeing(), self.lay_out(prompt)
        held = len(laid.tokens) - self._sequence.foresee(laid.tokens)
        needed = {span.sha256 for span in laid.images if span.end > held}
        vision.pin(frozenset(needed))
        shown = {image.sha256: image for message in prompt.messages for image in message.images}
        return tuple(
            vision.pixels(image) for sha256, image in shown.items() if sha256 in needed and not vision.has(sha256)
        )

    def see(
        self, wanted: Pixels, canvas: Raster, overview: Raster | None, on_progress: Callable[[int, int], None]
    ) -> None:
        """Encode an image. Raises AppError MODEL_BLIND, MODEL_PROJECTOR_...; Stopped."""

        def show(done: int, total: int) -> None:
            on_progress(done, total)
            if self._control.wait():
                raise Stopped

        self._seeing().see(wanted, canvas, overview, show)

    def keep_images(self, sha256s: frozenset[str]) -> None:
        """Keep embeddings of these images only. Raises AppError FOLDER_READ_ONLY."""
        if self._vision is not None:
            self._vision.retain(sha256s)

    def _seeing(self) -> Vision:
        if self._vision is None:
            problem = self._vision_problem
            raise AppError.of(problem) if problem else AppError(Code.MODEL_BLIND, path=self.info.path)
        return self._vision

    @property
    def vocabulary(self) -> LlamaModel:
        """The model, to tokenize with."""
        return self._model

    def is_control(self, token: int) -> bool:
        return self._model.is_control(token)

    def read(
        self, wanted: Tokens, books: Sequence[BookSpan], on_progress: OnProgress, images: Sequence[ImageSpan] = ()
    ) -> Usage:
        """Bring the context to the end of `wanted`; see `CachedSequence.read`."""
        return self._sequence.read(wanted, books, on_progress, images)

    def read_books(self, prompt: Prompt, on_progress: OnProgress) -> Usage:
        """Bring the context to the end of the prompt's last document, as an answer to it would."""
        laid = self.lay_out(prompt)
        return self.read(laid.tokens[: laid.books[-1].end], laid.books, on_progress) if laid.books else Usage()

    def logits(self) -> bytes:
        """Return the logits of the next token after `read`, little-endian float32."""
        return self._context.logits().tobytes()

    def write_tokens(self, count: int) -> WrittenTokens:
        """Write `count` tokens after `read` or an answer, whatever they say, or as many as there are until it is
        stopped. Raises AppError CONTEXT_FULL, MODEL_FAILED."""
        sampler = Sampler(Sampling(true_quotes=False, lookup=False))
        writer = Writer(self._model, self._context, self._sequence, sampler, self._shape.geometry, Thoughts())
        started, waited_s, written = time.monotonic(), self._control.waited_s, 0
        for written, _token in enumerate(writer.write()):  # each is evaluated when the next one is asked for
            if written == count or self._control.wait():
                break
        seconds = time.monotonic() - started - (self._control.waited_s - waited_s)
        return WrittenTokens(written, seconds, self.take_counts())

    def answer(self, order: AnswerTo, on_progress: OnProgress, tell: Callable[[Token | Thinking], None]) -> Generated:
        """Read the order's prompt and write an answer, or more of one; `tell` gets whole characters of it as they come,
        and what the model thinks before.

        An answer that ends inside a character ends before it. Raises what `read` raises, AppError ANSWER_ALL_THOUGHT,
        ANSWER_MISSING. Stopped while writing it ends with `Ending.CANCELLED`.
        """
        started, waited_s = time.monotonic(), self._control.waited_s
        prompt, laid = order.prompt, self.lay_out(order.prompt)
        usage = self.read(laid.tokens, laid.books, on_progress, laid.images)
        started += self._control.waited_s - waited_s
        read_s = time.monotonic() - started
        thoughts = Thoughts(laid.before_answer, begun=laid.begun > 0)
        text = AnswerText(thoughts, tell, lambda: time.monotonic() - self._control.waited_s)
        written, waited_before_s = Written(), self._control.waited_s
        try:
            write_text(self._writer(order, laid, thoughts), text, order.max_tokens, written, self._control.wait)
        finally:
            text.end()
            if not thoughts.any:  # else the answer is not what its tokens say, and its place differs next time
                before = prompt.messages[-1].text if laid.begun else ""
                tokens = laid.answer + written.tokens[: written.whole]
                self.tokenizer.remember(before + text.text, tokens, prompt.book_ids)
        text.check(written.ending)
        generate_s = time.monotonic() - started - read_s - (self._control.waited_s - waited_before_s)
        timings = Timings(read_s=read_s, first_token_s=written.first_at - started, generate_s=generate_s)
        usage = msgspec.structs.replace(usage, generated_tokens=len(written.tokens))
        return Generated(written.ending, usage, timings, self.take_counts())

    def _writer(self, order: AnswerTo, laid: LaidOutPrompt, thoughts: Thoughts) -> Writer:
        prompt, sampling = order.prompt, order.sampling
        books = prompt.quoted or prompt.documents
        quotes = sampling.true_quotes and books and not order.schema and order.verbatim is None
        verbatim = order.verbatim if not laid.begun else None
        return Writer(
            self._model,
            self._context,
            self._sequence,
            Sampler(sampling),
            self._shape.geometry,
            thoughts,
            quoter=self._quoter(prompt, books) if quotes else None,
            lookup=Lookup(laid.tokens[: len(laid.tokens) - laid.begun]) if sampling.lookup else None,
            held=HeldAnswer(order.held) if order.held is not None and not laid.begun else None,
            schema=self._schemas.hold(order.schema, laid.answer) if order.schema else None,
            sentences=HeldSentences(verbatim.sentences, verbatim.absent, verbatim.most) if verbatim else None,
            several_books=len(books) > 1,
            most_thought=order.max_thought_tokens,
            begun=laid.answer,
        )

    def _quoter(self, prompt: Prompt, books: tuple[DocumentText, ...]) -> QuoteConstraint:
        """Return what holds quotations to these books. The text of the same books is prepared once."""
        if self._quotable is None or self._quotable[0] != books:
            self._quotable = (books, QuotableText(books))
        return QuoteConstraint(self._quotable[1], prompt.said, frozenset(prompt.restated))

    def forget(self, book_id: str) -> None:
        """Keep nothing more of a book: not in the context, not in caches, not on disk. Raises AppError
        FOLDER_READ_ONLY."""
        self._quotable = None
        self.tokenizer.forget(book_id)
        self._sequence.forget(book_id)

    def change_desk(self, desk: str) -> None:
        """Keep nothing in memory of what was read and seen, and what is made of images from now on for this desk."""
        self._quotable = None
        self.tokenizer.forget_all()
        self._sequence.forget_all()
        if self._vision is not None:
            self._vision.change_desk(desk)

    def flush_saved(self) -> None:
        """Wait until all readings that are being saved are on disk."""
        self._sequence.flush_saved()

    def take_counts(self) -> EngineCounts:
        """Return the counts of what was copied, sealed and waited for since the last answer or call."""
        return self._sequence.take_counts()

    def problems(self) -> list[Problem]:
        """Return problems with saved readings since the last call. The first call also tells what is to be known of a
        load."""
        news, self._news = self._news, []
        return [*news, *self._sequence.problems()]


def _context_tokens(spec: LoadSpec, model: LlamaModel) -> int:
    trained = model.trained_context
    if spec.context_tokens > trained:
        raise AppError(Code.CONTEXT_INVALID, wanted=spec.context_tokens, trained=trained)
    return spec.context_tokens or min(trained, DEFAULT_CONTEXT)


def _save_target(spec: LoadSpec, info: ModelInfo, cards: Sequence[Device]) -> SaveTarget | None:
    if spec.readings is None or not spec.readings.quota_bytes:
        return None
    readings = SavedStates(Path(spec.readings.folder), spec.readings.secret, spec.readings.quota_bytes)
    model = fingerprint_with(Path(spec.model_path), spec.adapters)
    key = StateKey(model, spec.kv_type, LAYOUT_VERSION, version())
    return SaveTarget(readings, key, info.name, _kernels(info, cards))


def _kernels(info: ModelInfo, cards: Sequence[Device]) -> str:
    """Return a text that names all that computes: the processor's instruction sets, its threads, which share out the
    attention of a token and so round other sums, the devices, and how many bytes of the weights are where, by which
    repacked weights differ from plain ones, and experts that were moved."""
    weights = (f"{buffer.name}={buffer.weights_bytes}" for buffer in info.buffers if buffer.weights_bytes)
    named = (card.description for card in cards)
    return " ".join((*cpu_features(), f"threads={info.threads}", *named, *sorted(weights)))


def _shape(model: LlamaModel, spec: LoadSpec) -> Shape:
    """Return the cache's shape as the header says; where nobody has read it, an upper bound by what llama.cpp says."""
    geometry = geometry_of(model.architecture, model.window, model.recurrent)
    if spec.shape is not None:
        return dataclasses.replace(spec.shape, geometry=geometry)
    heads = model.integer("attention.head_count", 1)
    head_length = model.integer("embedding_length") // heads
    return Shape(
        kv_heads=(model.integer("attention.head_count_kv", heads),) * model.layers,
        key_length=model.integer("attention.key_length", head_length),
        value_length=model.integer("attention.value_length", head_length),
        geometry=geometry,
        local=local_layers(model.architecture, geometry, model.layers),
    )


def _check_memory(spec: LoadSpec, shape: Shape, context_tokens: int) -> None:
    """Refuse what main memory cannot hold: llama.cpp ends the process where it has no room for a mask. It refuses a
    cache that does not fit on a card itself."""
    needed = mask_bytes(context_tokens, spec.ubatch_tokens)
    if not _cards(spec):
        needed = context_bytes(shape, context_tokens, spec.kv_type, spec.ubatch_tokens)
    free = free_memory()
    if needed > free:
        raise AppError(Code.MODEL_OUT_OF_MEMORY, path=spec.model_path, needed_bytes=needed, free_bytes=free)


def _free_memory(spec: LoadSpec) -> int:
    """Return the bytes that a context can still have: on the first card, else in main memory."""
    return next((card.free_bytes for card in _cards(spec)), None) or free_memory()


def _cards(spec: LoadSpec) -> tuple[Device, ...]:
    """Return the cards that a load computes on; how much of their memory is free is asked each time."""
    return tuple(used_cards().values()) if spec.cards and spec.gpu_layers else ()


def _describe(
    model: LlamaModel, spec: LoadSpec, shape: Shape, context_tokens: int, threads: int, vocabulary: str
) -> ModelInfo:
    device = (*_cards(spec), *devices())[0]
    return ModelInfo(
        name=spec.name or model.metadata("general.name") or model.path.stem,
        architecture=model.architecture,
        quantization=model.quantization,
        path=spec.model_path,
        size_bytes=model.size_bytes,
        parameters=model.parameters,
        layers=model.layers,
        experts=model.integer("expert_count"),
        trained_context=model.trained_context,
        context_tokens=context_tokens,
        kv_type=spec.kv_type,
        kv_bytes=kv_bytes(shape, context_tokens, spec.kv_type, spec.ubatch_tokens),
        device=device.name if device.kind == "cpu" else device.description,
        threads=threads,
        vocabulary=vocabulary,
        adapters=tuple(adapter.name for adapter in spec.adapters),
    )


def _vocabulary_id(model: LlamaModel) -> str:
    """Return an id that means the same tokens of a page, with its mark: the same vocabulary, rules of our own, build of
    llama.cpp. Raises AppError MODEL_*."""
    made_by = f"{vocabulary_digest(model.path)} {LAYOUT_VERSION} {CUTTING_VERSION} {version()}"
    return hashlib.blake2b(made_by.encode(), digest_size=16).hexdigest()


def fingerprint_with(model_path: Path, adapters: Sequence[Adapter]) -> str:
    """Return the fingerprint (`saved_states.fingerprint`) of a model with its adapters. Raises OSError."""
    model = fingerprint(model_path)
    if not adapters:
        return model
    digest = hashlib.blake2b(model.encode(), digest_size=16)
    for each in sorted(f"{fingerprint(Path(adapter.path))} {adapter.scale!r}" for adapter in adapters):
        digest.update(each.encode())
    return digest.hexdigest()
