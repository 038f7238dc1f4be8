"""A model hub that lies, breaks off, never ends, or sends elsewhere: nothing of it is ever ready, and a sound hub then
is. TLS: certificates of the hub and of the remote engine accepted and refused."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import Code
from app.engine.client import EngineClient
from tests.engine.conftest import NewEngine, new_engine
from tests.engine.remote.conftest import NewServer, connect, new_server, refusal
from tests.engine.remote.test_secrets import certificate
from tests.models import hub_on_loopback
from tests.models.hub.test_hub import write_identity
from tests.models.hub_on_loopback import REPOSITORY, Content, Fault, LoopbackHub
from tests.models.packages import write_model
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(3600)]

_NAME = "tiny-Q8_0.gguf"
_PATIENCE_S = 25
"""A hub may recover, so a program tries for minutes; here it is paused so long after it asked, as by Ctrl+C."""
_SOUND_S = 300
"""That a sound hub is waited for."""

_LIES = {"a size that is wrong": {"size": 17}, "a hash that is wrong": {"sha256": "0" * 64}, "no hash": {"lfs": False}}
_NAMES = (
    *("../evil.gguf", "/tmp/evil.gguf", "a/../../evil.gguf", "..\\evil.gguf", "//server/share/evil.gguf"),
    *(
        "evil\x1b[2J\x1b]52;c;aGk=\x07.gguf",
        "evil\x00.gguf",
        "\u202efugg.live",
        "con.gguf:stream",
        "x" * 5000 + ".gguf",
    ),
)
_ANSWERS = {
    "a page": hub_on_loopback.PORTAL,
    "nothing": b"",
    "half of it": b'{"id": "owner/Tiny-GGUF", "siblings": [',
    "deep": b"[" * 100_000,
    "a number": b"7",
    "escapes": b'{"error": "\\u001b[2J\\u001b]52;c;aGk=\\u0007"}',
}
_new_engine, _new_server = new_engine, new_server  # fixtures


@pytest.fixture
def hub(program: Program) -> Iterator[LoopbackHub]:
    with hub_on_loopback.running() as running:
        running.card = {"license": "mit"}
        program.run("settings", "hub.endpoint", running.endpoint)
        yield running


def _fetch(
    program: Program, hub: LoopbackHub, env: dict[str, str] | None = None, patience_s: float = _PATIENCE_S
) -> tuple[int, str]:
    """Exit status, and all that was said; paused so long after the hub was asked. What came before stays there."""
    before, longest = len(hub.requests), time.monotonic() + _SOUND_S
    words = [*program.before, *program.command, "models", "fetch", REPOSITORY, "--yes", "--data-dir", str(program.data)]
    with subprocess.Popen(
        words,
        cwd=program.cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        while process.poll() is None and len(hub.requests) == before and time.monotonic() < longest:
            time.sleep(0.1)
        try:
            said, _none = process.communicate(timeout=patience_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            said, _none = process.communicate(timeout=60)
    return process.returncode, said


def _fetch_anew(program: Program, hub: LoopbackHub) -> tuple[int, str]:
    """With nothing of what came before."""
    shutil.rmtree(program.data / "models", ignore_errors=True)
    return _fetch(program, hub)


def _ready(program: Program) -> list[Path]:
    """Files that have the name of a model."""
    return [path for path in program.data.rglob("*.gguf") if path.is_file()]


def _hold(program: Program, code: int, said: str) -> str:
    """Nothing is ready, and a sentence says why; gives how it ended."""
    assert code != 0, said
    assert _ready(program) == []
    assert "\x1b" not in said
    assert "Traceback" not in said
    assert re.search(r"[a-z]{3}.*\.", said), said
    return "paused" if "Paused" in said else "refused"


@pytest.fixture
def model(tmp_path: Path) -> bytes:
    return write_model(tmp_path / "source.gguf").read_bytes()


def test_every_lie(program: Program, hub: LoopbackHub, model: bytes, figure: Figure) -> None:
    ends = Counter[str]()
    faults = [fault for fault in Fault if fault not in (Fault.CUT, Fault.WRONG_ONCE, Fault.BUSY_ONCE, Fault.NO_RANGES)]
    for fault in faults:
        hub.files.clear()
        hub.let_go.clear()
        hub.add(_NAME, model, fault=fault)
        try:
            ends[_hold(program, *_fetch_anew(program, hub))] += 1
        finally:
            hub.let_go.set()
    hub.faults.clear()
    for more in _LIES.values():
        hub.files = {_NAME: Content(model, **more)}  # type: ignore[arg-type]
        ends[_hold(program, *_fetch_anew(program, hub))] += 1
    for name in _NAMES:
        hub.files = {name: Content(model)}
        ends[_hold(program, *_fetch_anew(program, hub))] += 1
    for answer in _ANSWERS.values():
        hub.answer = answer
        ends[_hold(program, *_fetch_anew(program, hub))] += 1
    hub.answer = None
    hub.files = {_NAME: Content(model)}
    code, said = _fetch(program, hub, patience_s=_SOUND_S)
    assert code == 0, said
    assert [path.read_bytes() for path in _ready(program)] == [model]
    lies = len(faults) + len(_LIES) + len(_NAMES) + len(_ANSWERS)
    figure(f"{lies} lies: {ends['refused']} refused, {ends['paused']} still trying after {_PATIENCE_S} s, none ready")


def test_cut_and_gone_on_with(program: Program, hub: LoopbackHub, model: bytes, figure: Figure) -> None:
    content = model + bytes(3_000_000)
    hub.add(_NAME, content, fault=Fault.HOLD)
    code, said = _fetch(program, hub)
    assert _hold(program, code, said) == "paused", said
    hub.let_go.set()
    before = hub.served[_NAME]
    hub.faults[_NAME] = Fault.CUT
    tries = 0
    while _fetch(program, hub, patience_s=_SOUND_S)[0] != 0:
        tries += 1
        assert tries < 20
    assert [path.read_bytes() for path in _ready(program)] == [content]
    figure(f"cut at half, then at random: ready with {hub.served[_NAME] - before} of {len(content)} bytes sent again")
    assert hub.served[_NAME] < 2 * len(content)


def test_an_answer_without_an_end(program: Program, hub: LoopbackHub, figure: Figure) -> None:
    listed = [{"rfilename": f"{n}.gguf", "size": 9, "blobId": "0" * 40} for n in range(400_000)]
    hub.answer = json.dumps({"id": REPOSITORY, "sha": "0" * 40, "siblings": listed}).encode()
    how = _hold(program, *_fetch(program, hub))
    figure(f"a list of {len(hub.answer) >> 20} MB: {how}")


@pytest.mark.root  # who else sees the addresses of a process that nobody may look into?
def test_a_refused_redirect_sends_no_packet(
    program: Program, hub: LoopbackHub, model: bytes, figure: Figure, tmp_path: Path
) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    calls = tmp_path / "calls.txt"
    hub.add(_NAME, model, fault=Fault.INSECURE)
    traced = Program(program.command, program.data, ("strace", "-f", "-qq", "-e", "trace=network", "-o", str(calls)))
    _hold(program, *_fetch(traced, hub))
    connects = re.findall(r"connect\(.*sin6?_addr[^\"]*\"([^\"]+)\"", calls.read_text(errors="replace"))
    assert connects
    assert set(connects) <= {"127.0.0.1", "::1"}, connects
    figure(f"sent on to 192.0.2.1: {len(connects)} connections, all to the hub itself")


def test_a_link_in_the_place_of_what_arrives(
    program: Program, hub: LoopbackHub, model: bytes, figure: Figure, tmp_path: Path
) -> None:
    """Somebody puts a link where the file that arrives is: what it leads to stays as it is."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    hub.add(_NAME, model, fault=Fault.HOLD)
    _hold(program, *_fetch(program, hub))
    drafts = list(program.data.rglob("*.part"))
    assert drafts
    for draft in drafts:
        draft.unlink()
        draft.symlink_to(victim)
    hub.let_go.set()
    hub.faults.clear()
    code, _said = _fetch(program, hub)
    assert victim.read_bytes() == b"precious"
    assert not victim.is_symlink()
    for ready in _ready(program):
        assert not ready.is_symlink()
        assert ready.read_bytes() == model
    figure(f"a link in the place of a draft: what it leads to is untouched; fetching ended with {code}")


def test_the_certificate_of_the_hub(program: Program, model: bytes, figure: Figure, tmp_path: Path) -> None:
    identity = write_identity(tmp_path)
    with hub_on_loopback.running(identity / "key.pem") as hub:
        hub.card = {"license": "mit"}
        hub.add(_NAME, model)
        program.run("settings", "hub.endpoint", hub.endpoint)
        _hold(program, *_fetch(program, hub))
        assert hub.requests == []
        code, said = _fetch(program, hub, {"SSL_CERT_FILE": str(identity / "certificate.pem")})
        assert "certificate" not in said.lower() or code == 0
        assert hub.requests, said
    figure("hub over TLS: refused before it was asked anything, accepted with its certificate")


@pytest.mark.usefixtures("checkout")
def test_the_certificate_of_the_remote_engine(
    new_server: NewServer, new_engine: NewEngine, figure: Figure, tmp_path: Path
) -> None:
    process: EngineClient = new_engine()
    tls, authority = certificate(tmp_path)
    server = new_server("vllm", tls=tls)
    assert refusal(process, server.address).code is Code.REMOTE_CERTIFICATE
    assert server.asked == []
    connect(process, server.address, ca_file=str(authority))
    elsewhere = server.address.replace("localhost", "127.0.0.1")
    assert refusal(process, elsewhere, ca_file=str(authority)).code is Code.REMOTE_CERTIFICATE
    figure("remote engine over TLS: refused unasked, accepted with its authority, refused under another name")
