"""Runs llama.cpp's own benchmark, if a person has installed it, with the settings of a load."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Iterable, Sequence

import msgspec

from app.core.work import Cancel, Stopped, Work
from app.engine.protocol import LoadSpec
from app.features.bench.report import BenchProgress, BenchStep, LlamaBench, LlamaBenchSpeed
from app.services.models.plans import PlacedModel

_NAME = "llama-bench"
_USUAL_BATCH = 2048


class _Line(msgspec.Struct, frozen=True):
    """The fields that count of a line of llama-bench's results; one has a prompt or an answer, never both."""

    n_prompt: int
    n_gen: int
    n_depth: int
    avg_ts: float
    build_commit: str = ""
    build_number: int = 0


def program() -> str | None:
    """Return the path of llama-bench; None if it is not installed."""
    return shutil.which(_NAME)


def can_compare(placed: PlacedModel) -> bool:
    """Return whether llama-bench can do the same: it copies weights that memory may have no room for, and knows no
    adapters."""
    return not placed.on_disk and not placed.spec.adapters


def arguments(spec: LoadSpec, depths: Sequence[int], read_tokens: int, written_tokens: int) -> list[str]:
    """Return the command line of llama-bench, without the program: so many tokens are read, then written, at each
    depth."""
    given = ["-m", spec.model_path, "-o", "jsonl", "-r", "1", "-fa", "1", "-t", str(spec.threads)]
    given += ["-p", str(read_tokens), "-n", str(written_tokens), "-d", ",".join(map(str, depths))]
    given += ["-ub", str(spec.ubatch_tokens), "-b", str(max(_USUAL_BATCH, spec.ubatch_tokens))]
    given += ["-ctk", spec.kv_type.value, "-ctv", spec.kv_type.value]
    given += ["-ngl", str(spec.gpu_layers if spec.gpu_layers >= 0 else 999)]
    if spec.tensor_split:
        given += ["-ts", "/".join(f"{share:g}" for share in spec.tensor_split)]
    if spec.cpu_tensors:
        given += ["-ot", ";".join(f"{pattern}=CPU" for pattern in spec.cpu_tensors)]
    return given


def run(command: Sequence[str], tests: int, limit_s: float, cancel: Cancel) -> Work[BenchProgress, LlamaBench | None]:
    """Run llama-bench, and return what it measures within the limit; None for nothing, or if it cannot be started.
    `tests` is how many are asked for. Raises Stopped."""
    lines: list[_Line] = []
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return None
    with child:
        timer = threading.Timer(max(0.0, limit_s), child.kill)
        timer.start()
        cancel.on_request(child.kill)
        try:
            assert child.stdout is not None
            yield BenchProgress(BenchStep.LLAMA_BENCH, 0, tests)
            for text in child.stdout:
                with contextlib.suppress(msgspec.MsgspecError):
                    lines.append(msgspec.json.decode(text, type=_Line))
                    yield BenchProgress(BenchStep.LLAMA_BENCH, len(lines), tests, lines[-1].n_depth)
        finally:
            child.kill()
            timer.cancel()
            timer.join()
    if cancel.requested:
        raise Stopped
    return _gathered(lines)


def _gathered(lines: Iterable[_Line]) -> LlamaBench | None:
    depths: dict[int, LlamaBenchSpeed] = {}
    build = ""
    for line in lines:
        build = f"{line.build_number} ({line.build_commit})"
        found = depths.get(line.n_depth, LlamaBenchSpeed(line.n_depth))
        if line.n_prompt:
            depths[line.n_depth] = msgspec.structs.replace(found, reading_there=line.avg_ts)
        else:
            depths[line.n_depth] = msgspec.structs.replace(found, writing_there=line.avg_ts)
    return LlamaBench(build, tuple(depths.values())) if depths else None
