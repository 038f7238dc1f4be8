"""The part of a feature that acts on an open desk by itself, whichever face the desk has."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from app.core.errors import AppError


class DeskFeature:
    """A feature on one desk. What its methods return is told to the person; empty for nothing. They raise AppError."""

    def opened(self) -> str:
        """Act once on a desk that was opened just now, before any face uses it. If this fails, nobody hears of it."""
        return ""

    def setting_changed(self, path: str) -> str:  # noqa: ARG002
        """Act on a setting that a person changed in the terminal; the one at this path is saved."""
        return ""


class DeskFeatures:
    """The features of one desk that do something by themselves. `told` are the sentences that they have for the person
    since the desk was opened; a face says them once."""

    def __init__(self) -> None:
        self.all: tuple[DeskFeature, ...] = ()
        self.told: list[str] = []

    def open(self, features: Iterable[DeskFeature]) -> None:
        """Take these in, and tell each that its desk is open now."""
        self.all = tuple(features)
        for feature in self.all:
            with contextlib.suppress(AppError):
                if words := feature.opened():
                    self.told.append(words)
