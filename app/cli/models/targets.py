"""Which model is meant: a file, a name in the list or in the catalogue, or what a repository has."""

from __future__ import annotations

import re
from pathlib import Path

from app.cli.bars import ProgressBar
from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.models.offers import Offer
from app.services.services import Services

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_BETWEEN_WORDS = re.compile(r"[\s_-]+")


def local(text: str, desk: Services) -> Path:
    """A file or folder; else what has that name in the models folder, or in the list."""
    path = Path(text)
    if path.exists():
        return path.absolute()
    inside = desk.models.folder / text
    if text and inside.exists():
        return inside
    named = (Path(model.path) for model in desk.models.available() if _fold(model.name) == _fold(text))
    return next(named, path)


def is_local(text: str, desk: Services) -> bool:
    """Whether a file is meant, there or not: nothing that a hub could have."""
    path = Path(text)
    looks_so = path.is_absolute() or text.startswith((".", "~")) or (text.lower().endswith(".gguf") and ":" not in text)
    return looks_so or local(text, desk).exists()


def offers(text: str, desk: Services, cancel: Cancel) -> tuple[Offer, ...]:
    """Whatever is offered under a name: `NAME[:WHICH]` of the catalogue, else `OWNER/NAME[:WHICH]`, about which the
    hub is asked. WHICH is a quantization or a file of the repository.

    Raises AppError OFFER_UNKNOWN, HUB_*; Stopped.
    """
    name, _colon, which = text.partition(":")
    known = desk.downloads.offers()
    there = tuple(offer for offer in known if _fold(name) in (_fold(offer.untrusted_name), _fold(offer.repository)))
    found = tuple(offer for offer in there if _is_meant(offer, which))
    if not found and _REPOSITORY.fullmatch(name):
        there = finish(desk.downloads.look_up(name, cancel), ProgressBar())
        found = tuple(offer for offer in there if _is_meant(offer, which))
    if not found:
        names = dict.fromkeys(offer.quantization or offer.files[0].path for offer in there)
        names = names or dict.fromkeys(offer.untrusted_name for offer in known)
        raise AppError(Code.OFFER_UNKNOWN, path=text, known=", ".join(names))
    return found


def offer(text: str, desk: Services, cancel: Cancel) -> Offer:
    """The one that is meant. Raises AppError OFFER_UNKNOWN where there is none or more than one, HUB_*; Stopped."""
    found = offers(text, desk, cancel)
    if len(found) > 1:
        known = ", ".join(each.quantization or each.files[0].path for each in found)
        raise AppError(Code.OFFER_SEVERAL, path=text, known=known)
    return found[0]


def _is_meant(offer: Offer, which: str) -> bool:
    return not which or which.upper() == offer.quantization.upper() or any(which == file.path for file in offer.files)


def _fold(text: str) -> str:
    return _BETWEEN_WORDS.sub("-", text.casefold())
