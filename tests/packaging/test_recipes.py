"""The recipes for other systems, as far as they can be tried here."""

from __future__ import annotations

import json
import os
import plistlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app import __version__
from app.documents.formats import detect
from app.documents.images import kinds as images
from app.ui.window.application import APPLICATION_ID

PACKAGING = Path(__file__).parents[2] / "packaging"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A made-up one, whose program says by which name it was called, and with what."""
    program = tmp_path / "bundle" / "octavo"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "octavo {__version__}" || echo "$(basename "$0") $*"\n'
    )
    program.chmod(0o755)
    return program.parent


@pytest.mark.skipif(shutil.which("makensis") is None, reason="makensis, which makes installers for Windows, is missing")
def test_the_installer_for_windows_compiles_without_a_warning(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    (bundle / "_internal").mkdir(parents=True)
    for name in ("octavo.exe", "octavo-desk.exe", "manifest.json", "_internal/python.dll"):
        (bundle / name).write_bytes(b"MZ")
    icons: list[str | Path] = [sys.executable, "-P", PACKAGING / "desktop" / "icons.py", tmp_path]
    subprocess.run(icons, check=True)
    out = tmp_path / "octavo-setup.exe"
    given = {"VERSION": __version__, "BUNDLE": bundle, "ICON": tmp_path / "octavo.ico", "OUT": out}
    command = [
        "makensis",
        "-WX",
        "-V2",
        "-INPUTCHARSET",
        "UTF8",
        *(f"-D{name}={value}" for name, value in given.items()),
    ]
    subprocess.run([*command, PACKAGING / "windows" / "octavo.nsi"], check=True)
    assert out.read_bytes()[:2] == b"MZ"


def test_windows_offers_octavo_for_kinds_of_files_that_it_opens() -> None:
    script = (PACKAGING / "windows" / "octavo.nsi").read_text(encoding="utf-8")
    offered = set(re.findall(r"OFFER_FOR (\.\w+)", script))
    assert offered <= {*detect.ENDINGS, *images.ENDINGS}
    assert {endings.split()[0] for endings in detect.ENDINGS_OF.values()} <= offered, "each format, by its first ending"
    assert APPLICATION_ID in script


def test_macos_learns_name_version_icon_and_kinds_of_files(tmp_path: Path) -> None:
    app, icon = tmp_path / "Octavo.app", tmp_path / "octavo.icns"
    (app / "Contents" / "Resources").mkdir(parents=True)
    icon.write_bytes(b"icns")
    told = app / "Contents" / "Info.plist"
    told.write_bytes(plistlib.dumps({"CFBundleExecutable": "octavo", "CFBundleName": "octavo"}))
    subprocess.run([sys.executable, "-P", PACKAGING / "macos" / "describe.py", app, icon], check=True)
    described = plistlib.loads(told.read_bytes())
    assert described["CFBundleExecutable"] == "octavo"
    assert described["CFBundleIdentifier"] == APPLICATION_ID
    assert described["CFBundleShortVersionString"] == __version__
    assert (app / "Contents" / "Resources" / described["CFBundleIconFile"]).read_bytes() == b"icns"
    kinds = [kind for types in described["CFBundleDocumentTypes"] for kind in types["LSItemContentTypes"]]
    assert {"com.adobe.pdf", "public.png"} <= set(kinds)
    assert len(set(kinds)) == len(kinds)


@pytest.mark.skipif(shutil.which("flatpak-builder") is None, reason="flatpak-builder is not installed")
def test_the_flatpak_has_no_network_and_sees_no_folder_of_the_person(tmp_path: Path) -> None:
    manifest = PACKAGING / "flatpak" / f"{APPLICATION_ID}.yml"
    shown = subprocess.run(
        ["flatpak-builder", "--show-manifest", manifest], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    told = json.loads(shown.stdout)
    assert told["id"] == APPLICATION_ID
    assert told["command"] == "octavo-desk"
    assert not [rule for rule in told["finish-args"] if "network" in rule or "filesystem" in rule]


def test_the_folder_of_an_appimage_holds_both_programs(bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Octavo.AppDir"
    environment = os.environ | {"PYTHON": sys.executable, "PATH": "/usr/bin:/bin"}
    made = subprocess.run(
        ["bash", PACKAGING / "appimage" / "build.sh", bundle, folder],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not shutil.which("appimagetool", path=environment["PATH"]):
        assert made.returncode == 3, made.stderr
        assert "appimagetool" in made.stderr
    for name in (f"{APPLICATION_ID}.desktop", f"{APPLICATION_ID}.png", ".DirIcon"):
        assert (folder / name).is_file()
    for arguments, called in (
        (["ask", "Why?"], "octavo ask Why?"),
        (["/books/lease.pdf"], "octavo-desk /books/lease.pdf"),
        ([], "octavo "),
    ):
        told = subprocess.run([folder / "AppRun", *arguments], capture_output=True, text=True, check=True)
        assert told.stdout == f"{called}\n"


def test_programs_are_signed_before_they_are_packed_and_installers_afterwards() -> None:
    windows = (PACKAGING / "windows" / "build.ps1").read_text(encoding="utf-8")
    program, packed, installer = (windows.index(step) for step in ("octavo-desk.exe')", "makensis @", "@($setup)"))
    assert program < packed < installer
    macos = (PACKAGING / "macos" / "build.sh").read_text(encoding="utf-8")
    steps = (
        '"${sign[@]}" "$app"',
        "codesign --verify",
        "hdiutil create",
        '--sign "$identity" "$image"',
        "xcrun notarytool submit",
        "xcrun stapler",
    )
    places = [macos.index(step) for step in steps]
    assert places == sorted(places)
