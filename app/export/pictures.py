"""The images of an exported conversation: what they are called, how large they are, what is said of a missing one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import TypeAlias

from app.core.errors import Problem
from app.core.image import ImageRef
from app.documents.images.kinds import ENDINGS
from app.wording.errors import sentence
from app.wording.i18n import _

PICTURE_SIDE = 2_000
"""Pixels of the longest side; a larger image is reduced to it. Across MOST_WIDTH that is 400 an inch, as sharp as paper
needs it; a photograph of 12 megapixels adds 5 MB to a file instead of 20."""

MOST_WIDTH, MOST_HEIGHT = 12.5, 12.0
"""Centimetres that an image takes on paper at most: within the text, and less than half a page."""

LoadPicture: TypeAlias = Callable[[ImageRef, int], bytes]
"""Gives an image as PNG, reduced if a side is longer than so many pixels. Raises AppError."""

PIXELS_PER_INCH = 96
_CENTIMETRES = 2.54
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_NAME_CHARACTERS = 50


@dataclass(frozen=True)
class Picture:
    """An image of a question. `number` and `name` are those by which the model read it."""

    number: int
    name: str
    ref: ImageRef

    @property
    def caption(self) -> str:
        return _("Image {number}: {name}").format(number=self.number, name=self.name)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in which it is shown, in pixels of which an inch has PIXELS_PER_INCH: its own, unless that
        is too large."""
        width, height = self.ref.width, self.ref.height
        scale = min(
            1.0,
            MOST_WIDTH / _CENTIMETRES * PIXELS_PER_INCH / width,
            MOST_HEIGHT / _CENTIMETRES * PIXELS_PER_INCH / height,
        )
        return max(1, round(width * scale)), max(1, round(height * scale))

    @property
    def file_stem(self) -> str:
        """The name of a file that it is written into, without the ending."""
        stem = PurePath(self.name).stem if self.name.lower().endswith(ENDINGS) else self.name
        return _("image {number} {name}").format(number=self.number, name=safe_name(stem, _NAME_CHARACTERS)).strip()

    def missing(self, problem: Problem) -> str:
        """What is written in its place when it could not be read."""
        named = Problem(problem.code, {**problem.params, "path": self.name})
        return _("{image} is missing. {why}").format(image=self.caption, why=sentence(named))


def safe_name(untrusted_name: str, characters: int) -> str:
    """As a part of a file's name on any system, at most so many characters long."""
    return _NOT_IN_NAMES.sub(" ", untrusted_name)[:characters].strip(" .")
