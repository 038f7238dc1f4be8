"""Reads from strace what a reader does to itself and has done to it before it reads: filters, rules, limits,
namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_CALLS = (
    *("seccomp", "prctl", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "unshare"),
    *("clone", "clone3", "setrlimit", "prlimit64", "execve", "capset"),
)
_LINE = re.compile(r"^(?P<call>\w+)\((?P<rest>.*)\)\s+= (?P<result>-?\d+)")
_FILTER = re.compile(r"\{len=\d+, filter=\[(?P<code>.*)\]\}")
_INSTRUCTION = re.compile(r"BPF_(?:STMT|JUMP)\(.*?\)(?=, BPF_|$)")
_RULE = re.compile(r"allowed_access=(?P<access>[A-Z_|]+), parent_fd=\d+<(?P<path>[^>]*)>")
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"')
_STEPS = ("landlock_create_ruleset", "landlock_restrict_self", "capset", "unshare")
_SEALING = ("PR_SET_PDEATHSIG", "PR_SET_NO_NEW_PRIVS", "PR_SET_DUMPABLE")


def words(strace: str, log: Path) -> tuple[str, ...]:
    """Return the words that come before a command; each of its processes gets a file beside `log`."""
    traced = f"trace={','.join(_CALLS)}"
    return (strace, "-ff", "-qq", "-v", "-y", "-s", "65536", "-e", traced, "-e", "signal=none", "-o", str(log))


@dataclass
class Seal:
    """`argv`: of the reader; `wrapper`: bubblewrap's, empty without it. `pid`: as the system numbers it. `filters`: the
    programs for system calls, instruction by instruction; `rules`: rights by path. `steps`: all else, in order."""

    pid: str
    argv: list[str] = field(default_factory=list)
    wrapper: list[str] = field(default_factory=list)
    filters: list[list[str]] = field(default_factory=list)
    rules: dict[str, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    @property
    def receiver(self) -> str:
        """The descriptor through which it gets its document: STEP SOCKET MEMORY_BYTES CPU_S (worker_main.enter)."""
        return self.argv[-3]


def seals(log: Path, module: str) -> Iterator[Seal]:
    """Yield the seal of each reader of the module."""
    wrappers = list[list[str]]()
    found = list[Seal]()
    for file in sorted(log.parent.glob(f"{log.name}.*")):
        seal = Seal(file.suffix[1:])
        for line in file.read_text("utf-8", "replace").splitlines():
            if (seen := _LINE.match(line)) and int(seen["result"]) >= 0:
                _take(seal, seen["call"], seen["rest"], module, wrappers)
        if seal.argv:
            found.append(seal)
    for seal in found:
        seal.wrapper = next((each for each in wrappers if each[-len(seal.argv) :] == seal.argv), [])
    yield from found


def _take(seal: Seal, call: str, rest: str, module: str, wrappers: list[list[str]]) -> None:
    if call == "execve":
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
