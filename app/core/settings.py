"""Every setting, declared once: its type, its bounds, its default and its help text."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

GIGABYTE = 10**9
"""Bytes of what a person reads or writes as a GB, of files and of memory alike, as the hub and disks count. The one
exception is memory that is imagined by the number it is sold by (`app.engine.planner.imagined`)."""


INSTRUCTIONS_CHARACTERS = 4000
"""Of instructions, in the settings and in a conversation each: they are read with every question."""


TEXT_PERCENTS = (80, 90, 100, 110, 125, 150, 175, 200)
"""The sizes of text in a conversation that one key leads through."""


class KvType(StrEnum):
    F16 = "f16"
    Q8_0 = "q8_0"
    Q4_0 = "q4_0"


class Mapping(StrEnum):
    """How weights come into memory."""

    AUTO = "auto"
    MAPPED = "mapped"  # read from the file when they are needed, whether memory has room for all of them or not
    LOCKED = "locked"  # likewise, and never given up for other programs
    READ = "read"  # copied; asked for where tensors are placed by pattern, and packs them again for the CPU
    DIRECT = "direct"  # copied past the system's cache


class ThemeChoice(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Sampling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the next token is chosen."""

    temperature: Annotated[float, Meta(ge=0, le=2, description="0 always chooses the most likely token")] = 0.2
    top_k: Annotated[int, Meta(ge=0, description="number of candidates to keep; 0 keeps all")] = 40
    top_p: Annotated[float, Meta(gt=0, le=1, description="keep candidates up to this total probability")] = 0.95
    min_p: Annotated[
        float, Meta(ge=0, le=1, description="drop candidates below this share of the probability of the best one")
    ] = 0.05
    repeat_penalty: Annotated[
        float, Meta(ge=0.5, le=2, description="above 1, the last 64 tokens become less likely; 1 is off")
    ] = 1.0
    true_quotes: Annotated[
        bool, Meta(description="while the model quotes a book, allow only the words of the book")
    ] = True
    lookup: Annotated[bool, Meta(description="faster answers where they copy text from the books")] = True
    seed: (
        Annotated[
            int,
            Meta(
                ge=0, le=0xFFFF_FFFE, description=("the same seed gives the same answer; empty: a new seed each time")
            ),
        ]
        | None
    ) = None


class Adapter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A LoRA adapter over a model: a GGUF file, and how strongly it works; 1 is as it was trained."""

    path: str
    scale: Annotated[float, Meta(ge=-8, le=8)] = 1.0


class EngineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a model is loaded. A change takes effect when the model is loaded again."""

    model_path: Annotated[str, Meta(description="GGUF file; empty: the starter model")] = ""
    projector_path: Annotated[
        str,
        Meta(
            description=(
                "projector (a GGUF file) that the model sees images with; empty: the one in the folder of the model"
            )
        ),
    ] = ""
    context_tokens: Annotated[
        int,
        Meta(
            ge=0,
            description=(
                "space for books and conversation, in tokens; 0: automatic (what fits on a GPU, otherwise up to 32,768)"
            ),
        ),
    ] = 0
    kv_type: (
        Annotated[KvType, Meta(description="number format of the KV cache; smaller formats leave room for more tokens")]
        | None
    ) = None
    threads: Annotated[int, Meta(ge=0, le=1024, description="CPU threads; 0: one for each physical core")] = 0
    ubatch_tokens: Annotated[int, Meta(ge=0, le=8192, description="tokens per batch, at least 32; 0: automatic")] = 0
    gpu_layers: Annotated[int, Meta(ge=-1, description="layers on the GPU; -1: automatic")] = -1
    expert_layers: Annotated[
        int, Meta(ge=-1, description="layers whose experts stay in main memory; -1: automatic")
    ] = -1
    mapping: Annotated[
        Mapping, Meta(description="how weights are loaded: mapped, locked, read, direct, or automatic")
    ] = Mapping.AUTO
    adapters: Annotated[
        tuple[Adapter, ...], Meta(description="small files that change how the model answers, each with a strength")
    ] = ()
    images: Annotated[
        bool, Meta(description="show images to the model, if it has a projector; off leaves memory for more tokens")
    ] = True


class HubSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where models are fetched from. Nothing is asked there until a person asks for something."""

    endpoint: Annotated[
        str, Meta(pattern=r"^https?://\S+$", description="address of the model hub, or of a mirror")
    ] = "https://huggingface.co"


class RemoteSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A server of one's organisation that answers instead of this machine. A change takes effect at the next load."""

    address: Annotated[
        str,
        Meta(
            pattern=r"^(https?://\S+)?$",
            description="such as https://models.example.org; empty: nothing leaves this computer",
        ),
    ] = ""
    enabled: Annotated[bool, Meta(description="off keeps the address and uses the model on this computer")] = True
    model: Annotated[str, Meta(description="its name on the server; empty: the only model there")] = ""
    ca_file: Annotated[str, Meta(description="trusted certificates, in PEM format; empty: those of the system")] = ""

    @property
    def in_use(self) -> bool:
        return self.enabled and bool(self.address)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    engine: EngineSettings = EngineSettings()
    sampling: Sampling = Sampling()
    max_answer_tokens: Annotated[
        int,
        Meta(ge=0, le=65536, description="maximum length of an answer, in tokens; 0: automatic (by context and model)"),
    ] = 0
    close_reading: Annotated[
        bool, Meta(description="repeat relevant passages from the books next to the question, and list them")
    ] = True
    instructions: Annotated[
        str,
        Meta(
            max_length=INSTRUCTIONS_CHARACTERS,
            description="how you want answers: role, style, language; given to the model with every question",
        ),
    ] = ""
    weigh_sentences: Annotated[
        bool,
        Meta(description="after an answer, weigh each of its sentences against the pages, if the model can judge them"),
    ] = True
    suggest_questions: Annotated[
        bool, Meta(description="suggest questions that the books can answer, before the first one and after an answer")
    ] = True
    readings_quota_gb: Annotated[
        int, Meta(ge=0, le=100_000, description="disk space for saved readings, in GB; 0 saves none")
    ] = 64
    hub: HubSettings = HubSettings()
    remote: RemoteSettings = RemoteSettings()
    theme: Annotated[ThemeChoice, Meta(description="light, dark, or same as the system")] = ThemeChoice.SYSTEM
    language: Annotated[str, Meta(description="language of the interface")] = ""
    text_percent: Annotated[
        int,
        Meta(ge=TEXT_PERCENTS[0], le=TEXT_PERCENTS[-1], description="size of the text of conversations, in percent"),
    ] = 100
