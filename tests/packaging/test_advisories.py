"""Known vulnerabilities: which versions a record of OSV affects, what is compared, and what is accepted how long."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.programs import program

osv = program("osv")
advisories = program("advisories")
table = program("table")

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def record(name: str = "pillow", ecosystem: str = "PyPI", **affected: Any) -> Any:
    """A record with one affected package."""
    package = {} if ecosystem == "GIT" else {"package": {"ecosystem": ecosystem, "name": name}}
    return decoded(affected=[{**package, **affected}])


def decoded(**fields: Any) -> Any:
    made = {"id": "GHSA-1", "modified": "2026-11-20T00:00:00Z", **fields}
    return osv.msgspec.convert(made, osv.Record)


def events(*pairs: str, kind: str = "ECOSYSTEM", **more: Any) -> dict[str, Any]:
    """`introduced=1.0` and its like as a range."""
    return {"type": kind, "events": [dict([pair.split("=")]) for pair in pairs], **more}


def pypi(version: str, name: str = "pillow") -> Any:
    return osv.Subject(f"pkg:pypi/{name}@{version}", "PyPI", name, version)


@pytest.mark.parametrize(
    ("version", "of", "is_affected"),
    [
        ("11.2", ("introduced=0", "fixed=11.3"), True),
        ("11.3", ("introduced=0", "fixed=11.3"), False),
        ("11.3rc1", ("introduced=0", "fixed=11.3"), True),
        ("9.9", ("introduced=10", "fixed=11.3"), False),
        ("11.10", ("introduced=11.9", "fixed=11.11"), True),  # by number, not by letter
        ("11.3", ("introduced=0", "last_affected=11.3"), True),
        ("11.3.1", ("introduced=0", "last_affected=11.3"), False),
        ("2.5", ("introduced=3.0", "fixed=3.1", "introduced=2.0", "fixed=2.9"), True),  # events in no order
        ("2.9", ("introduced=3.0", "fixed=3.1", "introduced=2.0", "fixed=2.9"), False),
        ("3.0.5", ("introduced=3.0", "fixed=3.1", "introduced=2.0", "fixed=2.9"), True),
        ("5", ("introduced=0",), True),
        ("5", ("introduced=0", "limit=4"), False),
        ("no version", ("introduced=0", "fixed=1"), True),  # what cannot be read may be affected
    ],
)
def test_a_version_is_within_the_events_of_a_range(version: str, of: tuple[str, ...], is_affected: bool) -> None:
    assert osv.affects(record(ranges=[events(*of)]), pypi(version)) is is_affected


def test_versions_may_be_listed_and_names_be_spelt_otherwise() -> None:
    listed = record("Ruamel_Yaml", versions=["1.0", "1.2.0", "2004d"])
    assert osv.affects(listed, pypi("1.2", "ruamel-yaml"))
    assert not osv.affects(listed, pypi("1.3", "ruamel-yaml"))
    assert not osv.affects(listed, pypi("1.0", "another"))


def test_a_record_that_was_withdrawn_affects_nothing() -> None:
    affected = [{"package": {"ecosystem": "PyPI", "name": "pillow"}, "ranges": [events("introduced=0")]}]
    assert osv.affects(decoded(affected=affected), pypi("1"))
    assert not osv.affects(decoded(affected=affected, withdrawn="2026-01-01T00:00:00Z"), pypi("1"))


def test_another_ecosystem_is_another_package() -> None:
    elsewhere = record(ecosystem="npm", ranges=[events("introduced=0")])
    assert not osv.affects(elsewhere, pypi("1"))


@pytest.mark.parametrize(("version", "is_affected"), [("0.9.9", True), ("1.0.0-rc.2", True), ("1.0.0", False)])
def test_crates_are_compared_by_semantic_versions(version: str, is_affected: bool) -> None:
    of = record("regex", "crates.io", ranges=[events("introduced=0.0.0-0", "fixed=1.0.0", kind="SEMVER")])
    subject = advisories.subject_of("regex", version, f"pkg:cargo/regex@{version}", table.read_table())
    assert osv.affects(of, subject) is is_affected


@pytest.mark.parametrize(("version", "is_affected"), [("3.5.1-1+deb13u1", True), ("3.5.1-1+deb13u2", False)])
def test_libraries_of_debian_are_compared_by_their_source(version: str, is_affected: bool) -> None:
    purl = f"pkg:deb/debian/libssl3t64@{version.replace('+', '%2B')}?arch=amd64&distro=debian-13&upstream=openssl"
    subject = advisories.subject_of("libssl3t64", version, purl, table.read_table())
    of = record("openssl", "Debian:13", ranges=[events("introduced=0", "fixed=3.5.1-1+deb13u2")])
    assert osv.affects(of, subject) is is_affected


OPENSSL = "https://github.com/openssl/openssl.git"


@pytest.mark.parametrize(
    ("version", "affected", "is_affected"),
    [
        ("3.5.4", {"versions": ["openssl-3.5.3", "openssl-3.5.4", "openssl-3.6.0-beta1"]}, True),
        ("3.5.5", {"versions": ["openssl-3.5.3", "openssl-3.5.4"]}, False),
        ("3.5.4", {"versions": [], "noted": ["introduced=0", "fixed=3.5.5"]}, True),
        ("3.5.5", {"versions": [], "noted": ["introduced=0", "fixed=3.5.5"]}, False),
        ("3.5.5", {"versions": []}, True),  # commits alone say nothing of a version
        ("", {"versions": ["openssl-3.5.3"]}, True),
    ],
)
def test_native_components_are_known_by_their_repositories(
    version: str, affected: dict[str, Any], is_affected: bool
) -> None:
    subject = advisories.subject_of("OpenSSL", version, f"pkg:generic/openssl@{version or 'x'}", table.read_table())
    noted = [dict([pair.split("=")]) for pair in affected.get("noted", [])]
    commits = events("introduced=0", "fixed=abc", kind="GIT", repo=OPENSSL, database_specific={"versions": noted})
    of = record(ecosystem="GIT", versions=affected["versions"], ranges=[commits])
    assert osv.affects(of, subject) is is_affected


def test_tags_are_read_as_versions() -> None:
    tags = {
        "n7.1": (7, 1),
        "VER-2-13-0": (2, 13),
        "v1.2.11": (1, 2, 11),
        "openssl-3.0.7": (3, 0, 7),
        "release-76-1": (76, 1),
    }
    assert {tag: osv._numbers(tag) for tag in tags} == tags
    for unread in ("1.1.1k", "v2.0-rc1", "main"):
        with pytest.raises(ValueError, match="no numbers"):
            osv._numbers(unread)


def test_every_native_component_is_known_by_some_repository() -> None:
    """Every component that is code of others, and not in an ecosystem of its own, names a repository."""
    unknown = {
        native.name
        for native in table.read_table().component
        if native.kind == "library" and not native.repositories and not native.name.startswith(("NVIDIA", "CUDA"))
    }
    assert unknown == {
        *("Stand-ins for libraries that were left out", "x264", "x265", "lamer (LAME)"),
        "Libraries inside Qt",  # they are put right with Qt
    }


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Write a database as OSV exports it."""
    path = tmp_path / "all.zip"
    affected = [{"package": {"ecosystem": "PyPI", "name": "pillow"}, "ranges": [events("introduced=0", "fixed=12")]}]
    with zipfile.ZipFile(path, "w") as archive:
        for name, day in (("GHSA-1", "2026-11-20"), ("GHSA-2", "2026-11-26")):
            content = {"id": name, "modified": f"{day}T00:00:00Z", "affected": affected if name == "GHSA-1" else []}
            archive.writestr(f"{name}.json", json.dumps(content | {"aliases": ["CVE-1"], "summary": "Reads too far"}))
    return path


def test_an_export_is_read_and_a_folder_of_it_is_the_same(database: Path, tmp_path: Path) -> None:
    read, records = osv.read_database(database)
    assert (read.records, read.newest, len(records)) == (2, "2026-11-26T00:00:00Z", 2)
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(database) as archive:
        archive.extractall(folder)
    assert osv.read_database(folder)[0].sha256 == read.sha256


@pytest.mark.parametrize("content", [b"", b"PK\3\4 no archive"])
def test_what_is_no_export_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "all.zip").write_bytes(content)
    with pytest.raises(ValueError, match="neither a folder nor a zip archive"):
        osv.read_database(tmp_path / "all.zip")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/one.json").write_text('{"id": 7}', encoding="utf-8")
    with pytest.raises(ValueError, match="is no record of OSV"):
        osv.read_database(tmp_path / "folder")


def accepted(until: str, **more: str) -> Any:
    given = {"id": "CVE-1", "component": "pillow", "reason": "not called", **more}
    return advisories.Accepted(**given, until=date.fromisoformat(until))


def test_findings_stay_open_until_somebody_accepts_them(database: Path) -> None:
    result = advisories.compare([pypi("11.3"), pypi("1", "lxml")], [osv.read_database(database)], NOW)
    (finding,) = result.findings
    assert (finding.id, finding.component, finding.version, finding.fixed) == ("GHSA-1", "pillow", "11.3", ["12"])
    said = "pillow 11.3 is affected by GHSA-1: Reads too far; it was put right in 12."

    def opened(*known: Any) -> Any:
        return advisories.open_findings(result, list(known), NOW.date())

    assert opened() == [said]
    assert opened(accepted("2026-11-27")) == []  # by its alias
    assert opened(accepted("2026-11-26")) == [f"{said} It was accepted until 2026-11-26."]
    assert opened(accepted("2027-01-01", component="lxml")) == [said]


@pytest.mark.parametrize(
    ("days", "newest", "why"),
    [(0, 3, ""), (6, 3, ""), (8, 3, "not within 7 days"), (-1, 3, "not within"), (0, 9, "old")],
)
def test_a_result_grows_old(days: int, newest: int, why: str) -> None:
    made = NOW - advisories.timedelta(days=days)
    known = osv.Database("all.zip", "0" * 64, 1, (made - advisories.timedelta(days=newest)).isoformat())
    result = advisories.Result(made.isoformat(), [known], ["pkg:a"], [])
    reasons = advisories.reasons_against(result, ["pkg:a"], [], NOW)
    assert [why in reason for reason in reasons] == ([True] if why else [])


def test_the_verb_compares_what_is_locked_and_writes_what_it_found(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, bill = tmp_path / "made/advisories.json", tmp_path / "octavo.cdx.json"
    component = {"name": "OpenSSL", "version": "3.5.4", "purl": "pkg:generic/openssl@3.5.4"}
    bill.write_text(json.dumps({"components": [component]}), encoding="utf-8")
    assert advisories.main([str(database), "--sbom", str(bill), "--out", str(out)]) == 0
    result = advisories.read_result(out)
    assert result.checked[0] == "pkg:generic/openssl@3.5.4"
    assert any(purl.startswith("pkg:pypi/pillow@") for purl in result.checked)
    assert result.findings == []
    assert "0 findings" in capsys.readouterr().out
    assert advisories.main([str(tmp_path / "none.zip"), "--out", str(out)]) == 1


def test_what_is_accepted_is_explained() -> None:
    assert all(each.reason and each.component for each in advisories.read_accepted())
