"""Runs as an image's process, after it was locked in, and tries to get out; then decodes what stdin has.

Prints what became of all that as one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from app.documents.images import decoding, worker
from app.documents.images.protocol import Decode
from app.documents.images.reader import MEMORY_BYTES
from app.isolation import limits, sandbox
from app.isolation.heartbeat import WireFailed
from tests.isolation import prisoner


def outcome(untrusted_bytes: bytes) -> str:
    event = worker.carry_out(Decode(), untrusted_bytes)
    return event.problem.code.value if isinstance(event, WireFailed) else "decoded"


if __name__ == "__main__":
    step, home, secret, loot, *names = sys.argv[1:]
    if os.getuid() == 0 and step == sandbox.Step.RLIMITS:
        os.setuid(65534)  # the limit of processes and threads does not hold for root
    limits.confine(limits.Limits(memory_bytes=MEMORY_BYTES))
    decoding.get_ready()
    told: dict[str, object] = {"threads_before": len(list(Path("/proc/self/task").iterdir()))}
    close = sandbox.lock(sandbox.Step(step))
    limits.seal()
    told["step"] = close().value
    every = prisoner.attempts(home, secret, loot, -1, -1)
    told |= {name: prisoner.outcome(every[name]) for name in names}
    files = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[bytes])
    print(json.dumps(told | {"outcomes": [outcome(untrusted_bytes) for untrusted_bytes in files]}), flush=True)
