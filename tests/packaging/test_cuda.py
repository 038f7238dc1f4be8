"""The add-on for NVIDIA cards, made of made-up libraries: what lies where, and what the package says of itself."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from debian.deb822 import Deb822

from app.core.installation import manifest_files, read_manifest
from tests.packaging.programs import BUNDLE, CHECKOUT, library, program

RECIPE = CHECKOUT / "packaging" / "cuda"
LIBRARIES = {"libcublas.so.13", "libcublasLt.so.13", "libggml-cuda.so"}
PLACE = Path("_internal/llama_cpp/lib")
NAMES = ["--name", "octavo-cuda"]


class Environment:
    """One in which llama.cpp was built for cards, as far as the add-on takes something from it."""

    def __init__(self, folder: Path) -> None:
        self.site = folder / "site-packages"
        toolkit, llama = self.site / "nvidia" / "cu13" / "lib", self.site / "llama_cpp" / "lib"
        base = library(llama / "libggml-base.so.0", "int ggml(void) { return 0; }")
        driver = library(toolkit / "stubs" / "libcuda.so.1", "int cuDeviceGet(void) { return 0; }")
        inner = library(toolkit / "libcublasLt.so.13", "int lt(void) { return 0; }")
        outer = library(toolkit / "libcublas.so.13", "int blas(void) { return 0; }", inner)
        self.card = library(llama / "libggml-cuda.so", "int card(void) { return 0; }", base, driver, outer)
        for name, version in (("nvidia_cublas", "13.1"), ("nvidia_cuda_runtime", "13.0"), ("nvidia_cuda_cccl", "13.0")):
            metadata = self.site / f"{name}-{version}.dist-info"
            (metadata / "licenses").mkdir(parents=True)
            (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            (metadata / "licenses" / "License.txt").write_text("NVIDIA's agreement")


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path)


def staged(environment: Environment, folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["bash", RECIPE / "stage.sh", environment.site, folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def looked_into(name: str, folder: Path, environment: Environment, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, BUNDLE / f"{name}.py", folder, "--site-packages", environment.site, *more]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_its_libraries_lie_beside_those_of_the_program(environment: Environment, tmp_path: Path) -> None:
    folder = tmp_path / "add-on"
    assert staged(environment, folder).returncode == 0
    there = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    assert there == {PLACE / name for name in LIBRARIES}
    assert {path.name for path in folder.iterdir()} == {"_internal"}


def test_what_a_library_needs_must_be_somewhere(environment: Environment, tmp_path: Path) -> None:
    stranger = library(tmp_path / "libnccl.so.2", "int ring(void) { return 0; }")
    library(environment.card, "int card(void) { return 0; }", stranger)
    refused = staged(environment, tmp_path / "add-on")
    assert refused.returncode == 1
    assert "the add-on needs libnccl.so.2" in refused.stderr


def test_a_library_that_names_the_folder_of_its_build_is_refused(environment: Environment, tmp_path: Path) -> None:
    folder = "/home/a/.cache/vendor/llama.cpp/ggml/src/ggml-cuda/acc.cu"
    library(environment.card, f'const char *card(void) {{ return "{folder}"; }}')
    refused = staged(environment, tmp_path / "add-on")
    assert refused.returncode == 1
    assert "libggml-cuda.so names folders of this machine" in refused.stderr


def test_a_missing_library_is_told(environment: Environment, tmp_path: Path) -> None:
    environment.card.unlink()
    refused = staged(environment, tmp_path / "add-on")
    assert refused.returncode == 1
    assert "libggml-cuda.so is missing; make it with: packaging/dev build --cuda" in refused.stderr


def test_it_may_be_passed_on_and_the_program_with_it_inside_may_not(environment: Environment, tmp_path: Path) -> None:
    folder = tmp_path / "add-on"
    assert staged(environment, folder).returncode == 0
    assert looked_into("gate", folder, environment, *NAMES).stderr == ""
    refused = looked_into("gate", folder, environment)
    assert refused.returncode == 1
    assert "NVIDIA cuBLAS 13.1 is under LicenseRef-NVIDIA-CUDA-Toolkit-EULA" in refused.stderr


def test_the_bill_and_the_licences_name_what_comes_from_nvidia(environment: Environment, tmp_path: Path) -> None:
    folder, bill, texts = tmp_path / "add-on", tmp_path / "octavo-cuda.cdx.json", tmp_path / "licences"
    assert staged(environment, folder).returncode == 0
    assert looked_into("sbom", folder, environment, *NAMES, "--out", str(bill)).returncode == 0
    assert looked_into("licences", folder, environment, *NAMES, "--out", str(texts)).returncode == 0
    read = json.loads(bill.read_text())
    assert read["metadata"]["component"]["name"] == "octavo-cuda"
    assert {"NVIDIA cuBLAS", "NVIDIA CUDA Runtime", "ggml"} <= {component["name"] for component in read["components"]}
    listed = (texts / program("licences").LIST).read_text()
    assert listed.startswith("What Octavo-cuda ")
    assert "LGPL" not in listed
    assert "NVIDIA's agreement" in [text.read_text() for text in texts.iterdir()]


@pytest.mark.skipif(
    not (platform.machine() == "x86_64" and shutil.which("dpkg-buildpackage") and shutil.which("dh")),
    reason="this is no x86_64, or Debian's tools for packages are missing",
)
def test_its_package_wants_the_program_of_its_version_and_says_what_is_in_it(
    environment: Environment, tmp_path: Path
) -> None:
    folder, source, home = tmp_path / "add-on", tmp_path / "source", tmp_path / "root" / "usr" / "lib" / "octavo"
    assert staged(environment, folder).returncode == 0
    shutil.copytree(RECIPE / "debian", source / "debian")
    entry = (
        "octavo-cuda (1.2-1) unstable; urgency=medium",
        "  * New.",
        " -- A B <a@b.org>  Thu, 01 Jan 2026 00:00:00 +0000",
    )
    (source / "debian" / "changelog").write_text("\n\n".join(entry) + "\n")
    manifest = [sys.executable, "-P", BUNDLE / "manifest.py", *NAMES, "--version", "1.2", "--commit", "c0ffee"]
    given = {"BUNDLE": str(folder), "MANIFEST": " ".join(map(str, manifest)), "JOBS": "1"}
    subprocess.run(
        ["dpkg-buildpackage", "--build=binary", "--no-sign", "--no-check-builddeps"],
        cwd=source, env=os.environ | given, capture_output=True, check=True,
    )  # fmt: skip
    (package,) = tmp_path.glob("octavo-cuda_1.2-1_amd64.deb")
    told = Deb822(subprocess.run(["dpkg-deb", "--field", package], capture_output=True, text=True, check=True).stdout)
    assert {"octavo (= 1.2-1)", "libc6"} <= {need.partition(" (>=")[0] for need in told["Depends"].split(", ")}
    assert "libcuda1 (>= 580)" in told["Recommends"]
    subprocess.run(["dpkg-deb", "--extract", package, tmp_path / "root"], check=True)
    assert [file.name for file in manifest_files(home)] == ["manifest-cuda.json"]
    written = read_manifest(home / "manifest-cuda.json")
    assert written is not None
    assert (written.name, set(written.files)) == ("octavo-cuda", {f"{PLACE}/{name}" for name in LIBRARIES})
