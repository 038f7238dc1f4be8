"""The servers that the contract is held against: toys, or a real one that OCTAVO_SERVER names; and the table of it."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterator
from textwrap import shorten
from urllib.parse import urlsplit

import msgspec
import pytest

from app.core.machine.secret import Password
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import DocumentText, LoadSpec, Message, ModelInfo, PageText, Prompt, RemoteSpec, RemoteTimeouts
from tests.engine.remote.contract.obedient import ObedientToy
from tests.engine.remote.contract.tap import Tap

SERVER = os.environ.get("OCTAVO_SERVER", "")
"""The address of a real server; empty for the toys."""

Tell = Callable[[str], None]
_PORTS = {"http": 80, "https": 443}


@pytest.fixture(scope="session", autouse=True)
def _answers() -> None:
    """End at once where nobody answers at the address of a real server: each row would say no."""
    place = urlsplit(SERVER)
    if SERVER:
        try:
            socket.create_connection((place.hostname or "", place.port or _PORTS[place.scheme]), 10).close()
        except OSError as error:
            pytest.exit(f"Nobody answers at {SERVER} ({error}). Start the server, or correct its address.", 2)


@pytest.fixture(params=[SERVER] if SERVER else ["vllm", "sglang", "llama-server"])
def tap(request: pytest.FixtureRequest) -> Iterator[Tap]:
    """What stands before the server, and all requests go through."""
    toy = None if SERVER else ObedientToy(request.param)
    made = Tap(SERVER.removesuffix("/").removesuffix("/v1") if toy is None else toy.address)
    yield made
    made.close()
    if toy is not None:
        toy.close()


@pytest.fixture
def spec(tap: Tap) -> LoadSpec:
    key, context = os.environ.get("OCTAVO_REMOTE_KEY", ""), int(os.environ.get("OCTAVO_SERVER_CONTEXT", "0"))
    patience = RemoteTimeouts(answer_s=120.0) if SERVER else RemoteTimeouts(5.0, 5.0, 5.0, 5.0)
    model = os.environ.get("OCTAVO_SERVER_MODEL", "")
    remote = RemoteSpec(tap.address, model, key=Password(key) if key else None, patience=patience)
    return LoadSpec("", context_tokens=context, remote=remote)


@pytest.fixture
def model(engine: EngineClient, spec: LoadSpec) -> ModelInfo:
    """The server's model, which `engine` is connected with."""
    return finish(engine.load(spec, Cancel()))


@pytest.fixture
def asked() -> Prompt:
    """A question about a document that no server has read before."""
    return about(document(8), "When does the ferry of berth 3 leave?")


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Say something for the table."""
    return lambda text: request.node.user_properties.append(("told", text))


def document(pages: int) -> DocumentText:
    """Return a document with words of its own on each page."""
    name = secrets.token_hex(4)
    texts = (
        f"Log {name}, page {n}.\n\nThe ferry of berth {n} leaves at {n % 12}:45 for EUR {n},50.\n船は港を出る。"
        for n in range(1, pages + 1)
    )
    return DocumentText("A log", tuple(PageText(str(n), text) for n, text in enumerate(texts, start=1)), name)


def about(book: DocumentText, question: str) -> Prompt:
    return Prompt("Answer from the documents.", (book,), (Message("user", question),), thinks=False)


def hasty(spec: LoadSpec) -> LoadSpec:
    """Return the spec with little patience, for a server that is silent."""
    assert spec.remote is not None
    patience = msgspec.structs.replace(spec.remote.patience, first_s=0.5, between_s=0.5)
    return msgspec.structs.replace(spec, remote=msgspec.structs.replace(spec.remote, patience=patience))


# ---- the table

_LONGEST = 80
_OUTCOMES = {"passed": "yes", "failed": "NO", "error": "NO", "skipped": "not there"}


@pytest.fixture(autouse=True)
def _row(request: pytest.FixtureRequest) -> None:
    of = getattr(request.node, "callspec", None)
    case = ", ".join(str(value) for name, value in (of.params if of else {}).items() if name != "tap")
    title = (request.function.__doc__ or request.function.__name__).strip().rstrip(".")
    request.node.user_properties.append(("row", f"{title}: {case}" if case else title))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what a real server does, as a table."""
    if not SERVER:
        return
    terminalreporter.section("what was tried")
    terminalreporter.write_line("| What | Kept | Seen |\n|---|---|---|")
    for outcome, kept in _OUTCOMES.items():
        for report in terminalreporter.stats.get(outcome, ()):
            said = dict(report.user_properties)
            if "row" in said:
                why = report.longrepr[2].removeprefix("Skipped: ") if outcome == "skipped" else ""
                seen = " ".join(str(said.get("told", why)).split())
                terminalreporter.write_line(f"| {said['row']} | {kept} | {shorten(seen, _LONGEST, placeholder='…')} |")
