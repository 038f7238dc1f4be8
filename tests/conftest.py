"""The settings that all tests share: no keyring, a data folder of their own, tiny models written once."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import apsw
import pytest
from hypothesis import settings

from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.engine import client
from app.engine.protocol import Bandwidth
from app.models.gguf.reader import HeaderReader
from app.services.models.plans import _BANDWIDTH, Machines
from app.store import db, key_derivation, migrations
from app.store.migrations import migrate

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["OCTAVO_NO_KEYRING"] = "1"
os.environ["OCTAVO_LESS_MOTION"] = "1"  # what appears is there at once
os.environ["LC_ALL"] = "C.UTF-8"  # sentences in English
if "PYTEST_XDIST_WORKER" in os.environ:
    # Tests run beside each other: an engine of more threads would wait for the late ones.
    os.environ["OMP_THREAD_LIMIT"] = "1"

OFFSCREEN = "This plugin does not support"

# Tests run beside each other: how long an example takes says nothing.
settings.register_profile("beside others", deadline=None)
settings.load_profile("beside others")

gc.disable()  # what is collected stays: looking through it again and again takes a tenth of the time


@pytest.fixture(scope="session", autouse=True)
def headers_of_shared_models() -> Iterator[None]:
    """A header is read once for all tests while its file is the same, not once for each test and its reader."""
    known: dict[object, object] = {}
    made = HeaderReader.__init__

    def make(self: HeaderReader, *arguments: Any, **options: Any) -> None:
        made(self, *arguments, **options)
        if not (arguments or options):  # a reader that a test limits reads for itself
            self._known = known  # type: ignore[assignment]

    with mock.patch.object(HeaderReader, "__init__", make):
        yield


@pytest.fixture(scope="session", autouse=True)
def bandwidth_of_this_machine() -> Iterator[None]:
    """Main memory is probed once for all tests, not once for each new desk: that takes most of an engine's start."""
    known: list[bytes] = []
    found = Machines._bandwidth

    def find(self: Machines, threads: int) -> Bandwidth:
        if known and self._settings.get_blob(_BANDWIDTH) is None:
            self._settings.set_blob(_BANDWIDTH, known[0])
        bandwidth = found(self, threads)
        if not known and (probed := self._settings.get_blob(_BANDWIDTH)) is not None:
            known.append(probed.replace(b'"undisturbed":false', b'"undisturbed":true'))
        return bandwidth

    with mock.patch.object(Machines, "_bandwidth", find):
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_passphrases() -> Iterator[None]:
    """To guess a passphrase costs next to nothing, where a test says nothing else: each one would take a second of
    every core."""
    with mock.patch.object(key_derivation, "measured_cost", return_value=key_derivation.Argon2Cost(32, 1, 1)):
        yield


@pytest.fixture(scope="session", autouse=True)
def schema_of_new_desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A new desk's tables are copied from a database that has them and nothing else: to run all scripts again takes
    most of a desk's start. `schema_by_scripts` is without it."""
    path = tmp_path_factory.mktemp("schema") / "empty"
    path.touch()
    made = db._unlock(path, Key(draw_secret(), KeyOrigin.FILE), 0)
    migrate(made, path)
    one_at_a_time = threading.Lock()

    def bring(connection: apsw.Connection, path: Path) -> None:
        with one_at_a_time:
            if not connection.filename or connection.pragma("page_count"):
                migrate(connection, path)
            else:
                with connection.backup("main", made, "main") as copying:
                    copying.step(-1)

    with mock.patch.object(db, "migrate", bring):
        yield
    made.close()


@pytest.fixture(scope="module")
def schema_by_scripts() -> Iterator[None]:
    """New desks of this module's tests are made as a person's are."""
    with mock.patch.object(db, "migrate", migrate):
        yield


NEXT_VERSION = "ALTER TABLE conversations ADD COLUMN of_the_next_version INTEGER NOT NULL DEFAULT 0;"


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The program is of the version that follows the newest: a desk of today is an older one. Gives that version."""
    scripts = (*migrations.MIGRATIONS, NEXT_VERSION)
    monkeypatch.setattr(migrations, "MIGRATIONS", scripts)
    monkeypatch.setattr(db, "migrate", migrate)
    db._newest_schema.cache_clear()
    yield len(scripts)
    db._newest_schema.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have tests ignore what the offscreen platform cannot do: it is no failure of ours."""
    for item in items:
        if "qapp" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.qt_log_ignore(OFFSCREEN, extend=True))


def pytest_collection_finish() -> None:
    """The tests themselves stay to the end: whoever collects garbage, as each window does at its end, need not look
    through them."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture
def near_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """No engine has a process: for tests that are not about it."""
    from tests.engine.near import NearEngine

    monkeypatch.setattr(client, "Child", NearEngine)


@pytest.fixture
def process() -> None:
    """Used by a test of what becomes of the process of a hub or a reader, or of what it sees: it gets a real one."""


@pytest.fixture
def near_hub(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No hub has a process, but where a test asks for `process`."""
    from tests.models.hub import near

    if "process" not in request.fixturenames:
        near.stand_in(monkeypatch)


@pytest.fixture
def near_readers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No reader of documents, images, headers or templates has a process, but where a test asks for `process`."""
    from tests import near_readers

    if "process" not in request.fixturenames:
        near_readers.stand_in(monkeypatch)


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def tiny_scout(models_folder: Path) -> Path:
    """A random llama4 with four layers and a head of 64: every KV type works."""
    from tests.models.llama4 import write_scout

    return write_scout(models_folder / "tiny-scout.gguf", layers=4)


@pytest.fixture(scope="session")
def tiny_scout_fast(models_folder: Path) -> Path:
    """A random llama4 with four layers and heads of 16: reads long texts quickly, with an f16 cache only."""
    from tests.models.llama4 import write_scout

    return write_scout(models_folder / "tiny-scout-fast.gguf", head_size=16, heads=1, layers=4)


@pytest.fixture(scope="session")
def tiny_hybrid(models_folder: Path) -> Path:
    """A random model of Qwen 3.5's kind: layers that keep a state, and every fourth one keys."""
    from tests.models.attending import write_attending

    return write_attending(models_folder / "tiny-hybrid.gguf", "qwen35")


@pytest.fixture(scope="session")
def tiny_scout_quantized(models_folder: Path) -> Path:
    """A random llama4 with four layers and heads of 32: the quickest with a quantized cache, in which long texts take
    three times as long as in one of f16."""
    from tests.models.llama4 import write_scout

    return write_scout(models_folder / "tiny-scout-quantized.gguf", head_size=32, heads=1, layers=4)


@pytest.fixture(scope="session")
def starter() -> Path:
    """The starter model, SmolLM2."""
    from app.models import local

    found = local.starter()
    assert found is not None, "the starter model is a dependency and must be installed"
    return Path(found.path)


@pytest.fixture(scope="session")
def tiny_maverick(models_folder: Path) -> Path:
    """A random llama4 with 128 experts."""
    from tests.models.llama4 import write_maverick

    return write_maverick(models_folder / "tiny-maverick.gguf")


@pytest.fixture(scope="module")
def python_address(tiny_scout: Path) -> Iterator[str]:
    """A real server on loopback, that of llama-cpp-python, with the tiny Scout and a context of PYTHON_CONTEXT.

    It ends with the module: other tests insist that no child of theirs has a socket.
    """
    from tests.remote_servers import python_server

    with python_server(tiny_scout) as address:
        yield address
