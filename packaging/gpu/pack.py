"""Puts into one folder all that a lent machine needs to try llama.cpp on its NVIDIA card, where no package registry is.

Usage: pack.py FOLDER [--python 3.12]... (called by packaging/dev gpu pack). The folder gets:

octavo/             this checkout's program and tests, as they are in the working tree
llama.cpp.tar.xz    the sources in the lock file, without what neither libllama nor the CUDA backend needs
wheels/             what the tests import, for each Python that is named, with the hashes of the lock file
pack.json           what is inside, and what the machine must have
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

import msgspec
from packaging.markers import Marker

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES = 60_000_000
SOURCES = "llama.cpp.tar.xz"

EXPECTED = {
    "machine": "Linux on x86_64, glibc 2.28 or newer, 5 GB of free disk, 4 GB of main memory beside what a model takes",
    "card": "one NVIDIA card that its driver (nvidia-smi) names, compute capability 8.0 or newer",
    "compiler": "nvcc of CUDA 12.4 or newer that the driver runs, and a C++ compiler (g++) that it accepts",
    "cublas": "headers and libraries of cuBLAS: of the toolkit, or those that PyTorch brings (nvidia/cu13 among the "
    "packages of a Python)",
    "tools": "bash, cmake 3.21 or newer; ninja, else make",
    "network": "none",
}
"""The things that a machine must have, since no folder of this size can bring them."""

_NEEDED = (
    "apsw-sqlite3mc", "cffi", "cryptography", "gguf", "hypothesis", "iniconfig", "msgspec",
    "numpy", "nvidia-ml-py", "packaging", "platformdirs", "pluggy", "polib", "psutil", "py-landlock", "pygments",
    "pyseccomp", "pytest", "pyyaml", "sortedcontainers", "tqdm", "typing-extensions",
)  # fmt: skip
_PLATFORMS = (*(f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 17, 12)), "manylinux2014_x86_64", "linux_x86_64")

_PROGRAM = ("app", "tests", "packaging", "resources", "pyproject.toml", "uv.lock", "LICENSE")
_LLAMA = (
    "CMakeLists.txt", "LICENSE.md", "PKG-INFO", "llama_cpp",
    *(f"vendor/llama.cpp/{name}" for name in (
        "CMakeLists.txt", "LICENSE", "cmake", "include", "licenses", "src", "tools/mtmd", "ggml/CMakeLists.txt",
        "ggml/cmake", "ggml/include", "ggml/src/CMakeLists.txt", "ggml/src/ggml-cpu", "ggml/src/ggml-cuda",
        *(f"vendor/{name}" for name in ("CMakeLists.txt", "hash", "miniaudio", "nlohmann", "sheredom", "stb")),
    )),
)  # fmt: skip
"""Files and folders of the sources; the files directly in `ggml/src` come with them."""


class Part(msgspec.Struct):
    """A file of a package in the lock file."""

    hash: str


class Package(msgspec.Struct, rename="kebab"):
    """One version of a package in the lock file. `resolution_markers`: where it is the one; everywhere if there are
    none."""

    name: str
    version: str = ""
    sdist: Part | None = None
    wheels: list[Part] = []
    resolution_markers: list[str] = []


class Lock(msgspec.Struct):
    package: list[Package]


def main() -> None:
    parser = argparse.ArgumentParser(description="Packs what a lent machine with a card needs.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", action="append", help="version of the machine's Python (default: 3.12)")
    given = parser.parse_args()
    folder, pythons = given.folder.resolve(), given.python or ["3.12"]
    if folder.exists() and not (folder / "pack.json").is_file() and any(folder.iterdir()):
        sys.exit(f"Octavo: {folder} has something else in it; choose another folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        pip = _pip(Path(scratch, "pip"))
        lock = msgspec.toml.decode((ROOT / "uv.lock").read_bytes(), type=Lock).package
        sdist = _fetch_sources(pip, lock, Path(scratch))
        _trim(sdist, folder / SOURCES)
        for python in pythons:
            _fetch_wheels(pip, lock, python, folder / "wheels")
    _copy_program(folder / "octavo")
    _describe(folder, sdist.name, pythons)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"Octavo: {folder}: {size / 1e6:.1f} MB")
    if size >= MOST_BYTES:
        sys.exit(f"Octavo: that is more than {MOST_BYTES // 1_000_000} MB.")


def _pip(folder: Path) -> list[str]:
    """Return the command that runs a pip of its own: the environment of a checkout has none."""
    venv.create(folder, with_pip=True)
    options = ("--disable-pip-version-check", "download", "--no-deps", "--quiet", "--require-hashes")
    return [str(folder / "bin" / "python"), "-m", "pip", *options]


def _fetch_sources(pip: list[str], lock: list[Package], scratch: Path) -> Path:
    (package,) = (each for each in lock if each.name == "llama-cpp-python")
    assert package.sdist is not None
    wanted = _requirement(scratch / "sources.txt", [(package.name, package.version, [package.sdist.hash])])
    source = ("--no-binary", "llama-cpp-python")
    subprocess.run([*pip, *source, "--dest", scratch, "--requirement", wanted], check=True)
    (sdist,) = scratch.glob("llama_cpp_python-*.tar.gz")
    return sdist


def _fetch_wheels(pip: list[str], lock: list[Package], python: str, folder: Path) -> None:
    tag = "cp" + python.replace(".", "")
    wanted = [
        (each.name, each.version, [wheel.hash for wheel in each.wheels])
        for each in lock
        if each.name in _NEEDED and _is_for(each, python)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        listed = _requirement(Path(scratch, "wheels.txt"), wanted)
        choice = [word for platform in _PLATFORMS for word in ("--platform", platform)]
        choice += ["--python-version", python, "--implementation", "cp"]
        choice += [word for abi in (tag, "abi3", "none") for word in ("--abi", abi)]
        choice += ["--only-binary", ":all:"]
        subprocess.run([*pip, *choice, "--dest", folder, "--requirement", listed], check=True)


def _is_for(package: Package, python: str) -> bool:
    """Return whether this of several versions in the lock file is the one for `python` on Linux."""
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    markers = package.resolution_markers
    return not markers or any(Marker(each).evaluate(environment) for each in markers)


def _requirement(path: Path, wanted: list[tuple[str, str, list[str]]]) -> Path:
    with path.open("w", encoding="ascii") as lines:
        for name, version, hashes in wanted:
            print(f"{name}=={version}", *(f"--hash={each}" for each in hashes), file=lines)
    return path


def _trim(sdist: Path, packed: Path) -> None:
    """Copy what is needed of the sources, in the order of the names and without times: two packs are the same."""
    with tarfile.open(sdist) as whole, tarfile.open(packed, "w:xz", preset=6) as kept:
        for member in sorted(whole.getmembers(), key=lambda each: each.name):
            _top, _, name = member.name.partition("/")
            if not member.isfile() or not _is_needed(name):
                continue
            fresh = tarfile.TarInfo(name)  # the old one would keep its long name
            fresh.size, fresh.mode = member.size, 0o644
            kept.addfile(fresh, whole.extractfile(member))


def _is_needed(name: str) -> bool:
    if "/mtmd/tests" in name or name.endswith((".png", ".jpg", ".mp3", ".gguf")):
        return False
    beside = name.startswith("vendor/llama.cpp/ggml/src/") and name.count("/") == 4
    return beside or any(name == each or name.startswith(each + "/") for each in _LLAMA)


def _copy_program(folder: Path) -> None:
    """Copy all files of the program that git knows or would take, as they are now."""
    for name in _files():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)


def _files() -> Iterator[str]:
    listed = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *_PROGRAM)
    yield from (name for name in listed.split("\0") if name and (ROOT / name).is_file())


def _git(*arguments: str) -> str:
    git = shutil.which("git") or sys.exit("Octavo: git is not there.")
    return subprocess.run([git, *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def _describe(folder: Path, sdist: str, pythons: list[str]) -> None:
    parts = [path for path in folder.rglob("*") if path.is_file() and "octavo" not in path.relative_to(folder).parts]
    content = {
        "commit": _git("rev-parse", "HEAD").strip(),
        "sources": sdist,
        "pythons": pythons,
        "expected": EXPECTED | {"python": "Python " + " or ".join(pythons)},
        "sha256": {str(path.relative_to(folder)): _digest(path) for path in sorted(parts)},
    }
    (folder / "pack.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
