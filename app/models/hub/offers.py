"""What can be fetched from a model hub: the files of a model, with their sizes, their hashes and its terms."""

from __future__ import annotations

import msgspec

from app.core.model import ModelHeader


class RemoteFile(msgspec.Struct, frozen=True):
    """A file in a repository of the hub. `path` is relative and was checked to lead nowhere else. `sha256`: 64
    hexadecimal digits; empty in the catalogue where the hub has to be asked first."""

    repository: str
    path: str
    size_bytes: int
    sha256: str = ""


class Offer(msgspec.Struct, frozen=True):
    """A model in one quantization: its parts in order, and what it sees images with.

    `name`: as the catalogue calls it, else the repository's name, which its owner chose. `revision`: the commit of the
    repository, 40 hexadecimal digits; empty where the hub has to be asked first. `licence`: an id of the catalogue's
    licences, or what the hub says; empty where nothing was said. `gated`: the hub wants a token of someone who was
    admitted. `header`, `projector_header`: what they say, where that is known before anything is fetched; their
    `files` are empty. `note`: a sentence's name in the catalogue ("smaller", "starter"), empty for none.
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
    note: str = ""

    @property
    def key(self) -> str:
        """Tells offers apart, whatever is known about them: repository and first part."""
        return f"{self.repository}:{self.files[0].path}" if self.files else self.repository

    @property
    def all_files(self) -> tuple[RemoteFile, ...]:
        return (*self.files, self.projector) if self.projector else self.files

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.all_files)
