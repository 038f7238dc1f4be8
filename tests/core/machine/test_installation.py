"""Where the installation lies, what is in it, and from which kind of package it came."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.core.machine import installation
from app.core.machine.installation import InstalledContents, contents, manifest_files, manifest_name, package_ending


def test_a_checkout_is_no_installation() -> None:
    assert installation.root() is None
    assert package_ending(None) == ""


def test_the_root_of_a_bundle_is_the_folder_of_its_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle, commands = tmp_path / "lib" / "octavo", tmp_path / "bin"
    bundle.mkdir(parents=True)
    commands.mkdir()
    (bundle / "octavo").touch()
    (commands / "octavo").symlink_to(bundle / "octavo")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(commands / "octavo"))
    assert installation.root() == bundle.resolve()


def test_the_system_is_named_as_packages_name_it() -> None:
    kind, _dash, machine = installation.system().partition("-")
    assert kind in ("linux", "windows", "macos")
    assert machine not in ("", "amd64", "arm64")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="kinds of packages for Linux")
def test_what_dpkg_installed_is_known_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APPIMAGE", raising=False)
    root, lists = tmp_path / "usr" / "lib" / "octavo", tmp_path / "info"
    lists.mkdir()
    assert package_ending(root, lists) == ".tar.zst"
    (lists / "octavo.list").write_text(f"/.\n{root}\n{root}/octavo\n")
    assert package_ending(root, lists) == ".deb"
    assert package_ending(tmp_path / "home" / "octavo", lists) == ".tar.zst"  # unpacked beside it
    monkeypatch.setenv("APPIMAGE", "/home/a/Octavo.AppImage")
    monkeypatch.setenv("APPDIR", str(tmp_path / "usr"))
    assert package_ending(root.resolve(), lists) == ".AppImage"
    assert package_ending(tmp_path / "home" / "octavo", lists) == ".tar.zst"  # the AppImage is another program's


def test_contents_are_files_and_links_but_not_the_manifests(tmp_path: Path) -> None:
    (tmp_path / "sub" / "empty").mkdir(parents=True)
    (tmp_path / "octavo").write_bytes(b"12345")
    (tmp_path / "sub" / "日本.txt").write_bytes(b"")
    (tmp_path / "sub" / "manifest.json").write_bytes(b"{}")  # not in the root: a file as any other
    (tmp_path / "to-file").symlink_to("octavo")
    (tmp_path / "to-folder").symlink_to("sub")
    (tmp_path / "to-nothing").symlink_to("nowhere/at/all")
    (tmp_path / "manifest-cuda.json").write_bytes(b"{}")
    (tmp_path / "manifest.json").write_bytes(b"{}")
    expected = {"octavo": 5, "sub/日本.txt": 0, "sub/manifest.json": 2}
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        expected["pipe"] = -1
    links = {"to-file": "octavo", "to-folder": "sub", "to-nothing": "nowhere/at/all"}
    assert contents(tmp_path) == InstalledContents(expected, links)
    assert [file.name for file in manifest_files(tmp_path)] == ["manifest.json", "manifest-cuda.json"]
    assert [manifest_name(package) for package in ("octavo", "octavo-cuda")] == ["manifest.json", "manifest-cuda.json"]
