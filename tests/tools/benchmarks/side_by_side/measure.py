"""A grid of sixty cells on llama-server: with one slot, with several, and with the server killed in the middle.

    OCTAVO_LLAMA_SERVER=FILE python -m tests.tools.benchmarks.side_by_side.measure MODEL.gguf [--slots N]
        [--runs one,kill] [--logs FOLDER]

Fifteen made-up leases are asked four questions each through `octavo grid --json`. Of each run it prints the seconds,
the seconds of processor time that the server took, the tokens that it found read and those that it read, and what its
own log says: how many questions it answered, on which slots, and how many it began. In the log each connection begins
with one short question of four tokens, which finds out whether the server holds an answer to a form. `--logs` keeps the
logs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.remote_servers import LLAMA_SERVER

_DOCUMENTS, _CONTEXT = 15, 3072
_QUESTIONS = (
    "[date] End: When does the lease end?",
    "[yes/no] May the tenant sublet?",
    "[choice: tenant, landlord] Who insures?",
    "[amount] Rent: What is the monthly rent?",
)
_MONTHS = ("January", "March", "May", "July", "September")
_TEXT = """Lease of berth {n}

The harbour of Port Ellis lets berth {n} to {tenant}. The lease begins on 1 April 20{a} and ends on {day} {month} 20{b}.
The monthly rent is {rent} euros, payable on the first day of each month. The {who} insures the berth against storm and
fire. The tenant may {sublet} the berth. The tenant keeps the mooring lines in good order, and reports damage to the
harbour office within three days. Boats longer than {length} metres are not allowed. Notice is given in writing, not
less than {notice} months before the end. Water and electricity are paid by meter. The harbour may move the
boat in a storm. The keys are returned on the last day. Disputes are settled by the court of Port Ellis.
"""
_TIMING = re.compile(r"slot print_timing: .* total time")
_SLOT = re.compile(r"slot print_timing: id +(\d+) .* total time")
_BEGUN = re.compile(r"slot launch_slot_: .* processing task")
_READ = re.compile(r"prompt eval time = +[\d.]+ ms / +(\d+) tokens")


@dataclass
class Server:
    """llama-server on one port, which may be ended and started again."""

    model: Path
    slots: int
    log: Path
    threads: int
    port: int = field(default_factory=lambda: _free_port())
    processor_s: float = 0.0
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        assert LLAMA_SERVER is not None
        limits = ["-np", str(self.slots), "-c", str(self.slots * _CONTEXT), "-t", str(self.threads), "--no-kv-unified"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [LLAMA_SERVER, "-m", self.model, *limits, "--host", "127.0.0.1", "--port", str(self.port)],
                stdout=log,
                stderr=log,
            )

    def end(self) -> None:
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        self.processor_s += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        self.process.kill()
        self.process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--documents", type=int, default=_DOCUMENTS)
    parser.add_argument("--max-tokens", type=int, default=32)
    parser.add_argument("--runs", default="one,many,kill")
    parser.add_argument("--logs", type=Path)
    options = parser.parse_args()
    for name in options.runs.split(","):
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps({"run": name} | _run(options, Path(folder), name)), flush=True)


def _run(options: argparse.Namespace, folder: Path, name: str) -> dict[str, Any]:
    log = folder / "server.log"
    server = Server(options.model, 1 if name == "one" else options.slots, log, options.threads)
    books = _write_books(folder / "leases", options.documents)
    server.start()
    begun = time.monotonic()
    cells: list[dict[str, Any]] = []
    try:
        with _octavo(options, folder, books, server.address) as events:
            for event in events:
                if event["event"] != "cell":
                    continue
                cells.append(event)
                if name == "kill" and len(cells) == options.documents:
                    server.end()
                    server.start()
    finally:
        seconds = time.monotonic() - begun
        server.end()
    said = log.read_text(encoding="utf-8", errors="replace")
    if options.logs is not None:
        options.logs.mkdir(parents=True, exist_ok=True)
        (options.logs / f"{name}.log").write_text(said, encoding="utf-8")
    asked = Counter((cell["document"], cell["column"]) for cell in cells)
    return {
        "slots": server.slots,
        "seconds": round(seconds, 1),
        "server_processor_seconds": round(server.processor_s, 1),
        "cells": len(cells),
        "answered": sum(cell["state"] == "answered" for cell in cells),
        "answered_twice": sum(count - 1 for count in asked.values()),
        "log_begun": len(_BEGUN.findall(said)),
        "log_answers": len(_TIMING.findall(said)),
        "log_answers_by_slot": dict(sorted(Counter(_SLOT.findall(said)).items())),
        "log_read_tokens": sum(map(int, _READ.findall(said))),
        "reused_tokens": sum(cell["usage"]["reused_tokens"] for cell in cells if "usage" in cell),
        "prompt_tokens": sum(cell["usage"]["prompt_tokens"] for cell in cells if "usage" in cell),
    }


@contextmanager
def _octavo(options: argparse.Namespace, folder: Path, books: Path, address: str) -> Iterator[Iterator[dict[str, Any]]]:
    command = [sys.executable, "-m", "app", "grid", "--json", "--data-dir", str(folder / "data")]
    how = [
        "--no-close-reading",
        "--temperature",
        "0",
        "--max-tokens",
        str(options.max_tokens),
        "--no-weighing",
        "--pseudonyms",
        "off",
    ]
    command += ["--remote", address, "--documents", str(books), *how, *_QUESTIONS]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield map(json.loads, process.stdout)
        assert process.wait() == 0
    finally:
        process.kill()
        process.wait()


def _write_books(folder: Path, count: int) -> Path:
    folder.mkdir()
    for n in range(1, count + 1):
        text = _TEXT.format(
            n=n,
            tenant=f"the fishery no. {n * 7}",
            a=20 + n % 5,
            b=27 + n % 9,
            day=n + 3,
            month=_MONTHS[n % 5],
            rent=400 + 35 * n,
            who=("tenant", "landlord")[n % 2],
            sublet=("sublet", "not sublet")[n % 2],
            length=9 + n,
            notice=2 + n % 6,
        )
        (folder / f"lease-{n:02}.txt").write_text(text, encoding="utf-8")
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
