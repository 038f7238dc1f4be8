"""The copy of a desk that is made before its schema is changed, so that the older Octavo can be gone back to.

It lies beside the database, encrypted with the same key, as `octavo.db.v3`: 3 is the version of the schema in it. There
is one at most. It would keep what a person deletes, and open with a key that was taken away: so it goes with the first
deletion, and before the key is changed.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from app.core.files import DRAFT_SUFFIX, remove_private, rename_private

_COPY = re.compile(r"\.v\d+")
_DRAFT = re.compile(rf"\.v\d+\.[0-9a-f]{{8}}{re.escape(DRAFT_SUFFIX)}")


def draft_of_copy(path: Path, version: int) -> Path:
    """Where the copy of the database at `path` is to be written. Drafts of starts that were cut short go.

    Raises AppError FOLDER_READ_ONLY.
    """
    for draft in _beside(path, _DRAFT):
        remove_private(draft)
    return path.with_name(f"{path.name}.v{version}.{secrets.token_hex(4)}{DRAFT_SUFFIX}")


def publish_copy(path: Path, version: int, draft: Path) -> None:
    """The draft is whole: give it its name, and remove an earlier copy. Raises AppError FOLDER_READ_ONLY, DISK_FULL."""
    target = path.with_name(f"{path.name}.v{version}")
    rename_private(draft, target)
    for other in _beside(path, _COPY):
        if other != target:
            remove_private(other)


def find_copy(path: Path) -> Path | None:
    """The copy of the database at `path`, if there is one."""
    return next(iter(_beside(path, _COPY)), None)


def remove_copies(path: Path) -> None:
    """Raises AppError FOLDER_READ_ONLY."""
    for file in (*_beside(path, _COPY), *_beside(path, _DRAFT)):
        remove_private(file)


def _beside(path: Path, ending: re.Pattern[str]) -> list[Path]:
    found = path.parent.glob(f"{path.name}.v*")
    return [file for file in found if ending.fullmatch(file.name.removeprefix(path.name))]
