"""The administrator's file: taken as it is, or said to be wrong and read strictly; and what refuses because of it."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from app import bootstrap
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.machine.secret import KeyOrigin
from app.core.policy import Policy, PolicyRules, RetentionRules
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import LoadSpec, RemoteSpec
from app.models.gguf.reader import HeaderReader
from app.models.hub.client import Hub
from app.services.policies import policy_at
from app.store import system_keyring
from tests import whole

Write = Callable[..., Policy]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a policy file and read it."""

    def written(text: str | bytes, mode: int = 0o644) -> Policy:
        file = tmp_path / "octavo" / "policy.toml"
        file.parent.mkdir(mode=0o755, exist_ok=True)
        file.parent.chmod(0o755)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        file.chmod(mode)
        return policy_at(file, os.getuid())

    return written


def code_of(policy: Policy) -> Code | None:
    return policy.problem.code if policy.problem else None


def is_strict(policy: Policy) -> bool:
    rules = policy.rules
    return not rules.remote_engine and not rules.model_hub and not rules.other_programs


def test_no_file_is_no_policy(tmp_path: Path) -> None:
    assert policy_at(tmp_path / "octavo" / "policy.toml") == Policy()


def test_a_file_says_what_holds(write: Write) -> None:
    policy = write(
        "model_hub = false\nallowed_servers = ['models.example.org']\npassphrase_required = true\n"
        "lock_after_minutes = 15\n[retention]\nbin_days = 7\n"
    )
    assert policy.problem is None
    assert policy.rules == PolicyRules(
        allowed_servers=("models.example.org",),
        model_hub=False,
        passphrase_required=True,
        lock_after_minutes=15,
        retention=RetentionRules(bin_days=7),
    )


@pytest.mark.parametrize(
    "text",
    [
        "remote_engine = no",
        "remote_engine = 'false'",
        "remote_engines = false",
        "lock_after_minutes = 0",
        "[retention]\nbin = 3",
        "retention = 3",
        b"\xff\xfe",
        b"\x00" * 100,
        "a = " + "[" * 20_000,
        "#" * 100_000,
    ],
)
def test_what_is_not_understood_is_said_and_read_strictly(write: Write, text: str | bytes) -> None:
    policy = write(text)
    assert code_of(policy) is Code.POLICY_DAMAGED
    assert is_strict(policy)


def test_a_file_that_others_may_write_is_read_strictly_and_still_holds(write: Write, tmp_path: Path) -> None:
    for mode in (0o664, 0o646):
        policy = write("passphrase_required = true", mode)
        assert code_of(policy) is Code.POLICY_UNSAFE
        assert is_strict(policy)
        assert policy.rules.passphrase_required
    assert code_of(write("", 0o644)) is None
    file = tmp_path / "octavo" / "policy.toml"
    assert code_of(policy_at(file, os.getuid() + 1)) is Code.POLICY_UNSAFE
    file.parent.chmod(stat.S_IRWXU | stat.S_IRWXO)
    assert code_of(policy_at(file, os.getuid())) is Code.POLICY_UNSAFE


def test_what_is_no_file_is_read_strictly(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").mkdir()
    policy = policy_at(tmp_path / "policy.toml", os.getuid())
    assert policy.problem is not None
    assert is_strict(policy)


# ---- what refuses


NOTHING_LEAVES = Policy(PolicyRules(remote_engine=False, model_hub=False))


def test_no_process_is_started_for_a_server_that_is_not_allowed() -> None:
    engine = EngineClient(policy=NOTHING_LEAVES)
    spec = LoadSpec("", remote=RemoteSpec("https://models.example.org", "", "", None))
    with contextlib.closing(engine), pytest.raises(AppError) as caught:
        finish(engine.load(spec, Cancel()))
    assert caught.value.code is Code.REMOTE_FORBIDDEN
    assert engine.pid is None


def test_no_hub_is_asked_and_no_token_is_looked_for() -> None:
    def token() -> str:
        raise AssertionError

    hub = Hub(lambda: "https://huggingface.co", token, HeaderReader(), policy=NOTHING_LEAVES)
    with pytest.raises(AppError) as caught:
        finish(hub.look_up("owner/name", Cancel()))
    assert caught.value.code is Code.HUB_FORBIDDEN


def test_a_required_passphrase_is_asked_for_before_the_desk_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "read_policy", lambda: Policy(PolicyRules(passphrase_required=True)))
    monkeypatch.setattr(system_keyring, "system_ring", lambda _may_ask: None)
    paths = Paths(tmp_path / "desk")
    with pytest.raises(AppError) as caught:
        whole.open_desk(paths)
    assert caught.value.code is Code.PASSPHRASE_REQUIRED
    with contextlib.closing(whole.open_desk(paths, "four unrelated small words")) as desk:
        assert desk.shared.matters.home.key.origin is KeyOrigin.PASSPHRASE
        assert desk.settings.policy.rules.passphrase_required
    with pytest.raises(AppError) as caught:
        whole.open_desk(paths)
    assert caught.value.code is Code.PASSPHRASE_NEEDED
