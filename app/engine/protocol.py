"""The engine's port, and the orders and events that cross between the program and the engine's process."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeGuard, get_args

import msgspec

from app.core.chat_template import ChatTemplate
from app.core.conversations.conversation import Ending, Timings, Usage
from app.core.conversations.events import Loading, Looking, Notice, Reading, Thinking, Token, Tokenizing, Weighing
from app.core.conversations.image import Raster
from app.core.conversations.values import HeldForm
from app.core.errors import Problem
from app.core.machine.secret import Password
from app.core.settings import Adapter, KvType, Mapping, Sampling
from app.core.work import Cancel, Progress, Result, Work
from app.engine.planner.cache import Shape
from app.engine.planner.machine import RepackedWeights
from app.isolation.heartbeat import WireFailed

CARD_FULL_STATUS = 83
"""The exit status of an engine's process that a graphics card without memory left ended."""

CARD_LOST_STATUS = 84
"""The exit status of an engine's process that computed on a card when the driver lost it."""

# ---- what is asked of an engine -------------------------------------------------------------------------------


class ReadingsSpec(msgspec.Struct, frozen=True):
    """The folder in which readings are saved, with the tokens of books; the secret that they are encrypted with, and
    the bytes that readings may take; none is saved if that is 0. `desk` is the id of the one whose images are seen;
    what is made of the images of each desk is kept apart."""

    folder: str
    secret: bytes
    quota_bytes: int
    desk: str = ""


class RemoteTimeouts(msgspec.Struct, frozen=True):
    """Seconds that a server on the network may take: to take a connection, to answer a short request, to begin an
    answer to a question (it reads the books meanwhile, and may have others to serve first), and between two parts of
    it."""

    connect_s: float = 10.0
    answer_s: float = 60.0
    first_s: float = 600.0
    between_s: float = 120.0


class ServerTraits(msgspec.Struct, frozen=True):
    """The abilities of a server that it does not state, found by short requests with nothing of a document in them.

    `kind` is its dialect, `program` what it calls itself, and `model` the model that was tried. `way` names the way in
    which it holds answers to a form; empty if it has none. `sees` tells that the model sees images; `around_image` are
    the tokens of the short message around an image that was tried, 0 if none was. `format` is the chat format that was
    recognised, if one had to be. `engines` is how many engines it spreads questions over, each with a cache of its own
    and to be chosen by a request.
    """

    kind: str
    model: str
    program: str = ""
    way: str = ""
    sees: bool = False
    around_image: int = 0
    format: ChatTemplate | None = None
    engines: int = 1


class RemoteSpec(msgspec.Struct, frozen=True):
    """A server that answers instead of this machine (`engine.remote`).

    `model` is its name there; empty takes the only one. `ca_file` says whose certificates are trusted; empty asks the
    system. `images` tells that they may be sent. `known` is what was found out about the server before; None has it
    tried. `others` are servers with the same model at other addresses, which are asked as well where several questions
    are under way at once, and in its place where it cannot be reached.
    """

    address: str
    model: str = ""
    ca_file: str = ""
    key: Password | None = None
    images: bool = True
    patience: RemoteTimeouts = RemoteTimeouts()
    known: ServerTraits | None = None
    others: tuple[RemoteSpec, ...] = ()

    def turned(self, number: int) -> RemoteSpec:
        """Return the same with the server of this number as the first; they count from 0, over and over."""
        all = (msgspec.structs.replace(self, others=()), *self.others)
        first, *others = (*all[number % len(all) :], *all[: number % len(all)])
        return msgspec.structs.replace(first, others=tuple(others))

    def knowing(self, traits: ServerTraits | None) -> RemoteSpec:
        """Return the same with what was found out about one of the servers, which have the same model."""
        others = tuple(msgspec.structs.replace(each, known=traits) for each in self.others)
        return msgspec.structs.replace(self, known=traits, others=others)


class LoadSpec(msgspec.Struct, frozen=True):
    """A model and how to load it; zeros mean what `core.settings.EngineSettings` says they mean.

    `readings` of None saves none, nor tokens of books. `snapshot_bytes` is main memory for copies of the local layers;
    None takes a share. `projector_path` is what the model sees images with; empty for one that sees none. `cpu_tensors`
    are patterns of names of tensors that stay on the CPU whatever `gpu_layers` says; `tensor_split` is the share of the
    layers on each of several GPUs; `mapping` says how weights come into memory (`engine.planner.Placement` has all
    three). `shape` is what its cache depends on, by its header. `cards` is False if the processor computes alone,
    because a card did not answer. `template` is the chat format if neither our table nor llama.cpp's list has it.
    `name` is the one by which a person knows the model; empty takes what its file says. `adapters` are laid over the
    weights. With `remote`, nothing is loaded here, but that server is connected to; of the rest only `context_tokens`
    counts then, and only for servers that do not say theirs.
    """

    model_path: str
    context_tokens: int = 0
    kv_type: KvType = KvType.F16
    threads: int = 0
    ubatch_tokens: int = 512
    gpu_layers: int = -1
    readings: ReadingsSpec | None = None
    snapshot_bytes: int | None = None
    projector_path: str = ""
    cpu_tensors: tuple[str, ...] = ()
    tensor_split: tuple[float, ...] = ()
    mapping: Mapping = Mapping.AUTO
    adapters: tuple[Adapter, ...] = ()
    template: ChatTemplate | None = None
    shape: Shape | None = None
    remote: RemoteSpec | None = None
    cards: bool = True
    name: str = ""


class PageText(msgspec.Struct, frozen=True):
    label: str
    untrusted_text: str


class DocumentText(msgspec.Struct, frozen=True):
    """The text of a document. `book_id` says whose reading is saved; the model does not see it."""

    untrusted_title: str
    pages: tuple[PageText, ...]
    book_id: str = ""


class BookSpan(msgspec.Struct, frozen=True):
    """The half-open range of token positions that a document's title and text take."""

    book_id: str
    untrusted_title: str
    start: int
    end: int


class ShownImage(msgspec.Struct, frozen=True):
    """An image in a message, by the SHA-256 of its kept bytes. `untrusted_label` is what the model reads before it, so
    that both can speak of it. Sizes are in pixels."""

    sha256: str
    width: int
    height: int
    untrusted_label: str


class ImageSpan(msgspec.Struct, frozen=True):
    """The half-open range of positions that embeddings of an image take, from its row `row` on.

    `whole` tells that they see each other both ways, and are evaluated in one slice. `columns` are those that they are
    laid out in, one row after the other; 0 if they stand in one line.
    """

    sha256: str
    row: int
    start: int
    end: int
    whole: bool = False
    columns: int = 0


class Message(msgspec.Struct, frozen=True):
    """A message of the conversation. `images` come before the text."""

    role: Literal["user", "assistant"]
    text: str
    images: tuple[ShownImage, ...] = ()


class Prompt(msgspec.Struct, frozen=True):
    """Everything a model reads, in its order: the rules, the documents, the conversation with the question last.

    If an answer is last, it is continued from exactly where it ends; the text that it has does not come again. Only the
    engine knows the model's template and vocabulary; it lays this out as tokens (`engine.prompt`). `quoted` are the
    books that quotations are held to; those of `documents` when empty. `said` is what the person wrote, whose words are
    free in quotation marks. `restated` are pages that the question repeats passages of, each as the index of its book
    among those, and its own in the book. `conversation_id` says whose pseudonyms are used if it is sent to a server;
    `about` are books that the messages have words of, by their ids. The model sees neither. `thinks` tells that the
    model may think before it answers; otherwise it does not, if it is known how that is switched off.
    """

    rules: str
    documents: tuple[DocumentText, ...]
    messages: tuple[Message, ...]
    quoted: tuple[DocumentText, ...] = ()
    said: tuple[str, ...] = ()
    restated: tuple[tuple[int, int], ...] = ()
    conversation_id: str = ""
    about: tuple[str, ...] = ()
    thinks: bool = True

    @property
    def book_ids(self) -> frozenset[str]:
        """The ids of all books that the prompt has words of."""
        return frozenset((*self.about, *(document.book_id for document in self.documents)))

    def asking(self, question: str) -> Prompt:
        """Return the prompt with a question as its last message, to be answered without a thought."""
        return msgspec.structs.replace(self, messages=(*self.messages, Message("user", question)), thinks=False)


class PromptSize(msgspec.Struct, frozen=True):
    """Exact token counts; the parts and the template's own tokens (`frame`) add up to `total`.

    `page_ends` says for each document how many of its tokens come before the end of each page. `to_read` is how many
    would have to be evaluated now, `held` how many of each document's are there already, in the context or saved. For a
    prompt that does not fit the context, these are zeros.
    """

    total: int
    frame: int
    documents: tuple[int, ...]
    messages: tuple[int, ...]
    page_ends: tuple[tuple[int, ...], ...] = ()
    to_read: int = 0
    held: tuple[int, ...] = ()


class Pixels(msgspec.Struct, frozen=True):
    """The pixels that the projector wants of an image: resized to `fitted` (width, height), laid at the upper left of a
    black canvas; and, where `overview` is not 0, all of it once more, resized to a square of that side. A server gets
    it as `fitted` alone."""

    sha256: str
    fitted: tuple[int, int]
    canvas: tuple[int, int]
    overview: int = 0


class VisionInfo(msgspec.Struct, frozen=True):
    """The way in which a loaded model sees. `tiled` tells that it sees as Llama 4 does, in squares of `tile` pixels and
    an overview; else by the layout that llama.cpp knows for the projector's `kind`, and `tile` is 0. About a model on a
    server, only that it sees is known, and `kind` is that of the server."""

    projector: str  # identifies its file, as readings.fingerprint does
    kind: str
    tiled: bool
    tile: int


class Room(msgspec.Struct, frozen=True):
    """The largest context, in tokens, that the memory of this machine allows with a KV type. `trained` tells that it is
    all that the model was trained for, and more memory would not help."""

    kv_type: KvType
    context_tokens: int
    trained: bool = False


class Buffer(msgspec.Struct, frozen=True):
    """Bytes in one kind of memory, as llama.cpp names it (CPU, CPU_Mapped, CPU_REPACK, CUDA0, CUDA_Host)."""

    name: str
    weights_bytes: int
    cache_bytes: int
    compute_bytes: int


def taken_bytes(buffers: Iterable[Buffer]) -> int:
    """Return the bytes of weights, cache and room to compute, together."""
    return sum(buffer.weights_bytes + buffer.cache_bytes + buffer.compute_bytes for buffer in buffers)


class ModelInfo(msgspec.Struct, frozen=True):
    """A loaded model. Sizes are in bytes, contexts in tokens. `buffers` are what llama.cpp took, if that is known.

    For a remote engine, `path` is its address, and what its server does not say is 0 or empty.
    """

    name: str
    architecture: str
    quantization: str
    path: str
    size_bytes: int
    parameters: int
    layers: int
    experts: int
    trained_context: int
    context_tokens: int
    kv_type: KvType
    kv_bytes: int
    device: str
    threads: int
    vocabulary: str  # identifies the tokenizer, so that token counts can be kept
    vision: VisionInfo | None = None  # None: it sees no images
    vision_problem: Problem | None = None  # why its projector is of no use
    buffers: tuple[Buffer, ...] = ()
    adapters: tuple[str, ...] = ()  # names of their files
    host: str = ""  # where texts go, of a remote engine; empty: they stay on this machine
    slots: int = 1  # questions that are answered at the same time; 0: its server does not say
    one_cache: bool = False  # what one of them has read, all others find read
    traits: ServerTraits | None = None  # of a remote engine's server
    servers: int = 1  # at addresses of their own, all with this model


class EngineCounts(msgspec.Struct, frozen=True):
    """Counts of the engine's work besides evaluating tokens, since it last told them; for benchmarks, and kept nowhere.

    `snapshot_bytes` are those of local layers that were copied to come back to, or copied back. `sealed_bytes` were
    written of readings that are saved, in `sealing_s` seconds of encrypting and writing, beside the evaluation.
    `slices` counts those that were evaluated, each token of an answer being one. `synchronizations` says how often a
    card was waited for although no logits were wanted; on a CPU, after each such slice.
    """

    snapshot_bytes: int = 0
    sealed_bytes: int = 0
    sealing_s: float = 0.0
    slices: int = 0
    synchronizations: int = 0


class Generated(msgspec.Struct, frozen=True):
    """The ending and the counts of an answer; its text went before as `Token` events. `replaced` counts the names and
    numbers of the prompt that were replaced before a server got it."""

    ending: Ending
    usage: Usage
    timings: Timings
    counts: EngineCounts = EngineCounts()
    replaced: int = 0


class EngineState(StrEnum):
    EMPTY = "empty"  # no model
    LOADING = "loading"
    READY = "ready"
    BUSY = "busy"
    DEAD = "dead"  # the process died; the next load or answer starts a new one


class Engine(Protocol):
    """The port. One caller at a time for everything but `pause`, `resume`, `state`, `model` and `close`; several
    threads may have an order each to a server under way (`on_lane`).

    Everything raises AppError; what takes a `cancel` raises Stopped. An answer that is stopped after its first token
    is returned as Generated with `Ending.CANCELLED`.
    """

    def load(self, spec: LoadSpec, cancel: Cancel) -> Work[Loading, ModelInfo]:
        """Load a model here, or connect to a server; what was loaded before is gone first."""
        ...

    def disconnect(self) -> None:
        """Let go of a server, if one answers: nothing more goes there, and no model is loaded until the next load."""
        ...

    def revive(self, cancel: Cancel) -> Work[Loading, ModelInfo]:
        """Start an engine that has died again, with the model that was loaded last. Raises AppError ENGINE_GAVE_UP once
        it died MAX_DEATHS times in a row; NO_MODEL where none was loaded before it died."""
        ...

    def run(self, order: EngineOrder[Progress, Result], cancel: Cancel | None = None) -> Work[Progress, Result]:
        """Have an order carried out by an engine that is ready, or needs no model for it. What nobody stops needs no
        `cancel`: `finish(engine.run(Measure(prompt)))`."""
        ...

    def on_lane(self, number: int) -> AbstractContextManager[None]:
        """Send this thread's orders to the server by a lane of their own while the block runs, each lane with one order
        at a time. Only one of the threads in such blocks runs at a time; the others wait for it, or for the server.
        Lane 0 takes all other orders. An engine of this machine has no lanes."""
        ...

    def close_lanes(self) -> None:
        """End all lanes but lane 0, once no order is under way."""
        ...

    def see(self, wanted: Pixels, canvas: Raster, overview: Raster | None, cancel: Cancel) -> Work[Looking, None]:
        """Put an image through the projector and keep its embeddings; `Looking` counts its tiles.

        The first use of a projector tests its layout. Raises AppError MODEL_PROJECTOR_UNSOUND when that fails."""
        ...

    def keep_images(self, sha256s: frozenset[str]) -> None:
        """Keep embeddings of these images only, in memory and on disk."""
        ...

    def pause(self) -> None:
        """Let the running command wait until `resume`, or until it is stopped; without one it does nothing."""
        ...

    def resume(self) -> None: ...

    @property
    def pause_count(self) -> int:
        """Return the number of calls of `pause`: whoever measures time checks whether somebody made it wait
        meanwhile."""
        ...

    def forget(self, book_id: str) -> None:
        """Keep nothing more of a book: neither in memory nor on disk."""
        ...

    def change_desk(self, desk: str) -> None:
        """Keep nothing in memory of what was read and seen; what is saved stays. What is made of images from now on is
        kept for `desk` (`ReadingsSpec.desk`)."""
        ...

    def flush_saved(self) -> tuple[Problem, ...]:
        """Wait until all readings that are being saved are on disk; what went wrong with them. Raises nothing."""
        ...

    def state(self) -> EngineState: ...

    def model(self) -> ModelInfo | None: ...

    def close(self) -> None: ...


# ---- from the program to the engine ------------------------------------------------------------------------------


class Replied(msgspec.Struct, frozen=True, tag=True):
    """The end of an order: its result, encoded."""

    result: msgspec.Raw


class EngineOrder(msgspec.Struct, Generic[Progress, Result], frozen=True, tag=True):
    """An order to an engine's process, with the progress that it reports and the result that it gives."""

    def reports(self, event: object) -> TypeGuard[Progress]:
        """Return whether this event is progress of such an order."""
        return isinstance(event, _parameters(type(self))[0])

    def reply(self, result: Result) -> Replied:
        return Replied(msgspec.Raw(msgspec.msgpack.encode(result)))

    def result(self, reply: Replied) -> Result:
        """Decode the result of such an order. Raises msgspec.MsgspecError for what is none."""
        result: Result = msgspec.msgpack.decode(reply.result, type=_parameters(type(self))[1])
        return result


def _parameters(kind: type[EngineOrder[Progress, Result]]) -> tuple[Any, ...]:
    """Return the types that an order is written with: of its progress, and of its result."""
    return get_args(vars(kind)["__orig_bases__"][0])


class Load(EngineOrder[Loading, ModelInfo], frozen=True):
    spec: LoadSpec


class Measure(EngineOrder[Tokenizing, PromptSize], frozen=True):
    """Ask what a prompt takes, and what of it is held."""

    prompt: Prompt


class Count(EngineOrder[Loading | Tokenizing, tuple[int, ...]], frozen=True):
    """Ask for the tokens of each text in the vocabulary of a model on this machine, which need not be loaded."""

    model_path: str
    texts: tuple[str, ...]


class EncodedPrompt(msgspec.Struct, frozen=True):
    """A prompt as tokens. Those of `tokens` below zero are embeddings of `images` (`engine.kv.reuse`)."""

    tokens: tuple[int, ...]
    books: tuple[BookSpan, ...]
    control_tokens: frozenset[int]
    images: tuple[ImageSpan, ...] = ()


class EncodePrompt(EngineOrder[Tokenizing, EncodedPrompt], frozen=True):
    """Give the prompt's token ids, to look at; nothing is evaluated."""

    prompt: Prompt


class Probed(msgspec.Struct, frozen=True):
    """The outcome of a probe. `logits` are little-endian float32, one per token of the vocabulary."""

    logits: bytes
    usage: Usage
    counts: EngineCounts = EngineCounts()


class Probe(EngineOrder[Reading | Notice, Probed], frozen=True):
    """Read tokens and give the logits of the next one, without generating; the context keeps what was read."""

    tokens: tuple[int, ...]
    books: tuple[BookSpan, ...] = ()
    images: tuple[ImageSpan, ...] = ()


class QuotableSentence(msgspec.Struct, frozen=True):
    """A sentence that an answer may consist of, on one line, and the page mark that is written behind it."""

    text: str
    mark: str


class Verbatim(msgspec.Struct, frozen=True):
    """An answer in the documents' own words is held to these sentences, at most `most` of them, or to `absent`,
    which says that the documents do not say it."""

    sentences: tuple[QuotableSentence, ...]
    absent: str
    most: int


class AnswerTo(EngineOrder[Tokenizing | Reading | Thinking | Token | Notice, Generated], frozen=True):
    """Read a prompt and write an answer. `held` is what its first line is held to; a quotation and its page follow, and
    nothing else. `schema` is a JSON Schema, as text, that all of it is held to instead. A server is held to it where it
    has guided decoding. `verbatim` are sentences of which it consists; no server can be held to them.
    `max_thought_tokens` is what the model may think before; if it is 0, thoughts are counted with the answer."""

    prompt: Prompt
    sampling: Sampling
    max_tokens: int
    held: HeldForm | None = None
    max_thought_tokens: int = 0
    schema: str = ""
    verbatim: Verbatim | None = None


class ReadBooks(EngineOrder[Tokenizing | Reading | Notice, Usage], frozen=True):
    """Read the documents of a prompt, ahead of any question to them, and nothing after them."""

    prompt: Prompt


class WrittenTokens(msgspec.Struct, frozen=True):
    """So many tokens were chosen and evaluated in so many seconds."""

    tokens: int
    seconds: float
    counts: EngineCounts = EngineCounts()


class WriteTokens(EngineOrder[None, WrittenTokens], frozen=True):
    """Write so many tokens after what the context holds, whatever they say: an end of an answer does not count as one.
    For benchmarks, which need a number of tokens and no text. Raises AppError CONTEXT_FULL, MODEL_FAILED. Stopped, it
    has those so far."""

    tokens: int


class Weighed(msgspec.Struct, frozen=True):
    """The outcome of weighing. `logs` are for each question the natural logarithms of the probabilities that the answer
    begins with each of the words; None if there was no room or no memory for it. `evaluated_tokens` are those for all
    questions together, in `seconds`; what several have in common is evaluated once."""

    logs: tuple[tuple[float, ...] | None, ...]
    evaluated_tokens: int
    seconds: float


class Weigh(EngineOrder[Weighing | Notice, Weighed], frozen=True):
    """Ask short questions, and give the probabilities of some words that an answer to each may begin with; nothing is
    written.

    Each question comes right after the prompt, which has no documents, as if it were the only one, in a context of its
    own: what the model holds of books and conversations is neither seen nor changed (`engine.judging`).
    """

    prompt: Prompt
    questions: tuple[str, ...]
    words: tuple[str, ...]


class WrittenAside(msgspec.Struct, frozen=True):
    """A text that a model wrote aside. `text` is without thoughts, to the end of a whole character; empty if there was
    no room. `usage` is that of the prompt, with the tokens that were written; `request_tokens` are those of the
    request. All but the prompt was taken back."""

    text: str
    ending: Ending
    usage: Usage
    request_tokens: int
    counts: EngineCounts = EngineCounts()


class WriteAside(EngineOrder[Tokenizing | Reading | Notice, WrittenAside], frozen=True):
    """Make a request after a prompt that ends with its answer, and give the first `max_tokens` of what the model is
    most likely to write. As with `Weigh`, the context is in the end what it was after the prompt."""

    prompt: Prompt
    request: str
    max_tokens: int


class ContextOptions(EngineOrder[None, tuple[Room, ...]], frozen=True):
    """Ask what the loaded model's context could be at most, for each KV type, the most exact one first."""


class Forget(EngineOrder[None, None], frozen=True):
    """Keep nothing more of a book."""

    book_id: str


class ChangeDesk(EngineOrder[None, None], frozen=True):
    """Keep nothing in memory of what was read and seen, and what is made of images from now on for this desk."""

    desk: str


class FlushSaved(EngineOrder[None, tuple[Problem, ...]], frozen=True):
    """Answered when all readings that are being saved are on disk, with what went wrong."""


class CountImageTokens(EngineOrder[None, tuple[int, ...]], frozen=True):
    """Ask how many tokens images of these sizes, in pixels, would take. Raises AppError MODEL_BLIND."""

    sizes: tuple[tuple[int, int], ...]


class MissingImages(EngineOrder[Tokenizing, tuple[Pixels, ...]], frozen=True):
    """Ask what has to be shown (`Engine.see`) before a prompt can be answered: images that the context does not hold
    yet, and whose embeddings are not kept. Each image comes once. Raises AppError MODEL_BLIND."""

    prompt: Prompt


class See(EngineOrder[Looking, None], frozen=True):
    """Keep the embeddings of an image."""

    wanted: Pixels
    canvas: Raster
    overview: Raster | None


class GiveImage(EngineOrder[Looking, None], frozen=True):
    """Keep the bytes of an image, a PNG, to send them to a server whose model sees images; in place of `See`."""

    sha256: str
    png: bytes


class KeepImages(EngineOrder[None, None], frozen=True):
    """Drop the embeddings, or the bytes, of all other images."""

    sha256s: frozenset[str]


class NamelessVocabulary(msgspec.Struct, frozen=True):
    """So many tokens without texts, in a model of this architecture."""

    architecture: str
    tokens: int


class DryRun(EngineOrder[None, tuple[Buffer, ...]], frozen=True):
    """Ask what loading `spec` would take, as llama.cpp counts it, without its projector; empty if llama.cpp does not
    say. `vocabulary` is used instead of the model's own, which is not read then; None if its size is not known. Nothing
    is loaded, and what is loaded stays. Raises AppError MODEL_*."""

    spec: LoadSpec
    vocabulary: NamelessVocabulary | None = None


class FindFormat(EngineOrder[None, ChatTemplate | None], frozen=True):
    """Ask for the chat format that our table or llama.cpp's list has for a model's template, which is not run. Needs no
    model."""

    untrusted_template: str


class Bandwidth(msgspec.Struct, frozen=True):
    """The bandwidth of main memory. `undisturbed` tells that no other program had the processor then; else it may give
    more."""

    bytes_a_second: float
    undisturbed: bool


class MeasureBandwidth(EngineOrder[None, Bandwidth], frozen=True):
    """Ask for the bandwidth of main memory; needs no model, and takes half a second."""


CARD = "gpu"
"""The kind of a graphics card with memory of its own: a model is laid on no other."""

INTEGRATED = "integrated gpu"
"""The kind of graphics inside a processor, which share its memory."""

VULKAN = "Vulkan"
"""The beginning of the names of devices that are computed on by Vulkan."""


class Device(msgspec.Struct, frozen=True):
    """One of llama.cpp's devices; `kind` is cpu, `CARD`, `INTEGRATED` or accelerator; the bytes are those of its
    memory. `uploads` tells that weights are copied to it while more of them are read."""

    name: str
    description: str
    kind: str
    free_bytes: int
    total_bytes: int
    uploads: bool = False


class Inspected(msgspec.Struct, frozen=True):
    """The facts that the engine found about this machine. `cpu_features` are as llama.cpp names them. `numa_nodes` is 1
    if all memory is equally near. `cpu_variant` is the kind of processor that the library in use was built for, such as
    `haswell`; empty in a build for this machine alone. `unused_card` says why a graphics card that is there is not
    computed on. `repacked` are the types of weights that are repacked for the CPU."""

    version: str
    devices: tuple[Device, ...]
    threads: int
    cpu_features: tuple[str, ...]
    numa_nodes: int
    cpu_variant: str = ""
    unused_card: Problem | None = None
    repacked: tuple[RepackedWeights, ...] = ()


class Inspect(EngineOrder[None, Inspected], frozen=True):
    """Ask what there is to compute on; needs no model."""


class Stop(msgspec.Struct, frozen=True, tag=True):
    """End the running order at the next slice or token; without one it does nothing."""


class Pause(msgspec.Struct, frozen=True, tag=True):
    """Let the running order wait, from the next slice or token on; without one it does nothing."""


class Resume(msgspec.Struct, frozen=True, tag=True):
    """Let an order that waits go on."""


_OfPrompts: TypeAlias = Measure | EncodePrompt | Probe | AnswerTo | ReadBooks | WriteTokens | Weigh | WriteAside
_OfImages: TypeAlias = CountImageTokens | MissingImages | See | GiveImage | KeepImages
OfMachine: TypeAlias = Count | DryRun | FindFormat | MeasureBandwidth | Inspect
AnyOrder: TypeAlias = Load | ContextOptions | Forget | ChangeDesk | FlushSaved | _OfPrompts | _OfImages | OfMachine
Command: TypeAlias = AnyOrder | Stop | Pause | Resume


# ---- from the engine to the program ------------------------------------------------------------------------------


class WireStopped(msgspec.Struct, frozen=True, tag="Stopped"):
    """The end of an order that was stopped before it had a result."""


Event: TypeAlias = (
    Loading | Looking | Tokenizing | Reading | Thinking | Token | Weighing | Notice | Replied | WireFailed | WireStopped
)
