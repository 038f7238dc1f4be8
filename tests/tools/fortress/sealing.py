"""Reads from strace what a reader does to itself and has done to it before it reads: filters, rules, limits,
namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.isolation.fork_server import FILES

_CALLS = (
    *("seccomp", "prctl", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "unshare"),
    *("clone", "clone3", "setrlimit", "prlimit64", "execve", "capset"),
)
_LINE = re.compile(
    r"^(?P<call>\w+)\((?P<rest>.*)\)\s+= (?P<result>-?\d+)(?: /\* (?P<there>\d+) in strace's PID NS \*/)?"
)
_FILTER = re.compile(r"\{len=\d+, filter=\[(?P<code>.*)\]\}")
_INSTRUCTION = re.compile(r"BPF_(?:STMT|JUMP)\(.*?\)(?=, BPF_|$)")
_RULE = re.compile(r"allowed_access=(?P<access>[A-Z_|]+), parent_fd=\d+<(?P<path>[^>]*)>")
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"')
_STEPS = ("landlock_create_ruleset", "landlock_restrict_self", "capset", "unshare")
_SEALING = ("PR_SET_PDEATHSIG", "PR_SET_NO_NEW_PRIVS", "PR_SET_DUMPABLE")


def words(strace: str, log: Path) -> tuple[str, ...]:
    """Return the words that come before a command; each of its processes gets a file beside `log`."""
    traced = f"trace={','.join(_CALLS)}"
    told = ("-ff", "-qq", "-v", "-y", "--decode-pids=pidns", "-s", "65536", "-e", traced, "-e", "signal=none")
    return (strace, *told, "-o", str(log))


@dataclass
class Seal:
    """`argv`: of the reader; `wrapper`: bubblewrap's, empty without it. `pid`: as the system numbers it. `filters`: the
    programs for system calls, instruction by instruction; `rules`: rights by path. `steps`: all else, in order.
    `made`: the numbers of the processes and threads that it made. `is_fork`: a fork server made it, and it has all that
    this was sealed with before its own."""

    pid: str
    argv: list[str] = field(default_factory=list)
    wrapper: list[str] = field(default_factory=list)
    filters: list[list[str]] = field(default_factory=list)
    rules: dict[str, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    is_fork: bool = False

    @property
    def arguments(self) -> list[str]:
        """Those of `worker_main.enter`: STEP SOCKET MEMORY_BYTES CPU_S, and the mode of a fork server."""
        return self.argv[self.argv.index(self.module) + 1 :]

    @property
    def module(self) -> str:
        return next(word for word in self.argv if word.startswith("app."))

    @property
    def receiver(self) -> str:
        """The descriptor through which it gets its document, or a fork server its orders."""
        return str(FILES) if self.is_fork else self.arguments[1]


def seals(log: Path, module: str) -> Iterator[Seal]:
    """Yield the seal of each reader of the module."""
    wrappers = list[list[str]]()
    found = dict[str, Seal]()
    for file in sorted(log.parent.glob(f"{log.name}.*")):
        seal = Seal(file.suffix[1:])
        for line in file.read_text("utf-8", "replace").splitlines():
            if (seen := _LINE.match(line)) and int(seen["result"]) >= 0:
                _take(seal, seen, module, wrappers)
        found[seal.pid] = seal
    for server in [each for each in found.values() if each.argv]:
        for pid in server.made:
            if (fork := found.get(pid)) and fork.filters and not fork.argv:
                fork.is_fork, fork.argv = True, server.argv
                fork.filters = [*server.filters, *fork.filters]
    for seal in found.values():
        if seal.argv:
            seal.wrapper = next((each for each in wrappers if each[-len(seal.argv) :] == seal.argv), [])
            yield seal


def _take(seal: Seal, seen: re.Match[str], module: str, wrappers: list[list[str]]) -> None:
    call, rest = seen["call"], seen["rest"]
    if call in ("clone", "clone3"):
        seal.made.append(seen["there"] or seen["result"])
    elif call == "execve":
        argv = _WORD.findall(rest.split("], [", 1)[0])[1:]
        if module in argv and Path(argv[0]).name == "bwrap":
            wrappers.append(argv)
        elif module in argv:
            seal.argv, seal.steps = argv, []
    elif call == "seccomp" and (program := _FILTER.search(rest)):
        seal.filters.append(_INSTRUCTION.findall(program["code"]))
    elif call == "landlock_add_rule" and (rule := _RULE.search(rest)):
        seal.rules[rule["path"]] = rule["access"]
    elif call in ("setrlimit", "prlimit64"):
        if not rest.endswith("NULL") or ", {" not in rest:
            return  # it only asked
        seal.steps.append(f"{call}({rest})")
    elif call in _STEPS or (call == "prctl" and rest.startswith(_SEALING)):
        seal.steps.append(f"{call}({rest})")
