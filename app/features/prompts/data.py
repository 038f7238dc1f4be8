"""Prompts that a person uses often, kept by a name."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

MOST_CHARACTERS = 20_000
"""The most characters of the text of a prompt."""

NAME_CHARACTERS = 80


class SavedPrompt(msgspec.Struct, frozen=True):
    """A saved prompt. `shortcut` is what is typed behind a slash to find it; it may be empty."""

    id: str
    name: Annotated[str, Meta(min_length=1, max_length=NAME_CHARACTERS)]
    text: Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS)]
    shortcut: str = ""
