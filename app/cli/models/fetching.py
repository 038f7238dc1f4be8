"""`octavo models fetch`: which model is meant; says first what it will do; shows the terms, which a person accepts;
Ctrl+C pauses."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any

from app.cli.bars import ProgressBar
from app.cli.models import listing
from app.cli.models.listing import fold
from app.cli.screen import print_json, print_rows
from app.core.errors import AppError, Code
from app.core.work import Cancel, Stopped, finish
from app.models.offers import Offer
from app.services.models.downloads import Licence, Order
from app.services.services import Services
from app.wording import units
from app.wording.i18n import _
from app.wording.units import size

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Fetch a model. Raises AppError, Stopped."""
    offer = offer_named(options.model, desk, cancel)
    order = desk.model_files.downloads.order(offer)
    _announce(order, options, desk)
    if order.licence is not None and not order.accepted:
        _accept(order.licence, offer.key, options, desk)
    if not options.yes and not _agrees(_("Download it? [y/N] "), options):
        raise Stopped
    progress = ProgressBar(options.json)
    try:
        model = finish(desk.model_files.downloads.fetch(offer, cancel), progress)
    except Stopped:
        progress.close()
        words = _("Paused. What has arrived is kept. Use the same command to continue.")
        print(f"octavo: {words}", file=sys.stderr)
        raise
    if options.json:
        print_json({"event": "finished", "path": model.path, "name": model.name})
    else:
        print(_("Verified and ready: {path}").format(path=units.printable(model.path)))
        if order.licence is not None and order.licence.credit:
            print(order.licence.credit)


def offers_named(text: str, desk: Services, cancel: Cancel) -> tuple[Offer, ...]:
    """Return whatever is offered under a name: `NAME[:WHICH]` of the catalogue, else `OWNER/NAME[:WHICH]`, about which
    the hub is asked. WHICH is a quantization or a file of the repository.

    Raises AppError OFFER_UNKNOWN, HUB_*; Stopped.
    """
    name, _colon, which = text.partition(":")
    known = desk.model_files.downloads.offers()
    there = tuple(offer for offer in known if fold(name) in (fold(offer.untrusted_name), fold(offer.repository)))
    found = tuple(offer for offer in there if _is_meant(offer, which))
    if not found and _REPOSITORY.fullmatch(name):
        there = finish(desk.model_files.downloads.look_up(name, cancel), ProgressBar())
        found = tuple(offer for offer in there if _is_meant(offer, which))
    if not found:
        names = dict.fromkeys(offer.quantization or offer.files[0].path for offer in there)
        names = names or dict.fromkeys(offer.untrusted_name for offer in known)
        raise AppError(Code.OFFER_UNKNOWN, path=text, known=", ".join(names))
    return found


def offer_named(text: str, desk: Services, cancel: Cancel) -> Offer:
    """Return the offer that is meant. Raises AppError OFFER_UNKNOWN if there is none or more than one, HUB_*;
    Stopped."""
    found = offers_named(text, desk, cancel)
    if len(found) > 1:
        known = ", ".join(each.quantization or each.files[0].path for each in found)
        raise AppError(Code.OFFER_SEVERAL, path=text, known=known)
    return found[0]


def _is_meant(offer: Offer, which: str) -> bool:
    return not which or which.upper() == offer.quantization.upper() or any(which == file.path for file in offer.files)


def _announce(order: Order, options: argparse.Namespace, desk: Services) -> None:
    """Announce from where, how much and where to, before anything is downloaded."""
    offer = order.offer
    if options.json:
        shown: dict[str, Any] = {"event": "order", "host": order.host, "free_bytes": order.free_bytes}
        print_json(shown | listing.described(offer, desk))
        return
    about = _("{size} from {host}") if offer.revision else _("about {size} from {host}")
    rows = [
        (_("model"), f"{offer.untrusted_name} {offer.quantization}".strip()),
        (_("repository"), offer.repository),
        (_("to download"), about.format(size=size(order.bytes_to_fetch), host=order.host)),
        (_("to folder"), _("{folder} ({size} free)").format(folder=order.folder, size=size(order.free_bytes))),
        (_("licence"), order.licence.name if order.licence else _("not stated")),
    ]
    print_rows(rows, sys.stderr)


def _accept(licence: Licence, key: str, options: argparse.Namespace, desk: Services) -> None:
    """Have a person accept the terms, unless the options do. Raises AppError LICENCE_NOT_ACCEPTED if there is nobody to
    accept, Stopped if a person refuses."""
    if not options.accept_licence:
        if options.json or not sys.stdin.isatty():
            raise AppError(Code.LICENCE_NOT_ACCEPTED, path=key, licence=licence.name)
        print(f"\n{licence.name}\n{licence.address}\n\n{licence.text}", file=sys.stderr)
        if not _agrees(_("Do you accept these terms? [y/N] "), options):
            raise Stopped
    desk.model_files.downloads.accept(licence.id)


def _agrees(question: str, options: argparse.Namespace) -> bool:
    """Ask a person, and return whether the answer is yes. Raises AppError USAGE if there is nobody to ask."""
    if options.json or not sys.stdin.isatty():
        raise AppError(Code.USAGE, detail=_("no terminal to ask for confirmation: use --yes to start"))
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes", _("yes"))
