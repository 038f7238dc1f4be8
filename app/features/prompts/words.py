"""Sentences about saved prompts, for both faces."""

from __future__ import annotations

from app.wording.i18n import _
from app.wording.units import counted


def imported_words(prompts: int) -> str:
    return counted(prompts, _("1 prompt was imported"), _("{n} prompts were imported"))
