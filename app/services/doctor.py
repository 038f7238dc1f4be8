"""A report on this installation: versions, its files, devices, how children are locked in, where data are, sockets."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import msgspec
import psutil

from app import __version__
from app.core.errors import AppError, Code, Problem
from app.core.machine.installation import (
    MANIFEST_NAME,
    OWN_PACKAGE,
    SBOM_ENDING,
    HashedFile,
    Package,
    contents,
    manifest_files,
    read_manifest,
    sha256_of,
)
from app.core.machine.paths import Paths
from app.core.policy import Policy
from app.core.settings import EngineSettings
from app.core.work import Cancel, finish
from app.documents.reader import DocumentReader
from app.embedding.packages import embedding_model
from app.engine.client import EngineClient
from app.engine.protocol import Device, Inspect, Inspected
from app.isolation import sandbox
from app.models import local
from app.models.local import files_of, model_at
from app.services.models.chat_templates import FormatReport
from app.services.models.models import Models
from app.store.db import find_copy, find_damaged
from app.store.keys import Key

LIBRARIES = (
    "llama-cpp-python",
    "pypdfium2",
    "lxml",
    "av",
    "rapidocr",
    "onnxruntime",
    "apsw-sqlite3mc",
    "PySide6-Essentials",
    "huggingface-hub",
)


class LandlockVersion(msgspec.Struct, frozen=True):
    """The version of Landlock's interface, 0 without Landlock. `lacks` are what that version does not cover
    (`sandbox.Gap`)."""

    version: int
    lacks: tuple[str, ...]

    @classmethod
    def of(cls, abi: int) -> LandlockVersion:
        return cls(abi, tuple(gap.value for gap in sandbox.gaps(abi)))


class ChosenModel(msgspec.Struct, frozen=True):
    """The model that the settings name, or the starter. `format` is None if its file names none, or if it could not be
    found out, by reason of `problem`."""

    path: str
    format: FormatReport | None = None
    problem: Problem | None = None


def chosen_model(models: Models, wanted: EngineSettings) -> ChosenModel | None:
    """Return the chosen model; None if none is chosen and there is no starter. Raises AppError as the store does."""
    try:
        path, _projector = files_of(wanted)
    except AppError:
        return None
    try:
        return ChosenModel(path, finish(models.chat_format(model_at(Path(path)), Cancel())))
    except AppError as error:
        return ChosenModel(path, None, error.problem)


class DoctorReport(msgspec.Struct, frozen=True):
    """The state of an installation.

    `remote` is the host of the remote engine that is set, which is not asked anything for this; empty if texts stay on
    this machine. `sockets` lists internet sockets of this process and its children, as `address:port`; there should be
    none. `unused_card` says why a graphics card that is there is not computed on, which is no fault of the
    installation. `installation` is None if Octavo runs from a checkout, so that there is nothing to verify.
    `components` are native libraries inside the installation and their versions, as its bill of materials names them.
    `older_copy` is the copy of the desk from before its last upgrade; empty if there is none. `damaged` is what rescues
    left. `embedding` is the model for searching by meaning; empty if none is installed, so that words alone are
    searched. `model` is None if texts go to a server, or no model is there.
    """

    octavo: str
    python: str
    system: str
    libraries: dict[str, str]
    components: dict[str, str]
    devices: tuple[Device, ...]
    threads: int
    cpu_features: tuple[str, ...]
    cpu_variant: str
    unused_card: Problem | None
    numa_nodes: int
    sandbox: str
    landlock: LandlockVersion
    key: str
    data: str
    older_copy: str
    damaged: tuple[str, ...]
    starter: str
    embedding: str
    remote: str
    policy: Policy
    sockets: tuple[str, ...]
    installation: InstallationVerdict | None
    problems: tuple[Problem, ...]
    model: ChosenModel | None = None


def examine(
    paths: Paths,
    key: Key,
    engine: EngineClient,
    reader: DocumentReader,
    remote: str,
    policy: Policy,
    *,
    installed: Path | None = None,
) -> DoctorReport:
    """Look at everything but the model; what cannot be looked at is listed as a problem instead of ending the report.

    `installed` is the root of the installation, all of whose files are read; None in a checkout.
    """
    problems = [policy.problem] if policy.problem is not None else []
    inspected = _inspect(engine, problems)
    return DoctorReport(
        octavo=__version__,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        libraries={name: version(name) for name in LIBRARIES},
        components={} if installed is None else native_components(installed),
        devices=inspected.devices,
        threads=inspected.threads,
        cpu_features=inspected.cpu_features,
        cpu_variant=inspected.cpu_variant,
        unused_card=inspected.unused_card,
        numa_nodes=inspected.numa_nodes,
        sandbox=reader.step().value,
        landlock=LandlockVersion.of(sandbox.landlock_abi()),
        key=key.origin.value,
        data=str(paths.data),
        older_copy=str(find_copy(paths.database) or ""),
        damaged=tuple(map(str, find_damaged(paths.database))),
        starter=_starter_path(),
        embedding=embedding_model(),
        remote=remote,
        policy=policy,
        sockets=_sockets(),
        installation=_verdict(installed, problems),
        problems=tuple(problems),
    )


def _inspect(engine: EngineClient, problems: list[Problem]) -> Inspected:
    """Return what the engine's process says of this machine; where it says nothing, an empty answer, and the reason is
    added to the problems."""
    try:
        return finish(engine.run(Inspect()))
    except AppError as error:
        problems.append(error.problem)
        return Inspected("", (), 0, (), 1)


def _verdict(installed: Path | None, problems: list[Problem]) -> InstallationVerdict | None:
    """Return the verdict on all installed files; what is wrong with them is added to the problems."""
    verdict = None if installed is None else verify(installed)
    problems += () if verdict is None else verdict.problems()
    return verdict


def _starter_path() -> str:
    starter = local.starter()
    return starter.path if starter else ""


class _Component(msgspec.Struct, frozen=True):
    name: str
    type: str
    purl: str = ""
    version: str = ""


class _Bill(msgspec.Struct, frozen=True):
    components: tuple[_Component, ...]


def native_components(root: Path) -> dict[str, str]:
    """Return libraries that are no Python packages, with their versions, by the bill of materials of the installation;
    none if there is no bill, and without those of no known version. The manifest vouches for the file."""
    try:
        bill = msgspec.json.decode((root / f"{OWN_PACKAGE}{SBOM_ENDING}").read_bytes(), type=_Bill)
    except (OSError, msgspec.MsgspecError):
        return {}
    found: dict[str, str] = {}
    for each in bill.components:
        if each.type == "library" and each.version and each.purl.startswith("pkg:generic/"):
            found[each.name] = f"{found[each.name]}, {each.version}" if each.name in found else each.version
    return found


def _sockets() -> tuple[str, ...]:
    own = psutil.Process()
    found = []
    for process in (own, *own.children(recursive=True)):
        try:
            found += [f"{c.laddr.ip}:{c.laddr.port}" for c in process.net_connections(kind="inet") if c.laddr]
        except psutil.Error:  # it ended meanwhile
            continue
    return tuple(found)


# ---- whether the installed files are those that their packages brought


MOST_NAMED = 20
"""So many files of each kind are named; of the others only their number."""

_MOST_THREADS = 8


class Deviations(msgspec.Struct, frozen=True):
    """Paths below the root, at most MOST_NAMED of `count`."""

    paths: tuple[str, ...]
    count: int


class InstallationVerdict(msgspec.Struct, frozen=True):
    """The comparison of an installation with its manifests. `files` and `bytes` count what the manifests name.
    `changed` are files that are other than the manifest says, or cannot be read; `missing` are named and not there;
    `unnamed` are there, and named by no manifest."""

    root: str
    packages: tuple[Package, ...]
    files: int
    bytes: int
    changed: Deviations
    missing: Deviations
    unnamed: Deviations

    @property
    def is_sound(self) -> bool:
        return not (self.changed.count or self.missing.count or self.unnamed.count)

    def problems(self) -> tuple[Problem, ...]:
        """Return INSTALLATION_UNSOUND if the files are not sound, and INSTALLATION_MIXED for each add-on of another
        version."""
        found = []
        if not self.is_sound:
            numbers = {"changed": self.changed.count, "missing": self.missing.count, "unnamed": self.unnamed.count}
            found.append(AppError(Code.INSTALLATION_UNSOUND, path=self.root, **numbers).problem)
        wanted = next((package.version for package in self.packages if package.name == OWN_PACKAGE), "")
        for package in self.packages if wanted else ():
            if package.version != wanted:
                versions = {"version": package.version, "wanted": wanted}
                found.append(AppError(Code.INSTALLATION_MIXED, package=package.name, **versions).problem)
        return tuple(found)


def verify(root: Path) -> InstallationVerdict:
    """Read every file beneath `root` and compare it with the manifests there; a damaged manifest counts as changed."""
    manifests, changed, missing = [], set[str](), set[str]()
    for file in manifest_files(root) or [root / MANIFEST_NAME]:
        if (manifest := read_manifest(file)) is not None:
            manifests.append(manifest)
        else:
            (changed if file.exists() else missing).add(file.name)
    files: dict[str, HashedFile] = {}
    links: dict[str, str] = {}
    for manifest in manifests:
        files |= manifest.files
        links |= manifest.links

    found = contents(root)
    there = found.files.keys() | found.links.keys()
    named = files.keys() | links.keys()
    missing |= named - there
    same_size = [path for path in files.keys() & found.files.keys() if found.files[path] == files[path].bytes]
    changed |= (files.keys() & there) - set(same_size)
    changed |= {path for path in links.keys() & there if found.links.get(path) != links[path]}
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), thread_name_prefix="verify") as threads:
        hashes = threads.map(lambda path: _hash(root / path), same_size)
        changed |= {
            path for path, found_hash in zip(same_size, hashes, strict=True) if found_hash != files[path].sha256
        }
    return InstallationVerdict(
        root=str(root),
        packages=tuple(manifest.package for manifest in manifests),
        files=len(named),
        bytes=sum(file.bytes for file in files.values()),
        changed=_deviations(changed),
        missing=_deviations(missing),
        unnamed=_deviations(there - named),
    )


def _hash(file: Path) -> str:
    try:
        return sha256_of(file)
    except OSError:
        return ""


def _deviations(paths: Iterable[str]) -> Deviations:
    ordered = sorted(paths)
    return Deviations(tuple(ordered[:MOST_NAMED]), len(ordered))
