"""What the window shows: each fact has one module that sets it."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import fields
from pathlib import Path

import app
from app.ui.kit.shown import Shown

_APP = Path(app.__file__).parent


def test_one_presenter_sets_each_field() -> None:
    setters: dict[str, set[str]] = defaultdict(set)
    for file in (*_APP.glob("ui/**/*.py"), *_APP.glob("features/*/window/*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                holder = ast.unparse(node.value)
                if holder.endswith("shown"):
                    setters[node.attr].add(str(file.relative_to(_APP)))
    named = {field.name for field in fields(Shown)} - {"shelf"}  # a dictionary that the shelf fills
    assert {name: setters[name] for name in named if len(setters[name]) != 1} == {}
