"""Tries llama.cpp and the engine on the NVIDIA card of a machine that is lent for half an hour and has no network.

Usage: trial.py [PACK] [--work FOLDER] [--out FOLDER] [--minutes 9.5] [--card 9.0] [--again] [--cpu]
(as packaging/dev gpu)

PACK is what packaging/dev gpu pack made. Each step writes a line of JSON into results.jsonl, and its output into
trial.log, at once. A call ends after `--minutes`; the next one goes on with the step that was not finished, and a build
where it was; another pack wants another `--work`. Exit status: 0 all steps passed, 1 some failed, 75 time was up: call
again.

`--cpu` builds without CUDA, and runs the tests with the CPU in the card's place. `--card` names the compute capability
that is built for, where the card is not to be asked.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIME_IS_UP = 75
"""EX_TEMPFAIL of sysexits.h."""

_LEAST_S = 15.0
"""No step is begun with less than this."""

_HEADERS = ("cublas_v2.h", "cublas_api.h", "cublas.h", "cublasLt.h")
_LIBRARIES = ("libcublas.so", "libcublasLt.so")
_HOLLOW_DRIVER = 'extern "C" int cuDeviceGet() { return 1; }'
"""The source of a library that stands in for the driver when something is linked to it, which needs a library of its
name; at run time the driver itself is taken."""

_SETUP = ("machine", "unpack", "configure", "build")
"""The steps without which there is nothing to try; one that failed is tried again by the next call."""

_TESTS = "tests/tools/gpu"
_TEST_S = 240.0
"""The most seconds that one file of tests may take on a card: a call that hangs there is not to take all of the
time."""

_FIRST = ("test_logits", "test_readings", "test_placements")
_BENCH, _MODELS = Path("app/features/bench/command.py"), Path("tests/models")
_WRITE = {
    "tiny": "from tests.models.llama4 import write_scout; write_scout(part, heads=1, layers=4)",
    "scout": "from tests.models.full_size import write_full_size; write_full_size(part)",
}
"""The code that writes the models that `octavo bench` measures: one that is there within a second, and Scout at true
size, whose weights are holes in the file."""

_BENCH_MINUTES = {"tiny": 2.0, "scout": 10.0}
_BENCH_NEEDS_MINUTES = 5.0
"""With less than this left of a call, and more in the next one, Scout waits for that."""

_HOW = {"tiny": ("--context", "40960"), "scout": ()}
_HOW_ON_CPU = {"tiny": _HOW["tiny"], "scout": ("--mapping", "mapped", "--kv", "q8_0", "--context", "16384")}


class Failed(Exception):
    """A step failed; the text says why."""


class TimeIsUp(Exception):
    """This call has no more time; what was begun goes on in the next."""


class Trial:
    """The folders of a trial, its results so far, and the time that this call has."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.pack, self.work, self._out = given.pack.resolve(), given.work.resolve(), given.out
        self.cpu, self.card = given.cpu, given.card.replace(".", "")
        self._minutes = given.minutes
        self._until = time.monotonic() + given.minutes * 60
        self.results = self.work / "results"
        self.results.mkdir(parents=True, exist_ok=True)
        self._lines = self.results / "results.jsonl"
        self._log = self.results / "trial.log"
        self.python = self.work / "venv" / "bin" / "python"
        self.program = self.pack / "octavo"
        last = {each["step"]: each["state"] for each in self._read()}
        self._finished = {step for step, state in last.items() if state == "passed"}
        failed = [step for step, state in last.items() if state == "failed" and step not in _SETUP]
        self.failed = [] if given.again else failed
        self._finished.update(self.failed)

    def _read(self) -> list[dict[str, str]]:
        if not self._lines.exists():
            return []
        return [json.loads(line) for line in self._lines.read_text(encoding="utf-8").splitlines() if '"step"' in line]

    def environment(self) -> dict[str, str]:
        """Return the environment variables of the tests and the benchmark. They add lines to the results themselves."""
        variables = {
            **os.environ, "OCTAVO_NO_KEYRING": "1", "OCTAVO_GPU_RESULTS": str(self._lines), "PYTHONUNBUFFERED": "1",
            "OCTAVO_DEBUG": "1",
            "PYTHONPATH": str(self.program), "OCTAVO_GPU_TESTS": "cpu" if self.cpu else "on",
        }  # fmt: skip
        variables.pop("OMP_THREAD_LIMIT", None)
        return variables

    def step(self, name: str, work: Callable[[], dict[str, object] | None]) -> None:
        """Do one step unless an earlier call did it. Raises TimeIsUp."""
        if name in self._finished:
            return
        if self._until - time.monotonic() < _LEAST_S:
            self._note(name, "not begun", 0.0)
            raise TimeIsUp(name)
        print(f"Octavo: {name}", file=sys.stderr, flush=True)
        started, more = time.monotonic(), {}
        try:
            more = work() or {}
            state = str(more.pop("state", "passed"))
        except TimeIsUp:
            self._note(name, "unfinished", time.monotonic() - started)
            raise
        except (Failed, OSError, subprocess.SubprocessError, shutil.ReadError, tarfile.TarError) as error:
            state, more = "failed", {"reason": str(error)}
            self.failed.append(name)
            print(f"Octavo: {name} failed: {error}", file=sys.stderr, flush=True)
        self._note(name, state, time.monotonic() - started, **more)

    def has_passed(self, name: str) -> bool:
        return any(each["step"] == name and each["state"] == "passed" for each in self._read())

    def _note(self, name: str, state: str, seconds: float, **more: object) -> None:
        with self._lines.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"step": name, "state": state, "seconds": round(seconds, 2), **more}) + "\n")
            lines.flush()
            os.fsync(lines.fileno())
        self.copy_out()

    def copy_out(self) -> None:
        """Leave the results where the caller wants them too."""
        if self._out is not None:
            shutil.copytree(self.results, self._out, dirs_exist_ok=True)

    def run(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
        limit_s: float = math.inf,
    ) -> int:
        """Run to its end, with all that it says in the log. After `limit_s`, and when time is up, it and its children
        are ended. Raises Failed, TimeIsUp."""
        with self._log.open("ab") as log:
            log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
            log.flush()
            process = subprocess.Popen(
                command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
            try:
                return process.wait(min(limit_s, max(1.0, self._until - time.monotonic())))
            except subprocess.TimeoutExpired:
                if time.monotonic() < self._until:
                    raise Failed(f"it took more than {limit_s:.0f} s") from None
                raise TimeIsUp from None
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()

    def must_run(self, command: Sequence[str | Path]) -> None:
        """Run a command, as `run` does. Raises Failed for another exit status than 0 too."""
        self._insist(command, self.run(command))

    def run_in_program(self, command: Sequence[str | Path], limit_s: float = math.inf) -> None:
        """Run a command as `must_run` does, in the packed checkout and with its environment."""
        self._insist(command, self.run(command, cwd=self.program, env=self.environment(), limit_s=limit_s))

    def _insist(self, command: Sequence[str | Path], status: int) -> None:
        if status != 0:
            end = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-6:]
            raise Failed(f"{Path(command[0]).name} ended with {status}: " + " | ".join(end))

    # ---- the machine

    def machine(self) -> dict[str, object]:
        """Describe this machine, and what of the expected it lacks."""
        cards = _said("nvidia-smi", "--query-gpu=name,compute_cap,driver_version,memory.total", "--format=csv,noheader")
        compiler = _said("nvcc", "--version")
        memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(encoding="ascii"))
        if not self.cpu and not cards:
            raise Failed("nvidia-smi names no card; --cpu runs the tests without one")
        if not self.cpu and not compiler:
            raise Failed("nvcc is not there")
        return {
            "cards": cards.splitlines(),
            "nvcc": compiler.splitlines()[-1:],
            "cublas": str(_cublas()[0] or ""),
            "cores": len(os.sched_getaffinity(0)),
            "memory_gb": round(int(memory[1]) / 1e6, 1) if memory else 0,
            "python": sys.version.split()[0],
            "cmake": _said("cmake", "--version").partition("\n")[0],
            "commit": self._manifest()[0],
        }

    def _manifest(self) -> tuple[str, list[str]]:
        """Return the commit that was packed, and the versions of Python that it is for."""
        content = json.loads((self.pack / "pack.json").read_text(encoding="utf-8"))
        return content["commit"], content["pythons"]

    # ---- Python, and the sources

    def unpack(self) -> dict[str, object]:
        """Unpack an environment with the packed wheels, and the sources."""
        _commit, pythons = self._manifest()
        interpreter = next((path for each in pythons if (path := _python(each))), None)
        if interpreter is None:
            raise Failed(f"there is no Python {' or '.join(pythons)}, which the wheels are for")
        shutil.rmtree(self.work / "venv", ignore_errors=True)
        self.must_run([interpreter, "-m", "venv", "--without-pip", self.work / "venv"])
        tag = "cp" + "".join(_said(str(interpreter), "-c", "import sys; print(*sys.version_info[:2])").split())
        packages = self._site()
        for wheel in sorted((self.pack / "wheels").glob("*.whl")):
            if any(f"-{each}-" in wheel.name for each in (tag, "abi3")) or "-none-" in wheel.name:
                shutil.unpack_archive(wheel, packages, "zip")
        if not (self.work / "llama" / "CMakeLists.txt").exists():
            half = self.work / "llama.part"
            shutil.rmtree(half, ignore_errors=True)
            with tarfile.open(self.pack / "llama.cpp.tar.xz") as sources:
                sources.extractall(half, filter="data")
            half.rename(self.work / "llama")
        return {"python": str(interpreter)}

    def _site(self) -> Path:
        return Path(_said(str(self.python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())

    # ---- the build

    def configure(self) -> dict[str, object]:
        """Configure the build as for the packages, so that what is tried is what is shipped, but for one card. Without
        a card, for this CPU."""
        card, settings = "", ["CMAKE_BUILD_TYPE=Release", "MTMD_VIDEO=OFF", f"SKBUILD_PLATLIB_DIR={self.work / 'site'}"]
        settings += [f"CMAKE_PROJECT_llama_cpp_INCLUDE_BEFORE={self.program / 'packaging' / 'llama.cmake'}"]
        if not self.cpu:
            compiler = shutil.which("nvcc") or next(iter(map(str, Path("/usr/local").glob("cuda*/bin/nvcc"))), "")
            card = self.card or _capability()
            if not card or not compiler:
                raise Failed("nvcc is not there, or the card does not say its compute capability (--card gives it)")
            settings += ["GGML_NATIVE=OFF", "GGML_BACKEND_DL=ON", "GGML_CPU_ALL_VARIANTS=ON"]
            settings += self._cuda_settings(card, compiler)
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        defined = (f"-D{each}" for each in settings)
        self.must_run(["cmake", "-S", self.work / "llama", "-B", self.work / "build", *generator, *defined])
        return {"card": card}

    def _cuda_settings(self, card: str, compiler: str) -> list[str]:
        headers, libraries = _cublas()
        if headers is None or libraries is None:
            raise Failed("cuBLAS is not there: neither beside nvcc nor among the packages of a Python")
        own, include = self.work / "lib", self.work / "cublas"
        for folder in (own, include):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        for name in _HEADERS:
            (include / name).symlink_to(headers / name)
        for name in _LIBRARIES:
            for found in (*libraries.glob(name), *libraries.glob(f"{name}.*")):
                (own / found.name).symlink_to(found)
            if not (own / name).exists():
                (own / name).symlink_to(next(iter(sorted(own.glob(f"{name}.*")))).name)
        source = own / "driver.cpp"
        source.write_text(_HOLLOW_DRIVER, encoding="ascii")
        driver = own / "libcuda.so"
        self.must_run(["c++", "-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "-o", driver, source])
        return [
            "GGML_CUDA=ON", "GGML_CUDA_NCCL=OFF", f"CMAKE_CUDA_ARCHITECTURES={card}-real",
            f"CMAKE_CUDA_COMPILER={compiler}", f"CUDA_cublas_LIBRARY={own / _LIBRARIES[0]}",
            f"CUDA_cublasLt_LIBRARY={own / _LIBRARIES[1]}", f"CUDA_cuda_driver_LIBRARY={driver}",
            f"CMAKE_CUDA_FLAGS=-isystem {include}", f"CMAKE_CXX_FLAGS=-isystem {include}",
        ]  # fmt: skip

    def build(self) -> dict[str, object]:
        """Build on all cores; what was built in an earlier call stays."""
        self.must_run(["cmake", "--build", self.work / "build", "--parallel", str(len(os.sched_getaffinity(0)))])
        return self._install()

    def _install(self) -> dict[str, object]:
        """Put the bindings and the libraries into the environment, as the wheel of llama-cpp-python does."""
        package, sources = self._site() / "llama_cpp", self.work / "llama"
        shutil.rmtree(package, ignore_errors=True)
        shutil.copytree(sources / "llama_cpp", package)
        (package / "lib").mkdir(exist_ok=True)
        for library in (self.work / "build").rglob("lib*.so*"):
            shutil.copy2(library, package / "lib" / library.name, follow_symlinks=False)
        for library in (self.work / "lib").glob("libcublas*.so.*"):
            (package / "lib" / library.name).symlink_to(library.resolve())
        version = re.search(r"^Version: (\S+)", (sources / "PKG-INFO").read_text(encoding="utf-8"), re.MULTILINE)
        assert version
        told = self._site() / f"llama_cpp_python-{version[1]}.dist-info"
        told.mkdir(exist_ok=True)
        shutil.copy2(sources / "PKG-INFO", told / "METADATA")
        libraries = sorted(path.name for path in (package / "lib").glob("*.so"))
        return {"libraries": len(libraries), "cuda": "libggml-cuda.so" in libraries}

    # ---- what is tried

    def collect(self) -> None:
        """Check that every test can be imported here."""
        self.run_in_program(self._pytest(_TESTS, "--collect-only"))

    def tests(self) -> list[Path]:
        """List the files of tests, the most important ones first: the machine may be taken away."""
        files = sorted((self.program / _TESTS).glob("test_*.py"))
        return sorted(files, key=lambda file: _FIRST.index(file.stem) if file.stem in _FIRST else len(_FIRST))

    def test(self, file: Path) -> None:
        self.run_in_program(self._pytest(str(file.relative_to(self.program))), math.inf if self.cpu else _TEST_S)

    def _pytest(self, *arguments: str) -> list[str | Path]:
        settings = self.program / "packaging" / "gpu" / "pytest.ini"
        return [self.python, "-P", "-m", "pytest", "-c", settings, "--rootdir", self.program, *arguments]

    def bench(self, name: str) -> dict[str, object]:
        """Run `octavo bench` with such a model, if this checkout has both. Its figures are in a file of their own,
        which it writes after each step. Raises TimeIsUp."""
        lacking = [str(path) for path in (_BENCH, _MODELS) if not (self.program / path).exists()]
        if lacking:
            return {"state": "left out", "reason": f"this checkout has no {' and no '.join(lacking)}"}
        minutes = (self._until - time.monotonic()) / 60
        if name == "scout" and minutes < min(_BENCH_NEEDS_MINUTES, 0.9 * self._minutes):
            raise TimeIsUp
        model = self.work / f"{name}.gguf"
        if not model.exists():
            write = f"import sys, pathlib; part = pathlib.Path(sys.argv[1]); {_WRITE[name]}; part.rename(sys.argv[2])"
            self.run_in_program([self.python, "-P", "-c", write, model.with_suffix(".part"), model])
        file = self.results / f"bench-{name}.json"
        command = [self.python, "-P", "-m", "app", "--data-dir", self.work / "data", "bench", model, "--json", file]
        limit = max(0.5, min(_BENCH_MINUTES[name], minutes - 0.5))
        self.run_in_program([*command, "--minutes", f"{limit:.2f}", *(_HOW_ON_CPU if self.cpu else _HOW)[name]])
        found = json.loads(file.read_text(encoding="utf-8"))
        return {"depths": [each["depth_tokens"] for each in found["depths"]], "left_out": len(found["left_out"])}


def _said(*command: str) -> str:
    """Return what a program prints; nothing where it is not there or fails."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _capability() -> str:
    """Return the compute capability of the first card, as `90`."""
    return _said("nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader").partition("\n")[0].replace(".", "")


def _python(version: str) -> Path | None:
    """Return a Python of this version that can make environments."""
    for name in (sys.executable, f"python{version}", "python3"):
        asked = _said(name, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2], sys.executable)")
        if asked.partition(" ")[0] == version:
            return Path(asked.partition(" ")[2])
    return None


def _cublas() -> tuple[Path | None, Path | None]:
    """Return the folders of cuBLAS's headers and of its libraries: of the toolkit, of the system, or of a Python's
    packages."""
    top = re.search(r"^#\$ TOP=(.*)$", _dry_run(), re.MULTILINE)
    roots = [Path(top[1])] if top else []
    roots += [Path("/usr/local/cuda"), Path("/usr")]
    for name in dict.fromkeys((sys.executable, "python3", "python")):
        for folder in _said(name, "-c", "import sys; print(*sys.path, sep='\\n')").splitlines():
            if folder:
                roots += [*Path(folder).glob("nvidia/cu1*"), Path(folder, "nvidia", "cublas")]
    for root in roots:
        for include, lib in (("include", "lib64"), ("include", "lib"), ("include", "lib/x86_64-linux-gnu"),
                             ("targets/x86_64-linux/include", "targets/x86_64-linux/lib")):  # fmt: skip
            if (root / include / _HEADERS[0]).exists() and [*(root / lib).glob(f"{_LIBRARIES[0]}*")]:
                return (root / include).resolve(), (root / lib).resolve()
    return None, None


def _dry_run() -> str:
    """Return what nvcc would do, which names its folders; nothing where there is no nvcc."""
    compiler = shutil.which("nvcc")
    if compiler is None:
        return ""
    command = [compiler, "--dryrun", "-x", "cu", "-c", os.devnull]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stderr


def _arguments() -> argparse.Namespace:
    beside = ROOT.parent if (ROOT.parent / "pack.json").is_file() else ROOT / "build" / "gpu" / "pack"
    parser = argparse.ArgumentParser(prog="packaging/dev gpu", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pack", nargs="?", type=Path, default=beside, help=f"made by gpu pack (default: {beside})")
    parser.add_argument("--work", type=Path, help="what is built (default: work, beside the pack)")
    parser.add_argument("--out", type=Path, help="a folder that gets a copy of the results")
    parser.add_argument("--minutes", type=float, default=9.5, help="after which this call ends (default: 9.5)")
    parser.add_argument("--card", default="", help="compute capability to build for, as 9.0 (default: the card's)")
    parser.add_argument("--again", action="store_true", help="do again what failed")
    parser.add_argument("--cpu", action="store_true", help="without CUDA, the CPU in the card's place")
    given = parser.parse_args()
    if not (given.pack / "pack.json").is_file():
        parser.error(f"{given.pack} is no pack; make one with: packaging/dev gpu pack")
    given.work = given.work or given.pack.resolve().parent / "work"
    return given


def main() -> int:
    trial = Trial(_arguments())
    try:
        for name in _SETUP:
            trial.step(name, getattr(trial, name))
            if not trial.has_passed(name):
                return 1
        trial.step("collect", trial.collect)
        for file in trial.tests():
            trial.step(file.stem, partial(trial.test, file))
        for name in _WRITE:
            trial.step(f"bench-{name}", partial(trial.bench, name))
    except TimeIsUp:
        print("Octavo: time is up; call again to go on", file=sys.stderr)
        return TIME_IS_UP
    finally:
        trial.copy_out()
    ending = "failed: " + ", ".join(trial.failed) if trial.failed else "all passed"
    print(f"Octavo: {ending}; {trial.results}", file=sys.stderr)
    return 1 if trial.failed else 0


if __name__ == "__main__":
    sys.exit(main())
