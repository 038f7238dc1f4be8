"""Checks what the package's docstrings and its map promise: that each package says what must hold, and who holds it.

Each package below `app/` has a docstring of several lines. It says what the package is for, and ends with what must
hold there, in one of two forms: `Invariants: none of its own.`, or a list.

    Invariants:

    - A book is read once. Held by: tests/engine/test_prompt.py::test_nothing_above_the_conversation_depends_on_it.
    - Qt stays in the window. Held by: contract "Qt only in the window".
    - Updates are switched off for a moment only. Not tested: it takes a real display.

A module may have such a list, too, where something binds it alone. What is named has to exist: tests, contracts of
import-linter, files in the map and in `app/decisions`, and the names that the map finds in these files. Run by
`packaging/dev check`.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MOST_WORDS = 250
"""Words of a package's docstring, and of a decision, so that somebody reads it."""
MOST_OF_THE_MAP = 3_500
"""Words of app/README.md, which a newcomer reads in fifteen minutes."""

HEADING = "Invariants:"
NONE = "Invariants: none of its own."

_HELD = re.compile(r"(?P<what>\S.*?[.!?:)”\"]) Held by: (?P<tests>.+)\.")
_NOT_TESTED = re.compile(r"(?P<what>\S.*?[.!?:)”\"]) Not tested(: \S.*)?\.")
_CONTRACT = re.compile(r"contract \"([^\"]+)\"")
_TEST_PATH = re.compile(r"\btests/[\w/.-]*\w")
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?|[\w-]+\.(?:py|md|toml|json)")
_NAMED = re.compile(r"((?:`[\w.]+`(?:,? and |, )?)+)\s\(`([\w/]+\.py)`")
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def faults(root: Path) -> Iterator[str]:
    """Yield what is missing or wrong in the checkout `root`, one line for each fault."""
    contracts = _contracts(root)
    app = root / "app"
    folders = {file.parent for file in app.rglob("*.py")}
    for folder in sorted(folders):
        if not (folder / "__init__.py").exists():
            yield f"{folder.relative_to(root)}: a folder of modules without __init__.py"
    for file in sorted(app.rglob("*.py")):
        name = file.relative_to(root)
        source = file.read_text("utf-8")
        docstring = ast.get_docstring(ast.parse(source)) or ""
        found = [*_package_faults(docstring)] if file.name == "__init__.py" else []
        found += _invariant_faults(docstring, root, contracts)
        found += _lost_tests(source, root)
        yield from (f"{name}: {fault}" for fault in found)
    decisions = sorted((app / "decisions").glob("*.md"))
    for page, most in [(app / "README.md", MOST_OF_THE_MAP), *((decision, MOST_WORDS) for decision in decisions)]:
        yield from (f"{page.relative_to(root)}: {fault}" for fault in _page_faults(page, root, most))
    map_ = (app / "README.md").read_text("utf-8")
    yield from (f"app/README.md: does not list {page.name}" for page in decisions if page.name not in map_)


def _package_faults(docstring: str) -> Iterator[str]:
    before = docstring.partition(HEADING)[0]
    if not docstring:
        yield "a package without a docstring"
    elif not before.strip():
        yield "does not say what the package is for"
    elif HEADING not in docstring:
        yield f'does not say what must hold: "{HEADING}" and a list, or "{NONE}"'
    if len(docstring.split()) > MOST_WORDS:
        yield f"{len(docstring.split())} words, more than {MOST_WORDS}"


def _invariant_faults(docstring: str, root: Path, contracts: set[str]) -> Iterator[str]:
    heading = re.search(rf"^{HEADING}(.*)$", docstring, re.MULTILINE)
    if heading is None or heading[0] == NONE:
        return
    if heading[1]:
        yield f'"{heading[0]}": a list goes below "{HEADING}"'
        return
    items = list(_items(docstring[heading.end() :]))
    if not items:
        yield f'nothing below "{HEADING}"'
    for item in items:
        held = _HELD.fullmatch(item)
        if held is not None:
            yield from _unknown(held["tests"], root, contracts)
        elif _NOT_TESTED.fullmatch(item) is None:
            yield f'does not end with "Held by: …." or "Not tested.": {item[:60]}'


def _items(text: str) -> Iterator[str]:
    """Yield the items of the list with which `text` begins, each in one line."""
    for paragraph in re.split(r"^- ", text, flags=re.MULTILINE)[1:]:
        yield " ".join(paragraph.split("\n\n")[0].split())


def _unknown(tests: str, root: Path, contracts: set[str]) -> Iterator[str]:
    rest = _CONTRACT.sub("", tests)
    yield from (f'no such contract: "{name}"' for name in _CONTRACT.findall(tests) if name not in contracts)
    for test in filter(None, re.split(r"[,\s]+", rest)):
        path, _, function = test.partition("::")
        file = root / path
        if not test.startswith("tests/"):
            yield f'"{test}" is no test'
        elif not file.exists():
            yield f"no such file: {path}"
        elif function and (not file.is_file() or function not in _names(file)):
            yield f"no such test: {test}"


def _lost_tests(source: str, root: Path) -> Iterator[str]:
    """Yield files below `tests/` that a module names anywhere, and that are not there."""
    for path in sorted(set(_TEST_PATH.findall(source))):
        if not (root / path).exists():
            yield f"names a file that is not there: {path}"


def _page_faults(page: Path, root: Path, most: int) -> Iterator[str]:
    text = page.read_text("utf-8")
    if len(text.split()) > most:
        yield f"{len(text.split())} words, more than {most}"
    for link in _LINK.findall(text):
        if not (page.parent / link).exists():
            yield f"a link that leads nowhere: {link}"
    for code in _CODE.findall(text):
        if _PATH.fullmatch(code) and not any((base / code).exists() for base in (root / "app", root)):
            yield f"names a file that is not there: {code}"
    for names, path in _NAMED.findall(text):
        file = next((base / path for base in (root / "app", root) if (base / path).is_file()), None)
        known = _names(file) if file else set()
        for name in _CODE.findall(names):
            if file and not set(name.split(".")) <= known:
                yield f"{path} has no {name}"


def _names(file: Path) -> set[str]:
    """Return the names that a module defines: classes, functions, methods, constants and fields."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
    return names


def _contracts(root: Path) -> set[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    return {contract["name"] for contract in project["tool"]["importlinter"]["contracts"]}


def main() -> int:
    found = list(faults(ROOT))
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
