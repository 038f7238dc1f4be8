"""What a release consists of: the manifest that is published, signed, beside its packages, and what their names say.

The manifest is `octavo-VERSION.release.json`, a `Release` in JSON; beside it lies `octavo-VERSION.release.json.sig`, 64
bytes: the Ed25519 signature (RFC 8032) of its bytes. Both are written by packaging/bundle/release.py.
"""

from __future__ import annotations

import re

import msgspec

from app.core.installation import HashedFile

MAX_RELEASE_BYTES = 1_000_000
"""No more of a manifest is read; one of a dozen packages takes two thousand."""

SIGNATURE_SUFFIX = ".sig"
SIGNATURE_BYTES = 64

PACKAGE_ENDINGS = (".deb", ".tar.zst", ".AppImage", ".exe", ".dmg")
SBOM_ENDING = ".cdx.json"

_SYSTEM_OF = {".deb": "linux", ".tar.zst": "linux", ".AppImage": "linux", ".exe": "windows", ".dmg": "macos"}
_MACHINE_WORDS = {"x86_64": "x86_64", "amd64": "x86_64", "x64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}
_NAME = re.compile(r"(?P<package>[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*)[-_]\d", re.IGNORECASE)
_WORDS = re.compile(r"x86_64|[a-z0-9]+", re.IGNORECASE)


class Release(msgspec.Struct, frozen=True):
    """`date`: of the commit, in ISO form. `files`: packages and their SBOMs, by their names."""

    name: str
    version: str
    commit: str
    date: str
    files: dict[str, HashedFile]


def is_plain_name(name: str) -> bool:
    """Whether this can name nothing but a file in the folder where it is looked for."""
    return name not in ("", ".", "..") and not set(name) & set('/\\:\0"<>|?*')


def packages_for(release: Release, system: str, packages: frozenset[str], ending: str = "") -> tuple[str, ...]:
    """The names of the files in a release that hold `packages` (such as `octavo`) for a system (`linux-x86_64`).

    `ending`: how such files end where the installation is of one kind; if there are none, those of all kinds.
    """
    fitting = tuple(
        name
        for name in sorted(release.files)
        if name.endswith(PACKAGE_ENDINGS) and _package_of(name) in packages and _fits(name, system)
    )
    return tuple(name for name in fitting if name.endswith(ending)) or fitting


def _package_of(name: str) -> str:
    found = _NAME.match(name)
    return found["package"].lower() if found else ""


def _fits(name: str, system: str) -> bool:
    """A name without a word for a machine is for all machines of its system."""
    ending = next(ending for ending in PACKAGE_ENDINGS if name.endswith(ending))
    machines = {_MACHINE_WORDS[word] for word in map(str.lower, _WORDS.findall(name)) if word in _MACHINE_WORDS}
    wanted, _dash, machine = system.partition("-")
    return _SYSTEM_OF[ending] == wanted and (not machines or machine in machines)
