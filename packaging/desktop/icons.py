"""Draws Octavo's icon in the sizes and files that desktops want. Called as: icons.py OUT.

OUT gets `16.png` to `512.png`, `octavo.ico` (Windows) and `octavo.icns` (macOS). The same input gives the same bytes:
the files carry no time and no name of a program.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image
from PySide6.QtGui import QImage

from app.ui.look.emblem import SIZES, draw

_ICO = (16, 24, 32, 48, 64, 128, 256)
_ICNS = (32, 64, 128, 256, 512, 1024)  # the entries that Pillow writes, those of double density included


def write(folder: Path) -> None:
    """Write all of them into `folder`, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    images = {side: _to_pillow(draw(side)) for side in {*SIZES, *_ICO, *_ICNS}}
    for side in SIZES:
        images[side].save(folder / f"{side}.png", optimize=True)
    _save_set(folder / "octavo.ico", "ICO", [images[side] for side in _ICO])
    _save_set(folder / "octavo.icns", "ICNS", [images[side] for side in _ICNS])


def _save_set(path: Path, kind: str, images: list[Image.Image]) -> None:
    """Save images as one file. Pillow scales the largest down for every size that it is not given."""
    *others, largest = images
    sizes = {"sizes": [image.size for image in images]} if kind == "ICO" else {}
    largest.save(path, kind, append_images=others, **sizes)


def _to_pillow(image: QImage) -> Image.Image:
    straight = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return Image.frombytes("RGBA", (straight.width(), straight.height()), bytes(straight.constBits()))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
