"""The token of a model hub: kept in a keyring, for one host, or not at all."""

from __future__ import annotations

import pytest

from app.core.errors import AppError, Code
from app.store import system_keyring
from app.store.system_keyring import Ring
from tests.store.test_ring import Forgetful, Memory

HUB = "huggingface.co"


def test_a_token_is_kept_for_its_host_alone() -> None:
    ring = Ring(Memory())
    assert not system_keyring.has_hub_token(HUB, ring=ring)
    assert system_keyring.hub_token(HUB, ring=ring) is None
    system_keyring.keep_hub_token(HUB, " hf_sesame\n", ring=ring)
    assert system_keyring.has_hub_token(HUB, ring=ring)
    assert system_keyring.hub_token(HUB, ring=ring) == "hf_sesame"
    assert system_keyring.hub_token("mirror.example.org", ring=ring) is None
    system_keyring.keep_hub_token(HUB, "hf_other", ring=ring)
    assert system_keyring.hub_token(HUB, ring=ring) == "hf_other"
    system_keyring.forget_hub_token(HUB, ring=ring)
    system_keyring.forget_hub_token(HUB, ring=ring)
    assert not system_keyring.has_hub_token(HUB, ring=ring)


@pytest.mark.parametrize("token", ["", "  ", "hf_a b", "hf_a\r\nHost: b", "hf_ä", "x" * 501])
def test_what_cannot_be_a_token_is_not_kept(token: str) -> None:
    ring = Ring(Memory())
    with pytest.raises(AppError) as raised:
        system_keyring.keep_hub_token(HUB, token, ring=ring)
    assert raised.value.code is Code.SETTING_INVALID
    assert not system_keyring.has_hub_token(HUB, ring=ring)


def test_without_a_keyring_it_is_kept_nowhere() -> None:
    """The tests run without one, see conftest."""
    for ring in (None, Ring(Forgetful())):
        with pytest.raises(AppError) as raised:
            system_keyring.keep_hub_token(HUB, "hf_sesame", ring=ring)
        assert raised.value.code is Code.HUB_TOKEN_NOT_KEPT
        assert not system_keyring.has_hub_token(HUB, ring=ring)
    assert system_keyring.hub_token(HUB) is None
    system_keyring.forget_hub_token(HUB)
