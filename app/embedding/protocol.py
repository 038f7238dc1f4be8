"""The messages between the desk and the embedder."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from app.core.conversations.events import Opening
from app.isolation.heartbeat import SandboxReady, WireFailed


class VectorKind(StrEnum):
    """The kind of vectors that one model makes of a text: one vector of the whole, or one of each of its sentences.

    Of passages, the kind E5 is made where USE is missing; older desks have both."""

    E5 = "e5"
    E5_SENTENCES = "e5 sentences"
    USE = "use"
    BGE = "bge"
    BGE_SENTENCES = "bge sentences"
    MINILM = "minilm"


WIDTHS = {kind: 512 if kind is VectorKind.USE else 384 for kind in VectorKind}
"""The size of a vector of each kind, in bytes."""

ENGLISH = (VectorKind.BGE, VectorKind.BGE_SENTENCES, VectorKind.MINILM)

CLOSER = {
    VectorKind.MINILM: (VectorKind.BGE, VectorKind.BGE_SENTENCES),
    VectorKind.USE: (VectorKind.E5_SENTENCES,),
    VectorKind.E5: (VectorKind.E5_SENTENCES,),
}
"""The kinds that every passage is searched by, each with those that tell better and take several times as long to make:
by them, passages are compared that the first one found nearest."""

OF_SENTENCES = {VectorKind.E5_SENTENCES: VectorKind.E5, VectorKind.BGE_SENTENCES: VectorKind.BGE}
"""The kinds that have a vector of each sentence, with the one of a question that they are compared with."""

TextVectors: TypeAlias = dict[VectorKind, bytes]
"""The vectors of one text, by kind: signed bytes, one vector after the other, the largest number of each 127 or -127.
They are directions, without lengths."""

MOST_SENTENCES = 64
"""The most sentences of a text that get vectors; the last one has all that is behind."""

MOST_TEXTS = 16
"""The most texts of one order; each takes up to a tenth of a second, and much longer if a patient embedder lets others
go first."""


class Embed(msgspec.Struct, frozen=True, tag=True):
    """Embed some texts, at most MOST_TEXTS. Answered by Embedded or WireFailed.

    `kinds` are what is made of each. If they are `asked`, they are questions, to be near to what answers them. With
    `patient`, this process lets all others compute first from now on.
    """

    texts: tuple[str, ...]
    kinds: tuple[VectorKind, ...]
    asked: bool = False
    patient: bool = False


class Embedded(msgspec.Struct, frozen=True, tag=True):
    """The vectors of each text, of the kinds that were wanted."""

    vectors: tuple[TextVectors, ...]


EmbedderEvent: TypeAlias = SandboxReady | Opening | Embedded | WireFailed
