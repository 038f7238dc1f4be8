"""Words on what a model that is offered is good at."""

from __future__ import annotations

from app.models.offers import Offer
from app.wording.i18n import _


def strengths_sentence(offer: Offer) -> str:
    """Say what a model is good at: "Good at finding passages, writing texts and Japanese"; empty if the catalogue says
    nothing."""
    names = {"finding": _("finding passages"), "writing": _("writing texts"), "japanese": _("Japanese")}
    known = [names[strength] for strength in offer.strengths if strength in names]
    if not known:
        return ""
    *first, last = known
    together = _(" and ").join([_(", ").join(first), last]) if first else last
    return _("Good at {what}").format(what=together)


def thinks_words(offer: Offer) -> str:
    return _("thinks before it answers") if offer.thinks else ""
