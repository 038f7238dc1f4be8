"""Every setting, declared once: its type, its bounds and its default. What each means to a person is in
`app.wording.settings`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath
from typing import Annotated

import msgspec
from msgspec import Meta

GIGABYTE = 10**9
"""Bytes of what a person reads or writes as a GB, of files and of memory alike, as the hub and disks count. The one
exception is memory that is imagined by the number it is sold by (`app.engine.planner.machine`)."""

LEAST_SLICE = 32
"""Tokens of a slice of a prompt; shorter slices read slowly everywhere."""


INSTRUCTIONS_CHARACTERS = 4000
"""The most characters of instructions, in the settings and in a conversation each: they are read with every
question."""


TEXT_PERCENTS = (80, 90, 100, 110, 125, 150, 175, 200)
"""The sizes of text in a conversation that one key leads through."""


class KvType(StrEnum):
    F16 = "f16"
    Q8_0 = "q8_0"
    Q4_0 = "q4_0"


class Mapping(StrEnum):
    """The ways in which weights come into memory."""

    AUTO = "auto"
    MAPPED = "mapped"  # read from the file when they are needed, whether memory has room for all of them or not
    LOCKED = "locked"  # likewise, and never given up for other programs
    READ = "read"  # copied; asked for where tensors are placed by pattern, and packs them again for the CPU
    DIRECT = "direct"  # copied past the system's cache


class LockedWork(StrEnum):
    """Says what becomes of an answer, a table or a folder under way when the desk is locked."""

    GOES_ON = "goes on"
    STOPS = "stops"


class AnswerWords(StrEnum):
    """The ways in which answers to questions about documents are written."""

    AUTOMATIC = "automatic"  # in the documents' words where the loaded model is known not to judge sentences
    FREE = "free"
    DOCUMENTS = "documents"  # whole sentences of theirs alone


class ThemeChoice(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Sampling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings by which the next token is chosen."""

    temperature: Annotated[float, Meta(ge=0, le=2)] = 0.2
    """0 always chooses the most likely token."""
    top_k: Annotated[int, Meta(ge=0)] = 40
    """0 keeps all candidates."""
    top_p: Annotated[float, Meta(gt=0, le=1)] = 0.95
    min_p: Annotated[float, Meta(ge=0, le=1)] = 0.05
    repeat_penalty: Annotated[float, Meta(ge=0.5, le=2)] = 1.0
    true_quotes: bool = True
    lookup: bool = True
    seed: Annotated[int, Meta(ge=0, le=0xFFFF_FFFE)] | None = None
    """The seed of the random choice; `None` draws a new one each time."""


class Adapter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A LoRA adapter over a model: a GGUF file, and how strongly it works; 1 is as it was trained."""

    path: str
    scale: Annotated[float, Meta(ge=-8, le=8)] = 1.0

    @property
    def name(self) -> str:
        """This is how a person and the program call it."""
        return PurePath(self.path).stem


class EngineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings with which a model is loaded. A change takes effect when the model is loaded again. 0, -1 or None,
    where they are allowed and nothing else is said, leave the choice to the plan."""

    model_path: str = ""
    """Empty: the starter model."""
    projector_path: str = ""
    """Empty: the one in the folder of the model."""
    context_tokens: Annotated[int, Meta(ge=0)] = 0
    kv_type: KvType | None = None
    threads: Annotated[int, Meta(ge=0, le=1024)] = 0
    ubatch_tokens: Annotated[int, Meta(ge=0, le=8192)] = 0
    gpu_layers: Annotated[int, Meta(ge=-1)] = -1
    expert_layers: Annotated[int, Meta(ge=-1)] = -1
    """Layers whose experts stay in main memory."""
    mapping: Mapping = Mapping.AUTO
    adapters: tuple[Adapter, ...] = ()
    images: bool = True
    """False leaves the projector out."""


class HubSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hub that models are fetched from. Nothing is asked there until a person asks for something."""

    endpoint: Annotated[str, Meta(pattern=r"^https?://\S+$")] = "https://huggingface.co"


class RemoteTexts(StrEnum):
    """Says what becomes of names, numbers, addresses and accounts in texts that are sent to a server."""

    UNDECIDED = "undecided"  # nobody was asked yet
    AS_IS = "as_is"
    REPLACED = "replaced"
    ASKED = "asked"  # each time


class RemoteImages(StrEnum):
    """The person's choice whether images are sent to a server. Nothing in them can be replaced."""

    UNDECIDED = "undecided"  # nobody was asked yet
    SENT = "sent"
    KEPT = "kept"


SERVER_NAME_CHARACTERS = 80
"""The most characters of the name that a person gives a server."""

ServerAddress = Annotated[str, Meta(pattern=r"^(https?://\S+( +https?://\S+)*)?$")]
"""An address, or several with spaces between them where the same model answers at each."""

ServerName = Annotated[str, Meta(max_length=SERVER_NAME_CHARACTERS)]


class RemoteServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One that can answer. Fields as in `RemoteSettings`."""

    name: ServerName = ""
    address: ServerAddress = ""
    model: str = ""
    ca_file: str = ""

    @property
    def label(self) -> str:
        """The name by which a person knows the server, or else its address."""
        return self.name.strip() or self.address


class RemoteSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A server of one's organisation that answers instead of this machine. A change takes effect at the next load.

    In a matter's own settings, `name` is the label of the server that answers there, and with `enabled` off none does;
    nothing else of them counts there.
    """

    address: ServerAddress = ""
    enabled: bool = True
    """False keeps the address, but nothing is sent there."""
    model: str = ""
    """The model's name on the server; empty for the only one there."""
    ca_file: str = ""
    """Certificates in PEM format; empty: those of the system."""
    texts: RemoteTexts = RemoteTexts.UNDECIDED
    """A change takes effect with the next question."""
    images: RemoteImages = RemoteImages.UNDECIDED
    at_once: Annotated[int, Meta(ge=0, le=16)] = 0
    """The most questions of a grid that it is asked at the same time; 0: as many as it bears."""
    name: ServerName = ""
    """The name that a person gives the server; empty: it goes by its address."""
    others: tuple[RemoteServer, ...] = ()
    """More servers, one of which can take its place."""

    @property
    def server(self) -> RemoteServer:
        """The one that answers."""
        return RemoteServer(self.name, self.address, self.model, self.ca_file)

    @property
    def servers(self) -> tuple[RemoteServer, ...]:
        """All that are known, the one that answers first."""
        return (*((self.server,) if self.address else ()), *self.others)

    def with_server(self, server: RemoteServer) -> RemoteSettings:
        """Return the settings in which `server` answers from now on, and the one before it is among the others."""
        others = [each for each in self.servers if each.label != server.label]
        fields = msgspec.structs.asdict(server)
        return msgspec.structs.replace(self, **fields, others=tuple(others))

    def choosing(self, label: str) -> RemoteSettings | None:
        """Return the settings in which the known server with this label answers, or None if no server has it."""
        found = next((each for each in self.servers if each.label == label.strip()), None)
        return None if found is None else self.with_server(found)

    @property
    def in_use(self) -> bool:
        return self.enabled and bool(self.address)


class LockSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The times at which a desk that has a passphrase is locked."""

    idle_minutes: Annotated[int, Meta(ge=0, le=1440)] = 0
    """Minutes without input until the desk is locked; 0 is never."""
    with_session: bool = True
    """When the session is locked or the computer sleeps, where the system says so."""
    work: LockedWork = LockedWork.GOES_ON
    clipboard_s: Annotated[int, Meta(ge=0, le=3600)] = 0
    """Then what Octavo copied is taken from the clipboard; 0: never."""


class RetentionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The days after which something is deleted for good; 0 keeps it."""

    conversations_days: Annotated[int, Meta(ge=0, le=36_500)] = 0
    """Days since the last question; pinned conversations are kept."""
    readings_days: Annotated[int, Meta(ge=0, le=36_500)] = 0
    """Days since the model read the pages."""
    bin_days: Annotated[int, Meta(ge=1, le=36_500)] = 30
    """Days since something was put into the bin."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    engine: EngineSettings = EngineSettings()
    sampling: Sampling = Sampling()
    answer_words: AnswerWords = AnswerWords.AUTOMATIC
    max_answer_tokens: Annotated[int, Meta(ge=0, le=65536)] = 0
    """0: by context and model."""
    thinking: bool = True
    """Models that think before they answer may do so; off, where it is known how they are had not to."""
    max_thought_tokens: Annotated[int, Meta(ge=0, le=65536)] = 0
    """0: by context and model."""
    close_reading: bool = True
    """Passages of the books that a question is about are repeated next to it."""
    instructions: Annotated[str, Meta(max_length=INSTRUCTIONS_CHARACTERS)] = ""
    weigh_sentences: bool = True
    suggest_questions: bool = True
    title_conversations: bool = True
    record_texts: bool = False
    """The record keeps questions and names, until what they are about is deleted."""
    use_bin: bool = True
    """Things that a person deletes can be restored for some days."""
    retention: RetentionSettings = RetentionSettings()
    backup_reminder_weeks: Annotated[int, Meta(ge=0, le=520)] = 0
    """So long after the last backup the window reminds of the next; 0 never does."""
    readings_quota_gb: Annotated[int, Meta(ge=0, le=100_000)] = 64
    lock: LockSettings = LockSettings()
    system_dialogs: bool = False
    """Files are chosen in the dialogs of the desktop, which may keep what was chosen."""
    hub: HubSettings = HubSettings()
    remote: RemoteSettings = RemoteSettings()
    theme: ThemeChoice = ThemeChoice.SYSTEM
    language: str = ""
    """The language of the interface; empty: the system's."""
    text_percent: Annotated[int, Meta(ge=TEXT_PERCENTS[0], le=TEXT_PERCENTS[-1])] = 100
    """The size of the text of conversations."""


def value_of(settings: Settings, path: str) -> object:
    """Return the value of a setting such as `engine.threads`. Raises AttributeError if there is no such setting."""
    value: object = settings
    for name in path.split("."):
        value = getattr(value, name)
    return value


def with_value(settings: Settings, path: str, value: object) -> Settings:
    """Return the settings with another value of one setting, which is not checked. Raises AttributeError or TypeError
    if there is no such setting."""
    group, _dot, name = path.rpartition(".")
    if not group:
        return msgspec.structs.replace(settings, **{name: value})
    changed = msgspec.structs.replace(getattr(settings, group), **{name: value})
    return msgspec.structs.replace(settings, **{group: changed})
