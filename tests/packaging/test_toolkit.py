"""CUDA 12's compiler: fetched as it is locked, and laid out as NVIDIA's own is; with a package that the test makes."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.programs import CHECKOUT

RECIPE = CHECKOUT / "packaging" / "cuda"
HEADER = """\
extern __host__ double                 sinpi(double x);
extern __host__ float                  sinpif(float x);
extern __host__ double                 cospi(double x);
extern __host__ float                  cospif(float x);
extern __host__ void                   sincospi(double x, double *sptr, double *cptr);
extern __host__ double                 sin(double x) noexcept (true);
__func__(double sinpi(double a)); // NVIDIA\xae
"""


def loaded() -> Any:
    spec = importlib.util.spec_from_file_location("toolkit", RECIPE / "toolkit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look it up
    spec.loader.exec_module(module)
    return module


toolkit = loaded()


LOCKED = toolkit.Locked("compiler", "12.4~1-2", hashlib.sha256(b"a compiler").hexdigest(), ["https://a", "https://b"])


class Fetcher:
    """A stand-in for the fetching helper, which has the package at some addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses
        self.asked: list[str] = []

    def run(self, command: list[Any], check: bool) -> subprocess.CompletedProcess[bytes]:
        _helper, verb, address, file, digest = command
        assert (verb, digest, check) == ("download-file", f"SHA256:{LOCKED.sha256}", False)
        self.asked.append(address)
        if address in self._addresses:
            Path(file).write_bytes(b"a compiler")
        return subprocess.CompletedProcess(command, 0 if address in self._addresses else 100)


@pytest.mark.parametrize("address", LOCKED.addresses)
def test_one_address_that_has_the_package_is_enough(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetcher = Fetcher(address)
    monkeypatch.setattr(toolkit.subprocess, "run", fetcher.run)
    file = toolkit.fetch(LOCKED, tmp_path / "kept")
    assert file == tmp_path / "kept" / "compiler_12.4~1-2_amd64.deb"
    assert fetcher.asked == LOCKED.addresses[: LOCKED.addresses.index(address) + 1]
    assert toolkit.fetch(LOCKED, tmp_path / "kept") == file
    assert fetcher.asked[-1:] == [address], "what is there is not fetched again"
    file.write_bytes(b"half a compi")
    toolkit.fetch(LOCKED, tmp_path / "kept")
    assert file.read_bytes() == b"a compiler"


def test_without_the_package_there_is_no_toolkit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(toolkit.subprocess, "run", lambda *_args, **_more: subprocess.CompletedProcess([], 100))
    assert toolkit.main([str(tmp_path / "site"), str(tmp_path / "kept")]) == 1
    assert capsys.readouterr().err.startswith("Octavo: nvidia-cuda-toolkit 12.4.131~12.4.1-2 could not be fetched")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Lay out the content of Debian's package, as far as it counts here."""
    root = tmp_path / "root"
    for name in ("bin2c", "cudafe++", "fatbinary", "nvlink", "ptxas", "nvcc", "nvdisasm"):
        put(root / "usr/bin" / name)
    own = root / "usr/lib/nvidia-cuda-toolkit"
    for name in ("bin/cicc", "bin/crt/link.stub", "bin/g++", "bin/gcc", "bin/nvcc", "libdevice/libdevice.10.bc"):
        put(own / name)
    (own / "bin" / "nvcc.profile").symlink_to("/etc/nvcc.profile")
    return root


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "nvidia"
    for name in ("cublas/include/cublas_v2.h", "cuda_cccl/include/cub/cub.cuh", "cuda_runtime/include/crt/a.h"):
        put(folder / name)
    put(folder / "cuda_nvcc/include/crt/math_functions.h").write_text(HEADER, "latin-1")
    for name in ("cublas/lib/libcublas.so.12", "cublas/lib/libcublasLt.so.12", "cuda_runtime/lib/libcudart.so.12"):
        put(folder / name)
    return folder


def put(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(file.name)
    return file


def test_it_is_laid_out_as_its_compiler_looks_for_it(
    package: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpack(command: list[Any], check: bool) -> None:
        assert (command[:3], check) == (["/usr/bin/dpkg-deb", "--extract", Path("a.deb")], True)
        subprocess_run(["cp", "-a", f"{package}/.", command[3]], check=True)

    subprocess_run = subprocess.run
    monkeypatch.setattr(toolkit.subprocess, "run", unpack)
    made = wheels / "cu12"
    for _again in range(2):
        toolkit.lay_out(Path("a.deb"), wheels, made)
    there = {path.relative_to(made).as_posix() for path in made.rglob("*") if not path.is_dir()}
    assert {name for name in there if not name.startswith(("include/", "lib/"))} == {
        "bin/bin2c", "bin/crt/link.stub", "bin/cudafe++", "bin/fatbinary", "bin/nvcc", "bin/nvcc.profile", "bin/nvlink",
        "bin/ptxas", "nvvm/bin/cicc", "nvvm/libdevice/libdevice.10.bc",
    }  # fmt: skip
    assert {"include/cublas_v2.h", "include/cub/cub.cuh", "include/crt/a.h"} <= there
    assert "/etc/" not in (made / "bin" / "nvcc.profile").read_text()
    assert (made / "lib" / "libcublas.so.12").read_text() == "libcublas.so.12"
    assert str(made / "lib" / "libcudart.so.12") in (made / "lib" / "libcudart_static.a").read_text()
    assert {path.name for path in wheels.iterdir()} == {"cu12", *toolkit._WHEELS}

    read = (made / "include/crt/math_functions.h").read_text("latin-1")
    changed = [new for old, new in zip(HEADER.splitlines(), read.splitlines(), strict=True) if old != new]
    assert [re.findall(r"(\w+)\(\w+ x\) noexcept \(true\);$", line) for line in changed] == [
        ["sinpi"], ["sinpif"], ["cospi"], ["cospif"],
    ]  # fmt: skip
    assert (wheels / "cuda_nvcc/include/crt/math_functions.h").read_text("latin-1") == HEADER


def test_the_package_that_is_locked_has_the_version_of_the_headers() -> None:
    package = toolkit.Locked(**tomllib.loads((RECIPE / "compiler.toml").read_text()))
    with (CHECKOUT / "uv.lock").open("rb") as file:
        versions = {each["name"]: each.get("version", "") for each in tomllib.load(file)["package"]}
    assert package.version.partition("~")[0] == versions["nvidia-cuda-nvcc-cu12"]
    assert re.fullmatch("[0-9a-f]{64}", package.sha256)
    assert package.addresses[0].endswith(f"/{package.file_name}")
    assert all(address.startswith("https://") for address in package.addresses)
