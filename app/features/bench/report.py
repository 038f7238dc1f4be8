"""The report of a benchmark: numbers, and names of models and devices; no text, no path, no name of a file.

Seconds are seconds, bytes are bytes. Whoever wants to know how fast a model is here asks `BenchReport.loads` and
`BenchReport.depths`.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.core.errors import Code, Problem
from app.core.settings import KvType, Mapping
from app.engine.planner.demand import Use
from app.engine.planner.speed import Speed
from app.engine.protocol import Buffer, Device, EngineCounts

FORMAT = 1
"""The version of the report as JSON: raised when a field gets another meaning."""


class BenchStep(StrEnum):
    """The step of a benchmark that is being measured."""

    PLAN = "plan"
    LOAD = "load"
    TOKENIZE = "tokenize"
    WARM_UP = "warm_up"
    READ = "read"
    WRITE = "write"
    SAVE = "save"
    QUESTION = "question"
    RESUME = "resume"
    IMAGES = "images"
    LLAMA_BENCH = "llama_bench"


class WhyNot(StrEnum):
    """The reason why something was not measured."""

    TIME = "time"
    STOPPED = "stopped"  # by the person
    TOO_SHORT = "too_short"  # readings of so few tokens are not saved
    FAILED = "failed"


class TokenRate(msgspec.Struct, frozen=True):
    tokens: int
    seconds: float
    tokens_per_second: float

    @classmethod
    def of(cls, tokens: int, seconds: float) -> TokenRate:
        return cls(tokens, seconds, tokens / max(seconds, 1e-9))


class BenchMachine(msgspec.Struct, frozen=True):
    """The machine. `unused_card` says why a graphics card that is there is not computed on. `devices` are as before
    anything was loaded."""

    octavo: str
    llama_cpp: str
    python: str
    system: str
    threads: int
    cpu_features: tuple[str, ...]
    cpu_variant: str
    numa_nodes: int
    memory_bytes: int
    free_bytes: int
    devices: tuple[Device, ...]
    unused_card: Problem | None = None


class BenchModel(msgspec.Struct, frozen=True):
    """The model. `name` is what the model calls itself, empty if it does not. `adapters` counts them."""

    name: str
    quantization: str
    architecture: str
    size_bytes: int
    parameters: int
    layers: int
    experts: int
    context_trained: int
    sees: bool
    adapters: int


class BenchPlan(msgspec.Struct, frozen=True):
    """The plan. `seconds` are those to plan, and to try the plan without loading. `speed` is as the plan estimates
    it."""

    seconds: float
    context_tokens: int
    kv_type: KvType
    slice_tokens: int
    threads: int
    gpu_layers: int
    expert_layers_on_cpu: int
    tensor_split: tuple[float, ...]
    mapping: Mapping
    uses: tuple[Use, ...]
    speed: Speed


class BenchMemory(msgspec.Struct, frozen=True):
    """The memory. `planned_bytes` and `taken_bytes` are as in `services.plans.Fit`; zeros if llama.cpp does not say.
    `buffers` are what it took. `process_bytes` is the main memory that the engine's process holds, mapped files
    included. `devices` are as with the model, after it was used."""

    planned_bytes: int
    taken_bytes: int
    buffers: tuple[Buffer, ...]
    process_bytes: int
    devices: tuple[Device, ...]


class LoadTime(msgspec.Struct, frozen=True):
    """A loading. `bytes` are those of the model's files, of which memory had `cached_share` (0 to 1) before; None if
    that is not known."""

    seconds: float
    bytes: int
    cached_share: float | None


class DepthSpeed(msgspec.Struct, frozen=True):
    """The speeds with `depth_tokens` in the context. `reading` is from the first token to there, None at the beginning;
    `reading_there` and `writing_there` are of some more tokens. Each is None if there was no time. The counts say what
    the engine did besides, since the figures before: during `reading`, and during `reading_there` at the beginning."""

    depth_tokens: int
    reading: TokenRate | None = None
    reading_there: TokenRate | None = None
    writing_there: TokenRate | None = None
    reading_counts: EngineCounts = EngineCounts()
    writing_counts: EngineCounts = EngineCounts()


class QuestionTime(msgspec.Struct, frozen=True):
    """A question after the book was read. `first_token_s` are the seconds until its answer began. `counts` say what the
    engine did meanwhile."""

    read_tokens: int
    reused_tokens: int
    first_token_s: float
    counts: EngineCounts = EngineCounts()


class SavingTime(msgspec.Struct, frozen=True):
    """The saving of a reading. `seconds` are those until all was on disk; the engine waited for `copy_s` of them, and
    is free in the others."""

    tokens: int
    file_bytes: int
    copy_s: float
    seconds: float
    counts: EngineCounts = EngineCounts()


class ResumingTime(msgspec.Struct, frozen=True):
    """The time to resume a saved reading in a new process. `divergence` (nats) and `deviation` (standard deviations)
    say how far the next token's logits are from those of before (`engine.kv.restore_check`)."""

    tokens: int
    read_tokens: int
    seconds: float
    divergence: float
    deviation: float


class ImageTime(msgspec.Struct, frozen=True):
    """The time for an image. `tokens` are what the image takes of the context."""

    tiles: int
    tokens: int
    seconds: float


class LlamaBenchSpeed(msgspec.Struct, frozen=True):
    """The speeds in tokens a second, as llama-bench says; None if it did not come so far."""

    depth_tokens: int
    reading_there: float | None = None
    writing_there: float | None = None

    @property
    def is_whole(self) -> bool:
        return self.reading_there is not None and self.writing_there is not None


class LlamaBench(msgspec.Struct, frozen=True):
    """The figures of llama-bench. `build` is that of llama.cpp, as it names itself."""

    build: str
    depths: tuple[LlamaBenchSpeed, ...]


class NotMeasured(msgspec.Struct, frozen=True):
    """A step that was not measured. `seconds` are what it would have taken, about; 0 if nobody knows."""

    step: BenchStep
    why: WhyNot
    depth_tokens: int = 0
    seconds: float = 0.0
    code: Code | None = None


class BenchReport(msgspec.Struct, frozen=True):
    """The report. `first_tokens` are the first ones after loading. `questions` are two, one after the other. `seconds`
    are those so far. `finished` tells that nothing more comes. `llama_bench` is None if that program is not
    installed."""

    format: int = FORMAT
    finished: bool = False
    seconds: float = 0.0
    machine: BenchMachine | None = None
    model: BenchModel | None = None
    plan: BenchPlan | None = None
    memory: BenchMemory | None = None
    loads: tuple[LoadTime, ...] = ()
    tokenizing: TokenRate | None = None
    first_tokens: TokenRate | None = None
    depths: tuple[DepthSpeed, ...] = ()
    questions: tuple[QuestionTime, ...] = ()
    saving: SavingTime | None = None
    resuming: ResumingTime | None = None
    images: ImageTime | None = None
    llama_bench: LlamaBench | None = None
    left_out: tuple[NotMeasured, ...] = ()


class BenchProgress(msgspec.Struct, frozen=True):
    """The progress of a step. `total` is 0 if it is not known. `depth_tokens` is where in the context it is."""

    step: BenchStep
    done: float = 0.0
    total: float = 0.0
    depth_tokens: int = 0
