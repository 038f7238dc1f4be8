"""Lays out CUDA 12 as NVIDIA's own archive does, from one package of Debian and four of PyPI.

    toolkit.py SITE_PACKAGES PACKAGES

SITE_PACKAGES is that of the environment with PyPI's packages of CUDA 12 (group `cuda12` in pyproject.toml); it gets
`nvidia/cu12`, where PyPI's CUDA 13 has `nvidia/cu13`. PACKAGES is the folder that keeps Debian's package, which
compiler.toml names.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

_LOCK = Path(__file__).with_name("compiler.toml")
_FETCHER = "/usr/lib/apt/apt-helper"
"""apt's own, which needs no root; it checks the hash and deletes what has another."""

_PROGRAMS = ("bin2c", "cudafe++", "fatbinary", "nvlink", "ptxas")
_WHEELS = ("cublas", "cuda_cccl", "cuda_nvcc", "cuda_runtime")

_PROFILE = """\
TOP = $(_HERE_)/..
NVVMIR_LIBRARY_DIR = $(TOP)/nvvm/libdevice
PATH += $(TOP)/nvvm/bin:$(_HERE_):
INCLUDES += "-I$(TOP)/include" $(_SPACE_)
LIBRARIES =+ $(_SPACE_) "-L$(TOP)/lib"
"""
"""Where nvcc looks for its parts, relative to itself. Debian's names the places of an installed package."""

_PI = re.compile(r"^(extern .* (?:sinpi|cospi)f?\((?:double|float) x\));$", re.MULTILINE)
"""glibc has these functions since 2.41, and declares that they throw nothing; C++ wants both declarations alike."""


class Refused(Exception):
    """The reason why there is no toolkit, in a sentence."""


@dataclass(frozen=True, slots=True)
class Locked:
    name: str
    version: str
    sha256: str
    addresses: list[str]

    @property
    def file_name(self) -> str:
        return f"{self.name}_{self.version}_amd64.deb"


def main(argv: Sequence[str]) -> int:
    site, packages = map(Path, argv)
    try:
        package = fetch(Locked(**tomllib.loads(_LOCK.read_text(encoding="utf-8"))), packages)
        lay_out(package, site / "nvidia", site / "nvidia" / "cu12")
    except (OSError, Refused, subprocess.CalledProcessError) as error:
        print(f"Octavo: {error}", file=sys.stderr)
        return 1
    return 0


def fetch(locked: Locked, folder: Path) -> Path:
    """Return the package's file, from `folder` if it is there. Raises OSError, Refused."""
    file = folder / locked.file_name
    if file.is_file() and _sha256(file) == locked.sha256:
        return file
    folder.mkdir(parents=True, exist_ok=True)
    for address in locked.addresses:
        command = [_FETCHER, "download-file", address, str(file), f"SHA256:{locked.sha256}"]
        if subprocess.run(command, check=False).returncode == 0:
            return file
    raise Refused(f"{locked.name} {locked.version} could not be fetched from any address in {_LOCK}")


def lay_out(package: Path, wheels: Path, toolkit: Path) -> None:
    """Lay the toolkit out in `toolkit`, which is made anew. `wheels`: PyPI's folder `nvidia`. Raises OSError,
    CalledProcessError."""
    shutil.rmtree(toolkit, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=wheels) as unpacked:
        subprocess.run(["/usr/bin/dpkg-deb", "--extract", package, unpacked], check=True)
        programs = Path(unpacked) / "usr" / "bin"
        own = Path(unpacked) / "usr" / "lib" / "nvidia-cuda-toolkit"
        (toolkit / "nvvm").mkdir(parents=True)
        (own / "libdevice").rename(toolkit / "nvvm" / "libdevice")
        (own / "bin").rename(toolkit / "bin")
        (toolkit / "nvvm" / "bin").mkdir()
        (toolkit / "bin" / "cicc").rename(toolkit / "nvvm" / "bin" / "cicc")
        for name in _PROGRAMS:
            (programs / name).rename(toolkit / "bin" / name)
    for name in ("gcc", "g++", "nvcc.profile"):  # Debian's choice of a host compiler, and a link to what is not here
        (toolkit / "bin" / name).unlink()
    (toolkit / "bin" / "nvcc.profile").write_text(_PROFILE, encoding="ascii")

    for wheel in _WHEELS:
        shutil.copytree(wheels / wheel / "include", toolkit / "include", dirs_exist_ok=True)
    functions = toolkit / "include" / "crt" / "math_functions.h"
    functions.write_text(_PI.sub(r"\1 noexcept (true);", functions.read_text("latin-1")), "latin-1")

    libraries = toolkit / "lib"
    libraries.mkdir()
    for wheel in ("cublas", "cuda_runtime"):
        for library in (wheels / wheel / "lib").glob("lib*.so.12"):
            (libraries / library.name).symlink_to(library)
    # nvcc links every program to these. The first has nothing that llama.cpp uses; of the second PyPI has only the
    # shared library, which stands in for it: to a linker, a text is a list of what to link instead.
    (libraries / "libcudadevrt.a").write_text("!<arch>\n", encoding="ascii")
    (libraries / "libcudart_static.a").write_text(f'INPUT("{libraries / "libcudart.so.12"}")\n', encoding="utf-8")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
