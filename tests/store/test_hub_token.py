"""The token of a model hub: kept in a keyring, for one host, or not at all."""

from __future__ import annotations

import pytest

from app.core.errors import AppError, Code
from app.store import network_keys
from app.store.system_keyring import Ring
from tests.store.test_ring import Forgetful, Memory

HUB = "huggingface.co"


def test_a_token_is_kept_for_its_host_alone() -> None:
    ring = Ring(Memory())
    assert not network_keys.has(HUB, ring=ring)
    assert network_keys.get(HUB, ring=ring) is None
    network_keys.put(HUB, " hf_sesame\n", ring=ring)
    assert network_keys.has(HUB, ring=ring)
    assert network_keys.get(HUB, ring=ring) == "hf_sesame"
    assert network_keys.get("mirror.example.org", ring=ring) is None
    network_keys.put(HUB, "hf_other", ring=ring)
    assert network_keys.get(HUB, ring=ring) == "hf_other"
    network_keys.forget(HUB, ring=ring)
    network_keys.forget(HUB, ring=ring)
    assert not network_keys.has(HUB, ring=ring)


@pytest.mark.parametrize("token", ["", "  ", "hf_a b", "hf_a\r\nHost: b", "hf_ä", "x" * 501])
def test_what_cannot_be_a_token_is_not_kept(token: str) -> None:
    ring = Ring(Memory())
    with pytest.raises(AppError) as raised:
        network_keys.put(HUB, token, ring=ring)
    assert raised.value.code is Code.SETTING_INVALID
    assert not network_keys.has(HUB, ring=ring)


def test_without_a_keyring_it_is_kept_nowhere() -> None:
    """The tests run without one, see conftest."""
    for ring in (None, Ring(Forgetful())):
        with pytest.raises(AppError) as raised:
            network_keys.put(HUB, "hf_sesame", ring=ring)
        assert raised.value.code is Code.HUB_TOKEN_NOT_KEPT
        assert not network_keys.has(HUB, ring=ring)
    assert network_keys.get(HUB) is None
    network_keys.forget(HUB)
