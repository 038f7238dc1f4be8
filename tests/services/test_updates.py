"""A downloaded release is believed only when its signature holds, and compared with what runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.core.errors import AppError, Code
from app.core.machine.installation import MAX_RELEASE_BYTES, HashedFile, Manifest, Release, encode, system
from app.services.updates import PackageState, Update, UpdateState, check

PACKAGE = b"a package"
KIND, MACHINE = system().split("-")
NAME = {
    "linux": f"octavo-2.0-linux-{MACHINE}.tar.zst",
    "windows": f"octavo-2.0-{MACHINE}.exe",
    "macos": f"octavo-2.0-{MACHINE}.dmg",
}[KIND]
RELEASE = Release(
    "octavo",
    "2.0",
    "c0ffee",
    "2026-01-02T03:04:05+00:00",
    {
        NAME: HashedFile(hashlib.sha256(PACKAGE).hexdigest(), len(PACKAGE)),
        "octavo-2.0.cdx.json": HashedFile("0" * 64, 2),
    },
)


class Desk:
    """A folder with a release, and the key that this Octavo carries."""

    def __init__(self, folder: Path) -> None:
        self.file, self.key = folder / "octavo-2.0.release.json", folder / "release-key.pem"
        self.signature = folder / "octavo-2.0.release.json.sig"
        self._private = Ed25519PrivateKey.generate()
        self.key.write_bytes(self._private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        self.publish(encode(RELEASE))

    def publish(self, content: bytes) -> None:
        self.file.write_bytes(content)
        self.signature.write_bytes(self._private.sign(content))

    def check(self, running: str = "1.0", installed: Path | None = None) -> Update:
        return check(self.file, self.key, running, installed)

    def refused(self) -> Code:
        with pytest.raises(AppError) as caught:
            self.check()
        return caught.value.code


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("running", "standing"),
    [
        ("1.0", UpdateState.NEWER),
        ("1.10", UpdateState.NEWER),
        ("2.0rc1", UpdateState.NEWER),
        ("2.0.dev4", UpdateState.NEWER),
        ("2.0", UpdateState.SAME),
        ("2.0.0", UpdateState.SAME),
        ("2.0.post1", UpdateState.OLDER),
        ("2.0.1", UpdateState.OLDER),
        ("10.0", UpdateState.OLDER),
    ],
)
def test_versions_compare_as_pep_440_says(desk: Desk, running: str, standing: UpdateState) -> None:
    update = desk.check(running)
    assert (update.version, update.running, update.standing) == ("2.0", running, standing)
    assert (update.commit, update.date) == (RELEASE.commit, RELEASE.date)


def test_the_package_for_this_system_is_looked_at_where_it_lies(desk: Desk, tmp_path: Path) -> None:
    def state() -> PackageState:
        (package,) = desk.check().packages
        assert (package.name, package.size_bytes) == (NAME, len(PACKAGE))
        assert package.sha256 == hashlib.sha256(PACKAGE).hexdigest()
        return package.state

    assert state() is PackageState.ABSENT
    (tmp_path / NAME).write_bytes(PACKAGE)
    assert state() is PackageState.WHOLE
    (tmp_path / NAME).write_bytes(PACKAGE.swapcase())
    assert state() is PackageState.CHANGED
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).mkdir()
    assert state() is PackageState.CHANGED


def test_add_ons_that_are_installed_count(desk: Desk, tmp_path: Path) -> None:
    cuda = NAME.replace("octavo", "octavo-cuda")
    desk.publish(encode(msgspec.structs.replace(RELEASE, files={**RELEASE.files, cuda: HashedFile("0" * 64, 9)})))
    assert [package.name for package in desk.check().packages] == [NAME]
    root = tmp_path / "installed"
    root.mkdir()
    (root / "manifest-cuda.json").write_bytes(encode(Manifest("octavo-cuda", "1.0", "c0ffee", system())))
    assert {package.name for package in desk.check(installed=root).packages} == {NAME, cuda}


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda desk: flip_a_bit(desk.file), Code.RELEASE_SIGNATURE_WRONG),
        (lambda desk: flip_a_bit(desk.signature), Code.RELEASE_SIGNATURE_WRONG),
        (lambda desk: desk.signature.write_bytes(b"short"), Code.RELEASE_SIGNATURE_WRONG),
        (lambda desk: desk.signature.write_bytes(bytes(65)), Code.RELEASE_UNSIGNED),
        (lambda desk: desk.signature.unlink(), Code.RELEASE_UNSIGNED),
        (lambda desk: desk.file.write_bytes(b"not even JSON"), Code.RELEASE_SIGNATURE_WRONG),  # it is not parsed
        (lambda desk: desk.file.unlink(), Code.FILE_MISSING),
        (lambda desk: desk.key.unlink(), Code.RELEASE_KEY_MISSING),
        (lambda desk: desk.key.write_bytes(b"no key"), Code.RELEASE_KEY_DAMAGED),
        (
            lambda desk: desk.key.write_bytes(
                generate_private_key(SECP256R1())
                .public_key()
                .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            ),
            Code.RELEASE_KEY_DAMAGED,
        ),
        (lambda desk: desk.publish(b" " * (MAX_RELEASE_BYTES + 1)), Code.RELEASE_STRANGE),
        (lambda desk: desk.publish(b"signed, but no release"), Code.RELEASE_STRANGE),
        (lambda desk: desk.publish(b'{"name": "\xff"}'), Code.RELEASE_STRANGE),
        (lambda desk: desk.publish(encode(msgspec.structs.replace(RELEASE, name="folio"))), Code.RELEASE_STRANGE),
        (lambda desk: desk.publish(encode(msgspec.structs.replace(RELEASE, version="new"))), Code.RELEASE_STRANGE),
        (
            lambda desk: desk.publish(
                encode(msgspec.structs.replace(RELEASE, files={"../octavo-2.0.deb": HashedFile("0" * 64, 1)}))
            ),
            Code.RELEASE_STRANGE,
        ),
    ],
)
def test_what_is_not_signed_sound_and_ours_is_refused(desk: Desk, harm: Callable[[Desk], object], code: Code) -> None:
    desk.check()
    harm(desk)
    assert desk.refused() is code


def test_another_key_opens_nothing(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    desk.key.write_bytes(Desk(other).key.read_bytes())
    assert desk.refused() is Code.RELEASE_SIGNATURE_WRONG
