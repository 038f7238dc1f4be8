"""Persons and organisations that documents name."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class EntityKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


class FoundName(msgspec.Struct, frozen=True):
    """A person or organisation on a page: as it is written there, and how often."""

    name: str
    kind: EntityKind
    page: int
    count: int = 1
