"""The manifest of a package, as the program writes it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.machine.installation import HashedFile, read_manifest, system

PROGRAM = Path(__file__).parents[2] / "packaging" / "bundle" / "manifest.py"


def write(root: Path, name: str = "octavo", *more: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        str(PROGRAM),
        str(root),
        "--name",
        name,
        "--version",
        "0.1.0",
        "--commit",
        "c0ffee",
        *more,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    root = tmp_path / "bundle"
    (root / "_internal").mkdir(parents=True)
    (root / "octavo").write_bytes(b"the program")
    (root / "_internal" / "libz.so.1").write_bytes(b"a library")
    (root / "_internal" / "libz.so").symlink_to("libz.so.1")
    return root


def test_every_file_and_link_is_named_with_its_hash(bundle: Path) -> None:
    assert write(bundle, "octavo", "--glibc", "2.36").returncode == 0
    manifest = read_manifest(bundle / "manifest.json")
    assert manifest is not None
    assert (manifest.name, manifest.version, manifest.commit) == ("octavo", "0.1.0", "c0ffee")
    assert (manifest.system, manifest.glibc) == (system(), "2.36")
    assert manifest.files == {
        "octavo": HashedFile(hashlib.sha256(b"the program").hexdigest(), 11),
        "_internal/libz.so.1": HashedFile(hashlib.sha256(b"a library").hexdigest(), 9),
    }
    assert manifest.links == {"_internal/libz.so": "libz.so.1"}


def test_the_same_files_give_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "_internal").mkdir(parents=True)
    (other / "_internal" / "libz.so").symlink_to("libz.so.1")  # in another order, at another time
    (other / "_internal" / "libz.so.1").write_bytes(b"a library")
    (other / "octavo").write_bytes(b"the program")
    os.utime(other / "octavo", (1, 1))
    for root in (bundle, other, other):
        assert write(root).returncode == 0
    written = (bundle / "manifest.json").read_bytes()
    assert written == (other / "manifest.json").read_bytes()
    assert written.index(b'"_internal/libz.so.1"') < written.index(b'"octavo": {')


def test_an_add_on_names_what_the_program_does_not(bundle: Path) -> None:
    assert write(bundle).returncode == 0
    (bundle / "_internal" / "libcuda.so").write_bytes(b"for the card")
    (bundle / "_internal" / "notes.txt").write_bytes(b"not installed")
    assert write(bundle, "octavo-cuda", "--except", "_internal/notes.txt").returncode == 0
    added = read_manifest(bundle / "manifest-cuda.json")
    assert added is not None
    assert (added.name, list(added.files), added.links) == ("octavo-cuda", ["_internal/libcuda.so"], {})

    (bundle / "manifest.json").write_bytes(b"{")
    refused = write(bundle, "octavo-cuda")
    assert refused.returncode == 1
    assert "manifest.json is damaged" in refused.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_is_no_ordinary_file_is_refused(bundle: Path, tmp_path: Path) -> None:
    os.mkfifo(bundle / "pipe")
    refused = write(bundle)
    assert (refused.returncode, (bundle / "manifest.json").exists()) == (1, False)
    assert "pipe is no ordinary file" in refused.stderr
    assert write(tmp_path / "nowhere").returncode == 1
