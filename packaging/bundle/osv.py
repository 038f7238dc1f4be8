"""Advisories in the format of OSV, and whether a version is affected by one.

The schema is 1.7 of https://ossf.github.io/osv-schema/, the evaluation that of its section "Evaluation".
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from debian.debian_support import Version as DebianVersion
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

PYPI, CRATES, GIT = "PyPI", "crates.io", "GIT"


class Event(msgspec.Struct, frozen=True):
    """One of them is set."""

    introduced: str = ""
    fixed: str = ""
    last_affected: str = ""
    limit: str = ""


class Range(msgspec.Struct, frozen=True):
    type: str
    events: list[Event] = []
    repo: str = ""
    database_specific: dict[str, Any] = {}

    @property
    def of_versions(self) -> list[Event]:
        """The events as versions. A range of commits has some if the database found them out, beside it."""
        if self.type != GIT:
            return self.events
        for key in ("versions", "extracted_events"):
            if isinstance(noted := self.database_specific.get(key), list):
                return msgspec.convert(noted, list[Event], strict=False)
        return []


class Package(msgspec.Struct, frozen=True):
    ecosystem: str = ""
    name: str = ""


class Affected(msgspec.Struct, frozen=True):
    package: Package | None = None
    ranges: list[Range] = []
    versions: list[str] = []


class Record(msgspec.Struct, frozen=True):
    id: str
    modified: str
    withdrawn: str = ""
    aliases: list[str] = []
    summary: str = ""
    affected: list[Affected] = []


class Database(msgspec.Struct, frozen=True):
    """The database of vulnerabilities that was handed in. `newest`: when the record was modified that was modified
    last, in ISO form."""

    name: str
    sha256: str
    records: int
    newest: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A component that may be affected. `ecosystem`: PyPI, crates.io, Debian:13, or GIT for what has `repositories`
    alone."""

    purl: str
    ecosystem: str
    name: str
    version: str
    """Empty where it is not known."""
    repositories: frozenset[str] = frozenset()


def read_database(path: Path) -> tuple[Database, list[Record]]:
    """Read the records at `path`: a zip archive of JSON files, as OSV publishes one for each ecosystem, or a folder of
    such files.

    Raises OSError; ValueError where it holds no record, or what is no record.
    """
    records: list[Record] = []
    total = hashlib.sha256()
    for name, content in _files(path):
        total.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
        try:
            records.append(msgspec.json.decode(content, type=Record))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"{path}: {name} is no record of OSV ({error})") from error
    if not records:
        raise ValueError(f"{path} holds no record of OSV")
    newest = max(record.modified for record in records)
    return Database(path.name, total.hexdigest(), len(records), newest), records


def affects(record: Record, subject: Subject) -> bool:
    """Return whether a record affects a component. What cannot be decided counts as affected: a version that is not
    known or cannot be read, commits alone."""
    return not record.withdrawn and any(_affects(affected, subject) for affected in record.affected)


def fixes(record: Record, subject: Subject) -> list[str]:
    """Return the versions in which it was put right, as far as the record says."""
    concerned = [affected for affected in record.affected if _concerns(affected, subject)]
    events = [event for affected in concerned for each in affected.ranges for event in each.of_versions]
    return sorted({event.fixed for event in events if event.fixed})


def repository(address: str) -> str:
    """Return one spelling for all addresses of a repository: without protocol, `.git`, and a slash at the end."""
    return re.sub(r"^\w+://|\.git$", "", address.strip().rstrip("/").lower())


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(path.rglob("*.json")):
            yield file.relative_to(path).as_posix(), file.read_bytes()
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(name for name in archive.namelist() if name.endswith(".json")):
                yield name, archive.read(name)
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path} is neither a folder nor a zip archive") from error


def _concerns(affected: Affected, subject: Subject) -> bool:
    package = affected.package
    if package and package.ecosystem == subject.ecosystem and _same_name(package, subject):
        return True
    return any(each.repo and repository(each.repo) in subject.repositories for each in affected.ranges)


def _same_name(package: Package, subject: Subject) -> bool:
    if package.ecosystem == PYPI:
        return canonicalize_name(package.name) == canonicalize_name(subject.name)
    return package.name == subject.name


def _affects(affected: Affected, subject: Subject) -> bool:
    if not _concerns(affected, subject):
        return False
    order = _ORDERS.get(subject.ecosystem.partition(":")[0], _numbers)
    try:
        version = order(subject.version)
    except ValueError:
        return True
    listed = [each for each in affected.versions if _is_readable(each, order)]
    if any(order(each) == version for each in listed):
        return True
    ranges = [each for each in affected.ranges if each.of_versions]
    if not ranges:
        return not listed
    try:
        return any(_within(version, each.of_versions, order) for each in ranges)
    except ValueError:
        return True


def _within(version: Any, events: list[Event], order: Callable[[str], Any]) -> bool:
    """Return whether a version is affected, by the schema: events in the order of their versions; "0" comes before
    all."""

    def place(event: Event) -> tuple[bool, Any]:
        at = event.introduced or event.fixed or event.last_affected or event.limit
        return (False, order("0")) if at == "0" else (True, order(at))

    limits = [event for event in events if event.limit]
    if limits and not any(event.limit == "*" or version < order(event.limit) for event in limits):
        return False
    inside = False
    for event in sorted((event for event in events if not event.limit), key=place):
        if event.introduced:
            inside |= event.introduced == "0" or version >= order(event.introduced)
        elif event.fixed:
            inside &= version < order(event.fixed)
        elif event.last_affected:
            inside &= version <= order(event.last_affected)
    return inside


def _is_readable(version: str, order: Callable[[str], Any]) -> bool:
    try:
        order(version)
    except ValueError:
        return False
    return True


def _of_python(version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion as error:
        raise ValueError(str(error)) from error


def _semantic(version: str) -> tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]:
    """Return a version as Semantic Versioning 2.0.0, section 11, orders it: a version before a release comes before
    it."""
    found = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?", version) or (
        re.fullmatch(r"(0)()()()", version)
    )
    if found is None:
        raise ValueError(f"{version} is no semantic version")
    parts = found[4].split(".") if found[4] else []
    before = tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)
    return tuple(int(number or 0) for number in found.groups()[:3]), not before, before


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version or a tag: `openssl-3.0.7`, `VER-2-13-0` and `n7.1` are 3.0.7, 2.13.0 and 7.1.

    Tags of versions before a release are not read.
    """
    found = re.fullmatch(r"(?:[A-Za-z]+[-_/.])*[A-Za-z]*(\d+(?:[._-]\d+)*)", version)
    if found is None:
        raise ValueError(f"{version} has no numbers that could be compared")
    numbers = [int(number) for number in re.split(r"[._-]", found[1])]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


_ORDERS: dict[str, Callable[[str], Any]] = {PYPI: _of_python, CRATES: _semantic, "Debian": DebianVersion}
