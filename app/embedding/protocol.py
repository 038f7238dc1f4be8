"""What desk and embedder say to each other."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from app.core.events import Opening
from app.isolation.heartbeat import SandboxReady, WireFailed

DIMENSIONS = 512

MOST_TEXTS = 64
"""In one order; each takes some hundredths of a second."""


class Embed(msgspec.Struct, frozen=True, tag=True):
    """Embed some texts, at most MOST_TEXTS. Answered by Embedded or WireFailed.

    `patient`: from now on, this process lets all others compute first.
    """

    texts: tuple[str, ...]
    patient: bool = False


class Embedded(msgspec.Struct, frozen=True, tag=True):
    """Of each text DIMENSIONS signed bytes, the largest of them 127 or -127: its direction, without a length."""

    vectors: bytes


EmbedderEvent: TypeAlias = SandboxReady | Opening | Embedded | WireFailed
