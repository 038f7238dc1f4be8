"""The models that can be fetched from a hub: the files of each, sizes, hashes and terms, under names that are safe."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import msgspec

from app.core.errors import AppError, Code
from app.core.model import ModelHeader

MAX_PATH_CHARACTERS = 500
"""The most characters of a file's path in its repository; with the models folder before it, it stays below what systems
allow."""

MAX_NAME_BYTES = 200
"""The most bytes of a file's own name: systems allow 255, and something is added to it while it is fetched."""

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_FORBIDDEN = frozenset('<>:"|?*\\')
"""Characters that Windows gives a meaning of their own; a colon also names a stream inside a file."""


STRENGTHS = ("finding", "writing", "japanese")
"""The strengths that models are told apart by: finding a passage in much text, writing well, knowing Japanese."""


class RemoteFile(msgspec.Struct, frozen=True):
    """A file in a repository of the hub. `path` is relative and was checked to lead nowhere else. `sha256` has 64
    hexadecimal digits, and `revision` is the commit; both are empty in the catalogue if the hub has to be asked
    first."""

    repository: str
    path: str
    size_bytes: int
    sha256: str = ""
    revision: str = ""


class Offer(msgspec.Struct, frozen=True):
    """A model in one quantization: its parts in order, and what it sees images with.

    `untrusted_name` is what the catalogue calls it, else the repository's name, which its owner chose. `revision` is
    the commit of the repository, 40 hexadecimal digits, empty if the hub has to be asked first. `licence` is an id of
    the catalogue's licences, or what the hub says, empty if nothing was said. If it is `gated`, the hub wants a token
    of someone who was admitted. `header` and `projector_header` are there if they are known before anything is fetched;
    their `files` are empty. A model that `thinks` does so before it answers, unless that is switched off. `strengths`
    are those of `STRENGTHS` that it is good at here.
    """

    repository: str
    untrusted_name: str
    quantization: str
    files: tuple[RemoteFile, ...]
    projector: RemoteFile | None = None
    revision: str = ""
    licence: str = ""
    gated: bool = False
    header: ModelHeader | None = None
    projector_header: ModelHeader | None = None
    thinks: bool = False
    strengths: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Distinguishes offers, whatever is known about them: repository and first part."""
        return f"{self.repository}:{self.files[0].path}" if self.files else self.repository

    @property
    def all_files(self) -> tuple[RemoteFile, ...]:
        return (*self.files, self.projector) if self.projector else self.files

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.all_files)


def check_repository(untrusted_name: str) -> str:
    """Return the name as it is, if it is `owner/name` in the hub's alphabet. Raises AppError HUB_REPOSITORY_INVALID."""
    # Source of the rules: validate_repo_id of huggingface_hub.
    parts_are_sound = all(
        "--" not in part and ".." not in part and not part.endswith((".", "-", ".git"))
        for part in untrusted_name.split("/")
    )
    if not _REPOSITORY.fullmatch(untrusted_name) or not parts_are_sound:
        raise AppError(Code.HUB_REPOSITORY_INVALID, repository=untrusted_name[:MAX_PATH_CHARACTERS])
    return untrusted_name


def check_path(untrusted_path: str) -> str:
    """Return the path as it is, if it leads nowhere but down and each part can be a name on every system.

    Raises AppError HUB_NAME_UNSAFE.
    """
    sound = 0 < len(untrusted_path) <= MAX_PATH_CHARACTERS and all(map(_is_sound, untrusted_path.split("/")))
    if not sound:
        raise AppError(Code.HUB_NAME_UNSAFE, name=untrusted_path[:MAX_PATH_CHARACTERS])
    return untrusted_path


def stored_name(path: str) -> str:
    """Return the name under which a file of the hub is kept here: its own, without the folders of its repository."""
    return PurePosixPath(path).name


def _is_sound(part: str) -> bool:
    return (
        bool(part)
        and part.isprintable()
        and not part.startswith(".")
        and not part.endswith((".", " "))
        and not _FORBIDDEN & set(part)
        and not _RESERVED.fullmatch(part)
        and len(part.encode("utf-8", "replace")) <= MAX_NAME_BYTES
    )
