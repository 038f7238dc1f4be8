"""Small whole models to carry about, and tar archives built member by member, so that any of them can be wrong."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from app.models.provenance import RECORD_NAME, Record
from tests.models import forge, projector


def write_model(path: Path, name: str = "Forged", data_bytes: int = 300_000) -> Path:
    """A model of one file. Returns `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = [forge.KEYS[0], forge.string("general.name", name), *forge.KEYS[2:], forge.number("general.file_type", 7)]
    path.write_bytes(forge.forge(keys, data_bytes=data_bytes).content())
    return path


def write_split_model(folder: Path, stem: str = "tiny-Q8_0") -> list[Path]:
    """A model of two files with a projector beside them. Returns the three, the first part first."""
    folder.mkdir(parents=True, exist_ok=True)
    split = [forge.number("split.count", 2, forge.UINT16), forge.number("split.tensors.count", 3, forge.INT32)]
    of_first = [*forge.KEYS, forge.number("general.file_type", 7), *split, forge.number("split.no", 0, forge.UINT16)]
    of_second = [*split, forge.number("split.no", 1, forge.UINT16)]
    first, second = (folder / f"{stem}-0000{number}-of-00002.gguf" for number in (1, 2))
    first.write_bytes(forge.forge(of_first, forge.TENSORS[:2], data_bytes=200_000).content())
    tensor = forge.tensor("blk.1.ffn_up.weight", (64, 1), forge.F32, 0)
    second.write_bytes(forge.forge(of_second, [tensor], data_bytes=100_000).content())
    return [first, second, projector.write_projector(folder / "mmproj-tiny-F16.gguf")]


def member(
    name: str, content: bytes = b"", *, size: int | None = None, kind: bytes = tarfile.REGTYPE, link: str = ""
) -> bytes:
    """A member of an archive. `size`: what its header says, where that is not true."""
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content) if size is None else size, kind, link
    header = info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
    return header + content + bytes(-len(content) % tarfile.BLOCKSIZE)


def record_member(record: Record) -> bytes:
    return member(RECORD_NAME, msgspec.json.encode(record))


def archive(*members: bytes) -> bytes:
    return b"".join(members) + bytes(2 * tarfile.BLOCKSIZE)


def pax_archive(record: Record, contents: dict[str, bytes], change: Callable[[tarfile.TarInfo], None]) -> bytes:
    """Write a PAX archive as Python's own tarfile does."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as packed:
        for name, content in {RECORD_NAME: msgspec.json.encode(record), **contents}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            if name != RECORD_NAME:
                change(info)
            packed.addfile(info, io.BytesIO(content))
    return file.getvalue()


def names_in(folder: Path) -> Sequence[str]:
    """Whatever lies in a folder and below it, hidden or not, but for locks and empty folders."""
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file() and file.name != "lock")
