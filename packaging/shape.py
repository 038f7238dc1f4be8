"""Counts the shape of the package, and refuses what would make it hard to read. Run by `packaging/dev check`."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

LARGEST_CLASS = 250
LONGEST_FUNCTION = 40
MOST_LONG_FUNCTIONS = 10
FACES = ("ui", "cli")
ENDINGS = {"Done", "Cancelled", "Failed", "Finished"}
"""How work ends for a face; below the faces work returns or raises."""

_NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass
class Shape:
    """What was counted; lines are lines of code, without blank lines, comments and docstrings."""

    files: int = 0
    code: int = 0
    imports: int = 0
    large_classes: list[str] = field(default_factory=list)
    long_functions: list[str] = field(default_factory=list)
    classes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    endings: list[str] = field(default_factory=list)

    @property
    def shared_names(self) -> list[str]:
        """Names of public classes that are defined more than once, and where."""
        return [f"{name}: {', '.join(places)}" for name, places in sorted(self.classes.items()) if len(places) > 1]


def measure(package: Path) -> Shape:
    shape = Shape()
    for file in sorted(package.rglob("*.py")):
        _add(shape, file.relative_to(package), file.read_text("utf-8"))
    return shape


def _add(shape: Shape, path: Path, source: str) -> None:
    tree = ast.parse(source)
    lines = _code_lines(tree, source)
    shape.files += 1
    shape.code += len(lines)
    below_faces = path.parts[0] not in FACES
    for node in ast.walk(tree):
        where = f"{path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            shape.imports += len(_within(node, lines))
        elif isinstance(node, ast.ClassDef):
            if not node.name.startswith("_"):
                shape.classes[node.name].append(where)
            does = any(isinstance(each, ast.FunctionDef) for each in node.body)  # else it is a list, as of error codes
            if does and (size := len(_within(node, lines))) > LARGEST_CLASS:
                shape.large_classes.append(f"{where} {node.name} {size}")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if (size := len(_within(node, lines))) > LONGEST_FUNCTION:
                shape.long_functions.append(f"{where} {node.name} {size}")
            named = (
                {name.id for name in ast.walk(node.returns) if isinstance(name, ast.Name)} if node.returns else set()
            )
            if below_faces and named & ENDINGS:
                shape.endings.append(f"{where} {node.name}")


def _code_lines(tree: ast.Module, source: str) -> set[int]:
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | _Definition):
            for before, text in zip([None, *node.body], node.body, strict=False):
                is_text = isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
                if is_text and isinstance(text.value.value, str):  # of the module, class, function or the name before
                    del before
                    lines.difference_update(_within(text, lines))
    return lines


def _within(node: ast.stmt, lines: set[int]) -> set[int]:
    first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", ()))])
    return {line for line in lines if first <= line <= (node.end_lineno or first)}


def main() -> int:
    shape = measure(Path(__file__).parent.parent / "app")
    print(
        f"{shape.files} files, {shape.code} lines of code, {shape.imports / shape.code:.1%} of them imports;"
        f" {len(shape.large_classes)} classes above {LARGEST_CLASS} lines,"
        f" {len(shape.long_functions)} functions above {LONGEST_FUNCTION},"
        f" {len(shape.shared_names)} names of public classes with more than one meaning,"
        f" {len(shape.endings)} endings below the faces"
    )
    faults = [f"a class that is too large: {found}" for found in shape.large_classes]
    if len(shape.long_functions) > MOST_LONG_FUNCTIONS:
        faults += [f"a function that is too long: {found}" for found in shape.long_functions]
    faults += [f"one name, several classes: {found}" for found in shape.shared_names]
    faults += [f"an ending below the faces: {found}" for found in shape.endings]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
