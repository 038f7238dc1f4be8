"""Images on their way to a server: as they are sent, what was given to be sent, and what they take of its context."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from app.core.conversations.image import within
from app.core.errors import AppError, Code
from app.engine.prompt import ImagePiece
from app.engine.protocol import Pixels, Prompt, ShownImage
from app.engine.remote import wire
from app.engine.remote.layout import Chat

LONGEST_SIDE = 2_048
"""Pixels of an image as it is sent; servers reduce it further themselves."""

MOST_BYTES = 48 << 20
"""The most bytes of the images of one request, which make 64 MB of its text; llama-server takes 100 MB."""

_OF_IMAGES = {Code.REMOTE_REFUSED: Code.REMOTE_IMAGES_REFUSED, Code.REMOTE_TOO_LARGE: Code.REMOTE_IMAGES_TOO_LARGE}
_PNG = b"\x89PNG\r\n\x1a\n"


def sent_size(width: int, height: int) -> tuple[int, int]:
    return within(width, height, LONGEST_SIDE)


def part(png: bytes) -> wire.ImagePart:
    """Return an image as the API takes it: in the request itself (RFC 2397), so that the server fetches nothing."""
    return wire.ImagePart(wire.ImageUrl(f"data:image/png;base64,{b64encode(png).decode('ascii')}"))


def blank(width: int, height: int) -> bytes:
    """Return a white image in PNG (RFC 2083)."""
    rows = (b"\0" + b"\xff" * 3 * width) * height
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return _PNG + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


@contextmanager
def about_images() -> Iterator[None]:
    """Blame images where a server refuses what has some, for they may be why. Raises AppError REMOTE_IMAGES_*."""
    try:
        yield
    except AppError as error:
        if error.code not in _OF_IMAGES:
            raise
        raise AppError(_OF_IMAGES[error.code], **error.params) from error


class ServerSight:
    """The sight of a server's model, as laying out asks for it (`engine.prompt.Sight`)."""

    causal = True

    def __init__(self, model: str, tokens: Callable[[int, int], int]) -> None:
        """`tokens` returns what an image of so many pixels takes; it is asked once of each size."""
        self.identity = model
        self._tokens = lru_cache(256)(tokens)

    def tokens(self, width: int, height: int) -> int:
        """Return how many tokens an image takes. Raises AppError REMOTE_*; Stopped."""
        with about_images():
            return self._tokens(*sent_size(width, height))

    def pieces(self, width: int, height: int) -> tuple[ImagePiece, ...]:
        return (ImagePiece(embeddings=self.tokens(width, height)),)


class GivenImages:
    """The bytes of images that may be sent, by the digests of what is kept of them."""

    def __init__(self) -> None:
        self._pngs: dict[str, bytes] = {}

    def put(self, sha256: str, png: bytes) -> None:
        self._pngs[sha256] = png

    def retain(self, sha256s: Iterable[str]) -> None:
        kept = set(sha256s)
        self._pngs = {sha256: png for sha256, png in self._pngs.items() if sha256 in kept}

    def missing(self, prompt: Prompt) -> tuple[Pixels, ...]:
        """Return the images that are to be given before a prompt can be sent, each once."""
        images = {image.sha256: image for message in prompt.messages for image in message.images}
        sizes = {sha256: sent_size(image.width, image.height) for sha256, image in images.items()}
        return tuple(Pixels(sha256, size, size) for sha256, size in sizes.items() if sha256 not in self._pngs)

    def messages(self, chat: Chat, host: str) -> tuple[wire.ChatMessage, ...]:
        """Return a conversation as it is sent: the same bytes for the same conversation.

        Raises AppError REMOTE_IMAGES_TOO_LARGE; ENGINE_PROTOCOL for an image that was not given.
        """
        shown = [each for turn in chat.turns for each in turn.parts if isinstance(each, ShownImage)]
        if any(image.sha256 not in self._pngs for image in shown):
            raise AppError(Code.ENGINE_PROTOCOL, detail="an image was not given")
        if sum(len(self._pngs[image.sha256]) for image in shown) > MOST_BYTES:
            raise AppError(Code.REMOTE_IMAGES_TOO_LARGE, host=host)
        return tuple(wire.ChatMessage(turn.role, self._content(turn.parts)) for turn in chat.turns)

    def _content(self, parts: tuple[str | ShownImage, ...]) -> wire.Content:
        if len(parts) == 1 and isinstance(parts[0], str):
            return parts[0]
        return tuple(wire.TextPart(each) if isinstance(each, str) else part(self._pngs[each.sha256]) for each in parts)
