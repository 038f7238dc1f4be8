"""What a hub has, asked as the desk asks: by a process of its own, which is told nothing but what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from app.core.cancel import Cancel
from app.core.errors import Code, Problem
from app.core.events import Asking, Cancelled, Done, Failed
from app.messages import sentence
from app.models.hub import Hub, Listing, Patience
from app.models.offers import Offer, RemoteFile
from app.models.reader import HeaderReader
from tests.models import hub_on_loopback
from tests.models.hub_on_loopback import PORTAL, REPOSITORY, REVISION, TOKEN, LoopbackHub

QUICK = Patience(connect_s=5, stall_s=5, slowest_bytes=1, waits_s=(0.0, 0.0))


@pytest.fixture
def loopback() -> Iterator[LoopbackHub]:
    with hub_on_loopback.running() as hub:
        yield hub


def desk(loopback: LoopbackHub, token: str | None = None) -> Hub:
    return Hub(lambda: loopback.endpoint, lambda: token, HeaderReader(), QUICK)


def ending(events: Iterator[Any]) -> Any:
    *progress, last = events
    assert not [event for event in progress if isinstance(event, Done | Cancelled | Failed)]
    if isinstance(last, Failed):
        assert "{" not in sentence(last.problem)
        assert "“?”" not in sentence(last.problem)
    return last


def looked_up(hub: Hub, repository: str = REPOSITORY) -> Listing:
    last = ending(hub.look_up(repository, Cancel()))
    assert isinstance(last, Done), last
    return last.result


def problem(events: Iterator[Any]) -> Problem:
    last = ending(events)
    assert isinstance(last, Failed), last
    return last.problem


def test_a_repository_is_a_list_of_models(loopback: LoopbackHub) -> None:
    loopback.add("README.md", b"about", lfs=False)
    loopback.add("tiny-Q8_0.gguf", b"x" * 80)
    first = loopback.add("UD-Q4_K_XL/tiny-UD-Q4_K_XL-00001-of-00002.gguf", b"1" * 30)
    loopback.add("UD-Q4_K_XL/tiny-UD-Q4_K_XL-00002-of-00002.gguf", b"2" * 20)
    loopback.add("mmproj-F16.gguf", b"p" * 5)
    loopback.add("tiny-Q2_K-00001-of-00002.gguf", b"alone")
    events = list(desk(loopback).look_up(REPOSITORY, Cancel()))
    assert events[0] == Asking(loopback.endpoint.removeprefix("http://"))
    listing = looked_up(desk(loopback))
    assert (listing.revision, listing.licence, listing.gated) == (REVISION, "llama4", False)
    split, whole = listing.offers
    assert (split.quantization, whole.quantization) == ("UD-Q4_K_XL", "Q8_0")
    assert split.files[0] == RemoteFile(REPOSITORY, "UD-Q4_K_XL/tiny-UD-Q4_K_XL-00001-of-00002.gguf", 30, first.sha256)
    assert [file.size_bytes for file in split.all_files] == [30, 20, 5]
    assert whole.projector == split.projector
    assert (whole.untrusted_name, whole.licence, whole.revision) == ("Tiny-GGUF", "llama4", REVISION)
