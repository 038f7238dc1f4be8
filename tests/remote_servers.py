"""Real servers on loopback for the remote engine: llama-cpp-python's own, and llama.cpp's where one is at hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PYTHON_CONTEXT = 2048
LLAMA_SERVER = os.environ.get("OCTAVO_LLAMA_SERVER") or shutil.which("llama-server")
"""A build of llama.cpp's tools/server; the tests of it are left out where there is none."""


@contextmanager
def python_server(model: Path, *, key: str = "", context_tokens: int = PYTHON_CONTEXT) -> Iterator[str]:
    """Run `llama_cpp.server` with a model; gives its address once it listens."""
    told, tells = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.engine.remote.python_server", model, str(context_tokens), str(tells), key],
        pass_fds=(tells,),
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(tells)
    try:
        with os.fdopen(told) as pipe:
            port = pipe.readline().strip()
        assert port, "the server ended before it listened"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


@contextmanager
def llama_server(model: Path, projector: Path | None = None, *, context_tokens: int = 2048) -> Iterator[str]:
    """Run llama.cpp's server with a model, and what it sees with; gives its address once it listens."""
    assert LLAMA_SERVER is not None
    limits = ["-c", str(context_tokens), "-np", "1", "-t", "1"]
    limits += ["--mmproj", str(projector)] if projector is not None else []
    process = subprocess.Popen(
        [LLAMA_SERVER, "-m", model, *limits, "--host", "127.0.0.1", "--port", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    lines = (line.partition("listening on ") for line in process.stderr)
    address = next((address for _before, listens, address in lines if listens), "")
    drain = threading.Thread(target=process.stderr.read, name="llama-server-log")  # a full pipe would stop it
    drain.start()
    try:
        assert address, "the server ended before it listened"
        yield address.strip()
    finally:
        process.kill()
        process.wait()
        drain.join()
        process.stderr.close()
