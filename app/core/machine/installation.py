"""The manifests of an installation and of a release: which files each consists of.

The root of an installation is the folder of its program file. It holds `manifest.json`, and a `manifest-NAME.json`
for each add-on package. Each is a `Manifest` in JSON; together they name every file beneath the root but themselves.
They are written by packaging/bundle/manifest.py. They are not signed: they show damage and files that were added by
mistake, not the work of somebody who can write into the installation.

The manifest of a release, `octavo-VERSION.release.json`, is a `Release` in JSON, published beside the packages with a
signature, `octavo-VERSION.release.json.sig`: the 64 bytes of Ed25519 (RFC 8032) over its bytes. Both are written by
packaging/bundle/release.py.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.core.machine.paths import resources

MANIFEST_NAME = "manifest.json"
OWN_PACKAGE = "octavo"

_ADD_ON_MANIFESTS = "manifest-*.json"
_SYSTEMS = {"win32": "windows", "darwin": "macos"}
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
_DPKG = Path("/var/lib/dpkg/info")

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


class HashedFile(msgspec.Struct, frozen=True):
    """A file with its hash. `sha256` is 64 hexadecimal digits, lower case; `bytes` is its size."""

    sha256: str
    bytes: int


class Package(msgspec.Struct, frozen=True):
    """Identifies a package of Octavo. `system` is as `system()` says it; `glibc` is the least version that it runs
    with, or empty."""

    name: str
    version: str
    commit: str
    system: str
    glibc: str = ""


class Manifest(Package, frozen=True):
    """The files of a package and its symbolic links with their targets, by their paths below the root, with `/`."""

    files: dict[str, HashedFile] = {}
    links: dict[str, str] = {}

    @property
    def package(self) -> Package:
        return Package(self.name, self.version, self.commit, self.system, self.glibc)


class InstalledContents(msgspec.Struct, frozen=True):
    """The files and links beneath a root: sizes of files in bytes (-1 of what is no ordinary file), and targets of
    links."""

    files: dict[str, int]
    links: dict[str, str]


def root() -> Path | None:
    """Return the folder of this installation; None in a checkout, or if Octavo was installed as a Python package."""
    return Path(sys.executable).resolve().parent if getattr(sys, "frozen", False) else None


def licence_texts(installed: Path | None) -> tuple[Path, ...]:
    """Return the licences of what an installation consists of, add-ons included, with the list that names them first,
    and then those of models. A checkout has that of Octavo itself alone."""
    given = sorted(installed.glob("licences*/*")) if installed is not None else []
    lists = [file for file in given if file.stem == "THIRD-PARTY"]
    own = [file for file in (resources().parent / "LICENSE",) if file.is_file()]
    models = sorted((resources() / "licences").iterdir())
    return (*lists, *(file for file in given if file not in lists), *own, *models)


def system() -> str:
    """Return the system and processor that packages must be built for to run here, such as `linux-x86_64`,
    `windows-x86_64` or `macos-aarch64`."""
    import platform  # no start asks for it

    machine = platform.machine().lower()
    return f"{_SYSTEMS.get(sys.platform, sys.platform)}-{_MACHINES.get(machine, machine)}"


def package_ending(installed: Path | None, dpkg: Path = _DPKG) -> str:
    """Return the ending of the package's name that this installation came from; empty if it is not known.

    `dpkg` is the folder in which dpkg keeps the lists of the files that it installed.
    """
    if installed is None:
        return ""
    if sys.platform in ("win32", "darwin"):
        return {"win32": ".exe", "darwin": ".dmg"}[sys.platform]
    mounted = os.environ.get("APPDIR", "")
    if os.environ.get("APPIMAGE") and mounted and installed.is_relative_to(Path(mounted).resolve()):
        return ".AppImage"
    program = os.fsencode(installed / OWN_PACKAGE)
    try:
        lists = (dpkg / f"{OWN_PACKAGE}.list").read_bytes()
    except OSError:
        return ".tar.zst"
    return ".deb" if program in lists.splitlines() else ".tar.zst"


def manifest_name(package: str) -> str:
    """Return the name of a package's manifest: `octavo-cuda` has `manifest-cuda.json`."""
    return MANIFEST_NAME if package == OWN_PACKAGE else f"manifest-{package.removeprefix(OWN_PACKAGE + '-')}.json"


def manifest_files(root: Path) -> list[Path]:
    """Return the manifests in a root, the program's first. Raises OSError."""
    own = root / MANIFEST_NAME
    return ([own] if own.exists() else []) + sorted(root.glob(_ADD_ON_MANIFESTS))


def read_manifest(file: Path) -> Manifest | None:
    """Read a manifest; return None if the file cannot be read or is none."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        return None


def encode(record: msgspec.Struct) -> bytes:
    """Return a manifest as it is written: the same bytes for the same contents, a line for each file."""
    return msgspec.json.format(msgspec.json.encode(record, order="deterministic"), indent=1) + b"\n"


def contents(root: Path) -> InstalledContents:
    """Return all files and links beneath `root` but the manifests. Folders that cannot be listed are empty.

    In a name that is not UTF-8 the bytes that are wrong become question marks.
    """
    found = InstalledContents({}, {})
    manifests = {file.name for file in manifest_files(root)}
    for path, entry in _walk(root, ""):
        if path in manifests:
            continue
        if entry.is_symlink():
            found.links[path] = _text(str(Path(entry.path).readlink()))
        else:
            status = entry.stat(follow_symlinks=False)
            found.files[path] = status.st_size if stat.S_ISREG(status.st_mode) else -1
    return found


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file, in hex. Raises OSError."""
    import hashlib  # with OpenSSL, which no start needs

    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _walk(folder: Path, prefix: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = prefix + _text(entry.name)
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), f"{path}/")
        else:
            yield path, entry


def _text(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8")


# ---- releases


class Release(msgspec.Struct, frozen=True):
    """A release. `date` is that of the commit, in ISO form. `files` are packages and their SBOMs, by their names."""

    name: str
    version: str
    commit: str
    date: str
    files: dict[str, HashedFile]


def is_plain_name(name: str) -> bool:
    """Return whether a name can mean nothing but a file in the folder where it is looked for."""
    return name not in ("", ".", "..") and not set(name) & set('/\\:\0"<>|?*')


def packages_for(release: Release, system: str, packages: frozenset[str], ending: str = "") -> tuple[str, ...]:
    """Return the names of the files in a release that hold `packages` (such as `octavo`) for a system (`linux-x86_64`).

    `ending` is how such files end if the installation is of one kind; if there are none, those of all kinds.
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
    """Return whether a package of this name fits a system. A name without a word for a machine fits all machines."""
    ending = next(ending for ending in PACKAGE_ENDINGS if name.endswith(ending))
    machines = {_MACHINE_WORDS[word] for word in map(str.lower, _WORDS.findall(name)) if word in _MACHINE_WORDS}
    wanted, _dash, machine = system.partition("-")
    return _SYSTEM_OF[ending] == wanted and (not machines or machine in machines)
