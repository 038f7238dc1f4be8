"""llama-cpp-python's own server on loopback.

`python -m tests.engine.remote.python_server MODEL CONTEXT_TOKENS TELL_FD [KEY]` writes its port to the open descriptor
TELL_FD. `diskcache`, which its cache of answers would want, is left out of this project on purpose: an empty module
stands in for it, and the cache is not used.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import types


def main(model: str, context_tokens: str, tell_fd: str, key: str = "") -> None:
    sys.modules["diskcache"] = types.ModuleType("diskcache")
    import uvicorn
    from llama_cpp.server.app import create_app
    from llama_cpp.server.settings import ModelSettings, ServerSettings

    loaded = ModelSettings(
        model=model, model_alias="tiny", n_ctx=int(context_tokens), n_gpu_layers=0, n_threads=1, n_threads_batch=1
    )
    app = create_app(server_settings=ServerSettings(api_key=key or None), model_settings=[loaded])
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    os.write(int(tell_fd), f"{listening.getsockname()[1]}\n".encode("ascii"))
    os.close(int(tell_fd))
    threading.Thread(target=_end_with_the_tests, name="end", daemon=True).start()
    server.run(sockets=[listening])


def _end_with_the_tests() -> None:
    """However they end: their end of this pipe is closed then."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
