"""Runs as a video's process, after it was locked in, and tries to get out; then looks through what stdin has.

Prints what became of all that as one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
from io import FileIO
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from app.features.videos.reading import container
from app.features.videos.reading.protocol import Draw, SurveyVideo, VideoSurveyed
from app.features.videos.reading.reader import MEMORY_BYTES
from app.features.videos.reading.worker import VideoWork
from app.isolation import limits, sandbox
from app.isolation.heartbeat import WireFailed
from tests.isolation import prisoner


def held(untrusted_bytes: bytes) -> FileIO:
    file = FileIO(os.memfd_create("video"), "rb+")
    file.write(untrusted_bytes)
    return file


def outcome(file: FileIO) -> str:
    with file:
        work = VideoWork(file, lambda _opening: None, lambda: None)
        event = work.carry_out(SurveyVideo())
        if isinstance(event, VideoSurveyed):
            event = work.carry_out(Draw(event.duration_s / 2, 64))
        if isinstance(event, WireFailed):
            return f"{event.problem.code.value} {event.problem.params.get('where', '')}".strip()
        return "decoded"


if __name__ == "__main__":
    step, home, secret, loot, *names = sys.argv[1:]
    if os.getuid() == 0 and step == sandbox.Step.RLIMITS:
        os.setuid(65534)  # the limit of processes and threads does not hold for root
    untrusted = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[bytes])
    files = [held(untrusted_bytes) for untrusted_bytes in untrusted]  # before the limit of open files
    limits.confine(limits.Limits(memory_bytes=MEMORY_BYTES))
    container.get_ready()
    told: dict[str, object] = {"threads_before": len(list(Path("/proc/self/task").iterdir()))}
    close = sandbox.lock(sandbox.Step(step))
    limits.seal()
    told["step"] = close().value
    every = prisoner.attempts(home, secret, loot, -1, -1)
    told |= {name: prisoner.outcome(every[name]) for name in names}
    told["outcomes"] = [outcome(file) for file in files]
    print(json.dumps(told), flush=True)
