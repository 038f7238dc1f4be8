"""`octavo mcp`: another program lists, searches, reads and asks, as far as a person allowed it, and no further."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import Code
from app.core.machine import desk_window
from app.core.machine.paths import Paths
from app.core.matter import LIBRARY
from app.core.policy import Policy, PolicyRules
from app.core.record import RecordKind
from app.features.programs.data import NAME_CHARACTERS, McpStanding
from app.features.programs.service import mcp_access_of
from app.services.services import Services
from app.store.key_derivation import Argon2Cost
from app.store.keys import set_passphrase
from tests.cli.conftest import Octavo, answered_here
from tests.features.programs.mcp_program import McpProgram, served
from tests.said import says
from tests.whole import open_desk

pytestmark = answered_here

FERRY = "# Ferry\n\nThe ferry leaves at nine. It returns at noon.\n\n# Harbour\n\nThe harbour closes in winter.\n"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the desk is that the first of these tests makes, for all of them to copy."""
    return tmp_path_factory.mktemp("first")


@pytest.fixture
def data(octavo: Octavo, first: Path, tmp_path: Path) -> Path:
    """A desk with a document, and the matter “Marlow” with another one."""
    folder = first / "desk"
    if not folder.exists():
        (first / "ferry.md").write_text(FERRY, encoding="utf-8")
        (first / "marlow.md").write_text("# Marlow\n\nMarlow owes the harbour nothing.\n", encoding="utf-8")
        octavo("matters", "new", "Marlow", "--data-dir", folder)
        octavo("add", first / "ferry.md", "--data-dir", folder)
        octavo("add", first / "marlow.md", "--matter", "Marlow", "--data-dir", folder)
    return Path(shutil.copytree(folder, tmp_path / "desk"))


@pytest.fixture
def program(data: Path) -> Iterator[McpProgram]:
    allow(data, "tester")
    with served(data) as program:
        program.greet()
        yield program


def allow(data: Path, name: str, *matters: str) -> None:
    """The library, or these matters alone."""
    with desk_of(data) as desk:
        ids = [desk.shared.matters.kept.named(matter).id for matter in matters]
        mcp_access_of(desk).allow(name, ids or [LIBRARY])


@contextlib.contextmanager
def desk_of(data: Path) -> Iterator[Services]:
    with contextlib.closing(open_desk(Paths(data))) as desk:
        yield desk


def recorded(data: Path) -> list[tuple[str, str]]:
    with desk_of(data) as desk:
        entries = desk.record.store.entries()
    return [(entry.kind, entry.detail) for entry in entries if "program: " in entry.detail]


def test_a_program_lists_searches_and_reads(program: McpProgram, data: Path) -> None:
    assert program.use("list_matters") == {"matters": [{"name": "", "library": True}]}
    (document,) = program.use("list_documents")["documents"]
    assert (document["title"], document["pages"]) == ("Ferry", 1)
    found = program.use("search", query='"leaves at nine" kind:md')
    assert [passage["document"] for passage in found["passages"]] == ["Ferry"]
    assert "leaves at nine" in found["passages"][0]["text"]
    read = program.use("read_pages", document=document["id"])
    assert read["pages"] == [{"page": "1", "number": 1, "text": FERRY.strip(), "flags": []}]
    assert read["next"] == 0
    program.leave()
    assert recorded(data) == [
        (RecordKind.PROGRAM, "program: tester; allowed"),
        (RecordKind.PROGRAM, "program: tester; matters"),
        (RecordKind.PROGRAM, "program: tester; list"),
        (RecordKind.PROGRAM, "program: tester; search"),
        (RecordKind.PROGRAM, "program: tester; pages 1 to 1"),
    ]


def test_documents_are_resources_too(program: McpProgram) -> None:
    (resource,) = program.ask("resources/list")["result"]["resources"]
    assert resource["name"] == "Ferry"
    for uri in (resource["uri"], f"{resource['uri']}/1"):
        (content,) = program.ask("resources/read", {"uri": uri})["result"]["contents"]
        assert "leaves at nine" in content["text"]
    for wrong in ("octavo://library/../1", "file:///etc/passwd", f"{resource['uri']}/9"):
        assert "error" in program.ask("resources/read", {"uri": wrong})
    assert program.ask("resources/templates/list")["result"]["resourceTemplates"]


def test_a_question_is_answered_with_its_pages_and_kept_with_who_asked(
    program: McpProgram, octavo: Octavo, data: Path, tiny_scout_fast: Path
) -> None:
    for name, value in (("engine.model_path", tiny_scout_fast), ("max_answer_tokens", 8)):
        octavo("settings", name, value, "--data-dir", data)
    question = {"question": "When does it leave?", "documents": ["Ferry"]}
    parameters = {"name": "ask", "arguments": question, "_meta": {"progressToken": "t"}}
    answered = program.ask("tools/call", parameters)["result"]["structuredContent"]
    assert answered["answer"]
    assert answered["tokens_written"] == 8
    assert "had been read before" in answered["read"]
    shown = [message["params"]["progress"] for message in program.heard]
    assert shown == sorted(set(shown))
    assert {message["params"]["progressToken"] for message in program.heard} == {"t"}

    follow = program.use("ask", question="And when does it return?", conversation=answered["conversation"])
    assert follow["conversation"] == answered["conversation"]
    assert follow["tokens_reused"] > answered["tokens_read"] / 2
    assert "did not begin" in program.fail("ask", question="What else?", conversation="another")
    of_all = program.use("ask", question="When does the ferry leave?")
    assert of_all["read"].startswith("From 1 document: 1 read in full.")
    program.leave()
    kinds = [kind for kind, detail in recorded(data) if detail == "program: tester"]
    assert kinds == [RecordKind.ANSWER, RecordKind.ANSWER, RecordKind.ASKED_ALL]


def test_a_question_can_be_cancelled(program: McpProgram, data: Path) -> None:
    first = program.begin("tools/call", {"name": "search", "arguments": {"query": "ferry"}})
    second = program.begin("tools/call", {"name": "list_documents", "arguments": {}})
    program.send("notifications/cancelled", {"requestId": second})
    third = program.begin("ping")
    replies = {program.reply()["id"] for _each in range(2)}
    assert third in replies
    assert replies <= {first, second, third}


def test_what_a_program_may_not_see_it_learns_nothing_of(program: McpProgram, data: Path) -> None:
    for matter in ("Marlow", "Nowhere"):
        sentence = program.fail("list_documents", matter=matter)
        assert says(sentence, Code.MCP_NO_MATTER, matter=matter, name="tester")
    with desk_of(data) as desk:
        marlow = desk.shared.matters.kept.named("Marlow").id
        (book,) = desk.shared.turn_to(marlow).documents.library.books()
    assert "no document" in program.fail("read_pages", document=book.id)
    assert "error" in program.ask("resources/read", {"uri": f"octavo://{marlow}/{book.id}"})
    assert program.use("search", query="Marlow")["passages"] == []


def test_a_program_that_may_see_a_matter_sees_it_alone(data: Path) -> None:
    allow(data, "tester", "Marlow")
    with served(data) as program:
        program.greet()
        assert program.use("list_matters") == {"matters": [{"name": "Marlow", "library": False}]}
        for named in ("marlow", ""):
            (document,) = program.use("list_documents", matter=named)["documents"]
            assert document["title"] == "Marlow"
        assert "no document" in program.fail("read_pages", document="Ferry")


def test_a_program_that_nobody_allowed_is_refused_with_what_to_do(data: Path) -> None:
    with served(data) as program:
        program.greet("An \x1b[2J\neditor" + "x" * 200)
        assert program.ask("resources/list")["result"]["resources"] == []
        sentence = program.fail("list_matters")
        assert says(sentence, Code.MCP_NOT_ALLOWED)
    with desk_of(data) as desk:
        (asked,) = mcp_access_of(desk).all()
    assert asked.name.startswith("An ␛[2J editorxxx")
    assert len(asked.name) == NAME_CHARACTERS
    assert (asked.standing, asked.program, asked.desks) == (McpStanding.ASKED, "/usr/bin/editor", ())


def test_a_permission_that_is_taken_back_ends_at_once(program: McpProgram, octavo: Octavo, data: Path) -> None:
    assert program.use("list_documents")["documents"]
    assert octavo("mcp", "refuse", "tester", "--data-dir", data)[0] == 0
    assert says(program.fail("list_documents"), Code.MCP_REFUSED, name="tester")
    assert octavo("mcp", "forget", "tester", "--data-dir", data)[0] == 0
    assert says(program.fail("list_documents"), Code.MCP_NOT_ALLOWED, name="tester")
    assert octavo("mcp", "forget", "another", "--data-dir", data)[0] == 2


def test_only_a_person_at_a_terminal_can_allow(octavo: Octavo, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("mcp", "allow", "editor", "--matter", "Marlow", "--data-dir", data)
    code, _out, err = octavo(*words)
    assert code == 2
    assert "only a person at a terminal" in err
    monkeypatch.setattr("sys.stdin", Typed("y\n"))
    code, out, err = octavo(*words)
    assert (code, out) == (0, "“editor” may ask from now on.\n")
    assert "documents of “Marlow”" in err
    assert "cannot see what the program does" in err
    code, out, _err = octavo("mcp", "list", "--json", "--data-dir", data)
    (described,) = json.loads(out)["programs"]
    assert (described["standing"], described["library"], described["matters"]) == ("allowed", False, ["Marlow"])
    monkeypatch.setattr("sys.stdin", Typed("\n"))
    assert octavo("mcp", "allow", "other", "--data-dir", data)[1] == ""
    octavo("matters", "delete", "Marlow", "--yes", "--data-dir", data)
    assert json.loads(octavo("mcp", "list", "--json", "--data-dir", data)[1])["programs"][0]["matters"] == []


class Typed:
    """A terminal at which this was typed."""

    def __init__(self, line: str) -> None:
        self._line = line

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self._line


def test_the_window_is_asked_where_one_is_open(data: Path) -> None:
    """Its lock is held, and somebody there decides; else the program hears that nobody has."""
    window = Paths(data).window
    window.mkdir()
    with (window / "lock").open("w") as lock:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
        with served(data) as program:
            program.greet()
            assert says(program.fail("list_documents"), Code.MCP_UNDECIDED, name="tester")
        assert desk_window.answer_knock(Paths(data))
        assert not desk_window.answer_knock(Paths(data))
        with served(data, patience_s=60) as program, desk_of(data) as desk:
            program.greet()
            program.begin("tools/call", {"name": "list_documents", "arguments": {}, "_meta": {"progressToken": 1}})
            while not desk_window.answer_knock(Paths(data)):
                pass
            mcp_access_of(desk).allow("tester", [LIBRARY])
            assert program.reply()["result"]["structuredContent"]["documents"]
            assert "waiting for permission" in program.heard[0]["params"]["message"]


def test_a_locked_desk_answers_nothing(data: Path) -> None:
    allow(data, "tester")
    opened: list[Services] = []

    def opening(paths: Paths) -> Services:
        opened.append(open_desk(paths))
        return opened[-1]

    with served(data, opening=opening) as program:
        program.greet()
        desk_window.note_locked(Paths(data), True)
        assert says(program.fail("list_documents"), Code.MCP_LOCKED)
        assert not opened
        desk_window.note_locked(Paths(data), False)
        assert program.use("list_documents")["documents"]
        desk_window.note_locked(Paths(data), True)
        assert says(program.fail("list_documents"), Code.MCP_LOCKED)
        assert not opened[0].shared.matters.home.is_open


def test_a_desk_with_a_passphrase_says_so(data: Path) -> None:
    allow(data, "tester")
    with desk_of(data) as desk:
        set_passphrase(
            desk.shared.matters.home,
            desk.paths,
            "correct horse battery staple",
            cost=Argon2Cost(memory_kib=32, passes=1, lanes=1),
        )
    with served(data) as program:
        program.greet()
        assert "passphrase" in program.fail("list_documents")
    with served(data, opening=lambda paths: open_desk(paths, "correct horse battery staple")) as program:
        program.greet()
        assert program.use("list_documents")["documents"]


@pytest.mark.parametrize("rules", [PolicyRules(other_programs=False), PolicyRules(allowed_programs=("editor",))])
def test_the_administrator_decides_first(data: Path, monkeypatch: pytest.MonkeyPatch, rules: PolicyRules) -> None:
    allow(data, "tester")
    monkeypatch.setattr("app.bootstrap.read_policy", lambda: Policy(rules, "/etc/octavo/policy.toml"))
    with served(data) as program:
        program.greet()
        assert says(program.fail("list_documents"), Code.MCP_FORBIDDEN, name="tester")
        assert "error" in program.ask("resources/list")


def test_the_protocol_is_kept_to(data: Path) -> None:
    def code(reply: dict[str, Any]) -> int:
        return int(reply["error"]["code"])

    with served(data) as program:
        assert code(program.ask("tools/list")) == -32600
        assert program.ask("ping")["result"] == {}
        assert program.greet(version="1999-01-01")["protocolVersion"] == "2025-11-25"
        assert program.greet(version="2024-11-05")["protocolVersion"] == "2024-11-05"
        assert code(program.ask("server/discover")) == -32601
        assert code(program.ask("tools/call", {"name": "rm"})) == -32602
        assert code(program.ask("tools/call", {"arguments": {}})) == -32602
        for line, expected in ((b"{", -32700), (b"\xff", -32700), (b"[" * 100_000, -32600), (b'"x"', -32600)):
            program.send_bytes(line)
            assert code(program.reply()) == expected
        program.send_bytes(b"")
        program.send_bytes(b'{"jsonrpc": "2.0", "id": 5, "result": {}}')
        program.send_bytes(b'[{"jsonrpc": "2.0", "id": 6, "method": "ping"}]')
        assert program.reply()["id"] == 6
        tools = program.ask("tools/list")["result"]["tools"]
        assert [tool["name"] for tool in tools] == ["list_matters", "list_documents", "search", "read_pages", "ask"]
        assert {tool["outputSchema"]["type"] for tool in tools} == {"object"}
        program.send_bytes(b"x" * ((4 << 20) + 1))
        assert code(program.reply()) == -32600
    with served(data) as program:
        program.greet("")
        assert says(program.fail("list_documents"), Code.MCP_NO_NAME)
        sentence = program.fail("search", words="ferry")
        assert says(sentence, Code.MCP_ARGUMENTS, tool="search")
