"""An image with its number in the conversation, by which a person and an answer refer to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.image import Image, ImageRef, ref_of
from app.core.untrusted import disarm
from app.wording.i18n import _
from app.wording.units import count


@dataclass(frozen=True)
class NumberedImage:
    """`number` is the one in the model's prompt (`services.prompts`), which counts through the conversation from 1; 0
    where there is none yet."""

    image: Image | ImageRef
    number: int = 0

    @property
    def ref(self) -> ImageRef:
        return ref_of(self.image)

    @property
    def name(self) -> str:
        """On one line, as it may be shown."""
        return " ".join(disarm(self.ref.untrusted_name).split())

    def caption(self) -> str:
        """ "Image 2 · chart.png"."""
        return self.caption_with(self.name)

    def caption_with(self, short_name: str) -> str:
        """Where there is no room for the whole name."""
        return _("Image {n} · {name}").format(n=self.number, name=short_name) if self.number else short_name

    def size_words(self) -> str:
        return _("{width} × {height} px").format(width=count(self.ref.width), height=count(self.ref.height))


def number_images(images: Iterable[Image | ImageRef], before: int = 0) -> tuple[NumberedImage, ...]:
    """`before`: so many were shown to the model earlier in the conversation."""
    return tuple(NumberedImage(image, number) for number, image in enumerate(images, before + 1))
