"""Looks into a frozen bundle: its files, and the Python modules that its program carries."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from elf import is_elf
from PyInstaller.archive.readers import ArchiveReadError, CArchiveReader

CONTENTS = "_internal"
"""The folder where PyInstaller puts everything but the program."""


@dataclass(frozen=True, slots=True)
class Bundle:
    files: dict[str, Path]
    """The files by their place as it was before freezing (`numpy/__init__.py`); the program by its name. Links are left
    out."""
    libraries: tuple[str, ...]
    """The ones of `files` that are native code."""
    modules: frozenset[str]
    """Names of the Python modules, from the program's archive."""


def look_into(root: Path) -> Bundle:
    """Look into a bundle. `root`: the folder with the program, or one that holds packages as an environment does.
    Raises OSError."""
    files: dict[str, Path] = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            files[path.relative_to(root).as_posix().removeprefix(f"{CONTENTS}/")] = path
    modules: set[str] = set()
    for path in sorted(root.iterdir()):
        if path.is_file() and not path.is_symlink():
            modules |= _modules_of(path)
    return Bundle(files, tuple(name for name, path in files.items() if is_elf(path)), frozenset(modules))


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _modules_of(program: Path) -> set[str]:
    try:
        archive = CArchiveReader(str(program))
        inner = [archive.open_embedded_archive(entry) for entry in archive.toc if entry.endswith(".pyz")]
    except ArchiveReadError:
        return set()
    return {name for entry in inner for name in entry.toc}
