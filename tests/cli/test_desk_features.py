"""Features on a desk: what they have to tell when it is opened, and when a setting was changed, is said."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from app import bootstrap
from app.cli import arguments, main
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.services.desk_feature import DeskFeature
from app.services.services import Services
from tests.whole import KEEPS


class _Telling(DeskFeature):
    def __init__(self, desk: Services) -> None:
        self._desk = desk

    def opened(self) -> str:
        return f"{len(self._desk.documents.library.books())} documents were looked at."

    def setting_changed(self, path: str) -> str:
        return f"{path} is {self._desk.settings.load().theme}."


class _Failing(DeskFeature):
    def __init__(self, desk: Services) -> None:
        """It needs nothing of the desk."""

    def opened(self) -> str:
        raise AppError(Code.DISK_FULL)


def _open_desk(paths: Paths, passphrase: str | None) -> Services:
    features = (_Failing, _Telling, lambda _desk: DeskFeature())
    return bootstrap.open_desk(paths, bootstrap.Setup(KEEPS, features, None), passphrase)


@pytest.mark.usefixtures("near_engines", "near_readers")
def test_what_they_tell_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run = partial(main.run, open_desk=_open_desk, added=(), keeps=KEEPS, diagnoses=())
    desk = ("--data-dir", str(tmp_path))
    assert run(arguments.parse(["settings", "theme", "dark", *desk], ())) == 0
    out, err = capfd.readouterr()
    assert out.splitlines()[-1] == "theme is dark."
    assert err == "octavo: 0 documents were looked at.\n"
    assert run(arguments.parse(["settings", "theme", *desk], ())) == 0
    assert "theme is dark." not in capfd.readouterr().out
