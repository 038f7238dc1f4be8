"""Runs as an embedder, after it was locked in, and tries to get out; prints what became of it as one JSON object."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.embedding.model import EmbeddingModel
from app.embedding.protocol import VectorKind
from app.isolation import limits, sandbox
from tests.isolation import prisoner

if __name__ == "__main__":
    step, home, secret, loot, *names = sys.argv[1:]
    limits.confine(limits.Limits(memory_bytes=1 << 30))
    model = EmbeddingModel()
    model.load()
    told: dict[str, object] = {"threads_before": len(list(Path("/proc/self/task").iterdir()))}
    close = sandbox.lock(sandbox.Step(step))
    model.start()
    limits.seal()
    close()
    every = prisoner.attempts(home, secret, loot, -1, -1)
    told |= {name: prisoner.outcome(every[name]) for name in names}
    told["vectors"] = list(model.embed(["ship"], tuple(VectorKind))[0])
    print(json.dumps(told), flush=True)
