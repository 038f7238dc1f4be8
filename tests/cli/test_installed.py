"""The doctor tells of the installation, and of a release that a person downloaded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.cli import arguments as options
from app.cli.main import EXIT_INPUT, run
from app.core.errors import Code
from app.core.machine.installation import HashedFile, Manifest, Release, encode, sha256_of, system
from app.core.machine.paths import resources
from tests.said import says
from tests.whole import DIAGNOSES, KEEPS, TERMINAL_COMMANDS, open_desk

APP = Path(__file__).parents[2] / "app"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "octavo"
    made.mkdir()
    (made / "octavo").write_bytes(b"the program")
    files = {"octavo": HashedFile(sha256_of(made / "octavo"), 11)}
    (made / "manifest.json").write_bytes(encode(Manifest("octavo", "0.1.0", "c0ffee", "linux-x86_64", "2.36", files)))
    return made


@pytest.fixture
def doctor(tmp_path: Path, root: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the doctor of a desk that is installed in `root`; gives exit code, stdout, stderr."""
    # Its children still start as those of a checkout do, since there is no frozen program.
    monkeypatch.setattr("app.cli.doctor.installation", SimpleNamespace(root=lambda: root))

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(
            options.parse(["doctor", "--data-dir", str(tmp_path / "desk"), *arguments], TERMINAL_COMMANDS),
            open_desk,
            TERMINAL_COMMANDS,
            KEEPS,
            DIAGNOSES,
        )
        out, err = capfd.readouterr()
        return code, out, err

    return call


def test_an_installation_is_verified(doctor: Any, root: Path) -> None:
    code, out, err = doctor()
    assert (code, err) == (0, "")
    assert "version 0.1.0, commit c0ffee, for linux-x86_64 with glibc 2.36 or later" in out
    assert "1 files, 11 B, all unchanged" in out
    report = json.loads(doctor("--json")[1])
    assert report["installation"]["packages"][0]["commit"] == "c0ffee"
    assert report["installation"]["changed"] == {"paths": [], "count": 0}

    (root / "octavo").write_bytes(b"a  program ")
    for number in range(30):
        (root / f"put-{number:02}\x1b[2J").touch()
    code, out, err = doctor()
    assert code == EXIT_INPUT
    assert "not all unchanged" in out
    assert "and 10 more" in out
    assert "\x1b" not in out
    assert says(err, Code.INSTALLATION_UNSOUND, changed=1, missing=0, unnamed=30)
    code, out, _err = doctor("--json")
    report = json.loads(out)
    assert code == EXIT_INPUT
    assert report["installation"]["changed"] == {"paths": ["octavo"], "count": 1}
    assert report["installation"]["unnamed"]["count"] == 30
    assert [problem["code"] for problem in report["problems"]] == ["installation_unsound"]


def test_in_a_checkout_there_is_nothing_to_verify(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    desk = ["--data-dir", str(tmp_path / "desk")]
    assert run(options.parse(["doctor", *desk], TERMINAL_COMMANDS), open_desk, TERMINAL_COMMANDS, KEEPS, DIAGNOSES) == 0
    out = capfd.readouterr().out
    assert "there is nothing to verify" in out
    assert "Octavo knows the conversation format of this model" in out, "of the starter"
    assert (
        run(
            options.parse(["doctor", "--json", *desk], TERMINAL_COMMANDS),
            open_desk,
            TERMINAL_COMMANDS,
            KEEPS,
            DIAGNOSES,
        )
        == 0
    )
    report = json.loads(capfd.readouterr().out)
    assert report["installation"] is None
    assert report["model"]["format"]["known"] == report["model"]["format"]["own"]["template"]
    assert report["model"]["format"]["thinks_as"] == ""


def test_a_build_without_a_release_key_trusts_no_update(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    desk = tmp_path / "desk"
    words = ["doctor", "--data-dir", str(desk), "--check-update", str(tmp_path / "x")]
    assert run(options.parse(words, TERMINAL_COMMANDS), open_desk, TERMINAL_COMMANDS, KEEPS, DIAGNOSES) == EXIT_INPUT
    assert says(capfd.readouterr().err, Code.RELEASE_KEY_MISSING)
    assert not desk.exists()  # nothing of the desk is needed for this


@pytest.mark.skipif(sys.platform != "linux", reason="the package is one for Linux")
def test_a_build_with_a_release_key_tells_what_was_downloaded(tmp_path: Path) -> None:
    """A copy of the program that carries a key, as a build does."""
    build = tmp_path / "build"
    shutil.copytree(APP, build / "app")
    shutil.copytree(resources() / "translations", build / "app" / "_resources" / "translations")
    private = Ed25519PrivateKey.generate()
    key = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (build / "app" / "_resources" / "release-key.pem").write_bytes(key)
    name = f"octavo-9.9-{system()}.tar.zst"
    package, manifest = tmp_path / name, tmp_path / "octavo-9.9.release.json"
    package.write_bytes(b"a package")
    files = {name: HashedFile(sha256_of(package), 9)}
    manifest.write_bytes(encode(Release("octavo", "9.9", "c0ffee", "2026-01-02T03:04:05+00:00", files)))
    signature = tmp_path / "octavo-9.9.release.json.sig"
    signature.write_bytes(private.sign(manifest.read_bytes()))

    def check(*more: str, language: str = "C", before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        command = [*before, sys.executable, "-P", "-m", "app", "doctor", "--check-update", str(manifest), *more]
        environment = {**os.environ, "PYTHONPATH": str(build), "LC_ALL": f"{language}.UTF-8"}
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)

    told = check()
    assert (told.returncode, told.stderr) == (0, "")
    assert "Octavo 9.9 of 2026-01-02 is newer than this one" in told.stdout
    assert (
        f"For this system: {name}, 9 B\nSHA-256 {files[name].sha256}\nIt is in the folder of the manifest and complete"
        in (told.stdout)
    )
    update = json.loads(check("--json").stdout)
    assert (update["standing"], update["packages"][0]["state"]) == ("newer", "whole")

    calls, strace = tmp_path / "calls.txt", shutil.which("strace")
    watched = (strace, "-f", "-e", "trace=network", "-o", str(calls)) if strace else ()
    assert "署名は正しく" in check(language="ja_JP", before=watched).stdout
    assert not strace or "socket(" not in calls.read_text()

    package.write_bytes(b"A package")
    told = check()
    assert told.returncode == EXIT_INPUT
    assert says(told.stderr, Code.RELEASE_PACKAGE_CHANGED)
    signature.write_bytes(bytes(64))
    told = check()
    assert (told.returncode, told.stdout) == (EXIT_INPUT, "")
    assert "is wrong" in told.stderr
