"""Writes what is published beside the packages that lie in a folder: `release.py FOLDER [--key PEM]`

These are SHA256SUMS, for `sha256sum -c`, and the manifest of the release (`app.core.machine.installation`), which names
the packages and their SBOMs. Where OCTAVO_SIGN holds a command, it is run with the manifest's path as its last
argument, and must leave the signature beside it: FILE.sig, 64 raw bytes, as this writes them with an Ed25519 key:
`openssl pkeyutl -sign -rawin -inkey KEY.pem -in FILE -out FILE.sig`.
Where a public key is given, or lies among the resources, the signature must hold with it.

Nothing is signed without a fresh result of `advisories.py` that covers all that the packages consist of, or with a
known vulnerability that nobody has accepted.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from advisories import RESULT, purls_of, read_accepted, read_result, reasons_against

from app import __version__
from app.core.errors import AppError
from app.core.machine.installation import (
    MAX_RELEASE_BYTES,
    OWN_PACKAGE,
    PACKAGE_ENDINGS,
    SBOM_ENDING,
    SIGNATURE_BYTES,
    SIGNATURE_SUFFIX,
    HashedFile,
    Release,
    encode,
    is_plain_name,
    sha256_of,
)
from app.core.machine.paths import resources
from app.services.updates import KEY_NAME, parse_key, verify_signature

SUMS_NAME = "SHA256SUMS"
_HOOK = "OCTAVO_SIGN"


class Refused(Exception):
    """The reason why nothing can be released, in a sentence."""


def gather(folder: Path) -> dict[str, HashedFile]:
    """Return the packages and SBOMs in a folder, by their names. Raises OSError, Refused."""
    endings = (*PACKAGE_ENDINGS, SBOM_ENDING)
    found = sorted(file for file in folder.iterdir() if file.name.endswith(endings) and file.is_file())
    if not any(file.name.endswith(PACKAGE_ENDINGS) for file in found):
        raise Refused(f"there is no package in {folder}")
    for file in found:
        if not is_plain_name(file.name) or any(character.isspace() for character in file.name):
            raise Refused(f"a package must not be called {file.name!r}")
    return {file.name: HashedFile(sha256_of(file), file.stat().st_size) for file in found}


def write(folder: Path, release: Release) -> Path:
    """Write SHA256SUMS and the manifest, and return the manifest's path; a signature of an earlier one goes. Raises
    OSError, Refused."""
    sums = "".join(f"{file.sha256}  {name}\n" for name, file in release.files.items())
    (folder / SUMS_NAME).write_bytes(sums.encode())
    manifest = folder / f"{OWN_PACKAGE}-{release.version}.release.json"
    content = encode(release)
    if len(content) > MAX_RELEASE_BYTES:
        raise Refused(f"the manifest would have more than {MAX_RELEASE_BYTES} bytes, and nobody would read it")
    _signature(manifest).unlink(missing_ok=True)
    manifest.write_bytes(content)
    return manifest


def check_advisories(folder: Path, result: Path, now: datetime) -> None:
    """Raises Refused, with a sentence for each reason; OSError."""
    bills = sorted(file for file in folder.iterdir() if file.name.endswith(SBOM_ENDING))
    try:
        purls = [purl for bill in bills for purl in purls_of(bill)]
        reasons = reasons_against(read_result(result), purls, read_accepted(), now)
    except ValueError as error:
        raise Refused(f"what is known of vulnerabilities cannot be read: {error}") from error
    if not bills:
        reasons.append(f"there is no bill of materials in {folder}")
    if reasons:
        raise Refused("\n".join([*reasons, "the release is not signed"]))


def sign(manifest: Path, command: Sequence[str], key: Path | None) -> None:
    """Have `command` sign, and look at what it left; what is no signature does not stay. Raises OSError, Refused."""
    done = subprocess.run([*command, str(manifest)], check=False)
    signature = _signature(manifest)
    if done.returncode != 0:
        signature.unlink(missing_ok=True)
        raise Refused(f"{_HOOK} ended with {done.returncode}; the release is not signed")
    if not signature.is_file() or signature.stat().st_size != SIGNATURE_BYTES:
        signature.unlink(missing_ok=True)
        raise Refused(f"{_HOOK} left no {signature.name} of {SIGNATURE_BYTES} bytes; the release is not signed")
    if key is None:
        return
    try:
        verify_signature(manifest, manifest.read_bytes(), parse_key(key, key.read_bytes()))
    except AppError as error:
        signature.unlink()
        raise Refused(f"the signature does not hold with {key}; the release is not signed") from error


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="release.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--commit", help="else that of the checkout in which this program lies")
    parser.add_argument("--date", help="of the commit, in ISO form; else as the checkout says")
    parser.add_argument("--key", type=Path, metavar="PEM", help="the public key that the signature must hold with")
    parser.add_argument("--advisories", type=Path, default=RESULT, metavar="FILE", help="the result of advisories.py")
    options = parser.parse_args(argv)
    own_key = resources() / KEY_NAME
    key = options.key or (own_key if own_key.is_file() else None)
    try:
        files = gather(options.folder)
        commit, date = options.commit or _of_checkout("%H"), options.date or _of_checkout("%cI")
        manifest = write(options.folder, Release(OWN_PACKAGE, __version__, commit, date, files))
        if command := shlex.split(os.environ.get(_HOOK, "")):
            check_advisories(options.folder, options.advisories, datetime.now(UTC))
            sign(manifest, command, key)
        else:
            print(f"release.py: {_HOOK} is not set, so the release is not signed", file=sys.stderr)
    except (OSError, Refused) as error:
        print(f"release.py: {error}", file=sys.stderr)
        return 1
    print(manifest)
    return 0


def _signature(manifest: Path) -> Path:
    return manifest.with_name(manifest.name + SIGNATURE_SUFFIX)


def _of_checkout(what: str) -> str:
    command = ["git", "-C", str(Path(__file__).parent), "show", "-s", f"--format={what}", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused("this is no checkout: name --commit and --date")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
