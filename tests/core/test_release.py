"""Names of packages: which of a release's files are for which system and which package."""

from __future__ import annotations

import pytest

from app.core.machine.installation import HashedFile, Release, is_plain_name, packages_for

FILES = (
    "octavo_0.2.0_amd64.deb",
    "octavo_0.2.0_arm64.deb",
    "octavo-cuda_0.2.0_amd64.deb",
    "octavo-0.2.0-linux-x86_64.tar.zst",
    "octavo-0.2.0-linux-aarch64.tar.zst",
    "Octavo-0.2.0-x86_64.AppImage",
    "octavo-0.2.0-setup.exe",
    "octavo-0.2.0-arm64.dmg",
    "octavo-0.2.0-linux-x86_64.cdx.json",
    "octavo-cuda12_0.2.0_amd64.deb",
    "octavo-cuda12-0.2.0-linux-x86_64.tar.zst",
)
RELEASE = Release("octavo", "0.2.0", "c0ffee", "2026-01-02T03:04:05+00:00", {name: HashedFile("", 0) for name in FILES})


@pytest.mark.parametrize(
    ("system", "ending", "expected"),
    [
        ("linux-x86_64", ".deb", ("octavo_0.2.0_amd64.deb",)),
        ("linux-x86_64", ".AppImage", ("Octavo-0.2.0-x86_64.AppImage",)),
        ("linux-x86_64", "", (FILES[5], FILES[3], FILES[0])),
        ("linux-aarch64", ".deb", ("octavo_0.2.0_arm64.deb",)),
        ("linux-aarch64", ".AppImage", (FILES[4], FILES[1])),  # there is none of this kind: those of the others
        ("windows-x86_64", ".exe", ("octavo-0.2.0-setup.exe",)),
        ("macos-aarch64", ".dmg", ("octavo-0.2.0-arm64.dmg",)),
        ("macos-x86_64", ".dmg", ()),
        ("freebsd-x86_64", "", ()),
    ],
)
def test_each_system_has_its_packages(system: str, ending: str, expected: tuple[str, ...]) -> None:
    assert packages_for(RELEASE, system, frozenset({"octavo"}), ending) == expected


def test_an_add_on_that_is_installed_is_updated_too() -> None:
    for name in ("octavo-cuda", "octavo-cuda12"):
        both = packages_for(RELEASE, "linux-x86_64", frozenset({"octavo", name}), ".deb")
        assert both == (f"{name}_0.2.0_amd64.deb", "octavo_0.2.0_amd64.deb")
    archives = packages_for(RELEASE, "linux-x86_64", frozenset({"octavo-cuda12"}), ".tar.zst")
    assert archives == ("octavo-cuda12-0.2.0-linux-x86_64.tar.zst",)


@pytest.mark.parametrize("name", ["", "..", "../a.deb", "a/b.deb", "a\\b.deb", "c:a.deb", "a\0.deb"])
def test_a_name_that_leads_elsewhere_is_none(name: str) -> None:
    assert not is_plain_name(name)
    assert all(map(is_plain_name, FILES))
