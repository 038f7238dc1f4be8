"""A row that a feature adds to the settings: something that can be done there, with a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from app.wording.settings import SectionKind


@dataclass(frozen=True)
class FeatureRow:
    """`key`: by which the row is known; `section`: where it stands, below the rows of the kernel. `explain`: gives the
    words below the title, and may ask the store for them; it is called in the thread of the store. `run`: what the
    button does, once the settings are closed where `closes_settings`."""

    key: str
    section: SectionKind
    title: str
    button: str
    explain: Callable[[], str]
    run: Callable[[], object]
    closes_settings: bool = False


ExplainedRows: TypeAlias = tuple[tuple[FeatureRow, str], ...]
"""Each row with the words below its title."""
