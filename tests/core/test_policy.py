"""A policy: what it decides of the settings, and which hosts it lets texts and requests go to."""

from __future__ import annotations

import pytest

from app.core.errors import AppError, Code
from app.core.policy import Held, Policy, PolicyRules
from app.core.settings import RemoteSettings, Settings, with_value

REMOTE = Settings(remote=RemoteSettings("https://models.example.org"))


def test_without_rules_everything_is_as_the_person_likes() -> None:
    policy = Policy()
    assert policy.held() == {}
    assert policy.applied(REMOTE) is REMOTE
    policy.check_setting("remote.address", "https://models.example.org")
    policy.check_server("models.example.org")
    policy.check_hub("huggingface.co")


def test_without_a_remote_engine_no_setting_names_one() -> None:
    policy = Policy(PolicyRules(remote_engine=False))
    assert not policy.applied(REMOTE).remote.in_use
    with pytest.raises(AppError) as caught:
        policy.check_setting("remote.address", "https://models.example.org")
    assert caught.value.code is Code.SETTING_HELD
    policy.check_setting("remote.address", "")


@pytest.mark.parametrize("host", ["models.example.org:8443", "MODELS.example.org", "127.0.0.1:8080"])
def test_only_named_servers_and_hubs_are_spoken_to(host: str) -> None:
    policy = Policy(PolicyRules(allowed_servers=("models.example.org", "127.0.0.1:8080"), allowed_hubs=()))
    if host.endswith(":8443"):
        with pytest.raises(AppError) as caught:
            policy.check_server(host)
        assert caught.value.code is Code.REMOTE_FORBIDDEN
    else:
        policy.check_server(host)
    with pytest.raises(AppError) as caught:
        policy.check_hub(host)
    assert caught.value.code is Code.HUB_FORBIDDEN


def test_a_largest_number_excludes_none_at_all() -> None:
    held = Held(30, at_most=True)
    assert [held.allows(days) for days in (0, 1, 30, 31)] == [False, True, True, False]


def test_a_time_after_which_the_window_locks_may_be_shorter_but_not_longer() -> None:
    policy = Policy(PolicyRules(lock_after_minutes=15))
    for chosen, in_force in ((0, 15), (60, 15), (15, 15), (5, 5)):
        settings = policy.applied(with_value(Settings(), "lock.idle_minutes", chosen))
        assert settings.lock.idle_minutes == in_force
    assert "lock.idle_minutes" not in Policy().held()
