"""Another program that speaks MCP with the desk, line by line, and what serves it, on a thread of the same process."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.core.machine.paths import Paths
from app.features.programs.mcp.serving import Serving
from app.features.programs.mcp.wire import Wire
from app.services.services import Services
from tests.whole import open_desk


class McpProgram:
    """`heard`: notifications that came meanwhile."""

    def __init__(self, writes: int, reads: int) -> None:
        self._out, self._in = os.fdopen(writes, "wb"), os.fdopen(reads, "rb")
        self._last = 0
        self.heard: list[dict[str, Any]] = []

    def send(self, method: str, params: object = None, id: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params or {}}
        self.send_bytes(json.dumps(message if id is None else {**message, "id": id}).encode())

    def send_bytes(self, line: bytes) -> None:
        self._out.write(line + b"\n")
        self._out.flush()

    def begin(self, method: str, params: object = None) -> int:
        """Ask, and do not wait; the id."""
        self._last += 1
        self.send(method, params, self._last)
        return self._last

    def reply(self) -> dict[str, Any]:
        """The next one, whichever it is to."""
        message: dict[str, Any] = json.loads(self._in.readline())
        while "method" in message:
            self.heard.append(message)
            message = json.loads(self._in.readline())
        return message

    def ask(self, method: str, params: object = None) -> dict[str, Any]:
        id = self.begin(method, params)
        reply = self.reply()
        assert reply["id"] == id
        return reply

    def greet(self, name: str = "tester", version: str = "2025-06-18") -> dict[str, Any]:
        greeted = self.ask("initialize", {"protocolVersion": version, "clientInfo": {"name": name, "version": "1"}})
        self.send("notifications/initialized")
        return dict(greeted["result"])

    def use(self, tool: str, **arguments: object) -> dict[str, Any]:
        """Return what a tool gives as data. Fails where it gives an error."""
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})["result"]
        assert not result.get("isError"), result
        assert result["content"][0]["text"]
        return dict(result["structuredContent"])

    def fail(self, tool: str, **arguments: object) -> str:
        """The sentence that a tool gives instead."""
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})["result"]
        assert result["isError"]
        return str(result["content"][0]["text"])

    def leave(self) -> None:
        self._out.close()
        self._in.close()


@contextlib.contextmanager
def served(
    data: Path, *, opening: Callable[[Paths], Services] = open_desk, patience_s: float = 0.0
) -> Iterator[McpProgram]:
    """Until the program has left, and the desk is closed."""
    to_desk, from_desk = os.pipe(), os.pipe()
    paths = Paths(data)
    with os.fdopen(to_desk[0], "rb") as incoming, os.fdopen(from_desk[1], "wb") as outgoing:
        serving = Serving(
            Wire(incoming, outgoing), lambda: opening(paths), paths, "/usr/bin/editor", patience_s=patience_s
        )
        thread = threading.Thread(target=serving.run)
        thread.start()
        program = McpProgram(to_desk[1], from_desk[0])
        try:
            yield program
        finally:
            program.leave()
            thread.join()
