"""Runs as a recogniser, after it was locked in, and tries to get out; prints what became of it as one JSON object."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from app.core.conversations.image import Raster
from app.documents.scans.models import RecognitionModels
from app.isolation import limits, sandbox
from tests.isolation import prisoner


def threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


if __name__ == "__main__":
    step, home, secret, loot, *names = sys.argv[1:]
    limits.confine(limits.Limits())
    models = RecognitionModels()
    models.load()
    told: dict[str, object] = {"threads_before": threads()}
    close = sandbox.lock(sandbox.Step(step))
    models.start()
    limits.seal()
    told["step"] = close().value
    every = prisoner.attempts(home, secret, loot, -1, -1)
    told |= {name: prisoner.outcome(every[name]) for name in names}
    told["found"] = len(models.find(Raster(200, 100, b"\xff" * 60_000), lambda: None).lines)
    print(json.dumps(told), flush=True)
