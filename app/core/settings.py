"""Every setting, declared once: its type, its bounds, its default and its help text."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

GIGABYTE = 10**9
"""Bytes of what a person reads or writes as a GB, of files and of memory alike, as the hub and disks count. The one
exception is memory that is imagined by the number it is sold by (`app.engine.planner.imagined`)."""


class KvType(StrEnum):
    F16 = "f16"
    Q8_0 = "q8_0"
    Q4_0 = "q4_0"


class Mapping(StrEnum):
    """How weights come into memory."""

    AUTO = "auto"
    MAPPED = "mapped"  # read from the file where they are needed, shared with the system's cache
    LOCKED = "locked"  # likewise, and never given up for other programs
    READ = "read"  # copied; asked for where tensors are placed by pattern, and packs them anew for the CPU
    DIRECT = "direct"  # copied past the system's cache


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Sampling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the next token is chosen."""

    temperature: Annotated[float, Meta(ge=0, le=2, description="0 always takes the most probable token")] = 0.2
    top_k: Annotated[int, Meta(ge=0, description="keep this many candidates; 0 keeps all")] = 40
    top_p: Annotated[float, Meta(gt=0, le=1, description="keep candidates up to this summed probability")] = 0.95
    min_p: Annotated[
        float, Meta(ge=0, le=1, description="drop candidates below this share of the best one's probability")
    ] = 0.05
    repeat_penalty: Annotated[
        float, Meta(ge=0.5, le=2, description="above 1 makes tokens of the last 64 less probable; 1 is off")
    ] = 1.0
    true_quotes: Annotated[
        bool, Meta(description="while the model quotes a book, hold it to the words of the book")
    ] = True
    lookup: Annotated[bool, Meta(description="where an answer copies its books, evaluate several tokens at once")] = (
        True
    )
    seed: (
        Annotated[int, Meta(ge=0, le=0xFFFF_FFFE, description="the same seed repeats an answer; none takes a new one")]
        | None
    ) = None


class Adapter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A LoRA adapter over a model: a GGUF file, and how strongly it works; 1 is as it was trained."""

    path: str
    scale: Annotated[float, Meta(ge=-8, le=8)] = 1.0


class EngineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a model is loaded. A change takes effect when the model is loaded again."""

    model_path: Annotated[str, Meta(description="GGUF file; empty takes the starter model")] = ""
    projector_path: Annotated[
        str, Meta(description="GGUF file that the model sees images with; empty takes the one beside the model")
    ] = ""
    context_tokens: Annotated[
        int,
        Meta(
            ge=0,
            description="room for books and conversation, in tokens; 0 lets the plan choose: on a GPU what it "
            "holds, else up to 32,768",
        ),
    ] = 0
    kv_type: (
        Annotated[
            KvType,
            Meta(description="number format of the KV cache; smaller types leave room for more tokens"),
        ]
        | None
    ) = None
    threads: Annotated[int, Meta(ge=0, le=1024, description="CPU threads; 0 takes the physical cores")] = 0
    ubatch_tokens: Annotated[
        int, Meta(ge=0, le=8192, description="tokens evaluated in one slice, at least 32; 0 lets the plan choose")
    ] = 0
    gpu_layers: Annotated[int, Meta(ge=-1, description="layers on the GPU; -1 lets the plan choose")] = -1
    expert_layers: Annotated[
        int, Meta(ge=-1, description="layers whose experts stay in main memory; -1 lets the plan choose")
    ] = -1
    mapping: Annotated[
        Mapping, Meta(description="how weights come into memory: mapped, locked, read, direct; or as the plan says")
    ] = Mapping.AUTO
    adapters: Annotated[
        tuple[Adapter, ...],
        Meta(description="small files that change what the model says, each with how strongly it works"),
    ] = ()


class HubSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where models are fetched from. Nothing is asked there until a person asks for something."""

    endpoint: Annotated[
        str, Meta(pattern=r"^https?://\S+$", description="address of the model hub, or of a mirror of it")
    ] = "https://huggingface.co"


class RemoteSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A server of one's organisation that answers instead of this machine. A change takes effect at the next load."""

    address: Annotated[
        str,
        Meta(
            pattern=r"^(https?://\S+)?$",
            description="such as https://models.example.org; empty, and nothing leaves this machine",
        ),
    ] = ""
    enabled: Annotated[bool, Meta(description="off keeps the address, and takes the model on this machine")] = True
    model: Annotated[str, Meta(description="its name on the server; empty takes the only one")] = ""
    ca_file: Annotated[str, Meta(description="certificates that are trusted, in PEM format; empty asks the system")] = (
        ""
    )

    @property
    def in_use(self) -> bool:
        return self.enabled and bool(self.address)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    engine: EngineSettings = EngineSettings()
    sampling: Sampling = Sampling()
    max_answer_tokens: Annotated[
        int, Meta(ge=0, le=65536, description="longest answer, in tokens; 0 takes what suits the model")
    ] = 0
    close_reading: Annotated[
        bool, Meta(description="restate the passages that belong to a question next to it, and list them")
    ] = True
    readings_quota_gb: Annotated[
        int, Meta(ge=0, le=100_000, description="disk space that saved readings may take, in GB; 0 saves none")
    ] = 64
    hub: HubSettings = HubSettings()
    remote: RemoteSettings = RemoteSettings()
    theme: Annotated[Theme, Meta(description="light, dark, or as the system says")] = Theme.SYSTEM
    language: Annotated[str, Meta(description="language of the window: en, ja; empty follows the system")] = ""
