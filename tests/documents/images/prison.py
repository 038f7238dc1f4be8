"""Starts the inmate, an image's process that tries to get out and decodes many images."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.isolation import sandbox
from app.isolation.sandbox import Step

INMATE = Path(__file__).with_name("inmate.py")


def imprisoned(step: Step, folder: Path, files: Sequence[bytes], *names: str) -> dict[str, Any]:
    """Return what became of each attempt in `names`, and under "outcomes" of each file."""
    secret = folder / "secret.txt"
    secret.write_text("the secret", encoding="utf-8")
    argv = [sys.executable, "-P", str(INMATE), step.value, str(Path.home()), str(secret), str(folder / "loot"), *names]
    ran = subprocess.run(
        sandbox.wrap(argv, step, readable=[INMATE.parents[2]]),
        env=sandbox.environment(),
        input=msgspec.msgpack.encode(files),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        timeout=120,
        check=True,
    )
    told = json.loads(ran.stdout)
    assert isinstance(told, dict)
    return told
