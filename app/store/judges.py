"""What each model's judgement of sentences is worth, as it was measured on this machine."""

from __future__ import annotations

import math

import msgspec

from app.store.settings import SettingsStore

_BLOB = "judges"
_MOST = 64
"""Models; the oldest go."""


class Judge(msgspec.Struct, frozen=True):
    """What a model's answers are worth. `model`: a fingerprint of its file; `version`: of what it was measured by.

    The probability that a page says a sentence of weight w is 1 / (1 + exp(-(slope * w + offset))). `area`: how often
    it gave a true sentence more weight than a false one (the area under the ROC curve); 0.5 is chance.
    """

    model: str
    version: int
    slope: float
    offset: float
    area: float

    def probability(self, weight: float) -> float:
        return logistic(self.slope * weight + self.offset)


class Judges:
    """All methods raise AppError as the store does."""

    def __init__(self, settings: SettingsStore) -> None:
        self._settings = settings

    def keep(self, judge: Judge) -> None:
        """Instead of an older one of the same model."""
        rows = [each for each in self._all() if each.model != judge.model]
        self._settings.set_blob(_BLOB, msgspec.json.encode([*rows, judge][-_MOST:]))

    def of(self, model: str, version: int) -> Judge | None:
        """None where the model was not measured by this version."""
        return next((each for each in self._all() if (each.model, each.version) == (model, version)), None)

    def _all(self) -> list[Judge]:
        """Nothing of what another version kept in another form."""
        kept = self._settings.get_blob(_BLOB)
        try:
            return msgspec.json.decode(kept, type=list[Judge]) if kept else []
        except msgspec.DecodeError:
            return []


def logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-500.0, min(500.0, value))))
