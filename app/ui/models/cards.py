"""Makes the cards of the window of models from what is known about each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.core.conversations.events import Asking, Copying, Fetching, Hashing
from app.core.errors import Code, Problem
from app.core.model import ModelHeader
from app.engine.planner.placement import Shortfall
from app.models.local import projector_beside
from app.models.offers import Offer
from app.services.models.downloads import Licence, Unfinished
from app.services.models.plans import Fit, ModelPlan
from app.services.models.selection import Owned
from app.ui.kit.words import loading_words
from app.ui.models import words as model_words
from app.ui.models.card import Button, CardAction, CardData, CardGroup, CardLimit, CardProgress
from app.ui.models.fetching import Transfer
from app.ui.models.fit import DeviceFit
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.models import strengths_sentence, thinks_words
from app.wording.units import count, duration, printable, size


@dataclass(frozen=True)
class ModelWork:
    """An import or a comparison with hashes that is under way; `step` is None before it has shown any progress."""

    name: str
    step: Copying | Hashing | None = None
    importing: bool = False


@dataclass(frozen=True)
class ModelStatus:
    """The state of a model on this machine. `loading` is how far it is loaded, from 0 to 1. `outcome` is what was found
    last by looking at it. `taken` is what it took, beside what was planned. `waiting` says what has to end before it
    can be loaded."""

    loaded: bool = False
    loading: float | None = None
    work: ModelWork | None = None
    outcome: str = ""
    problem: str = ""
    taken: Fit | None = None
    waiting: str = ""


@dataclass(frozen=True)
class OfferStatus:
    """The state of a model that can be fetched. `asking` tells that the hub is asked for its header, which the
    catalogue does not have; `waiting` that somebody waits for its plan; `sensible` that it is worth a look on this
    machine. `missing_bytes` is the memory that is missing for its files alone."""

    asking: bool
    waiting: bool
    recommended: bool
    sensible: bool
    missing_bytes: int


def owned_card(
    owned: Owned,
    plan: ModelPlan | Problem | None,
    status: ModelStatus,
    waiting: bool = True,
    may_judge: bool | None = None,
) -> CardData:
    """Make the card of a model on this machine. `plan` is None while it is being made, if anyone is `waiting` for one.
    `may_judge` is as in `Planned`."""
    title, about = _owned_names(owned, plan)
    problem = status.problem or (sentence(plan) if isinstance(plan, Problem) else "")
    fit, room, tip, misfit = _plan_parts(plan, status.loaded, waiting)
    if status.taken is not None and not misfit:
        room = f"{room}\n{model_words.taken_words(status.taken)}"
    button, progress = _use_button(status)
    can_place = isinstance(plan, ModelPlan) and status.loading is None
    quiet = (Button(CardAction.PLACE, _("Advanced…")),) if can_place else ()
    if status.work is not None:
        quiet = (Button(CardAction.CANCEL, _("Cancel")),)
    return CardData(
        key=owned.file.path,
        group=CardGroup.HERE,
        title=model_words.title_of(title),
        lines=tuple(filter(None, (about, model_words.licence_name(owned.licence), status.outcome))),
        limit=_word_for_word_limit() if may_judge is False else None,
        current=status.loaded,
        fit=fit,
        room=room,
        tip=tip,
        misfit=misfit,
        problem=problem,
        progress=progress,
        button=None if isinstance(plan, Problem) else button,
        quiet=quiet,
        more=_owned_actions(owned, status),
    )


def _owned_names(owned: Owned, plan: ModelPlan | Problem | None) -> tuple[str, str]:
    """Return the name of a model on this computer, and a line about its kind or size."""
    file, record = owned.file, owned.record
    if file.starter:
        return file.name, _("starter model: for a first try, not for real work")
    header = plan.header if isinstance(plan, ModelPlan) else None
    title = record.name if record and record.name else file.name
    quantization = (record.quantization if record else "") or (header.quantization if header else "")
    sees = plan.projector is not None if isinstance(plan, ModelPlan) else bool(projector_beside(Path(file.path)))
    return title, model_words.shape_words(header, quantization, sees=sees) or size(file.size_bytes)


def _use_button(status: ModelStatus) -> tuple[Button, CardProgress | None]:
    """Return the button that loads a model, or says that it is loaded, and the progress of anything that is done with
    it."""
    progress = _work_progress(status.work) if status.work else None
    if status.loading is not None:
        return Button(None, _("Loading…")), CardProgress(loading_words(status.loading), status.loading)
    if status.waiting:
        return Button(None, _("Loading…")), CardProgress(status.waiting, 0.0)
    if status.loaded:
        return Button(None, _("In use"), badge=True), progress
    return Button(CardAction.USE, _("Use")), progress


def _owned_actions(owned: Owned, status: ModelStatus) -> tuple[Button, ...]:
    actions = [Button(CardAction.FORMAT, _("Conversation format")), Button(CardAction.SHOW, _("Show in folder"))]
    if status.work is None and not owned.file.starter:
        actions.insert(0, Button(CardAction.VERIFY, _("Verify")))
        if not status.loaded and status.loading is None:
            actions.append(Button(CardAction.REMOVE, _("Remove…")))
    return tuple(actions)


def offer_card(
    offer: Offer, licence: Licence | None, plan: ModelPlan | Problem | None, status: OfferStatus
) -> CardData:
    """Make the card of a model that can be fetched."""
    if isinstance(plan, ModelPlan) and isinstance(plan.result, Shortfall):
        return _misfit_card(offer, licence, plan.result.missing_bytes, model_words.plan_tip(plan))
    if status.missing_bytes and plan is None and not status.asking:
        return _misfit_card(offer, licence, status.missing_bytes)
    if offer.header is not None or isinstance(plan, Problem):
        fit, room, tip, misfit = _plan_parts(plan, False, status.waiting)
    else:
        fit, tip, misfit = (), "", False
        room = (
            _("Checking at the model hub…")
            if status.asking
            else _("Not checked yet. “Check” asks the model hub whether it fits.")
        )
    unknown = offer.header is None and not status.asking
    return CardData(
        key=offer.key,
        group=CardGroup.OFFERED if status.sensible or status.recommended else CardGroup.OTHER,
        title=model_words.title_of(offer.untrusted_name),
        mark=model_words.recommended_words(plan) if status.recommended and isinstance(plan, ModelPlan) else "",
        lines=_offer_lines(offer, licence),
        fit=fit,
        room=room,
        tip=tip,
        misfit=misfit,
        problem=sentence(plan) if isinstance(plan, Problem) else "",
        button=Button(CardAction.FETCH, model_words.fetch_words(offer), primary=status.recommended),
        quiet=(Button(CardAction.ASK, _("Check")),) if unknown else (),
    )


def _misfit_card(offer: Offer, licence: Licence | None, missing_bytes: int, tip: str = "") -> CardData:
    """Make the card of a model that does not fit: it can be fetched for another computer, but no button leads there."""
    return CardData(
        key=offer.key,
        group=CardGroup.MISFIT,
        title=model_words.title_of(offer.untrusted_name),
        lines=_offer_lines(offer, licence),
        room=model_words.missing_words(missing_bytes),
        tip=tip,
        misfit=True,
        quiet=(Button(CardAction.FETCH, model_words.fetch_words(offer)),),
    )


def transfer_card(
    offer: Offer, licence: Licence | None, transfer: Transfer | None, begun: Unfinished | None
) -> CardData:
    """Make the card of a download: one of this session, or one `begun` earlier."""
    quiet: tuple[Button, ...] = (Button(CardAction.DISCARD, _("Discard…")),)
    problem = ""
    if transfer is not None and transfer.running:
        button = Button(CardAction.PAUSE, _("Pause"))
        if transfer.pausing:
            button = Button(None, _("Pausing…"))
        quiet = ()
        progress = transfer_progress(transfer)
    else:
        button = Button(CardAction.GO_ON, _("Resume"))
        done = transfer.fetched.done if transfer and transfer.fetched else begun.done_bytes if begun else 0
        words = _("paused · {done} of {total}").format(done=size(done), total=size(offer.size_bytes))
        progress = CardProgress(words, done / max(1, offer.size_bytes))
        if transfer is not None and transfer.problem is not None:
            problem = sentence(transfer.problem)
            if transfer.problem.code in _TOKEN_CODES:
                button = Button(CardAction.TOKEN, _("Access token…"))
    return CardData(
        key=offer.key,
        group=CardGroup.COMING,
        title=model_words.title_of(offer.untrusted_name),
        lines=_offer_lines(offer, licence),
        problem=problem,
        progress=progress,
        button=button,
        quiet=quiet,
    )


_TOKEN_CODES = (Code.HUB_GATED, Code.HUB_TOKEN_REFUSED)


def import_card(key: str, work: ModelWork) -> CardData:
    """Make the card of a model that is being copied into the models folder."""
    return CardData(
        key=key,
        group=CardGroup.COMING,
        title=printable(work.name),
        lines=(_("importing…"),),
        progress=_work_progress(work),
        button=Button(CardAction.CANCEL, _("Cancel")),
    )


def _offer_lines(offer: Offer, licence: Licence | None) -> tuple[str, ...]:
    header: ModelHeader | None = offer.header
    shape = model_words.shape_words(header, offer.quantization, sees=offer.projector is not None)
    kind = " · ".join(filter(None, (strengths_sentence(offer), thinks_words(offer))))
    return tuple(filter(None, (shape, kind, model_words.licence_name(licence))))


def _plan_parts(
    plan: ModelPlan | Problem | None, loaded: bool, waiting: bool
) -> tuple[tuple[DeviceFit, ...], str, str, bool]:
    """Return the bars of a plan, the room in words, the whole explanation, and whether the model does not fit."""
    if isinstance(plan, Problem):
        return (), "", "", False
    if plan is None:
        return (), _("Calculating the memory…") if waiting else "", "", False
    misfit = isinstance(plan.result, Shortfall)
    return model_words.fit_of(plan, whole=loaded), model_words.room_words(plan), model_words.plan_tip(plan), misfit


# ---- progress


def transfer_progress(transfer: Transfer) -> CardProgress:
    """Return the progress of a download: bytes, rate and time left; what is verified; whom Octavo is talking to."""
    step, fetched = transfer.step, transfer.fetched
    fraction = fetched.done / max(1, fetched.total) if fetched else None
    aside = verified_words(transfer.offer, fetched.hashed) if fetched else ""
    match step:
        case None:
            return CardProgress(_("waiting for the previous download"), fraction, aside)
        case Asking(host):
            return CardProgress(_("checking which files belong to it"), fraction, aside, host_words(host))
        case Hashing(done, total):
            return CardProgress(hashing_words(step), fraction or done / max(1, total), aside)
    return CardProgress(fetching_words(step), fraction, aside, host_words(step.host))


def fetching_words(step: Fetching) -> str:
    """Return the words for a step such as "downloading 41.3 GB of 62 GB · 214 MB/s · 1 min 37 s left"."""
    parts = [_("downloading {done} of {total}").format(done=size(step.done), total=size(step.total))]
    if step.rate > 0:
        parts.append(_("{size}/s").format(size=size(step.rate)))
        parts.append(_("{time} left").format(time=duration(max(1.0, (step.total - step.done) / step.rate))))
    return " · ".join(parts)


def hashing_words(step: Hashing) -> str:
    """Return the words for a step such as "comparing a.gguf with its hash · 20 GB of 65 GB"."""
    words = _("comparing {file} with its hash · {done} of {total}")
    return words.format(file=printable(step.file), done=size(step.done), total=size(step.total))


def host_words(host: str) -> str:
    return _("{host} · the only address that Octavo connects to").format(host=printable(host))


def verified_words(offer: Offer, hashed_bytes: int) -> str:
    """Say which files are known to be right; the bytes if they did not arrive in order."""
    if hashed_bytes <= 0:
        return ""
    files, sum_bytes = offer.all_files, 0
    for number, file in enumerate(files, 1):
        sum_bytes += file.size_bytes
        if sum_bytes == hashed_bytes:
            if number == len(files):
                return _("all verified ✓")
            if number == 1:
                return _("part 1 of {all} verified ✓").format(all=count(len(files)))
            return _("parts 1–{n} of {all} verified ✓").format(n=count(number), all=count(len(files)))
    return _("{size} verified ✓").format(size=size(hashed_bytes))


def _work_progress(work: ModelWork) -> CardProgress:
    match work.step:
        case Copying(done, total, file):
            words = _("copying {file} · {done} of {total}")
            shown = words.format(file=printable(file), done=size(done), total=size(total))
        case Hashing(done, total) as step:
            shown = hashing_words(step)
        case _:
            return CardProgress(_("waiting for its turn"), None)
    return CardProgress(shown, done / max(1, total))


def _word_for_word_limit() -> CardLimit:
    """Say what a model that failed the test of judges is not asked to do."""
    reason = _(
        "In a test, this model could not tell true sentences from nearly true ones, so it is not asked about sentences"
        " in other words."
    )
    return CardLimit(_("Checks word for word only"), reason)
