"""The record of a model, written when it came: where from, in what revision, and the hashes of its files."""

from __future__ import annotations

import datetime
import hashlib
import re
from enum import StrEnum
from pathlib import Path

import msgspec

from app.core.errors import AppError
from app.models.offers import MAX_NAME_BYTES, check_path

RECORD_NAME = "octavo-model.json"

MAX_RECORD_BYTES = 1 << 20
"""A record of MAX_FILES files takes a tenth."""

MAX_FILES = 256
"""Parts, projector and what belongs to a model; the largest models come in half as many parts."""

_UNSAFE = re.compile(r"[^\w.+-]+", re.ASCII)

SUMS_NAME = "SHA256SUMS"

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SUM = re.compile(r"(?P<hash>[0-9a-fA-F]{64}) [ *](?:\./)?(?P<name>[^/\\]+)", re.ASCII)


class RecordedFile(msgspec.Struct, frozen=True):
    """A file of a recorded model. `path` is its name, in the folder of the record. `sha256` has 64 hexadecimal digits,
    lower case. If it is `proved`, the bytes were compared with what the hub or a list of hashes said; else the hash is
    that of the bytes that came."""

    path: str
    size_bytes: int
    sha256: str
    proved: bool = True


class Record(msgspec.Struct, frozen=True):
    """The record of a model: where it came from, and its files. `fetched` is a time in ISO form. `repository` and
    `revision` are empty for what came from no hub. Fields that a later version adds are passed over."""

    name: str
    repository: str
    revision: str
    licence: str
    files: tuple[RecordedFile, ...]
    fetched: str
    quantization: str = ""

    @property
    def title(self) -> str:
        """Name and quantization, as a list shows them."""
        known = not self.quantization or self.quantization.casefold() in self.name.casefold()
        return self.name if known else f"{self.name} {self.quantization}"

    @property
    def folder_name(self) -> str:
        """The name of the folder among the models in which the model is."""
        return folder_name(self.repository, self.quantization) if self.repository else safe_name(self.name)

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    @property
    def sha256(self) -> str:
        """The SHA-256 of the model's one GGUF file; of several, of their list as `sha256sum` writes it."""
        parts = [file for file in self.files if file.path.endswith(".gguf") and not file.path.startswith("mmproj")]
        if len(parts) == 1:
            return parts[0].sha256
        return hashlib.sha256(sums_of(msgspec.structs.replace(self, files=tuple(parts)))).hexdigest()


class FileState(StrEnum):
    GOOD = "good"
    CHANGED = "changed"
    MISSING = "missing"
    UNKNOWN = "unknown"  # there is nothing to compare it with


class ModelVerdict(msgspec.Struct, frozen=True):
    """The state of each file of a model, by name, the first part first."""

    files: tuple[tuple[str, FileState], ...]

    @property
    def is_good(self) -> bool:
        return all(state is FileState.GOOD for _name, state in self.files)


def today() -> str:
    """Return date and time now, in ISO form (UTC)."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def folder_name(repository: str, quantization: str) -> str:
    """Return the folder of a fetched model: `owner--repository--quantization`."""
    return safe_name("--".join(filter(None, (*repository.split("/"), quantization))))


def safe_name(untrusted_text: str) -> str:
    """Return a text as the name of a file or folder that leads nowhere, hides nowhere and that every system takes."""
    name = _UNSAFE.sub("-", untrusted_text)[:MAX_NAME_BYTES].strip("-. ")
    return name or "model"


def is_safe(path: str) -> bool:
    """Return whether a record may name a file so: a plain name that every system takes, not hidden, and not its own."""
    try:
        check_path(path)
    except AppError:
        return False
    return "/" not in path and path.casefold() not in (RECORD_NAME, SUMS_NAME.casefold())


def record_beside(model: Path) -> Record | None:
    """Return the record in a model's folder, if it is a sound one and names that file."""
    record = read_record(model.parent / RECORD_NAME)
    return record if record and any(file.path == model.name for file in record.files) else None


def encode_record(record: Record) -> bytes:
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


def sums_of(record: Record) -> bytes:
    """Return the list of hashes that `sha256sum -c` checks a model with."""
    return "".join(f"{file.sha256}  {file.path}\n" for file in record.files).encode()


def parse_sums(content: bytes) -> dict[str, str]:
    """Return the hashes, by the names, in what `sha256sum` wrote; lines that it does not write are passed over."""
    lines = content[:MAX_RECORD_BYTES].decode("utf-8", "replace").splitlines()
    found = (_SUM.fullmatch(line) for line in lines)
    return {each["name"]: each["hash"].lower() for each in found if each}


def read_record(file: Path) -> Record | None:
    """Read a record; None if there is none, or none that can be trusted to name its files."""
    try:
        with file.open("rb") as stream:
            return parse_record(stream.read(MAX_RECORD_BYTES + 1))
    except OSError:
        return None


def parse_record(content: bytes) -> Record | None:
    if len(content) > MAX_RECORD_BYTES:
        return None
    try:
        record = msgspec.json.decode(content, type=Record)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return record if _is_sound(record) else None


def _is_sound(record: Record) -> bool:
    names = [file.path.casefold() for file in record.files]
    return (
        0 < len(names) <= MAX_FILES
        and len(set(names)) == len(names)
        and all(is_safe(file.path) and 0 <= file.size_bytes < 1 << 50 for file in record.files)
        and all(_HASH.fullmatch(file.sha256) for file in record.files)
    )
