"""The documents of the project name only what exists: commands, options, labels of the window, files, verbs."""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from app.cli import parsers
from app.core.machine.paths import resources
from app.documents.formats.detect import ENDINGS_OF
from app.feature import terminal_commands_of
from app.feature_list import FEATURES
from app.wording import i18n
from app.wording.errors import format_name
from tests.packaging.programs import script

ROOT = Path(__file__).parents[1]
HANDBOOK = sorted((resources() / "handbook").glob("*/*.md"))
PROJECT = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
MAPS = [
    *(ROOT / folder / "README.md" for folder in ("app", "packaging", "tests")),
    *sorted((ROOT / "app" / "decisions").glob("*.md")),
]
DOCUMENTS = [path for path in (*PROJECT, *HANDBOOK) if path.is_file()]
ALL = [*DOCUMENTS, *(path for path in MAPS if path.is_file())]

_CODE = re.compile(r"```.*?```|^ {4}\S[^\n]*|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"\b(?:octavo|packaging/dev run) ([a-z]+)(?: ([a-z]+))?\b")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
_VERB = re.compile(r"packaging/dev ([a-z]+)")
_PLACE = re.compile(r"`((?:app|tests|packaging|resources)/[\w./-]+)`")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
_LABEL = re.compile(r"“([^”]+)”")
_JAPANESE_LABEL = re.compile(r"「([^」]+)」")

OTHERS_OPTIONS = {
    "--list", "--help", "--child", "--name", "--enable-gpl",
    "--api-key", "--data-parallel-size", "--enable-prompt-tokens-details", "--max-model-len",
    "--no-enable-prefix-caching", "--tensor-parallel-size",
}  # fmt: skip
"""Options of other programs, or words of a search."""
EXAMPLES = {
    "side letter", "why?", "Why?", "And what about him?", "summarise chapter 3", "the following day", "image 2",
    "if", "unless", "only", "not", "…", "[…]", "4 → 12", "p. 3 (11 of 103)", "[Person 1]", "[Account 1]", "of 80 GB",
    "of 64 GB", "Which clause speaks of early termination?", "Quote the sentence about the dry dock.",
    "Rent: [field: 1,475.00]", "[x] Furnished", "[date] End of term: When does the lease end?",
    "From 212 documents: 3 read in full, passages of 19, nothing found in 190.", "show", "⋯",
    "Ask these 26 documents", "which document? p. 12",
    "The documents do not say this.", "Nearest in the document",  # in answers, in the language of the documents
    "Open with",  # the desktop's own words
}  # fmt: skip
"""Quotations in the English handbook that are no labels of the window."""
JAPANESE_EXAMPLES = {
    "[…]", "4 → 12", "p. 3（11/103）", "どの文書？ p. 12", "画像 2", "翌日", "⋯", "[口座1]", "80 GB", "64 GB",
    "なぜですか。", "その人についてはどうですか。", "第3章を要約して", "中途解約について定めているのはどの条項ですか。",
    "敷金の返還について述べた文を引用してください。", "賃料：[field: 147,500]", "[x] 家具付き",
    "[日付] 期間の終わり：賃貸借はいつ終わりますか。", "これら 26 点の文書に質問する",
    "212 点の文書から：全文を読んだもの 3、一部の箇所 19、該当なし 190。",
    "文書には、このことは書かれていません。",  # in answers, in the language of the documents
    "文書の中でいちばん近い文",  # there, too
    "別のアプリで開く",  # the desktop's own words
}  # fmt: skip
"""Quotations in the Japanese handbook that are no labels of the window."""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.use_language("en")
    yield
    i18n.use_language("en")


def _code(path: Path) -> str:
    return "\n".join(_CODE.findall(path.read_text(encoding="utf-8")))


def _tree(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _options(parser: argparse.ArgumentParser) -> set[str]:
    own = {option for action in parser._actions for option in action.option_strings}
    return own.union(*(_options(each) for each in _tree(parser).values()))


@pytest.fixture(scope="module")
def octavo() -> argparse.ArgumentParser:
    return parsers.parser(terminal_commands_of(FEATURES))


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_exists(path: Path, octavo: argparse.ArgumentParser) -> None:
    commands = _tree(octavo)
    named = _COMMAND.findall(_code(path))
    missing = {first for first, _second in named if first not in commands}
    for first, second in named:
        inner = _tree(commands[first]) if first in commands else {}
        if inner and second and second not in inner:
            missing.add(f"{first} {second}")
    assert not missing


def test_the_handbook_names_every_command(octavo: argparse.ArgumentParser) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in HANDBOOK if path.parent.name == "en")
    former = {name for name in _tree(octavo) if f"octavo {name}" not in text}
    assert former <= {"sheet", "grid"}, "all others but the former names are described"


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_option_exists(path: Path, octavo: argparse.ArgumentParser) -> None:
    usage = subprocess.run([ROOT / "packaging" / "dev", "--help"], capture_output=True, text=True, check=False)
    known = _options(octavo) | _options(parsers.window_parser()) | set(_OPTION.findall(usage.stdout + usage.stderr))
    assert set(_OPTION.findall(_code(path))) - known <= OTHERS_OPTIONS


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_verb_of_the_door_exists(path: Path) -> None:
    usage = subprocess.run([ROOT / "packaging" / "dev", "--help"], capture_output=True, text=True, check=False)
    verbs = set(re.findall(r"^  ([a-z]+)\b", usage.stdout + usage.stderr, re.MULTILINE))
    assert {"run", "test", "check"} <= verbs
    assert set(_VERB.findall(path.read_text(encoding="utf-8"))) <= verbs


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    missing = [place for place in _PLACE.findall(text) if not (ROOT / place).exists()]
    missing += [link for link in _LINK.findall(text) if not (path.parent / link).exists()]
    assert not missing


def test_packages_and_their_map_name_only_what_exists() -> None:
    assert list(script("invariants.py").faults(ROOT)) == []


def test_every_name_in_the_map_is_in_the_code() -> None:
    named = set(re.findall(r"`([A-Za-z_]\w+(?:\.\w+)?)`", MAPS[0].read_text(encoding="utf-8")))
    sources = [path.read_text(encoding="utf-8") for path in ROOT.glob("app/**/*.py")]
    words, members = set(re.findall(r"\w+", "\n".join(sources))), _members(sources)
    assert "Ask.ask" in named
    members |= {name for name in named if name.endswith((".py", ".toml"))}  # files have a check of their own
    missing = {name for name in named if name not in (members if "." in name else words)}
    assert missing <= {"_s", "_bytes", "_tokens"}, "endings of names alone"


def _members(sources: list[str]) -> set[str]:
    """Return “Class.member” of every member that a class itself defines in these Python texts."""
    found = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ClassDef):
                found |= {f"{node.name}.{member}" for line in node.body for member in _defined(line)}
    return found


def _defined(line: ast.stmt) -> list[str]:
    """Return the names that a line of a class's body defines."""
    if isinstance(line, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [line.name]
    targets = line.targets if isinstance(line, ast.Assign) else [line.target] if isinstance(line, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


@pytest.mark.parametrize("path", [path for path in HANDBOOK if path.parent.name == "en"], ids=lambda path: path.stem)
def test_every_label_is_in_the_window(path: Path) -> None:
    catalogue = polib.pofile(str(resources() / "translations" / "ja.po"), encoding="utf-8")
    known = "\n".join(entry.msgid for entry in catalogue)
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    labels = set(_LABEL.findall(text)) - EXAMPLES
    assert {label for label in labels if label.rstrip(".") not in known} == set()


@pytest.mark.parametrize("path", [path for path in HANDBOOK if path.parent.name == "ja"], ids=lambda path: path.stem)
def test_every_label_is_in_the_japanese_window(path: Path) -> None:
    catalogue = polib.pofile(str(resources() / "translations" / "ja.po"), encoding="utf-8")
    known = "\n".join(entry.msgstr for entry in catalogue)
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    labels = set(_JAPANESE_LABEL.findall(text)) - JAPANESE_EXAMPLES
    assert {label for label in labels if label not in known} == set()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_handbook_names_every_format(language: str) -> None:
    i18n.use_language(language)
    chapter = (resources() / "handbook" / language / "02-documents.md").read_text(encoding="utf-8")
    for format, endings in ENDINGS_OF.items():
        ending = endings.split()[0].removeprefix(".").upper()
        assert ending in chapter or format_name(format) in chapter, format


def test_each_language_has_all_chapters() -> None:
    chapters = {
        folder.name: {path.name for path in folder.iterdir()} for folder in (resources() / "handbook").iterdir()
    }
    assert chapters.keys() >= {"en", "ja"}
    assert all(names == chapters["en"] for names in chapters.values())
