"""The meaning of each setting to a person: its section, name, explanation and unit, the values that have names, when
a change takes effect, and what it needs to make sense. For the window and the terminal alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from app.core.settings import (
    LEAST_SLICE,
    TEXT_PERCENTS,
    Adapter,
    AnswerWords,
    KvType,
    LockedWork,
    Mapping,
    RemoteImages,
    RemoteServer,
    RemoteTexts,
    ThemeChoice,
)
from app.wording.i18n import _
from app.wording.units import count, printable

Named: TypeAlias = tuple[tuple[object, str], ...]
"""Values of a setting with the words for them."""


class Effect(StrEnum):
    NOW = "now"
    NEXT_LOAD = "next load"  # when the model is loaded again
    RESTART = "restart"


class Need(StrEnum):
    """The things without which a setting changes nothing."""

    GPU = "gpu"
    EXPERTS = "experts"  # beside a GPU
    IMAGES = "images"
    SERVER = "server"


class SectionKind(StrEnum):
    GENERAL = "general"
    ANSWERS = "answers"
    MODEL = "model"
    DOCUMENTS = "documents"
    PRIVACY = "privacy"
    DOWNLOADS = "downloads"
    SERVER = "server"
    ADVANCED = "advanced"


@dataclass(frozen=True)
class Meaning:
    """The words for a setting. `path` is as `app.core.settings.value_of` takes it. `named` are all values of a choice,
    or those numbers that have a name; any other number begins at `custom` if a person chooses one, and is not below
    `least`. `hint` is what an empty text stands for. `refusal` says what a text has to be like that was refused. By
    `words` the setting is found although they are not in its name."""

    path: str
    title: str
    help: str
    unit: str = ""
    named: Named = ()
    custom: float = 0
    least: float | None = None
    hint: str = ""
    refusal: str = ""
    words: str = ""
    effect: Effect = Effect.NOW
    need: Need | None = None


@dataclass(frozen=True)
class SettingSection:
    kind: SectionKind
    title: str
    settings: tuple[Meaning, ...] = ()
    note: str = ""


def sections() -> tuple[SettingSection, ...]:
    """Return all settings, in the order in which they are shown."""
    server_note = _(
        "A server of your organisation (vLLM, SGLang, llama-server) can answer instead of this computer. It receives"
        " the full text of the documents as soon as they are on the desk, the conversation and every question. Octavo"
        " does not know what the server stores."
    )
    return (
        SettingSection(SectionKind.GENERAL, _("General"), _general()),
        SettingSection(SectionKind.ANSWERS, _("Answers"), (_words(), *_answers(), *_writing())),
        SettingSection(SectionKind.MODEL, _("Model and memory"), _model()),
        SettingSection(SectionKind.DOCUMENTS, _("Documents"), _documents()),
        SettingSection(SectionKind.PRIVACY, _("Privacy and lock"), _privacy()),
        SettingSection(SectionKind.DOWNLOADS, _("Downloads"), _downloads()),
        SettingSection(SectionKind.SERVER, _("Organisation server"), (*_server(), _leaving(), _images()), server_note),
        SettingSection(SectionKind.ADVANCED, _("Advanced"), (*_placing(), *_loading(), *_choosing_tokens())),
    )


def meanings() -> dict[str, Meaning]:
    """Return the meanings of settings by their paths."""
    return {meaning.path: meaning for section in sections() for meaning in section.settings}


def value_words(meaning: Meaning, value: object) -> str:
    """Return a value as a person reads it: its name, or the number with its unit; on one line."""
    for named, words in meaning.named:
        if value == named and type(value) is type(named):
            return words
    match value:
        case bool():
            return _("On") if value else _("Off")
        case int() | float():
            return " ".join(filter(None, (count(value) if isinstance(value, int) else f"{value:g}", meaning.unit)))
        case tuple():
            return ", ".join(map(_part_words, value)) or _("None")
    return printable(" ".join(str(value).split())) or meaning.hint or _("None")


def _part_words(value: Adapter | RemoteServer) -> str:
    return printable(value.label) if isinstance(value, RemoteServer) else f"{printable(value.path)} = {value.scale:g}"


def _general() -> tuple[Meaning, ...]:
    system = _("Same as system")
    themes = ((ThemeChoice.SYSTEM, system), (ThemeChoice.LIGHT, _("Light")), (ThemeChoice.DARK, _("Dark")))
    languages = (("", system), ("en", "English"), ("ja", "日本語"))
    sizes = tuple((percent, _("{percent} %").format(percent=percent)) for percent in TEXT_PERCENTS)
    return (
        Meaning(
            "theme",
            _("Appearance"),
            _("Light, dark, or the same as the system."),
            named=themes,
            words=_("theme, colours, dark mode, night"),
        ),
        Meaning(
            "language", _("Language"), _("The language of menus and messages."), named=languages, effect=Effect.RESTART
        ),
        Meaning(
            "text_percent",
            _("Text size"),
            _("The size of the text in conversations."),
            named=sizes,
            words=_("font size, letter size, zoom, larger, smaller"),
        ),
    )


def _answers() -> tuple[Meaning, ...]:
    return (
        Meaning(
            "weigh_sentences",
            _("Check every sentence"),
            _("After an answer, the model compares each sentence with its page. This takes a few seconds."),
        ),
        Meaning(
            "sampling.true_quotes",
            _("Only real quotations"),
            _("Inside quotation marks, the model can only write words of the documents."),
        ),
        Meaning(
            "close_reading",
            _("Point to relevant passages"),
            _("Shows the model the best passages again with each question, and lists them."),
        ),
        Meaning(
            "suggest_questions",
            _("Suggested questions"),
            _("Questions that the documents can answer: before the first one, and after an answer."),
        ),
        Meaning(
            "title_conversations",
            _("Titles by the model"),
            _("After the first answer, the model gives the conversation a short title. Yours is never replaced."),
        ),
    )


def _words() -> Meaning:
    return Meaning(
        "answer_words",
        _("How answers are written"),
        _(
            "In the documents’ words, an answer has only whole sentences of theirs. Automatic does this where the"
            " model on this computer was tested and cannot judge sentences."
        ),
        named=(
            (AnswerWords.AUTOMATIC, _("Automatic")),
            (AnswerWords.FREE, _("Freely")),
            (AnswerWords.DOCUMENTS, _("In the documents’ words")),
        ),
    )


def _writing() -> tuple[Meaning, ...]:
    return (
        Meaning(
            "max_answer_tokens",
            _("Maximum length of an answer"),
            _("A longer answer is cut off and can be continued."),
            _("tokens"),
            ((0, _("Automatic")),),
            2048,
        ),
        Meaning("thinking", _("Thinking"), _("Some models think first: slower, often better.")),
        Meaning(
            "max_thought_tokens",
            _("Maximum length of a thought"),
            _("A longer thought is ended, and the answer begins."),
            _("tokens"),
            ((0, _("Automatic")),),
            4096,
        ),
        Meaning(
            "sampling.temperature",
            _("Style"),
            _("How freely the model chooses its words. Precise suits answers from documents."),
            named=((0.2, _("Precise")), (0.6, _("Balanced")), (1.0, _("Creative"))),
            custom=0.4,
        ),
        Meaning(
            "instructions",
            _("Your instructions"),
            _("How you want answers: role, style, language. The model reads this with every question."),
        ),
    )


def _model() -> tuple[Meaning, ...]:
    return (
        Meaning(
            "engine.model_path",
            _("Model"),
            _("The GGUF file of the model that answers."),
            hint=_("Starter model"),
            effect=Effect.NEXT_LOAD,
        ),
        Meaning(
            "engine.context_tokens",
            _("Space for documents and conversation"),
            _("Automatic takes what fits on the graphics card, or up to 32,768 tokens without one."),
            _("tokens"),
            ((0, _("Automatic")),),
            32_768,
            effect=Effect.NEXT_LOAD,
        ),
        Meaning(
            "engine.images",
            _("Show images to the model"),
            _("Works if the model has a projector. Off leaves memory for more tokens."),
            effect=Effect.NEXT_LOAD,
        ),
    )


def _documents() -> tuple[Meaning, ...]:
    return (
        Meaning(
            "readings_quota_gb",
            _("Disk space for saved readings"),
            _("What the model has read is saved, encrypted, so that it need not read a document again."),
            "GB",
            ((0, _("Save none")),),
            64,
        ),
    )


def _privacy() -> tuple[Meaning, ...]:
    return (
        Meaning(
            "use_bin",
            _("Keep what you delete in the bin"),
            _("You can restore it for a while. Off deletes at once, after a question, and leaves what is in the bin."),
        ),
        Meaning(
            "record_texts",
            _("Questions and names in the record"),
            _("The record lists what was asked of which documents. Off, it has no texts."),
        ),
        *_retention(),
        *_locking(),
        Meaning(
            "system_dialogs",
            _("File dialogs of the system"),
            _("They have its bookmarks, but the system may keep the names of files and folders that you choose."),
        ),
        Meaning(
            "backup_reminder_weeks",
            _("Remind me to back up"),
            _("At a start, when the last backup is older than this."),
            named=(
                (0, _("Never")),
                (1, _("After 1 week")),
                *((weeks, _("After {n} weeks").format(n=weeks)) for weeks in (2, 4, 8, 13)),
            ),
        ),
    )


def _retention() -> tuple[Meaning, ...]:
    kept, days = ((0, _("Never")),), _("days")
    return (
        Meaning(
            "retention.conversations_days",
            _("Delete old conversations"),
            _(
                "Days after the last question. Then they are gone for good; what is pinned stays, and so do tables and"
                " notes."
            ),
            days,
            kept,
            365,
        ),
        Meaning(
            "retention.readings_days",
            _("Delete old saved readings"),
            _("Days after the model has read. It reads the document again when you ask."),
            days,
            kept,
            90,
        ),
        Meaning("retention.bin_days", _("Empty the bin"), _("Days after deletion."), days),
    )


def _locking() -> tuple[Meaning, ...]:
    never = (0, _("Never"))
    works = ((LockedWork.GOES_ON, _("Goes on")), (LockedWork.STOPS, _("Stops")))
    return (
        Meaning(
            "lock.idle_minutes",
            _("Lock after a time without input"),
            _("Octavo then shows nothing until you enter your passphrase. It needs one to lock."),
            unit=_("min"),
            named=(never,),
            custom=10,
            least=1,
        ),
        Meaning(
            "lock.with_session",
            _("Lock with the computer"),
            _("Octavo locks when the screen is locked or the computer sleeps (Linux only)."),
        ),
        Meaning(
            "lock.work",
            _("Work while locked"),
            _(
                "An answer, a table, a folder or a download that is under way. While it goes on, nothing is shown, but"
                " the database stays open in memory; then everything is closed. What stops can be continued later."
            ),
            named=works,
        ),
        Meaning(
            "lock.clipboard_s",
            _("Clear the clipboard after copying"),
            _("If it still has what was copied in Octavo. Locking clears it, too."),
            unit=_("s"),
            named=(never,),
            custom=30,
            least=1,
        ),
    )


def _downloads() -> tuple[Meaning, ...]:
    return (
        Meaning(
            "hub.endpoint",
            _("Model hub"),
            _("Octavo connects to this address only when you look up or download a model."),
            refusal=_("This is no address. Enter one such as https://huggingface.co."),
        ),
    )


def _server() -> tuple[Meaning, ...]:
    load, server = Effect.NEXT_LOAD, Need.SERVER
    return (
        Meaning(
            "remote.address",
            _("Address"),
            _(
                "Such as https://models.example.org, or several with spaces between them if the same model answers at"
                " each. Without an address, nothing leaves this computer."
            ),
            hint=_("None"),
            refusal=_("This is no address. Enter one such as https://models.example.org."),
            effect=load,
        ),
        _name(),
        Meaning(
            "remote.enabled",
            _("Let the server answer"),
            _("Off keeps the address, and the model on this computer answers."),
            effect=load,
            need=server,
        ),
        Meaning(
            "remote.model",
            _("Model on the server"),
            _("Its name there, if the server has several."),
            hint=_("The only model there"),
            effect=load,
            need=server,
        ),
        Meaning(
            "remote.ca_file",
            _("Trusted certificates"),
            _("A file in PEM format, if the certificate of the server is not known to the system."),
            hint=_("Same as system"),
            effect=load,
            need=server,
        ),
        _at_once(),
        _others(),
    )


def _others() -> Meaning:
    return Meaning(
        "remote.others",
        _("More servers"),
        _("One of them can take the place of the server above. A matter can have its own (in its menu)."),
        effect=Effect.NEXT_LOAD,
        need=Need.SERVER,
    )


def _name() -> Meaning:
    return Meaning(
        "remote.name",
        _("Name"),
        _("What you call this server, if you use several."),
        hint=_("Its address"),
        effect=Effect.NEXT_LOAD,
        need=Need.SERVER,
    )


def _at_once() -> Meaning:
    return Meaning(
        "remote.at_once",
        _("Questions at the same time"),
        _("The most questions sent together, of a table or of documents read in parts."),
        named=((0, _("As many as the server bears")),),
        custom=4,
        need=Need.SERVER,
    )


def _leaving() -> Meaning:
    return Meaning(
        "remote.texts",
        _("Names and numbers"),
        _(
            "Before a question goes to the server, names, numbers, addresses and accounts can be replaced by words"
            " such as [Person 1]. They come back in the answer. Rules find them, and miss some."
        ),
        named=(
            (RemoteTexts.UNDECIDED, _("Ask with the first question")),
            (RemoteTexts.REPLACED, _("Replace them")),
            (RemoteTexts.ASKED, _("Ask me each time")),
            (RemoteTexts.AS_IS, _("Send them as they are")),
        ),
        need=Need.SERVER,
    )


def _images() -> Meaning:
    return Meaning(
        "remote.images",
        _("Images"),
        _("If the model on the server sees images, they go there as they are: nothing in them can be replaced."),
        named=(
            (RemoteImages.UNDECIDED, _("Ask with the first image")),
            (RemoteImages.SENT, _("Send them")),
            (RemoteImages.KEPT, _("Do not send them")),
        ),
        effect=Effect.NEXT_LOAD,
        need=Need.SERVER,
    )


def _placing() -> tuple[Meaning, ...]:
    automatic, load = _("Automatic"), Effect.NEXT_LOAD
    return (
        Meaning(
            "engine.projector_path",
            _("Projector"),
            _("The GGUF file with which the model sees images."),
            hint=_("In the folder of the model"),
            effect=load,
            need=Need.IMAGES,
        ),
        Meaning(
            "engine.kv_type",
            _("KV cache"),
            _("Its number format. Smaller formats leave room for more tokens."),
            named=_kv_types(automatic),
            effect=load,
        ),
        Meaning(
            "engine.gpu_layers",
            _("Layers on the GPU"),
            _("Automatic puts as many there as fit."),
            _("layers"),
            ((-1, automatic),),
            effect=load,
            need=Need.GPU,
        ),
        Meaning(
            "engine.expert_layers",
            _("Experts in main memory"),
            _("Layers that keep their experts in main memory instead of the GPU."),
            _("layers"),
            ((-1, automatic),),
            effect=load,
            need=Need.EXPERTS,
        ),
    )


def _loading() -> tuple[Meaning, ...]:
    automatic, load = _("Automatic"), Effect.NEXT_LOAD
    return (
        Meaning(
            "engine.threads",
            _("CPU threads"),
            _("Automatic takes one for each physical core."),
            _("threads"),
            ((0, automatic),),
            4,
            effect=load,
        ),
        Meaning(
            "engine.ubatch_tokens",
            _("Batch size"),
            _("Tokens per step of reading."),
            _("tokens"),
            ((0, automatic),),
            512,
            LEAST_SLICE,
            effect=load,
        ),
        Meaning(
            "engine.mapping", _("Weights"), _("How they come into memory."), named=_mappings(automatic), effect=load
        ),
        Meaning(
            "engine.adapters",
            _("LoRA adapters"),
            _("Small files that change how the model answers, each with a strength."),
            effect=load,
        ),
    )


def _kv_types(automatic: str) -> Named:
    return (
        (None, automatic),
        (KvType.F16, _("f16, exact")),
        (KvType.Q8_0, _("q8_0, half the size")),
        (KvType.Q4_0, _("q4_0, a quarter")),
    )


def _mappings(automatic: str) -> Named:
    return (
        (Mapping.AUTO, automatic),
        (Mapping.MAPPED, _("Mapped from the file")),
        (Mapping.LOCKED, _("Mapped and locked in memory")),
        (Mapping.READ, _("Copied to memory")),
        (Mapping.DIRECT, _("Copied without the disk cache")),
    )


def _choosing_tokens() -> tuple[Meaning, ...]:
    return (
        Meaning(
            "sampling.top_k", _("Top-k"), _("Candidates kept for the next token."), named=((0, _("All")),), custom=40
        ),
        Meaning("sampling.top_p", _("Top-p"), _("Candidates are kept up to this total probability.")),
        Meaning("sampling.min_p", _("Min-p"), _("Candidates below this share of the best one are dropped.")),
        Meaning(
            "sampling.repeat_penalty",
            _("Repeat penalty"),
            _("Above 1, the last 64 tokens become less likely."),
            named=((1.0, _("Off")),),
            custom=1.1,
        ),
        Meaning(
            "sampling.seed",
            _("Seed"),
            _("The same seed gives the same answer."),
            named=((None, _("Random")),),
            custom=1,
        ),
        Meaning("sampling.lookup", _("Faster copying"), _("Faster answers where they copy text from the documents.")),
    )
