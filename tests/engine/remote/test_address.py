"""Addresses: https anywhere, http only to this machine, and nothing that is no address."""

from __future__ import annotations

import pytest

from app.core.errors import AppError, Code
from app.engine.remote.address import parse


@pytest.mark.parametrize(
    ("typed", "origin", "path", "shown"),
    [
        ("https://models.example.org", "https://models.example.org", "", "models.example.org"),
        (" https://Models.Example.org:443/v1/ ", "https://models.example.org", "", "models.example.org"),
        (
            "https://models.example.org:8443/llm/v1",
            "https://models.example.org:8443",
            "/llm",
            "models.example.org:8443",
        ),
        ("https://böcker.example", "https://xn--bcker-jua.example", "", "xn--bcker-jua.example"),
        ("http://localhost:8080", "http://localhost:8080", "", "localhost:8080"),
        ("http://127.0.0.2", "http://127.0.0.2", "", "127.0.0.2"),
        ("http://[::1]:8000/", "http://[::1]:8000", "", "[::1]:8000"),
        ("https://10.0.0.7", "https://10.0.0.7", "", "10.0.0.7"),
    ],
)
def test_an_address_is_read(typed: str, origin: str, path: str, shown: str) -> None:
    address = parse(typed)
    assert (address.origin, address.path, address.shown) == (origin, path, shown)


@pytest.mark.parametrize(
    "typed",
    [
        "http://models.example.org",
        "http://10.0.0.7:8000",
        "http://0.0.0.0:8000",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "http://2130706433:8000",
        "http://[::ffff:10.0.0.7]",
    ],
)
def test_plain_http_goes_to_no_other_machine(typed: str) -> None:
    with pytest.raises(AppError) as caught:
        parse(typed)
    assert caught.value.code is Code.REMOTE_ADDRESS_INSECURE


@pytest.mark.parametrize(
    "typed",
    [
        "models.example.org",
        "ftp://models.example.org",
        "https://",
        "https://user:secret@models.example.org",
        "https://models.example.org?key=1",
        "https://models.example.org/#a",
        "https://models.example.org:99999",
        "https://[::1",
        "https://models.example.org/\u202e",
        "https://a b.example.org",
        "https://" + "a" * 600 + ".example.org",
        "https://\ud800.example.org",
    ],
)
def test_what_is_no_address_is_told_so(typed: str) -> None:
    with pytest.raises(AppError) as caught:
        parse(typed)
    assert caught.value.code is Code.REMOTE_ADDRESS_INVALID
