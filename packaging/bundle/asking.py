"""Versions of native libraries, asked from the libraries themselves through the Python packages that hold them."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

_QUESTION = re.compile(r"(?P<module>[\w.]+):(?P<attribute>\w+)(?:\((?P<argument>\w*)\))?(?:\.(?P<field>\w+))?")


def answer(question: str, site_packages: Path) -> str:
    """Answer a question for a version: `module:attribute`, `module:function()`, `module:function(text)`, each also with
    `.field` behind it.

    Empty where the package is not installed in `site_packages`, of which this program's own interpreter must be one;
    then nothing is asked. Raises ValueError where the question makes no sense, or nothing is answered.
    """
    parts = _QUESTION.fullmatch(question)
    if parts is None:
        raise ValueError(f"{question} is no question for a version")
    package = parts["module"].partition(".")[0]
    if not any((site_packages / name).exists() for name in (package, f"{package}.py")):
        return ""
    try:
        module = importlib.import_module(parts["module"])
        if not str(module.__file__).startswith(str(site_packages)):
            return ""
        found = getattr(module, parts["attribute"])
        if parts["argument"] is not None:
            found = found(*filter(None, [parts["argument"]]))
        if parts["field"]:
            found = getattr(found, parts["field"])
    except (ImportError, AttributeError, TypeError) as error:
        raise ValueError(f"{question} was not answered: {error}") from error
    said = ".".join(map(str, found)) if isinstance(found, tuple) else str(found or "")
    if not (version := re.search(r"\d+(?:\.\w+)+", said)):
        raise ValueError(f"{question} was answered with {said!r}, which is no version")
    return version[0]
