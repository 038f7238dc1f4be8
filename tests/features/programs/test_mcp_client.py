"""The client of the official package asks `octavo mcp`, which it starts, as any program would."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from app.core.machine.paths import Paths
from app.core.matter import LIBRARY
from app.features.programs.service import mcp_access_of
from tests.cli.conftest import Octavo, answered_here
from tests.whole import open_desk

pytestmark = [answered_here, pytest.mark.slow]


@pytest.fixture
def data(octavo: Octavo, tmp_path: Path, tiny_scout_fast: Path) -> Path:
    folder = tmp_path / "desk"
    (tmp_path / "ferry.md").write_text("# Ferry\n\nThe ferry leaves at nine.\n" * 40, encoding="utf-8")
    octavo("add", tmp_path / "ferry.md", "--data-dir", folder)
    for name, value in (("engine.model_path", tiny_scout_fast), ("max_answer_tokens", 8)):
        octavo("settings", name, value, "--data-dir", folder)
    with contextlib.closing(open_desk(Paths(folder))) as desk:
        mcp_access_of(desk).allow("mcp", [LIBRARY])  # what the client calls itself
    return folder


def test_it_lists_searches_reads_and_asks(data: Path) -> None:
    anyio = pytest.importorskip("anyio")
    pytest.importorskip("mcp")
    done = anyio.run(use_all, [sys.executable, "-m", "app", "mcp", "--data-dir", str(data)])
    assert done["tools"] == ["list_matters", "list_documents", "search", "read_pages", "ask"]
    assert done["found"]
    assert done["read"].count("leaves at nine") == 40
    assert done["answer"]["tokens_written"] == 8
    assert len(done["heard"]) > 2
    assert "unknown field" in done["refused"]
    assert "leaves at nine" in done["resource"]


async def use_all(command: list[str]) -> dict[str, Any]:
    """Each tool once; the client checks every result against the schema that the tool names."""
    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client
    from mcp.types import TextContent, TextResourceContents

    env = {**os.environ, "OCTAVO_NO_KEYRING": "1"}
    server = StdioServerParameters(command=command[0], args=command[1:], env=env)
    heard: list[float] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(progress)

    async with Client(stdio_client(server)) as client:
        tools = (await client.list_tools()).tools

        async def use(tool: str, **arguments: object) -> Any:
            result = await client.call_tool(tool, arguments, progress_callback=hear)
            if not result.is_error:
                return result.structured_content
            (said,) = result.content
            assert isinstance(said, TextContent)
            return said.text

        (document,) = (await use("list_documents"))["documents"]
        await use("list_matters")
        found = await use("search", query="ferry")
        read = await use("read_pages", document=document["id"])
        answer = await use("ask", question="When does the ferry leave?", documents=[document["id"]])
        refused = await use("search", q="ferry")
        (resource,) = (await client.list_resources()).resources
        content = (await client.read_resource(resource.uri)).contents[0]
        assert isinstance(content, TextResourceContents)
    return {
        "tools": [tool.name for tool in tools],
        "found": found["passages"],
        "read": "".join(page["text"] for page in read["pages"]),
        "answer": answer,
        "refused": refused,
        "resource": content.text,
        "heard": heard,
    }
