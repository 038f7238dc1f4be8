"""What is kept of the window for its next start.

`FrameState` is kept unencrypted, so that the window is in its place before the store is open: places and widths, what
is folded, light or dark. `WindowState`, what was open in it, is kept in the store.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from app.core.errors import AppError
from app.core.files import write_private
from app.core.settings import ThemeChoice

_NAME = "frame"
_MOST_BYTES = 64 << 10


class FrameState(msgspec.Struct, frozen=True):
    """`geometry`: Qt's own. `margins`: what the desktop drew around the window: left, top, right, bottom. `widths`: of
    the panels, from left to right."""

    geometry: bytes = b""
    margins: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()
    shelf_folded: bool = False
    page_folded: bool = False
    theme: ThemeChoice = ThemeChoice.SYSTEM


class OpenPage(msgspec.Struct, frozen=True):
    """A book that lies open, and its page."""

    book_id: str
    page: int


class WindowState(msgspec.Struct, frozen=True):
    """What lay open in the window: `open_pages` in the conversation, from left to right; `book_id` is the one of them
    that was shown, at its `page`."""

    book_id: str = ""
    page: int = 1
    conversation_id: str = ""
    open_pages: tuple[OpenPage, ...] = ()


def load(folder: Path) -> FrameState:
    """What `save` wrote; the usual where that is nothing, or nothing sound."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        with (folder / _NAME).open("rb") as file:
            return msgspec.json.decode(file.read(_MOST_BYTES), type=FrameState)
    return FrameState()


def save(folder: Path, state: FrameState) -> None:
    """Where it cannot be written, the window will open in its usual place."""
    with contextlib.suppress(AppError):
        write_private(folder / _NAME, lambda file: file.write(msgspec.json.encode(state)))
