"""Puts into words what fetching a model means, before anything is asked."""

from __future__ import annotations

from app.messages import _, printable, size
from app.models.hub.offers import Offer
from app.services.downloads import Order
from app.ui.models import words as model_words


def order_facts(order: Order) -> tuple[tuple[str, str], ...]:
    """From where, how much, where to, what is free, on what terms."""
    offer, licence = order.offer, order.licence
    facts = [
        (_("Source"), printable(f"{order.host} · {offer.repository}")),
        (_("Download size"), size(order.bytes_to_fetch)),
        (_("Folder"), printable(order.folder)),
        (_("Free space"), size(order.free_bytes)),
    ]
    terms = model_words.licence_words(licence) or _("no licence stated")
    if licence is not None and licence.must_accept and order.accepted:
        terms = _("{licence} (accepted)").format(licence=terms)
    return (*facts, (_("Licence"), terms))


def offer_line(offer: Offer) -> str:
    """One of several quantizations, in a list."""
    parts = [printable(offer.quantization or offer.files[0].path), size(offer.size_bytes)]
    if len(offer.files) > 1:
        parts.append(_("{n} parts").format(n=len(offer.files)))
    if offer.projector is not None:
        parts.append(_("sees images"))
    return " · ".join(parts)


def host_of(endpoint: str) -> str:
    """The address that will be spoken to."""
    return printable(endpoint.partition("://")[2].partition("/")[0])


def shortage_words(order: Order) -> str:
    """Empty where the disk is large enough."""
    missing = order.bytes_to_fetch - order.free_bytes
    if missing <= 0:
        return ""
    words = _("The disk has too little space: {missing} more are needed. Free some space, then download it.")
    return words.format(missing=size(missing))
