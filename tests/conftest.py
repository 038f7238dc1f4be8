"""The settings that all tests share: no keyring, a data folder of their own, tiny models written once."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from app.engine import client
from app.store import db, migrations

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


NEXT_VERSION = "ALTER TABLE conversations ADD COLUMN of_the_next_version INTEGER NOT NULL DEFAULT 0;"


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The program is of the version that follows the newest: a desk of today is an older one. Gives that version."""
    scripts = (*migrations.MIGRATIONS, NEXT_VERSION)
    monkeypatch.setattr(migrations, "MIGRATIONS", scripts)
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
