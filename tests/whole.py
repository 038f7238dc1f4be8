"""The program with its features, as tests need it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app import bootstrap
from app.core.machine.paths import Paths
from app.documents.reader import DocumentReader
from app.engine.protocol import Bandwidth
from app.feature import desk_features_of, diagnoses_of, extensions_of, keeps_of, replacing_of, terminal_commands_of
from app.feature_list import FEATURES as ALL
from app.models.gguf.reader import KnownHeaders
from app.services.services import Services
from app.store.key_derivation import Argon2Cost

_WITHOUT = os.environ.get("OCTAVO_WITHOUT_FEATURE", "")
"""A feature that is taken out of the list, to see that all else passes its tests."""

FEATURES = tuple(feature for feature in ALL if feature.name != _WITHOUT)
KEEPS = keeps_of(FEATURES)
KEEPS_OF_ALL = keeps_of(ALL)
"""A feature that is taken out counts as well: its tables are in every database."""
DESK_FEATURES = desk_features_of(FEATURES)
REPLACING = replacing_of(FEATURES)
EXTENSIONS = extensions_of(FEATURES)
TERMINAL_COMMANDS = terminal_commands_of(FEATURES)
DIAGNOSES = diagnoses_of(FEATURES)


KNOWN = bootstrap.KnownMachine(KnownHeaders(), Bandwidth(20e9, undisturbed=True), Argon2Cost(32, 1, 1))
"""What no test finds out for itself: headers of models that were read, since each takes a process; the speed of memory,
which takes most of an engine's start; and a cost of passphrases that is next to nothing, since each derivation would
take a second of every core."""

SETUP = bootstrap.Setup(KEEPS, DESK_FEATURES, REPLACING, KNOWN)


def needs(*names: str) -> pytest.MarkDecorator:
    """A mark of a test that looks at several parts of the program at once, these features among them: it is skipped
    where one of them is taken out of the list."""
    return pytest.mark.skipif(_WITHOUT in names, reason=f"{_WITHOUT} is taken out of the list")


def open_desk(paths: Paths, passphrase: str | None = None, reader: DocumentReader | None = None) -> Services:
    """Open a desk as `bootstrap.open_desk` does, with all features."""
    return bootstrap.open_desk(paths, SETUP, passphrase, reader)


def open_desk_at(folder: Path) -> Services:
    """The desk in a folder."""
    return open_desk(Paths(folder))
