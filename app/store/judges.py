"""The trust that each model's judgement of sentences deserves, as it was measured on this machine."""

from __future__ import annotations

import msgspec

from app.store.settings import SettingsStore

_BLOB = "judges"
_MOST = 64
"""Models; the oldest go."""


class JudgedLanguage(msgspec.Struct, frozen=True):
    """A model's answers in one language (ISO 639-1). A claim of more weight than `believed` is taken for what the page
    says, one of less than `denied` for what no page says; in between a person compares.

    `kept` is the share, from 0 to 1, of the true claims that were believed when it was tested. `area` is how often it
    gave a true claim more weight than a false one (the area under the ROC curve); 0.5 is chance.
    """

    language: str
    believed: float
    denied: float
    kept: float
    area: float


class Judge(msgspec.Struct, frozen=True):
    """The worth of a model's answers. `model` is a fingerprint of its file; `version` is that of the claims it was
    measured by."""

    model: str
    version: int
    languages: tuple[JudgedLanguage, ...]


class Judges:
    """All methods raise AppError as the store does."""

    def __init__(self, settings: SettingsStore) -> None:
        self._settings = settings

    def keep(self, judge: Judge) -> None:
        """Keep a judge in place of an older one of the same model."""
        rows = [each for each in self._all() if each.model != judge.model]
        self._settings.set_blob(_BLOB, msgspec.json.encode([*rows, judge][-_MOST:]))

    def of(self, model: str, version: int) -> Judge | None:
        """Return the judge of this model, or None if this version did not measure it."""
        return next((each for each in self._all() if (each.model, each.version) == (model, version)), None)

    def _all(self) -> list[Judge]:
        """Return all judges, but nothing that another version kept in another form."""
        kept = self._settings.get_blob(_BLOB)
        try:
            return msgspec.json.decode(kept, type=list[Judge]) if kept else []
        except msgspec.DecodeError:
            return []
