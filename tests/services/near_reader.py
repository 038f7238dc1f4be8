"""A reader of text files in the tests' own process: what a folder does with documents needs no process for each."""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.core.conversations.events import Opening
from app.core.documents.document import Document, Format, Member, Page
from app.core.errors import AppError, Code
from app.core.machine.secret import Password
from app.core.work import Cancel, Stopped, Work


@dataclass
class NearReader:
    """The first line of a file is its title. One that begins with "damaged" is, one with "locked" wants the password
    "key"; each line "> NAME TEXT" is a document inside it. `read_files` are the names in the order of their ends;
    `before` is called with each name first."""

    read_files: list[str] = field(default_factory=list)
    before: Callable[[str], object] = field(default=lambda _name: None)
    threads: set[str] = field(default_factory=set)

    def expect(self, files: float = math.inf) -> None:
        """No process is needed."""

    def read(
        self, path: Path, cancel: Cancel, password: Password | None = None, *, keep: bool = True, member: str = ""
    ) -> Work[Opening, Document]:
        self.threads.add(threading.current_thread().name)
        self.before(path.name)
        if cancel.requested:
            raise Stopped
        text = _text(path, member)
        if text.startswith("damaged"):
            raise AppError(Code.DOCUMENT_DAMAGED, path=str(path), format="text")
        if text.startswith("locked") and (password is None or password.secret != "key"):
            raise AppError(Code.DOCUMENT_PASSWORD_NEEDED, path=str(path))
        yield Opening(1, 2)
        self.read_files.append(path.name + (f"/{member}" if member else ""))
        digest = hashlib.sha256(text.encode()).hexdigest()
        format = Format.EML if path.suffix == ".eml" and not member else Format.TEXT
        inside = self.members(path, cancel, member)
        return Document(text.split("\n")[0], format, digest, (Page(1, "1", text),), members=inside)

    def members(self, path: Path, cancel: Cancel, member: str = "") -> tuple[Member, ...]:
        if cancel.requested:
            raise Stopped
        inside = [line.split(" ", 2) for line in _text(path, member).split("\n") if line.startswith("> ")]
        return tuple(Member(str(number), name, len(text)) for number, (_sign, name, text) in enumerate(inside))

    def close(self) -> None:
        """Nothing runs."""


def _text(path: Path, member: str) -> str:
    lines = path.read_text()
    inside = [line.split(" ", 2)[2] for line in lines.split("\n") if line.startswith("> ")]
    return inside[int(member)] if member else lines
