"""Programs of packaging/, which is no package, as modules; and libraries made in a test."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
BUNDLE = CHECKOUT / "packaging" / "bundle"


def program(name: str) -> Any:
    """A module of packaging/bundle, with the neighbours that it imports by their bare names."""
    if str(BUNDLE) not in sys.path:
        sys.path.append(str(BUNDLE))
    return importlib.import_module(name)


def script(name: str) -> ModuleType:
    """Load a program of packaging/ by its path below that folder, such as `shape.py`."""
    path = CHECKOUT / "packaging" / name
    spec = importlib.util.spec_from_file_location(f"packaging_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def library(path: Path, source: str, *needed: Path, versions: str = "") -> Path:
    """Compiles C into a shared library that is called as its file is, and linked to `needed`; the same one once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made_of = (path.name, source, versions, tuple((other.name, other.read_bytes()) for other in needed))
    if made_of in _COMPILED:
        path.write_bytes(_COMPILED[made_of])
        path.chmod(0o755)
    else:
        _compile(path, source, needed, versions)
        _COMPILED[made_of] = path.read_bytes()
    return path


_COMPILED: dict[object, bytes] = {}


def _compile(path: Path, source: str, needed: tuple[Path, ...], versions: str) -> None:
    command = [
        "cc",
        "-shared",
        "-fPIC",
        "-x",
        "c",
        "-",
        "-o",
        str(path),
        f"-Wl,-soname,{path.name}",
        "-Wl,--no-as-needed",
    ]
    if versions:
        script = path.with_suffix(".map")
        script.write_text(versions)
        command.append(f"-Wl,--version-script,{script}")
    command += ["-Wl,-rpath,$ORIGIN", "-x", "none", *(str(other) for other in needed)]
    subprocess.run(command, input=source, text=True, check=True)
    if versions:
        script.unlink()
