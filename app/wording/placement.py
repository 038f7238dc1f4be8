"""The reasons why a model is placed as it is, and what it takes, in sentences; for both faces."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.settings import Mapping
from app.engine.planner.demand import MemoryClass
from app.engine.planner.placement import Placement, PlanRequest, Reason, Remark, Shortfall
from app.engine.planner.speed import Speed
from app.engine.planner.ways import Way, WayKind
from app.services.models.plans import ModelPlan
from app.wording.i18n import _
from app.wording.units import count, duration, printable, rate, size


def item_name(item: MemoryClass) -> str:
    """Return a class of bytes, as a heading."""
    return {
        MemoryClass.EXPERTS: _("experts"),
        MemoryClass.SHARED_EXPERTS: _("shared experts"),
        MemoryClass.ATTENTION: _("attention"),
        MemoryClass.FEED_FORWARD: _("feed-forward"),
        MemoryClass.ROUTER: _("routers"),
        MemoryClass.EMBEDDINGS: _("embeddings"),
        MemoryClass.OUTPUT: _("output"),
        MemoryClass.OTHER: _("other weights"),
        MemoryClass.KV: _("KV cache"),
        MemoryClass.COMPUTE: _("working memory"),
        MemoryClass.PROJECTOR: _("projector"),
        MemoryClass.ADAPTERS: _("adapters"),
        MemoryClass.LOGITS: _("results"),
        MemoryClass.SNAPSHOTS: _("snapshots for follow-up questions"),
        MemoryClass.REST: _("process and tables"),
    }[item]


def sentence(remark: Remark) -> str:
    """Return one reason for a plan, or one thing that would help if a model does not fit."""
    template = (_reasons() | _slices() | _loading() | _disk() | _remedies())[remark.reason]
    return template.format_map({name: _shown(name, value) for name, value in remark.params.items()})


def _reasons() -> dict[Reason, str]:
    return {
        Reason.ALL_ON_GPU: _("All layers fit on the GPU."),
        Reason.ALL_ON_GPUS: _("All layers fit on the {count} GPUs, which work in turn."),
        Reason.EXPERTS_ON_CPU: _(
            "The experts of {layers} of {of_layers} layers ({moved_bytes}) stay in main memory, because the GPU cannot"
            " hold all of them. The parts that every token needs are on the GPU."
        ),
        Reason.LAYERS_ON_CPU: _(
            "{layers} of {of_layers} layers stay completely in main memory, which makes every answer slower."
        ),
        Reason.NO_GPU: _("There is no GPU: everything is in main memory, and the processor does the work."),
        Reason.GPU_UNUSED: _("The GPU is too small to help, so everything is in main memory."),
        Reason.CONTEXT_TRAINED: _(
            "The context is the largest that the model was trained for, {context_tokens} tokens."
        ),
        Reason.CONTEXT_LARGEST: _(
            "The context uses the remaining memory: {context_tokens} tokens, at {token_bytes} each."
        ),
        Reason.CONTEXT_BOOKS: _(
            "A context of {context_tokens} tokens holds a long document. A larger one would move more of the model to"
            " main memory, so it is used only if you ask for it."
        ),
        Reason.CONTEXT_REQUESTED: _("The context has the {context_tokens} tokens that you asked for."),
        Reason.CONTEXT_USUAL: _(
            "The context has the usual {context_tokens} tokens: without a GPU, reading more takes hours. You can set a"
            " larger one."
        ),
        Reason.KV_CHOSEN: _("The KV cache uses {kv_type}."),
        Reason.ESTIMATED: _("What this model family needs is estimated from measurements of other families."),
    }


def _slices() -> dict[Reason, str]:
    """Return sentences, by their reason, on how many tokens are read at a time."""
    return {
        Reason.LONG_SLICES: _(
            "Documents are read in batches of {slice_tokens} tokens, about {reading_rate} tokens a second. For each"
            " batch, the experts are copied to the GPU once: batches of {least_tokens} would read about {least_rate}."
        ),
        Reason.LONGER_SLICES: _(
            "Documents are read in batches of {slice_tokens} tokens, about {gain} faster than in batches of"
            " {least_tokens}, because all weights are read once for each batch. This takes {more_bytes} more of the"
            " GPU’s memory."
        ),
        Reason.SLICES_OVER_CONTEXT: _(
            "Documents are read in batches of {slice_tokens} tokens, about {gain} faster than in batches of"
            " {least_tokens}, because all weights are read once for each batch. The memory for this would hold"
            " {fewer_tokens} more tokens of context; if you ask for them, the batches are smaller."
        ),
        Reason.SHORT_SLICES: _(
            "Documents are read in batches of {slice_tokens} tokens: beside this context, there is no memory for larger"
            " ones."
        ),
        Reason.SHORT_SLICES_SUFFICE: _(
            "Documents are read in batches of {slice_tokens} tokens: larger ones would cost more context than they gain"
            " speed."
        ),
    }


def _loading() -> dict[Reason, str]:
    """Return sentences, by their reason, on how weights come onto the graphics cards."""
    return {
        Reason.UPLOADED: _(
            "Loading copies the weights to the GPU while it reads more of them. The file stays in the system’s cache as"
            " long as nothing else wants the memory, so the next load is faster."
        ),
        Reason.UPLOADED_DIRECTLY: _(
            "Loading copies the weights to the GPU while it reads more of them, directly from the disk: main memory has"
            " no room to keep the file for the next load."
        ),
        Reason.UPLOADED_AS_MEASURED: _(
            "Loading copies the weights to the GPU while it reads more of them ({mapping}): this took {load_s} on this"
            " computer, the other way {other_s}."
        ),
    }


def _disk() -> dict[Reason, str]:
    """Return sentences, by their reason, on weights that stay in their file."""
    return {
        Reason.PROCESSOR_ALONE: _("The processor does the work."),
        Reason.EXPERTS_OFF_GPU: _("The experts of {layers} of {of_layers} layers are not on the GPU."),
        Reason.WEIGHTS_ON_DISK: _(
            "{disk_bytes} of the weights are not loaded into memory. They stay in the model's file and are read when"
            " they are needed, because you asked for it."
        ),
        Reason.KEPT_IN_MEMORY: _("Memory has room for all of them, so after the first use they are read from memory."),
        Reason.READ_FROM_DISK: _(
            "Warning: this is slow. Memory does not have room for all of them, so experts are read from disk for each"
            " token: about {token_bytes}, and {slice_bytes} for each batch of a document. Loading reads the whole file"
            " once. How much of it stays in memory is a guess."
        ),
        Reason.DISK_MEASURED: _("The speed of the disk was measured: {second_bytes} a second."),
        Reason.DISK_ASSUMED: _("The speed of the disk was not measured. This assumes {second_bytes} a second."),
    }


def _remedies() -> dict[Reason, str]:
    return {
        Reason.MORE_MEMORY: _("It would fit with {missing_bytes} more memory."),
        Reason.SMALLER_MODEL: _("Choose a smaller quantization or a smaller model."),
    }


def sentences(plan: ModelPlan) -> Iterator[str]:
    """Yield a plan explained: whether it fits, why it is so, how fast it would be, and what could be asked for
    instead."""
    result = plan.result
    yield from reasons(result)
    if isinstance(result, Placement):
        yield speed_sentence(plan)
        yield from time_sentences(plan)
    yield from map(way_sentence, plan.ways)


def reasons(result: Placement | Shortfall) -> Iterator[str]:
    """Yield whether it fits, and why it is so."""
    if isinstance(result, Shortfall):
        words = _("It does not fit: a context of {tokens} tokens ({kv_type}) needs {missing} more memory.")
        yield words.format(
            missing=size(result.missing_bytes), tokens=count(result.context_tokens), kv_type=result.kv_type.value
        )
    yield from map(sentence, result.remarks)


def speed_sentence(plan: ModelPlan) -> str:
    """Say how fast a model is: as it was measured in this very place, the rest as estimated. Empty if it does not
    fit."""
    if not isinstance(plan.result, Placement):
        return ""
    speed, measured = plan.result.speed, plan.measured
    known = [
        (_("writes {n} tokens a second with {tokens} in the context"), measured.writing),
        (_("writes {n} tokens a second with {tokens} in the context"), measured.writing_full),
        (_("reads {n} with {tokens} in the context"), measured.reading),
    ]
    seen = [
        words.format(n=rate(each.tokens_a_second), tokens=count(each.depth_tokens)) for words, each in known if each
    ]
    if not seen:
        words = _("Estimated speed: writes {n} tokens a second ({full} with a full context), reads {reading}.")
        return words.format(n=rate(speed.writing), full=rate(speed.writing_full), reading=rate(speed.reading))
    guesses = [
        (_("writes {n} tokens a second"), measured.writing, speed.writing),
        (_("writes {n} tokens a second with a full context"), measured.writing_full, speed.writing_full),
        (_("reads {n} tokens a second"), measured.reading, speed.reading),
    ]
    guessed = [words.format(n=rate(guess)) for words, each, guess in guesses if not each]
    sentences = [_("Measured on this computer: {parts}.").format(parts=_("; ").join(seen))]
    if guessed:
        sentences.append(_("Estimated: {parts}.").format(parts=_(", ").join(guessed)))
    return " ".join(sentences)


def time_sentences(plan: ModelPlan) -> Iterator[str]:
    """Yield how long a load and a full context take, and how sure that is. Nothing if it does not fit."""
    if not isinstance(plan.result, Placement):
        return
    speed, measured = plan.result.speed, plan.measured
    reading = measured.reading.tokens_a_second if measured.reading else speed.reading
    words = _("Reading a full context takes about {time}, once for the same documents.")
    yield words.format(time=duration(plan.result.context_tokens / reading))
    if measured.load_s:
        yield _("The last load took {time}.").format(time=duration(measured.load_s))
    if speed.assumed and not (measured.writing and measured.reading):
        yield _("These speeds are estimates from the size of the memory. Its actual speed was not measured.")
    elif plan.is_at_least:
        yield _("Other programs kept the computer busy while Octavo measured its memory. It may be faster than this.")


# ---- what could be asked for instead


def way_sentence(way: Way) -> str:
    """Say what another request would bring, and its speed."""
    place = way.place
    values = {
        "kv_type": place.kv_type.value,
        "context_tokens": count(place.context_tokens),
        "fewer_tokens": count(way.fewer_tokens),
        "rate": rate(place.speed.writing),
    }
    template = (_staying() if way.on_gpus else _fitting())[way.kind]
    if way.kind is WayKind.LEFT_ON_DISK:
        return template.format_map(values)
    return f"{template.format_map(values)} {_way_speed(place.speed)}"


def _staying() -> dict[WayKind, str]:
    return {
        WayKind.SMALLER_KV: _("With the KV cache in {kv_type}, everything stays on the GPU."),
        WayKind.WITHOUT_IMAGES: _("Without images, everything stays on the GPU."),
        WayKind.SMALLER_CONTEXT: _(
            "With a context of {context_tokens} tokens ({fewer_tokens} fewer), everything stays on the GPU."
        ),
    }


def _fitting() -> dict[WayKind, str]:
    return {
        WayKind.SMALLER_KV: _("It would fit with the KV cache in {kv_type}."),
        WayKind.WITHOUT_IMAGES: _("It would fit without images."),
        WayKind.SMALLER_CONTEXT: _("It would fit with a context of {context_tokens} tokens ({kv_type})."),
        WayKind.LEFT_ON_DISK: _(
            "It would run with weights read from disk (mapped), at about {rate} tokens a second. A fast SSD is needed."
        ),
    }


def _way_speed(speed: Speed) -> str:
    words = _("Writes about {n} tokens a second ({full} with a full context), reads about {reading}.")
    return words.format(n=rate(speed.writing), full=rate(speed.writing_full), reading=rate(speed.reading))


def way_options(way: Way, wanted: PlanRequest) -> str:
    """Return the options to type for another way to place a model, beside the options that were typed: `--kv q4_0`."""
    request, options = way.request, []
    if request.context_tokens != wanted.context_tokens:
        options.append(f"--context {request.context_tokens}")
    if request.kv_type is not None and request.kv_type is not wanted.kv_type:
        options.append(f"--kv {request.kv_type.value}")
    if not request.images and wanted.images:
        options.append("--no-images")
    if request.mapping is not wanted.mapping and request.mapping is not Mapping.AUTO:
        options.append(f"--mapping {request.mapping.value}")
    return " ".join(options)


def _shown(name: str, value: str | int | float) -> str:
    if isinstance(value, str):
        return printable(value)
    if name == "gain":
        return f"{value:.0%}"
    if name.endswith("_s"):
        return duration(value)
    if name.endswith("rate"):
        return rate(value)
    return size(value) if name.endswith("_bytes") else count(int(value))
