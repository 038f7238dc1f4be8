"""`octavo backup` and `octavo restore`: what they print, and their exit codes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import Code
from app.core.machine.paths import Paths
from app.features.backup import service
from app.services.services import Services
from app.store import keys
from app.store.db import Database
from app.store.key_derivation import Argon2Cost
from app.store.sealing import new_sealing
from app.wording.passphrase import strength
from tests.cli.conftest import Octavo, answered_here
from tests.said import says
from tests.whole import open_desk


@pytest.fixture(autouse=True)
def cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        service, "new_sealing", lambda kind, words, _cost: new_sealing(kind, words, Argon2Cost(32, 1, 1))
    )


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.write_text("four unrelated plain words\nand more", "utf-8")
    return file


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Services]:
    """The desk that a window has open meanwhile."""
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as opened:
        opened.shared.matters.create("Marlow")
        opened.conversations.create("Rivers")
        yield opened


def test_a_backup_is_made_while_the_window_is_open_and_restored_elsewhere(
    octavo: Octavo, window: Services, passphrase: Path, tmp_path: Path
) -> None:
    file, there = tmp_path / "desk.octavo-backup", tmp_path / "there"
    code, out, err = octavo("backup", file, "--passphrase-file", passphrase, "--data-dir", window.paths.data)
    assert (code, err) == (0, f"{strength(passphrase.read_text().strip()).words}\n")
    assert out.startswith(f"The backup “{file}” was written and read back: ")
    assert "with the library and 1 matter. Downloaded models and saved readings are not in it" in out
    assert octavo("doctor", "--data-dir", window.paths.data)[1].count("last backup") == 1
    code, out, err = octavo("restore", file, "--passphrase-file", passphrase, "--data-dir", there)
    assert (code, err) == (0, "")
    assert f"was restored into “{there}”, with the library and 1 matter. Its new key is in a file" in out
    with contextlib.closing(open_desk(Paths(there))) as opened:
        assert [each.title for each in opened.conversations.all()] == ["Rivers"]
        assert [each.name for each in opened.shared.matters.all()] == ["Marlow"]
    code, _out, err = octavo("restore", file, "--passphrase-file", passphrase, "--data-dir", there)
    assert code == 3
    assert says(err, Code.DATA_THERE)


def test_everything_is_said_in_json_too(octavo: Octavo, window: Services, passphrase: Path, tmp_path: Path) -> None:
    file, there = tmp_path / "desk.octavo-backup", tmp_path / "there"
    with_passphrase = ("--passphrase-file", passphrase, "--json", "--data-dir")
    code, out, _err = octavo("backup", file, "--readings", *with_passphrase, window.paths.data)
    assert code == 0
    events = [json.loads(line) for line in out.splitlines()]
    assert {event["event"] for event in events} == {"copying", "hashing", "finished"}
    assert events[-1]["path"] == str(file)
    assert (events[-1]["matters"], events[-1]["readings"], events[-1]["left_out"]) == (1, True, [])
    code, out, _err = octavo("restore", file, *with_passphrase, there)
    assert code == 0
    assert json.loads(out.splitlines()[-1])["was_protected"] is False
    passphrase.write_text("another", "utf-8")
    code, out, err = octavo("restore", file, *with_passphrase, tmp_path / "more")
    assert code == 3
    assert json.loads(out)["code"] == "backup_passphrase"
    assert "does not open" in err
    assert not (tmp_path / "more").exists()


def test_a_matter_that_is_not_in_it_is_named_and_the_exit_code_says_so(
    octavo: Octavo, window: Services, passphrase: Path, tmp_path: Path
) -> None:
    Database.discard(window.paths.matter(window.shared.matters.all()[0].id))
    file = tmp_path / "desk.octavo-backup"
    code, out, err = octavo("backup", file, "--passphrase-file", passphrase, "--data-dir", window.paths.data)
    assert code == 3
    assert "with the library and no matters" in out
    assert says(err, Code.BACKUP_INCOMPLETE, path=str(file), names="Marlow")
    assert file.exists()


@answered_here
def test_a_person_at_a_terminal_types_a_new_passphrase_twice(
    octavo: Octavo, window: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, there = tmp_path / "desk.octavo-backup", tmp_path / "there"
    code, _out, err = octavo("backup", file, "--data-dir", window.paths.data)
    assert code == 2
    assert "--passphrase-file" in err
    typed = iter(("one two three four", "one two three five", *["one two three four"] * 3))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    code, _out, err = octavo("backup", file, "--data-dir", window.paths.data)
    assert code == 2
    assert "different" in err
    assert octavo("backup", file, "--data-dir", window.paths.data)[0] == 0
    assert octavo("restore", file, "--data-dir", there)[0] == 0
    assert next(typed, None) is None


def test_a_copied_folder_whose_key_stayed_in_a_keyring_names_the_way_out(
    octavo: Octavo, window: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card names a keyring that this computer does not have."""
    window.close()
    (window.paths.data / "octavo.keycard").write_bytes(b'{"type":"keyring","name":"drawn elsewhere"}')
    monkeypatch.setattr(keys, "system_ring", lambda _may_ask: None)
    code, _out, err = octavo("doctor", "--data-dir", window.paths.data)
    assert code == 3
    assert "octavo backup" in err
    assert "octavo restore" in err
