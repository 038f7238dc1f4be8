"""The files that are published beside packages: hashes that `sha256sum` proves, and a manifest that openssl signs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from app import __version__
from app.core.machine.installation import HashedFile, Release, sha256_of
from app.services.updates import PackageState, UpdateState, check

PROGRAM = Path(__file__).parents[2] / "packaging" / "bundle" / "release.py"
DATED = ("--commit", "c0ffee", "--date", "2026-01-02T03:04:05+00:00")
PACKAGE = f"octavo_{__version__}_amd64.deb"
SBOM = f"octavo-{__version__}.cdx.json"

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, which signs, is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    (made / PACKAGE).write_bytes(b"a package")
    (made / SBOM).write_bytes(b"{}")
    (made / "build.log").write_bytes(b"not published")
    return made


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    """Files of a private key and of its public half."""
    private, public = tmp_path / "key.pem", tmp_path / "release-key.pem"
    key = Ed25519PrivateKey.generate()
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def release(folder: Path, *more: str, sign: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "OCTAVO_SIGN"}
    if sign:
        environment["OCTAVO_SIGN"] = sign
    command = [sys.executable, str(PROGRAM), str(folder), "--advisories", str(folder.parent / "advisories.json"), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def compared(folder: Path, *checked: str, days_ago: int = 0, findings: tuple[dict[str, str], ...] = ()) -> None:
    """Leave a result of `packaging/dev advisories` beside the folder."""
    made = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat()
    database = {"name": "all.zip", "sha256": "0" * 64, "records": 1, "newest": made}
    result = {"made": made, "databases": [database], "checked": checked, "findings": findings}
    (folder.parent / "advisories.json").write_text(json.dumps(result), encoding="utf-8")


def hook(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\nset -e\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_hashes_and_manifest_name_packages_and_sboms(folder: Path) -> None:
    done = release(folder, *DATED)
    assert done.returncode == 0
    assert "is not signed" in done.stderr
    manifest = folder / f"octavo-{__version__}.release.json"
    files = {name: HashedFile(sha256_of(folder / name), (folder / name).stat().st_size) for name in (SBOM, PACKAGE)}
    expected = Release("octavo", __version__, "c0ffee", "2026-01-02T03:04:05+00:00", files)
    assert msgspec.json.decode(manifest.read_bytes(), type=Release) == expected
    if shutil.which("sha256sum"):
        proved = subprocess.run(
            ["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=True
        )
        assert proved.stdout.splitlines() == [f"{SBOM}: OK", f"{PACKAGE}: OK"]
    first = manifest.read_bytes()
    assert release(folder, *DATED).returncode == 0
    assert manifest.read_bytes() == first


@needs_openssl
def test_what_the_hook_signed_is_an_update_that_octavo_trusts(
    folder: Path, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    private, public = keys
    compared(folder)
    sign = hook(
        tmp_path / "sign it", f'openssl pkeyutl -sign -rawin -inkey "{private}" -in "$2" -out "$2.sig" && test "$1" = x'
    )
    done = release(folder, *DATED, "--key", str(public), sign=f"'{sign}' x")
    assert (done.returncode, done.stderr) == (0, "")
    update = check(Path(done.stdout.strip()), public, "0.0.1", None)
    assert (update.version, update.standing) == (__version__, UpdateState.NEWER)
    assert all(package.state is PackageState.WHOLE for package in update.packages)


@needs_openssl
@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("exit 3", "ended with 3"),
        ("true", "left no"),
        ('printf short > "$1.sig"', "left no"),
        ('head -c 64 /dev/zero > "$1.sig"', "does not hold"),
    ],
)
def test_what_is_no_signature_is_refused_and_does_not_stay(
    folder: Path, keys: tuple[Path, Path], tmp_path: Path, body: str, why: str
) -> None:
    compared(folder)
    stale = folder / f"octavo-{__version__}.release.json.sig"
    stale.write_bytes(bytes(64))
    done = release(folder, *DATED, "--key", str(keys[1]), sign=hook(tmp_path / "sign", body))
    assert done.returncode == 1
    assert why in done.stderr
    assert not stale.exists()


FINDING = {"id": "GHSA-1", "component": "pillow", "version": "1.0", "summary": "Reads too far"}


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (None, "nobody has compared what is inside with known vulnerabilities"),
        ({"days_ago": 8}, "not within 7 days"),
        ({"checked": ()}, "pkg:pypi/pillow@1.0 was not compared with known vulnerabilities"),
        ({"findings": (FINDING,)}, "pillow 1.0 is affected by GHSA-1: Reads too far."),
    ],
)
def test_nothing_is_signed_that_was_not_compared_with_known_vulnerabilities(
    folder: Path, tmp_path: Path, result: dict[str, object] | None, why: str
) -> None:
    bill = {"components": [{"name": "pillow", "version": "1.0", "purl": "pkg:pypi/pillow@1.0"}]}
    (folder / SBOM).write_text(json.dumps(bill), encoding="utf-8")
    if result is not None:
        given = {"checked": ("pkg:pypi/pillow@1.0",), **result}
        compared(folder, *given.pop("checked"), **given)  # type: ignore[arg-type, misc]
    done = release(folder, *DATED, sign=hook(tmp_path / "sign", 'head -c 64 /dev/zero > "$1.sig"'))
    assert done.returncode == 1
    assert why in done.stderr
    assert not list(folder.glob("*.sig"))


def test_a_folder_without_packages_is_no_release(tmp_path: Path) -> None:
    (tmp_path / SBOM).write_bytes(b"{}")
    done = release(tmp_path, *DATED)
    assert done.returncode == 1
    assert "there is no package" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == [SBOM]
