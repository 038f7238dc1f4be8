"""What desk and embedder say to each other."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from app.core.events import Opening
from app.isolation.heartbeat import SandboxReady, WireFailed

ANY_LANGUAGE = slice(0, 384)
ENGLISH = (slice(384, 768), slice(768, 1152))
DIMENSIONS = ENGLISH[-1].stop
"""Of a vector, which is three in a row: what a model of many languages makes of the text, and what each of two models
of English makes of it; these are zeros where the text is not English."""

MOST_TEXTS = 16
"""In one order; each takes up to a tenth of a second, and much longer where a patient embedder lets others go first."""


class Embed(msgspec.Struct, frozen=True, tag=True):
    """Embed some texts, at most MOST_TEXTS. Answered by Embedded or WireFailed.

    `english`: they are in English. `asked`: they are questions, to be near to what answers them.
    `patient`: from now on, this process lets all others compute first.
    """

    texts: tuple[str, ...]
    english: bool = False
    asked: bool = False
    patient: bool = False


class Embedded(msgspec.Struct, frozen=True, tag=True):
    """Of each text DIMENSIONS signed bytes, the largest of each part 127 or -127: directions, without lengths."""

    vectors: bytes


EmbedderEvent: TypeAlias = SandboxReady | Opening | Embedded | WireFailed
