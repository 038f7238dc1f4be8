"""The words of the interface in the person's language; without Qt."""

from __future__ import annotations

import locale
import os
from functools import cache
from pathlib import Path

import polib

from app.core.machine.paths import resources

ENGLISH = "en"
_TRANSLATIONS: dict[str, str] = {}
_LANGUAGE = [ENGLISH]


def use_language(language: str) -> None:
    """Choose the language of all that follows: `en`, `ja`, or empty for the system's. Without a catalogue: English."""
    code = (language or _system_language()).casefold()[:2]
    catalogue = resources() / "translations" / f"{code}.po"
    _TRANSLATIONS.clear()
    _LANGUAGE[:] = [ENGLISH]
    if code != ENGLISH and code.isalpha() and catalogue.is_file():
        _TRANSLATIONS.update(_read(catalogue))
        _LANGUAGE[:] = [code]


@cache
def _read(catalogue: Path) -> dict[str, str]:
    entries = polib.pofile(str(catalogue), encoding="utf-8").translated_entries()
    return {entry.msgid: entry.msgstr for entry in entries}


def language() -> str:
    """Return the language in force: `en` or `ja`."""
    return _LANGUAGE[0]


def _system_language() -> str:
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    chosen = next((name for name in names if name), "") or locale.getlocale()[0] or ENGLISH
    if chosen.split(".")[0] in ("C", "POSIX"):
        return ENGLISH
    return os.environ.get("LANGUAGE", "").split(":")[0] or chosen


def _(text: str) -> str:
    """Return a text of the interface in the person's language; the text itself if no translation is known."""
    return _TRANSLATIONS.get(text, text)


translate = _
