"""Puts models and their plans into words: what one is, what it takes of each device, and the room it leaves."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.model import ModelHeader
from app.engine.planner.demand import MemoryClass
from app.engine.planner.machine import Machine, MachineDevice
from app.engine.planner.placement import Placement, Shortfall
from app.engine.planner.ways import Way, WayKind
from app.models.offers import Offer
from app.services.models.downloads import Licence
from app.services.models.plans import Fit, ModelPlan
from app.services.models.recommending import is_on_cards
from app.services.models.selection import MachineSeen
from app.ui.kit.words import TOKENS_PER_PAGE
from app.ui.models.fit import DeviceFit, FitSegment, Share
from app.wording.i18n import _
from app.wording.placement import sentences, speed_sentence
from app.wording.units import count, gigabytes, printable, rate, size

_ANYWHERE_BYTES = 2 * 10**9
"""The bytes up to which a model runs on any machine of today: its bar would be all but empty."""

_WORTH_A_BAR = 0.02
"""The share of main memory from which on it gets a bar, on a machine with a GPU."""

_WORTH_TELLING = 0.0005
"""The smallest difference that is told: a smaller one would be shown as 0.0%."""

_SHARES = {MemoryClass.KV: Share.CONTEXT, MemoryClass.PROJECTOR: Share.PROJECTOR}
_WORKING = (MemoryClass.COMPUTE, MemoryClass.LOGITS, MemoryClass.SNAPSHOTS, MemoryClass.REST)


# ---- what a model is


def title_of(untrusted_name: str) -> str:
    return " ".join(printable(untrusted_name).split())


def shape_words(header: ModelHeader | None, quantization: str, *, sees: bool) -> str:
    """Return the shape of a model in words, such as "Q4_K_M · 16B active of 108B · sees images"."""
    parts = [printable(quantization)] if quantization else []
    if header is not None and header.parameters:
        whole = parameters_words(header.parameters)
        if header.experts:
            active = parameters_words(header.active_parameters)
            parts.append(_("{active} active of {whole}").format(active=active, whole=whole))
        else:
            parts.append(whole)
    if sees:
        parts.append(_("sees images"))
    return " · ".join(parts)


def parameters_words(parameters: int) -> str:
    """Write a number of parameters in the way models are named: `108B`, `1.5B`, `135M`."""
    if parameters >= 9_950_000_000:
        return f"{parameters / 1e9:,.0f}B"
    if parameters >= 995_000_000:
        return f"{parameters / 1e9:.1f}".removesuffix(".0") + "B"
    if parameters >= 9_950_000:
        return f"{parameters / 1e6:,.0f}M"
    return f"{parameters / 1e6:.1f}".removesuffix(".0") + "M"


def licence_name(licence: Licence | None) -> str:
    """Return the name of the terms; empty if nothing is known."""
    return printable(licence.name) if licence else ""


def credit_words(licences: Iterable[Licence | None]) -> str:
    """Return the credits that licences ask for, each once."""
    return " · ".join(dict.fromkeys(printable(each.credit) for each in licences if each is not None and each.credit))


def licence_words(licence: Licence | None) -> str:
    """Return the terms and the credit that they ask for; empty if nothing is known."""
    return " · ".join(filter(None, (licence_name(licence), credit_words((licence,)))))


def fetch_words(offer: Offer) -> str:
    return _("Download {size}").format(size=size(offer.size_bytes))


def machine_words(seen: MachineSeen, free_bytes: int | None = None) -> str:
    """Describe the machine, as "This computer: NVIDIA H100, 85.5 GB · 270 GB memory · 2.1 TB free on disk"."""
    machine = seen.machine
    cards = [f"{printable(name)}, {size(gpu.total_bytes)}" for name, gpu in zip(seen.names, machine.gpus, strict=True)]
    parts = cards or [_("no supported graphics card")]
    parts.append(_("{size} memory").format(size=size(machine.host.total_bytes)))
    if free_bytes is not None:
        parts.append(_("{size} free on disk").format(size=size(free_bytes)))
    return _("This computer: {parts}").format(parts=" · ".join(parts))


# ---- what a plan takes


def fit_of(plan: ModelPlan, *, whole: bool = False) -> tuple[DeviceFit, ...]:
    """Return a bar for each device that is used; none for a model that runs anywhere, unless `whole`."""
    if runs_anywhere(plan) and not whole:
        return ()
    machine, used = plan.machine, plan.result.by_device()
    fits = [_device(plan, gpu, _gpu_name(machine, gpu)) for gpu in machine.gpus if used.get(gpu.name)]
    host = machine.host
    if not fits or used.get(host.name, 0) >= _WORTH_A_BAR * host.total_bytes:
        fits.append(_device(plan, host, _("Memory")))
    return tuple(fits)


def runs_anywhere(plan: ModelPlan) -> bool:
    return isinstance(plan.result, Placement) and sum(use.bytes for use in plan.result.uses) <= _ANYWHERE_BYTES


def room_words(plan: ModelPlan) -> str:
    """Say how much room a plan leaves and how fast it would be; or by how much it does not fit, and what would help."""
    result = plan.result
    if isinstance(result, Shortfall):
        return "\n".join(filter(None, (missing_words(result.missing_bytes), _from_disk(plan))))
    words = space_words(plan)
    if runs_anywhere(plan):
        words = _("Runs on any computer. {room}").format(room=words)
    measured = plan.measured.writing or plan.measured.writing_full
    estimate = _("at least {n} tokens a second") if plan.is_at_least else _("about {n} tokens a second")
    speed = estimate.format(n=rate(result.speed.writing))
    if measured is not None:
        speed = _("{n} tokens a second, measured").format(n=rate(measured.tokens_a_second))
    return "\n".join([f"{words} · {speed}", *filter(None, [ways_words(plan)])])


def missing_words(missing_bytes: int) -> str:
    return _("Needs {size} more memory.").format(size=size(missing_bytes))


def too_large_by(offer: Offer, machine: Machine) -> int:
    """Return the bytes of memory that are missing for the files of an offer alone, whatever its header says; 0 if they
    have room."""
    return max(0, offer.size_bytes - sum(device.room for device in (machine.host, *machine.gpus)))


def recommended_words(plan: ModelPlan) -> str:
    """Say in five words why a plan is the one to recommend."""
    reason = _("best that fits your GPU") if is_on_cards(plan) else _("best balance for this computer")
    return _("Recommended: {reason}").format(reason=reason)


def _from_disk(plan: ModelPlan) -> str:
    """Say how fast a model that does not fit would write with its weights on the disk; empty if it could not."""
    speeds = [way.place.speed.writing for way in plan.ways if way.kind is WayKind.LEFT_ON_DISK]
    words = _("With weights read from the disk, it would write about {n} tokens a second.")
    return words.format(n=rate(speeds[0])) if speeds else ""


def ways_words(plan: ModelPlan) -> str:
    """Say which ways would keep everything on the graphics card; empty if it stays there, or none would."""
    names = [way_name(way) for way in plan.ways if way.on_gpus]
    if not names:
        return ""
    speed = rate(min(way.place.speed.writing for way in plan.ways if way.on_gpus))
    *first, last = names
    words = _("All on the GPU, at about {n} tokens a second: {ways}")
    return words.format(n=speed, ways=_(" or ").join([_(", ").join(first), last] if first else [last]))


def way_name(way: Way) -> str:
    match way.kind:
        case WayKind.SMALLER_KV:
            return _("with the KV cache in {kv_type}").format(kv_type=way.place.kv_type.value)
        case WayKind.WITHOUT_IMAGES:
            return _("without images")
        case WayKind.LEFT_ON_DISK:
            return _("mapped from the file")
    return _("with {n} tokens").format(n=count(way.place.context_tokens))


def space_words(plan: ModelPlan) -> str:
    """Say how much room a plan leaves, as "Room for 527,360 tokens, about 920 pages"."""
    tokens = plan.result.context_tokens
    words = _("Room for {tokens} tokens, about {pages} pages")
    return words.format(tokens=count(tokens), pages=count(pages_of(tokens)))


def taken_words(fit: Fit) -> str:
    """Say how much memory loading took for weights, context and room to compute, and how near the plan came."""
    taken, share = size(fit.taken_bytes), abs(fit.error)
    if share < _WORTH_TELLING:
        return _("Uses {taken} of memory, as estimated").format(taken=taken)
    words = _("Uses {taken} of memory, {share} more than estimated")
    if fit.error > 0:
        words = _("Uses {taken} of memory, {share} less than estimated")
    return words.format(taken=taken, share=f"{share:.1%}")


def speed_words(plan: ModelPlan) -> str:
    """Say how fast a model writes, and reads; empty if it does not fit."""
    if not isinstance(plan.result, Placement):
        return ""
    if plan.measured.writing or plan.measured.writing_full or plan.measured.reading:
        return speed_sentence(plan)
    speed = plan.result.speed
    words = _("Writes about {n} tokens a second, {full} with a full context; reads about {reading}")
    return words.format(n=rate(speed.writing), full=rate(speed.writing_full), reading=rate(speed.reading))


def plan_tip(plan: ModelPlan) -> str:
    """Return all sentences of a plan, a line each."""
    return "\n".join(sentences(plan))


def pages_of(tokens: int) -> int:
    """Return how many ordinary pages so many tokens are, as roundly as it is known."""
    pages = tokens // TOKENS_PER_PAGE
    step = 1 if pages < 20 else 10 if pages < 1000 else 100
    return max(1, pages // step * step)


def _gpu_name(machine: Machine, gpu: MachineDevice) -> str:
    return "GPU" if len(machine.gpus) == 1 else f"GPU {machine.gpus.index(gpu) + 1}"


def _device(plan: ModelPlan, device: MachineDevice, name: str) -> DeviceFit:
    segments = _segments(plan, device)
    used = sum(segment.bytes for segment in segments)
    kept = min(device.total_bytes - device.room, device.total_bytes - used)
    over = isinstance(plan.result, Shortfall) and used > device.room
    if not over and kept > 0:
        segments.append(FitSegment(Share.KEPT, _("other programs and reserve"), gigabytes(kept), kept))
    words = _("needs {used} of {whole}") if over else _("{used} of {whole}")
    detail = words.format(used=gigabytes(used), whole=f"{gigabytes(device.total_bytes)} GB")
    return DeviceFit(name, detail, tuple(segments), device.total_bytes, device.room, over)


def _segments(plan: ModelPlan, device: MachineDevice) -> list[FitSegment]:
    held: dict[MemoryClass, int] = {}
    for use in plan.result.uses:
        if use.device == device.name:
            held[use.item] = held.get(use.item, 0) + use.bytes
    apart = not device.gpu and any(use.device != device.name for use in plan.result.uses)
    experts = held.pop(MemoryClass.EXPERTS, 0) if apart else 0
    weights = sum(n for item, n in held.items() if item not in _SHARES and item not in _WORKING)
    context = _("context ({kv_type})").format(kv_type=plan.result.kv_type.value)
    parts = (
        (Share.WEIGHTS, _("experts"), experts),
        (Share.WEIGHTS, _("weights"), weights),
        (Share.PROJECTOR, _("projector"), held.get(MemoryClass.PROJECTOR, 0)),
        (Share.CONTEXT, context, held.get(MemoryClass.KV, 0)),
        (Share.WORKING, _("working memory"), sum(held.get(item, 0) for item in _WORKING)),
    )
    return [FitSegment(share, name, gigabytes(n), n) for share, name, n in parts if n > 0]
