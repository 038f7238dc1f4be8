"""Sentences about saved prompts, for both faces."""

from __future__ import annotations

from app.wording.i18n import _
from app.wording.units import count


def imported_words(prompts: int) -> str:
    return _("1 prompt was imported") if prompts == 1 else _("{n} prompts were imported").format(n=count(prompts))
