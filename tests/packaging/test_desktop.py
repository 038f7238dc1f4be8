"""Desktops and shells get their files of Octavo: icons, entries, kinds of files, manual pages, completion."""

from __future__ import annotations

import argparse
import configparser
import gzip
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from lxml import etree
from PIL import Image
from PySide6.QtCore import QMimeDatabase

from app import __version__
from app.cli import arguments, parsers
from app.core.machine.paths import resources
from app.core.machine.window_action import WindowAction
from app.documents.formats import detect
from app.documents.images import kinds as images
from app.feature import terminal_commands_of
from app.feature_list import FEATURES
from app.ui.look.emblem import SIZES
from app.ui.window.application import APPLICATION_ID
from app.wording.i18n import use_language

DESKTOP = Path(__file__).parents[2] / "packaging" / "desktop"
SCREENS = Path(__file__).parents[1] / "tools" / "screens"
DAY = {"SOURCE_DATE_EPOCH": "1780000000"}  # 28 May 2026

needs = pytest.mark.skipif


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


def _make(program: str, out: Path) -> Path:
    subprocess.run([sys.executable, "-P", str(DESKTOP / program), str(out)], check=True, env=os.environ | DAY)
    return out


def _load(program: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"packaging_desktop_{Path(program).stem}", DESKTOP / program)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _entry(group: str = "Desktop Entry") -> dict[str, str]:
    read = configparser.RawConfigParser(delimiters=("=",))
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read(DESKTOP / f"{APPLICATION_ID}.desktop", encoding="utf-8")
    return dict(read[group])


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for listed in action._choices_actions:  # a former name of a command is none of them
                yield from _parsers(action.choices[listed.dest])


# ---- the entry in menus


FOR_OTHERS = {
    *("application/x-ipynb+json", "application/x-subrip", "application/xhtml+xml", "text/csv", "text/html"),
    *("text/plain", "text/tab-separated-values", "text/vtt", "text/x-tex", "application/x-latex"),
    *("text/org", "text/x-org", "application/vnd.lotus-organizer"),
}
"""The kinds of files that belong to browsers, editors and players: a desktop that has none would take Octavo for
one."""


def test_documents_can_be_opened_with_octavo_and_it_claims_nothing_else() -> None:
    database = QMimeDatabase()
    listed = set(_entry()["MimeType"].split(";"))
    for ending in (*detect.ENDINGS, *images.ENDINGS):
        kind = database.mimeTypeForFile(f"a{ending}", QMimeDatabase.MatchMode.MatchExtension)
        names = {kind.name(), *kind.aliases()}
        if names & FOR_OTHERS or ending in images.ENDINGS:
            assert not names & listed, ending
        else:
            assert names & listed or kind.isDefault(), f"{ending}: {names}"


def test_the_menu_of_the_icon_offers_what_the_window_can_begin_with() -> None:
    actions = _entry()["Actions"].rstrip(";").split(";")
    assert actions == [action.value for action in WindowAction if action]
    for action in actions:
        entry = _entry(f"Desktop Action {action}")
        assert {"Name", "Name[ja]"} <= entry.keys()
        words = entry["Exec"].split()
        assert words[0] == "octavo-desk"
        assert arguments.window_options(words[1:]).action == action


def test_the_desktop_knows_the_window_by_its_entry() -> None:
    entry = _entry()
    assert entry["Icon"] == APPLICATION_ID
    assert entry["Exec"] == "octavo-desk %F"
    metainfo = etree.parse(DESKTOP / f"{APPLICATION_ID}.metainfo.xml")
    assert metainfo.findtext("id") == APPLICATION_ID
    assert metainfo.findtext("launchable") == f"{APPLICATION_ID}.desktop"


@needs(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils is not installed")
def test_the_entry_is_valid() -> None:
    subprocess.run(["desktop-file-validate", DESKTOP / f"{APPLICATION_ID}.desktop"], check=True)


# ---- icons


def test_icons_are_drawn_in_all_sizes_and_always_alike(tmp_path: Path) -> None:
    one, two = _make("icons.py", tmp_path / "one"), _make("icons.py", tmp_path / "two")
    for side in SIZES:
        with Image.open(one / f"{side}.png") as image:
            assert image.size == (side, side)
            assert image.mode == "RGBA"
            corner = image.getpixel((0, 0))
            assert isinstance(corner, tuple)
            assert corner[3] < 255
            assert image.getpixel((side // 2, side // 16)) == (0x7A, 0x2E, 0x35, 255)
    for name in ("octavo.ico", "octavo.icns"):
        with Image.open(one / name) as image:
            assert {(32, 32), (256, 256)} <= {tuple(size[:2]) for size in image.info["sizes"]}
    for file in one.iterdir():
        assert file.read_bytes() == (two / file.name).read_bytes(), file.name


# ---- what software centres show


CHANGELOG = """# Changelog

## [0.2.0] - Unreleased

Not yet.

## [0.1.0] - 2026-03-01

The desk *opens*.

### Added

- **The window.** A shelf,
  and more.
- `octavo read`, without
  a lead
"""


def test_versions_are_told_from_the_changelog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", DAY["SOURCE_DATE_EPOCH"])
    coming, first = _load("metainfo.py").releases(CHANGELOG)
    assert dict(coming.attrib) == {"version": "0.2.0", "type": "development", "date": "2026-05-28"}
    assert dict(first.attrib) == {"version": "0.1.0", "type": "stable", "date": "2026-03-01"}
    assert first.findtext("description/p") == "The desk opens."
    entries = [entry.text for entry in first.iterfind("description/ul/li")]
    assert entries == ["The window", "octavo read, without a lead"]


@needs(shutil.which("appstreamcli") is None, reason="appstream is not installed")
def test_the_metadata_are_valid(tmp_path: Path) -> None:
    made = _make("metainfo.py", tmp_path / f"{APPLICATION_ID}.metainfo.xml")
    assert f'version="{__version__}"' in made.read_text(encoding="utf-8")
    # Octavo has no home page that could be named, unless somebody who passes it on has one.
    subprocess.run(
        ["appstreamcli", "validate", "--no-net", "--pedantic", "--override=url-homepage-missing=info", made], check=True
    )


# ---- kinds of files


def test_the_desktop_learns_what_a_gguf_file_is(tiny_scout: Path, tmp_path: Path) -> None:
    packages = tmp_path / "share" / "mime" / "packages"
    packages.mkdir(parents=True)
    shutil.copy(DESKTOP / f"{APPLICATION_ID}.mime.xml", packages / f"{APPLICATION_ID}.xml")
    nameless = tmp_path / "model"
    nameless.write_bytes(tiny_scout.read_bytes()[:64])
    ask = "import sys; from PySide6.QtCore import QMimeDatabase as D; print(D().mimeTypeForFile(sys.argv[1]).name())"
    environment = os.environ | {"XDG_DATA_DIRS": str(tmp_path / "share"), "XDG_DATA_HOME": str(tmp_path / "none")}
    for file in (nameless, tiny_scout):
        told = subprocess.run([sys.executable, "-c", ask, str(file)], env=environment, capture_output=True, text=True)
        assert told.stdout.strip() == "application/x-gguf"


# ---- manual pages


def test_manual_pages_name_every_command_and_option_in_both_languages(tmp_path: Path) -> None:
    folder = _make("manual.py", tmp_path)
    for place, heading in ((folder, ".SH NAME"), (folder / "ja", ".SH 名前")):
        for parser in (parsers.parser(terminal_commands_of(FEATURES)), parsers.window_parser()):
            page = (place / f"{parser.prog}.1").read_text(encoding="utf-8")
            assert heading in page
            assert '"2026-05-28"' in page.splitlines()[0]
            plain = page.replace("\\-", "-")
            for command in _parsers(parser):
                assert command.prog in plain
                for action in command._actions:
                    assert all(option in plain for option in action.option_strings if action.dest != "help")
    assert "文書について質問する" in (folder / "ja" / "octavo.1").read_text(encoding="utf-8")


@needs(shutil.which("mandoc") is None, reason="mandoc, which looks manual pages over, is not installed")
def test_manual_pages_are_sound(tmp_path: Path) -> None:
    for page in _make("manual.py", tmp_path).rglob("*.1"):
        subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], check=True)


# ---- completion


COMPLETE = """
source "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
$(complete -p octavo | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("octavo mo", {"models"}),
        ("octavo models pl", {"plan"}),
        ("octavo ask --exc", {"--excerpts"}),
        ("octavo ask --kv q", {"q8_0", "q4_0"}),
        ("octavo ask --document le", {"lease.pdf", "leases"}),
        ("octavo read le", {"lease.pdf", "leases"}),
        ("octavo doctor --data-dir le", {"leases"}),
        ("octavo --data-dir le", {"leases"}),
        ("octavo models --data-dir le", {"leases"}),
    ],
)
def test_bash_completes_commands_options_and_files(
    completion: Path, typed: str, offered: set[str], tmp_path: Path
) -> None:
    (tmp_path / "lease.pdf").touch()
    (tmp_path / "leases").mkdir()
    command = ["bash", "--norc", "-c", COMPLETE, "bash", str(completion / "bash" / "octavo"), *typed.split()]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert set(told.stdout.split()) == offered


@pytest.mark.parametrize(("shell", "name"), [("bash", "{}"), ("zsh", "_{}"), ("fish", "{}.fish")])
def test_shells_can_read_their_completion(completion: Path, shell: str, name: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    for program in ("octavo", "octavo-desk"):
        subprocess.run([shell, "-n", completion / shell / name.format(program)], check=True)


@pytest.fixture(scope="module")
def completion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make("completion.py", tmp_path_factory.mktemp("completion"))


# ---- all of it


DISTRIBUTOR = {
    "OCTAVO_ID": "org.example.Desk",
    "OCTAVO_DEVELOPER": "Example Press",
    "OCTAVO_HOMEPAGE": "https://example.org/octavo",
    "OCTAVO_SCREENSHOTS": "https://example.org/octavo/pictures/",
}


def test_who_passes_the_program_on_is_named_with_home_page_and_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in DISTRIBUTOR.items():
        monkeypatch.setenv(name, value)
    made = _make("metainfo.py", tmp_path / "org.example.Desk.metainfo.xml")
    read = etree.parse(made)
    assert (read.findtext("id"), read.findtext("launchable")) == ("org.example.Desk", "org.example.Desk.desktop")
    developer = read.find("developer")
    assert developer is not None
    assert (developer.get("id"), developer.findtext("name")) == ("org.example", "Example Press")
    assert read.findtext("url[@type='homepage']") == "https://example.org/octavo"
    pictures = [picture.text or "" for picture in read.iterfind("screenshots/screenshot/image")]
    drawn = "".join(file.read_text(encoding="utf-8") for file in SCREENS.glob("*.py"))
    names = [Path(picture).stem.replace("-", "_") for picture in pictures]
    assert [name for name in names if f"def {name}(" not in drawn] == []
    assert all(picture.startswith("https://example.org/octavo/pictures/") for picture in pictures)
    if shutil.which("appstreamcli") is not None:
        subprocess.run(["appstreamcli", "validate", "--no-net", "--pedantic", made], check=True)


def _stage(version: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = folder / "bundle" / "octavo"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho octavo {version}\n")
    program.chmod(0o755)
    command: list[str | Path] = ["bash", DESKTOP / "stage.sh", "bundle", "staged"]
    environment = os.environ | DAY | {"PYTHON": sys.executable}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_everything_lies_where_desktops_and_shells_look_for_it(tmp_path: Path) -> None:
    staged = _stage(__version__, tmp_path)
    assert staged.returncode == 0, staged.stderr
    share = tmp_path / "staged" / "usr" / "share"
    for place in (
        f"applications/{APPLICATION_ID}.desktop",
        f"icons/hicolor/scalable/apps/{APPLICATION_ID}.svg",
        *(f"icons/hicolor/{side}x{side}/apps/{APPLICATION_ID}.png" for side in SIZES),
        f"metainfo/{APPLICATION_ID}.metainfo.xml",
        f"mime/packages/{APPLICATION_ID}.xml",
        "bash-completion/completions/octavo-desk",
        "zsh/vendor-completions/_octavo",
        "fish/vendor_completions.d/octavo.fish",
        "doc/octavo/README.md",
    ):
        assert (share / place).is_file(), place
    for page in ("man/man1/octavo.1.gz", "man/man1/octavo-desk.1.gz", "man/ja/man1/octavo.1.gz"):
        assert gzip.decompress((share / page).read_bytes()).startswith(b".TH OCTAVO")
    changelog = Path(__file__).parents[2] / "CHANGELOG.md"
    assert gzip.decompress((share / "doc/octavo/changelog.gz").read_bytes()) == changelog.read_bytes()


def test_files_are_named_by_the_id_of_who_passes_the_program_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCTAVO_ID", DISTRIBUTOR["OCTAVO_ID"])
    staged = _stage(__version__, tmp_path)
    assert staged.returncode == 0, staged.stderr
    files = [path for path in (tmp_path / "staged").rglob("*") if path.is_file()]
    assert [path.name for path in files if APPLICATION_ID in path.name] == []
    entry = next(path for path in files if path.name == "org.example.Desk.desktop").read_text(encoding="utf-8")
    assert "Icon=org.example.Desk\n" in entry
    assert APPLICATION_ID not in entry


@pytest.mark.parametrize("wrong", ["Octavo", "example.Octavo", "org.example.My Octavo", "org.example.4", "a.b/../c"])
def test_an_id_that_no_domain_could_have_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("OCTAVO_ID", wrong)
    staged = _stage(__version__, tmp_path)
    assert staged.returncode == 1
    assert "must be a domain read backwards" in staged.stderr


def test_a_bundle_of_another_version_is_refused(tmp_path: Path) -> None:
    staged = _stage("9.9.9", tmp_path)
    assert staged.returncode == 1
    assert "9.9.9" in staged.stderr
    assert not (tmp_path / "staged").exists()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_handbook_has_the_commands_as_the_parsers_have_them(language: str) -> None:
    program = _load("commands_chapter.py")
    made = resources() / "handbook" / language / program.COMMANDS
    hint = "call packaging/desktop/commands_chapter.py, which writes the chapter anew"
    assert made.read_text(encoding="utf-8") == program.chapter(language), hint
