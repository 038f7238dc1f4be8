"""A hub is asked what it has, as the desk asks: by a process of its own, which is told nothing but what it needs."""

from __future__ import annotations

import datetime
import ipaddress
import logging
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.core.conversations.events import Asking
from app.core.errors import AppError, Code, Problem
from app.core.machine.secret import Password
from app.core.work import Cancel, Stopped, Work, finish
from app.isolation import sandbox
from app.isolation.sandbox import Step
from app.models.gguf.reader import HeaderReader
from app.models.hub import client
from app.models.hub.client import Hub, HubTimeouts
from app.models.hub.protocol import Begin, List, Listed, ListedFile
from app.models.offers import Offer, RemoteFile
from app.wording.errors import sentence
from tests.models import forge, hub_on_loopback
from tests.models.hub_on_loopback import PORTAL, REPOSITORY, REVISION, TOKEN, LoopbackHub

ROOT = Path(__file__).parents[3]
AGENT = "octavo"
QUICK = HubTimeouts(connect_s=5, stall_s=5, slowest_bytes=1, waits_s=(0.0, 0.0))


@pytest.fixture
def loopback() -> Iterator[LoopbackHub]:
    with hub_on_loopback.running() as hub:
        yield hub


def desk(loopback: LoopbackHub, token: str | None = None) -> Hub:
    return Hub(lambda: loopback.endpoint, lambda: token, HeaderReader(), QUICK)


def looked_up(hub: Hub, repository: str = REPOSITORY) -> tuple[Offer, ...]:
    return finish(hub.look_up(repository, Cancel()))


def problem(work: Work[object, object]) -> Problem:
    with pytest.raises(AppError) as raised:
        finish(work)
    assert "{" not in sentence(raised.value.problem)
    assert "“?”" not in sentence(raised.value.problem)
    return raised.value.problem


def test_a_repository_is_a_list_of_models(loopback: LoopbackHub) -> None:
    loopback.add("README.md", b"about", lfs=False)
    loopback.add("tiny-Q8_0.gguf", b"x" * 80)
    first = loopback.add("UD-Q4_K_XL/tiny-UD-Q4_K_XL-00001-of-00002.gguf", b"1" * 30)
    loopback.add("UD-Q4_K_XL/tiny-UD-Q4_K_XL-00002-of-00002.gguf", b"2" * 20)
    loopback.add("mmproj-F16.gguf", b"p" * 5)
    loopback.add("tiny-Q2_K-00001-of-00002.gguf", b"alone")
    events = list(desk(loopback).look_up(REPOSITORY, Cancel()))
    assert events[0] == Asking(loopback.endpoint.removeprefix("http://"))
    found = looked_up(desk(loopback))
    assert {(offer.revision, offer.licence, offer.gated) for offer in found} == {(REVISION, "llama4", False)}
    split, whole = found
    assert (split.quantization, whole.quantization) == ("UD-Q4_K_XL", "Q8_0")
    assert split.files[0] == RemoteFile(
        REPOSITORY, "UD-Q4_K_XL/tiny-UD-Q4_K_XL-00001-of-00002.gguf", 30, first.sha256, REVISION
    )
    assert [file.size_bytes for file in split.all_files] == [30, 20, 5]
    assert whole.projector == split.projector
    assert (whole.untrusted_name, whole.licence, whole.revision) == ("Tiny-GGUF", "llama4", REVISION)


def test_what_is_asked_for_carries_nothing_of_this_machine(loopback: LoopbackHub) -> None:
    looked_up(desk(loopback))
    (request,) = loopback.requests
    assert request.token == ""
    assert request.agent == AGENT


def test_the_token_goes_to_the_hub_and_nowhere_else(loopback: LoopbackHub) -> None:
    loopback.gated = True
    loopback.add("tiny-F16.gguf", forge.forge().content())
    assert [offer.gated for offer in looked_up(desk(loopback))] == [True]
    (offer,) = looked_up(desk(loopback, TOKEN))
    assert problem(desk(loopback).headers(offer, Cancel())) == Problem(Code.HUB_GATED, {"repository": REPOSITORY})
    assert finish(desk(loopback, TOKEN).headers(offer, Cancel())).header is not None
    told = {(request.host, request.token) for request in loopback.requests}
    assert told == {("hub", ""), ("hub", f"Bearer {TOKEN}"), ("store", "")}


def test_a_token_that_is_not_known(loopback: LoopbackHub) -> None:
    host = loopback.endpoint.removeprefix("http://")
    refused = desk(loopback, "hf_other").look_up(REPOSITORY, Cancel())
    assert problem(refused) == Problem(Code.HUB_TOKEN_REFUSED, {"host": host})


@pytest.mark.usefixtures("process")
def test_the_token_is_in_no_command_line_environment_or_log(
    loopback: LoopbackHub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []

    def watched(make: Callable[..., Any]) -> Callable[..., Any]:
        def made(*given: str) -> Any:
            told.append(repr(made_of := make(*given)))
            return made_of

        return made

    for name in ("command", "environment"):
        monkeypatch.setattr(client, name, watched(getattr(client, name)))
    caplog.set_level(logging.DEBUG)
    problem(desk(loopback, "hf_other").look_up(REPOSITORY, Cancel()))
    assert len(told) == 2
    assert "hf_other" not in "".join(told) + caplog.text
    assert "hf_other" not in repr(Begin("", Password("hf_other"), QUICK))
    assert "hub_token_refused" in caplog.text
    assert REPOSITORY not in caplog.text


@pytest.mark.parametrize("name", ["owner/other", "someone/Tiny-GGUF"])
def test_a_repository_that_is_not_there(loopback: LoopbackHub, name: str) -> None:
    assert problem(desk(loopback).look_up(name, Cancel())) == Problem(Code.HUB_NOT_FOUND, {"repository": name})


def test_a_private_repository_is_there_for_its_members(loopback: LoopbackHub) -> None:
    loopback.private = True
    assert problem(desk(loopback).look_up(REPOSITORY, Cancel())).code is Code.HUB_NOT_FOUND
    assert looked_up(desk(loopback, TOKEN)) == ()


@pytest.mark.parametrize(
    "name",
    [" ", "model", "a/b/c", "../up", "a/..", "a/b?x=1", "a/b#", "a b/c", "https://a/b", "a/b\n", "ä/b", "a--b/c"],
)
def test_names_that_are_no_repositories_are_not_asked_for(loopback: LoopbackHub, name: str) -> None:
    assert problem(desk(loopback).look_up(name, Cancel())).code is Code.HUB_REPOSITORY_INVALID
    assert loopback.requests == []


@pytest.mark.parametrize(
    "name",
    [
        *("../evil.gguf", "a/../../evil.gguf", "/etc/evil.gguf", "./evil.gguf", "a//evil.gguf", ".evil.gguf"),
        *("a\\..\\evil.gguf", "C:evil.gguf", "evil\n.gguf", "evil\x1b[2J.gguf", "evil\u202e.gguf", "nul.gguf"),
        *("x" * 300 + ".gguf", "d/" * 300 + "evil.gguf", "evil\x00.gguf"),
    ],
)
def test_names_of_files_that_lead_elsewhere_are_refused(name: str) -> None:
    files = (ListedFile("sound-Q8_0.gguf", 1, ""), ListedFile(name, 1, ""))
    with pytest.raises(AppError) as raised:
        client.compose(REPOSITORY, Listed(REVISION, "", False, files))
    assert raised.value.problem == Problem(Code.HUB_NAME_UNSAFE, {"name": name[:500]})


def test_a_repository_with_such_a_name_is_not_listed(loopback: LoopbackHub) -> None:
    loopback.add("sound-Q8_0.gguf", b"x")
    loopback.add("../evil.gguf", b"x")
    asked = desk(loopback).look_up(REPOSITORY, Cancel())
    assert problem(asked) == Problem(Code.HUB_NAME_UNSAFE, {"name": "../evil.gguf"})


@pytest.mark.parametrize(
    "answer",
    [
        PORTAL,
        b"",
        b"[]",
        b"{}",
        b'{"id": "a/b", "sha": "main", "siblings": []}',
        b'{"id": "a/b", "sha": null, "siblings": []}',
        b'{"id": "a/b", "sha": "%s", "siblings": "all"}' % REVISION.encode(),
        b'{"id": "a/b", "sha": "%s", "siblings": [{"rfilename": 7, "size": 1}]}' % REVISION.encode(),
        b'{"id": "a/b", "sha": "%s", "siblings": [{"rfilename": "a.gguf", "size": -1}]}' % REVISION.encode(),
        b"[" * 100_000,
    ],
    ids=lambda answer: answer[:40].decode(),
)
def test_what_is_no_hub_is_not_believed(loopback: LoopbackHub, answer: bytes) -> None:
    loopback.answer = answer
    host = loopback.endpoint.removeprefix("http://")
    asked = desk(loopback).look_up(REPOSITORY, Cancel())
    assert problem(asked) == Problem(Code.HUB_ANSWER_STRANGE, {"host": host})


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("http://huggingface.co", "huggingface.co"),
        ("http://192.168.1.2:8080/hub", "192.168.1.2:8080"),
        ("http://127.0.0.1.example.org", "127.0.0.1.example.org"),
        ("https://person:secret@example.org", "example.org"),
        ("ftp://localhost", "localhost"),
        ("https://", "https://"),
    ],
)
def test_nothing_is_asked_of_an_address_without_encryption(endpoint: str, host: str) -> None:
    hub = Hub(lambda: endpoint, lambda: TOKEN, HeaderReader(), QUICK)
    assert problem(hub.look_up(REPOSITORY, Cancel())) == Problem(Code.HUB_ADDRESS_INSECURE, {"host": host})


@pytest.mark.usefixtures("process")
def test_an_encrypted_hub_is_known_by_its_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = write_identity(tmp_path)
    with hub_on_loopback.running(identity / "key.pem") as hub:
        host = hub.endpoint.removeprefix("https://")
        monkeypatch.delenv("SSL_CERT_DIR", raising=False)
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        asked = desk(hub).look_up(REPOSITORY, Cancel())
        assert problem(asked) == Problem(Code.HUB_ANSWER_STRANGE, {"host": host})
        monkeypatch.setenv("SSL_CERT_FILE", str(identity / "certificate.pem"))
        hub.add("tiny-F16.gguf", b"tiny")
        assert [offer.revision for offer in looked_up(desk(hub))] == [REVISION]


def write_identity(folder: Path) -> Path:
    """A certificate for this machine that nobody else vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub on loopback")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "certificate.pem").write_bytes(public)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(*form) + public)
    return folder


def test_a_hub_that_is_away(loopback: LoopbackHub) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"
        hub = Hub(lambda: f"http://{host}", lambda: None, HeaderReader(), QUICK)
        assert problem(hub.look_up(REPOSITORY, Cancel())) == Problem(Code.HUB_UNREACHABLE, {"host": host})


@pytest.mark.usefixtures("process")
def test_cancelling_ends_the_question(loopback: LoopbackHub) -> None:
    cancel = Cancel()
    events = desk(loopback).look_up(REPOSITORY, cancel)
    assert isinstance(next(events), Asking)
    cancel.request()
    with pytest.raises(Stopped):
        next(events)


# ---- what the catalogue knows -----------------------------------------------------------------------------------


def offered(*paths: str, sha256: str = "", projector: RemoteFile | None = None) -> Offer:
    files = tuple(RemoteFile(REPOSITORY, path, 4 if sha256 else 0, sha256) for path in paths)
    return Offer(REPOSITORY, "Tiny", "F16", files, projector, licence="llama4")


def test_an_offer_gets_what_the_hub_knows(loopback: LoopbackHub) -> None:
    file, seeing = loopback.add("a/tiny.gguf", b"tiny"), loopback.add("mmproj.gguf", b"seeing")
    asked = offered("a/tiny.gguf", projector=RemoteFile(REPOSITORY, "mmproj.gguf", 0))
    resolved = finish(desk(loopback).resolve(asked, Cancel()))
    assert (resolved.revision, resolved.licence, resolved.gated) == (REVISION, "llama4", False)
    assert resolved.files == (RemoteFile(REPOSITORY, "a/tiny.gguf", 4, file.sha256, REVISION),)
    assert resolved.projector == RemoteFile(REPOSITORY, "mmproj.gguf", 6, seeing.sha256, REVISION)
    assert finish(desk(loopback).resolve(resolved, Cancel())) == resolved


def test_an_offer_that_the_hub_no_longer_has(loopback: LoopbackHub) -> None:
    loopback.add("tiny.gguf", b"tiny")
    params = {"repository": REPOSITORY, "file": "gone.gguf"}
    assert problem(desk(loopback).resolve(offered("gone.gguf"), Cancel())) == Problem(Code.HUB_FILE_MISSING, params)


def test_an_offer_whose_file_was_changed(loopback: LoopbackHub) -> None:
    file = loopback.add("tiny.gguf", b"tiny")
    assert finish(desk(loopback).resolve(offered("tiny.gguf", sha256=file.sha256), Cancel())).revision == REVISION
    asked = desk(loopback).resolve(offered("tiny.gguf", sha256="0" * 64), Cancel())
    assert problem(asked) == Problem(Code.HUB_HASH_DIFFERS, {"file": "tiny.gguf"})


def test_an_offer_whose_terms_the_hub_contradicts(loopback: LoopbackHub) -> None:
    loopback.add("tiny.gguf", b"tiny")
    asked = desk(loopback).resolve(msgspec.structs.replace(offered("tiny.gguf"), licence="mit"), Cancel())
    params = {"repository": REPOSITORY, "known": "mit", "found": "llama4"}
    assert problem(asked) == Problem(Code.HUB_LICENCE_DIFFERS, params)


def test_an_offer_that_nothing_vouches_for(loopback: LoopbackHub) -> None:
    loopback.add("tiny.gguf", b"tiny", lfs=False)
    asked = desk(loopback).resolve(offered("tiny.gguf"), Cancel())
    assert problem(asked) == Problem(Code.HUB_HASH_MISSING, {"file": "tiny.gguf"})


# ---- the process ------------------------------------------------------------------------------------------------


@pytest.fixture
def landlock() -> None:
    if not sandbox.offers(Step.LANDLOCK):
        pytest.skip("there is no Landlock here")


@pytest.mark.usefixtures("landlock")
def test_the_process_sees_no_file_of_the_person(loopback: LoopbackHub, tmp_path: Path) -> None:
    secret, inside = tmp_path / "secret", tmp_path / "staging"
    secret.write_text("of the person")
    inside.mkdir()
    script = (
        "import fcntl, os, sys; from pathlib import Path; from app.isolation import sandbox\n"
        "secret, inside = map(Path, sys.argv[1:])\n"
        "print(sandbox.lock_to_network(inside))\n"
        "(inside / 'new').write_text('a'); print((inside / 'new').read_text())\n"
        "outside = lambda: (secret.parent / 'new').write_text('a')\n"
        "program, signal = lambda: os.execv('/bin/true', ['true']), lambda: os.kill(os.getppid(), 0)\n"
        "owner = lambda: fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, os.getppid())\n"
        "for attempt in (secret.read_text, outside, program, signal, owner):\n"
        "    try: print(attempt())\n"
        "    except PermissionError: print('no')\n"
        "import ssl; print(ssl.create_default_context() is not None)\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script, str(secret), str(inside)],
        env=client.environment(loopback.endpoint),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", "a", "no", "no", "no", "no", "no", "True"]


@pytest.mark.usefixtures("landlock", "process")
def test_the_process_says_that_it_is_locked_in(loopback: LoopbackHub) -> None:
    with ThreadPoolExecutor(1) as starter:
        process = client.HubProcess(loopback.endpoint, None, QUICK, None, starter)
        try:
            assert finish(process.ask(List(REPOSITORY, ""), Listed, Cancel())).revision == REVISION
            assert process.confined
        finally:
            process.kill()


def test_its_environment_has_proxies_and_nothing_else_of_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"HF_TOKEN": "hf_mine", "HOME": "/home/me", "HTTPS_PROXY": "http://proxy:1", "no_proxy": "intranet"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    variables = client.environment("https://example.org")
    assert variables["HTTPS_PROXY"] == "http://proxy:1"
    assert variables["NO_PROXY"].startswith("intranet,localhost")
    assert not {"HF_TOKEN", "HOME", "no_proxy"} & set(variables)
    assert "hf_mine" not in repr(variables)
    assert (variables["HF_HUB_OFFLINE"], variables["DO_NOT_TRACK"]) == ("0", "1")


def test_the_desk_itself_loads_nothing_that_speaks_http() -> None:
    script = (
        "import sys; before = set(sys.modules); import app.models.hub.client;"
        " print([n for n in set(sys.modules) - before if n.startswith(('hugg', 'http', 'socket'))])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.strip() == "[]"
