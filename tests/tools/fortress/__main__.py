"""Runs the checks of the fortress, each in a process of its own and as each person, and writes the table.

As root, they run as root and as an ordinary user, since some limits and modes do not bind root.
"""

from __future__ import annotations

import argparse
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.tools.fortress.checks import Check, find

ROOT = Path(__file__).parents[3]
_LONGEST_H, _LEAST_S = 4.0, 3600
"""That a test may take, at full scale and at any: a busy machine is no fault of the program."""
_KEPT = ("PATH", "OCTAVO_CUDA", "OCTAVO_OTHER_BUILD", "OCTAVO_VOCABULARIES", "UV_CACHE_DIR")
"""The variables of the caller's environment that are kept."""


@dataclass(frozen=True)
class Row:
    """`result`: passed, failed, or not run. `seconds`: of the wall."""

    number: str
    check: str
    user: str
    result: str
    figure: str
    seconds: float


def main() -> int:
    options = _parse()
    checks = find()
    known = {check.key for check in checks}
    if unknown := [key for key in options.check if key not in known]:
        print(f"no such check: {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for user in options.users or _usual_users():
        with _place(user, options) as place:
            for check in checks:
                if options.check and check.key not in options.check:
                    rows.append(Row(check.key, check.name, user, "not run", "not asked for", 0.0))
                    continue
                rows.append(row := place.run(check))
                print(f"{row.number:>4}  {row.check:22} {row.user:8} {row.result:8} {row.figure}", flush=True)
    _write(rows, options)
    print(f"\nThe table is in {options.out / 'fortress.md'}.")
    return 1 if any(row.result == "failed" for row in rows) else 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="packaging/dev fortress", description=__doc__)
    parser.add_argument("check", nargs="*", metavar="CHECK", help="only these, by number or name; otherwise all")
    parser.add_argument("--installed", metavar="COMMAND", help="check this program, not the checkout")
    parser.add_argument(
        "--as",
        dest="users",
        action="append",
        metavar="USER",
        help="run as this user; repeatable (default: root, nobody)",
    )
    parser.add_argument("--scale", type=float, default=1.0, metavar="X", help="1 does everything as often as demanded")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "fortress", metavar="FOLDER")
    return parser.parse_args()


def _usual_users() -> list[str]:
    return ["root", "nobody"] if os.geteuid() == 0 else [pwd.getpwuid(os.geteuid()).pw_name]


@dataclass(frozen=True)
class _Place:
    """Where one person's checks run: with folders of their own, and nothing of the person who called."""

    user: str
    folder: Path
    options: argparse.Namespace

    def run(self, check: Check) -> Row:
        if not check.modules:
            return Row(check.key, check.name, self.user, "not run", "nobody has written it", 0.0)
        report = self.folder / f"{check.key}.jsonl"
        log = self.options.out / f"{check.key}-{self.user}.log"
        began = time.monotonic()
        code = self._pytest(check, report, log)
        result, figure = _judge(report, code, log)
        return Row(check.key, check.name, self.user, result, figure, round(time.monotonic() - began, 1))

    def _pytest(self, check: Check, report: Path, log: Path) -> int:
        longest_s = max(_LEAST_S, round(_LONGEST_H * 3600 * self.options.scale))
        words = [sys.executable, "-m", "pytest", "-n", "0", "-m", "fortress", "-rs", f"--timeout={longest_s}"]
        words += [f"--basetemp={self.folder / 'tests'}", "-p", "tests.tools.fortress.reporting"]
        words += [str(module.relative_to(ROOT)) for module in check.modules]
        with log.open("wb") as output:
            done = subprocess.run(
                words, cwd=ROOT, env=self._environment(report), stdout=output, stderr=output, check=False,
                stdin=subprocess.DEVNULL, **self._identity(),
            )  # fmt: skip
        return done.returncode

    def _environment(self, report: Path) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        made = {
            "HOME": self.folder / "home",
            "TMPDIR": self.folder / "temporary",
            "XDG_RUNTIME_DIR": self.folder / "session",
            "HYPOTHESIS_STORAGE_DIRECTORY": self.folder / "temporary" / "hypothesis",
            "USER": self.user,
            "LOGNAME": self.user,
            "LC_ALL": "C.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHONDONTWRITEBYTECODE": "1",
            "FORTRESS_SCALE": self.options.scale,
            "FORTRESS_REPORT": report,
        }
        if self.options.installed:
            made["OCTAVO_COMMAND"] = self.options.installed
        return kept | {name: str(value) for name, value in made.items()}

    def _identity(self) -> dict[str, Any]:
        person = pwd.getpwnam(self.user)
        return {} if person.pw_uid == os.geteuid() else {
            "user": person.pw_uid, "group": person.pw_gid, "extra_groups": [],
        }  # fmt: skip


@contextmanager
def _place(user: str, options: argparse.Namespace) -> Iterator[_Place]:
    person = pwd.getpwnam(user)
    folder = Path(tempfile.mkdtemp(prefix="octavo-fortress-"))
    try:
        for name in ("home", "temporary", "session"):
            (folder / name).mkdir(mode=0o700)
        for each in (folder, *folder.iterdir()):
            if person.pw_uid != os.geteuid():
                os.chown(each, person.pw_uid, person.pw_gid)
        yield _Place(user, folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _judge(report: Path, code: int, log: Path) -> tuple[str, str]:
    """The result of a check, and what is said beside it."""
    tests = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
    figures = [figure for test in tests for figure in test["figures"]]
    failed = [test for test in tests if test["outcome"] == "failed"]
    skipped = sorted({test["why"] for test in tests if test["outcome"] == "skipped"})
    if failed or code not in (0, 5):
        why = [f"{test['name']}: {test['why']}" for test in failed] or [f"pytest ended with {code}"]
        return "failed", "; ".join([*why, *figures, f"more in {log.name}"])
    if not any(test["outcome"] == "passed" for test in tests):
        return "not run", "; ".join(skipped) or "no test was found"
    return "passed", "; ".join(figures + [f"not run: {reason}" for reason in skipped])


def _write(rows: list[Row], options: argparse.Namespace) -> None:
    about = {
        "program": options.installed or "the checkout",
        "scale": options.scale,
        "commit": _commit(),
        "machine": " ".join(os.uname()[i] for i in (0, 2, 4)),
        "when": time.strftime("%Y-%m-%d %H:%M:%S %Z"),
    }
    whole = {**about, "checks": [asdict(row) for row in rows]}
    (options.out / "fortress.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
    lines = ["# Fortress", "", *(f"- {name}: {value}" for name, value in about.items()), ""]
    lines += ["| number | check | as | result | figure | seconds |", "|---|---|---|---|---|---|"]
    for row in rows:
        figure = " ".join(row.figure.split()).replace("|", "\\|")
        lines.append(f"| {row.number} | {row.check} | {row.user} | {row.result} | {figure} | {row.seconds:g} |")
    (options.out / "fortress.md").write_text("\n".join(lines) + "\n")


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
