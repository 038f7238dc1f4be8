"""Counts the shape of the package: how much there is, and how much of it each part has to know.

Length is a figure, not a limit, up to a class that nobody reads at once. What makes code hard to change is how many
others a part needs: those figures are printed too, and the few that must not grow are refused above a limit. Run by
`packaging/dev check`.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FEATURES = "features"
WINDOWS = {"ui", "window"}
"""Folders with what is in a window."""
FACES = ("ui", "cli", "features")
ENDINGS = {"Done", "Cancelled", "Failed", "Finished"}
"""The ways in which work ends for a face; below the faces work returns or raises."""

LARGEST_CLASS = 400
MOST_METHODS = 30
MOST_PARAMETERS = 6
MOST_MODULES = 25
"""Modules of a folder, without those of the folders in it."""

_EVENTS = "a widget of Qt: a method for each event and signal"
_HANDLERS = "a presenter: a method for each signal that it hears"
MANY_METHODS: dict[str, str] = {
    "engine/llama/llama.py LlamaModel": "llama.cpp's model: a method for each of its functions",
    "engine/quotes/constrained.py QuoteConstraint": "a state machine: a method for each state",
    "features/tables/window/presenter.py SheetsPresenter": _HANDLERS,
    "ui/window/application.py WindowStart": "the program's states: a method for each way between them",
    "ui/chat/messages/answer.py AnswerMessage": _EVENTS,
    "ui/chat/writing/attachments_presenter.py AttachmentsPresenter": _HANDLERS,
    "ui/chat/writing/composer.py Composer": _EVENTS,
    "ui/chat/messages/message.py MessageWidget": _EVENTS,
    "ui/chat/messages/view.py ConversationView": _EVENTS,
    "ui/frame/main_window.py MainWindow": _EVENTS,
    "ui/page/drawn_pages.py DrawnPages": _EVENTS,
    "ui/page/page_column.py PageColumn": _EVENTS,
    "ui/page/panel.py PagePanel": _EVENTS,
    "ui/page/presenter.py PagePresenter": _HANDLERS,
    "ui/page/text_pages.py TextPages": _EVENTS,
    "ui/settings/presenter.py Preferences": _HANDLERS,
    "ui/shelf/presenter.py ShelfPresenter": _HANDLERS,
}
"""Classes with more methods, and why."""

FULL_FOLDERS: dict[str, str] = {
    "store": "a module for each kind of thing that is kept",
    "ui/page": "pages are drawn, searched, marked and cut out",
}
"""Folders with more modules, and why."""

CHAINS = {
    "documents/mail/msg.py: _Properties": "a store of properties, which a message is and an attachment has",
    "ui/window/application.py: _Shell": "all that there is while no desk is open",
}
"""Private classes with one class below them in their file, and why."""

MOST_WIDE = 15
"""So many functions and constructors have more parameters; there may be fewer, never more."""

_NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Definition = _Function | ast.ClassDef


@dataclass
class Shape:
    """The figures that were counted; lines are lines of code, without blank lines, comments and docstrings."""

    modules: Counter[str] = field(default_factory=Counter)  # by their folders
    code: Counter[str] = field(default_factory=Counter)  # by the first part of the path
    imports: int = 0
    within_layer: Counter[str] = field(default_factory=Counter)  # imports of a module's own layer, by modules
    window_parameters: int = 0  # of constructors
    wide: list[str] = field(default_factory=list)
    large_classes: list[str] = field(default_factory=list)
    many_methods: dict[str, int] = field(default_factory=dict)
    chained: list[str] = field(default_factory=list)
    classes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    endings: list[str] = field(default_factory=list)

    @property
    def shared_names(self) -> list[str]:
        """Names of public classes that are defined more than once, and where."""
        return [f"{name}: {', '.join(places)}" for name, places in sorted(self.classes.items()) if len(places) > 1]

    @property
    def full_folders(self) -> dict[str, int]:
        return {folder: count for folder, count in self.modules.items() if count > MOST_MODULES}


def measure(package: Path) -> Shape:
    shape = Shape()
    for file in sorted(package.rglob("*.py")):
        _add(shape, file.relative_to(package), file.read_text("utf-8"))
    return shape


def _add(shape: Shape, path: Path, source: str) -> None:
    tree = ast.parse(source)
    lines = _code_lines(tree, source)
    layer = path.parts[0]
    shape.modules[str(path.parent)] += path.name != "__init__.py"
    shape.code[layer] += len(lines)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            shape.imports += len(_within(node, lines))
            shape.within_layer[str(path)] += isinstance(node, ast.ImportFrom) and _layer(node.module) == layer
        elif isinstance(node, ast.ClassDef):
            _add_class(shape, path, node, len(_within(node, lines)))
        elif isinstance(node, _Function):
            _add_function(shape, path, node)
    shape.chained += [f"{path}: {name}" for name in _chained(tree)]


def _add_class(shape: Shape, path: Path, node: ast.ClassDef, size: int) -> None:
    if not node.name.startswith("_"):
        shape.classes[node.name].append(f"{path}:{node.lineno}")
    methods = [each for each in node.body if isinstance(each, _Function)]
    if methods and size > LARGEST_CLASS:  # one without methods is a list, as of error codes
        shape.large_classes.append(f"{path}:{node.lineno} {node.name} {size}")
    if len(methods) > MOST_METHODS:
        shape.many_methods[f"{path} {node.name}"] = len(methods)
    for method in methods:
        if method.name == "__init__":
            count = _parameters(method) - 1
            shape.window_parameters += count if WINDOWS & set(path.parts) else 0


def _add_function(shape: Shape, path: Path, node: _Function) -> None:
    is_method = bool(node.args.args) and node.args.args[0].arg in ("self", "cls")
    count = _parameters(node) - is_method
    if count > MOST_PARAMETERS:
        shape.wide.append(f"{path}:{node.lineno} {node.name} {count}")
    named = {name.id for name in ast.walk(node.returns) if isinstance(name, ast.Name)} if node.returns else set()
    if path.parts[0] not in FACES and named & ENDINGS:
        shape.endings.append(f"{path}:{node.lineno} {node.name}")


def _parameters(node: _Function) -> int:
    return len((*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))


def _layer(module: str | None) -> str:
    """Return a module's layer: `ui` for `app.ui.window.window`."""
    return ".".join((module or "").split(".")[1:2])


def _chained(tree: ast.Module) -> Iterator[str]:
    """Yield private classes with one class below them, in the same file: one class, cut into a chain."""
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef) and node.name.startswith("_")}
    bases = Counter(
        base.id
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if isinstance(base, ast.Name)
    )
    return (name for name in sorted(defined) if bases[name] == 1)


def _code_lines(tree: ast.Module, source: str) -> set[int]:
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | _Definition):
            for text in node.body:
                is_text = isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
                if is_text and isinstance(text.value.value, str):  # of the module, class, function or the name before
                    lines.difference_update(_within(text, lines))
    return lines


def _within(node: ast.stmt, lines: set[int]) -> set[int]:
    first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", ()))])
    return {line for line in lines if first <= line <= (node.end_lineno or first)}


def _figures(shape: Shape) -> Iterator[str]:
    code, features = shape.code.total(), shape.code[FEATURES]
    outside = f"{features} of them in features, {code - features} outside"
    yield f"{shape.modules.total()} modules, {code} lines of code, {outside}; {shape.imports / code:.1%} imports"
    module, most = max(shape.within_layer.items(), key=lambda item: item[1])
    yield f"{shape.within_layer.total()} imports within a layer, most of them in {module}: {most}"
    yield (
        f"{shape.window_parameters} parameters of constructors in windows;"
        f" {len(shape.wide)} functions with more than {MOST_PARAMETERS}"
    )


def _faults(shape: Shape) -> Iterator[str]:
    for found in shape.large_classes:
        yield f"a class above {LARGEST_CLASS} lines: {found}"
    for name in sorted(shape.many_methods.keys() - MANY_METHODS.keys()):
        yield f"a class with more than {MOST_METHODS} methods: {name} {shape.many_methods[name]}"
    for name in sorted(MANY_METHODS.keys() - shape.many_methods.keys()):
        yield f"an exception that is none any more: {name}"
    for folder in sorted(shape.full_folders.keys() - FULL_FOLDERS.keys()):
        yield f"a folder with more than {MOST_MODULES} modules: {folder} {shape.full_folders[folder]}"
    for folder in sorted(FULL_FOLDERS.keys() - shape.full_folders.keys()):
        yield f"an exception that is none any more: {folder}"
    if len(shape.wide) > MOST_WIDE:
        yield from (f"a function with more than {MOST_PARAMETERS} parameters: {found}" for found in shape.wide)
    yield from (f"one class, cut into a chain: {found}" for found in shape.chained if found not in CHAINS)
    yield from (f"one name, several classes: {found}" for found in shape.shared_names)
    yield from (f"an ending below the faces: {found}" for found in shape.endings)


def main() -> int:
    shape = measure(Path(__file__).parent.parent / "app")
    print(*_figures(shape), sep="\n")
    faults = list(_faults(shape))
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
