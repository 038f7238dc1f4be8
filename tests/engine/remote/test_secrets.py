"""Who gets the key, whose certificate is trusted, and which process has a socket."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.core.errors import Code
from app.core.machine.secret import Password
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo
from tests.engine.remote.conftest import ASKED, NewServer, connect, refusal
from tests.engine.remote.toy_server import Handler

# ---- keys, cookies, sockets


def test_the_key_is_sent_and_cookies_are_not(new_server: NewServer, process: EngineClient) -> None:
    server = new_server()
    models = server.routes["/v1/models"]

    def with_cookie(handler: Handler) -> None:
        if handler.headers["Authorization"] == "Bearer secret-key":
            content = b'{"data": [{"id": "toy", "max_model_len": 99}]}'
            handler.send_whole(content, "application/json", Set_Cookie="who=you; Path=/")
        else:
            handler.send_json({}, 401)

    server.routes["/v1/models"] = with_cookie
    wrong = refusal(process, server.address, key=Password("wrong"))
    assert wrong.code is Code.REMOTE_KEY_REFUSED
    connect(process, server.address, key=Password("secret-key"))
    assert models is not with_cookie
    assert not any("Cookie" in headers for _path, _body, headers in server.asked)
    assert all(headers["Host"] == server.address.removeprefix("http://") for _path, _body, headers in server.asked)


def test_proxies_of_the_environment_are_not_used(
    new_server: NewServer, process: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    connect(process, new_server().address)


def test_the_desk_itself_has_no_socket(python_address: str, process: EngineClient) -> None:
    own = psutil.Process()
    before = own.net_connections(kind="inet")
    connect(process, python_address, context_tokens=2048)
    finish(process.run(AnswerTo(ASKED, Sampling(), 3), Cancel()))
    assert own.net_connections(kind="inet") == before


@pytest.mark.skipif(os.geteuid() != 0, reason="a process that may not be looked into shows its files to root alone")
def test_the_child_is_connected_with_the_server_alone(python_address: str, process: EngineClient) -> None:
    connect(process, python_address, context_tokens=2048)
    finish(process.run(AnswerTo(ASKED, Sampling(), 3), Cancel()))
    connected = psutil.Process(process.pid).net_connections(kind="inet")
    assert {f"http://{c.raddr.ip}:{c.raddr.port}" for c in connected if c.raddr} <= {python_address}


# ---- TLS


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side for `localhost`, and the file of the authority that signed for it."""
    now, name = datetime.now(UTC), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / "ca.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    return context, pem


def test_a_certificate_must_be_trusted(new_server: NewServer, process: EngineClient, tmp_path: Path) -> None:
    tls, authority = certificate(tmp_path)
    server = new_server("vllm", tls=tls)
    refused = refusal(process, server.address)
    assert refused.code is Code.REMOTE_CERTIFICATE
    assert server.asked == []
    connect(process, server.address, ca_file=str(authority))
    elsewhere = refusal(process, server.address.replace("localhost", "127.0.0.1"), ca_file=str(authority))
    assert elsewhere.code is Code.REMOTE_CERTIFICATE


def test_a_file_without_certificates_is_told(process: EngineClient, tmp_path: Path) -> None:
    nothing = tmp_path / "ca.pem"
    nothing.write_text("no certificate")
    for path in (nothing, tmp_path / "missing.pem"):
        problem = refusal(process, "https://localhost:9", ca_file=str(path))
        assert problem.code is Code.REMOTE_CA_UNREADABLE
