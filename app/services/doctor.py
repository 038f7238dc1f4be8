"""A report on this installation: versions, its files, devices, how children are locked in, where data are, sockets."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

import msgspec
import psutil

from app import __version__
from app.core.errors import AppError, Problem
from app.core.paths import Paths
from app.core.work import finish
from app.documents.reader import DocumentReader
from app.engine.client import EngineClient
from app.engine.protocol import Device, Inspect, Inspected
from app.models import local
from app.services.verification import InstallationVerdict, verify
from app.store.db import find_copy
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


class DoctorReport(msgspec.Struct, frozen=True):
    """`remote`: the host of the remote engine that is set, which is not asked anything for this; empty where texts stay
    on this machine. `sockets` lists internet sockets of this process and its children, as `address:port`; there should
    be none. `unused_card`: why a graphics card that is there is not computed on, which is no fault of the
    installation. `installation`: None where Octavo runs from a checkout, so that there is nothing to verify.
    `older_copy`: of the desk, from before its last upgrade; empty where there is none."""

    octavo: str
    python: str
    system: str
    libraries: dict[str, str]
    devices: tuple[Device, ...]
    threads: int
    cpu_features: tuple[str, ...]
    cpu_variant: str
    unused_card: Problem | None
    numa_nodes: int
    sandbox: str
    key: str
    data: str
    older_copy: str
    starter: str
    remote: str
    sockets: tuple[str, ...]
    installation: InstallationVerdict | None
    problems: tuple[Problem, ...]


def examine(
    paths: Paths,
    key: Key,
    engine: EngineClient,
    reader: DocumentReader,
    remote: str = "",
    *,
    installed: Path | None = None,
) -> DoctorReport:
    """Look at everything; what cannot be looked at is listed as a problem instead of ending the report.

    `installed`: the root of the installation, all of whose files are read; None in a checkout.
    """
    problems: list[Problem] = []
    inspected = Inspected("", (), 0, (), 1)
    try:
        inspected = finish(engine.run(Inspect()))
    except AppError as error:
        problems.append(error.problem)
    verdict = None if installed is None else verify(installed)
    if verdict is not None:
        problems += verdict.problems()
    starter = local.starter()
    return DoctorReport(
        octavo=__version__,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        libraries={name: version(name) for name in LIBRARIES},
        devices=inspected.devices,
        threads=inspected.threads,
        cpu_features=inspected.cpu_features,
        cpu_variant=inspected.cpu_variant,
        unused_card=inspected.unused_card,
        numa_nodes=inspected.numa_nodes,
        sandbox=reader.step().value,
        key=key.origin.value,
        data=str(paths.data),
        older_copy=str(find_copy(paths.database) or ""),
        starter=starter.path if starter else "",
        remote=remote,
        sockets=_sockets(),
        installation=verdict,
        problems=tuple(problems),
    )


def _sockets() -> tuple[str, ...]:
    own = psutil.Process()
    found = []
    for process in (own, *own.children(recursive=True)):
        try:
            found += [f"{c.laddr.ip}:{c.laddr.port}" for c in process.net_connections(kind="inet") if c.laddr]
        except psutil.Error:  # it ended meanwhile
            continue
    return tuple(found)
