"""The add-on for NVIDIA cards, made of made-up libraries: what lies where, and what the package says of itself; and
what a checkout builds for a card."""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest
from debian.deb822 import Deb822

from app.cli import arguments
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


# ---- what a checkout does where CUDA's compiler is


class Machine:
    """A checkout's own programs, on a machine where CUDA's compiler and uv are scripts."""

    def __init__(self, folder: Path) -> None:
        self.root, self.toolkit, self._programs = folder / "checkout", folder / "cuda", folder / "programs"
        (self.root / "packaging").mkdir(parents=True)
        for name in ("pyproject.toml", "uv.lock", *(f"packaging/{each}" for each in PREPARING)):
            shutil.copy2(CHECKOUT / name, self.root / name)
        self.compiler = self._script("nvcc", f"echo '#$ TOP={self.toolkit}' >&2")
        self._script("uv", f'[ "$1" = --version ] && echo "uv 99.0" || echo "$*" >>{self.root}/synced')
        self._script("apt-get", "exit 1")
        self.environment = {**os.environ, "PATH": f"{self._programs}:{os.environ['PATH']}", "OCTAVO_CUDA": "on"}

    def _script(self, name: str, line: str) -> Path:
        self._programs.mkdir(exist_ok=True)
        script = self._programs / name
        script.write_text(f"#!/bin/sh\n{line}\n")
        script.chmod(0o755)
        return script

    def add_cublas(self, *, headers: bool = True, libraries: bool = True) -> None:
        for wanted, name in ((headers, "include/cublas_v2.h"), (libraries, "lib64/libcublas.so")):
            if wanted:
                (self.toolkit / name).parent.mkdir(parents=True)
                (self.toolkit / name).touch()

    def found(self) -> str:
        """What the set-up is given as CUDA's compiler."""
        script = f"source {self.root}/packaging/dev help >/dev/null; find_cuda"
        return subprocess.run(
            ["bash", "-c", script], env=self.environment, capture_output=True, text=True, check=True
        ).stdout

    def set_up(self) -> tuple[str, str]:
        """What the set-up says, and what it asked uv for. (Its first step fails: the environment has no Python.)"""
        state = f"a\ncuda={self.found()}"
        done = subprocess.run(
            ["bash", self.root / "packaging" / "set-up.sh", "base", state],
            env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        asked = self.root / "synced"
        assert asked.exists(), done.stderr
        return done.stderr, asked.read_text()


PREPARING = ("dev", "set-up.sh", "uv.txt", "llama.cmake")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("there", [{"headers": False, "libraries": False}, {"libraries": False}, {"headers": False}])
def test_a_checkout_without_cublas_goes_on_without_the_card_and_says_so(
    machine: Machine, there: dict[str, bool]
) -> None:
    machine.add_cublas(**there)
    said, asked = machine.set_up()
    assert f"{machine.compiler} is there, but not cuBLAS" in said
    assert "going on without the card" in said
    assert "sync" in asked
    assert "CUDA" not in asked


def test_a_checkout_with_cublas_is_built_for_the_card(machine: Machine) -> None:
    machine.add_cublas()
    said, asked = machine.set_up()
    assert "cuBLAS" not in said
    assert "cmake.define.GGML_CUDA=ON" in asked
    assert f"cmake.define.CMAKE_CUDA_COMPILER={machine.compiler}" in asked


def test_without_a_card_nobody_looks_for_the_compiler(machine: Machine) -> None:
    machine.environment["OCTAVO_CUDA"] = "off"
    assert machine.found() == ""


# ---- what a lent machine gets, and does


def packing() -> Any:
    return loaded_script("pack")


def loaded_script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"gpu_{name}", CHECKOUT / "packaging" / "gpu" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_of_the_sources_a_pack_has_what_the_card_needs_under_the_same_names(tmp_path: Path) -> None:
    folder = "vendor/llama.cpp/ggml/src/"
    long = f"{folder}ggml-cuda/template-instances/fattn-vec-instance-{'q4_0-' * 12}f16.cu"
    kept = {long, f"{folder}ggml.c", f"{folder}CMakeLists.txt", "CMakeLists.txt", "vendor/llama.cpp/src/llama.cpp"}
    left = {f"{folder}ggml-vulkan/a.cpp", "vendor/llama.cpp/models/a.gguf", "vendor/llama.cpp/tools/server/a.cpp"}
    with tarfile.open(tmp_path / "sdist.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as sdist:
        for name in kept | left:
            file = tarfile.TarInfo(f"llama_cpp_python-0.3.36/{name}")
            content = name.encode()
            file.size = len(content)
            sdist.addfile(file, io.BytesIO(content))
    packing()._trim(tmp_path / "sdist.tar.gz", tmp_path / "packed.tar.xz")
    with tarfile.open(tmp_path / "packed.tar.xz") as packed:
        assert {each.name for each in packed} == kept
        found = packed.extractfile(long)
        assert found is not None
        assert found.read() == long.encode()


def test_of_several_versions_a_pack_takes_the_one_for_the_python_there() -> None:
    pack = packing()
    old = pack.Package("numpy", resolution_markers=["python_full_version < '3.12'"])
    new = pack.Package("numpy", resolution_markers=["python_full_version >= '3.15'", "python_full_version == '3.12.*'"])
    for python, expected in (("3.11", [True, False, True]), ("3.12", [False, True, True])):
        assert [pack._is_for(each, python) for each in (old, new, pack.Package("gguf"))] == expected


class Lent:
    """A machine with a pack, of which nothing but its description is looked at."""

    def __init__(self, folder: Path) -> None:
        self.pack, self.results, self.copy = (
            folder / "pack",
            folder / "work" / "results" / "results.jsonl",
            folder / "out",
        )
        self.pack.mkdir()
        (self.pack / "pack.json").write_text(json.dumps({"commit": "c0ffee", "pythons": ["2.7"]}))

    def call(self, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
        """The exit status, and all results so far."""
        command = ["bash", CHECKOUT / "packaging" / "dev", "gpu", self.pack, "--out", self.copy, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (self.copy / "results.jsonl").read_text() == self.results.read_text(), done.stderr
        return done.returncode, [json.loads(line) for line in self.results.read_text().splitlines()]


@pytest.fixture
def lent(tmp_path: Path) -> Lent:
    return Lent(tmp_path)


@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="this machine may have a card")
def test_a_lent_machine_without_a_card_says_so_and_goes_no_further(lent: Lent) -> None:
    status, (machine,) = lent.call()
    assert status == 1
    assert (machine["step"], machine["state"]) == ("machine", "failed")
    assert "nvidia-smi names no card" in machine["reason"]


def test_the_next_call_goes_on_where_time_was_up(lent: Lent) -> None:
    status, (machine,) = lent.call("--cpu", "--minutes", "0")
    assert (status, machine["state"]) == (75, "not begun")
    status, (_, machine, unpack) = lent.call("--cpu")
    assert (status, machine["state"], unpack["state"]) == (1, "passed", "failed")
    assert "there is no Python 2.7" in unpack["reason"]
    _, results = lent.call("--cpu")
    assert [each["step"] for each in results] == ["machine", "machine", "unpack", "unpack"], "what passed is done"


def test_what_failed_is_done_again_only_if_asked_for(lent: Lent) -> None:
    lent.results.parent.mkdir(parents=True)
    steps = ["machine", "unpack", "configure", "build", "collect", "bench-tiny", "bench-scout"]
    states = [{"step": step, "state": "failed" if step == "bench-scout" else "passed"} for step in steps]
    lent.results.write_text("".join(json.dumps(each) + "\n" for each in states))
    status, results = lent.call("--cpu")
    assert (status, len(results)) == (1, len(steps)), "it stays failed"
    status, results = lent.call("--cpu", "--again")
    assert [each["step"] for each in results[len(steps) :]] == ["bench-scout"]
    assert results[-1]["state"] == "left out"
    assert status == 0
    assert lent.call("--cpu")[0] == 0


@pytest.mark.parametrize("cpu", [False, True])
def test_each_model_is_measured_as_the_terminal_understands_it(
    lent: Lent, cpu: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial_of = loaded_script("trial")
    (lent.pack / "octavo").symlink_to(CHECKOUT)
    given = argparse.Namespace(
        pack=lent.pack, work=lent.copy.parent / "work", out=None, cpu=cpu, card="", minutes=9.5, again=False
    )
    trial = trial_of.Trial(given)
    ran: list[argparse.Namespace] = []

    def run(command: list[Any]) -> None:
        if "-m" in command:
            options = arguments.parse([*map(str, command[command.index("app") + 1 :])])
            options.report.write_text(json.dumps({"depths": [{"depth_tokens": 0}], "left_out": [{}]}))
            ran.append(options)

    monkeypatch.setattr(trial, "run_in_program", run)
    for name in ("tiny", "scout"):
        assert trial.bench(name) == {"depths": [0], "left_out": 1}
        assert (trial.results / f"bench-{name}.json").exists()
    tiny, scout = ran
    assert (tiny.command, tiny.minutes, tiny.context) == ("bench", 2.0, 40_960)
    assert 8 < scout.minutes <= 9, "it ends before this call does"
    assert (scout.mapping, scout.kv) == (("mapped", "q8_0") if cpu else (None, None))
    trial._until = time.monotonic() + 120
    with pytest.raises(trial_of.TimeIsUp):
        trial.bench("scout")
