"""The fixtures that tests of features share with those of the store, the terminal and the window."""

from __future__ import annotations

from tests.cli.conftest import documents_read_once, near_embedder, octavo, read_documents
from tests.store.conftest import database, key, paths
from tests.ui.conftest import clipboard, room, start, windows_end_first

__all__ = [
    "clipboard",
    "database",
    "documents_read_once",
    "key",
    "near_embedder",
    "octavo",
    "paths",
    "read_documents",
    "room",
    "start",
    "windows_end_first",
]
