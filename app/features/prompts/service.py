"""A person's instructions and saved prompts as one text: to be read, carried elsewhere, and taken in again.

The instructions come first. Each prompt begins with a line of `#`, its name and, behind a slash, its shortcut. A line
of theirs that begins with `#` or a backslash has a backslash before it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.core.errors import AppError, Code
from app.core.settings import INSTRUCTIONS_CHARACTERS
from app.documents.files import open_document
from app.features.prompts.data import MOST_CHARACTERS, NAME_CHARACTERS, SavedPrompt
from app.features.prompts.store import SavedPrompts
from app.services.services import Services
from app.store.settings import SettingsStore

MAX_FILE_BYTES = 16_000_000
_HEADING = re.compile(r"#\s*(?P<name>.*?)(?:\s+/(?P<shortcut>\S+))?\s*")


@dataclass(frozen=True)
class PromptTexts:
    prompts: SavedPrompts
    settings: SettingsStore

    def text(self) -> str:
        """Return the instructions and the prompts that are kept, as one text."""
        return compose(self.settings.load().instructions, self.prompts.all())

    def take(self, path: Path) -> int:
        """Keep what a file has, prompts in place of those of the same name; return how many. Instructions are kept if
        the file has any. Nothing is kept from a file with something invalid in it. Raises AppError FILE_*,
        PROMPTS_NOT_UTF8, PROMPT_INVALID, and as the store does."""
        instructions, prompts = parse(_read(path))
        for prompt in prompts:
            self.prompts.keep(prompt)
        if instructions:
            self.settings.save(msgspec.structs.replace(self.settings.load(), instructions=instructions))
        return len(prompts)


def prompt_texts_of(desk: Services) -> PromptTexts:
    """Make the texts of a desk. Prompts are the person's: every matter has those of the library."""
    return PromptTexts(SavedPrompts(desk.shared.matters.home), desk.settings)


def compose(instructions: str, prompts: Sequence[SavedPrompt]) -> str:
    """Write instructions and prompts as a text that `parse` takes in again."""
    parts = [_escaped(instructions.strip())] if instructions.strip() else []
    for prompt in prompts:
        shortcut = f" /{prompt.shortcut}" if prompt.shortcut else ""
        parts.append(f"# {' '.join(prompt.name.split())}{shortcut}\n\n{_escaped(prompt.text.strip())}")
    return "\n\n".join(parts) + "\n" if parts else ""


def parse(untrusted_text: str) -> tuple[str, tuple[SavedPrompt, ...]]:
    """Return the instructions, and the prompts, which have no ids. Raises AppError PROMPT_INVALID."""
    begun, sections = [], []  # type: list[str], list[tuple[str, str, list[str]]]
    for line in untrusted_text.splitlines():
        heading = _HEADING.fullmatch(line) if line.startswith("#") else None
        if heading is not None:
            sections.append((heading["name"], heading["shortcut"] or "", []))
        else:
            (sections[-1][2] if sections else begun).append(line.removeprefix("\\"))
    instructions = "\n".join(begun).strip()
    if len(instructions) > INSTRUCTIONS_CHARACTERS:
        raise _invalid("", INSTRUCTIONS_CHARACTERS)
    return instructions, tuple(checked(name, "\n".join(lines), shortcut) for name, shortcut, lines in sections)


def checked(name: str, text: str, shortcut: str = "", id: str = "") -> SavedPrompt:
    """Return a prompt that can be kept. Raises AppError PROMPT_INVALID if it has no name or no text, or too much."""
    made = SavedPrompt(id, " ".join(name.split()), text.strip(), "".join(shortcut.split()).lstrip("/"))
    if not (made.name and made.text) or len(made.name) > NAME_CHARACTERS or len(made.text) > MOST_CHARACTERS:
        raise _invalid(made.name[:NAME_CHARACTERS], MOST_CHARACTERS)
    return made


def _invalid(name: str, limit: int) -> AppError:
    return AppError(Code.PROMPT_INVALID, name=name, limit=limit)


def _escaped(text: str) -> str:
    return re.sub(r"^(?=[#\\])", r"\\", text, flags=re.MULTILINE)


def _read(path: Path) -> str:
    file = open_document(path, MAX_FILE_BYTES)
    with os.fdopen(file.fd, "rb") as opened:
        untrusted_bytes = opened.read(MAX_FILE_BYTES)
    try:
        return untrusted_bytes.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AppError(Code.PROMPTS_NOT_UTF8, path=str(path)) from error
