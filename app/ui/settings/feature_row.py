"""A row that a feature adds to the settings: something that can be done there, with a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from app.wording.settings import SectionKind


@dataclass(frozen=True)
class FeatureRow:
    """A row that a feature adds to the settings: something that can be done there, with a button. The row is known by
    `key`, and stands in `section`, below the rows of the kernel. `explain` returns the words below the title, and may
    ask the store for them; it is called in the thread of the store. `run` is what the button does, once the settings
    are closed if `closes_settings`."""

    key: str
    section: SectionKind
    title: str
    button: str
    explain: Callable[[], str]
    run: Callable[[], object]
    closes_settings: bool = False


ExplainedRows: TypeAlias = tuple[tuple[FeatureRow, str], ...]
"""The rows, each with the words below its title."""
