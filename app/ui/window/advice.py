"""Advice: the model that is best for this machine, looked for once, when somebody who has none begins."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal, Slot

from app.engine.planner.placement import Placement
from app.services.models.plans import THIS
from app.services.models.recommending import LEAST_PAGES, LEAST_TOKENS, Recommendation, recommend
from app.services.models.selection import MachineSeen, look_at
from app.ui.chat.messages.empty import AdvisedModel
from app.ui.kit.bridge import Executor
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.kit.words import lead_words
from app.ui.models.words import title_of
from app.wording.i18n import _
from app.wording.models import strengths_sentence
from app.wording.units import estimate, printable, size

_SWIFT, _STEADY = 12.0, 5.0
"""The speeds in tokens a second that are faster than a person reads, and about as fast."""


class ModelAdvice(Presenter):
    """Looks for the best model. Nobody waits for it: if nothing can be recommended, nothing is said."""

    changed = Signal()

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._desk = context.desk
        self._bridge = context.bridge
        self._looked = False
        self.hardware = THIS
        self.recommended: Recommendation | None = None

    @property
    def words(self) -> AdvisedModel | None:
        return advice_words(self.recommended) if self.recommended is not None else None

    @property
    def lead(self) -> str:
        """The words that lead whoever has only the starter to a larger model; empty for everybody else."""
        if self.recommended is None:
            return lead_words()
        offer = self.recommended.offer
        return lead_words(title_of(offer.untrusted_name), offer.size_bytes)

    @Slot()
    def look(self) -> None:
        """Look at the machine once the engine has nothing else to do."""
        if not self._looked:
            self._looked = True
            work = partial(look_at, self._desk.models.plans.machines, self._desk.engine, self.hardware)
            self._call(work, self._recommend, self._ignore, executor=Executor.ENGINE)

    @Slot(object)
    def _recommend(self, seen: MachineSeen) -> None:
        work = partial(recommend, self._desk.models, self._desk.model_files.downloads, seen)
        self._call(work, self._take, self._ignore, executor=Executor.MODELS)

    @Slot(object)
    def _take(self, recommended: Recommendation | None) -> None:
        self.recommended = recommended
        self.changed.emit()


def advice_words(recommended: Recommendation) -> AdvisedModel:
    offer, plan, licence = recommended.offer, recommended.plan, recommended.licence
    assert isinstance(plan.result, Placement)
    speed = plan.result.speed
    parts = [
        _("Reads a {pages}-page document in about {time}, then {answers}.").format(
            pages=LEAST_PAGES, time=estimate(LEAST_TOKENS / speed.reading), answers=_answers_words(speed.writing)
        ),
        f"{good}." if (good := strengths_sentence(offer)) else "",
        _("Sees images.") if plan.projector is not None else "",
        f"{printable(licence.credit)}." if licence is not None and licence.credit else "",
    ]
    title = _("Best for this computer: {model}").format(model=title_of(offer.untrusted_name))
    button = _("Download {size}…").format(size=size(offer.size_bytes))
    return AdvisedModel(title, " ".join(filter(None, parts)), button)


def _answers_words(tokens_a_second: float) -> str:
    if tokens_a_second >= _SWIFT:
        return _("answers quickly")
    return _("answers about as fast as you read") if tokens_a_second >= _STEADY else _("answers slowly")
