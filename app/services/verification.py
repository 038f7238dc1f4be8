"""Whether the installed files are those that their packages brought."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from app.core.errors import AppError, Code, Problem
from app.core.installation import (
    MANIFEST_NAME,
    OWN_PACKAGE,
    HashedFile,
    Package,
    contents,
    manifest_files,
    read_manifest,
    sha256_of,
)

MOST_NAMED = 20
"""So many files of each kind are named; of the others only their number."""

_MOST_THREADS = 8


class Deviations(msgspec.Struct, frozen=True):
    """Paths below the root, at most MOST_NAMED of `count`."""

    paths: tuple[str, ...]
    count: int


class InstallationVerdict(msgspec.Struct, frozen=True):
    """`files` and `bytes`: what the manifests name. `changed`: other than the manifest says, or not to be read;
    `missing`: named and not there; `unnamed`: there, and named by no manifest."""

    root: str
    packages: tuple[Package, ...]
    files: int
    bytes: int
    changed: Deviations
    missing: Deviations
    unnamed: Deviations

    @property
    def is_sound(self) -> bool:
        return not (self.changed.count or self.missing.count or self.unnamed.count)

    def problems(self) -> tuple[Problem, ...]:
        """INSTALLATION_UNSOUND, and INSTALLATION_MIXED for each add-on of another version."""
        found = []
        if not self.is_sound:
            numbers = {"changed": self.changed.count, "missing": self.missing.count, "unnamed": self.unnamed.count}
            found.append(AppError(Code.INSTALLATION_UNSOUND, path=self.root, **numbers).problem)
        wanted = next((package.version for package in self.packages if package.name == OWN_PACKAGE), "")
        for package in self.packages if wanted else ():
            if package.version != wanted:
                versions = {"version": package.version, "wanted": wanted}
                found.append(AppError(Code.INSTALLATION_MIXED, package=package.name, **versions).problem)
        return tuple(found)


def verify(root: Path) -> InstallationVerdict:
    """Read every file beneath `root` and compare it with the manifests there; a damaged manifest counts as changed."""
    manifests, changed, missing = [], set[str](), set[str]()
    for file in manifest_files(root) or [root / MANIFEST_NAME]:
        if (manifest := read_manifest(file)) is not None:
            manifests.append(manifest)
        else:
            (changed if file.exists() else missing).add(file.name)
    files: dict[str, HashedFile] = {}
    links: dict[str, str] = {}
    for manifest in manifests:
        files |= manifest.files
        links |= manifest.links

    found = contents(root)
    there = found.files.keys() | found.links.keys()
    named = files.keys() | links.keys()
    missing |= named - there
    same_size = [path for path in files.keys() & found.files.keys() if found.files[path] == files[path].bytes]
    changed |= (files.keys() & there) - set(same_size)
    changed |= {path for path in links.keys() & there if found.links.get(path) != links[path]}
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), thread_name_prefix="verify") as threads:
        hashes = threads.map(lambda path: _hash(root / path), same_size)
        changed |= {
            path for path, found_hash in zip(same_size, hashes, strict=True) if found_hash != files[path].sha256
        }
    return InstallationVerdict(
        root=str(root),
        packages=tuple(manifest.package for manifest in manifests),
        files=len(named),
        bytes=sum(file.bytes for file in files.values()),
        changed=_deviations(changed),
        missing=_deviations(missing),
        unnamed=_deviations(there - named),
    )


def _hash(file: Path) -> str:
    try:
        return sha256_of(file)
    except OSError:
        return ""


def _deviations(paths: Iterable[str]) -> Deviations:
    ordered = sorted(paths)
    return Deviations(tuple(ordered[:MOST_NAMED]), len(ordered))
