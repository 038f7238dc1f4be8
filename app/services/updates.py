"""Checks whether a release that a person downloaded is one of Octavo's own, newer than this one, and whole.

Nothing is looked up: the manifest of the release and the signature beside it came by other means.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from packaging.version import InvalidVersion, Version

from app.core.errors import AppError, Code
from app.core.machine.installation import (
    MAX_RELEASE_BYTES,
    OWN_PACKAGE,
    SIGNATURE_BYTES,
    SIGNATURE_SUFFIX,
    Release,
    is_plain_name,
    manifest_files,
    package_ending,
    packages_for,
    read_manifest,
    sha256_of,
    system,
)
from app.isolation.files import open_regular, printable

KEY_NAME = "release-key.pem"
"""The name of a file among the resources: the public half of the key that releases are signed with, in PEM form (RFC
8410)."""


class UpdateState(StrEnum):
    NEWER = "newer"
    SAME = "same"
    OLDER = "older"


class PackageState(StrEnum):
    """The state of the file that has a package's name beside the manifest."""

    ABSENT = "absent"
    WHOLE = "whole"
    CHANGED = "changed"  # other bytes than the release has, or not to be read


class OfferedPackage(msgspec.Struct, frozen=True):
    name: str
    size_bytes: int
    sha256: str
    state: PackageState


class Update(msgspec.Struct, frozen=True):
    """A release whose signature holds. `standing` says how `version` compares with `running`. `packages` are those for
    this installation, and may be none."""

    version: str
    commit: str
    date: str
    running: str
    standing: UpdateState
    packages: tuple[OfferedPackage, ...]


def check(file: Path, key: Path, running: str, installed: Path | None) -> Update:
    """Look at the release that `file` is the manifest of. `key` is the file of the public key; `running` is the version
    of this program; `installed` is the root of its installation.

    Versions compare as PEP 440 says. Raises AppError RELEASE_KEY_MISSING, RELEASE_KEY_DAMAGED, RELEASE_UNSIGNED,
    RELEASE_SIGNATURE_WRONG, RELEASE_STRANGE, and as `open_regular` does.
    """
    public_key = _key(key)
    untrusted_bytes = _read(file, MAX_RELEASE_BYTES)
    verify_signature(file, untrusted_bytes, public_key)
    release = _parse(file, untrusted_bytes)
    names = {OWN_PACKAGE}
    if installed is not None:
        names |= {manifest.name for each in manifest_files(installed) if (manifest := read_manifest(each))}
    chosen = packages_for(release, system(), frozenset(names), package_ending(installed))
    return Update(
        version=release.version,
        commit=release.commit,
        date=release.date,
        running=running,
        standing=_standing(Version(release.version), Version(running)),
        packages=tuple(_offered(file.parent, release, name) for name in chosen),
    )


def verify_signature(file: Path, content: bytes, key: Ed25519PublicKey) -> None:
    """Verify that the signature beside `file` is one of `content`.

    Raises AppError RELEASE_UNSIGNED, RELEASE_SIGNATURE_WRONG.
    """
    try:
        signature = _read(file.with_name(file.name + SIGNATURE_SUFFIX), SIGNATURE_BYTES)
    except AppError as error:
        raise AppError(Code.RELEASE_UNSIGNED, path=printable(file)) from error
    try:
        key.verify(signature, content)
    except InvalidSignature as error:
        raise AppError(Code.RELEASE_SIGNATURE_WRONG, path=printable(file)) from error


def _key(file: Path) -> Ed25519PublicKey:
    try:
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise AppError(Code.RELEASE_KEY_MISSING) from error
    except OSError as error:
        raise AppError(Code.RELEASE_KEY_DAMAGED, path=printable(file)) from error
    return parse_key(file, content)


def parse_key(file: Path, content: bytes) -> Ed25519PublicKey:
    """Parse a public key in PEM form; `file` is where it is. Raises AppError RELEASE_KEY_DAMAGED."""
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise AppError(Code.RELEASE_KEY_DAMAGED, path=printable(file)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise AppError(Code.RELEASE_KEY_DAMAGED, path=printable(file))
    return key


def _read(file: Path, limit_bytes: int) -> bytes:
    """Read the whole file. Raises AppError RELEASE_STRANGE if it is larger, and as `open_regular` does."""
    opened = open_regular(file)
    try:
        with os.fdopen(opened.fd, "rb") as stream:
            content = stream.read(limit_bytes + 1)
    except OSError as error:
        raise AppError(Code.FILE_UNREADABLE, path=printable(file)) from error
    if len(content) > limit_bytes:
        raise AppError(Code.RELEASE_STRANGE, path=printable(file))
    return content


def _parse(file: Path, content: bytes) -> Release:
    """Parse a release; only what was signed comes here. Raises AppError RELEASE_STRANGE."""
    try:
        release = msgspec.json.decode(content, type=Release)
        Version(release.version)
    except (msgspec.MsgspecError, UnicodeDecodeError, InvalidVersion) as error:
        raise AppError(Code.RELEASE_STRANGE, path=printable(file)) from error
    if release.name != OWN_PACKAGE or not all(map(is_plain_name, release.files)):
        raise AppError(Code.RELEASE_STRANGE, path=printable(file))
    return release


def _standing(offered: Version, running: Version) -> UpdateState:
    if offered == running:
        return UpdateState.SAME
    return UpdateState.NEWER if offered > running else UpdateState.OLDER


def _offered(folder: Path, release: Release, name: str) -> OfferedPackage:
    wanted, package = release.files[name], folder / name
    state = PackageState.ABSENT
    if os.path.lexists(package):
        state = PackageState.CHANGED
        try:
            if package.is_file() and package.stat().st_size == wanted.bytes and sha256_of(package) == wanted.sha256:
                state = PackageState.WHOLE
        except OSError:
            pass
    return OfferedPackage(name, wanted.bytes, wanted.sha256, state)
