"""Writes the report of a conversation into a file of the format that its name says."""

from __future__ import annotations

import base64
import itertools
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from urllib.parse import quote

from app.core.errors import AppError, Code
from app.core.machine.files import write_private
from app.export.report import PICTURE_SIDE, LoadPicture, Picture, Report
from app.wording.i18n import _

_PRIVATE_FOLDER = 0o700

ENDINGS = (".md", ".html", ".docx")


def check(path: Path, endings: Sequence[str] = ENDINGS) -> None:
    """Check that a file can be written there once there is something to write; raises AppError as `write`."""
    check_ending(path, endings)
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise AppError(Code.EXPORT_NOT_WRITTEN, path=str(path))


def check_ending(path: Path, endings: Sequence[str] = ENDINGS) -> None:
    """Check how the file's name ends. Raises AppError EXPORT_FORMAT."""
    if path.suffix.lower() not in endings:
        raise AppError(Code.EXPORT_FORMAT, path=str(path), known=", ".join(endings))


def write(report: Report, path: Path, load: LoadPicture) -> None:
    """Write a file for its owner's eyes only (0600), whole or not at all. Raises AppError EXPORT_FORMAT,
    EXPORT_NOT_WRITTEN, DISK_FULL.

    What `load` raises is said in the image's place. Markdown has its images in a folder beside it: few programs show
    those that are written into the text, and nobody could read that text any more.
    """
    check_ending(path)
    write_bytes(_written(report, path, load), path)


def write_bytes(data: bytes, path: Path) -> None:
    """Write a file whose bytes were made elsewhere, for its owner's eyes only (0600), whole or not at all. Raises
    AppError EXPORT_NOT_WRITTEN, DISK_FULL."""
    try:
        write_private(path, lambda file: file.write(data))
    except AppError as error:
        if error.code is Code.FOLDER_READ_ONLY:
            raise AppError(Code.EXPORT_NOT_WRITTEN, path=str(path)) from error
        raise


def _written(report: Report, path: Path, load: LoadPicture) -> bytes:
    """Return the bytes of the file. The libraries of a format are loaded when a file of it is written: together they
    took a tenth of the start."""
    match path.suffix.lower():
        case ".md":
            from app.export import markdown

            return markdown.write(report, _Folder(path, load).put).encode()
        case ".html":
            from app.export import html

            return html.write(report, partial(_put_inside, load)).encode()
        case _:
            from app.export import docx

            return docx.write(report, load)


def _put_inside(load: LoadPicture, picture: Picture) -> str:
    return f"data:image/png;base64,{base64.b64encode(load(picture.ref, PICTURE_SIDE)).decode()}"


class _Folder:
    """The folder for the images of the Markdown file `text`, beside it and with its name."""

    def __init__(self, text: Path, load: LoadPicture) -> None:
        self._path = text.with_name(_("{name} images").format(name=text.stem))
        self._load = load
        self._names: dict[str, str] = {}

    def put(self, picture: Picture) -> str:
        """Write an image, and return its address as seen from the text."""
        png = self._load(picture.ref, PICTURE_SIDE)
        try:
            self._path.mkdir(_PRIVATE_FOLDER, exist_ok=True)
        except OSError as error:
            raise AppError(Code.EXPORT_NOT_WRITTEN, path=str(self._path)) from error
        name = self._name(picture)
        write_bytes(png, self._path / name)
        return quote(f"{self._path.name}/{name}")

    def _name(self, picture: Picture) -> str:
        """Return a file name that no other image has: two images have the same number where a question was not
        answered."""
        names = (f"{picture.file_stem}{f' ({n})' if n else ''}.png" for n in itertools.count())
        sha256 = picture.ref.sha256
        return next(name for name in names if self._names.setdefault(name, sha256) == sha256)
