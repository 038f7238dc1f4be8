"""Kinds of files that features take for the next question, beside the kernel's images, and the words for choosing
them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.wording.i18n import _


@dataclass(frozen=True)
class ChoosingWords:
    """The words for choosing what the model is shown: the name of the command, the tip of the button, the title of the
    dialog, and the kinds of files in it, with `{patterns}`."""

    command: str
    tip: str
    title: str
    kinds: str


@dataclass(frozen=True)
class DroppingWords:
    """The words for files that are held over the window: what is shown of one, with `{name}`; several of this kind and
    images, with `{n}`; and what becomes of them."""

    one: str
    several: str
    detail: str


@dataclass(frozen=True, eq=False)
class GivenKind:
    """A kind of files that a feature takes for the next question, such as videos.

    `endings` are those of names, in lower case. `is_one` recognises a file by its name and its first `head_bytes`,
    which are none if it cannot be read; it is called on any thread. `take` gets the files that a person gave.
    `choosing` are the words where images and these can be chosen.
    """

    endings: tuple[str, ...]
    head_bytes: int
    is_one: Callable[[str, bytes], bool]
    take: Callable[[list[Path]], None]
    choosing: ChoosingWords
    dropping: DroppingWords


def choosing_words(kinds: Sequence[GivenKind]) -> ChoosingWords:
    """Return the words for choosing images and files of these kinds: those of the first kind, which name both."""
    if kinds:
        return kinds[0].choosing
    return ChoosingWords(
        command=_("Show the model an image…"),
        tip=_("Show the model an image"),
        title=_("Show the model images"),
        kinds=_("Images ({patterns})"),
    )
