"""Compares what is locked and what was built with a database of known vulnerabilities that was downloaded before.

    advisories.py DATABASE... [--sbom FILE]... [--out FILE]

A DATABASE is what OSV exports (https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip, and the same for
crates.io, OSS-Fuzz, GIT and Debian), or a folder of its records. No network is used. The bills of materials are those
in build/packages if none is named. The result is written to FILE, build/advisories.json if it is not named, and is what
`release.py` asks for. The exit status is 1 if anything is affected that advisories.toml does not accept.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
from osv import CRATES, GIT, PYPI, Database, Record, Subject, affects, fixes, read_database, repository
from packageurl import PackageURL
from table import FOLDER, Table, read_table
from wheels import read_lock

CHECKOUT = FOLDER.parents[1]
RESULT = CHECKOUT / "build" / "advisories.json"
ACCEPTED = FOLDER / "advisories.toml"

MOST_DAYS = 7
"""So old may a result be when something is released, and the newest record of a database when it was compared."""

_UPSTREAM = re.compile(r"(?:\d+:)?(\d+(?:\.\d+)*)")


class Finding(msgspec.Struct, frozen=True):
    """`fixed`: the versions in which it was put right, as far as is known."""

    id: str
    component: str
    version: str
    summary: str = ""
    aliases: list[str] = []
    fixed: list[str] = []


class Result(msgspec.Struct, frozen=True):
    """`made`: when, in ISO form. `checked`: the purls of what was compared."""

    made: str
    databases: list[Database]
    checked: list[str]
    findings: list[Finding]


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An advisory that does no harm here. `id`: of the advisory, or an alias of it."""

    id: str
    component: str
    reason: str
    until: date
    """The last day on which the acceptance holds; then it has to be looked at again."""


class _Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    accepted: list[Accepted] = []


class _Component(msgspec.Struct, frozen=True):
    name: str
    purl: str = ""
    version: str = ""


class _Bill(msgspec.Struct, frozen=True):
    components: list[_Component] = []


def compare(subjects: Iterable[Subject], databases: Sequence[tuple[Database, list[Record]]], made: datetime) -> Result:
    subjects = sorted(set(subjects), key=lambda subject: subject.purl)
    findings = [
        Finding(record.id, subject.name, subject.version, record.summary, list(record.aliases), fixes(record, subject))
        for _, records in databases
        for record in records
        for subject in subjects
        if affects(record, subject)
    ]
    by_name = {(each.component, each.version, each.id): each for each in findings}
    return Result(
        made.isoformat(timespec="seconds"),
        [database for database, _ in databases],
        [subject.purl for subject in subjects],
        [by_name[name] for name in sorted(by_name)],
    )


def locked(lock: Path) -> list[Subject]:
    """Return all packages of uv.lock, those for development too. Raises OSError, tomllib.TOMLDecodeError."""
    packages = [package for package in read_lock(lock)["package"] if "registry" in package["source"]]
    return [
        Subject(f"pkg:pypi/{each['name']}@{each['version']}", PYPI, each["name"], each["version"]) for each in packages
    ]


def built(bill: Path, table: Table) -> list[Subject]:
    """Return the components of a bill of materials. Raises OSError; ValueError if it is damaged."""
    read = msgspec.json.decode(bill.read_bytes(), type=_Bill)
    return [subject_of(each.name, each.version, each.purl, table) for each in read.components]


def purls_of(bill: Path) -> list[str]:
    """Raises OSError; ValueError where the file is damaged."""
    return [each.purl for each in msgspec.json.decode(bill.read_bytes(), type=_Bill).components]


def subject_of(name: str, version: str, purl: str, table: Table) -> Subject:
    """Return a component as the database knows it, by its purl; what is in no ecosystem is known by the repositories
    that the table has for it."""
    parsed = PackageURL.from_string(purl)
    if parsed.type == "pypi":
        return Subject(purl, PYPI, name, version)
    if parsed.type == "cargo":
        return Subject(purl, CRATES, name, version)
    qualifiers = dict(parsed.qualifiers or {})
    if parsed.type == "deb":
        release = str(qualifiers.get("distro", "")).replace("debian-", "Debian:")
        return Subject(purl, release, str(qualifiers.get("upstream", name)), version)
    upstream = _UPSTREAM.match(version)
    native = next((native for native in table.component if native.name == name), None)
    repositories = frozenset(map(repository, native.repositories if native else ()))
    return Subject(purl, GIT, name, upstream[1] if upstream else "", repositories)


def read_accepted(path: Path = ACCEPTED) -> list[Accepted]:
    """Raises OSError, tomllib.TOMLDecodeError, msgspec.ValidationError."""
    with path.open("rb") as file:
        return msgspec.convert(tomllib.load(file), _Accepted).accepted


def open_findings(result: Result, accepted: list[Accepted], today: date) -> list[str]:
    """Return a sentence for each finding that nobody has accepted, or no more."""
    sentences = []
    for finding in result.findings:
        names = {finding.id, *finding.aliases}
        known = [each for each in accepted if each.id in names and each.component == finding.component]
        if any(each.until >= today for each in known):
            continue
        repair = f"; it was put right in {', '.join(finding.fixed)}" if finding.fixed else ""
        lapsed = f" It was accepted until {max(each.until for each in known)}." if known else ""
        version = finding.version or "of no known version"
        about = f": {finding.summary}" if finding.summary else ""
        sentences.append(f"{finding.component} {version} is affected by {finding.id}{about}{repair}.{lapsed}")
    return sentences


def reasons_against(result: Result | None, purls: Iterable[str], accepted: list[Accepted], now: datetime) -> list[str]:
    """Return why what consists of `purls` must not be released; empty if it may."""
    call = "Download the databases of OSV and call: packaging/dev advisories DATABASE..."
    if result is None:
        return [f"nobody has compared what is inside with known vulnerabilities. {call}"]
    made, most = datetime.fromisoformat(result.made), timedelta(days=MOST_DAYS)
    reasons = []
    if not timedelta() <= now - made <= most:
        reasons.append(f"known vulnerabilities were compared on {made:%Y-%m-%d}, not within {MOST_DAYS} days. {call}")
    reasons += [
        f"{database.name} was {MOST_DAYS} days old or older when it was compared. {call}"
        for database in result.databases
        if made - datetime.fromisoformat(database.newest) > most
    ]
    if missing := sorted(set(purls) - set(result.checked)):
        first = f"{missing[0]} and {len(missing) - 1} more" if len(missing) > 1 else missing[0]
        reasons.append(f"{first} was not compared with known vulnerabilities. {call}")
    return reasons + open_findings(result, accepted, now.date())


def read_result(path: Path = RESULT) -> Result | None:
    """Read the kept result; None if there is none. Raises OSError; ValueError if it is damaged."""
    return msgspec.json.decode(path.read_bytes(), type=Result) if path.is_file() else None


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="advisories", description=str(__doc__).splitlines()[0])
    parser.add_argument("database", type=Path, nargs="+", metavar="DATABASE")
    parser.add_argument("--sbom", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--out", type=Path, default=RESULT, metavar="FILE")
    given = parser.parse_args(arguments)
    bills = given.sbom or sorted((CHECKOUT / "build" / "packages").glob("*.cdx.json"))
    try:
        table = read_table()
        subjects = [*locked(CHECKOUT / "uv.lock"), *(each for bill in bills for each in built(bill, table))]
        now = datetime.now(UTC)
        result = compare(subjects, [read_database(path) for path in given.database], now)
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
        sentences = open_findings(result, read_accepted(), now.date())
    except (OSError, ValueError) as error:
        print(f"Octavo: {error}", file=sys.stderr)
        return 1
    for sentence in sentences:
        print(f"Octavo: {sentence}", file=sys.stderr)
    if not bills:
        print("Octavo: nothing was built yet, so only the packages of uv.lock were compared", file=sys.stderr)
    records = sum(database.records for database in result.databases)
    print(f"{len(result.checked)} components, {records} advisories, {len(result.findings)} findings: {given.out}")
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
