"""Whether names are replaced is asked at a terminal, once, and kept."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.cli import outbound_review
from app.core.settings import RemoteSettings, RemoteTexts, Settings
from app.core.work import Stopped
from tests.ui.fakes import FakeDesk, open_desk

_HOST = "models.example.org"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


def _decided(fake: FakeDesk, monkeypatch: pytest.MonkeyPatch, typed: str, wanted: RemoteTexts) -> RemoteTexts:
    monkeypatch.setattr(sys, "stdin", _Terminal(typed))
    monkeypatch.setattr(sys, "stderr", _Terminal())
    settings = Settings(remote=RemoteSettings(f"https://{_HOST}", texts=wanted))
    fake.desk.settings.save(settings)
    return outbound_review.decided(settings, _HOST, fake.desk, as_json=False).remote.texts


@pytest.mark.parametrize(("typed", "chosen"), [("r\n", RemoteTexts.REPLACED), ("\nx\nA\n", RemoteTexts.AS_IS)])
def test_it_is_asked_once_and_kept(
    fake: FakeDesk, monkeypatch: pytest.MonkeyPatch, typed: str, chosen: RemoteTexts
) -> None:
    assert _decided(fake, monkeypatch, typed, RemoteTexts.UNDECIDED) is chosen
    assert fake.desk.settings.load().remote.texts is chosen
    assert _decided(fake, monkeypatch, "", chosen) is chosen, "nobody is asked again"


def test_asked_each_time_it_is_not_kept(fake: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _decided(fake, monkeypatch, "r\n", RemoteTexts.ASKED) is RemoteTexts.REPLACED
    assert fake.desk.settings.load().remote.texts is RemoteTexts.ASKED


@pytest.mark.parametrize("typed", ["n\n", ""])
def test_nothing_is_sent_where_a_person_says_no_or_goes(
    fake: FakeDesk, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    with pytest.raises(Stopped):
        _decided(fake, monkeypatch, typed, RemoteTexts.UNDECIDED)
    assert fake.desk.settings.load().remote.texts is RemoteTexts.UNDECIDED


def test_without_a_terminal_it_is_said(
    fake: FakeDesk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    settings = msgspec.structs.replace(Settings(), remote=RemoteSettings(f"https://{_HOST}"))
    assert outbound_review.decided(settings, _HOST, fake.desk, as_json=False).remote.texts is RemoteTexts.AS_IS
    assert "go as they are" in capsys.readouterr().err
