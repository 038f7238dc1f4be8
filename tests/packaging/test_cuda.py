"""The add-ons for NVIDIA cards, made of made-up libraries: what is where, and what the packages say of themselves; and
what a checkout builds for a card."""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import os
import platform
import re
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
from app.core.machine.installation import manifest_files, read_manifest
from app.engine.llama.nvidia import ADD_ONS
from tests.packaging.programs import BUNDLE, CHECKOUT, library, program
from tests.whole import TERMINAL_COMMANDS

ADD_ON = CHECKOUT / "packaging" / "add_on"
LIBRARIES = {
    "cuda": {"libcublas.so.13", "libcublasLt.so.13", "libggml-cuda.so"},
    "cuda12": {"libcublas.so.12", "libcublasLt.so.12", "libcudart.so.12", "libggml-cuda.so"},
}
LLAMA = Path("_internal/llama_cpp/lib")


def compiled_libraries(site: Path, name: str) -> Path:
    major = "13" if name == "cuda" else "12"
    toolkit, llama = site / "nvidia" / f"cu{major}" / "lib", site / "llama_cpp" / "lib"
    base = library(llama / "libggml-base.so.0", "int ggml(void) { return 0; }")
    driver = library(toolkit / "stubs" / "libcuda.so.1", "int cuDeviceGet(void) { return 0; }")
    inner = library(toolkit / f"libcublasLt.so.{major}", "int lt(void) { return 0; }")
    parts = [base, driver, library(toolkit / f"libcublas.so.{major}", "int blas(void) { return 0; }", inner)]
    if name == "cuda12":
        parts.append(library(toolkit / "libcudart.so.12", "int run(void) { return 0; }"))
    library(llama / "libggml-cuda.so", "int card(void) { return 0; }", *parts)
    return site


class Environment:
    """One in which llama.cpp was built for cards, as far as an add-on takes something from it."""

    def __init__(self, folder: Path, name: str, libraries: Path) -> None:
        self.name, self.package, self.site = name, f"octavo-{name}", folder / "site-packages"
        shutil.copytree(libraries, self.site)
        self.card = self.site / "llama_cpp" / "lib" / "libggml-cuda.so"
        major, wheels = ("13", "") if name == "cuda" else ("12", "_cu12")
        for wheel in ("cublas", "cuda_runtime", "cuda_cccl"):
            wheel = f"nvidia_{wheel}{wheels}"
            metadata = self.site / f"{wheel}-{major}.1.dist-info"
            texts = metadata / "licenses" if name == "cuda" else metadata  # as those wheels have them
            texts.mkdir(parents=True)
            (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {wheel}\nVersion: {major}.1\n")
            (texts / "License.txt").write_text("NVIDIA's agreement")

    def stage(self, folder: Path) -> subprocess.CompletedProcess[str]:
        command: list[str | Path] = ["bash", ADD_ON / "stage.sh", self.name, self.site, folder]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def look(self, name: str, folder: Path, *more: str, package: str | None = None) -> int:
        """The exit status of a program of packaging/bundle."""
        given = [str(folder), "--site-packages", str(self.site), "--name", package or self.package, *more]
        status: int = program(name).main(given)
        return status


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: compiled_libraries(tmp_path_factory.mktemp(name), name) for name in LIBRARIES}


@pytest.fixture
def environment(tmp_path: Path, compiled: dict[str, Path]) -> Environment:
    return Environment(tmp_path, "cuda12", compiled["cuda12"])


@pytest.fixture(params=sorted(LIBRARIES))
def each(tmp_path: Path, compiled: dict[str, Path], request: pytest.FixtureRequest) -> Environment:
    return Environment(tmp_path, request.param, compiled[request.param])


def test_its_libraries_have_a_folder_beside_those_of_the_program(each: Environment, tmp_path: Path) -> None:
    folder = tmp_path / "add-on"
    assert each.stage(folder).returncode == 0
    there = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    assert there == {LLAMA / each.name / name for name in LIBRARIES[each.name]}
    assert {path.name for path in folder.iterdir()} == {"_internal"}


def test_what_a_library_needs_must_be_somewhere(environment: Environment, tmp_path: Path) -> None:
    stranger = library(tmp_path / "libnccl.so.2", "int ring(void) { return 0; }")
    library(environment.card, "int card(void) { return 0; }", stranger)
    refused = environment.stage(tmp_path / "add-on")
    assert refused.returncode == 1
    assert "the add-on needs libnccl.so.2" in refused.stderr


def test_a_library_that_names_the_folder_of_its_build_is_refused(environment: Environment, tmp_path: Path) -> None:
    folder = "/home/a/.cache/vendor/llama.cpp/ggml/src/ggml-cuda/acc.cu"
    library(environment.card, f'const char *card(void) {{ return "{folder}"; }}')
    refused = environment.stage(tmp_path / "add-on")
    assert refused.returncode == 1
    assert "libggml-cuda.so names folders of this machine" in refused.stderr


def test_a_missing_library_is_named(each: Environment, tmp_path: Path) -> None:
    each.card.unlink()
    refused = each.stage(tmp_path / "add-on")
    assert refused.returncode == 1
    assert f"libggml-cuda.so is missing; make it with: packaging/dev build --{each.name}\n" in refused.stderr


def test_it_may_be_passed_on_and_the_program_with_it_inside_may_not(
    each: Environment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "add-on"
    assert each.stage(folder).returncode == 0
    assert (each.look("gate", folder), capsys.readouterr().err) == (0, "")
    assert each.look("gate", folder, package="octavo") == 1
    assert re.search(r"NVIDIA cuBLAS.* is under LicenseRef-NVIDIA-CUDA-Toolkit-EULA", capsys.readouterr().err)


def test_the_bill_and_the_licences_name_what_comes_from_nvidia(each: Environment, tmp_path: Path) -> None:
    folder, bill, texts = tmp_path / "add-on", tmp_path / "add-on.cdx.json", tmp_path / "licences"
    assert each.stage(folder).returncode == 0
    assert each.look("sbom", folder, "--out", str(bill)) == 0
    assert each.look("licences", folder, "--out", str(texts)) == 0
    read = json.loads(bill.read_text())
    assert read["metadata"]["component"]["name"] == each.package
    components = {component["name"]: component.get("version", "") for component in read["components"]}
    major, of_cuda, cccl = ("13", "", "") if each.name == "cuda" else ("12", " (CUDA 12)", "CUDA 12: ")
    named = (
        f"NVIDIA cuBLAS{of_cuda}",
        f"NVIDIA CUDA Runtime{of_cuda}",
        f"CUDA Core Compute Libraries ({cccl}CUB, libcu++)",
    )
    assert {name: version for name, version in components.items() if name != "ggml"} == dict.fromkeys(
        named, f"{major}.1"
    )
    listed = (texts / program("licences").LIST).read_text()
    assert listed.startswith(f"What {each.package.capitalize()} ")
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
    (add_on,) = (known for known in ADD_ONS if known.package == environment.package)
    assert environment.stage(folder).returncode == 0
    for recipe in (ADD_ON, CHECKOUT / "packaging" / "cuda"):
        shutil.copytree(recipe / "debian", source / "debian", dirs_exist_ok=True)
    for file in (source / "debian").iterdir():  # as packaging/build.sh does
        text = file.read_text(encoding="utf-8").replace("@PACKAGE@", environment.package)
        text = text.replace("@ADD_ON@", environment.name).replace("@DRIVER@", str(add_on.needed_driver))
        file.write_text(text, encoding="utf-8")
    entry = (
        f"{environment.package} (1.2-1) unstable; urgency=medium",
        "  * New.",
        " -- A B <a@b.org>  Thu, 01 Jan 2026 00:00:00 +0000",
    )
    (source / "debian" / "changelog").write_text("\n\n".join(entry) + "\n")
    manifest = [sys.executable, "-P", BUNDLE / "manifest.py", "--name", environment.package]
    manifest += ["--version", "1.2", "--commit", "c0ffee"]
    given = {"BUNDLE": str(folder), "MANIFEST": " ".join(map(str, manifest)), "JOBS": "1"}
    subprocess.run(
        ["dpkg-buildpackage", "--build=binary", "--no-sign", "--no-check-builddeps"],
        cwd=source, env=os.environ | given, capture_output=True, check=True,
    )  # fmt: skip
    (package,) = tmp_path.glob(f"{environment.package}_1.2-1_amd64.deb")
    told = Deb822(subprocess.run(["dpkg-deb", "--field", package], capture_output=True, text=True, check=True).stdout)
    assert {"octavo (= 1.2-1)", "libc6"} <= {need.partition(" (>=")[0] for need in told["Depends"].split(", ")}
    assert f"libcuda1 (>= {add_on.needed_driver})" in told["Recommends"]
    subprocess.run(["dpkg-deb", "--extract", package, tmp_path / "root"], check=True)
    assert [file.name for file in manifest_files(home)] == [f"manifest-{environment.name}.json"]
    written = read_manifest(home / f"manifest-{environment.name}.json")
    assert written is not None
    there = {f"{LLAMA}/{environment.name}/{name}" for name in LIBRARIES[environment.name]}
    assert (written.name, set(written.files)) == (environment.package, there)
    assert {file.name for file in (tmp_path / "root/usr/share/lintian/overrides").iterdir()} == {environment.package}


# ---- what a checkout does where CUDA's compiler is


class Machine:
    """A checkout's own programs, on a machine where CUDA's compiler and uv are scripts."""

    def __init__(self, folder: Path) -> None:
        self.root, self.toolkit, self._programs = folder / "checkout", folder / "cuda", folder / "programs"
        (self.root / "packaging" / "cuda").mkdir(parents=True)
        for name in ("pyproject.toml", "uv.lock", *(f"packaging/{each}" for each in PREPARING)):
            shutil.copy2(CHECKOUT / name, self.root / name)
        self.compiler = self._script("nvcc", f"echo '#$ TOP={self.toolkit}' >&2")
        self._script("uv", f'[ "$1" = --version ] && echo "uv 99.0" || echo "$*" >>{self.root}/synced')
        self._script("apt-get", "exit 1")
        # All that the machine is asked for is there.
        self._script("ldconfig", f"sed -n 's/^library  *\\([^ ]*\\).*/\\1 (/p' {self.root}/packaging/set-up.sh")
        for name in ("bwrap", "dpkg-shlibdeps", "dh", "zstd", "xz"):
            self._script(name, "exit 1")
        self.environment = {**os.environ, "PATH": f"{self._programs}:{os.environ['PATH']}", "OCTAVO_CUDA": "on"}

    def _script(self, name: str, line: str) -> Path:
        script = self._programs / name
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(f"#!/bin/sh\n{line}\n")
        script.chmod(0o755)
        return script

    def add_cublas(self, *, headers: bool = True, libraries: bool = True) -> None:
        for wanted, name in ((headers, "include/cublas_v2.h"), (libraries, "lib64/libcublas.so")):
            if wanted:
                (self.toolkit / name).parent.mkdir(parents=True)
                (self.toolkit / name).touch()

    def found(self) -> str:
        """Return the path that the set-up is given as CUDA's compiler."""
        script = f"source {self.root}/packaging/dev help >/dev/null; find_cuda"
        return subprocess.run(
            ["bash", "-c", script], env=self.environment, capture_output=True, text=True, check=True
        ).stdout

    def add_environment(self, need: str) -> None:
        """One with a Python that does nothing, and with CUDA's libraries in their folders."""
        folder = self.root / "build" / "package" / need
        for major in ("12", "13"):
            (folder / f"lib/python3.13/site-packages/nvidia/cu{major}/lib").mkdir(parents=True)
        self._script(str(folder / "bin" / "python"), f'echo "$*" >>{self.root}/ran')

    def has_compilers(self, **versions: int) -> None:
        """C++ compilers by name, of which the first compiles."""
        compiler = shutil.which("c++")
        for name, version in versions.items():
            self._script(name, f'[ "$1" = -dumpversion ] && echo {version} || exec {compiler} "$@"')

    def set_up(self, need: str = "base") -> tuple[str, str]:
        """Return what the set-up says, and what it asked uv for. (Its first step fails: the environment has no
        Python.)"""
        state = f"a\ncuda={self.found()}"
        done = subprocess.run(
            ["bash", self.root / "packaging" / "set-up.sh", need, state],
            env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        asked = self.root / "synced"
        return done.stderr, asked.read_text() if asked.exists() else ""


PREPARING = ("dev", "set-up.sh", "uv.txt", "llama.cmake", "cuda/compiler.toml", "cuda/toolkit.py")


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
    assert "cuBLAS" not in said, said
    assert "cmake.define.GGML_CUDA=ON" in asked
    assert f"cmake.define.CMAKE_CUDA_COMPILER={machine.compiler}" in asked


def test_without_a_card_nobody_looks_for_the_compiler(machine: Machine) -> None:
    machine.environment["OCTAVO_CUDA"] = "off"
    assert machine.found() == ""


@pytest.mark.parametrize("name", sorted(LIBRARIES))
def test_an_add_on_is_built_with_the_compiler_of_its_cuda(machine: Machine, name: str) -> None:
    machine.environment["OCTAVO_CUDA"] = "off"
    machine.add_environment(name)
    machine.has_compilers(**{"c++": 14, "g++-13": 13, "g++-12": 12})
    _, asked = machine.set_up(name)
    site = machine.root / "build" / "package" / name / "lib" / "python3.13" / "site-packages"
    toolkit = site / "nvidia" / ("cu13" if name == "cuda" else "cu12")
    assert asked.count(f"--only-group {name} ") == 2
    assert f"cmake.define.CMAKE_CUDA_COMPILER={toolkit}/bin/nvcc" in asked
    assert (toolkit / "lib" / "libcublas.so").is_symlink()
    assert (toolkit / "lib" / "stubs" / "libcuda.so").is_file()
    host = re.search(r"CMAKE_CUDA_HOST_COMPILER=(\S+)", asked)
    ran = (machine.root / "ran").read_text()
    if name == "cuda":
        assert (host, "toolkit.py" in ran) == (None, False)
    else:
        assert host is not None
        assert (Path(host[1]).name, "toolkit.py" in ran) == ("g++-13", True)


def test_cuda_12_is_not_given_a_compiler_that_it_refuses(machine: Machine) -> None:
    machine.environment["OCTAVO_CUDA"] = "off"
    machine.add_environment("cuda12")
    machine.has_compilers(**{"c++": 14, "g++-13": 14, "g++-12": 14})
    said, asked = machine.set_up("cuda12")
    assert re.search(r"install.* g\+\+-13\n", said)
    # Who may not install packages gets Python's; llama.cpp is compiled by none of those.
    assert all("--no-install-package llama-cpp-python" in line for line in asked.splitlines())


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
        command: list[str | Path] = [
            "bash",
            CHECKOUT / "packaging" / "dev",
            "gpu",
            self.pack,
            "--out",
            self.copy,
            *arguments,
        ]
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
            options = arguments.parse([*map(str, command[command.index("app") + 1 :])], TERMINAL_COMMANDS)
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
