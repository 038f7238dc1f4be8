"""Starts children from this program, and knows where its own files are: an environment of Python runs modules; frozen
into one folder (PyInstaller's onedir), the one program file runs them too."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.core.machine import installation

CHILD = "--child"
"""First argument of the frozen program when it is to be a child: `octavo --child MODULE ARGUMENTS`."""

_PACKAGE = Path(__file__).resolve().parent.parent


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a child's module with this program's own interpreter."""
    if installation.root():
        return [sys.executable, CHILD, module, *arguments]
    return [sys.executable, "-P", "-m", module, *arguments]


def start_again(*arguments: str) -> None:
    """Replace this process by the program, with these arguments; on Windows, which cannot do that, start another one.
    To be called last."""
    start = [sys.executable] if installation.root() else [sys.executable, "-P", "-m", "app"]
    command = [*start, *arguments]
    if folder := python_path():
        os.environ["PYTHONPATH"] = folder
    if sys.platform == "win32":
        subprocess.Popen(command)
    else:
        os.execv(sys.executable, command)  # noqa: S606 - our own program, by its path


def run_child(arguments: Sequence[str]) -> None:
    """Be the child that `arguments` (the module, then its own) name; as `python -m` does it.

    Raises ImportError for what is not a module of Octavo.
    """
    module = arguments[0] if arguments else ""
    if not module.startswith("app."):
        raise ImportError(f"{module!r} is not a module of Octavo")
    sys.argv = [sys.executable, *arguments[1:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def leave_bundle() -> None:
    """Give programs that this one starts (a browser, bubblewrap) the search path for libraries that the person has:
    PyInstaller's starter set it to the bundle, and kept the former value. Children of ours set it again for
    themselves."""
    if not installation.root():
        return
    former = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    os.environ.pop("LD_LIBRARY_PATH", None)
    if former:
        os.environ["LD_LIBRARY_PATH"] = former


def own_files() -> list[Path]:
    """Return the paths that a child must read to run at all: Python or the frozen program, its packages, this one."""
    if folder := installation.root():
        return [folder]
    return [*standard_library(), *site_folders(), _PACKAGE]


def standard_library() -> list[Path]:
    """Return the folders from which modules are imported late, such as codecs when a text needs them."""
    if folder := installation.root():
        return [folder]
    return [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")]


def site_folders() -> list[Path]:
    return [Path(entry) for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]


def python_path() -> str:
    """Return the PYTHONPATH for a child that inherits nothing; empty if this package is installed, or frozen."""
    return "" if installation.root() or _PACKAGE.parent in site_folders() else str(_PACKAGE.parent)


def interpreter() -> Iterator[Path]:
    """Yield the interpreter's file, and every link on the way to it; then the folders of an environment that it
    needs."""
    path = Path(sys.executable)
    while path.is_symlink():
        yield path
        path = path.parent / path.readlink()
    yield path
    if not installation.root():
        if sys.prefix != sys.base_prefix:
            yield Path(sys.prefix)
        yield Path(sys.base_prefix, "lib")
