"""The log: what becomes of it where nothing can be written."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.machine.files import start_log

_FULL = Path("/dev/full")


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """Give Octavo's logger, and put it back afterwards as it was."""
    octavo = logging.getLogger("octavo")
    handlers, level, propagate = list(octavo.handlers), octavo.level, octavo.propagate
    yield octavo
    for handler in set(octavo.handlers) - set(handlers):
        with contextlib.suppress(OSError):  # what it could not write is written once more
            handler.close()
    octavo.handlers, octavo.propagate = handlers, propagate
    octavo.setLevel(level)


@pytest.mark.skipif(not _FULL.exists(), reason="a file that is always full")
def test_a_full_disk_shows_no_traceback_of_the_log(
    tmp_path: Path, logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "octavo.log"
    path.symlink_to(_FULL)
    start_log(path)
    logger.info("written")
    assert capsys.readouterr().err == ""


def test_a_mistake_in_a_record_is_shown(
    tmp_path: Path, logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    start_log(tmp_path / "octavo.log")
    logger.info("%d", "no number")
    assert "TypeError" in capsys.readouterr().err
